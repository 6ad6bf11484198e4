# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rotation: hosts whose clients never stop get new credentials, whatever ends the run in the middle."""

from __future__ import annotations

import base64
import contextlib
import http.client
import itertools
import os
import re
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_project import BIN, ROOT, Project, kill_all, to_yaml
from local_squid import answer, free_port, local_squids

from simulator import Simulator, service
from simulator.gateway import ECHO_HOST

PAIR = ["scraper01a", "scraper01b"]
OLD_PASSWORD = "leakyOld1"
OLD_USER = {"password": OLD_PASSWORD, "traffic_limit": 500}
# The seconds until lists show a write. Until they show that the old user is disabled, a run has both to complete.
LAG = 2
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
            **variables,
        }

    def write(self):
        """Write playbook and inventory; return the command and its environment."""
        inventory = {
            "scrapers": {
                "hosts": self.host_variables,
                "vars": {"ansible_connection": "elsewhere", "credentials": str(self.credentials)},
            },
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


def writes(sim):
    return [(row.path.rpartition("/")[2], row.params.get("username")) for row in sim.log if row.method == "POST"]


@pytest.fixture
def sim():
    seed = {"users": {"residential": {PAIR[0]: OLD_USER}}, "settings": {"lag": LAG}}
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
    """Ends a run (SIGKILL) when a call arrives, before or after it took effect."""

    def __init__(self, monkeypatch):
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
        kill_all(self.process)
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
                kill_all(process)
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
        if point == "after-disable":
            time.sleep(LAG)
        assert failed == []
        again = fleet.rotate()
        assert again.code == 0, again.output
    assert failed == []
    fleet.assert_rotated()
    cut_off = "A rotation was cut off" in again.output
    assert cut_off == (point not in {"before-create", "after-disable"}), again.output


def test_completing_is_killed_too(tmp_path, sim, monkeypatch):
    """A rotation that was cut off is completed by a run that is cut off as well, at each of its steps."""
    fleet = Fleet(tmp_path, sim)
    killer = Killer(monkeypatch)
    with fleet.clients() as failed:
        killer.kill(fleet, "changed: [scraper1]")
        killer.kill(fleet, "changed: [scraper0]")
        killer.kill(fleet, ("after", "update-user", PAIR[1]))
        time.sleep(LAG)
        killer.kill(fleet, ("after", "update-user", PAIR[1]))
        again = fleet.rotate()
        assert again.code == 0, again.output
    assert failed == []
    fleet.assert_rotated()


def test_a_host_that_fails_keeps_the_old_user_alive(tmp_path, sim):
    fleet = Fleet(tmp_path, sim, hosts=3)
    fleet.host_variables["scraper0"] = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    fleet.host_variables["scraper1"] = {"credentials": "/no/such/folder"}
    with fleet.clients() as failed:
        run = fleet.rotate("-vvv")
        assert run.code == 2, run.output
        said = re.search(r"2 of 3 hosts do not have the credentials of scraper01b: .*", run.output)[0]
        assert "scraper0 (Refuse a host that cannot be reached: the host cannot be reached), " in said
        assert "scraper1 (Write the credentials that the client reads: hidden by no_log)." in said
        assert "scraper2" not in said
        assert "scraper01a stays enabled for them" in said
        assert len(fleet.enabled()) == 2
        assert fleet.held("scraper2").startswith("scraper01b:")
        assert not [password for password in secrets(fleet) if password in run.output]

        fleet.host_variables = {host: {} for host in fleet.hosts}
        again = fleet.rotate("--limit", "localhost,scraper0")
        assert again.code == 2
        left = "scraper1 (this run did not get to it), scraper2 (this run did not get to it)"
        assert left in again.output
        assert len(fleet.enabled()) == 2

        last = fleet.rotate()
        assert last.code == 0, last.output
    assert failed == []
    fleet.assert_rotated()


def test_the_gateway_refuses_the_new_user(tmp_path, sim):
    """No host is handed credentials that do not work from there."""
    fleet = Fleet(tmp_path, sim, hosts=1)
    # The gateway of another account does not know the user.
    with Simulator() as other:
        fleet.variables["thordata_rotation_gateway_port"] = other.gateway.port
        run = fleet.rotate("-vvv")
    assert run.code == 2
    assert "1 of 1 hosts do not have the credentials of scraper01b: scraper0 (Ask the gateway " in run.output
    assert fleet.held("scraper0") == f"{PAIR[0]}:{OLD_PASSWORD}"
    assert not [password for password in secrets(fleet) if password in run.output]


def test_the_first_user_is_made(tmp_path):
    with Simulator(seed={"users": {"residential": {}}}) as sim:
        fleet = Fleet(tmp_path, sim, hosts=1)
        run = fleet.rotate("--diff")
        assert run.code == 0, run.output
        fleet.assert_rotated()
        assert list(fleet.users()) == [PAIR[0]]
        assert writes(sim) == [("create-user", PAIR[0])]


def test_one_user_in_place(tmp_path, sim):
    fleet = Fleet(tmp_path, sim, hosts=1, thordata_rotation_users=PAIR[:1])
    planned = fleet.rotate("--check", "--diff")
    assert planned.code == 0, planned.output
    assert writes(sim) == []
    run = fleet.rotate("-vvv")
    assert run.code == 0, run.output
    for one in (planned, run):
        assert "The password is changed in place, and requests may fail until a host has it" in one.output
    fleet.assert_rotated()
    assert fleet.users().keys() == {PAIR[0]}
    assert fleet.users()[PAIR[0]]["traffic_limit"] == 500
    assert not [password for password in secrets(fleet) if password in run.output]


def test_the_new_user_is_bound_to_the_servers_of_the_old_one(tmp_path):
    server = {"expiration_time": "+9d"}
    seed = {
        "users": {"unlimited": {PAIR[0]: {"password": OLD_PASSWORD}, "worker01": {"password": OLD_PASSWORD}}},
        "servers": [
            {**server, "ins_id": "ins-one", "bound_users": [PAIR[0], "worker01"]},
            {**server, "ins_id": "ins-two", "bound_users": ["worker01"]},
        ],
    }
    with Simulator(seed=seed) as sim:
        fleet = Fleet(tmp_path, sim, hosts=1, thordata_rotation_proxy_type="unlimited")
        planned = fleet.rotate("--check")
        assert planned.code == 0, planned.output
        run = fleet.rotate()
        assert run.code == 0, run.output
        bound = {name: set(one["bound_users"]) for name, one in sim.snapshot()["servers"].items()}
        assert bound == {"ins-one": {*PAIR, "worker01"}, "ins-two": {"worker01"}}
        (alive,) = [one for one in fleet.enabled("unlimited") if not one.startswith("worker")]
        assert fleet.held("scraper0") == alive


WRONG = {
    "names": (
        {"thordata_rotation_users": ["scraper_01", "scraper01b"]},
        "6 to 15 ASCII letters and digits; there are scr",
    ),
    "equal": ({"thordata_rotation_users": ["scraper01a", "scraper01a"]}, "two different names"),
    "none": ({"thordata_rotation_users": []}, "there are none"),
    "hosts": ({"thordata_rotation_hosts": "scrapres"}, "(scrapres) matches no host"),
    "variable": ({"thordata_rotation_user": "scraper01a"}, "no variable thordata_rotation_user,"),
    "password": ({"thordata_rotation_password": "leakySecret2"}, "no variable thordata_rotation_password,"),
    "file": ({"thordata_rotation_hand_over": "/no/such/file.yml"}, "/no/such/file.yml is not the absolute path"),
    "relative": ({"thordata_rotation_store": "hand_over.yml"}, "hand_over.yml is not the absolute path"),
    "grace": ({"thordata_rotation_grace": -1}, "thordata_rotation_grace is -1"),
    "product": ({"thordata_rotation_proxy_type": "isp"}, "one of: residential, unlimited, mobile"),
    "slots": ({}, "scraper01b cannot be created: the account has room for 0 more residential proxy users, 1 more must"),
    "token": ({}, "token"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_found_before_anything_changes(tmp_path, sim, name):
    variables, message = WRONG[name]
    fleet = Fleet(tmp_path, sim, hosts=1, **variables)
    if name == "slots":
        sim.configure(limits={"users": {"residential": 1}})
    if name == "token":
        sim.account().token = "anothertoken0001"
        fleet.sim = type("Wrong", (), {"api_url": sim.api_url, "token": "wrongtoken000001"})
    run = fleet.rotate("-vvv")
    assert run.code == 2, run.output
    assert message in run.output
    assert "Nothing was changed." in run.output or name == "product"
    assert writes(sim) == []
    assert fleet.held("scraper0") == f"{PAIR[0]}:{OLD_PASSWORD}"
    assert "leaky" not in run.output


@pytest.mark.parametrize("wins", ["command line", "exit"])
def test_a_forwarder_that_would_not_use_the_new_credentials(tmp_path, sim, wins):
    fleet = Fleet(tmp_path, sim, hosts=1, thordata_rotation_hand_over="")
    own = {"username": PAIR[0], "password": OLD_PASSWORD} if wins == "exit" else {}
    fleet.host_variables["scraper0"]["thordata_forwarder_exits"] = [{"name": "us", "port": 3128, **own}]
    options = ("-e", f"thordata_forwarder_password={OLD_PASSWORD}") if wins == "command line" else ()
    run = fleet.rotate("-vvv", *options)
    assert run.code == 2
    assert "The exits of this host would not use the new credentials" in run.output
    assert len(fleet.enabled()) == 2
    assert OLD_PASSWORD not in run.output


def test_the_role_alone_says_how_it_is_used(tmp_path, sim):
    project = Project(tmp_path, sim)
    run = project.play([{"hosts": "testhost", "gather_facts": False, "roles": ["thordata.proxies.rotation"]}])
    assert run.code == 2
    assert "Use the playbook thordata.proxies.rotate" in run.output


def guide_task_files():
    """Return the task files of the guide: the one that hands over, and the one that stores."""
    guide = ROOT / "docs" / "docsite" / "rst" / "guide_rotation.rst"
    texts = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", guide.read_text("utf-8"), re.MULTILINE)
    return [re.sub(r"^    ", "", text, flags=re.MULTILINE) for text in texts]


def test_the_task_files_of_the_guide(tmp_path, sim):
    """The vault that the guide writes is one that Ansible reads, and what is handed over is in use at once."""
    hand_over, store = guide_task_files()
    target = tmp_path / "proxy.env"
    (tmp_path / "store.yml").write_text(store.replace("/srv/scrapers", str(tmp_path)), encoding="utf-8")
    fleet = Fleet(tmp_path, sim, hosts=1, thordata_rotation_store=str(tmp_path / "store.yml"))
    scraper = tmp_path / "scraper"
    scraper.write_text(f"#!/bin/sh\ncp {target} {tmp_path}/read\n", encoding="utf-8")
    scraper.chmod(0o755)
    text = hand_over.replace("/etc/scraper/proxy.env", str(target)).replace("/usr/local/bin/scraper", str(scraper))
    (tmp_path / "hand_over.yml").write_text(text, encoding="utf-8")
    (tmp_path / "group_vars" / "scrapers").mkdir(parents=True)
    (tmp_path / "password").write_text("vaultSecret1", encoding="utf-8")
    vault = ("--vault-password-file", "password")
    run = fleet.rotate("-vvv", "--diff", "-e", "vault_password=vaultSecret1", *vault)
    assert run.code == 0, run.output
    (alive,) = fleet.enabled()
    username, _colon, password = alive.partition(":")
    assert (tmp_path / "read").read_text("utf-8") == f"PROXY_USER={username}\nPROXY_PASSWORD={password}\n"
    assert password not in run.output
    kept = tmp_path / "group_vars" / "scrapers" / "credentials.yml"
    assert kept.read_text("utf-8").startswith("$ANSIBLE_VAULT;")
    debug = ("-m", "ansible.builtin.debug", "-a", "var=thordata_forwarder_password")
    shown = fleet.project.run("ansible", "scraper0", *debug, *vault)
    assert password in shown.output, shown.output


# Each host takes the role some 40 seconds of processor time in all: FORWARDERS=20 is a fleet.
HOSTS = int(os.environ.get("FORWARDERS", "2"))


class Ports:
    """Forwarders, one for each host, and clients that send requests through them all the time."""

    def __init__(self, squids):
        self.squids = {f"scraper{number}": squid for number, squid in enumerate(squids)}
        self.port = {host: free_port() for host in self.squids}

    def variables(self, host):
        """Return what the role forwarder needs on a host."""
        exits = [{"name": "us", "port": self.port[host], "country": "us"}]
        return {**self.squids[host].variables, "thordata_forwarder_exits": exits}

    @contextlib.contextmanager
    def clients(self, each_second):
        """Send so many requests a second in all, half of them tunnels; yield the answers that are not right."""
        stop, failed, sent = threading.Event(), [], []
        hosts = itertools.cycle(self.port)

        def send(host, tunnel):
            request = f"CONNECT {ECHO_HOST}:80" if tunnel else f"GET http://{ECHO_HOST}/"
            try:
                got = answer(self.port[host], request)
            except OSError as error:
                got = repr(error).encode()
            sent.append(host)
            if not re.match(rb"HTTP/1\.\d 200 ", got):
                failed.append((host, got[:200]))

        def work():
            began = time.monotonic()
            with ThreadPoolExecutor(each_second) as pool:
                for number in itertools.count():
                    if stop.wait(max(0, began + number / each_second - time.monotonic())):
                        return
                    pool.submit(send, next(hosts), number % 2)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            yield sent, failed
        finally:
            stop.set()
            thread.join()
        assert set(sent) == set(self.port)


def test_forwarders_lose_no_request(tmp_path, sim):
    """Squids, 20 requests a second, a run that is killed in the middle: no request fails."""
    with local_squids(HOSTS) as squids:
        ports = Ports(squids)
        fleet = Fleet(tmp_path, sim, hosts=HOSTS, thordata_rotation_hand_over="", thordata_rotation_serial=1)
        gateway = {
            "thordata_forwarder_gateway_host": "127.0.0.1",
            "thordata_forwarder_gateway_port": sim.gateway.port,
            "thordata_forwarder_check_url": f"http://{ECHO_HOST}/",
        }
        fleet.host_variables = {host: {**gateway, **ports.variables(host)} for host in fleet.hosts}
        fleet.write()
        first = {"thordata_forwarder_username": PAIR[0], "thordata_forwarder_password": OLD_PASSWORD}
        begin = {"hosts": "scrapers", "gather_facts": False, "vars": first, "roles": ["thordata.proxies.forwarder"]}
        made = fleet.project.play([begin], "-f", str(HOSTS))
        assert made.code == 0, made.output

        def credentials(host):
            """Return the credentials that the squid of a host takes for its next request."""
            (file,) = (ports.squids[host].config / "credentials").iterdir()
            return file.read_text("utf-8")

        with ports.clients(20) as (sent, failed):
            began = time.monotonic()
            killed = fleet.start()
            assert any("Note that the host has them" in line for line in killed.stdout)
            kill_all(killed)
            assert killed.wait() == -signal.SIGKILL
            killed.stdout.close()
            handed = [host for host in fleet.hosts if PAIR[1] in credentials(host)]
            assert 0 < len(handed) < HOSTS
            again = fleet.rotate()
            assert again.code == 0, again.output
            seconds = time.monotonic() - began
            count = len(sent)
        assert failed == []
        assert count > 15 * seconds
        (alive,) = fleet.enabled()
        username, _colon, password = alive.partition(":")
        assert password != OLD_PASSWORD
        for host in fleet.hosts:
            assert f"user=td-customer-{username}" in credentials(host)
            assert password in credentials(host)
            assert ports.squids[host].reloads() == 0
        print(f"{count} requests in {seconds:.0f} s, {len(handed)} hosts handed over before the kill")
