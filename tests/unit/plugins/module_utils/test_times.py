# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times, durations and ranges."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError

UTC = timezone.utc
BERLIN = times.zone("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone", "seconds"),
    [
        ("1970-01-02", UTC, 2 * 86400 - 1),
        ("1970-01-02 00", UTC, 86400),
        ("1970-01-02 00:01", UTC, 86460),
        ("1970-01-02 00:01:02", UTC, 86462),
        ("2026-07-01 12:00", BERLIN, 1782900000),
        ("2026-01-01 12:00", BERLIN, 1767265200),
        ("1782900000", BERLIN, 1782900000),
        (1782900000, UTC, 1782900000),
        ("", UTC, None),
        (None, UTC, None),
        ("soon", UTC, None),
    ],
)
def test_times_of_the_api(text, zone, seconds):
    assert times.timestamp(text, zone) == seconds


def test_a_time_is_spelled_as_it_is_read():
    assert times.spelled(1782900000, BERLIN) == "2026-07-01 12:00"


@pytest.mark.parametrize(
    ("text", "seconds"), [("7d", 604800), ("12H", 43200), (" 90 m ", 5400), ("1w", 604800), ("0s", 0)]
)
def test_durations(text, seconds):
    assert times.duration("renew_within", text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1.5d", "1d2h", "1y"])
def test_what_is_no_duration(text):
    with pytest.raises(OptionError, match="renew_within must be a duration such as 7d"):
        times.duration("renew_within", text)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "", "../etc/passwd", "/etc/passwd"])
def test_a_zone_that_does_not_exist(name):
    with pytest.raises(OptionError, match="api_timezone .* does not exist"):
        times.zone(name)


@given(st.dates(datetime(2020, 1, 1).date(), datetime(2030, 1, 1).date()), st.integers(0, 30000))
def test_ranges_cover_each_hour_once_and_are_never_too_long(day, hours):
    first = datetime(day.year, day.month, day.day)
    last = first + hours * times.HOUR
    parts = list(times.ranges(first, last))
    assert (parts[0][0], parts[-1][1]) == (first, last)
    for start, end in parts:
        assert start <= end
        assert (end.date() - start.date()).days + 1 <= 180
    for (_start, end), (start, _end) in zip(parts, parts[1:], strict=False):
        assert start - end == timedelta(hours=1)
