# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lag, rate, latency, the clock, and the time zone."""

from __future__ import annotations

import threading
import time

import pytest
from conftest import WORLD, Caller

from simulator import Simulator

CAROL = {"proxy_type": 1, "username": "carol03", "password": "Passw0rd1", "traffic_limit": 500, "status": "true"}
HOST = "k3x9q2aa.proxy.thordata.net"


def names(api):
    data = api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]
    assert (data["user_count"], data["remaining_limit"]) == (len(data["list"]), data["limit"] - len(data["list"]))
    return sorted(user["username"] for user in data["list"])


def test_list_shows_a_write_after_the_lag(api, sim):
    sim.configure(lag=3)
    api("POST", "/proxy-users/create-user", CAROL)
    assert names(api) == ["alice01", "robert02"]
    assert sorted(sim.snapshot()["users"]["residential"]) == ["alice01", "carol03", "robert02"]
    sim.advance(2.9)
    assert names(api) == ["alice01", "robert02"]
    sim.advance(0.1)
    assert names(api) == ["alice01", "carol03", "robert02"]


def test_each_write_has_its_own_lag(api, sim):
    sim.configure(lag=3)
    api("POST", "/proxy-users/create-user", CAROL)
    sim.advance(2)
    api("POST", "/proxy-users/delete-user", {"proxy_type": 1, "username": "carol03"})
    api("POST", "/proxy-users/delete-user", {"proxy_type": 1, "username": "alice01"})
    assert names(api) == ["alice01", "robert02"]
    sim.advance(1)
    assert names(api) == ["alice01", "carol03", "robert02"]
    sim.advance(2)
    assert names(api) == ["robert02"]


def test_writes_are_checked_against_the_truth(api, sim):
    sim.configure(lag=3)
    api("POST", "/proxy-users/create-user", CAROL)
    assert api.code("POST", "/proxy-users/create-user", CAROL) == 10018
    assert api.code("POST", "/proxy-users/create-user", {**CAROL, "username": "david04"}) == 10019
    api("POST", "/proxy-users/delete-user", {"proxy_type": 1, "username": "alice01"})
    assert api.code("POST", "/proxy-users/delete-user", {"proxy_type": 1, "username": "alice01"}) == 10020


def test_rename_and_change_lag_too(api, sim):
    sim.configure(lag=3)
    change = {"new_username": "alice99", "new_password": "Changed99", "new_traffic_limit": 0, "new_status": "true"}
    api("POST", "/proxy-users/update-user", {"proxy_type": 1, "username": "alice01", **change})
    rows = api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]["list"]
    alice = next(row for row in rows if row["username"].startswith("alice"))
    assert (alice["username"], alice["password"], alice["traffic_limit"]) == ("alice01", "Secret123", 1000)
    sim.advance(3)
    assert names(api) == ["alice99", "robert02"]


@pytest.mark.parametrize(
    ("write", "params", "read", "read_params"),
    [
        (
            "/whitelisted-ips/delete-ip",
            {"proxy_type": 1, "ip": "192.0.2.1"},
            "/whitelisted-ips/ip-list",
            {"proxy_type": 1},
        ),
        ("/unlimited/restart-server", {"plan_name": HOST}, "/unlimited/server-list", {}),
        ("/unlimited/renew", {"ins_id": "ins-k3x9q2aa", "package_id": 27}, "/unlimited/server-list", {}),
        ("/add_unlimited_servers_bind_user", {"ip": HOST, "username": "worker02"}, "bound", {"ip": HOST}),
        ("/del_unlimited_servers_bind_user", {"ip": HOST, "username": "worker01"}, "bound", {"ip": HOST}),
        ("/cdk/create", {"flow": 1, "num": 1}, "/cdk/list", {}),
        ("/cdk/revoke", {"cdk": "UNUSEDUNUSED0001"}, "/cdk/info", {"cdk": "UNUSEDUNUSED0001"}),
    ],
)
def test_the_other_lists_lag(api, sim, write, params, read, read_params):
    sim.configure(lag=3, restart_seconds=60)
    method, path = ("POST", "/get_unlimited_servers_bind_user") if read == "bound" else ("GET", read)
    before = api(method, path, read_params)
    assert api.code("POST", write, params) == 200
    assert api(method, path, read_params) == before
    sim.advance(3)
    assert api(method, path, read_params) != before


def test_the_wallet_does_not_lag(api, sim):
    sim.configure(lag=3)
    api("POST", "/cdk/create", {"flow": 1, "num": 1})
    assert api("GET", "/account/wallet-balance")["data"] == {"wallet_balance": 98.0}


def test_a_change_made_behind_the_api_shows_at_once(api, sim):
    sim.configure(lag=3)
    del sim.account().users["residential"]["robert02"]
    assert names(api) == ["alice01"]


def test_rate(api, sim):
    sim.configure(rate=3)
    assert [api.code("GET", "/account/wallet-balance") for _repeat in range(5)] == [200, 200, 200, 10011, 10011]
    assert api.code("GET", "/account/wallet-balance", token="secondtoken") == 200
    sim.advance(1)
    assert [api.code("GET", "/account/wallet-balance") for _repeat in range(4)] == [200, 200, 200, 10011]
    sim.configure(rate=None)
    assert api.code("GET", "/account/wallet-balance") == 200


@pytest.mark.parametrize(("counts", "codes"), [(False, [200, 10011, 200, 200]), (True, [200, 10011, 10011, 200])])
def test_gap(api, sim, counts, codes):
    sim.configure(gap=3, refused_calls_count=counts)
    answers = []
    for seconds in (2, 2, 3.5, 0):
        answers.append(api.code("GET", "/account/wallet-balance"))
        sim.advance(seconds)
    assert answers == codes


def test_refused_calls_may_count_in_a_rate(api, sim):
    sim.configure(rate=2, refused_calls_count=True)
    answers = []
    for _call in range(6):
        answers.append(api.code("GET", "/account/wallet-balance"))
        sim.advance(0.3)
    assert answers == [200, 200, 10011, 10011, 10011, 10011]


def test_throttled_write_has_no_effect(api, sim):
    sim.configure(rate=0.5)
    assert api.code("GET", "/account/wallet-balance") == 200
    sim.advance(1.5)
    assert api("POST", "/proxy-users/create-user", CAROL) == {
        "code": 10011,
        "data": None,
        "msg": "too frequent, try later",
    }
    assert sim.ledger == []
    sim.advance(0.5)
    assert api.code("POST", "/proxy-users/create-user", CAROL) == 200


def test_latency_is_paid_by_each_call_but_not_one_after_the_other(api, sim):
    sim.configure(latency=0.1)
    start = time.monotonic()
    threads = [threading.Thread(target=api.code, args=("GET", "/account/wallet-balance")) for _repeat in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.1 <= time.monotonic() - start < 0.5


def test_virtual_clock_stands_still_until_it_is_moved(api, sim):
    start = sim.world.now()
    api.code("GET", "/account/wallet-balance")
    assert sim.log[-1].time == start == 1784116800
    sim.advance(86400)
    api("POST", "/proxy-users/create-user", CAROL)
    assert sim.ledger[0]["time"] == 1784203200
    rows = api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]["list"]
    assert rows[-1]["created_time"] == "2026-07-16"
    sim.advance(10 * 86400)
    assert api("GET", "/unlimited/server-list")["data"][0]["status"] == "Expired"


def test_real_clock_runs_and_can_be_moved():
    with Simulator(seed=WORLD | {"start_time": "+0d"}, lag=0.15) as sim:
        assert abs(sim.world.now() - time.time()) < 5
        api = Caller(sim)
        api("POST", "/proxy-users/create-user", CAROL)
        assert names(api) == ["alice01", "robert02"]
        time.sleep(0.2)
        assert names(api) == ["alice01", "carol03", "robert02"]
        sim.advance(1000)
        assert abs(sim.world.now() - time.time() - 1000) < 5


def test_time_zone(api, sim):
    sim.configure(timezone="Asia/Shanghai")
    assert api("GET", "/unlimited/server-list")["data"][0]["expiration_time"] == "2026-07-20 08:00"
    assert api("GET", "/account/traffic-balance")["data"]["expiration_time"] == "2026-08-31"
