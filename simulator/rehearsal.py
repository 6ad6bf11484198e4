# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rehearsal: a command that runs against the simulator, which lives as long as it, and what it did there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from typing import Any

from .contract import USER_TYPES, WHITELIST_TYPES
from .server import HOST, Simulator

# So many writes are told.
WRITES_AT_MOST = 100
PRODUCTS = {"proxy-users": USER_TYPES, "whitelisted-ips": WHITELIST_TYPES}
# The parameters that say what a write was about; no password and no voucher is among them.
TOLD = ("username", "new_username", "ip", "ins_id", "plan_name", "package_id", "bw_id", "sv_id", "flow", "num")


def environment(sim: Simulator) -> dict[str, str]:
    """The variables that point the collection at this simulator."""
    return {
        "THORDATA_API_URL": sim.api_url,
        "THORDATA_PUBLIC_TOKEN": sim.token,
        "THORDATA_PUBLIC_KEY": sim.key,
        "THORDATA_API_TIMEZONE": sim.world.settings.timezone,
        "THORDATA_EXTRACT_URL": sim.extract_url,
        "THORDATA_ACCOUNT_NAME": sim.account().name,
    }


def run(sim: Simulator, command: list[str]) -> int:
    """Run a command, and print what it did; its exit code. Raises OSError for a command that cannot run.

    The collection refuses every other API in it, and takes any token for that of the first account.
    """
    sim.configure(any_token=True)
    with tempfile.TemporaryDirectory(prefix="thordata-rehearsal-") as folder:
        process = subprocess.Popen(command, env={**os.environ, **environment(sim), **_apart(sim, folder)})
        # Ctrl-C reaches the command as well, which ends as it wants to.
        before = [signal.signal(signal.SIGINT, signal.SIG_IGN)]
        before.append(signal.signal(signal.SIGTERM, lambda _number, _frame: process.terminate()))
        try:
            code = process.wait()
        finally:
            signal.signal(signal.SIGINT, before[0])
            signal.signal(signal.SIGTERM, before[1])
    print("\n".join(report(sim)), flush=True)
    return code if code >= 0 else 128 - code


def _apart(sim: Simulator, folder: str) -> dict[str, str]:
    """What keeps a rehearsal from touching anything else."""
    direct = {name: ",".join(filter(None, (os.environ.get(name), HOST))) for name in ("NO_PROXY", "no_proxy")}
    return {
        "THORDATA_REHEARSAL_URL": sim.api_url,
        "THORDATA_STATE_DIR": os.path.join(folder, "state"),
        "SIMULATOR_GATEWAY_URL": sim.gateway_url,
        **direct,
    }


def report(sim: Simulator) -> Iterator[str]:
    """The lines that say what a rehearsal did."""
    writes = sim.ledger
    cost = sum(write.get("cost", 0) for write in writes)
    count = "no change" if not writes else "1 change" if len(writes) == 1 else f"{len(writes)} changes"
    spent = f", {cost:.2f} spent at invented prices" if any("cost" in write for write in writes) else ""
    yield f"Rehearsed on a simulated account: {count}{spent}. The live API was not called."
    yield from (f"  {_line(write)}" for write in writes[:WRITES_AT_MOST])
    if len(writes) > WRITES_AT_MOST:
        yield f"  and {len(writes) - WRITES_AT_MOST} more"


def _line(write: dict[str, Any]) -> str:
    family, call = write["call"].strip("/").rpartition("/")[::2]
    params = write["params"]
    products = [name for name, number in PRODUCTS.get(family, {}).items() if str(number) == params.get("proxy_type")]
    # The names of an account are data: no line feed and no escape sequence of a terminal.
    if params.get("new_username") == params.get("username"):  # each update sends both
        params = {**params, "new_username": None}
    told = [f"{name}={json.dumps(params[name])}" for name in TOLD if params.get(name)]
    cost = [f"cost {write['cost']:.2f}"] if "cost" in write else []
    return " ".join([call, *products, *told, *cost])
