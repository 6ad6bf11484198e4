# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that single parameters of the API obey, each as a function: text in, value out, or `Failure`."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .contract import NUMBER_ERROR, PARAMETER_ERROR, PASSWORD_RULE, USERNAME_RULE, Failure
from .settings import Settings

Rule = Callable[[str, Settings], Any]


@dataclass(frozen=True)
class Param:
    """One parameter of a call. `needed_with`: only required where the edition has this feature."""

    name: str
    rule: Rule
    required: bool = True
    needed_with: str | None = None

    def is_required(self, settings: Settings) -> bool:
        """Whether a call without it fails with 10000."""
        return self.required and (self.needed_with is None or settings.has(self.needed_with))


def read_params(params: tuple[Param, ...], raw: dict[str, str], settings: Settings) -> dict[str, Any]:
    """All values of a call: first whether each is there (10000), then the rules in order. The unknown is ignored."""
    for param in params:
        if param.is_required(settings) and param.name not in raw:
            raise Failure(PARAMETER_ERROR, f"{param.name} is required")
    return {param.name: param.rule(raw[param.name], settings) for param in params if param.name in raw}


def text(raw: str, _settings: Settings) -> str:
    """Any text but none at all."""
    if not raw:
        raise Failure(PARAMETER_ERROR)
    return raw


def product(numbers: dict[str, int]) -> Rule:
    """A `proxy_type` number of this family -> the product's name. Mobile needs the feature."""
    names = {str(number): name for name, number in numbers.items()}

    def rule(raw: str, settings: Settings) -> str:
        name = names.get(raw)
        if name is None or (name == "mobile" and not settings.has("mobile")):
            raise Failure(PARAMETER_ERROR, "proxy_type is wrong")
        return name

    return rule


def boolean(raw: str, _settings: Settings) -> bool:
    """`true` or `false`, nothing else."""
    if raw not in ("true", "false"):
        raise Failure(PARAMETER_ERROR, "a boolean is true or false")
    return raw == "true"


def integer(raw: str, _settings: Settings) -> int:
    """A whole number, 0 or more."""
    if not re.fullmatch(r"[0-9]{1,15}", raw):
        raise Failure(PARAMETER_ERROR)
    return int(raw)


def count(raw: str, settings: Settings) -> int:
    """How many to buy: 1 or more (10003), at most the limit of one purchase, which the call checks."""
    value = integer(raw, settings)
    if value < 1:
        raise Failure(NUMBER_ERROR)
    return value


def gigabytes(raw: str, _settings: Settings) -> float:
    """An amount of traffic above 0."""
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not 0 < value < 1e9:
        raise Failure(PARAMETER_ERROR)
    return int(value) if value == int(value) else value


def choice(allowed: Any, code: int | str = PARAMETER_ERROR) -> Rule:
    """One of these numbers, else `code` (a number, or a name in `Settings.codes`)."""

    def rule(raw: str, settings: Settings) -> int:
        if raw not in {str(item) for item in allowed}:
            raise Failure(settings.codes[code] if isinstance(code, str) else code)
        return int(raw)

    return rule


def username(raw: str, _settings: Settings) -> str:
    """6-15 ASCII letters and digits (10015)."""
    if not re.fullmatch(r"[A-Za-z0-9]{6,15}", raw):
        raise Failure(USERNAME_RULE)
    return raw


def password(raw: str, _settings: Settings) -> str:
    """6-15 ASCII letters and digits, first a letter (10016)."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{5,14}", raw):
        raise Failure(PASSWORD_RULE)
    return raw


def traffic_limit(raw: str, settings: Settings) -> int:
    """MB: 0 for none, else 100 or more."""
    value = integer(raw, settings)
    if 0 < value < 100:
        raise Failure(settings.codes["limit_below_100"], "traffic_limit is 0 or at least 100")
    return value


def address(raw: str, settings: Settings) -> str:
    """A bare IPv4 address; no network, no IPv6."""
    try:
        return str(ipaddress.IPv4Address(raw))
    except ValueError:
        raise Failure(settings.codes["bad_address"], "not an IPv4 address") from None


def address_list(raw: str, settings: Settings) -> list[str]:
    """Comma-separated IPv4 addresses."""
    return [address(item.strip(), settings) for item in raw.split(",")]


def day(raw: str, _settings: Settings) -> datetime:
    """`yyyy-mm-dd`."""
    return _moment(raw, r"\d{4}-\d\d-\d\d", "%Y-%m-%d")


def hour(raw: str, _settings: Settings) -> datetime:
    """`yyyy-mm-dd HH`."""
    return _moment(raw, r"\d{4}-\d\d-\d\d \d\d", "%Y-%m-%d %H")


def _moment(raw: str, shape: str, pattern: str) -> datetime:
    try:
        if re.fullmatch(shape, raw):
            return datetime.strptime(raw, pattern)
    except ValueError:
        pass
    raise Failure(PARAMETER_ERROR, "unreadable date")


def one_of(*allowed: str) -> Rule:
    """One of these words."""

    def rule(raw: str, _settings: Settings) -> str:
        if raw not in allowed:
            raise Failure(PARAMETER_ERROR)
        return raw

    return rule


def separator(raw: str, _settings: Settings) -> str:
    r"""What goes between lines, as such or written as `\r\n`."""
    return raw.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")
