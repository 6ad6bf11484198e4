# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pace finds what an API allows, whatever kind of limit that is; the time that a task may lose is bounded."""

from __future__ import annotations

import heapq

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._api import endpoints as api
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import ThrottledError, TransportError
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import LocalPace, Pace, Throttle
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State

LATENCY = 0.004


class Window:
    """Allows so many calls in so many seconds; ``counts``: refused calls count too."""

    def __init__(self, calls, seconds, counts=False):
        self.calls, self.seconds, self.counts = calls, seconds, counts
        self.recent = []

    def accepts(self, now):
        self.recent = [when for when in self.recent if when > now - self.seconds]
        accepted = len(self.recent) < self.calls
        if accepted or self.counts:
            self.recent.append(now)
        return accepted


def play(limit, calls, callers, pace=None, start=1000.0):
    """Let ``callers`` make ``calls`` at a pace; return how many were refused, and the seconds that it took."""
    pace, refused, last = pace or Pace(), 0, start
    queue = [(start + 0.01 * caller, caller, "enter", 0.0) for caller in range(callers)]
    left = calls
    while queue:
        now, caller, step, started = heapq.heappop(queue)
        if step == "enter" and left:
            if pace.turn(now):
                left -= 1
                heapq.heappush(queue, (now + LATENCY / 2, caller, "arrive", now))
            else:
                heapq.heappush(queue, (max(pace.opens, now) + 0.0001 * (1 + caller), caller, "enter", 0.0))
        elif step == "arrive":
            answer = "accepted" if limit.accepts(now) else "refused"
            heapq.heappush(queue, (now + LATENCY / 2, caller, answer, started))
        elif step == "accepted":
            pace.on_accepted(started, now)
            last = now
            heapq.heappush(queue, (now, caller, "enter", 0.0))
        elif step == "refused":
            pace.on_refused(started, now, 0.0)
            refused, left = refused + 1, left + 1
            heapq.heappush(queue, (now, caller, "enter", 0.0))
    return refused, last - start


@pytest.mark.parametrize("callers", [1, 8, 50])
@pytest.mark.parametrize(
    ("limit", "least"),
    [((10, 1), 39), ((10, 1, True), 39), ((1, 0.1), 40), ((1, 0.1, True), 40), ((2, 1), 200), ((1, 1.2), 480)],
)
def test_many_calls_take_little_longer_than_the_limit_wants_and_few_are_refused(limit, least, callers):
    refused, seconds = play(Window(*limit), 400, callers)
    assert seconds < 1.15 * least + 3
    # Those that were under way when the first one was refused could not know.
    assert refused - min(callers, 50) < 0.1 * 400


@pytest.mark.parametrize("gap", [3, 5, 11])
@pytest.mark.parametrize("counts", [False, True])
def test_a_gap_of_seconds_is_found(gap, counts):
    refused, seconds = play(Window(1, gap, counts), 100, 8)
    assert seconds < 1.5 * 99 * gap
    assert refused < 30


def test_an_api_that_recovers_is_called_faster_again():
    pace = Pace()
    play(Window(1, 3), 50, 8, pace)
    assert pace.interval > 2
    _refused, seconds = play(Window(1000, 1), 200, 8, pace, start=2000.0)
    assert seconds < 100
    assert pace.interval < 0.1


def test_an_api_that_becomes_slower_is_called_more_slowly():
    pace = Pace()
    play(Window(10, 1), 100, 8, pace)
    _refused, seconds = play(Window(1, 2), 100, 8, pace, start=2000.0)
    assert seconds < 1.5 * 200


def test_a_pause_that_the_api_imposes_once_does_not_slow_what_follows():
    class Banned(Window):
        def accepts(self, now):
            return not 1001 < now < 1040

    pace = Pace()
    play(Banned(1, 0), 500, 1, pace, start=1000.9)
    _refused, seconds = play(Window(1000, 1), 100, 1, pace, start=1100.0)
    assert seconds < 15


def test_who_waits_asks_again_at_retry_after():
    pace = Pace()
    pace.on_refused(1000.0, 1000.1, 17.0)
    assert not pace.turn(1017.0)
    assert pace.turn(1017.2)


def two_processes(folder, time):
    """Return the gates of two processes that share a state."""
    return [
        Throttle(120, State("secret", str(folder), clock=time.clock), clock=time.clock, sleep=time.sleep)
        for _one in "12"
    ]


def test_processes_queue_at_one_pace(tmp_path, time):
    """What one process learns, another one keeps to; the file of it is one record."""
    first, second = two_processes(tmp_path, time)
    started = first.enter()
    first.refused(started, at_least=4.0)
    assert second.enter() - started >= 4.0
    assert [path.suffix for path in tmp_path.iterdir()] == [".pace"]


def test_the_end_of_a_pause_is_known_to_all(tmp_path, time):
    """One refusal, then the API accepts: the second process waits for the interval, not for another pause."""
    first, second = two_processes(tmp_path, time)
    first.refused(first.enter(), at_least=4.0)
    started = first.enter()
    first.succeeded(started)
    assert second.enter() - started < 0.1


def test_after_a_pause_one_call_tries_and_the_others_wait(tmp_path, time):
    first, second = two_processes(tmp_path, time)
    first.refused(first.enter(), at_least=4.0)
    tried = first.enter()
    assert second.enter() > tried


def test_waiting_for_a_turn_costs_no_budget_while_others_get_theirs(time):
    store = LocalPace()
    with store.changed_pace() as pace:
        pace.interval = pace.accepted = 50.0
    throttle = Throttle(120, store, clock=time.clock, sleep=time.sleep)
    for _call in range(20):
        throttle.succeeded(throttle.enter())
    assert not throttle.exhausted


def test_an_api_that_refuses_all_calls_ends_the_wait_of_each(time):
    store = LocalPace()
    gates = [Throttle(60, store, clock=time.clock, sleep=time.sleep) for _process in range(5)]
    began = time.now
    for throttle in gates:
        while True:
            started = throttle.enter()
            if started is None or not throttle.refused(started):
                break
        assert throttle.exhausted
    assert time.now - began < 5 * 130


def test_throttling_that_never_ends_is_an_error_that_says_so(sim, client, time):
    sim.fault("throttle")
    began = time.now
    with pytest.raises(ThrottledError, match="too frequent"):
        client.call(api.USER_LIST, proxy_type="residential")
    with pytest.raises(ThrottledError, match="too frequent"):
        client.call(api.USER_LIST, proxy_type="residential")
    assert time.now - began < 400


def test_time_outs_count_as_well_as_pauses(sim, time):
    """A call that takes a minute to fail leaves as much less for the others."""
    throttle = Throttle(100, clock=time.clock, sleep=time.sleep, jitter=lambda: 1.0)
    started = throttle.enter()
    time.sleep(60)
    assert throttle.failed(started)
    started = throttle.enter()
    time.sleep(60)
    assert not throttle.failed(started)
    assert throttle.exhausted


def test_workers_that_fail_together_lose_the_time_once(time):
    throttle = Throttle(100, clock=time.clock, sleep=time.sleep, jitter=lambda: 1.0)
    started = [throttle.enter() for _worker in range(8)]
    time.sleep(60)
    assert all(throttle.failed(one) for one in started)


def test_a_failure_holds_the_calls_of_this_task_back(time):
    throttle = Throttle(100, clock=time.clock, sleep=time.sleep, jitter=lambda: 1.0)
    began = throttle.enter()
    throttle.failed(began)
    assert throttle.enter() - began == pytest.approx(0.5)


def test_no_connection_is_tried_a_few_times(sim, throttle):
    client = Client(Settings(token="t", url="http://127.0.0.1:1/api"), throttle)
    with pytest.raises(TransportError, match="It was tried 6 times"):
        client.call(api.USER_LIST, proxy_type="residential")
