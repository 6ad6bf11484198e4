# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``proxy_url``; its documentation is in proxy_url.yml."""

from __future__ import annotations

from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import URL_OPTIONS, proxy
from ansible_collections.thordata.proxies.plugins.plugin_utils._filters import item_filter


def _url(value: Any, **options: Any) -> str:
    return proxy(value, **options).url


proxy_url = item_filter("proxy_url", _url, URL_OPTIONS)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"proxy_url": proxy_url}
