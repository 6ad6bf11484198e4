# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of an inventory or lookup plugin to a client."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ansible.utils.display import Display

from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State, default_folder
from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import missing_requests
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import (
    OptionError,
    ThordataError,
    not_a_string,
)
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import two_letters

# What a lookup is called with besides its options.
CORES_OWN = ("allow_unsafe", "errors", "wantlist")


def account(option: Callable[[str], Any]) -> Client:
    """Return the client of the account that the options name. Raises ThordataError."""
    require_requests()
    token = option("api_token")
    if not token:
        raise OptionError("api_token is not set", "Set it, or the environment variable THORDATA_PUBLIC_TOKEN")
    settings = Settings(
        token=str(token),
        key=str(option("api_key")) if option("api_key") else None,
        url=option("api_url"),
        timeout=option("api_timeout"),
        retry_timeout=option("api_retry_timeout"),
        validate_certs=option("validate_certs"),
        ca_path=option("ca_path"),
    )
    state = State(settings.account, option("state_dir") or default_folder(), warn=Display().warning)
    return Client(settings, state=state)


def require_requests() -> None:
    """Raise ThordataError where requests is missing."""
    if missing_requests():
        raise ThordataError(missing_requests())


def refuse_unknown(plugin: Any, given: Mapping[str, Any]) -> None:
    """Raise OptionError for what is ``given`` to a lookup and is none of its options, which Ansible passes over."""
    known = [name for name in plugin.option_definitions if name != "_terms"]
    unknown = sorted(set(given) - {*known, *CORES_OWN})
    if unknown:
        raise OptionError(f"there is no option {', '.join(unknown)}", f"The options are {', '.join(sorted(known))}")


def variables_of(plugin: Any, templar: Any, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the ``variables`` that options of the plugin come from, with what their templates make.

    ansible-core before 2.19 would take a template for the value of the option. Raises OptionError.
    """
    given = variables or {}
    names = {source["name"] for option in plugin.option_definitions.values() for source in option.get("vars") or ()}
    return {name: templated(templar, name, given) for name in names if name in given}


def templated(templar: Any, name: str, values: Mapping[str, Any]) -> Any:
    """Return what the template of an option or variable makes. Raises OptionError that quotes no value."""
    try:
        return templar.template(values[name])
    except Exception as error:
        raise OptionError(f"The template of {name} fails ({reason(error)})", "Check it") from None


def reason(error: Exception) -> str:
    """Return why a template fails; only what quotes no value of it, else the kind of the error."""
    known = re.search(
        r"'[^']+' is undefined|'[^']+' has no attribute '[^']+'|No \w+ named '[^']+'"
        r"|'[<>=]+' not supported between instances of '\w+' and '\w+'",
        str(error),
    )
    return known[0] if known else type(error).__name__


def country(option: str, value: Any) -> str:
    """Return the code of a country in lower case. Raises OptionError."""
    if isinstance(value, bool):
        raise not_a_string(option, value)
    return str(two_letters(option, str(value)))
