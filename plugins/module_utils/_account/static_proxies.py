# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bought ISP and datacenter addresses (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_ip
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import EXPIRATION_TIME, PROXY_LIST
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import no_such

# As many as keep the URL well below what servers take.
ADDRESSES_AT_ONCE = 100


def read_static_proxies(client: Client, proxy_type: str, zone: tzinfo) -> list[Item]:
    """Return what the API lists, with passwords, and countries in lower case as the gateway has them; one request."""
    return [
        {
            "ip": text(row.get("ip")),
            "port": number(row.get("port")),
            "proxy_type": proxy_type,
            "username": text(row.get("username")),
            "password": text(row.get("password")),
            "country": (text(row.get("country")) or "").lower() or None,
            "city": text(row.get("city")),
            "purchase_time": text(row.get("purchase_time")),
            **times.expiry(row, zone),
        }
        for row in client.call(PROXY_LIST, proxy_type=proxy_type)
    ]


def read_expirations(client: Client, proxy_type: str, ips: Sequence[str], zone: tzinfo) -> list[Item]:
    """Return when these addresses expire, and nothing else of them; one request for each hundred."""
    parts = [ips[start : start + ADDRESSES_AT_ONCE] for start in range(0, len(ips), ADDRESSES_AT_ONCE)]
    return [
        {"ip": text(row.get("ip")), "proxy_type": proxy_type, **times.expiry(row, zone)}
        for part in parts
        for row in client.call(EXPIRATION_TIME, proxy_type=proxy_type, ips=",".join(part))
    ]


def find_static_proxies(client: Client, options: Mapping[str, Any], zone: tzinfo) -> list[Item]:
    """Return the addresses that the options select, with passwords only if they are asked for."""
    proxy_type, reveal = options["proxy_type"], options["reveal_passwords"]
    within = times.duration("expires_within", options["expires_within"]) if options["expires_within"] else None
    ips = None if options["ips"] is None else list(dict.fromkeys(map(_parsed, options["ips"])))
    if ips is None:
        proxies = read_static_proxies(client, proxy_type, zone)
    elif reveal:
        proxies = _listed(client, proxy_type, ips, zone)
    else:
        proxies = _expirations(client, proxy_type, ips, zone)
    if within is not None:
        until = times.now() + within
        proxies = [one for one in proxies if (one["expiration_timestamp"] or until) <= until]
    return proxies if reveal else [{name: one[name] for name in one if name != "password"} for one in proxies]


def _parsed(ip: str) -> str:
    try:
        return parse_ip(ip)
    except ValueError as error:
        raise OptionError(f"Wrong option ips: {error}") from None


def _listed(client: Client, proxy_type: str, ips: Sequence[str], zone: tzinfo) -> list[Item]:
    """Return these addresses, of all that the API lists. Raises OptionError with those that it does not list."""
    proxies = read_static_proxies(client, proxy_type, zone)
    problem = _missing(ips, proxies, proxy_type)
    if problem:
        raise OptionError(problem)
    return [one for one in proxies if one["ip"] in ips]


def _expirations(client: Client, proxy_type: str, ips: Sequence[str], zone: tzinfo) -> list[Item]:
    """Return when these addresses expire. Raises NotFoundError with those that the API does not list."""
    try:
        return read_expirations(client, proxy_type, ips, zone)
    except NotFoundError as error:  # the API does not name them; its list shows which they are
        with suppress(ThordataError):
            error.advice = _missing(ips, read_static_proxies(client, proxy_type, zone), proxy_type) or error.advice
        raise


def _missing(ips: Sequence[str], proxies: Sequence[Item], proxy_type: str) -> str:
    """Return which of the addresses the account does not have, and which it has; nothing when it has them all."""
    there = {one["ip"] for one in proxies}
    missing = sorted(set(ips) - there)
    return no_such(f"{proxy_type} address", missing, there) if missing else ""
