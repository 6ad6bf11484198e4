# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every integration target, in the controller's process and as an ordinary module on another host."""

from __future__ import annotations

import re

import pytest
from ansible_project import HERE, INVENTORY, ROOT, Project, to_yaml

from simulator import Simulator

TARGETS = sorted(
    path.parent.name
    for path in HERE.glob("targets/*/aliases")
    # What the others depend on tests nothing itself.
    if "hidden" not in path.read_text("utf-8").split()
)


def play(folder, **apply):
    """Run all targets in one go, each on a host of its name, with these keywords for all of their tasks."""
    with Simulator() as sim:
        project = Project(folder, sim)
        hosts = {**INVENTORY["all"], "hosts": dict.fromkeys([*TARGETS, "elsewhere"])}
        (folder / "inventory.yml").write_text(to_yaml({"all": hosts}), encoding="utf-8")
        variables = {
            "api_url": sim.api_url,
            "api_key": sim.key,
            "control_url": sim.control_url,
            "gateway_port": sim.gateway.port,
        }
        plays = [
            {
                "hosts": target,
                "gather_facts": False,
                "vars": variables,
                "tasks": [{"ansible.builtin.include_role": {"name": target, "apply": apply}}],
            }
            for target in TARGETS
        ]
        return project.play(plays)


def assert_passed(run, target):
    """Assert by the recap that no task of a target failed."""
    assert re.search(rf"^{target} +: ok=\d+ .* unreachable=0 +failed=0 ", run.output, re.MULTILINE), run.output


@pytest.fixture(scope="module")
def in_process(tmp_path_factory):
    return play(tmp_path_factory.mktemp("in_process"))


@pytest.fixture(scope="module")
def as_modules(tmp_path_factory):
    return play(tmp_path_factory.mktemp("as_modules"), delegate_to="elsewhere")


@pytest.mark.parametrize("target", TARGETS)
def test_in_process(in_process, target):
    assert_passed(in_process, target)
    # Without an action plugin, a module runs on its host in any case.
    has_action = (ROOT / "plugins" / "action" / f"{target}.py").exists()
    assert (f"AnsiballZ_{target}.py" in in_process.commands) is not has_action, in_process.commands


@pytest.mark.parametrize("target", TARGETS)
def test_as_ordinary_module(as_modules, target):
    assert_passed(as_modules, target)
    assert f"AnsiballZ_{target}.py" in as_modules.commands, as_modules.commands
