# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls the control interface of the simulator from a test's play, fast: ``simulator: {call: faults, body: {...}}``.

With ``dest``, the answer goes to that file, as JSON, and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Sends ``body`` by POST, or reads what ``call`` names when there is none, and returns it as ``answer``."""

    TRANSFERS_FILES = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """See the class."""
        result = super().run(tmp, task_vars)
        body = self._task.args.get("body")
        if self._task.args["call"] == "reset":  # what was known of the account is not so any more
            shutil.rmtree(os.path.expanduser("~/.cache/thordata.proxies"), ignore_errors=True)
        request = urllib.request.Request(
            f"{os.environ['SIMULATOR_CONTROL_URL']}/{self._task.args['call']}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            answer = json.load(response)
        if "dest" in self._task.args:
            Path(self._task.args["dest"]).write_text(json.dumps(answer), encoding="utf-8")
            return {**result, "changed": False}
        return {**result, "changed": False, "answer": answer}
