# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints, over HTTP."""

from __future__ import annotations

import pytest

CAROL = {"proxy_type": 1, "username": "carol03", "password": "Passw0rd1", "traffic_limit": 500, "status": "true"}


def test_state(api, sim):
    document = api.control("GET", "state").json()
    assert document["accounts"]["simulatortoken0001"] == sim.snapshot()
    assert list(document["accounts"]) == ["simulatortoken0001", "secondtoken"]
    assert (document["time"], document["settings"]["edition"]) == (1784116800, "D")


def test_log_and_ledger(api):
    api("POST", "/proxy-users/create-user", CAROL)
    sent = {name: str(value) for name, value in CAROL.items()}
    assert api.control("GET", "log").json() == {
        "requests": [
            {
                "time": 1784116800,
                "account": "Thor100001",
                "method": "POST",
                "path": "/proxy-users/create-user",
                "params": sent,
                "code": 200,
                "status": 200,
                "effect": True,
                "fault": None,
            }
        ]
    }
    assert api.control("GET", "ledger").json() == {
        "writes": [{"time": 1784116800, "account": "Thor100001", "call": "/proxy-users/create-user", "params": sent}]
    }
    assert api.control("POST", "log/clear").json() == {"ok": True}
    assert api.control("GET", "log").json() == {"requests": []}
    assert len(api.control("GET", "ledger").json()["writes"]) == 1


def test_reset(api, sim):
    api("POST", "/proxy-users/create-user", CAROL)
    assert api.control("POST", "reset").json() == {"ok": True}
    assert sorted(sim.snapshot()["users"]["residential"]) == ["alice01", "robert02"]
    assert api.control("POST", "reset", {"seed": {"token": "fresh", "wallet": 3}}).json() == {"ok": True}
    assert (sim.token, sim.account().wallet_balance) == ("fresh", 3)


def test_reset_takes_large_seeds(api, sim):
    users = [{"username": f"user{number:08d}", "password": "Secret123"} for number in range(30_000)]
    assert api.control("POST", "reset", {"seed": {"users": {"residential": users}}}).json() == {"ok": True}
    assert len(sim.account().users["residential"]) == 30_000


def test_settings(api, sim):
    document = api.control("POST", "settings", {"lag": 3, "rate": 5, "wallet": 7, "limits": {"users": 9}}).json()
    assert (document["ok"], document["settings"]["lag"], document["settings"]["rate"]) == (True, 3, 5)
    assert (sim.account().wallet_balance, sim.account().user_limits["mobile"]) == (7, 9)
    api.control("POST", "settings", {"token": "secondtoken", "wallet": 8})
    assert sim.account("secondtoken").wallet_balance == 8
    assert api.control("POST", "settings", {"rate": None}).json()["settings"]["rate"] is None


def test_faults(api):
    document = api.control("POST", "faults", {"action": "throttle", "path": "wallet-balance", "times": 1}).json()
    assert document["faults"][0] == {
        "action": "throttle",
        "method": None,
        "path": "wallet-balance",
        "every": 1,
        "skip": 0,
        "times": 1,
        "probability": None,
        "seed": None,
        "retry_after": None,
        "seconds": 1.0,
        "code": None,
        "location": "/login",
        "seen": 0,
        "fired": 0,
    }
    assert [api.code("GET", "/account/wallet-balance") for _repeat in range(2)] == [10011, 200]
    rule = api.control("GET", "faults").json()["faults"][0]
    assert (rule["seen"], rule["fired"]) == (2, 1)
    assert api.control("POST", "faults/clear").json() == {"ok": True}
    assert api.control("GET", "faults").json() == {"faults": []}


def test_advance(api, sim):
    assert api.control("POST", "advance", {"seconds": 60}).json() == {"ok": True, "time": 1784116860}
    assert sim.world.now() == 1784116860


@pytest.mark.parametrize(
    ("name", "document", "sentence"),
    [
        ("advance", {}, "advance needs seconds"),
        ("advance", {"seconds": "x"}, "advance needs seconds"),
        ("faults", {}, "a fault needs an action"),
        ("faults", {"action": "boom"}, "unknown fault action 'boom'"),
        ("settings", {"speed": 1}, "unknown setting 'speed'"),
        ("settings", {"token": "none", "wallet": 1}, "no account has this token"),
        ("reset", {"seed": {"x": 1}}, "the seed: unknown key 'x'"),
        ("reset", {"seed": "/etc/hosts"}, "reset takes seed, a mapping"),
        ("reset", {"token": "x"}, "reset takes seed, a mapping"),
        ("reset", [], "the body must be a JSON object"),
    ],
)
def test_bad_calls(api, name, document, sentence):
    response = api.session.post(f"{api.sim.control_url}/{name}", json=document, timeout=10)
    assert response.status_code == 400
    assert response.json()["error"].startswith(sentence)


def test_body_that_is_not_json(api):
    response = api.session.post(f"{api.sim.control_url}/settings", data="lag=3", timeout=10)
    assert (response.status_code, response.json()) == (400, {"error": "the body must be JSON"})


@pytest.mark.parametrize(("method", "name"), [("GET", "nothing"), ("POST", "state"), ("GET", "reset")])
def test_unknown_endpoints(api, method, name):
    response = api.control(method, name)
    assert response.status_code == 404
    assert response.json()["error"].startswith(f"no such control endpoint: {method} {name} (known: GET state, ")


def test_control_calls_are_not_logged(api, sim):
    api.control("GET", "state")
    assert sim.log == []
