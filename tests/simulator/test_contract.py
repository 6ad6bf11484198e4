# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each endpoint, parameter rule and error code of docs/contract.md. Answers are written out, never computed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import world

#: Every call of the tables in section 4 of the contract.
CALLS = re.findall(
    r"^\| `((?:GET|POST) \S+)` \|",
    Path(__file__).parents[2].joinpath("docs", "contract.md").read_text("utf-8").partition("\n## 6. ")[0],
    re.MULTILINE,
)

ALICE = {
    "created_time": "2026-06-01",
    "username": "alice01",
    "password": "Secret123",
    "status": True,
    "traffic_limit": 1000,
    "usage_traffic": 12,
}
ROBERT = {
    "created_time": "2026-06-02",
    "username": "robert02",
    "password": "Hidden456",
    "status": False,
    "traffic_limit": 0,
    "usage_traffic": 1.5,
}
NEW_USER = {"proxy_type": 1, "username": "carol03", "password": "Passw0rd1", "traffic_limit": 500, "status": "true"}
CHANGE = {
    "proxy_type": 1,
    "username": "alice01",
    "new_username": "alice01",
    "new_password": "Changed99",
    "new_traffic_limit": 2000,
    "new_status": "false",
}
SERVER = {
    "purchase_time": "2026-07-01 00:00",
    "expiration_time": "2026-07-20 00:00",
    "plan_name": "k3x9q2aa.proxy.thordata.net",
    "server": "16vCPU 32GiB",
    "bandwidth": "300Mbps",
    "status": "Turn on",
    "order_id": "order1",
    "ins_id": "ins-k3x9q2aa",
    "region": "na-siliconvalley",
}
OLD_SERVER = {
    "purchase_time": "2026-07-15 12:00",
    "expiration_time": "2026-07-10 00:00",
    "plan_name": "old.proxy.thordata.net",
    "server": "16vCPU 32GiB",
    "bandwidth": "300Mbps",
    "status": "Expired",
    "order_id": "order-ins-old",
    "ins_id": "ins-old",
    "region": "na-siliconvalley",
}
UNUSED = {
    "cdk": "UNUSEDUNUSED0001",
    "create_time": 1783036800,
    "status": 1,
    "traffic": 10,
    "traffic_duration": 2592000,
}
USED = {"cdk": "USEDUSEDUSED0002", "create_time": 1783123200, "status": 2, "traffic": 5, "traffic_duration": 2592000}
MONITOR = {
    "ins_id": "ins-k3x9q2aa",
    "region": "na-siliconvalley",
    "start_time": 1784116800,
    "end_time": 1784117400,
    "period": 300,
}
HOST = "k3x9q2aa.proxy.thordata.net"

#: A valid call of each endpoint, with its required parameters only.
VALID = {
    "GET /account/traffic-balance": {},
    "GET /account/wallet-balance": {},
    "GET /account/usage-statistics": {"from_date": "2026-07-13", "to_date": "2026-07-15"},
    "GET /locations/countries": {"proxy_type": 1},
    "GET /locations/states": {"proxy_type": 1, "country_code": "US"},
    "GET /locations/cities": {"proxy_type": 1, "country_code": "US"},
    "GET /locations/asn": {"proxy_type": 1, "country_code": "US"},
    "GET /proxy-users/user-list": {"proxy_type": 1},
    "POST /proxy-users/create-user": NEW_USER,
    "POST /proxy-users/update-user": CHANGE,
    "POST /proxy-users/delete-user": {"proxy_type": 1, "username": "alice01"},
    "GET /proxy-users/usage-statistics": {
        "proxy_type": 1,
        "username": "alice01",
        "from_date": "2026-07-13",
        "to_date": "2026-07-14",
    },
    "GET /proxy-users/usage-statistics-hour": {
        "proxy_type": 1,
        "username": "alice01",
        "from_date": "2026-07-13 09",
        "to_date": "2026-07-13 11",
    },
    "GET /whitelisted-ips/ip-list": {"proxy_type": 1},
    "POST /whitelisted-ips/add-ip": {"proxy_type": 1, "ip": "192.0.2.7", "status": "true"},
    "POST /whitelisted-ips/delete-ip": {"proxy_type": 1, "ip": "192.0.2.1"},
    "GET /proxy/proxy-list": {"proxy_type": 1},
    "GET /proxy/expiration-time": {"proxy_type": 1, "ips": "198.51.100.20"},
    "GET /unlimited/server-list": {},
    "POST /unlimited/restart-server": {"plan_name": HOST},
    "GET /unlimited/server-monitor": MONITOR,
    "GET /unlimited/balancing-monitor": MONITOR,
    "POST /unlimited/renew": {"ins_id": "ins-k3x9q2aa", "package_id": 27},
    "POST /unlimited/upgrade": {"ins_id": "ins-k3x9q2aa", "bw_id": 4, "sv_id": 2},
    "POST /get_unlimited_servers_bind_user": {"ip": HOST},
    "POST /add_unlimited_servers_bind_user": {"ip": HOST, "username": "worker02"},
    "POST /del_unlimited_servers_bind_user": {"ip": HOST, "username": "worker01"},
    "POST /cdk/create": {"flow": 10, "num": 2},
    "GET /cdk/list": {},
    "POST /cdk/revoke": {"cdk": "UNUSEDUNUSED0001"},
    "GET /cdk/info": {"cdk": "UNUSEDUNUSED0001"},
}
US = {"country_code": "US", "country_name": "United States"}
ALABAMA = {**US, "state_code": "alabama", "state_name": "Alabama"}

#: Reads: call, parameters -> `data`, word for word.
READS = [
    ("GET /account/traffic-balance", {}, {"traffic_balance": 2048, "expiration_time": "2026-08-31"}),
    ("GET /account/wallet-balance", {}, {"wallet_balance": 100.0}),
    (
        "GET /account/usage-statistics",
        {"from_date": "2026-07-13", "to_date": "2026-07-15"},
        {
            "total_usage_traffic": 6656,
            "traffic_balance": 2097152,
            "range_usage_traffic": 6656,
            "query_days": 3,
            "data": [
                {"date": "2026-07-13", "usage_traffic": 5120},
                {"date": "2026-07-14", "usage_traffic": 1536},
                {"date": "2026-07-15", "usage_traffic": 0},
            ],
        },
    ),
    (
        "GET /account/usage-statistics",
        {"from_date": "2026-07-14", "to_date": "2026-07-14"},
        {
            "total_usage_traffic": 6656,
            "traffic_balance": 2097152,
            "range_usage_traffic": 1536,
            "query_days": 1,
            "data": [{"date": "2026-07-14", "usage_traffic": 1536}],
        },
    ),
    (
        "GET /locations/countries",
        {"proxy_type": 2},
        [
            {"country_code": "US", "country_name": "United States"},
            {"country_code": "GB", "country_name": "United Kingdom"},
            {"country_code": "DE", "country_name": "Germany"},
            {"country_code": "FR", "country_name": "France"},
            {"country_code": "JP", "country_name": "Japan"},
            {"country_code": "BR", "country_name": "Brazil"},
            {"country_code": "SG", "country_name": "Singapore"},
        ],
    ),
    (
        "GET /locations/states",
        {"proxy_type": 1, "country_code": "US"},
        [
            {**US, "state_code": "alabama", "state_name": "Alabama"},
            {**US, "state_code": "california", "state_name": "California"},
            {**US, "state_code": "newyork", "state_name": "New York"},
            {**US, "state_code": "texas", "state_name": "Texas"},
        ],
    ),
    ("GET /locations/states", {"proxy_type": 3, "country_code": "SG"}, []),
    (
        "GET /locations/cities",
        {"proxy_type": 1, "country_code": "US", "state_code": "alabama", "pool": 0},
        [
            {**ALABAMA, "city_code": "alexandercity", "city_name": "Alexander City"},
            {**ALABAMA, "city_code": "birmingham", "city_name": "Birmingham"},
        ],
    ),
    (
        "GET /locations/cities",
        {"proxy_type": 2, "country_code": "FR"},
        [
            {
                "country_code": "FR",
                "country_name": "France",
                "state_code": "iledefrance",
                "state_name": "Ile-de-France",
                "city_code": "paris",
                "city_name": "Paris",
            }
        ],
    ),
    (
        "GET /locations/asn",
        {"proxy_type": 1, "country_code": "US"},
        [
            {"country_code": "US", "asn_code": "AS7018", "asn_name": "AT&T Services, Inc."},
            {"country_code": "US", "asn_code": "AS7922", "asn_name": "Comcast Cable Communications, LLC"},
        ],
    ),
    (
        "GET /proxy-users/user-list",
        {"proxy_type": 1},
        {"limit": 3, "remaining_limit": 1, "user_count": 2, "list": [ALICE, ROBERT]},
    ),
    (
        "GET /proxy-users/user-list",
        {"proxy_type": 2},
        {
            "limit": 3,
            "remaining_limit": 1,
            "user_count": 2,
            "list": [
                {
                    "created_time": "2026-07-15",
                    "username": "worker01",
                    "password": "Worker123",
                    "status": True,
                    "traffic_limit": 0,
                    "usage_traffic": 0,
                },
                {
                    "created_time": "2026-07-15",
                    "username": "worker02",
                    "password": "Worker456",
                    "status": True,
                    "traffic_limit": 100,
                    "usage_traffic": 0,
                },
            ],
        },
    ),
    (
        "GET /proxy-users/user-list",
        {"proxy_type": 3},
        {"limit": 3, "remaining_limit": 3, "user_count": 0, "list": []},
    ),
    (
        "GET /proxy-users/usage-statistics",
        VALID["GET /proxy-users/usage-statistics"],
        {
            "traffic_limit": 1024000,
            "total_usage_traffic": 12288,
            "traffic_balance": 1011712,
            "range_usage_traffic": 5120,
            "query_days": 2,
            "data": [{"date": "2026-07-13", "usage_traffic": 5120}, {"date": "2026-07-14", "usage_traffic": 0}],
        },
    ),
    (
        "GET /proxy-users/usage-statistics-hour",
        VALID["GET /proxy-users/usage-statistics-hour"],
        {
            "traffic_limit": 1024000,
            "total_usage_traffic": 12288,
            "traffic_balance": 1011712,
            "range_usage_traffic": 5120,
            "query_days": 1,
            "data": [
                {"date": "2026-07-13 09", "usage_traffic": 2048},
                {"date": "2026-07-13 10", "usage_traffic": 3072},
                {"date": "2026-07-13 11", "usage_traffic": 0},
            ],
        },
    ),
    (
        "GET /whitelisted-ips/ip-list",
        {"proxy_type": 1},
        {
            "ip_count": 1,
            "limit": 3,
            "remaining_limit": 2,
            "lists": [{"created_time": "2026-06-03", "ip": "192.0.2.1", "status": True}],
        },
    ),
    (
        "GET /whitelisted-ips/ip-list",
        {"proxy_type": 2},
        {
            "ip_count": 1,
            "limit": 3,
            "remaining_limit": 2,
            "lists": [{"created_time": "2026-07-15", "ip": "192.0.2.1", "status": True}],
        },
    ),
    (
        "GET /whitelisted-ips/ip-list",
        {"proxy_type": 9},
        {"ip_count": 0, "limit": 3, "remaining_limit": 3, "lists": []},
    ),
    (
        "GET /proxy/proxy-list",
        {"proxy_type": 1},
        [
            {
                "purchase_time": "2026-07-01 08:30",
                "expiration_time": "2026-07-31 08:30",
                "ip": "198.51.100.20",
                "port": 6666,
                "username": "ispuser1",
                "password": "Isp123456",
                "country": "US",
                "city": "New York",
            }
        ],
    ),
    (
        "GET /proxy/expiration-time",
        {"proxy_type": 2, "ips": "203.0.113.40"},
        [{"ip": "203.0.113.40", "expiration_time": "2026-09-01 00:00"}],
    ),
    (
        "GET /proxy/expiration-time",
        {"proxy_type": 1, "ips": "198.51.100.20,198.51.100.20"},
        [
            {"ip": "198.51.100.20", "expiration_time": "2026-07-31 08:30"},
            {"ip": "198.51.100.20", "expiration_time": "2026-07-31 08:30"},
        ],
    ),
    ("GET /unlimited/server-list", {}, [SERVER, OLD_SERVER]),
    (
        "POST /get_unlimited_servers_bind_user",
        {"ip": "203.0.113.5"},
        [
            {
                "domain": "k3x9q2aa.proxy.thordata.net",
                "ip": "203.0.113.5",
                "sub_users": [{"create_time": 1782950400, "username": "worker01"}],
            }
        ],
    ),
    ("GET /cdk/list", {}, [UNUSED, USED]),
    ("GET /cdk/list", {"status": 1}, [UNUSED]),
    ("GET /cdk/list", {"status": 2}, [USED]),
    ("GET /cdk/list", {"status": 3}, []),
    ("GET /cdk/info", {"cdk": "UNUSEDUNUSED0001"}, {**UNUSED, "use_username": "", "use_time": 0}),
    ("GET /cdk/info", {"cdk": "USEDUSEDUSED0002"}, {**USED, "use_username": "alice01", "use_time": 1783209600}),
]

USERS_OF_TYPE_1 = ("GET /proxy-users/user-list", {"proxy_type": 1})
IPS_OF_TYPE_1 = ("GET /whitelisted-ips/ip-list", {"proxy_type": 1})
SERVERS = ("GET /unlimited/server-list", {})
BOUND = ("POST /get_unlimited_servers_bind_user", {"ip": HOST})
CAROL = {
    "created_time": "2026-07-15",
    "username": "carol03",
    "password": "Passw0rd1",
    "status": True,
    "traffic_limit": 500,
    "usage_traffic": 0,
}

#: Writes that answer {}: call, parameters, the read that shows the effect -> its `data`.
WRITES = [
    (
        "POST /proxy-users/create-user",
        NEW_USER,
        USERS_OF_TYPE_1,
        {"limit": 3, "remaining_limit": 0, "user_count": 3, "list": [ALICE, ROBERT, CAROL]},
    ),
    (
        "POST /proxy-users/create-user",
        {**NEW_USER, "proxy_type": 3, "traffic_limit": 0, "status": "false"},
        ("GET /proxy-users/user-list", {"proxy_type": 3}),
        {
            "limit": 3,
            "remaining_limit": 2,
            "user_count": 1,
            "list": [{**CAROL, "traffic_limit": 0, "status": False}],
        },
    ),
    (
        "POST /proxy-users/update-user",
        CHANGE,
        USERS_OF_TYPE_1,
        {
            "limit": 3,
            "remaining_limit": 1,
            "user_count": 2,
            "list": [{**ALICE, "password": "Changed99", "traffic_limit": 2000, "status": False}, ROBERT],
        },
    ),
    (
        "POST /proxy-users/update-user",
        {**CHANGE, "new_username": "alice99", "new_traffic_limit": 0, "new_status": "true"},
        USERS_OF_TYPE_1,
        {
            "limit": 3,
            "remaining_limit": 1,
            "user_count": 2,
            "list": [ROBERT, {**ALICE, "username": "alice99", "password": "Changed99", "traffic_limit": 0}],
        },
    ),
    (
        "POST /proxy-users/delete-user",
        {"proxy_type": 1, "username": "alice01"},
        USERS_OF_TYPE_1,
        {"limit": 3, "remaining_limit": 2, "user_count": 1, "list": [ROBERT]},
    ),
    (
        "POST /whitelisted-ips/add-ip",
        {"proxy_type": 1, "ip": "192.0.2.7", "status": "false"},
        IPS_OF_TYPE_1,
        {
            "ip_count": 2,
            "limit": 3,
            "remaining_limit": 1,
            "lists": [
                {"created_time": "2026-06-03", "ip": "192.0.2.1", "status": True},
                {"created_time": "2026-07-15", "ip": "192.0.2.7", "status": False},
            ],
        },
    ),
    (
        "POST /whitelisted-ips/add-ip",
        {"proxy_type": 9, "ip": "192.0.2.7", "status": "true"},
        ("GET /whitelisted-ips/ip-list", {"proxy_type": 9}),
        {
            "ip_count": 1,
            "limit": 3,
            "remaining_limit": 2,
            "lists": [{"created_time": "2026-07-15", "ip": "192.0.2.7", "status": True}],
        },
    ),
    (
        "POST /whitelisted-ips/delete-ip",
        {"proxy_type": 1, "ip": "192.0.2.1"},
        IPS_OF_TYPE_1,
        {"ip_count": 0, "limit": 3, "remaining_limit": 3, "lists": []},
    ),
    (
        "POST /unlimited/restart-server",
        {"plan_name": HOST},
        SERVERS,
        [{**SERVER, "status": "Restarting"}, OLD_SERVER],
    ),
    (
        "POST /add_unlimited_servers_bind_user",
        {"ip": "203.0.113.5", "username": "worker02"},
        BOUND,
        [
            {
                "domain": HOST,
                "ip": "203.0.113.5",
                "sub_users": [
                    {"create_time": 1782950400, "username": "worker01"},
                    {"create_time": 1784116800, "username": "worker02"},
                ],
            }
        ],
    ),
    (
        "POST /del_unlimited_servers_bind_user",
        {"ip": HOST, "username": "worker01"},
        BOUND,
        [{"domain": HOST, "ip": "203.0.113.5", "sub_users": []}],
    ),
    (
        "POST /proxy-users/delete-user",
        {"proxy_type": 2, "username": "worker01"},
        BOUND,
        [{"domain": HOST, "ip": "203.0.113.5", "sub_users": []}],
    ),
    (
        "POST /proxy-users/update-user",
        {**CHANGE, "proxy_type": 2, "username": "worker01", "new_username": "worker09"},
        BOUND,
        [
            {
                "domain": HOST,
                "ip": "203.0.113.5",
                "sub_users": [{"create_time": 1782950400, "username": "worker09"}],
            }
        ],
    ),
    (
        "POST /cdk/revoke",
        {"cdk": "UNUSEDUNUSED0001"},
        ("GET /cdk/list", {}),
        [{**UNUSED, "status": 3}, USED],
    ),
]

#: Paid writes: call, parameters -> cost, the changed fields of the first server.
ORDERS = [
    ("POST /unlimited/renew", {"package_id": 27}, 8.0, {"expiration_time": "2026-07-21 00:00"}),
    ("POST /unlimited/renew", {"package_id": 6}, 45.0, {"expiration_time": "2026-07-27 00:00"}),
    ("POST /unlimited/renew", {"package_id": 8}, 150.0, {"expiration_time": "2026-08-19 00:00"}),
    ("POST /unlimited/renew", {"package_id": 7}, 280.0, {"expiration_time": "2026-09-18 00:00"}),
    ("POST /unlimited/upgrade", {"bw_id": 9, "sv_id": 2}, 105.0, {"bandwidth": "1000Mbps"}),
    ("POST /unlimited/upgrade", {"bw_id": 2, "sv_id": 3}, 40.0, {"server": "32vCPU 64GiB"}),
    (
        "POST /unlimited/upgrade",
        {"bw_id": 3, "sv_id": 4},
        95.0,
        {"bandwidth": "400Mbps", "server": "64vCPU 128GiB"},
    ),
]

#: Calls that fail: what, call, changes to its valid parameters -> code. Where it says (open), the contract is silent.
FAILURES = [
    ("users have no type 9", "GET /proxy-users/user-list", {"proxy_type": 9}, 10000),
    ("type 0", "GET /proxy-users/user-list", {"proxy_type": 0}, 10000),
    ("type by name", "GET /proxy-users/user-list", {"proxy_type": "residential"}, 10000),
    ("whitelist has no type 3", "GET /whitelisted-ips/ip-list", {"proxy_type": 3}, 10000),
    ("no mobile countries", "GET /locations/countries", {"proxy_type": 3}, 10000),
    ("no mobile cities", "GET /locations/cities", {"proxy_type": 3}, 10000),
    ("no mobile networks", "GET /locations/asn", {"proxy_type": 3}, 10000),
    ("type 9 of states", "GET /locations/states", {"proxy_type": 9}, 10000),
    ("type 3 of addresses", "GET /proxy/proxy-list", {"proxy_type": 3}, 10000),
    ("type 0 of addresses", "GET /proxy/expiration-time", {"proxy_type": 0}, 10000),
    ("pool 1", "GET /locations/cities", {"pool": 1}, 10000),
    ("unknown country (open)", "GET /locations/states", {"country_code": "XX"}, 10004),
    ("unknown country of cities (open)", "GET /locations/cities", {"country_code": "XX"}, 10004),
    ("unknown country of networks (open)", "GET /locations/asn", {"country_code": "us"}, 10004),
    ("unknown state (open)", "GET /locations/cities", {"state_code": "nowhere"}, 10004),
    ("username too short", "POST /proxy-users/create-user", {"username": "carol"}, 10015),
    ("username too long", "POST /proxy-users/create-user", {"username": "c" * 16}, 10015),
    ("username with a dash", "POST /proxy-users/create-user", {"username": "carol-03"}, 10015),
    ("username not ASCII", "POST /proxy-users/create-user", {"username": "carölé03"}, 10015),
    ("username with a line end", "POST /proxy-users/create-user", {"username": "carol03\n"}, 10015),
    ("password too short", "POST /proxy-users/create-user", {"password": "Pass1"}, 10016),
    ("password too long", "POST /proxy-users/create-user", {"password": "P" * 16}, 10016),
    ("password starts with a digit", "POST /proxy-users/create-user", {"password": "1Password"}, 10016),
    ("password with a sign", "POST /proxy-users/create-user", {"password": "Passw0rd!"}, 10016),
    ("limit 1 (open)", "POST /proxy-users/create-user", {"traffic_limit": 1}, 10000),
    ("limit 99 (open)", "POST /proxy-users/create-user", {"traffic_limit": 99}, 10000),
    ("limit negative", "POST /proxy-users/create-user", {"traffic_limit": -100}, 10000),
    ("limit not a number", "POST /proxy-users/create-user", {"traffic_limit": "many"}, 10000),
    ("limit a fraction", "POST /proxy-users/create-user", {"traffic_limit": "100.5"}, 10000),
    ("status as 1", "POST /proxy-users/create-user", {"status": 1}, 10000),
    ("status as True", "POST /proxy-users/create-user", {"status": "True"}, 10000),
    ("create a name that is there", "POST /proxy-users/create-user", {"username": "alice01"}, 10018),
    ("new username against the rule", "POST /proxy-users/update-user", {"new_username": "al"}, 10015),
    ("new password against the rule", "POST /proxy-users/update-user", {"new_password": "12345678"}, 10016),
    ("new limit 99 (open)", "POST /proxy-users/update-user", {"new_traffic_limit": 99}, 10000),
    ("new status empty", "POST /proxy-users/update-user", {"new_status": ""}, 10000),
    ("update a user that is not there", "POST /proxy-users/update-user", {"username": "nobody1"}, 10020),
    ("update a user of another product", "POST /proxy-users/update-user", {"proxy_type": 2}, 10020),
    ("rename to a name that is there", "POST /proxy-users/update-user", {"new_username": "robert02"}, 10018),
    ("delete a user that is not there", "POST /proxy-users/delete-user", {"username": "nobody1"}, 10020),
    ("usage of a user that is not there", "GET /proxy-users/usage-statistics", {"username": "nobody1"}, 10020),
    ("hours of a user that is not there", "GET /proxy-users/usage-statistics-hour", {"username": "nobody1"}, 10020),
    ("181 days", "GET /account/usage-statistics", {"from_date": "2026-01-16"}, 10021),
    ("181 days of a user", "GET /proxy-users/usage-statistics", {"from_date": "2026-01-15"}, 10021),
    ("181 days by hour", "GET /proxy-users/usage-statistics-hour", {"from_date": "2026-01-14 00"}, 10021),
    ("reversed dates", "GET /account/usage-statistics", {"from_date": "2026-07-16"}, 10000),
    ("reversed hours", "GET /proxy-users/usage-statistics-hour", {"from_date": "2026-07-13 12"}, 10000),
    ("no date", "GET /account/usage-statistics", {"from_date": "yesterday"}, 10000),
    ("impossible date", "GET /account/usage-statistics", {"from_date": "2026-02-30"}, 10000),
    ("date with an hour", "GET /account/usage-statistics", {"from_date": "2026-07-13 09"}, 10000),
    ("hour without an hour", "GET /proxy-users/usage-statistics-hour", {"from_date": "2026-07-13"}, 10000),
    ("not an address (open)", "POST /whitelisted-ips/add-ip", {"ip": "192.0.2.300"}, 10000),
    ("a network (open)", "POST /whitelisted-ips/add-ip", {"ip": "192.0.2.0/24"}, 10000),
    ("IPv6 (open)", "POST /whitelisted-ips/add-ip", {"ip": "2001:db8::1"}, 10000),
    ("an address twice (open)", "POST /whitelisted-ips/add-ip", {"ip": "192.0.2.1"}, 10000),
    ("status of an address", "POST /whitelisted-ips/add-ip", {"status": "on"}, 10000),
    ("delete an address that is not there", "POST /whitelisted-ips/delete-ip", {"ip": "192.0.2.99"}, 10010),
    ("expiry of an address that is not there", "GET /proxy/expiration-time", {"ips": "192.0.2.99"}, 10010),
    ("expiry of no address (open)", "GET /proxy/expiration-time", {"ips": "198.51.100.20,"}, 10000),
    ("unknown server (open)", "POST /unlimited/restart-server", {"plan_name": "nowhere"}, 10000),
    ("monitor an unknown server (open)", "GET /unlimited/server-monitor", {"ins_id": "ins-none"}, 10000),
    ("monitor in a wrong region (open)", "GET /unlimited/server-monitor", {"region": "eu-frankfurt"}, 10002),
    ("period", "GET /unlimited/server-monitor", {"period": 61}, 10000),
    ("reversed times", "GET /unlimited/server-monitor", {"start_time": 1784117401}, 10000),
    ("too many points (open)", "GET /unlimited/server-monitor", {"start_time": 1, "period": 60}, 10000),
    ("times not in Unix seconds", "GET /unlimited/server-monitor", {"start_time": "2026-07-15"}, 10000),
    ("period of the balancer", "GET /unlimited/balancing-monitor", {"period": 1}, 10000),
    ("renew an unknown server (open)", "POST /unlimited/renew", {"ins_id": "ins-none"}, 10000),
    ("renew for a package that is not sold (open)", "POST /unlimited/renew", {"package_id": 9}, 10001),
    ("renew what cannot be renewed", "POST /unlimited/renew", {"ins_id": "ins-old"}, 10007),
    ("renew beyond the wallet", "POST /unlimited/renew", {"package_id": 8}, 10008),
    ("upgrade beyond the wallet", "POST /unlimited/upgrade", {"bw_id": 9}, 10008),
    ("upgrade an unknown server (open)", "POST /unlimited/upgrade", {"ins_id": "ins-none"}, 10000),
    ("bandwidth 0", "POST /unlimited/upgrade", {"bw_id": 0}, 10000),
    ("bandwidth 10", "POST /unlimited/upgrade", {"bw_id": 10}, 10000),
    ("unknown size", "POST /unlimited/upgrade", {"sv_id": 1}, 10000),
    ("less bandwidth (open)", "POST /unlimited/upgrade", {"bw_id": 1, "sv_id": 3}, 10006),
    ("smaller (open)", "POST /unlimited/upgrade", {"sv_id": 5}, 10006),
    ("nothing more (open)", "POST /unlimited/upgrade", {"bw_id": 2}, 10006),
    ("bindings of an unknown server (open)", "POST /get_unlimited_servers_bind_user", {"ip": "192.0.2.9"}, 10000),
    ("bind to an unknown server (open)", "POST /add_unlimited_servers_bind_user", {"ip": "192.0.2.9"}, 10000),
    ("bind an unknown user", "POST /add_unlimited_servers_bind_user", {"username": "nobody1"}, 10020),
    ("bind a residential user", "POST /add_unlimited_servers_bind_user", {"username": "alice01"}, 10020),
    ("bind twice (open)", "POST /add_unlimited_servers_bind_user", {"username": "worker01"}, 10018),
    ("unbind from an unknown server (open)", "POST /del_unlimited_servers_bind_user", {"ip": "192.0.2.9"}, 10000),
    ("unbind a user that is not bound", "POST /del_unlimited_servers_bind_user", {"username": "worker02"}, 10020),
    ("no vouchers", "POST /cdk/create", {"num": 0}, 10003),
    ("a thousand and one vouchers", "POST /cdk/create", {"num": 1001}, 10012),
    ("half a voucher", "POST /cdk/create", {"num": "0.5"}, 10000),
    ("vouchers of nothing", "POST /cdk/create", {"flow": 0}, 10000),
    ("vouchers of words", "POST /cdk/create", {"flow": "much"}, 10000),
    ("vouchers beyond the wallet", "POST /cdk/create", {"num": 6}, 10008),
    ("status 4", "GET /cdk/list", {"status": 4}, 10000),
    ("revoke an unknown voucher (open)", "POST /cdk/revoke", {"cdk": "NONE"}, 10000),
    ("revoke a used voucher (open)", "POST /cdk/revoke", {"cdk": "USEDUSEDUSED0002"}, 10000),
    ("look at an unknown voucher (open)", "GET /cdk/info", {"cdk": "NONE"}, 10000),
]
#: The series of the monitors.
SERIES = {
    "GET /unlimited/server-monitor": ["CpuUsage", "MemUsage", "TcpCurrEstab", "WanIntraffic", "WanOuttraffic"],
    "GET /unlimited/balancing-monitor": ["client_connection_count", "client_in_traffic", "client_out_traffic"],
}
EVERY_PARAMETER = [(call, name) for call, params in VALID.items() for name in params]


def split(call):
    return call.split(" ")


def test_each_endpoint_of_the_contract_has_rows():
    assert len(CALLS) == 31
    assert sorted(VALID) == sorted(CALLS)
    answered = {row[0] for row in READS + WRITES + ORDERS} | set(SERIES) | {"POST /cdk/create"}
    assert sorted(answered) == sorted(CALLS)


@pytest.mark.parametrize(("call", "params", "data"), READS)
def test_read(api, sim, call, params, data):
    assert api(*split(call), params) == {"code": 200, "data": data, "msg": "ok"}
    assert sim.ledger == []
    assert (sim.log[-1].code, sim.log[-1].effect) == (200, False)


@pytest.mark.parametrize(("call", "params", "read", "data"), WRITES)
def test_write(api, sim, call, params, read, data):
    assert api(*split(call), params) == {"code": 200, "data": {}, "msg": "ok"}
    assert (sim.log[-1].code, sim.log[-1].effect) == (200, True)
    assert [(entry["call"], entry["params"]) for entry in sim.ledger] == [
        (split(call)[1], {name: str(value) for name, value in params.items()})
    ]
    assert api(*split(read[0]), read[1])["data"] == data


@pytest.mark.parametrize(("call", "params", "cost", "changes"), ORDERS)
def test_order(api, sim, call, params, cost, changes):
    sim.configure(wallet=300)
    answer = api(*split(call), {"ins_id": "ins-k3x9q2aa", **params})
    order_id = answer["data"]["order_id"]
    assert answer == {"code": 200, "data": {"order_id": order_id, "order_money": cost}, "msg": "ok"}
    assert [(entry["call"], entry["cost"], entry["order_id"]) for entry in sim.ledger] == [
        (split(call)[1], cost, order_id)
    ]
    assert api("GET", "/account/wallet-balance")["data"] == {"wallet_balance": 300 - cost}
    assert api("GET", "/unlimited/server-list")["data"] == [{**SERVER, **changes}, OLD_SERVER]


def test_order_money_can_be_a_string(api, sim):
    sim.configure(order_money="string")
    answer = api("POST", "/unlimited/renew", {"ins_id": "ins-k3x9q2aa", "package_id": 27})
    assert answer["data"]["order_money"] == "8.00"


def test_each_order_has_a_number_of_its_own(api):
    renewal = {"ins_id": "ins-k3x9q2aa", "package_id": 27}
    numbers = [api("POST", "/unlimited/renew", renewal)["data"]["order_id"] for _repeat in range(3)]
    assert len(set(numbers)) == 3
    assert all(re.fullmatch(r"20260715120000\d{6}", number) for number in numbers)


def test_renewal_of_an_expired_server_counts_from_now(api, sim):
    sim.account().servers["ins-old"].renewable = True
    assert api.code("POST", "/unlimited/renew", {"ins_id": "ins-old", "package_id": 27}) == 200
    assert api("GET", "/unlimited/server-list")["data"][1]["expiration_time"] == "2026-07-16 12:00"


def test_restarted_server_turns_on_again(api, sim):
    api("POST", "/unlimited/restart-server", {"plan_name": HOST})
    sim.advance(3)
    assert api("GET", "/unlimited/server-list")["data"][0]["status"] == "Turn on"


def test_a_server_whose_status_is_another_word(api, sim):
    sim.reset(world(servers=[{"ins_id": "ins-k3x9q2aa", "status": "Normal"}]))

    def status():
        return api("GET", "/unlimited/server-list")["data"][0]["status"]

    assert status() == "Normal"
    api("POST", "/unlimited/restart-server", {"plan_name": HOST})
    assert status() == "Restarting"
    sim.advance(3)
    assert status() == "Normal"


ODD = {
    "users": {"mobile": {"AbCdEf123456": "9digitpass", "tést user": "", "x" * 40: "pass word"}},
    "whitelist": {"residential": ["203.0.113.0/24", "office.example", "2001:db8::1", " "]},
}


def test_users_that_the_provider_made_break_its_own_rules(api, sim):
    users = {name: {"password": password, "traffic_limit": 50} for name, password in ODD["users"]["mobile"].items()}
    sim.reset(world(users={"mobile": users}))
    listed = api("GET", "/proxy-users/user-list", {"proxy_type": 3})["data"]["list"]
    assert {row["username"]: row["password"] for row in listed} == ODD["users"]["mobile"]
    row = {"proxy_type": 3, "username": "AbCdEf123456", "new_username": "AbCdEf123456", "new_status": "true"}
    row |= {"new_password": "9digitpass", "new_traffic_limit": 500}
    assert api.code("POST", "/proxy-users/update-user", row) == 10016
    row |= {"new_password": "Digit9pass", "new_traffic_limit": 50}
    assert api.code("POST", "/proxy-users/update-user", row) == 10000
    row |= {"username": "tést user", "new_username": "tést user", "new_traffic_limit": 0}
    assert api.code("POST", "/proxy-users/update-user", row) == 10015
    assert api.code("POST", "/proxy-users/update-user", {**row, "new_username": "testuser"}) == 200
    assert api.code("POST", "/proxy-users/delete-user", {"proxy_type": 3, "username": "x" * 40}) == 200


def test_a_whitelist_with_entries_that_are_no_addresses(api, sim):
    sim.reset(world(whitelist=ODD["whitelist"]))
    listed = api("GET", "/whitelisted-ips/ip-list", {"proxy_type": 1})["data"]["lists"]
    assert [row["ip"] for row in listed] == ODD["whitelist"]["residential"]
    for ip in ODD["whitelist"]["residential"]:
        assert api.code("POST", "/whitelisted-ips/delete-ip", {"proxy_type": 1, "ip": ip}) == 200
        assert api.code("POST", "/whitelisted-ips/delete-ip", {"proxy_type": 1, "ip": ip}) == 10000
    assert sim.snapshot()["whitelist"]["residential"] == {}


def test_a_user_that_the_provider_renames_keeps_its_usage(api, sim):
    body = {"proxy_type": "residential", "username": "alice01", "new_username": "Zq7mobile001"}
    assert api.control("POST", "rename_user", body).json() == {"ok": True}
    dates = {"proxy_type": 1, "from_date": "2026-07-13", "to_date": "2026-07-13"}
    usage = api("GET", "/proxy-users/usage-statistics", {**dates, "username": "Zq7mobile001"})["data"]
    assert usage["range_usage_traffic"] == 5 * 1024
    assert api.code("GET", "/proxy-users/usage-statistics", {**dates, "username": "alice01"}) == 10020
    assert [row["username"] for row in api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]["list"]] == [
        "robert02",
        "Zq7mobile001",
    ]
    bound = {"proxy_type": "unlimited", "username": "worker01", "new_username": "robert02"}
    assert api.control("POST", "rename_user", bound).status_code == 200
    assert api("POST", "/get_unlimited_servers_bind_user", {"ip": HOST})["data"][0]["sub_users"][0]["username"] == (
        "robert02"
    )
    assert sim.ledger == []
    for wrong in ({**body, "username": "nobody"}, {**body, "proxy_type": "isp"}, {}, {**body, "token": "x"}):
        assert "rename_user needs" in api.control("POST", "rename_user", wrong).json()["error"]


def test_buying_vouchers(api, sim):
    answer = api("POST", "/cdk/create", {"flow": 10, "num": 2})
    codes = answer["data"]["cdk"]
    assert answer == {"code": 200, "data": {"cdk": codes}, "msg": "ok"}
    assert len(set(codes)) == 2
    assert all(re.fullmatch(r"[A-Z0-9]{16}", code) for code in codes)
    assert api("GET", "/account/wallet-balance")["data"] == {"wallet_balance": 60.0}
    assert [(entry["call"], entry["cost"]) for entry in sim.ledger] == [("/cdk/create", 40.0)]
    assert api("GET", "/cdk/list")["data"][2:] == [
        {"cdk": code, "create_time": 1784116800, "status": 1, "traffic": 10, "traffic_duration": 2592000}
        for code in codes
    ]


@pytest.mark.parametrize(("call", "names"), SERIES.items())
def test_monitor(api, call, names):
    answer = api(*split(call), MONITOR)
    outer = ("status_code", "payload") if "balancing" in call else ("code", "data")
    assert sorted(answer) == sorted([*outer, "msg"])
    assert answer[outer[0]] == 200
    series = answer[outer[1]]
    assert list(series) == names
    for points in series.values():
        assert sorted(points) == ["times", "values"]
        assert points["times"] == [1784116800, 1784117100, 1784117400]
        assert len(points["values"]) == 3
        assert all(isinstance(value, float) for value in points["values"])


@pytest.mark.parametrize(("what", "call", "changes", "code"), FAILURES, ids=[row[0] for row in FAILURES])
def test_failure(api, sim, what, call, changes, code):
    before = sim.snapshot()
    answer = api(*split(call), {**VALID[call], **changes})
    if "balancing" in call:
        assert answer == {"status_code": code, "payload": None, "msg": answer["msg"]}
    else:
        assert answer == {"code": code, "data": None, "msg": answer["msg"]}
    assert answer["msg"]
    assert sim.snapshot() == before
    assert sim.ledger == []
    assert (sim.log[-1].code, sim.log[-1].effect) == (code, False)


@pytest.mark.parametrize(("call", "name"), EVERY_PARAMETER)
def test_missing_parameter(api, sim, call, name):
    params = {key: value for key, value in VALID[call].items() if key != name}
    assert api.code(*split(call), params) == 10000
    assert sim.ledger == []


@pytest.mark.parametrize("call", VALID)
def test_valid_call_and_its_credentials(api, sim, call):
    method, path = split(call)
    params = VALID[call]
    right = "headers" if method == "POST" or path.startswith("/cdk/") else "query"
    for wrong in {"query", "headers", "form"} - {right}:
        assert api.code(method, path, params, place=wrong) == 10013
    assert api.code(method, path, params, token=None) == 10013
    assert api.code(method, path, params, token="") == 10013
    assert api.code(method, path, params, token="another") == 10013
    assert sim.ledger == []
    assert api.code(method, path, params, key=None) == 200


@pytest.mark.parametrize("call", VALID)
def test_key_is_checked_in_editions_that_have_one(api, sim, call):
    method, path = split(call)
    sim.configure(features={"key": True})
    assert api.code(method, path, VALID[call], key=None) == 10014
    assert api.code(method, path, VALID[call], key="another") == 10014
    assert api.code(method, path, VALID[call], key="secondkey") == 10014
    assert sim.ledger == []
    assert api.code(method, path, VALID[call]) == 200


@pytest.mark.parametrize("call", VALID)
def test_other_method(api, sim, call):
    method, path = split(call)
    response = api.raw("GET" if method == "POST" else "POST", path, VALID[call])
    assert response.status_code == 405
    assert response.headers["Allow"] == method
    assert response.headers["Content-Type"].startswith("text/html")
    assert (sim.log[-1].code, sim.ledger) == (405, [])


def test_unknown_path(api):
    response = api.raw("GET", "/proxy-users/nothing")
    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


def test_parameters_of_a_write_count_only_in_the_form(api, sim):
    response = api.session.post(
        f"{sim.api_url}/proxy-users/create-user", params=NEW_USER, headers={"token": sim.token}, timeout=10
    )
    assert response.json()["code"] == 10000
    response = api.session.post(
        f"{sim.api_url}/proxy-users/create-user", json=NEW_USER, headers={"token": sim.token}, timeout=10
    )
    assert response.json()["code"] == 10000


def test_full_account(api, sim):
    sim.configure(limits={"users": 2, "whitelist": {"residential": 1}})
    assert api.code("POST", "/proxy-users/create-user", NEW_USER) == 10019
    assert api.code("POST", "/whitelisted-ips/add-ip", VALID["POST /whitelisted-ips/add-ip"]) == 10019
    assert api.code("POST", "/whitelisted-ips/add-ip", {"proxy_type": 2, "ip": "192.0.2.7", "status": "true"}) == 200


@pytest.mark.parametrize("call", ["POST /proxy-users/create-user", "POST /cdk/create", "POST /unlimited/renew"])
def test_account_that_never_paid(api, sim, call):
    sim.configure(recharged=False)
    assert api.code(*split(call), VALID[call]) == 10017
    assert sim.ledger == []


def test_exactly_180_days(api):
    data = api("GET", "/account/usage-statistics", {"from_date": "2026-01-17", "to_date": "2026-07-15"})["data"]
    assert (data["query_days"], len(data["data"])) == (180, 180)
    assert (data["data"][0]["date"], data["range_usage_traffic"]) == ("2026-01-17", 6656)


def test_usage_follows_a_new_name(api):
    api("POST", "/proxy-users/update-user", {**CHANGE, "new_username": "alice99"})
    params = {"proxy_type": 1, "username": "alice99", "from_date": "2026-07-13", "to_date": "2026-07-13"}
    assert api("GET", "/proxy-users/usage-statistics", params)["data"]["range_usage_traffic"] == 5120


def test_balance_of_a_user_without_a_limit_is_that_of_the_account(api):
    params = {"proxy_type": 1, "username": "robert02", "from_date": "2026-07-14", "to_date": "2026-07-14"}
    data = api("GET", "/proxy-users/usage-statistics", params)["data"]
    assert (data["traffic_limit"], data["traffic_balance"]) == (0, 2097152)


def test_revoked_voucher_cannot_be_revoked_again(api):
    assert api.code("POST", "/cdk/revoke", {"cdk": "UNUSEDUNUSED0001"}) == 200
    assert api.code("POST", "/cdk/revoke", {"cdk": "UNUSEDUNUSED0001"}) == 10000


#: Undocumented points: name of the setting, call, changes to its valid parameters.
OPEN_POINTS = [
    ("missing_token", "GET /account/wallet-balance", {}),
    ("wrong_token", "GET /account/wallet-balance", {}),
    ("bad_address", "POST /whitelisted-ips/add-ip", {"ip": "no"}),
    ("duplicate_address", "POST /whitelisted-ips/add-ip", {"ip": "192.0.2.1"}),
    ("limit_below_100", "POST /proxy-users/create-user", {"traffic_limit": 50}),
    ("unknown_server", "POST /unlimited/renew", {"ins_id": "ins-none"}),
    ("unknown_location", "GET /locations/states", {"country_code": "XX"}),
    ("unknown_package", "POST /unlimited/renew", {"package_id": 9}),
    ("wrong_region", "GET /unlimited/server-monitor", {"region": "elsewhere"}),
    ("nothing_to_upgrade", "POST /unlimited/upgrade", {"bw_id": 2}),
    ("duplicate_binding", "POST /add_unlimited_servers_bind_user", {"username": "worker01"}),
    ("unknown_voucher", "GET /cdk/info", {"cdk": "NONE"}),
    ("voucher_not_unused", "POST /cdk/revoke", {"cdk": "USEDUSEDUSED0002"}),
    ("missing_key", "GET /account/wallet-balance", {}),
]


@pytest.mark.parametrize(("point", "call", "changes"), OPEN_POINTS)
def test_undocumented_points_are_settings(api, sim, point, call, changes):
    sim.configure(codes={point: 19999}, features={"key": point == "missing_key"})
    strangers = {"missing_token": {"token": None}, "wrong_token": {"token": "x"}, "missing_key": {"key": None}}
    options = strangers.get(point, {})
    assert api.code(*split(call), {**VALID[call], **changes}, **options) == 19999


def test_a_wrong_token_as_live_accounts_answer_it(api, sim):
    sim.configure(codes={"wrong_token": 10047})
    assert api("GET", "/account/wallet-balance", token="x") == {"code": 10047, "data": None, "msg": "Token error"}
    assert api.code("GET", "/account/wallet-balance", token=None) == 10013


def test_every_undocumented_point_has_a_row(sim):
    assert sorted(row[0] for row in OPEN_POINTS) == sorted(sim.world.settings.codes)


@pytest.mark.parametrize(
    ("point", "call", "params"),
    [
        ("duplicate_address", "/whitelisted-ips/add-ip", {"proxy_type": 1, "ip": "192.0.2.1", "status": "false"}),
        ("duplicate_binding", "/add_unlimited_servers_bind_user", {"ip": HOST, "username": "worker01"}),
    ],
)
def test_a_duplicate_may_be_accepted_without_effect(api, sim, point, call, params):
    sim.configure(codes={point: 200})
    before = sim.snapshot()
    assert api("POST", call, params) == {"code": 200, "data": {}, "msg": "ok"}
    assert sim.snapshot() == before
    assert sim.ledger == []


@pytest.mark.parametrize(("unit", "listed"), [("GB", 10), ("MB", 10 * 1024), ("KB", 10 * 1024 * 1024)])
def test_vouchers_may_be_listed_in_any_unit(api, sim, unit, listed):
    """The contract does not say which it is."""
    sim.configure(voucher_unit=unit)
    assert api("GET", "/cdk/list", {"status": 1})["data"][0]["traffic"] == listed
    assert api("GET", "/cdk/info", {"cdk": UNUSED["cdk"]})["data"]["traffic"] == listed
