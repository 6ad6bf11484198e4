# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy: how to speak with it, where it is, who asks. Pure: no I/O, no Ansible."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, not_a_string

SCHEMES = ("http", "https", "socks5", "socks5h")


# Options for which a whole number is as good as its text; elsewhere it may be what YAML made of an unquoted 0123.
NUMERIC = {"port", "asn", "session", "session_for", "session_salt", "session_minutes"}


def scalar(name: str, value: Any) -> str | int | None:
    """Return the value of an option: text, a whole number where that is as good, or None.

    Raises OptionError for what YAML makes of an unquoted word, and for lists and the like; it never shows the value.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise not_a_string(name, value)
    if isinstance(value, int) and name in NUMERIC:
        return value
    if isinstance(value, (int, float)):
        raise not_a_string(name, value, shown=False)
    kind = "dictionary" if isinstance(value, Mapping) else type(value).__name__
    raise OptionError(f"{name} must be a string, not a {kind}")


def instead_of(text: str) -> str:
    """Return what was given, for a message; nothing of what may be a proxy with its password."""
    return "" if ":" in text or "@" in text else f", not {text!r}"


@dataclass(frozen=True)
class Proxy:
    """A proxy as a client needs it; without ``username`` it wants no credentials. ``host``: IPv6 in brackets.

    Raises OptionError for credentials that no client can send.
    """

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        # HTTP forbids them, and curl goes on without the proxy.
        if re.search(r"[\x00-\x1f\x7f]", f"{self.username}{self.password}"):
            raise OptionError("username and password of a proxy hold no line breaks and other control characters")

    @property
    def address(self) -> str:
        """Return ``host:port``."""
        return f"{self.host}:{self.port}"

    @property
    def server(self) -> str:
        """Return the URL without credentials."""
        return f"{self.scheme}://{self.address}"

    @property
    def url(self) -> str:
        """Return the URL, with the credentials percent-encoded."""
        if self.username is None:
            return self.server
        return f"{self.scheme}://{quoted(self.username)}:{quoted(self.password or '')}@{self.address}"

    @property
    def credentials(self) -> str:
        """Return ``username:password``, or nothing. Raises OptionError for a username that would end too early."""
        if self.username is None:
            return ""
        if ":" in self.username:
            raise OptionError("a username with a colon cannot stand before :password", "Use the format url")
        return f"{self.username}:{self.password or ''}"


@functools.lru_cache(maxsize=4096)
def quoted(text: str) -> str:
    return quote(text, safe="")


def address_proxy(
    given: Mapping[str, Any], *, password: Any = None, port: Any = None, scheme: Any = None, **other: Any
) -> Proxy:
    """Return a proxy that has an address of its own, such as a bought one, or a node of an extract link.

    ``given``: ``ip`` or ``host``, ``port``, perhaps ``username`` with ``password``, and ``scheme``. Raises OptionError.
    """
    refuse_options(other, "a proxy with an address of its own")
    host = scalar("host", next((given[name] for name in ("ip", "host") if given.get(name) is not None), None))
    if not host:
        raise OptionError("The proxy has an empty address", "Give it ip or host")
    target = bracketed(str(host))
    own_port = given.get("port") if port is None else port
    if own_port is None:
        raise OptionError(f"The address {target} has no port")
    username = scalar("username", given.get("username"))
    secret = scalar("password", given.get("password") if password is None else password)
    if username == "":
        raise OptionError("the username is empty", "Leave it out for a proxy that wants no credentials")
    if username is None and secret is not None:
        raise OptionError(f"The address {target} has a password, and no username")
    if username is not None and not secret:
        raise OptionError(
            f"The address {target} has a username, and no password",
            "Give password, or read the address with reveal_passwords=true",
        )
    one = Proxy(scheme_of(given.get("scheme") if scheme is None else scheme), target, port_number(own_port))
    return one if username is None else replace(one, username=str(username), password=str(secret))


def refuse_options(options: Mapping[str, Any], what: str) -> None:
    names = [name for name, value in options.items() if value is not None]
    if names:
        raise OptionError(f"{what} takes no {', '.join(names)}")


def scheme_of(value: Any) -> str:
    scheme = scalar("scheme", value)
    if scheme is None:
        return SCHEMES[0]
    if scheme not in SCHEMES:
        raise OptionError(f"scheme must be one of {', '.join(SCHEMES)}{instead_of(str(scheme))}")
    return str(scheme)


def port_number(value: Any) -> int:
    number = scalar("port", value)
    if not re.fullmatch(r"[0-9]{1,5}", str(number)) or not 1 <= int(str(number)) <= 65535:
        raise OptionError(f"port must be 1 to 65535{instead_of(str(number))}")
    return int(str(number))


def host_of(value: Any) -> str:
    text = str(scalar("host", value)).strip()
    if not text:
        raise OptionError("host is empty", "Leave it out for the usual one")
    if ":" in text and not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", text):
        raise OptionError("host must be a name or an address without port, an IPv6 address in brackets")
    if re.search(r"[\s/@?#]", text):
        raise OptionError(f"host must be a name or an address{instead_of(text)}")
    return text


def bracketed(address: str) -> str:
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return host_of(address)
