# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of a Thordata account, for ansible-rulebook."""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path
from typing import Any

import yaml

DOCUMENTATION = r"""
---
short_description: Events of a Thordata account
version_added: 1.0.0
description:
  - An event source for ansible-rulebook that reads an account at an interval, and sends an event when something begins
    that a rule may act upon, such as a server that expires soon or a user over its limit.
  - Each event is sent once when it begins or changes, and again after O(repeat) for as long as it lasts. When it ends,
    an event of its kind with C(_ended) is sent, such as C(server_expiring_ended).
  - What was sent is kept in O(state_dir), so that a source with the same options that starts anew does not send it
    again before O(repeat). Of two such sources at a time, the second one keeps nothing.
  - An event is a dictionary C(thordata) with C(kind) (one of O(events) or V(account_unreachable), or one of these with
    C(_ended)), C(account), C(object) (a name), C(proxy_type) (the product), C(value), C(threshold), C(unit),
    C(message) (a sentence), C(details), C(repeats) (how often it was told before), and C(id), which is the same each
    time that the same is told of the same object, and when it ends.
  - An account that cannot be read for O(unreachable_after) is told as V(account_unreachable).
  - What the account does not have is left out, and named in the log once.
  - The calls keep to the pace that all modules of this collection share. No event and no line of the log holds a
    password or the token. Braces that would begin a template are taken apart in names, as plays evaluate the variables
    that ansible-rulebook gives them.
requirements:
  - requests >= 2.25 and ansible-core, in the Python environment of ansible-rulebook
author:
  - thordata.proxies contributors (@thordata-proxies)
options:
  api_token:
    description:
      - The token of the account, from the provider's dashboard.
      - If not set, the environment variable E(THORDATA_PUBLIC_TOKEN) is used.
    type: str
    required: true
  api_key:
    description:
      - The request key of the account, for accounts that have one.
      - If not set, the environment variable E(THORDATA_PUBLIC_KEY) is used.
    type: str
  api_url:
    description:
      - The base URL of the API, without credentials.
      - If not set, the environment variable E(THORDATA_API_URL) is used.
    type: str
    default: https://openapi.thordata.com/api
  api_timeout:
    description:
      - The time in seconds to wait for the answer to one request.
      - If not set, the environment variable E(THORDATA_API_TIMEOUT) is used.
    type: float
    default: 30
  api_retry_timeout:
    description:
      - The time in seconds that one reading of the account may lose because the API fails, cannot be reached, or
        refuses every call as too frequent.
      - If not set, the environment variable E(THORDATA_API_RETRY_TIMEOUT) is used.
    type: float
    default: 120
  api_timezone:
    description:
      - The time zone of the times that the API sends, such as V(Asia/Shanghai).
      - If not set, the environment variable E(THORDATA_API_TIMEZONE) is used.
    type: str
    default: UTC
  state_dir:
    description:
      - The folder that the tasks, plugins and playbooks of one user share, for the pace of their calls and for what was
        sent.
      - If not set, the environment variable E(THORDATA_STATE_DIR) is used, or else C(thordata.proxies) in the user's
        cache directory.
    type: path
  validate_certs:
    description: Whether to verify the TLS certificates of the API and of O(check_url).
    type: bool
    default: true
  ca_path:
    description: The path to a file with the CA certificates to trust instead of the default ones.
    type: path
  account_name:
    description: What events call the account. By default a hash that is the same at each start.
    type: str
  events:
    description:
      - The events to look for. By default all whose option is set, which are those without one, and those whose option
        has a default.
      - V(traffic_balance_low), V(wallet_balance_low) and V(days_left_low) need O(min_traffic_balance),
        O(min_wallet_balance) and O(min_days_left). V(drift) needs O(declared), V(proxy_failing) needs O(proxies).
      - V(user_near_limit) and V(user_over_limit) are about enabled users that have a limit.
      - V(server_not_on) is about rented servers with another status than on, which C(value) holds.
      - V(whitelist_full) is about products whose whitelist takes no more addresses.
    type: list
    elements: str
    choices:
      - traffic_balance_low
      - wallet_balance_low
      - days_left_low
      - user_near_limit
      - user_over_limit
      - server_expiring
      - server_not_on
      - address_expiring
      - whitelist_full
      - drift
      - proxy_failing
  interval:
    description:
      - The time between two readings of the account, such as V(5m). Each list that the events need is read once then.
      - Balances take two requests, users and whitelists three each, bought addresses two, servers one.
    type: str
    default: 5m
  repeat:
    description: The time after which an event that lasts is sent again, such as V(1d). V(0s) sends it once.
    type: str
    default: 1d
  unreachable_after:
    description: The time after which an account that cannot be read is told.
    type: str
    default: 15m
  min_traffic_balance:
    description: The residential traffic below which the balance is low, such as V(10GB), or a number of MB.
    type: str
  min_wallet_balance:
    description: The money below which the wallet is low, in the currency of the account.
    type: float
  min_days_left:
    description: The days below which the package of residential traffic lasts too short, at the mean of the last week.
    type: float
  near_limit:
    description: The percentage of its limit from which a user is near it.
    type: float
    default: 90
  expires_within:
    description: The time before its end in which a server or a bought address is expiring.
    type: str
    default: 3d
  declared:
    description:
      - The path to a YAML file with variables of the role P(thordata.proxies.account#role), read anew each time.
      - V(drift) tells where the account differs, each part and product in an event whose C(details) name what is
        C(missing), C(different), C(undeclared) (with C(thordata_account_purge)) and C(impossible), with C(reasons).
        Passwords are not compared.
      - Values with templates or vaulted ones are left out, and named in the log. Nothing counts as undeclared then.
    type: path
  proxies:
    description:
      - The proxies to check from where ansible-rulebook runs, as O(thordata.proxies.proxy_check#module:proxies) takes
        them.
      - They may hold passwords, which no event shows. Take them from a vaulted variable.
    type: list
    elements: raw
  check_interval:
    description: The time between two checks of all proxies. The checks use their traffic.
    type: str
    default: 15m
  check_url:
    description: The page that is asked for through each proxy, as O(thordata.proxies.proxy_check#module:check_url).
    type: str
    default: https://ipinfo.thordata.com
  check_timeout:
    description: The time in seconds that the check of one proxy may take.
    type: float
    default: 15
  expect_country:
    description: The country in which all exits should be; a proxy whose exit is elsewhere is failing.
    type: str
"""

EXAMPLES = r"""
---
- name: Look after the account
  hosts: localhost
  sources:
    - name: The account
      thordata.proxies.account:
        min_wallet_balance: 50
        min_traffic_balance: 10GB
        interval: 10m
  rules:
    - name: Tell that the wallet is low
      condition: event.thordata.kind == "wallet_balance_low"
      action:
        debug:
          msg: "{{ event.thordata.message }}"
"""

# ansible-rulebook runs this file by its path and knows no collections: Python finds this one by its folder.
sys.path.append(str(Path(__file__).absolute().parents[7]))

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError  # noqa: E402
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.checks import (  # noqa: E402
    check_proxies,
    name,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.events import EventSource  # noqa: E402

LOG = logging.getLogger("thordata.proxies.account")


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Put the events of the account into the queue, until the task is cancelled.

    Raises ThordataError for options that cannot work; whatever the API does, the source goes on.
    """
    source = await asyncio.to_thread(EventSource, args, LOG, load, check)
    tasks = [asyncio.create_task(_each(queue, *look)) for look in source.looks]
    try:
        await asyncio.gather(*tasks)
    finally:
        source.stop()
        for task in tasks:
            task.cancel()


async def _each(queue, seconds, look, keep):
    while True:
        for event in await asyncio.to_thread(look):
            await queue.put({"thordata": event})
        await asyncio.to_thread(keep)
        await asyncio.sleep(seconds)


def load(path):
    """Return the variables of a file; for what is vaulted, a template. Raises OptionError."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if text.startswith("$ANSIBLE_VAULT"):
            raise OptionError(f"declared is encrypted: {path}", "Keep secrets in a file of their own")
        return yaml.load(text, Loader=_Variables)
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(f"declared cannot be read: {path} ({getattr(error, 'strerror', 'not UTF-8')})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise OptionError(f"declared is no YAML: {path}{where}") from None


class _Variables(yaml.SafeLoader):
    """Takes the tags !vault and !unsafe of Ansible for values that only Ansible can read."""


_Variables.add_multi_constructor("!", lambda loader, suffix, node: "{{ " + suffix + " }}")


def check(options):
    """Return the results of the proxies by their names."""
    return {name(result): result for result in check_proxies(options)}
