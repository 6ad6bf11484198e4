# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the modules against what people use today, as ratios within one run; ``make bench`` calls it.

Each play runs three times; the median counts. The time of an empty play is subtracted where a row says "per item".
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from ansible.release import __version__ as ansible_version

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ITEMS = 200
URI_ITEMS = 40
HOSTS = 200
MODULE_HOSTS = 40
FORKS = 20
REPEATS = 3
SEED = {"token": "benchtoken0001", "key": "benchkey0001", "limits": {"users": 1000, "whitelist": 1000}}


@contextmanager
def simulator(folder: Path) -> Iterator[dict[str, str]]:
    """Start the simulator as a process of its own; yield what it says of itself."""
    seed, ready = folder / "seed.yml", folder / "ready.json"
    seed.write_text(json.dumps(SEED))
    command = [sys.executable, "-m", "simulator", "--seed", seed, "--ready-file", ready]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                time.sleep(0.02)
            yield json.loads(ready.read_text("utf-8"))
        finally:
            process.terminate()


class Bench:
    """Plays against one simulator, each time from an empty account."""

    def __init__(self, folder: Path, account: dict[str, str]) -> None:
        self._folder = folder
        self._account = account
        hosts = {f"host{number:03}": None for number in range(HOSTS)}
        inventory = {"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}
        (folder / "inventory.yml").write_text(json.dumps(inventory))
        (folder / "ansible.cfg").write_text("[defaults]\n")

    def seconds(self, hosts: str, *tasks: dict[str, Any], expect_writes: int | None = None) -> float:
        """Return the median time of a play."""
        play = [{"hosts": hosts, "gather_facts": False, "tasks": list(tasks)}]
        (self._folder / "play.yml").write_text(json.dumps(play))
        times = []
        for _repeat in range(REPEATS):
            self._control("reset")
            started = time.perf_counter()
            self._play()
            times.append(time.perf_counter() - started)
            if expect_writes is not None:
                writes = [row for row in self._control("log")["requests"] if row["method"] == "POST"]
                assert len(writes) == expect_writes, f"{len(writes)} writes, not {expect_writes}"
        return statistics.median(times)

    def _play(self) -> None:
        path = [part for part in os.environ["PATH"].split(os.pathsep) if "shims" not in Path(part).parts]
        env = {
            **os.environ,
            "PATH": os.pathsep.join([str(BIN), *path]),
            "ANSIBLE_CONFIG": str(self._folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self._folder / "home"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "LC_ALL": "C.UTF-8",
            "THORDATA_API_URL": self._account["api_url"],
            "THORDATA_PUBLIC_TOKEN": self._account["token"],
        }
        command = [BIN / "ansible-playbook", "-f", str(FORKS), "-i", "inventory.yml", "play.yml"]
        done = subprocess.run(command, cwd=self._folder, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(done.stdout[-3000:] + done.stderr[-3000:])

    def _control(self, call: str) -> Any:
        data = None if call == "log" else b"{}"
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._account['control_url']}/{call}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def uri(self) -> dict[str, Any]:
        """Return the task with which people create a user today."""
        url = f"{self._account['api_url']}/proxy-users/create-user"
        body = {
            "proxy_type": 1,
            "username": "{{ item }}",
            "password": "Secret123",
            "traffic_limit": 0,
            "status": "true",
        }
        options = {
            "url": url,
            "method": "POST",
            "headers": {"token": self._account["token"]},
            "body_format": "form-urlencoded",
            "body": body,
        }
        return {"ansible.builtin.uri": options}


def names(count: int) -> list[str]:
    """Return usernames for a loop."""
    return [f"user{number:05}" for number in range(count)]


def row(case: str, against: str, figure: str, target: str, reached: bool) -> None:
    """Print one line of the table."""
    print(f"| {case:<42} | {against:<34} | {figure:<30} | {target:<12} | {'yes' if reached else 'NO':<7} |", flush=True)


def main() -> None:
    """Measure, and print the table."""
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, ansible-core "
        f"{ansible_version}, requests {requests.__version__}; simulator on loopback, no latency; median of {REPEATS}\n"
    )
    print(f"| {'case':<42} | {'against':<34} | {'measured':<30} | {'to reach':<12} | reached |")
    print(f"|{'-' * 44}|{'-' * 36}|{'-' * 32}|{'-' * 14}|{'-' * 9}|")
    with tempfile.TemporaryDirectory() as name, simulator(Path(name)) as account:
        bench = Bench(Path(name), account)
        one = "host000"
        empty = bench.seconds(one, {"ansible.builtin.debug": {"msg": "x"}, "when": False})
        debug = bench.seconds(one, {"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": names(ITEMS)})
        user = {"username": "{{ item }}", "password": "Secret123"}
        loop = {"thordata.proxies.proxy_user": user, "loop": names(ITEMS)}
        ours = bench.seconds(one, loop, expect_writes=ITEMS)
        uri = bench.seconds(one, {**bench.uri(), "loop": names(URI_ITEMS)}, expect_writes=URI_ITEMS)
        uri_item, our_item = (uri - empty) / URI_ITEMS, (ours - empty) / ITEMS
        faster = uri_item / our_item
        case = f"(a) proxy_user, loop of {ITEMS}, per item"
        figure = f"{faster:.0f} times faster ({1000 * our_item:.1f} / {1000 * uri_item:.0f} ms)"
        row(case, f"ansible.builtin.uri, loop of {URI_ITEMS}", figure, ">= 30 times", faster >= 30)
        above = 1000 * (ours - debug) / ITEMS / 2
        row("(a) the same, per request (2 an item)", f"ansible.builtin.debug, loop of {ITEMS}", f"{above:.2f} ms above",
            "<= 3 ms", above <= 3)  # fmt: skip

        address = {"ip": "203.0.113.{{ groups['all'].index(inventory_hostname) + 1 }}"}
        task = {"thordata.proxies.whitelist_ip": address}
        debug = bench.seconds("all", {"ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}})
        ours = bench.seconds("all", task, expect_writes=HOSTS)
        case = f"(b) whitelist_ip, {HOSTS} hosts, forks {FORKS}"
        row(case, "ansible.builtin.debug, same hosts", f"{ours / debug:.2f} times ({ours:.1f} / {debug:.1f} s)",
            "<= 1.5 times", ours / debug <= 1.5)  # fmt: skip
        hosts = ",".join(f"host{number:03}" for number in range(MODULE_HOSTS))
        as_module = bench.seconds(hosts, {**task, "async": 60, "poll": 1}, expect_writes=MODULE_HOSTS)
        faster = (as_module - empty) / MODULE_HOSTS / ((ours - empty) / HOSTS)
        figure = f"{faster:.0f} times faster"
        row("(b) the same, per host", f"as ordinary module, {MODULE_HOSTS} hosts", figure, "-", True)


if __name__ == "__main__":
    main()
