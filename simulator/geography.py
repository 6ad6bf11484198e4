# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The places that the simulated service offers: a small part of the world, with one country that has no states."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Country:
    """A country: state name -> names of its cities; network number -> its name."""

    name: str
    states: dict[str, list[str]] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)


COUNTRIES = {
    "US": Country(
        "United States",
        {
            "Alabama": ["Alexander City", "Birmingham"],
            "California": ["Los Angeles", "San Francisco"],
            "New York": ["New York", "Buffalo"],
            "Texas": ["Houston", "Dallas"],
        },
        {"AS7018": "AT&T Services, Inc.", "AS7922": "Comcast Cable Communications, LLC"},
    ),
    "GB": Country(
        "United Kingdom",
        {"England": ["London", "Manchester"], "Scotland": ["Edinburgh"]},
        {"AS2856": "British Telecommunications PLC"},
    ),
    "DE": Country(
        "Germany",
        {"Bavaria": ["Munich", "Nuremberg"], "Berlin": ["Berlin"]},
        {"AS3320": "Deutsche Telekom AG"},
    ),
    "FR": Country("France", {"Ile-de-France": ["Paris"]}, {"AS3215": "Orange S.A."}),
    "JP": Country("Japan", {"Tokyo": ["Tokyo"], "Osaka": ["Osaka"]}, {"AS2516": "KDDI Corporation"}),
    "BR": Country("Brazil", {"Sao Paulo": ["Sao Paulo", "Campinas"]}, {"AS28573": "Claro NXT Telecomunicacoes Ltda"}),
    "SG": Country("Singapore"),
}


def code(name: str) -> str:
    """A place's name -> its code: lower case, letters and digits only."""
    return "".join(char for char in name.lower() if char.isalnum())
