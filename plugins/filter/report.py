# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``report``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.report import page_data
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.plugin_utils._filters import item_filter

OPTIONS = ("total", "users", "checks", "name")


def _report(account: Any, **options: Any) -> str:
    if not isinstance(account, Mapping):
        raise OptionError("this is no dictionary", "Register the result of account_info, and give it to the filter")
    return page_data(account, times.now(), **options)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"report": item_filter("report", _report, OPTIONS)}
