# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What processes share of an account: a task knows what the one before it did, though the lists do not show it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time as real_time

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._account import apply, purchase
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import READ
from ansible_collections.thordata.proxies.plugins.module_utils._api.pacing import Throttle
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State, default_folder
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.modules import (
    cdk,
    cdk_info,
    proxy_user,
    proxy_user_info,
    proxy_users,
    unlimited_server,
    unlimited_server_info,
    whitelist_ip,
    whitelist_ip_info,
    whitelist_ips,
)
from ansible_collections.thordata.proxies.tests.unit.plugins.conftest import COLLECTIONS, forget

LAG = 4
SEED = {
    "wallet": 1000,
    "settings": {"lag": LAG},
    "users": {"residential": {name: {"password": "Oldone1"} for name in ("alice01", "bobby02")}},
    "whitelist": {"residential": {"203.0.113.1": {}, "203.0.113.2": {}}},
    "servers": [{"ins_id": "ins-one", "plan_name": "one.proxy.thordata.net", "expiration_time": "+1d"}],
    "cdks": [{"cdk": "UNUSEDVOUCHER010", "traffic": 10}],
}
RENEWAL = {"ins_id": "ins-one", "renew_for": 7, "renew_within": "3d", "confirm_cost": True}


@pytest.fixture
def task(sim, run, monkeypatch):
    """Run a module as a task of another process does: with no memory but the state folder."""
    sim.reset(SEED)

    def run_task(module, **options):
        forget(monkeypatch)
        result = run(module.MODULE, **options)
        assert not result.get("failed"), result
        return result

    return run_task


def user(sim, name):
    return sim.snapshot()["users"]["residential"].get(name)


def test_a_rotated_password_is_not_brought_back(sim, task):
    task(proxy_user, username="alice01", password="Newone1")
    task(proxy_user, username="alice01", traffic_limit=500)
    assert user(sim, "alice01") == {"password": "Newone1", "traffic_limit": 500, "enabled": True}


def test_what_nobody_touches_costs_no_wait(sim, task, time, calls):
    task(proxy_user, username="alice01", password="Newone1")
    calls()
    task(proxy_user, username="bobby02", traffic_limit=500)
    assert [call[1] for call in calls()] == ["/proxy-users/user-list", "/proxy-users/update-user"]
    assert not time.slept


def test_a_second_task_changes_nothing(sim, task, calls):
    assert task(proxy_user, username="newuser01", password="Newone1")["changed"]
    assert not task(proxy_user, username="newuser01", password="Newone1")["changed"]
    assert task(proxy_user, username="bobby02", state="absent")["changed"]
    assert not task(proxy_user, username="bobby02", state="absent")["changed"]
    assert task(proxy_user, username="alice01", new_username="carol03")["changed"]
    assert not task(proxy_user, username="alice01", new_username="carol03")["changed"]
    assert len(sim.ledger) == 3


def test_an_info_task_shows_what_was_just_changed(sim, task):
    task(proxy_user, username="alice01", new_username="carol03", traffic_limit=500)
    users = {one["username"]: one for one in task(proxy_user_info)["users"]}
    assert sorted(users) == ["bobby02", "carol03"]
    assert users["carol03"]["traffic_limit"] == 500
    task(whitelist_ip, ip="203.0.113.9")
    task(whitelist_ip, ip="203.0.113.1", enabled=False)
    task(whitelist_ip, ip="203.0.113.2", state="absent")
    entries = task(whitelist_ip_info)["entries"]
    assert {one["ip"]: one["enabled"] for one in entries} == {"203.0.113.1": False, "203.0.113.9": True}


def test_a_purge_sees_what_was_just_added_and_deleted(sim, task):
    task(whitelist_ip, ip="203.0.113.9")
    task(whitelist_ip, ip="203.0.113.2", state="absent")
    assert task(whitelist_ips, ips=["203.0.113.1"], purge=True)["summary"]["deleted"] == 1
    assert list(sim.snapshot()["whitelist"]["residential"]) == ["203.0.113.1"]
    task(proxy_users, users=[{"username": "dora0004", "password": "Secret1"}])
    assert task(proxy_users, users=[{"username": "alice01"}], purge=True)["summary"]["deleted"] == 2


def test_bound_users_and_vouchers_too(sim, task):
    server = {"ins_id": "ins-one"}
    sim.world.account().users["unlimited"].update(sim.world.account().users["residential"])
    task(unlimited_server, **server, bound_users=["alice01"])
    assert not task(unlimited_server, **server, bound_users=["alice01"])["changed"]
    assert task(unlimited_server_info, bound_users=True)["servers"][0]["bound_users"] == ["alice01"]
    task(cdk, cdk="UNUSEDVOUCHER010", state="absent")
    assert [one["status"] for one in task(cdk_info)["cdks"]] == ["revoked"]
    assert not task(cdk_info, status="unused")["cdks"]
    assert not task(cdk, cdk="UNUSEDVOUCHER010", state="absent")["changed"]
    assert len(task(cdk, traffic=10, count=1, confirm_cost=True)["created"]) == 1


def test_a_loop_does_not_wait_for_its_own_writes(sim, run, time):
    sim.reset(SEED)
    for limit in (100, 200, 300):
        run(proxy_user.MODULE, username="alice01", traffic_limit=limit)
    assert user(sim, "alice01")["traffic_limit"] == 300
    assert not time.slept


def test_a_write_that_was_refused_leaves_nothing_to_wait_for(sim, run, task, time):
    sim.configure(limits={"users": {"residential": 2}})
    sim.fault("code", code=10000, path="update-user")
    assert run(proxy_user.MODULE, username="alice01", traffic_limit=500)["failed"]
    sim.clear_faults()
    time.slept.clear()
    assert task(proxy_user, username="alice01", traffic_limit=700)["changed"]
    assert not time.slept


class Killed(BaseException):
    """Ends a process as a signal does: nothing is written after it."""


def die(*_args):
    raise Killed


def test_a_process_that_was_killed_after_it_sent_a_write_is_heard_of(sim, run, task, monkeypatch):
    """What it is about to do stands in the folder before the write goes out."""
    with monkeypatch.context() as patch:
        patch.setattr(apply._Worker, "_done", die)
        with pytest.raises(Killed):
            run(proxy_user.MODULE, username="alice01", password="Newone1")
    task(proxy_user, username="alice01", traffic_limit=500)
    assert user(sim, "alice01")["password"] == "Newone1"


def test_a_purchase_whose_process_was_killed_is_waited_for(sim, task, run, time, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(purchase, "_confirmed", die)
        with pytest.raises(Killed):
            run(unlimited_server.MODULE, **RENEWAL)
    assert len(sim.ledger) == 1
    result = task(unlimited_server, **RENEWAL)
    assert (result["changed"], result["orders"]) == (False, [])
    assert len(sim.ledger) == 1
    assert sum(time.slept) >= LAG


@pytest.mark.parametrize(
    ("other", "left"),
    [
        ({"password": "Newone1"}, {"password": "Newone1", "traffic_limit": 500, "enabled": True}),
        ({"traffic_limit": 500}, {"password": "Oldone1", "traffic_limit": 500, "enabled": True}),
        ({"state": "absent"}, None),
        ({"new_username": "carol03"}, None),
    ],
)
def test_a_task_that_is_overtaken_between_its_read_and_its_write(sim, task, run, monkeypatch, other, left):
    """Another process changes the same user meanwhile; an update would replace all of it by what was read before."""

    def meanwhile(*args, plan=apply.plan):
        monkeypatch.setattr(apply, "plan", plan)
        task(proxy_user, username="alice01", **other)
        return plan(*args)

    monkeypatch.setattr(apply, "plan", meanwhile)
    result = run(proxy_user.MODULE, username="alice01", traffic_limit=500)
    assert user(sim, "alice01") == left
    assert result["changed"] is ("password" in other)
    assert bool(result.get("failed")) is (left is None)
    if "new_username" in other:
        assert user(sim, "carol03") == {"password": "Oldone1", "traffic_limit": 0, "enabled": True}


def test_an_order_of_notes_decides_who_goes_first(sim, time, tmp_path):
    """Two processes that noted a write to one item: the later one is told, the earlier one is not."""
    one, other = (State("secret", str(tmp_path), clock=time.clock) for _process in "12")
    one.recent("place")
    other.recent("place")
    assert one.record("place", {"key": "mine", "third": "item"}) == {}
    assert other.record("place", {"key": "theirs"}) == {"key": "mine"}
    assert one.record("place", {"other": "item"}) == {}
    assert one.record("place", {"key": "mine"}) == {"key": "theirs"}


def test_a_write_that_waits_long_for_its_turn_sees_what_happened_meanwhile(sim, task, run, time, monkeypatch):
    """It was announced, refused for long, and others wrote before it went out."""
    sim.configure(lag=0)
    refused = []

    def meanwhile(throttle, started, at_least=0.0, refuse=Throttle.refused):
        if not refused:
            refused.append(started)
            time.sleep(8)
            with monkeypatch.context() as patch:
                patch.setattr(Throttle, "refused", refuse)
                sim.clear_faults()
                task(proxy_user, username="alice01", password="Newone1")
        return refuse(throttle, started, at_least)

    monkeypatch.setattr(Throttle, "refused", meanwhile)
    sim.fault("throttle", path="update-user", times=1)
    assert run(proxy_user.MODULE, username="alice01", traffic_limit=500, api_retry_timeout=60)["changed"]
    assert user(sim, "alice01") == {"password": "Newone1", "traffic_limit": 500, "enabled": True}


@pytest.mark.parametrize(("seconds", "records"), [(0, 1), (5, 2)])
def test_a_write_that_takes_long_is_recorded_again(sim, task, time, monkeypatch, tmp_path, seconds, records):
    """The lists lag behind its end and not behind its announcement."""

    def slowly(client, endpoint, *args, send=Client._send):
        if endpoint.kind != READ:
            time.sleep(seconds)
        return send(client, endpoint, *args)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "_send", slowly)
        task(proxy_user, username="alice01", password="Newone1")
    (file,) = tmp_path.glob("**/*.writes")
    assert len(file.read_text().splitlines()) == records
    task(proxy_user, username="alice01", traffic_limit=500)
    assert user(sim, "alice01") == {"password": "Newone1", "traffic_limit": 500, "enabled": True}


def test_a_look_for_one_item_does_not_forget_the_others(time, tmp_path):
    one, other = (State("secret", str(tmp_path), clock=time.clock) for _process in "12")
    one.recent("place")
    other.record("place", {"first": "a", "second": "b"})
    one.recent("place", {"first"})
    assert one.record("place", {"first": "mine"}) == {}
    assert one.record("place", {"second": "mine"}) == {"second": "b"}


def test_what_others_wrote_is_known_though_the_file_was_written_anew(time, tmp_path):
    one, other = (State("secret", str(tmp_path), clock=time.clock) for _process in "12")
    one.recent("place")
    one.record("place", {"third": "item"})
    other.record("place", {"key": "theirs"})
    (writes,) = tmp_path.iterdir()
    writes.write_bytes(writes.read_bytes().splitlines(keepends=True)[1])
    assert one.record("place", {"key": "mine"}) == {"key": "theirs"}


def test_a_folder_that_was_made_anew_locks_anew(tmp_path):
    """Who waited for the file of a folder that is gone takes the new one, as others do."""
    command = [sys.executable, "-c", HOLDER, str(COLLECTIONS), str(tmp_path / "state")]
    state = State("secret", str(tmp_path / "state"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        known = []

        def buy():
            with state.purchases() as mine:
                mine.expect(1.0)
            with state.purchases() as later:
                known.append(later.pending_until)

        waiting = threading.Thread(target=buy)
        waiting.start()
        real_time.sleep(0.2)
        shutil.rmtree(tmp_path / "state")
        (tmp_path / "state").mkdir(mode=0o700)
        holder.kill()
    waiting.join(5)
    assert [path.suffix for path in (tmp_path / "state").iterdir()] == [".purchases"]
    assert known == [1.0]


# The folder


def test_files_are_for_this_user_alone_and_hold_no_secret(sim, task, tmp_path):
    task(proxy_user, username="alice01", password="Newone1")
    task(cdk, cdk="UNUSEDVOUCHER010", state="absent")
    task(unlimited_server, **RENEWAL)
    sim.fault("throttle", times=1)
    task(proxy_user_info)
    folder = tmp_path / "state"
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert {path.suffix for path in files} == {".pace", ".purchases", ".writes"}
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        for secret in (sim.token, "Newone1", "Oldone1", "UNUSEDVOUCHER010"):
            assert secret not in path.name
            assert secret.encode() not in path.read_bytes()


def test_accounts_do_not_mix(sim, tmp_path, time):
    one, other = (State(secret, str(tmp_path), clock=time.clock) for secret in ("one", "other"))
    one.record("place", {"key": "item"})
    assert one.recent("place")
    assert not other.recent("place")
    assert one.fingerprint("item") != other.fingerprint("item")


def test_the_default_folder(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert default_folder() == "/somewhere/thordata.proxies"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert default_folder() == "/home/me/.cache/thordata.proxies"


def link(path):
    (path.parent / "elsewhere").mkdir()
    path.symlink_to("elsewhere")


def somebody_elses(path):
    path.mkdir()
    os.chown(path, 12345, 12345)


def no_folder(path):
    path.write_text("")


def below_a_file(path):
    path.write_text("")
    return path / "state"


UNUSABLE = [
    (link, "it is a link"),
    (somebody_elses, "it belongs to another user"),
    (no_folder, "it is not a folder"),
    (below_a_file, "File exists"),
]


@pytest.mark.parametrize(("make", "why"), UNUSABLE)
def test_a_folder_that_cannot_be_used(sim, run, tmp_path, make, why):
    """A warning, and all but purchases goes on."""
    sim.reset(SEED)
    path = tmp_path / "folder"
    path = make(path) or path
    result = run(proxy_user.MODULE, username="alice01", password="Newone1", state_dir=str(path))
    assert result["changed"]
    assert len(result["warnings"]) == 1
    assert why in result["warnings"][0]
    result = run(unlimited_server.MODULE, **RENEWAL, state_dir=str(path))
    assert result["failed"]
    assert "state_dir cannot be used" in result["msg"]
    assert "nothing was bought" in result["msg"]
    assert [row["call"] for row in sim.ledger] == ["/proxy-users/update-user"]


def test_a_folder_keeps_its_mode_and_must_not_be_open_to_others(tmp_path, time):
    for mode, said in ((0o755, []), (0o777, ["others can write to it"])):
        (tmp_path / f"{mode}").mkdir()
        (tmp_path / f"{mode}").chmod(mode)
        warnings = []
        State("secret", str(tmp_path / f"{mode}"), clock=time.clock, warn=warnings.append)
        assert (tmp_path / f"{mode}").stat().st_mode & 0o777 == mode
        assert len(warnings) == len(said)
        assert all(one in warnings[0] for one in said)


def test_a_file_that_is_a_link_is_not_followed(tmp_path, time):
    warnings = []
    state = State("secret", str(tmp_path), clock=time.clock, warn=warnings.append)
    state.record("place", {"key": "item"})
    (writes,) = tmp_path.iterdir()
    writes.rename(tmp_path / "elsewhere")
    writes.symlink_to("elsewhere")
    state.record("place", {"other": "item"})
    assert len(warnings) == 1
    assert list(state.recent("place")) == ["other"]
    with pytest.raises(ThordataError, match="nothing was bought"), state.purchases():
        pass


@pytest.mark.parametrize("damage", [b"\x00\xff", b"[1, 2]\n", b'{"when": 1}\n', b'[1, "place", "key"', b"garbage"])
def test_damaged_files_are_begun_anew(tmp_path, time, damage):
    warnings = []
    state = State("secret", str(tmp_path), clock=time.clock, warn=warnings.append)
    state.record("place", {"key": "item"})
    with state.changed_pace() as pace:
        pace.interval, pace.accepted_at = 3.0, time.now
    with state.purchases() as known:
        known.finish(None, warnings.append)
    for path in tmp_path.iterdir():
        path.write_bytes(damage)
    assert not state.recent("place")
    with state.changed_pace() as pace:
        assert pace.interval == 0
    with state.purchases() as known:
        assert known.pending_until > time.now + state.list_lag, "an order may be under way"
    assert len(warnings) == 3
    state.record("place", {"key": "item"})
    assert list(state.recent("place")) == ["key"]
    assert len(warnings) == 3


def test_a_clock_that_was_set_back(tmp_path, time):
    state = State("secret", str(tmp_path), clock=time.clock)
    with state.changed_pace() as pace:
        pace.interval, pace.opens, pace.accepted_at = 3.0, time.now + 3, time.now
    state.record("place", {"key": "item"})
    time.now -= 86400
    assert state.pace().interval == 0
    assert not state.recent("place")


def test_old_writes_are_forgotten_and_the_file_stays_small(tmp_path, time):
    state = State("secret", str(tmp_path), clock=time.clock)
    for number in range(6000):
        state.record("place", {f"user{number:05}": "0123456789abcdef01234567"})
        time.now += 0.05
    (writes,) = tmp_path.iterdir()
    assert writes.stat().st_size < 300_000
    assert len(state.recent("place")) == pytest.approx(120, abs=2)
    time.now += 10
    assert not state.recent("place")
    time.now += 60
    assert not state.recent("place")
    assert writes.stat().st_size == 0


HOLDER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
state = State("secret", sys.argv[2])
with state.purchases() as known, state.changed_pace(), state.locked("writes"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_killed_process_leaves_nothing_locked(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(COLLECTIONS), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        holder.send_signal(signal.SIGKILL)
    began = real_time.monotonic()
    state = State("secret", str(tmp_path))
    with state.purchases(), state.changed_pace():
        state.record("place", {"key": "item"})
    assert real_time.monotonic() - began < 5


def test_an_error_of_a_purchase_leaves_it_as_it_is(tmp_path):
    """Not even one that says that a file is missing lets the lock be taken twice."""
    state = State("secret", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="something else"), state.purchases():
        raise FileNotFoundError("something else")


def test_one_process_keeps_others_from_buying(tmp_path):
    command = [sys.executable, "-c", HOLDER, str(COLLECTIONS), str(tmp_path)]
    state = State("secret", str(tmp_path))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        real_time.sleep(0.1)
        killer = subprocess.Popen(["sh", "-c", f"sleep 0.5; kill -9 {holder.pid}"])
        began = real_time.monotonic()
        with state.purchases():
            assert real_time.monotonic() - began > 0.3
        killer.wait()
