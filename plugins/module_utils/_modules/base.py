# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What account modules and host modules share: how they begin, fail and end."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import explained, logged, refusal


def failure(error: ThordataError) -> dict[str, Any]:
    """Return the result of a failed task: one message, and the API's own code where it gave one."""
    return {"failed": True, **reason(error)}


def reason(error: ThordataError) -> dict[str, Any]:
    """Return why, in one sentence, and the API's own code where it gave one."""
    return {"msg": str(error), **({} if error.code is None else {"api_code": error.code})}


class Module(AnsibleModule):
    """A module whose results hold no secret, and which ends early where a library is missing or an option is no text.

    ``missing`` is what the user reads where a library is missing; empty where all are there. ``expanded`` makes of the
    options that are given those of the argument spec.
    """

    def __init__(
        self,
        argument_spec: Mapping[str, Any],
        missing: str,
        expanded: Callable[[Mapping[str, Any]], dict[str, Any]] = dict,
        **constraints: Any,
    ) -> None:
        self._expanded = expanded
        super().__init__(logged(argument_spec), supports_check_mode=True, **constraints)
        if missing:
            self.fail_json(msg=missing)
        refused = refusal(argument_spec, self.given, self.params)
        if refused:
            self.leave(refused)

    def _load_params(self) -> None:
        super()._load_params()
        self.given: dict[str, Any] = self._expanded(self.params)
        self.params: dict[str, Any] = dict(self.given)

    def fail_json(self, msg: str, **kwargs: Any) -> None:
        """End as a failed task, as AnsibleModule does; also by itself, where it refuses the options."""
        super().fail_json(msg=explained(msg), **kwargs)

    def leave(self, result: dict[str, Any]) -> None:
        """End with a result that holds no secret; AnsibleModule would mask parts of words, in quadratic time."""
        self.no_log_values.clear()
        for warning in result.pop("warnings", []):
            self.warn(warning)
        if result.get("failed"):
            self.fail_json(**result)
        self.exit_json(**result)


def guarded(run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the result of ``run``, or of a failed task: one sentence, whatever was raised."""
    try:
        return run()
    except ThordataError as error:
        return failure(error)
    except Exception as error:
        return {"failed": True, "msg": f"{fault(error)}, with the trace that -vvv shows.", "exception": _trace(error)}


def fault(error: Exception) -> str:
    """Return what a user reads of a bug: where in this collection. The text of the exception may hold a secret.

    So the trace leaves it out, too.
    """
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((one for one in reversed(frames) if "/thordata/proxies/plugins/" in one.filename), frames[-1])
    where = f"{type(error).__name__} at {frame.filename.rpartition('/plugins/')[2]}:{frame.lineno}"
    return f"thordata.proxies met a fault of its own: {where}. Please report it"


def _trace(error: BaseException) -> str:
    cause = error.__cause__ or error.__context__
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = f"{type(error).__name__} (its text is left out, since it may quote a secret)"
    return f"{_trace(cause) if cause else ''}Traceback (most recent call last):\n{frames}{kind}\n"
