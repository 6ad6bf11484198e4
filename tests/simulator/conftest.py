# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator for all tests, put back to the same small world before each, and plain HTTP to talk to it."""

from __future__ import annotations

import copy

import pytest
import requests

from simulator import Simulator

TOKEN = "simulatortoken0001"
KEY = "simulatorkey0001"

#: 2026-07-15 12:00 UTC is 1784116800.
WORLD = {
    "start_time": "2026-07-15 12:00",
    "accounts": [
        {
            "token": TOKEN,
            "key": KEY,
            "name": "Thor100001",
            "wallet": 100.0,
            "traffic": 2048,
            "traffic_expiration": "2026-08-31",
            "limits": {"users": 3, "whitelist": 3},
            "users": {
                "residential": [
                    {
                        "username": "alice01",
                        "password": "Secret123",
                        "traffic_limit": 1000,
                        "usage_traffic": 12,
                        "created_time": "2026-06-01",
                    },
                    {"username": "robert02", "password": "Hidden456", "enabled": False, "created_time": "2026-06-02"},
                ],
                "unlimited": [
                    {"username": "worker01", "password": "Worker123"},
                    {"username": "worker02", "password": "Worker456", "traffic_limit": 100},
                ],
            },
            "whitelist": {
                "residential": [{"ip": "192.0.2.1", "created_time": "2026-06-03"}],
                "unlimited": ["192.0.2.1"],
            },
            "static_proxies": {
                "isp": [
                    {
                        "ip": "198.51.100.20",
                        "username": "ispuser1",
                        "password": "Isp123456",
                        "country": "US",
                        "city": "New York",
                        "purchase_time": "2026-07-01 08:30",
                        "expiration_time": "2026-07-31 08:30",
                    }
                ],
                "datacenter": [{"ip": "203.0.113.40", "expiration_time": "2026-09-01 00:00"}],
            },
            "servers": [
                {
                    "ins_id": "ins-k3x9q2aa",
                    "plan_name": "k3x9q2aa.proxy.thordata.net",
                    "ip": "203.0.113.5",
                    "size": "16vCPU-32GiB",
                    "bandwidth": 300,
                    "region": "na-siliconvalley",
                    "order_id": "order1",
                    "purchase_time": "2026-07-01 00:00",
                    "expiration_time": "2026-07-20 00:00",
                    "bound_users": [{"username": "worker01", "bound_time": "2026-07-02 00:00"}],
                },
                {"ins_id": "ins-old", "expiration_time": "2026-07-10", "renewable": False, "ip": "203.0.113.6"},
            ],
            "cdks": [
                {"cdk": "UNUSEDUNUSED0001", "traffic": 10, "create_time": "2026-07-03 00:00"},
                {
                    "cdk": "USEDUSEDUSED0002",
                    "traffic": 5,
                    "status": "used",
                    "create_time": "2026-07-04 00:00",
                    "use_username": "alice01",
                    "use_time": "2026-07-05 00:00",
                },
            ],
            "usage": [
                {"date": "2026-07-13 09:00", "proxy_type": "residential", "username": "alice01", "traffic": 2},
                {"date": "2026-07-13 10:00", "proxy_type": "residential", "username": "alice01", "traffic": 3},
                {"date": "2026-07-14", "proxy_type": "residential", "username": "robert02", "traffic": 1.5},
            ],
        },
        {"token": "secondtoken", "key": "secondkey", "name": "Thor200002", "wallet": 5, "recharged": False},
    ],
}


def world(**changes):
    """The seed of the tests, with other keys for its first account."""
    seed = copy.deepcopy(WORLD)
    seed["accounts"][0].update(changes)
    return seed


class Caller:
    """Calls the API as a stranger would: `requests`, credentials in the place that the contract names."""

    IN_HEADERS = ("/cdk/list", "/cdk/info")

    def __init__(self, sim):
        self.sim = sim
        self.session = requests.Session()
        self.session.trust_env = False

    def raw(self, method, path, params=None, token=TOKEN, key=KEY, place=None, **options):
        """The response of one call."""
        credentials = {name: value for name, value in (("token", token), ("key", key)) if value is not None}
        place = place or ("headers" if method == "POST" or path in self.IN_HEADERS else "query")
        params = dict(params or {})
        headers = options.pop("headers", {})
        if place == "headers":
            headers = {**headers, **credentials}
        query = {**(params if method != "POST" else {}), **(credentials if place == "query" else {})}
        form = {**(params if method == "POST" else {}), **(credentials if place == "form" else {})}
        options.setdefault("allow_redirects", False)
        options.setdefault("timeout", 10)
        return self.session.request(
            method, self.sim.api_url + path, params=query, data=form or None, headers=headers, **options
        )

    def __call__(self, method, path, params=None, **options):
        """The JSON document of one call, which must have HTTP status 200."""
        response = self.raw(method, path, params, **options)
        assert response.status_code == 200, response.text
        return response.json()

    def code(self, method, path, params=None, **options):
        """The code in the answer."""
        document = self(method, path, params, **options)
        return document["code"] if "code" in document else document["status_code"]

    def extract(self, path="/api", headers=None, **params):
        """The response of an extract link."""
        return self.session.get(self.sim.extract_url + path, params=params, headers=headers, timeout=10)

    def control(self, method, name, document=None):
        """The response of a control endpoint."""
        return self.session.request(method, f"{self.sim.control_url}/{name}", json=document, timeout=10)


@pytest.fixture(scope="session")
def running():
    with Simulator(seed=WORLD, clock="virtual") as sim:
        yield sim


@pytest.fixture
def sim(running):
    running.reset(WORLD)
    return running


@pytest.fixture(scope="session")
def session_caller(running):
    return Caller(running)


@pytest.fixture
def api(sim, session_caller):
    return session_caller
