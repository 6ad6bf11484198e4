# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A function of many items, several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError


def each(function: Callable[[Any], Any], items: Sequence[Any], concurrency: int) -> Iterator[Any]:
    """Yield ``function`` of each item, in order, at most ``concurrency`` of them at a time."""
    workers = min(concurrency, len(items))
    if workers < 2:  # in a fork for one host, starting a thread costs more than the request
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        yield from pool.map(function, items)


def check_concurrency(value: int, most: int) -> None:
    """Raise OptionError unless so many may run at a time."""
    if not 1 <= value <= most:
        raise OptionError(f"concurrency must be 1 to {most}, not {value}")
