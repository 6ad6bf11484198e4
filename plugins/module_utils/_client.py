# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends one row of ``_endpoints`` to the API and reads the answer (contract, section 2). Knows no Ansible."""

from __future__ import annotations

import functools
import http.cookiejar
import json
import os
import re
import socket
import ssl
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._endpoints import (
    HEADERS,
    PROXY_TYPES,
    QUERY,
    READ,
    Endpoint,
)
from ansible_collections.thordata.proxies.plugins.module_utils._errors import (
    CODES,
    UNKNOWN_CODE,
    OptionError,
    ThrottledError,
    TransportError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._gate import Gate

try:
    import requests
    import urllib3
except ImportError:  # the caller reports it, with the name of the interpreter that lacks it
    requests = None  # type: ignore[assignment]


if requests and [int(part) for part in requests.__version__.split(".")[:2]] < [2, 28]:
    requests = None  # type: ignore[assignment]


def missing_requests() -> str:
    """Return what to tell a user whose Python lacks requests, or has an old one."""
    return (
        "thordata.proxies needs the Python library requests (2.28 or newer): install it into the Python that runs this"
        f" task, {sys.executable}"
    )


DEFAULT_URL = "https://openapi.thordata.com/api"
# Trouble that waiting may not cure (no connection, an unreadable answer) is tried this often in a row.
TRIES = 6
MASK = "********"
# The keys of the envelope: the usual ones, and those of balancing-monitor, which may fail in either.
CODE_KEYS = ("code", "status_code")
DATA_KEYS = ("data", "payload")


@dataclass(frozen=True)
class Settings:
    """How to reach an account, or without a token the extract links; ``timeout`` and ``retry_timeout`` in seconds.

    Raises OptionError for what can't work.
    """

    token: str | None = field(repr=False)
    key: str | None = field(default=None, repr=False)
    url: str = DEFAULT_URL
    timeout: float = 30.0
    retry_timeout: float = 120.0
    validate_certs: bool = True
    ca_path: str | None = None

    def __post_init__(self) -> None:
        if self.token is not None and not self.token.strip():
            raise OptionError("api_token is empty", "Set it, or the environment variable THORDATA_PUBLIC_TOKEN")
        for name, secret in (("api_token", self.token or ""), ("api_key", self.key or "")):
            if not secret.isascii() or not secret.isprintable() or " " in secret:
                raise OptionError(f"{name} holds white space or characters that no HTTP header can carry")
        for name, seconds in (("api_timeout", self.timeout), ("api_retry_timeout", self.retry_timeout)):
            if seconds < 0 or (seconds == 0 and name == "api_timeout"):
                raise OptionError(f"{name} must be a positive number of seconds, not {seconds:g}")
        try:
            url = urlsplit(self.url)
            url.port  # noqa: B018  (raises on a bad port)
        except ValueError:
            raise OptionError("api_url is not a URL", f"The default is {DEFAULT_URL}") from None
        if "@" in url.netloc:
            raise OptionError("api_url must not hold credentials", "Use api_token and api_key")
        if url.scheme not in ("http", "https") or not url.hostname:
            raise OptionError("api_url must start with https:// or http:// and a host", f"The default is {DEFAULT_URL}")
        if url.query or url.fragment:
            raise OptionError("api_url must not hold a query or a fragment", f"The default is {DEFAULT_URL}")
        if self.ca_path and not os.path.exists(self.ca_path):
            raise OptionError(f"ca_path does not exist: {self.ca_path}")

    @property
    def unencrypted(self) -> bool:
        """Whether the token would cross a network in clear text."""
        url = urlsplit(self.url)
        host = url.hostname or ""
        return url.scheme == "http" and host not in ("localhost", "::1") and not host.startswith("127.")


class Client:
    """Calls the API for one task. ``gate`` paces all calls; the connections are kept alive per process."""

    def __init__(self, settings: Settings, gate: Gate | None = None) -> None:
        self.settings = settings
        self.gate = gate or Gate(settings.retry_timeout)
        self._url = settings.url.rstrip("/")
        self._host = urlsplit(settings.url).netloc
        verify = (settings.ca_path or True) if settings.validate_certs else False
        # What the environment says of proxies and authorities, once for all calls: requests asks it at each.
        self._transport = _environment().merge_environment_settings(self._url, {}, None, verify, None)
        self._credentials = {"token": settings.token} if settings.token else {}
        if settings.key:
            self._credentials["key"] = settings.key

    def call(self, endpoint: Endpoint, **params: Any) -> Any:
        """Send the call and return its ``data``; where the endpoint names ``rows``, these are a list, never null.

        ``proxy_type`` is given by name. A read is sent again after any passing fault; a write only when it is certain
        that it did nothing. Raises ApiError when the API refuses, and TransportError, with ``lost`` set where the
        write may have happened, when no answer arrives.
        """
        wire = _wire(endpoint, params)
        task = endpoint.task.format_map(params)
        tries = faults = 0
        while True:
            started = self.gate.enter()
            try:
                data = self._send(endpoint, wire, task)
            except (ThrottledError, TransportError) as error:
                tries += 1
                faults += isinstance(error, TransportError)
                if not self._may_repeat(endpoint, error, faults, started):
                    if tries > 1:
                        error.advice = f"It was tried {tries} times. {error.advice}"
                    raise
            else:
                self.gate.succeeded()
                return data

    def _may_repeat(
        self, endpoint: Endpoint, error: ThrottledError | TransportError, faults: int, started: float
    ) -> bool:
        if isinstance(error, ThrottledError):
            return self.gate.failed(started, throttled=True, at_least=error.retry_after or 0.0)
        if error.lost and endpoint.kind != READ or error.tries is not None and faults >= error.tries:
            return False
        return self.gate.failed(started, at_least=error.retry_after or 0.0)

    def _send(self, endpoint: Endpoint, wire: dict[str, str], task: str) -> Any:
        query = {**wire, **self._credentials} if endpoint.credentials == QUERY else wire
        try:
            response = session().request(
                endpoint.method,
                self._url + endpoint.path,
                params=query if endpoint.method == "GET" else None,
                data=wire if endpoint.method == "POST" else None,
                headers=self._credentials if endpoint.credentials == HEADERS else None,
                timeout=self.settings.timeout,
                allow_redirects=False,
                **self._transport,
            )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # "from None": the exceptions of requests quote the URL, which may hold the token.
            raise _transport_error(error, f"Could not {task} at {self._host}") from None
        return self._read(endpoint, response, task, wire)

    def _read(self, endpoint: Endpoint, response: Any, task: str, wire: dict[str, str]) -> Any:
        try:
            body = json.loads(response.content)
        except ValueError:
            body = None
        code = _number(_either(body, *CODE_KEYS)) if isinstance(body, dict) else None
        problem = f"Could not {task}"
        if response.status_code == 429:
            raise ThrottledError(
                f"{problem}: the API answered HTTP 429, too many requests",
                CODES[10011].advice,
                code=429,
                retry_after=_number(response.headers.get("Retry-After")),
            )
        if endpoint.nodes and (code in (0, 200) or code is None and response.status_code == 200):
            return _nodes(body, response, problem, self._host)
        if code is None:
            raise _not_the_api(response, problem, self._host, endpoint.feature)
        if code != 200:
            known = CODES.get(int(code), UNKNOWN_CODE)
            said = body.get("msg") or body.get("message") or ""
            # Cut last: the beginning of a secret would not be found.
            said = self.redact(str(said), (wire[name] for name in endpoint.secret if name in wire))[:200]
            answer = ", ".join(part for part in (f"{code:g}", known.meaning) if part)
            missing = known is UNKNOWN_CODE and endpoint.feature
            error = known.error(
                f"{problem}: the API answered {answer}{f' ({said!r})' if said else ''}",
                _not_offered(endpoint.feature) if missing else known.advice,
                code=int(code),
            )
            if isinstance(error, ThrottledError):
                error.retry_after = known.retry_after
            raise error
        return _data(endpoint, body, problem)

    def redact(self, text: str, secrets: Iterable[str] = ()) -> str:
        """Return ``text`` with the credentials and ``secrets`` masked, where they stand as whole words."""
        for secret in {*self._credentials.values(), *secrets} - {""}:
            for form in (secret, quote(secret, safe=""), quote_plus(secret)):
                text = re.sub(rf"(?<![0-9A-Za-z]){re.escape(form)}(?![0-9A-Za-z])", MASK, text)
        return text


@functools.lru_cache(maxsize=1)
def session() -> Any:
    """Return the session of this process. Built before forks, it costs them nothing; they share no socket with it."""
    new = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_maxsize=64)
    new.mount("https://", adapter)
    new.mount("http://", adapter)
    new.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    new.headers["User-Agent"] = "thordata.proxies (Ansible collection)"
    new.trust_env = False  # see Client; nor may what a .netrc holds for the host be sent
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    _environment()
    os.register_at_fork(after_in_child=new.close)
    return new


@functools.lru_cache(maxsize=1)
def _environment() -> Any:
    """Return a session that sends nothing: it reads the environment as requests does."""
    return requests.Session()


def _wire(endpoint: Endpoint, params: dict[str, Any]) -> dict[str, str]:
    """Return the parameters as the API reads them: strings, booleans as words, proxy types as the family's number."""
    unknown = set(params) - {*endpoint.params, *endpoint.optional}
    missing = set(endpoint.params) - set(params)
    if unknown or missing:
        raise TypeError(f"{endpoint.path} takes {endpoint.params}, not {sorted(params)}")
    wire = {}
    for name, value in params.items():
        if name == "proxy_type":
            wire[name] = PROXY_TYPES[endpoint.family][value]
        elif value is not None:
            wire[name] = str(value).lower() if isinstance(value, bool) else str(value)
    return wire


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _either(body: dict[str, Any], *keys: str) -> Any:
    return next((body[key] for key in keys if body.get(key) is not None), None)


def _nodes(body: Any, response: Any, problem: str, host: str) -> list[dict[str, Any]]:
    """Return the nodes of an extract link: of lines, or of the JSON that it may answer instead."""
    if isinstance(body, dict):
        rows = [(row.get("ip"), row.get("port")) for row in body.get("data") or () if isinstance(row, dict)]
    else:
        text = response.content.decode("utf-8", "replace")
        rows = [line.rpartition(":")[::2] for line in re.split(r"[\r\n,;]+", text.strip()) if line.strip()]
    nodes = [(str(ip).strip(), _number(port)) for ip, port in rows]
    if not all(re.fullmatch(r"[0-9A-Za-z.:\[\]-]+", name) and port for name, port in nodes):
        raise _not_the_api(response, problem, host, "")
    return [{"host": name, "port": int(port or 0)} for name, port in nodes]


def _data(endpoint: Endpoint, body: dict[str, Any], problem: str) -> Any:
    data = _either(body, *DATA_KEYS)
    if data is None:
        data = {}
    if endpoint.rows is None:
        return data
    rows = (data.get(endpoint.rows) if isinstance(data, dict) else None) if endpoint.rows else data
    rows = rows or []
    if not isinstance(rows, list) or not all(isinstance(row, (dict, str)) for row in rows):
        raise TransportError(f"{problem}: the answer holds no list", lost=endpoint.kind != READ, tries=TRIES)
    return {**data, endpoint.rows: rows} if endpoint.rows else rows


def _not_offered(feature: str) -> str:
    return f"This account or this edition of the API seems not to offer {feature}"


def _not_the_api(response: Any, problem: str, host: str, feature: str) -> TransportError:
    """Say what came in place of the API's envelope."""
    status = response.status_code
    kind = response.headers.get("Content-Type", "").partition(";")[0] or "no content type"
    problem = f"{problem}: {host} answered HTTP {status}"
    check = "Check api_url, and any proxy between here and the API"
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", "")).hostname or "another page"
        return TransportError(f"{problem}, a redirect to {target}, which is not followed", check, lost=False, tries=1)
    if status >= 500 or status == 408:
        wait = _number(response.headers.get("Retry-After"))
        problem = f"{problem}, a fault on its side"
        return TransportError(problem, "Try again later", lost=True, tries=None, retry_after=wait)
    if status >= 400:
        advice = _not_offered(feature) if feature else "Check api_url"
        return TransportError(f"{problem} ({kind}), not an answer of the API", advice, lost=False, tries=1)
    if not response.content.strip():
        return TransportError(f"{problem} with an empty body", check, lost=True, tries=TRIES)
    if response.content.lstrip()[:1] == b"<":
        advice = f"{_not_offered(feature)}, or api_url is wrong" if feature else check
        return TransportError(f"{problem} with a web page, not an answer of the API", advice, lost=True, tries=1)
    return TransportError(f"{problem} with a body that is broken or not the API's", check, lost=True, tries=TRIES)


def _transport_error(error: BaseException, problem: str) -> TransportError:
    """Sort a failed exchange by whether the request can have reached the API. Quotes nothing of ``error``."""
    chain = list(_causes(error))

    def has(*types: type) -> bool:
        return any(isinstance(cause, types) for cause in chain)

    if has(ssl.SSLCertVerificationError):
        advice = "Check api_url, or set ca_path to the authority that signed it"
        return TransportError(f"{problem}: its TLS certificate cannot be verified", advice, lost=False, tries=1)
    if has(requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
        return TransportError(f"{problem}: requests cannot use this URL", "Check api_url", lost=False, tries=1)
    if has(socket.gaierror):
        return TransportError(f"{problem}: the host's name cannot be resolved", "Check api_url", lost=False, tries=2)
    if has(requests.exceptions.ProxyError):
        advice = "Check the proxy settings of the environment (HTTPS_PROXY, NO_PROXY)"
        return TransportError(f"{problem}: the HTTP proxy in between refused", advice, lost=False, tries=TRIES)
    if has(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
        advice = "Check api_url and the network"
        return TransportError(f"{problem}: no connection", advice, lost=False, tries=TRIES)
    if has(ssl.SSLError):
        advice = "Check that api_url names a TLS port, and any proxy in between"
        return TransportError(f"{problem}: TLS failed", advice, lost=True, tries=1)
    if has(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        return TransportError(f"{problem}: no answer within api_timeout", "Raise api_timeout", lost=True, tries=TRIES)
    return TransportError(f"{problem}: the connection broke off", "Check the network", lost=True, tries=TRIES)


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
