# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks ``export`` and ``drift``: an account that exists becomes variables, which make it so again."""

from __future__ import annotations

import difflib
import subprocess

import pytest
from ansible_project import BIN, Project

from simulator import Simulator

SEED = {
    "token": "leakyToken0001",
    "users": {
        "residential": {
            "scraper01": {"password": "leakySecret1", "traffic_limit": 500},
            "scraper02": {"password": "leakySecret2", "enabled": False},
            "AbCdEf123456": {"password": "9leakySecret"},
            "{{ 7 * 7 }}": {"password": "{{ leaky }}"},
            "a'b\"c\n- x": {"password": "l'eaky\"\n"},
            "<script>": {"password": "{% leaky"},
        },
        "unlimited": {"worker01": {"password": "leakySecret3"}},
    },
    "whitelist": {"residential": {"203.0.113.9": {}, "2001:db8::1": {}, "203.0.113.10": {"enabled": False}}},
    "servers": [{"ins_id": "ins-a", "expiration_time": "2030-02-28 18:00", "bound_users": ["worker01"]}],
    "cdks": [{"cdk": "leakyVoucher0001", "traffic": 10}],
}
MAIN = """\
---
# Written by the playbook thordata.proxies.export: the account as its API lists it.
# The next export writes this file anew. playbook.yml makes the account as this file declares it.

thordata_account_users:
  residential:
    - {username: "<script>", traffic_limit: 0, enabled: true}  # the API refuses a change without a new username and a new password
    - {username: AbCdEf123456, traffic_limit: 0, enabled: true}  # the API refuses a change without a new password
    - {username: "a'b\\"c\\n- x", traffic_limit: 0, enabled: true}  # the API refuses a change without a new username and a new password
    - {username: scraper01, traffic_limit: 500, enabled: true}
    - {username: scraper02, traffic_limit: 0, enabled: false}
    - {username: !unsafe "{{ 7 * 7 }}", traffic_limit: 0, enabled: true}  # the API refuses a change without a new username and a new password
  unlimited:
    - {username: worker01, traffic_limit: 0, enabled: true}
  # mobile: none
thordata_account_whitelist:
  residential:
    # "2001:db8::1": not declared: '2001:db8::1' is an IPv6 address, and the provider takes IPv4 only
    - {ip: 203.0.113.10, enabled: false}
    - {ip: 203.0.113.9, enabled: true}
  # unlimited: none
  # mobile: none
thordata_account_servers:
  - {ins_id: ins-a, bound_users: [worker01]}  # a.proxy.thordata.net, 16vCPU-32GiB, 300 Mbps, expires at 2030-02-28 18:00
thordata_account_vouchers:
  - {traffic: 10, count: 1}
"""  # noqa: E501
VAULT = ("--vault-id", "prod@vault_password")


class Adopted(Project):
    """A project in whose folder ``account`` an account is exported."""

    def __init__(self, folder, sim):
        super().__init__(folder, sim)
        self.account_folder = folder / "account"
        (folder / "vault_password").write_text("leakyVault\n", encoding="utf-8")

    def run(self, command, *options, env=None):
        account = {"THORDATA_API_URL": self.simulator.api_url, "THORDATA_PUBLIC_TOKEN": self.simulator.token}
        done = super().run(command, *options, env={**account, "THORDATA_API_RETRY_TIMEOUT": "1", **(env or {})})
        leaked = [line for line in done.output.splitlines() if "leaky" in line]
        assert not leaked, leaked
        return done

    def export(self, *options, env=None):
        return self.run("ansible-playbook", "thordata.proxies.export", "-e", "export_dir=account", *options, env=env)

    def converge(self, *options):
        return self.run("ansible-playbook", "account/playbook.yml", *VAULT, *options)

    def drift(self, *options, env=None):
        variables = ("-e", "@account/vars/main.yml", "-e", "@account/vars/secrets.yml")
        return self.run("ansible-playbook", "thordata.proxies.drift", *VAULT, *variables, *options, env=env)

    def text(self, name):
        return (self.account_folder / name).read_text("utf-8")


@pytest.fixture
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


@pytest.fixture
def adopted(tmp_path, sim):
    return Adopted(tmp_path, sim)


PASSWORDS = ("-e", "export_passwords=true", "-e", "export_vault_id=prod@vault_password")


def writes(sim):
    return [row.path for row in sim.log if row.method == "POST" and not row.path.startswith("/get_")]


def test_an_account_is_adopted(adopted, sim):
    exported = adopted.export(*PASSWORDS, "-vvv", "--diff")
    assert exported.code == 0, exported.output
    assert adopted.text("vars/main.yml") == MAIN
    secrets = adopted.account_folder / "vars" / "secrets.yml"
    assert secrets.read_text("utf-8").startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert secrets.stat().st_mode & 0o777 == 0o600
    decrypted = subprocess.run(
        [BIN / "ansible-vault", "view", *VAULT, secrets],
        cwd=adopted.folder,
        env=adopted.environment(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for password in ("leakySecret1", "9leakySecret", '!unsafe "{{ leaky }}"', '!unsafe "{% leaky"'):
        assert password in decrypted
    hosts = adopted.run("ansible-inventory", "-i", "account/account.thordata.yml", "--graph")
    assert "a.proxy.thordata.net" in hosts.output

    sim.clear_log()
    same = adopted.converge("-vvv", "--diff")
    assert same.code == 0, same.output
    assert "changed=0 " in same.output
    assert writes(sim) == []
    none = adopted.drift()
    assert none.code == 0
    assert "No drift: the account is as declared." in none.output

    account, before = sim.account(), sim.snapshot()
    account.users["residential"]["scraper01"].traffic_limit = 7000
    account.users["residential"]["scraper02"].password = "Changed1"
    account.whitelist["residential"].pop("203.0.113.9")
    differs = adopted.drift("-vv")
    assert differs.code == 2
    for line in (
        "residential proxy user scraper01: traffic_limit is 7000, declared 500",
        "residential proxy user scraper02: password differs",
        "residential whitelist entry 203.0.113.9: is missing",
        "Drift: 3 differences between the account and what is declared.",
    ):
        assert line in differs.output
    unknown = adopted.drift(env={"THORDATA_API_URL": "http://127.0.0.1:9/api"})
    assert unknown.code == 4
    assert "Could not list the residential proxy users" in unknown.output
    restored = adopted.converge("--diff")
    assert restored.code == 0, restored.output
    after = sim.snapshot()
    assert after["users"] == before["users"]
    assert after["whitelist"] == before["whitelist"]


def test_exports_differ_where_the_account_differs(adopted, sim):
    assert adopted.export(*PASSWORDS).code == 0
    own = adopted.text("playbook.yml").replace("purge: false", "purge: true")
    (adopted.account_folder / "playbook.yml").write_text(own, encoding="utf-8")
    before = {name: adopted.text(name) for name in ("vars/main.yml", "vars/secrets.yml")}
    sim.account().users["residential"]["scraper01"].traffic_limit = 7000
    again = adopted.export(*PASSWORDS, "--diff")
    assert "changed=1 " in again.output, again.output
    lines = difflib.ndiff(before["vars/main.yml"].splitlines(), adopted.text("vars/main.yml").splitlines())
    assert [line for line in lines if line[0] in "+-"] == [
        "-     - {username: scraper01, traffic_limit: 500, enabled: true}",
        "+     - {username: scraper01, traffic_limit: 7000, enabled: true}",
    ]
    assert adopted.text("vars/secrets.yml") == before["vars/secrets.yml"]
    assert adopted.text("playbook.yml") == own
    sim.account().users["residential"]["scraper01"].password = "leakyOther1"
    (adopted.folder / "vault_password").write_text("leakyOther\n", encoding="utf-8")
    wrong = adopted.export(*PASSWORDS)
    assert wrong.code == 2
    assert "cannot be decrypted to see whether they changed" in wrong.output
    assert adopted.text("vars/secrets.yml") == before["vars/secrets.yml"]
    anew = adopted.export(*PASSWORDS, "-e", "export_force=true")
    assert anew.code == 0, anew.output
    assert adopted.text("vars/secrets.yml") != before["vars/secrets.yml"]


def test_what_is_refused_writes_nothing(adopted, sim):
    secret = adopted.export("-e", "export_passwords=true")
    assert secret.code == 2
    assert "Nothing is known that would encrypt the passwords. Name a file with a vault password" in secret.output
    sim.fault("html", path="ip-list", skip=1)
    half = adopted.export("-vvv", *PASSWORDS)
    assert half.code == 2
    assert "Nothing was written" in half.output
    assert "Could not list the" in half.output
    assert not adopted.account_folder.exists()
    sim.clear_faults()
    sim.configure(features={"cdk": False})
    adopted.account_folder.mkdir()
    (adopted.account_folder / "notes.txt").write_text("mine", encoding="utf-8")
    other = adopted.export()
    assert other.code == 2
    assert "holds something else than an export. Choose another folder" in other.output
    assert [path.name for path in adopted.account_folder.iterdir()] == ["notes.txt"]
    forced = adopted.export(
        *("-e", "export_force=true", "-e", "export_passwords=true", "-e", "export_plaintext=true"), "-vvv", "--diff"
    )
    assert forced.code == 0, forced.output
    assert "    scraper01: leakySecret1\n" in adopted.text("vars/secrets.yml")
    assert (adopted.account_folder / "vars" / "secrets.yml").stat().st_mode & 0o777 == 0o600
    assert "Not exported: vouchers." in forced.output
    assert "# Not there: vouchers. " in adopted.text("vars/main.yml")
    assert "thordata_account_vouchers" not in adopted.text("vars/main.yml")
