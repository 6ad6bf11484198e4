# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``gateway_username``; its documentation is in gateway_username.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import EXIT_OPTIONS
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import (
    gateway_username as username_of,
)
from ansible_collections.thordata.proxies.plugins.plugin_utils._filters import item_filter


def _username(user: Any, **exit_options: Any) -> str:
    return username_of(user.get("username") if isinstance(user, Mapping) else user, **exit_options)


gateway_username = item_filter("gateway_username", _username, EXIT_OPTIONS)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"gateway_username": gateway_username}
