#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: proxy_user
short_description: Declare one proxy user (sub-user) of a Thordata account
version_added: 1.0.0
description:
  - Creates, changes, renames or deletes one user of a product, with its password, traffic limit and state.
  - Reads before it writes, and writes only what differs. What is not given is left as it is.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  proxy_type:
    description: The product that the user belongs to.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
seealso:
  - module: thordata.proxies.proxy_user_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.proxy_user
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: A user with 5 GB of residential traffic
  thordata.proxies.proxy_user:
    username: scraper01
    password: "{{ scraper_password }}"
    traffic_limit: 5GB

- name: Set another limit; the password and everything else stay as they are
  thordata.proxies.proxy_user:
    username: scraper01
    traffic_limit: 8GB

- name: Rename the user
  thordata.proxies.proxy_user:
    username: scraper01
    new_username: harvester01

- name: Keep the user from using the proxies
  thordata.proxies.proxy_user:
    username: harvester01
    enabled: false

- name: Delete the user
  thordata.proxies.proxy_user:
    username: harvester01
    state: absent
"""

RETURN = r"""
user:
  description: The user as it is after the task, or would be in check mode; V(none) when it is absent.
  type: dict
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
diff:
  description: What changes, and in C(after_header) what becomes of the user; of a password only that it changes.
  type: dict
  returned: in diff mode
  sample:
    before_header: residential proxy user scraper01
    after_header: updated
    before: {traffic_limit: 5000}
    after: {traffic_limit: 8000}
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import (
    PROXY_TYPE_SPEC,
    AccountModule,
)


def run(task):
    """Make the declared user true."""
    return task.declare_one(PROXY_USER, "user")


MODULE = AccountModule(run, {"proxy_type": PROXY_TYPE_SPEC, **PROXY_USER.argument_spec})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
