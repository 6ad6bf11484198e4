# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account holds: API rows <-> Ansible dicts, names, units and rules (docs/contract.md, sections 2 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Dict

from ansible_collections.thordata.proxies.plugins.module_utils._account.options import (
    ip_warning,
    parse_ip,
    parse_password,
    parse_traffic,
    parse_username,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api import endpoints
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import TransportError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import boolean, number, text

Item = Dict[str, Any]

USER_TYPES = ("residential", "unlimited", "mobile")


# Tolerant reading: the API sends numbers and booleans as such or as strings.


# Options: each of these returns what is meant, or raises ValueError with what is wrong.


def _as_is(value: Any) -> Any:
    return value


@dataclass(frozen=True)
class Rule:
    """What the API asks of a value that is sent to it. ``text`` completes the sentence "it must be ..."."""

    text: str
    holds: Callable[[Any], bool]


# The rules behind the API's codes 10015 and 10016, and the one that its documents state of limits (MB).
USERNAME_RULE = Rule("6 to 15 ASCII letters and digits", lambda value: bool(re.fullmatch(r"[A-Za-z0-9]{6,15}", value)))
PASSWORD_RULE = Rule(
    "6 to 15 ASCII letters and digits, the first of them a letter",
    lambda value: bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{5,14}", value)),
)
LIMIT_RULE = Rule("0 (no limit) or at least 100 MB", lambda value: value == 0 or value >= 100)


@dataclass(frozen=True)
class Field:
    """One property of an item.

    ``row`` is its key in the API's list, ``create`` and ``update`` are its parameters in the calls. ``default`` is what
    a new item gets; a declared property without one must be given for a new item. ``given`` reads the option. ``rule``
    is asked only of what would be sent: what the provider made itself may break it.
    """

    name: str
    row: str
    read: Callable[[Any], Any]
    create: str = ""
    update: str = ""
    default: Any = None
    parse: Callable[[Any], Any] = _as_is
    rule: Rule | None = None
    secret: bool = False


@dataclass(frozen=True)
class Resource:
    """One kind of thing that is declared by key.

    ``fields`` are declared, ``facts`` only reported. ``update`` is None where the API can only delete and add again.
    ``scope`` is the parameter that says which of several lists is meant, ``rows`` takes the rows out of the answer of
    ``list``. ``doubt`` says why a key may not work although it is valid.
    """

    noun: str
    key: Field
    fields: tuple[Field, ...]
    facts: tuple[Field, ...]
    list: endpoints.Endpoint
    create: endpoints.Endpoint
    update: endpoints.Endpoint | None
    delete: endpoints.Endpoint
    warning: Callable[[str], str | None] = lambda key: None
    scope: str = "proxy_type"
    rows: Callable[[Any], Iterable[Any]] | None = None

    @property
    def nouns(self) -> str:
        """The plural of ``noun``."""
        return f"{self.noun[:-1]}ies" if self.noun.endswith("y") else f"{self.noun}s"

    def item(self, row: Mapping[str, Any], scope: str) -> Item:
        """Return the API's row as an Ansible dict; raise ValueError when it is none of this resource."""
        key = text(row.get(self.key.row))
        if key is None:
            raise ValueError(f"a row without {self.key.row}")
        item: Item = {self.key.name: self.key.read(key), self.scope: scope}
        item.update((one.name, one.read(row.get(one.row))) for one in self.fields + self.facts)
        return item

    def new(self, key: str, scope: str, fields: Mapping[str, Any]) -> Item:
        """Return the item that a create call makes: what was declared, and the defaults."""
        item: Item = {self.key.name: key, self.scope: scope}
        item.update((one.name, fields.get(one.name, one.default)) for one in self.fields + self.facts)
        return item

    def public(self, item: Item) -> Item:
        """Return the item without its secrets."""
        secrets = {one.name for one in self.fields if one.secret}
        return {name: value for name, value in item.items() if name not in secrets}


PROXY_USER = Resource(
    noun="proxy user",
    key=Field("username", "username", str, "username", "new_username", parse=parse_username, rule=USERNAME_RULE),
    fields=(
        Field(
            "password", "password", text, "password", "new_password", None, parse_password, PASSWORD_RULE, secret=True
        ),
        Field(
            "traffic_limit", "traffic_limit", number, "traffic_limit", "new_traffic_limit", 0, parse_traffic, LIMIT_RULE
        ),
        Field("enabled", "status", boolean, "status", "new_status", True),
    ),
    facts=(Field("usage_traffic", "usage_traffic", number, default=0), Field("created_time", "created_time", text)),
    list=endpoints.USER_LIST,
    create=endpoints.CREATE_USER,
    update=endpoints.UPDATE_USER,
    delete=endpoints.DELETE_USER,
)

WHITELIST_ENTRY = Resource(
    noun="whitelist entry",
    key=Field("ip", "ip", str, "ip", parse=parse_ip),
    fields=(Field("enabled", "status", boolean, "status", default=True),),
    facts=(Field("created_time", "created_time", text),),
    list=endpoints.IP_LIST,
    create=endpoints.ADD_IP,
    update=None,
    delete=endpoints.DELETE_IP,
    warning=ip_warning,
)


@dataclass(frozen=True)
class Listing:
    """What the API lists of a resource. ``limit`` and ``remaining_limit`` count items; None where it does not say."""

    scope: str
    items: Mapping[str, Item]
    limit: float | None = None
    remaining_limit: float | None = None


def listing(resource: Resource, data: Any, scope: str) -> Listing:
    """Read the answer of a list call. Raise PlanError when it names an item twice."""
    items: dict[str, Item] = {}
    for row in resource.rows(data) if resource.rows else data[resource.list.rows]:
        try:
            item = resource.item(row, scope)
        except (ValueError, AttributeError):
            raise TransportError(
                f"Could not read the list of {scope} {resource.nouns}: the API sent a row that is none",
                "Report it with the version of the collection",
                lost=False,
                tries=1,
            ) from None
        key = item[resource.key.name]
        if key in items:
            raise PlanError(
                f"The API lists the {scope} {resource.noun} {key} twice", "Delete one of them in the dashboard"
            )
        items[key] = item
    about = data if isinstance(data, Mapping) else {}
    limit, remaining = number(about.get("limit")), number(about.get("remaining_limit"))
    if remaining is None and limit is not None:
        remaining = limit - len(items)
    return Listing(scope, items, limit, remaining)
