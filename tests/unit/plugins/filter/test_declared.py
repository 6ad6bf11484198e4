# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What declares an account as it is: the modules take it back, change nothing, and restore what somebody changed."""

from __future__ import annotations

import collections
import random

import pytest
import yaml

from ansible_collections.thordata.proxies.plugins.filter.account_yaml import account_yaml
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    USER_TYPES,
    WHITELIST_ENTRY,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import secret_values
from ansible_collections.thordata.proxies.plugins.modules.account_drift_info import MODULE as account_drift_info
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info
from ansible_collections.thordata.proxies.plugins.modules.cdk import MODULE as cdk
from ansible_collections.thordata.proxies.plugins.modules.cdk_info import MODULE as cdk_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_user_info import MODULE as proxy_user_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_users import MODULE as proxy_users
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server import MODULE as unlimited_server
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server_info import MODULE as unlimited_server_info
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ip_info import MODULE as whitelist_ip_info
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ips import MODULE as whitelist_ips
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import forget, seeds

USERS, IPS, SERVERS, CDKS = "/proxy-users/user-list", "/whitelisted-ips/ip-list", "/unlimited/server-list", "/cdk/list"
PARTS = ["users", "whitelist", "servers", "bound_users", "vouchers"]
NEW_PASSWORD = "the API refuses a change without a new password"
NO_IPV6 = "not declared: '2001:db8::1' is an IPv6 address, and the provider takes IPv4 only"
SEED = {
    "users": {
        "residential": {
            "zoe0001": {"password": "Secret1", "traffic_limit": 500},
            "AbCdEf123456": {"password": "9digitpass", "enabled": False},
            "x y": {"password": "Secret3", "traffic_limit": 50},
        },
        "unlimited": {"worker01": {"password": "Secret2"}},
    },
    "whitelist": {"residential": {"203.0.113.9": {}, "2001:db8::1": {}, "203.0.113.10": {"enabled": False}}},
    "servers": [
        {"ins_id": "ins-b", "expiration_time": "2030-01-31 18:00"},
        {"ins_id": "ins-a", "expiration_time": "2030-02-28 18:00", "bound_users": ["worker01"]},
    ],
    "cdks": [
        {"cdk": "EXAMPLEVOUCHER01", "traffic": 10},
        {"cdk": "EXAMPLEVOUCHER02", "traffic": 2.5},
        {"cdk": "EXAMPLEVOUCHER03", "traffic": 10},
        {"cdk": "EXAMPLEVOUCHER04", "traffic": 10, "status": "used", "use_username": "zoe0001"},
    ],
}
DECLARED_USERS = [
    {"username": "AbCdEf123456", "traffic_limit": 0, "enabled": False},
    {"username": "x y", "traffic_limit": 50, "enabled": True},
    {"username": "zoe0001", "traffic_limit": 500, "enabled": True},
]
ODD = "the API refuses a change without a new username and a new traffic_limit"
DECLARED_SERVERS = [{"ins_id": "ins-a", "bound_users": ["worker01"]}, {"ins_id": "ins-b", "bound_users": []}]
ABOUT_SERVERS = {
    "ins-a": "a.proxy.thordata.net, 16vCPU-32GiB, 300 Mbps, expires at 2030-02-28 18:00",
    "ins-b": "b.proxy.thordata.net, 16vCPU-32GiB, 300 Mbps, expires at 2030-01-31 18:00",
}


def item(resource, **values):
    return {**resource.new("alice01", "residential", {"password": "Secret1"}), **values}


@pytest.mark.parametrize(
    ("values", "declared", "remark"),
    [
        ({}, {"username": "alice01", "traffic_limit": 0, "enabled": True}, ""),
        ({"username": "{{ 1 }}\n"}, {"username": "{{ 1 }}\n", "traffic_limit": 0, "enabled": True}, "a new username"),
        ({"username": "True"}, None, "cannot be written as 'True'"),
        ({"username": "\ud83d"}, None, "cannot be written"),
        ({"traffic_limit": 100.5}, {"username": "alice01", "enabled": True}, "must be whole MB, not '100.5'"),
        ({"traffic_limit": -1}, {"username": "alice01", "enabled": True}, "traffic_limit must be an amount"),
        ({"traffic_limit": None}, {"username": "alice01", "enabled": True}, "traffic_limit not declared: the API"),
        ({"enabled": None}, {"username": "alice01", "traffic_limit": 0}, "enabled not declared: the API lists none"),
        ({"password": None}, {"username": "alice01", "traffic_limit": 0, "enabled": True}, "password not declared"),
    ],
)  # fmt: skip
def test_what_of_a_user_can_be_declared(values, declared, remark):
    found, remarks = PROXY_USER.declared(item(PROXY_USER, **values))
    assert found == declared
    assert remark in remarks
    assert bool(remark) is bool(remarks)


def test_a_password_is_declared_only_where_it_is_to_be_revealed():
    user = item(PROXY_USER, password="9digit")
    assert "password" not in PROXY_USER.declared(user)[0]
    found, remarks = PROXY_USER.declared(user, reveal=True)
    assert found["password"] == "9digit"
    assert remarks == NEW_PASSWORD


@pytest.mark.parametrize(
    ("ip", "why"),
    [
        ("203.0.113.7", None),
        ("2001:db8::1", "IPv6"),
        ("203.0.113.0/24", "is a network"),
        (" 203.0.113.7", "cannot be written as"),
        ("::ffff:203.0.113.7", "cannot be written as"),
        ("gate.example", "is not an IP address"),
    ],
)
def test_which_entries_can_be_declared(ip, why):
    found, remarks = WHITELIST_ENTRY.declared({"ip": ip, "enabled": True, "created_time": None})
    assert found == (None if why else {"ip": ip, "enabled": True})
    assert (why or "") in remarks


def test_users(sim, run, calls):
    sim.reset(SEED)
    result = run(proxy_user_info, format="declared")
    assert calls() == [("GET", USERS)]
    assert result["users"] == DECLARED_USERS
    assert result["remarks"] == {"AbCdEf123456": NEW_PASSWORD, "x y": ODD}
    assert result["user_count"] == 3
    revealed = run(proxy_user_info, format="declared", reveal_passwords=True, usernames=["zoe0001"])
    assert revealed["users"] == [{**DECLARED_USERS[2], "password": "Secret1"}]
    calls()
    again = run(proxy_users, users=result["users"])
    assert (again["changed"], calls()) == (False, [("GET", USERS)])


def test_a_whitelist(sim, run, calls):
    sim.reset(SEED)
    result = run(whitelist_ip_info, format="declared")
    assert calls() == [("GET", IPS)]
    assert result["entries"] == [{"ip": "203.0.113.10", "enabled": False}, {"ip": "203.0.113.9", "enabled": True}]
    assert result["remarks"] == {"2001:db8::1": NO_IPV6}
    assert result["ip_count"] == 3
    again = run(whitelist_ips, ips=result["entries"], purge=True)
    assert (again["changed"], calls()) == (False, [("GET", IPS)])
    assert "2001:db8::1" in again["warnings"][0]


def test_servers(sim, run, calls):
    sim.reset(SEED)
    result = run(unlimited_server_info, format="declared", bound_users=True)
    asked = [("POST", "/get_unlimited_servers_bind_user", {"ip": f"{name}.proxy.thordata.net"}) for name in "ba"]
    assert calls() == [("GET", SERVERS), *asked]
    assert (result["servers"], result["remarks"]) == (DECLARED_SERVERS, ABOUT_SERVERS)
    assert run(unlimited_server_info, format="declared")["servers"] == [{"ins_id": "ins-a"}, {"ins_id": "ins-b"}]
    assert not any(run(unlimited_server, **one)["changed"] for one in result["servers"])


def test_servers_that_no_name_tells_apart(sim, run):
    sim.reset(SEED)
    rows = sim.account().servers
    rows["ins-b"].ins_id = "ins-a"
    result = run(unlimited_server_info, format="declared")
    assert result["servers"] == []
    assert result["remarks"]["ins-a"].startswith("not declared, as it has no ins_id of its own")


def test_vouchers(sim, run, calls):
    sim.reset(SEED)
    result = run(cdk_info, format="declared")
    assert calls() == [("GET", CDKS)]
    assert result["cdks"] == [{"traffic": 2.5, "count": 1}, {"traffic": 10, "count": 2}]
    assert not any(run(cdk, **one)["changed"] for one in result["cdks"])
    for options in ({"cdk": "EXAMPLEVOUCHER01"}, {"status": "used"}):
        assert "goes with neither cdk nor another status" in run(cdk_info, format="declared", **options)["msg"]


def test_a_whole_account(sim, run, calls):
    sim.reset(SEED)
    result = run(account_info, gather=[*PARTS, "balances"], format="declared")
    reads = collections.Counter(row[1] for row in calls())
    assert (reads[USERS], reads[IPS], reads[SERVERS], reads[CDKS]) == (3, 3, 1, 1)
    assert result["declared"] == {
        "users": {
            "residential": DECLARED_USERS,
            "unlimited": [{"username": "worker01", "traffic_limit": 0, "enabled": True}],
            "mobile": [],
        },
        "whitelist": {
            "residential": [{"ip": "203.0.113.10", "enabled": False}, {"ip": "203.0.113.9", "enabled": True}],
            "unlimited": [],
            "mobile": [],
        },
        "servers": DECLARED_SERVERS,
        "vouchers": [{"traffic": 2.5, "count": 1}, {"traffic": 10, "count": 2}],
        "remarks": {
            "users": {"residential": {"AbCdEf123456": NEW_PASSWORD, "x y": ODD}, "unlimited": {}, "mobile": {}},
            "whitelist": {"residential": {"2001:db8::1": NO_IPV6}, "unlimited": {}, "mobile": {}},
            "servers": ABOUT_SERVERS,
        },
    }
    assert not {"users", "whitelist", "servers", "bound_users", "vouchers"} & result.keys()
    assert result["wallet_balance"] == sim.account().wallet_balance
    assert "Secret" not in str(result)
    revealed = run(account_info, gather=["users"], format="declared", reveal_passwords=True)["declared"]
    assert revealed["passwords"]["unlimited"] == {"worker01": "Secret2"}
    assert revealed["users"] == result["declared"]["users"]
    assert "format=declared" in run(account_info, reveal_passwords=True)["msg"]
    assert "Secret" not in str(run(account_info, gather=["users"]))


def test_passwords_of_their_own(sim, run, calls):
    sim.reset(SEED)
    users = [{"username": "zoe0001"}, {"username": "worker02", "password": "Secret7"}]
    result = run(proxy_users, users=users, passwords={"zoe0001": "Other123", "worker02": "Not123", "nobody1": "No1234"})
    created, updated = sorted((row for row in calls() if row[0] == "POST"), key=lambda row: row[1])
    assert created[2]["password"] == "Secret7"
    assert (updated[2]["username"], updated[2]["new_password"]) == ("zoe0001", "Other123")
    assert not any(one in str(result) for one in ("Other123", "Not123", "No1234"))
    assert {"Other123"} == set(secret_values(proxy_users.argument_spec, {"passwords": {"zoe0001": "Other123"}}))
    wrong = run(proxy_users, users=users, passwords={"zoe0001": 1234567})
    assert "the password of zoe0001 in passwords must be a string, not a number" in wrong["msg"]
    assert "1234567" not in str(wrong)


class Unsafe(yaml.SafeLoader):
    """Reads a file of variables as Ansible does."""


Unsafe.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
NAMES = ["True ", "{{ 7 * 7 }}", "a'b\"c", "<script>", "line\nline", "ünï 😀", "no", "123456", "{% x", "-", "# x: y"]


def random_account(rng):
    """Return the seed of an account, odd names, limits and passwords among its items."""

    def user(name):
        odd = rng.random() < 0.1
        password = rng.choice(["9digit1", "{{ x }}", "p'\"\n"]) if odd else f"Secret{rng.randrange(1000)}"
        limit = rng.choice([0, 0, 100, 5000, 7]) if odd else rng.choice([0, 100, 10240])
        return {"username": name, "password": password, "traffic_limit": limit, "enabled": rng.random() < 0.7}

    users, whitelist = {}, {}
    for product in USER_TYPES:
        names = [f"user{n:04}" for n in range(rng.randrange(6))] + rng.sample(NAMES, rng.choice([0, 2]))
        users[product] = [user(name) for name in names]
        ips = [*(f"203.0.113.{n}" for n in range(1, 20)), "2001:db8::1", "203.0.113.0/24"]
        chosen = rng.sample(ips, rng.randrange(6))
        whitelist[product] = [{"ip": ip, "enabled": rng.random() < 0.7} for ip in chosen]
    bindable = [one["username"] for one in users["unlimited"]]
    return {
        "wallet": 10000,
        "users": users,
        "whitelist": whitelist,
        "servers": [
            {"ins_id": f"ins-{n}", "bound_users": rng.sample(bindable, rng.randint(0, len(bindable)))}
            for n in range(rng.randrange(3))
        ],
        "cdks": [
            {"cdk": f"VOUCHER{n:09}", "traffic": rng.choice([1, 5, 2.5]), "status": rng.choice(["unused", "used"])}
            for n in range(rng.randrange(5))
        ],
    }


def holds(sim):
    """Return what of the account can be declared."""
    account = sim.account()
    return {
        "users": {
            product: {name: (one.password, one.traffic_limit, one.enabled) for name, one in users.items()}
            for product, users in account.users.items()
        },
        "whitelist": {
            product: {ip: one.enabled for ip, one in entries.items()} for product, entries in account.whitelist.items()
        },
        "bound": {name: sorted(one.bound_users) for name, one in account.servers.items()},
        "vouchers": collections.Counter(one.traffic for one in account.cdks.values() if one.status == "unused"),
    }


def change_something(sim, rng):
    """Change the account as a hand in the dashboard does; only what the API would also take back."""
    account = sim.account()
    for product, users in account.users.items():
        sound = [
            name
            for name, one in users.items()
            if PROXY_USER.key.rule.holds(name) and one.password.startswith("Secret") and one.traffic_limit != 7
        ]
        for name in rng.sample(sound, rng.randint(0, len(sound))):
            what = rng.choice(["gone", "limit", "password", "enabled"])
            if what == "gone":
                users.pop(name)
                for server in account.servers.values() if product == "unlimited" else ():
                    server.bound_users.pop(name, None)
            elif what == "limit":
                users[name].traffic_limit += 1000
            elif what == "password":
                users[name].password = "Changed1"
            else:
                users[name].enabled = not users[name].enabled
    for entries in account.whitelist.values():
        sound = [ip for ip in entries if not WHITELIST_ENTRY.key.undeclarable(ip)]
        for ip in rng.sample(sound, rng.randint(0, len(sound))):
            if rng.random() < 0.5:
                entries.pop(ip)
            else:
                entries[ip].enabled = not entries[ip].enabled
    for server in account.servers.values():
        for name in rng.sample(list(server.bound_users), rng.randint(0, len(server.bound_users))):
            server.bound_users.pop(name)
    for voucher in account.cdks.values():
        voucher.status = rng.choice([voucher.status, "revoked"])


def converge(run, account, **mode):
    """Declare the account as the role does; return the results."""
    results = [
        run(
            proxy_users,
            proxy_type=product,
            users=users,
            passwords=account.get("thordata_account_passwords", {}).get(product, {}),
            **mode,
        )
        for product, users in account["thordata_account_users"].items()
    ]
    results += [
        run(whitelist_ips, proxy_type=product, ips=ips, **mode)
        for product, ips in account["thordata_account_whitelist"].items()
    ]
    check_mode = mode.get("check_mode", False)
    results += [run(unlimited_server, check_mode, **server) for server in account["thordata_account_servers"]]
    stocks = account["thordata_account_vouchers"]
    return results + [run(cdk, check_mode, **one, confirm_cost=True) for one in stocks]


def differing(results):
    """Return how many things the results of ``converge`` are about: a set lists each, others are one."""
    diffs = [one["diff"] for one in results]
    return sum(
        len(one) if isinstance(one, list) else len(set(one["before"]) - {"bound_users"}) > 0 for one in diffs
    ) + sum(
        len(set(one["before"]["bound_users"]) ^ set(one["after"]["bound_users"]))
        for one in diffs
        if isinstance(one, dict) and "bound_users" in one["before"]
    )


@pytest.mark.parametrize("seed", seeds(30, 2000))
def test_an_account_stays_what_was_exported(sim, run, calls, monkeypatch, seed):
    """Exported, it changes nothing; changed by somebody, it becomes again what it was, and its export the same text."""
    rng = random.Random(seed)

    def export():
        found = run(account_info, gather=PARTS, format="declared", reveal_passwords=True)
        return "".join(account_yaml(found, part) for part in ("variables", "passwords"))

    sim.reset(random_account(rng))
    text = export()
    account = yaml.load(text, Unsafe)
    before = holds(sim)
    calls()
    results = converge(run, account, purge=True, purge_limit=100)
    assert not [one for one in results if one["changed"] or one.get("failed")]
    assert {row[1] for row in calls() if row[0] == "POST"} <= {"/get_unlimited_servers_bind_user"}
    assert holds(sim) == before
    change_something(sim, rng)
    for name, products in (("users", sim.account().users), ("whitelist", sim.account().whitelist)):
        for product in account[f"thordata_account_{name}"]:  # purge needs something that is declared
            key, value = ("added01", "Added123") if name == "users" else ("203.0.113.99", None)
            options = {"users": [{"username": key, "password": value}]} if value else {"ips": [key]}
            run(proxy_users if value else whitelist_ips, proxy_type=product, **options)
            assert key in products[product]
    forget(monkeypatch)
    declared = {name.removeprefix("thordata_account_"): value for name, value in account.items()}
    calls()
    found = run(account_drift_info, declared={**declared, "purge": True})["drift"]
    assert not [row for row in calls() if row[0] == "POST" and "get_unlimited" not in row[1]]
    assert len(found) == differing(converge(run, account, purge=True, purge_limit=100, check_mode=True))
    results = converge(run, account, purge=True, purge_limit=100)
    assert not [one for one in results if one.get("failed")]
    assert holds(sim) == before
    assert export() == text
    assert run(account_drift_info, declared={**declared, "purge": True})["drift"] == []
