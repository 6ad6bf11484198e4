# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same task in the controller's process, delegated, and with async: the same result, by the same calls."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_project import Project, Unsafe, Vaulted
from conftest import SEED

from simulator import Simulator

WAYS = ("in_process", "delegated", "async")
# What Ansible itself adds to the result of a task with async.
ANSIBLES_OWN = {
    "ansible_job_id",
    "finished",
    "results_file",
    "started",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
}
VAULT_PASSWORD = "vaultpassword"
ACCOUNT = {"api_url": "{{ api_url }}", "api_token": SEED["token"], "api_key": SEED["key"], "api_retry_timeout": 0}
ALICE = {"username": "alice01", "password": "Secret123", "traffic_limit": 500}
CODES = (10008, 10014, 10019, 12345)


def vaulted(text: str) -> Vaulted:
    secret = VaultSecret(VAULT_PASSWORD.encode())
    return Vaulted(VaultLib([(DEFAULT_VAULT_ID_MATCH, secret)]).encrypt(text.encode(), secret).decode())


@dataclass(frozen=True)
class Case:
    """A task, and how it ends. ``faults``: what goes wrong with the calls of this task, each once."""

    name: str
    module: str
    options: dict[str, Any]
    outcome: str
    keywords: dict[str, Any] = field(default_factory=dict)
    faults: tuple[dict[str, Any], ...] = ()
    # Each async task costs two seconds: only one of each kind is run so.
    with_async: bool = False


def fault(action: str, path: str, **more: Any) -> tuple[dict[str, Any], ...]:
    return ({"action": action, "path": path, "times": 1, **more},)


def changes() -> list[Case]:
    """Return the life of a user and of an entry; each case needs those before it."""
    alice = {"username": "alice01"}
    rename = {**alice, "new_username": "alice02"}
    entry = {"ip": "203.0.113.1"}
    diff = {"diff": True}
    return [
        Case("create (check mode)", "proxy_user", ALICE, "changed", {"check_mode": True, **diff}),
        Case("create", "proxy_user", {**ALICE, "password": vaulted("Secret123")}, "changed", diff, with_async=True),
        Case("create again", "proxy_user", ALICE, "ok", diff, with_async=True),
        Case("create again (check mode)", "proxy_user", ALICE, "ok", {"check_mode": True, **diff}),
        Case("strings", "proxy_user", {**alice, "enabled": "no", "traffic_limit": "800"}, "changed", diff),
        Case("password", "proxy_user", {**alice, "password": "Another456"}, "changed", diff),
        Case(
            "lost answer",
            "proxy_user",
            # The user was changed just before: the list is believed only after some seconds.
            {**alice, "enabled": True, "api_retry_timeout": 30},
            "changed",
            diff,
            fault("drop_after", "update-user"),
        ),
        Case("create without a password", "proxy_user", {"username": "alice02"}, "failed", diff),
        Case("rename (check mode)", "proxy_user", rename, "changed", {"check_mode": True, **diff}),
        Case("rename", "proxy_user", rename, "changed", diff),
        Case("rename again", "proxy_user", rename, "ok", diff),
        Case("no_log", "proxy_user", ALICE, "changed", {"no_log": True}, with_async=True),
        Case("taken name", "proxy_user", rename, "failed", diff),
        Case("list", "proxy_user_info", {"usernames": "alice01,nobody01"}, "ok"),
        Case("passwords", "proxy_user_info", {"reveal_passwords": True}, "ok", with_async=True),
        Case("strings from the API", "proxy_user_info", {}, "ok", {}, fault("strings", "user-list")),
        Case("delete", "proxy_user", {**alice, "state": "absent"}, "changed", diff),
        Case("delete again", "proxy_user", {**alice, "state": "absent"}, "ok", diff),
        Case("add", "whitelist_ip", entry, "changed", diff),
        Case("change by two calls", "whitelist_ip", {**entry, "enabled": False}, "changed", diff),
        Case("loop", "whitelist_ip", {"ip": "{{ item }}"}, "changed", {"loop": ["203.0.113.1", "203.0.113.2"], **diff}),
        Case("warning", "whitelist_ip", {"ip": "10.0.0.1"}, "changed", diff, with_async=True),
        Case("entries", "whitelist_ip_info", {}, "ok"),
        Case(
            "null for a list", "whitelist_ip_info", {"proxy_type": "mobile"}, "ok", {}, fault("null_lists", "ip-list")
        ),
    ]


def refusals() -> list[Case]:
    """Return tasks that their options let fail."""
    return [
        Case("broken rules", "proxy_user", {"username": "a", "password": "1", "traffic_limit": 7}, "failed"),
        Case("unknown option", "proxy_user", {"username": "alice01", "bogus": "x"}, "failed", with_async=True),
        Case("missing option", "proxy_user", {}, "failed"),
        Case("wrong type", "proxy_user", {**ALICE, "traffic_limit": "many"}, "failed"),
        Case("number for a word", "proxy_user", {"username": 42798, "password": 123456}, "failed", with_async=True),
        Case("boolean for a word", "location_info", {"level": "state", "country": False}, "failed"),
        Case(
            "made of a boolean",
            "location_info",
            {"level": "state", "country": "{{ item }}"},
            "failed",
            {"loop": [False]},
        ),
        Case(
            "units", "proxy_user", {**ALICE, "username": "units01", "traffic_limit": "5GB"}, "changed", {"diff": True}
        ),
        Case("IPv6", "whitelist_ip", {"ip": "2001:db8::1"}, "failed"),
        Case("no address", "whitelist_ip", {"ip": "203.0.113.0/24", "state": "absent"}, "ok"),
        Case("wrong choice", "whitelist_ip", {"ip": "203.0.113.1", "proxy_type": "isp"}, "failed"),
        Case("no template", "proxy_user", {"username": Unsafe("{{ no }}")}, "failed"),
        Case("credentials in the URL", "account_info", {"api_url": "http://me:secret@127.0.0.1/api"}, "failed"),
        Case("nobody listens", "account_info", {"api_url": "http://127.0.0.1:1/api"}, "failed"),
    ]


def answers() -> list[Case]:
    """Return tasks that read, with credentials from different places and every kind of answer."""
    environment = {"THORDATA_PUBLIC_TOKEN": SEED["token"], "THORDATA_PUBLIC_KEY": SEED["key"]}
    once = {"api_retry_timeout": 5}
    codes = tuple(rule for code in CODES for rule in fault("code", "traffic-balance", code=code))
    from_environment = {"api_token": None, "api_key": None}

    def read(name: str, outcome: str, action: str, options: dict[str, Any] | None = None, **more: Any) -> Case:
        return Case(name, "account_info", options or {}, outcome, {}, fault(action, "traffic-balance"), **more)

    return [
        Case("vaulted token", "account_info", {"api_token": vaulted(SEED["token"])}, "ok", with_async=True),
        Case("environment", "account_info", from_environment, "ok", {"environment": environment}, with_async=True),
        Case("no token", "account_info", {"api_token": None}, "failed"),
        Case("wrong token", "account_info", {"api_token": "wrongtoken0001"}, "failed", with_async=True),
        Case("wrong key", "account_info", {"api_key": "wrongkey0001"}, "failed"),
        Case("codes", "account_info", {}, "failed", {"loop": list(CODES)}, codes),
        Case("not the API", "account_info", {"api_url": "{{ api_url }}/elsewhere"}, "failed"),
        Case("not TLS", "account_info", {"api_url": "{{ api_url | replace('http:', 'https:') }}"}, "failed"),
        read("throttled", "failed", "throttle"),
        read("throttled once", "ok", "throttle", once),
        read("dropped", "failed", "drop_before"),
        read("dropped once", "ok", "drop_before", once),
        read("server fault", "failed", "error_502"),
        read("half an answer", "failed", "truncate"),
        read("no answer", "failed", "empty"),
        read("web page", "failed", "html"),
        read("redirect", "failed", "redirect"),
        Case("not known", "whitelist_ip", {"ip": "203.0.113.9"}, "failed", {}, fault("drop_before", "add-ip")),
    ]


CASES = [*changes(), *refusals(), *answers()]


def tasks(number: int, case: Case, way: str) -> list[dict[str, Any]]:
    """Return the tasks of one case; the last one is the case's own."""
    options = {name: value for name, value in {**ACCOUNT, **case.options}.items() if value is not None}
    task = {"name": case.name, f"thordata.proxies.{case.module}": options, **case.keywords}
    task |= {"register": f"result_{number}", "ignore_errors": True}
    if way == "delegated":
        task["delegate_to"] = "elsewhere"
    if way == "async" and case.with_async:
        task |= {"async": 60, "poll": 1}
    return [*({"simulator": {"call": "faults", "body": rule}} for rule in case.faults), task]


def own(result: dict[str, Any]) -> dict[str, Any]:
    """Return what the module itself says, in each item of a loop too."""
    mine = {name: value for name, value in result.items() if name not in ANSIBLES_OWN}
    if "results" in mine:
        mine["results"] = [own(one) for one in mine["results"]]
    return mine


@dataclass(frozen=True)
class Record:
    """What a run of all cases left: the results by name, the calls to the API, and what ran on hosts."""

    results: dict[str, dict[str, Any]]
    calls: list[tuple[Any, ...]]
    commands: str


def record(folder: Path, way: str) -> Record:
    folder.mkdir()
    (folder / "vault").write_text(VAULT_PASSWORD)
    todo = [task for number, case in enumerate(CASES) for task in tasks(number, case, way)]
    results = "{{ [" + ", ".join(f"result_{number}" for number in range(len(CASES))) + "] }}"
    todo.append({"ansible.builtin.copy": {"content": results, "dest": str(folder / "results.json"), "mode": "0600"}})
    with Simulator(seed=SEED) as sim:
        play = {"hosts": "testhost", "gather_facts": False, "vars": {"api_url": sim.api_url}, "tasks": todo}
        done = Project(folder, sim).play([play], "--vault-password-file", "vault")
        assert done.code == 0, done.output
        calls = [(call.method, call.path, call.params, call.code, call.effect, call.fault) for call in sim.log]
    found = json.loads((folder / "results.json").read_text().replace(str(sim.port), "PORT"))
    return Record({case.name: own(one) for case, one in zip(CASES, found, strict=True)}, calls, done.commands)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("both_ways")
    with ThreadPoolExecutor() as pool:
        return dict(zip(WAYS, pool.map(lambda way: record(folder / way, way), WAYS), strict=True))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_result_is_the_same_wherever_a_task_runs(records, case):
    results = {way: one.results[case.name] for way, one in records.items()}
    assert results["delegated"] == results["in_process"]
    assert results["async"] == results["in_process"]
    one = results["in_process"]
    assert ("failed" if one.get("failed") else "changed" if one["changed"] else "ok") == case.outcome


def test_a_missing_token_is_told_with_its_environment_variable(records):
    for one in records.values():
        assert one.results["no token"]["msg"] == (
            "missing required arguments: api_token. Set api_token, or the environment variable THORDATA_PUBLIC_TOKEN."
        )


def test_the_calls_are_the_same_wherever_a_task_runs(records):
    calls = records["in_process"].calls
    assert len(calls) > len(CASES)
    assert records["delegated"].calls == calls
    assert records["async"].calls == calls


def test_every_task_ran_where_it_was_to_run(records):
    modules = {way: set(re.findall(r"AnsiballZ_(\w+)\.py", one.commands)) for way, one in records.items()}
    ours = {case.module for case in CASES}
    assert not modules["in_process"] & ours
    assert modules["delegated"] >= ours
    assert modules["async"] >= {case.module for case in CASES if case.with_async}


def ad_hoc(project, *options):
    arguments = " ".join(f"{name}={value}" for name, value in project.account.items())
    command = ["testhost", "-m", "thordata.proxies.account_info", "-a", arguments, *options]
    done = project.run("ansible", *command)
    assert done.code == 0, done.output
    return own(json.loads(re.search(r"testhost \| SUCCESS => (\{.*\})", done.output, re.DOTALL)[1])), done.commands


def test_ad_hoc(project):
    here, no_commands = ad_hoc(project)
    there, commands = ad_hoc(project, "-B", "60", "-P", "1")
    assert here["wallet_balance"] == 100
    assert here == there
    assert not no_commands
    assert "AnsiballZ_account_info.py" in commands


def test_a_target_needs_requests_only_for_what_runs_there(project):
    bare = project.folder / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(bare)], check=True)
    task = {
        "thordata.proxies.account_info": project.account,
        "vars": {"ansible_python_interpreter": f"{bare}/bin/python"},
    }
    there = {**task, "delegate_to": "elsewhere", "register": "there"}
    there["failed_when"] = "there is not failed or 'requests' not in there.msg or there.module_stderr is defined"
    run = project.play([{"hosts": "testhost", "gather_facts": False, "tasks": [task, there]}])
    assert run.code == 0, run.output
    assert str(bare) in run.commands


def test_a_loop_in_process_needs_no_target_at_all(project):
    task = {
        "thordata.proxies.whitelist_ip": {**project.account, "ip": "203.0.113.{{ item }}"},
        "loop": [1, 2, 3],
        "vars": {"ansible_python_interpreter": "/no/such/python"},
    }
    run = project.play([{"hosts": "testhost", "gather_facts": False, "tasks": [task]}])
    assert run.code == 0, run.output
    assert run.commands == ""
    assert sorted(project.simulator.snapshot()["whitelist"]["residential"]) == [f"203.0.113.{i}" for i in (1, 2, 3)]
