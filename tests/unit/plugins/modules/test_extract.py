# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extract links: their exact requests, their answers in all shapes, and their errors."""

from __future__ import annotations

import re

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import EXTRACT_RESIDENTIAL
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.extract import EXTRACT_SPEC, extract


@pytest.fixture(autouse=True)
def caller(sim):
    sim.reset(
        {
            "whitelist": {name: {"127.0.0.1": {}} for name in ("residential", "unlimited")},
            "servers": [{"ins_id": "ins-one", "plan_name": "one.proxy.thordata.net"}],
            "settings": {"extract_interval": 0},
        }
    )


def get(sim, **options):
    defaults = {name: one.get("default") for name, one in EXTRACT_SPEC.items()}
    given = {"account_name": "Thor100001", "extract_url": sim.extract_url, "retry_timeout": 0}
    return extract({**defaults, **given, "services": [sim.echo_url], **options})


def test_the_requests(sim):
    assert len(get(sim, country="US", count=3, session="sticky")) == 3
    residential = {"td-customer": "Thor100001", "sesstype": "1", "number": "3", "country": "us"}
    assert [(row.method, row.path, row.params) for row in sim.log] == [("GET", "/extract/api", residential)]
    sim.clear_log()
    assert len(get(sim, product="unlimited", servers="one.proxy.thordata.net")) == 1
    unlimited = {"td-customer": "Thor100001", "sesstype": "2", "number": "1", "servers": "one"}
    assert [(row.path, row.params) for row in sim.log] == [("/extract/unlimited_api", unlimited)]


@pytest.mark.parametrize("separator", ["\n", "\r\n"])
@pytest.mark.parametrize("space", [False, True])
def test_lines_in_all_shapes(sim, separator, space):
    sim.configure(extract_separator=separator, extract_space=space)
    nodes = get(sim, count=3)
    assert [set(node) for node in nodes] == [{"host", "port"}] * 3
    assert all(node["host"].startswith("203.0.113.") and node["port"] >= 10000 for node in nodes)


@pytest.mark.parametrize("code", [0, 200])
def test_json_in_place_of_lines(sim, code):
    sim.configure(extract_json_code=code)
    client = Client(Settings(token=None, url=sim.extract_url))
    wire = {"td-customer": "Thor100001", "sesstype": "1", "number": "2", "return_type": "json"}
    assert len(client._send(EXTRACT_RESIDENTIAL, wire, "extract")) == 2


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"action": "html"}, "answered HTTP 200 with a web page, not an answer of the API"),
        ({"action": "error_502"}, "answered HTTP 502, a fault on its side"),
        ({"action": "redirect"}, "a redirect to"),
        ({"action": "drop_before"}, "the connection broke off"),
        ({"action": "code", "code": 121}, "121, the package has expired"),
        ({"action": "code", "code": 111}, "111, called again within 2 seconds"),
        ({"action": "code", "code": 199}, "the API answered 199"),
    ],
)
def test_answers_that_are_no_nodes(sim, fault, message):
    sim.fault(**fault)
    with pytest.raises(ThordataError, match=message):
        get(sim)


@pytest.mark.parametrize(
    ("options", "fault", "advice"),
    [
        ({"extract_url": "http://127.0.0.1:1"}, None, "extract_url"),
        ({"extract_url": "http://no.such.host.invalid"}, None, "extract_url"),
        ({"extract_url": "https://127.0.0.1:{port}"}, None, "extract_url"),
        ({"timeout": 0.2}, {"action": "slow", "seconds": 1}, "timeout"),
        ({}, {"action": "code", "code": 111}, "retry_timeout"),
        ({}, {"action": "throttle"}, "retry_timeout"),
        ({}, {"action": "redirect"}, "extract_url"),
        ({}, {"action": "html"}, "extract_url"),
    ],
)
def test_advice_names_the_options_of_the_link(sim, options, fault, advice):
    if fault:
        sim.fault(**fault)
    with pytest.raises(ThordataError) as caught:
        get(sim, **{name: str(one).format(port=sim.port) if "url" in name else one for name, one in options.items()})
    named = set(re.findall(r"\b(?:api|extract|retry)_[a-z_]+|\btimeout\b", str(caught.value)))
    assert advice in named
    assert named <= set(EXTRACT_SPEC)


def test_the_environment_s_proxy_is_used_only_if_asked(sim, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert len(get(sim)) == 1
    with pytest.raises(ThordataError, match="the proxy 127.0.0.1:1 of the environment cannot be reached"):
        get(sim, use_proxy=True)


def test_the_advice_names_the_address_that_the_link_saw(sim, monkeypatch):
    """The echo service is asked in the same way as the link: through the proxy, or not."""
    sim.reset({"users": {"residential": {"alice01": {"password": "Secret1"}}}, "settings": {"extract_interval": 0}})
    monkeypatch.setenv("http_proxy", f"http://td-customer-alice01:Secret1@127.0.0.1:{sim.gateway.port}")
    with pytest.raises(ThordataError, match="117.*Put 127.0.0.1 on the residential whitelist"):
        get(sim)
    with pytest.raises(ThordataError, match=r"117.*Put 198\.18\.[0-9.]+ on the residential whitelist") as caught:
        get(sim, use_proxy=True)
    assert "Secret1" not in str(caught.value)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(ThordataError, match="Put its address on the residential whitelist"):
        get(sim, services=["http://127.0.0.1:1"])


def test_a_link_that_returns_nothing(sim):
    sim.fault("empty")
    with pytest.raises(ThordataError, match="returned no proxy"):
        get(sim)
    assert get(sim, allow_empty=True) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"country": "usa"}, "country must be two letters such as us, not 'usa'"),
        (
            {"country": "False"},
            "country must be a string, not the boolean false. Put it in quotes: YAML reads an unquoted no",
        ),
        ({"timeout": 0}, "^timeout must be a positive number of seconds, not 0"),
        ({"retry_timeout": -1}, "^retry_timeout must be a positive number of seconds, not -1"),
        ({"ca_path": "/nowhere/ca.pem"}, "ca_path does not exist"),
        (
            {"extract_url": "https://me:pw@get-ip.thordata.net"},
            "^extract_url must not hold credentials. The default is",
        ),
        ({"servers": "one"}, "servers goes with product=unlimited only"),
        ({"product": "unlimited"}, "product=unlimited needs servers"),
        ({"product": "unlimited", "servers": "one", "country": "us"}, "takes no country"),
        ({"count": 0}, "count must be at least 1, not 0"),
        ({"account_name": "thor1"}, "account_name must be Thor and digits"),
        (
            {"extract_url": "get-ip.thordata.net"},
            "extract_url must start with https:// or http:// and a host. The default is https://get-ip.thordata.net",
        ),
    ],
)
def test_bad_options(sim, options, message):
    with pytest.raises(OptionError, match=message):
        get(sim, **options)
    assert list(sim.log) == []
