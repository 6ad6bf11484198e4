# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The client: every code, every tolerance, every fault, and that no secret gets out."""

from __future__ import annotations

import json
import socket

import pytest
import urllib3

from ansible_collections.thordata.proxies.plugins.module_utils._api import endpoints as api
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    CODES,
    ApiError,
    CredentialsError,
    ExistsError,
    NotFoundError,
    ThrottledError,
    TransportError,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import boolean, number, text

LIST = {"proxy_type": "residential"}
NEW = {"proxy_type": "residential", "username": "alice01", "password": "Secret1", "traffic_limit": 0, "status": True}


def list_users(client):
    return client.call(api.USER_LIST, **LIST)["list"]


def test_credentials_go_where_each_row_says(sim, client, calls):
    assert list_users(client) == []
    client.call(api.CREATE_USER, **NEW)
    assert calls() == [
        ("GET", "/proxy-users/user-list"),
        (
            "POST",
            "/proxy-users/create-user",
            {
                "proxy_type": "1",
                "username": "alice01",
                "password": "Secret1",
                "traffic_limit": "0",
                "status": "true",
            },
        ),
    ]
    assert client.call(api.CDK_LIST) == []


@pytest.mark.parametrize("edition", ["B", "C"])
def test_editions_that_want_a_key(sim, throttle, edition):
    sim.configure(edition=edition)
    with_key = Client(Settings(token=sim.token, key=sim.key, url=sim.api_url), throttle)
    assert list_users(with_key) == []
    with pytest.raises(CredentialsError, match="10014, wrong key"):
        list_users(Client(Settings(token=sim.token, key="wrongkey99", url=sim.api_url), throttle))


@pytest.mark.parametrize("family", sorted(api.PROXY_TYPES))
def test_proxy_types_are_numbered_by_the_contract(family):
    contract = {
        "proxy-users": {"residential": "1", "unlimited": "2", "mobile": "3"},
        "whitelisted-ips": {"residential": "1", "unlimited": "2", "mobile": "9"},
        "locations": {"residential": "1", "unlimited": "2", "mobile": "3"},
        "proxy": {"isp": "1", "datacenter": "2"},
    }
    assert api.PROXY_TYPES[family] == contract[family]


@pytest.mark.parametrize("code", range(10000, 10022))
def test_every_code_is_explained(sim, client, code):
    sim.configure()
    sim.fault("code", code=code)
    if code == 10011:
        client.throttle.budget = 0
    with pytest.raises(ApiError) as caught:
        list_users(client)
    known = CODES[code]
    assert isinstance(caught.value, known.error)
    assert caught.value.code == code
    assert str(caught.value).startswith(
        f"Could not list the residential proxy users: the API answered {code}, {known.meaning}"
    )
    assert known.advice in str(caught.value)


def test_the_kinds_of_errors():
    kinds = {code: known.error for code, known in CODES.items() if known.error is not ApiError}
    assert kinds == {
        10010: NotFoundError,
        10011: ThrottledError,
        111: ThrottledError,
        114: NotFoundError,
        10013: CredentialsError,
        10014: CredentialsError,
        10018: ExistsError,
        10020: NotFoundError,
        10047: CredentialsError,
    }


@pytest.mark.parametrize("mode", ["null_lists", "strings", "message_key", "null_data"])
def test_tolerant_reading(sim, client, mode):
    sim.fault(mode)
    users = list_users(client)
    assert users == []
    client.call(api.CREATE_USER, **NEW)
    if mode != "null_lists":
        (row,) = list_users(client)
        assert (number(row["traffic_limit"]), boolean(row["status"])) == (0, True)
    with pytest.raises(ExistsError, match="10018"):
        client.call(api.CREATE_USER, **NEW)


@pytest.mark.parametrize(
    ("read", "value", "meant"),
    [
        (number, "12", 12),
        (number, 1.5, 1.5),
        (number, "1.50", 1.5),
        (number, None, None),
        (number, "n/a", None),
        (number, "nan", None),
        (boolean, True, True),
        (boolean, "False", False),
        (boolean, 1, True),
        (boolean, "0", False),
        (boolean, None, None),
        (text, None, None),
        (text, "", None),
        (text, 5, "5"),
    ],
)
def test_readers(read, value, meant):
    assert read(value) == meant


@pytest.mark.parametrize(
    "fault", ["drop_before", "drop_after", "error_500", "error_502", "error_503", "truncate", "empty"]
)
def test_a_read_survives_a_passing_fault(sim, client, calls, fault):
    sim.fault(fault, times=2)
    assert list_users(client) == []
    assert len(calls()) == 3


@pytest.mark.parametrize("fault", ["throttle", "http_429"])
def test_throttled_calls_are_sent_again_even_writes(sim, client, time, calls, fault):
    sim.fault(fault, times=3)
    client.call(api.CREATE_USER, **NEW)
    assert len(calls()) == 4
    assert time.slept == sorted(time.slept)


@pytest.mark.parametrize("fault", ["http_429", "error_503"])
def test_retry_after_is_honoured(sim, client, time, fault):
    sim.fault(fault, times=1, retry_after=17)
    list_users(client)
    assert sum(time.slept) == pytest.approx(17, abs=0.5)


def test_throttling_ends_with_the_budget(sim, client, time):
    sim.fault("throttle")
    with pytest.raises(ThrottledError, match=r"It was tried \d+ times\. Try later, or raise api_retry_timeout"):
        list_users(client)
    assert 100 < sum(time.slept) <= 130


@pytest.mark.parametrize(
    ("fault", "lost", "tries", "message"),
    [
        ("drop_before", True, 6, "the connection broke off"),
        ("empty", True, 6, "an empty body"),
        ("truncate", True, 6, "the connection broke off"),
        ("html", True, 1, "a web page, not an answer of the API"),
        ("redirect", False, 1, "a redirect to"),
    ],
)
def test_lasting_faults_are_given_up(sim, client, calls, fault, lost, tries, message):
    sim.fault(fault)
    with pytest.raises(TransportError, match=message) as caught:
        list_users(client)
    assert caught.value.lost is lost
    assert len(calls()) == tries


@pytest.mark.parametrize(
    "fault", ["drop_before", "drop_after", "error_502", "error_502_after", "truncate", "empty", "html"]
)
def test_a_write_whose_answer_is_lost_is_not_sent_again(sim, client, calls, fault):
    sim.fault(fault, method="POST")
    with pytest.raises(TransportError) as caught:
        client.call(api.CREATE_USER, **NEW)
    assert caught.value.lost
    assert len(calls()) == 1


def test_a_refused_connection_was_never_sent(client, throttle):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/api"
    with pytest.raises(TransportError, match="no connection") as caught:
        Client(Settings(token="sometoken1", url=url), throttle).call(api.CREATE_USER, **NEW)
    assert not caught.value.lost


def test_tls_to_a_port_that_speaks_none(sim, throttle):
    url = sim.api_url.replace("http:", "https:")
    with pytest.raises(TransportError, match="TLS failed"):
        list_users(Client(Settings(token=sim.token, url=url), throttle))


def test_a_timeout(sim, throttle):
    sim.fault("slow", seconds=0.4, times=1)
    client = Client(Settings(token=sim.token, url=sim.api_url, timeout=0.1), throttle)
    with pytest.raises(TransportError, match="no answer within api_timeout"):
        client.call(api.CREATE_USER, **NEW)


@pytest.mark.parametrize("fault", [None, {"action": "html"}, {"action": "code", "code": 40004}])
def test_what_an_account_or_edition_does_not_offer(sim, client, fault):
    sim.configure(features={"cdk": False, "hourly": False, "bind_user": False})
    if fault:
        sim.configure(features={"cdk": True, "hourly": True, "bind_user": True})
        sim.fault(**fault)
    hours = {
        "proxy_type": "residential",
        "username": "alice01",
        "from_date": "2026-01-01 00",
        "to_date": "2026-01-01 01",
    }
    for endpoint, params, feature in (
        (api.CDK_LIST, {}, "vouchers"),
        (api.USER_USAGE_HOUR, hours, "hourly usage"),
        (api.BOUND_USERS, {"ip": "k3x9q2aa.proxy.thordata.net"}, "users bound to servers"),
    ):
        with pytest.raises(ThordataError, match=f"seems not to offer {feature}"):
            client.call(endpoint, **params)


def test_no_secret_in_any_error(sim, throttle):
    secrets = ["leaky+token/1", "leakykey123", "Leaky12"]
    client = Client(Settings(token=secrets[0], key=secrets[1], url=sim.api_url), throttle)
    sim.fault("echo")
    throttle.budget = 1
    for fault in (None, "drop_before", "error_500", "truncate", "html", "redirect", "empty", "throttle"):
        sim.clear_faults()
        sim.fault("echo")
        if fault:
            sim.fault(fault)
        for call in (
            lambda: list_users(client),
            lambda: client.call(api.CREATE_USER, **{**NEW, "password": "Leaky12"}),
            lambda: client.call(api.CDK_INFO, cdk="Leaky12"),
        ):
            with pytest.raises(ThordataError) as caught:
                call()
            chain = [caught.value, caught.value.__cause__]
            told = " ".join(map(repr, chain)) + str(caught.value)
            assert not [secret for secret in secrets if secret in told]
            assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("told", ["nan", "inf", "-1", "soon"])
def test_a_retry_after_that_is_no_time_is_not_believed(sim, client, time, monkeypatch, told):
    class Answer:
        status = 503
        headers: dict[str, str] = {"Retry-After": told}
        data = b"<html>"

    monkeypatch.setattr(client._transport, "send", lambda *_args, **_more: Answer())
    with pytest.raises(TransportError, match="HTTP 503"):
        list_users(client)
    assert 100 < sum(time.slept) <= 130


def test_settings_show_no_secret():
    shown = repr(Settings(token="leakytoken1", key="leakykey123"))
    assert "leaky" not in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"token": " "}, "api_token is empty"),
        ({"token": "a\nb"}, "api_token holds white space"),
        ({"token": "ok", "key": "schlüssel"}, "api_key holds white space or characters"),
        ({"token": "ok", "url": "openapi.thordata.com/api"}, "must start with https://"),
        ({"token": "ok", "url": "ftp://host/api"}, "must start with https://"),
        ({"token": "ok", "url": "https://me:secret@host/api"}, "must not hold credentials"),
        ({"token": "ok", "url": "https://host/api?token=secret"}, "must not hold a query"),
        ({"token": "ok", "url": "https://host:port/api"}, "not a URL"),
        ({"token": "ok", "timeout": 0}, "api_timeout must be a positive number"),
        ({"token": "ok", "retry_timeout": -1}, "api_retry_timeout must be a positive number"),
        ({"token": "ok", "ca_path": "/does/not/exist"}, "ca_path does not exist"),
    ],
)
def test_bad_settings(options, message):
    with pytest.raises(OptionError, match=message) as caught:
        Settings(**options)
    assert "secret" not in str(caught.value)


def test_parameters_that_a_row_does_not_name_are_a_fault_of_the_collection(client):
    with pytest.raises(TypeError):
        client.call(api.USER_LIST, **LIST, surplus=1)
    with pytest.raises(TypeError):
        client.call(api.USER_LIST)


def test_the_environment_names_a_proxy(sim, throttle, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    throttle.budget = 1
    with pytest.raises(TransportError, match="the proxy 127.0.0.1:1 of the environment cannot be reached"):
        list_users(Client(Settings(token=sim.token, url=sim.api_url), throttle))
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    assert list_users(Client(Settings(token=sim.token, url=sim.api_url), throttle)) == []


def test_the_environment_names_authorities(sim, throttle, monkeypatch, tmp_path):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert Client(Settings(token="t"), throttle)._transport._settings["verify"] == str(tmp_path)
    assert Client(Settings(token="t", validate_certs=False), throttle)._transport._settings["verify"] is False
    assert Client(Settings(token="t", ca_path=__file__), throttle)._transport._settings["verify"] == __file__


def test_a_netrc_is_not_read(sim, client, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password leaky\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    sent = []
    urlopen = urllib3.HTTPConnectionPool.urlopen

    def noted(*args, **more):
        sent.append(more["headers"])
        return urlopen(*args, **more)

    monkeypatch.setattr(urllib3.HTTPConnectionPool, "urlopen", noted)
    list_users(client)
    assert sent
    assert "Authorization" not in sent[0]


@pytest.mark.parametrize(
    ("endpoint", "params", "data"),
    [
        (api.SERVER_LIST, {}, ["ins-one"]),
        (api.SERVER_LIST, {}, "ins-one"),
        (api.USER_LIST, LIST, {"list": [1, 2]}),
        (api.WALLET_BALANCE, {}, [12.5]),
    ],
)
def test_data_of_another_shape_is_no_answer(client, monkeypatch, endpoint, params, data):
    class Answer:
        status = 200
        headers: dict[str, str] = {}

    answer = Answer()
    answer.data = json.dumps({"code": 200, "data": data}).encode()
    monkeypatch.setattr(client._transport, "send", lambda *_args, **_more: answer)
    with pytest.raises(TransportError, match="the answer holds no"):
        client.call(endpoint, **params)


def test_a_rehearsal_calls_no_other_api(monkeypatch):
    monkeypatch.setenv("THORDATA_REHEARSAL_URL", "http://127.0.0.1:8080/api")
    with pytest.raises(
        OptionError, match=r"This is a rehearsal on http://127.0.0.1:8080/api, and api_url is https://open"
    ):
        Settings(token="token0001")
    assert Settings(token="token0001", url="http://127.0.0.1:8080/api")
    assert Settings(token=None, url="https://get-ip.thordata.net"), "extract links change nothing"
