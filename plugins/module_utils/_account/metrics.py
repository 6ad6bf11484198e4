# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account as metrics, in the text format that Prometheus reads; nothing is read or written here.

The format is a line for each value, so it is made here: prometheus_client would be a second library to install.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Dict, Optional, Tuple

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item, is_on
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import boolean, number

MB = 1024 * 1024
GB = 1024 * MB
# Of bandwidth, which is sold in Mbps.
MEGABIT = 125_000
# A user near its limit has a series of its own before those with more traffic.
NEAR_LIMIT = 0.8

Labels = Dict[str, Any]
Sample = Tuple[Labels, Optional[float]]


@dataclass(frozen=True)
class Metric:
    """One metric with its samples; all are gauges, as the API may set anything back. ``name`` is without the prefix."""

    name: str
    help: str
    samples: Sequence[Sample]


def exposition(
    account: Mapping[str, Any],
    account_name: str = "",
    checks: Iterable[Mapping[str, Any]] = (),
    max_items: int = 100,
) -> str:
    """Return the metrics of what ``account_info`` returned, and of results of ``proxy_check``.

    What ``account`` does not hold has no metrics. ``account_name`` becomes the label ``account`` of all of them.
    ``max_items``: how many users of a product, addresses of a product, servers and checks have series of their own.
    Raises OptionError for what is no such result.
    """
    if max_items < 0:
        raise OptionError(f"max_items must be 0 or more, not {max_items}")
    more = {"account": account_name} if account_name else {}
    lines: list[str] = []
    try:
        for metric in _metrics(account, list(checks), max_items):
            lines += _lines(metric, more)
    except (AttributeError, KeyError, TypeError) as error:
        raise OptionError(
            f"this is not what account_info or proxy_check returns ({type(error).__name__})", "Register their result"
        ) from None
    return "".join(f"{line}\n" for line in lines)


def _lines(metric: Metric, more: Labels) -> list[str]:
    """Return the lines of a metric, none without samples; of two samples with the same labels the first counts."""
    name = f"thordata_{metric.name}"
    values: dict[str, str] = {}
    for labels, value in metric.samples:
        if value is not None and math.isfinite(value):
            written = ",".join(f'{label}="{_escaped(one)}"' for label, one in {**more, **labels}.items())
            values.setdefault(f"{{{written}}}" if written else "", _number(value))
    samples = [f"{name}{labels} {value}" for labels, value in values.items()]
    return [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge", *samples] if samples else []


def _escaped(value: object) -> str:
    """Return the value of a label; what is no text, such as half of a surrogate pair, becomes a question mark."""
    text = str("" if value is None else value).encode("utf-8", "replace").decode()
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return repr(float(value)) if isinstance(value, float) else str(int(value))


def _times(value: float | None, unit: float) -> float | None:
    return None if value is None else value * unit


def _metrics(account: Mapping[str, Any], checks: Sequence[Mapping[str, Any]], most: int) -> Iterator[Metric]:
    yield from _money(account)
    yield from _users(account.get("users") or {}, most)
    yield from _whitelist(account.get("whitelist") or {})
    yield from _static_proxies(account.get("static_proxies") or {}, most)
    yield from _servers(account, most)
    yield Metric(
        "vouchers",
        "Vouchers by status and by the traffic that each holds.",
        [
            ({"status": one["status"], "traffic_bytes": _bytes(one["traffic"])}, one["count"])
            for one in (account.get("vouchers") or [])[:most]
        ],
    )
    yield Metric(
        "part_unavailable",
        "Parts that the account or its edition of the API does not have; there is no series for the others.",
        [({"part": part}, 1) for part in account.get("unavailable") or {}],
    )
    yield from _checks(checks, most)
    yield from _last_run(account.get("last_run") or {})


def _bytes(gigabytes: float | None) -> str:
    return "" if gigabytes is None else _number(gigabytes * GB)


def _money(account: Mapping[str, Any]) -> Iterator[Metric]:
    yield Metric(
        "wallet_balance", "Money in the wallet, in the currency of the account.", [({}, account.get("wallet_balance"))]
    )
    packages = account.get("packages") or {}
    product = {"product": "residential"}
    yield Metric(
        "traffic_balance_bytes",
        "Traffic that is left of a package. The API tells it of residential traffic only.",
        [({"product": name}, _times(one["traffic_balance"], MB)) for name, one in packages.items()]
        or [(product, _times(account.get("traffic_balance"), MB))],
    )
    for name, key, unit, text in (
        ("package_expiry_timestamp_seconds", "expiration_timestamp", 1, "When a package expires, as Unix time."),
        (
            "traffic_bytes_per_day",
            "daily_traffic",
            MB,
            "Mean traffic of the account in the seven days before today, all products together.",
        ),
        (
            "traffic_lasts_seconds",
            "days_left",
            86400,
            "Time until a package is used up at the mean traffic, or expires, whichever is first.",
        ),
    ):
        yield Metric(name, text, [({"product": product}, _times(one[key], unit)) for product, one in packages.items()])


def _users(products: Mapping[str, Item], most: int) -> Iterator[Metric]:
    every = [(product, user) for product, one in products.items() for user in one["users"]]
    yield Metric("users", "Proxy users.", [({"product": name}, len(one["users"])) for name, one in products.items()])
    yield from _slots("user", "proxy users", products)
    sums = Counter(dict.fromkeys(products, 0.0))
    near: Counter[str] = Counter(dict.fromkeys(products, 0))
    disabled: Counter[str] = Counter(dict.fromkeys(products, 0))
    for product, user in every:
        sums[product] += user["usage_traffic"] or 0
        near[product] += _part_of_limit(user) >= NEAR_LIMIT
        disabled[product] += user["enabled"] is False
    yield Metric(
        "users_traffic_bytes",
        "Traffic of all proxy users together, those without series of their own as well.",
        [({"product": product}, value * MB) for product, value in sums.items()],
    )
    yield Metric(
        "users_near_limit",
        "Proxy users that have used four fifths of their limit or more.",
        [({"product": product}, value) for product, value in near.items()],
    )
    yield Metric(
        "users_disabled",
        "Proxy users that are disabled.",
        [({"product": name}, value) for name, value in disabled.items()],
    )
    shown = [
        ({"product": product, "username": user["username"]}, user)
        for product, one in products.items()
        for user in sorted(one["users"], key=_rank)[:most]
    ]
    yield Metric(
        "user_traffic_bytes",
        "Traffic of a proxy user as the list of users counts it.",
        [(labels, _times(user["usage_traffic"], MB)) for labels, user in shown],
    )
    yield Metric(
        "user_traffic_limit_bytes",
        "Limit of a proxy user; there is no series for a user without one.",
        [(labels, _times(user["traffic_limit"] or None, MB)) for labels, user in shown],
    )
    yield Metric(
        "user_enabled",
        "Whether a proxy user may use the proxies (1) or is disabled (0).",
        [(labels, user["enabled"]) for labels, user in shown],
    )


def _part_of_limit(user: Item) -> float:
    return (user["usage_traffic"] or 0) / user["traffic_limit"] if user["traffic_limit"] else 0


def _rank(user: Item) -> tuple[bool, float, str]:
    """Return the order of users: those near their limit, then those with most traffic; stable between runs."""
    return _part_of_limit(user) < NEAR_LIMIT, -(user["usage_traffic"] or 0), str(user["username"])


def _whitelist(products: Mapping[str, Item]) -> Iterator[Metric]:
    yield Metric(
        "whitelist_entries",
        "Whitelisted addresses.",
        [({"product": product}, len(one["entries"])) for product, one in products.items()],
    )
    yield from _slots("whitelist", "whitelisted addresses", products)


def _slots(noun: str, nouns: str, products: Mapping[str, Item]) -> Iterator[Metric]:
    for name, key, text in (
        ("slots", "limit", f"How many {nouns} the product may have."),
        ("slots_free", "remaining_limit", f"How many more {nouns} the product may have."),
    ):
        yield Metric(f"{noun}_{name}", text, [({"product": product}, one[key]) for product, one in products.items()])


def _static_proxies(products: Mapping[str, Sequence[Item]], most: int) -> Iterator[Metric]:
    countries = Counter((product, one["country"] or "") for product, rows in products.items() for one in rows)
    yield Metric(
        "static_proxies",
        "Bought addresses by product and country.",
        [({"product": product, "country": country}, count) for (product, country), count in sorted(countries.items())],
    )
    soonest = [
        ({"product": product, "ip": one["ip"], "country": one["country"]}, one["expiration_timestamp"])
        for product, rows in products.items()
        for one in sorted(rows, key=lambda row: row["expiration_timestamp"] or math.inf)[:most]
    ]
    yield Metric("static_proxy_expiry_timestamp_seconds", "When a bought address expires, as Unix time.", soonest)


def _servers(account: Mapping[str, Any], most: int) -> Iterator[Metric]:
    servers = account.get("servers") or []
    if "servers" in account:
        yield Metric("servers", "Rented servers.", [({}, len(servers))])
    soonest = sorted(servers, key=lambda one: one["expiration_timestamp"] or math.inf)[:most]
    shown = [({"ins_id": one["ins_id"], "plan_name": one["plan_name"]}, one) for one in soonest]
    for name, value, text in (
        (
            "server_expiry_timestamp_seconds",
            lambda one: one["expiration_timestamp"],
            "When a server expires, as Unix time.",
        ),
        ("server_on", is_on, "Whether the API says that a server is on (1) or anything else (0)."),
        (
            "server_bandwidth_bytes_per_second",
            lambda one: _times(one["bandwidth"], MEGABIT),
            "Bandwidth that a server is rented with.",
        ),
    ):
        yield Metric(name, text, [(labels, value(one)) for labels, one in shown])
    loads = account.get("load") or {}
    yield Metric(
        "server_load",
        "Last value of each series of a server's monitor, in the unit of the API.",
        [
            ({**labels, "series": series}, values["last"])
            for labels, one in shown
            for series, values in (loads.get(one["ins_id"]) or {}).items()
        ],
    )


def _checks(checks: Sequence[Mapping[str, Any]], most: int) -> Iterator[Metric]:
    """Yield what checks found; those of one proxy and user are told apart by their number."""
    seen: Counter[tuple[str, str]] = Counter()
    shown = []
    for one in checks[:most]:
        key = (str(one["proxy"]), str(one["username"] or ""))
        seen[key] += 1
        shown.append(({"proxy": key[0], "username": key[1], "number": seen[key]}, one))
    yield Metric(
        "proxy_check_success",
        "Whether a proxy passed its check (1) or failed (0).",
        [(labels, not one["failed"]) for labels, one in shown],
    )
    yield Metric(
        "proxy_check_latency_seconds",
        "Time until the answer through a proxy was complete.",
        [(labels, one["latency"]) for labels, one in shown],
    )


def _last_run(run: Mapping[str, Any]) -> Iterator[Metric]:
    """Yield what became of the last try to read the account; its values may be text, as templates make them."""
    for name, key, text in (
        ("last_run_timestamp_seconds", "timestamp", "When the account was last to be read, as Unix time."),
        ("last_run_success", "success", "Whether the account could be read then (1) or not (0)."),
        ("last_success_timestamp_seconds", "last_success", "When the account was last read, as Unix time."),
    ):
        value = run.get(key)
        yield Metric(name, text, [({}, number(value) if boolean(value) is None else boolean(value))])
