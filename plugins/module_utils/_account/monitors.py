# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The load of unlimited servers: what the options select, and its series (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    BALANCING_MONITOR,
    PERIODS,
    SERVER_MONITOR,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number

# The options that select a monitor, which are also its names in results.
MONITORS = {"monitor": SERVER_MONITOR, "balancing": BALANCING_MONITOR}
MONITOR_SPEC: dict[str, Any] = {
    "period": {"type": "int", "choices": list(PERIODS), "default": 300},
    "from": {"type": "str", "default": "24h"},
    "to": {"type": "str"},
    "points": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class Range:
    """The time of a monitor, as Unix time; ``period``: the seconds between two points."""

    start: int
    end: int
    period: int
    points: bool


def monitor_range(options: Mapping[str, Any] | None, zone: tzinfo) -> Range:
    """Return the range that the option ``monitor`` sets, or its default. Raises OptionError."""
    options = options or {name: one.get("default") for name, one in MONITOR_SPEC.items()}
    start = times.past("monitor.from", options["from"], zone)
    end = times.past("monitor.to", options["to"] or "0s", zone)
    if start >= end:
        raise OptionError(f"monitor.from ({options['from']}) is not before monitor.to ({options['to'] or 'now'})")
    return Range(start, end, options["period"], options["points"])


def read_monitors(client: Client, options: Mapping[str, Any], server: Item, span: Range) -> dict[str, Any]:
    """Return what the monitors have of a server that the options select; one request each."""
    place = {"ins_id": server["ins_id"], "region": server["region"]}
    when = {"start_time": span.start, "end_time": span.end, "period": span.period}
    return {
        name: summaries(client.call(endpoint, **place, **when), span.points)
        for name, endpoint in MONITORS.items()
        if options[name] not in (None, False)
    }


def summaries(data: Mapping[str, Any], points: bool) -> dict[str, Item]:
    """Return the series of a monitor, each as its last, mean and largest value, with its ``points`` if asked."""
    return {name: _summary(series, points) for name, series in data.items() if isinstance(series, Mapping)}


def _summary(series: Mapping[str, Any], points: bool) -> Item:
    pairs = zip(series.get("times") or (), series.get("values") or ())
    rows = [{"time": number(when), "value": number(value)} for when, value in pairs]
    values = [row["value"] for row in rows if row["value"] is not None]
    summary: Item = {
        "last": values[-1] if values else None,
        "mean": sum(values) / len(values) if values else None,
        "max": max(values, default=None),
    }
    return {**summary, "points": rows} if points else summary
