# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role metrics with the real node-exporter and Prometheus: from the account to an alert."""

from __future__ import annotations

import contextlib
import getpass
import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import environment
import pytest
import yaml
from ansible_project import BIN as BIN_OF_ANSIBLE
from ansible_project import Project, Unsafe
from local_squid import free_port

from ansible_collections.thordata.proxies.plugins.module_utils._account.metrics import exposition
from simulator import Simulator
from simulator.gateway import ECHO_HOST

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = environment.programs("monitoring")
MONITORING = ROOT / "extensions" / "monitoring"
RULES = MONITORING / "thordata.rules.yml"
SEED = {
    "wallet": 512.5,
    "traffic": 2048,
    "users": {
        "residential": {
            "scraper01": {"password": "leakySecret1", "traffic_limit": 1000, "usage_traffic": 400},
            "scraper02": {"password": "leakySecret1"},
        }
    },
    "whitelist": {"residential": ["203.0.113.1"]},
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "username": "ispuser1", "password": "leakySecret2"}]},
    "servers": [{"ins_id": "ins-one", "expiration_time": "+20d"}],
    "cdks": [{"cdk": "LEAKYVOUCHER01", "traffic": 10}],
    "usage": [{"date": "-1d", "proxy_type": "residential", "username": "scraper01", "traffic": 400}],
}
SUCCEEDED = re.compile(r"^thordata_last_success_timestamp_seconds\S* (\d+)$", re.MULTILINE)
SECRETS = ("leakySecret", "LEAKYVOUCHER", "leakytoken")

ROLE = {"ansible.builtin.include_role": {"name": "thordata.proxies.metrics"}}


def promtool(*arguments, text=None):
    """Return the exit code and the output of promtool."""
    done = subprocess.run(
        [BIN / "promtool", *arguments], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


class Monitoring:
    """A simulator, the role that writes its metrics, node-exporter that serves them and Prometheus that reads them."""

    def __init__(self, folder, sim):
        self.folder = folder
        self.textfiles = folder / "textfiles"
        self.textfiles.mkdir()
        self.sim = sim
        self.project = Project(folder, sim)
        self.exporter, self.prometheus = free_port(), free_port()

    def write(self, *options, tasks=(), **variables):
        """Run the role, or these tasks."""
        gateway = f"127.0.0.1:{self.sim.gateway.port}"
        play = {
            "hosts": "testhost",
            "gather_facts": False,
            "tasks": tasks or [ROLE],
            "vars": {
                "thordata_metrics_folder": str(self.textfiles),
                "thordata_metrics_account": "main",
                "thordata_metrics_proxies": [
                    f"http://td-customer-{user}:leakySecret1@{gateway}" for user in ("scraper01", "nobody01")
                ],
                "thordata_metrics_check_url": f"http://{ECHO_HOST}/",
                **variables,
            },
        }
        account = {"THORDATA_API_URL": self.sim.api_url, "THORDATA_PUBLIC_TOKEN": self.sim.token}
        run = self.project.play([play], *options, env={**account, "THORDATA_API_RETRY_TIMEOUT": "1"})
        assert not [secret for secret in SECRETS if secret in run.output]
        return run

    def text(self, name):
        """Return a file of the role."""
        return (self.textfiles / name).read_text("utf-8")

    @contextlib.contextmanager
    def running(self):
        """Run both programs, whose rules wait for nothing."""
        rules = self.folder / "rules.yml"
        rules.write_text(re.sub(r"for: \w+", "for: 0s", RULES.read_text("utf-8")), encoding="utf-8")
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(rules)],
            "scrape_configs": [{"job_name": "node", "static_configs": [{"targets": [f"127.0.0.1:{self.exporter}"]}]}],
        }
        (self.folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        commands = (
            (
                BIN / "prometheus-node-exporter",
                "--collector.disable-defaults",
                "--collector.textfile",
                f"--collector.textfile.directory={self.textfiles}",
                f"--web.listen-address=127.0.0.1:{self.exporter}",
            ),
            (
                BIN / "prometheus",
                f"--config.file={self.folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={self.folder / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{self.prometheus}",
            ),
        )
        with contextlib.ExitStack() as stack:
            for command in commands:
                log = stack.enter_context((self.folder / f"{command[0].name}.log").open("w"))
                process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
                stack.callback(process.wait)
                stack.callback(process.kill)
            yield self

    def ask(self, path, **query):
        """Return what Prometheus answers."""
        url = f"http://127.0.0.1:{self.prometheus}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            return json.load(answer)["data"]

    def query(self, expression):
        """Return the series of an expression: (labels, value) each."""
        return [(one["metric"], float(one["value"][1])) for one in self.ask("query", query=expression)["result"]]

    def eventually(self, found, seconds=30):
        """Return what ``found`` returns as soon as it is something, while the programs catch up."""
        deadline = time.monotonic() + seconds
        while True:
            with contextlib.suppress(OSError):
                if value := found():
                    return value
            assert time.monotonic() < deadline, "nothing came"
            time.sleep(0.2)

    def firing(self):
        """Return the names of alerts that fire."""
        return {one["labels"]["alertname"] for one in self.ask("alerts")["alerts"] if one["state"] == "firing"}


@pytest.fixture(scope="module")
def monitoring(tmp_path_factory):
    with Simulator(seed={**SEED, "token": "leakytoken0001"}) as sim:
        one = Monitoring(tmp_path_factory.mktemp("monitoring"), sim)
        planned = one.write("--check", "--diff")
        assert planned.code == 0, planned.output
        assert "+thordata_wallet_balance" in planned.output
        assert list(one.textfiles.iterdir()) == []
        run = one.write()
        assert run.code == 0, run.output
        with one.running():
            yield one


def test_promtool_likes_the_metrics(monitoring):
    assert sorted(path.name for path in monitoring.textfiles.iterdir()) == ["thordata.prom", "thordata_run.prom"]
    text = monitoring.text("thordata.prom") + monitoring.text("thordata_run.prom")
    assert promtool("check", "metrics", text=text) == (0, "")
    assert not [secret for secret in SECRETS if secret in text]
    assert (monitoring.textfiles / "thordata.prom").stat().st_mode & 0o777 == 0o644


def test_promtool_reads_odd_names(monitoring):
    odd = ['quo"te', "back\\slash", "two\nlines", "{{ 1 }}", "<script>", "ü中", "\ud800", "x" * 500, ""]
    user = {"usage_traffic": 1, "traffic_limit": 0, "enabled": True}
    rows = [{**user, "username": name} for name in odd]
    users = {"residential": {"users": rows, "limit": None, "remaining_limit": None}}
    text = exposition({"users": users}, account_name='o"dd\n')
    assert promtool("check", "metrics", text=text) == (0, "")
    assert text.count("thordata_user_traffic_bytes{") == len(odd)


def test_promtool_tests_the_rules():
    assert promtool("check", "rules", str(RULES))[0] == 0
    code, said = promtool("test", "rules", str(Path(__file__).parent / "rules_test.yml"))
    assert code == 0, said


def test_prometheus_returns_the_values(monitoring):
    found = monitoring.eventually(lambda: monitoring.query("thordata_wallet_balance"))
    assert [(labels["account"], value) for labels, value in found] == [("main", 512.5)]
    assert monitoring.query("node_textfile_scrape_error")[0][1] == 0
    checks = monitoring.query("thordata_proxy_check_success")
    assert {labels["username"]: value for labels, value in checks} == {
        "td-customer-scraper01": 1,
        "td-customer-nobody01": 0,
    }
    assert monitoring.query("thordata_last_run_success")[0][1] == 1


def test_each_query_of_the_dashboard_returns_series(monitoring):
    monitoring.eventually(lambda: monitoring.query("count_over_time(thordata_wallet_balance[1d]) > 1"))
    dashboard = json.loads((MONITORING / "thordata.dashboard.json").read_text("utf-8"))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(queries) >= 15
    for query in queries:
        for account in (".*", "main"):
            assert monitoring.query(query.replace("$account", account)), query


def test_alerts_fire_when_time_passes(monitoring):
    monitoring.eventually(lambda: monitoring.query("thordata_server_on == 1"))
    monitoring.eventually(monitoring.firing)  # of the check that fails
    assert monitoring.firing() == {"ThordataProxyFails"}
    monitoring.sim.advance(21 * 86400)
    run = monitoring.write()
    assert run.code == 0, run.output
    monitoring.eventually(lambda: "ThordataServerOff" in monitoring.firing())


def test_a_timer_writes_them_again(monitoring, tmp_path):
    """What its service runs writes the same metrics, and no template or password of a variable gets lost."""
    environment_file, units = tmp_path / "environment", tmp_path / "units"
    units.mkdir()
    proxy = f"http://td-customer-scraper01:{{{{ lea }}}}kySecret1@127.0.0.1:{monitoring.sim.gateway.port}"
    variables = {
        "thordata_metrics_timer": True,
        "thordata_metrics_timer_environment": str(environment_file),
        "thordata_metrics_timer_user": getpass.getuser(),
        "thordata_metrics_timer_command": str(BIN_OF_ANSIBLE / "ansible-playbook"),
        "thordata_metrics_name": "timed",
        "thordata_metrics_proxies": [Unsafe(proxy)],
    }
    # Only the command line has precedence over the variables of a role.
    elsewhere = ("-e", f"__thordata_metrics_units={units}")
    bad = tmp_path / "open"
    bad.write_text("THORDATA_PUBLIC_TOKEN=leakytoken0001", encoding="utf-8")
    bad.chmod(0o644)
    environment_file.touch(mode=0o600)
    trials = [
        {"thordata_metrics_timer_environment": str(tmp_path / "missing")},
        {"thordata_metrics_timer_environment": str(bad)},
        {"thordata_metrics_timer_calendar": "now and then"},
    ]
    said = {"ansible.builtin.debug": {"msg": "Refused: {{ ansible_failed_result.msg }}"}}
    refused = monitoring.write(
        *elsewhere, tasks=[{"block": [{**ROLE, "vars": one}], "rescue": [said]} for one in trials], **variables
    )
    assert refused.output.count("Refused: The timer needs the file") == 2
    assert "Refused: systemd does not understand thordata_metrics_timer_calendar, now and then" in refused.output
    assert list(units.iterdir()) == []
    bad.unlink()
    project = monitoring.project.environment()
    settings = {
        "THORDATA_PUBLIC_TOKEN": monitoring.sim.token,
        "THORDATA_API_URL": monitoring.sim.api_url,
        **{name: project[name] for name in ("HOME", "PATH", "ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME")},
    }
    environment_file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    run = monitoring.write("--diff", *elsewhere, **variables)
    assert run.code == 0, run.output
    assert "systemd is not running on this host" in run.output
    assert (tmp_path / "timed-metrics.yml").stat().st_mode & 0o777 == 0o600
    written = [units / f"timed-metrics.{kind}" for kind in ("service", "timer")]
    subprocess.run(["systemd-analyze", "verify", *written], check=True)
    command = re.search("^ExecStart=(.*)$", written[0].read_text("utf-8"), re.MULTILINE)[1].split()
    before = monitoring.text("timed.prom")
    (monitoring.textfiles / "timed.prom").unlink()
    done = subprocess.run(command, env=settings, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    again = monitoring.text("timed.prom")
    series = re.compile("^thordata_.*(?= )", re.MULTILINE)
    assert series.findall(again) == series.findall(before)
    assert 'thordata_wallet_balance{account="main"} 512.5' in again
    assert 'thordata_proxy_check_success{account="main",proxy="http://127.0.0.1' in again
    gone = monitoring.write(*elsewhere, thordata_metrics_state="absent", **variables)
    assert gone.code == 0, gone.output
    assert list(units.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["environment"]
    assert sorted(path.name for path in monitoring.textfiles.iterdir()) == ["thordata.prom", "thordata_run.prom"]


def test_the_last_metrics_stay_while_the_api_is_down(monitoring):
    """This is the last test, as it leaves its trace."""
    before = monitoring.text("thordata.prom")
    succeeded = re.findall(
        r"last_success_timestamp_seconds\S* (\d+)$", monitoring.text("thordata_run.prom"), re.MULTILINE
    )
    monitoring.sim.fault("error_500")
    run = monitoring.write()
    assert run.code == 2
    assert "Could not" in run.output
    assert "The metrics of the last run stay as they are." in run.output
    assert monitoring.text("thordata.prom") == before
    last = monitoring.text("thordata_run.prom")
    assert 'thordata_last_run_success{account="main"} 0' in last
    assert SUCCEEDED.findall(last) == succeeded
    assert succeeded
    monitoring.eventually(lambda: monitoring.query("thordata_last_run_success == 0"))
    gone = monitoring.write(thordata_metrics_state="absent")
    assert gone.code == 0, gone.output
    assert list(monitoring.textfiles.iterdir()) == []
