# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateway usernames, proxy URLs, and what clients want of them (contract, section 7). Pure: no I/O, no Ansible."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._endpoints import GATEWAYS, WHITELIST_GATEWAYS
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError

PREFIX = "td-customer-"
SCHEMES = ("http", "https", "socks5", "socks5h")
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
# Options for which a whole number is as good as its text; elsewhere it may be what YAML made of an unquoted 0123.
NUMERIC = {"port", "asn", "session", "session_for", "session_salt", "session_minutes"}


def scalar(name: str, value: Any) -> str | int | None:
    """Return the value of an option: text, a whole number where that is as good, or None.

    Raises OptionError for what YAML makes of an unquoted word, and for lists and the like; it never shows the value.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        raise _boolean(name, value)
    if isinstance(value, int) and name in NUMERIC:
        return value
    if isinstance(value, (int, float)):
        raise OptionError(f"{name} is a number, not text", "YAML reads an unquoted 0123 or 1.50 as a number: quote it")
    kind = "dictionary" if isinstance(value, Mapping) else type(value).__name__
    raise OptionError(f"{name} must be text, not a {kind}")


def _boolean(name: str, value: Any) -> OptionError:
    """Return the error for a boolean where there should be text."""
    word = str(value).lower()
    return OptionError(f"{name} is the boolean {word}, not text", "YAML reads an unquoted no or on as that: quote it")


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
            raise OptionError(f"session_minutes must be 1 to {LONGEST_SESSION}{_not(str(session_minutes))}")
    sessid = None if session is None else _word("session", session)
    return place + _joined({"sessid": sessid, "sesstime": session_minutes})


def _joined(parts: Mapping[str, Any]) -> str:
    return "".join(f"-{name}-{value}" for name, value in parts.items() if value is not None)


def _word(name: str, value: Any) -> str:
    text = str(value)
    if not (text.isascii() and text.isalnum()):
        raise OptionError(f"{name} must be ASCII letters and digits{_not(text)}")
    return text


def _not(text: str) -> str:
    """Return what was given, for a message; nothing of what may be a proxy with its password."""
    return "" if ":" in text or "@" in text else f", not {text!r}"


def two_letters(option: str, value: Any) -> str | None:
    """Return the code of a country or continent in lower case; None if not given. Raises OptionError."""
    if value is None:
        return None
    text = str(value).strip()
    if text.lower() in ("true", "false"):  # as text too: Ansible turns a boolean into it
        raise _boolean(option, text)
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise OptionError(f"{option} must be two letters such as us{_not(text)}")
    return text.lower()


def _place(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    code = re.sub(r"[\s'.]", "", value).lower()
    if not (code.isascii() and code.isalnum()):
        raise OptionError(f"{name} must be a code such as newyork, or a name such as New York{_not(value)}")
    return code


def _asn(value: str | int | None) -> str | None:
    if value is None:
        return None
    text = str(value).strip()
    match = re.fullmatch(r"(?:as)?([0-9]{1,10})", text, re.IGNORECASE)
    if not match:
        raise OptionError(f"asn must be a number such as AS7018{_not(text)}")
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
        """Return ``username:password``, or nothing. Raises OptionError for a username that would end too early."""
        if self.username is None:
            return ""
        if ":" in self.username:
            raise OptionError("a username with a colon cannot stand before :password", "Use the format url")
        return f"{self.username}:{self.password or ''}"


@functools.lru_cache(maxsize=4096)
def _quote(text: str) -> str:
    return quote(text, safe="")


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
        _refuse(options, "a proxy with an address of its own")
        return parsed(value) if scheme is None else replace(parsed(value), scheme=_scheme(scheme))
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
    return Proxy(_scheme(scheme), target, own_port, username, str(secret))


def whitelist_proxy(
    *, proxy_type: Any = None, host: Any = None, port: Any = None, scheme: Any = None, **other: Any
) -> Proxy:
    """Return the gateway as callers on the whitelist see it: without credentials, and so without a place or a session.

    Raises OptionError.
    """
    _refuse(other, "whitelist=true")
    target, own_port = _gateway(WHITELIST_GATEWAYS, proxy_type, host, port)
    return Proxy(_scheme(scheme), target, own_port)


def address_proxy(
    given: Mapping[str, Any], *, password: Any = None, port: Any = None, scheme: Any = None, **other: Any
) -> Proxy:
    """Return a proxy that has an address of its own, such as a bought one, or a node of an extract link.

    ``given``: ``ip`` or ``host``, ``port``, perhaps ``username`` with ``password``, and ``scheme``. Raises OptionError.
    """
    _refuse(other, "a proxy with an address of its own")
    host = scalar("host", next((given[name] for name in ("ip", "host") if given.get(name) is not None), None))
    if not host:
        raise OptionError("The proxy has an empty address", "Give it ip or host")
    target = _bracketed(str(host))
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
    one = Proxy(_scheme(given.get("scheme") if scheme is None else scheme), target, _port(own_port))
    return one if username is None else replace(one, username=str(username), password=str(secret))


def _refuse(options: Mapping[str, Any], what: str) -> None:
    names = [name for name, value in options.items() if value is not None]
    if names:
        raise OptionError(f"{what} takes no {', '.join(names)}")


def _gateway(
    table: Mapping[str, tuple[str | None, int | None]], proxy_type: Any, host: Any, port: Any
) -> tuple[str, int]:
    """Return host and port of a product's gateway, as the table has them where they are not given."""
    product = scalar("proxy_type", proxy_type) or "residential"
    if product not in table:
        raise OptionError(
            f"proxy_type must be one of {', '.join(table)}{_not(str(product))}",
            "A bought address is a proxy of its own: give its dictionary, as static_proxies returns it",
        )
    usual_host, usual_port = table[str(product)]
    if host is None and usual_host is None:
        raise OptionError(f"host is needed for {product}", "The dashboard shows it; a server's is its plan_name")
    if port is None and usual_port is None:
        raise OptionError(f"port is needed for {product}", "The dashboard shows it")
    return _host(usual_host if host is None else host), _port(usual_port if port is None else port)


def _scheme(value: Any) -> str:
    scheme = scalar("scheme", value)
    if scheme is None:
        return SCHEMES[0]
    if scheme not in SCHEMES:
        raise OptionError(f"scheme must be one of {', '.join(SCHEMES)}{_not(str(scheme))}")
    return str(scheme)


def _port(value: Any) -> int:
    number = scalar("port", value)
    if not re.fullmatch(r"[0-9]{1,5}", str(number)) or not 1 <= int(str(number)) <= 65535:
        raise OptionError(f"port must be 1 to 65535{_not(str(number))}")
    return int(str(number))


def _host(value: Any) -> str:
    text = str(scalar("host", value)).strip()
    if not text:
        raise OptionError("host is empty", "Leave it out for the usual one")
    if ":" in text and not re.fullmatch(r"\[[0-9A-Fa-f:.]+\]", text):
        raise OptionError("host must be a name or an address without port, an IPv6 address in brackets")
    if re.search(r"[\s/@?#]", text):
        raise OptionError(f"host must be a name or an address{_not(text)}")
    return text


def _bracketed(address: str) -> str:
    try:
        return f"[{address}]" if ipaddress.ip_address(address).version == 6 else address
    except ValueError:
        return _host(address)


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
    if _is_address(text, 6) or _is_address(text.rpartition(":")[0], 6):
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
    return Proxy(url.scheme, _bracketed(url.hostname), _port(port), username, unquote(url.password or "") or None)


def _readings(text: str) -> Iterator[Proxy]:
    """Yield each way to read a proxy without scheme."""
    for spelling in SPELLINGS:
        match = spelling.fullmatch(text)
        if match:
            host, port, username = match["host"], int(match["port"]), match.groupdict().get("username")
            bracketed = host.startswith("[")
            plausible = 1 <= port <= 65535 and (not bracketed or _is_address(host[1:-1], 6))
            # An address is a host, never a user's name.
            if plausible and not _is_address(username or "", 4, 6):
                password = match.groupdict().get("password") or None
                yield Proxy(SCHEMES[0], host.lower(), port, username, password)


def _is_address(text: str, *versions: int) -> bool:
    try:
        return ipaddress.ip_address(text).version in versions
    except ValueError:
        return False


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
        raise OptionError(f"format must be one of {', '.join(FORMATS)}{_not(str(how))}")
    return FORMATS[how](parsed(value))
