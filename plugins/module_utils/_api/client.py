# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends one row of ``_endpoints`` to the API and reads the answer (docs/contract.md, section 2). Knows no Ansible."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    HEADERS,
    PAID,
    PROXY_TYPES,
    QUERY,
    READ,
    Endpoint,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    CODES,
    UNKNOWN_CODE,
    ApiError,
    NotOfferedError,
    ThrottledError,
    TransportError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import Throttle
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import TRIES, Transport
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number

DEFAULT_URL = "https://openapi.thordata.com/api"
# While a rehearsal on the simulator runs, the only API that may be called.
REHEARSAL = "THORDATA_REHEARSAL_URL"
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
    use_proxy: bool = True  # whether to go through the HTTP proxy that the environment names

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
        rehearsal = os.environ.get(REHEARSAL)
        if self.token is not None and rehearsal and self.url != rehearsal:
            raise OptionError(
                f"This is a rehearsal on {rehearsal}, and api_url is {self.url}", "Leave api_url out in it"
            )
        if self.ca_path and not os.path.exists(self.ca_path):
            raise OptionError(f"ca_path does not exist: {self.ca_path}")

    @property
    def account(self) -> str:
        """What tells this account from others; secret."""
        return f"{self.url.rstrip('/')}\n{self.token}"

    @property
    def unencrypted(self) -> bool:
        """Whether the token would cross a network in clear text."""
        url = urlsplit(self.url)
        host = url.hostname or ""
        return url.scheme == "http" and host not in ("localhost", "::1") and not host.startswith("127.")


class Client:
    """Calls the API for one task. ``gate`` paces all calls; ``state`` is what other processes know of the account."""

    def __init__(self, settings: Settings, throttle: Throttle | None = None, state: State | None = None) -> None:
        self.settings = settings
        self.state = state or State(settings.account)
        self.throttle = throttle or Throttle(settings.retry_timeout, self.state)
        verify = (settings.ca_path or True) if settings.validate_certs else False
        self._transport = Transport(settings.url, settings.timeout, verify, settings.use_proxy)
        self._credentials = {"token": settings.token} if settings.token else {}
        if settings.key:
            self._credentials["key"] = settings.key

    def call(self, endpoint: Endpoint, before: Callable[[], None] | None = None, /, **params: Any) -> Any:
        """Send the call and return its ``data``; where the endpoint names ``rows``, these are a list, never null.

        ``proxy_type`` is given by name. A read is sent again after any passing fault; a write only when it is certain
        that it did nothing. Raises ApiError when the API refuses, and TransportError, with ``lost`` set where the
        write may have happened, when no answer arrives. ``before`` is called each time before the call goes out; what
        it raises keeps the call back.
        """
        wire = _wire(endpoint, params)
        task = endpoint.task.format_map(params)
        tries = faults = 0
        while True:
            started = self.throttle.enter()
            _check_parent(task)
            if started is None:
                meaning, advice = CODES[10011].meaning, CODES[10011].advice
                raise ThrottledError(f"Could not {task}: the API refuses all calls ({meaning})", advice, code=10011)
            if before:
                before()
            try:
                data = self._send(endpoint, wire, task)
            except (ThrottledError, TransportError) as error:
                tries += 1
                faults += isinstance(error, TransportError)
                if not self._may_repeat(endpoint, error, faults, started):
                    if tries > 1:
                        error.advice = f"It was tried {tries} times. {error.advice}"
                    raise
            except ApiError:
                self.throttle.succeeded(started)  # an answer of the API, in its time
                raise
            else:
                self.throttle.succeeded(started)
                return data

    def _may_repeat(
        self, endpoint: Endpoint, error: ThrottledError | TransportError, faults: int, started: float
    ) -> bool:
        if isinstance(error, ThrottledError):
            return self.throttle.refused(started, error.retry_after or 0.0)
        if error.lost and endpoint.kind != READ or error.tries is not None and faults >= error.tries:
            self.throttle.count(started)
            return False
        return self.throttle.failed(started, error.retry_after or 0.0)

    def _send(self, endpoint: Endpoint, wire: dict[str, str], task: str) -> Any:
        query = {**wire, **self._credentials} if endpoint.credentials == QUERY else wire
        response = self._transport.send(
            f"Could not {task}",
            endpoint.method,
            endpoint.path,
            params=query if endpoint.method == "GET" else None,
            data=wire if endpoint.method == "POST" else None,
            headers=self._credentials if endpoint.credentials == HEADERS else None,
        )
        return self._read(endpoint, response, task, wire)

    def _read(self, endpoint: Endpoint, response: Any, task: str, wire: dict[str, str]) -> Any:
        try:
            body = json.loads(response.data)
        except ValueError:
            body = None
        code = number(_either(body, *CODE_KEYS)) if isinstance(body, dict) else None
        problem = f"Could not {task}"
        if response.status == 429 and endpoint.kind != PAID:
            raise ThrottledError(
                f"{problem}: the API answered HTTP 429, too many requests",
                CODES[10011].advice,
                code=429,
                retry_after=number(response.headers.get("Retry-After")),
            )
        if endpoint.nodes and (code in (0, 200) or code is None and response.status == 200):
            return _nodes(body, response, problem, self._transport.host, endpoint)
        if code is None:
            raise _not_the_api(response, problem, self._transport.host, endpoint)
        if code != 200:
            known = CODES.get(int(code), UNKNOWN_CODE)
            message = body.get("msg") or body.get("message") or ""
            # Cut last: the beginning of a secret would not be found.
            message = self.redact(str(message), (wire[name] for name in endpoint.secret if name in wire))[:200]
            answer = ", ".join(part for part in (f"{code:g}", known.meaning) if part)
            missing = known is UNKNOWN_CODE and endpoint.feature
            error = known.error(
                f"{problem}: the API answered {answer}{f' ({message!r})' if message else ''}",
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


def _check_parent(task: str) -> None:
    """Raise ThordataError in a worker whose Ansible was killed: it would go on beside the run that comes after."""
    parent = multiprocessing.parent_process()
    if parent is not None and not parent.is_alive():
        raise ThordataError(f"Could not {task}: the process of Ansible that wanted it has ended", "Run it again")


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


def _either(body: dict[str, Any], *keys: str) -> Any:
    return next((body[key] for key in keys if body.get(key) is not None), None)


def _nodes(body: Any, response: Any, problem: str, host: str, endpoint: Endpoint) -> list[dict[str, Any]]:
    """Return the nodes of an extract link: of lines, or of the JSON that it may answer instead."""
    if isinstance(body, dict):
        rows = [(row.get("ip"), row.get("port")) for row in body.get("data") or () if isinstance(row, dict)]
    else:
        text = response.data.decode("utf-8", "replace")
        rows = [line.rpartition(":")[::2] for line in re.split(r"[\r\n,;]+", text.strip()) if line.strip()]
    nodes = [(str(ip).strip(), number(port)) for ip, port in rows]
    if not all(re.fullmatch(r"[0-9A-Za-z.:\[\]-]+", name) and port for name, port in nodes):
        raise _not_the_api(response, problem, host, endpoint)
    return [{"host": name, "port": int(port or 0)} for name, port in nodes]


def _data(endpoint: Endpoint, body: dict[str, Any], problem: str) -> Any:
    data = _either(body, *DATA_KEYS) or {}
    if endpoint.rows and isinstance(data, list):
        data = {endpoint.rows: data}
    if endpoint.rows != "" and not isinstance(data, dict):
        raise TransportError(f"{problem}: the answer holds no data", lost=endpoint.kind != READ, tries=TRIES)
    if endpoint.rows is None:
        return data
    rows = (data.get(endpoint.rows) if endpoint.rows else data) or []
    if not isinstance(rows, list) or not all(isinstance(row, endpoint.row) for row in rows):
        raise TransportError(f"{problem}: the answer holds no list", lost=endpoint.kind != READ, tries=TRIES)
    return {**data, endpoint.rows: rows} if endpoint.rows else rows


def _not_offered(feature: str) -> str:
    return f"This account or this edition of the API seems not to offer {feature}"


def _not_the_api(response: Any, problem: str, host: str, endpoint: Endpoint) -> TransportError:
    """Return the error of what came in place of the API's envelope."""
    status, feature = response.status, endpoint.feature
    # What answers in the API's place with 3xx or 4xx hardly sent the call on; with money, that is no proof.
    lost = endpoint.kind == PAID
    kind = response.headers.get("Content-Type", "").partition(";")[0] or "no content type"
    problem = f"{problem}: {host} answered HTTP {status}"
    check = "Check api_url, and any proxy between here and the API"
    if 300 <= status < 400:
        target = urlsplit(response.headers.get("Location", "")).hostname or "another page"
        return TransportError(f"{problem}, a redirect to {target}, which is not followed", check, lost=lost, tries=1)
    if status >= 500 or status == 408:
        wait = number(response.headers.get("Retry-After"))
        problem = f"{problem}, a fault on its side"
        return TransportError(problem, "Try again later", lost=True, tries=None, retry_after=wait)
    if status == 429:
        return TransportError(f"{problem}, too many requests", "Try again later", lost=lost, tries=1)
    if status >= 400:
        missing = status == 404 and feature
        advice = _not_offered(feature) if feature else "Check api_url"
        error = NotOfferedError if missing else TransportError
        return error(f"{problem} ({kind}), not an answer of the API", advice, lost=lost, tries=1)
    if not response.data.strip():
        return TransportError(f"{problem} with an empty body", check, lost=True, tries=TRIES)
    if response.data.lstrip()[:1] == b"<":
        advice = f"{_not_offered(feature)}, or api_url is wrong" if feature else check
        return TransportError(f"{problem} with a web page, not an answer of the API", advice, lost=True, tries=1)
    return TransportError(f"{problem} with a body that is broken or not the API's", check, lost=True, tries=TRIES)
