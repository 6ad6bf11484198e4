# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between an account as it is declared and as it is; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any, Dict

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import converge
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem, desired_items
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired_server import (
    SERVER_CONSTRAINTS,
    SERVER_SPEC,
    DesiredServer,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import PurgeRules, diff
from ansible_collections.thordata.proxies.plugins.module_utils._account.protection import (
    protected_ips,
    protected_names,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    USER_TYPES,
    WHITELIST_ENTRY,
    Resource,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import BOUND_USER
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import with_passwords
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import STOCK_SPEC, Stock
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import one_line

# One thing that differs: ``item`` names it, ``text`` is one line about it. ``current`` and ``declared`` hold what
# differs, without secrets; None where there is no such item, or should be none.
Difference = Dict[str, Any]

# An account as it is declared: what the role ``account`` takes, without the prefix of its variables. A dictionary with
# options has no default, which a validator would fill in for all that come later.
DECLARATION_SPEC: dict[str, Any] = {
    "users": {
        "type": "dict",
        "options": {
            product: {"type": "list", "elements": "dict", "options": PROXY_USER.argument_spec} for product in USER_TYPES
        },
    },
    "passwords": {
        "type": "dict",
        "no_log": True,
        "options": {product: {"type": "dict", "no_log": True} for product in USER_TYPES},
    },
    "whitelist": {
        "type": "dict",
        "options": {
            product: {"type": "list", "elements": "dict", "options": WHITELIST_ENTRY.argument_spec}
            for product in USER_TYPES
        },
    },
    "servers": {"type": "list", "elements": "dict", "default": [], "options": SERVER_SPEC, **SERVER_CONSTRAINTS},
    "vouchers": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {**STOCK_SPEC, "traffic": {"type": "float", "required": True}},
    },
    "purge": {"type": "bool", "default": False},
    "protected_users": {"type": "list", "elements": "str", "default": []},
    "protected_ips": {"type": "list", "elements": "str", "default": []},
    # What ``account_info`` adds is no declaration.
    "remarks": {"type": "dict"},
}


def drift(client: Client, declaration: Mapping[str, Any], zone: tzinfo) -> list[Difference]:
    """Return what differs, in the order of the declaration, which is validated by ``DECLARATION_SPEC``.

    It reads each list that something is declared of. What cannot be made as declared differs too. Raises OptionError
    for a declaration that breaks a rule, and ThordataError where the account cannot be read.
    """
    names = PurgeRules(declaration["purge"], float("inf"), protected_names(declaration["protected_users"]))
    networks = PurgeRules(declaration["purge"], float("inf"), protected_ips(declaration["protected_ips"], []))
    found: list[Difference] = []
    for product, users in _given(declaration["users"]):
        passwords = (declaration["passwords"] or {}).get(product) or {}
        found += _of_set(
            client, PROXY_USER, product, desired_items(PROXY_USER, with_passwords(users, passwords)), names
        )
    for product, ips in _given(declaration["whitelist"]):
        found += _of_set(client, WHITELIST_ENTRY, product, desired_items(WHITELIST_ENTRY, ips), networks)
    for options in declaration["servers"]:
        found += _of_server(client, options, zone)
    for options in declaration["vouchers"]:
        found += _of_stock(client, options)
    return found


def _given(by_product: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    return ((product, entries) for product, entries in (by_product or {}).items() if entries is not None)


def _of_set(
    client: Client, resource: Resource, scope: str, declared: Sequence[DesiredItem], rules: PurgeRules
) -> Iterator[Difference]:
    try:
        result = converge(client, resource, scope, declared, rules=rules, check_mode=True)
    except PlanError as error:
        yield _impossible(f"{scope} {resource.nouns}", error)
        return
    for change in result.plan.changes:
        (one,) = diff(resource, [change])
        yield _difference(one["before_header"], one["before"], one["after"])


def _of_server(client: Client, options: Mapping[str, Any], zone: tzinfo) -> Iterator[Difference]:
    server = DesiredServer(client, options, zone)
    name = f"server {options['ins_id'] or options['plan_name']}"
    try:
        server.due(None)
    except PlanError as error:
        yield _impossible(name, error)
        return
    differing = {field: value for field, value in server.diff.items() if server.before.get(field) != value}
    differing.pop("restarted", None)  # what is to be done at each run is no difference
    if differing:
        yield _difference(name, {field: server.before.get(field) for field in differing}, differing)
    if server.binds:
        yield from _of_set(client, BOUND_USER, server.before["plan_name"], server.bindings, server.rules)


def _of_stock(client: Client, options: Mapping[str, Any]) -> Iterator[Difference]:
    stock = Stock(client, options, {})
    name = f"vouchers of {stock.traffic:g} GB"
    try:
        if stock.due(None):
            yield _difference(name, {"unused": len(stock.vouchers)}, {"unused": stock.count})
    except PlanError as error:
        yield _impossible(name, error)


def _difference(item: str, current: Any, declared: Any) -> Difference:
    if current is None:
        text = "is missing"
    elif declared is None:
        text = "is there, and is not declared"
    else:
        # The values of a secret are words in parentheses that say only that it changes.
        text = ", ".join(
            f"{field} differs" if str(value).startswith("(hidden") else f"{field} is {current[field]}, declared {value}"
            for field, value in declared.items()
        )
    return {"item": item, "text": one_line(f"{item}: {text}"), "current": current, "declared": declared}


def _impossible(item: str, error: PlanError) -> Difference:
    return {"item": item, "text": one_line(f"{item}: {error.problem}"), "current": None, "declared": None}
