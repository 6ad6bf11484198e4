#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: egress_ip_info
short_description: Find the address under which the world sees a host
version_added: 1.0.0
description:
  - Asks an echo service, from the host that the task runs on, for the address that the service sees.
  - For a host behind NAT that is the address that belongs on a whitelist.
  - Needs no account and, on the host, nothing but Python.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  services:
    description:
      - URLs of echo services. The first that answers with an address counts, the others are asked only if it does not.
      - An answer is an address alone, or JSON with the address as C(ip), C(query) or C(origin).
    type: list
    elements: str
    default:
      - https://ipinfo.thordata.com
      - https://api.ipify.org
      - https://checkip.amazonaws.com
  ip_version:
    description: The kind of address that is wanted; an answer with another one does not count. Whitelists take V(4).
    type: int
    choices: [4, 6]
    default: 4
  timeout:
    description: Seconds to wait for each service.
    type: float
    default: 10
  validate_certs:
    description: Whether the TLS certificates of the services must be valid.
    type: bool
    default: true
  use_proxy:
    description: Whether to ask through the HTTP proxy that the environment of the host names, if any.
    type: bool
    default: false
seealso:
  - module: thordata.proxies.whitelist_ips
extends_documentation_fragment:
  - thordata.proxies.attributes
  - thordata.proxies.attributes.host_module
"""

EXAMPLES = r"""
---
- name: Ask for the address of each host
  thordata.proxies.egress_ip_info:
    services: "{{ echo_services }}"
  register: egress

- name: Put the addresses of all of them on the whitelist
  thordata.proxies.whitelist_ips:
    ips: "{{ ansible_play_hosts | map('extract', hostvars, ['egress', 'ip']) | unique | list }}"
  run_once: true
"""

RETURN = r"""
ip:
  description: The address.
  type: str
  returned: success
  sample: 203.0.113.10
service:
  description: The service that answered, without a query and without credentials.
  type: str
  returned: success
  sample: https://ipinfo.thordata.com
"""

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.echo import ECHO_SPEC, egress_address
from ansible_collections.thordata.proxies.plugins.module_utils._modules.host import HostModule

MODULE = HostModule(egress_address, ECHO_SPEC)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
