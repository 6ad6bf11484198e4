# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No output of any kind holds a secret, whatever fails."""

from __future__ import annotations

import pytest
from ansible_project import to_yaml

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


@pytest.mark.parametrize(
    ("delegate_to", "callback"),
    [(None, "default"), (None, "minimal"), ("elsewhere", "default")],
    ids=["in_process", "in_process_minimal", "as_module"],
)
def test_no_secret_in_any_output(secretive, delegate_to, callback):
    tasks = [*life(), *troubles()]
    if delegate_to:
        tasks = [{**one, "delegate_to": delegate_to} if "ignore_errors" in one else one for one in tasks]
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
        "api_url": secretive.account["api_url"],
    }
    (secretive.folder / "secrets.yml").write_text(to_yaml(secrets))
    env = {
        "ANSIBLE_LOG_PATH": str(secretive.folder / "ansible.log"),
        "ANSIBLE_STDOUT_CALLBACK": callback,
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit",
        "ANSIBLE_CALLBACK_TREE_DIR": str(secretive.folder / "tree"),
        "JUNIT_OUTPUT_DIR": str(secretive.folder / "junit"),
    }
    run = secretive.play([play], "-vvvv", env=env)
    assert run.code == 0, run.output
    outputs = {"stdout": run.output, "log": (secretive.folder / "ansible.log").read_text("utf-8")}
    for callback_folder in ("tree", "junit"):
        files = [path for path in (secretive.folder / callback_folder).rglob("*") if path.is_file()]
        assert files, callback_folder
        outputs |= {str(path): path.read_text("utf-8") for path in files}
    # What the API repeated did come through, masked.
    assert "********" in run.output
    assert "alice02" in run.output
    found = [(where, line) for where, text in outputs.items() for line in text.splitlines() if MARK in line]
    assert not found
