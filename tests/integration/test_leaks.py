# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No output of any kind holds a secret, whatever fails."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from ansible_project import to_yaml

TOKEN, KEY = "leaky+Token/0001", "leakyKey0002"
OLD, NEW, WRONG = "leakyOld03", "leakyNew04", "leaky-Wrong05"
SECRETS = [
    form(secret) for secret in (TOKEN, KEY, OLD, NEW, WRONG) for form in (str, quote_plus, lambda s: quote(s, ""))
]
FAULTS = ["echo", "drop_before", "drop_after", "error_502", "truncate", "empty", "html", "redirect", "throttle", "code"]


@pytest.fixture
def leaky(project):
    project.simulator.reset({"token": TOKEN, "key": KEY, "settings": {"features": {"key": True}}})
    return project


def task(module, **options):
    return {f"thordata.proxies.{module}": options, "ignore_errors": True, "diff": True}


def life():
    """Return tasks that use every secret, most of which fail."""
    user = {"username": "alice01"}
    return [
        task("proxy_user", **user, password="{{ old }}"),
        task("proxy_user", **user, password="{{ new }}", new_username="alice02"),
        task("proxy_user", **user, password="{{ wrong }}"),
        task("proxy_user", **user, password="{{ old }}", bogus=1),
        task("proxy_user", **user, password="{{ old }}", traffic_limit="many"),
        task("proxy_user_info"),
        task("whitelist_ip", ip="203.0.113.1"),
        task("account_info", api_token="{{ wrong }}"),
        task("account_info", api_key="{{ wrong }}"),
        task("account_info", api_url="http://127.0.0.1:1/api"),
        task("account_info", api_url="http://me:{{ wrong }}@127.0.0.1:1/api"),
        task("account_info", api_url="https://{{ api_url | regex_replace('^http://', '') }}"),
    ]


@pytest.mark.parametrize("as_module", [False, True], ids=["in_process", "as_module"])
def test_no_secret_in_any_output(leaky, as_module):
    tasks = []
    for fault in FAULTS:
        rule = {"action": fault, "method": "POST"} | ({"code": 10000} if fault == "code" else {})
        block = life()[:2] if as_module else life()[:2] + life()[5:7]
        tasks += [{"simulator": {"call": "faults", "body": {"action": "echo"}}}]
        tasks += [{"simulator": {"call": "faults", "body": rule}}, *block]
        tasks += [{"simulator": {"call": "faults/clear", "body": {}}}]
    defaults = {"api_token": "{{ token }}", "api_key": "{{ key }}", "api_url": "{{ api_url }}", "api_retry_timeout": 0}
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "vars_files": ["secrets.yml"],
        "module_defaults": {"group/thordata.proxies.account": defaults},
        "tasks": [*life(), {"block": tasks}],
    }
    if as_module:
        for one in [*play["tasks"][:-1], *tasks]:
            if "simulator" not in one:
                one["delegate_to"] = "elsewhere"
    secrets = {"token": TOKEN, "key": KEY, "old": OLD, "new": NEW, "wrong": WRONG, "api_url": leaky.account["api_url"]}
    (leaky.folder / "secrets.yml").write_text(to_yaml(secrets))
    env = {
        "ANSIBLE_LOG_PATH": str(leaky.folder / "ansible.log"),
        "ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree,ansible.builtin.junit",
        "ANSIBLE_CALLBACK_TREE_DIR": str(leaky.folder / "tree"),
        "JUNIT_OUTPUT_DIR": str(leaky.folder / "junit"),
    }
    run = leaky.play([play], "-vvvv", env=env)
    assert "alice02" in run.output
    assert any(row.effect for row in leaky.simulator.log)
    written = [
        path.read_text(errors="replace")
        for folder in ("tree", "junit")
        for path in (leaky.folder / folder).rglob("*")
        if path.is_file()
    ]
    written += [run.output, (leaky.folder / "ansible.log").read_text(errors="replace")]
    assert len(written) > 2
    found = {(secret, line) for text in written for line in text.splitlines() for secret in SECRETS if secret in line}
    assert not found
