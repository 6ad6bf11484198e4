# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paces the calls of one task: one gate for all its workers."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
LONGEST_INTERVAL = 1.0


class Gate:
    """Lets calls pass, and holds all of them back while the API is in trouble.

    A throttled call closes the gate for a pause that doubles with each one in a row (with jitter, so that separate
    processes spread out) and widens the interval between calls; calls that succeed narrow it again. Pauses in all stay
    below ``budget`` seconds; the interval does not count, since calls that keep to it succeed.
    """

    def __init__(
        self,
        budget: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.budget = budget
        self.spent = 0.0
        self.clock = clock
        self.sleep = sleep
        self._jitter = jitter
        self._notify = notify
        self._lock = threading.Lock()
        self._opens = 0.0
        self._interval = 0.0
        self._in_a_row = 0
        self._adapted = 0.0

    def enter(self) -> float:
        """Wait for this call's turn; return the time at which it starts."""
        with self._lock:
            turn = max(self.clock(), self._opens)
            self._opens = turn + self._interval
        delay = turn - self.clock()
        if delay > 0:
            self.sleep(delay)
        return turn

    def succeeded(self) -> None:
        """A call got through: narrow the interval."""
        with self._lock:
            self._in_a_row = 0
            self._interval = self._interval * 0.95 if self._interval > 0.005 else 0.0

    def failed(self, started: float, *, throttled: bool = False, at_least: float = 0.0) -> bool:
        """A call that ``started`` then must be sent again: close the gate. Return False when the budget is spent.

        Calls that were under way together when the trouble began close it once.
        """
        with self._lock:
            if started < self._adapted:
                return self.spent < self.budget
            self._in_a_row += 1
            longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._in_a_row, 8))
            pause = max(at_least, longest * (0.5 + 0.5 * self._jitter()))
            if self.spent + pause > self.budget:
                return False
            first_pause = self.spent == 0
            self.spent += pause
            now = self.clock()
            self._adapted = now
            self._opens = max(self._opens, now + pause)
            if throttled:
                self._interval = min(LONGEST_INTERVAL, max(0.01, self._interval * 1.5))
        if first_pause and throttled and self._notify:
            self._notify("The Thordata API throttles this account: the task slows down and goes on")
        return True

    def pause(self, seconds: float) -> bool:
        """Hold one worker back, at the budget's cost. Return False, at once, when the budget is spent."""
        with self._lock:
            if self.spent + seconds > self.budget:
                return False
            self.spent += seconds
        self.sleep(seconds)
        return True
