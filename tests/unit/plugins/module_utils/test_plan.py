# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan is pure: what holds for every account and every set of wishes."""

from __future__ import annotations

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import (
    CREATE,
    DELETE,
    DIFF_ITEMS,
    UPDATE,
    Plan,
    PurgeRules,
    diff,
    plan,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    PROXY_USER,
    WHITELIST_ENTRY,
    Listing,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError

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
def desired_items(draw):
    """Draw wishes that do not contradict each other, some of which rename to names beyond NAMES."""
    keys = draw(st.lists(st.sampled_from(NAMES), unique=True))
    drawn = []
    for number, key in enumerate(keys):
        kind = draw(st.sampled_from(["present", "absent", "rename"]))
        new_key = f"renamed{number}" if kind == "rename" else None
        drawn.append(DesiredItem(key, kind != "absent", new_key, draw(FIELDS) if kind != "absent" else {}))
    return drawn


RULES = st.builds(
    PurgeRules,
    purge=st.booleans(),
    purge_limit=st.integers(0, 8),
    protected=st.sampled_from([lambda key: False, lambda key: key < "userdd"]),
)


def planned(current, wanted, rules=None):
    try:
        return plan(PROXY_USER, current, wanted, rules)
    except PlanError:
        assume(False)


def carried_out(current, todo):
    """Apply a plan to a listing, stage by stage; yield the number of items on the way."""
    items = dict(current.items)
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
    return Listing(current.scope, items, current.limit, current.limit - len(items)), most


@given(accounts(), desired_items(), RULES)
@settings(max_examples=400, deadline=None)
def test_a_plan_leads_there_and_is_then_empty(current, wanted, rules):
    todo = planned(current, wanted, rules)
    after, most = carried_out(current, todo)
    assert most <= current.limit
    assert not list(plan(PROXY_USER, after, wanted, rules).changes)
    for desired in wanted:
        assert after.items.get(desired.name) == todo.items[desired.key]
        assert (desired.name in after.items) is desired.present
        assert desired.new_key is None or desired.key not in after.items
        if desired.present:
            assert desired.fields.items() <= after.items[desired.name].items()


@given(accounts(), desired_items(), RULES, st.randoms())
@settings(max_examples=200, deadline=None)
def test_the_order_of_wishes_does_not_matter(current, wanted, rules, random):
    todo = planned(current, wanted, rules)
    shuffled = random.sample(wanted, len(wanted))
    assert carried_out(current, plan(PROXY_USER, current, shuffled, rules))[0] == carried_out(current, todo)[0]


@given(accounts(), desired_items(), RULES)
@settings(max_examples=200, deadline=None)
def test_purge_spares_what_is_protected_and_stays_below_its_limit(current, wanted, rules):
    todo = planned(current, wanted, rules)
    named = {key for desired in wanted for key in (desired.key, desired.name)}
    purged = [change.key for change in todo.changes if change.key not in named]
    assert len(purged) <= rules.purge_limit
    assert not any(map(rules.protected, purged))
    assert rules.purge or not purged


@given(accounts(), desired_items())
@settings(max_examples=200, deadline=None)
def test_what_is_not_given_stays(current, wanted):
    for change in planned(current, wanted).changes:
        if change.action == UPDATE:
            given_fields = {*change.desired.fields, "username"}
            assert all(change.after[name] == value for name, value in change.before.items() if name not in given_fields)


def test_deletions_come_first_only_where_their_slots_are_needed():
    current = listed(user("useraa"), free=0)
    wanted = [DesiredItem("userbb", fields={"password": "secret1"}), DesiredItem("useraa", present=False)]
    assert [[change.action for change in stage] for stage in plan(PROXY_USER, current, wanted).stages] == [
        [DELETE],
        [CREATE],
    ]
    roomy = listed(user("useraa"), free=1)
    assert [[change.action for change in stage] for stage in plan(PROXY_USER, roomy, wanted).stages] == [
        [CREATE, DELETE]
    ]


def test_a_set_that_does_not_fit_says_how_many_slots_are_missing():
    wanted = [DesiredItem(name, fields={"password": "secret1"}) for name in NAMES]
    with pytest.raises(PlanError, match=r"8 new .* 3 free slots of 4.* 5 are missing"):
        plan(PROXY_USER, listed(user("zuseraa"), free=3), wanted)


def test_a_rename_chain_frees_each_name_before_it_is_taken():
    current = listed(user("useraa"), user("userbb"))
    chain = [DesiredItem("useraa", new_key="userbb"), DesiredItem("userbb", new_key="usercc")]
    todo = plan(PROXY_USER, current, chain)
    assert [[(change.key, change.desired.name) for change in stage] for stage in todo.stages] == [
        [("userbb", "usercc")],
        [("useraa", "userbb")],
    ]
    after, _most = carried_out(current, todo)
    assert not list(plan(PROXY_USER, after, chain).changes)


@given(st.integers(2, 6), st.integers(0, 7), st.randoms())
@settings(max_examples=200, deadline=None)
def test_a_chain_of_renames_is_done_once_and_goes_on_where_it_was_interrupted(length, stages, random):
    names = random.sample(NAMES, length + 1)
    passwords = {name: f"secret{number}" for number, name in enumerate(names)}
    current = listed(*(user(name, passwords[name]) for name in names[:-1]), free=0)
    chain = [DesiredItem(old, new_key=new) for old, new in zip(names, names[1:], strict=False)]
    random.shuffle(chain)
    todo = plan(PROXY_USER, current, chain)
    assert len(list(todo.changes)) == length
    interrupted, _most = carried_out(current, Plan(todo.stages[:stages], todo.items))
    after, most = carried_out(interrupted, plan(PROXY_USER, interrupted, chain))
    assert most == len(current.items)
    assert {name: one["password"] for name, one in after.items.items()} == {
        desired.new_key: passwords[desired.key] for desired in chain
    }
    assert not list(plan(PROXY_USER, after, chain).changes)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ([DesiredItem("useraa"), DesiredItem("userbb"), DesiredItem("useraa")], "entries 1 and 3 both name useraa"),
        ([DesiredItem("useraa", new_key="userbb"), DesiredItem("userbb")], "entries 1 and 2 both name userbb"),
        ([DesiredItem("usercc")], "usercc does not exist, and a new one needs password"),
        ([DesiredItem("useraa", new_key="userbb")], "useraa cannot be renamed: userbb exists as well"),
        (
            [DesiredItem("useraa", new_key="userbb"), DesiredItem("userbb", new_key="useraa")],
            "useraa, userbb would exchange their names. Rename one of them to a free name",
        ),
    ],
)
def test_contradictions(wanted, message):
    with pytest.raises(PlanError, match=message):
        plan(PROXY_USER, listed(user("useraa"), user("userbb")), wanted)


def test_an_update_would_lose_a_password_that_is_not_listed():
    with pytest.raises(PlanError, match="would lose its password"):
        plan(PROXY_USER, listed(user("useraa", password=None)), [DesiredItem("useraa", fields={"enabled": False})])


def test_purge_with_an_empty_set_and_over_its_limit():
    current = listed(*map(user, NAMES))
    with pytest.raises(PlanError, match="empty set would delete every residential proxy user"):
        plan(PROXY_USER, current, [], PurgeRules(purge=True))
    with pytest.raises(PlanError, match=r"delete 7 .* purge_limit \(6\): userbb, usercc"):
        plan(PROXY_USER, current, [DesiredItem("useraa")], PurgeRules(purge=True, purge_limit=6))


def test_the_diff_shows_what_changes_and_no_password():
    current = listed(user("useraa"), user("userbb"))
    todo = plan(
        PROXY_USER,
        current,
        [
            DesiredItem("useraa", fields={"password": "secret2", "traffic_limit": 100}),
            DesiredItem("userbb", present=False),
        ],
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
    current = Listing("mobile", {"203.0.113.1": entry}, 10, 9)
    assert not plan(WHITELIST_ENTRY, current, [DesiredItem("203.0.113.1", fields={"enabled": True})]).stages
    assert [
        change.action for change in plan(WHITELIST_ENTRY, current, [DesiredItem("203.0.113.1", present=False)]).changes
    ] == [DELETE]


def test_a_long_diff_counts_the_rest():
    wanted = [DesiredItem(f"user{number:04}", fields={"password": "secret1"}) for number in range(DIFF_ITEMS + 20)]
    wanted += [DesiredItem("useraa", present=False), DesiredItem("userbb", fields={"traffic_limit": 500})]
    current = listed(user("useraa"), user("userbb"), free=1000)
    shown = diff(PROXY_USER, plan(PROXY_USER, current, wanted).changes)
    assert len(shown) == DIFF_ITEMS + 1
    assert shown[-1] == {"prepared": "20 more created, 1 more deleted, 1 more updated\n"}
