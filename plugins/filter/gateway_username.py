# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``gateway_username``; its documentation is in gateway_username.yml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._gateway import gateway_username as username_of
from ansible_collections.thordata.proxies.plugins.plugin_utils._filters import each_item


def gateway_username(value: Any, **place: Any) -> Any:
    """Return the gateway's username of a proxy user; of a list, a list."""
    return each_item("gateway_username", value, lambda one: username_of(_name(one), **place))


def _name(one: Any) -> str:
    return one["username"] if isinstance(one, Mapping) else one


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"gateway_username": gateway_username}
