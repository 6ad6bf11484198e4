# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bought ISP and datacenter addresses (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import EXPIRATION_TIME, PROXY_LIST
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text

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
