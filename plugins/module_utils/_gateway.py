# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateway usernames, proxy URLs, and what clients want of them (contract, section 7). Pure: no I/O, no Ansible."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._endpoints import GATEWAYS
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError

PREFIX = "td-customer-"
SCHEMES = ("http", "https", "socks5", "socks5h")
LONGEST_SESSION = 90


def gateway_username(username: str, **place: Any) -> str:
    """Return the gateway's username of a proxy user: what ``place`` asks for, normalised, in the gateway's order.

    ``place``: continent, country, state, city, asn, session or session_for (with session_salt), session_minutes.
    Raises OptionError for what the gateway's grammar cannot say.
    """
    return PREFIX + _word("username", username) + _suffix(**place)


@functools.lru_cache(maxsize=1024)
def _suffix(
    continent: str | None = None,
    country: str | None = None,
    state: str | None = None,
    city: str | None = None,
    asn: str | int | None = None,
    session: str | None = None,
    session_for: str | None = None,
    session_salt: str = "",
    session_minutes: int | None = None,
) -> str:
    if session is not None and session_for is not None:
        raise OptionError("session and session_for exclude each other")
    if session_for is not None:
        session = hashlib.sha256(f"{session_salt}\n{session_for}".encode()).hexdigest()[:12]
    if session_minutes is not None:
        if session is None:
            raise OptionError("session_minutes needs session or session_for")
        if str(session_minutes) not in map(str, range(1, LONGEST_SESSION + 1)):
            raise OptionError(f"session_minutes must be 1 to {LONGEST_SESSION}, not {session_minutes}")
    for name, value in (("state", state), ("asn", asn)):
        if value is not None and country is None:
            raise OptionError(f"{name} needs country")
    parts = {
        "continent": two_letters("continent", continent),
        "country": two_letters("country", country),
        "state": _place("state", state),
        "city": _place("city", city),
        "asn": _asn(asn),
        "sessid": None if session is None else _word("session", session),
        "sesstime": session_minutes,
    }
    return "".join(f"-{name}-{value}" for name, value in parts.items() if value is not None)


def _word(name: str, value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isalnum()):
        raise OptionError(f"{name} must be ASCII letters and digits, not {text!r}")
    return text


def two_letters(option: str, value: Any) -> str | None:
    """Return the code of a country or continent in lower case; None if not given. Raises OptionError."""
    if value is None:
        return None
    if not re.fullmatch("[A-Za-z]{2}", str(value).strip()):
        raise OptionError(f"{option} must be two letters such as us, not {value!r}")
    return str(value).strip().lower()


def _place(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    code = re.sub(r"[\s'.]", "", str(value)).lower()
    if not (code.isascii() and code.isalnum()):
        raise OptionError(f"{name} must be a code such as newyork, or a name such as New York, not {value!r}")
    return code


def _asn(value: str | int | None) -> str | None:
    if value is None:
        return None
    match = re.fullmatch(r"(?:as)?([0-9]{1,10})", str(value).strip(), re.IGNORECASE)
    if not match:
        raise OptionError(f"asn must be a number such as AS7018, not {value!r}")
    return f"AS{match[1]}"


@dataclass(frozen=True)
class Proxy:
    """A proxy as a client needs it; without ``username`` it wants no credentials. ``host``: IPv6 in brackets."""

    scheme: str
    host: str
    port: int
    username: str | None = None
    password: str | None = None

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
        return f"{self.scheme}://{_quote(self.username)}:{_quote(self.password or '')}@{self.address}"

    @property
    def credentials(self) -> str:
        """Return ``username:password``, or nothing."""
        return "" if self.username is None else f"{self.username}:{self.password or ''}"


@functools.lru_cache(maxsize=4096)
def _quote(text: str) -> str:
    return quote(text, safe="")


def proxy(
    value: Any,
    *,
    password: str | None = None,
    proxy_type: str = "residential",
    host: str | None = None,
    port: int | None = None,
    scheme: str = "http",
    **place: Any,
) -> Proxy:
    """Return the proxy that ``value`` names.

    A proxy user's name or dictionary makes one of the gateway; a dictionary of a bought address (``ip``, ``port``,
    ``username``, ``password``) is its own proxy; an empty value makes one without credentials, for addresses on the
    whitelist. Raises OptionError.
    """
    if scheme not in SCHEMES:
        raise OptionError(f"scheme must be one of {', '.join(SCHEMES)}, not {scheme!r}")
    given = value if isinstance(value, Mapping) else {"username": value}
    if given.get("ip") or given.get("host"):
        if any(one is not None for one in place.values()):
            raise OptionError("A bought address has its place, and takes no country, session and the like")
        target, own_port = _bracketed(str(given.get("ip") or given["host"])), port or given.get("port")
        if not own_port:
            raise OptionError(f"The address {target} has no port")
        return Proxy(scheme, target, _port(own_port), given.get("username"), password or given.get("password"))
    if proxy_type not in GATEWAYS:
        raise OptionError(
            f"proxy_type {proxy_type!r} has no gateway",
            "Give the address as static_proxies or static_proxy_info has it",
        )
    usual_host, usual_port = GATEWAYS[proxy_type]
    target = _host(host) if host else usual_host or ""
    if not target:
        raise OptionError("host is needed: the plan_name of the unlimited server")
    username = given.get("username")
    if not username:
        return Proxy(scheme, target, _port(port or usual_port))
    secret = password or given.get("password")
    if not secret:
        raise OptionError(f"password is needed for the proxy user {username}")
    return Proxy(scheme, target, _port(port or usual_port), gateway_username(username, **place), str(secret))


def _port(value: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", str(value)) or not 1 <= int(value) <= 65535:
        raise OptionError(f"port must be 1 to 65535, not {value!r}")
    return int(value)


def _host(value: str) -> str:
    text = str(value).strip()
    if ":" in text and not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", text):
        raise OptionError(f"host must be a name or an address without port, an IPv6 address in brackets, not {text!r}")
    if not text or re.search(r"[\s/@?#]", text):
        raise OptionError(f"host must be a name or an address, not {text!r}")
    return text


def _bracketed(address: str) -> str:
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return _host(address)


def parsed(value: Any) -> Proxy:
    """Return the proxy of a URL, of ``host:port``, or of a dictionary with ``host`` or ``ip``. Raises OptionError."""
    if isinstance(value, Proxy):
        return value
    if isinstance(value, Mapping):
        return proxy(value, scheme=str(value.get("scheme") or "http"))
    text = str(value).strip()
    try:
        url = urlsplit(text if "://" in text else f"http://{text}")
        port = url.port
    except ValueError:
        raise OptionError("A proxy is not a URL, and not host:port") from None
    if url.scheme not in SCHEMES or not url.hostname or port is None:
        raise OptionError("A proxy must be a URL with scheme, host and port, or host:port")
    username = unquote(url.username) if url.username else None
    return Proxy(url.scheme, _bracketed(url.hostname), port, username, unquote(url.password or "") or None)


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
        parts.append(f"login={_quote(one.username)}:{_quote(one.password or '')}")
    return " ".join(parts)


def _proxychains(one: Proxy) -> str:
    if one.scheme == "https":
        raise OptionError("proxychains knows no TLS to the proxy", "Use scheme http or socks5")
    parts = ["socks5" if one.scheme == "socks5h" else one.scheme, one.host.strip("[]"), str(one.port)]
    return " ".join(parts + ([one.username, one.password or ""] if one.username is not None else []))


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


def formatted(value: Any, how: str) -> Any:
    """Return a proxy as the client ``how`` wants it. Raises OptionError."""
    if how not in FORMATS:
        raise OptionError(f"format must be one of {', '.join(FORMATS)}, not {how!r}")
    return FORMATS[how](parsed(value))
