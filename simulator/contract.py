# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The constants of docs/contract.md: number tables, error codes, editions, plans. Knows nothing of the world."""

from __future__ import annotations

USER_TYPES = {"residential": 1, "unlimited": 2, "mobile": 3}
WHITELIST_TYPES = {"residential": 1, "unlimited": 2, "mobile": 9}
LOCATION_TYPES = {"residential": 1, "unlimited": 2}
STATE_TYPES = {"residential": 1, "unlimited": 2, "mobile": 3}
STATIC_TYPES = {"isp": 1, "datacenter": 2}

#: What an edition has beyond the calls that all editions share.
#: `key`: the request key is checked. `region`: servers have a region. `mobile`: the product exists.
FEATURES = ("key", "cdk", "bind_user", "hourly", "region", "mobile")
EDITIONS = {
    "B": frozenset({"key", "cdk"}),
    "C": frozenset({"key", "bind_user", "hourly", "region"}),
    # Newest pages. They do not describe vouchers any more; here they stay reachable unless the feature is switched off.
    "D": frozenset({"cdk", "bind_user", "hourly", "region", "mobile"}),
}

PARAMETER_ERROR = 10000
DURATION_ERROR = 10001
REGION_ERROR = 10002
NUMBER_ERROR = 10003
UNKNOWN_REGION = 10004
PRICE_ERROR = 10006
NOT_RENEWABLE = 10007
WALLET_TOO_LOW = 10008
IP_DOES_NOT_EXIST = 10010
TOO_FREQUENT = 10011
OVER_PURCHASE_LIMIT = 10012
WRONG_TOKEN = 10013
WRONG_KEY = 10014
USERNAME_RULE = 10015
PASSWORD_RULE = 10016
RECHARGE_FIRST = 10017
USERNAME_EXISTS = 10018
OVER_MAXIMUM = 10019
USERNAME_DOES_NOT_EXIST = 10020
RANGE_TOO_LONG = 10021
TOKEN_ERROR = 10047  # on no page of the documents

EXTRACT_TOO_FREQUENT = 111
EXTRACT_EMPTY = 114
EXTRACT_NOT_WHITELISTED = 117
EXTRACT_BAD_ACCOUNT = 118
EXTRACT_EXPIRED = 121

MESSAGES = {
    PARAMETER_ERROR: "parameter error",
    DURATION_ERROR: "duration error",
    REGION_ERROR: "region information error",
    NUMBER_ERROR: "number error",
    UNKNOWN_REGION: "region unknown or offline",
    10005: "not enough stock",
    PRICE_ERROR: "price error",
    NOT_RENEWABLE: "the IP cannot be renewed",
    WALLET_TOO_LOW: "wallet balance too low",
    10009: "purchase failed",
    IP_DOES_NOT_EXIST: "IP does not exist",
    TOO_FREQUENT: "too frequent, try later",
    OVER_PURCHASE_LIMIT: "over the limit of a single purchase",
    WRONG_TOKEN: "token wrong",
    WRONG_KEY: "key wrong",
    USERNAME_RULE: "username must be 6-15 letters and digits",
    PASSWORD_RULE: "password must be 6-15 letters and digits, first a letter",
    RECHARGE_FIRST: "recharge first",
    USERNAME_EXISTS: "username exists",
    OVER_MAXIMUM: "over the maximum quantity",
    USERNAME_DOES_NOT_EXIST: "username does not exist",
    RANGE_TOO_LONG: "range over 180 days",
    TOKEN_ERROR: "Token error",
    EXTRACT_TOO_FREQUENT: "called again within 2 seconds",
    EXTRACT_EMPTY: "no proxy found",
    EXTRACT_NOT_WHITELISTED: "the caller's address is not on the whitelist",
    EXTRACT_BAD_ACCOUNT: "account abnormal or wrong name",
    EXTRACT_EXPIRED: "package expired",
}

#: What the gateway says in its header X-thor-error-code -> the HTTP status that goes with it, and its message.
GATEWAY_CODES = {
    "client_101": (502, "the region is wrong"),
    "client_102": (400, "the protocol is wrong"),
    "client_103": (502, "the port is wrong"),
    "client_104": (502, "the host is wrong"),
    "Auth_303": (403, "authentication failed"),
    "Resource_201": (502, "allocation failed"),
    "Resource_202": (502, "region mismatch"),
    "Resource_203": (502, "resource not available"),
}

KB_PER_MB = 1024
MAX_RANGE_DAYS = 180

#: `package_id` of a renewal -> days.
PACKAGE_DAYS = {27: 1, 6: 7, 8: 30, 7: 60}
#: `bw_id` of an upgrade -> Mbps.
BANDWIDTHS = {bw_id: 100 * (bw_id + 1) for bw_id in range(1, 10)}
#: `sv_id` of an upgrade -> (vCPU, GiB).
SIZES = {5: (8, 16), 2: (16, 32), 3: (32, 64), 4: (64, 128)}
MONITOR_PERIODS = (60, 300, 3600, 86400)
#: The contract does not say in which unit vouchers are listed: how many make a GB.
VOUCHER_UNITS = {"GB": 1, "MB": 1024, "KB": 1024 * 1024}
VOUCHER_STATUS = {"unused": 1, "used": 2, "revoked": 3}


class Failure(Exception):
    """A call fails with an error code of the contract."""

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES.get(code, "failed")
