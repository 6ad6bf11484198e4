# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of an account a rule may act upon, and when it is told. Pure: no I/O, no clock of its own."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Mapping

from ansible_collections.thordata.proxies.plugins.module_utils._account.difference import IMPOSSIBLE, Difference
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item, is_on
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined

DAY = 86400
# So many names of differences an event holds at most, of each kind.
NAMES_AT_MOST = 100


@dataclass(frozen=True)
class Condition:
    """Something that holds of an account, and that a rule may want to know.

    ``object``: the name of what it is about, and its product in ``proxy_type``; ``threshold`` is what ``value`` was
    compared with, both in ``unit``. ``differs``: where this changes, the condition is another one, and told again.
    """

    kind: str
    message: str
    object: str | None = None
    proxy_type: str | None = None
    value: Any = None
    threshold: Any = None
    unit: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    differs: Any = None

    @property
    def key(self) -> tuple[str, str | None, str | None]:
        """What tells it from all others of the account."""
        return self.kind, self.proxy_type, self.object


Find = Callable[[Mapping[str, Any], float, float], Iterable[Condition]]


@dataclass(frozen=True)
class Kind:
    """A kind of condition: the ``parts`` of an account that show it, and the option that is its threshold.

    ``find`` takes these parts, the threshold, and the Unix time.
    """

    parts: tuple[str, ...]
    find: Find
    option: str | None = None


def _low(name: str, unit: str | None, what: str, value: float | None, least: float) -> Iterator[Condition]:
    if value is not None and value < least:
        shown = f"{value:.6g} {unit or ''}".strip()
        yield Condition(name, f"{what}: {shown} left, less than {least:g}", value=value, threshold=least, unit=unit)


def _traffic_balance_low(account: Mapping[str, Any], least: float, now: float) -> Iterable[Condition]:
    value = account["balances"]["traffic_balance"]
    return _low("traffic_balance_low", "MB", "Residential traffic", value, least)


def _wallet_balance_low(account: Mapping[str, Any], least: float, now: float) -> Iterable[Condition]:
    return _low("wallet_balance_low", None, "The wallet", account["balances"]["wallet_balance"], least)


def _days_left_low(account: Mapping[str, Any], least: float, now: float) -> Iterable[Condition]:
    value = account["packages"]["residential"]["days_left"]
    value = None if value is None else round(value, 2)
    return _low("days_left_low", "days", "The package of residential traffic", value, least)


def _enabled_users(account: Mapping[str, Any]) -> Iterator[tuple[str, Item, float]]:
    """Yield the users that may use traffic and have a limit, with their product and the part of it that they used."""
    for proxy_type, listed in account["users"].items():
        for user in listed["users"]:
            if user["enabled"] is not False and user["traffic_limit"] and user["usage_traffic"] is not None:
                yield proxy_type, user, user["usage_traffic"] / user["traffic_limit"]


def _user(kind: str, proxy_type: str, user: Item, threshold: float) -> Condition:
    name, used, limit = user["username"], user["usage_traffic"], user["traffic_limit"]
    message = f"The {proxy_type} proxy user {name} has used {used:.6g} MB of {limit:g} MB"
    return Condition(kind, message, name, proxy_type, used, threshold, "MB", {"traffic_limit": limit})


def _users_near_limit(account: Mapping[str, Any], percent: float, now: float) -> Iterator[Condition]:
    for proxy_type, user, used in _enabled_users(account):
        if percent / 100 <= used < 1:
            yield _user("user_near_limit", proxy_type, user, user["traffic_limit"] * percent / 100)


def _users_over_limit(account: Mapping[str, Any], threshold: float, now: float) -> Iterator[Condition]:
    for proxy_type, user, used in _enabled_users(account):
        if used >= 1:
            yield _user("user_over_limit", proxy_type, user, user["traffic_limit"])


def _expiring(
    kind: str, what: str, proxy_type: str | None, name: str, one: Item, within: float, now: float
) -> Iterator[Condition]:
    expires = one["expiration_timestamp"]
    if expires is not None and expires - now <= within:
        verb = "expired" if expires <= now else "expires"
        message = f"The {what} {name} {verb} at {one['expiration_time']}"
        days = round((expires - now) / DAY, 2)
        details = {"expiration_time": one["expiration_time"], "expiration_timestamp": expires}
        # Renewed, but not for long enough: that is another expiry.
        yield Condition(kind, message, name, proxy_type, days, within / DAY, "days", details, expires)


def _servers_expiring(account: Mapping[str, Any], within: float, now: float) -> Iterator[Condition]:
    for one in account["servers"]:
        yield from _expiring("server_expiring", "server", None, _server_name(one), one, within, now)


def _addresses_expiring(account: Mapping[str, Any], within: float, now: float) -> Iterator[Condition]:
    for proxy_type, proxies in account["static_proxies"].items():
        for one in proxies:
            yield from _expiring(
                "address_expiring", f"{proxy_type} address", proxy_type, str(one["ip"]), one, within, now
            )


def _server_name(server: Item) -> str:
    return str(server["ins_id"] or server["plan_name"])


def _servers_not_on(account: Mapping[str, Any], threshold: float, now: float) -> Iterator[Condition]:
    for one in account["servers"]:
        status = one["status"]
        if status is not None and not is_on(one):
            message = f"The server {_server_name(one)} is not on: {status}"
            details = {"plan_name": one["plan_name"]}
            yield Condition("server_not_on", message, _server_name(one), value=status, details=details, differs=status)


def _whitelists_full(account: Mapping[str, Any], threshold: float, now: float) -> Iterator[Condition]:
    for proxy_type, listed in account["whitelist"].items():
        remaining, limit = listed["remaining_limit"], listed["limit"]
        if remaining is not None and remaining <= 0:
            count = len(listed["entries"])
            message = f"The {proxy_type} whitelist is full: {count} addresses"
            yield Condition("whitelist_full", message, "whitelist", proxy_type, count, limit, "addresses")


KINDS: dict[str, Kind] = {
    "traffic_balance_low": Kind(("balances",), _traffic_balance_low, "min_traffic_balance"),
    "wallet_balance_low": Kind(("balances",), _wallet_balance_low, "min_wallet_balance"),
    "days_left_low": Kind(("packages",), _days_left_low, "min_days_left"),
    "user_near_limit": Kind(("users",), _users_near_limit, "near_limit"),
    "user_over_limit": Kind(("users",), _users_over_limit),
    "server_expiring": Kind(("servers",), _servers_expiring, "expires_within"),
    "server_not_on": Kind(("servers",), _servers_not_on),
    "address_expiring": Kind(("static_proxies",), _addresses_expiring, "expires_within"),
    "whitelist_full": Kind(("whitelist",), _whitelists_full),
}
# What is not found in the parts of an account alone, with the option that each needs.
DRIFT, PROXY_FAILING = "drift", "proxy_failing"
OTHERS = {DRIFT: "declared", PROXY_FAILING: "proxies"}
UNREACHABLE = "account_unreachable"


def watched(wanted: Collection[str] | None, options: Mapping[str, Any]) -> list[str]:
    """Return the kinds to look for: those that are wanted, or all whose option is set. Raises OptionError."""
    needs = {**{kind: one.option for kind, one in KINDS.items()}, **OTHERS}
    lacking = {kind: option for kind, option in needs.items() if option and options[option] is None}
    unset = [f"{lacking[kind]} for {kind}" for kind in wanted or () if kind in lacking]
    if unset:
        raise OptionError(f"Not set: {joined(unset)}", "Set it, or take the event out of events")
    kinds = [kind for kind in needs if kind not in lacking and (wanted is None or kind in wanted)]
    if not kinds:
        raise OptionError("events is empty", "Name one, or leave it out to look for all whose option is set")
    return kinds


def parts_of(kinds: Iterable[str]) -> list[str]:
    """Return the parts of an account that show these kinds."""
    return list(dict.fromkeys(part for kind in kinds if kind in KINDS for part in KINDS[kind].parts))


def conditions(
    account: Mapping[str, Any], kinds: Iterable[str], thresholds: Mapping[str, float], now: float
) -> Iterator[Condition]:
    """Yield what holds of the account. What it does not have shows nothing.

    ``thresholds`` by option: amounts of traffic in MB, durations in seconds. ``now``: the Unix time.
    """
    for kind in kinds:
        one = KINDS[kind]
        if all(_is_there(account, part) for part in one.parts):
            yield from one.find(account, thresholds[one.option] if one.option else 0.0, now)


def _is_there(account: Mapping[str, Any], part: str) -> bool:
    return part in account and (part != "packages" or "residential" in account[part])


def failing_proxies(results: Mapping[str, Mapping[str, Any]]) -> Iterator[Condition]:
    """Yield which proxies failed their check; ``results`` by the names of the proxies."""
    for name, result in results.items():
        if result["failed"]:
            shown = ("proxy", "username", "status", "gateway_code", "exit_ip", "exit_country")
            details = {key: result[key] for key in shown}
            yield Condition(PROXY_FAILING, f"{name}: {result['error']}", name, value=result["error"], details=details)


def drifted(differences: Iterable[Difference]) -> list[Condition]:
    """Return what is not as declared, a condition for each part of the account and product."""
    parts: dict[tuple[str, str | None], list[Difference]] = {}
    for one in differences:
        parts.setdefault((one["part"], one["proxy_type"]), []).append(one)
    return [_drifted(part, proxy_type, listed) for (part, proxy_type), listed in parts.items()]


def _drifted(part: str, proxy_type: str | None, differences: Sequence[Difference]) -> Condition:
    names_of: dict[str, list[str]] = {}
    for one in differences:
        names_of.setdefault(one["how"], []).append(one["name"])
    what = " ".join(filter(None, (proxy_type, part.replace("_", " "))))
    told = joined((f"{how}: {joined(names, most=5)}" for how, names in names_of.items()), "; ")
    message = f"The {what} of the account are not as declared ({told})"
    details: dict[str, Any] = {
        how: {"count": len(names), "names": names[:NAMES_AT_MOST]} for how, names in names_of.items()
    }
    reasons = [one["text"] for one in differences if one["how"] == IMPOSSIBLE]
    if reasons:
        details[IMPOSSIBLE]["reasons"] = reasons[:NAMES_AT_MOST]
    differs = {how: sorted(names) for how, names in names_of.items()}
    return Condition(DRIFT, message, part, proxy_type, len(differences), 0, "differences", details, differs)


def unreachable(message: str, seconds: float, after: float) -> Condition:
    """Return the condition of an account that could not be read for so many seconds."""
    return Condition(UNREACHABLE, message, value=round(seconds), threshold=after, unit="seconds")


def unseen(kinds: Iterable[str], unavailable: Iterable[str]) -> set[tuple[str, str | None]]:
    """Return the kinds, with their product, of which nothing is known while these parts of the account are missing."""
    found = set()
    for name in unavailable:
        part, _dot, product = name.partition(".")
        listed = part in ("users", "whitelist", "static_proxies")
        found |= {(kind, product if listed else None) for kind in kinds if part in KINDS[kind].parts}
    return found


@dataclass
class _Told:
    """When a condition was first told since it began, and when last; a digest of what makes it another one."""

    began: float
    when: float
    differs: str
    repeats: int


class Watch:
    """What was told of an account: each condition once when it begins or changes, and again after ``repeat`` seconds.

    ``repeat`` 0 tells it once. A condition that ends is told as ``KIND_ended``, and forgotten, so that it is told when
    it comes back.
    """

    def __init__(self, account: str, repeat: float) -> None:
        self.account = account
        self.repeat = repeat
        self.changed = False
        self._told: dict[tuple[str, str | None, str | None], _Told] = {}

    def events(
        self,
        found: Iterable[Condition],
        kinds: Collection[str],
        now: float,
        unknown: Collection[tuple[str, str | None]] = (),
    ) -> list[dict[str, Any]]:
        """Return the events that are due of all conditions that were ``found`` of these kinds, which were looked for.

        ``now``: seconds of a clock that nobody sets. ``unknown``: kinds of products that could not be looked for.
        """
        there = {one.key: one for one in found}
        over = [key for key in self._told if key[0] in kinds and key not in there and key[:2] not in unknown]
        events = [self._ended(key, self._told.pop(key), now) for key in over]
        for key, one in there.items():
            told = self._told.get(key)
            differs = _digest(one.differs)
            again = told is not None and told.differs == differs
            if again and told is not None and not 0 < self.repeat <= now - told.when:
                continue
            repeats = told.repeats + 1 if again and told is not None else 0
            self._told[key] = _Told(told.began if told else now, now, differs, repeats)
            events.append(event(self.account, one, repeats))
        self.changed = self.changed or bool(events)
        return events

    def _ended(self, key: tuple[str, str | None, str | None], told: _Told, now: float) -> dict[str, Any]:
        kind, proxy_type, name = key
        what = " ".join(filter(None, (proxy_type, name)))
        message = f"{kind} has ended{f': {what}' if what else ''}"
        seconds = round(now - told.began)
        over = Condition(f"{kind}_ended", message, name, proxy_type, seconds, unit="seconds")
        return event(self.account, over, id_of=key)

    def told(self, now: float) -> list[list[Any]]:
        """Return what was told, for a process that starts anew; plain JSON, with no time but seconds before ``now``."""
        self.changed = False
        return [
            [*key, now - told.began, now - told.when, told.differs, told.repeats] for key, told in self._told.items()
        ]

    def resume(self, rows: Iterable[Any], now: float) -> None:
        """Take over what another process had ``told``. Raises ValueError, TypeError for what is no such rows."""
        resumed = {}
        for kind, proxy_type, name, began, when, differs, repeats in rows:
            resumed[str(kind), proxy_type, name] = _Told(
                now - float(began), now - float(when), str(differs), int(repeats)
            )
        self._told = resumed


def event(
    account: str, one: Condition, repeats: int = 0, id_of: tuple[str, str | None, str | None] | None = None
) -> dict[str, Any]:
    """Return what a rule gets. ``id`` is the same each time that the condition is told, by any source.

    ``id_of``: the key of the condition that it ends.
    """
    return plain(
        {
            "id": _digest([account, *(id_of or one.key)]),
            "account": account,
            "kind": one.kind,
            "object": one.object,
            "proxy_type": one.proxy_type,
            "value": one.value,
            "threshold": one.threshold,
            "unit": one.unit,
            "message": one.message,
            "details": dict(one.details),
            "repeats": repeats,
        }
    )


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:24]


def plain(value: Any) -> Any:
    """Return the value with no template in it: ansible-rulebook hands events to plays as variables, which run them."""
    if isinstance(value, str):
        return re.sub(r"\{(?=[{%#])", "{ ", value)
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return value
