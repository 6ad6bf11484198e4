# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter metrics: values and units, odd labels, what is left out, and how many series there are."""

from __future__ import annotations

import re

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.thordata.proxies.plugins.filter.metrics import FilterModule
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info

metrics = FilterModule().filters()["metrics"]
CHECK = {"proxy": "http://127.0.0.1:3128", "username": None, "failed": False, "latency": 0.25}


def users(*rows):
    every = [{"traffic_limit": 0, "usage_traffic": 0, "enabled": True, **row} for row in rows]
    return {"users": {"mobile": {"users": every, "limit": None, "remaining_limit": None}}}


def samples(text, name):
    """Return the samples of a metric: labels as they are written, and value."""
    return dict(re.findall(rf"^thordata_{name}(?:{{(.*)}})? (\S+)$", text, re.MULTILINE))


def test_each_part_has_metrics(run, sim):
    """What the modules return is what the filter takes."""
    sim.reset(
        {
            "traffic": 2048,
            "wallet": 99.5,
            "users": {
                "residential": {"scraper01": {"password": "Secret1", "traffic_limit": 500, "usage_traffic": 250}}
            },
            "whitelist": {"unlimited": ["203.0.113.1"]},
            "limits": {"whitelist": 20},
            "static_proxies": {"isp": [{"ip": "198.51.100.20", "username": "ispuser1", "password": "Secret2"}]},
            "servers": [{"ins_id": "ins-one", "plan_name": "one.test", "bandwidth": 300, "expiration_time": "+2d"}],
            "cdks": [{"cdk": "VOUCHER01", "traffic": 10}],
            "settings": {"features": {"mobile": False}},
        }
    )
    text = metrics(run(account_info, gather=list(PARTS)), checks=[CHECK])
    server = 'ins_id="ins-one",plan_name="one.test"'
    for name, labels, value in (
        ("wallet_balance", "", "99.5"),
        ("traffic_balance_bytes", 'product="residential"', str(2048 * 1024**2)),
        ("traffic_bytes_per_day", 'product="residential"', "0.0"),
        ("users", 'product="residential"', "1"),
        ("user_traffic_bytes", 'product="residential",username="scraper01"', str(250 * 1024**2)),
        ("user_traffic_limit_bytes", 'product="residential",username="scraper01"', str(500 * 1024**2)),
        ("user_enabled", 'product="residential",username="scraper01"', "1"),
        ("user_slots_free", 'product="residential"', "99"),
        ("whitelist_entries", 'product="unlimited"', "1"),
        ("whitelist_slots_free", 'product="unlimited"', "19"),
        ("static_proxies", 'product="isp",country="us"', "1"),
        ("servers", "", "1"),
        ("server_on", server, "1"),
        ("server_bandwidth_bytes_per_second", server, "37500000"),
        ("vouchers", 'status="unused",traffic_bytes="10737418240"', "1"),
        ("part_unavailable", 'part="users.mobile"', "1"),
        ("proxy_check_success", 'proxy="http://127.0.0.1:3128",username="",number="1"', "1"),
        ("proxy_check_latency_seconds", 'proxy="http://127.0.0.1:3128",username="",number="1"', "0.25"),
    ):
        assert samples(text, name).get(labels) == value, (name, samples(text, name))
    expires = float(samples(text, "server_expiry_timestamp_seconds")[server])
    assert 0 <= sim.world.now() + 2 * 86400 - expires < 60
    assert f'{server},series="CpuUsage"' in samples(text, "server_load")
    assert not [secret for secret in ("Secret", "VOUCHER01") if secret in text]


def test_nothing_is_told_of_what_is_not_there():
    assert metrics({}) == ""
    assert metrics({"wallet_balance": None, "traffic_balance": float("nan"), "changed": False}) == ""
    assert "limit_bytes" not in metrics(users({"username": "scraper01"}))


def test_odd_labels_stay_one_line_each():
    odd = ['quo"te', "back\\slash", "two\nlines", "\ud800", None]
    text = metrics(users(*({"username": name} for name in odd)), account_name='"')
    assert set(samples(text, "user_enabled")) == {
        f'account="\\"",product="mobile",username="{name}"'
        for name in ('quo\\"te', "back\\\\slash", "two\\nlines", "?", "")
    }


def test_a_series_stands_there_once():
    """node-exporter refuses a file that has two; the API lists an address twice at times."""
    address = {"ip": "198.51.100.20", "country": "us", "expiration_timestamp": 5}
    text = metrics({"static_proxies": {"isp": [address, {**address, "expiration_timestamp": 9}]}}, checks=2 * [CHECK])
    assert list(samples(text, "static_proxy_expiry_timestamp_seconds").values()) == ["5"]
    assert len(samples(text, "proxy_check_success")) == 2


def test_the_number_of_series_is_bounded():
    rows = [{"username": f"user{number:05}", "usage_traffic": number, "traffic_limit": 10**6} for number in range(5000)]
    near = {"username": "near", "usage_traffic": 80, "traffic_limit": 100}
    servers = [
        {
            "ins_id": f"ins-{number}",
            "plan_name": None,
            "expiration_timestamp": 9 + number,
            "status": "",
            "bandwidth": None,
        }
        for number in range(500)
    ]
    account = {**users(*rows, near), "servers": [{**servers[0], "expiration_timestamp": None}, *servers[::-1]]}
    text = metrics(account, max_items=3)
    names = [re.search('username="(.*)"', labels)[1] for labels in samples(text, "user_enabled")]
    assert names == ["near", "user04999", "user04998"]
    assert samples(text, "users")['product="mobile"'] == "5001"
    assert samples(text, "users_near_limit")['product="mobile"'] == "1"
    total = (sum(range(5000)) + 80) * 1024**2
    assert float(samples(text, "users_traffic_bytes")['product="mobile"']) == total
    assert list(samples(text, "server_expiry_timestamp_seconds").values()) == ["9", "10", "11"]
    assert samples(text, "servers") == {"": "501"}
    assert text.count("\n") < 60
    assert "user_enabled" not in metrics(account, max_items=0)


def test_a_hundred_of_each_have_series_if_nothing_is_said():
    checks = [{**CHECK, "proxy": f"http://127.0.0.1:{port}"} for port in range(101)]
    text = metrics(users(*({"username": f"user{number:03}"} for number in range(101))), checks=checks)
    assert len(samples(text, "user_enabled")) == len(samples(text, "proxy_check_success")) == 100
    assert samples(text, "users") == {'product="mobile"': "101"}


def test_what_the_api_does_not_tell_of_a_user():
    text = metrics(
        users(
            {"username": "off", "enabled": False, "usage_traffic": None, "traffic_limit": 1},
            {"username": "unknown", "enabled": None, "usage_traffic": 50},
            {"username": "on", "usage_traffic": 0.5},
        )
    )
    assert samples(text, "users_disabled") == {'product="mobile"': "1"}
    assert float(samples(text, "users_traffic_bytes")['product="mobile"']) == 50.5 * 1024**2
    assert samples(text, "users_near_limit") == {'product="mobile"': "0"}
    assert list(samples(text, "user_traffic_bytes")) == [
        f'product="mobile",username="{name}"' for name in ("unknown", "on")
    ]
    assert list(samples(text, "user_enabled").values()) == ["1", "0"]


def test_a_package_has_units():
    package = {"traffic_balance": 3, "expiration_timestamp": 1700000000, "daily_traffic": 2, "days_left": 1.5}
    text = metrics({"wallet_balance": 5, "traffic_balance": 9, "packages": {"residential": package}})
    assert "\nthordata_wallet_balance 5\n" in text
    for name, value in (
        ("traffic_balance_bytes", 3 * 1024**2),
        ("package_expiry_timestamp_seconds", 1700000000),
        ("traffic_bytes_per_day", 2 * 1024**2),
        ("traffic_lasts_seconds", 1.5 * 86400),
    ):
        assert [float(one) for one in samples(text, name).values()] == [value], name


def test_the_soonest_addresses_have_series_and_all_are_counted():
    """Those without a country or a time as well."""
    rows = [
        {"ip": "4", "country": None, "expiration_timestamp": None},
        {"ip": "3", "country": "us", "expiration_timestamp": 3},
        {"ip": "1", "country": None, "expiration_timestamp": 1},
        {"ip": "2", "country": "de", "expiration_timestamp": 2},
    ]
    text = metrics({"static_proxies": {"isp": rows}}, max_items=2)
    assert list(samples(text, "static_proxies").items()) == [
        ('product="isp",country=""', "2"),
        ('product="isp",country="de"', "1"),
        ('product="isp",country="us"', "1"),
    ]
    assert list(samples(text, "static_proxy_expiry_timestamp_seconds").items()) == [
        ('product="isp",ip="1",country=""', "1"),
        ('product="isp",ip="2",country="de"', "2"),
    ]


def test_a_check_names_its_user():
    text = metrics({}, checks=[{**CHECK, "username": "scraper01"}])
    assert list(samples(text, "proxy_check_success")) == [
        'proxy="http://127.0.0.1:3128",username="scraper01",number="1"'
    ]


def test_kinds_of_vouchers_are_bounded():
    kinds = [{"status": "unused", "traffic": size, "count": 1} for size in range(5)]
    assert len(samples(metrics({"vouchers": kinds}, max_items=2), "vouchers")) == 2


def test_a_voucher_of_unknown_traffic_is_counted():
    text = metrics({"vouchers": [{"status": "used", "traffic": None, "count": 2}]})
    assert samples(text, "vouchers") == {'status="used",traffic_bytes=""': "2"}


def test_the_last_run():
    run = {"timestamp": "1700000060", "success": "False", "last_success": 1700000000}
    text = metrics({"last_run": run}, account_name="main")
    assert samples(text, "last_run_timestamp_seconds") == {'account="main"': "1700000060"}
    assert samples(text, "last_run_success") == {'account="main"': "0"}
    assert samples(text, "last_success_timestamp_seconds") == {'account="main"': "1700000000"}
    assert "last_success" not in metrics({"last_run": {**run, "last_success": None}})


@pytest.mark.parametrize(
    ("account", "options", "message"),
    [
        ("text", {}, "this is no dictionary. Register the result of account_info"),
        ({"users": {"mobile": {}}}, {}, "this is not what account_info or proxy_check returns"),
        ({}, {"checks": [{"proxy": 1}]}, "this is not what account_info or proxy_check returns"),
        ({}, {"max_items": -1}, "max_items must be 0 or more, not -1"),
        ({}, {"most": 1}, "there is no option most"),
    ],
)
def test_bad_input(account, options, message):
    with pytest.raises(AnsibleFilterError, match=f"thordata.proxies.metrics: {message}"):
        metrics(account, **options)
