# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events are due of which picture of an account. No I/O, no waiting."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account.events import (
    KINDS,
    Condition,
    Watch,
    conditions,
    drifted,
    parts_of,
    unseen,
    watched,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError

NOW = 1_800_000_000
DAY = 86400
THRESHOLDS = {
    "min_traffic_balance": 1000,
    "min_wallet_balance": 50,
    "min_days_left": 3,
    "near_limit": 90,
    "expires_within": 3 * DAY,
}


def user(name, used=0, limit=1000, enabled=True):
    return {
        "username": name,
        "proxy_type": "residential",
        "traffic_limit": limit,
        "enabled": enabled,
        "usage_traffic": used,
        "created_time": "2026-01-01",
    }


def users(*listed, proxy_type="residential"):
    return {"users": {proxy_type: {"users": list(listed), "limit": 500, "remaining_limit": 500 - len(listed)}}}


def server(ins_id="ins-a", days=30.0, status="Turn on", **more):
    expires = None if days is None else int(NOW + days * DAY)
    return {
        "ins_id": ins_id,
        "plan_name": f"{ins_id}.example",
        "status": status,
        "size": "16vCPU-32GiB",
        "bandwidth": 300,
        "expiration_time": "2027-01-15 08:00",
        "expiration_timestamp": expires,
        **more,
    }


def found(account, *kinds, now=NOW):
    return [*conditions(account, kinds or KINDS, THRESHOLDS, now)]


def told(account, *kinds):
    """Return kind, product, object, value, threshold and unit of what holds."""
    return [
        (one.kind, one.proxy_type, one.object, one.value, one.threshold, one.unit) for one in found(account, *kinds)
    ]


@pytest.mark.parametrize(
    ("kind", "account", "unit"),
    [
        ("traffic_balance_low", lambda value: {"balances": {"traffic_balance": value}}, "MB"),
        ("wallet_balance_low", lambda value: {"balances": {"wallet_balance": value}}, None),
        ("days_left_low", lambda value: {"packages": {"residential": {"days_left": value}}}, "days"),
    ],
)
def test_a_balance_is_low_below_its_threshold(kind, account, unit):
    least = THRESHOLDS[KINDS[kind].option]
    assert told(account(least - 0.5), kind) == [(kind, None, None, least - 0.5, least, unit)]
    assert told(account(0), kind) == [(kind, None, None, 0, least, unit)]
    assert told(account(least), kind) == []
    assert told(account(None), kind) == [], "the API does not say"


def test_users_are_near_and_over_their_limit():
    account = users(
        user("fresh", 899.9),
        user("near", 900),
        user("nearly", 999.9),
        user("over", 1000),
        user("unlimited", 10**9, limit=0),
        user("disabled", 2000, enabled=False),
        user("unknown", None),
    )
    assert told(account) == [
        ("user_near_limit", "residential", "near", 900, 900, "MB"),
        ("user_near_limit", "residential", "nearly", 999.9, 900, "MB"),
        ("user_over_limit", "residential", "over", 1000, 1000, "MB"),
    ]
    assert found(account, "user_over_limit")[0].message == (
        "The residential proxy user over has used 1000 MB of 1000 MB"
    )


def test_servers_and_addresses_expire():
    address = {"ip": "198.51.100.20", "expiration_time": "2027-01-15 08:00", "expiration_timestamp": NOW + DAY}
    account = {
        "servers": [server("ins-a", 3), server("ins-b", 3.01), server("ins-c", -1), server("ins-d", None)],
        "static_proxies": {"isp": [address], "datacenter": []},
    }
    assert told(account) == [
        ("server_expiring", None, "ins-a", 3, 3, "days"),
        ("server_expiring", None, "ins-c", -1, 3, "days"),
        ("address_expiring", "isp", "198.51.100.20", 1, 3, "days"),
    ]
    messages = [one.message for one in found(account)]
    assert messages[0] == "The server ins-a expires at 2027-01-15 08:00"
    assert messages[1] == "The server ins-c expired at 2027-01-15 08:00"


@pytest.mark.parametrize(
    ("status", "tells"),
    [("Turn on", False), ("Running", False), (None, False), ("Turn off", True), ("Expired", True), ("Wartung", True)],
)
def test_a_server_that_is_not_on(status, tells):
    account = {"servers": [server(status=status)]}
    assert told(account, "server_not_on") == ([("server_not_on", None, "ins-a", status, None, None)] if tells else [])


def test_a_full_whitelist():
    def listed(remaining):
        return {"entries": [{"ip": "192.0.2.1"}], "limit": 1, "remaining_limit": remaining}

    account = {"whitelist": {"residential": listed(0), "mobile": listed(1), "unlimited": listed(None)}}
    assert told(account) == [("whitelist_full", "residential", "whitelist", 1, 1, "addresses")]


def test_what_an_account_does_not_have_shows_nothing():
    assert found({"unavailable": {"servers": "no"}, "packages": {}, "users": {}, "whitelist": {}}) == []


def test_each_part_is_read_once():
    assert parts_of(["user_over_limit", "user_near_limit", "server_expiring", "server_not_on", "drift"]) == [
        "users",
        "servers",
    ]


def test_by_default_what_has_its_option_is_looked_for():
    options = dict.fromkeys(("min_traffic_balance", "min_wallet_balance", "min_days_left", "declared", "proxies"))
    options.update(near_limit=90, expires_within="3d")
    usual = watched(None, options)
    assert usual == [
        "user_near_limit",
        "user_over_limit",
        "server_expiring",
        "server_not_on",
        "address_expiring",
        "whitelist_full",
    ]
    assert watched(None, {**options, "min_wallet_balance": 0.0}) == ["wallet_balance_low", *usual]
    assert watched(["server_not_on"], options) == ["server_not_on"]
    with pytest.raises(OptionError, match="events is empty"):
        watched([], options)
    with pytest.raises(OptionError, match="Not set: declared for drift, min_wallet_balance for wallet_balance_low"):
        watched(["drift", "wallet_balance_low", "user_over_limit"], options)


# When it is told


KIND = ["user_over_limit"]


def over(*names, value=1000, **more):
    return [Condition("user_over_limit", "over", name, "residential", value, 1000, "MB", **more) for name in names]


def names(due):
    return [(one["object"], one["repeats"]) for one in due]


def test_once_when_it_begins_and_again_after_a_while():
    watch = Watch("acme", 60)
    assert names(watch.events(over("a"), KIND, 0)) == [("a", 0)]
    assert names(watch.events(over("a", "b", value=2000), KIND, 10)) == [("b", 0)], "another value is no change"
    assert watch.events(over("a", "b"), KIND, 59.9) == []
    assert names(watch.events(over("a", "b"), KIND, 60)) == [("a", 1)]
    assert names(watch.events(over("a", "b"), KIND, 120)) == [("a", 2), ("b", 1)]


def test_what_ended_is_told_when_it_comes_back():
    watch = Watch("acme", 60)
    [first] = watch.events(over("a"), KIND, 0)
    watch.events(over("a"), KIND, 70)
    [end] = watch.events([], KIND, 90.4)
    assert end == {
        "id": first["id"],
        "account": "acme",
        "kind": "user_over_limit_ended",
        "object": "a",
        "proxy_type": "residential",
        "value": 90,
        "threshold": None,
        "unit": "seconds",
        "message": "user_over_limit has ended: residential a",
        "details": {},
        "repeats": 0,
    }
    assert watch.events([], KIND, 91) == []
    assert watch.events(over("a"), KIND, 92) == [first]


def test_what_changed_has_not_ended():
    watch = Watch("acme", 60)
    watch.events(over("a"), KIND, 0)
    assert [one["kind"] for one in watch.events(over("a", differs="other"), KIND, 5)] == KIND
    [end] = watch.events([], KIND, 9)
    assert end["value"] == 9, "since it began"


def test_what_cannot_be_read_has_not_ended():
    watch = Watch("acme", 60)
    watch.events(found({**users(user("a", 2000)), "servers": [server(days=1)]}), KINDS, 0)
    unknown = unseen(KINDS, {"users.residential": "no", "servers": "no", "packages.residential": "no", "load": "no"})
    assert unknown == {
        *((kind, "residential") for kind in ("user_near_limit", "user_over_limit")),
        *((kind, None) for kind in ("server_expiring", "server_not_on", "days_left_low")),
    }
    assert watch.events([], KINDS, 1, unknown) == []
    over_there = {("user_over_limit", "mobile")}
    assert [one["kind"] for one in watch.events([], KINDS, 2, over_there)] == [
        "user_over_limit_ended",
        "server_expiring_ended",
    ]


def test_another_process_takes_over_what_was_told():
    before = Watch("acme", 60)
    before.events(over("a", "b", differs={"x": [1]}), KIND, 1000)
    before.events(over("a", "b", "c", differs={"x": [1]}), KIND, 1050)
    assert before.changed
    rows = json.loads(json.dumps(before.told(1055)))
    assert not before.changed
    after = Watch("acme", 60)
    after.resume(rows, 5 - 3)  # a clock of its own, three seconds later
    assert after.events(over("a", "b", "c", differs={"x": [1]}), KIND, 5) == []
    assert names(after.events(over("a", "b", "c", differs={"x": [2]}), KIND, 6)) == [("a", 0), ("b", 0), ("c", 0)]
    after.resume(rows, 5 - 3)
    again = after.events(over("a", "c", differs={"x": [1]}), KIND, 7)
    assert [(one["kind"], one["object"], one["value"], one["repeats"]) for one in again] == [
        ("user_over_limit_ended", "b", 60, 0),
        ("user_over_limit", "a", 1000, 1),
    ]
    for broken in ([["kind"]], [1], [["a", None, None, "x", 0, "", 0]]):
        with pytest.raises((TypeError, ValueError)):
            after.resume(broken, 0)


def test_a_kind_that_was_not_looked_for_has_not_ended():
    watch = Watch("acme", 60)
    watch.events(over("a"), KIND, 0)
    assert watch.events([], ["drift"], 1) == []
    assert watch.events(over("a"), KIND, 2) == []


def test_repeat_0_tells_it_once():
    watch = Watch("acme", 0)
    assert len(watch.events(over("a"), KIND, 0)) == 1
    assert watch.events(over("a"), KIND, 10**9) == []


def test_a_change_is_told_at_once():
    watch = Watch("acme", 60)
    restarting, off = ({"servers": [server(status=status)]} for status in ("Restarting", "Turn off"))
    assert [one["value"] for one in watch.events(found(restarting), KINDS, 0)] == ["Restarting"]
    again = watch.events(found(off), KINDS, 1)
    assert [(one["value"], one["repeats"]) for one in again] == [("Turn off", 0)]


def test_a_clock_that_jumps_tells_what_it_shows_and_nothing_twice():
    """The Unix time only says what expires; when something is told again is counted by a clock that nobody sets."""
    watch = Watch("acme", 3600)
    account = {"servers": [server(days=10)]}

    def due(now, seconds):
        return names(watch.events(found(account, now=now), KINDS, seconds))

    assert due(NOW, 0) == []
    assert due(NOW + 365 * DAY, 1) == [("ins-a", 0)]
    assert due(NOW + 400 * DAY, 2) == []
    assert [one["kind"] for one in watch.events(found(account), KINDS, 3)] == ["server_expiring_ended"]
    assert due(NOW + 8 * DAY, 4) == [("ins-a", 0)]


def test_an_id_is_the_same_for_the_same_object_only():
    def ids(account, *found):
        return [one["id"] for one in Watch(account, 0).events(found, [one.kind for one in found], 0)]

    [one] = over("a")
    others = [
        *over("b"),
        Condition("user_near_limit", "", "a", "residential"),
        Condition("user_over_limit", "", "a", "mobile"),
    ]
    assert ids("acme", one) == ids("acme", *over("a", value=5000)) != ids("other", one)
    assert len({*ids("acme", one, *others)}) == 4


def test_what_a_rule_gets():
    [due] = Watch("acme", 0).events(found(users(user("scraper01", 1200.5))), KINDS, 0)
    assert due.pop("id")
    assert due == {
        "account": "acme",
        "kind": "user_over_limit",
        "object": "scraper01",
        "proxy_type": "residential",
        "value": 1200.5,
        "threshold": 1000,
        "unit": "MB",
        "message": "The residential proxy user scraper01 has used 1200.5 MB of 1000 MB",
        "details": {"traffic_limit": 1000},
        "repeats": 0,
    }


@pytest.mark.parametrize("name", ["{{ lookup('pipe', 'id') }}", "{% set x %}", "{# no #}", "{{{%{#", "a{{b"])
def test_no_template_comes_through(name):
    """Plays evaluate the variables that ansible-rulebook makes of an event."""
    account = {**users(user(name, 2000)), "servers": [server(name, status=name)]}
    text = repr(Watch(name, 0).events([*found(account), *drifted(missing(name))], [*KINDS, "drift"], 0))
    assert not any(mark in text.replace("{'", "").replace(": {", "") for mark in ("{{", "{%", "{#"))
    assert text.count("{ ") >= 8


@pytest.mark.parametrize("name", ["o'neil", "<script>", "a\nb", "名前", "x" * 500, "'); DROP", ""])
def test_other_odd_names_stay_as_they_are(name):
    [due] = Watch("acme", 0).events(found(users(user(name, 2000))), KINDS, 0)
    assert due["object"] == name


def test_thousands_of_users_take_no_time():
    account = users(*(user(f"user{number:06}", number % 2000) for number in range(20_000)))
    watch = Watch("acme", DAY)
    started = time.process_time()
    first = watch.events(found(account), KINDS, 0)
    assert len(first) == 11_000
    assert watch.events(found(account), KINDS, 1) == []
    assert time.process_time() - started < 5


# Drift


def missing(*names, part="users", proxy_type="residential", how="missing"):
    return [
        {"part": part, "proxy_type": proxy_type, "name": name, "how": how, "text": f"why not {name}"} for name in names
    ]


def test_drift_is_told_by_part_and_again_when_it_changes():
    watch = Watch("acme", DAY)
    kinds = ["drift"]
    both = [*missing("a", "b"), *missing("192.0.2.1", part="whitelist")]
    due = watch.events(drifted(both), kinds, 0)
    assert [(one["object"], one["value"], one["unit"]) for one in due] == [
        ("users", 2, "differences"),
        ("whitelist", 1, "differences"),
    ]
    assert due[0]["details"] == {"missing": {"count": 2, "names": ["a", "b"]}}
    assert due[0]["message"] == "The residential users of the account are not as declared (missing: a, b)"
    assert watch.events(drifted(reversed(both)), kinds, 1) == [], "the same in another order"
    ended, changed = watch.events(drifted(missing("a")), kinds, 2)
    assert (ended["kind"], ended["object"]) == ("drift_ended", "whitelist")
    assert (changed["object"], changed["value"]) == ("users", 1)


def test_drift_that_nobody_can_mend_has_its_reasons():
    found = [*missing("a"), *missing("worker01", "worker02", part="bound_users", proxy_type=None, how="impossible")]
    users, bound = Watch("acme", 0).events(drifted(found), ["drift"], 0)
    assert "reasons" not in str(users)
    assert bound["message"] == "The bound users of the account are not as declared (impossible: worker01, worker02)"
    assert bound["details"]["impossible"]["reasons"] == ["why not worker01", "why not worker02"]


def test_an_event_of_much_drift_stays_small():
    [one] = Watch("acme", 0).events(drifted(missing(*(f"user{n}" for n in range(5000)))), ["drift"], 0)
    assert one["value"] == one["details"]["missing"]["count"] == 5000
    assert len(one["details"]["missing"]["names"]) == 100
    assert len(one["message"]) < 200
