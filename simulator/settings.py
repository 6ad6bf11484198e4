# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that can be set about the simulated service as a whole, checked, with its defaults.

What the contract (docs/contract.md) leaves open is decided here (`UNDOCUMENTED`), and nowhere else.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .contract import EDITIONS, FEATURES, GATEWAY_CODES, USER_TYPES, VOUCHER_UNITS

#: Points on which the contract is silent -> the code that the simulator answers. 200 = accepted, nothing changes.
UNDOCUMENTED = {
    "missing_token": 10013,
    "wrong_token": 10013,  # live accounts: 10047
    "missing_key": 10014,
    "bad_address": 10000,
    "duplicate_address": 10000,
    "limit_below_100": 10000,
    "unknown_server": 10000,
    "unknown_location": 10004,
    "unknown_package": 10001,
    "wrong_region": 10002,
    "nothing_to_upgrade": 10006,
    "duplicate_binding": 10018,
    "unknown_voucher": 10000,
    "voucher_not_unused": 10000,
}

#: The contract has no price call, so prices are invented: money of the wallet.
PRICES: dict[str, Any] = {
    "renew": {"1": 8.0, "7": 45.0, "30": 150.0, "60": 280.0},  # by days
    "bandwidth_step": 15.0,  # for each 100 Mbps more
    "size_step": 40.0,  # for each doubling of the server
    "voucher_gb": 2.0,  # for each GB in a voucher
}

#: What the gateway does to every request: no answer at all, an end in the middle of the answer, or a refusal.
GATEWAY_FAULTS = ("hang", "close", "407", *GATEWAY_CODES)


class SettingError(ValueError):
    """A setting, a fault rule or a seed that cannot be used; the text is one sentence for the user."""


@dataclass
class Settings:
    """The service's settings. Build and change them with `changed`, which checks."""

    edition: str = "D"
    features: dict[str, bool] = field(default_factory=dict)  # on top of the edition
    latency: float = 0.0  # real seconds before each answer
    lag: float = 0.0  # seconds until a list shows a write
    rate: float | None = None  # calls a second for each account
    gap: float = 0.0  # seconds that must pass between two accepted calls of an account
    refused_calls_count: bool = False  # a call that comes too soon begins the rate's or the gap's time anew
    any_token: bool = False  # an unknown token is that of the first account, whatever its key
    timezone: str = "UTC"
    restart_seconds: float = 3.0
    purchase_limit: int = 1000  # vouchers in one purchase
    voucher_seconds: int = 30 * 86400
    voucher_unit: str = "GB"  # of the traffic in the list of vouchers: GB, MB or KB
    order_money: str = "number"  # or "string"
    prices: dict[str, Any] = field(default_factory=lambda: dict(PRICES))
    codes: dict[str, int] = field(default_factory=lambda: dict(UNDOCUMENTED))
    caller_address: str | None = None  # what the extract links take for the caller's address
    trust_forwarded: bool = False  # take it from X-Forwarded-For
    extract_interval: float = 2.0
    extract_separator: str = "\n"
    extract_space: bool = False  # "host: port" instead of "host:port"
    extract_json_code: int = 0  # or 200
    extract_nodes: int = 1000  # entry nodes for each country; 0 = none anywhere
    gateway_latency: float = 0.0  # real seconds before each answer of the gateway
    gateway_fault: str | None = None  # one of GATEWAY_FAULTS
    gateway_unauthorized: str = "407"  # or "Auth_303": how wrong credentials are refused
    gateway_refuses_in_tunnel: bool = False  # CONNECT answers 200, and the refusal follows in plain text
    gateway_pins_sessions: bool = True  # a session keeps its exit whatever place is asked with it
    gateway_products: dict[str, list[str]] = field(default_factory=dict)  # port -> the products of its users

    def changed(self, changes: dict[str, Any]) -> Settings:
        """A checked copy with `changes`. The mappings (features, prices, codes) are merged into what is there."""
        known = {item.name: item for item in dataclasses.fields(self)}
        values: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise SettingError(f"unknown setting {name!r} (known: {', '.join(known)})")
            old = getattr(self, name)
            if isinstance(old, dict):
                if not isinstance(value, dict):
                    raise SettingError(f"{name} must be a mapping")
                value = {**old, **{str(key): item for key, item in value.items()}}
            values[name] = value
        new = dataclasses.replace(self, **values)
        new._check()
        return new

    def as_dict(self) -> dict[str, Any]:
        """Plain, JSON-able."""
        return dataclasses.asdict(self)

    def has(self, feature: str) -> bool:
        """Whether the edition, with the overrides, has this feature."""
        return self.features.get(feature, feature in EDITIONS[self.edition])

    @property
    def zone(self) -> tzinfo:
        """The time zone in which the API writes and reads times."""
        return timezone.utc if self.timezone == "UTC" else ZoneInfo(self.timezone)  # UTC needs no zone database

    def _check(self) -> None:
        if self.edition not in EDITIONS:
            raise SettingError(f"edition must be one of {', '.join(EDITIONS)}, not {self.edition!r}")
        if self.gateway_fault not in (None, *GATEWAY_FAULTS):
            raise SettingError(f"gateway_fault must be one of {', '.join(GATEWAY_FAULTS)} or null")
        if self.gateway_unauthorized not in ("407", "Auth_303"):
            raise SettingError("gateway_unauthorized must be 407 or Auth_303")
        for products in self.gateway_products.values():
            if not isinstance(products, list) or not all(product in list(USER_TYPES) for product in products):
                raise SettingError(f"gateway_products must map ports to lists of {', '.join(USER_TYPES)}")
        for name in ("latency", "lag", "gap", "restart_seconds", "extract_interval", "gateway_latency"):
            if not _is_number(getattr(self, name)) or getattr(self, name) < 0:
                raise SettingError(f"{name} must be a number of seconds, 0 or more")
        for name in ("purchase_limit", "voucher_seconds", "extract_nodes", "extract_json_code"):
            if not _is_integer(getattr(self, name)) or getattr(self, name) < 0:
                raise SettingError(f"{name} must be a whole number, 0 or more")
        for name in (
            "refused_calls_count",
            "any_token",
            "trust_forwarded",
            "extract_space",
            "gateway_refuses_in_tunnel",
            "gateway_pins_sessions",
        ):
            if not isinstance(getattr(self, name), bool):
                raise SettingError(f"{name} must be true or false")
        for name in ("extract_separator", "timezone"):
            if not isinstance(getattr(self, name), str):
                raise SettingError(f"{name} must be a string")
        if self.rate is not None and (not _is_number(self.rate) or self.rate <= 0):
            raise SettingError("rate must be a number of calls a second above 0, or null for no limit")
        if self.rate is not None and self.gap:
            raise SettingError("rate and gap exclude each other")
        if self.voucher_unit not in VOUCHER_UNITS:
            raise SettingError(f"voucher_unit must be one of {', '.join(VOUCHER_UNITS)}, not {self.voucher_unit!r}")
        if self.order_money not in ("number", "string"):
            raise SettingError("order_money must be number or string")
        if self.caller_address is not None and not isinstance(self.caller_address, str):
            raise SettingError("caller_address must be an address or null")
        _check_names("features", self.features, FEATURES)
        _check_names("codes", self.codes, UNDOCUMENTED)
        _check_names("prices", self.prices, PRICES)
        if not all(isinstance(value, bool) for value in self.features.values()):
            raise SettingError("features must be true or false each")
        if not all(_is_integer(value) for value in self.codes.values()):
            raise SettingError("codes must be whole numbers")
        self._check_prices()
        try:
            self.zone  # noqa: B018  (looks the zone up)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise SettingError(f"timezone {self.timezone!r} does not exist") from None

    def _check_prices(self) -> None:
        renew = self.prices["renew"]
        if not isinstance(renew, dict):
            raise SettingError("prices.renew must map days (1, 7, 30, 60) to prices")
        self.prices["renew"] = {**PRICES["renew"], **{str(days): price for days, price in renew.items()}}
        _check_names("prices.renew", self.prices["renew"], PRICES["renew"])
        flat = [price for name, price in self.prices.items() if name != "renew"]
        if not all(_is_number(price) and price >= 0 for price in [*flat, *self.prices["renew"].values()]):
            raise SettingError("prices must be numbers, 0 or more")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _check_names(where: str, given: Any, known: Any) -> None:
    for name in given:
        if name not in known:
            raise SettingError(f"unknown name {name!r} in {where} (known: {', '.join(known)})")
