# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extract links: who may call them, and in which forms they answer."""

from __future__ import annotations

import pytest
from conftest import world

NAME = {"td-customer": "Thor100001"}
SERVER = {**NAME, "servers": "k3x9q2aa"}


@pytest.fixture(autouse=True)
def _listed_caller(sim):
    sim.configure(caller_address="192.0.2.1")


def code(api, path="/api", headers=None, **params):
    response = api.extract(path, headers=headers, **params)
    assert response.status_code == 200
    document = response.json()
    assert document == {"code": document["code"], "data": None, "msg": document["msg"]}
    assert document["msg"]
    return document["code"]


def test_lines(api, sim):
    response = api.extract(**NAME, number=3, sesstype=2, country="us")
    assert response.text == "203.0.113.1:10000\n203.0.113.2:10001\n203.0.113.3:10002"
    assert response.headers["Content-Type"].startswith("text/plain")
    assert (sim.log[-1].path, sim.log[-1].code, sim.log[-1].effect) == ("/extract/api", 200, False)


def test_rotating_nodes_change_and_sticky_ones_do_not(api, sim):
    first = api.extract(**NAME, number=2, sesstype=2).text
    sim.advance(2)
    assert api.extract(**NAME, number=2, sesstype=2).text != first
    sim.advance(2)
    sticky = api.extract(**NAME, number=2, sesstype=1).text
    sim.advance(2)
    assert api.extract(**NAME, number=2, sesstype=1).text == sticky
    sim.advance(600)
    assert api.extract(**NAME, number=2, sesstype=1).text != sticky


def test_lines_of_a_server(api):
    assert api.extract("/unlimited_api", **SERVER, number=2).text == "203.0.113.5:10000\n203.0.113.5:10001"


@pytest.mark.parametrize("json_code", [0, 200])
def test_json(api, sim, json_code):
    sim.configure(extract_json_code=json_code)
    assert api.extract(**NAME, number=2, return_type="json").json() == {
        "code": json_code,
        "data": [{"ip": "203.0.113.1", "port": 10000}, {"ip": "203.0.113.2", "port": 10001}],
        "msg": "ok",
    }


@pytest.mark.parametrize(
    ("settings", "params", "text"),
    [
        ({"extract_separator": "\r\n"}, {}, "203.0.113.1:10000\r\n203.0.113.2:10001"),
        ({"extract_space": True}, {}, "203.0.113.1: 10000\n203.0.113.2: 10001"),
        ({}, {"sep": "\\r\\n", "protocol": "http"}, "203.0.113.1:10000\r\n203.0.113.2:10001"),
        ({}, {"sep": "|", "return_type": "txt"}, "203.0.113.1:10000|203.0.113.2:10001"),
    ],
)
def test_forms_of_lines(api, sim, settings, params, text):
    sim.configure(**settings)
    assert api.extract(**NAME, number=2, **params).text == text


def test_again_within_two_seconds(api, sim):
    assert api.extract(**NAME).text == "203.0.113.1:10000"
    assert code(api, **NAME) == 111
    sim.advance(1.9)
    assert code(api, **NAME) == 111
    sim.advance(0.1)
    assert api.extract(**NAME).text == "203.0.113.2:10001"


@pytest.mark.parametrize(
    "params",
    [{"country": "xx"}, {"country": "us", "state": "bavaria"}, {"country": "us", "city": "munich"}, {"number": 0}],
)
def test_empty(api, params):
    assert code(api, **NAME, **params) == 114


def test_nothing_in_stock(api, sim):
    sim.configure(extract_nodes=0)
    assert code(api, **NAME) == 114


def test_state_and_city(api):
    assert api.extract(**NAME, country="us", state="texas", city="houston").text.count(":") == 1


def test_unknown_server_is_empty(api):
    assert code(api, "/unlimited_api", **NAME, servers="nothing") == 114


def test_caller_not_whitelisted(api, sim):
    sim.configure(caller_address="192.0.2.200")
    assert code(api, **NAME) == 117
    assert code(api, "/unlimited_api", **SERVER) == 117


def test_disabled_entry_is_not_whitelisted(api, sim):
    sim.account().whitelist["residential"]["192.0.2.1"].enabled = False
    assert code(api, **NAME) == 117


def test_a_new_entry_counts_when_it_has_spread(api, sim):
    sim.configure(caller_address="192.0.2.7", lag=3)
    api("POST", "/whitelisted-ips/add-ip", {"proxy_type": 1, "ip": "192.0.2.7", "status": "true"})
    assert code(api, **NAME) == 117
    sim.advance(3)
    assert api.extract(**NAME).text == "203.0.113.1:10000"


def test_the_caller_is_the_peer(api, sim):
    sim.configure(caller_address=None)
    assert code(api, headers={"X-Forwarded-For": "192.0.2.1"}, **NAME) == 117
    api("POST", "/whitelisted-ips/add-ip", {"proxy_type": 1, "ip": "127.0.0.1", "status": "true"})
    assert api.extract(**NAME).text == "203.0.113.1:10000"


def test_or_the_first_forwarded_address_when_that_is_trusted(api, sim):
    sim.configure(caller_address=None, trust_forwarded=True)
    assert code(api, **NAME) == 117
    forwarded = {"X-Forwarded-For": "192.0.2.1, 198.51.100.1"}
    assert api.extract(headers=forwarded, **NAME).text == "203.0.113.1:10000"


@pytest.mark.parametrize("params", [{}, {"td-customer": "Thor999"}, {"td-customer": ""}])
def test_wrong_name(api, params):
    assert code(api, **params) == 118
    assert code(api, "/unlimited_api", **params, servers="k3x9q2aa") == 118


def test_expired(api, sim):
    assert code(api, "/unlimited_api", **NAME, servers="old") == 121
    sim.reset(world(traffic_expiration="2026-07-01"))
    assert code(api, **NAME) == 121


@pytest.mark.parametrize("params", [{"sesstype": 3}, {"number": "many"}, {"return_type": "xml"}])
def test_bad_parameters(api, params):
    assert code(api, **NAME, **params) == 10000


def test_servers_is_required(api):
    assert code(api, "/unlimited_api", **NAME) == 10000


def test_a_post_is_refused(api, sim):
    assert api.session.post(f"{sim.extract_url}/api", timeout=10).status_code == 405
