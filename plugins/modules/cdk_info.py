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
  - Returns the vouchers with their codes, or what became of one of them.
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
      - The unit in which the API lists the traffic of vouchers, which its documents do not name.
      - If not set, it is GB.
    type: str
    choices: [GB, MB, KB]
notes:
  - The result holds the codes of the vouchers. Use C(no_log) on the task where its output is kept.
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

- name: Ask who used a voucher
  thordata.proxies.cdk_info:
    cdk: "{{ voucher_code }}"
  register: voucher
"""

RETURN = r"""
cdks:
  description: The vouchers, in the order of the API.
  type: list
  elements: dict
  returned: success
  contains:
    cdk:
      description: The code. Whoever has it has the traffic.
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
      description: How long the traffic can be used, in seconds.
      type: int
      returned: success
      sample: 2592000
    create_time:
      description: When the voucher was bought, as Unix time in seconds; V(none) where the API does not say.
      type: int
      returned: success
      sample: 1769882400
    use_username:
      description: Who used the voucher; V(none) for a list, which does not say.
      type: str
      returned: success
      sample: crawler01
    use_time:
      description: When it was used, as Unix time in seconds; V(none) for a list, which does not say.
      type: int
      returned: success
      sample: 1769968800
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import TRAFFIC_UNIT_SPEC, find_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import VOUCHER_STATUS
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return what the API lists."""
    return {"cdks": find_vouchers(task.client, task.params)}


MODULE = AccountModule(
    run,
    {
        "status": {"type": "str", "choices": list(VOUCHER_STATUS)},
        "cdk": {"type": "str", "no_log": True},
        "traffic_unit": TRAFFIC_UNIT_SPEC,
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
