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
  - Each request uses a few KB of the proxy's traffic.
  - Returns the address and the country of each exit, how long the request took, and why it failed.
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
      - The URL that is fetched through each proxy, C(http) or C(https). Redirects are followed.
      - The answer should contain the address of the caller and, for O(expect_country), its country.
    type: str
    default: https://ipinfo.thordata.com
  expect_country:
    description: The country in which the exits must be, two letters. Quote C("no"), which YAML takes for a boolean.
    type: str
  timeout:
    description: The time in seconds that the check of one proxy may take in all.
    type: float
    default: 15
  concurrency:
    description: How many proxies are checked at the same time, V(1) to V(256).
    type: int
    default: 20
  max_failed:
    description: How many proxies may fail without failing the task.
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
  ca_path:
    description: The path to a file with CA certificates, in PEM, to trust besides those of the system.
    type: path
requirements:
  - PySocks (on the host that the task runs on, for the schemes V(socks5) and V(socks5h) only)
extends_documentation_fragment:
  - thordata.proxies.attributes
  - thordata.proxies.attributes.host_module
"""

EXAMPLES = r"""
---
- name: Check the proxies of a scraper, whose exits must be in the United States
  thordata.proxies.proxy_check:
    # URLs, such as those of the filter proxy_url and of the lookup static_proxies
    proxies: "{{ scraper_proxies }}"
    expect_country: us
  register: check

- name: Show where it leads
  ansible.builtin.debug:
    msg: "{{ check.results[0].exit_ip }} in {{ check.results[0].exit_country }}, {{ check.results[0].latency }} s"

- name: Check a list, of which one in ten may fail
  thordata.proxies.proxy_check:
    proxies: "{{ scraper_proxies }}"
    max_failed: "{{ scraper_proxies | length // 10 }}"
    timeout: 5
"""

RETURN = r"""
results:
  description: The result of each check, in the order of O(proxies).
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
      description: Whether an answer came through the proxy.
      type: bool
      returned: success
      sample: true
    failed:
      description: Whether the proxy counts as failed; see O(fail_on).
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
      description: The time in seconds until the answer was complete; V(none) if there was none.
      type: float
      returned: success
      sample: 0.41
    status:
      description: The HTTP status of the answer, or of the proxy's refusal.
      type: int
      returned: success
      sample: 200
    gateway_code:
      description:
        - The code with which the gateway explains a refusal; V(none) where there is none. RV(results[].error) says what
          it means.
      type: str
      returned: success
      sample: client_101
    error:
      description: What is wrong with the proxy; V(none) if nothing is.
      type: str
      returned: success
      sample: the proxy refuses username and password
summary:
  description: The numbers of proxies, and the latency of those that are reachable, in seconds.
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
        "ca_path": {"type": "path"},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
