#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: whitelist_ip
short_description: Declare one address of the whitelist of a Thordata account
version_added: 1.0.0
description:
  - Adds an address to the whitelist of a product, enables or disables it, or deletes it.
  - From a whitelisted address the proxies can be used without credentials.
  - The API cannot change an entry. A changed O(enabled) deletes the entry and adds it again.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  state:
    description: Whether the address is on the whitelist.
    type: str
    choices: [present, absent]
    default: present
  proxy_type:
    description: The product that the whitelist belongs to.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
  ip:
    description:
      - The public IPv4 address from which the proxies are used, without leading zeros.
      - A private address gives a warning. An IPv6 address, which the provider does not take, is an error.
      - With O(state=absent), anything that the whitelist lists.
    type: str
    required: true
  enabled:
    description: Whether the entry is in force. A new entry is enabled.
    type: bool
seealso:
  - module: thordata.proxies.whitelist_ip_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: Let a scraper use the residential proxies without credentials
  thordata.proxies.whitelist_ip:
    ip: 203.0.113.10

- name: Put all scrapers of the inventory on the whitelist of the unlimited servers
  thordata.proxies.whitelist_ip:
    proxy_type: unlimited
    ip: "{{ item }}"
  loop:
    - 203.0.113.10
    - 203.0.113.11

- name: Switch an entry off
  thordata.proxies.whitelist_ip:
    ip: 203.0.113.10
    enabled: false

- name: Delete it
  thordata.proxies.whitelist_ip:
    ip: 203.0.113.10
    state: absent
"""

RETURN = r"""
entry:
  description: The entry as it is after the task, or would be in check mode; V(none) when it is absent.
  type: dict
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
      description: Whether the entry is in force.
      type: bool
      returned: success
      sample: true
    created_time:
      description: The day on which the entry was added; V(none) for an entry that this task adds.
      type: str
      returned: success
      sample: '2026-01-31'
diff:
  description: What changes, and in C(after_header) what becomes of the entry.
  type: dict
  returned: in diff mode
  sample:
    before_header: residential whitelist entry 203.0.113.10
    after_header: updated
    before: {enabled: true}
    after: {enabled: false}
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import WHITELIST_ENTRY
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import (
    PROXY_TYPE_SPEC,
    AccountModule,
)


def run(task):
    """Make the declared entry true."""
    return task.declare_one(WHITELIST_ENTRY, "entry")


MODULE = AccountModule(run, {"proxy_type": PROXY_TYPE_SPEC, **WHITELIST_ENTRY.argument_spec})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
