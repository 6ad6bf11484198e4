# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The variables of the role ``account``, read where no play runs that would evaluate their templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.drift import DECLARATION_SPEC
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.declaration import checked_declaration

PREFIX = "thordata_account_"
# The properties without which an entry says nothing, or something else.
KEYS = ("username", "new_username", "ip", "state", "ins_id", "plan_name", "renew_for", "renew_within", "traffic")


def read_variables(variables: Any, warn: Callable[[str], None]) -> dict[str, Any]:
    """Return what a file of variables declares, without passwords. Raises OptionError for what the role would refuse.

    ``variables``: what the file holds. ``warn`` gets a message of what only a play can evaluate, and is left out; with
    it, nothing counts as undeclared.
    """
    if not isinstance(variables, Mapping):
        raise OptionError("The declared file holds no variables", f"It should hold {PREFIX}users or another of them")
    left_out: list[str] = []
    given = {
        name: _plain(variables[PREFIX + name], PREFIX + name, left_out)
        for name in DECLARATION_SPEC
        if PREFIX + name in variables and name != "passwords"
    }
    declaration = checked_declaration({name: value for name, value in given.items() if value is not None})
    if left_out:
        warn(f"Templates of the declared file are not evaluated, and left out of drift: {', '.join(left_out)}")
        declaration["purge"] = False
        declaration["servers"] = [{**server, "purge_bound_users": False} for server in declaration["servers"]]
    return declaration


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
