# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic by day or hour: what options select, the calls for it, rows and sums (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import read
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_usernames
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PROXY_USER, Item
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import user_not_found
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    ACCOUNT_USAGE,
    USER_USAGE,
    USER_USAGE_HOUR,
    Endpoint,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import megabytes, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.threads import each

CONCURRENCY = 8
MANY_ROWS = 2000
DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Query:
    """Whose traffic to read, and of which time.

    ``proxy_type`` is None for the account, whose only username is None. ``first`` and ``last`` are hours, included.
    """

    proxy_type: str | None
    usernames: Sequence[str | None]
    first: datetime
    last: datetime
    hourly: bool

    @property
    def endpoint(self) -> Endpoint:
        """The call that answers it."""
        if self.proxy_type is None:
            return ACCOUNT_USAGE
        return USER_USAGE_HOUR if self.hourly else USER_USAGE

    @property
    def hourly_rows(self) -> int:
        """How many rows the API returns, one for each hour and user; 0 for days."""
        return len(self.usernames) * (int((self.last - self.first) / times.HOUR) + 1) if self.hourly else 0

    def spelled(self, moment: datetime) -> str:
        """Return a day or hour as the API writes it."""
        return moment.strftime("%Y-%m-%d %H" if self.hourly else "%Y-%m-%d")


@dataclass(frozen=True)
class Answer:
    """What the API returns for one user, or for the account, whose ``username`` is None."""

    username: str | None
    data: Mapping[str, Any]


def query(client: Client, options: Mapping[str, Any], zone: tzinfo, warn: Callable[[str], None]) -> Query:
    """Return what the options select; one request where they select all users. Raises OptionError."""
    first, last = _date_range(options, zone)
    hourly = options["granularity"] == "hour"
    proxy_type = options["proxy_type"] or (None if options["usernames"] is None else "residential")
    if hourly and proxy_type is None:
        raise OptionError("The API has hourly usage of proxy users only", "Name proxy_type or usernames")
    selected = Query(proxy_type, _usernames(client, proxy_type, options["usernames"]), first, last, hourly)
    if selected.hourly_rows > MANY_ROWS:
        warn(f"This reads {selected.hourly_rows} rows, one for each hour and user")
    return selected


def _date_range(options: Mapping[str, Any], zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the first and the last hour."""
    last = times.today(zone) + times.DAY - times.HOUR
    if options["to_date"]:
        last = times.moment("to_date", options["to_date"], zone, end=True)
    first = last.replace(hour=0) - (DEFAULT_DAYS - 1) * times.DAY
    if options["from_date"]:
        first = times.moment("from_date", options["from_date"], zone)
    first, last = (hour.replace(minute=0, second=0, microsecond=0) for hour in (first, last))
    if first > last:
        raise OptionError(f"from_date ({options['from_date']}) is after to_date ({last:%Y-%m-%d})", "Swap them")
    return first, last


def _usernames(client: Client, proxy_type: str | None, usernames: Iterable[str] | None) -> Sequence[str | None]:
    if proxy_type is None:
        return [None]
    if usernames is None:
        usernames = read(client, PROXY_USER, proxy_type).items
    return parse_usernames("usernames", usernames)


def fetch(client: Client, selected: Query) -> list[Answer]:
    """Return the answers of the API: for each user, one for each range that a call takes."""
    ranges = list(times.ranges(selected.first, selected.last))
    parts = [(username, *dates) for username in selected.usernames for dates in ranges]
    return list(each(lambda part: _fetch(client, selected, *part), parts, CONCURRENCY))


def _fetch(client: Client, selected: Query, username: str | None, first: datetime, last: datetime) -> Answer:
    dates = {"from_date": selected.spelled(first), "to_date": selected.spelled(last)}
    if selected.proxy_type is None or username is None:
        return Answer(None, client.call(selected.endpoint, **dates))
    user = {"proxy_type": selected.proxy_type, "username": username}
    try:
        return Answer(username, client.call(selected.endpoint, **user, **dates))
    except NotFoundError as error:
        raise user_not_found(client, error, **user) from None


def report(selected: Query, answers: Iterable[Answer], include_empty: bool) -> dict[str, Any]:
    """Return rows and sums in MB; rows without traffic only with ``include_empty``."""
    usage: list[Item] = []
    totals: dict[str | None, Item] = {}
    for answer in answers:
        rows = _rows(answer)
        usage += [row for row in rows if row["usage_traffic"] or include_empty]
        totals[answer.username] = _total(answer, rows, totals.get(answer.username))
    return {
        "usage": usage,
        "totals": list(totals.values()),
        "usage_traffic": sum(one["usage_traffic"] for one in totals.values()),
        "from_date": selected.spelled(selected.first),
        "to_date": selected.spelled(selected.last),
    }


def _rows(answer: Answer) -> list[Item]:
    return [
        {
            "username": answer.username,
            "date": text(row.get("date")),
            "usage_traffic": megabytes(row.get("usage_traffic")) or 0,
        }
        for row in answer.data.get("data") or []
    ]


def _total(answer: Answer, rows: Iterable[Item], former: Item | None) -> Item:
    """Return the sums of a user; ``former`` are those of the ranges before."""
    facts = ("total_usage_traffic", "traffic_balance", "traffic_limit")
    return {
        "username": answer.username,
        "usage_traffic": (former["usage_traffic"] if former else 0) + sum(row["usage_traffic"] for row in rows),
        **{name: megabytes(answer.data.get(name)) for name in facts},
    }
