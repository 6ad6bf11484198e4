# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible shows the whole item of a loop when it fails, whatever its label: none that we ship or teach has a secret."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml
from jinja2 import Environment, meta

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "ansible_collections.thordata.proxies.plugins"
# Keys of secrets, in options and in results; a proxy as a URL has its password in it.
SECRET = {"password", "new_password", "api_token", "api_key", "token", "key", "cdk", "cdks", "created", "url", "proxy"}
SUSPICIOUS = re.compile(r"pass|token|secret|key|cdk|voucher|prox|user|vault", re.IGNORECASE)
BLOCKS = ("block", "rescue", "always", "tasks", "pre_tasks", "post_tasks", "handlers")


def texts():
    """Yield the name and the YAML of each playbook, task file and example."""
    for folder in ("roles", "playbooks", "demo"):
        for path in sorted((ROOT / folder).rglob("*.yml")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")
    for kind in ("modules", "lookup", "inventory"):
        for path in sorted((ROOT / "plugins" / kind).glob("*.py")):
            yield str(path.relative_to(ROOT)), importlib.import_module(f"{PACKAGE}.{kind}.{path.stem}").EXAMPLES
    for path in sorted((ROOT / "plugins").rglob("*.yml")):
        yield str(path.relative_to(ROOT)), yaml.safe_load(path.read_text("utf-8"))["EXAMPLES"]
    for path in sorted((ROOT / "docs").rglob("*.rst")):
        blocks = re.findall(r"^\.\. code-block:: yaml.*\n\n((?:    .*\n|\n)+)", path.read_text("utf-8"), re.MULTILINE)
        yield str(path.relative_to(ROOT)), "---\n".join(blocks)
    for path in [*ROOT.glob("*.md"), *sorted((ROOT / "roles").rglob("*.md")), *(ROOT / "simulator").glob("*.md")]:
        for block in re.findall(r"^```yaml\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            yield str(path.relative_to(ROOT)), block


def tasks(document):
    """Yield all tasks of a playbook, a list of tasks or a block; nothing of other documents."""
    for one in document if isinstance(document, list) else []:
        if isinstance(one, dict):
            yield one
            for name in BLOCKS:
                yield from tasks(one.get(name))


def variables(template):
    return meta.find_undeclared_variables(Environment().parse(template))


def literal_may_be_shown(item):
    if isinstance(item, dict):
        return not SECRET & item.keys() and all(map(literal_may_be_shown, item.values()))
    if isinstance(item, list):
        return all(map(literal_may_be_shown, item))
    return not isinstance(item, str) or not any(map(SUSPICIOUS.search, variables(item)))


def is_secret_result(task, key):
    """Return whether what a task returns as ``key`` holds a secret."""
    for name, arguments in task.items():
        module = name.removeprefix("thordata.proxies.")
        if module != name and (ROOT / "plugins" / "modules" / f"{module}.py").exists():
            returned = yaml.safe_load(importlib.import_module(f"{PACKAGE}.modules.{module}").RETURN)
            held = {key, *returned.get(key, {}).get("contains", {})} & SECRET
            # Passwords are returned only where that is asked for.
            return bool(held - {"password"} or held and (arguments or {}).get("reveal_passwords"))
    return True


def variables_of_roles():
    """Yield the variables of the roles that can hold no secret."""

    def secret(option):
        return option.get("no_log") or any(map(secret, option.get("options", {}).values()))

    for path in (ROOT / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text("utf-8"))["argument_specs"].values():
            yield from (name for name, option in entry["options"].items() if not secret(option))


def may_be_shown(task, registered):
    """Return whether a task has no loop, is hidden, or has items that are known to hold no secret."""
    if any(name.startswith("with_") for name in task):
        return False
    loop = task.get("loop")
    if loop is None or task.get("no_log") is True:
        return True
    if not isinstance(loop, str):
        return literal_may_be_shown(loop)
    expression = re.fullmatch(r"\{\{ (.*) \}\}", loop.strip())[1]
    if re.fullmatch(r"[\w.]+\.keys\(\) \| list|range\([^)]*\)( \| list)?", expression):
        return True
    attribute = re.fullmatch(r"[\w.]+ \| map\(attribute='(\w+)'\)( \| (list|unique|sort))*", expression)
    if attribute:
        return attribute[1] not in SECRET
    result = re.fullmatch(r"(\w+)\.(\w+)", expression)
    if result and result[1] in registered:
        return not is_secret_result(registered[result[1]], result[2])
    return expression.removeprefix("__") in set(variables_of_roles())


def wrong_loops(text):
    """Return the names of the tasks of a YAML text whose loops may hold a secret."""
    wrong, registered = [], {}
    for document in yaml.safe_load_all(text):
        for task in tasks(document):
            if not may_be_shown(task, registered):
                wrong.append(task.get("name", "?"))
            registered[task.get("register")] = task
    return wrong


TEXTS = list(texts())


def test_there_are_loops_to_look_at():
    looped = {name for name, text in TEXTS if re.search(r"^ *loop:", text, re.MULTILINE)}
    assert {"roles/account/tasks/main.yml", "demo/demo.yml", "docs/docsite/rst/guide_proxy_users.rst"} <= looped


@pytest.mark.parametrize(("name", "text"), TEXTS, ids=[name for name, _text in TEXTS])
def test_no_loop_holds_a_secret(name, text):
    assert wrong_loops(text) == []


@pytest.mark.parametrize(
    "keywords",
    [
        "loop: '{{ users }}'",
        "loop: '{{ thordata_account_users | dict2items }}'",
        "loop: '{{ __thordata_account_users }}'",
        "loop: [{username: alice01, password: Secret123}]",
        "loop: ['{{ scraper_password }}']",
        "loop: [{name: a, content: '{{ proxy }}'}]",
        "loop: \"{{ users | map(attribute='password') | list }}\"",
        "loop: '{{ stock.cdks }}'",
        "loop: '{{ users.users }}'",
        "with_items: [1]",
        "loop: '{{ users }}'\n  loop_control: {label: '{{ item.username }}'}",
    ],
)
def test_a_loop_with_a_secret_is_found(keywords):
    text = f"""
- thordata.proxies.cdk: {{traffic: 10}}
  register: stock
- thordata.proxies.proxy_user_info: {{reveal_passwords: true}}
  register: users
- name: wrong
  block:
    - name: inner
      ansible.builtin.debug:
      {keywords.replace(chr(10), chr(10) + "    ")}
"""
    assert wrong_loops(text) == ["inner"]
    assert wrong_loops(f"{text}      no_log: true\n") == ([] if "with_" not in keywords else ["inner"])
