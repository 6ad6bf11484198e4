# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No output of any kind holds a secret, and no file that a run leaves, whatever fails."""

from __future__ import annotations

import json
import shutil
import tempfile

import pytest
from ansible_project import HERE, to_yaml

# All begin with the same word, so that a part of one, or one that is encoded for a URL, is found as well.
MARK = "leaky"
TOKEN, KEY, OLD, NEW, WRONG = "leaky+Token/0001", "leaky+Key/0002", "leakyOld03", "leakyNew04", "leaky+Wrong05"
UNUSED, USED = "leakyVoucher0006", "leakyVoucher0007"
# Each with the answers of the API repeating all that was sent to it.
FAULTS = [
    {"action": "code", "code": 10000},
    {"action": "code", "code": 10013},
    *({"action": name} for name in ("drop_before", "drop_after", "error_502", "error_502_after", "http_429")),
    *({"action": name} for name in ("truncate", "empty", "html", "redirect", "throttle")),
]
ALICE = {"username": "alice01"}
ROLE = "thordata.proxies.account"
# The only files of a run that may hold secrets: the test itself writes them.
WRITTEN = {"playbook.yml", "secrets.yml"}


@pytest.fixture
def secretive(project):
    vouchers = [{"cdk": UNUSED, "traffic": 10}, {"cdk": USED, "traffic": 10, "status": "used"}]
    project.simulator.reset({"token": TOKEN, "key": KEY, "settings": {"features": {"key": True}}, "cdks": vouchers})
    return project


def task(module, **options):
    return {f"thordata.proxies.{module}": options, "ignore_errors": True, "diff": True}


def life():
    """Return tasks that use every secret; most of them fail."""
    tasks = [
        task("proxy_user", **ALICE, password="{{ old }}"),
        task("proxy_user", **ALICE, password="{{ new }}", new_username="alice02"),
        task("proxy_user", **ALICE, password="{{ wrong }}"),
        task("proxy_user", **ALICE, password="{{ old }}", bogus=1),
        task("proxy_user", **ALICE, password="{{ old }}", traffic_limit="many"),
        task("proxy_user_info"),
        task("cdk_info", cdk="{{ unused }}"),
        task("cdk", cdk="{{ used }}", state="absent"),
        {**task("cdk", cdk="{{ unused }}", state="absent"), "diff": True},
        task("cdk", cdk="{{ wrong }}", state="absent"),
        {**task("cdk", traffic=10, count=0), "diff": True},
        {**task("proxy_user_info", reveal_passwords=True), "no_log": True},
        task("account_info", api_token="{{ wrong }}"),
        task("account_info", api_key="{{ wrong }}"),
        task("account_info", api_url="http://127.0.0.1:1/api"),
        task("account_info", api_url="http://me:{{ wrong }}@127.0.0.1:1/api"),
        task("account_info", api_url="{{ api_url | replace('http:', 'https:') }}"),
    ]
    for number, one in enumerate(tasks):
        # A result that is shown later must hold no secret either; this one is asked to.
        one |= {"register": "revealed" if one.get("no_log") else f"result_{number}"}
    shown = " + ".join(f"[{one['register']}]" for one in tasks if not one.get("no_log"))
    return [*tasks, {"ansible.builtin.debug": {"msg": "{{ " + shown + " }}"}}]


def troubles():
    """Return tasks that read and write while the API fails in each way."""
    tasks = []
    for fault in FAULTS:
        for method, what in (
            ("POST", task("proxy_user", **ALICE, password="{{ old }}", update_password="always")),
            ("POST", task("cdk", cdk="{{ unused }}", state="absent")),
            ("GET", task("cdk_info", cdk="{{ used }}")),
        ):
            tasks += [
                {"simulator": {"call": "reset", "body": {}}},
                {"simulator": {"call": "faults", "body": {"action": "echo"}}},
                {"simulator": {"call": "faults", "body": {**fault, "method": method}}},
                what,
            ]
    return tasks


def loops():
    """Return loops in which items succeed and fail; each looks its secret up."""
    names = ["alice01", "1alice", "alice02"]
    wanted = {"username": "{{ item }}", "password": "{{ passwords[item] }}"}
    hidden = {"username": "{{ item.key }}", "password": "{{ item.value }}"}
    return [
        {"simulator": {"call": "reset", "body": {}}},
        {**task("proxy_user", **wanted), "loop": names},
        {**task("proxy_user", **wanted, traffic_limit="{{ 7 }}"), "loop": names},
        {**task("proxy_user", **hidden), "loop": "{{ passwords | dict2items }}", "no_log": True},
        {**task("cdk_info", cdk="{{ codes[item] }}"), "loop": ["unused", "wrong"]},
    ]


def role(**variables):
    """Return a block that runs the role of the account; a failure is shown and goes no further."""
    return {
        "block": [{"ansible.builtin.include_role": {"name": ROLE}, "vars": variables}],
        "rescue": [{"ansible.builtin.debug": {"var": "ansible_failed_result"}}],
    }


def roles():
    """Return runs of the role that change, and that fail at each step; the last one ends the play."""

    def users(password, **more):
        return {"thordata_account_users": {"residential": [{**ALICE, "password": password, **more}]}}

    def trouble(path):
        bodies = [{"action": "echo"}, {"action": "code", "code": 10000, "path": path}]
        return [{"simulator": {"call": "faults", "body": body}} for body in bodies]

    vouchers = {"thordata_account_vouchers": [{"traffic": 10, "count": 9}], "thordata_account_confirm_cost": True}
    typo = {"residental": [{**ALICE, "password": "{{ old }}"}]}
    return [
        {"simulator": {"call": "reset", "body": {}}},
        role(**users("{{ old }}")),
        role(**users("{{ new }}"), **vouchers),
        role(**users("{{ wrong }}")),
        role(**users("{{ old }}", pasword="{{ old }}")),
        role(thordata_account_users=typo),
        role(thordata_account_user=typo),
        *trouble("create"),
        role(thordata_account_vouchers=[{"traffic": 10, "count": 99}], thordata_account_confirm_cost=True),
        *trouble("update-user"),
        role(**users("{{ old }}")),
        {"ansible.builtin.include_role": {"name": ROLE}, "vars": users("{{ wrong }}")},
    ]


def elsewhere():
    """Return tasks that run as ordinary modules, and one that ends the play."""
    # The same code masks there; starting a module takes long, so a third of the troubles will do.
    some = [*life(), *troubles()[: 4 * len(FAULTS)]]
    tasks = [{**one, "delegate_to": "elsewhere"} if "ignore_errors" in one else one for one in some]
    asynchronous = {**task("proxy_user", **ALICE, password="{{ new }}", traffic_limit=7), "async": 60, "poll": 1}
    last = {"thordata.proxies.proxy_user_info": {"api_key": "{{ wrong }}"}, "delegate_to": "elsewhere"}
    return [*tasks, asynchronous, {"simulator": {"call": "reset", "body": {}}}, last]


def run(project, tasks, **environment):
    """Run tasks with every output that Ansible has, each in a file of the project's folder."""
    defaults = {"api_token": "{{ token }}", "api_key": "{{ key }}", "api_url": "{{ api_url }}", "api_retry_timeout": 0}
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "vars_files": ["secrets.yml"],
        "module_defaults": {"group/thordata.proxies.account": defaults},
        "tasks": tasks,
    }
    secrets = {
        "token": TOKEN,
        "key": KEY,
        "old": OLD,
        "new": NEW,
        "wrong": WRONG,
        "unused": UNUSED,
        "used": USED,
        "passwords": {"alice01": OLD, "1alice": NEW, "alice02": WRONG},
        "codes": {"unused": UNUSED, "wrong": WRONG},
        "api_url": project.account["api_url"],
    }
    folder = project.folder
    (folder / "secrets.yml").write_text(to_yaml(secrets))
    # ansible-core 2.21 listens on a socket in it, whose path must be short.
    temporary = tempfile.mkdtemp(dir="/tmp")
    env = {
        "TMPDIR": temporary,
        "XDG_CACHE_HOME": str(folder / ".cache"),
        "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
        "ANSIBLE_RETRY_FILES_ENABLED": "1",
        "ANSIBLE_KEEP_REMOTE_FILES": "1",
        "ANSIBLE_CALLBACK_PLUGINS": str(HERE / "plugins" / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit,every_result",
        "ANSIBLE_CALLBACK_TREE_DIR": str(folder / "tree"),
        "JUNIT_OUTPUT_DIR": str(folder / "junit"),
        "EVERY_RESULT": str(folder / "every_result"),
        **environment,
    }
    done = project.play([play], "-vvvv", env=env)
    (folder / "stdout").write_text(done.output)
    shutil.move(temporary, folder / "tmp")
    return done


def leaks(folder):
    """Return the files below ``folder`` with a secret in them, or in their names, each with the lines."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        if name not in WRITTEN:
            lines = [name, *path.read_bytes().decode("utf-8", "replace").splitlines()]
            found[name] = [line for line in lines if MARK in line.lower()]
    return {name: lines for name, lines in found.items() if lines}


CHANNELS = ("stdout", "ansible.log", "every_result", "tree", "junit")


YAML = {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "ANSIBLE_CALLBACK_FORMAT_PRETTY": "1"}


@pytest.mark.parametrize(
    ("tasks", "environment"),
    [
        ([*life(), *troubles(), *loops(), *roles()], YAML),
        ([*life(), *loops(), *roles()[-1:]], {"ANSIBLE_STDOUT_CALLBACK": "minimal"}),
        (elsewhere(), {}),
    ],
    ids=["in_process", "in_process_minimal", "as_module"],
)
def test_no_secret_in_any_output(secretive, tasks, environment, request):
    done = run(secretive, tasks, **environment)
    folder = secretive.folder
    results = [json.loads(line) for line in (folder / "every_result").read_text().splitlines()]
    # All of it ran up to the last task, which fails; and what the API repeated came through, masked.
    assert done.code == 2, done.output
    assert len(results) >= len(tasks)
    assert results[-1]["failed"]
    assert "********" in done.output
    assert "alice02" in done.output
    assert (folder / "playbook.retry").read_text() == "testhost\n"
    for channel in CHANNELS:
        assert [path for path in (folder / channel, *(folder / channel).rglob("*")) if path.is_file()], channel
    found = leaks(folder)
    # An ordinary module takes its options to its host in a file (guide on where tasks run), and in no other way.
    kept = {name for name in found if name.startswith("remote/") and "/AnsiballZ_" in name}
    assert bool(kept) is request.node.callspec.id.endswith("as_module")
    assert not [name for name in kept if (folder / name).parent.stat().st_mode & 0o077]
    assert not {name: lines for name, lines in found.items() if name not in kept}


def test_a_leak_is_found_wherever_it_is(secretive):
    """What the search rests on: each of these shows the item of a loop that fails, and each is searched."""
    leak = {"ansible.builtin.fail": {"msg": "no"}, "loop": ["{{ old }}"], "loop_control": {"label": "hidden"}}
    (secretive.folder / ".ansible" / "state" / TOKEN.replace("/", "")).mkdir(parents=True)
    (secretive.folder / ".ansible" / "state" / TOKEN.replace("/", "") / "writes.json").write_text("{}")
    run(secretive, [leak])
    found = leaks(secretive.folder)
    assert [channel for channel in CHANNELS if not any(name.startswith(channel) for name in found)] == []
    assert [name for name in found if name.endswith("writes.json")]
    assert not WRITTEN & set(found)
