# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a command, with its arguments, while a simulator listens that ``integration_config.yml`` names."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from simulator import Simulator  # noqa: E402


def main(command: list[str]) -> int:
    """Return the exit code of the command."""
    with Simulator() as sim:
        config = {
            "api_url": sim.api_url,
            "api_key": sim.key,
            "control_url": sim.control_url,
            "gateway_port": sim.gateway.port,
        }
        (HERE / "integration_config.yml").write_text(json.dumps(config), encoding="utf-8")
        return subprocess.call(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
