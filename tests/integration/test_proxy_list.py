# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role proxy_list: a file that is never empty, half written or stale, whatever becomes of proxies and plays."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import threading
import time

import pytest
import yaml
from ansible_project import BIN, Project, kill_all, to_yaml

from simulator import Simulator
from simulator.gateway import ECHO_HOST

PASSWORD = "leakySecret1"
SEED = {
    "token": "listtoken0001",
    "name": "Thor100001",
    "users": {"residential": {"alice01": {"password": PASSWORD}, "bobby02": {"password": PASSWORD}}},
    "whitelist": {"residential": {"127.0.0.1": {}}},
    "static_proxies": {
        "isp": [
            {"ip": "198.51.100.20", "country": "us", "city": "New York", "password": PASSWORD},
            {"ip": "198.51.100.21", "country": "de", "city": "Berlin", "password": PASSWORD},
            {"ip": "198.51.100.22", "country": "us", "expiration_time": "-1d", "password": PASSWORD},
        ],
        "datacenter": [{"ip": "203.0.113.40", "country": "us", "password": PASSWORD}],
    },
}
HANDLERS = [
    {"name": "Reload", "ansible.builtin.debug": {"msg": "handler by name"}},
    {"name": "Another", "listen": "proxies changed", "ansible.builtin.debug": {"msg": "handler by topic"}},
]


@pytest.fixture
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


class Lists:
    """Plays of the role, and the file that they keep."""

    def __init__(self, folder, sim):
        self.project, self.sim, self.folder = Project(folder, sim), sim, folder
        self.path = folder / "list.txt"
        self.hosts = ["testhost"]
        self.per_host = {}

    def proxy(self, user="alice01", password=PASSWORD, port=None):
        return f"http://td-customer-{user}:{password}@127.0.0.1:{port or self.sim.gateway.port}"

    def plays(self, **variables):
        names = {f"thordata_proxy_list_{name}": value for name, value in variables.items()}
        common = {"thordata_proxy_list_path": str(self.path), "thordata_proxy_list_check_url": f"http://{ECHO_HOST}/"}
        account = {"group/thordata.proxies.account": {**self.project.account, "api_retry_timeout": 1}}
        play = {"hosts": "lists", "gather_facts": False, "module_defaults": account, "handlers": HANDLERS}
        inventory = {host: {**common, **names, **self.per_host.get(host, {})} for host in self.hosts}
        local = {"ansible_connection": "local"}
        groups = {"lists": {"vars": local, "hosts": inventory}}
        (self.folder / "inventory.yml").write_text(to_yaml(groups), encoding="utf-8")
        return [{**play, "roles": ["thordata.proxies.proxy_list"]}]

    def host(self, name, **variables):
        """Let the plays run on this host, with variables of the role of its own, in place of the usual one."""
        self.hosts = [*(host for host in self.hosts if host in self.per_host), name]
        self.per_host[name] = {f"thordata_proxy_list_{key}": value for key, value in variables.items()}

    def play(self, *options, **variables):
        """Run the role; whatever becomes of it, no output has a credential."""
        run = self.project.play(self.plays(**variables), *options)
        assert PASSWORD not in run.output
        assert PASSWORD[:8] not in run.output
        return run

    def good(self, *options, **variables):
        run = self.play(*options, **variables)
        assert run.code == 0, run.output
        return run

    def lines(self):
        return self.path.read_text("utf-8").splitlines()


@pytest.fixture
def lists(tmp_path, sim):
    return Lists(tmp_path, sim)


def message(run):
    """Return the output with the breaks of its lines undone."""
    return re.sub(r"\s+", " ", run.output)


def test_a_list_is_made_kept_and_changed(lists):
    both = [lists.proxy("bobby02"), lists.proxy()]
    notify = ["Reload", "proxies changed"]
    planned = lists.good("--check", "--diff", proxies=both, notify=notify)
    assert "changed=1 " in planned.output
    assert not lists.path.exists()

    first = lists.good("--diff", "-v", proxies=both, notify=notify)
    assert "handler by name" in first.output
    assert "handler by topic" in first.output
    assert f"2 come (127.0.0.1:{lists.sim.gateway.port}), 0 go (-)" in first.output
    assert lists.path.read_text("utf-8") == "".join(f"{one}\n" for one in sorted(both))
    assert stat.S_IMODE(lists.path.stat().st_mode) == 0o600

    # Another order and one that stands there twice are no change; the time of the file is that of the last good run.
    os.utime(lists.path, (1, 1))
    again = lists.good("--diff", proxies=[*reversed(both), both[0]], notify=notify)
    assert "changed=0 " in again.output
    assert "handler by" not in again.output
    assert lists.lines() == sorted(both)
    assert time.time() - lists.path.stat().st_mtime < 120

    planned = lists.good("--check", "--diff", proxies=[lists.proxy()], notify=notify)
    assert f"0 come (-), 1 go (127.0.0.1:{lists.sim.gateway.port})" in planned.output
    assert lists.lines() == sorted(both)
    assert "changed=1 " in lists.good(proxies=[lists.proxy()], mode="0640").output
    assert lists.lines() == [lists.proxy()]
    assert stat.S_IMODE(lists.path.stat().st_mode) == 0o640

    assert "changed=1 " in lists.good("--check", state="absent", notify=notify).output
    assert lists.path.exists()
    gone = lists.good(state="absent", notify=notify)
    assert "handler by name" in gone.output
    assert not lists.path.exists()
    assert "changed=0 " in lists.good(state="absent", notify=notify).output


def test_the_last_good_list_stays(lists):
    """One bad of many is left out; too few, none, and a source that fails leave the file as it is."""
    right = lists.proxy()
    wrong = [lists.proxy(password="leakySecret2"), lists.proxy("nobody09"), lists.proxy(port=1)]
    none = lists.play(proxies=wrong)
    assert none.code == 2
    assert "0 of 3 proxies work, and thordata_proxy_list_min_proxies is 1: http" in message(none)
    assert "There is no list yet." in message(none)
    assert not lists.path.exists()

    lists.good(proxies=[right, *wrong])
    assert lists.lines() == [right]
    cases = {
        "few": (
            {"proxies": [right, *wrong], "min_proxies": 2},
            "1 of 4 proxies work, and thordata_proxy_list_min_proxies",
        ),
        "none": ({"proxies": wrong}, "as td-customer-nobody09: "),
        "empty": ({"proxies": []}, "The source of the list has no proxy."),
        "elsewhere": ({"proxies": [right], "expect_country": "zz"}, "0 of 1 proxies work"),
        "unknown": ({"static": {"names": ["usa"]}}, "No bought address is named by usa."),
    }
    before = lists.path.read_bytes()
    for name, (variables, _said) in cases.items():
        (lists.folder / name).write_bytes(before)
        lists.host(name, path=str(lists.folder / name), **variables)
    refused = lists.play()
    kept = lists.good(max_age="1d", notify=["Reload"])
    for name, (_variables, said) in cases.items():
        assert said in refused.said(name)
        assert "The last list stays as it is" in refused.said(name)
        assert said in message(kept)
        assert (lists.folder / name).read_bytes() == before
    assert re.findall(r"changed=\d", refused.output) == re.findall(r"changed=\d", kept.output) == ["changed=0"] * 5
    assert "handler by" not in kept.output
    # A list that nobody could refresh for too long is an error, and is left to whoever reads it.
    lists.hosts = ["testhost"]
    os.utime(lists.path, (time.time() - 90000,) * 2)
    run = lists.play(proxies=wrong, max_age="1d")
    assert run.code == 2
    assert "found good 1500 minutes ago, and thordata_proxy_list_max_age is 1d" in message(run)
    assert lists.lines() == [right]
    assert time.time() - lists.path.stat().st_mtime > 80000


def test_an_empty_file_is_no_good_list(lists):
    lists.path.touch()
    run = lists.play(proxies=[], max_age="1d")
    assert run.code == 2
    assert "There is no list yet." in message(run)


def test_an_api_that_fails_or_throttles_leaves_the_list(lists):
    lists.good(static={"names": ["us"]}, check=False)
    before = lists.path.read_bytes()
    for kind in ("error_503", "throttle", "truncate", "drop_before"):
        lists.sim.fault(kind)
        run = lists.play(static={"names": ["us"]}, check=False)
        assert run.code == 2, kind
        assert "The list could not be read: " in message(run)
        assert "The last list stays as it is" in message(run)
        assert lists.path.read_bytes() == before
        lists.sim.clear_faults()


def test_bought_addresses_are_read_once_for_all_hosts(lists):
    """Hosts that want other places share the request; one that wants another product sends its own."""
    lists.hosts = [f"scraper{number:02}" for number in range(6)]
    for host in lists.hosts:
        lists.per_host[host] = {"thordata_proxy_list_path": str(lists.folder / host)}
    lists.per_host["scraper03"]["thordata_proxy_list_static"] = {"names": ["new york", "198.51.100.21"]}
    lists.per_host["scraper04"]["thordata_proxy_list_static"] = {"names": ["de"], "scheme": "socks5"}
    lists.good("-f", "3", static={"proxy_type": "isp"}, check=False)
    assert len(lists.sim.log) == 1
    port = lists.sim.snapshot()["static_proxies"]["isp"][0]["port"]
    shown = {host: re.findall(r"@(.+)", (lists.folder / host).read_text("utf-8")) for host in lists.hosts}
    both = [f"198.51.100.20:{port}", f"198.51.100.21:{port}"]
    assert shown["scraper00"] == shown["scraper03"] == both
    assert shown["scraper04"] == both[1:]
    assert (lists.folder / "scraper04").read_text("utf-8").startswith("socks5://")

    lists.sim.clear_log()
    lists.per_host["scraper00"]["thordata_proxy_list_proxies"] = [lists.proxy()]
    lists.per_host["scraper00"]["thordata_proxy_list_static"] = {}
    lists.per_host["scraper01"]["thordata_proxy_list_static"] = {"proxy_type": "datacenter"}
    lists.hosts = lists.hosts[:3]
    lists.good(static={"proxy_type": "isp"}, check=False)
    assert len(lists.sim.log) == 2
    assert "203.0.113.40" in (lists.folder / "scraper01").read_text("utf-8")
    assert "198.51.100.21" in (lists.folder / "scraper02").read_text("utf-8")


def test_an_extract_link_is_called_from_the_host(lists):
    link = {"account_name": "Thor100001", "count": 3, "extract_url": lists.sim.extract_url, "retry_timeout": 1}
    lists.good(extract=link, check=False, format="host_port")
    assert len(lists.lines()) == 3
    assert lists.lines() == sorted(lists.lines())
    before = lists.lines()
    run = lists.play(extract={**link, "account_name": "Thor999999"}, check=False)
    assert run.code == 2
    assert "The list could not be read: " in message(run)
    assert lists.lines() == before


WRONG = [
    ({"path": ""}, "the whole path of a file"),
    ({"path": "list.txt"}, "the whole path of a file"),
    ({"path": "{folder}/list.txt/"}, "the whole path of a file"),
    ({"path": "{folder}/none/list.txt"}, "/none does not exist"),
    ({"path": "{folder}/link"}, "link is a link; set thordata_proxy_list_path to the file itself"),
    ({"path": "{folder}/link", "state": "absent"}, "link is a link"),
    ({"path": "{folder}"}, "is there, and no file"),
    ({"static": {"proxy_type": "isp"}}, "Only one of"),
    ({"min_proxies": 0}, "must be 1 or more"),
    ({"max_age": "1 month"}, "such as 12h"),
    ({"format": "chrome"}, "Chrome takes no credentials"),
    ({"format": "jsonn"}, "format must be one of"),
    ({"layout": "xml"}, "must be one of: lines, json, yaml"),
    ({"minimum": 5}, "no variable thordata_proxy_list_minimum"),
    ({"proxies": ["leakySecret1:nonsense"]}, "item 1: A proxy must be a URL"),
]


def test_what_cannot_be_right_is_refused_before_any_call(lists):
    (lists.folder / "link").symlink_to(lists.folder / "elsewhere")
    for number, (wrong, _said) in enumerate(WRONG):
        given = {name: one.format(folder=lists.folder) if isinstance(one, str) else one for name, one in wrong.items()}
        lists.host(f"wrong{number:02}", **{"proxies": [lists.proxy()], **given})
    run = lists.play()
    for number, (_wrong, said) in enumerate(WRONG):
        assert said in run.said(f"wrong{number:02}")
    assert not lists.path.exists()
    assert (lists.folder / "link").is_symlink()
    assert list(lists.sim.log) == []


def test_layouts(lists):
    proxies = [lists.proxy("bobby02"), lists.proxy()]
    for layout, read in (("json", json.loads), ("yaml", yaml.safe_load)):
        lists.good(proxies=proxies, layout=layout)
        assert read(lists.path.read_text("utf-8")) == sorted(proxies)
        lists.good(proxies=proxies, layout=layout, format="requests")
        assert read(lists.path.read_text("utf-8")) == [{"http": one, "https": one} for one in sorted(proxies)]
    lists.good("--diff", proxies=proxies, format="playwright")
    assert [json.loads(line)["username"] for line in lists.lines()] == ["td-customer-alice01", "td-customer-bobby02"]


def test_odd_names(lists):
    names = ['two words \'and "quotes"', "ü$(id);{{ 7 * 6 }}", "-rf", "list.json"]
    before = set(os.listdir(lists.folder))
    for number, name in enumerate(names):
        path = f"{{{{ '{lists.folder}/' }}}}" + "{% raw %}" + name + "{% endraw %}"
        lists.host(f"odd{number}", path=path, proxies=[lists.proxy()])
    lists.good()
    for name in names:
        assert (lists.folder / name).read_text("utf-8") == f"{lists.proxy()}\n"
    assert {one for one in set(os.listdir(lists.folder)) - before if not one.startswith(".")} >= {*names}


def test_a_directory_that_takes_no_file_is_told(lists):
    """The directory is one of the kernel, and takes a file of root neither."""
    run = lists.play(proxies=[lists.proxy()], path="/proc/self/list.txt")
    assert run.code == 2
    assert "/proc/self/list.txt could not be written: " in message(run)


class Reader(threading.Thread):
    """Reads a file again and again; keeps what it saw."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.seen, self.stopped = path, set(), threading.Event()

    def run(self):
        while not self.stopped.wait(0.001):
            self.seen.add(self.path.read_bytes() if self.path.exists() else None)


def test_a_kill_in_the_middle_and_two_runs_at_once(lists):
    """Whoever reads sees a whole list at any time: one of the two that the plays write."""
    old = [f"{number}.example.test:80" for number in range(2000)]
    new = [f"{number}.example.test:81" for number in range(2000)]
    lists.good(proxies=old, check=False, format="host_port")
    whole = {"".join(f"{one}\n" for one in sorted(ones)).encode() for ones in (old, new)}
    reader = Reader(lists.path)
    reader.start()
    try:
        for seconds in (1.5, 3, 4.5):
            (play,) = started(lists, new)
            time.sleep(seconds)
            kill_all(play)
            play.wait()
        plays = started(lists, old, new)
        assert [play.wait() for play in plays] == [0, 0]
    finally:
        reader.stopped.set()
        reader.join()
    assert reader.seen <= whole
    lists.good(proxies=new, check=False, format="host_port")
    assert lists.lines() == sorted(new)


def started(lists, *several):
    """Start a play of each list at the same time, each in a process of its own."""
    plays = []
    for number, proxies in enumerate(several):
        name = f"playbook{number}.yml"
        text = to_yaml(lists.plays(check=False, format="host_port"))
        (lists.folder / name).write_text(text, encoding="utf-8")
        extra = lists.folder / f"proxies{number}.json"
        extra.write_text(json.dumps({"thordata_proxy_list_proxies": proxies}), encoding="utf-8")
        command = [str(BIN / "ansible-playbook"), "-i", "inventory.yml", name, "-e", f"@{extra}"]
        output = (lists.folder / f"output{number}").open("wb")
        environment = lists.project.environment()
        plays.append(subprocess.Popen(command, cwd=lists.folder, env=environment, stdout=output, stderr=output))
    return plays
