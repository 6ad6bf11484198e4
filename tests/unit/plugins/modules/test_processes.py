# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Histories of real processes on one account: lists that lag, throttling, faults and kills. Time is short, not virtual.

Each step of a history is some tasks at once, each in a process of its own that knows nothing but the state folder; the
next step follows at once. In the end the account is as the last task of each item declared it, and no order is doubled.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import apply, purchase, purchase_lock
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import LOCK_USER
from ansible_collections.thordata.proxies.plugins.module_utils._api import pacing
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.modules import (
    cdk,
    proxy_user,
    proxy_users,
    unlimited_server,
    whitelist_ip,
    whitelist_ips,
)
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import seeds
from simulator import Simulator

# A fiftieth of the usual seconds.
LAG, LIST_LAG, POLL_INTERVAL, LATE_ORDER = 0.08, 0.12, 0.02, 0.1
MODULES = {
    "user": proxy_user,
    "users": proxy_users,
    "address": whitelist_ip,
    "addresses": whitelist_ips,
    "server": unlimited_server,
    "vouchers": cdk,
}
NAMES = [f"user{number:02}" for number in range(6)]
ADDRESSES = [f"203.0.113.{number}" for number in range(1, 7)]
SEED = {
    "wallet": 10_000,
    "limits": {"users": 1000},
    "settings": {"lag": LAG},
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}],
}
FAULTS = ("drop_before", "drop_after", "error_502", "error_502_after", "truncate", "error_503", "throttle")


def work(account, kind, options, answers):
    """Run one task, in a process that has just begun."""
    State.list_lag, apply.POLL_INTERVAL, purchase.LATE_ORDER = LIST_LAG, POLL_INTERVAL, LATE_ORDER
    pacing.FIRST_PAUSE, pacing.FIRST_INTERVAL = 0.01, 0.005
    purchase_lock.TRY_INTERVAL, purchase_lock.LONGEST_WAIT = 0.05, 20
    module = MODULES[kind].MODULE
    from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

    checked = ArgumentSpecValidator(module.argument_spec, **module.constraints).validate(
        module.expanded({**account, **options})
    )
    answers.put(module.execute(checked.validated_parameters, False, False, lambda message: None))


@pytest.fixture(scope="module")
def context():
    """Processes that are forked from one without threads, which has all modules loaded."""
    forked = multiprocessing.get_context("forkserver")
    forked.set_forkserver_preload(["test_processes"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *map(str, sys.path)]))
        forkserver.ensure_running()
    return forked


@pytest.fixture(scope="module")
def live():
    """A simulator whose time runs."""
    with Simulator(seed=SEED) as sim:
        yield sim


class Declared:
    """What the account should hold."""

    def __init__(self, rng):
        self.rng = rng
        self.users = {}
        self.addresses = {}
        self.vouchers = 0
        self.renewed = 0

    def tasks(self):
        """Draw tasks that may run at the same time: no two of them are about one item."""
        names, addresses = NAMES[:], ADDRESSES[:]
        self.rng.shuffle(names)
        self.rng.shuffle(addresses)
        kinds = self.rng.choices(
            ["user", "both", "rename", "users", "address", "addresses", "vouchers", "server"], k=self.rng.randint(1, 3)
        )
        for kind in kinds:
            if kind == "both" and len(names) and names[-1] in self.users:
                # Two processes change one user at once, each something else.
                name = names.pop()
                fields = {
                    "password": f"Secret{self.rng.randint(1, 3)}",
                    "traffic_limit": self.rng.choice([0, 100, 500]),
                }
                self.users[name].update(fields)
                yield from (("user", {"username": name, field: value}) for field, value in fields.items())
            elif kind in ("user", "both"):
                yield "user", self._user(names.pop())
            elif kind == "rename":
                yield from self._rename(names.pop())
            elif kind == "users":
                yield "users", {"users": [self._user(names.pop()) for _item in "12"[: len(names)]]}
            elif kind == "address":
                yield "address", self._address(addresses.pop())
            elif kind == "addresses":
                yield "addresses", {"ips": [self._address(addresses.pop()) for _item in "12"[: len(addresses)]]}
            elif kind == "vouchers":
                self.vouchers = max(self.vouchers, self.rng.randint(1, 4))
                yield "vouchers", {"traffic": 10, "count": self.vouchers, "confirm_cost": True}
            else:
                self.renewed = 1
                options = {"renew_for": 30, "renew_within": "3d", "confirm_cost": True}
                yield "server", {"ins_id": "ins-one", **options}

    def _user(self, name):
        if self.rng.random() < 0.2:
            self.users.pop(name, None)
            return {"username": name, "state": "absent"}
        before = self.users.get(name)
        fields = {"password": f"Secret{self.rng.randint(1, 3)}", "traffic_limit": self.rng.choice([0, 100, 500])}
        # Leaving something out is what brings an old value back, where a task reads an old list.
        if before:
            fields.pop(self.rng.choice(["password", "traffic_limit", "neither"]), None)
        self.users[name] = {"enabled": True, **(before or {}), **fields}
        return {"username": name, **fields}

    def _rename(self, name):
        new = f"{name}x"
        if name in self.users and new not in self.users:
            self.users[new] = self.users.pop(name)
            yield "user", {"username": name, "new_username": new}

    def _address(self, ip):
        if self.rng.random() < 0.3:
            self.addresses.pop(ip, None)
            return {"ip": ip, "state": "absent"}
        self.addresses[ip] = self.rng.random() < 0.5
        return {"ip": ip, "enabled": self.addresses[ip]}


def run(context, live, account, tasks, rng, kills):
    """Run tasks at once, each in a process of its own; kill some, and run these again. Return what still fails."""
    waiting = [(kind, options, rng.random() < kills) for kind, options in tasks]
    errors = []
    for attempt in range(12):
        if attempt == 8:
            # A fault of each fifth call can meet the order of each run of a task, for ever.
            live.clear_faults()
        running = []
        for kind, options, doomed in waiting:
            process = context.Process(target=work, args=(account, kind, options, results := context.SimpleQueue()))
            process.start()
            running.append((process, kind, options, results, doomed))
        waiting = []
        for process, kind, options, results, doomed in running:
            if doomed:
                time.sleep(rng.uniform(0.005, 0.06))
                process.kill()
            process.join()
            result = results.get() if process.exitcode == 0 and not results.empty() else {"failed": "killed"}
            if result.get("failed"):
                # A fault that outlasts the budget: the next run converges.
                waiting.append((kind, options, False))
                errors.append((kind, result.get("msg", "killed")))
        if not waiting:
            return []
    return errors


@pytest.mark.histories
@pytest.mark.parametrize("seed", seeds(60, 2000))
def test_histories_end_in_the_declared_state(context, live, tmp_path, seed):
    rng = random.Random(seed)
    live.reset(SEED)
    if rng.random() < 0.3:
        live.configure(rate=rng.choice([50, 100, 200]))
    account = {
        "api_token": live.token,
        "api_url": live.api_url,
        "api_timeout": 0.5,
        "api_retry_timeout": 10,
        "state_dir": str(tmp_path / "state"),
    }
    declared = Declared(rng)
    kills = rng.choice([0, 0, 0.3])
    for _step in range(3):
        live.clear_faults()
        for action in rng.sample(FAULTS, rng.randint(0, 2)):
            live.fault(action, every=rng.choice([3, 5, 7]), skip=rng.randrange(4))
        left = run(context, live, account, list(declared.tasks()), rng, kills)
        assert not left
    state = live.snapshot()
    users = {
        name: {field: row[field] for field in ("password", "traffic_limit", "enabled")}
        for name, row in state["users"]["residential"].items()
    }
    assert users == declared.users
    assert {ip: row["enabled"] for ip, row in state["whitelist"]["residential"].items()} == declared.addresses
    assert len(state["cdks"]) == declared.vouchers
    assert len([row for row in live.ledger if row["call"] == "/unlimited/renew"]) == declared.renewed


PURCHASES = {
    "server": {"ins_id": "ins-one", "renew_for": 30, "renew_within": "3d"},
    "vouchers": {"traffic": 10, "count": 2},
}


@pytest.mark.histories
@pytest.mark.parametrize("seed", seeds(4, 400))
def test_controllers_that_share_nothing_buy_once_with_the_lock(context, live, tmp_path, seed):
    rng = random.Random(seed)
    live.reset(SEED)
    for action in rng.sample(FAULTS, rng.randint(0, 2)):
        live.fault(action, every=rng.choice([5, 7]), skip=rng.randrange(4))
    running = []
    for controller in range(4):
        account = {
            "api_token": live.token,
            "api_url": live.api_url,
            "api_timeout": 0.5,
            "api_retry_timeout": 10,
            "state_dir": str(tmp_path / f"controller{controller}"),
        }
        kind = rng.choice([*PURCHASES])
        options = {**PURCHASES[kind], "confirm_cost": True, "purchase_lock": True}
        process = context.Process(target=work, args=(account, kind, options, results := context.SimpleQueue()))
        process.start()
        running.append((process, results))
    told = []
    for process, results in running:
        process.join()
        assert process.exitcode == 0
        told.append(results.get())
    bought = [row["call"] for row in live.ledger if row["call"] in ("/unlimited/renew", "/cdk/create")]
    assert len(bought) == len(set(bought)), told
    assert bought or any(one.get("failed") for one in told)
    if LOCK_USER in live.snapshot()["users"]["residential"]:
        assert LOCK_USER in str(told)
