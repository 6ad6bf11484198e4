# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook ``rehearse``, as it is installed: a playbook runs on a copy of the account, and the account stays."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from ansible_project import Project, to_yaml

from simulator import Simulator

ACCOUNT = {
    "token": "leakyToken0001",
    "wallet": 200,
    "users": {
        "residential": {
            "scraper01": {"password": "leakySecret1", "traffic_limit": 500},
            "{{ 7 * 7 }}": {"password": "{{ leaky }}"},
            "a'b\"c\n- x": {"password": "l'eaky\"\n"},
        }
    },
    "whitelist": {"residential": {"203.0.113.9": {}}},
    "servers": [{"ins_id": "ins-a", "expiration_time": "+1d"}],
}


@pytest.fixture
def live():
    """What stands for the live API."""
    with Simulator(seed=ACCOUNT) as simulator:
        yield simulator


@pytest.fixture
def rehearse(tmp_path, installed, live):
    """Run the playbook of the installed collection; the live account must stay as it is, and no secret may show."""
    project = Project(tmp_path, live)
    account = {"THORDATA_API_URL": live.api_url, "THORDATA_PUBLIC_TOKEN": live.token}
    before = live.snapshot()

    def run(*options, **env):
        env = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "TMPDIR": temporary, **account, **env}
        done = project.run("ansible-playbook", "thordata.proxies.rehearse", *options, env=env)
        assert live.snapshot() == before
        assert [row.path for row in live.log if row.method == "POST"] in ([], ["/get_unlimited_servers_bind_user"])
        assert not [line for line in done.output.splitlines() if "leaky" in line]
        assert [*Path(temporary).glob("thordata*")] == []
        return done

    # A short path: ansible-core 2.21 makes a socket there.
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        yield run


def write(folder, *tasks):
    play = {"name": "Site", "hosts": "localhost", "gather_facts": False, "tasks": [*tasks]}
    (folder / "site.yml").write_text(to_yaml([play]), encoding="utf-8")


def test_a_playbook_runs_on_a_copy_of_the_account(tmp_path, rehearse, live):
    user = {"username": "scraper01", "password": "leakySecret1", "traffic_limit": 500}
    renewal = {"ins_id": "ins-a", "renew_for": 30, "renew_within": "3d", "confirm_cost": True}
    write(
        tmp_path,
        {"name": "As it is", "thordata.proxies.proxy_user": user},
        {"name": "Renew", "thordata.proxies.unlimited_server": {**renewal, "api_token": "leakyVaulted1"}},
        {"name": "New", "thordata.proxies.proxy_user": {**user, "username": "scraper09"}, "tags": "more"},
        {
            "name": "Live",
            "thordata.proxies.proxy_user": {**user, "api_url": live.api_url, "traffic_limit": 900},
            "ignore_errors": True,
        },
        {
            "name": "Elsewhere",
            "thordata.proxies.proxy_user": {**user, "api_token": live.token},
            "delegate_to": "elsewhere",
            "ignore_errors": True,
        },
    )
    options = ("-e", "rehearse_playbook=site.yml", "-e", "rehearse_passwords=true", "--diff", "--skip-tags", "more")
    done = rehearse(*options)
    assert done.code == 0, done.output
    assert '"ok: [localhost]"' in done.output.partition("TASK [As it is]")[2].partition("TASK")[0]
    assert "TASK [New]" not in done.output
    assert "This is a rehearsal on http://127.0.0.1:" in done.output.partition("TASK [Live]")[2]
    assert "the task runs on another host" in done.output.partition("TASK [Elsewhere]")[2]
    assert "Rehearsed on a simulated account: 1 change, 150.00 spent at invented prices." in done.output
    assert 'renew ins_id=\\"ins-a\\" package_id=\\"8\\" cost 150.00' in done.output


def test_check_mode_and_a_seed(tmp_path, rehearse, live):
    (tmp_path / "seed.yml").write_text("wallet: 1\n", encoding="utf-8")
    write(
        tmp_path,
        {"thordata.proxies.whitelist_ip": {"ip": "203.0.113.7"}},
        {"ansible.builtin.fail": {"msg": "Full stop"}},
    )
    options = ("-e", "rehearse_playbook=site.yml", "-e", "rehearse_seed=seed.yml", "--check")
    done = rehearse(*options, "-e", "rehearse_options='--extra-vars a=b -v'")
    assert done.code == 2
    assert "changed: [localhost]" in done.output
    assert "Full stop" in done.output
    assert "Rehearsed on a simulated account: no change." in done.output
    assert "The rehearsal failed with code 2" in done.output
    assert list(live.log) == []


def test_what_is_missing_is_named(tmp_path, rehearse):
    (tmp_path / "aiohttp.py").write_text("raise ModuleNotFoundError('gone', name='aiohttp')\n", encoding="utf-8")
    done = rehearse("-e", "rehearse_playbook=site.yml", THORDATA_PUBLIC_TOKEN="", PYTHONPATH=str(tmp_path))
    assert done.code == 2
    assert "needs the Python library aiohttp" in done.output
    assert "-m pip install aiohttp" in done.output
    unnamed = rehearse()
    assert unnamed.code == 0
    assert "Name the playbook to rehearse: -e rehearse_playbook=site.yml" in unnamed.output
    assert str(Path("proxies") / "simulator") in unnamed.output
