# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures the collection against what people use today, as ratios within one run; ``make bench`` calls it.

What is compared runs in turns, each from the same state, and the medians count. All times are those of whole commands,
with the start of Ansible or Python, unless a row says "an item" (then the time of an empty play is subtracted).
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
import yaml
from ansible.release import __version__ as ansible_version

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
ITEMS = 200
URI_ITEMS = 40
HOSTS = 200
MODULE_HOSTS = 40
FORKS = 20
WORKERS = 8
REPEATS = 3
# Seconds until the API answers, and how many times as long as a bare script a set may take then.
LATENCIES = ((0.0, 1.2), (0.05, 1.08))
SEED = {"token": "benchtoken0001", "key": "benchkey0001", "limits": {"users": 100_000, "whitelist": 100_000}}
ADDRESSES = [f"203.0.{number // 250}.{number % 250 + 1}" for number in range(1000)]
NEW_ADDRESSES = [f"198.18.{number // 250}.{number % 250 + 1}" for number in range(500)]

Run = Callable[[], float]


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


def user(number: int) -> dict[str, Any]:
    """Return a user as a playbook declares it."""
    return {"username": f"user{number:05}", "password": "Secret123", "traffic_limit": 0}


class Bench:
    """Commands against one simulator, each from a state of its own."""

    def __init__(self, folder: Path, account: dict[str, str]) -> None:
        self._folder = folder
        self._account = account
        self._seed: dict[str, Any] = SEED
        self._latency = 0.0
        self._rate: float | None = None
        self.peak = 0
        self.gateway_port = int(account["gateway_url"].rpartition(":")[2])
        hosts = {f"host{number:03}": None for number in range(HOSTS)}
        inventory = {"all": {"hosts": hosts, "vars": {"ansible_connection": "local"}}}
        (folder / "inventory.yml").write_text(json.dumps(inventory))
        (folder / "ansible.cfg").write_text("[defaults]\n")

    def given(self, latency: float = 0.0, rate: float | None = None, **holds: Any) -> None:
        """Set what the account holds when a command starts, how late answers are, and how many calls a second pass."""
        self._seed, self._latency, self._rate = {**SEED, **holds}, latency, rate

    def play(
        self,
        *tasks: dict[str, Any],
        hosts: str = "host000",
        writes: int | None = None,
        variables: Any = None,
        forks: int = FORKS,
    ) -> Run:
        """Return what runs a play of these tasks, with ``variables`` in a file, and checks how many writes it sent."""
        number = len(list(self._folder.glob("play*.yml")))
        file, data = self._folder / f"play{number}.yml", self._folder / f"vars{number}.json"
        play = [{"hosts": hosts, "gather_facts": False, "vars_files": [str(data)], "tasks": list(tasks)}]
        file.write_text(json.dumps(play))
        data.write_text(json.dumps(variables or {}))
        command = [BIN / "ansible-playbook", "-f", str(forks), "-i", "inventory.yml", file]
        return lambda: self._timed(command, writes)

    def script(self, name: str, *options: Any, writes: int | None = None) -> Run:
        """Return what runs a script of this folder."""
        return lambda: self._timed([sys.executable, HERE / name, *map(str, options)], writes)

    def inventory(self, name: str, config: dict[str, Any] | None) -> Run:
        """Return what lists an inventory; ``config`` is written as its source."""
        if config is not None:
            self.write(name, json.dumps(config))
        return lambda: self._timed([BIN / "ansible-inventory", "-i", name, "--list"], None)

    def write(self, name: str, text: str) -> None:
        """Write a file beside the playbooks."""
        (self._folder / name).write_text(text, encoding="utf-8")

    def as_yaml_inventory(self) -> str:
        """Return what the last command listed as the YAML of a static inventory."""
        text = (self._folder / "output").read_text("utf-8")
        listed = json.loads(text[text.index("{\n") :], object_hook=lambda one: one.get("__ansible_unsafe", one))
        children = {
            group: {"hosts": dict.fromkeys(content["hosts"])}
            for group, content in listed.items()
            if group != "_meta" and "hosts" in content
        }
        return yaml.dump({"all": {"hosts": listed["_meta"]["hostvars"], "children": children}}, Dumper=yaml.CSafeDumper)

    def requests(self, code: int | None = None) -> int:
        """Return how many calls the API has had since the last command began, or has answered with a code."""
        return sum(code in (None, row["code"]) for row in self._control("log")["requests"])

    def _timed(self, command: list[Any], writes: int | None) -> float:
        self._control("reset", {"seed": self._seed})
        self._control("settings", {"latency": self._latency, "rate": self._rate})
        # What the runs before knew of the account is not so any more.
        state = self._folder / "state"
        shutil.rmtree(state, ignore_errors=True)
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
            "THORDATA_PUBLIC_KEY": self._account["key"],
            "THORDATA_STATE_DIR": str(state),
            "THORDATA_EXTRACT_URL": self._account["extract_url"],
        }
        output = self._folder / "output"
        started = time.perf_counter()
        with output.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(command, cwd=self._folder, env=env, stdout=file, stderr=subprocess.STDOUT)
            _pid, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.exit(output.read_text("utf-8")[-3000:])
        self.peak = usage.ru_maxrss
        if writes is not None:
            sent = sum(row["method"] == "POST" and row["code"] == 200 for row in self._control("log")["requests"])
            if sent != writes:
                sys.exit(f"{sent} writes, not {writes}: {command}")
        return seconds

    def _control(self, call: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self._account['control_url']}/{call}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def uri(self) -> dict[str, Any]:
        """Return the task with which people create a user today."""
        body = {
            "proxy_type": 1,
            "username": "{{ item }}",
            "password": "Secret123",
            "traffic_limit": 0,
            "status": "true",
        }
        options = {
            "url": f"{self._account['api_url']}/proxy-users/create-user",
            "method": "POST",
            "headers": {"token": self._account["token"]},
            "body_format": "form-urlencoded",
            "body": body,
        }
        return {"ansible.builtin.uri": options}


def names(count: int) -> list[str]:
    """Return usernames for a loop."""
    return [f"user{number:05}" for number in range(count)]


def medians(*runs: Run, repeats: int = REPEATS) -> list[float]:
    """Return the median time of each, run in turns."""
    times: list[list[float]] = [[] for _run in runs]
    for _repeat in range(repeats):
        for run, seconds in zip(runs, times, strict=True):
            seconds.append(run())
    return [statistics.median(seconds) for seconds in times]


def row(case: str, against: str, figure: str, target: str, reached: bool | None) -> None:
    """Print one line of the table."""
    said = {True: "yes", False: "NO", None: ""}[reached]
    print(f"| {case:<46} | {against:<34} | {figure:<38} | {target:<12} | {said:<7} |", flush=True)


def loops(bench: Bench) -> None:
    """Singular modules in a loop, and on many hosts."""
    bench.given()
    empty_play = bench.play({"ansible.builtin.debug": {"msg": "x"}, "when": False})
    debug_loop = bench.play({"ansible.builtin.debug": {"msg": "{{ item }}"}, "loop": names(ITEMS)})
    one_user = {"username": "{{ item }}", "password": "Secret123"}
    our_loop = bench.play({"thordata.proxies.proxy_user": one_user, "loop": names(ITEMS)}, writes=ITEMS)
    uri_loop = bench.play({**bench.uri(), "loop": names(URI_ITEMS)}, writes=URI_ITEMS)
    empty, debug, ours, uri = medians(empty_play, debug_loop, our_loop, uri_loop)
    uri_item, our_item = (uri - empty) / URI_ITEMS, (ours - empty) / ITEMS
    figure = f"{uri_item / our_item:.0f} times faster ({1000 * our_item:.1f} / {1000 * uri_item:.0f} ms)"
    case = f"proxy_user, loop of {ITEMS}, an item"
    row(case, f"ansible.builtin.uri, loop of {URI_ITEMS}", figure, ">= 30 times", uri_item / our_item >= 30)
    above = 1000 * (ours - debug) / ITEMS / 2
    case = "the same, a request (2 an item)"
    row(case, f"ansible.builtin.debug, loop of {ITEMS}", f"{above:.2f} ms above", "<= 3 ms", above <= 3)

    address = {"ip": "203.0.113.{{ groups['all'].index(inventory_hostname) + 1 }}"}
    task = {"thordata.proxies.whitelist_ip": address}
    debug_play = bench.play({"ansible.builtin.debug": {"msg": "{{ inventory_hostname }}"}}, hosts="all")
    our_play = bench.play(task, hosts="all", writes=HOSTS)
    same_play = bench.play({"ansible.builtin.debug": {"msg": address["ip"]}}, hosts="all")
    debug, same, ours = medians(debug_play, same_play, our_play, repeats=2 * REPEATS - 1)
    case = f"whitelist_ip, {HOSTS} hosts, forks {FORKS}"
    figure = f"{ours / debug:.2f} times ({ours:.2f} / {debug:.2f} s)"
    row(case, "ansible.builtin.debug, same hosts", figure, "<= 1.4 times", ours / debug <= 1.4)
    row("the same", "debug of the same template", f"{ours / same:.2f} times ({same:.2f} s)", "-", None)
    hosts = ",".join(f"host{number:03}" for number in range(MODULE_HOSTS))
    (module,) = medians(bench.play({**task, "async": 60, "poll": 1}, hosts=hosts, writes=MODULE_HOSTS), repeats=1)
    faster = (module - empty) / MODULE_HOSTS / ((ours - empty) / HOSTS)
    row("the same, a host", f"as ordinary module, {MODULE_HOSTS} hosts", f"{faster:.0f} times faster", "-", None)


def throttled(bench: Bench) -> None:
    """Many processes against an API that allows ten calls a second."""
    rate, forks = 10, 50
    bench.given(rate=rate)
    address = {"ip": "203.0.113.{{ groups['all'].index(inventory_hostname) + 1 }}"}
    play = bench.play({"thordata.proxies.whitelist_ip": address}, hosts="all", writes=HOSTS, forks=forks)
    (seconds,) = medians(play)
    refused, calls = bench.requests(10011), bench.requests()
    least = (calls - refused) / rate
    figure = f"{seconds / least:.2f} times ({seconds:.1f} / {least:.0f} s)"
    case = f"whitelist_ip, {HOSTS} hosts, forks {forks}"
    row(case, f"what {rate} calls a second allow", figure, "<= 1.15 times", seconds / least <= 1.15)
    share = refused / calls
    row(
        "the same, calls that were refused", "all calls", f"{share:.1%} ({refused} of {calls})", "<= 10 %", share <= 0.1
    )


def sets(bench: Bench) -> None:
    """Whole sets."""
    users = {"users": [user(number) for number in range(1000)]}
    all_users = {"thordata.proxies.proxy_users": {"users": "{{ users }}", "concurrency": WORKERS}}
    for latency, most in LATENCIES:
        at = f"at {1000 * latency:.0f} ms"
        bench.given(latency)
        empty_play = bench.play({"ansible.builtin.debug": {"msg": "x"}, "when": False})
        our_play = bench.play(all_users, variables=users, writes=1000)
        script = bench.script("bare.py", "users", 1000, WORKERS, writes=1000)
        empty, ours, bare = medians(empty_play, our_play, script)
        figure = f"{ours / bare:.2f} times ({ours:.2f} / {bare:.2f} s)"
        row(f"proxy_users, create 1,000, {at}", f"requests, {WORKERS} threads", figure, f"<= {most} times",
            ours / bare <= most)  # fmt: skip
        loop = bench.play({**bench.uri(), "loop": names(ITEMS)}, writes=ITEMS)
        (uri,) = medians(loop, repeats=1)
        faster, target = 5 * (uri - empty) / (ours - empty), 40 if latency else 100
        row("the same", f"ansible.builtin.uri, loop of {ITEMS}, x 5", f"{faster:.0f} times faster",
            f">= {target} times", faster >= target)  # fmt: skip
        (sdk,) = medians(bench.script("sdk.py", 1000, writes=1000), repeats=1 if latency else REPEATS)
        figure = f"{sdk / ours:.2f} times faster ({sdk:.2f} s)"
        least = 5 if latency else 1
        row("the same", "thordata-sdk, one after another", figure, f">= {least} times", sdk / ours >= least)

        bench.given(latency, whitelist={"residential": ADDRESSES})
        wanted = {"ips": [*ADDRESSES[500:], *NEW_ADDRESSES]}
        options = {"ips": "{{ ips }}", "purge": True, "purge_limit": 500, "concurrency": WORKERS}
        our_play = bench.play({"thordata.proxies.whitelist_ips": options}, variables=wanted, writes=1000)
        ours, bare = medians(our_play, bench.script("bare.py", "ips", 500, WORKERS, writes=1000))
        figure = f"{ours / bare:.2f} times ({ours:.2f} / {bare:.2f} s)"
        row(f"whitelist_ips, replace 500 of 1,000, {at}", f"requests, {WORKERS} threads", figure, f"<= {most} times",
            ours / bare <= most)  # fmt: skip

    for count, target in ((1000, 1.5), (10_000, 1.6)):
        declared = [user(number) for number in range(count)]
        bench.given(users={"residential": declared})
        debug_play = bench.play({"ansible.builtin.debug": {"msg": "x"}}, variables={"users": declared})
        our_play = bench.play(all_users, variables={"users": declared}, writes=0)
        # What Ansible itself needs to hand the list to a task.
        fact_play = bench.play({"ansible.builtin.set_fact": {"x": "{{ users }}"}}, variables={"users": declared})
        debug, fact, ours = medians(debug_play, fact_play, our_play)
        debug_play()
        debug_peak = bench.peak
        our_play()
        figure = f"{ours / debug:.2f} times ({ours:.2f} / {debug:.2f} s)"
        row(f"proxy_users, nothing to do, {count:,}", "debug, same variables", figure, f"<= {target} times",
            ours / debug <= target)  # fmt: skip
        figure = f"{fact / debug:.2f} times ({fact:.2f} s)"
        row("set_fact of the same list", "debug, same variables", figure, "-", None)
        figure = f"{bench.peak / debug_peak:.2f} times ({bench.peak / 1024:.0f} / {debug_peak / 1024:.0f} MiB)"
        row("the same, largest process", "debug, same variables", figure, "-", None)

    (module,) = medians(bench.play({**all_users, "async": 300, "poll": 1}, variables={"users": declared}, writes=0))
    figure = f"{module / ours:.2f} times ({module:.2f} s)"
    row("the same, as an ordinary module with async", "in the controller's process", figure, "<= 1.3 times",
        module / ours <= 1.3)  # fmt: skip

    growth = []
    for count in (10, 100, 1000, 10_000):
        bench.given()
        declared = [user(number) for number in range(count)]
        our_play = bench.play(all_users, variables={"users": declared}, writes=count)
        (ours,) = medians(our_play, repeats=REPEATS if count <= 1000 else 1)
        growth.append(f"{1000 * (ours - empty) / count:.2f}")
    row("proxy_users, create 10 / 100 / 1,000 / 10,000", "an item, in ms", " / ".join(growth), "flat", None)


def address(number: int) -> dict[str, Any]:
    """Return a bought address as a seed has it."""
    ip = f"198.{18 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
    return {"ip": ip, "country": ("US", "GB", "DE")[number % 3], "city": ("New York", "London", "Berlin")[number % 3]}


def proxies(bench: Bench) -> None:
    """Inventory, lookups, filters, and checks."""
    bench.given(static_proxies={"isp": [address(number) for number in range(10_000)]})
    config = {"plugin": "thordata.proxies.thordata", "servers": False, "datacenter": False}
    fresh = bench.inventory("fresh.thordata.yml", config)
    fresh()
    bench.write("static.yml", bench.as_yaml_inventory())
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}
    cached = bench.inventory("cached.thordata.yml", {**config, **cache})
    cached()
    static_time, fresh_time, cached_time = medians(bench.inventory("static.yml", None), fresh, cached)
    figure = f"{fresh_time / static_time:.2f} times ({fresh_time:.1f} / {static_time:.1f} s)"
    row("inventory, 10,000 addresses", "the same hosts in a YAML file", figure, "< 1 times", fresh_time < static_time)
    figure = f"{cached_time / fresh_time:.2f} times ({cached_time:.1f} s)"
    row("the same, cached", "the same, read from the API", figure, "< 1 times", cached_time < fresh_time)
    if bench.requests():
        sys.exit("A cached inventory made a request")

    count = 100_000
    variables = {"names": names(count), "urls": [f"http://{name}:x@t.pr.thordata.net:9999" for name in names(count)]}
    urls = "{{ names | map('thordata.proxies.proxy_url', password='Secret123', country='us') | length }}"
    parts = "{{ urls | map('ansible.builtin.urlsplit', 'username') | length }}"
    show = "ansible.builtin.debug"
    empty, ours, theirs = medians(
        *(bench.play({show: {"msg": text}}, variables=variables) for text in ("x", urls, parts))
    )
    figure = f"{(ours - empty) / (theirs - empty):.2f} times ({ours - empty:.2f} / {theirs - empty:.2f} s)"
    row(f"proxy_url, {count:,} items", "ansible.builtin.urlsplit", figure, "<= 2 times",
        ours - empty <= 2 * (theirs - empty))  # fmt: skip

    bench.given(whitelist={"residential": ["127.0.0.1"]}, name="Thor100001")
    template = "{{ query('thordata.proxies.extracted_proxies', account_name='Thor100001', count=1000) | length }}"
    plays = [bench.play({show: {"msg": text}}) for text in ("x", template)]
    empty, ours, bare = medians(*plays, bench.script("bare.py", "nodes", 1000, 1))
    figure = f"{ours / (empty + bare):.2f} times ({ours:.2f} / {empty:.2f} + {bare:.2f} s)"
    row("extracted_proxies, 1,000 nodes", "an empty play + requests and split", figure, "<= 1.2 times",
        ours <= 1.2 * (empty + bare))  # fmt: skip

    latency, checked, at_once = 0.05, 200, 20
    bench.given(users={"residential": [user(0)]}, settings={"gateway_latency": latency})
    options = {"password": "Secret123", "host": "127.0.0.1", "port": bench.gateway_port}
    urls = f"{{{{ (['user00000'] * {checked}) | map('thordata.proxies.proxy_url', **options) | list }}}}"
    task = {"proxies": urls, "check_url": "http://echo.simulator.test/", "concurrency": at_once}
    none, joined = medians(
        *(
            bench.play({"thordata.proxies.proxy_check": {**task, "proxies": which}}, variables={"options": options})
            for which in ([], urls)
        )
    )
    spent, most = joined - none, checked / at_once * latency * 1.5
    row(f"proxy_check, {checked} proxies at 50 ms, {at_once} at once", "no proxy at all", f"{spent:.2f} s above",
        f"<= {most:.2f} s", spent <= most)  # fmt: skip


PARTS = {"loops": loops, "throttled": throttled, "sets": sets, "proxies": proxies}


def main() -> None:
    """Measure, and print the table; ``run.py PART ...`` measures only these parts."""
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, ansible-core "
        f"{ansible_version}, requests {requests.__version__}; simulator on the same machine, on loopback;"
        f" medians of {REPEATS}\n"
    )
    print(f"| {'case':<46} | {'against':<34} | {'measured':<38} | {'to reach':<12} | reached |")
    print(f"|{'-' * 48}|{'-' * 36}|{'-' * 40}|{'-' * 14}|{'-' * 9}|")
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory() as name, simulator(Path(name)) as account:
            PARTS[part](Bench(Path(name), account))


if __name__ == "__main__":
    main()
