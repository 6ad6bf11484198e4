# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time of the simulated world, and the two ways in which the API writes it."""

from __future__ import annotations

import time
from datetime import datetime, timezone, tzinfo
from functools import lru_cache

DAY = 86400


class Clock:
    """Unix time that can be moved. A `virtual` clock stands still until `advance`; a `real` one also runs by itself."""

    KINDS = ("real", "virtual")

    def __init__(self, kind: str = "real") -> None:
        if kind not in self.KINDS:
            raise ValueError(f"clock must be real or virtual, not {kind!r}")
        self.kind = kind
        self._shift = 0.0 if kind == "real" else time.time()

    def now(self) -> float:
        """Unix seconds."""
        return self._shift + (time.time() if self.kind == "real" else 0.0)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, with a negative number)."""
        self._shift += seconds

    @property
    def moved(self) -> bool:
        """Whether this clock tells another time than the machine's."""
        return self.kind == "virtual" or self._shift != 0.0


@lru_cache(maxsize=4096)
def _date(day_start: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(day_start, zone).strftime("%Y-%m-%d")


def date_text(when: float, zone: tzinfo = timezone.utc) -> str:
    """`YYYY-MM-DD`, as users, whitelist and traffic expiry have it."""
    return _date(when // 900 * 900, zone)  # no zone changes its day within a quarter of an hour


def minute_text(when: float, zone: tzinfo = timezone.utc) -> str:
    """`YYYY-MM-DD HH:mm`, as bought addresses and servers have it."""
    return datetime.fromtimestamp(when, zone).strftime("%Y-%m-%d %H:%M")


def hour_text(when: float, zone: tzinfo = timezone.utc) -> str:
    """`YYYY-MM-DD HH`, as hourly usage has it."""
    return datetime.fromtimestamp(when, zone).strftime("%Y-%m-%d %H")
