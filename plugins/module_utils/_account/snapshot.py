# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account as it is: balances, packages, and all that the API lists (docs/contract.md, section 4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import tzinfo
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
from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import read_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    PROXY_TYPES,
    TRAFFIC_BALANCE,
    WALLET_BALANCE,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    ApiError,
    CredentialsError,
    NotOfferedError,
    ThrottledError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each

CONCURRENCY = 8
# The whole days before today whose traffic makes the rate at which a package is used up.
RATE_DAYS = 7


class Source:
    """Where the parts of an account are read: the API, and the time zone of its times.

    ``secrets``: whether users keep their passwords.
    """

    def __init__(self, client: Client, zone: tzinfo, secrets: bool = False) -> None:
        self.client = client
        self.zone = zone
        self.secrets = secrets
        self._lock = threading.Lock()
        self._read: dict[Any, Any] = {}

    def once(self, read_shared: Callable[[Source], Any]) -> Any:
        """Return what several parts have to do with, read by the first of them; errors are not kept."""
        with self._lock:
            if read_shared not in self._read:
                self._read[read_shared] = read_shared(self)
            return self._read[read_shared]


def _traffic(source: Source) -> Mapping[str, Any]:
    return source.client.call(TRAFFIC_BALANCE)


def _balances(source: Source) -> Item:
    traffic = source.once(_traffic)
    wallet = source.client.call(WALLET_BALANCE)
    return {
        "traffic_balance": number(traffic.get("traffic_balance")),
        "traffic_expiration": text(traffic.get("expiration_time")),
        "wallet_balance": number(wallet.get("wallet_balance")),
    }


def _residential(source: Source) -> Item:
    """Return what is left of the residential package, and how long it lasts."""
    traffic = source.once(_traffic)
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
    """Return the items of a product, without their secrets unless these are asked for, and how many it may have."""
    current = read(source.client, resource, scope)
    return {
        name: [item if source.secrets else resource.public(item) for item in current.items.values()],
        "limit": current.limit,
        "remaining_limit": current.remaining_limit,
    }


def _static_proxies(proxy_type: str, source: Source) -> list[Item]:
    rows = read_static_proxies(source.client, proxy_type, source.zone)
    return [{name: value for name, value in row.items() if name != "password"} for row in rows]


def _servers(source: Source) -> list[Item]:
    return read_servers(source.client, source.zone)


def _bound_users(source: Source) -> dict[str, list[str]]:
    return {server["ins_id"]: read_bound_users(source.client, server) for server in source.once(_servers)}


def _load(source: Source) -> dict[str, Item]:
    """Return the load of each server in the last hour."""
    span = monitor_range({"period": 300, "from": "1h", "to": None, "points": False}, source.zone)
    chosen = {"monitor": True, "balancing": False}
    return {
        server["ins_id"]: read_monitors(source.client, chosen, server, span)["monitor"]
        for server in source.once(_servers)
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
    "servers": {"": lambda source: source.once(_servers)},
    "bound_users": {"": _bound_users},
    "load": {"": _load},
    "vouchers": {"": _vouchers},
}


def read_account(client: Client, parts: Collection[str], zone: tzinfo, secrets: bool = False) -> dict[str, Any]:
    """Return these ``PARTS`` of the account by their names, several read at a time, no request sent twice.

    Users have their passwords with ``secrets`` only.

    What the account or this edition of the API does not have is left out, and named in ``unavailable`` with what the
    API said. Raises ThordataError for everything else that goes wrong: half an account is none.
    """
    source = Source(client, zone, secrets)
    todo = [(part, product) for part in dict.fromkeys(parts) for product in PARTS[part]]
    answers = each(lambda one: _attempt(PARTS[one[0]][one[1]], source), todo, CONCURRENCY)
    values: dict[str, Any] = {part: {} for part, product in todo if product}
    unavailable: dict[str, str] = {}
    for (part, product), answer in zip(todo, answers):
        if isinstance(answer, ThordataError):
            unavailable[f"{part}.{product}".rstrip(".")] = str(answer)
        elif product:
            values[part][product] = answer
        else:
            values[part] = answer
    return {**values, "unavailable": unavailable}


def _attempt(read_part: Callable[[Source], Any], source: Source) -> Any:
    """Return the part, or the error that says that this account does not have it."""
    try:
        return read_part(source)
    except (CredentialsError, ThrottledError):
        raise
    except (ApiError, NotOfferedError) as error:
        return error
