# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``proxy_format``; its documentation is in proxy_format.yml."""

from __future__ import annotations

from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted
from ansible_collections.thordata.proxies.plugins.plugin_utils._filters import item_filter


def _format(value: Any, format: Any = "url") -> Any:
    return formatted(value, format)


proxy_format = item_filter("proxy_format", _format, ("format",), nameless=1)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"proxy_format": proxy_format}
