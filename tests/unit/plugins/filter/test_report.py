# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter report: what of an account stands in which plot, and JSON that no name can break out of."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.thordata.proxies.plugins.filter.report import FilterModule
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info

report = FilterModule().filters()["report"]


def row(day, traffic, username=None):
    return {"username": username, "date": f"2026-11-{day:02}", "usage_traffic": traffic}


def data(account, **options):
    return json.loads(report(account, **options))


def test_each_part_has_its_place(run, sim, virtual):
    sim.reset(
        {
            "traffic": 2048,
            "users": {
                "residential": {
                    "small01": {"password": "Secret1"},
                    "large01": {"password": "Secret1", "usage_traffic": 9},
                }
            },
            "whitelist": {"unlimited": ["203.0.113.1"]},
            "limits": {"users": 7, "whitelist": 20},
            "static_proxies": {
                "isp": [{"ip": "198.51.100.20", "username": "u", "password": "Secret2", "expiration_time": "+1d"}]
            },
            "servers": [{"ins_id": "ins-one", "plan_name": "one.test", "expiration_time": "+2d"}],
            "cdks": [{"cdk": "VOUCHER01", "traffic": 10}],
            "settings": {"features": {"mobile": False}},
        }
    )
    text = report(run(account_info, gather=list(PARTS)), name="main")
    found = json.loads(text)
    assert not [secret for secret in ("Secret", "VOUCHER01") if secret in text]
    assert found["name"] == "main"
    assert 0 <= sim.world.now() - found["time"] < 60
    assert (found["traffic_balance"], found["wallet_balance"]) == (2048, 100)
    assert found["package"]["days_left"] > 0
    assert found["users"] == [["large01", "residential", 9, 0, True], ["small01", "residential", 0, 0, True]]
    assert [one["name"] for one in found["expiries"]] == ["198.51.100.20", "one.test", "residential package"]
    assert {"what": "residential proxy users", "used": 2, "limit": 7} in found["slots"]
    assert {"what": "unlimited whitelisted addresses", "used": 1, "limit": 20} in found["slots"]
    (server,) = found["servers"]
    assert server["on"]
    assert 0 < server["load"]["CpuUsage"]["mean"] <= server["load"]["CpuUsage"]["max"]
    assert found["vouchers"] == [{"status": "unused", "traffic": 10, "count": 1}]
    assert set(found["unavailable"]) == {"users.mobile", "whitelist.mobile"}


def test_the_largest_users_have_a_series_and_all_others_one():
    rows = [row(day, number, f"user{number:02}") for number in range(1, 13) for day in (1, 2)]
    total = [row(1, 100), row(2, 200), row(3, 5)]
    traffic = data({}, total=total, users={"mobile": rows})["traffic"]
    assert traffic["days"] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert [one["name"] for one in traffic["series"]] == [
        *(f"user{number:02}" for number in range(12, 2, -1)),
        "all others",
    ]
    assert traffic["series"][0] == {"name": "user12", "product": "mobile", "values": [12, 12, 0]}
    shown = sum(range(3, 13))
    assert traffic["series"][-1]["values"] == [100 - shown, 200 - shown, 5]
    assert traffic["sum"] == 305


def test_one_name_in_two_products_is_two_users():
    traffic = data({}, users={"mobile": [row(1, 5, "same01")], "residential": [row(2, 6, "same01")]})["traffic"]
    assert [(one["product"], one["values"]) for one in traffic["series"]] == [
        ("residential", [0, 6]),
        ("mobile", [5, 0]),
    ]


def test_nothing_is_shown_of_nothing():
    found = data({})
    assert found["traffic"] == {"days": [], "series": [], "sum": 0}
    assert not [
        found[name]
        for name in ("users", "expiries", "slots", "servers", "vouchers", "checks", "package")
        if found[name]
    ]
    assert data({"servers": [], "packages": {"residential": {"expiration_timestamp": None}}})["expiries"] == []


def test_no_name_ends_the_element_or_begins_a_template():
    odd = ["</script><script>", "<!--", "&lt;", "{{ x }}", "{% x %}", "{# x #}", "\u2028"]
    text = report({"unavailable": {name: name for name in odd}})
    assert not [sign for sign in ("<", ">", "&", "{{", "{%", "{#", "\u2028") if sign in text]
    assert list(json.loads(text)["unavailable"]) == odd


@pytest.mark.parametrize(
    ("account", "options", "message"),
    [
        ("text", {}, "this is no dictionary"),
        ({"users": {"mobile": []}}, {}, "this is not what the info modules return"),
        ({}, {"checks": [{}]}, "this is not what the info modules return"),
        ({}, {"total": ["text"]}, "this is not what the info modules return"),
    ],
)
def test_bad_input(account, options, message):
    with pytest.raises(AnsibleFilterError, match=f"thordata.proxies.report: {message}"):
        report(account, **options)
