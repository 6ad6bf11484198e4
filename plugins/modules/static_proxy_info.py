#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: static_proxy_info
short_description: List the bought ISP and datacenter addresses of a Thordata account
version_added: 1.0.0
description:
  - Returns the addresses with their places and when they expire.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  proxy_type:
    description: The product that the addresses belong to.
    type: str
    choices: [isp, datacenter]
    default: isp
  ips:
    description:
      - IPv4 addresses of the account, without leading zeros.
      - Return only when these addresses expire, by a call that asks for nothing else.
      - With O(reveal_passwords=true), return all properties of these addresses.
    type: list
    elements: str
  expires_within:
    description:
      - Return only addresses that expire within this time, such as V(7d), V(12h) or V(90m), and those that have
        expired.
    type: str
  reveal_passwords:
    description: Whether to return the passwords, in clear text. Use C(no_log) on the task.
    type: bool
    default: false
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the ISP addresses
  thordata.proxies.static_proxy_info:
  register: isp

- name: Find the datacenter addresses that expire within a week
  thordata.proxies.static_proxy_info:
    proxy_type: datacenter
    expires_within: 7d
  register: expiring

- name: Say so
  ansible.builtin.debug:
    msg: "{{ item.ip }} in {{ item.city }} expires at {{ item.expiration_time }}"
  loop: "{{ expiring.proxies }}"

- name: Ask when one address expires
  thordata.proxies.static_proxy_info:
    ips: [198.51.100.20]
"""

RETURN = r"""
proxies:
  description: The addresses, in the order of the API.
  type: list
  elements: dict
  returned: success
  contains:
    ip:
      description: The address.
      type: str
      returned: success
      sample: 198.51.100.20
    proxy_type:
      description: The product that the address belongs to.
      type: str
      returned: success
      sample: isp
    expiration_time:
      description: When the address expires, in O(api_timezone).
      type: str
      returned: success
      sample: '2026-03-02 18:00'
    expiration_timestamp:
      description: The same as Unix time, in seconds.
      type: int
      returned: success
      sample: 1772474400
    port:
      description: The port of the proxy.
      type: int
      returned: unless only O(ips) are asked for
      sample: 6666
    username:
      description: The username of the proxy.
      type: str
      returned: unless only O(ips) are asked for
      sample: ispuser1
    country:
      description: The code of the country, two letters in lower case.
      type: str
      returned: unless only O(ips) are asked for
      sample: us
    city:
      description: The city.
      type: str
      returned: unless only O(ips) are asked for
      sample: New York
    purchase_time:
      description: When the address was bought, in O(api_timezone).
      type: str
      returned: unless only O(ips) are asked for
      sample: '2026-01-31 18:00'
    password:
      description: The password of the proxy.
      type: str
      returned: when O(reveal_passwords=true)
      sample: Secret123
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import find_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import PROXY_TYPES
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return the bought addresses that the options select."""
    return {"proxies": find_static_proxies(task.client, task.params, task.zone)}


MODULE = AccountModule(
    run,
    {
        "proxy_type": {"type": "str", "choices": list(PROXY_TYPES["proxy"]), "default": "isp"},
        "ips": {"type": "list", "elements": "str"},
        "expires_within": {"type": "str"},
        "reveal_passwords": {"type": "bool", "default": False, "no_log": False},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
