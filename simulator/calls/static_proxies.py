# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/proxy/*`: bought ISP and datacenter addresses."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..clock import minute_text
from ..contract import IP_DOES_NOT_EXIST, Failure

Rows = list[dict[str, Any]]


def proxy_list(call: Call) -> Rows:
    """All addresses of a product, with what a client needs to use them."""
    zone = call.settings.zone
    return [
        {
            "purchase_time": minute_text(proxy.purchase_time, zone),
            "expiration_time": minute_text(proxy.expiration_time, zone),
            "ip": proxy.ip,
            "port": proxy.port,
            "username": proxy.username,
            "password": proxy.password,
            "country": proxy.country,
            "city": proxy.city,
        }
        for proxy in call.account.static_proxies[call["proxy_type"]]
    ]


def expiration_time(call: Call) -> Rows:
    """When the asked addresses expire; 10010 when one of them is not there."""
    by_address = {proxy.ip: proxy for proxy in call.account.static_proxies[call["proxy_type"]]}
    for address in call["ips"]:
        if address not in by_address:
            raise Failure(IP_DOES_NOT_EXIST)
    zone = call.settings.zone
    return [
        {"ip": address, "expiration_time": minute_text(by_address[address].expiration_time, zone)}
        for address in call["ips"]
    ]
