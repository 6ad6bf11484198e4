#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: whitelist_ips
short_description: Declare a whole whitelist of a Thordata account
version_added: 1.0.0
description:
  - Makes the whitelist of a product as declared, with one read and as few writes as possible, many at a time.
  - The API cannot update an entry; one that is enabled or disabled is deleted and added again.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  ips:
    description:
      - The addresses of the whitelist.
      - An item may be a dictionary or, if only O(ips[].ip) is needed, the address as a string.
    type: list
    elements: dict
    required: true
    suboptions:
      state:
        description: Whether the address is on the whitelist.
        type: str
        choices: [present, absent]
        default: present
      ip:
        description:
          - The public IPv4 address from which the proxies are used, without leading zeros.
          - A private address gives a warning. An IPv6 address, which the provider does not take, is an error.
          - With O(ips[].state=absent), any entry that the whitelist contains, such as a network or a name.
        type: str
        required: true
      enabled:
        description:
          - Whether the whitelist entry is active.
          - A new entry is active unless this is V(false); another one is left as it is if this is not set.
        type: bool
  protected:
    description:
      - Addresses and networks, such as V(203.0.113.0/24), that O(purge) never deletes.
      - Entries that are not addresses (networks or names, made in the dashboard) are never purged either. A warning
        names them.
    type: list
    elements: str
    default: []
seealso:
  - module: thordata.proxies.whitelist_ip
  - module: thordata.proxies.whitelist_ip_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.set
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: The whitelist is the inventory, and the office
  thordata.proxies.whitelist_ips:
    ips: "{{ groups['scrapers'] | map('extract', hostvars, 'ansible_host') | list }}"
    purge: true
    protected: [198.51.100.0/24]
  run_once: true
  register: whitelist

- name: Show what was done
  ansible.builtin.debug:
    var: whitelist.summary

- name: Two addresses, one of them not active
  thordata.proxies.whitelist_ips:
    ips:
      - 203.0.113.21
      - ip: 203.0.113.22
        enabled: false
"""

RETURN = r"""
entries:
  description: The entries as they are after the task, or would be in check mode; not those that are absent.
  type: list
  elements: dict
  returned: when the set was compared with the account
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
      description: The day on which the entry was added; V(none) for an entry that this task adds.
      type: str
      returned: success
      sample: '2026-01-31'
outcomes:
  description:
    - The outcome of each item; V(created), V(updated), V(deleted), V(unchanged) or V(failed).
    - It includes items that were purged.
  type: dict
  returned: when the set was compared with the account
  sample:
    203.0.113.21: created
summary:
  description: The number of items with each outcome.
  type: dict
  returned: when the set was compared with the account
  sample: {created: 2, updated: 1, deleted: 0, unchanged: 7, failed: 0}
failed_items:
  description: The items that failed, each with the reason.
  type: list
  elements: dict
  returned: when the set was compared with the account
  sample: []
slots:
  description:
    - How many items the account may have, and how many more it may have after the task.
    - V(none) where the API does not say.
  type: dict
  returned: when the set was compared with the account
  sample: {limit: 100, remaining_limit: 90}
diff:
  description:
    - What changes, one item each, and in C(after_header) what becomes of it.
    - If there are more than 100 changes, the others are only counted.
  type: list
  elements: dict
  returned: in diff mode
  sample:
    - before_header: residential whitelist entry 203.0.113.21
      after_header: updated
      before: {enabled: false}
      after: {enabled: true}
api_code:
  description: The error code of the API, for a task that failed because the API refused; the first one.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.protection import protected_ips
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import WHITELIST_ENTRY
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule, set_spec


def run(task):
    """Make the declared set true."""
    odd = []
    result = task.declare_all(
        WHITELIST_ENTRY, task.params["ips"], "entries", protected_ips(task.params["protected"], odd)
    )
    if odd:
        task.warn(
            f"The whitelist holds what cannot be declared, and purge leaves it alone: {joined(odd)}. Delete it with"
            " state=absent, or in the dashboard"
        )
    return result


MODULE = AccountModule(run, set_spec(WHITELIST_ENTRY, "ips"), short={"ips": "ip"})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
