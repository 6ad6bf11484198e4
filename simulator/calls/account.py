# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/account/*`: balances and usage of the account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ..call import Call
from ..clock import date_text
from ..contract import KB_PER_MB, MAX_RANGE_DAYS, PARAMETER_ERROR, RANGE_TOO_LONG, Failure


def traffic_balance(call: Call) -> dict[str, Any]:
    """Traffic left, in MB, and until when."""
    return {
        "traffic_balance": call.account.traffic_balance,
        "expiration_time": date_text(call.account.traffic_expiration, call.settings.zone),
    }


def wallet_balance(call: Call) -> dict[str, Any]:
    """Money in the wallet."""
    return {"wallet_balance": call.account.wallet_balance}


def usage_statistics(call: Call) -> dict[str, Any]:
    """The account's traffic by day, in KB."""
    usage = call.account.usage
    return {
        "total_usage_traffic": round(usage.total()),
        "traffic_balance": round(call.account.traffic_balance * KB_PER_MB),
        **usage_range(usage.by_hour(), call["from_date"], call["to_date"], hourly=False),
    }


def usage_range(by_hour: dict[str, float], first: datetime, last: datetime, hourly: bool) -> dict[str, Any]:
    """The part of a usage answer that is about the range: a row for each day (or hour) of it, both ends included."""
    days = (last.date() - first.date()).days + 1
    if last < first:
        raise Failure(PARAMETER_ERROR, "from_date is after to_date")
    if days > MAX_RANGE_DAYS:
        raise Failure(RANGE_TOO_LONG)
    pattern, step = ("%Y-%m-%d %H", timedelta(hours=1)) if hourly else ("%Y-%m-%d", timedelta(days=1))
    rows: dict[str, float] = {}
    moment = first
    while moment <= last:
        rows[moment.strftime(pattern)] = 0.0
        moment += step
    for hour, kilobytes in by_hour.items():
        name = hour if hourly else hour[:10]
        if name in rows:
            rows[name] += kilobytes
    data = [{"date": name, "usage_traffic": round(kilobytes)} for name, kilobytes in rows.items()]
    return {
        "range_usage_traffic": sum(row["usage_traffic"] for row in data),
        "query_days": days,
        "data": data,
    }
