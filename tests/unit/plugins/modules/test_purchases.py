# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Purchases under every fault: never one order too many, and what is reported is what the simulator's ledger holds."""

from __future__ import annotations

import functools
import random

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import purchase
from ansible_collections.thordata.proxies.plugins.module_utils._api import client, state
from ansible_collections.thordata.proxies.plugins.modules.cdk import MODULE as cdk
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server import MODULE as unlimited_server
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import seeds

# Where the answer is lost: before the purchase happens, or after.
BEFORE = ("drop_before", "error_500", "error_502", "error_503", "empty", "html", "redirect", "throttle", "http_429")
BEFORE += ("purchase_failed",)
AFTER = ("drop_after", "error_502_after", "truncate", "purchase_failed_after")
# Code 10009 says that a purchase failed, and nobody knows whether that is so.
CODES = {
    "purchase_failed": {"action": "code", "code": 10009},
    "purchase_failed_after": {"action": "code_after", "code": 10009},
}
SEED = {
    "wallet": 10_000,
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d", "bandwidth": 300, "size": "16vCPU-32GiB"}],
    "cdks": [{"cdk": "UNUSEDVOUCHER010", "traffic": 10}, {"cdk": "USEDVOUCHER00010", "traffic": 10, "status": "used"}],
}
WISHES = {
    "renew": (unlimited_server, {"ins_id": "ins-one", "renew_for": 30, "renew_within": "3d"}),
    "upgrade": (unlimited_server, {"ins_id": "ins-one", "bandwidth": 700, "size": "32vCPU-64GiB"}),
    "create": (cdk, {"traffic": 10, "count": 4}),
}


def is_declared(sim, call, before):
    state = sim.snapshot()
    server = state["servers"]["ins-one"]
    if call == "renew":
        return server["expiration_time"] == before["servers"]["ins-one"]["expiration_time"] + 30 * 86400
    if call == "upgrade":
        return (server["bandwidth"], server["size"]) == (700, "32vCPU 64GiB")
    unused = [one for one in state["cdks"].values() if (one["status"], one["traffic"]) == ("unused", 10)]
    return len(unused) == 4


@pytest.mark.histories
@pytest.mark.parametrize("call", WISHES)
@pytest.mark.parametrize("seed", seeds(100, 3400))
def test_random_faults(run, sim, virtual, call, seed):
    rng = random.Random(f"{call} {seed}")
    sim.reset(SEED)
    before = sim.snapshot()
    module, options = WISHES[call]
    options = {**options, "confirm_cost": True, "api_retry_timeout": rng.choice([0, 5, 120]), "api_timeout": 0.5}
    sim.configure(lag=rng.choice([0, 1, 3, 5]), order_money=rng.choice(["number", "string"]))
    told = []
    for attempt in range(8):
        sim.clear_faults()
        if attempt < 6:
            for action in rng.sample([*BEFORE, *AFTER], 3):
                sim.fault(**CODES.get(action, {"action": action}), method="POST", times=1, skip=rng.randrange(2))
            action = rng.choice(BEFORE[:-1])
            sim.fault(action, method="GET", times=rng.randint(1, 4), skip=rng.randrange(6))
            if rng.random() < 0.02:
                sim.fault("slow", method="POST", seconds=0.7, times=1)
        ordered = len(sim.ledger)
        result = run(module, **options)
        orders = sim.ledger[ordered:]
        assert len(sim.ledger) <= 1, "one order too many"
        if "cannot be told" not in result.get("msg", ""):
            assert result["changed"] is bool(orders), result
            assert len(result.get("orders", [])) == len(orders), result
            for order, row in zip(result.get("orders", []), orders, strict=True):
                assert order["cost"] in (row["cost"], None)
                assert order["order_id"] in (row["order_id"], None)
        told.append(result.get("msg"))
        if not result.get("failed"):
            break
    assert not result.get("failed"), told
    assert is_declared(sim, call, before)
    again = run(module, **options)
    assert (again["changed"], again["orders"]) == (False, [])
    assert len(sim.ledger) == 1


@pytest.mark.parametrize("call", WISHES)
@pytest.mark.parametrize("fault", [*BEFORE, *AFTER, "slow"])
def test_each_fault_says_what_was_found(run, sim, virtual, call, fault):
    sim.reset(SEED)
    sim.configure(lag=3)
    module, options = WISHES[call]
    rule = {"seconds": 1.2, "action": "slow"} if fault == "slow" else CODES.get(fault, {"action": fault})
    sim.fault(**rule, path=f"/{call}", method="POST")
    result = run(module, **options, confirm_cost=True, api_retry_timeout=0, api_timeout=1)
    bought = fault in (*AFTER, "slow")
    assert result["changed"] is bought
    assert len(sim.ledger) == len(result["orders"]) == bought
    if bought:
        assert not result.get("failed")
        assert result["orders"][0]["cost"] == sim.ledger[0]["cost"]
    else:
        assert result["failed"]
        assert "not bought" in result["msg"]


@pytest.mark.parametrize("call", WISHES)
def test_what_cannot_be_told(run, sim, virtual, call):
    sim.reset(SEED)
    module, options = WISHES[call]
    sim.fault("drop_after", path=f"/{call}")
    # The two looks before, and the wallet, get through.
    sim.fault("error_500", method="GET", skip=3)
    result = run(module, **options, confirm_cost=True, api_retry_timeout=0)
    assert result["failed"]
    assert "Whether it was bought cannot be told" in result["msg"]
    assert "look at the orders in the dashboard before you run the task again" in result["msg"]
    assert sum(virtual.slept) >= 6
    sim.clear_faults()
    assert not run(module, **options, confirm_cost=True)["changed"]
    assert len(sim.ledger) == 1


@pytest.mark.parametrize("call", WISHES)
def test_a_paid_call_is_sent_once_whatever_happens(run, sim, virtual, call):
    sim.reset(SEED)
    module, options = WISHES[call]
    for fault in ("drop_before", "error_502", "truncate", "html", "empty"):
        sim.clear_faults()
        sim.clear_log()
        sim.fault(fault, path=f"/{call}")
        run(module, **options, confirm_cost=True, api_retry_timeout=60)
        assert sum(row.path.endswith(call) for row in sim.log) <= 1


def test_sold_and_not_listed_is_waited_for_by_the_next_task(run, sim, virtual):
    """The lists lag longer than they are known to: the next task must not read them before a minute has passed."""
    sim.reset(SEED)
    sim.configure(lag=20)
    module, options = WISHES["renew"]
    first = run(module, **options, confirm_cost=True)
    assert first["changed"]
    assert "its lists do not show it yet" in first["warnings"][0]
    again = run(module, **options, confirm_cost=True)
    assert (again["changed"], again["orders"]) == (False, [])
    assert len(sim.ledger) == 1


def test_an_order_that_waits_for_its_turn_is_expected_from_when_it_goes_out(run, sim, virtual, monkeypatch):
    """Killed after a long throttling: what was noted before it must not have run out."""
    sim.reset(SEED)
    sim.configure(lag=4)
    sim.fault("throttle", path="/unlimited/renew", times=8)
    module, options = WISHES["renew"]

    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(purchase, "_confirmed", die)
        with pytest.raises(Killed):
            run(module, **options, confirm_cost=True, api_timeout=1, api_retry_timeout=120)
    assert sum(virtual.slept) > 9
    again = run(module, **options, confirm_cost=True)
    assert (again["changed"], len(sim.ledger)) == (False, 1)


def save(known, writes, full_from):
    """Keep what is known, until the disk is full."""
    writes.append(known)
    if len(writes) >= full_from:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("call", WISHES)
def test_a_full_disk(run, sim, virtual, call, monkeypatch):
    """Before the order: it is not sent. After it: what was bought is reported."""
    module, options = WISHES[call]
    for full_from, bought in ((1, 0), (2, 1)):
        sim.reset(SEED)
        writes = []

        monkeypatch.setattr(state.Purchases, "_save", functools.partialmethod(save, writes, full_from))
        result = run(module, **options, confirm_cost=True)
        assert "No space left on device" in str(result)
        assert len(sim.ledger) == len(result["orders"]) == bought
        assert bool(result.get("failed")) is not bool(bought)


def test_answers_of_odd_shapes_lose_no_purchase(run, sim, virtual, monkeypatch):
    sim.reset(SEED)
    module, options = WISHES["create"]
    read = client._data

    def odd(endpoint, body, problem):
        if endpoint.path == "/cdk/create":
            body = {**body, "data": body["data"]["cdk"]}
        return read(endpoint, body, problem)

    monkeypatch.setattr(client, "_data", odd)
    result = run(module, **options, confirm_cost=True)
    assert not result.get("failed"), result
    assert len(result["created"]) == 3
