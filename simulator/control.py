# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints under `/_simulator/`: look at the world and change it, in JSON, from a playbook or a script."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .service import Delivery
from .settings import SettingError

if TYPE_CHECKING:
    from .server import Simulator

Body = dict[str, Any]


def _state(sim: Simulator, _body: Body) -> Any:
    return {
        "time": sim.world.now(),
        "settings": sim.world.settings.as_dict(),
        "accounts": {token: sim.snapshot(token) for token in sim.world.accounts},
    }


def _log(sim: Simulator, _body: Body) -> Any:
    return {"requests": [dataclasses.asdict(request) for request in sim.log]}


def _ledger(sim: Simulator, _body: Body) -> Any:
    return {"writes": sim.ledger}


def _list_faults(sim: Simulator, _body: Body) -> Any:
    return {"faults": [rule.as_dict() for rule in sim.world.faults.rules]}


def _reset(sim: Simulator, body: Body) -> Any:
    seed = body.get("seed")
    if set(body) - {"seed"} or not isinstance(seed, (dict, type(None))):
        raise SettingError("reset takes seed, a mapping, and nothing else")
    sim.reset(seed)
    return {"ok": True}


def _settings(sim: Simulator, body: Body) -> Any:
    sim.configure(**body)
    return {"ok": True, "settings": sim.world.settings.as_dict()}


def _add_fault(sim: Simulator, body: Body) -> Any:
    with sim.world.lock:
        sim.world.faults.add(**body)
    return _list_faults(sim, body)


def _clear_faults(sim: Simulator, _body: Body) -> Any:
    sim.clear_faults()
    return {"ok": True}


def _advance(sim: Simulator, body: Body) -> Any:
    seconds = body.get("seconds")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or set(body) != {"seconds"}:
        raise SettingError("advance needs seconds, a number, and nothing else")
    sim.advance(seconds)
    return {"ok": True, "time": sim.world.now()}


def _rename_user(sim: Simulator, body: Body) -> Any:
    needed = {"proxy_type", "username", "new_username"}
    if not needed <= set(body) <= {*needed, "token"} or not all(isinstance(value, str) for value in body.values()):
        raise SettingError("rename_user needs proxy_type, username and new_username, and takes token")
    sim.rename_user(**body)
    return {"ok": True}


def _clear_log(sim: Simulator, _body: Body) -> Any:
    sim.clear_log()
    return {"ok": True}


ROUTES: dict[tuple[str, str], Callable[[Simulator, Body], Any]] = {
    ("GET", "state"): _state,
    ("GET", "log"): _log,
    ("GET", "ledger"): _ledger,
    ("GET", "faults"): _list_faults,
    ("POST", "reset"): _reset,
    ("POST", "settings"): _settings,
    ("POST", "faults"): _add_fault,
    ("POST", "faults/clear"): _clear_faults,
    ("POST", "advance"): _advance,
    ("POST", "rename_user"): _rename_user,
    ("POST", "log/clear"): _clear_log,
}


def handle(sim: Simulator, method: str, name: str, body: bytes) -> Delivery:
    """Answer one control call: 200 with what it is about, 400 or 404 with `error`, one sentence."""
    action = ROUTES.get((method, name))
    if action is None:
        known = ", ".join(f"{known_method} {known_name}" for known_method, known_name in ROUTES)
        return _json(404, {"error": f"no such control endpoint: {method} {name} (known: {known})"})
    try:
        document = json.loads(body or b"{}")
        if not isinstance(document, dict):
            raise SettingError("the body must be a JSON object")
        return _json(200, action(sim, document))
    except SettingError as error:
        return _json(400, {"error": str(error)})
    except ValueError:
        return _json(400, {"error": "the body must be JSON"})


def _json(status: int, document: Any) -> Delivery:
    return Delivery(status, json.dumps(document).encode())
