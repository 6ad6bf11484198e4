# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users write in options, and what it means: usernames, amounts of traffic, addresses."""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Iterable
from fractions import Fraction

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError


def parse_username(value: str) -> str:
    """Return the username as it is given."""
    if not value:
        raise ValueError("the username is empty")
    return value


def parse_usernames(option: str, values: Iterable[str]) -> list[str]:
    """Return the usernames of an option that lists them, each once. Raises OptionError for an empty one."""
    names = list(dict.fromkeys(values))
    if "" in names:
        raise OptionError(f"{option} holds an empty username", "A variable in it may not be set")
    return names


def parse_password(value: str) -> str:
    """Return the password as it is given; a variable that is not set makes it empty."""
    if not value:
        raise ValueError("the password is empty")
    return value


_MB = {"": 1, "m": 1, "g": 1024, "t": 1024**2}


_TRAFFIC = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([mgt])(?:i?b)?)?\s*", re.IGNORECASE | re.ASCII)


@functools.lru_cache(maxsize=1024)  # a set names few amounts, each many times
def parse_traffic(value: str, option: str = "traffic_limit") -> int:
    """Return an amount of traffic (``5000``, ``500MB``, ``5GB``, ``1.5TB``) in MB; parts of GB and TB are rounded."""
    match = _TRAFFIC.fullmatch(value)
    if not match:
        raise ValueError(f"{option} must be an amount such as 500MB, 5GB or 1.5TB, or 0 (no limit), not {value!r}")
    unit = _MB[(match[2] or "").lower()]
    amount = Fraction(match[1]) * unit
    if amount.denominator > 1 and unit == 1:
        raise ValueError(f"{option} must be whole MB, not {value!r}")
    # Never down to 0, which is no limit at all.
    return round(amount) or (1 if amount else 0)


def parse_ip(value: str) -> str:
    """Return an address in its usual spelling; the provider takes IPv4 only."""
    value = value.strip()
    if not value:
        raise ValueError("the address is empty")
    if "/" in value:
        raise ValueError(f"{value!r} is a network, and the provider takes single addresses")
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        if re.fullmatch(r"\d+(\.\d+){3}", value) and re.search(r"\b0\d", value):
            raise ValueError(f"{value!r} has leading zeros, which may mean octal: leave them out") from None
        raise ValueError(f"{value!r} is not an IP address") from None
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    raise ValueError(f"{value!r} is an IPv6 address, and the provider takes IPv4 only")


def parse_network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return the network that an entry of ``protected`` names. Raises OptionError."""
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise OptionError(f"protected holds {value!r}, which is neither an address nor a network") from None


def ip_warning(value: str) -> str | None:
    """Return why the provider may never see this address; None for an ordinary public one."""
    address = ipaddress.ip_address(value)
    if not address.is_global and address not in _DOCUMENTATION:
        return f"{value} is not a public address: the provider can never see it"
    return None


class _Networks(tuple):
    def __contains__(self, address: object) -> bool:
        return any(address in network for network in self)


# Addresses of examples (RFC 5737): not public, and nobody takes them for their own.
_DOCUMENTATION = _Networks(map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")))
