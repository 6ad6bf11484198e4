# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unlimited servers: the exact calls of renewals, upgrades, bindings, restarts and monitors."""

from __future__ import annotations

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import desired_server, monitors
from ansible_collections.thordata.proxies.plugins.module_utils._account import servers as unlimited
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server import MODULE as unlimited_server
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server_info import MODULE as unlimited_server_info

LIST = ("GET", "/unlimited/server-list")
WALLET = ("GET", "/account/wallet-balance")
RENEW = ("POST", "/unlimited/renew", {"ins_id": "ins-one", "package_id": "6"})
BOUND = ("POST", "/get_unlimited_servers_bind_user", {"ip": "one.proxy.thordata.net"})
RENEWAL = {"ins_id": "ins-one", "renew_for": 7, "renew_within": "3d"}
SEED = {
    "wallet": 500,
    "users": {"unlimited": {name: {"password": "Secret1"} for name in ("worker01", "worker02", "worker03")}},
    "servers": [
        {
            "ins_id": "ins-one",
            "plan_name": "one.proxy.thordata.net",
            "expiration_time": "+2d",
            "bandwidth": 300,
            "size": "16vCPU-32GiB",
            "bound_users": ["worker01", "worker02"],
        },
        {"ins_id": "ins-two", "plan_name": "two.proxy.thordata.net", "expiration_time": "+20d"},
        {"ins_id": "ins-2wo", "plan_name": "two.proxy.thordata.net", "expiration_time": "+20d"},
    ],
}


@pytest.fixture(autouse=True)
def seeded(sim):
    sim.reset(SEED)
    return sim


@pytest.fixture(autouse=True)
def virtual_time(virtual, seeded):
    return virtual


def expires(sim, ins_id="ins-one"):
    return sim.snapshot()["servers"][ins_id]["expiration_time"]


def test_a_renewal_is_a_state(run, calls, sim):
    before = expires(sim)
    planned = run(unlimited_server, check_mode=True, **RENEWAL)
    assert calls() == [LIST]
    result = run(unlimited_server, confirm_cost=True, **RENEWAL)
    assert calls() == [LIST, LIST, WALLET, RENEW, LIST]
    assert expires(sim) == before + 7 * 86400
    assert result["changed"]
    assert planned["changed"]
    assert {**planned, "orders": 0, "invocation": 0} == {**result, "orders": 0, "invocation": 0}
    (order,) = result["orders"]
    (row,) = sim.ledger
    assert (order["order_id"], order["cost"]) == (row["order_id"], row["cost"]) == (row["order_id"], 45)
    assert planned["orders"] == [{**order, "order_id": None, "cost": None}]
    again = run(unlimited_server, confirm_cost=True, **RENEWAL)
    assert calls() == [LIST]
    assert (again["changed"], again["orders"], again["diff"]) == (False, [], {"before": {}, "after": {}})


def test_an_expired_server_is_renewed_from_now(run, sim):
    sim.account().servers["ins-one"].expiration_time = sim.world.now() - 86400
    result = run(unlimited_server, confirm_cost=True, **RENEWAL)
    assert abs(expires(sim) - sim.world.now() - 7 * 86400) < 60
    assert not run(unlimited_server, confirm_cost=True, **RENEWAL)["changed"]
    assert result["server"]["status"] == "Turn on"


def test_a_purchase_needs_confirmation(run, calls):
    result = run(unlimited_server, **RENEWAL, bandwidth=500)
    assert calls() == [LIST]
    assert result["failed"]
    assert not result["changed"]
    assert "This would buy 7 more days of the server ins-one, which expires at" in result["msg"]
    assert "and an upgrade of the server ins-one from 300 Mbps and 16vCPU-32GiB to 500 Mbps" in result["msg"]
    assert "Set confirm_cost to true" in result["msg"]
    assert result["orders"] == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_the_wallet_is_looked_at_first(run, calls, check_mode):
    result = run(unlimited_server, check_mode=check_mode, confirm_cost=True, min_wallet_balance=500.5, **RENEWAL)
    assert "The wallet holds 500, and min_wallet_balance is 500.5" in result["msg"]
    assert not [call for call in calls() if call[0] == "POST"]
    assert run(unlimited_server, confirm_cost=True, min_wallet_balance=500, **RENEWAL)["changed"]


@pytest.mark.parametrize(
    ("desired", "numbers", "cost"),
    [
        ({"bandwidth": 1000}, ("9", "2"), 105),
        ({"size": "64vCPU-128GiB"}, ("2", "4"), 80),
        ({"bandwidth": 400, "size": "32vCPU-64GiB"}, ("3", "3"), 55),
    ],
)
def test_an_upgrade(run, calls, sim, desired, numbers, cost):
    result = run(unlimited_server, ins_id="ins-one", confirm_cost=True, **desired)
    upgrade = {"ins_id": "ins-one", "bw_id": numbers[0], "sv_id": numbers[1]}
    assert calls() == [LIST, LIST, WALLET, ("POST", "/unlimited/upgrade", upgrade), LIST]
    assert [order["cost"] for order in result["orders"]] == [cost]
    assert {name: result["server"][name] for name in desired} == desired
    assert result["diff"]["after"] == desired
    assert not run(unlimited_server, ins_id="ins-one", confirm_cost=True, **desired)["changed"]
    assert calls() == [LIST]


@pytest.mark.parametrize("desired", [{"bandwidth": 200}, {"size": "8vCPU-16GiB", "bandwidth": 500}])
def test_nothing_goes_down(run, calls, desired):
    assert "cannot go down to" in run(unlimited_server, ins_id="ins-one", confirm_cost=True, **desired)["msg"]
    assert calls() == [LIST]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ins_id": "ins-no"}, "No server has the ins_id ins-no; the account has ins-one (one.proxy."),
        ({"plan_name": "two.proxy.thordata.net"}, "2 servers have the plan_name two.proxy.thordata.net"),
        ({**RENEWAL, "renew_for": 1}, "renew_for (1 days) must be longer than renew_within (3d)"),
        ({**RENEWAL, "renew_within": "soon"}, "renew_within must be a duration such as 7d"),
    ],
)  # fmt: skip
def test_bad_options(run, sim, options, message):
    result = run(unlimited_server, confirm_cost=True, **options)
    assert message in result["msg"]
    assert sim.ledger == []


@pytest.mark.parametrize(
    ("code", "said"),
    [(10008, "wallet balance too low"), (10007, "cannot be renewed"), (10011, "frequent")],
)
def test_a_refused_purchase_says_that_nothing_was_bought(run, sim, code, said):
    sim.fault("code", code=code, path="renew")
    result = run(unlimited_server, confirm_cost=True, **RENEWAL)
    assert said in result["msg"]
    assert "It was not bought" in result["msg"]
    assert (result["changed"], result["orders"], result["api_code"]) == (False, [], code)


def test_a_purchase_that_fails_after_another_one_tells_of_both(run, sim):
    sim.fault("code", code=10008, path="upgrade")
    result = run(unlimited_server, confirm_cost=True, bandwidth=500, **RENEWAL)
    assert result["failed"]
    assert result["changed"]
    assert [order["cost"] for order in result["orders"]] == [45]
    assert "Could not upgrade the server ins-one: the API answered 10008" in result["msg"]


def test_a_purchase_waits_until_the_list_shows_it(run, sim, virtual):
    sim.configure(lag=4)
    assert run(unlimited_server, confirm_cost=True, **RENEWAL)["changed"]
    assert sum(virtual.slept) >= 4
    assert not run(unlimited_server, confirm_cost=True, **RENEWAL)["changed"]
    assert len(sim.ledger) == 1


def test_tasks_of_two_processes_buy_once(run, sim, monkeypatch):
    """Another task buys between the first look and the purchase."""

    def while_waiting(state, notify, purchases=State.purchases):
        monkeypatch.setattr(State, "purchases", purchases)
        assert run(unlimited_server, confirm_cost=True, **RENEWAL)["changed"]
        return purchases(state, notify)

    monkeypatch.setattr(State, "purchases", while_waiting)
    result = run(unlimited_server, confirm_cost=True, **RENEWAL)
    assert len(sim.ledger) == 1
    assert (result["changed"], result["orders"]) == (False, [])
    assert set(result["diff"]["before"]) == {"expiration_time"}, "compared with what was read first"


def test_bound_users(run, calls, sim):
    options = {"ins_id": "ins-one", "bound_users": ["worker02", "worker03"]}
    planned = run(unlimited_server, check_mode=True, **options)
    assert calls() == [LIST, BOUND]
    result = run(unlimited_server, **options)
    bind = {"ip": "one.proxy.thordata.net", "username": "worker03"}
    assert calls() == [LIST, BOUND, ("POST", "/add_unlimited_servers_bind_user", bind)]
    assert planned == result
    assert result["server"]["bound_users"] == ["worker01", "worker02", "worker03"]
    assert result["diff"]["before"] == {"bound_users": ["worker01", "worker02"]}
    result = run(unlimited_server, purge_bound_users=True, **options)
    unbind = {"ip": "one.proxy.thordata.net", "username": "worker01"}
    assert calls() == [LIST, BOUND, ("POST", "/del_unlimited_servers_bind_user", unbind)]
    assert result["server"]["bound_users"] == sim.snapshot()["servers"]["ins-one"]["bound_users"]
    assert not run(unlimited_server, purge_bound_users=True, **options)["changed"]
    assert calls() == [LIST, BOUND]


def test_users_are_unbound_by_name(run, calls, sim):
    options = {"ins_id": "ins-one", "unbound_users": ["worker01", "worker03"]}
    planned = run(unlimited_server, check_mode=True, **options)
    calls()
    result = run(unlimited_server, **options)
    unbind = {"ip": "one.proxy.thordata.net", "username": "worker01"}
    assert calls() == [LIST, BOUND, ("POST", "/del_unlimited_servers_bind_user", unbind)]
    assert planned == result
    assert result["server"]["bound_users"] == ["worker02"] == sim.snapshot()["servers"]["ins-one"]["bound_users"]
    assert not run(unlimited_server, **options, bound_users=["worker02"], purge_bound_users=True)["changed"]
    both = run(unlimited_server, ins_id="ins-one", bound_users=["worker02"], unbound_users=["worker02"])
    assert "both name worker02" in both["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bound_users": []}, "purge_bound_users with an empty bound_users would unbind every user"),
        ({"bound_users": [], "unbound_users": ["worker01"]}, "with an empty bound_users"),
        ({"bound_users": ["worker01", ""]}, "bound_users holds an empty username"),
        ({"unbound_users": [""]}, "unbound_users holds an empty username"),
        ({"bound_users": ["worker03"], "purge_limit": 1}, "more than purge_limit (1): worker01, worker02"),
    ],
)
def test_a_purge_of_bound_users_has_bounds(run, sim, options, message):
    result = run(unlimited_server, ins_id="ins-one", purge_bound_users=True, **options)
    assert message in result["msg"]
    assert sim.ledger == []
    if "purge_limit" not in options:  # found before anything is bought
        assert message in run(unlimited_server, purge_bound_users=True, confirm_cost=True, **RENEWAL, **options)["msg"]
        assert sim.ledger == []


def test_purge_without_a_set_purges_nothing(run, sim):
    assert not run(unlimited_server, ins_id="ins-one", purge_bound_users=True)["changed"]
    assert run(unlimited_server, ins_id="ins-one", purge_bound_users=True, unbound_users=["worker02"])["changed"]
    assert sim.snapshot()["servers"]["ins-one"]["bound_users"] == ["worker01"]


def test_a_user_that_cannot_be_bound(run):
    result = run(unlimited_server, ins_id="ins-one", bound_users=["worker04"])
    assert result["api_code"] == 10020
    assert "Could not bind the user worker04 to one.proxy.thordata.net" in result["msg"]
    assert "Check the name and proxy_type; there are: worker03, worker02, worker01." in result["msg"]


@pytest.mark.parametrize("failing", [True, False])
def test_a_balancer_in_the_usual_envelope(run, sim, failing):
    sim.fault("usual_envelope")
    if failing:
        sim.fault("code", code=10000, path="balancing-monitor")
    sim.clear_log()
    result = run(unlimited_server_info, ins_id="ins-one", balancing=True)
    assert [row.path for row in sim.log] == ["/unlimited/server-list", "/unlimited/balancing-monitor"]
    if failing:
        assert result["api_code"] == 10000
    else:
        assert result["servers"][0]["balancing"]["client_connection_count"]["max"] > 0


def test_binding_survives_a_lost_answer(run, sim):
    sim.configure(lag=3)
    sim.fault("drop_after", path="/add_unlimited_servers_bind_user", times=1)
    result = run(unlimited_server, ins_id="ins-one", bound_users=["worker03"], api_retry_timeout=60)
    assert result["changed"]
    assert len(sim.ledger) == 1


def test_a_restart_waits_until_the_server_is_on_again(run, calls, sim, virtual):
    sim.configure(restart_seconds=20, lag=3)
    planned = run(unlimited_server, check_mode=True, ins_id="ins-one", state="restarted")
    assert calls() == [LIST]
    result = run(unlimited_server, ins_id="ins-one", state="restarted")
    asked = calls()
    assert asked[:2] == [LIST, ("POST", "/unlimited/restart-server", {"plan_name": "one.proxy.thordata.net"})]
    assert set(asked[2:]) == {LIST}
    assert 20 <= sum(virtual.slept) <= 30
    assert result["server"]["status"] == "Turn on"
    assert planned["changed"]
    assert planned["diff"] == result["diff"]
    run(unlimited_server, ins_id="ins-one", state="restarted", wait=False)
    assert len(calls()) == 2


@pytest.mark.parametrize(("before", "seconds", "waits"), [("Normal", 20, 20), ("Normal", 0, 6), ("Stopped", 20, 20)])
def test_a_restart_is_over_when_the_list_says_again_what_it_said(run, sim, virtual, before, seconds, waits):
    sim.configure(restart_seconds=seconds, lag=3 if seconds else 0)
    sim.account().servers["ins-one"].status = before
    result = run(unlimited_server, ins_id="ins-one", state="restarted", wait_timeout=60)
    assert not result.get("failed"), result["msg"]
    assert result["server"]["status"] == before
    assert waits <= sum(virtual.slept) <= waits + 10


def test_a_restart_of_a_server_that_restarts_already(run, sim, virtual):
    sim.configure(restart_seconds=20)
    run(unlimited_server, ins_id="ins-one", state="restarted", wait=False)
    result = run(unlimited_server, ins_id="ins-one", state="restarted")
    assert result["server"]["status"] == "Turn on"
    assert sum(virtual.slept) >= 20


def test_a_server_that_vanishes_is_not_back(run, sim, virtual):
    sim.account().servers["ins-one"].status = ""
    fetch = iter([True])

    def servers(client, zone, read=unlimited.read_servers):
        return read(client, zone) if next(fetch, False) else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desired_server, "read_servers", servers)
        result = run(unlimited_server, ins_id="ins-one", state="restarted", wait_timeout=10)
    assert "it is not back (None, and None before)" in result["msg"]


def test_a_server_that_stays_off(run, sim):
    sim.configure(restart_seconds=400)
    result = run(unlimited_server, ins_id="ins-one", state="restarted", wait_timeout=30)
    assert "was restarted, and after 30 seconds it is not back (Restarting, and Turn on before)" in result["msg"]
    assert result["changed"]


@pytest.mark.parametrize(("fault", "restarts"), [("drop_before", 1), ("drop_after", 1), ("error_502", 1)])
def test_a_lost_restart_happens(run, sim, fault, restarts):
    sim.configure(restart_seconds=20, lag=2)
    sim.fault(fault, path="restart-server", times=1)
    result = run(unlimited_server, ins_id="ins-one", state="restarted", api_retry_timeout=60)
    assert result["changed"]
    assert not result.get("failed")
    assert len(sim.ledger) == restarts


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("16vCPU 32GiB", "16vCPU-32GiB"),
        ("16 vcpu / 32 gib", "16vCPU-32GiB"),
        ("16vCPU-32GiB", "16vCPU-32GiB"),
        ("16C32G", "16vCPU-32GiB"),
        ("16 CPUs, 32 GB", "16vCPU-32GiB"),
        ("huge", "huge"),
        (None, None),
    ],
)
def test_sizes_in_any_spelling(text, size):
    assert unlimited.size(text) == size


@pytest.mark.parametrize(
    ("text", "mbps"),
    [
        *(("300Mbps", 300), (" 300 mbps", 300), ("1Gbps", 1000), ("0.5 Gbit/s", 500), ("300", 300), (300, 300)),
        *(("fast", None), (None, None)),
    ],
)
def test_bandwidths_in_any_spelling(text, mbps):
    assert unlimited.bandwidth(text) == mbps


def test_a_server_in_unknown_terms_is_not_upgraded(run, sim, monkeypatch):
    monkeypatch.setattr(unlimited, "bandwidth", lambda value: None)
    result = run(unlimited_server, ins_id="ins-one", bandwidth=500, confirm_cost=True)
    assert "which is none of those that are sold" in result["msg"]


def test_server_info(run, calls, sim):
    servers = run(unlimited_server_info)["servers"]
    assert calls() == [LIST]
    assert [one["ins_id"] for one in servers] == ["ins-one", "ins-two", "ins-2wo"]
    assert (servers[0]["bandwidth"], servers[0]["size"], servers[0]["status"]) == (300, "16vCPU-32GiB", "Turn on")
    assert abs(servers[0]["expiration_timestamp"] - expires(sim)) < 60
    (server,) = run(unlimited_server_info, ins_id="ins-one", bound_users=True)["servers"]
    assert server["bound_users"] == ["worker01", "worker02"]
    assert "No server has the plan_name" in run(unlimited_server_info, plan_name="no.proxy.thordata.net")["msg"]


def test_monitors(run, sim):
    sim.clear_log()
    (server,) = run(unlimited_server_info, ins_id="ins-one", monitor={}, balancing=True)["servers"]
    rows = [row for row in sim.log if "monitor" in row.path]
    assert [row.path for row in rows] == ["/unlimited/server-monitor", "/unlimited/balancing-monitor"]
    asked = rows[0].params
    assert (asked["ins_id"], asked["region"], asked["period"]) == ("ins-one", "na-siliconvalley", "300")
    assert int(asked["end_time"]) - int(asked["start_time"]) == 86400
    assert set(server["monitor"]) == {"CpuUsage", "MemUsage", "TcpCurrEstab", "WanIntraffic", "WanOuttraffic"}
    assert set(server["monitor"]["CpuUsage"]) == {"last", "mean", "max"}
    assert server["balancing"]["client_connection_count"]["max"] > 0


def test_the_points_of_a_monitor(run, sim):
    how = {"from": "2026-01-01 00:00", "to": "2026-01-01 02:00", "period": 3600, "points": True}
    (server,) = run(unlimited_server_info, ins_id="ins-one", monitor=how)["servers"]
    series = server["monitor"]["CpuUsage"]
    values = [point["value"] for point in series["points"]]
    assert [point["time"] for point in series["points"]] == [1767225600, 1767229200, 1767232800]
    assert (series["last"], series["max"]) == (values[-1], max(values))
    assert series["mean"] == pytest.approx(sum(values) / 3)


def test_monitors_that_are_empty_or_odd():
    data = {
        "CpuUsage": {"times": None, "values": None},
        "MemUsage": {"times": ["1", "2"], "values": ["3", None]},
        "x": 1,
    }
    assert monitors.summaries(data, points=False) == {
        "CpuUsage": {"last": None, "mean": None, "max": None},
        "MemUsage": {"last": 3, "mean": 3, "max": 3},
    }


def test_an_edition_without_regions(run, sim):
    sim.configure(features={"region": False})
    (server,) = run(unlimited_server_info, ins_id="ins-one", monitor={})["servers"]
    assert server["region"] is None
    assert "region" not in sim.log[-1].params


@pytest.mark.parametrize(
    "how", [{"from": "2026-01-02", "to": "2026-01-01"}, {"from": "1h", "to": "2h"}, {"from": "tomorrow"}]
)
def test_bad_monitor_ranges(run, calls, how):
    result = run(unlimited_server_info, monitor=how)
    assert "monitor.from" in result["msg"]
    assert calls() == []


def test_a_purge_that_is_refused_is_refused_before_something_is_bought(run, sim):
    result = run(
        unlimited_server, confirm_cost=True, bound_users=["worker03"], purge_bound_users=True, purge_limit=1, **RENEWAL
    )
    assert "more than purge_limit (1)" in result["msg"]
    assert sim.ledger == []
