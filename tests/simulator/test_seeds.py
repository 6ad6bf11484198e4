# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds, several accounts, the empty world, the Python interface, and the state file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from conftest import WORLD, Caller, world

from simulator import SettingError, Simulator
from simulator.seed import dump_world

EXAMPLE = Path(__file__).resolve().parents[2] / "simulator" / "example-seed.yml"
CAROL = {"proxy_type": 1, "username": "carol03", "password": "Passw0rd1", "traffic_limit": 500, "status": "true"}


def test_empty_world():
    with Simulator() as sim:
        assert (sim.token, sim.key) == ("simulatortoken0001", "simulatorkey0001")
        api = Caller(sim)
        empty = {"limit": 100, "remaining_limit": 100}
        assert api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"] == {**empty, "user_count": 0, "list": []}
        assert api("GET", "/whitelisted-ips/ip-list", {"proxy_type": 9})["data"] == {
            **empty,
            "ip_count": 0,
            "lists": [],
        }
        assert api("GET", "/account/wallet-balance")["data"] == {"wallet_balance": 100.0}
        assert api("GET", "/account/traffic-balance")["data"]["traffic_balance"] == 102400
        for path in ("/unlimited/server-list", "/cdk/list"):
            assert api("GET", path)["data"] == []
        assert api("GET", "/proxy/proxy-list", {"proxy_type": 2})["data"] == []


def test_accounts_are_apart(api, sim):
    other = {"token": "secondtoken"}
    assert api("GET", "/account/wallet-balance", **other)["data"] == {"wallet_balance": 5}
    assert api("GET", "/proxy-users/user-list", {"proxy_type": 1}, **other)["data"]["list"] == []
    sim.configure(token="secondtoken", recharged=True, wallet=7.5)
    api("POST", "/proxy-users/create-user", CAROL, **other)
    assert sorted(sim.snapshot()["users"]["residential"]) == ["alice01", "robert02"]
    assert sim.snapshot("secondtoken")["users"]["residential"] == {
        "carol03": {"password": "Passw0rd1", "traffic_limit": 500, "enabled": True}
    }
    assert sim.account("secondtoken").wallet_balance == 7.5
    assert sim.account().wallet_balance == 100
    assert sim.ledger[0]["account"] == sim.log[-1].account == "Thor200002"


def test_snapshot(sim):
    snapshot = sim.snapshot()
    assert json.loads(json.dumps(snapshot)) == snapshot
    assert snapshot["users"] == {
        "residential": {
            "alice01": {"password": "Secret123", "traffic_limit": 1000, "enabled": True},
            "robert02": {"password": "Hidden456", "traffic_limit": 0, "enabled": False},
        },
        "unlimited": {
            "worker01": {"password": "Worker123", "traffic_limit": 0, "enabled": True},
            "worker02": {"password": "Worker456", "traffic_limit": 100, "enabled": True},
        },
        "mobile": {},
    }
    assert snapshot["whitelist"] == {
        "residential": {"192.0.2.1": {"enabled": True}},
        "unlimited": {"192.0.2.1": {"enabled": True}},
        "mobile": {},
    }
    assert snapshot["servers"]["ins-k3x9q2aa"]["bound_users"] == ["worker01"]
    assert snapshot["cdks"]["USEDUSEDUSED0002"]["status"] == "used"
    assert snapshot["static_proxies"]["isp"][0]["ip"] == "198.51.100.20"
    assert (snapshot["wallet_balance"], snapshot["traffic_balance"]) == (100.0, 2048)


def test_log_and_ledger(api, sim):
    api("POST", "/proxy-users/create-user", CAROL)
    api("GET", "/proxy-users/user-list", {"proxy_type": 1})
    sent = {name: str(value) for name, value in CAROL.items()}
    assert [(row.method, row.path, row.params, row.code, row.effect) for row in sim.log] == [
        ("POST", "/proxy-users/create-user", sent, 200, True),
        ("GET", "/proxy-users/user-list", {"proxy_type": "1"}, 200, False),
    ]
    assert sim.ledger == [
        {"time": 1784116800, "account": "Thor100001", "call": "/proxy-users/create-user", "params": sent}
    ]
    sim.clear_log()
    assert (sim.log, len(sim.ledger)) == ([], 1)


def test_live_account(api, sim):
    alice = sim.account().users["residential"]["alice01"]
    assert (alice.password, alice.traffic_limit, alice.enabled, alice.usage_traffic) == ("Secret123", 1000, True, 12)
    assert sim.account().whitelist["residential"]["192.0.2.1"].enabled is True
    alice.enabled = False
    assert api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]["list"][0]["status"] is False


def test_reset(api, sim):
    sim.fault("throttle")
    sim.configure(lag=5, wallet=1)
    sim.advance(100)
    sim.account().users["residential"].clear()
    sim.reset()
    assert sim.snapshot()["wallet_balance"] == 100
    assert sorted(sim.snapshot()["users"]["residential"]) == ["alice01", "robert02"]
    assert (sim.world.settings.lag, sim.world.now(), sim.log, sim.ledger) == (0, 1784116800, [], [])
    assert api.code("GET", "/account/wallet-balance") == 200
    sim.reset({"token": "fresh"})
    assert api.code("GET", "/account/wallet-balance") == 10013
    assert api.code("GET", "/account/wallet-balance", token="fresh") == 200


def test_forms_of_rows_mean_the_same():
    user = {"password": "Secret123", "traffic_limit": 100}
    as_list = {
        "users": {"residential": [{"username": "alice01", **user}]},
        "whitelist": {"mobile": ["192.0.2.1"]},
        "limits": {"users": 7},
    }
    as_mapping = {
        "users": {"residential": {"alice01": user}},
        "whitelist": {"mobile": {"192.0.2.1": {"enabled": True}}},
        "limits": {"users": {"residential": 7, "unlimited": 7, "mobile": 7}},
    }
    assert Simulator(as_list).snapshot() == Simulator({"accounts": [as_mapping]}).snapshot()


def test_a_snapshot_of_users_and_whitelist_is_a_seed(sim):
    snapshot = sim.snapshot()
    again = Simulator({name: snapshot[name] for name in ("users", "whitelist", "limits")}).snapshot()
    assert (again["users"], again["whitelist"]) == (snapshot["users"], snapshot["whitelist"])


def test_yaml_file_and_relative_times(tmp_path):
    file = tmp_path / "seed.yml"
    file.write_text(
        "start_time: 2026-07-15 12:00\n"
        "traffic_expiration: 2026-07-20\n"
        "users: {residential: [{username: alice01, password: Secret123, created_time: -3d}]}\n"
        "servers: [{ins_id: ins-1, expiration_time: +12h, purchase_time: 2026-07-01 10:00:00}]\n"
    )
    with Simulator(file, clock="virtual") as sim:
        api = Caller(sim)
        rows = api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]["list"]
        assert rows[0]["created_time"] == "2026-07-12"
        server = api("GET", "/unlimited/server-list")["data"][0]
        assert (server["purchase_time"], server["expiration_time"]) == ("2026-07-01 10:00", "2026-07-16 00:00")
        assert api("GET", "/account/traffic-balance")["data"]["expiration_time"] == "2026-07-20"


def test_example_seed():
    with Simulator(EXAMPLE) as sim:
        snapshot = sim.snapshot()
        assert (len(snapshot["users"]["residential"]), len(snapshot["servers"]), len(snapshot["cdks"])) == (2, 1, 2)
        assert sim.account().users["residential"]["crawler01"].usage_traffic == 1906.5
        api = Caller(sim)
        assert api.code("GET", "/account/wallet-balance", token="simulatortoken0002") == 200


@pytest.mark.parametrize(
    ("seed", "sentence"),
    [
        ({"acounts": []}, "the seed: unknown key 'acounts' (known: settings, start_time, accounts, token, key, "),
        ({"accounts": [{}], "wallet": 5}, "the seed: unknown key 'wallet' beside accounts (known: settings, "),
        ({"accounts": [{"walet": 5}]}, "accounts[0]: unknown key 'walet' (known: token, key, name, wallet, "),
        ({"accounts": ["x"]}, "accounts[0] must be a mapping"),
        ({"accounts": 5}, "the seed: accounts must be a list"),
        ({"accounts": [{"token": "a"}, {"token": "a"}]}, "accounts[1]: another account has the same token"),
        ({"name": "Bob"}, "the seed: name must be Thor and digits"),
        ({"wallet": "5"}, "the seed: wallet must be a whole number or a number"),
        ({"recharged": 1}, "the seed: recharged must be true or false"),
        ({"limits": {"user": 5}}, "the seed.limits: unknown key 'user' (known: users, whitelist)"),
        ({"limits": {"users": {"isp": 5}}}, "the seed.limits.users: unknown key 'isp' (known: residential, "),
        ({"limits": {"users": -1}}, "the seed.limits.users: residential must be 0 or more"),
        ({"users": {"isp": []}}, "the seed.users: unknown key 'isp' (known: residential, unlimited, mobile)"),
        ({"users": {"mobile": [{"username": "a"}]}}, "the seed.users.mobile[0] needs password"),
        (
            {"users": {"mobile": [{"username": "a", "password": "b", "limit": 1}]}},
            "the seed.users.mobile[0]: unknown key 'limit' (known: username, password, traffic_limit, ",
        ),
        (
            {"users": {"mobile": [{"username": "a", "password": "b"}] * 2}},
            "the seed.users.mobile[1]: 'a' is there twice",
        ),
        ({"whitelist": {"residential": [5]}}, "the seed.whitelist.residential[0] must be a mapping"),
        ({"servers": [{"ins_id": "i", "size": "big"}]}, "the seed.servers[0]: size must be one of 8vCPU-16GiB, "),
        ({"servers": [{"ins_id": "i", "bandwidth": 250}]}, "the seed.servers[0]: bandwidth must be 200 to 1000"),
        (
            {"servers": [{"ins_id": "i", "expiration_time": "soon"}]},
            "the seed.servers[0]: expiration_time must be a time like 2026-01-31, 2026-01-31 18:00, +3d or -12h, not",
        ),
        ({"cdks": [{"cdk": "A", "status": "new"}]}, "the seed.cdks[0]: status must be one of unused, used, revoked"),
        ({"usage": [{"traffic": 5}]}, "the seed.usage[0] needs date"),
        ({"usage": [{"date": "-1d", "traffic": 5, "proxy_type": "isp"}]}, "the seed.usage[0]: proxy_type must be one"),
        ({"start_time": "noon"}, "start_time must be a time like "),
        ({"settings": {"lagg": 5}}, "unknown setting 'lagg' (known: edition, features, "),
        ({"settings": {"lag": -1}}, "lag must be a number of seconds, 0 or more"),
        ({"settings": {"rate": 0}}, "rate must be a number of calls a second above 0, or null for no limit"),
        ({"settings": {"edition": "A"}}, "edition must be one of B, C, D, not 'A'"),
        ({"settings": {"features": {"cdks": True}}}, "unknown name 'cdks' in features (known: key, cdk, "),
        ({"settings": {"codes": {"x": 1}}}, "unknown name 'x' in codes (known: missing_token, "),
        ({"settings": {"prices": {"renew": {2: 5}}}}, "unknown name '2' in prices.renew (known: 1, 7, 30, 60)"),
        ({"settings": {"prices": {"voucher_gb": "5"}}}, "prices must be numbers, 0 or more"),
        ({"settings": {"timezone": "Mars/Olympus"}}, "timezone 'Mars/Olympus' does not exist"),
    ],
    ids=str,
)
def test_bad_seeds(seed, sentence):
    with pytest.raises(SettingError) as caught:
        Simulator(seed)
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot read the seed "),
        ("a: [", "is not valid YAML: "),
        ('{"a": ', "is not valid YAML: "),
        ("- a", "must be a mapping"),
    ],
)
def test_bad_seed_files(tmp_path, text, sentence):
    file = tmp_path / "seed.yml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingError, match=sentence) as caught:
        Simulator(file)
    assert str(file) in str(caught.value)


def test_bad_clock():
    with pytest.raises(ValueError, match="clock must be real or virtual"):
        Simulator(clock="sundial")


@pytest.mark.parametrize(
    ("changes", "sentence"), [({"token": "none"}, "no account"), ({"speed": 1}, "unknown setting")]
)
def test_bad_configuration_changes_nothing(sim, changes, sentence):
    with pytest.raises(SettingError, match=sentence):
        sim.configure(**changes, wallet=1)
    assert sim.account().wallet_balance == 100


def test_a_dumped_world_is_the_same_world(sim):
    again = Simulator(json.loads(json.dumps(dump_world(sim.world))), clock="virtual")
    for token in (sim.token, "secondtoken"):
        assert again.snapshot(token) == sim.snapshot(token)
    assert again.world.settings == sim.world.settings
    assert again.world.now() == sim.world.now()
    first, second = sim.account(), again.account()
    assert (second.users, second.whitelist, second.servers, second.usage) == (
        first.users,
        first.whitelist,
        first.servers,
        first.usage,
    )


@pytest.mark.parametrize("name", ["state.json", "state.yml"])
def test_state_file(tmp_path, name):
    file = tmp_path / name
    with Simulator(world(), clock="virtual", state_file=file) as sim:
        assert not sim.resumed
        api = Caller(sim)
        api("POST", "/proxy-users/create-user", CAROL)
        api("POST", "/unlimited/renew", {"ins_id": "ins-k3x9q2aa", "package_id": 27})
        sim.configure(lag=1)
        sim.advance(60)
        before = sim.snapshot()
    assert [item.name for item in tmp_path.iterdir()] == [name]
    assert yaml.safe_load(file.read_text())["accounts"][0]["wallet"] == 92.0
    with Simulator({"token": "unused"}, clock="virtual", state_file=file) as sim:
        assert sim.resumed
        assert sim.snapshot() == before
        assert (sim.world.settings.lag, sim.world.now()) == (1, 1784116860)
        assert Caller(sim).code("POST", "/proxy-users/create-user", CAROL) == 10018


def test_state_file_follows_while_running(tmp_path):
    import time

    file = tmp_path / "state.json"
    with Simulator(WORLD, state_file=file) as sim:
        Caller(sim)("POST", "/proxy-users/create-user", CAROL)
        deadline = time.monotonic() + 5
        while "carol03" not in (file.read_text() if file.exists() else ""):
            assert time.monotonic() < deadline
            time.sleep(0.05)
