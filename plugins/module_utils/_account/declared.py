# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the API lists to what declares it: the options of modules, and the variables of the role ``account``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    LOCK_USER,
    PROXY_USER,
    WHITELIST_ENTRY,
    Item,
    Resource,
)

FORMAT_SPEC: dict[str, Any] = {"type": "str", "choices": ["full", "declared"], "default": "full"}
# The parts of an account that a declaration is made of.
DECLARED_PARTS = ("users", "whitelist", "servers", "bound_users", "vouchers")


def declared_items(
    resource: Resource, items: Iterable[Item], reveal: bool = False
) -> tuple[list[Item], dict[str, str]]:
    """Return what declares the items, sorted by key; and by key what is to be said of them, as ``Resource.declared``.

    An item that cannot be declared is among the remarks only; the lock of purchases is nowhere.
    """
    found, remarks = [], {}
    for item in sorted(items, key=lambda one: one[resource.key.name]):
        if item[resource.key.name] == LOCK_USER:
            continue
        declared, remark = resource.declared(item, reveal)
        found += [declared] if declared else []
        remarks.update({item[resource.key.name]: remark} if remark else {})
    return found, remarks


def declared_servers(servers: Iterable[Item], bound: Mapping[str, list[str]]) -> tuple[list[Item], dict[str, str]]:
    """Return what declares the servers, sorted by ``ins_id``, with those of their users that ``bound`` has.

    The remarks are what a server is and when it expires: to declare that would be to buy it again.
    """
    servers = sorted(servers, key=lambda one: (one["ins_id"] or "", one["plan_name"] or ""))
    count = Counter(one["ins_id"] for one in servers)
    found, remarks = [], {}
    for server in servers:
        ins_id = server["ins_id"]
        about = [
            str(server["plan_name"]),
            str(server["size"]),
            f"{server['bandwidth']} Mbps",
            f"expires at {server['expiration_time']}",
        ]
        if ins_id is None or count[ins_id] > 1:
            about.insert(0, "not declared, as it has no ins_id of its own")
        else:
            names = bound.get(ins_id)
            found.append({"ins_id": ins_id, **({} if names is None else {"bound_users": names})})
        remarks[ins_id or str(server["plan_name"])] = ", ".join(about)
    return found, remarks


def declared_vouchers(counts: Iterable[Item]) -> list[Item]:
    """Return what keeps as many unused vouchers of each size in stock as there are; sizes that are none left out."""
    unused: Counter[Any] = Counter()
    for one in counts:
        if one["status"] == "unused" and (one["traffic"] or 0) > 0:
            unused[one["traffic"]] += one.get("count", 1)
    return [{"traffic": traffic, "count": unused[traffic]} for traffic in sorted(unused)]


def declared_account(account: Mapping[str, Any], reveal: bool) -> dict[str, Any]:
    """Return what declares an account that ``snapshot.read_account`` read with its secrets; the parts that it has.

    Each part is the variable ``thordata_account_PART`` of the role ``account``. ``passwords`` is there with ``reveal``
    only. ``remarks``: what is to be said of items, by part, product (but of servers) and key.
    """
    found: dict[str, Any] = {}
    remarks: dict[str, Any] = {}
    for part, resource, rows in (("users", PROXY_USER, "users"), ("whitelist", WHITELIST_ENTRY, "entries")):
        if part in account:
            found[part], remarks[part] = {}, {}
            for product, listed in account[part].items():
                found[part][product], remarks[part][product] = declared_items(resource, listed[rows], reveal)
    if "users" in found and reveal:
        found["passwords"] = {
            product: {one["username"]: one.pop("password") for one in users if "password" in one}
            for product, users in found["users"].items()
        }
    if "servers" in account:
        found["servers"], remarks["servers"] = declared_servers(account["servers"], account.get("bound_users", {}))
    if "vouchers" in account:
        found["vouchers"] = declared_vouchers(account["vouchers"])
    return {**found, "remarks": remarks}
