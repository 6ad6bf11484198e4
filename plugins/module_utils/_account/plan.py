# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what there is and what is declared to the changes that lead there. Pure: no I/O, no Ansible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item, Listing, Resource
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined, suggestions

CREATE = "create"
UPDATE = "update"
DELETE = "delete"
DIFF_ITEMS = 100


@dataclass(frozen=True)
class PurgeRules:
    """What may happen to items that nothing desired names.

    They are deleted if ``purge``: at most ``purge_limit`` of them, none that is ``protected``, and nothing at all where
    no item is desired.
    """

    purge: bool = False
    purge_limit: float = 10
    protected: Callable[[str], bool] = lambda key: False


@dataclass(frozen=True)
class Change:
    """One item that must change. ``key`` is the one that it has before; a new item's is the one that it gets."""

    action: str
    key: str
    desired: DesiredItem
    before: Item | None
    after: Item | None


@dataclass(frozen=True)
class Plan:
    """What leads to the declared state.

    ``stages``: the changes of one stage are independent of each other, and each stage needs those before it.
    ``items``: by the key of each desired item, the item as it will be; None for one that will be absent.
    """

    stages: tuple[tuple[Change, ...], ...]
    items: Mapping[str, Item | None]

    @property
    def changes(self) -> Iterator[Change]:
        """All changes, in the order of the stages."""
        return (change for stage in self.stages for change in stage)


def plan(
    resource: Resource, current: Listing, desired_items: Sequence[DesiredItem], rules: PurgeRules | None = None
) -> Plan:
    """Return the changes that make every desired item true.

    Raises PlanError, naming all that is wrong, for desired items that contradict each other or exchange their names, a
    new item without a property that it needs, a new key that is taken, more deletions than allowed, and a set that does
    not fit the account.
    """
    _refuse_contradictions(desired_items)
    sources = _sources(current, desired_items)
    leaving = {sources[one.key] for one in desired_items if one.new_key and sources[one.key] != one.name}
    changes, problems, lost, items = [], [], [], {}
    for desired in desired_items:
        try:
            change = _change(resource, current, desired, sources[desired.key], leaving)
        except ValueError as error:
            problems.append(str(error))
            lost += [desired.key] if isinstance(error, _NotThereError) else []
        else:
            changes += [change] if change else []
            items[desired.key] = change.after if change else current.items.get(desired.name)
    if problems:
        advice = f"There are: {suggestions(lost[0], current.items)}" if lost else ""
        raise PlanError(f"This cannot be done: {joined(problems, '; ')}", advice)
    if rules and rules.purge:
        changes += _purge(resource, current, desired_items, rules)
    return Plan(_stages(resource, current, changes), items)


def _refuse_contradictions(desired_items: Sequence[DesiredItem]) -> None:
    problems: dict[tuple[int, int], str] = {}
    keys: dict[str, int] = {}
    names: dict[str, int] = {}
    for position, desired in enumerate(desired_items, 1):
        for seen, name in ((keys, desired.key), (names, desired.name)):
            first = seen.setdefault(name, position)
            if first != position:
                problems[first, position] = f"entries {first} and {position} both name {name}"
    if problems:
        raise PlanError(f"This cannot be done: {joined(problems.values(), '; ')}", "Name each of them once")


def _chains(desired_items: Sequence[DesiredItem]) -> list[list[DesiredItem]]:
    """Return the renames in chains (a -> b, b -> c), each from its beginning. Raises PlanError for a circle."""
    renames = {desired.key: desired for desired in desired_items if desired.new_key}
    new_keys = {desired.name for desired in renames.values()}
    chains = []
    for key in [key for key in renames if key not in new_keys]:
        chain = []
        while key in renames:
            chain.append(renames.pop(key))
            key = chain[-1].name
        chains.append(chain)
    if renames:
        # A later run could not tell whether the names were exchanged before.
        raise PlanError(
            f"This cannot be done: {joined(renames)} would exchange their names",
            "Rename one of them to a free name, in a task before this one",
        )
    return chains


def _sources(current: Listing, desired_items: Sequence[DesiredItem]) -> dict[str, str | None]:
    """Return, by the key of each desired item, the key under which it is listed; None where it is not.

    A rename was made before when its old key is gone, or has become the new key of another one (a -> b, b -> c).
    """
    sources = {desired.key: desired.key if desired.key in current.items else None for desired in desired_items}
    for chain in _chains(desired_items):
        taken = False
        for desired in chain:
            if taken or desired.key not in current.items:
                taken = desired.name in current.items
                sources[desired.key] = desired.name if taken else None
    return sources


class _NotThereError(ValueError):
    """What is declared without all that a new one needs is not there."""


def _change(
    resource: Resource, current: Listing, desired: DesiredItem, source: str | None, leaving: set[str | None]
) -> Change | None:
    """Return what one desired item changes; None where it is as desired. Raises ValueError when it cannot be."""
    what = f"the {current.scope} {resource.noun} {desired.key}"
    before = current.items[source] if source is not None else None
    if not desired.present:
        return Change(DELETE, desired.key, desired, before, None) if before else None
    if before is None:
        after = resource.new(desired.name, current.scope, {**desired.on_create, **desired.fields})
        broken = _broken(resource, what, after, {one.name for one in (resource.key, *resource.fields)})
        lacking = _lacking(resource, after)
        if lacking:
            broken.insert(0, f"{what} does not exist, and a new one needs {lacking}")
            raise _NotThereError("; ".join(broken))
        if broken:
            raise ValueError("; ".join(broken))
        return Change(CREATE, desired.name, desired, None, after)
    after = {**before, **desired.fields, resource.key.name: desired.name}
    if after == before:
        return None
    lacking = _lacking(resource, after)
    if lacking:
        raise ValueError(f"{what} would lose its {lacking}, which the API does not list: give it as well")
    broken = _broken(resource, what, after, {*desired.fields, *([resource.key.name] if desired.new_key else [])})
    if broken:
        raise ValueError("; ".join(broken))
    if desired.name != source and desired.name in current.items and desired.name not in leaving:
        raise ValueError(f"{what} cannot be renamed: {desired.name} exists as well")
    return Change(UPDATE, str(source), desired, before, after)


def _lacking(resource: Resource, item: Item) -> str:
    return " and ".join(one.name for one in resource.fields if item[one.name] is None)


def _broken(resource: Resource, what: str, item: Item, declared: Container[str]) -> list[str]:
    """Return where the API's rules refuse what would be sent.

    An update sends all properties, so that one which the provider made, and which breaks its rules, must be replaced.
    """
    problems = []
    for one in (resource.key, *resource.fields):
        if one.rule is None or item[one.name] is None or one.rule.holds(item[one.name]):
            continue
        if one.name in declared:
            shown = "" if one.secret else f", not {item[one.name]!r}"
            problems.append(f"the {one.name} of {what} must be {one.rule.text}{shown}")
        else:
            option = f"new_{one.name}" if one is resource.key else one.name
            problems.append(
                f"{what} needs a new {one.name}: its own, which any update has to send again, is refused by the API, as"
                f" it is not {one.rule.text}; give {option}"
            )
    return problems


def _purge(
    resource: Resource, current: Listing, desired_items: Sequence[DesiredItem], rules: PurgeRules
) -> list[Change]:
    if not any(desired.present for desired in desired_items):
        raise PlanError(
            f"purge with an empty set would delete every {current.scope} {resource.noun}",
            "Declare at least one, or delete them by name",
        )
    named = {key for desired in desired_items for key in (desired.key, desired.name)}
    others = [key for key in current.items if key not in named and not rules.protected(key)]
    if len(others) > rules.purge_limit:
        raise PlanError(
            f"purge would delete {len(others)} {current.scope} {resource.nouns}, more than purge_limit"
            f" ({rules.purge_limit}): {joined(sorted(others))}",
            "Raise purge_limit if that is what you want; nothing was changed",
        )
    return [Change(DELETE, key, DesiredItem(key, present=False), current.items[key], None) for key in others]


def _stages(resource: Resource, current: Listing, changes: Iterable[Change]) -> tuple[tuple[Change, ...], ...]:
    """Order the changes: deletions first where their slots are needed, a rename after the one that frees its name."""
    changes = list(changes)
    deletions = [change for change in changes if change.action == DELETE]
    created = sum(change.action == CREATE for change in changes)
    free = current.remaining_limit
    short = free is not None and created > free
    if free is not None and created > free + len(deletions):
        raise PlanError(
            f"{created} new {current.scope} {resource.nouns} do not fit: the account has {max(free, 0)} free slots"
            f" of {current.limit}, {len(deletions)} more become free, {created - max(free, 0) - len(deletions)} are"
            " missing",
            "Delete some, or ask the provider for a higher limit; nothing was changed",
        )
    renames = {c.key: c.desired.name for c in changes if c.action == UPDATE and c.key != c.desired.name}
    stages: dict[int, list[Change]] = {}
    for change in changes:
        first = -1 if short and change.action == DELETE else 0
        stages.setdefault(first + _renames_before(change.key, renames, current), []).append(change)
    return tuple(tuple(stages[depth]) for depth in sorted(stages))


def _renames_before(key: str, renames: Mapping[str, str], current: Listing) -> int:
    """Return how many renames must happen before the one of ``key``, each to free the name for the one before it."""
    steps = 0
    while key in renames and renames[key] in renames and renames[key] in current.items:
        key = renames[key]
        steps += 1
    return steps


def diff(resource: Resource, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return one of Ansible's diffs for each item that changes: what it was, and what became of it.

    Of a secret they tell only that it changes. Beyond ``DIFF_ITEMS`` the rest is counted.
    """
    diffs = [_item_diff(resource, change) for change in changes]
    more = Counter(one["after_header"].partition(" ")[0] for one in diffs[DIFF_ITEMS:])
    counted = ", ".join(f"{count} more {word}" for word, count in more.items())
    return [*diffs[:DIFF_ITEMS], *([{"prepared": f"{counted}\n"}] if more else [])]


def _item_diff(resource: Resource, change: Change) -> dict[str, Any]:
    old, new, name = change.before, change.after, change.key
    there = old or new or {}
    differing = [one for one in resource.fields if not (old and new and old[one.name] == new[one.name])]
    renamed = bool(old and new and name != change.desired.name)

    def side(item: Item | None, key: str, hidden: str) -> Item | None:
        if item is None:
            return None
        fields = {one.name: hidden if one.secret else item[one.name] for one in differing}
        return {resource.key.name: key, **fields} if renamed else fields

    what = "created" if old is None else "deleted" if new is None else "updated"
    return {
        "before_header": f"{there[resource.scope]} {resource.noun} {name}",
        "after_header": f"renamed to {change.desired.name}" if renamed else what,
        "before": side(old, name, "(hidden)"),
        "after": side(new, change.desired.name, "(hidden, a new one)"),
    }
