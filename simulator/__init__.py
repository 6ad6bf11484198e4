# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Thordata management API in a process: stateful, honest to docs/contract.md, with faults on request.

from simulator import Simulator

with Simulator() as sim:
    ...  # talk to sim.api_url with sim.token
"""

from __future__ import annotations

from .server import Simulator
from .settings import SettingError

__all__ = ["SettingError", "Simulator"]
