# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ships: nothing private, and nothing that touches an account before its user has said what to do there."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_project import ROOT, Project, to_yaml
from built_archive import CONFIG, INVENTORY, PRIVATE, SECRET

from simulator import Simulator

pytestmark = pytest.mark.once

ACCOUNT = {
    "token": "livetoken0001",
    "wallet": 1000,
    "users": {"residential": {"oldscraper": {"password": "Secret123"}}},
    "servers": [{"ins_id": "ins-demo0001", "expiration_time": "+1d"}],
}
SHIPPED = {
    *("CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "MAINTAINERS.md", "README.md", "SECURITY.md"),
    *("FILES.json", "LICENSE", "LICENSES", "MANIFEST.json", "REUSE.toml", "bindep.txt", "requirements.txt"),
    *("changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles", "simulator", "tests"),
}
# In bytes. Tests and benchmarks would be half as much again.
LARGEST = 600_000
PLANTED = [
    {
        "name": "Declare a user",
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [{"thordata.proxies.proxy_user": {"username": "demo01", "password": "Secret123"}}],
    }
]


@pytest.fixture
def sim():
    with Simulator(seed=ACCOUNT) as simulator:
        yield simulator


def run(folder, sim, collections, *playbook, **environment):
    """Run a playbook, with options, as a user does who has the token of an account in the environment."""
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "THORDATA_API_URL": sim.api_url,
        "THORDATA_PUBLIC_TOKEN": sim.token,
        **environment,
    }
    return Project(folder, sim).run("ansible-playbook", *playbook, env=env)


def test_the_archive_holds_what_belongs_there_and_nothing_private(archive):
    with tarfile.open(archive) as opened:
        names = {member.name for member in opened if member.isfile()}
        texts = [opened.extractfile(name).read() for name in names]
    # What is at the top, so that a new file or folder is put among what ships or among build_ignore.
    assert {name.split("/")[0] for name in names} == SHIPPED
    assert {name for name in names if name.split("/")[0] == "tests"} == {"tests/config.yml"}
    assert {name for name in names if name.startswith("changelogs")} == {"changelogs/changelog.yaml"}
    assert not set(PRIVATE) & names
    assert not [name for name in names if "__pycache__" in name]
    assert SECRET.encode() not in texts
    for folder in ("plugins", "roles", "playbooks", "simulator", "docs/docsite", "meta"):
        known = subprocess.run(["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True)
        assert set(known.stdout.split()) <= names
    assert archive.stat().st_size < LARGEST


@pytest.mark.parametrize("name", [CONFIG, INVENTORY])
def test_git_ignores_who_tests(name):
    assert subprocess.run(["git", "check-ignore", "-q", "--no-index", name], cwd=ROOT, check=False).returncode == 0


def test_a_shipped_playbook_has_a_name_and_leaves_the_account_as_it_is(tmp_path, installed, sim):
    # All that works on an account does so with these folders alone, which inclusion in the Ansible package asks for.
    collection = Path("ansible_collections", "thordata", "proxies")
    for name in ("meta", "playbooks", "plugins", "roles"):
        shutil.copytree(installed / collection / name, tmp_path / collection / name)
    installed = tmp_path
    folder = installed / collection / "playbooks"
    before = sim.snapshot()
    for path in sorted(folder.glob("*.yml")):
        done = run(tmp_path, sim, installed, f"thordata.proxies.{path.stem}")
        assert "PLAY [" in done.output, (path.name, done.output)
        assert [row.path for row in sim.log if row.method == "POST"] == [], path.name
        assert sim.snapshot() == before, path.name
    # A playbook that does touch it would be found.
    folder.mkdir(exist_ok=True)
    (folder / "planted.yml").write_text(to_yaml(PLANTED), encoding="utf-8")
    done = run(tmp_path, sim, installed, "thordata.proxies.planted")
    (folder / "planted.yml").unlink()
    assert "PLAY [Declare a user]" in done.output, done.output
    assert sim.snapshot() != before


class Other(BaseHTTPRequestHandler):
    """A server on this machine that is not the simulator."""

    def do_GET(self):
        """Answer as a proxy of the live API might."""
        self.server.seen.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"code": 200, "data": {"list": []}, "msg": "ok"}')

    do_POST = do_GET

    def log_message(self, *_arguments):
        """Be quiet."""


def test_a_demonstration_refuses_all_but_the_simulator(tmp_path, sim):
    collections = ROOT / ".build" / "collections"
    with ThreadingHTTPServer(("127.0.0.1", 0), Other) as other:
        other.seen = []
        threading.Thread(target=other.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{other.server_port}/api"
        elsewhere = sim.api_url.replace("127.0.0.1", "localhost"), f"{sim.api_url}@203.0.113.1/api"
        for playbook, urls in (("demo.yml", (here, *elsewhere)), ("proxies.yml", (here,))):
            for url in urls:
                done = run(tmp_path, sim, collections, str(ROOT / "demo" / playbook), THORDATA_API_URL=url)
                assert done.code == 2, done.output
                assert "Nothing was called." in done.output, done.output
                assert done.output.count("PLAY [") == 1, done.output
        # Without the play that asks.
        picked = [str(ROOT / "demo" / "demo.yml"), "-i", str(ROOT / "demo" / "inventory.yml"), "--limit", "scrapers"]
        done = run(tmp_path, sim, collections, *picked, THORDATA_API_URL=elsewhere[0])
        assert "api_url must" in done.output, done.output
        other.shutdown()
    assert set(other.seen) == {"/_simulator/faults"}
    assert list(sim.log) == []
