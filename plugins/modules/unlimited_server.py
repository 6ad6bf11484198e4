#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unlimited_server
short_description: Manage a rented unlimited server of a Thordata account
version_added: 1.0.0
description:
  - Renews a server before it expires, upgrades it, binds users to it, and restarts it.
  - Renewals and upgrades cost money and are bought only with O(confirm_cost=true). If the server is as declared
    already, nothing is bought.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  ins_id:
    description: The ID of the server. Exactly one of O(ins_id) and O(plan_name) is required.
    type: str
  plan_name:
    description: The host name of the server. Exactly one of O(ins_id) and O(plan_name) is required.
    type: str
  state:
    description:
      - V(present) changes the server to what the other options declare.
      - V(restarted) does the same, and then restarts the server, at each run.
    type: str
    choices: [present, restarted]
    default: present
  wait:
    description:
      - With O(state=restarted), whether to wait until the server runs again.
      - It does when the API lists it with the same status as before the restart.
    type: bool
    default: true
  wait_timeout:
    description: The time in seconds to wait for a restarted server.
    type: float
    default: 300
  renew_for:
    description:
      - The days for which the server is renewed, which costs money each time that it is due.
      - Requires O(renew_within), and must be longer than that.
    type: int
    choices: [1, 7, 30, 60]
  renew_within:
    description: Renew the server when it expires within this time, such as V(3d), V(12h) or V(90m), or has expired.
    type: str
  bandwidth:
    description: The bandwidth in Mbps. It can only be raised, which costs money once.
    type: int
    choices: [200, 300, 400, 500, 600, 700, 800, 900, 1000]
  size:
    description: The size of the server. It can only be raised, which costs money once.
    type: str
    choices: [8vCPU-16GiB, 16vCPU-32GiB, 32vCPU-64GiB, 64vCPU-128GiB]
  bound_users:
    description: Proxy users of the product V(unlimited) that should be bound to the server.
    type: list
    elements: str
  unbound_users:
    description: Proxy users that should not be bound to the server.
    type: list
    elements: str
  purge_bound_users:
    description:
      - Whether to unbind all users that are not in O(bound_users).
      - With an empty O(bound_users) the task fails and changes nothing. To unbind users, name them in O(unbound_users).
    type: bool
    default: false
  purge_limit:
    description:
      - The largest number of users that O(purge_bound_users) may unbind.
      - If there would be more, the task fails and changes nothing.
    type: int
    default: 10
attributes:
  idempotent:
    support: partial
    details: With O(state=restarted) the server is restarted each time.
seealso:
  - module: thordata.proxies.unlimited_server_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.purchase
  - thordata.proxies.attributes
  - thordata.proxies.attributes.state_module
"""

EXAMPLES = r"""
---
- name: Keep a server rented, a month at a time
  thordata.proxies.unlimited_server:
    ins_id: ins-k3x9q2aa
    renew_for: 30
    renew_within: 3d
    confirm_cost: true
    min_wallet_balance: 200

- name: Give it more bandwidth, and bind two users
  thordata.proxies.unlimited_server:
    plan_name: k3x9q2aa.proxy.thordata.net
    bandwidth: 500
    bound_users: [worker01, worker02]
    purge_bound_users: true
    confirm_cost: true
  register: server

- name: Show what it cost
  ansible.builtin.debug:
    msg: "{{ item.description }}: {{ item.cost }}"
  loop: "{{ server.orders }}"

- name: Restart it
  thordata.proxies.unlimited_server:
    ins_id: ins-k3x9q2aa
    state: restarted
"""

RETURN = r"""
server:
  description: The server as it is after the task, or would be in check mode.
  type: dict
  returned: success
  contains:
    ins_id:
      description: The ID of the server.
      type: str
      returned: success
      sample: ins-k3x9q2aa
    plan_name:
      description: The host name of the server, which is also the host of its proxy.
      type: str
      returned: success
      sample: k3x9q2aa.proxy.thordata.net
    region:
      description: The region of the server; V(none) in editions of the API that do not report it.
      type: str
      returned: success
      sample: na-siliconvalley
    order_id:
      description: The order with which the server was bought.
      type: str
      returned: success
      sample: order-0001
    status:
      description: The state of the server, as the API writes it.
      type: str
      returned: success
      sample: Turn on
    size:
      description: The size of the server.
      type: str
      returned: success
      sample: 16vCPU-32GiB
    bandwidth:
      description: The bandwidth of the server, in Mbps; V(none) if the API writes it in an unknown format.
      type: int
      returned: success
      sample: 300
    purchase_time:
      description: When the server was bought, in O(api_timezone).
      type: str
      returned: success
      sample: '2026-01-31 18:00'
    expiration_time:
      description: When the server expires, in O(api_timezone).
      type: str
      returned: success
      sample: '2026-03-02 18:00'
    expiration_timestamp:
      description: The value of C(expiration_time) as Unix time, in seconds.
      type: int
      returned: success
      sample: 1772474400
    bound_users:
      description: The users that are bound to the server, sorted.
      type: list
      elements: str
      returned: when O(bound_users) or O(unbound_users) is set
      sample: [worker01]
orders:
  description:
    - What was bought. In check mode, what would be bought, without an order and without its cost, since the API does
      not tell prices.
  type: list
  elements: dict
  returned: always
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
      sample: 7 more days of the server ins-k3x9q2aa, which expires at 2026-02-02 18:00
diff:
  description: What changes.
  type: dict
  returned: in diff mode
  sample:
    before: {bandwidth: 300}
    after: {bandwidth: 500}
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.desired_server import (
    SERVER_CONSTRAINTS,
    SERVER_SPEC,
    DesiredServer,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import BOUND_USER
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import COST_SPEC, AccountModule


def run(task):
    """Buy what is due, bind, restart; in this order, since a server that has expired may not do the rest."""
    server = DesiredServer(task.client, task.params, task.zone)
    for order in task.buy(server.due):
        server.bought(order)
    if server.binds:
        bind_users(task, server)
    if task.params["state"] == "restarted":
        task.done["changed"] = True
        if not task.check_mode:
            server.restart()
    return task.result(server.before, server.diff, server=server.after)


def bind_users(task, server):
    """Bind and unbind the users that are declared."""
    plan_name = server.before["plan_name"]
    result = task.converge(BOUND_USER, server.bindings, scope=plan_name, rules=server.rules)
    task.done["changed"] |= result.changed
    server.bound(result)


MODULE = AccountModule(
    run,
    {**SERVER_SPEC, **COST_SPEC},
    **SERVER_CONSTRAINTS,
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
