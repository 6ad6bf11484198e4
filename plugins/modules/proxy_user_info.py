#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: proxy_user_info
short_description: List the proxy users (sub-users) of a Thordata account
version_added: 1.0.0
description:
  - Returns the users of a product with their limits and their traffic, and how many more the account may have.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  proxy_type:
    description: The product that the users belong to.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
  usernames:
    description: Return only these users. Names that the account does not have are left out, and a warning tells them.
    type: list
    elements: str
  reveal_passwords:
    description: Whether to return the passwords, in clear text. Use C(no_log) on the task.
    type: bool
    default: false
seealso:
  - module: thordata.proxies.proxy_user
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the residential users
  thordata.proxies.proxy_user_info:
  register: residential

- name: Show the users that have used more than 90 % of their limit
  ansible.builtin.debug:
    msg: "{{ item.username }} has used {{ item.usage_traffic }} of {{ item.traffic_limit }} MB"
  loop: "{{ residential.users }}"
  loop_control:
    label: "{{ item.username }}"
  when:
    - item.traffic_limit > 0
    - item.usage_traffic > 0.9 * item.traffic_limit

- name: Look at two users of unlimited servers
  thordata.proxies.proxy_user_info:
    proxy_type: unlimited
    usernames: [crawler01, crawler02]
"""

RETURN = r"""
users:
  description: The users, in the order of the API.
  type: list
  elements: dict
  returned: success
  contains:
    username:
      description: The name of the user.
      type: str
      returned: success
      sample: scraper01
    proxy_type:
      description: The product that the user belongs to.
      type: str
      returned: success
      sample: residential
    enabled:
      description: Whether the user may use the proxies.
      type: bool
      returned: success
      sample: true
    traffic_limit:
      description: The traffic that the user may use, in MB; V(0) is no limit.
      type: int
      returned: success
      sample: 5000
    usage_traffic:
      description: The traffic that the user has used, in MB.
      type: float
      returned: success
      sample: 123.4
    created_time:
      description: The day on which the user was created; V(none) for a user that this task creates.
      type: str
      returned: success
      sample: '2026-01-31'
    password:
      description: The password.
      type: str
      returned: when O(reveal_passwords=true)
      sample: Secret123
limit:
  description: How many users the account may have; V(none) where the API does not say.
  type: int
  returned: success
  sample: 100
remaining_limit:
  description: How many more users the account may have; V(none) where the API does not say.
  type: int
  returned: success
  sample: 98
user_count:
  description: How many users the account has.
  type: int
  returned: success
  sample: 2
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.users import read_users
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import PROXY_TYPE_SPEC, AccountModule


def run(task):
    """Return what the API lists."""
    return read_users(task.client, task.params, task.warn)


MODULE = AccountModule(
    run,
    {
        "proxy_type": PROXY_TYPE_SPEC,
        "usernames": {"type": "list", "elements": "str"},
        "reveal_passwords": {"type": "bool", "default": False, "no_log": False},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
