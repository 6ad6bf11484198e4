#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: proxy_check
short_description: Check that proxies work, from the host that will use them
version_added: 1.0.0
description:
  - Sends a request through each proxy, from the host that the task runs on.
  - Reports the address and the country of the exit, how long it took, and why it failed.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  proxies:
    description:
      - The proxies, each a URL, a text as P(thordata.proxies.proxy_format#filter) reads it, such as C(host:port) and
        C(host:port:user:password), or a dictionary with C(host) or C(ip), C(port) and perhaps C(username), C(password)
        and C(scheme).
      - The schemes are V(http), which holds where none is given, V(https) (TLS to the proxy), V(socks5) and V(socks5h).
    type: list
    elements: raw
    required: true
  check_url:
    description:
      - The page to ask for, by C(http) or C(https). Redirects are followed.
      - Its answer should show the address of the caller and, for O(expect_country), the country.
    type: str
    default: https://ipinfo.thordata.com
  expect_country:
    description: The country that the exits must have, two letters. Quote C("no"), which YAML takes for a boolean.
    type: str
  timeout:
    description: Seconds that one proxy may take in all.
    type: float
    default: 15
  concurrency:
    description: How many proxies to check at a time, V(1) to V(256).
    type: int
    default: 20
  max_failed:
    description: How many proxies may fail before the task does.
    type: int
    default: 0
  fail_on:
    description:
      - What counts as failed.
      - V(unreachable) is a proxy through which no answer comes, V(country) one whose exit is not in O(expect_country).
    type: list
    elements: str
    choices: [unreachable, country]
    default: [unreachable, country]
  validate_certs:
    description: Whether the TLS certificates of O(check_url) and of proxies must be valid.
    type: bool
    default: true
requirements:
  - PySocks (on the host that the task runs on, for the schemes V(socks5) and V(socks5h) only)
extends_documentation_fragment:
  - thordata.proxies.attributes
  - thordata.proxies.attributes.host_module
"""

EXAMPLES = r"""
---
- name: Check the proxy of each scraper
  thordata.proxies.proxy_check:
    proxies:
      - "{{ 'scraper01' | thordata.proxies.proxy_url(password=scraper_password, country='us', host=gateway_host,
        port=gateway_port) }}"
    check_url: "{{ check_url }}"
    expect_country: us
  register: check

- name: Show where it leads
  ansible.builtin.debug:
    msg: "{{ check.results[0].exit_ip }} in {{ check.results[0].exit_country }}, {{ check.results[0].latency }} s"
"""

RETURN = r"""
results:
  description: What was found, in the order of O(proxies).
  type: list
  elements: dict
  returned: when the proxies were checked
  contains:
    proxy:
      description: The proxy, without its credentials.
      type: str
      returned: success
      sample: http://t.pr.thordata.net:9999
    username:
      description: The username of the proxy, as it was sent; V(none) for one without credentials.
      type: str
      returned: success
      sample: td-customer-scraper01-country-us
    reachable:
      description: Whether an answer came through it.
      type: bool
      returned: success
      sample: true
    failed:
      description: Whether it counts as failed.
      type: bool
      returned: success
      sample: false
    exit_ip:
      description: The address that O(check_url) saw; V(none) if its answer shows none.
      type: str
      returned: success
      sample: 198.51.100.7
    exit_country:
      description: The country of the exit; V(none) if the answer shows none.
      type: str
      returned: success
      sample: US
    latency:
      description: Seconds until the answer was there.
      type: float
      returned: success
      sample: 0.41
    status:
      description: The HTTP status of the answer, or of the proxy's refusal.
      type: int
      returned: success
      sample: 200
    gateway_code:
      description: The code with which the gateway explains itself; RV(results[].error) says what it means.
      type: str
      returned: success
      sample: client_101
    error:
      description: Why it failed.
      type: str
      returned: success
      sample: the proxy refuses username and password
summary:
  description: How many there are, and the latency of those that are reachable, in seconds.
  type: dict
  returned: when the proxies were checked
  sample: {checked: 20, reachable: 19, failed: 1, latency_mean: 0.4, latency_max: 1.2}
"""

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.checks import check_proxies, report
from ansible_collections.thordata.proxies.plugins.module_utils._modules.host import HostModule


def run(options):
    """Check the proxies, and report."""
    return report(check_proxies(options), options["max_failed"])


MODULE = HostModule(
    run,
    {
        "proxies": {"type": "list", "elements": "raw", "required": True, "no_log": True},
        "check_url": {"type": "str", "default": "https://ipinfo.thordata.com"},
        "expect_country": {"type": "str"},
        "timeout": {"type": "float", "default": 15},
        "concurrency": {"type": "int", "default": 20},
        "max_failed": {"type": "int", "default": 0},
        "fail_on": {
            "type": "list",
            "elements": "str",
            "choices": ["unreachable", "country"],
            "default": ["unreachable", "country"],
        },
        "validate_certs": {"type": "bool", "default": True},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
