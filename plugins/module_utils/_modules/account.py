# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that work on an account: the same declaration runs in the controller's process and as an ordinary module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import USER_TYPES, Resource
from ansible_collections.thordata.proxies.plugins.module_utils._account.times import zone
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import DEFAULT_URL, Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import Throttle
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State, default_folder
from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import missing_requests
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import (
    masked,
    open_values,
    scrub,
    secret_values,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.base import Module, guarded
from ansible_collections.thordata.proxies.plugins.module_utils._modules.task import Task

ACCOUNT_SPEC: dict[str, Any] = {
    "api_token": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["THORDATA_PUBLIC_TOKEN"]),
    },
    "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["THORDATA_PUBLIC_KEY"])},
    "api_url": {"type": "str", "default": DEFAULT_URL, "fallback": (env_fallback, ["THORDATA_API_URL"])},
    "api_timeout": {"type": "float", "default": 30, "fallback": (env_fallback, ["THORDATA_API_TIMEOUT"])},
    "api_retry_timeout": {"type": "float", "default": 120, "fallback": (env_fallback, ["THORDATA_API_RETRY_TIMEOUT"])},
    "api_timezone": {"type": "str", "default": "UTC", "fallback": (env_fallback, ["THORDATA_API_TIMEZONE"])},
    "state_dir": {"type": "path", "fallback": (env_fallback, ["THORDATA_STATE_DIR"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}

PROXY_TYPE_SPEC: dict[str, Any] = {"type": "str", "choices": list(USER_TYPES), "default": "residential"}
SET_SPEC: dict[str, Any] = {
    "proxy_type": PROXY_TYPE_SPEC,
    "purge": {"type": "bool", "default": False},
    "purge_limit": {"type": "int", "default": 10},
    "protected": {"type": "list", "elements": "str", "default": []},
    "concurrency": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
}


def set_spec(resource: Resource, option: str) -> dict[str, Any]:
    """Return the argument spec of a module that declares a whole set of a resource, its items in ``option``."""
    items = {"type": "list", "elements": "dict", "required": True, "options": resource.argument_spec}
    return {**SET_SPEC, option: items}


COST_SPEC: dict[str, Any] = {
    "confirm_cost": {"type": "bool", "default": False},
    "min_wallet_balance": {"type": "float"},
    "purchase_lock": {"type": "bool", "default": False, "fallback": (env_fallback, ["THORDATA_PURCHASE_LOCK"])},
}


class AccountModule:
    """A module that works on an account; the same declaration runs in the controller's process and as a module.

    ``run`` takes a Task and returns the result; it raises ThordataError for what the user must know.
    ``short``: options that list items, and the key of an item, for which its value alone may stand.
    """

    def __init__(
        self,
        run: Callable[[Task], dict[str, Any]],
        argument_spec: dict[str, Any],
        short: Mapping[str, str] | None = None,
        **constraints: Any,
    ) -> None:
        self.run = run
        self.short = short or {}
        self.argument_spec = {**argument_spec, **ACCOUNT_SPEC}
        self.constraints = constraints

    def main(self) -> None:
        """Run as an ordinary module."""
        module = Module(self.argument_spec, missing_requests(), self.expanded, **self.constraints)
        module.leave(self.execute(module.params, module.check_mode, module._diff, module.debug))

    def expanded(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options as they are given, with dictionaries where ``short`` allows a value alone."""
        options = dict(given)
        for name, key in self.short.items():
            entries = options.get(name)
            if isinstance(entries, str):
                entries = entries.split(",")
            if isinstance(entries, (list, tuple)):
                options[name] = [one if isinstance(one, Mapping) else {key: one} for one in entries]
        return options

    def execute(
        self,
        params: dict[str, Any],
        check_mode: bool,
        diff_mode: bool,
        notify: Callable[[str], None],
        task: str | None = None,
    ) -> dict[str, Any]:
        """Return the task's result for validated options, scrubbed of every secret among them.

        ``task``: what the items of one loop have in common; they share ``api_retry_timeout``.
        """
        done: dict[str, Any] = {}
        warnings: list[str] = []

        def run() -> dict[str, Any]:
            client = client_of(params, notify, warnings.append, task)
            where = zone(params["api_timezone"])
            return self.run(Task(params, check_mode, diff_mode, client, where, notify, warnings, done))

        result = guarded(run)
        if warnings:
            result["warnings"] = list(dict.fromkeys(warnings))
        secrets = set(secret_values(self.argument_spec, params)) - open_values(self.argument_spec, params)
        return {
            "changed": False,
            **scrub({**done, **result}, secrets),
            "invocation": {"module_args": masked(self.argument_spec, params)},
        }


def client_of(
    params: Mapping[str, Any], notify: Callable[[str], None], warn: Callable[[str], None], task: str | None = None
) -> Client:
    """Return the client of the account that options of ``ACCOUNT_SPEC`` name: at its pace, and with its state.

    ``task``: what the items of one loop have in common. Raises OptionError for options that cannot work.
    """
    settings = Settings(
        token=params["api_token"],
        key=params["api_key"] or None,
        url=params["api_url"],
        timeout=params["api_timeout"],
        retry_timeout=params["api_retry_timeout"],
        validate_certs=params["validate_certs"],
        ca_path=params["ca_path"],
    )
    if settings.unencrypted:
        warn("api_url is http: the token crosses the network in clear text")
    state = State(settings.account, params["state_dir"] or default_folder(), warn=warn)
    return Client(settings, _throttle_of(settings, state, notify, task), state)


_throttles: dict[tuple[str | None, Settings], Throttle] = {}


def _throttle_of(settings: Settings, state: State, notify: Callable[[str], None], task: str | None) -> Throttle:
    """Return the gate of a task: the same one for all items of its loop, which run one after another in one process."""
    throttle = _throttles.get((task, settings)) if task else None
    if throttle is None:
        throttle = Throttle(settings.retry_timeout, state, notify=notify)
        _throttles.clear()  # the task before is over
        _throttles[task, settings] = throttle
    throttle.exhausted = False
    return throttle
