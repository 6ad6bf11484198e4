# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy, however a list spells it. Pure: no I/O, no Ansible."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import (
    SCHEMES,
    Proxy,
    address_proxy,
    bracketed,
    port_number,
    scalar,
)

READABLE = "host:port, host:port:user:password, user:password@host:port or user:password:host:port"


HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_][A-Za-z0-9._-]*)"


PORT = "(?P<port>[0-9]{1,5})"


USER = "(?P<username>[^:]+)"


PASSWORD = "(?P<password>.*)"


# How providers write a proxy without a scheme. A password may hold anything, a username no colon.
SPELLINGS = [
    re.compile(pattern)
    for pattern in (
        f"{HOST}:{PORT}",
        f"{HOST}:{PORT}:{USER}:{PASSWORD}",
        f"{USER}(?::{PASSWORD})?@{HOST}:{PORT}",
        f"{USER}:{PASSWORD}:{HOST}:{PORT}",
    )
]


def parsed(value: Any) -> Proxy:
    """Return the proxy of a URL, of a text as in READABLE, or of a dictionary with ``host`` or ``ip``.

    Only a URL is percent-decoded. Raises OptionError, which never shows the value: it may hold a password.
    """
    if isinstance(value, Proxy):
        return value
    if isinstance(value, Mapping):
        if not {"ip", "host"} & value.keys():
            raise OptionError("A proxy that is a dictionary needs host or ip, and port")
        return address_proxy(value)
    text = str(scalar("A proxy", value) or "").strip()
    if not text.isprintable():
        raise OptionError("A proxy holds a line break or another control character", "Give each proxy an entry")
    if re.match("[A-Za-z][A-Za-z0-9+.-]*://", text):
        return _of_url(text)
    if is_address(text, 6) or is_address(text.rpartition(":")[0], 6):
        raise OptionError("A proxy has an IPv6 address without brackets", "Write it as [2001:db8::1]:8000")
    found = set(_readings(text))
    if len(found) > 1:
        raise OptionError("A proxy can be read in two ways", "Write it as a URL, http://user:password@host:port")
    if not found:
        raise OptionError(f"A proxy must be a URL with scheme, host and port, or {READABLE}")
    return found.pop()


def _of_url(text: str) -> Proxy:
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise OptionError("A proxy is not a URL", "Percent-encode username and password") from None
    if url.scheme not in SCHEMES or not url.hostname or port is None:
        raise OptionError(f"A proxy must be a URL with scheme ({', '.join(SCHEMES)}), host and port")
    if url.path not in ("", "/") or url.query or url.fragment:
        raise OptionError("A proxy is a URL that goes on after its port", "Percent-encode username and password")
    username = unquote(url.username) if url.username else None
    if username is None and url.password:
        raise OptionError("the username is empty", "Leave the password out for a proxy that wants no credentials")
    return Proxy(url.scheme, bracketed(url.hostname), port_number(port), username, unquote(url.password or "") or None)


def _readings(text: str) -> Iterator[Proxy]:
    """Yield each way to read a proxy without scheme."""
    for spelling in SPELLINGS:
        match = spelling.fullmatch(text)
        if match:
            host, port, username = match["host"], int(match["port"]), match.groupdict().get("username")
            bracketed = host.startswith("[")
            plausible = 1 <= port <= 65535 and (not bracketed or is_address(host[1:-1], 6))
            # An address is a host, never a user's name.
            if plausible and not is_address(username or "", 4, 6):
                password = match.groupdict().get("password") or None
                yield Proxy(SCHEMES[0], host.lower(), port, username, password)


def is_address(text: str, *versions: int) -> bool:
    """Return whether it is an IP address of one of these versions, without brackets."""
    try:
        return ipaddress.ip_address(text).version in versions
    except ValueError:
        return False
