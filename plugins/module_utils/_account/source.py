# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an account is read for several purposes at once, each of its lists with one request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    ApiError,
    CredentialsError,
    NotOfferedError,
    ThrottledError,
)


class Source:
    """The API, and the time zone of its times, for one look at an account by any number of threads."""

    def __init__(self, client: Client, zone: tzinfo) -> None:
        self.client = client
        self.zone = zone
        self._lock = threading.Lock()
        self._locks: dict[Any, Any] = {}
        self._read: dict[Any, Any] = {}

    def once(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Return what ``function`` of the client and the arguments returned first; errors are not kept."""
        key = (function, arguments)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._read:
                self._read[key] = function(self.client, *arguments)
            return self._read[key]


def offered(read: Callable[[], Any]) -> Any:
    """Return what ``read`` returns, or the error that says that this account does not have it. Raises all others."""
    try:
        return read()
    except (CredentialsError, ThrottledError):
        raise
    except (ApiError, NotOfferedError) as error:
        return error
