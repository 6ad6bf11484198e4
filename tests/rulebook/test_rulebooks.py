# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The example rulebooks run, as they are, in ansible-rulebook, and change an account of the simulator."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import environment
import pytest
import yaml
from ansible_project import BIN, COLLECTIONS, ROOT, Project, kill_all, to_yaml
from ansible_rulebook.conf import settings
from ansible_rulebook.rules_parser import parse_rule_sets
from ansible_rulebook.util import substitute_variables
from ansible_rulebook.validators import Validate

from simulator import Simulator

EDA = Path(COLLECTIONS) / "ansible_collections" / "thordata" / "proxies" / "extensions" / "eda"
SOURCE = EDA / "plugins" / "event_source" / "account.py"
RULEBOOKS = EDA / "rulebooks"
DAY = 86400
ODD = "{{ lookup('ansible.builtin.pipe', 'touch ~/pwned') }}"
SEED = {
    "token": "exampletoken0001",
    "wallet": 1000,
    "servers": [
        {"ins_id": "ins-k3x9q2aa", "expiration_time": "+10d"},
        {"ins_id": "ins-other", "expiration_time": "+90d"},
    ],
    "users": {
        "residential": {
            "12345678": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 900},
            "scraper02": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 999},
            ODD: {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 2000},
        }
    },
}
INVENTORY = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}, "other": None}}}


class Rulebooks(Project):
    """Runs rulebooks of the collection against a simulator, all on a clock that can be moved."""

    def __init__(self, folder, simulator):
        super().__init__(folder, simulator)
        (folder / "inventory.yml").write_text(to_yaml(INVENTORY), encoding="utf-8")
        self.clock = folder / "clock"
        self.clock.write_text("0", encoding="utf-8")

    def environment(self):
        return {
            **super().environment(),
            "JAVA_HOME": str(environment.java_home()),
            "PYTHONPATH": str(Path(__file__).parent / "moved_clock"),
            "MOVED_CLOCK": str(self.clock),
            "THORDATA_API_URL": self.simulator.api_url,
            "THORDATA_PUBLIC_TOKEN": self.simulator.token,
        }

    def advance(self, seconds):
        """Move the clock, here and at the provider."""
        self.simulator.advance(seconds)
        moved = self.clock.with_suffix(".new")
        moved.write_text(str(seconds), encoding="utf-8")
        moved.replace(self.clock)

    @contextmanager
    def running(self, name, variables, processes=1):
        """Run a rulebook, in one process or more, until the block ends; yield what returns their output."""
        (self.folder / "vars.yml").write_text(to_yaml({"interval": "1s", **variables}), encoding="utf-8")
        command = [
            "ansible-rulebook",
            "-i",
            "inventory.yml",
            "-r",
            f"thordata.proxies.{name}",
            "--vars",
            "vars.yml",
            "-vv",
        ]
        logs = [self.folder / f"{name}{number}.log" for number in range(processes)]
        started = []
        try:
            for log in logs:
                with log.open("w", encoding="utf-8") as output:
                    started.append(
                        subprocess.Popen(
                            [str(BIN / command[0]), *command[1:]],
                            cwd=self.folder,
                            env=self.environment(),
                            stdin=subprocess.DEVNULL,
                            stdout=output,
                            stderr=subprocess.STDOUT,
                        )
                    )
            yield lambda: "\n".join(log.read_text("utf-8") for log in logs)
        finally:
            for process in started:
                kill_all(process)
                process.wait()

    def reads(self, path):
        return Counter(row.path for row in self.simulator.log)[path]


def shown():
    """Return the rulebooks of the guides, and the example of the source."""
    guides = [ROOT / "docs" / "docsite" / "rst" / f"guide_{name}.rst" for name in ("events", "platform")]
    text = "".join(guide.read_text("utf-8") for guide in guides)
    blocks = map(yaml.safe_load, re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", text, re.MULTILINE))
    rulebooks = [block for block in blocks if isinstance(block, list) and "sources" in block[0]]
    return [*rulebooks, yaml.safe_load(runpy.run_path(str(SOURCE))["EXAMPLES"])]


@pytest.mark.parametrize("rulebook", shown(), ids=lambda rulebook: rulebook[0]["name"])
def test_a_rulebook_of_the_documentation_is_one(rulebook, monkeypatch):
    """Its form, its conditions, and the options of its source are right."""
    monkeypatch.setenv("THORDATA_PUBLIC_TOKEN", "exampletoken0001")
    monkeypatch.setenv("ANSIBLE_COLLECTIONS_PATH", COLLECTIONS)
    monkeypatch.setattr(settings, "ansible_galaxy_path", str(BIN / "ansible-galaxy"))
    Validate.rulebook(rulebook)
    source = runpy.run_path(str(SOURCE))
    for ruleset in parse_rule_sets(rulebook, {}):
        for one in ruleset.sources:
            assert one.source_name == "thordata.proxies.account"
            args = {name: substitute_variables(value, {}) for name, value in one.source_args.items()}
            assert source["EventSource"](args, source["LOG"], lambda path: {}, source["check"]).looks


def test_the_guide_shows_the_rulebook_as_it_is():
    assert shown()[0] == yaml.safe_load((RULEBOOKS / "renew_servers.yml").read_text("utf-8"))
    named = set(
        re.findall(r"thordata\.proxies\.(\w+)``", (ROOT / "docs/docsite/rst/guide_events.rst").read_text("utf-8"))
    )
    assert {path.stem for path in RULEBOOKS.glob("*.yml")} <= named


@pytest.fixture
def rulebooks(tmp_path):
    with Simulator(seed=SEED) as simulator:
        yield Rulebooks(tmp_path, simulator)


def until(holds, output, seconds=60):
    """Wait until something holds; fail with what the rulebook printed."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, output()[-5000:]
        time.sleep(0.05)


def test_a_server_is_renewed_once_although_the_event_comes_twice(rulebooks):
    """Two controllers run the rulebook: both get the event, and both plays run at once."""
    sim = rulebooks.simulator
    with rulebooks.running("renew_servers", {"min_wallet_balance": 500}, processes=2) as output:
        until(lambda: rulebooks.reads("/unlimited/server-list") >= 6, output)
        assert sim.ledger == []
        before = sim.snapshot()["servers"]
        rulebooks.advance(8 * DAY)
        until(lambda: output().count("PLAY RECAP") == 2, output)
        until(lambda: output().count("changed=1") + output().count("changed=0") == 2, output)
    [order] = sim.ledger
    assert (order["call"], order["params"]["ins_id"]) == ("/unlimited/renew", "ins-k3x9q2aa")
    after = sim.snapshot()
    assert after["wallet_balance"] == SEED["wallet"] - order["cost"]
    expires = {ins_id: one["expiration_time"] for ins_id, one in after["servers"].items()}
    assert expires["ins-k3x9q2aa"] == before["ins-k3x9q2aa"]["expiration_time"] + 30 * DAY
    assert expires["ins-other"] == before["ins-other"]["expiration_time"]
    assert output().count("changed=1") == output().count("changed=0") == 1
    assert output().count("failed=0") == 2
    assert SEED["token"] not in output()


def test_a_user_over_its_limit_is_disabled(rulebooks):
    sim = rulebooks.simulator
    with rulebooks.running("disable_users", {}) as output:
        until(lambda: "failed=1" in output(), output)
        assert "does not exist" in output(), "there is no user of a name with braces that begin no template"
        sim.account().users["residential"]["12345678"].usage_traffic = 1000
        until(lambda: sim.ledger, output)
        reads = rulebooks.reads("/proxy-users/user-list")
        until(lambda: rulebooks.reads("/proxy-users/user-list") > reads + 9, output)  # three more looks
    [write] = sim.ledger
    assert write["call"] == "/proxy-users/update-user"
    users = sim.snapshot()["users"]["residential"]
    assert users["12345678"] == {"password": "Secret123", "traffic_limit": 1000, "enabled": False}
    assert users["scraper02"]["enabled"] is True and users[ODD]["enabled"] is True
    assert not (rulebooks.folder / "pwned").exists()
    assert "Secret123" not in output() and SEED["token"] not in output()


class Webhook(ThreadingHTTPServer):
    """Listens, and keeps what is posted."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Posted)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        self.bodies = []


class Posted(BaseHTTPRequestHandler):
    def do_POST(self):
        assert self.headers["Content-Type"] == "application/json"
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def webhook():
    with Webhook() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_an_event_reaches_a_webhook(rulebooks, webhook):
    sim = rulebooks.simulator
    sim.reset({**SEED, "users": {}})
    with rulebooks.running("call_webhook", {"webhook_url": webhook.url}) as output:
        until(lambda: rulebooks.reads("/account/wallet-balance") >= 2, output)
        assert webhook.bodies == []
        sim.configure(wallet=49.5)
        until(lambda: webhook.bodies, output)
        reads = rulebooks.reads("/account/wallet-balance")
        until(lambda: rulebooks.reads("/account/wallet-balance") > reads + 2, output)
    [event] = webhook.bodies
    assert len(event.pop("id")) == 24
    assert len(event.pop("account")) == 16
    assert event == {
        "kind": "wallet_balance_low",
        "object": None,
        "proxy_type": None,
        "value": 49.5,
        "threshold": 50,
        "unit": None,
        "message": "The wallet: 49.5 left, less than 50",
        "details": {},
        "repeats": 0,
    }
    assert SEED["token"] not in output()
