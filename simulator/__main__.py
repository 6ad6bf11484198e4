# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process: `python -m simulator`, or `python PATH/simulator` where the collection is installed."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

if not __package__:  # started by path: the folder above is not on the module path yet
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

try:
    from simulator import SettingError, Simulator, rehearsal
    from simulator.picture import seed_of
    from simulator.rehearsal import environment
except ImportError as missing:
    sys.exit(f"simulator: needs the Python library {missing.name}: {sys.executable} -m pip install aiohttp PyYAML")


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line; `command` is what follows `--`."""
    words = sys.argv[1:] if argv is None else argv
    end = words.index("--") if "--" in words else len(words)
    parser = argparse.ArgumentParser(
        prog="simulator",
        usage="%(prog)s [options] [-- COMMAND ...]",
        description="The Thordata management API on this machine: stateful, with faults on request.",
        epilog="With a COMMAND, it runs that against itself, says what it changed, and ends with it; else with Ctrl-C.",
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (default: a free one)")
    parser.add_argument("--gateway-port", type=int, default=0, help="port of the gateway (default: a free one)")
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--seed", metavar="FILE", help="YAML or JSON file with accounts and settings")
    start.add_argument("--account", metavar="FILE", help="JSON of the module account_info: a copy of it; - for stdin")
    parser.add_argument("--state", metavar="FILE", help="keep the state in this file, and go on from it when it exists")
    parser.add_argument("--edition", choices=("B", "C", "D"), help="edition of the API (default: D)")
    parser.add_argument("--latency", type=float, metavar="S", help="seconds before each answer")
    parser.add_argument("--lag", type=float, metavar="S", help="seconds until a list shows a write")
    parser.add_argument("--rate", type=float, metavar="N", help="calls a second that each account may make")
    parser.add_argument("--clock", choices=("real", "virtual"), default="real", help="virtual: only moves when told")
    parser.add_argument("--ready-file", metavar="FILE", help="write the addresses here, as JSON, when ready")
    options = parser.parse_args(words[:end])
    options.command = words[end + 1 :]
    return options


def main(argv: list[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT, or as long as the command does; the exit status."""
    options = arguments(argv)
    signals = {signal.SIGTERM, signal.SIGINT}
    if not options.command:
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # before any thread exists, so that only sigwait sees them
    try:
        sim = Simulator(
            seed=seed_of(read_picture(options.account)) if options.account else options.seed,
            edition=options.edition,
            lag=options.lag,
            latency=options.latency,
            rate=options.rate,
            clock=options.clock,
            port=options.port,
            state_file=options.state,
            gateway_port=options.gateway_port,
        ).start()
    except (SettingError, OSError, OverflowError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    try:
        if options.command:
            return rehearsal.run(sim, options.command)
        print(welcome(sim), flush=True)
        if options.ready_file:
            write_ready_file(Path(options.ready_file), sim)
        signal.sigwait(signals)
    except OSError as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    finally:
        sim.stop()
    return 0


def read_picture(file: str) -> Any:
    """What a file, or stdin, holds. Raises SettingError, OSError."""
    try:
        return json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except ValueError:
        raise SettingError(f"the account {file} is no JSON") from None


def welcome(sim: Simulator) -> str:
    """What a user needs to know, ready to paste."""
    exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment(sim).items())
    accounts = [f"  account   {account.name}  token {account.token}  key {account.key}" for account in _accounts(sim)]
    return "\n".join(
        [
            f"Simulated Thordata API, edition {sim.world.settings.edition}"
            + (", state taken up from the state file" if sim.resumed else ""),
            f"  api       {sim.api_url}",
            f"  extract   {sim.extract_url}",
            f"  echo      {sim.echo_url}",
            f"  gateway   {sim.gateway_url}",
            f"  control   {sim.control_url}",
            *accounts,
            f"export {exports}",
        ]
    )


def write_ready_file(file: Path, sim: Simulator) -> None:
    """Say where the simulator is, to scripts; the file appears whole."""
    document: dict[str, Any] = {
        "pid": os.getpid(),
        "port": sim.port,
        "api_url": sim.api_url,
        "extract_url": sim.extract_url,
        "echo_url": sim.echo_url,
        "gateway_url": sim.gateway_url,
        "control_url": sim.control_url,
        "token": sim.token,
        "key": sim.key,
        "accounts": [{"name": item.name, "token": item.token, "key": item.key} for item in _accounts(sim)],
        "environment": environment(sim),
    }
    part = file.with_name(f"{file.name}.part")
    part.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    os.replace(part, file)


def _accounts(sim: Simulator) -> list[Any]:
    return list(sim.world.accounts.values())


if __name__ == "__main__":
    sys.exit(main())
