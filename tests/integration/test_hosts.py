# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module as an ordinary module on hosts with each Python: the same result as in the controller's process."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_project import ROOT, Project

from simulator import Simulator
from simulator.gateway import ECHO_HOST

pytestmark = pytest.mark.once

# Bare environments, which tests/environment.py makes.
FOLDERS = sorted((ROOT / ".venv").glob("target-3.*"), key=lambda path: int(path.suffix[1:]))
PYTHONS = {path.name.removeprefix("target-"): path / "bin" / "python" for path in FOLDERS if (path / ".done").exists()}
MODULES = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
SEED = {
    "start_time": "2026-07-15 12:00",
    "token": "simulatortoken0001",
    "name": "Thor100001",
    "wallet": 1000,
    "users": {
        "residential": {"alice01": {"password": "Secret123"}},
        "unlimited": {"worker01": {"password": "Secret1"}},
    },
    "whitelist": {"residential": {"127.0.0.1": {}}},
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "expiration_time": "+10d"}]},
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}],
    "usage": [{"date": "2026-07-13 09:00", "proxy_type": "residential", "username": "alice01", "traffic": 2}],
}
BOUGHT = {"confirm_cost": True, "min_wallet_balance": 100}
RENEWAL = {"ins_id": "ins-one", "renew_for": 7, "renew_within": "2d", "bound_users": ["worker01"], **BOUGHT}
USERS = [{"username": name, "password": "Secret123"} for name in ("alice01", "bobby03", "clara04", "david05")]
NODES = {"account_name": "Thor100001", "country": "us", "count": 3, "extract_url": "{{ extract_url }}"}
DONE: list[tuple[str, dict[str, Any]]] = [
    ("egress_ip_info", {"services": ["http://127.0.0.1:1/", "{{ echo_url }}"]}),
    ("extracted_proxies_info", NODES),
    (
        "proxy_check",
        {
            "proxies": [
                "{{ 'alice01' | thordata.proxies.proxy_url(password='Secret123', country='gb', **gateway) }}",
                "{{ 'alice01' | thordata.proxies.proxy_url(password='Wrong1', **gateway) }}",
            ],
            "check_url": f"http://{ECHO_HOST}/",
            "max_failed": 1,
        },
    ),
    ("account_info", {}),
    ("account_info", {"gather": ["users", "whitelist", "static_proxies", "servers", "bound_users", "vouchers"]}),
    ("account_drift_info", {"declared": {"users": {"residential": [{"username": "alice01", "traffic_limit": "5GB"}]}}}),
    ("location_info", {"level": "city", "country": "us"}),
    ("usage_info", {"usernames": ["alice01"], "from_date": "2026-07-01", "to_date": "2026-07-14"}),
    ("proxy_user", {"username": "bobby02", "password": "Secret123", "traffic_limit": "5GB"}),
    ("proxy_user", {"username": "bobby02", "new_username": "bobby03"}),
    ("proxy_users", {"users": USERS, "purge": True, "concurrency": 1}),
    ("proxy_user_info", {"reveal_passwords": True}),
    ("whitelist_ip", {"ip": "203.0.113.1"}),
    ("whitelist_ips", {"ips": ["203.0.113.1", {"ip": "203.0.113.2", "enabled": False}], "purge": True}),
    ("whitelist_ip_info", {}),
    ("static_proxy_info", {"expires_within": "30d"}),
    ("unlimited_server", RENEWAL),
    ("unlimited_server_info", {"bound_users": True}),
    ("cdk", {"traffic": 10, "count": 2, **BOUGHT}),
    ("cdk_info", {"status": "unused"}),
]
# By the options, by the module, and by the API.
REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("proxy_user", {"username": "bobby02", "traffic_limit": "many"}),
    ("whitelist_ip", {"ip": "203.0.113.0/24"}),
    ("account_info", {"api_token": "wrongtoken0001"}),
]
TASKS = [*DONE, *REFUSED]
# What differs from one run to the next.
VOLATILE = {"latency", "latency_mean", "latency_median", "latency_max", "cdk", "created", "order_id"}


def same(value: Any) -> Any:
    """Return what must not depend on the Python: a result without what differs from one run to the next."""
    if isinstance(value, dict):
        return {key: same(one) for key, one in value.items() if key not in VOLATILE}
    return [same(one) for one in value] if isinstance(value, list) else value


def record(folder: Path, python: str | None) -> tuple[list[Any], str]:
    """Run the tasks on a host with this Python, or in the controller's process; return their results and commands."""
    folder.mkdir()
    tasks: list[dict[str, Any]] = []
    for number, (module, options) in enumerate(TASKS):
        task = {f"thordata.proxies.{module}": options, "register": f"result_{number}", "ignore_errors": True}
        if python:
            task |= {"delegate_to": "elsewhere", "vars": {"ansible_python_interpreter": str(PYTHONS[python])}}
        tasks.append(task)
    results = "{{ [" + ", ".join(task["register"] for task in tasks) + "] }}"
    tasks.append({"ansible.builtin.copy": {"content": results, "dest": str(folder / "results.json"), "mode": "0600"}})
    with Simulator(seed=SEED, clock="virtual") as sim:
        project = Project(folder, sim)
        play = {
            "hosts": "testhost",
            "gather_facts": False,
            "module_defaults": {"group/thordata.proxies.account": project.account},
            "vars": {
                "echo_url": sim.echo_url,
                "extract_url": sim.extract_url,
                "gateway": {"host": "127.0.0.1", "port": sim.gateway.port},
            },
            "tasks": tasks,
        }
        done = project.play([play])
        assert done.code == 0, done.output
        text = (folder / "results.json").read_text()
        for port in (sim.port, sim.gateway.port):
            text = re.sub(rf"\b{port}\b", "PORT", text)
        return json.loads(text), done.commands


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """What each Python returned; None is the controller."""
    folder = tmp_path_factory.mktemp("hosts")
    with ThreadPoolExecutor(2) as pool:
        pythons = [None, *PYTHONS]
        return dict(zip(pythons, pool.map(lambda python: record(folder / str(python), python), pythons), strict=True))


def test_each_module_is_tried():
    assert {module for module, _options in TASKS} == MODULES
    assert PYTHONS, "no environment of a host: python3 tests/environment.py target-3.13"


@pytest.mark.parametrize("python", PYTHONS)
def test_the_result_is_that_of_the_controller(records, python):
    expected, _commands = records[None]
    found, commands = records[python]
    assert f"{PYTHONS[python]} " in commands
    for task, here, there in zip(TASKS, expected, found, strict=True):
        assert same(there) == same(here), task
        assert there.get("failed", False) is (task in REFUSED), there
