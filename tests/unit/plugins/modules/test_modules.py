# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each module's exact calls, in order: what it asks for, and what it does not."""

from __future__ import annotations

import json
import re

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import (
    NOT_SHOWN,
    refusal,
    scrub,
    unquoted,
)
from ansible_collections.thordata.proxies.plugins.modules import account_info as account_info_module
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info
from ansible_collections.thordata.proxies.plugins.modules.cdk import MODULE as cdk
from ansible_collections.thordata.proxies.plugins.modules.location_info import MODULE as location_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_user import MODULE as proxy_user
from ansible_collections.thordata.proxies.plugins.modules.proxy_user_info import MODULE as proxy_user_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_users import MODULE as proxy_users
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server import MODULE as unlimited_server
from ansible_collections.thordata.proxies.plugins.modules.unlimited_server_info import MODULE as unlimited_server_info
from ansible_collections.thordata.proxies.plugins.modules.usage_info import MODULE as usage_info
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ip import MODULE as whitelist_ip
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ip_info import MODULE as whitelist_ip_info
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ips import MODULE as whitelist_ips

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
    ) | {"changed": True, "diff": DELETED}
    delete = {"proxy_type": "1", "username": "alice01"}
    assert calls() == [USERS, ("POST", "/proxy-users/delete-user", delete), USERS]


DELETED = {
    "before_header": "residential proxy user alice01",
    "after_header": "deleted",
    "before": {"password": "(hidden)", "traffic_limit": 500, "enabled": False},
    "after": None,
}


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
        ({"username": "alice01", "password": ""}, "Wrong options: the password is empty."),
        ({"username": ""}, "the username is empty"),
        ({"username": "", "state": "absent"}, "the username is empty"),
        ({"username": "alice01", "new_username": ""}, "the username is empty"),
        ({"username": "alice01", "traffic_limit": -1}, "500MB, 5GB or 1.5TB, or 0 (no limit), not '-1'"),
        ({"username": "alice01", "traffic_limit": "5 apples"}, "or 0 (no limit), not '5 apples'"),
        ({"username": "alice01", "traffic_limit": True}, "or 0 (no limit), not 'True'"),
        ({"username": "alice01", "traffic_limit": "100.5"}, "traffic_limit must be whole MB, not '100.5'"),
        ({"username": "alice01", "new_username": "alice02", "state": "absent"}, "goes with state=present only"),
        ({"username": "alice01", "api_url": "openapi.thordata.com"}, "must start with https://"),
    ],
)
def test_bad_options_are_found_before_any_request(run, calls, options, message):
    result = run(proxy_user, **options)
    assert result["failed"]
    assert message in result["msg"]
    assert calls() == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"username": "al"},
            "the username of the residential proxy user al must be 6 to 15 ASCII letters and digits, not 'al'.",
        ),
        ({"password": "1Secret"}, "user alice01 must be 6 to 15 ASCII letters and digits, the first of them a letter."),
        ({"password": "Secret 1"}, "the password of the residential proxy user alice01 must be"),
        (
            {"traffic_limit": 99},
            "the traffic_limit of the residential proxy user alice01 must be 0 (no limit) or at least 100 MB, not 99.",
        ),
        ({"traffic_limit": "0.0001GB"}, "must be 0 (no limit) or at least 100 MB, not 1."),
        ({"new_username": "alice-2"}, "must be 6 to 15 ASCII letters and digits, not 'alice-2'."),
    ],
)
@pytest.mark.parametrize("exists", [True, False])
def test_what_the_api_would_refuse_is_not_sent(run, calls, options, message, exists):
    if exists:
        run(proxy_user, **ALICE)
        calls()
    result = run(proxy_user, **{**ALICE, **options})
    assert result["failed"]
    assert message in result["msg"]
    assert not {"1Secret", "Secret 1"} & set(str(result).split("'"))
    assert calls() == [USERS]


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        (5000, 5000),
        ("5000", 5000),
        (" 500 MB ", 500),
        ("500mib", 500),
        ("5GB", 5120),
        ("5g", 5120),
        ("1.5TB", 1572864),
        ("0.3GB", 307),
        (0, 0),
        ("0GB", 0),
        (5000.0, 5000),
    ],
)
def test_traffic_with_a_unit(run, sim, written, limit):
    planned = run(proxy_user, check_mode=True, **ALICE, traffic_limit=written)
    result = run(proxy_user, **ALICE, traffic_limit=written)
    assert planned["user"]["traffic_limit"] == result["user"]["traffic_limit"] == limit
    assert sim.snapshot()["users"]["residential"]["alice01"]["traffic_limit"] == limit
    assert not run(proxy_user, **ALICE, traffic_limit=written)["changed"]


MADE = {
    "AbCdEf123456": {"password": "9digitpass", "traffic_limit": 500},
    "odd-name": {"password": "Secret1"},
    "small01": {"password": "Secret1", "traffic_limit": 50},
}
A_NEW_PASSWORD = (
    "This cannot be done: the residential proxy user AbCdEf123456 needs a new password: its own, which any update has"
    " to send again, is refused by the API, as it is not 6 to 15 ASCII letters and digits, the first of them a letter;"
    " give password."
)


@pytest.mark.parametrize(
    ("options", "message", "cure"),
    [
        ({"username": "AbCdEf123456", "traffic_limit": 800}, A_NEW_PASSWORD, {"password": "Digits9"}),
        ({"username": "AbCdEf123456", "new_username": "mobile01"}, A_NEW_PASSWORD, {"password": "Digits9"}),
        ({"username": "odd-name", "enabled": False}, "; give new_username.", {"new_username": "even01"}),
        ({"username": "small01", "enabled": False}, "at least 100 MB; give traffic_limit.", {"traffic_limit": 100}),
    ],
)  # fmt: skip
def test_what_the_provider_made_must_be_replaced_by_an_update(run, calls, sim, options, message, cure):
    sim.reset({"users": {"residential": MADE}})
    result = run(proxy_user, **options)
    assert message in result["msg"]
    assert "9digitpass" not in str(result)
    assert calls() == [USERS]
    assert run(proxy_user, **options, **cure)["changed"]
    assert [call[1] for call in calls()] == [USERS[1], "/proxy-users/update-user"]


def test_what_the_provider_made_may_stay_and_be_deleted(run, calls, sim):
    sim.reset({"users": {"residential": MADE}})
    for name, user in MADE.items():
        assert not run(proxy_user, username=name, **user)["changed"]
        assert not run(proxy_user, username=name, password="1Other", update_password="on_create")["changed"]
        assert run(proxy_user, username=name, state="absent")["changed"]
    assert sim.snapshot()["users"]["residential"] == {}


def test_a_user_that_is_not_there_comes_with_those_that_are(run, calls, sim):
    sim.reset({"users": {"residential": {name: {"password": "Secret1"} for name in ("bob0001", "alice02", "zoe0001")}}})
    result = run(proxy_user, username="alice01", traffic_limit=500)
    assert (
        "alice01 does not exist, and a new one needs password. There are: alice02, bob0001, zoe0001." in result["msg"]
    )
    assert calls() == [USERS]
    (warning,) = run(proxy_user_info, usernames=["zoe0001", "zoe0002", "nobody1"])["warnings"]
    assert warning == ("There is no residential proxy user zoe0002, nobody1; there are: zoe0001, bob0001, alice02")
    sim.reset({})
    assert "There are: none." in run(proxy_user, username="alice01")["msg"]


def test_a_wrong_token_as_live_accounts_answer_it(run, sim, calls):
    sim.configure(codes={"wrong_token": 10047})
    result = run(proxy_user, **ALICE, api_token="wrong")
    assert result["api_code"] == 10047
    assert "10047, token error ('Token error'). Check api_token, or the environment" in result["msg"]
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
        ("203.0.113.07", "has leading zeros, which may mean octal"),
        ("0203.0.113.7", "has leading zeros"),
        ("2001:db8::1", "'2001:db8::1' is an IPv6 address, and the provider takes IPv4 only"),
        ("fe80::1%eth0", "is an IPv6 address"),
        ("", "the address is empty"),
        (" ", "the address is empty"),
        ("scraper.example", "is not an IP address"),
    ],
)
def test_bad_addresses(run, calls, ip, message):
    assert message in run(whitelist_ip, ip=ip)["msg"]
    assert calls() == []


@pytest.mark.parametrize("ip", [" 203.0.113.7 ", "203.0.113.7\n", "::ffff:203.0.113.7", "::FFFF:cb00:7107"])
def test_an_address_in_any_spelling(run, calls, ip):
    assert run(whitelist_ip, ip=ip)["entry"]["ip"] == "203.0.113.7"
    assert calls()[1][2]["ip"] == "203.0.113.7"
    assert not run(whitelist_ip, ip=ip)["changed"]
    assert run(whitelist_ip, ip=ip, state="absent")["changed"]


def test_an_entry_that_is_no_address_can_be_deleted(run, sim):
    odd = ["203.0.113.0/24", "office.example", "2001:db8::1"]
    sim.reset({"whitelist": {"residential": odd}})
    for ip in odd:
        result = run(whitelist_ip, ip=f" {ip}" if "/" in ip else ip, state="absent")
        assert result["changed"] is ("/" not in ip)
        if "/" in ip:
            assert "is a network" in result["warnings"][0]
            assert run(whitelist_ip, ip=ip, state="absent")["changed"]
        assert "warnings" not in run(whitelist_ip, ip="203.0.113.1", state="absent")
    assert sim.snapshot()["whitelist"]["residential"] == {}


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


def test_a_fault_of_the_collection_is_one_sentence(run, monkeypatch):
    def broken(task):
        raise KeyError(ALICE["password"])

    monkeypatch.setattr(account_info, "run", broken)
    result = run(account_info)
    assert "Secret1" not in str(result)
    assert re.fullmatch(
        r"thordata.proxies met a fault of its own: KeyError at module_utils/_modules/account.py:\d+."
        r" Please report it, with the trace that -vvv shows.",
        result["msg"],
    )
    assert "in broken" in result["exception"]
    assert result["exception"].endswith("KeyError (its text is left out, since it may quote a secret)\n")


def test_a_fault_names_the_line_of_the_collection(run, monkeypatch):
    """Not that of the library that it called, nor the text of any exception on the way."""

    def broken(*_arguments, **_options):
        try:
            raise ValueError("Secret1")
        except ValueError:
            json.loads("{Secret2")

    monkeypatch.setattr(account_info_module, "read_account", broken)
    result = run(account_info)
    assert "JSONDecodeError at modules/account_info.py:" in result["msg"]
    assert "Secret" not in result["exception"].replace('ValueError("Secret1")', "").replace('"{Secret2"', "")
    assert result["exception"].count("Traceback") == 2
    assert result["exception"].index("ValueError (its text") < result["exception"].index("JSONDecodeError (its")


@pytest.mark.parametrize(
    ("module", "options", "message"),
    [
        (
            location_info,
            {"country": False},
            "country must be a string, not the boolean false",
        ),
        (location_info, {"country": "False"}, "country must be a string, not the boolean false"),
        (proxy_user, {"username": 42798}, "username must be a string, not the number 42798"),
        (proxy_user, {"username": "alice01", "password": 123456.5}, "password must be a string, not a number"),
        (usage_info, {"usernames": ["alice01", 42798]}, "usernames[2] must be a string, not the number 42798"),
        (
            proxy_users,
            {"users": [{"username": "alice01"}, {"username": True}]},
            "users[2].username must be a string, not the boolean true",
        ),
        (whitelist_ips, {"ips": [{"ip": 7}, "203.0.113.1"]}, "ips[1].ip must be a string, not the number 7"),
        (cdk, {"cdk": 1234, "state": "absent"}, "cdk must be a string, not a number"),
        (
            unlimited_server,
            {"ins_id": "ins-one", "bound_users": [123456]},
            "bound_users must be a string, not the number 123456",
        ),
    ],
)
def test_words_that_yaml_reads_as_something_else(module, options, message):
    given = module.expanded(options)
    assert list(unquoted(module.argument_spec, given)) == [message]
    assert refusal(module.argument_spec, given, given)["msg"] == (
        f"{message}. Put it in quotes: YAML reads an unquoted no or on as a boolean, and 0123 or 1.50 as a number."
    )


@pytest.mark.parametrize(
    "options",
    [
        {"users": [{"username": "123456", "traffic_limit": 500, "enabled": True, "password": "Secret1"}]},
        {"users": '[{"username": "alice01"}]'},
        {"users": None, "purge": True, "protected": ["1*"], "state": "present"},
        {},
        {"bound_users": True},
    ],
)
def test_words_in_quotes_and_options_that_are_none(options):
    module = unlimited_server_info if "bound_users" in options else proxy_users
    assert list(unquoted(module.argument_spec, options)) == []


def test_a_password_that_is_a_name_does_not_garble_the_result(run, sim):
    sim.reset({"users": {"residential": {"mobile": {"password": "Secret1"}, "bob0001": {"password": "alice01"}}}})
    users = [
        {"username": "alice01", "password": "alice01"},
        {"username": "carol01", "password": "created"},
        {"username": "david01", "password": "residential"},
        {"username": "edgar01", "password": "bob0001"},
    ]
    result = run(proxy_users, users=users, purge=True)
    assert [one["username"] for one in result["users"]] == ["alice01", "carol01", "david01", "edgar01"]
    assert {one["proxy_type"] for one in result["users"]} == {"residential"}
    assert result["outcomes"]["alice01"] == "created"
    assert result["outcomes"]["bob0001"] == "deleted"
    assert [one["password"] for one in result["invocation"]["module_args"]["users"]] == [NOT_SHOWN] * 4


def test_a_secret_is_masked_wherever_else_it_stands():
    result = {"users": [{"username": "Secret1", "note": "Secret1", "empty": ""}], "Secret1": ["Secret1", "a Secret1"]}
    assert scrub(result, {"Secret1"}) == {
        "users": [{"username": "Secret1", "note": NOT_SHOWN, "empty": ""}],
        "Secret1": [NOT_SHOWN, "a Secret1"],
    }


def test_an_empty_password_masks_nothing(run):
    result = run(proxy_user, username="alice01", password="")
    assert NOT_SHOWN not in result["msg"]
    assert list(result["invocation"]["module_args"].values()).count(NOT_SHOWN) == 2


def test_options_that_are_secret_are_masked_whole(run, alice):
    result = run(proxy_user, username="alice01", password="Secret1")
    shown = result["invocation"]["module_args"]
    assert (shown["password"], shown["api_token"]) == ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER",) * 2
    assert shown["username"] == "alice01"
