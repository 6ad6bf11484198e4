# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where proxies are: lists of places, and the codes of places that options name (docs/contract.md, section 4)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import ASNS, CITIES, COUNTRIES, STATES
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined

# The calls of each level, and the plural of what they list.
LEVELS = {"country": COUNTRIES, "state": STATES, "city": CITIES, "asn": ASNS}
PLURALS = {"country": "countries", "state": "states", "city": "cities", "asn": "networks"}


def read_locations(client: Client, options: Mapping[str, Any], warn: Callable[[str], None]) -> list[Item]:
    """Return the places of a level; warn where there are none. Raises OptionError."""
    _check_options(options)
    level, product = options["level"], options["proxy_type"]
    place = _place(client, options)
    rows = client.call(LEVELS[level], **place)
    if not rows:
        warn(f"The API lists no {PLURALS[level]} of {place.get('country_code', product)}")
    return rows


def _check_options(options: Mapping[str, Any]) -> None:
    if options["state"] and options["level"] != "city":
        raise OptionError("state goes with level=city only")
    if options["proxy_type"] == "mobile" and options["level"] != "state":
        raise OptionError("The API lists only the states of mobile proxies", "Set level to state")


def _place(client: Client, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the call; one request for each place that is given by its name."""
    place = {"proxy_type": options["proxy_type"]}
    if options["level"] != "country":
        place["country_code"] = _country_code(client, options["proxy_type"], options["country"].strip())
    if options["state"]:
        place["state_code"] = _code(client.call(STATES, **place), "state", options["state"])
    if options["level"] == "city":
        place["pool"] = 0  # the newest edition wants it, the others ignore it
    return place


def _country_code(client: Client, proxy_type: str, country: str) -> str:
    """Return the code of the country; one request where it is given by its name."""
    if re.fullmatch("[A-Za-z]{2}", country):
        return country.upper()
    # Of mobile proxies the API lists no countries.
    product = "residential" if proxy_type == "mobile" else proxy_type
    return _code(client.call(COUNTRIES, proxy_type=product), "country", country)


def _code(rows: Iterable[Mapping[str, Any]], level: str, wanted: str) -> str:
    """Return the code of the place that ``wanted`` names, by its code or its name. Raises OptionError."""
    codes = {
        _simple(row.get(key, "")): row[f"{level}_code"] for row in rows for key in (f"{level}_code", f"{level}_name")
    }
    if _simple(wanted) in codes:
        return codes[_simple(wanted)]
    similar = difflib.get_close_matches(_simple(wanted), codes, n=3, cutoff=0.5)
    known = joined(dict.fromkeys(codes[name] for name in similar)) if similar else joined(sorted(set(codes.values())))
    advice = f"Use one of: {known}" if known else f"Leave {level} out"
    raise OptionError(f"The API lists no {level} {wanted!r}", advice)


def _simple(name: Any) -> str:
    """Return a name as its code is made of it: lower case, letters and digits only."""
    return "".join(char for char in str(name).lower() if char.isalnum())
