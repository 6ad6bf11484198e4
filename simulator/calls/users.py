# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`/proxy-users/*`: the sub-accounts of a product."""

from __future__ import annotations

from typing import Any

from ..call import Call
from ..contract import KB_PER_MB, OVER_MAXIMUM, RECHARGE_FIRST, USERNAME_DOES_NOT_EXIST, USERNAME_EXISTS, Failure
from ..state import User
from .account import usage_range


def user_list(call: Call) -> dict[str, Any]:
    """All users of a product, passwords in clear; limits and usage in MB."""
    users = call.shown(call.account.users[call["proxy_type"]])
    limit = call.account.user_limits[call["proxy_type"]]
    return {
        "limit": limit,
        "remaining_limit": max(0, limit - len(users)),
        "user_count": len(users),
        "list": [
            {
                "created_time": user.created_time,
                "username": user.username,
                "password": user.password,
                "status": user.enabled,
                "traffic_limit": user.traffic_limit,
                "usage_traffic": user.usage_traffic,
            }
            for user in users.values()
        ],
    }


def create_user(call: Call) -> dict[str, Any]:
    """A new user: 10018 when the name is taken, 10019 when there is no room, 10017 on an account that never paid."""
    users = call.account.users[call["proxy_type"]]
    if call["username"] in users:
        raise Failure(USERNAME_EXISTS)
    if len(users) >= call.account.user_limits[call["proxy_type"]]:
        raise Failure(OVER_MAXIMUM)
    if not call.account.recharged:
        raise Failure(RECHARGE_FIRST)
    call.remember(users, call["username"])
    users[call["username"]] = User(
        username=call["username"],
        password=call["password"],
        traffic_limit=call["traffic_limit"],
        enabled=call["status"],
        created_time=call.world.today(),
    )
    call.done()
    return {}


def update_user(call: Call) -> dict[str, Any]:
    """Replace all that can be set of a user, its name included. Its usage and its bindings stay with it."""
    product, old, new = call["proxy_type"], call["username"], call["new_username"]
    users = call.account.users[product]
    user = _find(call)
    if new != old and new in users:
        raise Failure(USERNAME_EXISTS)
    call.remember(users, old, new)
    user.password = call["new_password"]
    user.traffic_limit = call["new_traffic_limit"]
    user.enabled = call["new_status"]
    if new != old:
        for bound in call.account.bindings(product, old):
            call.remember(bound, old, new)
        call.account.rename_user(product, old, new)
    call.done()
    return {}


def delete_user(call: Call) -> dict[str, Any]:
    """Remove a user, and with it its bindings to servers."""
    users = call.account.users[call["proxy_type"]]
    _find(call)
    call.remember(users, call["username"])
    del users[call["username"]]
    for bound in call.account.bindings(call["proxy_type"], call["username"]):
        call.remember(bound, call["username"])
        del bound[call["username"]]
    call.done()
    return {}


def usage_statistics(call: Call) -> dict[str, Any]:
    """A user's traffic by day, all in KB."""
    return _usage(call, hourly=False)


def usage_statistics_hour(call: Call) -> dict[str, Any]:
    """A user's traffic by hour, all in KB."""
    return _usage(call, hourly=True)


def _usage(call: Call, hourly: bool) -> dict[str, Any]:
    user = _find(call)
    by_hour = call.account.usage.by_hour(call["proxy_type"], user.username)
    left = user.traffic_limit - user.usage_traffic if user.traffic_limit else call.account.traffic_balance
    return {
        "traffic_limit": user.traffic_limit * KB_PER_MB,
        "total_usage_traffic": round(user.usage_traffic * KB_PER_MB),
        "traffic_balance": round(max(0, left) * KB_PER_MB),
        **usage_range(by_hour, call["from_date"], call["to_date"], hourly),
    }


def _find(call: Call) -> User:
    user = call.account.users[call["proxy_type"]].get(call["username"])
    if user is None:
        raise Failure(USERNAME_DOES_NOT_EXIST)
    return user
