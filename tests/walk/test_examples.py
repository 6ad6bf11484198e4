# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The EXAMPLES of every module run, against the simulator, as they stand."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / ".build" / "collections"), str(ROOT / "tests" / "integration")]

from ansible_project import Project  # noqa: E402

from simulator import Simulator  # noqa: E402

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
# What the examples take for granted: a variable of the playbook, and an account that holds something.
VARIABLES = {"scraper_password": "Secret123"}
SEED = {
    "token": "exampletoken0001",
    "users": {
        "residential": {
            "scraper01": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 950},
            "harvester02": {"password": "Secret123"},
        }
    },
    "whitelist": {"residential": {"203.0.113.10": {"enabled": True}}},
}


@pytest.fixture(scope="module")
def sim():
    with Simulator(seed=SEED) as simulator:
        yield simulator


def examples(name):
    text = importlib.import_module(f"ansible_collections.thordata.proxies.plugins.modules.{name}").EXAMPLES
    return yaml.safe_load(text)


@pytest.mark.parametrize("check", [False, True], ids=["real", "check_mode"])
@pytest.mark.parametrize("name", MODULES)
def test_examples(tmp_path, sim, name, check):
    sim.reset()
    project = Project(tmp_path, sim)
    play = {"hosts": "testhost", "gather_facts": False, "vars": VARIABLES, "tasks": examples(name)}
    if check:
        # Each example stands alone: in check mode none can build on what another one would have made.
        play["ignore_errors"] = True
    env = {"THORDATA_API_URL": sim.api_url, "THORDATA_PUBLIC_TOKEN": sim.token}
    run = project.play([play], *(["--check"] if check else []), env=env)
    assert run.code == 0, run.output
    assert any(row.method == "GET" for row in sim.log)
    writes = [row.path for row in sim.log if row.method == "POST"]
    assert bool(writes) is (not check and not name.endswith("_info")), writes
