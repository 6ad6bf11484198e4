# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account holds: API rows <-> Ansible dicts, names, units and rules (docs/contract.md, sections 2 and 4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
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
STATE_SPEC: dict[str, Any] = {"type": "str", "choices": ["present", "absent"], "default": "present"}


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
    """One property of an item; the one source of its option, its parameters, its comparison and its diff.

    ``wire`` is the API's name for it, if that is another one: the key in its lists and the parameter of its calls.
    ``read`` reads what the API lists, ``parse`` what the user gives; ``type`` is the option's. ``default`` is what
    a new item gets; a declared property without one must be given for a new item. ``rule`` is asked only of what would
    be sent: what the provider made itself may break it. A ``secret`` is never shown.
    """

    name: str
    read: Callable[[Any], Any] = str
    type: str = "str"
    wire: str = ""
    default: Any = None
    parse: Callable[[Any], Any] = _as_is
    rule: Rule | None = None
    secret: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire", self.wire or self.name)

    @property
    def update(self) -> str:
        """The parameter of update calls."""
        return f"new_{self.wire}"

    def undeclarable(self, value: Any) -> str | None:
        """Return why the option does not take ``value``, which the API lists, back as it is; None where it does."""
        if value is None:
            return "the API lists none that can be read"
        given = value if self.type == "bool" else str(value)
        try:
            if self.type == "str":
                given.encode()
            if self.parse(given) == value and given not in ("True", "False"):
                return None
        except UnicodeEncodeError:
            pass
        except ValueError as error:
            return str(error)
        return f"it cannot be written as {value!r}"

    @property
    def options(self) -> dict[str, Any]:
        """The argument spec of the field: a secret has an option that says when it is set."""
        if not self.secret:
            return {self.name: {"type": self.type}}
        when = {"type": "str", "choices": ["always", "on_create"], "default": "always", "no_log": False}
        return {self.name: {"type": self.type, "no_log": True}, f"update_{self.name}": when}


@dataclass(frozen=True)
class Resource:
    """One kind of thing that is declared by key.

    ``fields`` are declared, ``facts`` only reported. ``update`` is None where the API can only delete and add again.
    ``scope`` is the parameter that says which of several lists is meant, ``rows`` takes the rows out of the answer of
    ``list``. ``warning`` says why a key may not work although it is valid.
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

    @property
    def argument_spec(self) -> dict[str, Any]:
        """The options that declare one item."""
        key = self.key.options[self.key.name]
        return {
            "state": STATE_SPEC,
            self.key.name: {**key, "required": True},
            **({f"new_{self.key.name}": key} if self.update else {}),
            **{name: option for one in self.fields for name, option in one.options.items()},
        }

    def item(self, row: Mapping[str, Any], scope: str) -> Item:
        """Return the API's row as an Ansible dict; raise ValueError when it is none of this resource."""
        key = text(row.get(self.key.wire))
        if key is None:
            raise ValueError(f"a row without {self.key.wire}")
        item: Item = {self.key.name: self.key.read(key), self.scope: scope}
        item.update((one.name, one.read(row.get(one.wire))) for one in self.fields + self.facts)
        return item

    def new(self, key: str, scope: str, fields: Mapping[str, Any]) -> Item:
        """Return the item that a create call makes: what was declared, and the defaults."""
        item: Item = {self.key.name: key, self.scope: scope}
        item.update((one.name, fields.get(one.name, one.default)) for one in self.fields + self.facts)
        return item

    def declared(self, item: Item, reveal: bool = False) -> tuple[Item | None, str]:
        """Return the options that declare the item as it is, and what there is to say of them.

        None stands for an item that no options can declare. Secrets are left out unless ``reveal``. What is said is
        why something is not declared, and what the API would refuse in an update, which sends everything again.
        """
        key = item[self.key.name]
        reason = self.key.undeclarable(key)
        if reason:
            return None, f"not declared: {reason}"
        declared, remarks = {self.key.name: key}, []
        for one in self.fields:
            value = item[one.name]
            reason = one.undeclarable(value)
            if not reason and not (one.secret and not reveal):
                declared[one.name] = value
            if reason:
                remarks.append(f"{one.name} not declared" if one.secret else f"{one.name} not declared: {reason}")
        refused = [
            one.name
            for one in (self.key, *self.fields)
            if self.update and one.rule and item[one.name] is not None and not one.rule.holds(item[one.name])
        ]
        if refused:
            remarks.append(f"the API refuses a change without a new {' and a new '.join(refused)}")
        return declared, "; ".join(remarks)

    def public(self, item: Item) -> Item:
        """Return the item without its secrets."""
        secrets = {one.name for one in self.fields if one.secret}
        return {name: value for name, value in item.items() if name not in secrets}

    @property
    def without_secrets(self) -> Resource:
        """The same of which no secret is declared or compared."""
        return replace(self, fields=tuple(one for one in self.fields if not one.secret))


PROXY_USER = Resource(
    noun="proxy user",
    key=Field("username", parse=parse_username, rule=USERNAME_RULE),
    fields=(
        Field("password", read=text, parse=parse_password, rule=PASSWORD_RULE, secret=True),
        Field("traffic_limit", read=number, default=0, parse=parse_traffic, rule=LIMIT_RULE),
        Field("enabled", read=boolean, type="bool", wire="status", default=True),
    ),
    facts=(Field("usage_traffic", read=number, default=0), Field("created_time", read=text)),
    list=endpoints.USER_LIST,
    create=endpoints.CREATE_USER,
    update=endpoints.UPDATE_USER,
    delete=endpoints.DELETE_USER,
)

# The proxy user that is there while a task with ``purchase_lock`` buys; nobody declares it.
LOCK_USER = "purchaselock"

WHITELIST_ENTRY = Resource(
    noun="whitelist entry",
    key=Field("ip", parse=parse_ip),
    fields=(Field("enabled", read=boolean, type="bool", wire="status", default=True),),
    facts=(Field("created_time", read=text),),
    list=endpoints.IP_LIST,
    create=endpoints.ADD_IP,
    update=None,
    delete=endpoints.DELETE_IP,
    warning=ip_warning,
)


def server_status(server: Mapping[str, Any]) -> str:
    """Return the status of a server in small letters."""
    return re.sub(r"[^a-z]", "", str(server.get("status")).lower())


def is_on(server: Mapping[str, Any]) -> bool:
    """Return whether a server is on. Which statuses there are besides "Turn on" is not documented."""
    return server_status(server) in ("turnon", "on", "running")


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
