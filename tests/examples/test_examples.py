# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The EXAMPLES of every module run, against the simulator, as they stand."""

from __future__ import annotations

import dataclasses
import functools
import importlib
import json
import re
import shlex
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml
from ansible_project import INVENTORY, Project, to_yaml
from local_squid import free_port, local_squids

from simulator import Simulator
from simulator.gateway import ECHO_HOST

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDES = sorted((ROOT / "docs" / "docsite" / "rst").glob("guide_*.rst"))
READMES = [ROOT / "README.md", *sorted((ROOT / "roles").glob("*/README.md"))]
WHITELIST = ROOT / "docs" / "docsite" / "rst" / "guide_whitelist_fleet.rst"
ACCOUNTS = ROOT / "docs" / "docsite" / "rst" / "guide_several_accounts.rst"
START = ROOT / "docs" / "docsite" / "rst" / "guide_start.rst"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
# Roles that work on hosts, and change nothing in the account.
ON_HOSTS = {"forwarder", "metrics", "proxy_list"}
# Modules that change an account.
DECLARING = {name for name in MODULES if not name.endswith("_info")} - {"proxy_check"}
# What the examples take for granted: a variable of the playbook, and an account that holds something.
VARIABLES = {
    "scraper_password": "Secret123",
    "voucher_code": "EXAMPLEVOUCHER01",
    "proxy_url": "http://user:secret@127.0.0.1:9999",
    "users": [{"username": "scraper03", "password": "Secret123", "traffic_limit": 500}],
    "passwords": {"scraper03": "Secret123", "scraper04": "Secret123"},
}
PASSWORDS = {"residential": {"usera1": "Secret123", "userb1": "Secret123", "userc1": "Secret123"}}
# Keys of plays, which tasks do not have.
PLAYS = {"hosts", "import_playbook"}
# What no output may hold. A proxy as a URL has its password in it.
SECRETS = ("Secret123", "EXAMPLEVOUCHER01", "user:secret@", "exampletoken0001")
SCRAPERS = {"hosts": {"testhost": {"ansible_host": "203.0.113.11"}}}
LOOKUPS = sorted(path.stem for path in (ROOT / "plugins" / "lookup").glob("*.py"))
FILTERS = sorted((ROOT / "plugins" / "filter").glob("*.yml"))
SEED = {
    "token": "exampletoken0001",
    "users": {
        "residential": {
            "scraper01": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 950},
            "harvester02": {"password": "Secret123"},
        },
        "unlimited": {"worker01": {"password": "Secret123"}, "worker02": {"password": "Secret123"}},
    },
    "whitelist": {"residential": {"203.0.113.10": {"enabled": True}, "127.0.0.1": {"enabled": True}}},
    "wallet": 1000,
    "name": "Thor100001",
    "static_proxies": {
        "isp": [{"ip": "198.51.100.20"}],
        "datacenter": [{"ip": "203.0.113.40", "expiration_time": "+2d"}],
    },
    "servers": [{"ins_id": "ins-k3x9q2aa", "expiration_time": "+2d", "bound_users": ["worker01"]}],
    "cdks": [{"cdk": "EXAMPLEVOUCHER01", "status": "used", "traffic": 10, "use_username": "scraper01"}],
    "settings": {"restart_seconds": 1},
}


@pytest.fixture(scope="module")
def sim():
    with Simulator(seed=SEED) as simulator, local_squids() as (squid,):
        VARIABLES.update(squid.variables)
        yield simulator


def examples(name, kind="modules"):
    text = importlib.import_module(f"ansible_collections.thordata.proxies.plugins.{kind}.{name}").EXAMPLES
    return yaml.safe_load(text)


@functools.cache
def own_port(_documented):
    """Return the port that stands for one of the documentation; several tests run at once."""
    return str(free_port())


def load(text):
    """Return what a YAML block holds, with ports that are free here."""
    return yaml.safe_load(re.sub(r"\b31[23][0-9]\b", lambda match: own_port(match[0]), text))


def blocks(guide):
    """Yield what the YAML blocks of a guide hold: lists of tasks, or of plays."""
    for block in re.findall(
        r"^\.\. code-block:: yaml\+jinja\n\n((?:    .*\n|\n)+)", guide.read_text("utf-8"), re.MULTILINE
    ):
        yield from load(block)


def files(guide):
    """Return what the YAML blocks hold that begin with the name of a file, by that name."""
    named = re.findall(r"^    # (\S+\.yml)\n((?:    .*\n|\n)+)", guide.read_text("utf-8"), re.MULTILINE)
    return {name: textwrap.dedent(text) for name, text in named}


def literals(guide, language):
    """Return the texts of the blocks of a language in a guide."""
    found = re.findall(rf"^\.\. code-block:: {re.escape(language)}\n\n((?:    .*\n|\n)+)", guide, re.MULTILINE)
    return [textwrap.dedent(block).strip() for block in found]


def as_shown(output):
    """Return what Ansible prints without what depends on the width of the terminal."""
    lines = [re.sub(" +", " ", line).rstrip("* ") for line in output.splitlines()]
    return [line for line in lines if line]


def readme_blocks(readme):
    """Yield the plays that the YAML blocks of a README hold."""
    for block in re.findall(r"^```yaml\n(.*?)^```", readme.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        yield from load(block)


def reachable(sim):
    """Return SEED with one more bought address, which is the gateway of the simulator."""
    address = {"ip": "127.0.0.1", "port": sim.gateway.port}
    bought = SEED["static_proxies"]
    return {**SEED, "static_proxies": {**bought, "isp": [*bought["isp"], address]}}


def environment(sim):
    """Return what names the account of SEED."""
    return {
        "SCRAPER_PASSWORD": "Secret123",
        "THORDATA_API_URL": sim.api_url,
        "THORDATA_EXTRACT_URL": sim.extract_url,
        "THORDATA_PUBLIC_TOKEN": sim.token,
        "THORDATA_ACCOUNT_NAME": "Thor100001",
    }


def variables(sim):
    """Return the variables of a play."""
    return {
        **VARIABLES,
        "api_token": sim.token,
        "api_url": sim.api_url,
        "echo_services": [sim.echo_url],
        "extract_url": sim.extract_url,
        "gateway_host": "127.0.0.1",
        "gateway_port": sim.gateway.port,
        "check_url": f"http://{ECHO_HOST}/",
        "isp_proxies": [sim.gateway_url],
        "scraper_proxies": [sim.gateway_url.replace("//", "//td-customer-scraper01-country-us:Secret123@")],
        "thordata_forwarder_gateway_host": "127.0.0.1",
        "thordata_forwarder_gateway_port": sim.gateway.port,
        "thordata_forwarder_check_url": f"http://{ECHO_HOST}/",
        "thordata_rotation_gateway_host": "127.0.0.1",
        "thordata_rotation_gateway_port": sim.gateway.port,
        "thordata_rotation_check_url": f"http://{ECHO_HOST}/",
        "thordata_rotation_grace": 0,
        "thordata_proxy_list_check_url": f"http://{ECHO_HOST}/",
        "thordata_proxy_list_check_timeout": 3,
        "list_folder": "{{ playbook_dir }}",
        "textfile_folder": "{{ playbook_dir }}",
        "report_folder": "{{ playbook_dir }}",
        "checked_proxies": ["{{ proxy_url }}"],
        "ansible_become": False,
    }


def module_defaults(sim):
    """Return what the examples leave to the defaults of a module, and what the simulator has in its place."""
    return {"thordata.proxies.proxy_check": {"check_url": variables(sim)["check_url"]}}


def run(folder, sim, plays, *options, hosts=("testhost",), scrapers=None):
    """Run plays against the account of SEED; they must succeed, and show no secret."""
    (folder / "secrets.yml").write_text(f"thordata_token: {sim.token}\n", encoding="utf-8")
    project = Project(folder, sim)
    accounts = {"hosts": dict.fromkeys(hosts, {"thordata_token": sim.token})}
    monitoring = {"hosts": {"testhost": None}}
    inventory = {**INVENTORY, "scrapers": scrapers or SCRAPERS, "accounts": accounts, "monitoring": monitoring}
    (folder / "inventory.yml").write_text(to_yaml(inventory), encoding="utf-8")
    done = project.play(plays, "-v", "--diff", *options, env=environment(sim))
    assert not [secret for secret in SECRETS if secret in done.output], done.output
    return done


def writes(log):
    """Return the paths of the writes."""
    return [row["path"] for row in log if row["method"] == "POST" and not row["path"].startswith("/get_")]


def play(tmp_path, sim, steps, scrapers=None):
    """Run steps (tasks, or whole plays) against the account of SEED; return the paths of the writes."""
    plays = [{**step, "vars": {**variables(sim), **step.get("vars", {})}} for step in steps if PLAYS & step.keys()]
    tasks = [step for step in steps if not PLAYS & step.keys()]
    if tasks:
        plays.append({"hosts": "testhost", "gather_facts": False, "vars": variables(sim), "tasks": tasks})
    done = run(tmp_path, sim, plays, scrapers=scrapers)
    assert done.code == 0, done.output
    log = [dataclasses.asdict(row) for row in sim.log]
    assert sim.account().usage or any(row["method"] == "GET" and row["code"] == 200 for row in log), done.output
    return writes(log)


@dataclasses.dataclass(frozen=True)
class Played:
    """What a list of tasks did: the calls, and the account before and after."""

    log: list
    before: dict
    after: dict


def each_alone(folder, sim, examples, *options, **keywords):
    """Run lists of tasks in one go, each from the account of SEED and on a host of its own.

    Return, by name, what those did that went through to the end, and the output.
    """
    files = {name: {call: folder / f"{name}-{call}" for call in ("before", "after", "log")} for name in examples}
    plays = []
    for name, tasks in examples.items():
        before, after, log = map(str, files[name].values())
        first = [
            {"simulator": {"call": "reset", "body": {}}},
            {"simulator": {"call": "state", "dest": before}},
        ]
        last = [{"simulator": {"call": "state", "dest": after}}, {"simulator": {"call": "log", "dest": log}}]
        play = {"hosts": name, "gather_facts": False, "vars": variables(sim), "tasks": [*first, *tasks, *last]}
        plays.append({**play, "module_defaults": module_defaults(sim), **keywords})
    output = run(folder, sim, plays, *options, hosts=examples).output
    played = {}
    for name, paths in files.items():
        if all(path.exists() for path in paths.values()):
            read = {call: json.loads(path.read_text("utf-8")) for call, path in paths.items()}
            before, after = (read[call]["accounts"][SEED["token"]] for call in ("before", "after"))
            played[name] = Played(read["log"]["requests"], before, after)
    return played, output


@pytest.fixture(scope="module")
def played(sim, tmp_path_factory):
    """All examples of modules, lookups and filters. Nobody runs a playbook once only."""
    tasks = {name: 2 * examples(name) for name in MODULES}
    tasks |= {name: examples(name, "lookup") for name in LOOKUPS}
    read = {"name": "Read", "thordata.proxies.account_info": {}}  # so that the API is asked at all
    for path in FILTERS:
        tasks[path.stem] = [*yaml.safe_load(yaml.safe_load(path.read_text("utf-8"))["EXAMPLES"]), read]
    return each_alone(tmp_path_factory.mktemp("played"), sim, tasks)


@pytest.fixture(scope="module")
def checked(sim, tmp_path_factory):
    """The examples of modules in check mode, where none can build on what another one would have made."""
    tasks = {name: examples(name) for name in MODULES}
    return each_alone(tmp_path_factory.mktemp("checked"), sim, tasks, "--check", ignore_errors=True)


@pytest.mark.parametrize("name", [*MODULES, *LOOKUPS, *(path.stem for path in FILTERS)])
def test_examples(played, name):
    done, output = played
    assert name in done, output
    one = done[name]
    # A check of proxies asks the API nothing.
    asked = any(row["method"] == "GET" and row["code"] == 200 for row in one.log)
    assert asked or one.before["traffic_balance"] != one.after["traffic_balance"], output


@pytest.mark.parametrize("name", MODULES)
def test_examples_write_what_their_modules_declare(played, name):
    used = {key.removeprefix("thordata.proxies.") for step in examples(name) for key in step}
    wrote = writes(played[0][name].log)
    assert wrote or name not in DECLARING
    assert not wrote or used & DECLARING


@pytest.mark.parametrize("name", MODULES)
def test_check_mode(checked, name):
    done, output = checked
    assert name in done, output
    one = done[name]
    assert writes(one.log) == []
    # A check of proxies sends traffic.
    assert {**one.before, "traffic_balance": None} == {**one.after, "traffic_balance": None}


def test_the_example_of_the_inventory(tmp_path, sim):
    sim.reset()
    project = Project(tmp_path, sim)
    (tmp_path / "proxies.thordata.yml").write_text(to_yaml(examples("thordata", "inventory")), encoding="utf-8")
    (tmp_path / "inventory.yml").write_text("all: {hosts: {}}\n", encoding="utf-8")
    run = project.run("ansible-inventory", "-i", "proxies.thordata.yml", "--list", env=environment(sim))
    assert run.code == 0, run.output
    assert "198.51.100.20" in run.output, run.output
    assert "renew_soon" in run.output


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guides(tmp_path, sim, guide):
    sim.reset(reachable(sim) if guide.stem == "guide_proxy_lists" else SEED)
    steps = list(blocks(guide))
    for name, text in files(guide).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert steps or "yaml+jinja" not in guide.read_text("utf-8")
    if steps:
        play(tmp_path, sim, steps)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))
def test_readmes(tmp_path, sim, readme):
    sim.reset(reachable(sim))
    assert play(tmp_path, sim, list(readme_blocks(readme))) or readme.parent.name in ON_HOSTS


def test_the_first_steps(tmp_path, sim):
    """The commands of the guide, one after another, print what the guide shows."""
    sim.reset({"token": SEED["token"]})
    project = Project(tmp_path, sim)
    guide = START.read_text("utf-8")
    (playbook,) = [block for block in literals(guide, "yaml+jinja") if "hosts:" in block]
    (tmp_path / "account.yml").write_text(playbook, encoding="utf-8")
    shown = literals(guide, "ansible-output")
    assert len(shown) == 4
    for block in shown:
        commands, _blank, expected = block.partition("\n\n")
        for command in commands.splitlines():
            program, *options = shlex.split(command.removeprefix("$ "))
            if program == "sed":
                subprocess.run([program, *options], cwd=tmp_path, check=True)
            else:
                done = project.run(program, *options, env=environment(sim))
        assert done.code == 0, done.output
        assert as_shown(done.output) == as_shown(expected)


def test_the_whitelist_follows_the_inventory(tmp_path, sim):
    """The play of the guide: scale out, rebuild a machine, retire one."""
    sim.reset({**SEED, "whitelist": {"residential": {"198.51.100.7": {}, "203.0.113.1": {}}}})
    (follow,) = [step for step in blocks(WHITELIST) if step["name"] == "Let the whitelist follow the inventory"]
    hosts = {"a": "203.0.113.1", "b": "203.0.113.2"}
    for change in ({}, {"c": "203.0.113.3"}, {"b": "203.0.113.22"}, {"a": None}):
        hosts = {name: ip for name, ip in {**hosts, **change}.items() if ip}
        scrapers = {"hosts": {name: {"ansible_host": ip} for name, ip in hosts.items()}}
        play(tmp_path, sim, [follow], scrapers=scrapers)
        assert set(sim.snapshot()["whitelist"]["residential"]) == {*hosts.values(), "198.51.100.7"}


def test_a_host_that_is_down_keeps_its_place_on_the_whitelist(tmp_path, sim):
    sim.reset({**SEED, "whitelist": {"residential": {"203.0.113.9": {}}}})
    (ask,) = [step for step in blocks(WHITELIST) if "the world sees" in step["name"]]
    project = Project(tmp_path, sim)
    down = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": free_port()}
    scrapers = {"hosts": {"up": {"ansible_connection": "local"}, "down": down}}
    (tmp_path / "inventory.yml").write_text(to_yaml({"scrapers": scrapers}), encoding="utf-8")
    done = project.play([{**ask, "vars": variables(sim)}], env=environment(sim))
    assert "unreachable=1" in done.output, done.output
    assert set(sim.snapshot()["whitelist"]["residential"]) == {"127.0.0.1", "203.0.113.9"}


def test_several_accounts_share_nothing(tmp_path, sim):
    """The plays of the guide: each account has what is declared of it, and one whose token is wrong stops no other."""
    tokens = {"client_a": "exampletoken0001", "client_b": "exampletoken0002", "client_c": "exampletoken0003"}
    known = list(tokens.values())[:2]
    bought = {token: {"isp": [{"ip": f"198.51.100.{number}"}]} for number, token in enumerate(known, 20)}
    sim.reset({"accounts": [{"token": one, "wallet": 1000, "static_proxies": bought[one]} for one in known]})
    project = Project(tmp_path, sim)
    hosts = {
        name: {"thordata_token": token, "thordata_account_users": {"residential": [{"username": f"user{name[-1]}1"}]}}
        for name, token in tokens.items()
    }
    accounts = {"hosts": hosts, "vars": {"ansible_connection": "local", "thordata_account_passwords": PASSWORDS}}
    (tmp_path / "inventory.yml").write_text(to_yaml({"accounts": accounts}), encoding="utf-8")
    done = project.play([{**one, "vars": variables(sim)} for one in blocks(ACCOUNTS)], "-v", env=environment(sim))
    assert re.findall(r"(client_.) .*failed=(\d)", done.output) == [
        ("client_a", "0"),
        ("client_b", "0"),
        ("client_c", "1"),
    ]
    assert re.search('"msg": "?2000', done.output), done.output
    for number, token in enumerate(known):
        account = sim.snapshot(token)
        assert set(account["users"]["residential"]) == {f"user{'ab'[number]}1"}
        assert set(account["whitelist"]["residential"]) == {"198.51.100.7"}
    assert not [secret for secret in (*SECRETS, *tokens.values()) if secret in done.output], done.output
