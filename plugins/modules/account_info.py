#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: account_info
short_description: Read the balances of a Thordata account, or all of it
version_added: 1.0.0
description:
  - Returns the balance of residential traffic and the money in the wallet, or more of the account in one task.
  - The API does not report what is left of other products.
  - No result holds the code of a voucher, and none a password unless O(reveal_passwords=true).
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  gather:
    description:
      - The parts of the account to read. Parts that the account or its edition of the API does not have are left out,
        and named in RV(unavailable).
      - V(balances) are RV(traffic_balance), RV(traffic_expiration) and RV(wallet_balance); two requests.
      - V(packages) also tells how long the traffic lasts; it sends one request more.
      - V(users), V(whitelist) and V(static_proxies) take one request for each product, V(servers) and V(vouchers) one.
      - V(bound_users) and V(load) take one request for each server, and one for their list.
    type: list
    elements: str
    choices: [balances, packages, users, whitelist, static_proxies, servers, bound_users, load, vouchers]
    default: [balances]
  format:
    description:
      - V(full) returns all that the API lists.
      - V(declared) returns the parts V(users), V(whitelist), V(servers), V(bound_users) and V(vouchers) as
        RV(declared), which is what the role P(thordata.proxies.account#role) takes back as it is; the other parts in
        full.
    type: str
    choices: [full, declared]
    default: full
  reveal_passwords:
    description:
      - Whether RV(declared) has the passwords of the users, in clear text. Use C(no_log) on the task.
      - It goes with O(format=declared) only.
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
- name: Read the balances
  thordata.proxies.account_info:
  register: account

- name: Stop before the traffic runs out
  ansible.builtin.assert:
    that: account.traffic_balance > 1000
    fail_msg: "Only {{ account.traffic_balance }} MB are left, until {{ account.traffic_expiration }}"

- name: Read how long the traffic lasts, and all lists of users
  thordata.proxies.account_info:
    gather: [packages, users]
  register: account

- name: Show both
  ansible.builtin.debug:
    msg: >-
      {{ account.users.residential.users | length }} users; residential traffic for
      {{ account.packages.residential.days_left | round(1) }} days

- name: Read what the role account would take to make the account as it is
  thordata.proxies.account_info:
    gather: [users, whitelist, servers, bound_users, vouchers]
    format: declared
  register: current
"""

RETURN = r"""
traffic_balance:
  description: The residential traffic that is left, in MB. Traffic of other products is not part of it.
  type: float
  returned: O(gather) has V(balances)
  sample: 102400
traffic_expiration:
  description: The day on which the residential traffic expires; V(none) where the API does not say.
  type: str
  returned: O(gather) has V(balances)
  sample: '2027-01-31'
wallet_balance:
  description: The money in the wallet, in the currency of the account.
  type: float
  returned: O(gather) has V(balances)
  sample: 99.5
packages:
  description: What is left of each package that the API tells about, which is only C(residential).
  type: dict
  returned: O(gather) has V(packages)
  contains:
    residential:
      description: The package of residential traffic.
      type: dict
      returned: success
      contains:
        traffic_balance:
          description: The traffic that is left, in MB.
          type: float
          returned: success
          sample: 102400
        expiration_time:
          description: The day on which it expires, as the API writes it; V(none) where the API does not say.
          type: str
          returned: success
          sample: '2027-01-31'
        expiration_timestamp:
          description: The same as Unix time, the last second of the day in O(api_timezone).
          type: int
          returned: success
          sample: 1801439999
        daily_traffic:
          description:
            - The mean traffic of the last seven days before today, in MB a day.
            - The API does not tell products apart here, so with other products in use the package lasts longer.
          type: float
          returned: success
          sample: 1842.5
        days_left:
          description:
            - The days until the package is used up at RV(packages.residential.daily_traffic), or expires, whichever
              is first.
            - V(none) where neither is known.
          type: float
          returned: success
          sample: 12.5
users:
  description: The proxy users by product.
  type: dict
  returned: O(gather) has V(users)
  contains:
    residential:
      description: Those of the product; C(unlimited) and C(mobile) have the same keys.
      type: dict
      returned: success
      contains:
        users:
          description: The users, as M(thordata.proxies.proxy_user_info) returns them without passwords.
          type: list
          elements: dict
          returned: success
          sample:
            - username: scraper01
              proxy_type: residential
              traffic_limit: 5000
              enabled: true
              usage_traffic: 812.5
              created_time: '2026-01-31'
        limit:
          description: How many users the product may have; V(none) where the API does not say.
          type: int
          returned: success
          sample: 500
        remaining_limit:
          description: How many more users the product may have; V(none) where the API does not say.
          type: int
          returned: success
          sample: 498
whitelist:
  description: The whitelists by product.
  type: dict
  returned: O(gather) has V(whitelist)
  contains:
    residential:
      description: That of the product; C(unlimited) and C(mobile) have the same keys.
      type: dict
      returned: success
      contains:
        entries:
          description: The entries, as M(thordata.proxies.whitelist_ip_info) returns them.
          type: list
          elements: dict
          returned: success
          sample:
            - ip: 203.0.113.7
              proxy_type: residential
              enabled: true
              created_time: '2026-01-31'
        limit:
          description: How many addresses the product may have; V(none) where the API does not say.
          type: int
          returned: success
          sample: 20
        remaining_limit:
          description: How many more addresses the product may have; V(none) where the API does not say.
          type: int
          returned: success
          sample: 19
static_proxies:
  description: The bought addresses by product, C(isp) and C(datacenter).
  type: dict
  returned: O(gather) has V(static_proxies)
  contains:
    isp:
      description: The addresses, as M(thordata.proxies.static_proxy_info) returns them without passwords.
      type: list
      elements: dict
      returned: success
      sample:
        - ip: 198.51.100.20
          port: 6666
          proxy_type: isp
          username: ispuser1
          country: us
          city: New York
          purchase_time: 2026-01-01 12:00
          expiration_time: 2026-01-31 12:00
          expiration_timestamp: 1769860800
servers:
  description: The rented servers, as M(thordata.proxies.unlimited_server_info) returns them.
  type: list
  elements: dict
  returned: O(gather) has V(servers)
  sample:
    - ins_id: ins-k3x9q2aa
      plan_name: k3x9q2aa.proxy.thordata.net
      region: na-siliconvalley
      order_id: ord-000001
      status: Turn on
      size: 16vCPU-32GiB
      bandwidth: 300
      purchase_time: 2026-01-01 12:00
      expiration_time: 2026-01-31 12:00
      expiration_timestamp: 1769860800
bound_users:
  description: The names of the users that are bound to a server, by the C(ins_id) of the server.
  type: dict
  returned: O(gather) has V(bound_users)
  sample:
    ins-k3x9q2aa: [worker01]
load:
  description:
    - The load of each server in the last hour, by its C(ins_id). Each series of the monitor has its last, mean and
      largest value, in the unit of the API.
  type: dict
  returned: O(gather) has V(load)
  sample:
    ins-k3x9q2aa:
      CpuUsage: {last: 12.5, mean: 10.2, max: 31}
vouchers:
  description: How many vouchers there are of each status and size, without their codes.
  type: list
  elements: dict
  returned: O(gather) has V(vouchers)
  contains:
    status:
      description: The status, C(unused), C(used) or C(revoked).
      type: str
      returned: success
      sample: unused
    traffic:
      description: The traffic of each of them, in GB.
      type: float
      returned: success
      sample: 10
    count:
      description: Their number.
      type: int
      returned: success
      sample: 3
declared:
  description:
    - What declares the account as it is; each part is the value of the variable C(thordata_account_PART) of the role
      P(thordata.proxies.account#role). Sorted.
  type: dict
  returned: when O(format=declared)
  contains:
    users:
      description: The users by product, with C(username), C(traffic_limit) and C(enabled).
      type: dict
      returned: when O(gather) has V(users)
      sample: {residential: [{username: scraper01, traffic_limit: 5000, enabled: true}]}
    passwords:
      description: The passwords of the users, by product and name.
      type: dict
      returned: when O(gather) has V(users), and O(reveal_passwords=true)
      sample: {residential: {scraper01: Secret123}}
    whitelist:
      description: The entries by product, with C(ip) and C(enabled).
      type: dict
      returned: when O(gather) has V(whitelist)
      sample: {residential: [{ip: 203.0.113.7, enabled: true}]}
    servers:
      description: The servers, with C(ins_id), and C(bound_users) if O(gather) has V(bound_users).
      type: list
      elements: dict
      returned: when O(gather) has V(servers)
      sample: [{ins_id: ins-k3x9q2aa, bound_users: [worker01]}]
    vouchers:
      description: The number of unused vouchers of each size, in GB.
      type: list
      elements: dict
      returned: when O(gather) has V(vouchers)
      sample: [{traffic: 10, count: 3}]
    remarks:
      description:
        - What is to be said of items, by part, product (but of servers) and key. That is why an item or a part of it
          cannot be declared, why an update of a user needs a new password, what a server is and when it expires.
      type: dict
      returned: success
      sample:
        servers:
          ins-k3x9q2aa: k3x9q2aa.proxy.thordata.net, 16vCPU-32GiB, 300 Mbps, expires at 2026-01-31 12:00
unavailable:
  description:
    - The parts, or products of parts, that the account or its edition of the API does not have, with what the API
      said of each.
  type: dict
  returned: success
  sample:
    vouchers: "Could not list the vouchers: This account or this edition of the API seems not to offer vouchers (CDK)."
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import (
    DECLARED_PARTS,
    FORMAT_SPEC,
    declared_account,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS, read_account
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return the parts that are asked for."""
    declared, reveal = task.params["format"] == "declared", task.params["reveal_passwords"]
    if reveal and not declared:
        raise OptionError("reveal_passwords goes with format=declared only")
    account = read_account(Source(task.client, task.zone), task.params["gather"], secrets=declared)
    if declared:
        found = declared_account(account, reveal)
        account = {part: value for part, value in account.items() if part not in DECLARED_PARTS}
        account["declared"] = found
    return {**account.pop("balances", {}), **account}


MODULE = AccountModule(
    run,
    {
        "gather": {"type": "list", "elements": "str", "choices": list(PARTS), "default": ["balances"]},
        "format": FORMAT_SPEC,
        "reveal_passwords": {"type": "bool", "default": False, "no_log": False},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
