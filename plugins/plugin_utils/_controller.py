# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs an account module in the controller's process (docs: guide on where tasks run)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.thordata.proxies.plugins.module_utils._api import transport
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import REHEARSAL
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import explained, masked, refusal

display = Display()
if not transport.missing_requests():
    transport.connections()


class AccountAction(ActionBase):
    """The action of the module of the same name, which each subclass names as ``module``."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_diff = True
    _supports_async = True
    module: AccountModule

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the module's result; with ``async``, or delegated to a remote host, it runs as an ordinary module."""
        result = super().run(tmp, task_vars)
        elsewhere = self._task.delegate_to and self._connection.transport != "local"
        if elsewhere and REHEARSAL in os.environ:
            raise AnsibleActionFail("This is a rehearsal on this machine, and the task runs on another host.")
        if self._task.async_val or elsewhere:
            result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
            return result
        if transport.missing_requests():
            raise AnsibleActionFail(transport.missing_requests())
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        with _environment(environment):
            result.update(self._run_here())
        return result

    def _run_here(self) -> dict[str, Any]:
        spec, constraints = self.module.argument_spec, self.module.constraints
        given = self.module.expanded(_plain(self._task.args))
        checked = ArgumentSpecValidator(spec, **constraints).validate(given)
        params = checked.validated_parameters
        if checked.error_messages:
            message = explained(checked.errors.msg)
            if isinstance(checked.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({self._task.resolved_action}) module: {message}"
            return {"failed": True, "msg": message, "invocation": {"module_args": masked(spec, params)}}
        refused = refusal(spec, given, params)
        if refused:
            return refused
        mode = (self._task.check_mode, self._task.diff)
        # Each attempt of an "until" has a budget of its own.
        task = None if self._task.until else self._task._uuid
        result = self.module.execute(params, *mode, self._notify, task)
        # ansible-core 2.19 and newer show the trace of a result only with ANSIBLE_DISPLAY_TRACEBACK=error.
        if "exception" in result:
            display.vvv(result.pop("exception"))
        return result

    def _notify(self, message: str) -> None:
        # To stderr: stdout belongs to callbacks, some of which write JSON there.
        if not self._task.no_log:
            display.display(message, stderr=True)


def _plain(value: Any) -> Any:
    """Return the arguments as a module would get them: plain containers and values, vaulted strings decrypted."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):  # ansible-core 2.19 and newer pass subclasses of them, which are slow to copy
        if isinstance(value, kind):
            return kind(value)
    return str(value)


@contextmanager
def _environment(extra: Mapping[str, str]) -> Iterator[None]:
    """Set the task's ``environment`` for as long as it runs."""
    before = {name: os.environ.get(name) for name in extra}
    os.environ.update({name: str(value) for name, value in extra.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
