# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role ``account``, read where no play runs that would evaluate their templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins.module_utils._account.differences import Declared
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    USER_TYPES,
    WHITELIST_ENTRY,
    Resource,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import TRAFFIC_UNIT_SPEC
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import refusal

PREFIX = "thordata_account_"
# The properties that name an entry; without them it is none.
KEYS = ("username", "new_username", "ip", "ins_id", "plan_name", "traffic")


def _sets(resource: Resource) -> dict[str, Any]:
    items = {"type": "list", "elements": "dict", "options": resource.argument_spec}
    return {"type": "dict", "options": dict.fromkeys(USER_TYPES, items)}


_SERVER = {
    "ins_id": {"type": "str"},
    "plan_name": {"type": "str"},
    "renew_for": {"type": "int"},
    "renew_within": {"type": "str"},
    "bandwidth": {"type": "int"},
    "size": {"type": "str"},
    "bound_users": {"type": "list", "elements": "str"},
    "unbound_users": {"type": "list", "elements": "str"},
    "purge_bound_users": {"type": "bool", "default": False},
}
_VOUCHER = {"traffic": {"type": "float", "required": True}, "count": {"type": "int", "default": 1}}
# What of the role's variables is compared with an account.
SPEC: dict[str, Any] = {
    "users": _sets(PROXY_USER),
    "whitelist": _sets(WHITELIST_ENTRY),
    "servers": {"type": "list", "elements": "dict", "options": _SERVER, "required_one_of": [("ins_id", "plan_name")]},
    "vouchers": {"type": "list", "elements": "dict", "options": {**_VOUCHER, "traffic_unit": TRAFFIC_UNIT_SPEC}},
    "purge": {"type": "bool", "default": False},
    "protected_users": {"type": "list", "elements": "str", "default": []},
    "protected_ips": {"type": "list", "elements": "str", "default": []},
}


def read_variables(variables: Any, warn: Callable[[str], None]) -> Declared:
    """Return what a file of variables declares. Raises OptionError for what the role would refuse.

    ``variables``: what the file holds. ``warn`` gets a message of what only a play can evaluate, and is left out; with
    it, nothing counts as undeclared.
    """
    if not isinstance(variables, Mapping):
        raise OptionError("The declared file holds no variables", f"It should hold {PREFIX}users or another of them")
    left_out: list[str] = []
    named = {str(name): value for name, value in variables.items()}
    given = {name: _plain(named[PREFIX + name], PREFIX + name, left_out) for name in SPEC if PREFIX + name in named}
    given = {name: value for name, value in given.items() if value is not None}
    if isinstance(given.get("whitelist"), Mapping):
        given["whitelist"] = {product: _long(entries) for product, entries in given["whitelist"].items()}
    if isinstance(given.get("servers"), list):
        given["servers"] = [_only(_SERVER, one) for one in given["servers"]]
    checked = ArgumentSpecValidator(SPEC).validate(given)
    refused = refusal(SPEC, given, checked.validated_parameters)
    if checked.error_messages or refused:
        raise OptionError(f"The declared file is wrong: {refused['msg'] if refused else checked.errors.msg}")
    if left_out:
        warn(f"Templates of the declared file are not evaluated, and left out of drift: {', '.join(left_out)}")
    values = {name: value for name, value in checked.validated_parameters.items() if value is not None}
    for part in ("users", "whitelist"):
        values[part] = {key: entries for key, entries in values.get(part, {}).items() if entries is not None}
    return Declared(**{**values, "purge": values["purge"] and not left_out})


def _plain(value: Any, path: str, left_out: list[str]) -> Any:
    """Return the value without passwords, and without what only Ansible can read; None where nothing is left."""
    if isinstance(value, Mapping):
        # A password is not compared, whatever stands for it.
        public = {key: one for key, one in value.items() if "password" not in str(key)}
        found = {key: _plain(one, f"{path}.{key}", left_out) for key, one in public.items()}
        return None if any(found[key] is None for key in KEYS if key in found) else found
    if isinstance(value, list):
        entries = [_plain(one, f"{path}[{position}]", left_out) for position, one in enumerate(value)]
        return [one for one in entries if one is not None]
    if value is None or isinstance(value, str) and ("{{" in value or "{%" in value):
        left_out.append(path)
        return None
    return value


def _long(entries: Any) -> Any:
    """Return the entries of a whitelist as dictionaries, for which an address alone may stand."""
    if not isinstance(entries, list):
        return entries
    return [one if isinstance(one, Mapping) else {"ip": one} for one in entries]


def _only(spec: Mapping[str, Any], entry: Any) -> Any:
    """Return what of an entry is compared."""
    return {name: entry[name] for name in spec if name in entry} if isinstance(entry, Mapping) else entry
