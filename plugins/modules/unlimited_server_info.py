#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: unlimited_server_info
short_description: List the rented unlimited servers of a Thordata account
version_added: 1.0.0
description:
  - Returns the servers, and on request their load and the users that are bound to them.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  ins_id:
    description: Return only the server with this id.
    type: str
  plan_name:
    description: Return only the server with this host.
    type: str
  monitor:
    description: Return the load of the servers.
    type: dict
    suboptions:
      period:
        description: The seconds between two points.
        type: int
        choices: [60, 300, 3600, 86400]
        default: 300
      from:
        description: The beginning, as a date such as V(2026-01-31 18:00), or so long ago, such as V(24h).
        type: str
        default: 24h
      to:
        description: The end, in the same way. If not set, now.
        type: str
      points:
        description: Whether to return all points beside the summaries.
        type: bool
        default: false
  balancing:
    description: Return the load of the servers' balancers, for the time and in the way that O(monitor) sets.
    type: bool
    default: false
  bound_users:
    description: Return the users that are bound to the servers.
    type: bool
    default: false
seealso:
  - module: thordata.proxies.unlimited_server
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: List the servers
  thordata.proxies.unlimited_server_info:
  register: all

- name: Show when they expire
  ansible.builtin.debug:
    msg: "{{ item.ins_id }} expires at {{ item.expiration_time }}"
  loop: "{{ all.servers }}"
  loop_control:
    label: "{{ item.ins_id }}"

- name: The load of a server in the last six hours, and its users
  thordata.proxies.unlimited_server_info:
    ins_id: ins-k3x9q2aa
    monitor:
      from: 6h
      period: 60
    balancing: true
    bound_users: true
  register: loaded

- name: Warn of a busy server
  ansible.builtin.debug:
    msg: The CPU is busy
  when: loaded.servers[0].monitor.CpuUsage.mean > 80
"""

RETURN = r"""
servers:
  description: The servers, in the order of the API.
  type: list
  elements: dict
  returned: success
  contains:
    ins_id:
      description: The id of the instance.
      type: str
      returned: success
      sample: ins-k3x9q2aa
    plan_name:
      description: The host of the server, which is its proxy as well.
      type: str
      returned: success
      sample: k3x9q2aa.proxy.thordata.net
    region:
      description: Where the server is; V(none) in editions of the API that do not say.
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
      description: The bandwidth of the server, in Mbps; V(none) where the API writes it in an unknown way.
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
      description: The same as Unix time, in seconds.
      type: int
      returned: success
      sample: 1772474400
    monitor:
      description: The load of the server, by the API's names of the series.
      type: dict
      returned: when O(monitor) is set
      sample:
        CpuUsage: {last: 41.2, mean: 38.7, max: 62.0}
    balancing:
      description: The load of the server's balancer, by the API's names of the series.
      type: dict
      returned: when O(balancing=true)
      sample:
        client_connection_count: {last: 41.2, mean: 38.7, max: 62.0}
    bound_users:
      description: The users that are bound to the server, sorted.
      type: list
      elements: str
      returned: when O(bound_users=true)
      sample: [worker01]
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.monitors import (
    MONITOR_SPEC,
    monitor_range,
    read_monitors,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import (
    read_bound_users,
    read_servers,
    selected,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule


def run(task):
    """Return what the API lists, and what it has of each server."""
    span = monitor_range(task.params["monitor"], task.zone)
    servers = selected(read_servers(task.client, task.zone), task.params)
    for server in servers:
        server.update(read_monitors(task.client, task.params, server, span))
        if task.params["bound_users"]:
            server["bound_users"] = read_bound_users(task.client, server)
    return {"servers": servers}


MODULE = AccountModule(
    run,
    {
        "ins_id": {"type": "str"},
        "plan_name": {"type": "str"},
        "monitor": {"type": "dict", "options": MONITOR_SPEC},
        "balancing": {"type": "bool", "default": False},
        "bound_users": {"type": "bool", "default": False},
    },
    mutually_exclusive=[("ins_id", "plan_name")],
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
