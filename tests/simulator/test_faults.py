# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault action: what the caller gets, what took effect, what the log says; and the conditions of a rule."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import requests
from conftest import KEY, TOKEN

CREATE = "/proxy-users/create-user"
CAROL = {"proxy_type": 1, "username": "carol03", "password": "Passw0rd1", "traffic_limit": 500, "status": "true"}
LIST = ("GET", "/proxy-users/user-list", {"proxy_type": 1})


def created(sim):
    return "carol03" in sim.snapshot()["users"]["residential"]


def logged(sim):
    row = sim.log[-1]
    return row.code, row.effect, row.fault


@pytest.mark.parametrize(("action", "effect"), [("drop_before", False), ("drop_after", True)])
def test_dropped_connection(api, sim, action, effect):
    sim.fault(action, path="create-user")
    with pytest.raises(requests.ConnectionError):
        api.raw("POST", CREATE, CAROL)
    assert created(sim) is effect
    assert len(sim.ledger) == effect
    assert logged(sim) == (None, effect, action)


@pytest.mark.parametrize(
    ("action", "status", "effect"),
    [
        ("error_500", 500, False),
        ("error_502", 502, False),
        ("error_503", 503, False),
        ("http_429", 429, False),
        ("redirect", 302, False),
        ("error_502_after", 502, True),
    ],
)
def test_error_page(api, sim, action, status, effect):
    sim.fault(action, path="create-user")
    response = api.raw("POST", CREATE, CAROL)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<html>" in response.text
    assert "Retry-After" not in response.headers
    assert created(sim) is effect
    assert logged(sim) == (status, effect, action)


@pytest.mark.parametrize("action", ["error_503", "http_429"])
def test_retry_after(api, sim, action):
    sim.fault(action, retry_after=7)
    assert api.raw(*LIST).headers["Retry-After"] == "7"


def test_redirect(api, sim):
    sim.fault("redirect", path="user-list")
    assert api.raw(*LIST).headers["Location"] == "/login"
    followed = api.raw(*LIST, allow_redirects=True)
    assert (followed.status_code, '<input name="password"' in followed.text) == (200, True)
    sim.clear_faults()
    sim.fault("redirect", location="https://login.example.com/")
    assert api.raw(*LIST).headers["Location"] == "https://login.example.com/"


def test_truncated_body(api, sim):
    sim.fault("truncate", path="user-list")
    with api.raw(*LIST, stream=True) as response:
        assert response.status_code == 200
        promised = int(response.headers["Content-Length"])
        received = b""
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            for chunk in response.iter_content(16):
                received += chunk
    assert promised // 2 - 16 <= len(received) <= promised // 2
    assert received.startswith(b'{"code":200,"data":{"limit":3,')
    assert logged(sim) == (None, False, "truncate")


def test_truncated_write_took_effect(api, sim):
    sim.fault("truncate", path="create-user")
    with pytest.raises(requests.RequestException):
        api.raw("POST", CREATE, CAROL)
    assert created(sim)
    assert logged(sim) == (None, True, "truncate")


@pytest.mark.parametrize(("action", "start"), [("empty", ""), ("html", "<!DOCTYPE html>")])
def test_no_answer_of_the_api(api, sim, action, start):
    sim.fault(action)
    response = api.raw("POST", CREATE, CAROL)
    assert (response.status_code, response.text[:15]) == (200, start)
    assert not created(sim)
    assert logged(sim) == (None, False, action)


def test_throttle(api, sim):
    sim.fault("throttle")
    assert api("POST", CREATE, CAROL) == {"code": 10011, "data": None, "msg": "too frequent, try later"}
    assert not created(sim)
    assert logged(sim) == (10011, False, "throttle")


def test_any_code(api, sim):
    sim.fault("code", code=10005)
    assert api("POST", CREATE, CAROL) == {"code": 10005, "data": None, "msg": "not enough stock"}
    assert api("GET", "/unlimited/balancing-monitor")["status_code"] == 10005
    assert not created(sim)


def test_any_code_after_the_effect(api, sim):
    sim.fault("code_after", code=10009, path="/unlimited/renew")
    assert api.code("POST", "/unlimited/renew", {"ins_id": "ins-k3x9q2aa", "package_id": "6"}) == 10009
    assert [row["call"] for row in sim.ledger] == ["/unlimited/renew"]
    assert (sim.log[-1].code, sim.log[-1].effect, sim.log[-1].fault) == (10009, True, "code_after")


def test_slow(api, sim):
    sim.fault("slow", seconds=0.2, path="create-user")
    with pytest.raises(requests.ReadTimeout):
        api.raw("POST", CREATE, CAROL, timeout=0.05)
    assert created(sim)
    start = time.monotonic()
    assert api.code("POST", CREATE, CAROL) == 10018
    assert time.monotonic() - start >= 0.2
    assert logged(sim) == (10018, False, "slow")


def test_null_lists(api, sim):
    sim.fault("null_lists")
    data = api("GET", "/proxy-users/user-list", {"proxy_type": 3})["data"]
    assert data == {"limit": 3, "remaining_limit": 3, "user_count": 0, "list": None}
    assert api("GET", "/whitelisted-ips/ip-list", {"proxy_type": 9})["data"]["lists"] is None
    assert api("GET", "/cdk/list", {"status": 3})["data"] is None
    assert len(api(*LIST)["data"]["list"]) == 2


def test_strings(api, sim):
    sim.fault("strings")
    assert api(*LIST) == {
        "code": "200",
        "data": {
            "limit": "3",
            "remaining_limit": "1",
            "user_count": "2",
            "list": [
                {
                    "created_time": "2026-06-01",
                    "username": "alice01",
                    "password": "Secret123",
                    "status": "true",
                    "traffic_limit": "1000",
                    "usage_traffic": "12",
                },
                {
                    "created_time": "2026-06-02",
                    "username": "robert02",
                    "password": "Hidden456",
                    "status": "false",
                    "traffic_limit": "0",
                    "usage_traffic": "1.5",
                },
            ],
        },
        "msg": "ok",
    }


def test_message_key(api, sim):
    sim.fault("message_key")
    assert api("GET", "/account/wallet-balance") == {"code": 200, "data": {"wallet_balance": 100.0}, "message": "ok"}
    assert api("GET", "/account/wallet-balance", token="x") == {"code": 10013, "data": None, "message": "token wrong"}


def test_null_data(api, sim):
    sim.fault("null_data")
    assert api("POST", CREATE, CAROL) == {"code": 200, "data": None, "msg": "ok"}
    assert created(sim)
    order = api("POST", "/unlimited/renew", {"ins_id": "ins-k3x9q2aa", "package_id": 27})
    assert order["data"]["order_money"] == 8.0


def test_usual_envelope(api, sim):
    params = {"ins_id": "ins-k3x9q2aa", "region": "na-siliconvalley", "start_time": 0, "end_time": 60, "period": 60}
    path = "/unlimited/balancing-monitor"
    own = api("GET", path, params)
    sim.fault("usual_envelope")
    assert api("GET", path, params) == {"code": 200, "data": own["payload"], "msg": "ok"}
    assert api("GET", path, {**params, "period": 1}) == {"code": 10000, "data": None, "msg": "parameter error"}
    assert api("GET", "/account/wallet-balance")["code"] == 200


def test_echo(api, sim):
    sim.fault("echo")
    message = api("POST", CREATE, {**CAROL, "username": "alice01"})["msg"]
    assert [secret in message for secret in (TOKEN, KEY, "Passw0rd1")] == [True, True, True]
    assert TOKEN in api("GET", "/proxy-users/user-list")["msg"]
    assert api("GET", "/account/wallet-balance")["msg"] == "ok"


def test_shapes_and_slowness_go_together_with_an_outcome(api, sim):
    for action in ("message_key", "strings", "echo", "throttle"):
        sim.fault(action)
    assert set(api("POST", CREATE, CAROL)) == {"code", "data", "message"}
    assert sim.log[-1].fault == "throttle+echo+message_key+strings"


def test_faults_also_meet_the_extract_links(api, sim):
    sim.fault("error_503", path="/extract/*")
    assert api.extract(**{"td-customer": "Thor100001"}).status_code == 503
    assert api.code(*LIST) == 200


def codes(api, calls):
    return [api.code(*LIST) for _repeat in range(calls)]


OK, HIT = 200, 10011


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"times": 2}, [HIT, HIT, OK, OK, OK, OK]),
        ({"every": 3}, [OK, OK, HIT, OK, OK, HIT]),
        ({"every": 3, "times": 1}, [OK, OK, HIT, OK, OK, OK]),
        ({"skip": 4}, [OK, OK, OK, OK, HIT, HIT]),
        ({"skip": 1, "every": 2, "times": 2}, [OK, OK, HIT, OK, HIT, OK]),
        ({"probability": 0}, [OK, OK, OK, OK, OK, OK]),
        ({"probability": 1}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"every": None, "times": None, "path": None}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"method": "GET"}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"method": "POST"}, [OK, OK, OK, OK, OK, OK]),
        ({"path": "/proxy-users/user-list"}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"path": "user-list"}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"path": "proxy-users/*"}, [HIT, HIT, HIT, HIT, HIT, HIT]),
        ({"path": "*/create-user"}, [OK, OK, OK, OK, OK, OK]),
        ({"path": "create-user"}, [OK, OK, OK, OK, OK, OK]),
    ],
    ids=str,
)
def test_conditions(api, sim, options, expected):
    sim.fault("throttle", **options)
    assert codes(api, 6) == expected


def test_probability_is_repeatable_with_a_seed(api, sim):
    def run():
        sim.clear_faults()
        sim.fault("throttle", probability=0.5, seed=7)
        return codes(api, 30)

    first = run()
    assert set(first) == {OK, HIT}
    assert run() == first


def test_first_due_outcome_wins_and_hides_the_call_from_the_others(api, sim):
    sim.fault("throttle", times=1)
    sim.fault("code", code=10005, times=1)
    assert codes(api, 3) == [10011, 10005, 200]


def test_cleared_faults_are_gone(api, sim):
    sim.fault("throttle")
    sim.clear_faults()
    assert codes(api, 1) == [200]


@pytest.mark.parametrize(
    ("action", "options", "sentence"),
    [
        ("explode", {}, "unknown fault action 'explode' (known: drop_before, "),
        ("slow", {"second": 1}, "unknown option 'second' of a fault (known: action, method, path, "),
        ("slow", {"seconds": "long"}, "seconds of a fault must be a number, 0 or more"),
        ("throttle", {"every": 0}, "every of a fault must be a whole number, 1 or more"),
        ("throttle", {"times": "x"}, "times of a fault must be a whole number, 1 or more"),
        ("throttle", {"path": 5}, "path of a fault must be a string"),
        ("code", {}, "the fault action code needs a code"),
    ],
)
def test_bad_rules(sim, action, options, sentence):
    with pytest.raises(ValueError) as caught:
        sim.fault(action, **options)
    assert str(caught.value).startswith(sentence)


def test_every_action_has_a_test():
    from simulator.faults import ACTIONS

    text = json.dumps(Path(__file__).read_text(encoding="utf-8"))
    assert [action for action in ACTIONS if f'\\"{action}\\"' not in text] == []
