#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cdk
short_description: Keep prepaid vouchers (CDK) of a Thordata account in stock, or revoke one
version_added: 1.0.0
description:
  - With O(state=present), buys vouchers until the account has at least O(count) unused ones of O(traffic) GB.
  - With O(state=absent), revokes a voucher. Its money is not paid back.
  - Not all accounts and editions of the API have vouchers.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  state:
    description: V(present) keeps vouchers in stock, V(absent) revokes the voucher O(cdk).
    type: str
    choices: [present, absent]
    default: present
  traffic:
    description: The traffic in one voucher, in GB. Required if O(state=present).
    type: float
  count:
    description:
      - The number of unused vouchers of O(traffic) GB that there should be at least. Those that are missing are bought,
        which costs money.
    type: int
    default: 1
  traffic_unit:
    description:
      - The unit in which the API lists the traffic of vouchers. The provider does not document it.
      - If not set, it is GB, and the task buys nothing if the list looks as if the unit were another one.
    type: str
    choices: [GB, MB, KB]
  cdk:
    description: The code of the voucher to revoke. Required if O(state=absent).
    type: str
notes:
  - The result contains the codes of vouchers. Set C(no_log) on the task if its output is stored.
seealso:
  - module: thordata.proxies.cdk_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.purchase
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: Have five vouchers of 10 GB in stock
  thordata.proxies.cdk:
    traffic: 10
    count: 5
    confirm_cost: true
    min_wallet_balance: 100
  register: stock
  no_log: true

- name: Revoke a voucher
  thordata.proxies.cdk:
    cdk: "{{ stock.cdks[0].cdk }}"
    state: absent
  when: not ansible_check_mode
"""

RETURN = r"""
cdks:
  description:
    - With O(state=present), the unused vouchers of O(traffic) GB.
    - With O(state=absent), the voucher, its code masked.
  type: list
  elements: dict
  returned: success
  contains:
    cdk:
      description: The code of the voucher. Whoever knows it can use the traffic.
      type: str
      returned: success
      sample: EXAMPLEVOUCHER01
    status:
      description: V(unused), V(used) or V(revoked).
      type: str
      returned: success
      sample: unused
    traffic:
      description: The traffic in the voucher, in GB.
      type: float
      returned: success
      sample: 10
    traffic_duration:
      description: The time in seconds for which the traffic can be used.
      type: int
      returned: success
      sample: 2592000
    create_time:
      description: When the voucher was bought, as Unix time in seconds; V(none) where the API does not say.
      type: int
      returned: success
      sample: 1769882400
    use_username:
      description: The user who redeemed the voucher; V(none) in lists, which do not say.
      type: str
      returned: success
      sample: crawler01
    use_time:
      description: When the voucher was redeemed, as Unix time in seconds; V(none) in lists, which do not say.
      type: int
      returned: success
      sample: 1769968800
created:
  description: The codes of the vouchers that this task bought.
  type: list
  elements: str
  returned: success
  sample: [EXAMPLEVOUCHER01]
orders:
  description:
    - What was bought. In check mode, what would be bought, without an order and without its cost, since the API does
      not tell prices.
  type: list
  elements: dict
  returned: when O(state=present)
  contains:
    order_id:
      description: The number of the order; V(none) where the API did not say, or its answer was lost.
      type: str
      returned: success
      sample: '20260131180000000001'
    cost:
      description:
        - What was paid, in the currency of the account. Where the API did not say, what left the wallet meanwhile;
          V(none) where that is not known either.
      type: float
      returned: success
      sample: 45.0
    description:
      description: What was bought.
      type: str
      returned: success
      sample: 2 vouchers of 10 GB
diff:
  description: What changes; never a code.
  type: dict
  returned: in diff mode
  sample:
    before: {unused: 3}
    after: {unused: 5}
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import STATE_SPEC
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import (
    STOCK_SPEC,
    Stock,
    read_voucher,
    revocable,
    revoke,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import COST_SPEC, AccountModule


def run(task):
    """Buy what is missing, or revoke."""
    return absent(task) if task.params["state"] == "absent" else present(task)


def present(task):
    """Buy what the stock lacks."""
    stock = Stock(task.client, task.params, task.done)
    created = [one for order in task.buy(stock.due) for one in stock.created(order)]
    before = len(stock.vouchers)
    after = max(before, stock.count) if task.check_mode else before + len(created)
    result = {"cdks": stock.vouchers + created, "created": [one["cdk"] for one in created]}
    return task.result({"unused": before}, {"unused": after}, **result)


def absent(task):
    """Revoke the voucher unless it is revoked."""
    before = read_voucher(task.client, task.params["cdk"])
    changed = revocable(before)
    if changed and not task.check_mode:
        changed = revoke(task.client, task.params["cdk"])
    task.done["changed"] = changed
    after = {**before, "status": "revoked"}
    return task.result({"status": before["status"]}, {"status": "revoked"}, cdks=[after], created=[])


MODULE = AccountModule(
    run,
    {
        "state": STATE_SPEC,
        **STOCK_SPEC,
        "cdk": {"type": "str", "no_log": True},
        **COST_SPEC,
    },
    required_if=[("state", "present", ["traffic"]), ("state", "absent", ["cdk"])],
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
