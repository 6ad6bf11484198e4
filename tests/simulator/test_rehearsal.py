# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of an account to rehearse on, and a command that runs on it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from simulator import SettingError, Simulator
from simulator.picture import PASSWORD, seed_of
from simulator.rehearsal import report

ROOT = Path(__file__).resolve().parents[2]
ODD = "a'b\"c\n{{ x }}\x1b[31m<script>" + "é" * 500
PICTURE = {
    "wallet_balance": 12.5,
    "traffic_balance": 2048,
    "traffic_expiration": "2031-01-31",
    "users": {
        "residential": {
            "limit": 7,
            "remaining_limit": 5,
            "users": [
                {
                    "username": "alice01",
                    "proxy_type": "residential",
                    "traffic_limit": 1000,
                    "enabled": False,
                    "created_time": "2026-01-02",
                    "usage_traffic": 12.5,
                },
                {
                    "username": ODD,
                    "proxy_type": "residential",
                    "traffic_limit": None,
                    "enabled": None,
                    "created_time": None,
                    "usage_traffic": None,
                },
            ],
        },
    },
    "whitelist": {
        "residential": {
            "limit": None,
            "remaining_limit": None,
            "entries": [
                {"ip": "192.0.2.1", "enabled": False, "created_time": "2026-01-03", "proxy_type": "residential"}
            ],
        }
    },
    "static_proxies": {
        "isp": [
            {
                "ip": "198.51.100.20",
                "port": 7777,
                "username": "ispuser1",
                "country": "gb",
                "city": "London",
                "proxy_type": "isp",
                "purchase_time": "2026-01-01 10:00",
                "expiration_time": "2033-05-18 03:33",
                "expiration_timestamp": 2000000000,
            }
        ]
    },
    "servers": [
        {
            "ins_id": "ins-a",
            "plan_name": "a.example",
            "region": "eu-x",
            "order_id": "order-1",
            "status": "Maintenance",
            "size": "32vCPU-64GiB",
            "bandwidth": 700,
            "purchase_time": "2026-01-01 10:00",
            "expiration_time": "2033-05-18 03:33",
            "expiration_timestamp": 2000000000,
        },
        {
            "ins_id": "ins-b",
            "plan_name": "b.example",
            "region": None,
            "order_id": None,
            "status": None,
            "size": "strange",
            "bandwidth": None,
            "purchase_time": None,
            "expiration_time": None,
            "expiration_timestamp": None,
        },
        {"ins_id": None},
    ],
    "bound_users": {"ins-a": ["worker01"]},
    "vouchers": [
        {"status": "unused", "traffic": 10, "count": 2},
        {"status": "used", "traffic": 5, "count": 1},
        {"status": "unused", "traffic": None, "count": 3},
        {"status": "unheard of", "traffic": 1, "count": 1},
    ],
    "unavailable": {"users.mobile": "no", "whitelist.mobile": "no"},
}


def test_a_copy_looks_like_the_account():
    with Simulator(seed=seed_of(PICTURE)) as sim:
        account, copy = sim.account(), sim.snapshot()
    assert (copy["wallet_balance"], copy["traffic_balance"]) == (12.5, 2048)
    assert account.traffic_expiration == 1927584000
    assert sim.world.settings.features == {"mobile": False}
    assert account.user_limits["residential"] == 7
    assert copy["users"]["residential"] == {
        "alice01": {"password": PASSWORD, "traffic_limit": 1000, "enabled": False},
        ODD: {"password": PASSWORD, "traffic_limit": 0, "enabled": True},
    }
    alice = account.users["residential"]["alice01"]
    assert (alice.usage_traffic, alice.created_time) == (12.5, "2026-01-02")
    assert copy["whitelist"]["residential"] == {"192.0.2.1": {"enabled": False}}
    [proxy] = account.static_proxies["isp"]
    assert (proxy.ip, proxy.port, proxy.country, proxy.city) == ("198.51.100.20", 7777, "GB", "London")
    assert (proxy.username, proxy.password, proxy.expiration_time) == ("ispuser1", PASSWORD, 2000000000)
    assert set(copy["servers"]) == {"ins-a", "ins-b"}
    assert copy["servers"]["ins-a"] == {
        "plan_name": "a.example",
        "ip": "203.0.113.1",
        "size": "32vCPU 64GiB",
        "bandwidth": 700,
        "region": "eu-x",
        "status": "Maintenance",
        "expiration_time": 2000000000,
        "bound_users": ["worker01"],
    }
    assert sorted((one.status, one.traffic) for one in account.cdks.values()) == [
        ("unused", 10),
        ("unused", 10),
        ("used", 5),
    ]


def test_passwords_are_copied_where_they_are_given():
    given = {**PICTURE, "passwords": {"residential": {"alice01": "Secret123"}}}
    users = seed_of(given)["users"]["residential"]
    assert (users["alice01"]["password"], users[ODD]["password"]) == ("Secret123", PASSWORD)


def test_what_the_account_does_not_have_the_copy_does_not_have():
    seed = seed_of(
        {"unavailable": {"vouchers": "no", "bound_users": "no", "users.mobile": "no", "static_proxies.isp": "no"}}
    )
    with Simulator(seed=seed) as sim:
        assert [sim.world.settings.has(one) for one in ("cdk", "bind_user", "mobile", "hourly")] == [False] * 3 + [True]
        assert sim.snapshot()["users"]["residential"] == {}


@pytest.mark.parametrize("picture", [[], {}, {"users": {}}, "text", None])
def test_what_is_no_picture(picture):
    with pytest.raises(SettingError, match="account_info"):
        seed_of(picture)


CALL = """
import os, urllib.parse, urllib.request
data = urllib.parse.urlencode({parameters}).encode()
headers = {{"token": "whatever", "key": "whatever"}}
request = urllib.request.Request(os.environ["THORDATA_API_URL"] + "{path}", data, headers)
print(urllib.request.urlopen(request).read().decode())
"""
NEW = {"proxy_type": 1, "username": "robert02", "password": "Leaky123", "traffic_limit": 0, "status": "true"}


def command(*arguments, code="pass", picture=None, **more):
    """Start the simulator with a command in Python."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "simulator"), *arguments, "--", sys.executable, "-u", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def test_a_command_runs_on_a_copy_and_is_told_of(tmp_path):
    create = CALL.format(parameters=NEW, path="/proxy-users/create-user")
    renew = CALL.format(parameters={"ins_id": "ins-a", "package_id": 27}, path="/unlimited/renew")
    state = "print(os.environ['THORDATA_STATE_DIR'], os.environ['THORDATA_REHEARSAL_URL'], sep='\\n')"
    process = command("--account", "-", code=f"{create}{renew}{state}\nraise SystemExit(7)")
    output, errors = process.communicate(json.dumps(PICTURE), timeout=20)
    assert (process.returncode, errors) == (7, "")
    *answers, folder, url, told, first, second = output.splitlines()
    assert [json.loads(answer)["code"] for answer in answers] == [200, 200]
    assert told == (
        "Rehearsed on a simulated account: 2 changes, 8.00 spent at invented prices. The live API was not called."
    )
    assert first == '  create-user residential username="robert02"'
    assert second == '  renew ins_id="ins-a" package_id="27" cost 8.00'
    assert "Leaky" not in output
    assert not Path(folder).parent.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_any_token_and_any_name_are_those_of_the_first_account():
    with Simulator(seed={"whitelist": {"residential": {"127.0.0.1": {}}}}) as sim:

        def codes():
            balance = requests.get(f"{sim.api_url}/account/wallet-balance", {"token": "mine"}, timeout=5).json()["code"]
            link = requests.get(f"{sim.extract_url}/api", {"td-customer": "Thor9", "number": 1}, timeout=5).text
            return balance, ":" in link and "code" not in link

        assert codes() == (10013, False)
        sim.configure(any_token=True)
        assert codes() == (200, True)
        assert requests.get(f"{sim.api_url}/account/wallet-balance", timeout=5).json()["code"] == 10013


def test_names_are_told_as_data():
    with Simulator(seed=seed_of(PICTURE)) as sim:
        for number in range(102):
            form = (
                {"proxy_type": 1, "username": ODD}
                if not number
                else {"proxy_type": 9, "ip": "192.0.2.9", "status": "true"}
            )
            path = (
                "proxy-users/delete-user"
                if not number
                else "whitelisted-ips/" + ("add-ip", "delete-ip")[number % 2 - 1]
            )
            sim.world.settings.features["mobile"] = True
            requests.post(f"{sim.api_url}/{path}", data=form, headers={"token": sim.token}, timeout=5)
        head, first, second, *_rest, last = report(sim)
    assert head == "Rehearsed on a simulated account: 102 changes. The live API was not called."
    assert first == f"  delete-user residential username={json.dumps(ODD)}"
    assert second == '  add-ip mobile ip="192.0.2.9"'
    assert last == "  and 2 more"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_interrupted_leaves_nothing(number):
    process = command(
        code="import os, time; print(os.environ['THORDATA_API_URL']); time.sleep(60)", start_new_session=True
    )
    url = process.stdout.readline().strip()
    begin = time.monotonic()
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it
    else:
        process.send_signal(number)
    output, _errors = process.communicate(timeout=20)
    assert time.monotonic() - begin < 10
    assert process.returncode == 128 + number
    assert output.startswith("Rehearsed on a simulated account: no change.")
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def run(*arguments, **more):
    done = subprocess.run(
        [sys.executable, str(ROOT / "simulator"), *arguments],
        cwd=ROOT,
        input="no JSON",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        **more,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_what_cannot_run():
    code, output, errors = run("--", "/no/such/program")
    assert (code, output) == (1, "")
    assert "/no/such/program" in errors
    assert run("--account", "-")[::2] == (1, "simulator: the account - is no JSON\n")


def test_a_library_that_is_missing_is_named(tmp_path):
    (tmp_path / "aiohttp.py").write_text("raise ModuleNotFoundError('gone', name='aiohttp')\n")
    code, _output, errors = run(env={**os.environ, "PYTHONPATH": str(tmp_path)})
    install = f"{sys.executable} -m pip install aiohttp PyYAML"
    assert (code, errors) == (1, f"simulator: needs the Python library aiohttp: {install}\n")
