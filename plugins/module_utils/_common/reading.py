# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tolerant readers: the API sends numbers and booleans as such or as text."""

from __future__ import annotations

import math
from typing import Any


def number(value: Any) -> int | float | None:
    """Return the number that ``value`` is or spells, an int where it is whole; None for anything else."""
    try:
        result = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(result):
        return None
    return int(result) if result.is_integer() else result


def boolean(value: Any) -> bool | None:
    """Return the boolean that ``value`` is or spells; None for anything else."""
    return {"true": True, "1": True, "false": False, "0": False}.get(str(value).strip().lower())


def text(value: Any) -> str | None:
    """Return ``value`` as a string; None for null and the empty string."""
    return str(value) if value not in (None, "") else None


def megabytes(kilobytes: Any) -> float | None:
    """Return what the API counts in KB in MB, the unit of everything that users see; None for what is no number."""
    value = number(kilobytes)
    return None if value is None else number(value / 1024)
