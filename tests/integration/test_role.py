# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role: several accounts at once, each with its own token, from variables."""

from __future__ import annotations

import pytest
from ansible_project import Project, to_yaml

from simulator import Simulator

ACCOUNTS = ["one", "two"]
SEED = {
    "accounts": [
        {
            "token": f"token{name}0001",
            "wallet": 1000,
            "users": {"residential": {"oldone": {"password": "Secret123"}, "prod01": {"password": "Secret123"}}},
            "servers": [{"ins_id": f"ins-{name}", "expiration_time": "+1d"}],
        }
        for name in ACCOUNTS
    ]
}
VARIABLES = {
    "account_purge": True,
    "account_protected_users": ["prod*"],
    "account_users": {
        "residential": [{"username": "{{ inventory_hostname }}", "password": "Secret123"}],
        "unlimited": [{"username": "worker01", "password": "Secret123"}],
    },
    "account_whitelist": {"residential": ["203.0.113.1", {"ip": "203.0.113.2", "enabled": False}]},
    "account_vouchers": [{"traffic": 5, "count": 2}],
    "account_servers": [
        {"ins_id": "ins-{{ inventory_hostname | replace('account', '') }}", "renew_for": 7, "renew_within": "2d"}
    ],
    "account_confirm_cost": True,
    "account_min_wallet_balance": 100,
}


@pytest.fixture
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


def play(tmp_path, sim, *options, **variables):
    project = Project(tmp_path, sim)
    hosts = {f"account{name}": {"thordata_token": f"token{name}0001"} for name in ACCOUNTS}
    (tmp_path / "inventory.yml").write_text(to_yaml({"accounts": {"hosts": hosts}}), encoding="utf-8")
    defaults = {"api_token": "{{ thordata_token }}", "api_url": sim.api_url}
    plays = [
        {
            "hosts": "accounts",
            "gather_facts": False,
            "module_defaults": {"group/thordata.proxies.account": defaults},
            "roles": [{"role": "thordata.proxies.account", "vars": {**VARIABLES, **variables}}],
        }
    ]
    return project.play(plays, *options)


def test_accounts_converge_in_parallel(tmp_path, sim):
    planned = play(tmp_path, sim, "--check")
    assert planned.code == 0, planned.output
    assert sim.ledger == []
    first = play(tmp_path, sim)
    assert first.code == 0, first.output
    for name in ACCOUNTS:
        state = sim.snapshot(f"token{name}0001")
        assert sorted(state["users"]["residential"]) == [f"account{name}", "prod01"]
        assert sorted(state["users"]["unlimited"]) == ["worker01"]
        assert {ip: row["enabled"] for ip, row in state["whitelist"]["residential"].items()} == {
            "203.0.113.1": True,
            "203.0.113.2": False,
        }
        assert len(state["cdks"]) == 2
        assert not set(state["cdks"]) & set(first.output.split())
        assert state["wallet_balance"] == 1000 - 45 - 20
    sim.clear_log()
    again = play(tmp_path, sim)
    assert again.code == 0, again.output
    assert "changed=0" in again.output
    assert "changed=1" not in again.output
    assert [row.path for row in sim.log if row.method == "POST"] == []


@pytest.mark.parametrize("budget", [{"account_min_wallet_balance": 1001}, {"account_min_traffic_balance": 200000}])
def test_a_budget_that_is_not_there_stops_before_anything(tmp_path, sim, budget):
    run = play(tmp_path, sim, **budget)
    assert run.code == 2
    assert "Nothing was changed" in run.output
    assert sim.ledger == []


def test_variables_are_checked(tmp_path, sim):
    run = play(tmp_path, sim, account_vouchers=[{"count": 2}])
    assert run.code == 2
    assert "traffic" in run.output
    assert list(sim.log) == []
