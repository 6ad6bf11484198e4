# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends one HTTP request, and knows of each that failed whether it can have reached the API."""

from __future__ import annotations

import functools
import logging
import os
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import TransportError

try:
    import requests
    import urllib3
except ImportError:  # the caller reports it, with the name of the interpreter that lacks it
    requests = None  # type: ignore[assignment]
if requests and [int(part) for part in requests.__version__.split(".")[:2]] < [2, 25]:
    requests = None  # type: ignore[assignment]


def _without_queries(record: logging.LogRecord) -> bool:
    """Cut the query off the URLs of a line of a log: it may hold the token."""
    if isinstance(record.args, tuple):
        record.args = tuple(one.partition("?")[0] if isinstance(one, str) else one for one in record.args)
    return True


# It logs each URL where the process logs all, as ansible-rulebook -vv does.
logging.getLogger("urllib3.connectionpool").addFilter(_without_queries)

# Trouble that waiting may not cure (no connection, an unreadable answer) is tried this often in a row.
TRIES = 6
# Of OpenSSL: from here on its codes are about certificates that are valid but not as RFC 5280 wants them.
STRICT_CHECKS = 80
FORM = "application/x-www-form-urlencoded"


class _Request(threading.local):
    """This thread's request."""

    #: Whether it was handed to a connection: from then on it may arrive, whatever fails.
    handed = False
    #: Whether a body follows the headers.
    has_body = False


_request = _Request()


class _Route(NamedTuple):
    """How requests reach the API. ``base``: the path of the base URL, or the whole of it where a proxy is sent to."""

    pool: Any
    base: str
    headers: dict[str, str]
    retries: Any


class Transport:
    """Sends requests to one base URL. Proxies and authorities of the environment are read once, when it is made.

    ``use_proxy``: whether to go through the HTTP proxy that the environment names.
    """

    def __init__(self, url: str, timeout: float, verify: bool | str, use_proxy: bool = True) -> None:
        self._url = url.rstrip("/")
        self._timeout = urllib3.Timeout(connect=timeout, read=timeout)
        # requests would ask the environment at each call.
        self._settings = _environment().merge_environment_settings(self._url, {}, None, verify, None)
        if not use_proxy:
            self._settings["proxies"] = {}
        self.host = urlsplit(url).netloc
        proxy = requests.utils.select_proxy(self._url, self._settings["proxies"])
        self._proxy = urlsplit(proxy if "://" in proxy else f"//{proxy}").netloc.rpartition("@")[2] if proxy else None
        self._route: _Route | None = None

    def send(
        self,
        problem: str,
        method: str,
        path: str,
        params: dict[str, str] | None = None,
        data: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        """Return the response of urllib3, with its body read; redirects are not followed.

        Raises TransportError, whose text begins with ``problem`` and quotes nothing sent.
        """
        _request.handed, _request.has_body = False, bool(data)
        try:
            route = self._route = self._route or self._prepared()
            sent = {**route.headers, **(headers or {})}
            body = urlencode(data).encode() if data else None
            if body:
                sent.update({"Content-Type": FORM, "Content-Length": str(len(body))})
            return route.pool.request(
                method,
                f"{route.base}{path}?{urlencode(params)}" if params else route.base + path,
                body=body,
                headers=sent,
                retries=route.retries,
                redirect=False,
                assert_same_host=False,
                timeout=self._timeout,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # "from None": the exceptions of requests and urllib3 quote the URL, which may hold the token.
            raise self._explained(list(_causes(error)), f"{problem} at {self.host}") from None

    def _prepared(self) -> _Route:
        """Let requests prepare what is the same for all requests: the connections, the URL, the headers."""
        adapter = connections()
        headers = {**requests.utils.default_headers(), "User-Agent": "thordata.proxies (Ansible collection)"}
        request = requests.Request("GET", self._url, headers=headers).prepare()  # no session: no .netrc is read
        proxies, verify, cert = (self._settings[name] for name in ("proxies", "verify", "cert"))
        if hasattr(adapter, "get_connection_with_tls_context"):  # requests 2.32 and newer
            pool = adapter.get_connection_with_tls_context(request, verify, proxies, cert)
        else:
            pool = adapter.get_connection(request.url, proxies)
        adapter.cert_verify(pool, request.url, verify, cert)
        base = adapter.request_url(request, proxies).rstrip("/")
        return _Route(pool, base, dict(request.headers), adapter.max_retries)

    def _explained(self, chain: list[BaseException], problem: str) -> TransportError:
        """Return the error of a request, which was lost if it was handed to a connection; else it was never sent."""

        def has(*types: type) -> bool:
            return any(isinstance(cause, types) for cause in chain)

        if has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError) and _request.handed:
            what, advice, tries = "no answer within api_timeout", "Raise api_timeout", TRIES
        elif _request.handed:
            what, advice, tries = f"the connection{self._through} broke off", "Check the network", TRIES
        elif has(requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
            what, advice, tries = "requests cannot use this URL", "Check api_url", 1
        elif has(ssl.SSLCertVerificationError):
            refusal = next(cause for cause in chain if isinstance(cause, ssl.SSLCertVerificationError))
            what, advice, tries = _certificate(refusal)
        elif self._proxy and _tunnel_refusal(chain):
            what = f"the HTTP proxy {self._proxy} of the environment refuses the tunnel ({_tunnel_refusal(chain)})"
            advice, tries = "Check the proxy settings of the environment (HTTPS_PROXY, NO_PROXY)", TRIES
        elif self._proxy and not has(ssl.SSLError):
            what = f"the proxy {self._proxy} of the environment cannot be reached"
            advice, tries = "Check the proxy settings of the environment (HTTPS_PROXY, NO_PROXY)", TRIES
        elif has(socket.gaierror):
            what, advice, tries = "the host's name cannot be resolved", "Check api_url", 2
        elif has(ssl.SSLError):
            what = f"TLS{self._through} failed"
            advice, tries = "Check that api_url names a TLS port, and any proxy in between", 1
        else:
            what, advice, tries = "no connection", "Check api_url and the network", TRIES
        return TransportError(f"{problem}: {what}", advice, lost=_request.handed, tries=tries)

    @property
    def _through(self) -> str:
        return f" through the proxy {self._proxy} of the environment" if self._proxy else ""


def missing_requests() -> str:
    """Return what the user reads where requests is missing or too old; nothing where it is there."""
    if requests:
        return ""
    return (
        "thordata.proxies needs the Python library requests (2.25 or newer): install it into the Python that runs this"
        f" task, {sys.executable}"
    )


def _tunnel_refusal(chain: list[BaseException]) -> str:
    """Return the status with which an HTTP proxy refused a tunnel, as http.client tells it."""
    begin = "Tunnel connection failed: "
    texts = (str(cause) for cause in chain if isinstance(cause, OSError))
    return next((text[len(begin) :] for text in texts if text.startswith(begin)), "")


def _certificate(error: ssl.SSLCertVerificationError) -> tuple[str, str, int]:
    why = getattr(error, "verify_message", "") or "reason unknown"
    what = f"its TLS certificate cannot be verified ({why})"
    if sys.version_info >= (3, 13) and getattr(error, "verify_code", 0) >= STRICT_CHECKS:
        return (
            what,
            "Python 3.13 and newer refuse certificates that break RFC 5280: let the authority issue new ones",
            1,
        )
    return what, "Check api_url, or set ca_path to the authority that signed it", 1


@functools.lru_cache(maxsize=1)
def connections() -> Any:
    """Return the adapter of this process. Built before forks, it costs them nothing; they share no socket with it."""
    new = _noting_adapter()(pool_maxsize=64)
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    _environment()
    os.register_at_fork(after_in_child=new.close)
    return new


@functools.lru_cache(maxsize=1)
def _environment() -> Any:
    """Return a session that sends nothing: it reads the environment as requests does."""
    return requests.Session()


@functools.lru_cache(maxsize=1)
def _noting_adapter() -> Any:
    """Return an adapter of requests whose connections note in ``_request`` that a request goes out."""

    class Adapter(requests.adapters.HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            """Let the connections without a proxy note it."""
            super().init_poolmanager(*args, **kwargs)
            _let_note(self.poolmanager)

        def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
            """Let the connections through a proxy note it."""
            return _let_note(super().proxy_manager_for(*args, **kwargs))

    return Adapter


def _let_note(manager: Any) -> Any:
    manager.pool_classes_by_scheme = {
        scheme: _noting_pool(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }
    return manager


@functools.lru_cache(maxsize=None)
def _noting_pool(pool: Any) -> Any:
    if getattr(pool.ConnectionCls, "notes_requests", False):
        return pool

    class Connection(pool.ConnectionCls):
        notes_requests = True
        _head = b""  # the headers, while they wait for the body
        _waits = False

        def endheaders(self, *args: Any, **kwargs: Any) -> None:
            """Connect first (to the proxy, through its tunnel, TLS): what fails there fails before the request."""
            if self.sock is None:
                self.connect()
            _request.handed = True
            self._head, self._waits = b"", _request.has_body
            super().endheaders(*args, **kwargs)

        def send(self, data: Any) -> None:
            """Send the headers together with the body that follows them, if one does."""
            if self._waits:
                self._head, self._waits = data, False
                return
            super().send(self._head + data)
            self._head = b""

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield ``error`` and all that it wraps; urllib3 keeps the cause in ``reason``, requests in ``args``."""
    seen: set[int] = set()
    todo = [error]
    while todo:
        cause = todo.pop()
        if isinstance(cause, BaseException) and id(cause) not in seen:
            seen.add(id(cause))
            yield cause
            todo += [cause.__cause__, cause.__context__, getattr(cause, "reason", None), *cause.args]
