# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an account is not as it is declared. Pure: it compares what was declared with what was read."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import desired_items
from ansible_collections.thordata.proxies.plugins.module_utils._account.events import Difference
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_network
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    PurgeRules,
    plan,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    WHITELIST_ENTRY,
    Item,
    Listing,
    Resource,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import SOLD
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import TRAFFIC_UNITS

# How something may differ.
MISSING, DIFFERENT, UNDECLARED = "missing", "different", "undeclared"
_HOW = {CREATE: MISSING, UPDATE: DIFFERENT, DELETE: UNDECLARED}


@dataclass(frozen=True)
class Declared:
    """An account as the role ``account`` takes it; sets by product, entries as the modules take them.

    A password is not compared: an account is read without them.
    """

    users: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    whitelist: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    servers: Sequence[Mapping[str, Any]] = ()
    vouchers: Sequence[Mapping[str, Any]] = ()
    purge: bool = False
    protected_users: Sequence[str] = ()
    protected_ips: Sequence[str] = ()

    @property
    def parts(self) -> list[str]:
        """The parts of an account that it is compared with."""
        bound = any(one.get("bound_users") is not None or one.get("unbound_users") for one in self.servers)
        used = {
            "users": self.users,
            "whitelist": self.whitelist,
            "servers": self.servers,
            "bound_users": bound,
            "vouchers": self.vouchers,
        }
        return [part for part, declared in used.items() if declared]


def differences(declared: Declared, account: Mapping[str, Any], now: float) -> list[Difference]:
    """Return where the account differs, of the parts that it has. Raises ThordataError for what cannot be declared."""
    networks = [parse_network(one) for one in declared.protected_ips]

    def protected_ip(ip: str) -> bool:
        try:
            address = ipaddress.ip_address(ip)
        except ValueError:  # the module leaves alone what is no address
            return True
        return any(address in one for one in networks)

    def protected_user(name: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in declared.protected_users)

    return [
        *_of_sets("users", PROXY_USER, declared.users, account, declared.purge, protected_user),
        *_of_sets("whitelist", WHITELIST_ENTRY, declared.whitelist, account, declared.purge, protected_ip),
        *(_of_servers(declared.servers, account, now) if "servers" in account else ()),
        *(_of_vouchers(declared.vouchers, account["vouchers"]) if "vouchers" in account else ()),
    ]


def _of_sets(
    part: str,
    resource: Resource,
    sets: Mapping[str, Sequence[Mapping[str, Any]]],
    account: Mapping[str, Any],
    purge: bool,
    protected: Callable[[str], bool],
) -> Iterator[Difference]:
    for proxy_type, entries in sets.items():
        if proxy_type in account.get(part, {}):
            listed = account[part][proxy_type]["users" if resource is PROXY_USER else "entries"]
            for change in _changes(resource, proxy_type, listed, entries, purge, protected):
                yield Difference(part, proxy_type, change.key, _HOW[change.action])


def _changes(
    resource: Resource,
    proxy_type: str,
    listed: Sequence[Item],
    entries: Sequence[Mapping[str, Any]],
    purge: bool,
    protected: Callable[[str], bool],
) -> Iterator[Change]:
    """Yield the changes that a task would make of the set, but for passwords."""
    public = replace(resource, fields=tuple(one for one in resource.fields if not one.secret))
    current = Listing(proxy_type, {item[resource.key.name]: item for item in listed})
    wanted = desired_items(public, entries)
    rules = PurgeRules(purge and any(one.present for one in wanted), math.inf, protected)
    return plan(public, current, wanted, rules).changes


def _of_servers(declared: Sequence[Mapping[str, Any]], account: Mapping[str, Any], now: float) -> Iterator[Difference]:
    for one in declared:
        key = "ins_id" if one.get("ins_id") else "plan_name"
        server = next((there for there in account["servers"] if there[key] == one[key]), None)
        if server is None:
            yield Difference("servers", None, one[key], MISSING)
        elif _differs(one, server, account.get("bound_users", {}).get(server["ins_id"]), now):
            yield Difference("servers", None, one[key], DIFFERENT)


def _differs(one: Mapping[str, Any], server: Item, bound: Sequence[str] | None, now: float) -> bool:
    if any(one.get(name) is not None and one[name] != server[name] for name in SOLD):
        return True
    expires = server["expiration_timestamp"]
    renewed = one.get("renew_for") and one.get("renew_within") and expires is not None
    if renewed and expires - now <= times.duration("renew_within", one["renew_within"]):
        return True
    if bound is None:
        return False
    wanted, unwanted = set(one.get("bound_users") or ()), set(one.get("unbound_users") or ())
    others = set(bound) - wanted if one.get("purge_bound_users") and wanted else set()
    return bool(wanted - set(bound) or unwanted & set(bound) or others)


def _of_vouchers(declared: Sequence[Mapping[str, Any]], listed: Sequence[Item]) -> Iterator[Difference]:
    for one in declared:
        unit = TRAFFIC_UNITS[one.get("traffic_unit") or "GB"]
        unused = (there for there in listed if there["status"] == "unused" and there["traffic"] is not None)
        stock = sum(there["count"] for there in unused if there["traffic"] / unit == one["traffic"])
        if stock < one["count"]:
            yield Difference("vouchers", None, f"{one['traffic']:g} GB", MISSING)
