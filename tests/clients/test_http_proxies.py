# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes through an HTTP proxy (proxy.py), plain and tunnelled, that fail before and after they were passed on."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest
import trustme
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins.module_utils._account import (
    apply,
    purchase,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import State
from ansible_collections.thordata.proxies.plugins.modules import (
    cdk,
    proxy_user,
    unlimited_server,
    whitelist_ip,
)
from simulator import Simulator

SEED = {
    "wallet": 10_000,
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d", "bandwidth": 300, "size": "16vCPU-32GiB"}],
    "users": {"residential": {"alice01": {"password": "Secret1"}}},
}
PAID = {
    "/unlimited/renew": (unlimited_server, {"ins_id": "ins-one", "renew_for": 30, "renew_within": "3d"}),
    "/unlimited/upgrade": (unlimited_server, {"ins_id": "ins-one", "bandwidth": 700, "size": "32vCPU-64GiB"}),
    "/cdk/create": (cdk, {"traffic": 10, "count": 4}),
}
FREE = {
    "/proxy-users/create-user": (proxy_user, {"username": "newuser01", "password": "Secret1"}),
    "/proxy-users/update-user": (proxy_user, {"username": "alice01", "traffic_limit": 500}),
    "/whitelisted-ips/add-ip": (whitelist_ip, {"ip": "203.0.113.9"}),
}
# What happens to the call on its way, and whether it took effect.
BEFORE = ("drop_before", "error_502", "empty")
AFTER = ("drop_after", "error_502_after", "truncate", "slow")


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module", params=["http", "https"])
def sim(request, authority):
    """The API, which is called through the proxy (http) or through a tunnel of it (https)."""
    context = None
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    with Simulator(seed=SEED, tls=context) as simulator:
        yield simulator


class HttpProxy:
    """A process of proxy.py."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "proxy", "--hostname", "127.0.0.1", "--port", str(self.port)]
        command += ["--num-workers", "1", "--num-acceptors", "1", "--log-level", "ERROR", "--data-dir", str(folder)]
        log = subprocess.DEVNULL
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        while self.process.poll() is None:
            with socket.socket() as trial:
                if not trial.connect_ex(("127.0.0.1", self.port)):
                    return
            time.sleep(0.05)
        raise AssertionError("proxy.py did not start")

    def kill(self):
        """End it at once, with all its connections."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory):
    one = HttpProxy(tmp_path_factory.mktemp("proxy"))
    yield one
    one.kill()


@pytest.fixture
def mortal(tmp_path):
    """A proxy for a test that kills it."""
    one = HttpProxy(tmp_path / "proxy")
    yield one
    one.kill()


@pytest.fixture
def run(sim, authority, tmp_path, monkeypatch):
    """Run a module in this process, with the environment that names the proxy; short waits."""
    sim.reset(SEED)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setattr(purchase, "LATE_ORDER", 0.1)
    monkeypatch.setattr(apply, "POLL_INTERVAL", 0.1)
    monkeypatch.setattr(State, "list_lag", 0.3)
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)

    def run_module(module, proxy, **options):
        for name in ("http_proxy", "https_proxy"):
            monkeypatch.setenv(name, f"http://user:Leaky1@127.0.0.1:{proxy.port}")
        account = {
            "api_token": sim.token,
            "api_url": sim.api_url,
            "api_retry_timeout": 3,
            "api_timeout": 1,
            "ca_path": str(tmp_path / "ca.pem"),
            "state_dir": str(tmp_path / "state"),
        }
        spec, constraints = module.MODULE.argument_spec, module.MODULE.constraints
        checked = ArgumentSpecValidator(spec, **constraints).validate(module.MODULE.expanded({**account, **options}))
        assert not checked.error_messages, checked.error_messages
        result = module.MODULE.execute(checked.validated_parameters, False, False, print)
        assert "Leaky" not in str(result)
        return result

    return run_module


def posts(sim, path):
    return [row for row in sim.log if row.path == path]


@pytest.mark.parametrize("fault", [None, *BEFORE, *AFTER])
@pytest.mark.parametrize("path", PAID)
def test_an_order_is_sent_once(run, sim, proxy, path, fault):
    module, options = PAID[path]
    if fault:
        sim.fault(fault, path=path, **({"seconds": 2} if fault == "slow" else {}))
    result = run(module, proxy, confirm_cost=True, **options)
    bought = fault not in BEFORE
    assert len(posts(sim, path)) == 1
    assert len(sim.ledger) == len(result["orders"]) == bought
    assert result["changed"] is bought
    assert bool(result.get("failed")) is not bought
    sim.clear_faults()
    again = run(module, proxy, confirm_cost=True, **options)
    assert not again.get("failed"), again
    assert again["changed"] is not bought
    assert len(sim.ledger) == 1


@pytest.mark.parametrize("fault", [None, *BEFORE, *AFTER])
@pytest.mark.parametrize("path", FREE)
def test_a_write_takes_effect_once(run, sim, proxy, path, fault):
    module, options = FREE[path]
    if fault:
        sim.fault(fault, path=path, times=1, **({"seconds": 2} if fault == "slow" else {}))
    result = run(module, proxy, **options)
    assert not result.get("failed"), result
    assert result["changed"] is True
    assert [row["call"] for row in sim.ledger] == [path]


@pytest.mark.parametrize("path", PAID)
def test_a_proxy_that_dies_while_the_order_is_under_way(run, sim, mortal, path):
    module, options = PAID[path]
    sim.fault("slow", path=path, seconds=1)

    def kill_once_ordered():
        while not sim.ledger:
            time.sleep(0.01)
        mortal.kill()

    killer = threading.Thread(target=kill_once_ordered)
    killer.start()
    result = run(module, mortal, confirm_cost=True, **options)
    killer.join()
    assert result["failed"]
    assert "cannot be told" in result["msg"]
    assert "Nothing was bought" not in result["msg"]
    assert len(sim.ledger) == len(posts(sim, path)) == 1


def test_a_proxy_that_cannot_be_reached(run, sim, mortal):
    mortal.kill()
    result = run(whitelist_ip, mortal, ip="203.0.113.9")
    assert f"the proxy 127.0.0.1:{mortal.port} of the environment cannot be reached" in result["msg"]
    assert not sim.log


def test_a_proxy_that_dies_before_the_order(run, sim, mortal, monkeypatch):
    """It read the list and the wallet through the proxy, and then finds none: nothing can have been ordered."""
    check_funds = purchase.check_funds

    def kill_after(client, least):
        balance = check_funds(client, least)
        mortal.kill()
        return balance

    monkeypatch.setattr(purchase, "check_funds", kill_after)
    module, options = PAID["/unlimited/renew"]
    result = run(module, mortal, confirm_cost=True, **options)
    assert result["failed"]
    assert not sim.ledger
    assert not posts(sim, "/unlimited/renew")


def test_a_proxy_that_refuses(run, sim, proxy):
    """What the API does not answer on, the proxy cannot reach: it says so, in a tunnel or in the API's place."""
    port = sim._port
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            sim._port = free.getsockname()[1]
        result = run(whitelist_ip, proxy, ip="203.0.113.9")
    finally:
        sim._port = port
    assert result["failed"]
    assert "127.0.0.1" in result["msg"]
    assert not sim.log
