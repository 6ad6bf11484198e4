# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role forwarder with the real squid, in front of the simulator's gateway."""

from __future__ import annotations

import json
import re
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_project import Project, to_yaml
from local_squid import GROUP, PROGRAM, ROOT, USER, LocalSquid, answer, ask, free_port, local_squids, processes

from simulator import Simulator
from simulator.gateway import ECHO_HOST

ECHO = f"GET http://{ECHO_HOST}/"
TUNNEL = f"CONNECT {ECHO_HOST}:80"
PASSWORD = "leakySecret1"
NEW_PASSWORD = "leakySecret2"
SEED = {
    "users": {
        "residential": {
            "scraper01": {"password": PASSWORD},
            "scraper02": {"password": NEW_PASSWORD},
            "disabled01": {"password": PASSWORD, "enabled": False},
        }
    },
    "static_proxies": {"isp": [{"ip": "127.0.0.1", "username": "buyer01", "password": "leaky:@/ 1%"}]},
    "settings": {"gateway_unauthorized": "Auth_303"},
}
OPENED = b"HTTP/1.1 200 Connection established"


@pytest.fixture
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


@pytest.fixture
def squid():
    with local_squids() as (one,):
        yield one


class Forwarder:
    """Runs the role for hosts, each with a squid of its own."""

    def __init__(self, folder, sim):
        self.sim = sim
        self.project = Project(folder, sim)

    def exit(self, name, **words):
        """Return an exit of the gateway."""
        return {"name": name, "port": free_port(), **words}

    def play(self, hosts, *options):
        """Run the role; ``hosts``: by name, the variables of each."""
        common = {
            "thordata_forwarder_username": "scraper01",
            "thordata_forwarder_password": PASSWORD,
            "thordata_forwarder_gateway_host": "127.0.0.1",
            "thordata_forwarder_gateway_port": self.sim.gateway.port,
            "thordata_forwarder_check_url": f"http://{ECHO_HOST}/",
            "ansible_connection": "elsewhere",
        }
        inventory = {name: {**common, **variables} for name, variables in hosts.items()}
        (self.project.folder / "inventory.yml").write_text(to_yaml({"all": {"hosts": inventory}}), encoding="utf-8")
        play = {"hosts": "all", "gather_facts": False, "roles": ["thordata.proxies.forwarder"]}
        return self.project.play([play], *options)

    def alone(self, squid, exits, *options, **variables):
        """Run the role for one squid."""
        return self.play({"scraper": {**squid.variables, "thordata_forwarder_exits": exits, **variables}}, *options)


@pytest.fixture
def forwarder(tmp_path, sim):
    return Forwarder(tmp_path, sim)


def page(port):
    """Return what the echo page shows through a local port."""
    return json.loads(answer(port, ECHO).partition(b"\r\n\r\n")[2])


def changed(run):
    return [line for line in run.output.splitlines() if line.startswith("changed:")]


def test_ports_come_change_and_go(forwarder, squid, sim):
    exits = [
        forwarder.exit("us", country="us"),
        forwarder.exit("kept", country="de", session_minutes=30),
    ]
    us, kept = (one["port"] for one in exits)
    planned = forwarder.alone(squid, exits, "--check", "--diff")
    assert planned.code == 0, planned.output
    assert f"+us {us} http://td-customer-scraper01-country-us@127.0.0.1:{sim.gateway.port}" in planned.output
    assert "+never_direct allow all" in planned.output
    assert not squid.config.exists()

    first = forwarder.alone(squid, exits, "--diff", "-vvv")
    assert first.code == 0, first.output
    assert len({page(us)["ip"] for _time in range(4)}) > 1
    assert page(us)["country"] == "US"
    assert len({page(kept)["ip"] for _time in range(4)}) == 1
    assert page(kept)["country"] == "DE"
    assert answer(us, TUNNEL).startswith(OPENED)
    running = squid.pid

    again = forwarder.alone(squid, exits, "--diff")
    assert again.code == 0, again.output
    assert changed(again) == []

    # Other credentials and other places are other lines in a file: squid is left alone.
    exits[0]["country"] = "gb"
    new = {"thordata_forwarder_username": "scraper02", "thordata_forwarder_password": NEW_PASSWORD}
    planned = forwarder.alone(squid, exits, "--check", "--diff", **new)
    assert planned.code == 0, planned.output
    assert "+us" in planned.output
    assert "td-customer-scraper02-country-gb" in planned.output
    assert page(us)["country"] == "US"
    rotated = forwarder.alone(squid, exits, "--diff", "-vvv", **new)
    assert rotated.code == 0, rotated.output
    assert len(changed(rotated)) == len(changed(planned)) == 3, rotated.output
    assert page(us)["country"] == "GB"
    assert (squid.pid, squid.reloads()) == (running, 0)

    # Another exit is a reload, which open connections survive.
    with socket.create_connection(("127.0.0.1", us)) as open_tunnel:
        assert ask(open_tunnel, TUNNEL).startswith(OPENED)
        exits[1] = forwarder.exit("other", country="fr")
        (squid.config / "credentials.sh").chmod(0o700)  # which squid could not run any more
        reloaded = forwarder.alone(squid, exits, **new)
        assert reloaded.code == 0, reloaded.output
        assert page(exits[1]["port"])["country"] == "FR"
        assert b"198.18." in ask(open_tunnel, f"GET http://{ECHO_HOST}/")
    assert (squid.pid, squid.reloads()) == (running, 1)
    assert (squid.config / "credentials.sh").stat().st_mode & 0o777 == 0o750
    assert sorted(path.name for path in (squid.config / "credentials").iterdir()) == ["other", "us"]

    # Whoever may not read the credentials finds them nowhere.
    private = {squid.config / "parents.conf", *(squid.config / "credentials").iterdir()}
    for path in [*squid.config.rglob("*"), *squid.logs.rglob("*")]:
        if path.is_file():
            assert path in private or "leaky" not in path.read_text("utf-8"), path
    for path in private:
        assert (path.stat().st_mode & 0o777, path.group()) == (0o640, GROUP)
    for run in (planned, first, again, rotated, reloaded):
        assert "leaky" not in run.output
    assert "leaky" not in processes()

    gone = forwarder.alone(squid, exits, "--check", thordata_forwarder_state="absent")
    assert gone.code == 0, gone.output
    assert squid.pid == running
    gone = forwarder.alone(squid, exits, thordata_forwarder_state="absent")
    assert gone.code == 0, gone.output
    squid.wait_for_end(running)
    assert not any(folder.exists() for folder in (squid.config, squid.logs, squid.run))
    again = forwarder.alone(squid, exits, thordata_forwarder_state="absent")
    assert changed(again) == []


def test_check_mode_on_a_bare_host(forwarder, squid):
    """Neither squid nor its group is there yet, nor does systemd know the unit."""
    bare = {
        "thordata_forwarder_install": True,
        "thordata_forwarder_program": "/no/such/squid",
        "thordata_forwarder_group": "nosuchgroup",
        "thordata_forwarder_service_manager": "systemd",
    }
    run = forwarder.alone(squid, [forwarder.exit("us")], "--check", "--diff", **bare)
    assert run.code == 0, run.output
    assert "+ExecStart=/no/such/squid -n thordata" in run.output
    assert "leaky" not in run.output
    assert not squid.config.exists()


class Target(socketserver.ThreadingTCPServer):
    """Counts the connections that reach it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), socketserver.StreamRequestHandler)
        self.reached = 0
        self.port = self.server_address[1]

    def finish_request(self, request, client_address):
        self.reached += 1


@pytest.fixture
def target():
    with Target() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.once
def test_nothing_leaves_but_through_the_gateway(tmp_path, squid, target):
    requests = [f"GET http://127.0.0.1:{target.port}/", f"CONNECT 127.0.0.1:{target.port}"]
    with Simulator(seed=SEED) as sim:
        forwarder = Forwarder(tmp_path, sim)
        exits = [forwarder.exit("us"), {"name": "open", "port": free_port(), "proxies": [sim.gateway_url]}]
        run = forwarder.alone(squid, exits, thordata_forwarder_check=False)
        assert run.code == 0, run.output
        us, without = (one["port"] for one in exits)
        for request in requests:
            answer(us, request)
        deadline = time.monotonic() + 10  # it may count later than the gateway answers
        while target.reached < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert target.reached == 2  # through the gateway

        own = "Proxy-Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n"
        credentials = squid.config / "credentials" / "us"
        kept = credentials.read_bytes()
        for request in requests:
            assert b"ERR_ACCESS_DENIED" in answer(us, request, own)
            credentials.write_bytes(kept.replace(PASSWORD.encode(), b"wrong1"))
            assert b"X-thor-error-code: Auth_303" in answer(us, request)
            credentials.write_bytes(b"")
            assert answer(us, request).startswith(b"HTTP/1.1 403")
            credentials.unlink()
            assert answer(us, request).startswith(b"HTTP/1.1 403")
            credentials.write_bytes(kept)
            assert answer(without, request).startswith(b"HTTP/1.1 407")
    for request in requests:
        for port in (us, without):
            assert answer(port, request).startswith(b"HTTP/1.1 50")
    assert target.reached == 2


@pytest.mark.once
def test_a_target_that_refuses_does_not_end_the_service(forwarder, squid):
    """Squid counts what the gateway refuses in CONNECT as failures of the gateway."""
    exits = [forwarder.exit("us")]
    port = exits[0]["port"]
    run = forwarder.alone(squid, exits, thordata_forwarder_check=False)
    assert run.code == 0, run.output
    nowhere = f"CONNECT 127.0.0.1:{free_port()}"
    with ThreadPoolExecutor(20) as clients:
        refused = [*clients.map(lambda _number: answer(port, nowhere), range(100))]
    assert all(b"X-thor-error-code: Resource_201" in one for one in refused)
    assert [answer(port, request)[:12] for request in 10 * [ECHO, TUNNEL]] == 20 * [b"HTTP/1.1 200"]


@pytest.mark.once
def test_new_credentials_cost_no_request(forwarder, squid, sim):
    """Clients send 100 requests a second while another user takes over, and the old one is deleted."""
    exits = [forwarder.exit("us", country="us"), forwarder.exit("kept", session_minutes=30)]
    run = forwarder.alone(squid, exits)
    assert run.code == 0, run.output
    asked = [(one["port"], request) for one in exits for request in (ECHO, TUNNEL)]
    over = threading.Event()
    answers = []

    def client(number):
        port, request = asked[number % len(asked)]
        while not over.is_set():
            answers.append(answer(port, request)[:12])
            time.sleep(0.08)

    with ThreadPoolExecutor(8) as clients:
        running = [clients.submit(client, number) for number in range(8)]
        new = {"thordata_forwarder_username": "scraper02", "thordata_forwarder_password": NEW_PASSWORD}
        rotated = forwarder.alone(squid, exits, **new)
        del sim.account().users["residential"]["scraper01"]
        time.sleep(1)
        over.set()
        [one.result() for one in running]
    assert rotated.code == 0, rotated.output
    assert len(answers) > 100
    assert set(answers) == {b"HTTP/1.1 200"}


def test_bad_input(forwarder):
    taken = socket.create_server(("127.0.0.1", 0))
    exits = forwarder.exit
    port = free_port()
    wrong = {
        "twins": ([exits("a", port=port), exits("b", port=port)], {}, "Each exit needs a port of its own"),
        "names": ([exits("a"), exits("a")], {}, "Each exit needs a name of its own"),
        "low": ([exits("us", port=1023)], {}, "Each exit needs a port of its own, 1024 to 65535; these are 1023."),
        "taken": ([exits("us", port=taken.getsockname()[1])], {}, "is taken by another program: choose another one"),
        "none": ([], {}, "thordata_forwarder_exits is empty: declare an exit"),
        "parents": ([exits("isp", proxies=[])], {}, "No parent is left for isp: the list proxies is empty."),
        "socks": ([{"name": "isp", "port": port, "proxies": ["socks5://127.0.0.1:1"]}], {}, "squid knows no SOCKS5 pa"),
        "spelling": (
            [{"name": "isp", "port": port, "proxies": ["user:leaky"]}],
            {},
            "A proxy must be a URL with scheme",
        ),
        "dead": ([{"name": "isp", "port": port, "proxies": ["127.0.0.1:1"]}], {}, "the connection is refused"),
        "country": ([exits("us", country="zz")], {}, "the gateway says client_101, the region is wrong"),
        "word": ([exits("us", country="usa")], {}, "country must be two letters such as us, not 'usa'"),
        "minutes": ([exits("us", session_minutes=91)], {}, "session_minutes must be 1 to 90"),
        "user": (
            [exits("us", username="nobody01")],
            {},
            "the gateway says Auth_303, it knows no such user: check user",
        ),
        "disabled": ([exits("us", username="disabled01")], {}, "the proxy user is disabled"),
        "password": ([exits("us", password="leakyWrong1")], {}, "the gateway says Auth_303, it knows no such user"),
        "nobody": ([exits("us")], {"thordata_forwarder_username": ""}, "No username or no password is declared for us"),
        "variable": ([exits("us")], {"thordata_forwarder_exit": []}, "has no variable thordata_forwarder_exit:"),
        "option": ([exits("us", contry="us")], {}, "contry. Supported"),
    }
    with taken, local_squids(len(wrong)) as squids:
        hosts = {
            name: {**squid.variables, "thordata_forwarder_exits": declared, **variables}
            for squid, (name, (declared, variables, _message)) in zip(squids, wrong.items(), strict=True)
        }
        run = forwarder.play(hosts, "--forks", "4")
        assert run.code == 2
        for name, (_exits, _variables, message) in wrong.items():
            said = [line for line in run.output.splitlines() if re.match(rf"(fatal|failed): \[{name}\]", line)]
            assert any(message in line for line in said), (name, said)
            assert re.search(rf"{name} .* changed=0 ", run.output), name
        assert "leaky" not in run.output
        assert not [squid for squid in squids if squid.config.exists()]


@pytest.mark.once
def test_what_squid_refuses_does_not_replace_what_runs(forwarder, squid):
    exits = [forwarder.exit("us", country="us")]
    run = forwarder.alone(squid, exits)
    assert run.code == 0, run.output
    before = {path: path.read_bytes() for path in squid.config.rglob("*") if path.is_file()}
    own = squid.variables["thordata_forwarder_extra_config"]
    for line in ("no_such_directive on", "unlinkd_program /no/such/program"):
        run = forwarder.alone(squid, exits, thordata_forwarder_extra_config=[*own, line])
        assert run.code == 2
        assert "what runs stays as it is. Check thordata_forwarder_extra_config" in run.output
        assert line.split()[0] in run.output
    assert {path: path.read_bytes() for path in squid.config.rglob("*") if path.is_file()} == before
    assert page(exits[0]["port"])["country"] == "US"


@pytest.fixture
def tls(tmp_path):
    """A certificate of 127.0.0.1, which is its own authority, with its key."""
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "ca.pem", *names]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "ca.pem", tmp_path / "key.pem"


@pytest.mark.once
def test_bought_addresses_and_tls(tmp_path, squid, tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*tls)
    with Simulator(seed=SEED, gateway_tls=context) as sim:
        forwarder = Forwarder(tmp_path, sim)
        address = {"ip": "127.0.0.1", "username": "buyer01", "password": "leaky:@/ 1%"}
        there = {**address, "port": sim.gateway.port}
        dead = {**address, "port": free_port()}
        exits = [
            {"name": "turns", "port": free_port(), "proxies": [dead, there]},
            {"name": "first", "port": free_port(), "proxies": [dead, there], "pick": "failover"},
            forwarder.exit("tls", scheme="https", gateway_port=sim.tls_gateway.port, country="us"),
        ]
        planned = forwarder.alone(squid, exits, "--check", thordata_forwarder_ca_path="/not/yet/there.pem")
        assert planned.code == 0, planned.output
        own = {"thordata_forwarder_ca_path": str(tls[0]), "thordata_forwarder_access_log": True}
        run = forwarder.alone(squid, exits, **own)
        assert run.code == 0, run.output
        for one in exits:
            answers = [answer(one["port"], request)[:12] for request in 4 * [ECHO, TUNNEL]]
            assert answers == 8 * [b"HTTP/1.1 200"], (one, squid.log())
        assert page(exits[2]["port"])["country"] == "US"
        assert "leaky" not in squid.log() + run.output + processes()
        requests = (squid.logs / "access.log").read_text("utf-8")
        assert f"{TUNNEL} {exits[2]['port']} " in requests
        assert not re.search("td-customer|buyer01|leaky", requests)

        # A certificate that nobody vouches for is no gateway.
        run = forwarder.alone(squid, exits[2:])
        assert run.code == 2
        assert "the TLS certificate of the proxy cannot be verified" in run.output
        assert changed(run) == []
        run = forwarder.alone(squid, exits[2:], thordata_forwarder_check=False)
        assert run.code == 0, run.output
        assert answer(exits[2]["port"], ECHO).startswith(b"HTTP/1.1 50")
        assert answer(exits[2]["port"], TUNNEL).startswith(b"HTTP/1.1 50")


@pytest.mark.parametrize("family", ["Debian", "RedHat"])
def test_squid_reads_what_is_written_for_each_family(forwarder, tmp_path, family):
    """Rendered for a host that is not there, whose squid has users and folders that this machine may lack."""
    role = ROOT / "roles" / "forwarder"
    (tmp_path / "templates").symlink_to(role / "templates")
    allow = ["10.0.0.0/8", "2001:db8::/32"] if family == "RedHat" else []
    exits = [forwarder.exit("us", country="us"), {"name": "isp", "port": 3130, "proxies": ["u:p@[2001:db8::1]:6666"]}]
    variables = {
        "thordata_forwarder_exits": exits,
        "thordata_forwarder_username": "scraper01",
        "thordata_forwarder_password": PASSWORD,
        "thordata_forwarder_allow": allow,
        "thordata_forwarder_access_log": True,
        "thordata_forwarder_extra_config": LocalSquid(tmp_path).variables["thordata_forwarder_extra_config"],
        "__thordata_forwarder_parents": str(tmp_path / "parents.conf"),
    }
    files = ["squid.conf", "parents.conf", "thordata-forwarder.service"]
    tasks = [
        {"ansible.builtin.set_fact": {"os_family": family, "service_mgr": "systemd", "cacheable": True}},
        {"ansible.builtin.include_vars": str(role / "defaults" / "main.yml")},
        {"ansible.builtin.include_vars": str(role / "vars" / "main.yml")},
        {"ansible.builtin.set_fact": variables},
        {"ansible.builtin.set_fact": {"__thordata_forwarder_exits": "{{ __thordata_forwarder_templated }}"}},
        {
            "ansible.builtin.template": {
                "src": f"{role}/templates/{{{{ item }}}}.j2",
                "dest": f"{tmp_path}/{{{{ item }}}}",
            },
            "loop": files,
        },
    ]
    run = forwarder.project.play([{"hosts": "testhost", "gather_facts": False, "tasks": tasks}])
    assert run.code == 0, run.output
    config, parents, unit = ((tmp_path / name).read_text("utf-8") for name in files)
    user = {"Debian": "proxy", "RedHat": "squid"}[family]
    assert f"cache_effective_user {user}\ncache_effective_group {user}\n" in config
    assert f"http_port {'' if allow else '127.0.0.1:'}3130 name=isp\n" in config
    assert ("http_access deny !own_host !allowed\n" in config) == bool(allow)
    assert "cache_peer 2001:db8::1 parent 6666 " in parents
    assert f"Group={user}\nRuntimeDirectory=squid-thordata-forwarder\n" in unit
    assert "ExecStart=/usr/sbin/squid -n thordata" in unit
    own = f"cache_effective_user {USER}\ncache_effective_group {GROUP}\n"  # this machine may lack the user
    (tmp_path / "squid.conf").write_text(config + own, encoding="utf-8")
    parsed = subprocess.run(
        [PROGRAM, "-n", "families", "-k", "parse", "-f", tmp_path / "squid.conf"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert parsed.returncode == 0, parsed.stderr
    assert not re.findall("FATAL|ERROR|WARNING: (?!HTTP requires)", parsed.stderr), parsed.stderr
