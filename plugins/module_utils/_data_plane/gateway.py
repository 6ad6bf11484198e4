# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gateway: its usernames and its proxies (docs/contract.md, section 7). Pure: no I/O, no Ansible."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, not_a_string
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import (
    Proxy,
    address_proxy,
    host_of,
    instead_of,
    port_number,
    refuse_options,
    scalar,
    scheme_of,
)
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.spellings import parsed

# Host and port of each product's gateway; servers and bought addresses have hosts of their own.
GATEWAYS: dict[str, tuple[str | None, int | None]] = {
    "residential": ("t.pr.thordata.net", 9999),
    "mobile": ("t.pr.thordata.net", 9999),
    "unlimited": (None, 9999),
}


# The same for callers on the whitelist, who send no credentials.
WHITELIST_GATEWAYS: dict[str, tuple[str | None, int | None]] = {
    "residential": ("pr.thordata.net", 9999),
    "mobile": (None, None),
    "unlimited": (None, None),
}

PREFIX = "td-customer-"
LONGEST_SESSION = 90
# The options that choose an exit, and all of those that make a URL.
EXIT_OPTIONS = (
    "continent",
    "country",
    "state",
    "city",
    "asn",
    "session",
    "session_for",
    "session_salt",
    "session_minutes",
)
URL_OPTIONS = ("password", "whitelist", "proxy_type", "host", "port", "scheme", *EXIT_OPTIONS)


def gateway_username(username: Any, **exit_options: Any) -> str:
    """Return the gateway's username of a proxy user: what ``exit_options`` ask for, in the gateway's order.

    ``exit_options``: those of EXIT_OPTIONS. Raises OptionError for what the gateway's grammar cannot say.
    """
    suffix = _suffix(**{name: scalar(name, value) for name, value in exit_options.items()})
    return PREFIX + _user(username) + suffix


def _user(username: Any) -> str:
    name = scalar("username", username)
    if not isinstance(name, str) or not name.strip():
        raise OptionError(
            "the username is empty", "Name a proxy user. Without one there is only proxy_url with whitelist=true"
        )
    if name.startswith(PREFIX):
        raise OptionError(f"the username begins with {PREFIX} already", "Give the name of the proxy user alone")
    return _word("username", name)


@functools.lru_cache(maxsize=1024)
def _suffix(
    continent: str | None = None,
    country: str | None = None,
    state: str | None = None,
    city: str | None = None,
    asn: str | int | None = None,
    session: str | int | None = None,
    session_for: str | int | None = None,
    session_salt: str | int | None = None,
    session_minutes: str | int | None = None,
) -> str:
    if session is not None and session_for is not None:
        raise OptionError("session and session_for exclude each other")
    for name, value in (("state", state), ("asn", asn)):
        if value is not None and country is None:
            raise OptionError(f"{name} needs country")
    place = _joined(
        {
            "continent": two_letters("continent", continent),
            "country": two_letters("country", country),
            "state": _place("state", state),
            "city": _place("city", city),
            "asn": _asn(asn),
        }
    )
    if session_for is not None:
        if not str(session_for).strip():
            raise OptionError("session_for is empty", "Give it what keeps the session, such as inventory_hostname")
        # The place goes in: a live session keeps its exit, whatever place is asked with it.
        seed = json.dumps([str(session_salt or ""), str(session_for), place])
        session = hashlib.sha256(seed.encode()).hexdigest()[:12]
    if session_minutes is not None:
        if session is None:
            raise OptionError("session_minutes needs session or session_for")
        if str(session_minutes) not in map(str, range(1, LONGEST_SESSION + 1)):
            raise OptionError(f"session_minutes must be 1 to {LONGEST_SESSION}{instead_of(str(session_minutes))}")
    sessid = None if session is None else _word("session", session)
    return place + _joined({"sessid": sessid, "sesstime": session_minutes})


def _joined(parts: Mapping[str, Any]) -> str:
    return "".join(f"-{name}-{value}" for name, value in parts.items() if value is not None)


def _word(name: str, value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isalnum()):
        raise OptionError(f"{name} must be ASCII letters and digits{instead_of(text)}")
    return text


def two_letters(option: str, value: Any) -> str | None:
    """Return the code of a country or continent in lower case; None if not given. Raises OptionError."""
    if value is None:
        return None
    text = str(value).strip()
    if text.lower() in ("true", "false"):  # as text too: Ansible turns a boolean into it
        raise not_a_string(option, text)
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise OptionError(f"{option} must be two letters such as us{instead_of(text)}")
    return text.lower()


def _place(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    code = re.sub(r"[\s'.]", "", value).lower()
    if not (code.isascii() and code.isalnum()):
        raise OptionError(f"{name} must be a code such as newyork, or a name such as New York{instead_of(value)}")
    return code


def _asn(value: str | int | None) -> str | None:
    if value is None:
        return None
    text = str(value).strip()
    match = re.fullmatch(r"(?:as)?([0-9]{1,10})", text, re.IGNORECASE)
    if not match:
        raise OptionError(f"asn must be a number such as AS7018{instead_of(text)}")
    return f"AS{match[1]}"


def proxy(value: Any, *, whitelist: bool | None = None, **options: Any) -> Proxy:
    """Return the proxy that ``value`` names, by its shape; ``options`` are those of URL_OPTIONS. Raises OptionError.

    A name, or a dictionary without an address, is a proxy user; a dictionary with ``ip`` or ``host``, and a text with a
    colon, is a proxy of its own. ``whitelist``: the gateway without credentials, and no ``value``.
    """
    if whitelist not in (None, True, False):
        raise OptionError("whitelist must be true or false", "Leave out the quotes")
    if whitelist:
        if value not in (None, ""):
            raise OptionError("whitelist=true takes no user", "Write none | proxy_url(whitelist=true)")
        return whitelist_proxy(**options)
    if isinstance(value, Mapping) and {"ip", "host"} & value.keys():
        return address_proxy(value, **options)
    if isinstance(value, str) and ":" in value:
        scheme = options.pop("scheme", None)
        refuse_options(options, "a proxy with an address of its own")
        return parsed(value) if scheme is None else replace(parsed(value), scheme=scheme_of(scheme))
    return user_proxy(value, **options)


def user_proxy(
    user: Any,
    *,
    password: Any = None,
    proxy_type: Any = None,
    host: Any = None,
    port: Any = None,
    scheme: Any = None,
    **exit_options: Any,
) -> Proxy:
    """Return the gateway as a proxy user sees it. ``user``: a name, or a dictionary with ``username``.

    ``password`` may stand in the dictionary; ``exit_options`` are those of EXIT_OPTIONS. Raises OptionError.
    """
    given = user if isinstance(user, Mapping) else {"username": user}
    username = gateway_username(given.get("username"), **exit_options)
    secret = scalar("password", given.get("password") if password is None else password)
    if not secret:
        raise OptionError(f"password is needed for the proxy user {given['username']}")
    target, own_port = _gateway(GATEWAYS, proxy_type, host, port)
    return Proxy(scheme_of(scheme), target, own_port, username, str(secret))


def whitelist_proxy(
    *, proxy_type: Any = None, host: Any = None, port: Any = None, scheme: Any = None, **other: Any
) -> Proxy:
    """Return the gateway as callers on the whitelist see it: without credentials, and so without a place or a session.

    Raises OptionError.
    """
    refuse_options(other, "whitelist=true")
    target, own_port = _gateway(WHITELIST_GATEWAYS, proxy_type, host, port)
    return Proxy(scheme_of(scheme), target, own_port)


def _gateway(
    table: Mapping[str, tuple[str | None, int | None]], proxy_type: Any, host: Any, port: Any
) -> tuple[str, int]:
    """Return host and port of a product's gateway, as the table has them where they are not given."""
    product = scalar("proxy_type", proxy_type) or "residential"
    if product not in table:
        raise OptionError(
            f"proxy_type must be one of {', '.join(table)}{instead_of(str(product))}",
            "A bought address is a proxy of its own: give its dictionary, as static_proxies returns it",
        )
    usual_host, usual_port = table[str(product)]
    if host is None and usual_host is None:
        raise OptionError(f"host is needed for {product}", "The dashboard shows it; a server's is its plan_name")
    if port is None and usual_port is None:
        raise OptionError(f"port is needed for {product}", "The dashboard shows it")
    return host_of(usual_host if host is None else host), port_number(usual_port if port is None else port)
