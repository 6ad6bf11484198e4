# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between an account and its declaration: the exact lines, the exact calls, and no write."""

from __future__ import annotations

import pytest

from ansible_collections.thordata.proxies.plugins.modules.account_drift_info import MODULE as account_drift_info

USERS, IPS, SERVERS, CDKS = "/proxy-users/user-list", "/whitelisted-ips/ip-list", "/unlimited/server-list", "/cdk/list"
BOUND = ("POST", "/get_unlimited_servers_bind_user", {"ip": "a.proxy.thordata.net"})
SEED = {
    "users": {
        "residential": {
            "alice01": {"password": "Secret1", "traffic_limit": 500},
            "bob0001": {"password": "Secret2"},
            "prod001": {"password": "Secret3"},
            "odd\nname": {"password": "Secret4"},
        },
        "unlimited": {"worker01": {"password": "Secret5"}},
    },
    "whitelist": {"residential": {"203.0.113.9": {}, "203.0.113.77": {}, "2001:db8::1": {}}},
    "servers": [{"ins_id": "ins-a", "expiration_time": "+2d", "bound_users": ["worker01"]}],
    "cdks": [{"cdk": "EXAMPLEVOUCHER01", "traffic": 10}],
}


def lines(result):
    return [one["text"] for one in result["drift"]]


@pytest.fixture
def drift(sim, run):
    sim.reset(SEED)
    return lambda **declared: run(account_drift_info, declared=declared)


def test_users(drift, calls):
    users = [
        {"username": "alice01", "traffic_limit": "1GB", "enabled": False},
        {"username": "carol01", "password": "Secret9"},
        {"username": "bob0001", "state": "absent"},
    ]
    result = drift(users={"residential": users, "mobile": []}, passwords={"residential": {"alice01": "Other123"}})
    assert calls() == [("GET", USERS), ("GET", USERS)]
    assert lines(result) == [
        "residential proxy user alice01: password differs, traffic_limit is 500, declared 1024, enabled is True,"
        " declared False",
        "residential proxy user carol01: is missing",
        "residential proxy user bob0001: is there, and is not declared",
    ]
    assert [(one["part"], one["proxy_type"], one["name"], one["how"]) for one in result["drift"]] == [
        ("users", "residential", "alice01", "different"),
        ("users", "residential", "carol01", "missing"),
        ("users", "residential", "bob0001", "undeclared"),
    ]
    assert result["drift"][0]["current"] == {"password": "(hidden)", "traffic_limit": 500, "enabled": True}
    assert result["drift"][1]["current"] is None
    assert result["drift"][2]["declared"] is None
    assert not [secret for secret in ("Secret", "Other123") if secret in str(result)]


def test_what_is_not_declared_differs_with_purge(drift):
    users = {"residential": [{"username": "alice01"}]}
    ips = {"residential": ["203.0.113.9"]}
    assert drift(users=users, whitelist=ips)["drift"] == []
    assert lines(drift(users=users, whitelist=ips, purge=True, protected_users=["prod*"])) == [
        "residential proxy user bob0001: is there, and is not declared",
        "residential proxy user odd name: is there, and is not declared",
        "residential whitelist entry 203.0.113.77: is there, and is not declared",
    ]
    assert drift(whitelist=ips, purge=True, protected_ips=["203.0.113.64/26"])["drift"] == []


def test_what_cannot_be_made_differs_too(drift):
    result = drift(
        users={"residential": [{"username": "carol01"}]},
        servers=[{"ins_id": "ins-b"}, {"ins_id": "ins-a", "bandwidth": 200}],
    )
    users, missing, lower = lines(result)
    assert users.startswith("residential proxy users: This cannot be done: the residential proxy user carol01 does not")
    assert missing == "server ins-b: No server has the ins_id ins-b; the account has ins-a (a.proxy.thordata.net)"
    assert lower == "server ins-a: The server ins-a has the bandwidth 300, and cannot go down to 200"


def test_servers_and_vouchers(drift, calls, sim):
    server = {"ins_id": "ins-a", "bandwidth": 400, "renew_for": 7, "renew_within": "3d", "state": "restarted"}
    result = drift(
        servers=[{**server, "bound_users": ["worker02"], "unbound_users": ["worker01"]}],
        vouchers=[{"traffic": 10, "count": 3}, {"traffic": 5}],
    )
    assert set(map(str, calls())) == set(map(str, [("GET", SERVERS), BOUND, ("GET", CDKS)]))
    assert sim.ledger == []
    expiry, *others = lines(result)
    assert expiry.startswith("server ins-a: expiration_time is ")
    assert expiry.endswith(", bandwidth is 300, declared 400")
    assert others == [
        "a.proxy.thordata.net bound user worker02: is missing",
        "a.proxy.thordata.net bound user worker01: is there, and is not declared",
        "vouchers of 10 GB: unused is 1, declared 3",
        "vouchers of 5 GB: unused is 0, declared 1",
    ]
    assert drift(servers=[{"ins_id": "ins-a", "state": "restarted"}])["drift"] == []


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ({"user": {}}, "Wrong declaration: user. Supported parameters include"),
        ({"users": {"residental": []}}, "residental"),
        ({"users": {"residential": [{"username": "alice01", "limit": 5}]}}, "limit"),
        ({"users": {"residential": [{"username": "alice01", "password": ""}]}}, "the password is empty"),
        ({"users": {"residential": [{"username": True}]}}, "username must be a string, not the boolean true"),
        ({"users": {"residential": []}, "passwords": {"residential": {"alice01": 8}}}, "alice01 in passwords must be"),
        ({"whitelist": {"residential": ["here"]}}, "'here' is not an IP address"),
        ({"servers": [{"bandwidth": 200}]}, "one of the following is required: ins_id, plan_name"),
        ({"vouchers": [{"count": 2}]}, "missing required arguments: traffic"),
        ({"protected_ips": ["here"]}, "protected holds 'here'"),
    ],
)
def test_a_wrong_declaration_fails_before_any_call(drift, calls, declared, says):
    result = drift(**declared)
    assert result["failed"]
    assert says in result["msg"]
    assert calls() == []


def test_an_account_that_cannot_be_read_is_unreachable(drift, sim):
    sim.fault("html", path="user-list")
    result = drift(users={"residential": []})
    assert result["unreachable"] is True
    assert "failed" not in result
    assert "Could not list the residential proxy users" in result["msg"]
