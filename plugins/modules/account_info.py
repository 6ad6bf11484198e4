#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: account_info
short_description: Read the balances of a Thordata account
version_added: 1.0.0
description:
  - Returns the traffic and the money that are left.
author:
  - thordata.proxies contributors (@thordata-proxies)
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
"""

RETURN = r"""
traffic_balance:
  description: The traffic that is left, in MB.
  type: float
  returned: success
  sample: 102400
traffic_expiration:
  description: The day until which the traffic can be used; V(none) where the API does not say.
  type: str
  returned: success
  sample: '2027-01-31'
wallet_balance:
  description: The money that is left, in the currency of the account.
  type: float
  returned: success
  sample: 99.5
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import TRAFFIC_BALANCE, WALLET_BALANCE
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return both balances."""
    traffic = task.client.call(TRAFFIC_BALANCE)
    wallet = task.client.call(WALLET_BALANCE)
    return {
        "traffic_balance": number(traffic.get("traffic_balance")),
        "traffic_expiration": text(traffic.get("expiration_time")),
        "wallet_balance": number(wallet.get("wallet_balance")),
    }


MODULE = AccountModule(run, {})


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
