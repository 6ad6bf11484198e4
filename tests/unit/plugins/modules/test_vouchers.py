# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vouchers: the exact calls, the shortfall, and codes that show up nowhere else."""

from __future__ import annotations

import pytest

from ansible_collections.thordata.proxies.plugins.modules.cdk import MODULE as cdk
from ansible_collections.thordata.proxies.plugins.modules.cdk_info import MODULE as cdk_info

LIST = ("GET", "/cdk/list")
INFO = ("GET", "/cdk/info")
WALLET = ("GET", "/account/wallet-balance")
MASKED = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
SEED = {
    "wallet": 100,
    "cdks": [
        {"cdk": "UNUSEDVOUCHER010", "traffic": 10},
        {"cdk": "UNUSEDVOUCHER005", "traffic": 5},
        {"cdk": "USEDVOUCHER00010", "traffic": 10, "status": "used", "use_username": "alice01", "use_time": "-1d"},
        {"cdk": "REVOKEDVOUCHER10", "traffic": 10, "status": "revoked"},
    ],
}


@pytest.fixture(autouse=True)
def seeded(sim):
    sim.reset(SEED)
    return sim


@pytest.fixture(autouse=True)
def virtual_time(seeded, virtual):
    return virtual


def codes(sim, status="unused", traffic=10):
    rows = sim.snapshot()["cdks"].values()
    return [row["cdk"] for row in rows if (row["status"], row["traffic"]) == (status, traffic)]


def test_only_the_shortfall_is_bought(run, calls, sim):
    stock = {"traffic": 10, "count": 3}
    planned = run(cdk, check_mode=True, **stock)
    assert calls() == [LIST]
    result = run(cdk, confirm_cost=True, **stock)
    create = ("POST", "/cdk/create", {"flow": "10", "num": "2"})
    assert calls() == [LIST, LIST, WALLET, create, LIST, WALLET]
    assert [one["cdk"] for one in result["cdks"]] == codes(sim)
    assert result["created"] == codes(sim)[1:]
    assert result["orders"] == [{"order_id": None, "cost": 40, "description": "2 vouchers of 10 GB"}]
    assert planned["changed"]
    assert planned["orders"] == [{"order_id": None, "cost": None, "description": "2 vouchers of 10 GB"}]
    assert planned["diff"] == result["diff"] == {"before": {"unused": 1}, "after": {"unused": 3}}
    assert not any(code in str((result["diff"], result["orders"])) for code in codes(sim))
    again = run(cdk, confirm_cost=True, **stock)
    assert calls() == [LIST]
    assert (again["changed"], again["created"], again["orders"]) == (False, [], [])
    assert [one["cdk"] for one in again["cdks"]] == codes(sim)


def test_a_purchase_needs_confirmation(run, calls):
    result = run(cdk, traffic=10, count=2)
    assert "This would buy 1 voucher of 10 GB. Set confirm_cost to true to buy it; nothing was bought." in result["msg"]
    assert calls() == [LIST]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"traffic": 0}, "traffic must be above 0 GB"),
        ({"traffic": 10, "count": 0}, "count at least 1"),
        ({"traffic": 10, "count": 2000}, "10012, over the limit of a single purchase"),
        ({"traffic": 10, "count": 50}, "10008, wallet balance too low"),
        ({"traffic": 10, "count": 3, "min_wallet_balance": 101}, "The wallet holds 100, and min_wallet_balance is 101"),
    ],
)  # fmt: skip
def test_what_cannot_be_bought(run, sim, options, message):
    result = run(cdk, confirm_cost=True, **options)
    assert message in result["msg"]
    assert sim.ledger == []


@pytest.mark.parametrize("fault", ["drop_after", "error_502_after", "truncate"])
def test_a_lost_purchase_finds_its_codes(run, sim, fault):
    sim.configure(lag=3)
    sim.fault(fault, path="/cdk/create")
    result = run(cdk, traffic=10, count=3, confirm_cost=True)
    assert result["changed"]
    assert result["created"] == codes(sim)[1:]
    assert [order["cost"] for order in result["orders"]] == [40]
    assert len(sim.ledger) == 1


def test_revoke(run, calls, sim):
    revoke = {"cdk": "UNUSEDVOUCHER010", "state": "absent"}
    planned = run(cdk, check_mode=True, **revoke)
    assert calls() == [INFO]
    result = run(cdk, **revoke)
    assert calls() == [INFO, ("POST", "/cdk/revoke", {"cdk": "UNUSEDVOUCHER010"})]
    assert planned == result
    assert result["changed"]
    assert result["diff"] == {"before": {"status": "unused"}, "after": {"status": "revoked"}}
    assert codes(sim, "revoked") == ["UNUSEDVOUCHER010", "REVOKEDVOUCHER10"]
    assert "UNUSEDVOUCHER010" not in str(result)
    assert not run(cdk, **revoke)["changed"]
    assert calls() == [INFO]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("USEDVOUCHER00010", "The voucher was used by alice01 and cannot be revoked any more"),
        ("NOSUCHVOUCHER000", "Could not read a voucher: the API answered 10000"),
    ],
)
def test_what_cannot_be_revoked(run, sim, code, message):
    sim.fault("echo")
    result = run(cdk, cdk=code, state="absent")
    assert message in result["msg"]
    assert code not in str(result)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after", "error_502", "truncate"])
def test_a_lost_revocation(run, sim, fault):
    sim.configure(lag=3)
    sim.fault(fault, path="/cdk/revoke", times=1)
    result = run(cdk, cdk="UNUSEDVOUCHER010", state="absent", api_retry_timeout=60)
    assert result["changed"]
    assert len(sim.ledger) == 1


def test_a_revocation_that_the_list_does_not_show_yet(run, sim):
    sim.configure(lag=3)
    assert run(cdk, cdk="UNUSEDVOUCHER010", state="absent")["changed"]
    again = run(cdk, cdk="UNUSEDVOUCHER010", state="absent", api_retry_timeout=60)
    assert not again["changed"]
    assert not again.get("failed")


def test_info(run, calls, sim):
    rows = run(cdk_info)["cdks"]
    assert calls() == [LIST]
    assert [(one["cdk"], one["status"], one["traffic"]) for one in rows] == [
        (row["cdk"], row.get("status", "unused"), row["traffic"]) for row in SEED["cdks"]
    ]
    assert [one["cdk"] for one in run(cdk_info, status="used")["cdks"]] == ["USEDVOUCHER00010"]
    assert sim.log[-1].params == {"status": "2"}
    calls()
    (one,) = run(cdk_info, cdk="USEDVOUCHER00010")["cdks"]
    assert calls() == [INFO]
    assert (one["use_username"], one["status"], one["cdk"]) == ("alice01", "used", MASKED)
    assert one["use_time"] < one["create_time"]
    assert run(cdk_info, cdk="USEDVOUCHER00010", status="unused")["cdks"] == []


@pytest.mark.parametrize("fault", [None, {"action": "html"}, {"action": "code", "code": 40004}])
def test_an_account_without_vouchers(run, sim, fault):
    sim.configure(features={"cdk": False})
    if fault:
        sim.configure(features={"cdk": True})
        sim.fault(**fault)
    for module, options in ((cdk_info, {}), (cdk, {"traffic": 1, "confirm_cost": True})):
        assert "seems not to offer vouchers (CDK)" in run(module, **options)["msg"]


@pytest.mark.parametrize(("unit", "factor"), [("MB", 1024), ("KB", 1024 * 1024)])
def test_vouchers_that_are_listed_in_another_unit_are_not_bought_for_ever(run, sim, unit, factor):
    sim.reset({"wallet": 1000, "settings": {"voucher_unit": unit}})
    first = run(cdk, traffic=10, count=3, confirm_cost=True)
    assert first["failed"]
    assert first["changed"]
    assert first["created"] == codes(sim)
    assert len(first["orders"]) == 1
    assert f"which is listed by the API with a traffic of {10 * factor}" in first["msg"]
    assert "Set traffic_unit" in first["msg"]
    again = run(cdk, traffic=10, count=3, confirm_cost=True)
    assert again["failed"]
    assert not again["changed"]
    assert run(cdk, traffic=10, count=3, check_mode=True)["failed"]
    right = run(cdk, traffic=10, count=3, traffic_unit=unit, confirm_cost=True)
    assert (right["changed"], len(right["cdks"])) == (False, 3)
    assert {one["traffic"] for one in right["cdks"]} == {10}
    assert {one["traffic"] for one in run(cdk_info, traffic_unit=unit)["cdks"]} == {10}
    assert len(sim.ledger) == 1


def test_a_lost_purchase_that_is_listed_in_another_unit_is_found(run, sim):
    sim.reset({"wallet": 1000, "settings": {"voucher_unit": "MB"}})
    sim.fault("drop_after", path="/cdk/create")
    result = run(cdk, traffic=10, count=3, confirm_cost=True)
    assert (result["changed"], result["created"]) == (True, codes(sim))
    assert "Set traffic_unit" in result["msg"]
    assert len(sim.ledger) == 1


def test_another_controller_refuses_by_the_list_alone(run, sim, tmp_path):
    sim.reset({"wallet": 1000, "settings": {"voucher_unit": "MB"}})
    run(cdk, traffic=10, count=3, confirm_cost=True)
    elsewhere = {"state_dir": str(tmp_path / "elsewhere"), "confirm_cost": True}
    refused = run(cdk, traffic=10, count=3, **elsewhere)
    assert "lists an unused voucher with a traffic of 10240; that may be 10 GB in another unit" in refused["msg"]
    assert len(sim.ledger) == 1


def test_a_unit_that_is_set_is_believed(run, sim):
    """Vouchers of 10240 GB beside those of 10 GB: who says that the list counts GB gets them."""
    sim.reset({"wallet": 1000, "cdks": [{"cdk": "LARGEVOUCHER0001", "traffic": 10240}]})
    assert run(cdk, traffic=10, confirm_cost=True)["failed"]
    assert run(cdk, traffic=10, traffic_unit="GB", confirm_cost=True)["changed"]
    assert run(cdk, traffic=10, confirm_cost=True)["changed"] is False
