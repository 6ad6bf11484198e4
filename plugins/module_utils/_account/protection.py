# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What purge never deletes: users by patterns of their names, addresses by networks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_network
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import LOCK_USER, WHITELIST_ENTRY


def protected_names(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return what says whether a name matches one of the patterns, or is that of the lock of purchases."""
    return lambda name: name == LOCK_USER or any(fnmatchcase(name, pattern) for pattern in patterns)


def protected_ips(values: Iterable[str], odd: list[str]) -> Callable[[str], bool]:
    """Return what says whether an entry is in one of the networks, or is one that nobody can declare.

    It adds these to ``odd``. Raises OptionError for values that are neither addresses nor networks.
    """
    networks = [parse_network(value) for value in values]

    def protected(ip: str) -> bool:
        if WHITELIST_ENTRY.key.undeclarable(ip):
            odd.append(ip)
            return True
        return any(ipaddress.ip_address(ip) in one for one in networks)

    return protected
