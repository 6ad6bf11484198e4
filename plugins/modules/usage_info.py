#!/usr/bin/python
# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: usage_info
short_description: Read the traffic of a Thordata account or of its proxy users
version_added: 1.0.0
description:
  - Returns the traffic by day or by hour, all of it in MB.
  - A range of any length can be asked for; it is split into parts that the API takes.
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  from_date:
    description:
      - The first day, such as V(2026-01-31), or the first hour, such as V(2026-01-31 18).
      - Or the day or hour of so long ago, such as V(7d) or V(12h).
      - If not set, the day 29 days before O(to_date).
    type: str
  to_date:
    description:
      - The last day or hour, which is included, written in the same way.
      - If not set, today, in O(api_timezone).
    type: str
  granularity:
    description: Whether to return a row for each day or for each hour. The API knows the hours of proxy users only.
    type: str
    choices: [day, hour]
    default: day
  include_empty:
    description: Whether to return rows for days or hours without traffic, too.
    type: bool
    default: false
  proxy_type:
    description:
      - The product whose users are meant; V(residential) for O(usernames) alone.
      - With neither this nor O(usernames), the traffic of the account is returned.
    type: str
    choices: [residential, unlimited, mobile]
  usernames:
    description: The users whose traffic to return. If not set, and O(proxy_type) is, all users of the product.
    type: list
    elements: str
notes:
  - The days and hours are those of the API; see O(api_timezone).
seealso:
  - module: thordata.proxies.account_info
  - module: thordata.proxies.proxy_user_info
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.module
  - thordata.proxies.attributes
  - thordata.proxies.attributes.info_module
"""

EXAMPLES = r"""
---
- name: The traffic of the account in the last 30 days
  thordata.proxies.usage_info:
  register: month

- name: Show its sum
  ansible.builtin.debug:
    msg: "{{ month.usage_traffic | round(1) }} MB since {{ month.from_date }}"

- name: The traffic of each residential user in the last seven days
  thordata.proxies.usage_info:
    proxy_type: residential
    from_date: 7d
  register: week

- name: Show the sums
  ansible.builtin.debug:
    msg: "{{ item.username }}: {{ item.usage_traffic | round(1) }} MB"
  loop: "{{ week.totals }}"
  loop_control:
    label: "{{ item.username }}"

- name: A year of two users, day by day
  thordata.proxies.usage_info:
    usernames: [scraper01, harvester02]
    from_date: '2025-12-01'
    to_date: '2026-11-30'

- name: Two days of all residential users, hour by hour
  thordata.proxies.usage_info:
    proxy_type: residential
    granularity: hour
    from_date: '2026-11-01'
    to_date: 2026-11-02 12
"""

RETURN = r"""
usage:
  description:
    - The traffic, a row for each day or hour that had some, user by user.
    - With O(include_empty=true), a row for each day or hour that the API returns.
  type: list
  elements: dict
  returned: success
  contains:
    username:
      description: The user; V(none) for the account.
      type: str
      returned: success
      sample: scraper01
    date:
      description: The day, or the day and hour.
      type: str
      returned: success
      sample: '2026-01-31'
    usage_traffic:
      description: The traffic in MB; 1 MB is 1024 of the API's KB.
      type: float
      returned: success
      sample: 812.5
totals:
  description: The sums, one for each user or one for the account, also where there was no traffic.
  type: list
  elements: dict
  returned: success
  contains:
    username:
      description: The user; V(none) for the account.
      type: str
      returned: success
      sample: scraper01
    usage_traffic:
      description: The traffic in the range, in MB, the sum of its rows.
      type: float
      returned: success
      sample: 1842.5
    total_usage_traffic:
      description: All traffic ever, in MB.
      type: float
      returned: success
      sample: 20480
    traffic_balance:
      description: The traffic that is left, in MB.
      type: float
      returned: success
      sample: 82000
    traffic_limit:
      description: The limit of the user in MB, V(0) for none; V(none) for the account.
      type: int
      returned: success
      sample: 5000
usage_traffic:
  description: The sum of all rows, in MB.
  type: float
  returned: success
  sample: 1842.5
from_date:
  description: The first day or hour.
  type: str
  returned: success
  sample: '2026-01-01'
to_date:
  description: The last day or hour.
  type: str
  returned: success
  sample: '2026-01-30'
api_code:
  description: The error code of the API, for a task that failed because the API refused.
  type: int
  returned: failure
  sample: 10013
"""

from ansible_collections.thordata.proxies.plugins.module_utils._account import usage
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import USER_TYPES
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule

OPTIONS = {
    "from_date": {"type": "str"},
    "to_date": {"type": "str"},
    "granularity": {"type": "str", "choices": ["day", "hour"], "default": "day"},
    "include_empty": {"type": "bool", "default": False},
    "proxy_type": {"type": "str", "choices": list(USER_TYPES)},
    "usernames": {"type": "list", "elements": "str"},
}


def run(task):
    """Return the traffic that the options select."""
    query = usage.query(task.client, task.params, task.zone, task.warn)
    return usage.report(query, usage.fetch(task.client, query), task.params["include_empty"])


MODULE = AccountModule(run, OPTIONS)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
