# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/whitelisted-ips/*`: addresses that may use the proxies without credentials."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..contract import IP_DOES_NOT_EXIST, OVER_MAXIMUM, Failure
from ..params import address
from ..state import WhitelistEntry


def ip_list(call: Call) -> dict[str, Any]:
    """All addresses of a product. The rows are called `lists` here."""
    entries = call.shown(call.account.whitelist[call["proxy_type"]])
    limit = call.account.whitelist_limits[call["proxy_type"]]
    return {
        "ip_count": len(entries),
        "limit": limit,
        "remaining_limit": max(0, limit - len(entries)),
        "lists": [
            {"created_time": entry.created_time, "ip": entry.ip, "status": entry.enabled} for entry in entries.values()
        ],
    }


def add_ip(call: Call) -> dict[str, Any]:
    """A new address: 10019 when there is no room. An address that is there already is an undocumented point."""
    entries = call.account.whitelist[call["proxy_type"]]
    if call["ip"] in entries:
        code = call.settings.codes["duplicate_address"]
        if code != 200:
            raise Failure(code, "the address is there already")
        return {}
    if len(entries) >= call.account.whitelist_limits[call["proxy_type"]]:
        raise Failure(OVER_MAXIMUM)
    call.remember(entries, call["ip"])
    entries[call["ip"]] = WhitelistEntry(ip=call["ip"], enabled=call["status"], created_time=call.world.today())
    call.done()
    return {}


def delete_ip(call: Call) -> dict[str, Any]:
    """Remove an entry, whatever it is; 10010 when it is not there, and an undocumented code when it is no address."""
    entries = call.account.whitelist[call["proxy_type"]]
    if call["ip"] not in entries:
        address(call["ip"], call.settings)
        raise Failure(IP_DOES_NOT_EXIST)
    call.remember(entries, call["ip"])
    del entries[call["ip"]]
    call.done()
    return {}
