# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Controllers that share nothing but the API: what holds between them, and what the lock of purchases adds."""

from __future__ import annotations

import random
from functools import partial

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import apply, purchase
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.modules import (
    account_drift_info,
    cdk,
    proxy_user,
    proxy_user_info,
    proxy_users,
    unlimited_server,
)
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import forget, seeds

LOCK = "purchaselock"
SEED = {
    "wallet": 10_000,
    "settings": {"lag": 4},
    "users": {"residential": {"alice01": {"password": "Secret1"}}},
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}],
}
RENEWAL = {"ins_id": "ins-one", "renew_for": 7, "renew_within": "3d", "confirm_cost": True}
STOCK = {"traffic": 10, "count": 2, "confirm_cost": True}


@pytest.fixture
def task(sim, run, monkeypatch, tmp_path):
    """Run a task on a controller: with a state folder of its own, and no memory of what the others did."""
    sim.reset(SEED)

    def run_task(controller, module, **options):
        forget(monkeypatch)
        return run(module.MODULE, state_dir=str(tmp_path / controller), **options)

    return run_task


def users(sim):
    return set(sim.snapshot()["users"]["residential"])


def orders(sim):
    return [row for row in sim.ledger if row["call"] in ("/unlimited/renew", "/cdk/create")]


def left_behind(task, time):
    """Make the lock of a controller that was killed, long enough ago for the lists to show it."""
    task("killed", proxy_user, username=LOCK, password="Secret1", enabled=False)
    time.sleep(10)


def meanwhile(monkeypatch, action):
    """Run an action once, when the next task has looked and is about to send its order."""
    expect = Purchases.expect

    def expecting(self, pending_until):
        monkeypatch.setattr(Purchases, "expect", expect)
        action()
        return expect(self, pending_until)

    monkeypatch.setattr(Purchases, "expect", expecting)


def test_one_after_the_other_buys_once(task, sim):
    assert task("one", unlimited_server, **RENEWAL)["changed"]
    assert not task("two", unlimited_server, **RENEWAL)["changed"]
    assert len(task("two", cdk, **STOCK)["created"]) == 2
    assert not task("one", cdk, **STOCK)["changed"]
    assert len(orders(sim)) == 2


@pytest.mark.parametrize(("module", "options"), [(unlimited_server, RENEWAL), (cdk, STOCK)])
def test_at_the_same_time_buys_twice_without_the_lock(task, sim, monkeypatch, module, options):
    """What the guide warns of; where this fails one day, the guide may say more."""
    meanwhile(monkeypatch, lambda: task("two", module, **options))
    task("one", module, **options)
    assert len(orders(sim)) == 2


@pytest.mark.parametrize(("module", "options"), [(unlimited_server, RENEWAL), (cdk, STOCK)])
def test_at_the_same_time_buys_once_with_the_lock(task, sim, monkeypatch, time, module, options):
    others = []
    meanwhile(monkeypatch, lambda: others.append(task("two", module, **options, purchase_lock=True)))
    first = task("one", module, **options, purchase_lock=True)
    assert first["changed"]
    assert not first.get("warnings")
    assert len(orders(sim)) == 1
    (other,) = others
    assert other["failed"]
    assert f"residential proxy user {LOCK} exists" in other["msg"]
    assert "nothing was bought" in other["msg"]
    assert 300 <= sum(time.slept) < 330
    assert users(sim) == {"alice01"}
    assert not task("two", module, **options, purchase_lock=True)["changed"]


def test_a_purchase_with_the_lock(task, sim, calls):
    sim.configure(lag=0)
    calls()
    task("one", unlimited_server, **RENEWAL, purchase_lock=True)
    made = calls()
    writes = [call for call in made if call[0] == "POST"]
    assert [call[1] for call in writes] == [
        "/proxy-users/create-user",
        "/unlimited/renew",
        "/proxy-users/delete-user",
    ]
    created = writes[0][2]
    assert {key: created[key] for key in ("proxy_type", "username", "traffic_limit", "status")} == {
        "proxy_type": "1",
        "username": LOCK,
        "traffic_limit": "100",
        "status": "false",
    }
    # What is due is looked up again when nobody else can buy any more.
    assert made[made.index(writes[0]) + 1][1] == "/unlimited/server-list"


def test_the_lock_is_made_only_to_buy(task, calls):
    task("one", unlimited_server, **RENEWAL, purchase_lock=True)
    calls()
    assert not task("one", unlimited_server, **RENEWAL, purchase_lock=True)["changed"]
    assert task("one", cdk, **{**STOCK, "confirm_cost": False}, purchase_lock=True)["failed"]
    assert [call[0] for call in calls()] == ["GET", "GET"]


def test_the_environment_turns_it_on(task, calls, monkeypatch):
    monkeypatch.setenv("THORDATA_PURCHASE_LOCK", "True")
    task("one", unlimited_server, **RENEWAL)
    assert "/proxy-users/create-user" in [call[1] for call in calls()]


def test_a_lock_that_was_left_stops_purchases_until_it_is_deleted(task, sim, time):
    left_behind(task, time)
    for controller in ("one", "two"):
        assert "delete the user" in task(controller, cdk, **STOCK, purchase_lock=True)["msg"]
    assert not orders(sim)
    assert task("two", proxy_user, username=LOCK, state="absent")["changed"]
    assert task("two", cdk, **STOCK, purchase_lock=True)["changed"]


def test_the_account_is_full(task, sim):
    sim.configure(limits={"users": {"residential": 1}})
    result = task("one", cdk, **STOCK, purchase_lock=True)
    assert result["api_code"] == 10019
    assert f"create the residential proxy user {LOCK}" in result["msg"]
    assert "nothing was bought" in result["msg"]
    assert not orders(sim)


FAULTS = ("drop_before", "drop_after", "error_502", "error_502_after", "truncate")


@pytest.mark.parametrize("path", ["create-user", "delete-user"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_lost_answer_of_the_lock(task, sim, path, fault):
    sim.fault(fault, path=path, times=1)
    result = task("one", unlimited_server, **RENEWAL, purchase_lock=True)
    assert result["changed"]
    assert not result.get("warnings")
    assert len(orders(sim)) == 1
    assert users(sim) == {"alice01"}


def test_a_lock_that_cannot_be_taken_away_is_told(task, sim):
    sim.fault("error_502", path="delete-user")
    result = task("one", unlimited_server, **RENEWAL, purchase_lock=True)
    assert result["changed"]
    assert f"proxy user {LOCK}, the lock of purchases, may be left" in result["warnings"][0]
    assert LOCK in users(sim)


@pytest.mark.parametrize("path", ["/proxy-users/create-user", "/proxy-users/delete-user"])
def test_what_may_come_late_is_not_sent_again_at_once(task, sim, path):
    """A lock that is made late would stay; a deletion that comes late could take another controller's lock away."""
    sim.fault("error_502", path=path, times=1)
    assert task("one", unlimited_server, **RENEWAL, purchase_lock=True)["changed"]
    first, second = (row.time for row in sim.log if row.path == path)
    assert second - first >= purchase.LATE_ORDER
    assert users(sim) == {"alice01"}


def test_the_lock_is_kept_while_an_order_may_be_under_way(task, sim, monkeypatch, time):
    """A lost order that the lists do not show: another controller must not look before it can no longer be made."""
    sim.fault("drop_before", path="/unlimited/renew", times=1)
    began = time.now
    assert task("one", unlimited_server, **RENEWAL, purchase_lock=True)["failed"]
    assert time.now - began >= purchase.LATE_ORDER
    assert users(sim) == {"alice01"}
    assert task("two", unlimited_server, **RENEWAL, purchase_lock=True)["changed"]
    assert len(orders(sim)) == 1


@pytest.mark.histories
@pytest.mark.parametrize("seed", seeds(30, 2000))
def test_random_faults_of_two_controllers(task, sim, monkeypatch, time, seed):
    """Whatever fails: never two orders, and where all calls get through again, the lock is gone or was told."""
    rng = random.Random(seed)
    sim.configure(lag=rng.choice([0, 2, 5]))
    for attempt in range(6):
        sim.clear_faults()
        if attempt < 4:
            for path in rng.sample(["create-user", "delete-user", "user-list", "/unlimited/renew"], 2):
                sim.fault(rng.choice(FAULTS), path=path, times=rng.randint(1, 3), skip=rng.randrange(2))
        options = {**RENEWAL, "purchase_lock": True, "api_retry_timeout": rng.choice([0, 60])}
        meanwhile(monkeypatch, partial(task, "two", unlimited_server, **options))
        result = task("one", unlimited_server, **options)
        assert len(orders(sim)) <= 1
        if LOCK in users(sim):
            assert LOCK in str(result), result
            sim.clear_faults()
            time.sleep(10)
            task("one", proxy_user, username=LOCK, state="absent")
    assert len(orders(sim)) == 1


def test_what_is_declared_leaves_the_lock_alone(task, time):
    left_behind(task, time)
    declared = [{"username": "alice01"}]
    assert not task("two", proxy_users, users=declared, purge=True)["changed"]
    declared_account = {"users": {"residential": declared}, "purge": True}
    assert not task("two", account_drift_info, declared=declared_account)["drift"]
    exported = task("two", proxy_user_info, format="declared")
    assert [one["username"] for one in exported["users"]] == ["alice01"]
    assert LOCK in [one["username"] for one in task("two", proxy_user_info)["users"]]


def test_users_are_created_once_whoever_declares_them(task, sim, monkeypatch):
    """Two controllers that declare the same at once: the API creates a user once, and both tasks succeed."""
    wanted = [{"username": f"user{number:02}", "password": "Secret1", "traffic_limit": 500} for number in range(4)]
    results = [None]
    read = apply.read

    def reading(*arguments):
        current = read(*arguments)
        if len(results) == 1:
            results.append({})
            results[1] = task("two", proxy_users, users=wanted)
        return current

    monkeypatch.setattr(apply, "read", reading)
    results[0] = task("one", proxy_users, users=wanted, api_retry_timeout=60)
    assert not any(one.get("failed") for one in results), results
    assert [one["changed"] for one in results] == [False, True]
    created = [row["params"]["username"] for row in sim.ledger if row["call"] == "/proxy-users/create-user"]
    assert sorted(created) == [one["username"] for one in wanted]


def test_an_update_within_the_lag_may_bring_back_what_another_controller_changed(task, sim):
    """What the guide warns of: an update replaces all of a user, and the list does not show the other change yet."""
    task("one", proxy_user, username="alice01", password="Newone1")
    task("two", proxy_user, username="alice01", traffic_limit=500)
    assert sim.snapshot()["users"]["residential"]["alice01"]["password"] == "Secret1"


def test_nobody_waits_for_a_lost_order_of_another_controller_without_the_lock(task, sim, time):
    sim.fault("drop_before", path="/unlimited/renew", times=1)
    assert task("one", unlimited_server, **RENEWAL)["failed"]
    began = time.now
    assert task("two", unlimited_server, **RENEWAL)["changed"]
    assert time.now - began < purchase.LATE_ORDER


def test_each_controller_has_a_pace_of_its_own(task, sim, tmp_path, time):
    sim.configure(rate=1)
    wanted = [{"username": f"user{number:02}", "password": "Secret1"} for number in range(6)]
    for controller, users in (("one", wanted[:3]), ("two", wanted[3:])):
        assert task(controller, proxy_users, users=users, api_retry_timeout=60)["summary"]["created"] == 3
        assert len(list((tmp_path / controller).glob("*.pace"))) == 1


def test_each_controller_finds_out_the_unit_of_vouchers(task, sim):
    """The one that bought knows it; the other one sees a size that may be the same, and buys nothing either."""
    sim.configure(voucher_unit="KB")
    for controller in ("one", "two"):
        result = task(controller, cdk, **STOCK)
        assert result["failed"]
        assert "traffic_unit" in result["msg"]
    assert len(orders(sim)) == 1
