# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many items, several at a time: all of them, in order, and nothing more after an error."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._common import threads
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each


@pytest.mark.parametrize("concurrency", [1, 3, 100])
def test_all_items_in_order_and_no_more_than_allowed_at_a_time(concurrency):
    busy, most = [], []

    def square(item):
        busy.append(item)
        most.append(len(busy))
        time.sleep((item % 4) / 1000)
        busy.remove(item)
        return item * item

    assert list(each(square, range(40), concurrency)) == [item * item for item in range(40)]
    assert max(most) <= concurrency
    assert (max(most) > 1) is (concurrency > 1)
    assert list(each(square, (), concurrency)) == []


def test_what_is_done_is_yielded_while_the_rest_runs(monkeypatch):
    monkeypatch.setattr(threads, "INTERVAL", 0.01)
    rest = threading.Event()
    results = each(lambda item: item == 0 or rest.wait(10), range(4), 2)
    assert next(results) is True
    assert not rest.is_set()
    rest.set()
    assert list(results) == [True, True, True]


def test_after_an_error_nothing_more_is_begun():
    begun, failed = [], threading.Event()

    def fail(item):
        begun.append(item)
        if item == 1:
            failed.set()
            raise ValueError(item)
        failed.wait(10)
        time.sleep(0.05)

    with pytest.raises(ValueError, match="1"):
        list(each(fail, range(100), 2))
    assert len(begun) < 10


def test_a_caller_that_goes_away_begins_nothing_more(monkeypatch):
    monkeypatch.setattr(threads, "INTERVAL", 0.01)
    begun = []

    def take(item):
        begun.append(item)
        time.sleep(0.02)

    results = each(take, range(100), 2)
    next(results)
    results.close()
    assert len(begun) < 20
