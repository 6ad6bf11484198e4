# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends a request through a proxy and says what became of it (contract, section 7: the gateway explains itself)."""

from __future__ import annotations

import base64
import functools
import http.client
import json
import re
import ssl
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.thordata.proxies.plugins.module_utils._egress import address_in
from ansible_collections.thordata.proxies.plugins.module_utils._gateway import Proxy

try:
    import requests
    import urllib3

    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
except ImportError:  # the module reports it
    requests = None  # type: ignore[assignment]

LONGEST_ANSWER = 1 << 20
CREDENTIALS_REFUSED = "the proxy refuses username and password"
# What the codes of the gateway's header X-thor-error-code mean, and what to do.
GATEWAY_CODES = {
    "client_101": "the region is wrong: check country, state and city",
    "client_102": "the protocol is wrong: check scheme",
    "client_103": "the port is wrong: check the port of the target",
    "client_104": "the host is wrong: check the host of the target",
    "Resource_201": "no exit could be allocated: try again, or another place",
    "Resource_202": "no exit matches the region: ask for another state or city",
}


def probe(proxy: Proxy, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``check_url`` answers through the proxy: reachable, exit_ip, exit_country, latency, status, error.

    Never raises for what the proxy or the target does, and takes at most ``timeout`` seconds in all.
    """
    started = time.monotonic()
    outcome = _in_time(lambda: _exchange(proxy, options), options["timeout"])
    result = {
        "proxy": proxy.server,
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


def _in_time(exchange: Any, seconds: float) -> dict[str, Any]:
    """Return what ``exchange`` does, or that it took too long: a proxy may send a byte now and then for ever."""
    outcome: dict[str, Any] = {"error": f"no answer within {seconds:g} seconds"}

    def run() -> None:
        found = exchange()
        outcome.pop("error", None)
        outcome.update(found)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    return dict(outcome)


def _exchange(proxy: Proxy, options: Mapping[str, Any]) -> dict[str, Any]:
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", _verifying_adapter()())
    try:
        response = session.get(
            options["check_url"],
            proxies={"http": proxy.url, "https": proxy.url},
            timeout=options["timeout"],
            verify=options["validate_certs"],
            headers={"User-Agent": "thordata.proxies (Ansible collection)", "Accept": "application/json, text/plain"},
            stream=True,
        )
        body = response.raw.read(LONGEST_ANSWER, decode_content=True)
    except Exception as error:  # of requests, urllib3, PySocks, ssl: any of them means that it does not work
        return _refusal(proxy, options) or {"error": _reason(error)}
    finally:
        session.close()
    explained = _explained(response.headers)
    if response.status_code == 407:
        return {"status": 407, "error": CREDENTIALS_REFUSED, **explained}
    if explained or response.status_code >= 400:
        return {"status": response.status_code, "error": f"HTTP {response.status_code}", **explained}
    return {"status": response.status_code, "reachable": True, **_exit(body)}


@functools.lru_cache(maxsize=1)
def _verifying_adapter() -> Any:
    class Adapter(requests.adapters.HTTPAdapter):
        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            """Verify the proxy's own certificate too; requests does so only where the target is https."""
            super().cert_verify(conn, "https://" if conn.scheme == "https" else url, verify, cert)

    return Adapter


def _exit(body: bytes) -> dict[str, Any]:
    text = body.decode("utf-8", "replace").strip()
    try:
        address: str | None = str(address_in(text))
    except ValueError:
        address = None
    country = None
    try:
        said = json.loads(text)
        if isinstance(said, dict):
            country = next((said[key] for key in ("country", "country_code", "countryCode") if said.get(key)), None)
    except ValueError:
        pass
    return {"exit_ip": address, "exit_country": str(country).upper() if country else None}


def _refusal(proxy: Proxy, options: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return why the proxy refuses a tunnel; requests tells its status, but not the headers that explain it."""
    target = urlsplit(options["check_url"])
    if target.scheme != "https" or proxy.scheme not in ("http", "https"):
        return None
    kind = http.client.HTTPSConnection if proxy.scheme == "https" else http.client.HTTPConnection
    more: dict[str, Any] = {}
    if proxy.scheme == "https" and not options["validate_certs"]:
        more["context"] = ssl._create_unverified_context()
    connection = kind(proxy.host.strip("[]"), proxy.port, timeout=options["timeout"], **more)
    headers = {}
    if proxy.credentials:
        headers["Proxy-Authorization"] = f"Basic {base64.b64encode(proxy.credentials.encode()).decode()}"
    try:
        connection.request("CONNECT", f"{target.hostname}:{target.port or 443}", headers=headers)
        response = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    if response.status < 300:
        return None
    said = CREDENTIALS_REFUSED if response.status == 407 else f"HTTP {response.status}"
    return {"status": response.status, "error": said, **_explained(response.headers)}


def _explained(headers: Any) -> dict[str, Any]:
    code = headers.get("X-thor-error-code")
    if not code:
        return {}
    said = re.sub(r"[^\x20-\x7e]", "", headers.get("X-thor-error-msg") or "")[:200]
    meaning = GATEWAY_CODES.get(code, said or "the gateway does not explain it")
    return {"gateway_code": code, "error": f"the gateway says {code}, {meaning}"}


def _reason(error: Exception) -> str:
    """Return in a few words what went wrong; the texts of the exceptions quote URLs with passwords."""
    text = str(error)
    for pattern, meaning in (
        (r"407", CREDENTIALS_REFUSED),
        (r"Tunnel connection failed: (\d+)", "the proxy refuses the tunnel, HTTP {0}"),
        (r"SOCKS5 authentication failed", CREDENTIALS_REFUSED),
        (r"(?i)missing dependencies for socks", "PySocks is missing on this host"),
        (r"(?i)certificate verify failed", "a TLS certificate cannot be verified"),
        (r"(?i)timed out|timeout", "no answer in time"),
        (r"(?i)refused", "the connection is refused"),
        (r"(?i)name or service not known|resolve", "the host's name cannot be resolved"),
    ):
        match = re.search(pattern, text)
        if match:
            return meaning.format(*match.groups())
    return f"the connection broke off ({type(error).__name__})"
