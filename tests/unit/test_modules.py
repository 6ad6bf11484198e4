# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module's exact calls, in order: what it asks for, and what it does not."""

from __future__ import annotations

import pytest

from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_user import MODULE as proxy_user
from ansible_collections.thordata.proxies.plugins.modules.proxy_user_info import MODULE as proxy_user_info
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ip import MODULE as whitelist_ip
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ip_info import MODULE as whitelist_ip_info

USERS = ("GET", "/proxy-users/user-list")
ADDRESSES = ("GET", "/whitelisted-ips/ip-list")
ALICE = {"username": "alice01", "password": "Secret1"}


def update(**changes):
    parameters = {
        "proxy_type": "1",
        "username": "alice01",
        "new_username": "alice01",
        "new_password": "Secret1",
        "new_traffic_limit": "500",
        "new_status": "false",
    }
    return ("POST", "/proxy-users/update-user", {**parameters, **changes})


@pytest.fixture
def alice(run, calls):
    run(proxy_user, **ALICE, traffic_limit=500, enabled=False)
    calls()


def test_create(run, calls, sim):
    result = run(proxy_user, **ALICE, traffic_limit=100)
    create = {"proxy_type": "1", "username": "alice01", "password": "Secret1", "traffic_limit": "100", "status": "true"}
    assert calls() == [USERS, ("POST", "/proxy-users/create-user", create)]
    assert result["changed"]
    assert result["user"] == {
        "username": "alice01",
        "proxy_type": "residential",
        "traffic_limit": 100,
        "enabled": True,
        "usage_traffic": 0,
        "created_time": None,
    }
    assert "Secret1" not in str(result)
    assert sim.snapshot()["users"]["residential"]["alice01"]["password"] == "Secret1"


def test_no_change_is_one_read(run, calls, alice):
    result = run(proxy_user, **ALICE, traffic_limit=500, enabled=False)
    assert calls() == [USERS]
    assert not result["changed"]
    assert result["diff"] == {"before": {}, "after": {}}


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"password": "Secret2"}, {"new_password": "Secret2"}),
        ({"traffic_limit": 0}, {"new_traffic_limit": "0"}),
        ({"enabled": True}, {"new_status": "true"}),
        ({"new_username": "alice02"}, {"new_username": "alice02"}),
    ],
)
def test_an_update_sends_the_rest_back(run, calls, alice, options, changes):
    assert run(proxy_user, username="alice01", **options)["changed"]
    assert calls() == [USERS, update(**changes)]
    assert not run(proxy_user, username="alice01", **options)["changed"]
    assert calls() == [USERS]


def test_a_password_on_create_only(run, calls, alice):
    assert not run(proxy_user, username="alice01", password="Secret2", update_password="on_create")["changed"]
    assert calls() == [USERS]


def test_delete(run, calls, alice):
    assert run(proxy_user, username="alice01", state="absent") == run(
        proxy_user, username="alice01", state="absent"
    ) | {"changed": True, "diff": {"before": {"alice01": ANY_USER}, "after": {}}}
    delete = {"proxy_type": "1", "username": "alice01"}
    assert calls() == [USERS, ("POST", "/proxy-users/delete-user", delete), USERS]


ANY_USER = {"password": "(hidden)", "traffic_limit": 500, "enabled": False}


@pytest.mark.parametrize(
    "options", [{**ALICE}, {"username": "alice01", "password": "Secret2", "new_username": "alice02"}]
)
def test_check_mode_returns_the_same_and_writes_nothing(run, calls, options, sim):
    if "new_username" in options:
        run(proxy_user, **ALICE)
        calls()
    planned = run(proxy_user, check_mode=True, **options)
    assert calls() == [USERS]
    real = run(proxy_user, **options)
    for result in (planned, real):
        result["user"].pop("created_time")
    assert planned == real


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"username": "al"}, "must be 6 to 15 ASCII letters and digits"),
        ({"username": "alice01", "password": "1Secret"}, "first of them a letter"),
        ({"username": "alice01", "traffic_limit": 99}, "at least 100 MB, not 99"),
        ({"username": "alice01", "traffic_limit": -1}, "at least 100 MB, not -1"),
        ({"username": "alice01", "new_username": "alice-2"}, "'alice-2' must be"),
        ({"username": "alice01", "new_username": "alice02", "state": "absent"}, "goes with state=present only"),
        ({"username": "alice01", "api_url": "openapi.thordata.com"}, "must start with https://"),
    ],
)
def test_bad_options_are_found_before_any_request(run, calls, options, message):
    result = run(proxy_user, **options)
    assert result["failed"]
    assert message in result["msg"]
    assert "1Secret" not in str(result)
    assert calls() == []


def test_a_new_user_needs_a_password(run, calls):
    result = run(proxy_user, username="alice01")
    assert "does not exist, and a new one needs password" in result["msg"]
    assert calls() == [USERS]


def test_no_slot_left(run, calls, sim):
    sim.configure(limits={"users": 0})
    result = run(proxy_user, **ALICE)
    assert "1 are missing" in result["msg"]
    assert calls() == [USERS]


def test_user_info(run, calls, alice):
    result = run(proxy_user_info, usernames=["alice01", "nobody1"])
    assert calls() == [USERS]
    assert [user["username"] for user in result["users"]] == ["alice01"]
    assert "password" not in result["users"][0]
    assert (result["limit"], result["remaining_limit"], result["user_count"]) == (100, 99, 1)
    assert run(proxy_user_info, usernames=["nobody1"])["users"] == []
    assert run(proxy_user_info, reveal_passwords=True)["users"][0]["password"] == "Secret1"


def test_whitelist(run, calls):
    entry = {"proxy_type": "9", "ip": "203.0.113.5"}
    options = {"proxy_type": "mobile", "ip": "203.0.113.5"}
    assert run(whitelist_ip, **options)["entry"]["enabled"] is True
    assert calls() == [ADDRESSES, ("POST", "/whitelisted-ips/add-ip", {**entry, "status": "true"})]
    assert not run(whitelist_ip, **options)["changed"]
    assert calls() == [ADDRESSES]
    assert run(whitelist_ip, **options, enabled=False)["entry"]["enabled"] is False
    assert calls() == [
        ADDRESSES,
        ("POST", "/whitelisted-ips/delete-ip", entry),
        ("POST", "/whitelisted-ips/add-ip", {**entry, "status": "false"}),
    ]
    assert run(whitelist_ip, **options, state="absent")["entry"] is None
    assert calls() == [ADDRESSES, ("POST", "/whitelisted-ips/delete-ip", entry)]


def test_a_changed_entry_that_cannot_be_added_again_says_so(run, sim):
    run(whitelist_ip, ip="203.0.113.5")
    sim.fault("code", code=10000, path="add-ip")
    result = run(whitelist_ip, ip="203.0.113.5", enabled=False)
    assert result["failed"]
    assert result["changed"]
    assert "It is deleted now and not added again: run the task again" in result["msg"]


@pytest.mark.parametrize(
    ("ip", "message"),
    [
        ("203.0.113.0/24", "is a network"),
        ("203.0.113", "is not an IP address"),
        ("scraper.example", "is not an IP address"),
    ],
)
def test_bad_addresses(run, calls, ip, message):
    assert message in run(whitelist_ip, ip=ip)["msg"]
    assert calls() == []


@pytest.mark.parametrize(("ip", "warned"), [("10.1.2.3", True), ("127.0.0.1", True), ("8.8.8.8", False)])
def test_a_private_address_is_a_warning(run, ip, warned):
    result = run(whitelist_ip, ip=ip)
    assert result["changed"]
    assert bool(result.get("warnings")) is warned


def test_whitelist_info(run, calls):
    run(whitelist_ip, ip="203.0.113.5", enabled=False)
    calls()
    result = run(whitelist_ip_info)
    assert calls() == [ADDRESSES]
    assert [(entry["ip"], entry["enabled"]) for entry in result["entries"]] == [("203.0.113.5", False)]
    assert (result["limit"], result["remaining_limit"], result["ip_count"]) == (100, 99, 1)


def test_account_info(run, calls):
    result = run(account_info)
    assert calls() == [("GET", "/account/traffic-balance"), ("GET", "/account/wallet-balance")]
    assert (result["traffic_balance"], result["wallet_balance"]) == (102400, 100)
    assert result["traffic_expiration"]


def test_a_fault_of_the_collection_is_one_sentence(run, monkeypatch):
    def broken(task):
        raise KeyError("Secret1")

    monkeypatch.setattr(account_info, "run", broken)
    result = run(account_info)
    assert "KeyError at test_modules.py" in result["msg"]
    assert "Secret1" not in str(result)


def test_options_that_are_secret_are_masked_whole(run, alice):
    result = run(proxy_user, username="alice01", password="Secret1")
    shown = result["invocation"]["module_args"]
    assert (shown["password"], shown["api_token"]) == ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",) * 2
    assert shown["username"] == "alice01"
