# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A function of many items, several at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError

# Seconds between two looks at what is done: a thread that woke up for each item would slow the others down.
INTERVAL = 0.5


def each(function: Callable[[Any], Any], items: Sequence[Any], concurrency: int) -> Iterator[Any]:
    """Yield ``function`` of each item, in order, at most ``concurrency`` of them at a time."""
    workers = min(concurrency, len(items))
    if workers < 2:  # in a fork for one host, starting a thread costs more than the request
        yield from map(function, items)
        return
    todo = enumerate(items)
    done: dict[int, Any] = {}

    def work() -> None:
        for position, item in todo:
            done[position] = function(item)

    with ThreadPoolExecutor(workers) as pool:
        running = [pool.submit(work) for _worker in range(workers)]
        position = 0
        try:
            while position < len(items):
                for ended in wait(running, INTERVAL, FIRST_EXCEPTION).done:
                    ended.result()
                while position in done:
                    yield done.pop(position)
                    position += 1
        finally:
            deque(todo, 0)  # after an error, nothing more is begun


def check_concurrency(value: int, most: int) -> None:
    """Raise OptionError unless so many may run at a time."""
    if not 1 <= value <= most:
        raise OptionError(f"concurrency must be 1 to {most}, not {value}")
