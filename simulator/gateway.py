# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway that proxies go through: HTTP, CONNECT and SOCKS5 on one port (docs/contract.md, section 7).

It leads to this machine only, and shows its exits on the echo page: as `echo.simulator.test`, on any port, or as the
simulator's own address. The few exchanges are spelled out on asyncio: all bytes must be counted and refusals explained,
and the proxy servers that Python has as libraries know one fixed user, or no SOCKS5, or no plain proxying.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import hashlib
import ipaddress
import re
import socket
import ssl
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .clock import hour_text
from .contract import GATEWAY_CODES, KB_PER_MB, USER_TYPES, WHITELIST_TYPES
from .geography import COUNTRIES, code
from .state import Account, User

if TYPE_CHECKING:
    from .server import Simulator

HOST = "127.0.0.1"
ECHO_HOST = "echo.simulator.test"
LONGEST_HEAD = 65536
CHUNK = 65536
DEFAULT_COUNTRY = "us"
DEFAULT_MINUTES = 10
MOST_MINUTES = 90
CLOSING_SECONDS = 1
USERNAME = re.compile(
    r"td-customer-(?P<user>[A-Za-z0-9]+)(-continent-(?P<continent>[a-z]{2}))?(-country-(?P<country>[a-z]{2}))?"
    r"(-state-(?P<state>[a-z0-9]+))?(-city-(?P<city>[a-z0-9]+))?(-asn-(?P<asn>AS[0-9]+))?"
    r"(-sessid-(?P<sessid>[A-Za-z0-9]+)(-sesstime-(?P<sesstime>[1-9][0-9]?))?)?"
)


# Seen nowhere, but the gateway must refuse such users somehow.
OWN_CODES = {
    "user_disabled": (403, "the proxy user is disabled"),
    "user_traffic": (403, "the proxy user is over its traffic limit"),
}
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"


class Refusal(Exception):
    """The gateway refuses, with the code of its X-thor headers; "407" is the HTTP status, without such headers."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.status, self.message = {"407": (407, ""), **OWN_CODES, **GATEWAY_CODES}[code]


@dataclass(frozen=True)
class Exit:
    """Where a request leaves to the world."""

    ip: str
    country: str
    city: str | None = None
    asn: str | None = None


@dataclass
class Customer:
    """Who sends a request; `user` is None for bought addresses and for callers on the whitelist."""

    account: Account
    product: str | None
    user: User | None
    place: dict[str, str] = field(default_factory=dict)


class Gateway:
    """Serves on `port` for as long as the simulator does. `tls`: speak TLS with clients, as schemes `https` want."""

    def __init__(self, sim: Simulator, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._sim = sim
        self.port = port
        self._tls = tls
        self._exits = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, HOST, self.port, ssl=self._tls, limit=LONGEST_HEAD)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """End, with all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            settings = self._sim.world.settings
            if settings.gateway_fault == "hang":
                await asyncio.sleep(3600)
            if settings.gateway_latency:
                await asyncio.sleep(settings.gateway_latency)
            first = await reader.readexactly(1)
            await (self._socks(reader, writer) if first == b"\x05" else self._http(first, reader, writer))
        except (OSError, EOFError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the client went away, or sent what is no request
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _http(self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = first + await reader.readuntil(b"\r\n\r\n")
        line, *rows = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _version = line.split(" ", 2)
        headers = [row.partition(":")[::2] for row in rows]
        given = {name.strip().lower(): value.strip() for name, value in headers}
        username, password = _basic(given.get("proxy-authorization"))
        try:
            customer = self._customer(username, password, _caller(writer))
            url = urlsplit(target if method != "CONNECT" else f"//{target}")
            if not url.hostname or (method != "CONNECT" and url.scheme != "http"):
                raise Refusal("client_102")
            upstream = await self._connect(customer, url.hostname, url.port or (443 if method == "CONNECT" else 80))
        except Refusal as refusal:
            in_tunnel = self._sim.world.settings.gateway_refuses_in_tunnel and username is not None
            if method == "CONNECT" and in_tunnel:
                writer.write(ESTABLISHED + _page(refusal))
                await _until_closed(reader)
            else:
                writer.write(_page(refusal))
                await writer.drain()
            return
        if method == "CONNECT":
            writer.write(ESTABLISHED)
        else:
            path = url.path or "/"
            kept = [
                f"{name}:{value}" for name, value in headers if not name.lower().startswith(("proxy-", "connection"))
            ]
            request = [f"{method} {path}{'?' + url.query if url.query else ''} HTTP/1.1", *kept, "Connection: close"]
            sent = "\r\n".join([*request, "", ""]).encode("latin-1")
            self._count(customer, len(sent))
            upstream[1].write(sent)
        await self._relay(customer, (reader, writer), upstream)

    async def _socks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        username = password = None
        if 2 in methods:
            writer.write(b"\x05\x02")
            await reader.readexactly(1)
            username = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
            password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        elif 0 not in methods:
            writer.write(b"\x05\xff")
            return
        try:
            customer = self._customer(username, password, _caller(writer))
        except Refusal:
            writer.write(b"\x01\x01" if 2 in methods else b"\x05\xff")
            return
        writer.write(b"\x01\x00" if 2 in methods else b"\x05\x00")
        _version, command, _reserved, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == 1 else 16)))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        answer = b"\x05%c\x00\x01\x00\x00\x00\x00\x00\x00"
        try:
            if command != 1:
                raise Refusal("client_102")
            upstream = await self._connect(customer, host, port)
        except Refusal as refusal:
            writer.write(answer % (4 if refusal.code == "client_104" else 1))
            return
        writer.write(answer % 0)
        await self._relay(customer, (reader, writer), upstream)

    def _customer(self, username: str | None, password: str | None, caller: str) -> Customer:
        world = self._sim.world
        fault = world.settings.gateway_fault
        if fault is not None and fault not in ("hang", "close"):
            raise Refusal(fault)
        with world.lock:
            for account in world.accounts.values():
                found = self._in_account(account, username, password, world.settings.caller_address or caller)
                if found:
                    return found
        # Without credentials only 407 makes sense: browsers send theirs when they are asked.
        raise Refusal("407" if username is None else world.settings.gateway_unauthorized)

    def _in_account(self, account: Account, username: str | None, password: str | None, caller: str) -> Customer | None:
        now, lag = self._sim.world.now(), self._sim.world.settings.lag
        if username is None:
            for product in WHITELIST_TYPES:
                entry = account.whitelist[product].shown(now, lag).get(caller)
                if entry is not None and entry.enabled:
                    return Customer(account, None, None)
            return None
        for proxies in account.static_proxies.values():
            if any((one.username, one.password) == (username, password) for one in proxies):
                return Customer(account, None, None)
        match = USERNAME.fullmatch(username)
        if not match:
            return None
        place = {name: value for name, value in match.groupdict().items() if value is not None}
        if ({"state", "asn"} & set(place) and "country" not in place) or int(place.get("sesstime", 1)) > MOST_MINUTES:
            return None
        served = self._sim.world.settings.gateway_products.get(str(self.port), USER_TYPES)
        users = {product: account.users[product].get(place["user"]) for product in USER_TYPES}
        known = {product: user for product, user in users.items() if user is not None and user.password == password}
        for product, user in known.items():
            if product in served:
                if not user.enabled:
                    raise Refusal("user_disabled")
                if 0 < user.traffic_limit <= user.usage_traffic:
                    raise Refusal("user_traffic")
                return Customer(account, product, user, place)
        if known:
            raise Refusal("client_103")
        return None

    async def _connect(self, customer: Customer, host: str, port: int) -> Any:
        leaves = self._exit(customer)
        if host == ECHO_HOST or (host in (HOST, "localhost") and port == self._sim.port):
            host, port = HOST, self._sim.port
        with contextlib.suppress(ValueError):
            if not ipaddress.ip_address(host).is_loopback:
                raise Refusal("client_104")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
            if not ipaddress.ip_address(found[0][4][0]).is_loopback:
                raise Refusal("client_104")
        except OSError:
            raise Refusal("client_104") from None
        try:
            reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            raise Refusal("Resource_201") from None
        self._sim.exits[writer.get_extra_info("sockname")[1]] = leaves
        return reader, writer

    def _exit(self, customer: Customer) -> Exit:
        place, world = customer.place, self._sim.world
        named = ("user", "sessid") if world.settings.gateway_pins_sessions else tuple(set(place) - {"sesstime"})
        key = tuple(f"{name}={place[name]}" for name in sorted(named) if name in place)
        if "sessid" in place:
            leaves, until = world.sessions.get(key, (None, 0.0))
            if leaves is not None and world.now() < until:
                return leaves
        leaves = self._new_exit(place)
        if "sessid" in place:
            world.sessions[key] = (leaves, world.now() + 60 * int(place.get("sesstime", DEFAULT_MINUTES)))
        return leaves

    def _new_exit(self, place: dict[str, str]) -> Exit:
        country = COUNTRIES.get(place.get("country", DEFAULT_COUNTRY).upper())
        if country is None:
            raise Refusal("client_101")
        cities = {code(city): (code(state), city) for state, names in country.states.items() for city in names}
        if "state" in place:
            cities = {city: where for city, where in cities.items() if where[0] == place["state"]}
        if ("state" in place and not cities) or ("city" in place and place["city"] not in cities):
            raise Refusal("Resource_202")
        if "asn" in place and place["asn"] not in country.networks:
            raise Refusal("Resource_202")
        self._exits += 1
        city = cities.get(place.get("city", ""), (None, None))[1] or next((one[1] for one in cities.values()), None)
        digest = hashlib.sha256(f"{sorted(place.items())} {self._exits}".encode()).digest()
        ip = f"198.18.{digest[0]}.{1 + digest[1] % 254}"
        asn = place.get("asn") or next(iter(country.networks), None)
        return Exit(ip, place.get("country", DEFAULT_COUNTRY).upper(), city, asn)

    async def _relay(self, customer: Customer, client: Any, upstream: Any) -> None:
        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter, fault: bool) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(CHUNK):
                    if fault:
                        sink.write(data[: len(data) // 2])
                        await sink.drain()
                        break
                    sink.write(data)
                    self._count(customer, len(data))
                    await sink.drain()
                if sink.can_write_eof() and not fault:
                    sink.write_eof()

        closes = self._sim.world.settings.gateway_fault == "close"
        there = asyncio.ensure_future(pump(client[0], upstream[1], False))
        back = asyncio.ensure_future(pump(upstream[0], client[1], closes))
        try:
            await back
        finally:
            there.cancel()
            self._sim.exits.pop(upstream[1].get_extra_info("sockname")[1], None)
            upstream[1].close()

    def _count(self, customer: Customer, size: int) -> None:
        """Count traffic into the user's and the account's usage."""
        world = self._sim.world
        kilobytes = size / 1024
        with world.lock:
            hour = hour_text(world.now(), world.settings.zone)
            name = customer.user.username if customer.user else ""
            customer.account.usage.add(customer.product or "", name, hour, kilobytes)
            if customer.user:
                customer.user.usage_traffic += kilobytes / KB_PER_MB
            customer.account.traffic_balance -= kilobytes / KB_PER_MB


def _basic(header: str | None) -> tuple[str | None, str | None]:
    """Username and password of a Proxy-Authorization header; None where there is none."""
    kind, _space, value = (header or "").partition(" ")
    if kind.lower() != "basic":
        return None, None
    try:
        username, _colon, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return username, password


def _caller(writer: asyncio.StreamWriter) -> str:
    return str(writer.get_extra_info("peername")[0])


async def _until_closed(reader: asyncio.StreamReader) -> None:
    """Read what the client still sends: a connection closed before that is reset, and the answer may be lost."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(reader.read(), CLOSING_SECONDS)


def _page(refusal: Refusal) -> bytes:
    reason = {400: "Bad Request", 403: "Forbidden", 407: "Proxy Authentication Required", 502: "Bad Gateway"}
    lines = [f"HTTP/1.1 {refusal.status} {reason[refusal.status]}", "Content-Length: 0", "Connection: close"]
    if refusal.status == 407:
        lines.append('Proxy-Authenticate: Basic realm="gateway"')
    else:
        lines += [f"X-thor-error-code: {refusal.code}", f"X-thor-error-msg: {refusal.message}"]
        lines.append(f"x-thor-error: {refusal.code}")
    return "\r\n".join([*lines, "", ""]).encode()
