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
      - The URLs of echo services, which answer with the address of their caller. They are asked one after another until
        one of them answers.
      - An answer is plain text with the address alone, or JSON with the address in C(ip), C(query) or C(origin).
    type: list
    elements: str
    default:
      - https://ipinfo.thordata.com
      - https://api.ipify.org
      - https://checkip.amazonaws.com
  ip_version:
    description: The version of the address. Answers with another one are ignored. Whitelists take IPv4 only.
    type: int
    choices: [4, 6]
    default: 4
  timeout:
    description: The time in seconds to wait for each service.
    type: float
    default: 10
  validate_certs:
    description: Whether to verify the TLS certificates of the services.
    type: bool
    default: true
  use_proxy:
    description: Whether to use the HTTP proxy that the environment of the host names (C(https_proxy)), if any.
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
  description: The URL of the service that answered, without its query and credentials.
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
