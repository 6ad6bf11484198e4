# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of a task: which of them hold secrets, and how results are kept free of these."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import QUOTE, OptionError, not_a_string
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined

NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Parts of a result that hold names of users, or words of the collection about them.
NAMES = frozenset(("username", "bound_users", "outcomes"))
# Options that mean a name or a code. YAML reads NO, on, 123456 and 0123456 (octal) without quotes as something else.
WORDS = frozenset(
    (
        *("username", "new_username", "usernames", "bound_users", "unbound_users", "protected", "password"),
        *("country", "state", "expect_country", "account_name", "servers", "ins_id", "plan_name", "ip", "ips"),
        *("cdk", "api_token", "api_key"),
    )
)


def unquoted(spec: Mapping[str, Any], given: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Yield what is wrong with the options that mean a word and are ``given`` as a boolean or a number.

    What they were before YAML read them is not known any more.
    """
    for name, option in spec.items():
        values = given[name] if isinstance(given.get(name), list) else [given.get(name)]
        for position, value in enumerate(values, 1):
            path = f"{where}{name}" if len(values) == 1 else f"{where}{name}[{position}]"
            if isinstance(value, Mapping):
                yield from unquoted(option.get("options") or dict.fromkeys(value, {}), value, f"{path}.")
            elif name in WORDS and option.get("type") != "bool" and "choices" not in option and _is_no_word(value):
                yield not_a_string(path, value, shown=not option.get("no_log")).problem


def _is_no_word(value: Any) -> bool:
    # ansible-core before 2.19 makes strings of what comes out of a template.
    return isinstance(value, (bool, int, float)) or value in ("True", "False")


def refusal(spec: Mapping[str, Any], given: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the failure of a task with ``given`` options that are not the words that they should be; else nothing."""
    problems = list(unquoted(spec, given))
    if not problems:
        return {}
    message = str(OptionError(joined(problems, "; "), QUOTE))
    return {"failed": True, "msg": message, "invocation": {"module_args": masked(spec, params)}}


def explained(message: str) -> str:
    """Return what ansible-core says of wrong options; of a missing token, also where it is taken from."""
    if re.match(r"missing required arguments:.*\bapi_token\b", message):
        return f"{message}. Set api_token, or the environment variable THORDATA_PUBLIC_TOKEN."
    return message


def secret_values(spec: Mapping[str, Any], params: Mapping[str, Any]) -> Iterable[str]:
    """Yield the values of all no_log options, those of suboptions too."""
    for name, option in spec.items():
        value = params.get(name)
        if value is None:
            continue
        if option.get("no_log"):
            yield from map(str, value.values() if isinstance(value, Mapping) else [value])
        elif "options" in option:
            for one in value if isinstance(value, list) else [value]:
                yield from secret_values(option["options"], one)


def open_values(spec: Mapping[str, Any], params: Mapping[str, Any]) -> set[str]:
    """Return the strings that the options show openly, and the empty one: masking them would hide nothing.

    A password that is the name of a user, or a word such as ``mobile``, must not garble the result.
    """
    found = {""}
    _add_open(spec, params, found)
    return found


def _add_open(spec: Mapping[str, Any], params: Mapping[str, Any], found: set[str]) -> None:
    for name, option in spec.items():
        value = params.get(name)
        if isinstance(value, str):
            if not option.get("no_log"):
                found.add(value)
        elif isinstance(value, (dict, list, tuple)) and not option.get("no_log"):
            _add_strings(option, value, found)


def _add_strings(option: Mapping[str, Any], value: Any, found: set[str]) -> None:
    if isinstance(value, str):
        found.add(value)
    elif isinstance(value, dict):
        _add_open(option.get("options") or dict.fromkeys(value, {}), value, found)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _add_strings(option, one, found)


def masked(spec: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the value of each no_log option replaced, however short it is."""

    def shown(name: str, value: Any) -> Any:
        option = spec.get(name, {})
        if option.get("no_log") and value is not None:
            return NOT_SHOWN
        if "options" in option and value is not None:
            below = option["options"]
            return [masked(below, one) for one in value] if isinstance(value, list) else masked(below, value)
        # A URL with credentials is refused, and must not be shown all the same.
        return re.sub(r"//[^/]*@", "//********@", value) if isinstance(value, str) and "@" in value else value

    return {name: shown(name, value) for name, value in params.items()}


def scrub(value: Any, secrets: set[str]) -> Any:
    """Return a result with every string that is a secret replaced, in linear time. Parts of words stay as they are.

    So do the names of users, since a password may be the name of another user.
    """
    if isinstance(value, str):
        return NOT_SHOWN if value in secrets else value
    if isinstance(value, Mapping):
        return {key: one if key in NAMES else scrub(one, secrets) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(one, secrets) for one in value]
    return value


def logged(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the argument spec for AnsibleModule, which logs the arguments on the host.

    A list whose items hold secrets is left out of the log: to mask thousands of them there takes quadratic time.
    """

    def secret(option: Mapping[str, Any]) -> bool:
        return any(one.get("no_log") for one in option.get("options", {}).values())

    return {name: {**option, "no_log": True} if secret(option) else option for name, option in spec.items()}
