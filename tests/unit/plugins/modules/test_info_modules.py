# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exact calls of the modules that read usage, places and bought addresses, and what they make of the answers."""

from __future__ import annotations

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.modules.location_info import MODULE as location_info
from ansible_collections.thordata.proxies.plugins.modules.static_proxy_info import MODULE as static_proxy_info
from ansible_collections.thordata.proxies.plugins.modules.usage_info import MODULE as usage_info

ACCOUNT, USER, HOUR = (
    "/account/usage-statistics",
    "/proxy-users/usage-statistics",
    "/proxy-users/usage-statistics-hour",
)
COUNTRIES, STATES, CITIES, ASNS = (f"/locations/{level}" for level in ("countries", "states", "cities", "asn"))
SEED = {
    "users": {
        "residential": {
            "alice01": {"password": "Secret1", "traffic_limit": 500},
            "bob0001": {"password": "Secret2"},
        },
    },
    "usage": [
        {"date": "2025-12-31 23:00", "proxy_type": "residential", "username": "alice01", "traffic": 0.5},
        {"date": "2026-01-01 00:00", "proxy_type": "residential", "username": "alice01", "traffic": 2},
        {"date": "2026-01-01 05:00", "proxy_type": "residential", "username": "bob0001", "traffic": 4.25},
        {"date": "2026-10-01 05:00", "proxy_type": "residential", "username": "bob0001", "traffic": 8},
    ],
    "static_proxies": {
        "isp": [
            {"ip": "198.51.100.20", "username": "ispuser1", "password": "Isp2026pass", "expiration_time": "+10d"},
            {"ip": "198.51.100.21", "username": "ispuser1", "password": "Isp2026pass", "expiration_time": "+2d"},
            {"ip": "198.51.100.22", "username": "ispuser1", "password": "Isp2026pass", "expiration_time": "-1d"},
        ],
    },
}  # fmt: skip


@pytest.fixture
def asked(sim):
    """Return the reads since the last time, in no order: (path, parameters)."""

    def read():
        rows = [(row.path, row.params) for row in sim.log]
        assert all(row.method == "GET" for row in sim.log)
        sim.clear_log()
        return sorted(rows, key=str)

    return read


@pytest.fixture
def seeded(sim):
    sim.reset(SEED)


def test_usage_of_the_account(run, asked, seeded):
    result = run(usage_info, from_date="2025-12-31", to_date="2026-01-01")
    assert asked() == [(ACCOUNT, {"from_date": "2025-12-31", "to_date": "2026-01-01"})]
    assert result["usage"] == [
        {"username": None, "date": "2025-12-31", "usage_traffic": 0.5},
        {"username": None, "date": "2026-01-01", "usage_traffic": 6.25},
    ]
    assert result["usage_traffic"] == 6.75
    assert result["totals"] == [
        {
            "username": None,
            "usage_traffic": 6.75,
            "total_usage_traffic": 14.75,
            "traffic_balance": 102400,
            "traffic_limit": None,
        }
    ]


def test_a_long_range_is_split_and_joined(run, asked, seeded):
    result = run(usage_info, usernames=["alice01", "bob0001", "bob0001"], from_date="2025-12-31", to_date="2026-10-01")
    user = {"proxy_type": "1", "username": "alice01"}
    first = {"from_date": "2025-12-31", "to_date": "2026-06-28"}
    second = {"from_date": "2026-06-29", "to_date": "2026-10-01"}
    bob = {**user, "username": "bob0001"}
    expected = [(USER, {**one, **dates}) for one in (user, bob) for dates in (first, second)]
    assert asked() == sorted(expected, key=str)
    assert [(row["username"], row["date"]) for row in result["usage"]] == [
        ("alice01", "2025-12-31"),
        ("alice01", "2026-01-01"),
        ("bob0001", "2026-01-01"),
        ("bob0001", "2026-10-01"),
    ]
    whole = run(
        usage_info, usernames=["alice01", "bob0001"], from_date="2025-12-31", to_date="2026-10-01", include_empty=True
    )
    assert len({(row["username"], row["date"]) for row in whole["usage"]}) == len(whole["usage"]) == 2 * 275
    assert whole["totals"] == result["totals"]
    assert [(one["username"], one["usage_traffic"]) for one in result["totals"]] == [
        ("alice01", 2.5),
        ("bob0001", 12.25),
    ]
    assert [one["traffic_limit"] for one in result["totals"]] == [500, 0]
    assert result["usage_traffic"] == sum(row["usage_traffic"] for row in result["usage"]) == 14.75


def test_hourly_usage_of_all_users_of_a_product(run, asked, seeded):
    options = {
        "proxy_type": "residential",
        "granularity": "hour",
        "from_date": "2025-12-31 23",
        "to_date": "2026-01-01",
    }
    result = run(usage_info, **options)
    dates = {"proxy_type": "1", "from_date": "2025-12-31 23", "to_date": "2026-01-01 23"}
    assert asked() == [
        (HOUR, {**dates, "username": "alice01"}),
        (HOUR, {**dates, "username": "bob0001"}),
        ("/proxy-users/user-list", {"proxy_type": "1"}),
    ]
    assert len(run(usage_info, **options, include_empty=True)["usage"]) == 50
    used = [(row["username"], row["date"], row["usage_traffic"]) for row in result["usage"]]
    assert used == [
        ("alice01", "2025-12-31 23", 0.5),
        ("alice01", "2026-01-01 00", 2),
        ("bob0001", "2026-01-01 05", 4.25),
    ]
    assert "warnings" not in result


def test_hours_of_a_long_range_are_counted_first(run, sim, seeded):
    hours = {"granularity": "hour", "from_date": "2026-01-01", "to_date": "2026-12-31"}
    result = run(usage_info, usernames=["bob0001"], include_empty=True, **hours)
    assert result["warnings"] == ["This reads 8760 rows, one for each hour and user"]
    assert len(result["usage"]) == 8760
    assert result["usage_traffic"] == 12.25


def test_the_last_thirty_days_by_default(run, asked, seeded, virtual, sim):
    run(usage_info)
    ((_path, params),) = asked()
    assert params["to_date"] == sim.world.today()
    result = run(usage_info, api_timezone="Asia/Tokyo", include_empty=True)
    assert len(result["usage"]) == 30


def test_usage_since_so_long_ago(run, asked, seeded, sim, monkeypatch):
    monkeypatch.setattr(times, "now", sim.world.now)
    sim.advance(times.timestamp("2027-03-08 12:30", times.zone("UTC")) - sim.world.now())
    run(usage_info, from_date="7d")
    assert asked() == [(ACCOUNT, {"from_date": "2027-03-01", "to_date": "2027-03-08"})]
    run(usage_info, from_date="1w", to_date="24H")
    assert asked() == [(ACCOUNT, {"from_date": "2027-03-01", "to_date": "2027-03-07"})]
    run(usage_info, from_date="7d", api_timezone="Pacific/Auckland")
    assert asked() == [(ACCOUNT, {"from_date": "2027-03-02", "to_date": "2027-03-09"})]
    result = run(usage_info, usernames=["bob0001"], granularity="hour", from_date="12h", to_date="0s")
    hours = {"from_date": "2027-03-08 00", "to_date": "2027-03-08 12"}
    assert asked() == [(HOUR, {"proxy_type": "1", "username": "bob0001", **hours})]
    assert (result["from_date"], result["usage"]) == ("2027-03-08 00", [])
    hour = {"usernames": ["bob0001"], "granularity": "hour", "from_date": "1h", "to_date": "2027-03-08 11"}
    assert len(run(usage_info, **hour, include_empty=True)["usage"]) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"from_date": "2026-02-01", "to_date": "2026-01-01"}, "from_date (2026-02-01) is after to_date (2026-01-01)"),
        ({"from_date": "2026-02-30"}, "2026-01-31 18, or so long ago, such as 7d or 12h, not '2026-02-30'"),
        ({"usernames": ["alice01", ""]}, "usernames holds an empty username"),
        ({"to_date": "yesterday"}, "to_date must be a date"),
        ({"from_date": "1d", "to_date": "2d"}, "from_date (1d) is after to_date"),
        ({"from_date": "99999999999999999999d"}, "from_date is too long ago"),
        ({"granularity": "hour"}, "hourly usage of proxy users only. Name proxy_type or usernames."),
        ({"api_timezone": "Mars/Phobos"}, "api_timezone 'Mars/Phobos' does not exist"),
    ],
)
def test_bad_ranges_are_found_before_any_request(run, asked, options, message):
    result = run(usage_info, **options)
    assert message in result["msg"]
    assert asked() == []


def test_usage_of_nobody_is_an_error_of_the_api(run, seeded):
    result = run(usage_info, usernames=["nobody1"], from_date="2026-01-01", to_date="2026-01-01")
    assert result["api_code"] == 10020
    assert "the residential proxy user nobody1 from 2026-01-01 to 2026-01-01" in result["msg"]
    assert "Check the name and proxy_type; there are: alice01, bob0001." in result["msg"]


def test_usage_of_a_user_that_the_provider_renamed(run, sim, seeded):
    sim.rename_user("residential", "alice01", "Zq7mobile001")
    options = {"from_date": "2026-01-01", "to_date": "2026-01-01"}
    assert "there are: Zq7mobile001, bob0001" in run(usage_info, usernames=["alice01"], **options)["msg"]
    assert run(usage_info, usernames=["Zq7mobile001"], **options)["usage_traffic"] == 2


RESIDENTIAL = {"proxy_type": "1"}


def test_countries(run, asked):
    locations = run(location_info)["locations"]
    assert asked() == [(COUNTRIES, RESIDENTIAL)]
    assert {"country_code": "US", "country_name": "United States"} in locations


@pytest.mark.parametrize(("country", "reads"), [("US", 0), ("us", 0), ("United States", 1), ("united states ", 1)])
def test_a_country_by_code_or_name(run, asked, country, reads):
    locations = run(location_info, level="asn", country=country)["locations"]
    assert asked() == [(ASNS, {**RESIDENTIAL, "country_code": "US"})] + [(COUNTRIES, RESIDENTIAL)] * reads
    assert [one["asn_code"] for one in locations] == ["AS7018", "AS7922"]


@pytest.mark.parametrize("state", ["New York", "newyork", "NEW-YORK"])
def test_cities_of_a_state_by_code_or_name(run, asked, state):
    locations = run(location_info, level="city", country="US", state=state)["locations"]
    cities = {**RESIDENTIAL, "country_code": "US", "state_code": "newyork", "pool": "0"}
    assert asked() == [(CITIES, cities), (STATES, {**RESIDENTIAL, "country_code": "US"})]
    assert [one["city_code"] for one in locations] == ["newyork", "buffalo"]


def test_states_of_mobile_proxies(run, asked):
    assert run(location_info, level="state", country="United Kingdom", proxy_type="mobile")["locations"]
    assert asked() == [(COUNTRIES, RESIDENTIAL), (STATES, {"proxy_type": "3", "country_code": "GB"})]
    assert "only the states of mobile" in run(location_info, proxy_type="mobile")["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "state", "country": "Untied States"}, "lists no country 'Untied States'. Use one of: US"),
        ({"level": "city", "country": "US", "state": "Texass"}, "lists no state 'Texass'. Use one of: texas"),
        ({"level": "city", "country": "SG", "state": "Changi"}, "lists no state 'Changi'. Leave state out"),
        ({"level": "state", "country": "XX"}, "10004, region unknown or offline"),
        ({"level": "asn", "country": "US", "state": "texas"}, "state goes with level=city only"),
    ],
)
def test_places_that_are_not_there(run, options, message):
    assert message in run(location_info, **options)["msg"]


def test_a_country_without_states_is_a_warning(run):
    result = run(location_info, level="state", country="SG")
    assert result["locations"] == []
    assert result["warnings"] == ["The API lists no states of SG"]


def test_bought_addresses(run, asked, seeded):
    proxies = run(static_proxy_info)["proxies"]
    assert asked() == [("/proxy/proxy-list", {"proxy_type": "1"})]
    assert [one["ip"][-2:] for one in proxies] == ["20", "21", "22"]
    assert (proxies[0]["port"], proxies[0]["country"], proxies[0]["city"]) == (6666, "us", "New York")
    assert not any("password" in one for one in proxies)
    assert run(static_proxy_info, reveal_passwords=True)["proxies"][0]["password"] == "Isp2026pass"
    assert run(static_proxy_info, proxy_type="datacenter")["proxies"] == []


@pytest.mark.parametrize(("within", "ips"), [("7d", ["21", "22"]), ("30d", ["20", "21", "22"]), ("1h", ["22"])])
def test_addresses_that_expire(run, seeded, within, ips):
    assert [one["ip"][-2:] for one in run(static_proxy_info, expires_within=within)["proxies"]] == ips


def test_a_zone_decides_when_addresses_expire(run, sim, seeded):
    sim.configure(timezone="Pacific/Auckland")
    utc, auckland = (
        run(static_proxy_info, ips=["198.51.100.20"], api_timezone=zone)["proxies"][0]["expiration_timestamp"]
        for zone in ("UTC", "Pacific/Auckland")
    )
    assert abs(utc - auckland) in (12 * 3600, 13 * 3600)
    assert abs(auckland - sim.snapshot()["static_proxies"]["isp"][0]["expiration_time"]) < 60


def test_only_addresses_are_asked_for(run, asked, seeded):
    result = run(static_proxy_info, ips=["198.51.100.21", "198.51.100.20", "198.51.100.21"])
    assert asked() == [("/proxy/expiration-time", {"proxy_type": "1", "ips": "198.51.100.21,198.51.100.20"})]
    assert [set(one) for one in result["proxies"]] == [
        {"ip", "proxy_type", "expiration_time", "expiration_timestamp"}
    ] * 2
    missing = run(static_proxy_info, ips=["198.51.100.99", "198.51.100.21"])
    assert missing["api_code"] == 10010
    assert "There is no isp address 198.51.100.99; there are: 198.51.100.2" in missing["msg"]
    whole = run(static_proxy_info, ips=["198.51.100.21"], reveal_passwords=True)["proxies"]
    assert [one["password"] for one in whole] == ["Isp2026pass"]
    assert "198.51.100.99" in run(static_proxy_info, ips=["198.51.100.99"], reveal_passwords=True)["msg"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ips": ["198.51.100"]}, "is not an IP address"),
        ({"ips": ["2001:db8::1"]}, "takes IPv4 only"),
        ({"expires_within": "soon"}, "must be a duration such as 7d"),
    ],
)
def test_bad_options_of_addresses(run, asked, options, message):
    assert message in run(static_proxy_info, **options)["msg"]
    assert asked() == []
