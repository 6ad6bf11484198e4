#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: extracted_proxies_info
short_description: Get entry nodes of Thordata from an extract link
version_added: 1.0.0
description:
  - Calls the extract link from the host that the task runs on, whose address must be on the whitelist.
  - The nodes are used from there without credentials.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  country:
    description:
      - The country of the exits, two letters. With O(product=residential) only.
      - Quote C("no"), which YAML takes for a boolean.
    type: str
seealso:
  - module: thordata.proxies.whitelist_ip
requirements:
  - requests >= 2.25 (on the host that the task runs on)
extends_documentation_fragment:
  - thordata.proxies.extract
  - thordata.proxies.attributes
  - thordata.proxies.attributes.host_module
"""

EXAMPLES = r"""
---
- name: Get ten nodes in Germany
  thordata.proxies.extracted_proxies_info:
    account_name: Thor100001
    country: de
    count: 10
    extract_url: "{{ extract_url | default(omit) }}"
  register: nodes

- name: Show the first one
  ansible.builtin.debug:
    msg: "{{ nodes.proxies[0] | thordata.proxies.proxy_format('url') }}"
"""

RETURN = r"""
proxies:
  description: The nodes.
  type: list
  elements: dict
  returned: success
  contains:
    host:
      description: The address of the node.
      type: str
      returned: success
      sample: 203.0.113.5
    port:
      description: Its port.
      type: int
      returned: success
      sample: 10000
api_code:
  description: The error code of the link, for a task that failed because it refused.
  type: int
  returned: failure
  sample: 117
"""

from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import missing_requests
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.extract import EXTRACT_SPEC, extract
from ansible_collections.thordata.proxies.plugins.module_utils._modules.host import HostModule


def run(options):
    """Return the nodes."""
    return {"proxies": extract(options)}


MODULE = HostModule(run, EXTRACT_SPEC, missing=missing_requests)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
