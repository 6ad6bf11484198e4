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
    description: Return only the server with this ID.
    type: str
  plan_name:
    description: Return only the server with this host name.
    type: str
  monitor:
    description: Return the load of the servers over a time. V({}) uses the defaults of its suboptions.
    type: dict
    suboptions:
      period:
        description: The time in seconds between two points.
        type: int
        choices: [60, 300, 3600, 86400]
        default: 300
      from:
        description: The beginning, a date such as V(2026-01-31 18:00), or a duration before now, such as V(24h).
        type: str
        default: 24h
      to:
        description: The end, written in the same way. If not set, the current time.
        type: str
      points:
        description: Whether to return all points, and not only their last, mean and largest value.
        type: bool
        default: false
  balancing:
    description: Return the load of the servers' load balancers, for the time and points that O(monitor) sets.
    type: bool
    default: false
  bound_users:
    description: Return the proxy users that are bound to each server.
    type: bool
    default: false
  format:
    description:
      - V(full) returns all that the API lists of a server.
      - V(declared) returns what M(thordata.proxies.unlimited_server) and the role
        P(thordata.proxies.account#role) take back as it is, C(ins_id), and with O(bound_users=true) C(bound_users),
        sorted. Size, bandwidth and expiry are in RV(remarks), since declaring them may buy something.
    type: str
    choices: [full, declared]
    default: full
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

- name: Read the servers with their users as they can be declared
  thordata.proxies.unlimited_server_info:
    format: declared
    bound_users: true
  register: current

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
  description: The servers, in the order of the API; with O(format=declared) sorted, and with fewer keys.
  type: list
  elements: dict
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
remarks:
  description: What each server is and when it expires, by its C(ins_id); why one is not declared.
  type: dict
  returned: when O(format=declared)
  sample:
    ins-k3x9q2aa: k3x9q2aa.proxy.thordata.net, 16vCPU-32GiB, 300 Mbps, expires at 2026-03-02 18:00
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import FORMAT_SPEC, declared_servers
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
    if task.params["format"] == "full":
        return {"servers": servers}
    bound = {server["ins_id"]: server["bound_users"] for server in servers if "bound_users" in server}
    declared, remarks = declared_servers(servers, bound)
    return {"servers": declared, "remarks": remarks}


MODULE = AccountModule(
    run,
    {
        "ins_id": {"type": "str"},
        "plan_name": {"type": "str"},
        "format": FORMAT_SPEC,
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
