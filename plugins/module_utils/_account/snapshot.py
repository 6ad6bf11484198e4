# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account as it is: balances, packages, and all that the API lists (docs/contract.md, section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from functools import partial
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times, usage
from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.monitors import monitor_range, read_monitors
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    USER_TYPES,
    WHITELIST_ENTRY,
    Item,
    Resource,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import read_bound_users, read_servers
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source, offered
from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import read_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    PROXY_TYPES,
    TRAFFIC_BALANCE,
    WALLET_BALANCE,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each

CONCURRENCY = 8
# The whole days before today whose traffic makes the rate at which a package is used up.
RATE_DAYS = 7


def _balances(source: Source) -> Item:
    traffic = source.once(Client.call, TRAFFIC_BALANCE)
    wallet = source.client.call(WALLET_BALANCE)
    return {
        "traffic_balance": number(traffic.get("traffic_balance")),
        "traffic_expiration": text(traffic.get("expiration_time")),
        "wallet_balance": number(wallet.get("wallet_balance")),
    }


def _residential(source: Source) -> Item:
    """Return what is left of the residential package, and how long it lasts."""
    traffic = source.once(Client.call, TRAFFIC_BALANCE)
    left = number(traffic.get("traffic_balance"))
    expires = times.expiry(traffic, source.zone)
    rate = _rate(source)
    left_days = [left / rate] if left is not None and rate else []
    if expires["expiration_timestamp"] is not None:
        left_days.append((expires["expiration_timestamp"] - times.now()) / times.DAY.total_seconds())
    days = max(min(left_days), 0) if left_days else None
    return {"traffic_balance": left, **expires, "daily_traffic": rate, "days_left": days}


def _rate(source: Source) -> float:
    """Return the mean traffic of a day, in MB: that of all products, as the API does not tell them apart."""
    today = times.today(source.zone)
    week = usage.Query(None, [None], today - RATE_DAYS * times.DAY, today - times.HOUR, hourly=False)
    return usage.report(week, usage.fetch(source.client, week), include_empty=False)["usage_traffic"] / RATE_DAYS


def _listed(resource: Resource, name: str, scope: str, source: Source) -> Item:
    """Return the items of a product, and how many it may have."""
    current = source.once(read, resource, scope)
    return {
        name: [*current.items.values()],
        "limit": current.limit,
        "remaining_limit": current.remaining_limit,
    }


def _static_proxies(proxy_type: str, source: Source) -> list[Item]:
    rows = read_static_proxies(source.client, proxy_type, source.zone)
    return [{name: value for name, value in row.items() if name != "password"} for row in rows]


def _servers(source: Source) -> list[Item]:
    return source.once(read_servers, source.zone)


def _bound_users(source: Source) -> dict[str, list[str]]:
    return {server["ins_id"]: read_bound_users(source.client, server) for server in _servers(source)}


def _load(source: Source) -> dict[str, Item]:
    """Return the load of each server in the last hour."""
    span = monitor_range({"period": 300, "from": "1h", "to": None, "points": False}, source.zone)
    chosen = {"monitor": True, "balancing": False}
    return {
        server["ins_id"]: read_monitors(source.client, chosen, server, span)["monitor"] for server in _servers(source)
    }


def _vouchers(source: Source) -> list[Item]:
    """Return how many vouchers there are of each status and size; their codes are as good as money."""
    counts = Counter((one["status"], one["traffic"]) for one in read_vouchers(source.client))
    return [
        {"status": status, "traffic": traffic, "count": count}
        for (status, traffic), count in sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or 0))
    ]


# What can be read of an account, each in one piece, or by product.
PARTS: dict[str, dict[str, Callable[[Source], Any]]] = {
    "balances": {"": _balances},
    "packages": {"residential": _residential},
    "users": {scope: partial(_listed, PROXY_USER, "users", scope) for scope in USER_TYPES},
    "whitelist": {scope: partial(_listed, WHITELIST_ENTRY, "entries", scope) for scope in USER_TYPES},
    "static_proxies": {scope: partial(_static_proxies, scope) for scope in PROXY_TYPES["proxy"]},
    "servers": {"": _servers},
    "bound_users": {"": _bound_users},
    "load": {"": _load},
    "vouchers": {"": _vouchers},
}


def read_account(source: Source, parts: Collection[str], secrets: bool = False) -> dict[str, Any]:
    """Return these ``PARTS`` of the account by their names, several read at a time, no request sent twice.

    Users have their passwords with ``secrets`` only.

    What the account or this edition of the API does not have is left out, and named in ``unavailable`` with what the
    API said. Raises ThordataError for everything else that goes wrong: half an account is none.
    """
    todo = [(part, product) for part in dict.fromkeys(parts) for product in PARTS[part]]
    answers = each(lambda one: offered(partial(PARTS[one[0]][one[1]], source)), todo, CONCURRENCY)
    values: dict[str, Any] = {part: {} for part, product in todo if product}
    unavailable: dict[str, str] = {}
    for (part, product), answer in zip(todo, answers):
        if isinstance(answer, ThordataError):
            unavailable[f"{part}.{product}".rstrip(".")] = str(answer)
        elif product:
            values[part][product] = answer
        else:
            values[part] = answer
    if not secrets:
        for listed in values.get("users", {}).values():
            listed["users"] = [PROXY_USER.public(user) for user in listed["users"]]
    return {**values, "unavailable": unavailable}
