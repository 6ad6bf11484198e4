# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole account as it is declared, from what a user writes to what ``drift`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins.module_utils._account.drift import DECLARATION_SPEC
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import unquoted


def checked_declaration(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is declared, with defaults; in a whitelist, an address may stand for its entry.

    Raises OptionError, which quotes no secret, for what the modules would refuse.
    """
    declaration = dict(given)
    if isinstance(declaration.get("whitelist"), Mapping):
        declaration["whitelist"] = {
            product: [one if isinstance(one, Mapping) else {"ip": one} for one in entries]
            if isinstance(entries, (list, tuple))
            else entries
            for product, entries in declaration["whitelist"].items()
        }
    checked = ArgumentSpecValidator(DECLARATION_SPEC).validate(declaration)
    problems = checked.error_messages or list(unquoted(DECLARATION_SPEC, declaration))
    if problems:
        raise OptionError(f"Wrong declaration: {joined(problems, '; ')}".rstrip("."))
    return dict(checked.validated_parameters)
