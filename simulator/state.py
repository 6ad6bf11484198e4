# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated world without any I/O: accounts, what they own, what their lists show, what was asked and done."""

from __future__ import annotations

import copy
import dataclasses
import random
import string
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from .clock import DAY, Clock, date_text
from .contract import SIZES, STATIC_TYPES, TOO_FREQUENT, USER_TYPES, WALLET_TOO_LOW, WHITELIST_TYPES, Failure
from .faults import Faults
from .settings import Settings

DEFAULT_LIMIT = 100
DEFAULT_WALLET = 100.0
DEFAULT_TRAFFIC = 102400.0
LOG_SIZE = 100_000

Row = TypeVar("Row")


class Listing(dict[str, Row], Generic[Row]):
    """True rows by name, and how they were `lag` seconds ago, which is what lists show.

    A write announces itself with `remember` before it changes a row. Only the rows that it is about are kept aside, and
    only until the lag has passed, so a write costs the same in a list of ten thousand. Rows changed without an
    announcement (a test that plays the vendor's dashboard) show at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self._before: deque[tuple[float, str, Row | None]] = deque()

    def remember(self, name: str, now: float, lag: float) -> None:
        """Keep the row `name` (or its absence) as it is now, for readers in the next `lag` seconds."""
        self._forget(now - lag)
        if lag > 0:
            self._before.append((now, name, copy.copy(self.get(name))))

    def shown(self, now: float, lag: float) -> dict[str, Row]:
        """The rows that a list shows at `now`."""
        self._forget(now - lag)
        if not self._before:
            return self
        rows: dict[str, Row] = dict(self)
        for _when, name, row in reversed(self._before):
            if row is None:
                rows.pop(name, None)
            else:
                rows[name] = row
        return rows

    def _forget(self, until: float) -> None:
        while self._before and self._before[0][0] <= until:
            self._before.popleft()


@dataclass
class User:
    """A proxy user. Traffic in MB; a limit of 0 is none."""

    username: str
    password: str
    traffic_limit: int
    enabled: bool
    created_time: str
    usage_traffic: float = 0


@dataclass
class WhitelistEntry:
    """An address that may use the proxies without credentials."""

    ip: str
    enabled: bool
    created_time: str


@dataclass
class StaticProxy:
    """A bought ISP or datacenter address. Times in Unix seconds."""

    ip: str
    port: int
    username: str
    password: str
    country: str
    city: str
    purchase_time: float
    expiration_time: float


@dataclass
class Server:
    """A rented server of the unlimited product. Times in Unix seconds."""

    ins_id: str
    plan_name: str
    ip: str
    size_id: int
    bandwidth: int
    region: str
    order_id: str
    purchase_time: float
    expiration_time: float
    renewable: bool = True
    restarting_until: float = 0.0
    status: str = "Turn on"  # what the list says while it runs; no other word is documented
    bound_users: Listing[float] = field(default_factory=Listing)  # username -> when it was bound

    @property
    def size(self) -> str:
        """Size as the API writes it."""
        cpus, memory = SIZES[self.size_id]
        return f"{cpus}vCPU {memory}GiB"

    def shown_status(self, now: float) -> str:
        """Status as the API writes it."""
        if now < self.restarting_until:
            return "Restarting"
        return self.status if now < self.expiration_time else "Expired"


@dataclass
class Voucher:
    """A CDK: prepaid traffic in GB. `status` is a key of `contract.VOUCHER_STATUS`. Times in Unix seconds."""

    cdk: str
    status: str
    traffic: float
    create_time: float
    traffic_duration: int
    use_username: str = ""
    use_time: float = 0.0


class Usage(dict[tuple[str, str], dict[str, float]]):
    """Traffic in KB by (product, username) and hour `YYYY-MM-DD HH`. ("", "") is traffic of no user in particular."""

    def add(self, product: str, username: str, hour: str, kilobytes: float) -> None:
        """Count traffic into one hour."""
        hours = self.setdefault((product, username), {})
        hours[hour] = hours.get(hour, 0.0) + kilobytes

    def rename(self, product: str, old: str, new: str) -> None:
        """Let the traffic follow a user's new name."""
        if (product, old) in self:
            self[product, new] = self.pop((product, old))

    def total(self, product: str | None = None, username: str | None = None) -> float:
        """All KB ever, of one user, or of the account when none is named."""
        return sum(sum(hours.values()) for key, hours in self.items() if product is None or key == (product, username))

    def by_hour(self, product: str | None = None, username: str | None = None) -> dict[str, float]:
        """KB by hour, of one user, or of the account when none is named."""
        if product is not None and username is not None:
            return self.get((product, username), {})
        merged: dict[str, float] = {}
        for hours in self.values():
            for hour, kilobytes in hours.items():
                merged[hour] = merged.get(hour, 0.0) + kilobytes
        return merged


def _listings(products: dict[str, int]) -> dict[str, Listing[Any]]:
    return {product: Listing() for product in products}


def _limits(products: dict[str, int]) -> dict[str, int]:
    return dict.fromkeys(products, DEFAULT_LIMIT)


@dataclass
class Account:
    """One customer of the service, true state. Products go by name everywhere."""

    token: str
    key: str
    name: str  # "Thor" + digits, as the extract links want it
    traffic_expiration: float
    wallet_balance: float = DEFAULT_WALLET
    traffic_balance: float = DEFAULT_TRAFFIC  # MB
    recharged: bool = True  # an account that never paid may create and buy nothing
    user_limits: dict[str, int] = field(default_factory=lambda: _limits(USER_TYPES))
    whitelist_limits: dict[str, int] = field(default_factory=lambda: _limits(WHITELIST_TYPES))
    users: dict[str, Listing[User]] = field(default_factory=lambda: _listings(USER_TYPES))
    whitelist: dict[str, Listing[WhitelistEntry]] = field(default_factory=lambda: _listings(WHITELIST_TYPES))
    static_proxies: dict[str, list[StaticProxy]] = field(default_factory=lambda: {name: [] for name in STATIC_TYPES})
    servers: Listing[Server] = field(default_factory=Listing)  # by ins_id
    cdks: Listing[Voucher] = field(default_factory=Listing)  # by code
    usage: Usage = field(default_factory=Usage)
    recent_calls: deque[float] = field(default_factory=deque)
    last_extract: dict[str, float] = field(default_factory=dict)  # product -> when

    def pay(self, cost: float) -> None:
        """Take `cost` from the wallet, or fail with 10008 and take nothing."""
        if cost > self.wallet_balance:
            raise Failure(WALLET_TOO_LOW)
        self.wallet_balance = round(self.wallet_balance - cost, 2)

    def bindings(self, product: str, username: str) -> list[Listing[float]]:
        """The bindings of a user, as far as servers can have some: those of the unlimited product."""
        servers = list(self.servers.values()) if product == "unlimited" else []
        return [server.bound_users for server in servers if username in server.bound_users]

    def rename_user(self, product: str, old: str, new: str) -> None:
        """Give a user another name; its usage and its bindings stay with it."""
        users = self.users[product]
        users[new] = dataclasses.replace(users.pop(old), username=new)
        self.usage.rename(product, old, new)
        for bound in self.bindings(product, old):
            bound[new] = bound.pop(old)

    def pace(self, now: float, settings: Settings) -> None:
        """Count one call; fail with 10011 when it comes too soon after the others."""
        allowed, window = 1, settings.gap
        if settings.rate is not None:
            allowed = max(1, int(settings.rate))
            window = allowed / settings.rate
        while self.recent_calls and self.recent_calls[0] <= now - window:
            self.recent_calls.popleft()
        accepted = not window or len(self.recent_calls) < allowed
        if window and (accepted or settings.refused_calls_count):
            self.recent_calls.append(now)
        if not accepted:
            raise Failure(TOO_FREQUENT)

    def snapshot(self, now: float) -> dict[str, Any]:
        """The true state as plain JSON-able data."""
        return {
            "token": self.token,
            "key": self.key,
            "name": self.name,
            "wallet_balance": self.wallet_balance,
            "traffic_balance": self.traffic_balance,
            "limits": {"users": dict(self.user_limits), "whitelist": dict(self.whitelist_limits)},
            "users": {
                product: {
                    user.username: {
                        "password": user.password,
                        "traffic_limit": user.traffic_limit,
                        "enabled": user.enabled,
                    }
                    for user in users.values()
                }
                for product, users in self.users.items()
            },
            "whitelist": {
                product: {entry.ip: {"enabled": entry.enabled} for entry in entries.values()}
                for product, entries in self.whitelist.items()
            },
            "static_proxies": {
                product: [dataclasses.asdict(proxy) for proxy in proxies]
                for product, proxies in self.static_proxies.items()
            },
            "servers": {
                server.ins_id: {
                    "plan_name": server.plan_name,
                    "ip": server.ip,
                    "size": server.size,
                    "bandwidth": server.bandwidth,
                    "region": server.region,
                    "status": server.shown_status(now),
                    "expiration_time": server.expiration_time,
                    "bound_users": list(server.bound_users),
                }
                for server in self.servers.values()
            },
            "cdks": {voucher.cdk: dataclasses.asdict(voucher) for voucher in self.cdks.values()},
        }


@dataclass(frozen=True)
class Request:
    """One call as the log has it. `path` is relative to the base URL; extract links are `/extract/...`.

    `code` is the code in the answer, or the HTTP status where an error page was sent, or None where the caller got
    no whole answer of the API (dropped, cut, empty, a login page). `effect`: a write took effect.
    """

    time: float
    account: str | None
    method: str
    path: str
    params: dict[str, str]
    code: int | None
    status: int | None
    effect: bool
    fault: str | None


class World:
    """All that the simulator is, apart from the network: hold `lock` while reading or changing it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.faults = Faults()
        self.log: deque[Request] = deque(maxlen=LOG_SIZE)
        self.ledger: list[dict[str, Any]] = []
        self.sessions: dict[tuple[str, ...], tuple[Any, float]] = {}  # of the gateway -> exit, and until when it stays
        self.version = 0  # grows with every change that a state file should have
        self._orders = 0
        self._extracted = 0
        self._random = random.Random()

    def add(self, account: Account) -> None:
        """Let an account exist."""
        self.accounts[account.token] = account

    def new_account(self, number: int, token: str | None = None, key: str | None = None) -> Account:
        """An account as a seed that says nothing more has it; `number` counts from 1."""
        return Account(
            token=token or f"simulatortoken{number:04d}",
            key=key or f"simulatorkey{number:04d}",
            name=f"Thor{100000 + number}",
            traffic_expiration=self.clock.now() + 30 * DAY,
        )

    def account(self, token: str | None = None) -> Account:
        """The account with this token, or the first one."""
        return self.accounts[token] if token is not None else next(iter(self.accounts.values()))

    def now(self) -> float:
        """Unix seconds in this world."""
        return self.clock.now()

    def today(self) -> str:
        """The date, as the API writes it."""
        return date_text(self.clock.now(), self.settings.zone)

    def order_id(self) -> str:
        """A new order number; it holds the time, so that it stays unique when the world is loaded from a file."""
        self._orders += 1
        moment = datetime.fromtimestamp(self.clock.now(), self.settings.zone)
        return f"{moment:%Y%m%d%H%M%S}{self._orders:06d}"

    def next_extract(self, number: int) -> int:
        """Where the next `number` of rotating entry nodes start."""
        start, self._extracted = self._extracted, self._extracted + number
        return start

    def voucher_code(self) -> str:
        """A new CDK: 16 capital letters and digits."""
        while True:
            code = "".join(self._random.choices(string.ascii_uppercase + string.digits, k=16))
            if not any(code in account.cdks for account in self.accounts.values()):
                return code
