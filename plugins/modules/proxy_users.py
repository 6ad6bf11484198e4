#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: proxy_users
short_description: Declare a whole set of proxy users (sub-users) of a Thordata account
version_added: 1.0.0
description:
  - Makes the users of a product as declared, with one read and as few writes as possible, many at a time.
  - What is not given of a user is left as it is.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  passwords:
    description:
      - The passwords by username, of users that have no O(users[].password) of their own, so that they can be kept in
        another file than the users. Names that are not in O(users) are ignored.
    type: dict
    default: {}
  protected:
    description: Patterns of usernames, such as V(prod*). Users whose names match are never purged.
    type: list
    elements: str
    default: []
seealso:
  - module: thordata.proxies.proxy_user
  - module: thordata.proxies.proxy_user_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.set
  - thordata.proxies.proxy_user.users
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: The users of the account, and no others
  thordata.proxies.proxy_users:
    users:
      - username: scraper01
        password: "{{ scraper_password }}"
        traffic_limit: 5GB
      - username: scraper02
        password: "{{ scraper_password }}"
        enabled: false
    purge: true
    protected: [prod*]
  register: fleet

- name: Show what was done
  ansible.builtin.debug:
    var: fleet.summary

- name: The users of one file, with the passwords of another one
  thordata.proxies.proxy_users:
    users: [{username: scraper03, traffic_limit: 500}, {username: scraper04}]
    passwords: "{{ passwords }}"

- name: All users of a variable, twenty changes at a time
  thordata.proxies.proxy_users:
    users: "{{ users }}"
    concurrency: 20
    on_error: stop
"""

RETURN = r"""
users:
  description: The users as they are after the task, or would be in check mode; not those that are absent.
  type: list
  elements: dict
  returned: when the set was compared with the account
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
outcomes:
  description:
    - The outcome of each item; V(created), V(updated), V(deleted), V(unchanged) or V(failed).
    - It includes items that were purged.
  type: dict
  returned: when the set was compared with the account
  sample:
    scraper01: created
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
    - What changes, one item each, and in C(after_header) what becomes of it; of a password only that it changes.
    - If there are more than 100 changes, the others are only counted.
  type: list
  elements: dict
  returned: in diff mode
  sample:
    - before_header: residential proxy user scraper01
      after_header: updated
      before: {enabled: false}
      after: {enabled: true}
api_code:
  description: The error code of the API, for a task that failed because the API refused; the first one.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.protection import protected_names
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import with_passwords
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule, set_spec


def run(task):
    """Make the declared set true."""
    users = with_passwords(task.params["users"], task.params["passwords"])
    return task.declare_all(PROXY_USER, users, "users", protected_names(task.params["protected"]))


MODULE = AccountModule(
    run, {**set_spec(PROXY_USER, "users"), "passwords": {"type": "dict", "default": {}, "no_log": True}}
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
