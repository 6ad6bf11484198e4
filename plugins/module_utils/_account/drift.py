# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between an account as it is declared and as it is; it changes nothing."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem, desired_items
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired_server import (
    SERVER_CONSTRAINTS,
    SERVER_SPEC,
    DesiredServer,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.difference import (
    DIFFERENT,
    IMPOSSIBLE,
    MISSING,
    UNDECLARED,
    Difference,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import (
    CREATE,
    DELETE,
    PurgeRules,
    diff,
    plan,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.protection import (
    protected_ips,
    protected_names,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    USER_TYPES,
    WHITELIST_ENTRY,
    Listing,
    Resource,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import BOUND_USER, read_servers
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source, offered
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import with_passwords
from ansible_collections.thordata.proxies.plugins.module_utils._account.vouchers import STOCK_SPEC, Stock, read_vouchers
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import one_line

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


def drift(source: Source, declaration: Mapping[str, Any], passwords: bool = True) -> list[Difference]:
    """Return what differs, in the order of the declaration, which is validated by ``DECLARATION_SPEC``.

    It reads each list that something is declared of. What cannot be made as declared differs too, also for want of
    something that the account or this edition of the API does not have. ``passwords``: whether they are compared; if
    not, a user that is missing needs none. Raises OptionError for a declaration that breaks a rule, before anything is
    read, and ThordataError where the account cannot be read.
    """
    # All are made before the first of them reads.
    return [difference for one in [*_comparisons(source, declaration, passwords)] for difference in one.differences()]


def _comparisons(source: Source, declaration: Mapping[str, Any], passwords: bool) -> Iterator[_Comparison]:
    """Yield one for each set, server and size of vouchers that is declared. Raises OptionError."""
    users = PROXY_USER if passwords else PROXY_USER.without_secrets
    rules = PurgeRules(declaration["purge"], math.inf, protected_names(declaration["protected_users"]))
    for product, entries in _given(declaration["users"]):
        complete = with_passwords(entries, (declaration["passwords"] or {}).get(product) or {})
        listed = partial(source.once, read, PROXY_USER, product)
        yield _Set("users", product, users, listed, desired_items(users, complete), rules)
    rules = PurgeRules(declaration["purge"], math.inf, protected_ips(declaration["protected_ips"], []))
    for product, entries in _given(declaration["whitelist"]):
        listed = partial(source.once, read, WHITELIST_ENTRY, product)
        yield _Set("whitelist", product, WHITELIST_ENTRY, listed, desired_items(WHITELIST_ENTRY, entries), rules)
    for options in declaration["servers"]:
        yield _Server(source, DesiredServer(source.client, options, source.zone))
    for options in declaration["vouchers"]:
        yield _Stock(source, Stock(source.client, options, {}))


def _given(by_product: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    return ((product, entries) for product, entries in (by_product or {}).items() if entries is not None)


class _Comparison(ABC):
    """One thing that is declared, and how it is compared. ``item`` names it in messages."""

    def __init__(self, part: str, proxy_type: str | None, name: str, item: str) -> None:
        self.part = part
        self.proxy_type = proxy_type
        self.name = name
        self.item = item

    def differences(self) -> list[Difference]:
        """Return what differs, or that it cannot be made as declared."""
        try:
            found = offered(lambda: [*self._find()])
        except PlanError as error:
            found = error
        return [self._difference(IMPOSSIBLE, found.problem)] if isinstance(found, ThordataError) else found

    @abstractmethod
    def _find(self) -> Iterator[Difference]:
        """Yield what differs. Raises PlanError for what cannot be made as declared."""

    def _difference(self, how: str, text: str, current: Any = None, declared: Any = None, **of_item: str) -> Difference:
        named = {"part": self.part, "proxy_type": self.proxy_type, "name": self.name, "item": self.item, **of_item}
        return {
            **named,
            "how": how,
            "text": one_line(f"{named['item']}: {text}"),
            "current": current,
            "declared": declared,
        }

    def _changed(self, current: Mapping[str, Any], declared: Mapping[str, Any], **of_item: str) -> Difference:
        # The values of a secret are words in parentheses that say only that it changes.
        text = ", ".join(
            f"{field} differs" if str(value).startswith("(hidden") else f"{field} is {current[field]}, declared {value}"
            for field, value in declared.items()
        )
        return self._difference(DIFFERENT, text, current, declared, **of_item)


class _Set(_Comparison):
    """The items of a product, or the users of a server."""

    def __init__(
        self,
        part: str,
        scope: str,
        resource: Resource,
        listed: Callable[[], Listing],
        desired: Sequence[DesiredItem],
        rules: PurgeRules,
    ) -> None:
        product = scope if resource.scope == "proxy_type" else None
        super().__init__(part, product, resource.nouns, f"{scope} {resource.nouns}")
        self._resource = resource
        self._listed = listed
        self._desired = desired
        self._rules = rules

    def _find(self) -> Iterator[Difference]:
        for change in plan(self._resource, self._listed(), self._desired, self._rules).changes:
            (one,) = diff(self._resource, [change])
            named = {"name": change.key, "item": one["before_header"]}
            if change.action == CREATE:
                yield self._difference(MISSING, "is missing", None, one["after"], **named)
            elif change.action == DELETE:
                yield self._difference(UNDECLARED, "is there, and is not declared", one["before"], None, **named)
            else:
                yield self._changed(one["before"], one["after"], **named)


class _Server(_Comparison):
    """An unlimited server, and the users that are bound to it."""

    def __init__(self, source: Source, server: DesiredServer) -> None:
        name = server.options["ins_id"] or server.options["plan_name"]
        super().__init__("servers", None, name, f"server {name}")
        self._source = source
        self._server = server

    def _find(self) -> Iterator[Difference]:
        server = self._server
        server.lacks(self._source.once(read_servers, self._source.zone))
        differing = {field: value for field, value in server.diff.items() if server.before.get(field) != value}
        differing.pop("restarted", None)  # what is to be done at each run is no difference
        if differing:
            yield self._changed({field: server.before.get(field) for field in differing}, differing)
        if server.binds:
            listed = partial(self._source.once, read, BOUND_USER, server.before["plan_name"])
            bound = _Set("bound_users", server.before["plan_name"], BOUND_USER, listed, server.bindings, server.rules)
            yield from bound.differences()


class _Stock(_Comparison):
    """The unused vouchers of one size."""

    def __init__(self, source: Source, stock: Stock) -> None:
        name = f"{stock.traffic:g} GB"
        super().__init__("vouchers", None, name, f"vouchers of {name}")
        self._source = source
        self._stock = stock

    def _find(self) -> Iterator[Difference]:
        stock = self._stock
        if stock.lacks(self._source.once(read_vouchers, "unused", stock.unit), None):
            yield self._changed({"unused": len(stock.vouchers)}, {"unused": stock.count})
