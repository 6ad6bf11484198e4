# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes every result, that of each item of a loop too, whole and as a line of JSON, as callbacks for machines do.

The environment variable EVERY_RESULT names the file.
"""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: every_result
type: notification
short_description: Every result as a line of JSON
description: Every result as a line of JSON.
"""


class CallbackModule(CallbackBase):
    """Sees what Ansible gives to any callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "every_result"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, result: Any, failed: bool = False) -> None:
        line = {"task": result._task.get_name(), "failed": failed, "result": result._result}
        with open(os.environ["EVERY_RESULT"], "a", encoding="utf-8") as lines:
            print(json.dumps(line, default=str), file=lines)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        """See the class."""
        self._write(result, failed=not ignore_errors)

    def v2_runner_on_ok(self, result: Any) -> None:
        """See the class."""
        self._write(result)

    v2_runner_on_skipped = v2_runner_on_unreachable = v2_runner_retry = v2_runner_on_ok
    v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_item_on_skipped = v2_runner_on_ok
