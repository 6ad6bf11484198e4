#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: whitelist_ip_info
short_description: List the whitelist of a Thordata account
version_added: 1.0.0
description:
  - Returns the whitelisted addresses of a product, and how many more the account may have.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  proxy_type:
    description: The product that the whitelist belongs to.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
  format:
    description:
      - V(full) returns all that the API lists of an entry.
      - V(declared) returns what M(thordata.proxies.whitelist_ips) and the role
        P(thordata.proxies.account#role) take back as it is, C(ip) and C(enabled), sorted. They take single IPv4
        addresses; other entries are left out, and named in RV(remarks).
    type: str
    choices: [full, declared]
    default: full
seealso:
  - module: thordata.proxies.whitelist_ip
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the whitelist of the residential proxies
  thordata.proxies.whitelist_ip_info:
  register: whitelist

- name: Read the whitelist as it can be declared
  thordata.proxies.whitelist_ip_info:
    format: declared
  register: current

- name: Declare it, which changes nothing
  thordata.proxies.whitelist_ips:
    ips: "{{ current.entries }}"

- name: Show the addresses that are active
  ansible.builtin.debug:
    msg: "{{ whitelist.entries | selectattr('enabled') | map(attribute='ip') | join(', ') }}"
"""

RETURN = r"""
entries:
  description: The entries, in the order of the API; with O(format=declared) sorted, and with fewer keys.
  type: list
  elements: dict
  returned: success
  contains:
    ip:
      description: The address.
      type: str
      returned: success
      sample: 203.0.113.10
    proxy_type:
      description: The product that the entry belongs to.
      type: str
      returned: success
      sample: residential
    enabled:
      description: Whether the whitelist entry is active.
      type: bool
      returned: success
      sample: true
    created_time:
      description: The day on which the entry was added; V(none) where the API does not say.
      type: str
      returned: success
      sample: '2026-01-31'
remarks:
  description:
    - What is to be said of entries, by address; why one is not declared.
  type: dict
  returned: when O(format=declared)
  sample:
    "2001:db8::1": "not declared: '2001:db8::1' is an IPv6 address, and the provider takes IPv4 only"
limit:
  description: How many addresses the account may have; V(none) where the API does not say.
  type: int
  returned: success
  sample: 100
remaining_limit:
  description: How many more addresses the account may have; V(none) where the API does not say.
  type: int
  returned: success
  sample: 98
ip_count:
  description: How many addresses the whitelist has.
  type: int
  returned: success
  sample: 2
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import FORMAT_SPEC, declared_items
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import WHITELIST_ENTRY
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import PROXY_TYPE_SPEC, AccountModule


def run(task):
    """Return what the API lists."""
    current = read(task.client, WHITELIST_ENTRY, task.params["proxy_type"])
    shown = {"entries": list(current.items.values())}
    if task.params["format"] == "declared":
        shown["entries"], shown["remarks"] = declared_items(WHITELIST_ENTRY, current.items.values())
    return {
        **shown,
        "limit": current.limit,
        "remaining_limit": current.remaining_limit,
        "ip_count": len(current.items),
    }


MODULE = AccountModule(run, {"proxy_type": PROXY_TYPE_SPEC, "format": FORMAT_SPEC})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
