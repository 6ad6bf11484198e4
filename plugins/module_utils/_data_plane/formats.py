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
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.spellings import is_address, parsed

# What a client may lack, by the kind of proxy.
_KINDS = {"http": "plain HTTP proxies", "https": "TLS to the proxy", "socks5": "SOCKS5"}


def _kind(one: Proxy) -> str:
    """Return how the proxy is spoken with; the clients that are asked here all leave names to a SOCKS5 proxy."""
    return "socks5" if one.scheme == "socks5h" else one.scheme


def _must_be(one: Proxy, client: str, *kinds: str) -> None:
    """Raise OptionError unless the client can speak with such a proxy."""
    if _kind(one) not in kinds:
        raise OptionError(f"{client} knows no {_KINDS[_kind(one)]}", f"Use scheme {' or '.join(kinds)}")


def _name(one: Proxy) -> str:
    """Return a name for the proxy that no other one of a configuration has."""
    return f"td{hashlib.sha256(one.url.encode()).hexdigest()[:12]}"


def _env(one: Proxy) -> dict[str, str]:
    return dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), one.url)


def _playwright(one: Proxy) -> dict[str, str]:
    server = {"server": f"{_kind(one)}://{one.address}"}
    if one.username is None:
        return server
    if _kind(one) == "socks5":
        raise OptionError("Playwright knows no credentials for SOCKS5", "Use scheme http, or the whitelist")
    return {**server, "username": one.username, "password": one.password or ""}


def _chrome(one: Proxy) -> str:
    if one.username is not None:
        raise OptionError(
            "Chrome takes no credentials on its command line",
            "Give it a port of the role forwarder, or use the whitelist",
        )
    return f"--proxy-server={_kind(one)}://{one.address}"


def _scrapy(one: Proxy) -> dict[str, str]:
    _must_be(one, "Scrapy", "http")
    return {"proxy": one.url}


def _aiohttp(one: Proxy) -> dict[str, str]:
    _must_be(one, "aiohttp", "http", "https")
    return {"proxy": one.url}


def _squid(one: Proxy) -> str:
    _must_be(one, "squid", "http", "https")
    host = one.host.strip("[]")
    parts = ["cache_peer", host, "parent", str(one.port), "0", "no-query", "no-digest", f"name={_name(one)}"]
    if one.scheme == "https":
        parts.append("tls")
    if one.username is not None:
        if one.username.startswith("*"):
            raise OptionError("squid takes a username that begins with * for that of its client", "Use another user")
        parts.append(f"login={quoted(one.username)}:{quoted(one.password or '')}")
    return " ".join(parts)


def _proxychains(one: Proxy) -> str:
    _must_be(one, "proxychains", "http", "socks5")
    host = one.host.strip("[]")
    if not is_address(host, 4, 6):
        raise OptionError("proxychains knows no names of proxies", "Give it the address of the proxy, as host")
    parts = [_kind(one), host, str(one.port)]
    if one.username is not None:
        if re.search(r"\s", one.username + (one.password or "")):
            raise OptionError("proxychains knows no white space in username and password", "Use another password")
        parts += [one.username, one.password or ""]
    return " ".join(parts)


def _privoxy(one: Proxy) -> str:
    # A line that privoxy cannot read is left out, and everything goes out directly.
    _must_be(one, "privoxy", "http", "socks5")
    if _kind(one) == "socks5":
        if re.search(r"[\s@]", one.credentials):
            raise OptionError("privoxy knows no white space and no @ in username and password", "Use another password")
        credentials = one.credentials.replace("#", r"\#") + "@" if one.credentials else ""
        return f"forward-socks5 / {credentials}{one.address} ."
    if one.username is not None:
        raise OptionError("privoxy knows no credentials for HTTP proxies", "Use scheme socks5")
    return f"forward / {one.address}"


def _gost(one: Proxy) -> str:
    # gost takes a scheme that it does not know for http, and trusts any certificate unless told otherwise.
    url = one.url.replace(one.scheme, _kind(one), 1)
    return f"{url}?secure=true" if one.scheme == "https" else url


def _glider(one: Proxy) -> str:
    url = one.url.replace(one.scheme, _kind(one), 1)
    if one.scheme == "https":
        credentials = url.partition("//")[2][: -len(one.address)]
        url = f"tls://{one.address},http://{credentials}"
    return f"forward={url}"


def _sing_box(one: Proxy) -> dict[str, Any]:
    outbound: dict[str, Any] = {"type": "http", "tag": _name(one), "server": one.host.strip("[]")}
    outbound["server_port"] = one.port
    if _kind(one) == "socks5":
        outbound.update(type="socks", version="5")
    if one.scheme == "https":
        outbound["tls"] = {"enabled": True}
    if one.username is not None:
        outbound.update(username=one.username, password=one.password or "")
    return outbound


def _docker(one: Proxy) -> dict[str, dict[str, str]]:
    _must_be(one, "The daemon of Docker", "http", "https")
    return {"proxies": {"http-proxy": one.url, "https-proxy": one.url}}


FORMATS: dict[str, Callable[[Proxy], Any]] = {
    "url": lambda one: one.url,
    "host_port": lambda one: one.address,
    "host_port_user_pass": lambda one: f"{one.address}:{one.credentials}" if one.credentials else one.address,
    "user_pass_at_host_port": lambda one: f"{one.credentials}@{one.address}" if one.credentials else one.address,
    "env": _env,
    "requests": lambda one: {"http": one.url, "https": one.url},
    "httpx": lambda one: {"proxy": one.url},
    "aiohttp": _aiohttp,
    "scrapy": _scrapy,
    "playwright": _playwright,
    "chrome": _chrome,
    "curl": lambda one: f'proxy = "{one.url}"',
    "squid": _squid,
    "privoxy": _privoxy,
    "proxychains": _proxychains,
    "gost": _gost,
    "glider": _glider,
    "sing-box": _sing_box,
    "docker": _docker,
}


def formatted(value: Any, how: Any) -> Any:
    """Return a proxy as the client ``how`` wants it. Raises OptionError."""
    how = str(scalar("format", how))
    if how not in FORMATS:
        raise OptionError(f"format must be one of {', '.join(FORMATS)}{instead_of(str(how))}")
    return FORMATS[how](parsed(value))
