# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends a request through a proxy; its outcome, with the reason that the gateway gives (docs/contract.md, section 7).

Of the standard library: no HTTP library hands out what a gateway answers inside a tunnel, where TLS is due.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import functools
import http.client
import io
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.echo import address_in
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import Proxy

try:
    import socks  # type: ignore[import-untyped]
except ImportError:  # a proxy that needs it says so
    socks = None

LONGEST_ANSWER = 1 << 20
LONGEST_HEAD = 1 << 16
CHUNK = 1 << 16
UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL)
REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5
HEADERS = {
    "User-Agent": "thordata.proxies (Ansible collection)",
    "Accept": "application/json, text/plain",
    "Connection": "close",
}
CREDENTIALS_REFUSED = "the proxy refuses username and password"
CREDENTIALS_WANTED = "the proxy wants username and password, or the address of this host on its whitelist"
# What the codes of the gateway's header X-thor-error-code mean, and what to do.
GATEWAY_CODES = {
    "client_101": "the region is wrong: check country, state and city",
    "client_102": "the protocol is wrong: check scheme",
    "client_103": "the port is wrong: check the port of the proxy, which the product decides, and that of the target",
    "client_104": "the host is wrong: check the host of the target",
    "Auth_303": "it knows no such user: check username, password and proxy_type, and that the user is enabled",
    "Resource_201": "no exit could be allocated: try again, or another place",
    "Resource_202": "no exit matches the region: ask for another state or city",
    "Resource_203": "no exit answers there: try again, another place, or another host of the gateway",
}


class _Failed(Exception):
    """A check failed for a reason that is known; its text is for the user."""


class _Refused(Exception):
    """The proxy refuses something, by an answer of its own."""

    def __init__(self, answer: http.client.HTTPResponse, what: str) -> None:
        super().__init__(what)
        self.answer = answer
        self.what = what


class _PlainText(Exception):
    """The peer speaks HTTP where TLS is due."""


def check_url(url: str) -> None:
    """Raise OptionError if ``url`` cannot be asked for."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises on a bad port)
    except ValueError:
        raise OptionError("check_url is not a URL") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or re.search(r"\s", url):
        raise OptionError("check_url must start with https:// or http:// and a host")
    if "@" in parts.netloc:
        raise OptionError("check_url must not hold credentials")


def probe(proxy: Proxy, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``check_url`` answers through the proxy: reachable, exit_ip, exit_country, latency, status, error.

    Never raises for what the proxy or the target does, and takes at most ``timeout`` seconds in all.
    """
    started = time.monotonic()
    outcome = _in_time(lambda: _exchange(proxy, options), options["timeout"])
    result = {
        "proxy": proxy.server,
        "username": proxy.username,
        "reachable": False,
        "exit_ip": None,
        "exit_country": None,
        "latency": None,
        "status": None,
        "gateway_code": None,
        "error": None,
        **outcome,
    }
    if result["status"] is not None:
        result["latency"] = round(time.monotonic() - started, 3)
    return result


def _in_time(exchange: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Return what ``exchange`` does, or that it took too long: a proxy may send a byte now and then for ever."""
    outcome: dict[str, Any] = {"error": _late(seconds)}

    def run() -> None:
        found = exchange()
        outcome.pop("error", None)
        outcome.update(found)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return dict(outcome)


def _exchange(proxy: Proxy, options: Mapping[str, Any]) -> dict[str, Any]:
    try:
        answer, body = _get(proxy, options)
    except _Refused as refusal:
        return _refusal(refusal.answer, proxy, f"the proxy refuses {refusal.what}: ")
    except Exception as error:  # whatever it is, it means that the proxy does not work
        return {"error": _reason(error, proxy, options["timeout"])}
    if answer.status >= 400 or _explained(answer.headers, proxy):
        return _refusal(answer, proxy)
    return {"status": answer.status, "reachable": True, **_exit(body)}


def _get(proxy: Proxy, options: Mapping[str, Any]) -> tuple[http.client.HTTPResponse, bytes]:
    """Return the answer to a GET of ``check_url``, and its body; redirects are followed."""
    url = options["check_url"]
    for _hop in range(MOST_REDIRECTS):
        with contextlib.ExitStack() as opened:
            answer, body = _get_once(proxy, url, options, opened)
        location = answer.headers.get("Location")
        if answer.status not in REDIRECTS or not location:
            return answer, body
        url = urljoin(url, location)
        try:
            check_url(url)
        except OptionError:
            raise _Failed("check_url redirects to what is no page") from None
    raise _Failed(f"check_url redirects more than {MOST_REDIRECTS} times")


def _get_once(
    proxy: Proxy, url: str, options: Mapping[str, Any], opened: contextlib.ExitStack
) -> tuple[http.client.HTTPResponse, bytes]:
    target = urlsplit(url)
    encrypted = target.scheme == "https"
    host, port = str(target.hostname), target.port or (443 if encrypted else 80)
    stream = _Stream.of_socket(_connection(proxy, host, port, options["timeout"]), opened)
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    headers = {"Host": target.netloc, **HEADERS}
    if proxy.scheme == "https":
        try:
            stream = stream.encrypted(options, proxy.host.strip("[]"), "proxy")
        except _PlainText:
            raise _Failed("the proxy answers without TLS: check scheme") from None
    if proxy.scheme in ("http", "https"):
        if encrypted:
            _open_tunnel(stream, proxy, host, port)
        else:
            path = f"http://{target.netloc}{path}"
            headers.update(_authorization(proxy))
    if encrypted:
        try:
            stream = stream.encrypted(options, host, "target")
        except _PlainText:
            raise _Refused(stream.head(), "inside the tunnel") from None
    stream.ask(f"GET {path}", headers)
    answer = stream.head()
    answer.fp = stream.reader
    opened.callback(answer.close)
    body = answer.read(LONGEST_ANSWER)
    if answer.length and len(body) < LONGEST_ANSWER:
        raise http.client.IncompleteRead(body, answer.length)
    return answer, body


@functools.lru_cache(maxsize=2)
def tls_context(validate_certs: bool, ca_path: str | None) -> ssl.SSLContext:
    """Return the one context of all checks, as to make one takes longer than a check.

    Authorities in ``ca_path`` are trusted besides those of the system. Raises OptionError where it is no file of them.
    """
    context = ssl.create_default_context()
    if ca_path:
        try:
            context.load_verify_locations(ca_path)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            raise OptionError(f"ca_path is no file of certificates that can be read: {ca_path}") from None
    if not validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _connection(proxy: Proxy, host: str, port: int, seconds: float) -> socket.socket:
    """Return a connection to the proxy; to the target, where a SOCKS proxy makes it."""
    proxy_host = proxy.host.strip("[]")
    if proxy.scheme in ("http", "https"):
        return socket.create_connection((proxy_host, proxy.port), seconds)
    if socks is None:
        raise _Failed("PySocks is missing on this host")
    return socks.create_connection(
        (host, port),
        timeout=seconds,
        proxy_type=socks.SOCKS5,
        proxy_addr=proxy_host,
        proxy_port=proxy.port,
        proxy_rdns=proxy.scheme == "socks5h",
        proxy_username=proxy.username,
        proxy_password=proxy.password,
    )


def _open_tunnel(stream: _Stream, proxy: Proxy, host: str, port: int) -> None:
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    stream.ask(f"CONNECT {authority}", {"Host": authority, **_authorization(proxy)})
    answer = stream.head()
    if not 200 <= answer.status < 300:
        raise _Refused(answer, "the tunnel")


def _authorization(proxy: Proxy) -> dict[str, str]:
    if proxy.username is None:
        return {}
    credentials = f"{proxy.username}:{proxy.password or ''}".encode()
    return {"Proxy-Authorization": f"Basic {base64.b64encode(credentials).decode()}"}


class _Stream:
    """A connection, or TLS within one: ``reader`` is what comes in, ``send`` takes what goes out."""

    def __init__(self, reader: io.BufferedReader, send: Callable[[bytes], Any]) -> None:
        self.reader = reader
        self.send = send

    @classmethod
    def of_socket(cls, connection: socket.socket, opened: contextlib.ExitStack) -> _Stream:
        """Return the stream of a socket, which ``opened`` closes."""
        opened.callback(connection.close)
        return cls(opened.enter_context(connection.makefile("rb")), connection.sendall)

    def encrypted(self, options: Mapping[str, Any], host: str, peer: str) -> _Stream:
        """Return TLS with ``host`` on this stream. Raises _PlainText, with the answer still to be read."""
        try:
            tls = _Tls(self, tls_context(options["validate_certs"], options["ca_path"]), host)
        except ssl.SSLCertVerificationError as error:
            raise _Failed(f"the TLS certificate of the {peer} cannot be verified: {error.verify_message}") from None
        except ssl.SSLError:
            raise _Failed(f"TLS with the {peer} fails") from None
        return _Stream(io.BufferedReader(tls), tls.send)

    def ask(self, what: str, headers: Mapping[str, str]) -> None:
        """Send the head of a request."""
        lines = [f"{what} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        self.send("\r\n".join(lines).encode("ascii"))

    def head(self) -> http.client.HTTPResponse:
        """Return an answer, which ends with its head. Raises OSError and HTTPException."""
        head = b""
        while not head.endswith((b"\r\n\r\n", b"\n\n")):
            line = self.reader.readline(LONGEST_HEAD)
            head += line
            if not line or len(head) > LONGEST_HEAD:  # parsers take an end within the head for the end of the head
                raise http.client.RemoteDisconnected("no answer, or one that breaks off")
        answer = http.client.HTTPResponse(_HeadSocket(head))  # type: ignore[arg-type]
        answer.begin()
        return answer


class _HeadSocket:
    """What HTTPResponse takes for a socket."""

    def __init__(self, head: bytes) -> None:
        self._head = head

    def makefile(self, _mode: str) -> io.BytesIO:
        """Return it as a file."""
        return io.BytesIO(self._head)


class _Tls(io.RawIOBase):
    """TLS on any stream, and so within the TLS of a proxy as well. Raises _PlainText, ssl.SSLError and OSError."""

    def __init__(self, below: _Stream, context: ssl.SSLContext, host: str) -> None:
        super().__init__()
        self._below = below
        self._received, self._sending = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._sending, server_hostname=host)
        self._begun = False
        self._done(self._tls.do_handshake)

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read into ``buffer``; return how many bytes."""
        try:
            data = self._done(self._tls.read, len(buffer))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return 0
        buffer[: len(data)] = data
        return len(data)

    def send(self, data: bytes) -> None:
        """Send ``data``."""
        self._done(self._tls.write, data)

    def _done(self, step: Callable[..., Any], *args: Any) -> Any:
        """Return what ``step`` returns, once the peer has sent all that it needs."""
        while True:
            try:
                done = step(*args)
            except ssl.SSLWantReadError:
                self._below.send(self._sending.read())
                self._receive()
            else:
                self._below.send(self._sending.read())
                return done

    def _receive(self) -> None:
        if not self._begun and self._below.reader.peek(1)[:1] == b"H":  # no TLS record begins like that
            raise _PlainText
        self._begun = True
        data = self._below.reader.read1(CHUNK)
        if data:
            self._received.write(data)
        else:
            self._received.write_eof()


def _exit(body: bytes) -> dict[str, Any]:
    text = body.decode("utf-8", "replace").strip()
    try:
        address: str | None = str(address_in(text))
    except ValueError:
        address = None
    country = None
    try:
        page = json.loads(text)
        if isinstance(page, dict):
            country = next((page[key] for key in ("country", "country_code", "countryCode") if page.get(key)), None)
    except ValueError:
        pass
    return {"exit_ip": address, "exit_country": str(country).upper() if country else None}


def _refusal(answer: http.client.HTTPResponse, proxy: Proxy, what: str = "") -> dict[str, Any]:
    """Return what an answer that refuses means; ``what`` goes before the status."""
    error = _about_credentials(proxy) if answer.status == 407 else f"{what}HTTP {answer.status}"
    return {"status": answer.status, "error": error, **_explained(answer.headers, proxy)}


def _about_credentials(proxy: Proxy) -> str:
    return CREDENTIALS_WANTED if proxy.username is None else CREDENTIALS_REFUSED


def _explained(headers: http.client.HTTPMessage, proxy: Proxy) -> dict[str, Any]:
    """Return the code and the reason in the gateway's headers; nothing where it has none there."""
    code, message, more = (
        _readable(headers.get(name), proxy) for name in ("X-thor-error-code", "X-thor-error-msg", "X-thor-error")
    )
    if not code and more in GATEWAY_CODES:
        code, more = more, ""
    words = "; ".join(dict.fromkeys(one for one in (message, more) if one))
    if code:
        return {
            "gateway_code": code,
            "error": f"the gateway says {code}, {GATEWAY_CODES.get(code) or words or 'no more'}",
        }
    return {"error": f"the gateway says: {words}"} if words else {}


def _readable(value: str | None, proxy: Proxy) -> str:
    text = re.sub(r"[^\x20-\x7e]", "", value or "")
    return (text.replace(proxy.password, "********") if proxy.password else text)[:200].strip()


def _late(seconds: float) -> str:
    return f"no answer within {seconds:g} seconds"


def _reason(error: BaseException, proxy: Proxy, seconds: float) -> str:
    """Return in a few words what went wrong, by the type of the error: its text may quote hosts, ports and users."""
    if isinstance(error, _Failed):
        return str(error)
    if socks is not None and isinstance(error, socks.ProxyError):
        if error.socket_err is not None:
            return _reason(error.socket_err, proxy, seconds)
        if isinstance(error, socks.SOCKS5AuthError):
            return _about_credentials(proxy)
        refuses = isinstance(error, socks.SOCKS5Error)
        return "the proxy refuses the connection" if refuses else "the proxy speaks no SOCKS5: check scheme"
    meanings: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
        ((socket.timeout, TimeoutError), _late(seconds)),
        ((ConnectionRefusedError,), "the connection is refused"),
        ((socket.gaierror, UnicodeError), "the host's name cannot be resolved"),
        ((http.client.RemoteDisconnected, http.client.IncompleteRead), "the connection broke off"),
        ((http.client.HTTPException,), "the answer is no HTTP"),
    )
    for types, meaning in meanings:
        if isinstance(error, types):
            return meaning
    if isinstance(error, OSError) and error.errno in UNREACHABLE:
        return "the proxy cannot be reached from this host"
    return f"the connection broke off ({type(error).__name__})"
