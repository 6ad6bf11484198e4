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
    description: Return only these users. If the account does not have some of them, a warning names them.
    type: list
    elements: str
  reveal_passwords:
    description: Whether to return the passwords, in clear text. Use C(no_log) on the task.
    type: bool
    default: false
  format:
    description:
      - V(full) returns all that the API lists of a user.
      - V(declared) returns what M(thordata.proxies.proxy_users) and the role
        P(thordata.proxies.account#role) take back as it is, C(username), C(traffic_limit), C(enabled), and with
        O(reveal_passwords=true) C(password); sorted by name.
    type: str
    choices: [full, declared]
    default: full
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

- name: Read the users as they can be declared
  thordata.proxies.proxy_user_info:
    format: declared
  register: current

- name: Declare them, which changes nothing
  thordata.proxies.proxy_users:
    users: "{{ current.users }}"

- name: Look at two users of unlimited servers
  thordata.proxies.proxy_user_info:
    proxy_type: unlimited
    usernames: [crawler01, crawler02]
"""

RETURN = r"""
users:
  description: The users, in the order of the API; with O(format=declared) sorted, and with fewer keys.
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
      description: The day on which the user was created; V(none) where the API does not say.
      type: str
      returned: success
      sample: '2026-01-31'
    password:
      description: The password.
      type: str
      returned: when O(reveal_passwords=true)
      sample: Secret123
remarks:
  description:
    - What is to be said of users, by name; why one or a part of one is not declared, or cannot be changed without a new
      password or name.
  type: dict
  returned: when O(format=declared)
  sample:
    AbCdEf123456: the API refuses a change without a new password
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

from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import FORMAT_SPEC
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import read_users
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import PROXY_TYPE_SPEC, AccountModule


def run(task):
    """Return what the API lists."""
    return read_users(task.client, task.params, task.warn)


MODULE = AccountModule(
    run,
    {
        "proxy_type": PROXY_TYPE_SPEC,
        "format": FORMAT_SPEC,
        "usernames": {"type": "list", "elements": "str"},
        "reveal_passwords": {"type": "bool", "default": False, "no_log": False},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
