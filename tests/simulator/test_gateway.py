# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway, by real clients: requests, curl and PySocks."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from simulator import SettingError, Simulator

ECHO = "http://echo.simulator.test/"
SEED = {
    "users": {
        "residential": {
            "alice01": {"password": "Secret1"},
            "disabled": {"password": "Secret1", "enabled": False},
            "overlimit": {"password": "Secret1", "traffic_limit": 100, "usage_traffic": 100},
        }
    },
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "username": "ispuser1", "password": "Isp2026pass"}]},
}


@pytest.fixture(scope="module")
def shared():
    with Simulator(clock="virtual") as sim:
        yield sim


@pytest.fixture
def sim(shared):
    shared.reset(SEED)
    return shared


def get(sim, username="td-customer-alice01", password="Secret1", scheme="http", url=ECHO):
    credentials = f"{username}:{password}@" if username else ""
    proxy = f"{scheme}://{credentials}127.0.0.1:{sim.gateway.port}"
    session = requests.Session()
    session.trust_env = False
    return session.get(url, proxies={"http": proxy, "https": proxy}, timeout=5)


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_exits_rotate_and_stay(sim, scheme):
    assert len({get(sim, scheme=scheme).json()["ip"] for _request in range(4)}) == 4
    sticky = "td-customer-alice01-country-gb-sessid-abc1-sesstime-5"
    first = get(sim, sticky, scheme=scheme).json()
    assert first["country"] == "GB"
    assert get(sim, sticky, scheme=scheme).json() == first
    assert get(sim, sticky.replace("abc1", "abc2"), scheme=scheme).json() != first
    sim.advance(301)
    assert get(sim, sticky, scheme=scheme).json() != first


def test_places(sim):
    place = "td-customer-alice01-continent-na-country-us-state-newyork-city-buffalo-asn-AS7922"
    assert {**get(sim, place).json(), "ip": 0} == {"ip": 0, "country": "US", "city": "Buffalo", "asn": "AS7922"}


@pytest.mark.parametrize(
    ("username", "status", "code"),
    [
        ("td-customer-nobody1", 407, None),
        ("alice01", 407, None),
        ("td-customer-alice01-country-USA", 407, None),
        ("td-customer-alice01-state-texas", 407, None),
        ("td-customer-alice01-sesstime-5", 407, None),
        ("td-customer-alice01-sessid-a-sesstime-91", 407, None),
        ("td-customer-alice01-city-houston-country-us", 407, None),
        (None, 407, None),
        ("td-customer-disabled", 403, "user_disabled"),
        ("td-customer-overlimit", 403, "user_traffic"),
        ("td-customer-alice01-country-xx", 502, "client_101"),
        ("td-customer-alice01-country-us-state-bavaria", 502, "Resource_202"),
        ("td-customer-alice01-country-us-city-paris", 502, "Resource_202"),
        ("td-customer-alice01-country-us-asn-AS1", 502, "Resource_202"),
    ],
)
def test_refusals(sim, username, status, code):
    answer = get(sim, username)
    assert (answer.status_code, answer.headers.get("X-thor-error-code")) == (status, code)


@pytest.mark.parametrize("url", ["http://192.0.2.1/", "http://no.such.host.invalid/", "http://127.0.0.1:1/"])
def test_it_leads_to_this_machine_only(sim, url):
    answer = get(sim, url=url)
    assert answer.status_code == 502
    assert answer.headers["X-thor-error-code"] in ("client_104", "Resource_201")


def test_a_wrong_password(sim):
    assert get(sim, password="Secret2").status_code == 407
    with pytest.raises(requests.ConnectionError, match="authentication failed"):
        get(sim, password="Secret2", scheme="socks5h")


def test_bought_addresses_and_whitelisted_callers(sim):
    assert get(sim, "ispuser1", "Isp2026pass").status_code == 200
    sim.reset({**SEED, "whitelist": {"mobile": {"127.0.0.1": {}}}})
    assert get(sim, None).status_code == 200
    assert get(sim, None, scheme="socks5h").status_code == 200


def test_connect(sim):
    connection = http.client.HTTPConnection("127.0.0.1", sim.gateway.port, timeout=5)
    headers = {"Proxy-Authorization": requests.auth._basic_auth_str("td-customer-alice01", "Secret1")}
    connection.set_tunnel("echo.simulator.test", 443, headers)
    connection.request("GET", "/")
    assert json.load(connection.getresponse())["country"] == "US"
    connection.close()


def test_curl(sim):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    for options in ([], ["--proxytunnel"], ["--socks5-hostname"]):
        proxy = f"127.0.0.1:{sim.gateway.port}"
        where = [*options, proxy] if options == ["--socks5-hostname"] else [*options, "-x", f"http://{proxy}"]
        command = [curl, "-sS", "-U", "td-customer-alice01-country-de:Secret1", *where, ECHO]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["country"] == "DE"


def test_traffic_is_counted(sim):
    for _request in range(3):
        get(sim)
    user = sim.account().users["residential"]["alice01"]
    used = sim.account().usage.total("residential", "alice01")
    assert 0.5 < used < 10
    assert user.usage_traffic == pytest.approx(used / 1024)
    assert sim.account().traffic_balance == pytest.approx(102400 - used / 1024)


def test_a_session_keeps_its_exit_whatever_place_is_asked(sim):
    sticky = "td-customer-alice01-country-de-sessid-abc1-sesstime-5"
    first = get(sim, sticky).json()
    for place in ("-country-us", "-country-xx", ""):
        assert get(sim, f"td-customer-alice01{place}-sessid-abc1").json() == first
    assert get(sim, "td-customer-alice01-country-us-sessid-abc2").json()["country"] == "US"
    sim.advance(301)
    assert get(sim, "td-customer-alice01-country-us-sessid-abc1").json()["country"] == "US"
    sim.configure(gateway_pins_sessions=False)
    assert get(sim, "td-customer-alice01-country-gb-sessid-abc1").json()["country"] == "GB"


def test_a_port_serves_its_products(sim):
    sim.reset({"users": {name: {f"{name[:6]}01": {"password": "Secret1"}} for name in ("residential", "mobile")}})
    sim.configure(gateway_products={str(sim.gateway.port): ["residential", "unlimited"]})
    assert get(sim, "td-customer-reside01").status_code == 200
    refused = get(sim, "td-customer-mobile01")
    assert (refused.status_code, refused.headers["X-thor-error-code"]) == (502, "client_103")
    sim.configure(gateway_products={str(sim.gateway.port): ["mobile"]})
    assert get(sim, "td-customer-mobile01").status_code == 200
    assert get(sim, "td-customer-reside01").headers["X-thor-error-code"] == "client_103"
    assert get(sim, "td-customer-mobile01", "Wrong123").status_code == 407


def connect(sim, username="td-customer-alice01", password="Secret1"):
    """Return all that the gateway sends to a CONNECT whose client says nothing more."""
    credentials = f"Proxy-Authorization: {requests.auth._basic_auth_str(username, password)}\r\n" if username else ""
    with socket.create_connection(("127.0.0.1", sim.gateway.port), timeout=5) as client:
        client.sendall(f"CONNECT echo.simulator.test:443 HTTP/1.1\r\n{credentials}\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b"")).decode()


REFUSALS = [("407", 407), ("Auth_303", 403), ("Resource_203", 502), ("client_101", 502)]


@pytest.mark.parametrize(("fault", "status"), REFUSALS)
def test_refusals_on_request(sim, fault, status):
    sim.configure(gateway_fault=fault)
    answer = get(sim)
    assert answer.status_code == status
    code = None if fault == "407" else fault
    assert (answer.headers.get("X-thor-error-code"), answer.headers.get("x-thor-error")) == (code, code)
    assert connect(sim).startswith(f"HTTP/1.1 {status} ")
    sim.configure(gateway_refuses_in_tunnel=True)
    tunnel, refusal = connect(sim).split("\r\n\r\n", 1)
    assert tunnel.startswith("HTTP/1.1 200 ")
    assert refusal.startswith(f"HTTP/1.1 {status} ")
    assert (f"X-thor-error-code: {fault}" in refusal) is (code is not None)
    assert connect(sim, None).startswith(f"HTTP/1.1 {status} ")


def test_wrong_credentials_as_seen_live(sim):
    sim.configure(gateway_unauthorized="Auth_303", gateway_refuses_in_tunnel=True)
    assert get(sim, password="Wrong123").headers["X-thor-error-code"] == "Auth_303"
    assert "HTTP/1.1 403 Forbidden" in connect(sim, password="Wrong123").split("\r\n\r\n", 1)[1]
    assert connect(sim, None).startswith("HTTP/1.1 407 "), "who sends no credentials is asked for them"
    assert get(sim).status_code == 200
    with pytest.raises(requests.exceptions.SSLError):
        get(sim, password="Wrong123", url="https://echo.simulator.test/")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gateway_fault", "nope"),
        ("gateway_fault", ["407"]),
        ("gateway_unauthorized", "403"),
        ("gateway_refuses_in_tunnel", "yes"),
        ("gateway_pins_sessions", 1),
        ("gateway_products", ["mobile"]),
        ("gateway_products", {"9999": "mobile"}),
        ("gateway_products", {"9999": ["isp"]}),
        ("gateway_products", {"9999": [["mobile"]]}),
    ],
)
def test_settings_that_cannot_be(sim, name, value):
    with pytest.raises(SettingError, match=name):
        sim.configure(**{name: value})


def test_faults(sim):
    sim.configure(gateway_fault="407")
    assert get(sim).status_code == 407
    sim.configure(gateway_fault="close")
    with pytest.raises(requests.RequestException):
        get(sim)
    sim.configure(gateway_fault="hang")
    session = requests.Session()
    proxy = f"http://td-customer-alice01:Secret1@127.0.0.1:{sim.gateway.port}"
    with pytest.raises(requests.Timeout):
        session.get(ECHO, proxies={"http": proxy}, timeout=0.3)


def test_many_at_once(sim):
    sim.configure(gateway_latency=0.2)
    with ThreadPoolExecutor(20) as pool:
        assert {answer.status_code for answer in pool.map(lambda _number: get(sim), range(40))} == {200}
