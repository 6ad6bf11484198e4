#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cdk_info
short_description: List the prepaid vouchers (CDK) of a Thordata account
version_added: 1.0.0
description:
  - Returns the vouchers with their codes, or the status of one of them.
  - Not all accounts and editions of the API have vouchers.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  status:
    description: Return only vouchers of this status.
    type: str
    choices: [unused, used, revoked]
  cdk:
    description: Return only the voucher with this code, and who used it. Its code is masked in the result.
    type: str
  traffic_unit:
    description:
      - The unit in which the API lists the traffic of vouchers. The provider does not document it.
      - If not set, it is GB.
    type: str
    choices: [GB, MB, KB]
  format:
    description:
      - V(full) returns the vouchers with their codes.
      - V(declared) returns what M(thordata.proxies.cdk) and the role
        P(thordata.proxies.account#role) take to keep as many in stock, C(traffic) and C(count) of the unused ones of
        each size, sorted, and no code. It goes with neither O(cdk) nor another O(status).
    type: str
    choices: [full, declared]
    default: full
notes:
  - With O(format=full) the result contains the codes of vouchers. Set C(no_log) on the task if its output is stored.
seealso:
  - module: thordata.proxies.cdk
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the vouchers that nobody has used
  thordata.proxies.cdk_info:
    status: unused
  register: unused
  no_log: true

- name: Show how much traffic is in them
  ansible.builtin.debug:
    msg: "{{ unused.cdks | map(attribute='traffic') | sum }} GB"

- name: Read how many there are of each size, without their codes
  thordata.proxies.cdk_info:
    format: declared
  register: stock

- name: Ask who used a voucher
  thordata.proxies.cdk_info:
    cdk: "{{ voucher_code }}"
  register: voucher
"""

RETURN = r"""
cdks:
  description: The vouchers, in the order of the API; with O(format=declared) the sizes of the unused ones.
  type: list
  elements: dict
  returned: success
  contains:
    count:
      description: How many unused ones of this traffic there are.
      type: int
      returned: when O(format=declared)
      sample: 3
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
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import FORMAT_SPEC, declared_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import TRAFFIC_UNIT_SPEC, find_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import VOUCHER_STATUS
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return what the API lists."""
    if task.params["format"] == "full":
        return {"cdks": find_vouchers(task.client, task.params)}
    if task.params["cdk"] is not None or task.params["status"] not in (None, "unused"):
        raise OptionError("format=declared counts the unused vouchers: it goes with neither cdk nor another status")
    return {"cdks": declared_vouchers(find_vouchers(task.client, {**task.params, "status": "unused"}))}


MODULE = AccountModule(
    run,
    {
        "status": {"type": "str", "choices": list(VOUCHER_STATUS)},
        "cdk": {"type": "str", "no_log": True},
        "format": FORMAT_SPEC,
        "traffic_unit": TRAFFIC_UNIT_SPEC,
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
