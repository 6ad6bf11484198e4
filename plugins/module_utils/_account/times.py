# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as the API and as users write them: dates, with hour or minute, Unix time (docs/contract.md, section 2)."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import text

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# The longest range that one call for usage takes, both days included; more is the API's code 10021.
LONGEST_RANGE = 180

_UNITS = {"w": 7 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"\s*(\d+)\s*([wdhms])\s*", re.IGNORECASE)
# Each with how long what it names lasts: a day alone means its end, where an end is asked for.
_FORMATS = (
    ("%Y-%m-%d", DAY),
    ("%Y-%m-%d %H", HOUR),
    ("%Y-%m-%d %H:%M", timedelta(0)),
    ("%Y-%m-%d %H:%M:%S", timedelta(0)),
)


def now() -> float:
    """Return the Unix time."""
    return time.time()


def zone(name: str) -> tzinfo:
    """Return the time zone of that name; UTC needs no database of zones. Raises OptionError for an unknown one."""
    if name.upper() == "UTC":
        return timezone.utc
    try:
        from zoneinfo import ZoneInfo  # which Python 3.8 lacks

        return ZoneInfo(name)
    except ImportError:
        raise OptionError("api_timezone needs Python 3.9 or newer on this host", "Leave it at UTC") from None
    except (KeyError, ValueError, OSError):
        raise OptionError(
            f"api_timezone {name!r} does not exist", "Use a name like UTC or Europe/Berlin; some systems need tzdata"
        ) from None


def timestamp(value: object, where: tzinfo) -> int | None:
    """Return the Unix time of a time of the API; of a day alone, its last second. None for what is no time."""
    written = str(value).strip()
    if re.fullmatch(r"\d{9,11}", written):
        return int(written)
    read = _read(written)
    if read is None:
        return None
    moment, lasts = read
    if lasts == DAY:
        moment += DAY - timedelta(seconds=1)
    return int(moment.replace(tzinfo=where).timestamp())


def expiry(row: Mapping[str, Any], where: tzinfo) -> dict[str, Any]:
    """Return when a row of the API expires: as the API writes it, and as Unix time; None where it does not say."""
    written = text(row.get("expiration_time"))
    return {"expiration_time": written, "expiration_timestamp": timestamp(written, where)}


def spelled(when: float, where: tzinfo) -> str:
    """Return a Unix time as the API writes it, to the minute."""
    return f"{datetime.fromtimestamp(when, where):%Y-%m-%d %H:%M}"


def today(where: tzinfo) -> datetime:
    """Return the beginning of the day, in that zone and without naming it."""
    return datetime.fromtimestamp(now(), where).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)


def duration(option: str, written: str) -> int:
    """Return the seconds of a duration such as ``7d``, ``12h`` or ``90m``. Raises OptionError."""
    match = _DURATION.fullmatch(written)
    if not match:
        raise OptionError(f"{option} must be a duration such as 7d, 12h or 90m, not {written!r}")
    return int(match[1]) * _UNITS[match[2].lower()]


def moment(option: str, written: str, where: tzinfo, *, end: bool = False) -> datetime:
    """Return the time that an option names, in that zone and without naming it: a date, or so long ago (``7d``).

    With ``end``, a day alone means its last hour. Raises OptionError for what is neither.
    """
    if _DURATION.fullmatch(written):
        return datetime.fromtimestamp(past(option, written, where), where).replace(tzinfo=None)
    read = _read(written.strip())
    if read is None:
        raise OptionError(
            f"{option} must be a date such as 2026-01-31 or 2026-01-31 18, or so long ago, such as 7d or 12h, not"
            f" {written!r}"
        )
    return read[0] + (DAY - HOUR if end and read[1] == DAY else timedelta(0))


def past(option: str, written: str, where: tzinfo) -> int:
    """Return the Unix time of what ``moment`` takes. Raises OptionError, also for what was before 1970."""
    if not _DURATION.fullmatch(written):
        return int(moment(option, written, where).replace(tzinfo=where).timestamp())
    when = int(now()) - duration(option, written)
    if when < 0:
        raise OptionError(f"{option} is too long ago: {written}")
    return when


def ranges(first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Split a range, both ends included, into ranges that one call takes."""
    while first.date() <= last.date():
        after = datetime(first.year, first.month, first.day) + LONGEST_RANGE * DAY
        yield first, min(last, after - HOUR)
        first = after


def _read(written: str) -> tuple[datetime, timedelta] | None:
    for pattern, lasts in _FORMATS:
        try:
            return datetime.strptime(written, pattern), lasts
        except ValueError:
            continue
    return None
