# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxy users as info modules report them, and what to say of one that the API does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_usernames
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import no_such, suggestions


def read_users(client: Client, options: Mapping[str, Any], warn: Callable[[str], None]) -> dict[str, Any]:
    """Return the users that ``usernames`` names, or all, and the limits of their number; warn of names not found."""
    usernames = None if options["usernames"] is None else parse_usernames("usernames", options["usernames"])
    current = read(client, PROXY_USER, options["proxy_type"])
    missing = [name for name in usernames or () if name not in current.items]
    if missing:
        warn(no_such(f"{current.scope} proxy user", missing, current.items))
    users = [user for name, user in current.items.items() if usernames is None or name in usernames]
    return {
        "users": users if options["reveal_passwords"] else [PROXY_USER.public(user) for user in users],
        "limit": current.limit,
        "remaining_limit": current.remaining_limit,
        "user_count": len(current.items),
    }


def user_not_found(client: Client, error: NotFoundError, proxy_type: str, username: str) -> NotFoundError:
    """Return ``error`` with the users that there are as its advice; the provider may have renamed the one it misses."""
    with suppress(ThordataError):
        there = suggestions(username, read(client, PROXY_USER, proxy_type).items)
        error.advice = f"{error.advice}; there are: {there}"
    return error
