# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/cdk/*`: prepaid traffic vouchers. A code is as good as money."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..contract import OVER_PURCHASE_LIMIT, RECHARGE_FIRST, VOUCHER_STATUS, VOUCHER_UNITS, Failure
from ..state import Voucher


def create(call: Call) -> dict[str, Any]:
    """Paid: buy `num` vouchers of `flow` GB each. All of them or, on any failure, none."""
    count, gigabytes = call["num"], call["flow"]
    if count > call.settings.purchase_limit:
        raise Failure(OVER_PURCHASE_LIMIT)
    if not call.account.recharged:
        raise Failure(RECHARGE_FIRST)
    cost = round(count * gigabytes * call.settings.prices["voucher_gb"], 2)
    call.account.pay(cost)
    codes = []
    for _voucher in range(count):
        code = call.world.voucher_code()
        call.remember(call.account.cdks, code)
        call.account.cdks[code] = Voucher(code, "unused", gigabytes, call.now, call.settings.voucher_seconds)
        codes.append(code)
    call.done(cost, call.world.order_id())
    return {"cdk": codes}


def voucher_list(call: Call) -> list[dict[str, Any]]:
    """All vouchers, or those of one status."""
    wanted = call.values.get("status")
    rows = [_row(call, voucher) for voucher in call.shown(call.account.cdks).values()]
    return [row for row in rows if wanted in (None, row["status"])]


def revoke(call: Call) -> dict[str, Any]:
    """Make an unused voucher worthless; the money is not paid back."""
    voucher = call.account.cdks.get(call["cdk"])
    if voucher is None:
        raise Failure(call.settings.codes["unknown_voucher"])
    if voucher.status != "unused":
        raise Failure(call.settings.codes["voucher_not_unused"], f"the voucher is {voucher.status}")
    call.remember(call.account.cdks, voucher.cdk)
    voucher.status = "revoked"
    call.done()
    return {}


def info(call: Call) -> dict[str, Any]:
    """One voucher, and who used it."""
    voucher = call.shown(call.account.cdks).get(call["cdk"])
    if voucher is None:
        raise Failure(call.settings.codes["unknown_voucher"])
    return {**_row(call, voucher), "use_username": voucher.use_username, "use_time": int(voucher.use_time)}


def _row(call: Call, voucher: Voucher) -> dict[str, Any]:
    return {
        "cdk": voucher.cdk,
        "create_time": int(voucher.create_time),
        "status": VOUCHER_STATUS[voucher.status],
        "traffic": voucher.traffic * VOUCHER_UNITS[call.settings.voucher_unit],
        "traffic_duration": voucher.traffic_duration,
    }
