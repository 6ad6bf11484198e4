# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of an account module: from its options to its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import Result, converge
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import (
    DesiredItem,
    desired,
    desired_items,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import (
    CREATE,
    DELETE,
    UPDATE,
    PurgeRules,
    diff,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase import (
    Order,
    Purchase,
    buy,
    check_funds,
    refuse,
    wait_for_earlier,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase_lock import purchase_lock
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Resource
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import check_concurrency
from ansible_collections.thordata.proxies.plugins.module_utils._modules.base import failure, reason

MOST_AT_ONCE = 64

# What may become of an item that is not as declared.
CHANGED = ("created", "updated", "deleted")


@dataclass
class Task:
    """One task as a module's ``run`` sees it: its options, its mode, and the account.

    ``zone``: the time zone of the API's times. ``done``: what the result holds even if the task fails later.
    """

    params: Mapping[str, Any]
    check_mode: bool
    diff_mode: bool
    client: Client
    zone: tzinfo
    notify: Callable[[str], None]
    warnings: list[str] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)

    def warn(self, message: str) -> None:
        """Show ``message`` to the user as a warning of this task."""
        if message not in self.warnings:
            self.warnings.append(message)

    def declare_one(self, resource: Resource, result_key: str) -> dict[str, Any]:
        """Make the one item that the options declare true; a list of one through the core of the sets."""
        one = desired(resource, self.params)
        outcome = self.converge(resource, [one])
        self._warn_about(resource, [one], outcome)
        item = outcome.items[one.key]
        result: dict[str, Any] = {"changed": outcome.changed, result_key: resource.public(item) if item else None}
        if self.diff_mode:
            result["diff"] = next(iter(diff(resource, outcome.plan.changes)), {"before": {}, "after": {}})
        if outcome.errors:
            result.update(failure(outcome.errors[0]))
        return result

    def declare_all(
        self,
        resource: Resource,
        entries: Sequence[Mapping[str, Any]],
        result_key: str,
        protected: Callable[[str], bool],
    ) -> dict[str, Any]:
        """Make the whole set of ``entries`` true, and purge the others if that is asked; many changes at a time."""
        check_concurrency(self.params["concurrency"], MOST_AT_ONCE)
        declared = desired_items(resource, entries)
        result = self._converge_set(resource, declared, protected)
        self._warn_about(resource, declared, result)
        outcome_of = outcomes(result)
        self._notify_changes(resource, outcome_of)
        items = [result.items[one.key] for one in declared]
        report = {
            "changed": result.changed,
            result_key: [resource.public(item) for item in items if item],
            **set_report(resource, result, outcome_of),
        }
        if self.diff_mode:
            report["diff"] = diff(resource, result.plan.changes)
        return report

    def _converge_set(
        self, resource: Resource, declared: Sequence[DesiredItem], protected: Callable[[str], bool]
    ) -> Result:
        """Converge a set by the rules that the options set."""
        return self.converge(
            resource,
            declared,
            rules=PurgeRules(self.params["purge"], self.params["purge_limit"], protected=protected),
            concurrency=self.params["concurrency"],
            stop_on_error=self.params["on_error"] == "stop",
            notify=self.notify,
        )

    def _warn_about(self, resource: Resource, desired_items: Sequence[DesiredItem], result: Result) -> None:
        """Warn of what is valid, or true, and yet may not be what the user means."""
        warnings = []
        for one in desired_items:
            if one.present:
                warnings.append(resource.warning(one.key))
            elif one.key not in result.current.items:
                try:
                    resource.key.parse(one.key)
                except ValueError as error:
                    warnings.append(f"{error}, and there is no such {resource.noun}")
        if any(warnings):
            self.warn(joined(filter(None, warnings), "; "))

    def _notify_changes(self, resource: Resource, outcome_of: Mapping[str, str]) -> None:
        """Notify in one line which items of a set changed: Ansible itself shows no more than that something did."""
        changed = {word: [key for key, one in outcome_of.items() if one == word] for word in CHANGED}
        verbs = dict(zip(CHANGED, (CREATE, UPDATE, DELETE)))
        parts = [
            f"{f'{verbs[word]} {len(keys)}' if self.check_mode else f'{len(keys)} {word}'} ({joined(keys, most=5)})"
            for word, keys in changed.items()
            if keys
        ]
        if parts:
            would = "would " if self.check_mode else ""
            self.notify(f"{self.params['proxy_type']} {resource.nouns}: {would}{joined(parts)}")

    def converge(
        self, resource: Resource, desired_items: Sequence[DesiredItem], scope: str | None = None, **how: Any
    ) -> Result:
        """Read, plan and, unless in check mode, apply; in the list of ``proxy_type`` unless ``scope`` is given."""
        scope = scope or self.params["proxy_type"]
        return converge(self.client, resource, scope, desired_items, check_mode=self.check_mode, **how)

    def result(self, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return the result ``more``, in diff mode with what differs between ``before`` and ``after``."""
        if not self.diff_mode:
            return more
        names = [name for name in after if before.get(name) != after[name]]
        sides = {"before": before, "after": after}
        return {**more, "diff": {side: {name: had.get(name) for name in names} for side, had in sides.items()}}

    def buy(self, due: Callable[[Purchases | None], Sequence[Purchase]]) -> list[Order]:
        """Make the purchases that are ``due`` by the state that it reads, and record them in ``done``.

        ``due`` is also given what is known of earlier purchases, while nobody else can buy; None the first time.
        Check mode returns what they would be. Raises PlanError, before any of them, without ``confirm_cost``.
        """
        least = self.params["min_wallet_balance"]
        self.done.update(changed=False, orders=[])
        todo = due(None)
        if not todo:
            return []
        if self.check_mode or not self.params["confirm_cost"]:
            if least is not None:
                check_funds(self.client, least)
            if not self.check_mode:
                raise refuse(todo)
            self.done.update(changed=True, orders=[Order(one.what).result for one in todo])
            return []
        orders = []
        with self.client.state.purchases(self.notify) as known:
            settle = partial(wait_for_earlier, self.client, known, self.notify)
            settle()
            locks = self.params["purchase_lock"]
            with purchase_lock(self.client, settle, self.notify, self.warn) if locks else nullcontext():
                for purchase in due(known):  # anew: another task may have bought it meanwhile
                    orders.append(buy(self.client, purchase, known, least, self.warn))
                    self.done.update(changed=True, orders=[one.result for one in orders])
                    purchase.check(orders[-1], known)
        return orders


def outcomes(result: Result) -> dict[str, str]:
    """Return the outcome of each item of a set, made or planned: created, updated, deleted, unchanged, failed.

    Changes that were not tried any more count as failed.
    """
    words = {CREATE: "created", UPDATE: "updated", DELETE: "deleted"}
    outcome_of = dict.fromkeys(result.plan.items, "unchanged")
    outcome_of.update((change.desired.key, words[change.action]) for change in result.plan.changes)
    for key, outcome in result.by_key.items():
        if outcome.error:
            outcome_of[key] = "failed"
        elif not outcome.changed:
            outcome_of[key] = "unchanged"
    outcome_of.update((change.desired.key, "failed") for change in result.skipped)
    return outcome_of


def set_report(resource: Resource, result: Result, outcome_of: Mapping[str, str]) -> dict[str, Any]:
    """Return the outcomes of a set, their counts, the slots that are left, and what failed."""
    counts = Counter(outcome_of.values())
    report = {
        "outcomes": outcome_of,
        "summary": {name: counts[name] for name in (*CHANGED, "unchanged", "failed")},
        "failed_items": _failed_items(resource, result),
        "slots": _slots(result, counts),
    }
    return {**report, **_failure(resource, result, counts)} if result.errors else report


def _failed_items(resource: Resource, result: Result) -> list[dict[str, Any]]:
    name = resource.key.name
    failed = [{name: key, **reason(outcome.error)} for key, outcome in result.by_key.items() if outcome.error]
    return [*failed, *({name: change.desired.key, "msg": "Not tried"} for change in result.skipped)]


def _slots(result: Result, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the limit of the account, and how many items fit beside those that are there after the changes."""
    remaining = result.current.remaining_limit
    if remaining is not None:
        remaining += counts["deleted"] - counts["created"]
    return {"limit": result.current.limit, "remaining_limit": remaining}


def _failure(resource: Resource, result: Result, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return the failure of a task whose set is not as declared, or not all of it."""
    reasons = joined(dict.fromkeys(error.problem for error in result.errors), "; ", most=5)
    left = f", {len(result.skipped)} of them were not tried after that" if result.skipped else ""
    done = sum(counts[name] for name in CHANGED)
    first = result.errors[0]
    message = (
        f"{counts['failed']} of {counts['failed'] + done} changes of {resource.nouns} failed{left}: {reasons}."
        f" {done} were made. {first.advice + '. ' if first.advice else ''}Run the task again to make the rest."
    )
    return {**failure(first), "msg": message}
