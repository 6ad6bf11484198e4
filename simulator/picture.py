# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the picture of an account, as the module account_info returns it, to a seed that looks the same.

The picture holds no secret but `passwords`, which may be missing: placeholders stand for passwords and vouchers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .contract import BANDWIDTHS, VOUCHER_STATUS
from .seed import SIZE_NAMES, Seed
from .settings import SettingError

PASSWORD = "Rehearsal1"
# Parts that an account may lack, as `unavailable` names them, and the feature that the simulator then lacks.
FEATURES = {"vouchers": "cdk", "bound_users": "bind_user", "users.mobile": "mobile", "whitelist.mobile": "mobile"}


def seed_of(picture: Any) -> Seed:
    """The seed of one account; what the picture does not have is as in an empty seed.

    Of the usage of users only the sum is taken over. Raises SettingError for what is no picture.
    """
    if not isinstance(picture, dict) or "unavailable" not in picture:
        raise SettingError("the picture of an account must be what the module account_info returns")
    missing = {FEATURES[part] for part in picture["unavailable"] if part in FEATURES}
    seed: Seed = {"settings": {"features": dict.fromkeys(sorted(missing), False)}}
    for name, part in (("wallet", "wallet_balance"), ("traffic", "traffic_balance")):
        seed[name] = picture.get(part)
    seed["traffic_expiration"] = picture.get("traffic_expiration")
    listed = {"users": picture.get("users", {}), "whitelist": picture.get("whitelist", {})}
    seed["limits"] = {
        part: {product: row["limit"] for product, row in products.items() if row["limit"] is not None}
        for part, products in listed.items()
    }
    passwords = picture.get("passwords", {})
    seed["users"] = {
        product: {user["username"]: _user(user, passwords.get(product, {})) for user in row["users"]}
        for product, row in listed["users"].items()
    }
    seed["whitelist"] = {
        product: {entry["ip"]: _some(entry, "enabled", "created_time") for entry in row["entries"]}
        for product, row in listed["whitelist"].items()
    }
    seed["static_proxies"] = {
        product: [_static_proxy(row) for row in rows] for product, rows in picture.get("static_proxies", {}).items()
    }
    bound = picture.get("bound_users", {})
    seed["servers"] = {
        server["ins_id"]: _server(server, bound.get(server["ins_id"], []))
        for server in picture.get("servers", [])
        if server["ins_id"]
    }
    seed["cdks"] = [*_vouchers(picture.get("vouchers", []))]
    return seed


def _some(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """What there is of these."""
    return {name: row[name] for name in names if row.get(name) is not None}


def _user(user: dict[str, Any], passwords: dict[str, str]) -> dict[str, Any]:
    known = _some(user, "traffic_limit", "enabled", "created_time", "usage_traffic")
    return {**known, "password": passwords.get(user["username"], PASSWORD)}


def _static_proxy(row: dict[str, Any]) -> dict[str, Any]:
    proxy = _some(row, "ip", "port", "username", "city", "purchase_time")
    country = {"country": row["country"].upper()} if row.get("country") else {}
    return {**proxy, **country, "expiration_time": row["expiration_timestamp"], "password": PASSWORD}


def _server(server: dict[str, Any], bound_users: list[str]) -> dict[str, Any]:
    known = _some(server, "plan_name", "region", "order_id", "status", "purchase_time")
    size = {"size": server["size"]} if server["size"] in SIZE_NAMES else {}
    bandwidth = {"bandwidth": server["bandwidth"]} if server["bandwidth"] in BANDWIDTHS.values() else {}
    expires = {"expiration_time": server["expiration_timestamp"], "bound_users": list(bound_users)}
    return {**known, **size, **bandwidth, **expires}


def _vouchers(counts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    number = 0
    for row in counts:
        if row["status"] in VOUCHER_STATUS and row["traffic"] is not None:
            for _each in range(row["count"]):
                number += 1
                yield {"cdk": f"REHEARSAL{number:07}", "status": row["status"], "traffic": row["traffic"]}
