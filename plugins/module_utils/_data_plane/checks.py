# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of proxies: what is checked, which proxies failed, and the report of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import check_concurrency, each
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import two_letters
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.probe import check_url, probe, tls_context
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.spellings import parsed

MOST_AT_ONCE = 256


def check_proxies(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the result of each of ``proxies``, in their order. Raises OptionError before the first request."""
    check_concurrency(options["concurrency"], MOST_AT_ONCE)
    check_url(options["check_url"])
    if not options["timeout"] > 0:
        raise OptionError(f"timeout must be a positive number of seconds, not {options['timeout']:g}")
    if options["ca_path"]:
        tls_context(options["validate_certs"], options["ca_path"])
    country = two_letters("expect_country", options["expect_country"])
    proxies = [_parsed(position, value) for position, value in enumerate(options["proxies"], 1)]
    probed = each(lambda one: probe(one, options), proxies, options["concurrency"])
    return [judged(result, country, options["fail_on"]) for result in probed]


def _parsed(position: int, value: Any) -> Proxy:
    try:
        return parsed(value)
    except OptionError as error:
        raise OptionError(f"Entry {position} of proxies: {error.problem}", error.advice) from None


def judged(result: Mapping[str, Any], country: str | None, fail_on: Sequence[str]) -> dict[str, Any]:
    """Return the result of a probe with ``failed``, and with the error of an exit that is not in ``country``."""
    if not result["reachable"]:
        return {**result, "failed": "unreachable" in fail_on}
    if country is None or result["exit_country"] == country.upper():
        return {**result, "failed": False}
    error = f"the exit is in {result['exit_country'] or 'an unknown country'}, not {country.upper()}"
    return {**result, "failed": "country" in fail_on, "error": error}


def report(results: Sequence[Mapping[str, Any]], max_failed: int) -> dict[str, Any]:
    """Return what a task returns: results and summary, and its failure where more than ``max_failed`` failed."""
    failed = [one for one in results if one["failed"]]
    whole = {"results": results, "summary": _summary(results, failed)}
    if len(failed) <= max_failed:
        return whole
    reasons = joined((f"{name(one)}: {one['error']}" for one in failed), "; ", most=5)
    message = f"{len(failed)} of {len(results)} proxies failed, and max_failed is {max_failed}: {reasons}."
    return {**whole, "failed": True, "msg": message}


def _summary(results: Sequence[Mapping[str, Any]], failed: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the counts, and the latencies of those that are reachable, in seconds."""
    latencies = [one["latency"] for one in results if one["reachable"]]
    return {
        "checked": len(results),
        "reachable": len(latencies),
        "failed": len(failed),
        "latency_mean": round(sum(latencies) / len(latencies), 3) if latencies else None,
        "latency_max": max(latencies, default=None),
    }


def name(result: Mapping[str, Any]) -> str:
    """Return a name of the proxy with its user: many users share the address of a gateway."""
    user = f" as {result['username']}" if result["username"] else ""
    return f"{result['proxy']}{user}"
