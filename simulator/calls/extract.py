# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extract links: entry nodes by URL, for callers whose address is on the whitelist. Failures have three digits."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..contract import EXTRACT_EMPTY, EXTRACT_EXPIRED, EXTRACT_NOT_WHITELISTED, EXTRACT_TOO_FREQUENT, Failure
from ..geography import COUNTRIES, Country, code

STICKY, ROTATING = 1, 2
STICKY_SECONDS = 600
FIRST_PORT = 10000

Nodes = list[dict[str, Any]]


def residential(call: Call) -> Nodes:
    """Nodes of the residential product, anywhere or in one place."""
    if call.account.traffic_expiration <= call.now:
        raise Failure(EXTRACT_EXPIRED)
    _admit(call, "residential")
    if not _place_exists(call.values):
        raise Failure(EXTRACT_EMPTY)
    return [{"ip": f"203.0.113.{1 + index % 254}", "port": FIRST_PORT + index} for index in _indexes(call)]


def unlimited(call: Call) -> Nodes:
    """Nodes of one rented server, which `servers` names by the first label of its host."""
    servers = [server for server in call.account.servers.values() if server.plan_name.split(".")[0] == call["servers"]]
    if servers and servers[0].expiration_time <= call.now:
        raise Failure(EXTRACT_EXPIRED)
    _admit(call, "unlimited")
    if not servers:
        raise Failure(EXTRACT_EMPTY)
    return [{"ip": servers[0].ip, "port": FIRST_PORT + index} for index in _indexes(call)]


def _admit(call: Call, product: str) -> None:
    """The caller has to be on the whitelist, as far as that has spread, and must not come again too soon."""
    entry = call.shown(call.account.whitelist[product]).get(call.caller)
    if entry is None or not entry.enabled:
        raise Failure(EXTRACT_NOT_WHITELISTED)
    last = call.account.last_extract.get(product)
    if last is not None and call.now - last < call.settings.extract_interval:
        raise Failure(EXTRACT_TOO_FREQUENT)
    call.account.last_extract[product] = call.now


def _indexes(call: Call) -> list[int]:
    """Which of the nodes: the same ones for ten minutes when sticky, others with each call when rotating."""
    there = call.settings.extract_nodes
    wanted = min(call.values.get("number", 1), there)
    if wanted == 0:
        raise Failure(EXTRACT_EMPTY)
    sticky = call.values.get("sesstype", ROTATING) == STICKY
    start = int(call.now // STICKY_SECONDS) if sticky else call.world.next_extract(wanted)
    return [(start + offset) % there for offset in range(wanted)]


def _place_exists(values: dict[str, Any]) -> bool:
    if "country" not in values:
        return True
    country = {name.lower(): item for name, item in COUNTRIES.items()}.get(values["country"])
    return country is not None and _has_state_and_city(country, values)


def _has_state_and_city(country: Country, values: dict[str, Any]) -> bool:
    states = {code(state): [code(city) for city in cities] for state, cities in country.states.items()}
    if "state" in values:
        states = {name: cities for name, cities in states.items() if name == values["state"]}
        if not states:
            return False
    return "city" not in values or any(values["city"] in cities for cities in states.values())
