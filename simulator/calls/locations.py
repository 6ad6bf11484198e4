# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/locations/*`: where the proxies are. All rows hold strings only."""

from __future__ import annotations

from ..call import Call
from ..contract import Failure
from ..geography import COUNTRIES, Country, code

Rows = list[dict[str, str]]


def countries(_call: Call) -> Rows:
    """All countries."""
    return [{"country_code": name, "country_name": country.name} for name, country in COUNTRIES.items()]


def states(call: Call) -> Rows:
    """The states of a country; none for a country that has none."""
    country = _country(call)
    return [
        {
            "country_code": call["country_code"],
            "country_name": country.name,
            "state_code": code(state),
            "state_name": state,
        }
        for state in country.states
    ]


def cities(call: Call) -> Rows:
    """The cities of a country, or of one state of it."""
    wanted = call.values.get("state_code")
    found = [row for row in states(call) if wanted in (None, row["state_code"])]
    if wanted is not None and not found:
        raise Failure(call.settings.codes["unknown_location"])
    country = _country(call)
    return [
        {**row, "city_code": code(city), "city_name": city}
        for row in found
        for city in country.states[row["state_name"]]
    ]


def asn(call: Call) -> Rows:
    """The networks of a country."""
    return [
        {"country_code": call["country_code"], "asn_code": number, "asn_name": name}
        for number, name in _country(call).networks.items()
    ]


def _country(call: Call) -> Country:
    country = COUNTRIES.get(call["country_code"])
    if country is None:
        raise Failure(call.settings.codes["unknown_location"])
    return country
