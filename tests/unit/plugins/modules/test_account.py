# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The picture of an account: the exact calls for its parts, how long its traffic lasts, and what it does not have."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info

BALANCES = [("GET", "/account/traffic-balance"), ("GET", "/account/wallet-balance")]
SECRETS = ("Secret123", "Isp2026pass", "LEAKYVOUCHER01", "LEAKYVOUCHER02", "LEAKYVOUCHER03")
SEED = {
    "traffic": 7000,
    "traffic_expiration": "+40d",
    "users": {
        "residential": {"scraper01": {"password": "Secret123", "traffic_limit": 500}},
        "unlimited": {"worker01": {"password": "Secret123"}},
    },
    "whitelist": {"mobile": ["203.0.113.1"]},
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "username": "ispuser1", "password": "Isp2026pass"}]},
    "servers": [{"ins_id": "ins-one", "bound_users": ["worker01"]}, {"ins_id": "ins-two"}],
    "cdks": [
        {"cdk": "LEAKYVOUCHER01", "traffic": 10},
        {"cdk": "LEAKYVOUCHER02", "traffic": 10},
        {"cdk": "LEAKYVOUCHER03", "traffic": 5, "status": "revoked"},
    ],
    "usage": [
        {"date": "-20d", "proxy_type": "residential", "username": "scraper01", "traffic": 9000},
        {"date": "-3d", "proxy_type": "residential", "username": "scraper01", "traffic": 1400},
        {"date": "-1d", "proxy_type": "unlimited", "username": "worker01", "traffic": 2100},
        {"date": "-0h", "proxy_type": "residential", "username": "scraper01", "traffic": 9000},
    ],
}


@pytest.fixture
def seeded(sim):
    sim.reset(SEED)
    return sim


def test_balances_are_what_is_read_by_default(run, calls):
    result = run(account_info)
    assert calls() == BALANCES
    assert (result["traffic_balance"], result["wallet_balance"], result["unavailable"]) == (102400, 100, {})
    assert result["traffic_expiration"]


def test_all_of_an_account_in_one_task(run, seeded):
    """Each list is read once, whatever parts need it."""
    result = run(account_info, gather=[*PARTS, "users"])
    assert Counter((row.path, row.params.get("proxy_type")) for row in seeded.log) == {
        **{(path, None): 1 for _method, path in BALANCES},
        ("/account/usage-statistics", None): 1,
        **{("/proxy-users/user-list", number): 1 for number in "123"},
        **{("/whitelisted-ips/ip-list", number): 1 for number in "129"},
        **{("/proxy/proxy-list", number): 1 for number in "12"},
        ("/unlimited/server-list", None): 1,
        ("/get_unlimited_servers_bind_user", None): 2,
        ("/unlimited/server-monitor", None): 2,
        ("/cdk/list", None): 1,
    }
    assert not [secret for secret in SECRETS if secret in str(result)]
    assert [user["username"] for user in result["users"]["residential"]["users"]] == ["scraper01"]
    assert result["users"]["mobile"] == {"users": [], "limit": 100, "remaining_limit": 100}
    assert [entry["ip"] for entry in result["whitelist"]["mobile"]["entries"]] == ["203.0.113.1"]
    assert [proxy["ip"] for proxy in result["static_proxies"]["isp"]] == ["198.51.100.20"]
    assert [server["ins_id"] for server in result["servers"]] == ["ins-one", "ins-two"]
    assert result["bound_users"] == {"ins-one": ["worker01"], "ins-two": []}
    assert set(result["load"]["ins-two"]["CpuUsage"]) == {"last", "mean", "max"}
    assert result["vouchers"] == [
        {"status": "revoked", "traffic": 5, "count": 1},
        {"status": "unused", "traffic": 10, "count": 2},
    ]
    assert result["unavailable"] == {}


def test_traffic_lasts_until_it_is_used_up_at_the_rate_of_the_last_week(run, seeded):
    """Neither today's traffic, which goes on, nor that of the weeks before counts."""
    package = run(account_info, gather=["packages"])["packages"]["residential"]
    assert (package["traffic_balance"], package["daily_traffic"], package["days_left"]) == (7000, 500, 14)


@pytest.mark.parametrize(
    ("seed", "days"),
    [
        ({"traffic": 7000, "traffic_expiration": "+10d"}, (10, 11)),
        ({"traffic": 0, "usage": SEED["usage"]}, (0, 0)),
        ({"traffic": 7000, "traffic_expiration": "-3d"}, (0, 0)),
    ],
)
def test_traffic_lasts_no_longer_than_its_package(run, sim, seed, days):
    sim.reset(seed)
    least, most = days
    assert least <= run(account_info, gather=["packages"])["packages"]["residential"]["days_left"] <= most


def test_what_an_account_does_not_have_is_left_out_and_named(run, sim):
    sim.reset({**SEED, "settings": {"features": dict.fromkeys(("bind_user", "cdk", "mobile"), False)}})
    result = run(account_info, gather=list(PARTS))
    assert set(result["unavailable"]) == {"users.mobile", "whitelist.mobile", "bound_users", "vouchers"}
    assert "seems not to offer vouchers (CDK)" in result["unavailable"]["vouchers"]
    assert not {"bound_users", "vouchers"} & set(result)
    assert set(result["users"]) == set(result["whitelist"]) == {"residential", "unlimited"}
    assert [server["ins_id"] for server in result["servers"]] == ["ins-one", "ins-two"]


@pytest.mark.parametrize("fault", [("code", 10013), ("code", 10011), ("html", None)])
def test_half_an_account_is_none(run, seeded, fault):
    """What goes wrong on the way is no sign that a part does not exist."""
    action, code = fault
    seeded.fault(action, path="/whitelisted-ips/ip-list", **({"code": code} if code else {}))
    result = run(account_info, gather=list(PARTS))
    assert result["failed"]
    assert {"users", "unavailable"} & set(result) == set()
