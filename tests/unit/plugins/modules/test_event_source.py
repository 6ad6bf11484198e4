# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source ``account``, as ansible-rulebook runs it: by its path, with a queue."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
import sys
import threading
import time as real_time
from collections import Counter
from pathlib import Path

import pytest

from ansible_collections.thordata import proxies
from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._modules import events
from ansible_collections.thordata.proxies.plugins.modules.account_drift_info import MODULE as account_drift_info
from ansible_collections.thordata.proxies.plugins.modules.account_info import MODULE as account_info
from ansible_collections.thordata.proxies.plugins.modules.proxy_users import MODULE as proxy_users
from simulator.gateway import ECHO_HOST

SOURCE = Path(next(iter(proxies.__path__))) / "extensions" / "eda" / "plugins" / "event_source" / "account.py"
BALANCES = ["/account/traffic-balance", "/account/wallet-balance"]
SEED = {
    "token": "exampletoken0001",
    "wallet": 100,
    "traffic": 5000,
    "users": {
        "residential": {
            "scraper01": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 1200},
            "scraper02": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 950},
        }
    },
    "servers": [{"ins_id": "ins-k3x9q2aa", "expiration_time": "+2d"}],
}
LOW = {"events": ["wallet_balance_low"], "min_wallet_balance": 200}


@pytest.fixture(scope="module")
def loaded():
    before = list(sys.path)
    try:
        # As runpy of ansible-rulebook does, which ansible-test does not let at files of the collection.
        spec = importlib.util.spec_from_file_location("event_source", SOURCE)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield vars(module)
    finally:
        sys.path[:] = before


@pytest.fixture
def account(sim, monkeypatch):
    """An account that is seen at the time of the simulator, and a clock for what is told again."""
    sim.reset(SEED)
    monkeypatch.setattr(times, "now", sim.world.now)
    monkeypatch.setenv("THORDATA_PUBLIC_TOKEN", SEED["token"])
    monkeypatch.setenv("THORDATA_API_URL", sim.api_url)
    return sim


@pytest.fixture
def seconds(monkeypatch):
    """The clock that counts what is told again; move it by hand."""

    class Clock:
        now = 0.0

    clock = Clock()
    monkeypatch.setattr(events.time, "monotonic", lambda: clock.now)
    return clock


@pytest.fixture
def source(account, loaded):
    def make(**options):
        given = {"api_retry_timeout": 0, **options}
        return events.EventSource(given, logging.getLogger("test"), loaded["load"], loaded["check"])

    return make


def kinds(due):
    return [(one["kind"], one["object"]) for one in due]


async def until(queue, count, seconds=20):
    return [(await asyncio.wait_for(queue.get(), seconds))["thordata"] for _position in range(count)]


# With asyncio


def test_it_tells_an_account_into_a_queue_and_ends_when_it_is_cancelled(account, loaded):
    async def run():
        queue = asyncio.Queue(1)  # as ansible-rulebook has it
        options = {"interval": "1s", "min_wallet_balance": 200, "account_name": "acme", "api_retry_timeout": 0}
        task = asyncio.create_task(loaded["main"](queue, options))
        first = await until(queue, 4)
        account.account().users["residential"]["scraper02"].usage_traffic = 1100
        second = await until(queue, 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        account.account().servers.clear()
        task = asyncio.create_task(loaded["main"](queue, options))
        third = await until(queue, 1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return first, second, third

    first, second, third = asyncio.run(run())
    assert kinds(first) == [
        ("wallet_balance_low", None),
        ("user_near_limit", "scraper02"),
        ("user_over_limit", "scraper01"),
        ("server_expiring", "ins-k3x9q2aa"),
    ]
    assert {one["account"] for one in first} == {"acme"}
    assert kinds(second) == [("user_near_limit_ended", "scraper02"), ("user_over_limit", "scraper02")]
    # What the one before it had sent; that it sent the second ones, it may have had no time to keep.
    assert third[0]["kind"].endswith("_ended")


def test_the_loop_is_free_while_it_reads_and_it_does_not_read_all_the_time(account, loaded):
    account.configure(latency=0.1)

    async def run():
        task = asyncio.create_task(loaded["main"](asyncio.Queue(), {**LOW, "interval": "1s"}))
        turns, started = 0, real_time.monotonic()
        while real_time.monotonic() - started < 1.2:
            await asyncio.sleep(0.01)
            turns += 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return turns

    assert asyncio.run(run()) > 40
    assert len(account.log) in (2, 3, 4), "two looks, perhaps a slow one"


def test_it_ends_at_once_while_the_api_is_down(account, loaded):
    account.fault("error_503")

    async def run():
        task = asyncio.create_task(loaded["main"](asyncio.Queue(), {**LOW, "api_retry_timeout": 120}))
        while len(account.log) < 4:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    started = real_time.monotonic()
    asyncio.run(run())  # which waits for the threads
    assert real_time.monotonic() - started < 10
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"api_token": " "}, "api_token is empty"),
        ({"min_walet_balance": 5}, "min_walet_balance"),
        ({"events": ["drift"]}, "Not set: declared for drift"),
        ({"events": ["wallet_low"]}, "wallet_low"),
        ({"interval": "0s"}, "interval must be a second at least"),
        ({"interval": "often"}, "interval must be a duration"),
        ({"near_limit": 100}, "near_limit must be a percentage"),
        ({"min_traffic_balance": "much"}, "min_traffic_balance must be an amount"),
        ({"api_token": 12345678}, "api_token must be a string, not a number"),
        ({"api_timezone": "Moon/Base"}, "api_timezone"),
        ({"declared": "/nowhere.yml"}, "declared cannot be read: /nowhere.yml"),
    ],
)
def test_options_that_cannot_work_end_it_before_the_first_call(account, loaded, options, says):
    with pytest.raises(OptionError, match=says):
        asyncio.run(loaded["main"](asyncio.Queue(), options))
    assert account.log == []


def test_a_token_is_needed(account, loaded, monkeypatch):
    monkeypatch.delenv("THORDATA_PUBLIC_TOKEN")
    with pytest.raises(OptionError, match="THORDATA_PUBLIC_TOKEN"):
        asyncio.run(loaded["main"](asyncio.Queue(), {}))


# One look after another


def test_each_list_is_read_once_a_look(source, account):
    source(min_wallet_balance=1, min_traffic_balance="1GB", min_days_left=1).look_at_account()
    assert Counter(row.path for row in account.log) == {
        **dict.fromkeys(BALANCES, 1),
        "/account/usage-statistics": 1,
        "/proxy-users/user-list": 3,
        "/whitelisted-ips/ip-list": 3,
        "/proxy/proxy-list": 2,
        "/unlimited/server-list": 1,
    }


def test_only_what_is_looked_for_is_read(source, account):
    source(**LOW).look_at_account()
    assert sorted(row.path for row in account.log) == BALANCES


def test_an_event_comes_again_after_repeat(source, seconds):
    one = source(**LOW, repeat="1h")
    assert [event["repeats"] for event in one.look_at_account()] == [0]
    seconds.now = 3599
    assert one.look_at_account() == []
    seconds.now = 3600
    assert [event["repeats"] for event in one.look_at_account()] == [1]


def test_an_api_that_is_down_is_told_after_a_while_and_when_it_is_back(source, account, seconds, caplog):
    one = source(**LOW, unreachable_after="15m", repeat="1h")
    assert kinds(one.look_at_account()) == [("wallet_balance_low", None)]
    account.fault("error_502")
    for seconds.now in (300, 600, 900, 1199):
        assert one.look_at_account() == []
    seconds.now = 1200
    [told] = one.look_at_account()
    assert (told["kind"], told["value"], told["threshold"], told["unit"]) == (
        "account_unreachable",
        900,
        900,
        "seconds",
    )
    assert "HTTP 502" in told["message"]
    seconds.now = 4799
    assert one.look_at_account() == []
    seconds.now = 4800
    assert kinds(one.look_at_account()) == [("account_unreachable", None)]
    account.clear_faults()
    seconds.now = 4900
    back, again = one.look_at_account()
    assert (back["kind"], back["value"], back["id"]) == ("account_unreachable_ended", 3700, told["id"])
    assert (again["kind"], again["repeats"]) == ("wallet_balance_low", 1), "it held all the time"
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2 and "HTTP 502" in said[0] and said[1] == "The account can be read again"


def test_a_short_fault_is_no_event(source, account, seconds):
    one = source(**LOW, unreachable_after="15m")
    one.look_at_account()
    account.fault("drop_before", times=2)
    seconds.now = 300
    assert one.look_at_account() == []
    seconds.now = 600
    assert one.look_at_account() == []


def test_a_wrong_token_does_not_end_it(source, account):
    one = source(**LOW, api_token="wrongtoken000001", unreachable_after="0s")
    [told] = one.look_at_account()
    assert told["kind"] == "account_unreachable" and "token" in told["message"]
    assert "wrongtoken000001" not in repr(told)


def test_a_fault_of_its_own_is_told_as_such(source, account, monkeypatch, caplog):
    def broken(*_arguments):
        raise KeyError("exampletoken0001")

    monkeypatch.setattr(events, "read_account", broken)
    [told] = source(**LOW, unreachable_after="0s").look_at_account()
    assert "met a fault of its own: KeyError" in told["message"]
    assert "exampletoken0001" not in f"{told} {caplog.text}"


def test_what_the_account_does_not_have_is_said_once(source, account, caplog):
    account.configure(features={"mobile": False})
    one = source(events=["user_over_limit"])
    assert kinds(one.look_at_account()) == [("user_over_limit", "scraper01")]
    assert one.look_at_account() == []
    [said] = [record.getMessage() for record in caplog.records]
    assert said.startswith("The account has no users.mobile, which is left out: Could not list the mobile proxy users")


def test_what_cannot_be_listed_for_the_moment_has_not_ended(source, account):
    one = source(events=["user_over_limit"])
    assert kinds(one.look_at_account()) == [("user_over_limit", "scraper01")]
    account.fault("code", code=10000, path="user-list")
    assert one.look_at_account() == []
    account.clear_faults()
    account.account().users["residential"].pop("scraper01")
    assert kinds(one.look_at_account()) == [("user_over_limit_ended", "scraper01")]


def test_what_is_declared_and_the_account_does_not_have_is_drift(source, account, tmp_path):
    account.configure(features={"cdk": False})
    declared = tmp_path / "main.yml"
    declared.write_text("thordata_account_vouchers: [{traffic: 10}]\nthordata_account_users: {residential: []}\n")
    [told] = source(events=["drift"], declared=str(declared)).look_at_account()
    assert (told["object"], list(told["details"])) == ("vouchers", ["impossible"])
    [reason] = told["details"]["impossible"]["reasons"]
    assert reason.startswith("vouchers of 10 GB: Could not list the vouchers")


def test_drift_and_the_other_events_share_what_is_read(source, account, tmp_path):
    declared = tmp_path / "main.yml"
    declared.write_text(
        "thordata_account_users: {residential: [{username: scraper01}]}\n"
        "thordata_account_servers: [{ins_id: ins-k3x9q2aa}, {ins_id: ins-k3x9q2aa, bandwidth: 400}]\n"
        "thordata_account_vouchers: [{traffic: 10}, {traffic: 20}]\n"
    )
    due = source(events=["drift", "user_over_limit", "server_expiring"], declared=str(declared)).look_at_account()
    assert [one["object"] for one in due if one["kind"] == "drift"] == ["servers", "vouchers"]
    assert Counter(row.path for row in account.log) == {
        "/proxy-users/user-list": 3,
        "/unlimited/server-list": 1,
        "/cdk/list": 1,
    }


def test_drift_from_a_file_that_is_read_anew(source, account, tmp_path, caplog):
    declared = tmp_path / "main.yml"

    def declare(limit, *more):
        users = f"[{{username: scraper01, password: !vault abc, traffic_limit: {limit}}}{''.join(more)}]"
        declared.write_text(f"thordata_account_users: {{residential: {users}}}\nthordata_account_purge: true\n")

    declare("1000", ", {username: scraper02, password: '{{ two }}'}")
    one = source(events=["drift"], declared=str(declared))
    assert one.look_at_account() == []
    declare("2GB")
    [told] = one.look_at_account()
    assert told["details"] == {
        "different": {"count": 1, "names": ["scraper01"]},
        "undeclared": {"count": 1, "names": ["scraper02"]},
    }
    assert "Secret123" not in repr(told)
    declared.write_text("thordata_account_users: [")
    assert one.look_at_account() == one.look_at_account() == []
    declared.write_text("thordata_account_users: {residential: [{username: a, traffic_limit: much}]}")
    assert one.look_at_account() == []
    declare("2GB")
    assert one.look_at_account() == [], "it held all the time"
    said = [record.getMessage() for record in caplog.records]
    assert [text.partition(": ")[0] for text in said] == ["Drift is not looked for"] * 2
    assert said[0].endswith("main.yml, line 1.") or "line" in said[0]


def test_what_only_a_play_can_evaluate_is_left_out_and_nothing_is_undeclared(source, account, tmp_path, caplog):
    declared = tmp_path / "main.yml"
    declared.write_text(
        "thordata_account_purge: true\n"
        "thordata_account_users:\n"
        "  residential:\n"
        "    - {username: '{{ name }}', traffic_limit: 5}\n"
        "    - {username: scraper01, traffic_limit: '{{ limit }}', enabled: false}\n"
        "thordata_account_whitelist: '{{ ips }}'\n"
    )
    [told] = source(events=["drift"], declared=str(declared)).look_at_account()
    assert told["details"] == {"different": {"count": 1, "names": ["scraper01"]}}
    [said] = [record.getMessage() for record in caplog.records]
    for path in ("users.residential[0].username", "users.residential[1].traffic_limit", "whitelist"):
        assert f"thordata_account_{path}" in said


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("$ANSIBLE_VAULT;1.1;AES256\n00", "is encrypted"),
        ("- a list", "holds no variables"),
        ("thordata_account_users: {isp: []}", "isp"),
        ("thordata_account_users: {residential: [{traffic_limit: 5}]}", "username"),
        ("thordata_account_users: {residential: [{username: 12345678}]}", "must be a string"),
        ("thordata_account_servers: [{bandwidth: 300}]", "one of the following is required"),
        ("users: {residential: []}\nthordata_account_vouchers: [{}]", "missing required arguments: traffic"),
        ("a: [", "is no YAML"),
    ],
)
def test_a_declared_file_that_the_role_would_refuse(source, tmp_path, text, says):
    (tmp_path / "main.yml").write_text(text)
    with pytest.raises(OptionError, match=says):
        source(events=["drift"], declared=str(tmp_path / "main.yml"))


@pytest.mark.parametrize(
    "users",
    [
        [],
        [{"username": "scraper01"}, {"username": "scraper02", "traffic_limit": "1000"}],
        [{"username": "scraper01", "traffic_limit": "1TB", "enabled": True}, {"username": "scraper09"}],
        [{"username": "scraper01", "state": "absent"}, {"username": "scraper02", "enabled": False}],
        [{"username": "scraper01", "new_username": "scraper08"}],
        [
            {"username": "scraper01", "new_username": "scraper02"},
            {"username": "scraper02", "new_username": "scraper03"},
        ],
    ],
)
def test_drift_is_what_the_module_would_change(source, account, run, tmp_path, users):
    declared = tmp_path / "main.yml"
    variables = {"thordata_account_users": {"residential": users}, "thordata_account_purge": bool(users)}
    declared.write_text(json.dumps(variables))
    due = source(events=["drift"], declared=str(declared)).look_at_account()
    told = sorted(name for one in due for listed in one["details"].values() for name in listed["names"])
    complete = [{"password": "Secret123", **one} for one in users]
    result = run(proxy_users, check_mode=True, users=complete, purge=bool(users))
    assert told == sorted(name for name, outcome in result["outcomes"].items() if outcome != "unchanged")
    assert bool(told) is result["changed"]


def test_an_exported_account_has_no_drift(source, account, run, tmp_path):
    account.reset(
        {
            **SEED,
            "whitelist": {"mobile": {"203.0.113.9": {"enabled": False}}},
            "cdks": [{"cdk": "EXAMPLEVOUCHER01", "traffic": 5}],
        }
    )
    parts = ["users", "whitelist", "servers", "bound_users", "vouchers"]
    declared = run(account_info, gather=parts, format="declared")["declared"]
    assert declared["users"] and declared["whitelist"] and declared["servers"] and declared["vouchers"]
    file = tmp_path / "main.yml"
    file.write_text(json.dumps({f"thordata_account_{name}": value for name, value in declared.items()}))
    one = source(events=["drift"], declared=str(file))
    assert one.look_at_account() == []
    assert run(account_drift_info, declared=declared)["drift"] == []
    account.account().users["residential"]["scraper01"].enabled = False
    account.account().whitelist["mobile"]["203.0.113.9"].enabled = True
    assert [told["object"] for told in one.look_at_account()] == ["users", "whitelist"]
    found = run(account_drift_info, declared=declared)["drift"]
    assert [(difference["part"], difference["name"]) for difference in found] == [
        ("users", "scraper01"),
        ("whitelist", "203.0.113.9"),
    ]


def test_proxies_that_fail_are_told_without_their_passwords(source, account, caplog):
    def url(user):
        return account.gateway_url.replace("//", f"//{user}:Wrong1234@")

    good = account.gateway_url.replace("//", "//td-customer-scraper02:Secret123@")
    one = source(
        proxies=[url("td-customer-scraper01"), good], check_url=f"http://{ECHO_HOST}/", events=["proxy_failing"]
    )
    [look] = one.looks
    assert look[:2] == (900, one.look_at_proxies)
    [told] = one.look_at_proxies()
    assert told["object"] == f"{account.gateway_url} as td-customer-scraper01"
    assert told["value"] == "the proxy refuses username and password"
    assert told["details"]["status"] == 407
    assert one.look_at_proxies() == []
    assert "Wrong1234" not in f"{told} {caplog.text}"
    assert account.log == [], "the account is not read for that"


def test_a_proxy_that_works_again_is_told(source, account):
    good = account.gateway_url.replace("//", "//td-customer-scraper02:Secret123@")
    one = source(proxies=[good], check_url=f"http://{ECHO_HOST}/", events=["proxy_failing"])
    account.configure(gateway_fault="407")
    assert kinds(one.look_at_proxies()) == [("proxy_failing", f"{account.gateway_url} as td-customer-scraper02")]
    account.configure(gateway_fault=None)
    assert kinds(one.look_at_proxies()) == [("proxy_failing_ended", f"{account.gateway_url} as td-customer-scraper02")]


# Started anew


def looked(source):
    """Look once as the running source does, and end."""
    [(_seconds, look, keep)] = source.looks
    due = look()
    keep()
    source.stop()
    return kinds(due)


def test_a_source_that_starts_anew_tells_what_is_new(source, account, seconds):
    options = {"events": ["user_over_limit", "server_expiring"], "repeat": "1h"}
    assert looked(source(**options)) == [("user_over_limit", "scraper01"), ("server_expiring", "ins-k3x9q2aa")]
    seconds.now = 7  # a clock that says nothing to another process
    assert looked(source(**options)) == []
    account.account().users["residential"]["scraper02"].usage_traffic = 1100
    account.account().servers["ins-k3x9q2aa"].expiration_time += 86400 * 30
    again = looked(source(**options, interval="1m", api_retry_timeout=1))
    assert again == [("server_expiring_ended", "ins-k3x9q2aa"), ("user_over_limit", "scraper02")]
    assert looked(source(**options)) == []
    assert len(looked(source(**options, expires_within="60d"))) == 3, "another source"


def test_what_is_due_again_is_told_by_a_source_that_starts_anew(source, account, monkeypatch):
    assert looked(source(**LOW, repeat="1h")) == [("wallet_balance_low", None)]
    now = real_time.time()
    monkeypatch.setattr(
        State.__init__, "__kwdefaults__", {**State.__init__.__kwdefaults__, "clock": lambda: now + 3601}
    )
    one = source(**LOW, repeat="1h")
    assert [told["repeats"] for told in one.look_at_account()] == [1]


def test_what_was_not_sent_is_told_by_the_next_source(source):
    one = source(**LOW)
    assert kinds(one.look_at_account()) == [("wallet_balance_low", None)]
    one.stop()
    assert looked(source(**LOW)) == [("wallet_balance_low", None)]


def test_an_account_that_was_down_is_told_to_be_back(source, account):
    account.fault("error_502")
    assert looked(source(**LOW, unreachable_after="0s")) == [("account_unreachable", None)]
    account.clear_faults()
    assert looked(source(**LOW)) == [("account_unreachable_ended", None), ("wallet_balance_low", None)]


def test_of_two_sources_with_the_same_options_one_keeps_what_it_told(source, caplog):
    first = source(**LOW)
    second = source(**LOW)
    assert looked(second) == [("wallet_balance_low", None)]
    assert "another process has it): what is told is not kept" in caplog.text
    assert looked(first) == [("wallet_balance_low", None)]
    assert looked(source(**LOW)) == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"when": 0, "kept": [["kind"]]}', '{"when": null, "kept": []}', "\0" * 99]
)
def test_a_damaged_file_only_costs_what_it_held(source, tmp_path, caplog, text):
    looked(source(**LOW))
    [file] = (tmp_path / "state").glob("*.account-*")
    file.write_text(text)
    assert looked(source(**LOW)) == [("wallet_balance_low", None)]
    assert "begun anew" in caplog.text or "told anew" in caplog.text
    assert looked(source(**LOW)) == []


def test_what_is_kept_holds_no_secret(source, account, tmp_path):
    wrong = account.gateway_url.replace("//", "//td-customer-scraper01:Wrong1234@")
    one = source(proxies=[wrong], check_url=f"http://{ECHO_HOST}/", min_wallet_balance=200)
    for _seconds, look, keep in one.looks:
        assert look()
        keep()
    files = [*(tmp_path / "state").glob("*")]
    assert len([file for file in files if "-" in file.name]) == 2
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    text = "".join(file.read_bytes().decode("latin-1") for file in files)
    assert "scraper01" in text
    assert not [word for word in ("Wrong1234", "Secret123", SEED["token"]) if word in text]


def test_wrong_proxies_are_an_error_that_shows_no_password(source):
    one = source(proxies=["http://user:Wrong1234@"], events=["proxy_failing"])
    with pytest.raises(ThordataError) as raised:
        one.look_at_proxies()
    assert "Entry 1 of proxies" in str(raised.value) and "Wrong1234" not in str(raised.value)


def test_it_keeps_to_the_pace_of_the_others(source, account, tmp_path):
    """What another process learned of the API holds for the source as well."""
    state = State(Settings(token=SEED["token"], url=account.api_url).account, str(tmp_path / "state"))
    with state.changed_pace() as pace:
        now = real_time.time()
        pace.interval, pace.opens, pace.accepted_at = 0.2, now + 0.5, now
    source(**LOW).look_at_account()
    assert real_time.time() >= now + 0.7
    assert state.pace().opens > now + 0.7


def test_thousands_of_users(source, account):
    listed = {
        f"user{number:05}": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 2000}
        for number in range(5000)
    }
    account.reset({**SEED, "users": {"residential": listed}, "limits": {"users": {"residential": 6000}}})
    one = source(events=["user_over_limit"])
    started = real_time.process_time()
    assert len(one.look_at_account()) == 5000
    assert one.look_at_account() == []
    assert real_time.process_time() - started < 10


def test_nothing_of_it_shows_the_token_or_a_password(source, account, caplog):
    caplog.set_level(logging.DEBUG)
    told = source(min_wallet_balance=200, min_traffic_balance="10GB").look_at_account()
    assert len(told) >= 5
    assert not [word for word in (SEED["token"], "Secret123") if word in f"{told} {caplog.text}"]
