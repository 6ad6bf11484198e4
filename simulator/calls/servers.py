# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/unlimited/*` and the bind-user calls: rented servers of the unlimited product."""

from __future__ import annotations

import math
from typing import Any

from ..call import Call
from ..clock import DAY, minute_text
from ..contract import (
    BANDWIDTHS,
    NOT_RENEWABLE,
    PACKAGE_DAYS,
    PARAMETER_ERROR,
    RECHARGE_FIRST,
    SIZES,
    USERNAME_DOES_NOT_EXIST,
    Failure,
)
from ..state import Server

MAX_POINTS = 10_000
SERVER_SERIES = {"CpuUsage": 40, "MemUsage": 60, "TcpCurrEstab": 1200, "WanIntraffic": 80, "WanOuttraffic": 75}
BALANCING_SERIES = {"client_connection_count": 900, "client_in_traffic": 70, "client_out_traffic": 65}


def server_list(call: Call) -> list[dict[str, str]]:
    """All servers; every value is a string. Without the feature `region` (edition B) the rows have none."""
    rows = []
    for server in call.shown(call.account.servers).values():
        row = {
            "purchase_time": minute_text(server.purchase_time, call.settings.zone),
            "expiration_time": minute_text(server.expiration_time, call.settings.zone),
            "plan_name": server.plan_name,
            "server": server.size,
            "bandwidth": f"{server.bandwidth}Mbps",
            "status": server.shown_status(call.now),
            "order_id": server.order_id,
            "ins_id": server.ins_id,
        }
        if call.settings.has("region"):
            row["region"] = server.region
        rows.append(row)
    return rows


def restart_server(call: Call) -> dict[str, Any]:
    """Restart: the status is another one for a while (setting `restart_seconds`)."""
    server = _find(call, plan_name=call["plan_name"])
    call.remember(call.account.servers, server.ins_id)
    server.restarting_until = call.now + call.settings.restart_seconds
    call.done()
    return {}


def server_monitor(call: Call) -> dict[str, Any]:
    """Load of a server over time."""
    return _series(call, SERVER_SERIES)


def balancing_monitor(call: Call) -> dict[str, Any]:
    """Load of a server's balancer over time."""
    return _series(call, BALANCING_SERIES)


def renew(call: Call) -> dict[str, Any]:
    """Paid: prolong a server by 1, 7, 30 or 60 days from its expiry, or from now when it has expired."""
    server = _find(call, ins_id=call["ins_id"])
    if not server.renewable:
        raise Failure(NOT_RENEWABLE)
    days = PACKAGE_DAYS[call["package_id"]]
    cost = float(call.settings.prices["renew"][str(days)])
    return _buy(call, server, cost, expiration_time=max(server.expiration_time, call.now) + days * DAY)


def upgrade(call: Call) -> dict[str, Any]:
    """Paid: more bandwidth or a larger server. Nothing can get smaller, and something has to grow."""
    server = _find(call, ins_id=call["ins_id"])
    bandwidth, size_id = BANDWIDTHS[call["bw_id"]], call["sv_id"]
    steps = (bandwidth - server.bandwidth) // 100
    doublings = round(math.log2(SIZES[size_id][0] / SIZES[server.size_id][0]))
    if min(steps, doublings) < 0 or steps == doublings == 0:
        raise Failure(call.settings.codes["nothing_to_upgrade"])
    prices = call.settings.prices
    cost = steps * prices["bandwidth_step"] + doublings * prices["size_step"]
    return _buy(call, server, cost, bandwidth=bandwidth, size_id=size_id)


def bound_users(call: Call) -> list[dict[str, Any]]:
    """The users that are bound to a server."""
    server = _find_host(call)
    return [
        {
            "domain": server.plan_name,
            "ip": server.ip,
            "sub_users": [
                {"create_time": int(when), "username": username}
                for username, when in call.shown(server.bound_users).items()
            ],
        }
    ]


def bind_user(call: Call) -> dict[str, Any]:
    """Bind a user of the unlimited product to a server; 10020 when there is no such user."""
    server = _find_host(call)
    if call["username"] not in call.account.users["unlimited"]:
        raise Failure(USERNAME_DOES_NOT_EXIST)
    if call["username"] in server.bound_users:
        code = call.settings.codes["duplicate_binding"]
        if code != 200:
            raise Failure(code, "the user is bound already")
        return {}
    call.remember(server.bound_users, call["username"])
    server.bound_users[call["username"]] = call.now
    call.done()
    return {}


def unbind_user(call: Call) -> dict[str, Any]:
    """Take a user from a server; 10020 when it is not bound."""
    server = _find_host(call)
    if call["username"] not in server.bound_users:
        raise Failure(USERNAME_DOES_NOT_EXIST)
    call.remember(server.bound_users, call["username"])
    del server.bound_users[call["username"]]
    call.done()
    return {}


def _find(call: Call, **wanted: str) -> Server:
    for server in call.account.servers.values():
        if all(getattr(server, name) == value for name, value in wanted.items()):
            return server
    raise Failure(call.settings.codes["unknown_server"], "no such server")


def _find_host(call: Call) -> Server:
    for server in call.account.servers.values():
        if call["ip"] in (server.plan_name, server.ip):
            return server
    raise Failure(call.settings.codes["unknown_server"], "no such server")


def _buy(call: Call, server: Server, cost: float, **changes: Any) -> dict[str, Any]:
    """Pay, then change the server: 10017 on an account that never paid, 10008 when the wallet is too low."""
    if not call.account.recharged:
        raise Failure(RECHARGE_FIRST)
    call.account.pay(cost)
    call.remember(call.account.servers, server.ins_id)
    for name, value in changes.items():
        setattr(server, name, value)
    order_id = call.world.order_id()
    call.done(cost, order_id)
    return {"order_id": order_id, "order_money": f"{cost:.2f}" if call.settings.order_money == "string" else cost}


def _series(call: Call, levels: dict[str, int]) -> dict[str, Any]:
    """Series that wave around a level, the same for the same server and time."""
    server = _find(call, ins_id=call["ins_id"])
    if call.values.get("region", server.region) != server.region:
        raise Failure(call.settings.codes["wrong_region"])
    start, end, period = call["start_time"], call["end_time"], call["period"]
    if start > end or (end - start) // period >= MAX_POINTS:
        raise Failure(PARAMETER_ERROR, "the time range is reversed or too long")
    times = list(range(start, end + 1, period))
    return {
        name: {
            "times": times,
            "values": [round(level * (1 + 0.25 * math.sin(when / 7200 + level)), 2) for when in times],
        }
        for name, level in levels.items()
    }
