# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the editions have, and that features can be switched one by one."""

from __future__ import annotations

import pytest
from conftest import WORLD, Caller

from simulator import Simulator

HOST = {"ip": "k3x9q2aa.proxy.thordata.net"}
HOURS = {"proxy_type": 1, "username": "alice01", "from_date": "2026-07-13 09", "to_date": "2026-07-13 09"}
MONITOR = {"ins_id": "ins-k3x9q2aa", "start_time": 0, "end_time": 60, "period": 60}

CDK = [
    ("POST", "/cdk/create", {"flow": 1, "num": 1}),
    ("GET", "/cdk/list", {}),
    ("GET", "/cdk/info", {"cdk": "UNUSEDUNUSED0001"}),
    ("POST", "/cdk/revoke", {"cdk": "UNUSEDUNUSED0001"}),
]
BIND = [
    ("POST", "/get_unlimited_servers_bind_user", HOST),
    ("POST", "/add_unlimited_servers_bind_user", {**HOST, "username": "worker02"}),
    ("POST", "/del_unlimited_servers_bind_user", {**HOST, "username": "worker01"}),
]
HOURLY = [("GET", "/proxy-users/usage-statistics-hour", HOURS)]
MOBILE = [
    ("GET", "/proxy-users/user-list", {"proxy_type": 3}),
    ("GET", "/whitelisted-ips/ip-list", {"proxy_type": 9}),
    ("GET", "/locations/states", {"proxy_type": 3, "country_code": "US"}),
]
GROUPS = {"cdk": CDK, "bind_user": BIND, "hourly": HOURLY, "mobile": MOBILE}


@pytest.fixture(params=["B", "C", "D"])
def edition(request, sim):
    sim.configure(edition=request.param)
    return request.param


HAS = {
    "B": {"cdk"},
    "C": {"bind_user", "hourly"},
    "D": {"cdk", "bind_user", "hourly", "mobile"},
}


@pytest.mark.parametrize("feature", GROUPS)
def test_calls_of_an_edition(api, edition, feature):
    for method, path, params in GROUPS[feature]:
        response = api.raw(method, path, params)
        if feature in HAS[edition]:
            assert (response.status_code, response.json()["code"]) == (200, 200)
        elif feature == "mobile":
            assert response.json()["code"] == 10000
        else:
            assert (response.status_code, response.text[:15]) == (404, "<!DOCTYPE html>")


@pytest.mark.parametrize(("params", "code"), [({}, 200), ({"key": "wrong"}, None), ({"key": None}, None)])
def test_key_of_an_edition(api, edition, params, code):
    expected = code or (200 if edition == "D" else 10014)
    assert api.code("GET", "/account/wallet-balance", **params) == expected


def test_region_of_an_edition(api, edition):
    row = api("GET", "/unlimited/server-list")["data"][0]
    assert ("region" in row) is (edition != "B")
    assert api.code("GET", "/unlimited/server-monitor", MONITOR) == (200 if edition == "B" else 10000)


@pytest.mark.parametrize("feature", GROUPS)
def test_features_one_by_one(api, sim, feature):
    method, path, params = GROUPS[feature][0]
    sim.configure(features={feature: False})
    response = api.raw(method, path, params)
    assert response.status_code == 404 or response.json()["code"] == 10000
    sim.configure(edition="B", features={feature: True, "key": False})
    assert api.code(method, path, params, key=None) == 200


@pytest.mark.parametrize("name", ["B", "C", "D"])
def test_edition_as_an_argument_wins_over_the_seed(name):
    with Simulator(seed=WORLD | {"settings": {"edition": "C"}}, edition=name) as sim:
        assert Caller(sim).code("GET", "/account/wallet-balance", key=None) == (200 if name == "D" else 10014)
