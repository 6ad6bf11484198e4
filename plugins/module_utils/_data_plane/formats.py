# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy as each client wants it (docs/contract.md, section 7)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import (
    Proxy,
    instead_of,
    quoted,
    scalar,
)
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.spellings import parsed


def _env(one: Proxy) -> dict[str, str]:
    return dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), one.url)


def _playwright(one: Proxy) -> dict[str, str]:
    server = {"server": one.server.replace("socks5h:", "socks5:")}
    if one.username is None:
        return server
    if one.scheme.startswith("socks5"):
        raise OptionError("Playwright knows no credentials for SOCKS5", "Use scheme http, or the whitelist")
    return {**server, "username": one.username, "password": one.password or ""}


def _scrapy(one: Proxy) -> dict[str, str]:
    if one.scheme.startswith("socks5"):
        raise OptionError("Scrapy knows no SOCKS5", "Use scheme http")
    return {"proxy": one.url}


def _curl(one: Proxy) -> str:
    return f'proxy = "{one.url}"'


def _squid(one: Proxy) -> str:
    if one.scheme.startswith("socks5"):
        raise OptionError("squid knows no SOCKS5 parents", "Use scheme http")
    name = hashlib.sha256(one.url.encode()).hexdigest()[:12]
    parts = [
        "cache_peer",
        one.host.strip("[]"),
        "parent",
        str(one.port),
        "0",
        "no-query",
        "no-digest",
        f"name=td{name}",
    ]
    if one.scheme == "https":
        parts.append("tls")
    if one.username is not None:
        parts.append(f"login={quoted(one.username)}:{quoted(one.password or '')}")
    return " ".join(parts)


def _proxychains(one: Proxy) -> str:
    if one.scheme == "https":
        raise OptionError("proxychains knows no TLS to the proxy", "Use scheme http or socks5")
    parts = ["socks5" if one.scheme == "socks5h" else one.scheme, one.host.strip("[]"), str(one.port)]
    if one.username is not None:
        if re.search(r"\s", one.username + (one.password or "")):
            raise OptionError("proxychains knows no white space in username and password", "Use another password")
        parts += [one.username, one.password or ""]
    return " ".join(parts)


FORMATS: dict[str, Callable[[Proxy], Any]] = {
    "url": lambda one: one.url,
    "host_port": lambda one: one.address,
    "host_port_user_pass": lambda one: f"{one.address}:{one.credentials}" if one.credentials else one.address,
    "user_pass_at_host_port": lambda one: f"{one.credentials}@{one.address}" if one.credentials else one.address,
    "env": _env,
    "requests": lambda one: {"http": one.url, "https": one.url},
    "playwright": _playwright,
    "curl": _curl,
    "scrapy": _scrapy,
    "squid": _squid,
    "proxychains": _proxychains,
}


def formatted(value: Any, how: Any) -> Any:
    """Return a proxy as the client ``how`` wants it. Raises OptionError."""
    how = str(scalar("format", how))
    if how not in FORMATS:
        raise OptionError(f"format must be one of {', '.join(FORMATS)}{instead_of(str(how))}")
    return FORMATS[how](parsed(value))
