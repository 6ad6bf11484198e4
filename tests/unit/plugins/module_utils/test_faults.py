# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Under faults: nothing lost, nothing doubled, and ``changed`` true to what happened."""

from __future__ import annotations

import random

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import converge
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER, WHITELIST_ENTRY
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    CredentialsError,
    ExistsError,
    TransportError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import Throttle
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import seeds

NAMES = ["useraa", "userbb", "usercc", "userdd"]
ADDRESSES = ["203.0.113.1", "203.0.113.2", "203.0.113.3"]
PASSWORDS = ["secret1", "secret2"]


class Declared:
    """What the account should hold, by an independent and simpler account of the same wishes."""

    def __init__(self):
        self.users = {}
        self.addresses = {}

    def step(self, rng):
        """Draw a step; return the resource, the wish, and whether it must change something."""
        if rng.random() < 0.25:
            return WHITELIST_ENTRY, *self._address(rng)
        return PROXY_USER, *self._user(rng)

    def _address(self, rng):
        ip, before = rng.choice(ADDRESSES), dict(self.addresses)
        if rng.random() < 0.3:
            self.addresses.pop(ip, None)
            desired = DesiredItem(ip, present=False)
        else:
            self.addresses[ip] = rng.random() < 0.5
            desired = DesiredItem(ip, fields={"enabled": self.addresses[ip]})
        return desired, self.addresses != before

    def _user(self, rng):
        name, before = rng.choice(NAMES), {key: dict(value) for key, value in self.users.items()}
        kind = rng.choice(["declare", "declare", "delete", "rename"])
        free = [other for other in NAMES if other not in self.users and other != name]
        if kind == "delete":
            self.users.pop(name, None)
            return DesiredItem(name, present=False), self.users != before
        fields = {"password": rng.choice(PASSWORDS), "traffic_limit": rng.choice([0, 100, 500])}
        new_key = rng.choice(free) if kind == "rename" and free and name in self.users else None
        old = self.users.pop(name, {"enabled": True})
        self.users[new_key or name] = {**old, **fields}
        return DesiredItem(name, new_key=new_key, fields=fields), self.users != before


def faults(sim, rng):
    sim.clear_faults()
    sim.fault("throttle", every=3)
    for action in ("drop_before", "drop_after", "error_502", "error_502_after", "truncate", "error_503"):
        sim.fault(action, every=rng.choice([7, 11, 13, 100]), skip=rng.randrange(9))


def true_state(sim):
    state = sim.snapshot()
    users = {
        name: {field: row[field] for field in ("password", "traffic_limit", "enabled")}
        for name, row in state["users"]["residential"].items()
    }
    addresses = {ip: row["enabled"] for ip, row in state["whitelist"]["residential"].items()}
    return users, addresses


@pytest.mark.histories
@pytest.mark.parametrize("seed", seeds(150, 2000))
def test_random_runs_end_in_the_declared_state(sim, time, state, seed):
    rng = random.Random(seed)
    sim.configure(lag=3)
    faults(sim, rng)
    declared = Declared()
    settings = Settings(token=sim.token, url=sim.api_url)
    for _step in range(6):
        resource, desired, must_change = declared.step(rng)
        unknown = False
        for _run in range(5):
            throttle = Throttle(600.0, clock=time.clock, sleep=time.sleep, jitter=rng.random)
            result = converge(Client(settings, throttle, state), resource, "residential", [desired])
            if not result.errors:
                break
            # Six faults in a row: the task may not know what happened, and says so; the next run finds out.
            unknown = "Whether it happened is not known: run the task again" in str(result.errors[0])
            assert unknown, result.errors
        assert not result.errors
        assert unknown or result.changed is must_change
        assert true_state(sim) == (declared.users, declared.addresses)
    created = [row["params"]["username"] for row in sim.ledger if row["call"].endswith("create-user")]
    deleted = [row["params"]["username"] for row in sim.ledger if row["call"].endswith("delete-user")]
    assert len(created) - len(deleted) == len(declared.users)


def ledger(sim):
    return [row["call"].rpartition("/")[2] for row in sim.ledger]


def test_a_created_user_whose_answer_was_lost_is_not_created_again(sim, client):
    sim.configure(lag=3)
    sim.fault("drop_after", method="POST", times=1)
    result = converge(client, PROXY_USER, "residential", [DesiredItem("alice01", fields={"password": "secret1"})])
    assert (result.changed, result.errors) == (True, [])
    assert ledger(sim) == ["create-user"]


def test_a_user_that_the_list_does_not_show_yet_is_updated_and_not_an_error(sim, client):
    sim.configure(lag=3)
    client.call(PROXY_USER.create, proxy_type="residential", username="alice01", password="secret1", traffic_limit=0,
                status=True)  # fmt: skip
    desired = DesiredItem("alice01", fields={"password": "secret1", "traffic_limit": 200})
    result = converge(client, PROXY_USER, "residential", [desired])
    assert (result.changed, result.errors) == (True, [])
    assert ledger(sim) == ["create-user", "update-user"]


def test_a_name_that_is_taken_but_never_listed_is_an_error(sim, client):
    sim.fault("code", code=10018, path="create-user")
    result = converge(client, PROXY_USER, "residential", [DesiredItem("alice01", fields={"password": "secret1"})])
    assert isinstance(result.errors[0], ExistsError)
    assert not result.changed


def test_a_lost_answer_that_cannot_be_settled_says_that_it_is_not_known(sim, client):
    sim.fault("drop_after", method="POST", times=1)
    sim.fault("html", method="GET", skip=1)
    result = converge(client, PROXY_USER, "residential", [DesiredItem("alice01", fields={"password": "secret1"})])
    assert isinstance(result.errors[0], TransportError)
    assert "Whether it happened is not known: run the task again to find out" in str(result.errors[0])


def test_a_token_that_is_revoked_in_the_middle_stops_the_set(sim, client):
    sim.fault("code", code=10013, method="POST", skip=3)
    desired_items = [DesiredItem(f"scraper{number:02}", fields={"password": "secret1"}) for number in range(10)]
    result = converge(client, PROXY_USER, "residential", desired_items)
    assert len(ledger(sim)) == 3
    assert isinstance(result.errors[0], CredentialsError)
    assert (len(result.outcomes), len(result.skipped)) == (4, 6)


def test_several_workers_share_one_gate(sim, client):
    sim.fault("throttle", every=3)
    desired_items = [DesiredItem(f"scraper{number:02}", fields={"password": "secret1"}) for number in range(40)]
    result = converge(client, PROXY_USER, "residential", desired_items, concurrency=8)
    assert not result.errors
    assert sorted(sim.snapshot()["users"]["residential"]) == [desired.key for desired in desired_items]


def test_one_failure_does_not_keep_the_others_back_unless_asked(sim, client):
    desired_items = [DesiredItem(f"scraper{number:02}", fields={"password": "secret1"}) for number in range(4)]
    for stop, created in ((False, 3), (True, 0)):
        sim.reset()
        sim.fault("code", code=10000, method="POST", times=1)
        result = converge(client, PROXY_USER, "residential", desired_items, stop_on_error=stop)
        assert len(ledger(sim)) == created
        assert len(result.errors) == 1
        client.throttle.sleep(10)
