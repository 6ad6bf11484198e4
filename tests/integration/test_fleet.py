# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fleets: many processes against an API that throttles, and a controller that is killed in the middle of a set."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress

import pytest
from ansible_project import BIN, to_yaml, workers
from conftest import SEED

pytestmark = pytest.mark.once

HOSTS = 60
USERS = 150


def play(project, *tasks, hosts="testhost"):
    defaults = {"group/thordata.proxies.account": project.account}
    return [{"hosts": hosts, "gather_facts": False, "module_defaults": defaults, "tasks": list(tasks)}]


def test_many_processes_get_through_an_api_that_throttles(project, sim):
    """Forks queue at one pace: few calls are refused."""
    sim.configure(rate=20)
    hosts = {f"host{number:03}": {"address": f"203.0.113.{number + 1}"} for number in range(HOSTS)}
    (project.folder / "inventory.yml").write_text(to_yaml({"all": {"hosts": hosts}}), encoding="utf-8")
    entry = {"thordata.proxies.whitelist_ip": {"ip": "{{ address }}"}}
    run = project.play(play(project, entry, hosts="all"), "-f", "30", env={"ANSIBLE_NOCOLOR": "1"})
    assert run.code == 0, run.output
    assert len(sim.snapshot()["whitelist"]["residential"]) == HOSTS
    assert len(sim.ledger) == HOSTS
    refused = sum(row.code == 10011 for row in sim.log)
    assert 0 < refused < HOSTS / 2
    assert "throttles this account" in run.output


def test_a_killed_controller_leaves_a_set_that_the_next_run_completes(project, sim):
    sim.reset({**SEED, "limits": {"users": 1000}})
    sim.configure(latency=0.02)
    users = [{"username": f"user{number:05}", "password": "Secret123"} for number in range(USERS)]
    (project.folder / "playbook.yml").write_text(
        to_yaml(play(project, {"thordata.proxies.proxy_users": {"users": users, "concurrency": 4}})), encoding="utf-8"
    )
    command = [str(BIN / "ansible-playbook"), "-i", "inventory.yml", "playbook.yml"]
    with subprocess.Popen(
        command,
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while len(sim.ledger) < USERS // 3:
            assert process.poll() is None
            time.sleep(0.01)
        left = workers(process)
        process.kill()
    time.sleep(0.5)  # what was under way reaches the API
    done = len(sim.ledger)
    assert USERS // 3 <= done < USERS * 2 // 3  # its workers do not go on without it
    time.sleep(0.5)
    assert len(sim.ledger) == done
    for worker in left:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)  # else Ansible's worker waits for ever to hand over its result
    run = project.run("ansible-playbook", "playbook.yml")
    assert run.code == 0, run.output
    created = [row["params"]["username"] for row in sim.ledger]
    assert sorted(created) == [one["username"] for one in users]


def test_a_play_that_forgets_run_once_buys_once(project, sim):
    """Each host's fork would buy; they wait for each other, and look again, even where the list lags."""
    sim.reset({**SEED, "wallet": 1000, "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}]})
    sim.configure(lag=2)
    hosts = {f"host{number:03}": None for number in range(12)}
    (project.folder / "inventory.yml").write_text(to_yaml({"all": {"hosts": hosts}}), encoding="utf-8")
    tasks = [
        {"thordata.proxies.cdk": {"traffic": 10, "count": 3, "confirm_cost": True}, "no_log": True},
        {
            "thordata.proxies.unlimited_server": {
                "ins_id": "ins-one",
                "renew_for": 7,
                "renew_within": "2d",
                "confirm_cost": True,
            }
        },
    ]
    run = project.play(play(project, *tasks, hosts="all"), "-f", "12")
    assert run.code == 0, run.output
    assert [row["call"] for row in sim.ledger] == ["/cdk/create", "/unlimited/renew"]
    assert run.output.count("changed=2") + run.output.count("changed=1") <= 2


def test_what_one_task_did_the_next_one_knows(project, sim):
    """Lists lag four seconds: between tasks, forks and playbooks nothing is undone, overlooked or done again."""
    sim.reset(
        {
            **SEED,
            "settings": {**SEED["settings"], "lag": 4},
            "users": {"residential": {"alice01": {"password": "Oldone1"}}},
            "whitelist": {"residential": {"203.0.113.1": {}, "203.0.113.2": {}}},
        }
    )
    tasks = [
        {"thordata.proxies.proxy_user": {"username": "alice01", "password": "Newone1"}},
        {"thordata.proxies.proxy_user": {"username": "alice01", "traffic_limit": "5GB"}},
        {"thordata.proxies.whitelist_ip": {"ip": "203.0.113.9"}},
        {"thordata.proxies.whitelist_ips": {"ips": ["203.0.113.1"], "purge": True}},
        {"thordata.proxies.whitelist_ip_info": {}, "register": "whitelist"},
        {"ansible.builtin.assert": {"that": "whitelist.entries | map(attribute='ip') | list == ['203.0.113.1']"}},
    ]
    run = project.play(play(project, *tasks))
    assert run.code == 0, run.output
    again = project.play(play(project, {"thordata.proxies.proxy_user": {"username": "alice01", "enabled": False}}))
    assert again.code == 0, again.output
    state = sim.snapshot()
    alice = {"password": "Newone1", "traffic_limit": 5120, "enabled": False}
    assert state["users"]["residential"]["alice01"] == alice
    assert list(state["whitelist"]["residential"]) == ["203.0.113.1"]
    folder = project.folder / ".cache" / "thordata.proxies"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not [path for path in folder.iterdir() if b"Newone1" in path.read_bytes() or sim.token in path.name]
