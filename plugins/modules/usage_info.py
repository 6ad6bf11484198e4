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

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_usernames
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER, USER_TYPES
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    ACCOUNT_USAGE,
    USER_USAGE,
    USER_USAGE_HOUR,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import megabytes, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import AccountModule

CONCURRENCY = 8
MANY_ROWS = 2000


def run(task):
    """Ask for each user and each part of the range, and join the answers."""
    hourly = task.params["granularity"] == "hour"
    first, last = date_range(task.params, task.zone)
    pattern = "%Y-%m-%d %H" if hourly else "%Y-%m-%d"
    users, scope = whose(task)
    if hourly and not scope:
        raise OptionError("The API has hourly usage of proxy users only", "Name proxy_type or usernames")
    rows = len(users) * (int((last - first) / times.HOUR) + 1 if hourly else 0)
    if rows > MANY_ROWS:
        task.warn(f"This reads {rows} rows, one for each hour and user")
    endpoint = (USER_USAGE_HOUR if hourly else USER_USAGE) if scope else ACCOUNT_USAGE

    def ask(part):
        user, start, end = part
        named = {**scope, "username": user} if scope else {}
        try:
            return task.client.call(endpoint, **named, from_date=f"{start:{pattern}}", to_date=f"{end:{pattern}}")
        except NotFoundError as error:
            raise task.unknown(error, PROXY_USER, scope["proxy_type"], user) from None

    parts = [(user, *dates) for user in users for dates in times.ranges(first, last)]
    usage, totals = [], {}
    for (user, _start, _end), answer in zip(parts, each(ask, parts, CONCURRENCY), strict=True):
        found = [
            {"username": user, "date": text(row.get("date")), "usage_traffic": megabytes(row.get("usage_traffic")) or 0}
            for row in answer.get("data") or []
        ]
        usage += [row for row in found if row["usage_traffic"] or task.params["include_empty"]]
        before = totals.get(user, {}).get("usage_traffic", 0)
        totals[user] = {
            "username": user,
            "usage_traffic": before + sum(row["usage_traffic"] for row in found),
            **{key: megabytes(answer.get(key)) for key in ("total_usage_traffic", "traffic_balance", "traffic_limit")},
        }
    return {
        "usage": usage,
        "totals": list(totals.values()),
        "usage_traffic": sum(one["usage_traffic"] for one in totals.values()),
        "from_date": f"{first:{pattern}}",
        "to_date": f"{last:{pattern}}",
    }


def date_range(options, zone):
    """Return the first and the last hour that are asked for."""
    last = times.today(zone) + times.DAY - times.HOUR
    if options["to_date"]:
        last = times.moment("to_date", options["to_date"], zone, end=True)
    first = last.replace(hour=0) - 29 * times.DAY
    if options["from_date"]:
        first = times.moment("from_date", options["from_date"], zone)
    first, last = (hour.replace(minute=0, second=0, microsecond=0) for hour in (first, last))
    if first > last:
        raise OptionError(f"from_date ({options['from_date']}) is after to_date ({last:%Y-%m-%d})", "Swap them")
    return first, last


def whose(task):
    """Return whose traffic is asked for: names, and the product that they belong to; nobody's is the account's."""
    names, proxy_type = task.params["usernames"], task.params["proxy_type"]
    if names is None and proxy_type is None:
        return [None], {}
    scope = {"proxy_type": proxy_type or "residential"}
    if names is None:
        names = read(task.client, PROXY_USER, proxy_type).items
    return parse_usernames("usernames", names), scope


MODULE = AccountModule(
    run,
    {
        "from_date": {"type": "str"},
        "to_date": {"type": "str"},
        "granularity": {"type": "str", "choices": ["day", "hour"], "default": "day"},
        "include_empty": {"type": "bool", "default": False},
        "proxy_type": {"type": "str", "choices": list(USER_TYPES)},
        "usernames": {"type": "list", "elements": "str"},
    },
)


def main():
    """Run as an ordinary module."""
    MODULE.main()


if __name__ == "__main__":
    main()
