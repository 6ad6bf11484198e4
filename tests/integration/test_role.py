# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role: several accounts at once, each with its own token, from variables."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from ansible_project import BIN, Project, to_yaml

from simulator import Simulator

ACCOUNTS = ["one", "two"]
SEED = {
    "accounts": [
        {
            "token": f"token{name}0001",
            "wallet": 1000,
            "traffic": 102399.99957370758,
            "users": {"residential": {"oldone": {"password": "Secret123"}, "prod01": {"password": "Secret123"}}},
            "servers": [{"ins_id": f"ins-{name}", "expiration_time": "+1d"}],
        }
        for name in ACCOUNTS
    ]
}
VARIABLES = {
    "thordata_account_purge": True,
    "thordata_account_protected_users": ["prod*"],
    "thordata_account_users": {
        "residential": [{"username": "account{{ account }}", "password": "Secret123"}],
        "unlimited": [{"username": "worker01", "password": "Secret123"}],
    },
    "thordata_account_whitelist": {"residential": ["203.0.113.1", {"ip": "203.0.113.2", "enabled": False}]},
    "thordata_account_vouchers": [{"traffic": 5, "count": 2}],
    "thordata_account_servers": [{"ins_id": "ins-{{ account }}", "renew_for": 7, "renew_within": "2d"}],
    "thordata_account_confirm_cost": True,
    "thordata_account_min_wallet_balance": 100,
}
ONE_USER = {"residential": [{"username": "newone", "password": "leakySecret1"}]}


@pytest.fixture
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


def play(tmp_path, sim, hosts, *options, **environment):
    """Run the role for ``hosts``: by name, the account of each and its variables."""
    project = Project(tmp_path, sim)
    inventory = {
        host: {**variables, "account": name, "thordata_token": f"token{name}0001"}
        for host, (name, variables) in hosts.items()
    }
    (tmp_path / "inventory.yml").write_text(to_yaml({"accounts": {"hosts": inventory}}), encoding="utf-8")
    one = {
        "hosts": "accounts",
        "gather_facts": False,
        "module_defaults": {
            "group/thordata.proxies.account": {"api_token": "{{ thordata_token }}", "api_url": sim.api_url}
        },
        "roles": ["thordata.proxies.account"],
    }
    return project.play([one], *options, env=environment)


def alone(tmp_path, sim, *options, **variables):
    """Run the role for the first account."""
    return play(tmp_path, sim, {"accountone": ("one", variables)}, *options)


def writes(sim):
    return [row.path for row in sim.log if row.method == "POST"]


def reads(sim):
    return sorted(row.path for row in sim.log if row.method == "GET")


def test_accounts_converge_in_parallel(tmp_path, sim):
    hosts = {f"account{name}": (name, VARIABLES) for name in ACCOUNTS}
    planned = play(tmp_path, sim, hosts, "--check", "--diff")
    assert planned.code == 0, planned.output
    assert "(hidden, a new one)" in planned.output
    assert sim.ledger == []
    sim.clear_log()
    first = play(tmp_path, sim, hosts, "-v", ANSIBLE_DEPRECATION_WARNINGS="1")
    assert first.code == 0, first.output
    assert "WARNING" not in first.output
    for name in ACCOUNTS:
        state = sim.snapshot(f"token{name}0001")
        assert sorted(state["users"]["residential"]) == [f"account{name}", "prod01"]
        assert sorted(state["users"]["unlimited"]) == ["worker01"]
        assert {ip: row["enabled"] for ip, row in state["whitelist"]["residential"].items()} == {
            "203.0.113.1": True,
            "203.0.113.2": False,
        }
        assert len(state["cdks"]) == 2
        assert not [code for code in state["cdks"] if code in first.output]
        assert state["wallet_balance"] == 1000 - 45 - 20
    assert "changed=4 " in first.output
    assert "changed=4 " in planned.output
    sim.clear_log()
    again = play(tmp_path, sim, hosts, ANSIBLE_DEPRECATION_WARNINGS="1")
    assert again.code == 0, again.output
    assert "WARNING" not in again.output
    assert re.findall(r"changed=\d+", again.output) == ["changed=0"] * 2
    assert writes(sim) == []
    # One read a list, and the balances that the budget asks for.
    lists = ["/cdk/list", "/proxy-users/user-list", "/proxy-users/user-list", "/unlimited/server-list"]
    balances = ["/account/traffic-balance", "/account/wallet-balance"]
    assert reads(sim) == sorted(2 * [*lists, "/whitelisted-ips/ip-list", *balances])


def test_a_budget_that_is_not_there_stops_before_anything(tmp_path, sim):
    hosts = {
        "wallet": ("one", {**VARIABLES, "thordata_account_min_wallet_balance": 1001}),
        "traffic": ("two", {**VARIABLES, "thordata_account_min_traffic_balance": "102400"}),
        "days": ("two", {**VARIABLES, "thordata_account_min_traffic_days": "31"}),
    }
    run = play(tmp_path, sim, hosts)
    assert run.code == 2
    left = "102399 MB of residential traffic and 1000.00 in the wallet are left"
    assert f"{left}; 0 MB and 1001 are asked for. Nothing was changed." in run.said("wallet")
    assert f"{left}; 102400 MB and 100 are asked for. Nothing was changed." in run.said("traffic")
    assert "0 MB and 100 are asked for. The traffic lasts 30." in run.said("days")
    assert "days; 31 are asked for. Nothing was changed." in run.said("days")
    assert sim.ledger == []
    usage = "/account/usage-statistics"
    assert set(reads(sim)) == {"/account/traffic-balance", "/account/wallet-balance", usage}


def test_variables_are_checked_before_anything(tmp_path, sim):
    """Whatever is wrong with a variable: one sentence that names it, no secret, and not one call."""
    wrong = {
        "voucher": ({"thordata_account_vouchers": [{"count": 2}]}, "missing required arguments: traffic"),
        "product": ({"thordata_account_users": {"residental": ONE_USER["residential"]}}, "residental. Supported"),
        "whitelist": ({"thordata_account_whitelist": {"residental": []}}, "residental. Supported"),
        "variable": ({"thordata_account_user": ONE_USER}, "no variable thordata_account_user:"),
        "option": (
            {"thordata_account_users": {"residential": [{"username": "newone", "pasword": "leakySecret1"}]}},
            "residential.pasword. Supported",
        ),
        "server": ({"thordata_account_servers": [{"ins": "ins-one"}]}, "thordata_account_servers.ins. Supported"),
        "text": ({"thordata_account_users": "leakySecret1"}, "unable to convert to dict"),
        "pair": ({"thordata_account_vouchers": "traffic=5"}, "lists of dictionaries"),
        "pairs": (
            {"thordata_account_users": "residential=username=leakySecret1"},
            "Users, passwords and whitelist are dict",
        ),
    }
    # The variable of the extract links has the same prefix.
    right = {"thordata_account_name": "Thor100001"}
    hosts = {host: ("one", {**right, **variables}) for host, (variables, _message) in wrong.items()}
    run = play(tmp_path, sim, hosts, "-vvv")
    assert run.code == 2
    for host, (_variables, message) in wrong.items():
        assert re.search(rf"{host} .* failed=1 ", run.output), host
        assert message in run.output, host
    assert "leaky" not in run.output
    assert list(sim.log) == []


def test_all_that_can_be_known_is_found_before_the_first_change(tmp_path):
    """Each account has users to create, and something further on that cannot be had."""
    address = {"residential": ["203.0.113.1"]}
    renewal = {"renew_for": 7, "renew_within": "2d"}
    wrong = {
        "entry": ({"thordata_account_whitelist": {"residential": ["203.0.113.999"]}}, "203.0.113.999"),
        "slots": ({"thordata_account_whitelist": {"residential": ["203.0.113.1", "203.0.113.2"]}}, "slots"),
        "purge": ({"thordata_account_purge": True, "thordata_account_purge_limit": 0}, "purge_limit"),
        "server": ({"thordata_account_servers": [{"ins_id": "ins-none"}]}, "ins-none"),
        "size": ({"thordata_account_servers": [{"ins_id": "ins-one", "size": "8vCPU-16GiB"}]}, "8vCPU-16GiB"),
        "renewal": (
            {"thordata_account_servers": [{"ins_id": "ins-one", **renewal}]},
            "This would buy 7 more days of the server ins-one",
        ),
        "voucher": ({"thordata_account_vouchers": [{"traffic": 5}, {"traffic": 0}]}, "traffic must be above 0 GB"),
        "vouchers": (
            {"thordata_account_vouchers": [{"traffic": 5}, {"traffic": 7, "count": 2}]},
            "1 voucher of 5 GB and 2 vouchers of 7 GB. Set thordata_account_confirm_cost to true",
        ),
    }
    accounts = [
        {
            "token": f"token{host}0001",
            "users": {"residential": {"oldone": {"password": "Secret123"}}},
            "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}],
            "cdks": [{"cdk": "leakyVoucher0006", "traffic": 5, "status": "revoked"}, {"cdk": "leakyVoucher0007"}],
            "limits": {"whitelist": {"residential": 1}},
        }
        for host in wrong
    ]
    declared = {"thordata_account_users": ONE_USER, "thordata_account_whitelist": address}
    hosts = {host: (host, {**declared, **variables}) for host, (variables, _message) in wrong.items()}
    with Simulator(seed={"accounts": accounts}) as sim:
        run = play(tmp_path, sim, hosts, "-v")
        assert run.code == 2
        for host, (_variables, message) in wrong.items():
            assert message in run.said(host), (host, run.output)
        assert writes(sim) == []
        assert "leaky" not in run.output

        # Check mode shows all that would change, and says what is to be confirmed.
        planned = play(tmp_path, sim, {host: hosts[host] for host in ("renewal", "vouchers")}, "--check", "--diff")
        assert planned.code == 0, planned.output
        for host in ("renewal", "vouchers"):
            assert wrong[host][1] in planned.said(host)
        assert planned.output.count("residential proxy user newone\n+++ after: created") == 2, planned.output
        assert writes(sim) == []


def test_every_variable_may_be_a_string(tmp_path, sim):
    strings = {
        "users": json.dumps(ONE_USER),
        "whitelist": '{"residential": ["203.0.113.1"]}',
        "vouchers": '{"traffic": 5}',
        "servers": '{"ins_id": "ins-one"}',
        "purge": "false",
        "purge_limit": "1",
        "protected_users": '["oldone", "prod*"]',
        "protected_ips": "203.0.113.7,198.51.100.0/24",
        "concurrency": "2",
        "confirm_cost": "true",
        "min_traffic_balance": "1000.5",
        "min_traffic_days": "1.5",
        "min_wallet_balance": "200",
    }
    options = [word for name, text in strings.items() for word in ("-e", f"thordata_account_{name}='{text}'")]
    first = alone(tmp_path, sim, *options)
    assert first.code == 0, first.output
    state = sim.snapshot("tokenone0001")
    assert set(state["users"]["residential"]) == {"oldone", "prod01", "newone"}
    assert set(state["whitelist"]["residential"]) == {"203.0.113.1"}
    assert len(state["cdks"]) == 1
    last = alone(tmp_path, sim, *options, "-e", "thordata_account_purge=yes", "-e", "thordata_account_users={}")
    assert last.code == 0, last.output
    assert sim.snapshot("tokenone0001")["users"] == state["users"]
    options += ["-e", "thordata_account_purge=yes", "-e", "thordata_account_protected_users=prod*,newone"]
    last = alone(tmp_path, sim, *options)
    assert last.code == 0, last.output
    assert set(sim.snapshot("tokenone0001")["users"]["residential"]) == {"prod01", "newone"}


def test_a_purchase_that_fails_says_why(tmp_path, sim):
    sim.fault("code", code=10017, path="/cdk/create")
    vouchers = [{"traffic": 5, "count": 2}]
    run = alone(tmp_path, sim, thordata_account_vouchers=vouchers, thordata_account_confirm_cost=True)
    assert run.code == 2
    assert "10017" in run.said("accountone")
    assert "It was not bought" in run.said("accountone")


def test_the_documentation_shows_what_the_sets_hold(project):
    command = [str(BIN / "ansible-doc"), "-t", "role", "thordata.proxies.account"]
    shown = subprocess.run(command, env=project.environment(), capture_output=True, text=True, check=True).stdout
    for option in ("traffic_limit", "renew_within", "count", "thordata_account_protected_ips"):
        assert option in shown
