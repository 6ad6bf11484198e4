#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: account_drift_info
short_description: What differs between a Thordata account and its declaration
version_added: 1.0.0
description:
  - Compares users, whitelists, servers and vouchers with what is declared of them, and changes nothing.
  - It finds what the role P(thordata.proxies.account#role) would change. The playbook C(thordata.proxies.drift) hands
    the variables of the role to it.
  - If the account cannot be read, the task does not fail, but its host counts as unreachable, so that the run ends with
    another code than one that found something.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  declared:
    description:
      - A dictionary of C(users), C(passwords), C(whitelist), C(servers), C(vouchers), C(purge), C(protected_users) and
        C(protected_ips), none of which is required. Each is the variable C(thordata_account_NAME) of the role
        P(thordata.proxies.account#role).
      - What M(thordata.proxies.account_info) returns as C(declared) may stand here.
      - Users and addresses that are not declared are differences with C(purge) only.
    type: dict
    required: true
seealso:
  - module: thordata.proxies.account_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: Compare two users and the whitelist with what is declared
  thordata.proxies.account_drift_info:
    declared:
      users:
        residential:
          - {username: scraper01, traffic_limit: 5GB}
          - {username: scraper02, enabled: false}
      whitelist:
        residential: [203.0.113.10]
      purge: true
  register: found

- name: Show what differs
  ansible.builtin.debug:
    msg: "{{ found.drift | map(attribute='text') | list }}"
"""

RETURN = r"""
drift:
  description: What differs, in the order of the declaration; empty where the account is as declared.
  type: list
  elements: dict
  returned: success
  contains:
    item:
      description: What it is about.
      type: str
      returned: success
      sample: residential proxy user scraper01
    part:
      description: "The part of the account: V(users), V(whitelist), V(servers), V(bound_users) or V(vouchers)."
      type: str
      returned: success
      sample: users
    proxy_type:
      description: The product; V(none) for servers, their users, and vouchers.
      type: str
      returned: success
      sample: residential
    name:
      description: The username, IP address, server or size. Where a whole list cannot be made, what it is a list of.
      type: str
      returned: success
      sample: scraper01
    how:
      description:
        - V(missing), V(different), V(undeclared) for what should not be there, or V(impossible) for what cannot be made
          as declared.
      type: str
      returned: success
      sample: different
    text:
      description: The difference in one line, without a secret.
      type: str
      returned: success
      sample: "residential proxy user scraper01: traffic_limit is 100, declared 5120"
    current:
      description: What the account has; V(none) for an item that is missing. Of a password only that it differs.
      type: dict
      returned: success
      sample: {traffic_limit: 100}
    declared:
      description: What is declared; V(none) for an item that should not be there, and for what cannot be made so.
      type: dict
      returned: success
      sample: {traffic_limit: 5120}
api_code:
  description: The error code of the API, if it refused.
  type: int
  returned: when the account cannot be read
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.drift import drift
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule
from ansible_collections.thordata.proxies.plugins.module_utils._modules.base import reason
from ansible_collections.thordata.proxies.plugins.module_utils._modules.declaration import checked_declaration


def run(task):
    """Return what differs; a host whose account cannot be read is unreachable."""
    declaration = checked_declaration(task.params["declared"])
    try:
        return {"drift": drift(Source(task.client, task.zone), declaration)}
    except OptionError:
        raise
    except ThordataError as error:
        return {"unreachable": True, **reason(error)}


MODULE = AccountModule(run, {"declared": {"type": "dict", "required": True, "no_log": True}})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
