# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole sets: the calls they need, what stops them before the first one, and what they tell of a part that failed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins.module_utils._account import apply
from ansible_collections.thordata.proxies.plugins.modules.proxy_user import MODULE as proxy_user
from ansible_collections.thordata.proxies.plugins.modules.proxy_users import MODULE as proxy_users
from ansible_collections.thordata.proxies.plugins.modules.whitelist_ips import MODULE as whitelist_ips

USERS = ("GET", "/proxy-users/user-list")
ADDRESSES = ("GET", "/whitelisted-ips/ip-list")


def user(number, **fields):
    return {"username": f"user{number:04}", "password": "Secret1", **fields}


def names(sim):
    return sorted(sim.snapshot()["users"]["residential"])


def writes(sim):
    return [row["call"].rpartition("/")[2] for row in sim.ledger]


def test_a_set_is_one_read_and_the_writes_that_differ(run, calls, sim):
    wanted = [user(number) for number in range(5)]
    first = run(proxy_users, users=wanted)
    asked = calls()
    assert asked[0] == USERS
    assert sorted(call[2]["username"] for call in asked[1:]) == names(sim)
    assert first["summary"] == {"created": 5, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0}
    assert [one["username"] for one in first["users"]] == names(sim)
    assert first["slots"] == {"limit": 100, "remaining_limit": 95}
    assert "Secret1" not in str(first)
    again = run(proxy_users, users=wanted)
    assert calls() == [USERS]
    assert (again["changed"], again["summary"]["unchanged"]) == (False, 5)

    wanted[1] = user(1, traffic_limit=500)
    wanted[2] = {"username": "user0002", "state": "absent"}
    wanted[3] = {"username": "user0003", "new_username": "user0333"}
    planned = run(proxy_users, check_mode=True, users=wanted)
    assert calls() == [USERS]
    result = run(proxy_users, users=wanted, concurrency=1)
    assert [call[1].rpartition("/")[2] for call in calls()] == [
        "user-list",
        "update-user",
        "delete-user",
        "update-user",
    ]
    assert result["summary"] == {"created": 0, "updated": 2, "deleted": 1, "unchanged": 2, "failed": 0}
    assert result["outcomes"]["user0003"] == "updated"
    assert [one["username"] for one in result["users"]] == ["user0000", "user0001", "user0333", "user0004"]
    assert {**planned, "users": 0} == {**result, "users": 0, "invocation": planned["invocation"]}


def test_purge(run, sim):
    run(proxy_users, users=[user(number) for number in range(6)])
    options = {"users": [user(0)], "purge": True, "protected": ["*3", "user0004"]}
    refused = run(proxy_users, purge_limit=2, **options)
    assert "3 residential proxy users, more than purge_limit (2): user0001, user0002, user0005" in refused["msg"]
    assert len(names(sim)) == 6
    result = run(proxy_users, **options)
    assert names(sim) == ["user0000", "user0003", "user0004"]
    assert (result["summary"]["deleted"], result["slots"]["remaining_limit"]) == (3, 97)
    assert result["outcomes"]["user0005"] == "deleted"
    assert not run(proxy_users, **options)["changed"]
    assert "purge with an empty set would delete every" in run(proxy_users, users=[], purge=True)["msg"]
    absent = {"users": [{"username": "user0000", "state": "absent"}], "purge": True}
    assert "purge with an empty set" in run(proxy_users, **absent)["msg"]
    assert len(names(sim)) == 3


@pytest.mark.parametrize(
    ("users", "message"),
    [
        ([user(1), user(2), user(1)], "entries 1 and 3 both name user0001"),
        (
            [user(1), {"username": "user0002"}],
            "the residential proxy user user0002 does not exist, and a new one needs",
        ),
        ([user(number) for number in range(103)], "3 are missing"),
        ([user(1), {"username": "user0002", "new_username": "user0001"}], "entries 1 and 2 both name user0001"),
    ],
)
def test_what_stops_a_set_before_the_first_write(run, calls, users, message):
    assert message in run(proxy_users, users=users)["msg"]
    assert calls() == [USERS]


def test_all_bad_entries_are_named_at_once(run, calls):
    wanted = [user(number) for number in range(90)]
    wanted[6]["traffic_limit"] = "lots"
    wanted[41]["password"] = ""
    wanted[89]["username"] = ""
    result = run(proxy_users, users=wanted)
    for part in (
        "entry 7 (user0006): traffic_limit must be an amount such as 500MB, 5GB or 1.5TB, or 0 (no limit), not 'lots'",
        "entry 42 (user0041): the password is empty",
        "entry 90 (): the username is empty",
    ):
        assert part in result["msg"]
    assert calls() == []


def test_all_that_the_api_would_refuse_is_named_at_once(run, calls, sim):
    sim.reset({"users": {"residential": {"AbCdEf123456": {"password": "9digitpass"}}}})
    wanted = [user(number) for number in range(90)]
    wanted[6]["traffic_limit"] = 50
    wanted[41]["password"] = "1Secret"
    wanted[88]["username"] = "no good"
    wanted[89] = {"username": "AbCdEf123456", "enabled": False}
    result = run(proxy_users, users=wanted)
    for part in (
        "the traffic_limit of the residential proxy user user0006 must be 0 (no limit) or at least 100 MB, not 50",
        "the password of the residential proxy user user0041 must be",
        "the username of the residential proxy user no good must be",
        "the residential proxy user AbCdEf123456 needs a new password",
    ):
        assert part in result["msg"]
    assert "1Secret" not in result["msg"]
    assert calls() == [USERS]


def test_a_set_may_hold_users_that_the_provider_made(run, calls, sim):
    """What is exported can be declared: a rule is asked only of what would be sent."""
    sim.reset({"users": {"residential": {"AbCdEf123456": {"password": "9digitpass"}}}})
    wanted = [{"username": "AbCdEf123456", "password": "9digitpass", "traffic_limit": 0, "enabled": True}]
    assert not run(proxy_users, users=wanted, purge=True)["changed"]
    assert run(proxy_users, users=[user(1), user(2, traffic_limit="5GB")], purge=True)["summary"] == {
        "created": 2,
        "updated": 0,
        "deleted": 1,
        "unchanged": 0,
        "failed": 0,
    }
    assert sim.snapshot()["users"]["residential"]["user0002"]["traffic_limit"] == 5120


def test_one_line_says_what_changed(run, sim, capsys):
    sim.reset({"users": {"residential": {f"old{number:04}": {"password": "Secret1"} for number in range(7)}}})
    options = {"users": [user(1), {"username": "old0000", "traffic_limit": 500}], "purge": True}
    run(proxy_users, check_mode=True, **options)
    deleted = "old0001, old0002, old0003, old0004, old0005, and 1 more"
    coming = f"residential proxy users: would create 1 (user0001), update 1 (old0000), delete 6 ({deleted})"
    assert capsys.readouterr().out == f"{coming}\n"
    line = f"residential proxy users: 1 created (user0001), 1 updated (old0000), 6 deleted ({deleted})"
    run(proxy_users, **options)
    assert capsys.readouterr().out == f"{line}\n"
    run(proxy_users, **options)
    assert capsys.readouterr().out == ""


def test_the_diff_of_a_set_says_what_becomes_of_each(run):
    run(proxy_users, users=[user(number) for number in range(4)])
    changes = [
        user(1, traffic_limit=500),
        {"username": "user0002", "new_username": "harvest02"},
        user(3, password="Secret2"),
        user(9),
    ]
    shown = run(proxy_users, users=changes, purge=True)["diff"]
    named = {one["before_header"].removeprefix("residential proxy user "): one for one in shown}
    assert {name: (one["after_header"], one["before"], one["after"]) for name, one in named.items()} == {
        "user0001": ("updated", {"traffic_limit": 0}, {"traffic_limit": 500}),
        "user0002": ("renamed to harvest02", {"username": "user0002"}, {"username": "harvest02"}),
        "user0003": ("updated", {"password": "(hidden)"}, {"password": "(hidden, a new one)"}),
        "user0009": ("created", None, {"password": "(hidden, a new one)", "traffic_limit": 0, "enabled": True}),
        "user0000": ("deleted", {"password": "(hidden)", "traffic_limit": 0, "enabled": True}, None),
    }
    assert run(proxy_users, users=changes, purge=True)["diff"] == []


@pytest.mark.parametrize("concurrency", [0, -1, 65])
def test_concurrency_has_bounds(run, concurrency):
    assert "concurrency must be 1 to 64" in run(proxy_users, users=[user(1)], concurrency=concurrency)["msg"]


def test_deletions_go_first_when_their_slots_are_needed(run, sim):
    sim.configure(limits={"users": 3})
    run(proxy_users, users=[user(number) for number in range(3)])
    result = run(proxy_users, users=[user(number) for number in range(3, 6)], purge=True)
    assert not result.get("failed"), result
    assert writes(sim)[3:] == ["delete-user"] * 3 + ["create-user"] * 3
    assert result["slots"] == {"limit": 3, "remaining_limit": 0}


def test_chains_of_names(run, sim):
    run(proxy_users, users=[user(number, password=f"Secret{number}") for number in range(4)])
    moves = [(0, 1), (1, 8), (2, 3), (3, 9)]
    wanted = [
        {"username": f"user{old:04}", "new_username": f"user{new:04}", "password": f"Secret{old}"} for old, new in moves
    ]
    result = run(proxy_users, users=wanted)
    assert result["summary"]["updated"] == 4
    state = sim.snapshot()["users"]["residential"]
    assert {name: row["password"] for name, row in state.items()} == {
        f"user{new:04}": f"Secret{old}" for old, new in moves
    }
    assert not run(proxy_users, users=wanted)["changed"]


def test_names_are_not_exchanged(run, calls):
    run(proxy_users, users=[user(0), user(1)])
    calls()
    wanted = [
        {"username": "user0000", "new_username": "user0001"},
        {"username": "user0001", "new_username": "user0000"},
    ]
    assert "user0000, user0001 would exchange their names" in run(proxy_users, users=wanted)["msg"]
    assert calls() == [USERS]


def test_a_part_that_fails(run, sim):
    sim.fault("code", code=10000, path="create-user", skip=1, times=2)
    wanted = [user(number) for number in range(5)]
    result = run(proxy_users, users=wanted, concurrency=1)
    assert result["failed"]
    assert result["changed"]
    assert result["summary"] == {"created": 3, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 2}
    assert [one["username"] for one in result["failed_items"]] == ["user0001", "user0002"]
    assert all(one["api_code"] == 10000 for one in result["failed_items"])
    assert "2 of 5 changes of proxy users failed: Could not create the residential proxy user user0001" in result["msg"]
    assert "3 were made" in result["msg"]
    assert "Run the task again" in result["msg"]
    assert run(proxy_users, users=wanted)["summary"]["created"] == 2


def test_stop_on_error(run, sim):
    sim.fault("code", code=10000, path="create-user", skip=1, times=1)
    result = run(proxy_users, users=[user(number) for number in range(5)], concurrency=1, on_error="stop")
    assert result["summary"] == {"created": 1, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 4}
    assert "3 of them were not tried after that" in result["msg"]
    assert [one["msg"] for one in result["failed_items"]][1:] == ["Not tried"] * 3


def test_a_token_that_is_revoked_in_the_middle(run, sim):
    sim.fault("code", code=10013, method="POST", skip=20)
    result = run(proxy_users, users=[user(number) for number in range(90)])
    assert len(names(sim)) == 20
    assert result["api_code"] == 10013
    assert result["summary"]["created"] == 20
    assert sum(row.code == 10013 for row in sim.log) <= 8
    assert "20 were made" in result["msg"]


@pytest.mark.histories
@pytest.mark.parametrize("seed", range(40))
def test_random_sets_under_faults(run, sim, virtual, seed):
    rng = random.Random(seed)
    sim.configure(lag=rng.choice([0, 3]))
    sim.fault("throttle", every=5)
    for action in ("drop_before", "drop_after", "error_502_after", "truncate"):
        sim.fault(action, every=rng.choice([7, 11, 23]), skip=rng.randrange(9))
    wanted = []
    for _round in range(3):
        wanted = [
            user(number, password=rng.choice(["Secret1", "Secret2"]), traffic_limit=rng.choice([0, 100]))
            for number in rng.sample(range(20), 12)
        ]
        options = {"users": wanted, "purge": True, "concurrency": rng.choice([1, 4]), "api_retry_timeout": 600}
        result = run(proxy_users, **options)
        if result.get("failed"):  # a part that failed is made by the next run
            result = run(proxy_users, **options)
        assert not result.get("failed"), result["msg"]
        state = sim.snapshot()["users"]["residential"]
        assert {name: (row["password"], row["traffic_limit"]) for name, row in state.items()} == {
            one["username"]: (one["password"], one["traffic_limit"]) for one in wanted
        }
    created, deleted = writes(sim).count("create-user"), writes(sim).count("delete-user")
    assert created - deleted == 12


def test_what_became_of_a_large_set_is_gathered_once(run, sim, monkeypatch):
    """Gathered for each item, it would take a time that grows with the square of the set."""
    gathered = []

    class Counted(dict):
        def __iter__(self):
            gathered.append(len(self))
            return super().__iter__()

    def plan(*args, plan=apply.plan):
        todo = plan(*args)
        return replace(todo, items=Counted(todo.items))

    monkeypatch.setattr(apply, "plan", plan)
    users = [{"username": f"user{number:05}", "password": "Secret1"} for number in range(20)]
    assert run(proxy_users, users=users)["summary"]["created"] == 20
    assert len(gathered) < 5


def test_progress_is_told(run, sim, virtual, capsys):
    sim.configure(rate=2)
    run(proxy_users, users=[user(number) for number in range(40)], concurrency=1, api_retry_timeout=600)
    told = capsys.readouterr().out
    assert told.count("throttles this account") == 1
    assert "of 40 changes are made" in told


def test_a_whitelist(run, calls, sim):
    ips = ["203.0.113.1", {"ip": "203.0.113.2", "enabled": "no"}, {"ip": "203.0.113.3", "state": "absent"}]
    result = run(whitelist_ips, ips=ips)
    assert len(calls()) == 3
    assert [(one["ip"], one["enabled"]) for one in result["entries"]] == [("203.0.113.1", True), ("203.0.113.2", False)]
    assert result["outcomes"]["203.0.113.3"] == "unchanged"
    assert not run(whitelist_ips, ips=ips)["changed"]
    assert calls() == [ADDRESSES]
    options = {"ips": ["203.0.113.9"], "purge": True, "protected": ["203.0.113.2", "198.51.100.0/24"]}
    assert run(whitelist_ips, **options)["summary"]["deleted"] == 1
    assert sorted(sim.snapshot()["whitelist"]["residential"]) == ["203.0.113.2", "203.0.113.9"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ips": ["203.0.113.1", "203.0.113.0/24", "x"]}, "entry 2 (203.0.113.0/24): '203.0.113.0/24' is a network"),
        ({"ips": ["203.0.113.1", " 203.0.113.1"]}, "entries 1 and 2 both name 203.0.113.1"),
        ({"ips": ["203.0.113.1", "::ffff:203.0.113.1"]}, "entries 1 and 2 both name 203.0.113.1"),
        ({"ips": ["203.0.113.1", "203.0.113.07"]}, "entry 2 (203.0.113.07): '203.0.113.07' has leading zeros"),
        ({"ips": [{"ip": "2001:db8::1"}]}, "entry 1 (2001:db8::1): '2001:db8::1' is an IPv6 address"),
        ({"ips": ["203.0.113.1", ""]}, "entry 2 (): the address is empty"),
        ({"ips": [], "protected": ["office"]}, "protected holds 'office'"),
        ({"ips": [], "purge": True}, "purge with an empty set"),
    ],
)
def test_bad_whitelists(run, sim, options, message):
    assert message in run(whitelist_ips, **options)["msg"]
    assert sim.ledger == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"ip": "203.0.113.1", "bogus": 1}, "ips.bogus"),
        ({"enabled": True}, "missing required arguments: ip"),
        ({"ip": "203.0.113.1", "enabled": "maybe"}, "'maybe' is not a valid boolean"),
        ({"ip": "203.0.113.1", "state": "gone"}, "value of state must be one of: present, absent"),
    ],
)
def test_an_entry_has_the_options_of_a_single_address(entry, message):
    options = whitelist_ips.expanded({"api_token": "token", "ips": ["203.0.113.9", entry]})
    checked = ArgumentSpecValidator(whitelist_ips.argument_spec).validate(options)
    assert message in " ".join(checked.error_messages)


def test_an_address_alone_stands_for_an_entry():
    assert whitelist_ips.expanded({"ips": "203.0.113.9,203.0.113.8"})["ips"] == [
        {"ip": "203.0.113.9"},
        {"ip": "203.0.113.8"},
    ]
    entries = [{"ip": "203.0.113.9", "enabled": "on"}, "203.0.113.8"]
    checked = ArgumentSpecValidator(whitelist_ips.argument_spec).validate(
        whitelist_ips.expanded({"api_token": "token", "ips": entries})
    )
    assert [one["enabled"] for one in checked.validated_parameters["ips"]] == [True, None]


def test_entries_that_are_no_addresses_stay(run, sim):
    sim.reset({"whitelist": {"residential": ["203.0.113.0/24", "office.example", "203.0.113.8", "198.51.100.1"]}})
    options = {"ips": ["203.0.113.1"], "purge": True, "protected": ["198.51.100.0/24"]}
    for check_mode in (True, False):
        result = run(whitelist_ips, check_mode=check_mode, **options)
        assert result["summary"] == {"created": 1, "updated": 0, "deleted": 1, "unchanged": 0, "failed": 0}
        (warning,) = result["warnings"]
        assert "cannot be declared, and purge leaves it alone: 203.0.113.0/24, office.example" in warning
    again = run(whitelist_ips, **options)
    assert not again["changed"]
    assert again["warnings"]
    assert "warnings" not in run(whitelist_ips, ips=["203.0.113.1"])
    named = [{"ip": "203.0.113.0/24", "state": "absent"}, {"ip": "office.example", "state": "absent"}]
    result = run(whitelist_ips, ips=[*named, {"ip": "203.0.113", "state": "absent"}])
    assert result["summary"]["deleted"] == 2
    assert result["warnings"] == ["'203.0.113' is not an IP address, and there is no such whitelist entry"]
    assert sorted(sim.snapshot()["whitelist"]["residential"]) == ["198.51.100.1", "203.0.113.1"]


def test_private_addresses_are_one_warning(run):
    result = run(whitelist_ips, ips=[f"10.0.0.{number}" for number in range(1, 60)])
    (warning,) = result["warnings"]
    assert "10.0.0.1 is not a public address" in warning
    assert "and 39 more" in warning


def test_an_api_that_becomes_unreachable_ends_a_set_after_the_budget(run, sim, virtual):
    """Not after an hour: each of a thousand users would be tried for some seconds."""
    sim.configure(limits={"users": 2000})
    sim.fault("drop_before", skip=101)
    began = virtual.now
    users = [user(number, password="Secret1") for number in range(1000)]
    result = run(proxy_users, users=users, api_retry_timeout=60, concurrency=1)
    assert virtual.now - began < 90
    assert result["failed"]
    assert result["summary"]["created"] == len(sim.ledger) == 100
    not_tried = [one["username"] for one in result["failed_items"] if one["msg"] == "Not tried"]
    assert len(not_tried) > 890
    assert f"{len(not_tried)} of them were not tried after that" in result["msg"]
    assert user(999, password="Secret1")["username"] in not_tried


def test_items_of_one_loop_share_the_budget(sim, virtual, tmp_path):
    sim.fault("error_503")
    began = virtual.now
    params = {"api_token": sim.token, "api_url": sim.api_url, "api_retry_timeout": 60, "username": "alice01"}
    checked = ArgumentSpecValidator(proxy_user.argument_spec, **proxy_user.constraints).validate(params)
    for _item in range(20):
        result = proxy_user.execute(checked.validated_parameters, False, False, print, "one task")
        assert result["failed"]
    assert virtual.now - began < 90
    sim.clear_faults()
    assert not proxy_user.execute(
        {**checked.validated_parameters, "state": "absent"}, False, False, print, "one task"
    ).get("failed")
    sim.fault("error_503")
    proxy_user.execute(checked.validated_parameters, False, False, print, "another task")
    assert virtual.now - began > 90, "the next task has a budget of its own"
