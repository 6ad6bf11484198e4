# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a declared user to traffic of real clients, to its usage, to a refusal that is explained."""

from __future__ import annotations

import os
import sys

import pytest
from ansible_project import ROOT, Project
from environment import programs

from simulator import Simulator

pytestmark = pytest.mark.programs

REQUESTS = """
import json, requests, sys
settings = json.load(open(sys.argv[1]))
print(requests.get("http://echo.simulator.test/", proxies=settings["proxies"], timeout=5).json()["country"])
"""


def test_from_a_user_to_traffic_to_a_refusal(tmp_path):
    with Simulator(seed={"settings": {"features": {"key": True}}}) as sim:
        project = Project(tmp_path, sim)
        env = {
            "THORDATA_API_URL": sim.api_url,
            "THORDATA_PUBLIC_TOKEN": sim.token,
            "THORDATA_PUBLIC_KEY": sim.key,
            "GATEWAY_PORT": str(sim.gateway.port),
            "ECHO_URL": sim.echo_url,
            "WORK": str(project.folder),
            "PATH": os.pathsep.join([str(programs("programs")), project.environment()["PATH"]]),
        }
        (project.folder / "client.py").write_text(REQUESTS, encoding="utf-8")
        run = project.run(
            "ansible-playbook", str(ROOT / "demo" / "proxies.yml"), "-e", f"python={sys.executable}", env=env
        )
        assert run.code == 0, run.output
        state = sim.snapshot()
        assert not state["users"]["residential"]["tourist01"]["enabled"]
        assert sim.account().usage.total("residential", "tourist01") > 1
        assert "user_disabled" in run.output
        assert "Tourist2026" not in run.output
