# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the API as one table, and the way of a call through it: path, credentials, pace, parameters, handler.

Knows nothing of sockets or faults: `answer` takes what was sent, and returns what the service says to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import params as rule
from .call import Call
from .calls import account, extract, locations, servers, static_proxies, users, vouchers, whitelist
from .contract import (
    EXTRACT_BAD_ACCOUNT,
    LOCATION_TYPES,
    MESSAGES,
    MONITOR_PERIODS,
    PACKAGE_DAYS,
    SIZES,
    STATE_TYPES,
    STATIC_TYPES,
    USER_TYPES,
    VOUCHER_STATUS,
    WHITELIST_TYPES,
    WRONG_KEY,
    WRONG_TOKEN,
    Failure,
)
from .params import Param, read_params
from .settings import Settings
from .state import Account, World

SUCCESS = 200


@dataclass(frozen=True)
class Incoming:
    """What a caller sent. `path` is relative to the base URL; that of an extract link starts with /extract."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: Mapping[str, str]
    caller: str

    @property
    def params(self) -> dict[str, str]:
        """The parameters, where this method has them, without credentials."""
        return {name: value for name, value in self._sent().items() if name not in ("token", "key")}

    def _sent(self) -> dict[str, str]:
        return self.form if self.method == "POST" else self.query

    def credentials(self) -> dict[str, str]:
        """Everything that was sent as token or key, wherever it was."""
        return {
            f"{name} in {where}": source[name]
            for where, source in (("query", self.query), ("headers", self.headers), ("form", self.form))
            for name in ("token", "key")
            if name in source
        }


@dataclass
class Reply:
    """What the service says. `document` is a JSON value, or text that goes out as it is; `code` is the one inside."""

    document: Any
    code: int
    account: str | None = None
    effect: bool = False


class GatewayError(Exception):
    """The gateway in front of the API answers, in HTML: no such path, or not with this method."""

    def __init__(self, status: int, allow: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.allow = allow


def standard(_call: Call | None, code: int, data: Any, message: str) -> Any:
    """`{"code", "data", "msg"}`."""
    return {"code": code, "data": data, "msg": message}


def monitor(_call: Call | None, code: int, data: Any, message: str) -> Any:
    """`{"status_code", "payload", "msg"}`, of balancing-monitor alone."""
    return {"status_code": code, "payload": data, "msg": message}


def nodes(call: Call | None, code: int, data: Any, message: str) -> Any:
    """Lines of `ip:port`, or JSON where it was asked for; failures are JSON always."""
    if code != SUCCESS or call is None:
        return {"code": code, "data": data, "msg": message}
    if call.values.get("return_type") == "json":
        return {"code": call.settings.extract_json_code, "data": data, "msg": message}
    colon = ": " if call.settings.extract_space else ":"
    separator = call.values.get("sep") or call.settings.extract_separator
    return separator.join(f"{node['ip']}{colon}{node['port']}" for node in data)


@dataclass(frozen=True)
class Endpoint:
    """One call. `credentials`: in the query, in the headers, or (extract links) an account name among the parameters.

    `feature`: only in editions that have it. `envelope`: how data and failures are wrapped.
    """

    method: str
    path: str
    handler: Callable[[Call], Any]
    params: tuple[Param, ...] = ()
    credentials: str = "query"
    feature: str | None = None
    envelope: Callable[[Call | None, int, Any, str], Any] = standard

    def failure(self, failure: Failure) -> Reply:
        """The reply that says that this call failed."""
        return Reply(self.envelope(None, failure.code, None, failure.message), failure.code)


def _read(path: str, handler: Callable[[Call], Any], *params: Param, **options: Any) -> Endpoint:
    return Endpoint("GET", path, handler, params, **options)


def _write(path: str, handler: Callable[[Call], Any], *params: Param, **options: Any) -> Endpoint:
    return Endpoint("POST", path, handler, params, credentials="headers", **options)


def _range(a_moment: rule.Rule) -> tuple[Param, Param]:
    return Param("from_date", a_moment), Param("to_date", a_moment)


USER_TYPE = Param("proxy_type", rule.product(USER_TYPES))
WHITELIST_TYPE = Param("proxy_type", rule.product(WHITELIST_TYPES))
LOCATION_TYPE = Param("proxy_type", rule.product(LOCATION_TYPES))
STATE_TYPE = Param("proxy_type", rule.product(STATE_TYPES))
STATIC_TYPE = Param("proxy_type", rule.product(STATIC_TYPES))
COUNTRY = Param("country_code", rule.text)
EXISTING_USER = Param("username", rule.text)
SERVER_HOST = Param("ip", rule.text)
INS_ID = Param("ins_id", rule.text)
VOUCHER = Param("cdk", rule.text)
MONITORED = (
    INS_ID,
    Param("region", rule.text, needed_with="region"),
    Param("start_time", rule.integer),
    Param("end_time", rule.integer),
    Param("period", rule.choice(MONITOR_PERIODS)),
)
EXTRACTED = (
    Param("sesstype", rule.choice((extract.STICKY, extract.ROTATING)), required=False),
    Param("number", rule.integer, required=False),
    Param("return_type", rule.one_of("txt", "json"), required=False),
    Param("sep", rule.separator, required=False),
    Param("protocol", rule.text, required=False),
)

ENDPOINTS = (
    _read("/account/traffic-balance", account.traffic_balance),
    _read("/account/wallet-balance", account.wallet_balance),
    _read("/account/usage-statistics", account.usage_statistics, *_range(rule.day)),
    _read("/locations/countries", locations.countries, LOCATION_TYPE),
    _read("/locations/states", locations.states, STATE_TYPE, COUNTRY),
    _read(
        "/locations/cities",
        locations.cities,
        LOCATION_TYPE,
        COUNTRY,
        Param("state_code", rule.text, required=False),
        Param("pool", rule.choice((0,)), required=False),
    ),
    _read("/locations/asn", locations.asn, LOCATION_TYPE, COUNTRY),
    _read("/proxy-users/user-list", users.user_list, USER_TYPE),
    _write(
        "/proxy-users/create-user",
        users.create_user,
        USER_TYPE,
        Param("username", rule.username),
        Param("password", rule.password),
        Param("traffic_limit", rule.traffic_limit),
        Param("status", rule.boolean),
    ),
    _write(
        "/proxy-users/update-user",
        users.update_user,
        USER_TYPE,
        EXISTING_USER,
        Param("new_username", rule.username),
        Param("new_password", rule.password),
        Param("new_traffic_limit", rule.traffic_limit),
        Param("new_status", rule.boolean),
    ),
    _write("/proxy-users/delete-user", users.delete_user, USER_TYPE, EXISTING_USER),
    _read("/proxy-users/usage-statistics", users.usage_statistics, USER_TYPE, EXISTING_USER, *_range(rule.day)),
    _read(
        "/proxy-users/usage-statistics-hour",
        users.usage_statistics_hour,
        USER_TYPE,
        EXISTING_USER,
        *_range(rule.hour),
        feature="hourly",
    ),
    _read("/whitelisted-ips/ip-list", whitelist.ip_list, WHITELIST_TYPE),
    _write(
        "/whitelisted-ips/add-ip",
        whitelist.add_ip,
        WHITELIST_TYPE,
        Param("ip", rule.address),
        Param("status", rule.boolean),
    ),
    _write("/whitelisted-ips/delete-ip", whitelist.delete_ip, WHITELIST_TYPE, Param("ip", rule.text)),
    _read("/proxy/proxy-list", static_proxies.proxy_list, STATIC_TYPE),
    _read("/proxy/expiration-time", static_proxies.expiration_time, STATIC_TYPE, Param("ips", rule.address_list)),
    _read("/unlimited/server-list", servers.server_list),
    _write("/unlimited/restart-server", servers.restart_server, Param("plan_name", rule.text)),
    _read("/unlimited/server-monitor", servers.server_monitor, *MONITORED),
    _read("/unlimited/balancing-monitor", servers.balancing_monitor, *MONITORED, envelope=monitor),
    _write(
        "/unlimited/renew", servers.renew, INS_ID, Param("package_id", rule.choice(PACKAGE_DAYS, "unknown_package"))
    ),
    _write(
        "/unlimited/upgrade",
        servers.upgrade,
        INS_ID,
        Param("bw_id", rule.choice(range(1, 10))),
        Param("sv_id", rule.choice(SIZES)),
    ),
    _write("/get_unlimited_servers_bind_user", servers.bound_users, SERVER_HOST, feature="bind_user"),
    _write("/add_unlimited_servers_bind_user", servers.bind_user, SERVER_HOST, EXISTING_USER, feature="bind_user"),
    _write("/del_unlimited_servers_bind_user", servers.unbind_user, SERVER_HOST, EXISTING_USER, feature="bind_user"),
    _write("/cdk/create", vouchers.create, Param("flow", rule.gigabytes), Param("num", rule.count), feature="cdk"),
    _read(
        "/cdk/list",
        vouchers.voucher_list,
        Param("status", rule.choice(VOUCHER_STATUS.values()), required=False),
        credentials="headers",
        feature="cdk",
    ),
    _write("/cdk/revoke", vouchers.revoke, VOUCHER, feature="cdk"),
    _read("/cdk/info", vouchers.info, VOUCHER, credentials="headers", feature="cdk"),
    _read(
        "/extract/api",
        extract.residential,
        *EXTRACTED,
        Param("country", rule.text, required=False),
        Param("state", rule.text, required=False),
        Param("city", rule.text, required=False),
        credentials="name",
        envelope=nodes,
    ),
    _read(
        "/extract/unlimited_api",
        extract.unlimited,
        *EXTRACTED,
        Param("servers", rule.text),
        credentials="name",
        envelope=nodes,
    ),
)

BY_PATH = {endpoint.path: endpoint for endpoint in ENDPOINTS}


def find(incoming: Incoming, settings: Settings) -> Endpoint:
    """The called endpoint. Raises GatewayError: 404 for a path that is not there or not in this edition, 405 else."""
    endpoint = BY_PATH.get(incoming.path)
    if endpoint is None or (endpoint.feature is not None and not settings.has(endpoint.feature)):
        raise GatewayError(404)
    if endpoint.method != incoming.method:
        raise GatewayError(405, endpoint.method)
    return endpoint


def answer(world: World, endpoint: Endpoint, incoming: Incoming) -> Reply:
    """Carry a call out."""
    caller: Account | None = None
    try:
        caller = _authenticate(world, endpoint, incoming)
        if endpoint.credentials != "name":
            caller.pace(world.now(), world.settings)
        call = Call(world, caller, incoming.path, incoming.params, incoming.caller)
        call.values = read_params(endpoint.params, call.params, world.settings)
        data = endpoint.handler(call)
    except Failure as failure:
        reply = endpoint.failure(failure)
    else:
        reply = Reply(endpoint.envelope(call, SUCCESS, data, "ok"), SUCCESS, effect=call.effect)
    reply.account = caller.name if caller else None
    return reply


def encode(document: Any) -> bytes:
    """The bytes of a reply."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return text.encode()


def _authenticate(world: World, endpoint: Endpoint, incoming: Incoming) -> Account:
    """The account, by credentials in the one place where this endpoint takes them."""
    if endpoint.credentials == "name":
        name = incoming.query.get("td-customer")
        for account_ in world.accounts.values():
            if account_.name == name:
                return account_
        if name and world.settings.any_token:
            return world.account()
        raise Failure(EXTRACT_BAD_ACCOUNT)
    place: Mapping[str, str] = incoming.query if endpoint.credentials == "query" else incoming.headers
    if not place.get("token"):
        raise Failure(world.settings.codes["missing_token"], MESSAGES[WRONG_TOKEN])
    found = world.accounts.get(place["token"])
    if found is None and world.settings.any_token:
        return world.account()
    if found is None:
        raise Failure(world.settings.codes["wrong_token"])
    if world.settings.has("key"):
        if not place.get("key"):
            raise Failure(world.settings.codes["missing_key"], MESSAGES[WRONG_KEY])
        if place["key"] != found.key:
            raise Failure(WRONG_KEY)
    return found
