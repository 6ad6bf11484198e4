# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account holds: API rows <-> Ansible dicts, names, units and rules (contract, sections 2 and 4)."""

from __future__ import annotations

import difflib
import ipaddress
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils import _endpoints
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError, PlanError, TransportError

Item = dict[str, Any]

USER_TYPES = ("residential", "unlimited", "mobile")


# Tolerant reading: the API sends numbers and booleans as such or as strings.


def number(value: Any) -> int | float | None:
    """Return the number that ``value`` is or spells, an int where it is whole; None for anything else."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(result):
        return None
    return int(result) if result.is_integer() else result


def boolean(value: Any) -> bool | None:
    """Return the boolean that ``value`` is or spells; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())


def text(value: Any) -> str | None:
    """Return ``value`` as a string; None for null and the empty string."""
    return str(value) if value not in (None, "") else None


def megabytes(kilobytes: Any) -> float | None:
    """Return what the API counts in KB in MB, the unit of everything that users see; None for what is no number."""
    value = number(kilobytes)
    return None if value is None else number(value / 1024)


# Options: each of these returns what is meant, or raises ValueError with what is wrong.


def given_username(value: str) -> str:
    """Return the username as it is given."""
    if not value:
        raise ValueError("the username is empty")
    return value


def given_usernames(option: str, values: Iterable[str]) -> list[str]:
    """Return the usernames of an option that lists them, each once. Raises OptionError for an empty one."""
    names = list(dict.fromkeys(values))
    if "" in names:
        raise OptionError(f"{option} holds an empty username", "A variable in it may not be set")
    return names


def given_password(value: str) -> str:
    """Return the password as it is given; a variable that is not set makes it empty."""
    if not value:
        raise ValueError("the password is empty")
    return value


_MB = {"": 1, "m": 1, "g": 1024, "t": 1024**2}
_TRAFFIC = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([mgt])(?:i?b)?)?\s*", re.IGNORECASE | re.ASCII)


def traffic(value: str) -> int:
    """Return an amount of traffic (``5000``, ``500MB``, ``5GB``, ``1.5TB``) in MB; parts of GB and TB are rounded."""
    match = _TRAFFIC.fullmatch(value)
    if not match:
        raise ValueError(f"traffic_limit must be an amount such as 500MB, 5GB or 1.5TB, or 0 (no limit), not {value!r}")
    unit = _MB[(match[2] or "").lower()]
    amount = Fraction(match[1]) * unit
    if amount.denominator > 1 and unit == 1:
        raise ValueError(f"traffic_limit must be whole MB, not {value!r}")
    # Never down to 0, which is no limit at all.
    return round(amount) or (1 if amount else 0)


def given_ip(value: str) -> str:
    """Return an address in its usual spelling; the provider takes IPv4 only."""
    value = value.strip()
    if not value:
        raise ValueError("the address is empty")
    if "/" in value:
        raise ValueError(f"{value!r} is a network, and the provider takes single addresses")
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        if re.fullmatch(r"\d+(\.\d+){3}", value) and re.search(r"\b0\d", value):
            raise ValueError(f"{value!r} has leading zeros, which may mean octal: leave them out") from None
        raise ValueError(f"{value!r} is not an IP address") from None
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    raise ValueError(f"{value!r} is an IPv6 address, and the provider takes IPv4 only")


def doubt_about_ip(value: str) -> str | None:
    """Return why the provider may never see this address; None for an ordinary public one."""
    address = ipaddress.ip_address(value)
    if not address.is_global and address not in _DOCUMENTATION:
        return f"{value} is not a public address: the provider can never see it"
    return None


class _Networks(tuple):
    def __contains__(self, address: object) -> bool:
        return any(address in network for network in self)


# Addresses of examples (RFC 5737): not public, and nobody takes them for their own.
_DOCUMENTATION = _Networks(map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))


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
    given: Callable[[Any], Any] = _as_is
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
    list: _endpoints.Endpoint
    create: _endpoints.Endpoint
    update: _endpoints.Endpoint | None
    delete: _endpoints.Endpoint
    doubt: Callable[[str], str | None] = lambda key: None
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
    key=Field("username", "username", str, "username", "new_username", given=given_username, rule=USERNAME_RULE),
    fields=(
        Field(
            "password", "password", text, "password", "new_password", None, given_password, PASSWORD_RULE, secret=True
        ),
        Field("traffic_limit", "traffic_limit", number, "traffic_limit", "new_traffic_limit", 0, traffic, LIMIT_RULE),
        Field("enabled", "status", boolean, "status", "new_status", True),
    ),
    facts=(Field("usage_traffic", "usage_traffic", number, default=0), Field("created_time", "created_time", text)),
    list=_endpoints.USER_LIST,
    create=_endpoints.CREATE_USER,
    update=_endpoints.UPDATE_USER,
    delete=_endpoints.DELETE_USER,
)

WHITELIST_ENTRY = Resource(
    noun="whitelist entry",
    key=Field("ip", "ip", str, "ip", given=given_ip),
    fields=(Field("enabled", "status", boolean, "status", default=True),),
    facts=(Field("created_time", "created_time", text),),
    list=_endpoints.IP_LIST,
    create=_endpoints.ADD_IP,
    update=None,
    delete=_endpoints.DELETE_IP,
    doubt=doubt_about_ip,
)


@dataclass(frozen=True)
class Wish:
    """What a user declares of one item. ``fields`` holds what was given; ``on_create`` counts for a new item only."""

    key: str
    present: bool = True
    new_key: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    on_create: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The key that the item has in the end."""
        return self.new_key or self.key


def wish(resource: Resource, options: Mapping[str, Any]) -> Wish:
    """Turn a module's options into a wish. Raise OptionError that names every option that breaks a rule."""
    problems: list[str] = []
    one = _wish(resource, options, problems)
    if problems:
        raise OptionError(f"Wrong options: {some(problems, '; ')}")
    return one


def wishes(resource: Resource, entries: Sequence[Mapping[str, Any]]) -> list[Wish]:
    """Turn the entries of a set into wishes. Raise OptionError that names every entry that breaks a rule, and how."""
    problems: list[str] = []
    all_of_them = []
    for position, entry in enumerate(entries, 1):
        found: list[str] = []
        all_of_them.append(_wish(resource, entry, found))
        problems += [f"entry {position} ({entry.get(resource.key.name)}): {problem}" for problem in found]
    if problems:
        raise OptionError(f"Wrong entries: {some(problems, '; ')}", "Nothing was changed")
    return all_of_them


def _wish(resource: Resource, options: Mapping[str, Any], problems: list[str]) -> Wish:
    def checked(one: Field, value: Any) -> Any:
        try:
            return one.given(value)
        except ValueError as error:
            problems.append(str(error))
            return value

    given = {one.name: checked(one, options[one.name]) for one in resource.fields if options.get(one.name) is not None}
    present = options.get("state", "present") == "present"
    key = options[resource.key.name]
    if present or not key.strip():
        key = checked(resource.key, key)
    else:  # what the provider lists may be anything, and can be deleted
        with suppress(ValueError):
            key = resource.key.given(key)
    new_key = options.get(f"new_{resource.key.name}")
    if new_key is not None:
        new_key = checked(resource.key, new_key)
    if new_key and not present:
        problems.append(f"new_{resource.key.name} goes with state=present only")
    on_create = {}
    if options.get("update_password") == "on_create":
        on_create = {one.name: given.pop(one.name) for one in resource.fields if one.secret and one.name in given}
    return Wish(key, present, new_key if new_key != key else None, given, on_create)


def some(parts: Iterable[str], separator: str = ", ", most: int = 20) -> str:
    """Join the parts; of more than ``most`` only their number is told."""
    parts = list(parts)
    more = [f"and {len(parts) - most} more"] if len(parts) > most else []
    return separator.join(parts[:most] + more)


def there_are(wanted: str, names: Iterable[str]) -> str:
    """Return the names that there are, those like ``wanted`` first: for an error about one that is not among them."""
    there = sorted(names)
    return some(dict.fromkeys([*difflib.get_close_matches(wanted, there, n=5, cutoff=0.5), *there])) or "none"


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
