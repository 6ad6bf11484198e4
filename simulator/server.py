# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network around the simulated world: an HTTP server on the loopback interface, in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import json
import os
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from . import control, service
from .api import Incoming
from .clock import Clock
from .faults import Rule
from .gateway import ECHO_HOST, Exit, Gateway
from .seed import ACCOUNT_SETTINGS, Seed, build_world, dump_world, read_seed, set_account
from .service import CUT, DROPPED, Delivery
from .settings import SettingError
from .state import Account, Request, World

HOST = "127.0.0.1"
API, EXTRACT, ECHO, CONTROL = "/api", "/extract", "/echo", "/_simulator"
SAVE_SECONDS = 0.5


class Simulator:
    """The simulator. Start and stop it as a context manager, or with `start` and `stop`.

    `seed` is a mapping or a file. Given arguments win over the seed's settings. When `state_file` exists, the world
    is what it holds and the seed is not used; the file follows the world. A second gateway speaks `gateway_tls`; all
    but the gateways speak TLS with `tls`.
    """

    def __init__(
        self,
        seed: Seed | str | Path | None = None,
        edition: str | None = None,
        lag: float | None = None,
        latency: float | None = None,
        rate: float | None = None,
        clock: str = "real",
        port: int = 0,
        state_file: str | Path | None = None,
        gateway_port: int = 0,
        gateway_tls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        given = {"edition": edition, "lag": lag, "latency": latency, "rate": rate}
        self._overrides = {name: value for name, value in given.items() if value is not None}
        self._clock_kind = clock
        self._port = port
        self._tls = tls
        self._state_file = Path(state_file) if state_file is not None else None
        self._seed = _load(seed)
        self.resumed = self._state_file is not None and self._state_file.exists()
        self.world = self._build(read_seed(self._state_file) if self.resumed and self._state_file else self._seed)
        self.exits: dict[int, Exit] = {}  # port from which the gateway calls -> where its caller leaves to the world
        self.gateway = Gateway(self, gateway_port)
        self.tls_gateway = Gateway(self, tls=gateway_tls) if gateway_tls else None
        self._saved: tuple[World, int] | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None
        self._ready = threading.Event()
        self._error: OSError | None = None

    # Life

    def start(self) -> Simulator:
        """Listen; returns when calls can be made. Raises OSError when the port is taken."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="simulator", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def stop(self) -> None:
        """Close all connections and end the thread."""
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Simulator:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # Where it is

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._port

    @property
    def api_url(self) -> str:
        """Base URL of the management API."""
        return f"{self._base}{API}"

    @property
    def extract_url(self) -> str:
        """Base URL of the extract links `api` and `unlimited_api`."""
        return f"{self._base}{EXTRACT}"

    @property
    def gateway_url(self) -> str:
        """The gateway that proxies go through."""
        return f"http://{HOST}:{self.gateway.port}"

    @property
    def echo_url(self) -> str:
        """An echo service: it tells a caller the address that it is seen under."""
        return f"{self._base}{ECHO}"

    @property
    def control_url(self) -> str:
        """Base URL of the control endpoints."""
        return f"{self._base}{CONTROL}"

    @property
    def _base(self) -> str:
        return f"{'https' if self._tls else 'http'}://{HOST}:{self._port}"

    # What it holds

    @property
    def token(self) -> str:
        """Token of the first account."""
        return self.world.account().token

    @property
    def key(self) -> str:
        """Request key of the first account."""
        return self.world.account().key

    def account(self, token: str | None = None) -> Account:
        """The live account with this token, or the first one. What is changed on it, callers see at once."""
        return self.world.account(token)

    def snapshot(self, token: str | None = None) -> dict[str, Any]:
        """The true state of an account as plain JSON-able data, whatever its lists show at the moment."""
        with self.world.lock:
            return self.world.account(token).snapshot(self.world.now())

    @property
    def log(self) -> list[Request]:
        """All calls so far, oldest first."""
        with self.world.lock:
            return list(self.world.log)

    def clear_log(self) -> None:
        """Forget the calls so far. The ledger stays."""
        with self.world.lock:
            self.world.log.clear()

    @property
    def ledger(self) -> list[dict[str, Any]]:
        """All writes that took effect, in order: `time`, `account`, `call`, `params`; if paid, `cost`, `order_id`."""
        with self.world.lock:
            return copy.deepcopy(self.world.ledger)

    # What can be done to it

    def fault(self, action: str, **options: Any) -> Rule:
        """Let calls go wrong; options as in `faults.Rule`."""
        with self.world.lock:
            return self.world.faults.add(action=action, **options)

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        with self.world.lock:
            self.world.faults.clear()

    def configure(self, token: str | None = None, **changes: Any) -> None:
        """Change settings (`Settings`), or the `ACCOUNT_SETTINGS` of one account (default: the first)."""
        means = {name: changes.pop(name) for name in ACCOUNT_SETTINGS if name in changes}
        with self.world.lock:
            if token is not None and token not in self.world.accounts:
                raise SettingError("no account has this token")
            settings = self.world.settings.changed(changes)
            set_account(self.world.account(token), means)
            self.world.settings = settings
            self.world.version += 1

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        with self.world.lock:
            self.world.clock.advance(seconds)
            self.world.version += 1

    def rename_user(self, proxy_type: str, username: str, new_username: str, token: str | None = None) -> None:
        """Rename a user as the provider itself does (at a renewal of the mobile product): no call, seen at once."""
        with self.world.lock:
            account = self.world.accounts.get(token) if token is not None else self.world.account()
            users = account.users.get(proxy_type) if account else None
            if account is None or users is None or username not in users or new_username in users or not new_username:
                raise SettingError(f"rename_user needs a {proxy_type} user that is there, and a name that is free")
            account.rename_user(proxy_type, username, new_username)
            self.world.version += 1

    def reset(self, seed: Seed | str | Path | None = None) -> None:
        """Begin anew, from this seed or the one before: state, settings, clock, faults, log and ledger."""
        loaded = _load(seed) if seed is not None else self._seed
        self.world = self._build(loaded)
        self._seed = loaded

    def _build(self, seed: Seed) -> World:
        return build_world(copy.deepcopy(seed), self._overrides, Clock(self._clock_kind))

    # The server, in its thread

    async def _serve(self) -> None:
        runner = web.ServerRunner(web.Server(self._respond, access_log=None), shutdown_timeout=0.05)
        try:
            await runner.setup()
            await web.TCPSite(runner, HOST, self._port, ssl_context=self._tls).start()
        except OSError as error:
            self._error = error
            await runner.cleanup()
            return
        else:
            self._port = runner.addresses[0][1]
            await self.gateway.start()
            if self.tls_gateway:
                await self.tls_gateway.start()
            self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        finally:
            self._ready.set()
        await self._follow_state(self._stopping)
        for gateway in (self.gateway, self.tls_gateway):
            if gateway:
                await gateway.stop()
        await runner.cleanup()

    async def _follow_state(self, stopping: asyncio.Event) -> None:
        """Until `stopping`: keep the state file, if there is one, as the world is."""
        if self._state_file is None:
            await stopping.wait()
            return
        while not stopping.is_set():
            self._save(self._state_file)
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(stopping.wait(), SAVE_SECONDS)
        self._saved = None  # changes made directly on a live account are not counted
        self._save(self._state_file)

    def _save(self, file: Path) -> None:
        with self.world.lock:
            current = (self.world, self.world.version)
            if current == self._saved:
                return
            text = json.dumps(dump_world(self.world), indent=1)
        part = file.with_name(f"{file.name}.part")
        part.write_text(text + "\n", encoding="utf-8")
        os.replace(part, file)
        self._saved = current

    async def _respond(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _mark, query = request.raw_path.partition("?")
        body = await request.content.read()
        if path.startswith(f"{CONTROL}/"):
            return _whole(control.handle(self, request.method, path[len(CONTROL) + 1 :], body))
        if path == "/login":
            return _whole(service.login_page())
        if path == ECHO or request.headers.get("Host", "").partition(":")[0] == ECHO_HOST:
            return web.json_response(self._seen(request))
        if path.startswith(f"{API}/"):
            path = path[len(API) :]
        elif not path.startswith(f"{EXTRACT}/"):
            return _whole(service.page(404))
        world = self.world
        if world.settings.latency:
            await asyncio.sleep(world.settings.latency)
        is_form = request.content_type == "application/x-www-form-urlencoded"
        incoming = Incoming(
            method=request.method,
            path=path,
            query=_pairs(query),
            form=_pairs(body.decode("utf-8", "replace")) if is_form else {},
            headers=request.headers,
            caller=_caller(request, world),
        )
        with world.lock:
            delivery = service.handle(world, incoming)
        if delivery.seconds:
            await asyncio.sleep(delivery.seconds)
        return await _send(request, delivery)

    def _seen(self, request: web.BaseRequest) -> dict[str, str | None]:
        """What the echo page shows of a caller: the exit of the gateway, or its own address."""
        peer = _transport(request).get_extra_info("peername")
        leaves = self.exits.get(peer[1]) if peer else None
        return dataclasses.asdict(leaves) if leaves else {"ip": _caller(request, self.world)}


def _load(seed: Seed | str | Path | None) -> Seed:
    return read_seed(seed) if isinstance(seed, (str, Path)) else seed or {}


def _pairs(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _caller(request: web.BaseRequest, world: World) -> str:
    """The address that the extract links take the call to come from."""
    if world.settings.caller_address is not None:
        return world.settings.caller_address
    forwarded = request.headers.get("X-Forwarded-For") if world.settings.trust_forwarded else None
    return forwarded.split(",")[0].strip() if forwarded else str(request.remote)


def _whole(delivery: Delivery) -> web.Response:
    return web.Response(
        status=delivery.status,
        body=delivery.body,
        headers={**delivery.headers, "Content-Type": f"{delivery.content_type}; charset=utf-8"},
    )


async def _send(request: web.BaseRequest, delivery: Delivery) -> web.StreamResponse:
    if delivery.how == DROPPED:
        _transport(request).abort()
        return web.Response()  # goes nowhere: aiohttp wants one
    whole = _whole(delivery)
    if delivery.how != CUT:
        return whole
    cut = web.StreamResponse(headers=whole.headers)
    cut.content_length = len(delivery.body)
    await cut.prepare(request)
    await cut.write(delivery.body[: len(delivery.body) // 2])
    _transport(request).close()  # unlike abort, sends what is written first
    return cut


def _transport(request: web.BaseRequest) -> asyncio.Transport:
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the caller is gone")
    return transport
