# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is pure: what holds for every account and every set of wishes."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.module_utils._errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._plan import (
    CREATE,
    DELETE,
    DIFF_ITEMS,
    UPDATE,
    Plan,
    Rules,
    diff,
    plan,
)
from ansible_collections.thordata.proxies.plugins.module_utils._resources import (
    PROXY_USER,
    WHITELIST_ENTRY,
    Listing,
    Wish,
)

NAMES = [f"user{letter}{letter}" for letter in string.ascii_lowercase[:8]]
FIELDS = st.fixed_dictionaries(
    {"password": st.sampled_from(["secret1", "secret2"])},
    optional={"traffic_limit": st.sampled_from([0, 100, 500]), "enabled": st.booleans()},
)


def user(name, password="secret1", traffic_limit=0, enabled=True):
    return {**PROXY_USER.new(name, "residential", {}), "password": password} | {
        "traffic_limit": traffic_limit,
        "enabled": enabled,
    }


def listed(*users, free=100):
    items = {one["username"]: one for one in users}
    return Listing("residential", items, len(items) + free, free)


@st.composite
def accounts(draw):
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    users = [user(name, **draw(FIELDS)) for name in names]
    return listed(*users, free=draw(st.integers(0, 6)))


@st.composite
def wishes(draw):
    """Draw wishes that do not contradict each other, some of which rename to names beyond NAMES."""
    keys = draw(st.lists(st.sampled_from(NAMES), unique=True))
    drawn = []
    for number, key in enumerate(keys):
        kind = draw(st.sampled_from(["present", "absent", "rename"]))
        new_key = f"renamed{number}" if kind == "rename" else None
        drawn.append(Wish(key, kind != "absent", new_key, draw(FIELDS) if kind != "absent" else {}))
    return drawn


RULES = st.builds(
    Rules,
    purge=st.booleans(),
    purge_limit=st.integers(0, 8),
    protected=st.sampled_from([lambda key: False, lambda key: key < "userdd"]),
)


def planned(have, wanted, rules=None):
    try:
        return plan(PROXY_USER, have, wanted, rules)
    except PlanError:
        assume(False)


def carried_out(have, todo):
    """Apply a plan to a listing, stage by stage; yield the number of items on the way."""
    items = dict(have.items)
    most = len(items)
    for stage in todo.stages:
        # The order within a stage is free: the worst one takes before it gives.
        for change in sorted(stage, key=lambda one: one.action == DELETE):
            if change.action != CREATE:
                assert items.pop(change.key) == change.before
            if change.after:
                assert change.after["username"] not in items
                items[change.after["username"]] = change.after
            most = max(most, len(items))
    return Listing(have.scope, items, have.limit, have.limit - len(items)), most


@given(accounts(), wishes(), RULES)
@settings(max_examples=400, deadline=None)
def test_a_plan_leads_there_and_is_then_empty(have, wanted, rules):
    todo = planned(have, wanted, rules)
    after, most = carried_out(have, todo)
    assert most <= have.limit
    assert not list(plan(PROXY_USER, after, wanted, rules).changes)
    for wish in wanted:
        assert after.items.get(wish.name) == todo.items[wish.key]
        assert (wish.name in after.items) is wish.present
        assert wish.new_key is None or wish.key not in after.items
        if wish.present:
            assert wish.fields.items() <= after.items[wish.name].items()


@given(accounts(), wishes(), RULES, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_of_wishes_does_not_matter(have, wanted, rules, random):
    todo = planned(have, wanted, rules)
    shuffled = random.sample(wanted, len(wanted))
    assert carried_out(have, plan(PROXY_USER, have, shuffled, rules))[0] == carried_out(have, todo)[0]


@given(accounts(), wishes(), RULES)
@settings(max_examples=200, deadline=None)
def test_purge_spares_what_is_protected_and_stays_below_its_limit(have, wanted, rules):
    todo = planned(have, wanted, rules)
    named = {key for wish in wanted for key in (wish.key, wish.name)}
    purged = [change.key for change in todo.changes if change.key not in named]
    assert len(purged) <= rules.purge_limit
    assert not any(map(rules.protected, purged))
    assert rules.purge or not purged


@given(accounts(), wishes())
@settings(max_examples=200, deadline=None)
def test_what_is_not_given_stays(have, wanted):
    for change in planned(have, wanted).changes:
        if change.action == UPDATE:
            given_fields = {*change.wish.fields, "username"}
            assert all(change.after[name] == value for name, value in change.before.items() if name not in given_fields)


def test_deletions_come_first_only_where_their_slots_are_needed():
    have = listed(user("useraa"), free=0)
    wanted = [Wish("userbb", fields={"password": "secret1"}), Wish("useraa", present=False)]
    assert [[change.action for change in stage] for stage in plan(PROXY_USER, have, wanted).stages] == [
        [DELETE],
        [CREATE],
    ]
    roomy = listed(user("useraa"), free=1)
    assert [[change.action for change in stage] for stage in plan(PROXY_USER, roomy, wanted).stages] == [
        [CREATE, DELETE]
    ]


def test_a_set_that_does_not_fit_says_how_many_slots_are_missing():
    wanted = [Wish(name, fields={"password": "secret1"}) for name in NAMES]
    with pytest.raises(PlanError, match=r"8 new .* 3 free slots of 4.* 5 are missing"):
        plan(PROXY_USER, listed(user("zuseraa"), free=3), wanted)


def test_a_rename_chain_frees_each_name_before_it_is_taken():
    have = listed(user("useraa"), user("userbb"))
    chain = [Wish("useraa", new_key="userbb"), Wish("userbb", new_key="usercc")]
    todo = plan(PROXY_USER, have, chain)
    assert [[(change.key, change.wish.name) for change in stage] for stage in todo.stages] == [
        [("userbb", "usercc")],
        [("useraa", "userbb")],
    ]
    after, _most = carried_out(have, todo)
    assert not list(plan(PROXY_USER, after, chain).changes)


@given(st.integers(2, 6), st.integers(0, 7), st.randoms())
@settings(max_examples=200, deadline=None)
def test_a_circle_of_renames_is_done_once_and_goes_on_where_it_was_interrupted(length, stages, random):
    names = random.sample(NAMES, length)
    passwords = {name: f"secret{number}" for number, name in enumerate(names)}
    others = [user(name) for name in NAMES if name not in names]
    have = listed(*others, *(user(name, passwords[name]) for name in names), free=0)
    circle = [
        Wish(name, new_key=names[(number + 1) % length], fields={"password": passwords[name]})
        for number, name in enumerate(names)
    ]
    random.shuffle(circle)
    rules = Rules(purge=True, purge_limit=len(others), protected=lambda key: key in NAMES)
    todo = plan(PROXY_USER, have, circle, rules)
    assert len(list(todo.changes)) == length + 1
    interrupted, _most = carried_out(have, Plan(todo.stages[:stages], todo.items))
    after, most = carried_out(interrupted, plan(PROXY_USER, interrupted, circle, rules))
    assert most == len(have.items)
    assert {name: one["password"] for name, one in after.items.items() if name in names} == {
        wish.new_key: passwords[wish.key] for wish in circle
    }
    assert set(after.items) == set(have.items)
    assert not list(plan(PROXY_USER, after, circle, rules).changes)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([Wish("useraa"), Wish("userbb"), Wish("useraa")], "entries 1 and 3 both name useraa"),
        ([Wish("useraa", new_key="userbb"), Wish("userbb")], "entries 1 and 2 both name userbb"),
        ([Wish("usercc")], "usercc does not exist, and a new one needs password"),
        ([Wish("useraa", new_key="userbb")], "useraa cannot be renamed: userbb exists as well"),
        (
            [Wish("useraa", new_key="userbb"), Wish("userbb", new_key="useraa")],
            "useraa and userbb exchange their names, and nothing",
        ),
    ],
)
def test_contradictions(wanted, message):
    with pytest.raises(PlanError, match=message):
        plan(PROXY_USER, listed(user("useraa"), user("userbb")), wanted)


def test_an_update_would_lose_a_password_that_is_not_listed():
    with pytest.raises(PlanError, match="would lose its password"):
        plan(PROXY_USER, listed(user("useraa", password=None)), [Wish("useraa", fields={"enabled": False})])


def test_purge_with_an_empty_set_and_over_its_limit():
    have = listed(*map(user, NAMES))
    with pytest.raises(PlanError, match="empty set would delete every residential proxy user"):
        plan(PROXY_USER, have, [], Rules(purge=True))
    with pytest.raises(PlanError, match=r"delete 7 .* purge_limit \(6\): userbb, usercc"):
        plan(PROXY_USER, have, [Wish("useraa")], Rules(purge=True, purge_limit=6))


def test_the_diff_shows_what_changes_and_no_password():
    have = listed(user("useraa"), user("userbb"))
    todo = plan(
        PROXY_USER,
        have,
        [Wish("useraa", fields={"password": "secret2", "traffic_limit": 100}), Wish("userbb", present=False)],
    )
    assert diff(PROXY_USER, todo.changes) == [
        {
            "before_header": "residential proxy user useraa",
            "after_header": "updated",
            "before": {"password": "(hidden)", "traffic_limit": 0},
            "after": {"password": "(hidden, a new one)", "traffic_limit": 100},
        },
        {
            "before_header": "residential proxy user userbb",
            "after_header": "deleted",
            "before": {"password": "(hidden)", "traffic_limit": 0, "enabled": True},
            "after": None,
        },
    ]


def test_a_whitelist_entry_that_is_as_declared_needs_nothing():
    entry = WHITELIST_ENTRY.item({"ip": "203.0.113.1", "status": "True", "created_time": ""}, "mobile")
    have = Listing("mobile", {"203.0.113.1": entry}, 10, 9)
    assert not plan(WHITELIST_ENTRY, have, [Wish("203.0.113.1", fields={"enabled": True})]).stages
    assert [change.action for change in plan(WHITELIST_ENTRY, have, [Wish("203.0.113.1", present=False)]).changes] == [
        DELETE
    ]


def test_a_long_diff_counts_the_rest():
    wanted = [Wish(f"user{number:04}", fields={"password": "secret1"}) for number in range(DIFF_ITEMS + 20)]
    wanted += [Wish("useraa", present=False), Wish("userbb", fields={"traffic_limit": 500})]
    have = listed(user("useraa"), user("userbb"), free=1000)
    shown = diff(PROXY_USER, plan(PROXY_USER, have, wanted).changes)
    assert len(shown) == DIFF_ITEMS + 1
    assert shown[-1] == {"prepared": "20 more created, 1 more deleted, 1 more updated\n"}


def test_the_diff_of_an_exchange_shows_no_step_in_between():
    have = listed(user("useraa", "secret1"), user("userbb", "secret2"))
    wanted = [
        Wish("useraa", new_key="userbb", fields={"password": "secret1", "traffic_limit": 500}),
        Wish("userbb", new_key="useraa", fields={"password": "secret2"}),
    ]
    todo = plan(PROXY_USER, have, wanted)
    exchanged = {
        "useraa": ({"username": "useraa", "traffic_limit": 0}, {"username": "userbb", "traffic_limit": 500}),
        "userbb": ({"username": "userbb"}, {"username": "useraa"}),
    }
    assert {one["before_header"]: one for one in diff(PROXY_USER, todo.changes)} == {
        f"residential proxy user {name}": {
            "before_header": f"residential proxy user {name}",
            "after_header": f"renamed to {after['username']}",
            "before": before,
            "after": after,
        }
        for name, (before, after) in exchanged.items()
    }
    interrupted, _most = carried_out(have, Plan(todo.stages[:1], todo.items))
    shown = diff(PROXY_USER, plan(PROXY_USER, interrupted, wanted).changes)
    assert sorted((one["before_header"][-6:], one["after_header"]) for one in shown) == [
        ("useraa", "renamed to userbb"),
        ("userbb", "renamed to useraa"),
    ]


def test_an_exchange_replaces_a_password_that_the_provider_made_in_its_first_step():
    have = listed(user("useraa", "9secret"), user("userbb", "secret2"))
    wanted = [
        Wish("useraa", new_key="userbb", fields={"password": "secret1", "enabled": False}),
        Wish("userbb", new_key="useraa", fields={"password": "secret2"}),
    ]
    todo = plan(PROXY_USER, have, wanted)
    assert len(list(todo.changes)) == 3
    assert "9secret" not in [change.after["password"] for change in todo.changes]
