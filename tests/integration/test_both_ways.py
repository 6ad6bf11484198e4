# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same task in the controller's process, delegated, and with async: the same result."""

from __future__ import annotations

import json

import pytest
from ansible.constants import DEFAULT_VAULT_ID_MATCH
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_project import Vaulted

# What Ansible itself adds to the result of a module that it runs on a host.
ANSIBLES_OWN = {
    "ansible_facts",
    "ansible_job_id",
    "deprecations",
    "finished",
    "invocation",  # ansible-core 2.21 leaves it out unless asked
    "results_file",
    "started",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
}
VAULT_PASSWORD = "vaultpassword"
ALICE = {"username": "alice01", "password": "Secret123", "traffic_limit": 500}


def vaulted(text):
    secret = VaultSecret(VAULT_PASSWORD.encode())
    return Vaulted(VaultLib([(DEFAULT_VAULT_ID_MATCH, secret)]).encrypt(text.encode(), secret).decode())


def cases(project):
    """Return the tasks of one life of an account, in order: each a name, a module, its options, and keywords."""
    wrong = "wrongtoken0001"
    account = project.account
    environment = {"THORDATA_PUBLIC_TOKEN": account["api_token"], "THORDATA_PUBLIC_KEY": account["api_key"]}
    return [
        ("check mode", "proxy_user", ALICE, {"check_mode": True, "diff": True}),
        ("create", "proxy_user", {**ALICE, "password": vaulted("Secret123")}, {"diff": True}),
        ("no change", "proxy_user", ALICE, {"diff": True}),
        ("change", "proxy_user", {"username": "alice01", "enabled": "no", "traffic_limit": "800"}, {"diff": True}),
        ("info", "proxy_user_info", {"reveal_passwords": True, "usernames": "alice01,bob0001"}, {}),
        ("vaulted token", "account_info", {"api_token": vaulted(account["api_token"])}, {}),
        ("token from the environment", "account_info", {"api_token": None}, {"environment": environment}),
        ("no_log", "proxy_user", ALICE, {"no_log": True}),
        ("warning", "whitelist_ip", {"ip": "10.0.0.1"}, {"diff": True}),
        ("whitelist", "whitelist_ip_info", {}, {}),
        ("wrong token", "account_info", {"api_token": wrong}, {}),
        ("wrong options", "proxy_user", {"username": "a", "password": "1", "traffic_limit": 7}, {}),
        ("unknown option", "proxy_user", {"username": "alice01", "pasword": "Secret123"}, {}),
        ("missing option", "proxy_user", {}, {}),
        ("wrong type", "proxy_user", {**ALICE, "traffic_limit": "many"}, {}),
        ("wrong choice", "whitelist_ip", {"ip": "203.0.113.1", "proxy_type": "isp"}, {}),
        ("not the API", "account_info", {"api_url": account["api_url"] + "/elsewhere"}, {}),
    ]


def play(project, way):
    tasks = []
    for number, (name, module, options, keywords) in enumerate(cases(project)):
        given = {key: value for key, value in {**project.account, **options}.items() if value is not None}
        task = {f"thordata.proxies.{module}": given, **keywords, "name": name, "register": f"result_{number}"}
        if way == "async" and not keywords.get("check_mode"):
            task |= {"async": 60, "poll": 1}
        if way == "delegated":
            task["delegate_to"] = "elsewhere"
        tasks += [{**task, "ignore_errors": True}]
    names = [f"result_{number}" for number in range(len(tasks))]
    results = "{{ [" + ", ".join(names) + "] }}"
    tasks.append({"ansible.builtin.copy": {"content": results, "dest": str(project.folder / "results.json")}})
    tasks[-1]["delegate_to"] = "elsewhere"
    return {"hosts": "testhost", "gather_facts": False, "tasks": tasks}


def results_of(project, way):
    project.simulator.reset()
    (project.folder / "vault").write_text(VAULT_PASSWORD)
    run = project.play([play(project, way)], "--vault-password-file", "vault")
    assert run.code == 0, run.output
    results = json.loads((project.folder / "results.json").read_text())
    names = [case[0] for case in cases(project)]
    return {
        name: {key: value for key, value in result.items() if key not in ANSIBLES_OWN}
        for name, result in zip(names, results, strict=True)
    }


def test_the_result_is_the_same_wherever_a_task_runs(project):
    ways = {way: results_of(project, way) for way in ("in process", "delegated", "async")}
    for name, result in ways["in process"].items():
        assert ways["delegated"][name] == result, name
        assert ways["async"][name] == result, name
    assert [name for name, result in ways["in process"].items() if result["changed"]] == [
        "check mode",
        "create",
        "change",
        "no_log",
        "warning",
    ]
    assert [name for name, result in ways["in process"].items() if result["failed"]] == [
        "wrong token",
        "wrong options",
        "unknown option",
        "missing option",
        "wrong type",
        "wrong choice",
        "not the API",
    ]


@pytest.mark.parametrize(("host", "as_module"), [("testhost", False), ("elsewhere", False)])
def test_ad_hoc(project, host, as_module):
    options = " ".join(f"{name}={value}" for name, value in project.account.items())
    run = project.run("ansible", host, "-m", "thordata.proxies.account_info", "-a", options)
    assert run.code == 0, run.output
    assert '"wallet_balance": 100' in run.output
    assert project.account["api_token"] not in run.output
    assert bool(run.commands) is as_module


def test_a_loop_uses_one_connection_and_no_target(project):
    task = {
        "thordata.proxies.whitelist_ip": {**project.account, "ip": "203.0.113.{{ item }}"},
        "loop": [1, 2, 3],
        "vars": {"ansible_python_interpreter": "/no/such/python"},
    }
    run = project.play([{"hosts": "testhost", "gather_facts": False, "tasks": [task]}])
    assert run.code == 0, run.output
    assert run.commands == ""
    assert sorted(project.simulator.snapshot()["whitelist"]["residential"]) == [f"203.0.113.{i}" for i in (1, 2, 3)]
