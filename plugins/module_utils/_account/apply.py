# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what there is, and carries a plan out: bounded workers, one outcome per item, nothing lost, nothing doubled."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import (
    CREATE,
    DELETE,
    UPDATE,
    Change,
    Plan,
    PurgeRules,
    plan,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    Item,
    Listing,
    Resource,
    listing,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    ApiError,
    CredentialsError,
    ExistsError,
    NotFoundError,
    ThrottledError,
    TransportError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each

# Seconds between two reads of a list that does not show a write yet.
POLL_INTERVAL = 1.0
# Seconds that a write may take without being recorded again when it is done; well within what ``list_lag`` adds.
SHORT_WRITE = 0.5
# Seconds between two words on how far a long set has come.
NOTIFY_INTERVAL = 10.0


@dataclass(frozen=True)
class Outcome:
    """What became of one change. ``item``: as it is now, None when it is gone. ``error``: why it is not as declared."""

    change: Change
    changed: bool
    item: Item | None
    error: ThordataError | None = None


@dataclass(frozen=True)
class Result:
    """What became of a set. ``outcomes`` is empty in check mode; ``skipped`` are changes that were not tried."""

    current: Listing
    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    skipped: tuple[Change, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether something changed or, where nothing was carried out, would change."""
        if self.outcomes or self.skipped:
            return any(outcome.changed for outcome in self.outcomes)
        return any(True for _change in self.plan.changes)

    @functools.cached_property
    def items(self) -> dict[str, Item | None]:
        """By the key of each desired item, the item as it is or would be; None where there is none."""
        return {**self.plan.items, **{outcome.change.desired.key: outcome.item for outcome in self.outcomes}}

    @functools.cached_property
    def by_key(self) -> dict[str, Outcome]:
        """By key, what became of each change."""
        return {outcome.change.desired.key: outcome for outcome in self.outcomes}

    @property
    def errors(self) -> list[ThordataError]:
        """Why items are not as declared."""
        return [outcome.error for outcome in self.outcomes if outcome.error]


# The items that this process wrote, by account, place and key, with their fingerprints: a list that does not show them
# yet is completed with them. Without it, a loop would wait for its own writes.
_written: dict[tuple[str, str, str], tuple[str | None, Item | None]] = {}


def read(client: Client, resource: Resource, scope: str, keys: Collection[str] | None = None) -> Listing:
    """Return what the API lists, with all that was written lately to the items with these ``keys``, by default to all.

    One request, unless another process wrote to one of them: then the list is read until it shows that or must do so.
    """
    place, state = _place(resource, scope), client.state
    # Asked before the list: who writes later is noticed before this task writes.
    recent = state.recent(place, keys)
    while True:
        asked = state.clock()
        current = _listed(client, resource, scope)
        items, pending = dict(current.items), False
        for key, writes in recent.items():
            last = writes[-1]
            # A time to come is of a clock that was set back since.
            if not asked - state.list_lag < last.when < asked + state.list_lag or (
                keys is not None and key not in keys
            ):
                continue
            fingerprint, item = _written.get((state.account, place, key), ("", None))
            if fingerprint == last.item:
                items.pop(key, None)
                if item:
                    items[key] = item
            else:
                pending |= _fingerprint(client, resource, key, current.items.get(key)) != last.item
        if not pending:
            remaining = current.remaining_limit
            if remaining is not None:
                remaining -= len(items) - len(current.items)
            return replace(current, items=items, remaining_limit=remaining)
        client.throttle.sleep(POLL_INTERVAL)


def _fingerprint(client: Client, resource: Resource, key: str, item: Item | None) -> str | None:
    """Return the hash of what can be declared of an item; None where there is none."""
    return client.state.fingerprint([key, [item[one.name] for one in resource.fields]]) if item else None


def _listed(client: Client, resource: Resource, scope: str) -> Listing:
    return listing(resource, client.call(resource.list, **{resource.scope: scope}), scope)


def _place(resource: Resource, scope: str) -> str:
    return f"{resource.noun} {scope}"


def converge(
    client: Client,
    resource: Resource,
    scope: str,
    desired_items: Sequence[DesiredItem],
    *,
    rules: PurgeRules | None = None,
    check_mode: bool = False,
    concurrency: int = 1,
    stop_on_error: bool = False,
    notify: Callable[[str], None] | None = None,
) -> Result:
    """Read, plan and, unless in check mode, carry the plan out; ``notify`` gets the progress now and then.

    Raises what ``read`` and ``plan`` raise, before any write; errors of single items are in the result.
    """
    purges = rules is not None and rules.purge
    current = read(
        client, resource, scope, None if purges else {key for one in desired_items for key in (one.key, one.name)}
    )
    todo = plan(resource, current, desired_items, rules)
    if check_mode:
        return Result(current, todo)
    worker = _Worker(client, resource, scope, stop_on_error)
    outcomes: list[Outcome] = []
    skipped: list[Change] = []
    total = sum(map(len, todo.stages))
    notified_at = client.throttle.clock()
    for stage in todo.stages:
        for change, outcome in zip(stage, each(worker.carry_out, stage, concurrency)):
            if outcome is None:
                skipped.append(change)
            else:
                outcomes.append(outcome)
            if notify and client.throttle.clock() - notified_at >= NOTIFY_INTERVAL:
                notified_at = client.throttle.clock()
                notify(f"{len(outcomes)} of {total} changes are made")
    return Result(current, todo, tuple(outcomes), tuple(skipped))


def poll(client: Client, fetch: Callable[[], Any], until: Callable[[Any], bool], pause: Callable[[float], bool]) -> Any:
    """Fetch until ``until`` holds or the list must show all that was written; None when ``pause`` refuses to wait."""
    state = client.state
    began = state.clock()
    while True:
        waited = state.clock() - began
        seen = fetch()
        # A negative time: the clock was set back.
        if not 0 <= waited < state.list_lag or until(seen):
            return seen
        if not pause(POLL_INTERVAL):
            return None


def _outcome_unknown(error: TransportError | ApiError) -> TransportError | ApiError:
    error.advice = f"Whether it happened is not known: run the task again to find out. {error.advice}"
    return error


def ensure_written(
    client: Client, write: Callable[[], Any], fetch: Callable[[], Any], done: Callable[[Any], bool]
) -> bool:
    """Send a free write until it happened; return whether it changed something. ``done``: whether a state has it.

    After a lost answer it fetches, then sends the write again; after a refusal it fetches whether it was done before.
    Raises what the API last answered when neither helps.
    """
    lost = False
    while True:
        try:
            write()
            return True
        except (TransportError, ApiError) as error:
            refused = isinstance(error, ApiError)
            if isinstance(error, (CredentialsError, ThrottledError)):
                raise
            if isinstance(error, TransportError) and not error.lost:
                raise
            seen = poll(client, fetch, done, client.throttle.pause)
            if seen is None:
                raise _outcome_unknown(error) from None
            if done(seen):
                return lost or not refused
            if refused:
                raise
            lost = True


class _ConflictError(Exception):
    """Another process has written to these items since they were read; nothing was sent."""

    def __init__(self, items: dict[str, str | None]) -> None:
        super().__init__(items)
        self.items = items


def _reversed(change: Change) -> Change:
    """Return the change that leads back."""
    return Change(change.action, change.desired.name, DesiredItem(change.key), change.after, change.before)


class _Announcement:
    """What other processes are told of one write. ``items``: by key, the fingerprint; None for a deletion."""

    def __init__(self, state: State, place: str, items: dict[str, str | None]) -> None:
        self._state = state
        self._place = place
        self.items = items
        self._made_at = 0.0

    def make(self) -> None:
        """Let others know before a write goes out: who reads the lists after this process was killed, too."""
        self._made_at = self._state.clock()
        conflicts = self._state.record(self._place, self.items)
        if conflicts:
            raise _ConflictError(conflicts)

    def confirm(self) -> None:
        """Let others know that the write happened just now, if it was announced long ago: lists lag from now on."""
        if not 0 <= self._state.clock() - self._made_at < SHORT_WRITE:
            self._state.record(self._place, self.items)


class _Worker:
    """Carries changes out, several at a time, until one of them shows that the others are bound to fail."""

    def __init__(self, client: Client, resource: Resource, scope: str, stop_on_error: bool) -> None:
        self._client = client
        self._resource = resource
        self._scope = scope
        self._stop_on_error = stop_on_error
        self._stopped = threading.Event()
        self._place = _place(resource, scope)

    def carry_out(self, change: Change) -> Outcome | None:
        """Return what became of the change; None when it was not tried because an earlier one stopped the set."""
        if self._stopped.is_set():
            return None
        try:
            return self._make(change)
        except ThordataError as error:
            if self._stop_on_error or self._client.throttle.exhausted or isinstance(error, CredentialsError):
                self._stopped.set()
            return Outcome(change, False, change.before, error)

    def _make(self, change: Change) -> Outcome:
        """Make the change: with one call, or with two where the API cannot update."""
        if change.action != UPDATE or self._resource.update:
            return self._step(change)
        self._step(Change(DELETE, change.key, DesiredItem(change.key, present=False), change.before, None))
        try:
            outcome = self._step(Change(CREATE, change.key, change.desired, None, change.after))
        except ThordataError as error:
            error.advice = f"It is deleted now and not added again: run the task again. {error.advice}"
            return Outcome(change, True, None, error)
        return replace(outcome, changed=True)

    def _step(self, change: Change) -> Outcome:
        """Send the write of one change, and see to it that it happened once.

        After a lost answer it polls the list, then sends the write again. Where the API's refusal shows that the
        state is not the one that was planned on, the desired item is planned anew on what it lists by then.
        """
        lost_answer: TransportError | None = None
        again: Change | None = None
        announcement = _Announcement(self._client.state, self._place, self._fingerprints(change))
        began = self._client.state.clock()
        try:
            while True:
                try:
                    self._write(change, announcement.make)
                    return self._done(change, True, announcement)
                except TransportError as error:
                    if not error.lost:
                        raise
                    lost_answer = error
                    if self._happened(change, error, began):
                        return self._done(change, True, announcement)
                except ApiError as error:
                    surprise = isinstance(error, (ExistsError, NotFoundError))
                    if change.action == DELETE and isinstance(error, NotFoundError):
                        return self._done(change, lost_answer is not None, announcement)
                    # How a repeated write is refused is not documented: after a lost answer, it may mean "done".
                    if not surprise and (lost_answer is None or isinstance(error, (CredentialsError, ThrottledError))):
                        raise
                    again = self._replan(change, error)
                    break
        except _ConflictError as others:
            conflicts = others.items
        except ThordataError:
            if lost_answer is None:
                self._client.state.record(self._place, self._fingerprints(_reversed(change)))
            raise
        else:
            if again is None:
                return self._done(change, lost_answer is not None, announcement)
            outcome = self._make(again)
            return replace(outcome, changed=outcome.changed or lost_answer is not None)
        return self._replan_after_conflict(change, conflicts)

    def _write(self, change: Change, announce: Callable[[], None]) -> None:
        one, item = self._resource, change.after or {}
        params = {one.scope: self._scope, one.key.wire: change.key}
        if change.action == CREATE:
            self._client.call(one.create, announce, **params, **{f.wire: item[f.name] for f in one.fields})
        elif change.action == DELETE:
            self._client.call(one.delete, announce, **params)
        elif one.update:
            properties = {f.update: item[f.name] for f in (one.key, *one.fields)}
            self._client.call(one.update, announce, **params, **properties)

    def _done(self, change: Change, changed: bool, announcement: _Announcement) -> Outcome:
        announcement.confirm()
        for key, fingerprint in announcement.items.items():
            item = change.after if fingerprint else None
            _written[self._client.state.account, self._place, key] = (fingerprint, item)
        return Outcome(change, changed, change.after)

    def _fingerprints(self, change: Change) -> dict[str, str | None]:
        items: dict[str, str | None] = {change.key: None} if change.before else {}
        if change.after:
            name = change.desired.name
            items[name] = _fingerprint(self._client, self._resource, name, change.after)
        return items

    def _replan_after_conflict(self, change: Change, conflicts: dict[str, str | None]) -> Outcome:
        """Plan a change anew whose items another process wrote since they were read: an update would replace that."""
        self._client.state.record(self._place, {**self._fingerprints(_reversed(change)), **conflicts})
        current = read(self._client, self._resource, self._scope, {change.key, change.desired.name})
        again = next(iter(plan(self._resource, current, [change.desired]).changes), None)
        if again is None:
            return Outcome(change, False, current.items.get(change.desired.name))
        return self._make(again)

    def _happened(self, change: Change, lost: TransportError, began: float) -> bool:
        """Poll whether a write happened whose answer was lost, until the lists must show it."""
        recent = self._client.state.recent(self._place, ())
        # Where the item was written just before, a list that lags may show what was before that: no proof.
        earlier = any(w.when < began for key in (change.key, change.desired.name) for w in recent.get(key, ()))
        try:
            current = self._poll(lambda listed: not earlier and self._shows(listed, change))
        except ThordataError:
            current = None
        if current is None:
            raise _outcome_unknown(lost)
        return self._shows(current, change)

    def _replan(self, change: Change, refusal: ApiError) -> Change | None:
        """Plan a refused change again, once the lists show why; None when there is nothing to do.

        Raises the refusal when the lists keep saying that the change is due.
        """

        def changes(listed: Listing) -> list[Change]:
            return list(plan(self._resource, listed, [change.desired]).changes)

        def differs(listed: Listing) -> bool:
            return [(one.action, one.key) for one in changes(listed)] != [(change.action, change.key)]

        current = self._poll(differs)
        if current is None or not differs(current):
            raise refusal
        return next(iter(changes(current)), None)

    def _poll(self, until: Callable[[Listing], bool]) -> Listing | None:
        listed = functools.partial(_listed, self._client, self._resource, self._scope)
        return poll(self._client, listed, until, self._client.throttle.pause)

    def _shows(self, current: Listing, change: Change) -> bool:
        if (
            change.before
            and (change.after is None or change.key != change.desired.name)
            and change.key in current.items
        ):
            return False
        if change.after is None:
            return True
        item = current.items.get(change.desired.name)
        return item is not None and all(item[one.name] == change.after[one.name] for one in self._resource.fields)
