# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every integration target, in the controller's process and as an ordinary module on another host."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_project import ROOT

TARGETS = sorted(
    path.parent.name
    for path in Path(__file__).parent.glob("targets/*/aliases")
    # What the others depend on tests nothing itself.
    if "hidden" not in path.read_text("utf-8").split()
)


@pytest.mark.parametrize("as_module", [False, True], ids=["in_process", "as_module"])
@pytest.mark.parametrize("target", TARGETS)
def test_target(project, target, as_module):
    role = {"name": target, **({"apply": {"delegate_to": "elsewhere"}} if as_module else {})}
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "vars": {
            **project.account,
            "control_url": project.simulator.control_url,
            "gateway_port": project.simulator.gateway.port,
        },
        "tasks": [{"ansible.builtin.include_role": role}],
    }
    run = project.play([play])
    # Without an action plugin, a module runs on its host in any case.
    in_process = (ROOT / "plugins" / "action" / f"{target}.py").exists()
    assert run.code == 0, run.output
    assert (f"AnsiballZ_{target}.py" in run.commands) is (as_module or not in_process), run.commands
