# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def joined(parts: Iterable[str], separator: str = ", ", most: int = 20) -> str:
    """Join the parts; of more than ``most`` only their number is given."""
    parts = list(parts)
    more = [f"and {len(parts) - most} more"] if len(parts) > most else []
    return separator.join(parts[:most] + more)


def one_line(text: str) -> str:
    """Return the text with a space for each character that cannot be printed, such as the end of a line."""
    return "".join(char if char.isprintable() else " " for char in text)


def suggestions(wanted: str, names: Iterable[str]) -> str:
    """Return the names that there are, those like ``wanted`` first: for an error about one that is not among them."""
    there = sorted(names)
    return joined(dict.fromkeys([*difflib.get_close_matches(wanted, there, n=5, cutoff=0.5), *there])) or "none"


def no_such(noun: str, missing: Sequence[str], names: Iterable[str]) -> str:
    """Return the sentence about names that are not among ``names``, with those that are like the first of them."""
    return f"There is no {noun} {joined(missing)}; there are: {suggestions(missing[0], names)}"
