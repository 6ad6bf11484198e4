# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A host that is this machine but does not count as local: what runs there runs as an ordinary module.

Notes every command that it runs in the file that the environment variable ELSEWHERE_COMMANDS names.
"""

from __future__ import annotations

import os
from typing import Any

from ansible.plugins.connection import local

DOCUMENTATION = local.DOCUMENTATION  # its options


class Connection(local.Connection):
    """The local connection under another name."""

    transport = "elsewhere"

    def exec_command(self, cmd: str, *args: Any, **more: Any) -> Any:
        """Run the command here, and note it."""
        with open(os.environ["ELSEWHERE_COMMANDS"], "a", encoding="utf-8") as commands:
            print(cmd, file=commands)
        return super().exec_command(cmd, *args, **more)
