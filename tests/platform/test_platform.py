# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection on the automation platform, with its own parts: credentials, jobs, counted nodes, images."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import ansible_runner
import environment
import jq
import pytest
import yaml
from ansible_project import BIN, ROOT, to_yaml
from awx_plugins.interfaces._temporary_private_inject_api import ENV_BLOCKLIST, inject_credential
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from simulator import Simulator

PLATFORM = ROOT / "extensions" / "platform"
TOKEN, KEY = "exampletoken0001", "examplekey000001"
SEED = {
    "token": TOKEN,
    "wallet": 1000,
    "settings": {"lag": 4},
    "users": {"residential": {"scraper01": {"password": "Secret123"}}},
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "country": "US"}]},
    "servers": [
        {"ins_id": "ins-one", "plan_name": "one.proxy.thordata.net", "expiration_time": "+1d"},
        {"ins_id": "ins-two", "plan_name": "two.proxy.thordata.net", "expiration_time": "+90d"},
    ],
}
# Without links, which lead to what a job is not shown.
PYTHON = str(BIN.parent.resolve() / BIN.name / "python")
INVENTORY = {
    "all": {
        "hosts": {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": PYTHON}},
    }
}
RENEWAL = {"ins_id": "ins-one", "renew_for": 30, "renew_within": "3d", "confirm_cost": True}


class Loader(yaml.SafeLoader):
    """Reads the variables of Ansible's files."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def credential_types():
    return yaml.load((PLATFORM / "credential_types.yml").read_text("utf-8"), Loader)


def injected(folder, **inputs):
    """Return the environment, the environment as it is shown, and the options of a job with a credential."""
    (credential_type,) = credential_types()["controller_credential_types"]
    kind = SimpleNamespace(**credential_type, managed=False)
    credential = SimpleNamespace(get_input_keys=lambda: list(inputs), get_input=inputs.get)
    env, shown, options = {}, {}, []
    inject_credential(kind, credential, env, shown, options, str(folder))
    return env, shown, options


def run(*command, cwd):
    # Without the collection that is under test: it would count as installed.
    env = {name: value for name, value in os.environ.items() if name not in ("ANSIBLE_COLLECTIONS_PATH", "PYTHONPATH")}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def definition(tmp_path_factory):
    """A folder with the example, and the collection as it stands here in place of a released one."""
    folder = tmp_path_factory.mktemp("definition")
    run(BIN / "ansible-galaxy", "collection", "build", "--output-path", folder, ROOT, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    example = yaml.safe_load((PLATFORM / "execution-environment.yml").read_text("utf-8"))
    assert example["dependencies"]["galaxy"] == {"collections": [{"name": "thordata.proxies"}]}
    example["dependencies"]["galaxy"] = {"collections": [{"name": f"./{archive.name}", "type": "file"}]}
    example["additional_build_files"] = [{"src": archive.name, "dest": "."}]
    (folder / "execution-environment.yml").write_text(to_yaml(example), "utf-8")
    return folder


@pytest.fixture(scope="module")
def context(definition):
    """What ansible-builder hands to the container engine."""
    run(BIN / "ansible-builder", "create", cwd=definition)
    return definition / "context"


@pytest.fixture(scope="module")
def installed(context, tmp_path_factory):
    """The collections of the image, as the steps of the build install them; jobs run with these."""
    folder = tmp_path_factory.mktemp("image") / "collections"
    install = ("collection", "install", "--offline", "-r", "requirements.yml", "--collections-path", folder)
    run(BIN / "ansible-galaxy", *install, cwd=context / "_build")
    return folder


# Credentials


def test_a_credential_that_holds_a_token_alone(tmp_path):
    env, shown, options = injected(tmp_path, api_token=TOKEN)
    assert env == {
        "THORDATA_PUBLIC_TOKEN": TOKEN,
        "THORDATA_PUBLIC_KEY": "",
        "THORDATA_API_URL": "https://openapi.thordata.com/api",
        "THORDATA_API_TIMEZONE": "UTC",
        "THORDATA_PURCHASE_LOCK": "False",
    }
    assert TOKEN not in str(shown)
    assert not options


def test_a_credential_with_everything(tmp_path):
    env, shown, _options = injected(
        tmp_path,
        api_token=TOKEN,
        api_key=KEY,
        api_url="https://example.com/api",
        api_timezone="Asia/Shanghai",
        purchase_lock=True,
    )
    assert list(env.values()) == [TOKEN, KEY, "https://example.com/api", "Asia/Shanghai", "True"]
    assert not {TOKEN, KEY} & set(shown.values())


def test_the_credential_type_is_one_that_the_platform_takes():
    """Its form knows strings and booleans; jobs may not set variables of Ansible or of the platform."""
    types = credential_types()
    assert types["eda_credential_types"] == types["controller_credential_types"]
    (one,) = types["controller_credential_types"]
    assert one["kind"] == "cloud"
    fields = one["inputs"]["fields"]
    assert {field["type"] for field in fields} == {"string", "boolean"}
    assert [field["id"] for field in fields if field.get("secret")] == ["api_token", "api_key"]
    assert set(one["inputs"]["required"]) <= {field["id"] for field in fields}
    assert list(one["injectors"]) == ["env"]
    # The platform fills in the templates in this way before it takes them.
    strict = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    examples = {field["id"]: "EXAMPLE" for field in fields}
    assert {strict.from_string(text).render(examples) for text in one["injectors"]["env"].values()} == {"EXAMPLE"}
    names = set(one["injectors"]["env"])
    assert all(name.startswith("THORDATA_") for name in names)
    assert not names & ENV_BLOCKLIST
    documented = subprocess.run(
        ["grep", "-rhoE", r"\bTHORDATA_[A-Z_]+\b", str(ROOT / "plugins" / "doc_fragments")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert names <= set(documented)


def test_an_activation_takes_the_credential(tmp_path, monkeypatch):
    """The source of the guide's rulebook has all that it needs from the environment."""
    for name, value in injected(tmp_path, api_token=TOKEN)[0].items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("THORDATA_STATE_DIR", str(tmp_path / "state"))
    source = runpy.run_path(str(ROOT / "extensions" / "eda" / "plugins" / "event_source" / "account.py"))
    _objects, files = guide()
    (rulebook,) = yaml.safe_load(files["rulebooks/servers.yml"])
    (args,) = [one["thordata.proxies.account"] for one in rulebook["sources"]]
    assert source["EventSource"](args, source["LOG"], lambda path: {}, source["check"]).looks


# The guide


def guide():
    """Return the objects that the guide shows, and its files by name."""
    text = (ROOT / "docs" / "docsite" / "rst" / "guide_platform.rst").read_text("utf-8")
    found = re.findall(r"^\.\. code-block:: yaml(?:\+jinja)?\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    (objects,) = [block for block in map(yaml.safe_load, found) if "controller_templates" in block]
    return objects, {block.split()[1]: block for block in found if block.startswith("    # ")}


def test_the_objects_of_the_guide_fit_together():
    objects, files = guide()
    name_of = {kind: [one["name"] for one in ones] for kind, ones in objects.items()}
    (kind,) = credential_types()["controller_credential_types"]
    inputs = {field["id"] for field in kind["inputs"]["fields"]}
    for credential in objects["controller_credentials"] + objects["eda_credentials"]:
        assert credential["credential_type"] == kind["name"]
        assert set(credential["inputs"]) <= inputs
    for template in objects["controller_templates"]:
        assert set(template["credentials"]) <= set(name_of["controller_credentials"])
        assert template["inventory"] in name_of["controller_inventories"]
        assert template["execution_environment"] in name_of["controller_execution_environments"]
        assert template["project"] in name_of["controller_projects"]
        own = Path(template["playbook"]).stem
        assert own == "account" or (ROOT / "playbooks" / f"{own}.yml").exists()
    (source,) = objects["controller_inventory_sources"]
    assert source["source_path"] in files
    assert {one["unified_job_template"] for one in objects["controller_schedules"]} == set(
        name_of["controller_templates"]
    )
    (activation,) = objects["eda_rulebook_activations"]
    (rulebook,) = yaml.safe_load(files[f"rulebooks/{activation['rulebook']}"])
    for rule in rulebook["rules"]:
        assert rule["action"]["run_job_template"]["name"] in name_of["controller_templates"]
    for playbook in ("drift.yml", "report.yml"):
        imported = [play.get("import_playbook") for play in yaml.safe_load(files[playbook])]
        assert imported[0] == f"thordata.proxies.{Path(playbook).stem}"


# Jobs


class Node:
    """An execution node: a home of its own, and a state folder that its jobs share."""

    def __init__(self, folder, collections):
        self.folder = folder
        self.collections = collections
        self.state = folder / "state"
        self.state.mkdir(parents=True, mode=0o700)

    def start(self, name, sim, tasks, **inputs):
        """Start a job in a sandbox that shows it its own folder and the state, and nothing else of this test."""
        folder = self.folder / name
        for part in ("project", "inventory", "env", "home"):
            (folder / part).mkdir(parents=True)
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        (folder / "project" / "job.yml").write_text(to_yaml([play]), "utf-8")
        (folder / "inventory" / "hosts.yml").write_text(to_yaml(INVENTORY), "utf-8")
        env, _shown, options = injected(folder, api_token=TOKEN, api_url=sim.api_url, **inputs)
        assert not options
        thread, runner = ansible_runner.run_async(
            private_data_dir=str(folder),
            playbook="job.yml",
            envvars={**env, **self.environment(folder / "home")},
            suppress_env_files=True,
            quiet=True,
            process_isolation=True,
            process_isolation_executable=str(environment.programs("isolation") / "bwrap"),
            process_isolation_path=str(self.folder),
            process_isolation_show_paths=[str(self.state)],
            process_isolation_ro_paths=[str(self.collections), str((ROOT / ".venv").resolve()), sys.base_prefix],
        )
        return thread, runner

    def environment(self, home):
        return {
            "HOME": str(home),
            "ANSIBLE_HOME": str(home / ".ansible"),
            "PATH": f"{BIN.parent.resolve() / BIN.name}:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "AWX_LIB_DIRECTORY": str(Path(ansible_runner.__file__).resolve().parent / "display_callback" / "callback"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.collections),
            "THORDATA_STATE_DIR": str(self.state),
        }


def run_at_once(jobs):
    """Wait for the jobs, which run at once; return them. They succeed."""
    for thread, _runner in jobs:
        thread.join(120)
    runners = [runner for _thread, runner in jobs]
    for runner in runners:
        assert (runner.status, runner.rc) == ("successful", 0), runner.stdout.read()
    return runners


def results(runners, action):
    """Return what the tasks of an action returned, of all jobs."""
    events = [event["event_data"] for runner in runners for event in runner.events if "event_data" in event]
    return [one["res"] for one in events if one.get("resolved_action") == f"thordata.proxies.{action}" and "res" in one]


@pytest.fixture(scope="module")
def jobs(installed, tmp_path_factory):
    """Two jobs at once on one node, which renew the same server; then the simulator, the node's folder, the jobs."""
    folder = tmp_path_factory.mktemp("node")
    outside = folder / "outside"
    outside.write_text("not for jobs", "utf-8")
    node = Node(folder / "one", installed)
    tasks = [
        {"ansible.builtin.stat": {"path": str(outside)}, "register": "seen", "failed_when": "seen.stat.exists"},
        {"thordata.proxies.unlimited_server": RENEWAL},
        {"thordata.proxies.unlimited_server_info": {}},
        {"thordata.proxies.proxy_user_info": {}},
    ]
    with Simulator(seed=SEED) as sim:
        yield sim, node, run_at_once([node.start(name, sim, tasks) for name in ("job1", "job2")])


def orders(sim):
    return [row for row in sim.ledger if row["call"] == "/unlimited/renew"]


def test_two_jobs_of_a_node_buy_once(jobs):
    sim, _node, runners = jobs
    assert len(orders(sim)) == 1
    assert sorted(one["changed"] for one in results(runners, "unlimited_server")) == [False, True]


def test_jobs_leave_no_secret(jobs):
    _sim, node, runners = jobs
    # ansible-runner itself keeps a job's environment in "command", which goes with the job's folder.
    files = [path for path in node.folder.rglob("*") if path.is_file() and path.name != "command"]
    assert len(files) > 10
    assert [one["users"][0]["username"] for one in results(runners, "proxy_user_info")] == 2 * ["scraper01"]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes() or b"Secret123" in path.read_bytes()]


def test_two_nodes_with_the_lock_buy_once(installed, tmp_path):
    """They share no folder, as on two execution nodes, or in containers whose folders end with the job."""
    tasks = [{"thordata.proxies.unlimited_server": RENEWAL}]
    with Simulator(seed=SEED) as sim:
        # The first one is in the middle of its order when the second one begins.
        sim.fault("slow", path="/unlimited/renew", seconds=3)
        nodes = [Node(tmp_path / name, installed) for name in ("one", "two")]
        runners = run_at_once([node.start("job", sim, tasks, purchase_lock=True) for node in nodes])
        assert len(orders(sim)) == 1
        assert sorted(one["changed"] for one in results(runners, "unlimited_server")) == [False, True]
        assert 10018 in [row.code for row in sim.log], "they never met"
        assert list(sim.snapshot()["users"]["residential"]) == ["scraper01"]


def test_an_inventory_source(jobs, tmp_path, monkeypatch):
    """It has the credential's environment, and no extra variables."""
    sim, node, _runners = jobs
    monkeypatch.setenv("PATH", str(BIN), prepend=os.pathsep)
    (tmp_path / "env").mkdir()
    (tmp_path / "bought.thordata.yml").write_text("plugin: thordata.proxies.thordata\n", "utf-8")
    env, _shown, options = injected(tmp_path, api_token=TOKEN, api_url=sim.api_url)
    listed, errors = ansible_runner.get_inventory(
        action="list",
        inventories=[str(tmp_path / "bought.thordata.yml")],
        private_data_dir=str(tmp_path),
        response_format="json",
        quiet=True,
        envvars={**env, **node.environment(tmp_path), "INVENTORY_UPDATE_ID": "1"},
    )
    assert not options
    hosts = set(listed["_meta"]["hostvars"])
    assert {"198.51.100.20", "one.proxy.thordata.net", "two.proxy.thordata.net"} <= hosts, errors


# Counted nodes


def counted(action, result):
    """Return the nodes that the platform counts for the result of a task."""
    queries = yaml.safe_load((ROOT / "extensions" / "audit" / "event_query.yml").read_text("utf-8"))
    return jq.compile(queries[f"thordata.proxies.{action}"]["query"]).input(result).all()


def test_what_the_platform_counts(jobs):
    _sim, _node, runners = jobs
    for action, names in (
        ("unlimited_server", ["ins-one"]),
        ("unlimited_server_info", ["ins-one", "ins-two"]),
    ):
        for result in results(runners, action):
            nodes = counted(action, result)
            assert [one["name"] for one in nodes] == names
            assert [one["canonical_facts"] for one in nodes] == [{"ins_id": name} for name in names]
            assert [one["facts"]["plan_name"] for one in nodes] == [f"{n[4:]}.proxy.thordata.net" for n in names]
            assert {one["facts"]["device_type"] for one in nodes} == {"Proxy server"}
            assert all(one["facts"]["size"] == "16vCPU-32GiB" for one in nodes)


def test_servers_that_the_api_gives_one_name_are_two():
    """The platform drops all records of a job when two of them have the same name, and records with a null."""
    servers = [{"ins_id": ins_id, "plan_name": "same", "region": None} for ins_id in ("ins-one", "ins-two", None)]
    nodes = counted("unlimited_server_info", {"servers": servers})
    assert len({one["name"] for one in nodes}) == len(nodes) == 2


@pytest.mark.parametrize(
    "result", [{"failed": True, "msg": "refused"}, {"censored": "hidden"}, {"results": []}, {"server": None}]
)
@pytest.mark.parametrize("action", ["unlimited_server", "unlimited_server_info"])
def test_a_task_that_names_no_server_counts_nothing(action, result):
    assert counted(action, result) == []


# Execution environments


def imported():
    """Return what the plugins import that neither Python nor Ansible brings; requests brings urllib3."""
    had = {*sys.stdlib_module_names, "ansible", "ansible_collections", "jinja2", "yaml", "urllib3"} - {"zoneinfo"}
    for path in [*(ROOT / "plugins").rglob("*.py"), *(ROOT / "extensions" / "eda").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            yield from {name.partition(".")[0] for name in names} - had


def declared(name):
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_all_that_is_imported_is_required():
    packages = {"socks": "PySocks", "zoneinfo": "tzdata"}
    required = {re.split(r"[<>=]", line)[0] for line in declared("requirements.txt")}
    assert {packages.get(name, name) for name in imported()} == required


def test_the_build_context(context):
    (file,) = [path for path in context.iterdir() if path.is_file()]
    steps = file.read_text("utf-8")
    assert 'ARG EE_BASE_IMAGE="rockylinux:9"' in steps
    assert "ENV THORDATA_STATE_DIR=/var/lib/thordata.proxies/state\n" in steps
    assert "COPY _build /build" in steps
    assert "collection install $ANSIBLE_GALAXY_CLI_COLLECTION_OPTS -r requirements.yml" in steps


def test_what_the_collection_needs_in_an_image(context, installed):
    script = context / "_build" / "scripts" / "introspect.py"
    needed = yaml.safe_load(run(BIN / "python", script, "introspect", installed, cwd=context))
    for kind, name in (("python", "requirements.txt"), ("system", "bindep.txt")):
        assert [line.partition("  #")[0] for line in needed[kind]] == declared(name)


@pytest.mark.container
def test_the_image_is_built_and_has_the_collection(definition):
    engine, tag = environment.engine(), "localhost/thordata-proxies-test"
    run(BIN / "ansible-builder", "build", "--tag", tag, "--container-runtime", engine, cwd=definition)
    try:
        asked = (engine, "run", "--rm", tag)
        run(*asked, "ansible-doc", "thordata.proxies.proxy_user", cwd=definition)
        run(*asked, "python3.12", "-c", "import requests, socks, tzdata", cwd=definition)
    finally:
        run(engine, "rmi", tag, cwd=definition)
