#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: location_info
short_description: List the places where Thordata has proxies
version_added: 1.0.0
description:
  - Returns countries, states, cities or networks (ASN) with the codes that go into a proxy's username.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  level:
    description: What to list.
    type: str
    choices: [country, state, city, asn]
    default: country
  proxy_type:
    description: The product. Of V(mobile) the API lists the states only.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
  country:
    description:
      - The code of the country, such as V(US), or its name, such as V(United States).
      - Required unless O(level=country).
    type: str
  state:
    description: With O(level=city), only the cities of this state; its code, such as V(newyork), or its name.
    type: str
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the countries
  thordata.proxies.location_info:
  register: countries

- name: List the states of a country by its name
  thordata.proxies.location_info:
    level: state
    country: United States

- name: List the cities of a state
  thordata.proxies.location_info:
    level: city
    country: US
    state: New York
  register: cities

- name: Show the code of a city
  ansible.builtin.debug:
    msg: "{{ cities.locations | selectattr('city_name', 'equalto', 'Buffalo') | map(attribute='city_code') | first }}"

- name: List the networks of a country
  thordata.proxies.location_info:
    level: asn
    country: US
"""

RETURN = r"""
locations:
  description: The places, in the order of the API.
  type: list
  elements: dict
  returned: success
  contains:
    country_code:
      description: The code of the country.
      type: str
      returned: success
      sample: US
    country_name:
      description: The name of the country; with O(level=asn) it may be missing.
      type: str
      returned: O(level) other than V(asn)
      sample: United States
    state_code:
      description: The code of the state.
      type: str
      returned: O(level=state) or O(level=city)
      sample: newyork
    state_name:
      description: The name of the state.
      type: str
      returned: O(level=state) or O(level=city)
      sample: New York
    city_code:
      description: The code of the city.
      type: str
      returned: O(level=city)
      sample: buffalo
    city_name:
      description: The name of the city.
      type: str
      returned: O(level=city)
      sample: Buffalo
    asn_code:
      description: The number of the network.
      type: str
      returned: O(level=asn)
      sample: AS7018
    asn_name:
      description: The name of the network.
      type: str
      returned: O(level=asn)
      sample: AT&T Services, Inc.
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.locations import LEVELS, read_locations
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import PROXY_TYPE_SPEC, AccountModule


def run(task):
    """Return what the API lists."""
    return {"locations": read_locations(task.client, task.params, task.warn)}


MODULE = AccountModule(
    run,
    {
        "level": {"type": "str", "choices": list(LEVELS), "default": "country"},
        "proxy_type": PROXY_TYPE_SPEC,
        "country": {"type": "str"},
        "state": {"type": "str"},
    },
    required_if=[("level", level, ["country"]) for level in LEVELS if level != "country"],
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
