# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds: from what a user writes (names, MB, relative times) to a `World`, and back for the state file.

A seed is a mapping: `settings`, `start_time` and `accounts` (a list), or the keys of one account directly. Every error
is a SettingError with one sentence that says where.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from .clock import DAY, Clock, date_text, hour_text
from .contract import BANDWIDTHS, KB_PER_MB, SIZES, STATIC_TYPES, USER_TYPES, VOUCHER_STATUS, WHITELIST_TYPES
from .settings import SettingError, Settings
from .state import Account, Listing, Server, StaticProxy, User, Voucher, WhitelistEntry, World

Seed = dict[str, Any]

WORLD_KEYS = ("settings", "start_time", "accounts")
SIZE_NAMES = {f"{cpus}vCPU-{memory}GiB": size_id for size_id, (cpus, memory) in SIZES.items()}
#: What an account may spend and hold; these can also be changed later.
ACCOUNT_SETTINGS = ("wallet", "traffic", "recharged", "limits")
RELATIVE_UNITS = {"d": DAY, "h": 3600, "m": 60, "s": 1}
REQUIRED: Any = object()


def read_seed(path: str | Path) -> Seed:
    """The mapping in a YAML or JSON file."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"cannot read the seed {path}: {error}") from None
    try:
        document = json.loads(text)  # state files are JSON, which this reads a hundred times faster than PyYAML does
    except ValueError:
        document = _read_yaml(path, text)
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise SettingError(f"the seed {path} must be a mapping")
    return document


def _read_yaml(path: str | Path, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise SettingError(f"the seed {path} is not valid YAML: {' '.join(str(error).split())}") from None


def build_world(seed: Seed, overrides: dict[str, Any], clock: Clock) -> World:
    """A new world from a seed; `overrides` win over its settings. Without accounts there is one empty account."""
    if not isinstance(seed, dict):
        raise SettingError("the seed must be a mapping")
    seed = dict(seed)
    single = {name: seed.pop(name) for name in list(seed) if name not in WORLD_KEYS}
    fields = _Fields(seed, "the seed")
    settings = Settings().changed(fields.take("settings", dict, {})).changed(overrides)
    start = fields.take("start_time", _TIME, None)
    accounts = fields.take("accounts", list, None)
    fields.done()
    if accounts is not None and single:
        unknown = next(iter(single))
        raise SettingError(f"the seed: unknown key {unknown!r} beside accounts (known: {', '.join(WORLD_KEYS)})")
    if start is not None:
        clock.advance(_Times(clock.now(), settings).parse(start, "start_time") - clock.now())
    world = World(settings, clock)
    for number, account in enumerate(accounts if accounts else [single], start=1):
        where = f"accounts[{number - 1}]" if accounts else "the seed"
        _add_account(world, number, _Fields(account, where, known=() if accounts else WORLD_KEYS))
    return world


def dump_world(world: World) -> Seed:
    """A seed that builds this world again (log, ledger and faults are not part of it)."""
    document: Seed = {"settings": world.settings.as_dict()}
    if world.clock.moved:  # a moved clock goes on where it stood; any other one tells the machine's time
        document["start_time"] = world.now()
    document["accounts"] = [
        {
            "token": account.token,
            "key": account.key,
            "name": account.name,
            "wallet": account.wallet_balance,
            "traffic": account.traffic_balance,
            "traffic_expiration": account.traffic_expiration,
            "recharged": account.recharged,
            "limits": {"users": account.user_limits, "whitelist": account.whitelist_limits},
            "users": {product: [vars(user) for user in users.values()] for product, users in account.users.items()},
            "whitelist": {
                product: [vars(entry) for entry in entries.values()] for product, entries in account.whitelist.items()
            },
            "static_proxies": {
                product: [vars(proxy) for proxy in proxies] for product, proxies in account.static_proxies.items()
            },
            "servers": [_dump_server(server) for server in account.servers.values()],
            "cdks": [vars(voucher) for voucher in account.cdks.values()],
            "usage": [
                {"date": f"{hour}:00", "proxy_type": product, "username": username, "traffic": kilobytes / KB_PER_MB}
                for (product, username), hours in account.usage.items()
                for hour, kilobytes in hours.items()
            ],
        }
        for account in world.accounts.values()
    ]
    return document


def _dump_server(server: Server) -> Seed:
    cpus, memory = SIZES[server.size_id]
    fields = {name: value for name, value in vars(server).items() if name not in ("size_id", "bound_users")}
    bound_users = [{"username": username, "bound_time": when} for username, when in server.bound_users.items()]
    return {**fields, "size": f"{cpus}vCPU-{memory}GiB", "bound_users": bound_users}


class _Fields:
    """A mapping of a seed, taken apart key by key; `done` complains about what nobody took."""

    def __init__(self, value: Any, where: str, known: tuple[str, ...] = ()) -> None:
        if not isinstance(value, dict):
            raise SettingError(f"{where} must be a mapping")
        self._rest = dict(value)
        self._known = list(known)
        self.where = where

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = REQUIRED) -> Any:
        """The value of a key, which must be of this kind; null counts as not given."""
        self._known.append(name)
        value = self._rest.pop(name, None)
        if value is None:
            if default is REQUIRED:
                raise SettingError(f"{self.where} needs {name}")
            return default
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            names = " or ".join(_KIND_NAMES[item] for item in kinds)
            raise SettingError(f"{self.where}: {name} must be {names}")
        return value

    def products(self, name: str, products: dict[str, int]) -> dict[str, Any]:
        """A mapping by product name."""
        by_product = _Fields(self.take(name, dict, {}), f"{self.where}.{name}")
        found = {product: by_product.take(product, (list, dict), []) for product in products}
        by_product.done()
        return found

    def done(self) -> None:
        """No key may be left."""
        for name in self._rest:
            raise SettingError(f"{self.where}: unknown key {name!r} (known: {', '.join(self._known)})")


_KIND_NAMES = {
    str: "a string",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dict: "a mapping",
    list: "a list",
    date: "a date",
}
_NUMBER = (int, float)
_TIME = (str, int, float, date)


class _Times:
    """Times of a seed: Unix seconds, `YYYY-MM-DD[ HH[:mm[:ss]]]` in the service's zone, or relative: `+3d`, `-12h`."""

    FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")

    def __init__(self, now: float, settings: Settings) -> None:
        self.now = now
        self.zone = settings.zone

    def parse(self, value: Any, where: str) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        text = str(value).strip()  # YAML makes dates of some of them; their text is one of the formats
        relative = re.fullmatch(r"([+-]\d+)([dhms])", text)
        if relative:
            return self.now + int(relative[1]) * RELATIVE_UNITS[relative[2]]
        for pattern in self.FORMATS:
            try:
                return datetime.strptime(text, pattern).replace(tzinfo=self.zone).timestamp()
            except ValueError:
                continue
        raise SettingError(f"{where} must be a time like 2026-01-31, 2026-01-31 18:00, +3d or -12h, not {text!r}")


def _add_account(world: World, number: int, fields: _Fields) -> None:
    times = _Times(world.now(), world.settings)
    account = world.new_account(number, fields.take("token", str, None), fields.take("key", str, None))
    if account.token in world.accounts:
        raise SettingError(f"{fields.where}: another account has the same token")
    account.name = fields.take("name", str, account.name)
    if not re.fullmatch(r"Thor\d+", account.name):
        raise SettingError(f"{fields.where}: name must be Thor and digits")
    _take_means(account, fields)
    account.traffic_expiration = _time(fields, "traffic_expiration", times, account.traffic_expiration)
    for index, value in enumerate(fields.take("usage", list, [])):
        _usage(account, _Fields(value, f"{fields.where}.usage[{index}]"), times)
    for product, rows in fields.products("users", USER_TYPES).items():
        for row in _rows(rows, "username", f"{fields.where}.users.{product}"):
            user = _user(row, times, account, product)
            _put(account.users[product], user.username, user, row.where)
    for product, rows in fields.products("whitelist", WHITELIST_TYPES).items():
        for row in _rows(rows, "ip", f"{fields.where}.whitelist.{product}"):
            entry = _whitelist_entry(row, times)
            _put(account.whitelist[product], entry.ip, entry, row.where)
    for product, rows in fields.products("static_proxies", STATIC_TYPES).items():
        for row in _rows(rows, "ip", f"{fields.where}.static_proxies.{product}"):
            account.static_proxies[product].append(_static_proxy(row, times))
    for row in _rows(fields.take("servers", (list, dict), []), "ins_id", f"{fields.where}.servers"):
        server = _server(row, times)
        _put(account.servers, server.ins_id, server, row.where)
    for row in _rows(fields.take("cdks", (list, dict), []), "cdk", f"{fields.where}.cdks"):
        voucher = _voucher(row, times, world)
        _put(account.cdks, voucher.cdk, voucher, row.where)
    fields.done()
    world.add(account)


def set_account(account: Account, changes: dict[str, Any]) -> None:
    """Change the `ACCOUNT_SETTINGS` of an account, named and checked as in a seed."""
    fields = _Fields(changes, "the account")
    _take_means(account, fields)
    fields.done()


def _take_means(account: Account, fields: _Fields) -> None:
    """What an account may spend and hold. Limits: `{users: 100, whitelist: {residential: 20}}`."""
    account.wallet_balance = fields.take("wallet", _NUMBER, account.wallet_balance)
    account.traffic_balance = fields.take("traffic", _NUMBER, account.traffic_balance)
    account.recharged = fields.take("recharged", bool, account.recharged)
    limits = _Fields(fields.take("limits", dict, {}), f"{fields.where}.limits")
    for name, target in (("users", account.user_limits), ("whitelist", account.whitelist_limits)):
        value = limits.take(name, (int, dict), {})
        by_product = _Fields(
            value if isinstance(value, dict) else dict.fromkeys(target, value), f"{limits.where}.{name}"
        )
        for product in target:
            target[product] = by_product.take(product, int, target[product])
            if target[product] < 0:
                raise SettingError(f"{by_product.where}: {product} must be 0 or more")
        by_product.done()
    limits.done()


def _rows(value: Any, name: str, where: str) -> list[_Fields]:
    """Rows as a list (of mappings, as the modules take them, or of names) or as a mapping by name, as in snapshots."""
    if isinstance(value, dict):
        value = [{name: key, **row} if isinstance(row, dict) else row for key, row in value.items()]
    rows = [{name: row} if isinstance(row, str) else row for row in value]
    return [_Fields(row, f"{where}[{index}]") for index, row in enumerate(rows)]


def _put(listing: Listing[Any], name: str, row: Any, where: str) -> None:
    if name in listing:
        raise SettingError(f"{where}: {name!r} is there twice")
    listing[name] = row


def _time(fields: _Fields, name: str, times: _Times, default: float) -> float:
    value = fields.take(name, _TIME, None)
    return default if value is None else times.parse(value, f"{fields.where}: {name}")


def _date(fields: _Fields, name: str, times: _Times) -> str:
    return date_text(_time(fields, name, times, times.now), times.zone)


def _user(fields: _Fields, times: _Times, account: Account, product: str) -> User:
    username = fields.take("username", str)
    user = User(
        username=username,
        password=fields.take("password", str),
        traffic_limit=fields.take("traffic_limit", int, 0),
        enabled=fields.take("enabled", bool, True),
        created_time=_date(fields, "created_time", times),
        usage_traffic=fields.take(
            "usage_traffic", _NUMBER, round(account.usage.total(product, username) / KB_PER_MB, 2)
        ),
    )
    fields.done()
    return user


def _whitelist_entry(fields: _Fields, times: _Times) -> WhitelistEntry:
    entry = WhitelistEntry(
        ip=fields.take("ip", str),
        enabled=fields.take("enabled", bool, True),
        created_time=_date(fields, "created_time", times),
    )
    fields.done()
    return entry


def _static_proxy(fields: _Fields, times: _Times) -> StaticProxy:
    proxy = StaticProxy(
        ip=fields.take("ip", str),
        port=fields.take("port", int, 6666),
        username=fields.take("username", str, "proxyuser"),
        password=fields.take("password", str, "Proxypass1"),
        country=fields.take("country", str, "US"),
        city=fields.take("city", str, "New York"),
        purchase_time=_time(fields, "purchase_time", times, times.now),
        expiration_time=_time(fields, "expiration_time", times, times.now + 30 * DAY),
    )
    fields.done()
    return proxy


def _server(fields: _Fields, times: _Times) -> Server:
    ins_id = fields.take("ins_id", str)
    size = fields.take("size", str, "16vCPU-32GiB")
    if size not in SIZE_NAMES:
        raise SettingError(f"{fields.where}: size must be one of {', '.join(SIZE_NAMES)}")
    bandwidth = fields.take("bandwidth", int, 300)
    if bandwidth not in BANDWIDTHS.values():
        raise SettingError(f"{fields.where}: bandwidth must be 200 to 1000 in steps of 100 (Mbps)")
    server = Server(
        ins_id=ins_id,
        plan_name=fields.take("plan_name", str, f"{ins_id.removeprefix('ins-')}.proxy.thordata.net"),
        ip=fields.take("ip", str, "203.0.113.1"),
        size_id=SIZE_NAMES[size],
        bandwidth=bandwidth,
        region=fields.take("region", str, "na-siliconvalley"),
        order_id=fields.take("order_id", str, f"order-{ins_id}"),
        purchase_time=_time(fields, "purchase_time", times, times.now),
        expiration_time=_time(fields, "expiration_time", times, times.now + 30 * DAY),
        renewable=fields.take("renewable", bool, True),
        restarting_until=_time(fields, "restarting_until", times, 0.0),
        status=fields.take("status", str, "Turn on"),
    )
    for row in _rows(fields.take("bound_users", list, []), "username", f"{fields.where}.bound_users"):
        server.bound_users[row.take("username", str)] = _time(row, "bound_time", times, times.now)
        row.done()
    fields.done()
    return server


def _voucher(fields: _Fields, times: _Times, world: World) -> Voucher:
    status = fields.take("status", str, "unused")
    if status not in VOUCHER_STATUS:
        raise SettingError(f"{fields.where}: status must be one of {', '.join(VOUCHER_STATUS)}")
    voucher = Voucher(
        cdk=fields.take("cdk", str),
        status=status,
        traffic=fields.take("traffic", _NUMBER, 1),
        create_time=_time(fields, "create_time", times, times.now),
        traffic_duration=fields.take("traffic_duration", int, world.settings.voucher_seconds),
        use_username=fields.take("use_username", str, ""),
        use_time=_time(fields, "use_time", times, 0.0),
    )
    fields.done()
    return voucher


def _usage(account: Account, fields: _Fields, times: _Times) -> None:
    when = times.parse(fields.take("date", _TIME), f"{fields.where}: date")
    product = fields.take("proxy_type", str, "")
    username = fields.take("username", str, "")
    if product not in ("", *USER_TYPES):
        raise SettingError(f"{fields.where}: proxy_type must be one of {', '.join(USER_TYPES)}")
    account.usage.add(product, username, hour_text(when, times.zone), fields.take("traffic", _NUMBER) * KB_PER_MB)
    fields.done()
