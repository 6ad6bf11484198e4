# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Under which address the world sees this host: echo services, one after another (docs/contract.md, section 7)."""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ansible.module_utils.urls import open_url

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError

SERVICES = ("https://ipinfo.thordata.com", "https://api.ipify.org", "https://checkip.amazonaws.com")
LONGEST_ANSWER = 65536

ECHO_SPEC: dict[str, Any] = {
    "services": {"type": "list", "elements": "str", "default": list(SERVICES)},
    "ip_version": {"type": "int", "choices": [4, 6], "default": 4},
    "timeout": {"type": "float", "default": 10},
    "validate_certs": {"type": "bool", "default": True},
    "use_proxy": {"type": "bool", "default": False},
}


def egress_address(options: Mapping[str, Any]) -> dict[str, str]:
    """Return the address (``ip``) that the first ``service`` that answers sees. Raises ThordataError when none does."""
    if not options["services"]:
        raise OptionError("services is empty", "Name at least one")
    named = [(_name(position, service), service) for position, service in enumerate(options["services"], 1)]
    problems = []
    for name, service in named:
        try:
            return {"ip": str(_ask(service, options)), "service": name}
        except (OSError, ValueError) as error:
            problems.append(f"{name}: {str(error) or type(error).__name__}")
        except http.client.HTTPException:
            problems.append(f"{name}: its answer is broken, or no HTTP")
    raise ThordataError(
        f"No echo service told the address of this host ({'; '.join(problems)})",
        "Check that the host reaches one of them, or set services",
    )


def _name(position: int, service: str) -> str:
    """Return a service without what may be secret in it: credentials, and a key in the query. Raises OptionError."""
    try:
        url = urlsplit(service)
        port = f":{url.port}" if url.port else ""
    except ValueError:
        raise OptionError(f"Entry {position} of services is not a URL") from None
    if url.scheme not in ("http", "https") or not url.hostname or re.search(r"\s", service):
        raise OptionError(f"Entry {position} of services must start with https:// or http:// and a host")
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    return f"{url.scheme}://{host}{port}{url.path}"


def _ask(service: str, options: Mapping[str, Any]) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that a service sees. Raises OSError, ValueError and HTTPException."""
    answer = open_url(
        service,
        timeout=options["timeout"],
        validate_certs=options["validate_certs"],
        use_proxy=options["use_proxy"],
        http_agent="thordata.proxies (Ansible collection)",
        headers={"Accept": "application/json, text/plain"},
    ).read(LONGEST_ANSWER)
    address = address_in(answer.decode(errors="replace"))
    if address.version != options["ip_version"]:
        raise ValueError(f"it sees the IPv{address.version} address {address}")
    return address


def address_in(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that an echo page shows: alone, or in JSON as ip, query or origin. Raises ValueError."""
    try:
        content = json.loads(text)
    except ValueError:
        content = text
    if isinstance(content, dict):
        content = next((content[key] for key in ("ip", "query", "origin") if key in content), "")
    try:
        return ipaddress.ip_address(str(content).partition(",")[0].strip())
    except ValueError:
        raise ValueError("the answer holds no address") from None
