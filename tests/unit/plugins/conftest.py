# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures: a simulator with virtual time, and what runs a module against it.

``ansible-test units`` loads this file, and knows no settings of pyproject.toml.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))  # for the simulator

from ansible_collections.thordata import proxies
from ansible_collections.thordata.proxies.plugins.module_utils._account import (
    apply,
    times,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import Throttle
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.module_utils._modules import account
from simulator import Simulator

# The folder that Python finds the collection in.
COLLECTIONS = Path(next(iter(proxies.__path__))).parents[2]

# A usual run finds today what it found yesterday; the long one looks elsewhere each time.
hypothesis.settings.register_profile("usual", derandomize=True)
if "SOAK" not in os.environ:
    hypothesis.settings.load_profile("usual")


def pytest_configure(config):
    config.addinivalue_line("markers", "histories: random histories under faults; they depend on no ansible-core")


def pytest_collection_modifyitems(config, items):
    """Leave the histories out, which take minutes, where no markers are chosen."""
    if not config.getoption("markexpr"):
        left_out = [item for item in items if item.get_closest_marker("histories")]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def seeds(usual, soak):
    """Return the seeds of random histories: a few in a usual run, many in ``make soak``, in parts for its processes."""
    part, _slash, parts = os.environ.get("SOAK", "").partition("/")
    return range(int(part), soak, int(parts)) if part else range(usual)


@pytest.fixture(scope="session")
def shared_simulator():
    with Simulator(clock="virtual") as sim:
        yield sim


@pytest.fixture
def sim(shared_simulator, monkeypatch, tmp_path):
    """A simulator with an empty account; its time moves only when a client sleeps, or by hand."""
    shared_simulator.reset({})
    forget(monkeypatch)
    monkeypatch.setenv("THORDATA_STATE_DIR", str(tmp_path / "state"))
    return shared_simulator


def forget(monkeypatch):
    """Make this process one that has just begun: what it remembers of its own calls is gone."""
    monkeypatch.setattr(apply, "_written", {})
    monkeypatch.setattr(account, "_throttles", {})
    monkeypatch.setattr(State, "_local_writes", {})
    monkeypatch.setattr(State, "_local_paces", {})


class VirtualTime:
    """The clock of a gate: sleeping moves it, and the simulator's with it."""

    def __init__(self, sim):
        self.now = sim.world.now()
        self.slept = []
        self._sim = sim

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        self._sim.advance(seconds)


@pytest.fixture
def time(sim):
    return VirtualTime(sim)


@pytest.fixture
def state(sim, time, tmp_path):
    return State("the account", str(tmp_path / "state"), clock=time.clock)


@pytest.fixture
def throttle(time, state):
    return Throttle(120.0, state, clock=time.clock, sleep=time.sleep, jitter=lambda: 1.0)


@pytest.fixture
def client(sim, throttle, state):
    return Client(Settings(token=sim.token, url=sim.api_url), throttle, state)


@pytest.fixture
def calls(sim):
    """Return the calls since the last time, in order: ("GET", path) or ("POST", path, parameters)."""

    def read():
        rows = [
            (row.method, row.path) if row.method == "GET" else (row.method, row.path, row.params) for row in sim.log
        ]
        sim.clear_log()
        return rows

    return read


@pytest.fixture
def run(sim, virtual):
    """Run a module in this process, as the action plugin does, in virtual time."""
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    def run_module(module, check_mode=False, diff_mode=True, **options):
        account = {"api_token": sim.token, "api_url": sim.api_url, "api_retry_timeout": 1}
        checked = ArgumentSpecValidator(module.argument_spec, **module.constraints).validate(
            module.expanded({**account, **options})
        )
        assert not checked.error_messages, checked.error_messages
        return module.execute(checked.validated_parameters, check_mode, diff_mode, print)

    return run_module


@pytest.fixture
def virtual(monkeypatch, sim, time):
    """Let modules wait, and read the clock, in virtual time."""

    def throttle(budget, state, notify):
        return Throttle(budget, state, clock=time.clock, sleep=time.sleep, jitter=lambda: 1.0, notify=notify)

    def state(account, folder, warn):
        return State(account, folder, clock=time.clock, warn=warn)

    monkeypatch.setattr(account, "Throttle", throttle)
    monkeypatch.setattr(account, "State", state)
    monkeypatch.setattr(times, "now", sim.world.now)
    return time
