# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process of its own."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
import yaml

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(tmp_path):
    """Start the simulator; give back the process and what its ready file holds."""
    running = []

    def run(*arguments, command=("-m", "simulator"), cwd=ROOT):
        ready = tmp_path / f"ready{len(running)}.json"
        process = subprocess.Popen(
            [sys.executable, *command, "--ready-file", str(ready), *arguments],
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        deadline = time.monotonic() + 10
        while not ready.exists():
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return process, json.loads(ready.read_text())

    yield run
    for process in running:
        process.kill()
        process.communicate()


def wallet(ready):
    response = requests.get(
        f"{ready['api_url']}/account/wallet-balance", params={"token": ready["token"], "key": ready["key"]}, timeout=5
    )
    return response.json()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_start_and_end(start, number):
    process, ready = start()
    assert wallet(ready) == {"code": 200, "data": {"wallet_balance": 100.0}, "msg": "ok"}
    base = f"http://127.0.0.1:{ready['port']}"
    assert (ready["api_url"], ready["extract_url"]) == (f"{base}/api", f"{base}/extract")
    assert (ready["control_url"], ready["pid"]) == (f"{base}/_simulator", process.pid)
    begin = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=5)
    assert time.monotonic() - begin < 1
    assert (process.returncode, errors) == (0, "")
    assert output == (
        "Simulated Thordata API, edition D\n"
        f"  api       {base}/api\n"
        f"  extract   {base}/extract\n"
        f"  echo      {base}/echo\n"
        f"  gateway   {ready['gateway_url']}\n"
        f"  control   {base}/_simulator\n"
        "  account   Thor100001  token simulatortoken0001  key simulatorkey0001\n"
        f"export THORDATA_API_URL={base}/api THORDATA_PUBLIC_TOKEN=simulatortoken0001 "
        f"THORDATA_PUBLIC_KEY=simulatorkey0001 THORDATA_API_TIMEZONE=UTC THORDATA_EXTRACT_URL={base}/extract "
        "THORDATA_ACCOUNT_NAME=Thor100001\n"
    )


def test_it_says_where_it_is_before_it_ends(start):
    process, ready = start()
    assert process.stdout.readline() == "Simulated Thordata API, edition D\n"
    assert process.stdout.readline() == f"  api       {ready['api_url']}\n"


def test_start_by_path_from_anywhere(start, tmp_path):
    _process, ready = start(command=(str(ROOT / "simulator"),), cwd=tmp_path)
    assert wallet(ready)["code"] == 200


def test_options(start, tmp_path):
    seed = tmp_path / "seed.yml"
    seed.write_text("{token: mine, key: minekey, settings: {edition: D, lag: 9, timezone: Europe/Berlin}}")
    arguments = ["--edition", "C", "--latency", "0.05", "--lag", "2", "--rate", "7", "--clock", "virtual"]
    _process, ready = start("--seed", str(seed), *arguments)
    assert [(item["token"], item["key"]) for item in ready["accounts"]] == [("mine", "minekey")]
    assert ready["environment"]["THORDATA_PUBLIC_TOKEN"] == "mine"
    states = [requests.get(f"{ready['control_url']}/state", timeout=5).json() for _repeat in range(2)]
    settings = states[0]["settings"]
    assert (settings["edition"], settings["latency"], settings["lag"]) == ("C", 0.05, 2)
    assert (settings["rate"], settings["timezone"]) == (7, "Europe/Berlin")
    assert states[0]["time"] == states[1]["time"]


def test_state_file(start, tmp_path):
    state = tmp_path / "state.yml"
    process, ready = start("--state", str(state))
    requests.post(f"{ready['control_url']}/settings", json={"wallet": 42}, timeout=5)
    process.terminate()
    process.communicate(timeout=5)
    assert yaml.safe_load(state.read_text())["accounts"][0]["wallet"] == 42
    process, ready = start("--state", str(state))
    assert wallet(ready)["data"] == {"wallet_balance": 42}
    process.terminate()
    assert "state taken up from the state file" in process.communicate(timeout=5)[0]


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "simulator", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )


def test_bad_seed(tmp_path):
    seed = tmp_path / "seed.yml"
    seed.write_text("walet: 5")
    result = run("--seed", str(seed))
    assert (result.returncode, result.stdout) == (1, "")
    assert re.fullmatch(r"simulator: the seed: unknown key 'walet' \(known: .*\)\n", result.stderr)


def test_bad_option():
    result = run("--rate", "-1")
    assert (result.returncode, result.stderr) == (
        1,
        "simulator: rate must be a number of calls a second above 0, or null for no limit\n",
    )


def test_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert result.stderr.startswith("simulator: ")
    assert "Traceback" not in result.stderr


def test_ready_file_that_cannot_be_written(tmp_path):
    result = run("--ready-file", str(tmp_path / "missing" / "ready.json"))
    assert result.returncode == 1
    assert result.stderr.startswith("simulator: ")
    assert "Traceback" not in result.stderr


def test_connections_that_are_open_do_not_keep_it(start):
    process, ready = start()
    with requests.Session() as session:
        session.get(f"{ready['control_url']}/state", timeout=5)
        process.terminate()
        process.communicate(timeout=2)
    assert process.returncode == 0
