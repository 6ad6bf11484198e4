# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account as a page shows it: what of it stands in which plot and table. Nothing is read or written here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item, is_on
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError

# How many users have a colour of their own.
LARGEST = 10
DAY = 86400
# What could end the element of a page that holds the text, and what begins a template, which JSON itself never holds.
_ESCAPED = ("<", ">", "&", "{{", "{%", "{#")


def page_data(
    account: Mapping[str, Any],
    now: float,
    total: Iterable[Item] = (),
    users: Mapping[str, Iterable[Item]] | None = None,
    checks: Iterable[Item] = (),
    name: str = "",
) -> str:
    """Return, as JSON that may stand in a script element, what a report shows of the results of info modules.

    ``account``: of ``account_info``. ``total``: the rows of ``usage_info`` of the whole account, ``users``: those of
    users, by product. ``checks``: the results of ``proxy_check``. ``now``: Unix time. Traffic is in MB, times are Unix
    times. Raises OptionError for what is no such result.
    """
    try:
        data = {
            "name": name,
            "time": now,
            "traffic_balance": account.get("traffic_balance"),
            "wallet_balance": account.get("wallet_balance"),
            "package": (account.get("packages") or {}).get("residential"),
            "traffic": _traffic(list(total), users or {}),
            "users": _users(account.get("users") or {}),
            "expiries": sorted((one for one in _expiries(account) if one["time"] is not None), key=_time),
            "slots": list(_slots(account)),
            "servers": _servers(account),
            "vouchers": account.get("vouchers") or [],
            "checks": [_check(one) for one in checks],
            "unavailable": account.get("unavailable") or {},
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise OptionError(
            f"this is not what the info modules return ({type(error).__name__})", "Register their results"
        ) from None
    text = json.dumps(data, separators=(",", ":"))
    for one in _ESCAPED:
        text = text.replace(one, f"\\u{ord(one[0]):04x}{one[1:]}")
    return text


def _time(one: Mapping[str, Any]) -> float:
    return one["time"]


def _traffic(total: Sequence[Item], users: Mapping[str, Iterable[Item]]) -> dict[str, Any]:
    """Return the traffic by day: that of the largest users, and of all others together."""
    by_day = {row["date"]: row["usage_traffic"] for row in total}
    of_users: dict[tuple[str, str], dict[str, float]] = {}
    for product, rows in users.items():
        for row in rows:
            of_users.setdefault((product, str(row["username"])), {})[row["date"]] = row["usage_traffic"]
            by_day.setdefault(row["date"], 0)
    days = sorted(by_day)
    largest = sorted(of_users, key=lambda key: (-sum(of_users[key].values()), key))[:LARGEST]
    series: list[dict[str, Any]] = [
        {"name": username, "product": product, "values": [of_users[product, username].get(day, 0) for day in days]}
        for product, username in largest
    ]
    others = [max(by_day[day] - sum(one["values"][position] for one in series), 0) for position, day in enumerate(days)]
    if any(value > 0.005 for value in others):  # below that, KB were rounded
        series.append({"name": "all others", "product": "", "values": others})
    return {"days": days, "series": series, "sum": sum(by_day.values())}


def _users(products: Mapping[str, Item]) -> list[list[Any]]:
    """Return a row for each user, those with most traffic first: name, product, traffic, limit, whether enabled."""
    rows = [
        [user["username"], product, user["usage_traffic"] or 0, user["traffic_limit"] or 0, user["enabled"]]
        for product, one in products.items()
        for user in one["users"]
    ]
    return sorted(rows, key=lambda row: (-row[2], str(row[0])))


def _expiries(account: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield what expires, and when."""
    for product, package in (account.get("packages") or {}).items():
        yield {"name": f"{product} package", "kind": "package", "time": package["expiration_timestamp"]}
    for server in account.get("servers") or []:
        yield {
            "name": server["plan_name"] or server["ins_id"],
            "kind": "server",
            "time": server["expiration_timestamp"],
        }
    for product, rows in (account.get("static_proxies") or {}).items():
        for one in rows:
            yield {"name": one["ip"], "kind": f"{product} address", "time": one["expiration_timestamp"]}


def _slots(account: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield how many users and addresses there are, and may be."""
    for part, rows, what in (("users", "users", "proxy users"), ("whitelist", "entries", "whitelisted addresses")):
        for product, one in (account.get(part) or {}).items():
            yield {"what": f"{product} {what}", "used": len(one[rows]), "limit": one["limit"]}


def _servers(account: Mapping[str, Any]) -> list[dict[str, Any]]:
    loads = account.get("load") or {}
    return [
        {
            "name": one["plan_name"] or one["ins_id"],
            "status": one["status"],
            "on": is_on(one),
            "size": one["size"],
            "bandwidth": one["bandwidth"],
            "time": one["expiration_timestamp"],
            "load": {
                name: {"mean": series["mean"], "max": series["max"]}
                for name, series in (loads.get(one["ins_id"]) or {}).items()
            },
        }
        for one in account.get("servers") or []
    ]


def _check(one: Item) -> dict[str, Any]:
    return {key: one[key] for key in ("proxy", "username", "failed", "exit_country", "latency", "error")}
