# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotation: hosts whose clients never stop get new credentials, whatever ends the run in the middle."""

from __future__ import annotations

import base64
import contextlib
import http.client
import re
import signal
import subprocess
import threading
import time

import pytest
from ansible_project import BIN, Project, to_yaml

from simulator import Simulator, service
from simulator.gateway import ECHO_HOST

PAIR = ["scraper01a", "scraper01b"]
OLD_PASSWORD = "leakyOld1"
OLD_USER = {"password": OLD_PASSWORD, "traffic_limit": 500}
HAND_OVER = [
    {
        "name": "Write the credentials that the client reads",
        "ansible.builtin.copy": {
            "content": "{{ thordata_rotation_username }}:{{ thordata_rotation_password }}",
            "dest": "{{ credentials }}/{{ inventory_hostname }}",
            "mode": "0600",
        },
        "no_log": True,
    }
]


def request_through(gateway_port, credentials):
    """Return the status of a request that leaves through the gateway with these credentials."""
    username, _colon, password = credentials.partition(":")
    token = base64.b64encode(f"td-customer-{username}:{password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", gateway_port, timeout=20)
    with contextlib.closing(connection):
        url = f"http://{ECHO_HOST}/"
        connection.request("GET", url, headers={"Host": ECHO_HOST, "Proxy-Authorization": f"Basic {token}"})
        return connection.getresponse().status


class Fleet:
    """Hosts that each hold credentials in a file, their clients, and a playbook that rotates them."""

    def __init__(self, folder, sim, hosts=2, **variables):
        self.folder, self.sim = folder, sim
        self.project = Project(folder, sim)
        self.hosts = [f"scraper{number}" for number in range(hosts)]
        self.credentials = folder / "credentials"
        self.credentials.mkdir()
        for host in self.hosts:
            (self.credentials / host).write_text(f"{PAIR[0]}:{OLD_PASSWORD}", encoding="utf-8")
        (folder / "hand_over.yml").write_text(to_yaml(HAND_OVER), encoding="utf-8")
        self.host_variables = {host: {} for host in self.hosts}
        self.variables = {
            "thordata_rotation_users": PAIR,
            "thordata_rotation_hosts": "scrapers",
            "thordata_rotation_serial": 1,
            "thordata_rotation_grace": 0,
            "thordata_rotation_hand_over": str(folder / "hand_over.yml"),
            "thordata_rotation_gateway_host": "127.0.0.1",
            "thordata_rotation_gateway_port": sim.gateway.port,
            "thordata_rotation_check_url": f"http://{ECHO_HOST}/",
            "credentials": str(self.credentials),
            **variables,
        }

    def write(self):
        """Write playbook and inventory; return the command and its environment."""
        inventory = {
            "scrapers": {"hosts": self.host_variables, "vars": {"ansible_connection": "elsewhere"}},
        }
        (self.folder / "inventory.yml").write_text(to_yaml(inventory), encoding="utf-8")
        play = [{"import_playbook": "thordata.proxies.rotate", "vars": self.variables}]
        (self.folder / "playbook.yml").write_text(to_yaml(play), encoding="utf-8")

    @property
    def account(self):
        """Return the environment that names the account."""
        return {"THORDATA_API_URL": self.sim.api_url, "THORDATA_PUBLIC_TOKEN": self.sim.token}

    def rotate(self, *options):
        """Run the playbook."""
        self.write()
        return self.project.run("ansible-playbook", "playbook.yml", *options, env=self.account)

    def start(self):
        """Start the playbook; return the process."""
        self.write()
        return subprocess.Popen(
            [str(BIN / "ansible-playbook"), "-i", "inventory.yml", "playbook.yml"],
            cwd=self.folder,
            env={**self.project.environment(), **self.account},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def held(self, host):
        """Return the credentials that a host holds, as user:password."""
        return (self.credentials / host).read_text("utf-8")

    def users(self, proxy_type="residential"):
        """Return the users of the account."""
        return self.sim.snapshot()["users"][proxy_type]

    def enabled(self, proxy_type="residential"):
        """Return the credentials of users that are enabled, as user:password."""
        users = self.users(proxy_type)
        return [f"{name}:{user['password']}" for name, user in users.items() if user["enabled"]]

    @contextlib.contextmanager
    def clients(self):
        """Let the client of each host send requests all the time; yield (host, status) of those that failed."""
        stop, failed, sent = threading.Event(), [], []

        def work(host):
            while not stop.wait(0.1):
                held = self.held(host)
                if not held:  # copy replaces a file at once: an empty one would be a bug
                    failed.append((host, "empty"))
                    continue
                status = request_through(self.sim.gateway.port, held)
                sent.append(host)
                if status != 200:
                    failed.append((host, status))

        threads = [threading.Thread(target=work, args=[host]) for host in self.hosts]
        for thread in threads:
            thread.start()
        try:
            yield failed
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert set(sent) == set(self.hosts)

    def assert_rotated(self, old=f"{PAIR[0]}:{OLD_PASSWORD}"):
        """Check that one user is enabled, that all hosts have it, and that it is not ``old``."""
        (alive,) = self.enabled()
        assert {self.held(host) for host in self.hosts} == {alive}
        assert alive != old
        assert re.fullmatch(r"\w+:[A-Za-z][A-Za-z0-9]{14}", alive)


def secrets(fleet):
    return [OLD_PASSWORD, *(user["password"] for user in fleet.users().values())]


def fail_message(run):
    return "\n".join(line for line in run.output.splitlines() if line.startswith(("fatal:", "failed:")))


def writes(sim):
    return [(row.path.rpartition("/")[2], row.params.get("username")) for row in sim.log if row.method == "POST"]


@pytest.fixture
def sim():
    seed = {"users": {"residential": {PAIR[0]: OLD_USER}}, "settings": {"lag": 2}}
    with Simulator(seed=seed) as simulator:
        yield simulator


def test_two_users_take_turns(tmp_path, sim):
    store = tmp_path / "store.yml"
    kept = tmp_path / "stored"
    content = "{{ thordata_rotation_username }}:{{ thordata_rotation_password }}"
    task = {"name": "Keep", "ansible.builtin.copy": {"content": content, "dest": str(kept)}, "no_log": True}
    store.write_text(to_yaml([task]), encoding="utf-8")
    fleet = Fleet(tmp_path, sim, thordata_rotation_store=str(store))
    with fleet.clients() as failed:
        planned = fleet.rotate("--check", "--diff", "-vvv")
        assert planned.code == 0, planned.output
        assert "new credentials, of scraper01b, and then scraper01a is disabled: scraper0, scraper1" in planned.output
        assert "(hidden, a new one)" in planned.output
        assert writes(sim) == []

        first = fleet.rotate("--diff", "-vvv")
        assert first.code == 0, first.output
        fleet.assert_rotated()
        assert kept.read_text("utf-8") == fleet.enabled()[0]
        assert writes(sim) == [("create-user", PAIR[1]), ("update-user", PAIR[0])]
        assert [user["traffic_limit"] for user in fleet.users().values()] == [500, 500]
        passwords = secrets(fleet)

        (before,) = fleet.enabled()
        fleet.variables["thordata_rotation_delete"] = True
        second = fleet.rotate("--diff", "-vvv")
        assert second.code == 0, second.output
        fleet.assert_rotated(before)
        assert list(fleet.users()) == [PAIR[0]]
        passwords += secrets(fleet)
    assert failed == []
    for run in (planned, first, second):
        assert not [password for password in passwords if password in run.output]


class Killer:
    """Ends a run (SIGKILL) when the n-th call that matches arrives, before or after it took effect."""

    def __init__(self, monkeypatch):
        self.calls = []
        self.process = None
        self.where = None
        handle = service.handle

        def handling(world, incoming):
            name = incoming.path.rpartition("/")[2]
            before, after = ((when, name, incoming.form.get("username")) for when in ("before", "after"))
            if self.reached(before):
                raise ConnectionResetError("the caller is gone")
            result = handle(world, incoming)
            self.reached(after)
            return result

        monkeypatch.setattr(service, "handle", handling)

    def reached(self, point):
        """Kill, if this is the point; return whether it is."""
        if point != self.where or not self.process:
            return False
        self.process.send_signal(signal.SIGKILL)
        self.process = None
        return True

    def kill(self, fleet, where):
        """Run the playbook until ``where``: a call, or a line of its output that begins with these words."""
        self.where = where
        self.process = process = fleet.start()
        output = ""
        for line in process.stdout:
            output += line
            if isinstance(where, str) and line.startswith(where) and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                break
        process.stdout.close()
        assert process.wait() == -signal.SIGKILL, (where, output)


# Where runs are killed.
POINTS = {
    "before-create": ("before", "create-user", PAIR[1]),
    "after-create": ("after", "create-user", PAIR[1]),
    "first-host": "changed: [scraper0]",
    "last-host": "changed: [scraper1]",
    "before-disable": ("before", "update-user", PAIR[0]),
    "after-disable": ("after", "update-user", PAIR[0]),
}


@pytest.mark.parametrize("point", POINTS)
def test_what_is_killed_converges(tmp_path, sim, monkeypatch, point):
    fleet = Fleet(tmp_path, sim)
    killer = Killer(monkeypatch)
    with fleet.clients() as failed:
        killer.kill(fleet, POINTS[point])
        assert failed == []
        again = fleet.rotate()
        assert again.code == 0, again.output
    assert failed == []
    fleet.assert_rotated()
    cut_off = "A rotation was cut off" in again.output
    assert cut_off == (point not in {"before-create", "before-disable", "after-disable"}), again.output


def test_completing_is_killed_too(tmp_path, sim, monkeypatch):
    """A rotation that was cut off is completed by a run that is cut off as well, at each of its steps."""
    fleet = Fleet(tmp_path, sim)
    killer = Killer(monkeypatch)
    with fleet.clients() as failed:
        killer.kill(fleet, "changed: [scraper1]")
        killer.kill(fleet, "changed: [scraper0]")
        killer.kill(fleet, ("after", "update-user", PAIR[1]))
        killer.kill(fleet, ("after", "update-user", PAIR[1]))
        again = fleet.rotate()
        assert again.code == 0, again.output
    assert failed == []
    fleet.assert_rotated()
