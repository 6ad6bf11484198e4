# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paces the calls of an account, at the interval that its API wants, and bounds the time that a task may lose."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

# Less than this is not slept: of a Unix time, such a difference may be a matter of rounding.
SHORTEST_SLEEP = 0.001
FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
# The interval after the first refusal, and the one below which there is none.
FIRST_INTERVAL = 0.05
SMALLEST_INTERVAL = 0.005
# An interval is as small as it can be when one that is smaller by this factor was refused.
CLOSE_ENOUGH = 1.15
# An interval holds when so many calls in a row were accepted; one above a second is believed sooner.
ENOUGH_CALLS = 15
ENOUGH_SLOW_CALLS = 5
# By so much an interval is widened at least that was held for some calls and then refused.
A_LITTLE_WIDER = 1.03
# No pause between two tries of an API that refuses all calls is longer.
LONGEST_REFUSAL = 60.0
# A refusal is old after so long: the API may allow more by then. A pace that nobody used for longer is forgotten.
STALE = 60.0
FORGOTTEN = 300.0


@dataclass
class Pace:
    """The interval between two calls, and what is known of it; seconds, and Unix time.

    A refused call makes all calls pause, each time twice as long, until one is accepted. The pauses that this took are
    the next interval, if the very next call is refused again; else it is the time between the calls that were accepted.
    An interval that holds is bisected, down to the largest one that was ``refused``. No number of the API is built in.
    """

    interval: float = 0.0
    opens: float = 0.0
    # While calls are refused: the last pause, and all of them.
    pause: float = 0.0
    paused: float = 0.0
    # Whether the end of the pauses tells the interval.
    learns: float = 0.0
    # Accepted calls at this interval, after the first one.
    calls: float = 0.0
    refused: float = 0.0
    refused_at: float = 0.0
    accepted: float = 0.0
    accepted_at: float = 0.0
    changed_at: float = 0.0

    @property
    def limits(self) -> bool:
        """Whether calls must take turns."""
        return bool(self.interval or self.pause)

    def turn(self, now: float) -> bool:
        """Take this moment for a call, if the interval since the last one has passed."""
        if now < self.opens:
            return False
        self.opens = now + max(self.interval, self.pause)
        return True

    def on_refused(self, started: float, now: float, at_least: float) -> None:
        """A call that ``started`` then was refused: nobody may call for a while, and less often after that.

        Calls that were under way together when the first of them was refused count once.
        """
        if started < self.changed_at:
            return
        if self.pause:
            self.pause = min(2 * self.pause, LONGEST_REFUSAL)
        else:
            known = 0.0
            if self.accepted > self.interval:
                known = self.accepted
            elif not self.calls and self.paused > 2 * self.interval:
                known = self.paused
            self.refused, self.learns, self.paused = self.interval, float(not known), 0.0
            self.interval = max(self.interval, known)
            self.accepted = self.accepted if known else 0.0
            self.pause = self.interval if known else FIRST_INTERVAL
        self.paused += self.pause
        self.refused_at = self.changed_at = now
        # The API may count its own interval from the call that it refused.
        self.opens = now + max(self.pause, at_least)

    def on_accepted(self, started: float, now: float) -> None:
        """A call that ``started`` then was accepted: after some of them, try a smaller interval."""
        self.accepted_at = now
        if started < self.changed_at or not self.limits:
            return
        if self.pause:
            if self.learns:
                # The API would have accepted this call some time within the last pause.
                spent = self.calls * self.interval + self.paused - (self.pause / 2 if self.calls > 2 else 0.0)
                spacing = spent / (self.calls + 1) if self.interval else FIRST_INTERVAL
                self.interval = max(self.interval * (A_LITTLE_WIDER if self.calls > 4 else 1), spacing)
            self.pause, self.calls, self.changed_at = 0.0, 0.0, now
            self.opens = started + self.interval
            return
        self.calls += 1
        if self.calls < (ENOUGH_CALLS if self.interval < 1 else ENOUGH_SLOW_CALLS):
            return
        self.accepted, self.paused = self.interval, 0.0
        if now - self.refused_at > STALE:
            self._narrow(self.interval / 2, now)
        elif self.interval > self.refused * CLOSE_ENOUGH:
            self._narrow((self.interval + self.refused) / 2, now)

    def _narrow(self, interval: float, now: float) -> None:
        self.interval = interval if interval >= SMALLEST_INTERVAL else 0.0
        self.calls, self.changed_at = 0.0, now

    def is_current(self, now: float) -> bool:
        """Whether somebody used the pace lately; not when the clock was set back since."""
        return -1 < now - max(self.changed_at, self.accepted_at, self.refused_at) < max(FORGOTTEN, 2 * self.interval)


class PaceStore(Protocol):
    """Where the pace of an account is kept, for all who call it."""

    def pace(self) -> Pace:
        """Return the pace as it is."""

    def changed_pace(self) -> AbstractContextManager[Pace]:
        """Let nobody else change the pace meanwhile, and keep what the block makes of it."""


class LocalPace:
    """The pace of this process alone."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._lock = threading.Lock()

    def pace(self) -> Pace:
        """Return the pace as it is."""
        return self._pace

    @contextmanager
    def changed_pace(self) -> Iterator[Pace]:
        """Let no other thread change the pace meanwhile."""
        with self._lock:
            yield self._pace


class Throttle:
    """Lets the calls of one task pass, at the account's pace, and bounds the time that the task may lose.

    ``budget``: seconds. What counts against it is the time of calls that failed and the pauses after them, and the time
    in which the API refused every call of the account; waiting for a turn while others get theirs does not.
    ``clock`` counts Unix time.
    """

    def __init__(
        self,
        budget: float,
        store: PaceStore | None = None,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.budget = budget
        self.clock = clock
        self.sleep = sleep
        self._store = store or LocalPace()
        self._jitter = jitter
        self._notify = notify
        self._lock = threading.Lock()
        self._lost = 0.0
        self._counted_until = 0.0
        self._refused_since: float | None = None
        self._notified = False
        self._closed_at = self._opens = 0.0
        self._failures = 0
        # Whether calls took turns when one of this task last asked; a call that began before they did tells nothing.
        self._limits = False
        #: Whether a call was given up because the budget is spent.
        self.exhausted = False

    def enter(self) -> float | None:
        """Wait for this call's turn; return the time at which it starts, None when the budget is spent meanwhile."""
        entered = self.clock()
        while True:
            now = self.clock()
            pace = self._store.pace()
            self._limits = pace.limits
            if now < self._opens <= now + self.budget:  # later than that, the clock was set back
                self.sleep(max(SHORTEST_SLEEP, self._opens - now))
            elif not pace.limits:
                return now
            elif pace.pause and now - max(entered, pace.accepted_at) > self.budget:
                self.exhausted = True
                return None
            elif now < pace.opens:
                self.sleep(max(SHORTEST_SLEEP, min(pace.opens - now, 1.0)))
            else:
                with self._store.changed_pace() as pace:
                    if pace.turn(now):
                        return now

    def succeeded(self, started: float) -> None:
        """The call that ``started`` then got through."""
        self._failures = 0
        self._refused_since = None
        if self._limits:
            with self._store.changed_pace() as pace:
                pace.on_accepted(started, self.clock())

    def refused(self, started: float, at_least: float = 0.0) -> bool:
        """The API refused the call that ``started`` then as too frequent. Return False when the budget is spent.

        ``at_least``: the seconds that the API asks to wait.
        """
        now = self.clock()
        self._limits = True
        with self._store.changed_pace() as pace:
            pace.on_refused(started, now, at_least)
            self._refused_since = max(pace.accepted_at, started if self._refused_since is None else self._refused_since)
            goes_on = self._within_budget(self._lost + max(now, pace.opens) - self._refused_since)
        if goes_on and self._notify and not self._notified:
            self._notified = True
            self._notify("The Thordata API throttles this account: the task slows down and goes on")
        return goes_on

    def failed(self, started: float, at_least: float = 0.0) -> bool:
        """The call that ``started`` then failed otherwise: hold all calls of the task back, longer each time in a row.

        Return False when the budget is spent. Calls that failed at the same time count once.
        """
        self.count(started)
        with self._lock:
            now = self.clock()
            if started < self._closed_at:
                return self._within_budget(self._lost)
            self._failures += 1
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failures, 8))
            pause = max(at_least, longest * (0.5 + 0.5 * self._jitter()))
            if not self._within_budget(self._lost + pause):
                return False
            self._lost += pause
            self._closed_at, self._opens, self._counted_until = now, now + pause, now + pause
        return True

    def count(self, started: float) -> None:
        """The call that ``started`` then failed and is not sent again: count its time."""
        with self._lock:
            now = self.clock()
            self._lost += max(0.0, now - max(started, self._counted_until))
            self._counted_until = max(now, self._counted_until)
            self._within_budget(self._lost)

    def pause(self, seconds: float) -> bool:
        """Hold one worker back, at the budget's cost. Return False, at once, when the budget is spent."""
        with self._lock:
            if not self._within_budget(self._lost + seconds):
                return False
            self._lost += seconds
        self.sleep(seconds)
        return True

    def _within_budget(self, seconds: float) -> bool:
        self.exhausted = seconds > self.budget
        return not self.exhausted
