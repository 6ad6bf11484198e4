# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Proxy users as info modules report them, and what to say of one that the API does not know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.declared import declared_items
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_usernames
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError, not_a_string
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import no_such, suggestions


def read_users(client: Client, options: Mapping[str, Any], warn: Callable[[str], None]) -> dict[str, Any]:
    """Return the users that ``usernames`` names, or all, and the limits of their number; warn of names not found."""
    usernames = None if options["usernames"] is None else parse_usernames("usernames", options["usernames"])
    current = read(client, PROXY_USER, options["proxy_type"])
    missing = [name for name in usernames or () if name not in current.items]
    if missing:
        warn(no_such(f"{current.scope} proxy user", missing, current.items))
    users = [user for name, user in current.items.items() if usernames is None or name in usernames]
    shown: dict[str, Any] = {}
    if options["format"] == "declared":
        shown["users"], shown["remarks"] = declared_items(PROXY_USER, users, options["reveal_passwords"])
    else:
        shown["users"] = users if options["reveal_passwords"] else [PROXY_USER.public(user) for user in users]
    return {
        **shown,
        "limit": current.limit,
        "remaining_limit": current.remaining_limit,
        "user_count": len(current.items),
    }


def with_passwords(users: Iterable[Mapping[str, Any]], passwords: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the users as declared, those without a password with the one that ``passwords`` has by their name.

    Raises OptionError, which quotes none of them, for passwords that are no strings.
    """
    for name, password in passwords.items():
        if not isinstance(password, str):
            raise not_a_string(f"the password of {name} in passwords", password, shown=False)
    return [
        {**user, "password": passwords.get(user["username"])} if user.get("password") is None else dict(user)
        for user in users
    ]


def user_not_found(client: Client, error: NotFoundError, proxy_type: str, username: str) -> NotFoundError:
    """Return ``error`` with the users that there are as its advice; the provider may have renamed the one it misses."""
    with suppress(ThordataError):
        there = suggestions(username, read(client, PROXY_USER, proxy_type).items)
        error.advice = f"{error.advice}; there are: {there}"
    return error
