# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: rules that say which calls go wrong, and how."""

from __future__ import annotations

import fnmatch
import random
from dataclasses import dataclass, field, fields
from typing import Any

from .settings import SettingError

#: The call goes wrong in this way, and no further rule is asked.
OUTCOMES = (
    "drop_before",
    "drop_after",
    "error_500",
    "error_502",
    "error_503",
    "error_502_after",
    "truncate",
    "empty",
    "html",
    "throttle",
    "code",
    "code_after",
    "http_429",
    "redirect",
)
#: The call goes through, and its answer looks different; several apply to one call.
SHAPES = ("null_lists", "strings", "message_key", "null_data", "usual_envelope", "echo")
ACTIONS = (*OUTCOMES, *SHAPES, "slow")
#: Outcomes that come after the write took effect.
AFTER_EFFECT = ("drop_after", "error_502_after", "truncate", "code_after")


@dataclass
class Rule:
    """One rule. Without conditions it holds for every call, until it is cleared.

    `path` is the end of a path, or a glob. The first `skip` matching calls pass; of the others every `every`-th is hit,
    with `probability` if given (`seed` makes that repeatable), at most `times` in all.
    """

    action: str
    method: str | None = None
    path: str | None = None
    every: int = 1
    skip: int = 0
    times: int | None = None
    probability: float | None = None
    seed: int | None = None
    retry_after: float | None = None  # of error_503 and http_429
    seconds: float = 1.0  # of slow
    code: int | None = None  # of code and code_after
    location: str = "/login"  # of redirect
    seen: int = 0
    fired: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise SettingError(f"unknown fault action {self.action!r} (known: {', '.join(ACTIONS)})")
        if self.action in ("code", "code_after") and self.code is None:
            raise SettingError(f"the fault action {self.action} needs a code")
        for name, least in (("every", 1), ("skip", 0), ("times", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < least):
                raise SettingError(f"{name} of a fault must be a whole number, {least} or more")
        for name in ("probability", "retry_after", "seconds", "code"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, (int, float)) or isinstance(value, bool) or value < 0):
                raise SettingError(f"{name} of a fault must be a number, 0 or more")
        for name in ("method", "path", "location"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise SettingError(f"{name} of a fault must be a string")
        self._random.seed(self.seed)

    def hits(self, method: str, path: str) -> bool:
        """Count this call if it matches; whether it is one to go wrong."""
        if self.method is not None and self.method.upper() != method:
            return False
        if self.path is not None and not _path_matches(self.path, path):
            return False
        self.seen += 1
        due = self.seen > self.skip and (self.seen - self.skip) % self.every == 0
        if not due or (self.times is not None and self.fired >= self.times):
            return False
        if self.probability is not None and self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        """Plain, JSON-able, with the counters."""
        return {name: getattr(self, name) for name in RULE_FIELDS + ("seen", "fired")}


RULE_FIELDS = tuple(item.name for item in fields(Rule) if item.name not in ("seen", "fired", "_random"))


@dataclass(frozen=True)
class Chosen:
    """What the rules have in store for one call."""

    outcome: Rule | None
    shapes: frozenset[str]
    seconds: float

    @property
    def action(self) -> str | None:
        """The outcome's name."""
        return self.outcome.action if self.outcome else None

    def label(self) -> str | None:
        """All that applies, for the log."""
        names = [*([self.action] if self.action else []), *(["slow"] if self.seconds else []), *sorted(self.shapes)]
        return "+".join(names) or None


NO_FAULT = Chosen(None, frozenset(), 0.0)


class Faults:
    """The rules in force, in the order in which they were added."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []

    def add(self, **options: Any) -> Rule:
        """Add a rule; options as in `Rule`, None means not given. Raises SettingError."""
        options = {name: value for name, value in options.items() if value is not None}
        for name in options:
            if name not in RULE_FIELDS:
                raise SettingError(f"unknown option {name!r} of a fault (known: {', '.join(RULE_FIELDS)})")
        if "action" not in options:
            raise SettingError("a fault needs an action")
        rule = Rule(**options)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Remove all rules."""
        self.rules.clear()

    def choose(self, method: str, path: str) -> Chosen:
        """Ask the rules about a call. The first outcome that is due wins; the outcomes after it do not see the call."""
        if not self.rules:
            return NO_FAULT
        outcome: Rule | None = None
        shapes = set()
        seconds = 0.0
        for rule in self.rules:
            if outcome is not None and rule.action in OUTCOMES:
                continue
            if not rule.hits(method, path):
                continue
            if rule.action in SHAPES:
                shapes.add(rule.action)
            elif rule.action == "slow":
                seconds += rule.seconds
            else:
                outcome = rule
        return Chosen(outcome, frozenset(shapes), seconds)


def _path_matches(pattern: str, path: str) -> bool:
    if any(char in pattern for char in "*?["):
        return fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, f"*/{pattern.lstrip('/')}")
    return path.endswith(pattern)
