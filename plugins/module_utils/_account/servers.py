# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unlimited servers: reading them, what is sold for them, and restarting (docs/contract.md, section 4)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any, Callable, List

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import POLL_INTERVAL, ensure_written, read
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase import Purchase
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import (
    Field,
    Item,
    Resource,
    is_on,
    server_status,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    BANDWIDTHS,
    BIND_USER,
    BOUND_USERS,
    PACKAGES,
    RENEW_SERVER,
    RESTART_SERVER,
    SERVER_LIST,
    SIZES,
    UNBIND_USER,
    UPGRADE_SERVER,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import text
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined

Fetch = Callable[[], List[Item]]

# What upgrades change, each with its steps, the lowest first.
SOLD: dict[str, list[Any]] = {"bandwidth": list(BANDWIDTHS), "size": list(SIZES)}


def size(value: Any) -> str | None:
    """Return "16 vCPU / 32 GiB", in any spelling, as ``16vCPU-32GiB``; what is not understood stays as it is."""
    match = re.search(r"(\d+)\s*v?\s*c(?:pu|ore)?s?\W*(\d+)\s*g", str(value), re.IGNORECASE)
    return f"{match[1]}vCPU-{match[2]}GiB" if match else text(value)


def bandwidth(value: Any) -> int | None:
    """Return "300Mbps", in any spelling, in Mbps; None for what is not understood."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:(g|m)(?:b(?:ps|it/s|/s)?)?)?\s*", str(value), re.IGNORECASE)
    if not match:
        return None
    return round(float(match[1]) * (1000 if (match[2] or "").lower() == "g" else 1))


def read_servers(client: Client, zone: tzinfo) -> list[Item]:
    """Return what the API lists, one request."""
    return [
        {
            "ins_id": text(row.get("ins_id")),
            "plan_name": text(row.get("plan_name")),
            "region": text(row.get("region")),
            "order_id": text(row.get("order_id")),
            "status": text(row.get("status")),
            "size": size(row.get("server")),
            "bandwidth": bandwidth(row.get("bandwidth")),
            "purchase_time": text(row.get("purchase_time")),
            **times.expiry(row, zone),
        }
        for row in client.call(SERVER_LIST)
    ]


def selected(servers: list[Item], options: Mapping[str, Any]) -> list[Item]:
    """Return the server that ``ins_id`` or ``plan_name`` names, or all. Raises PlanError, with all there is."""
    return [find(servers, options)] if options["ins_id"] or options["plan_name"] else servers


def read_bound_users(client: Client, server: Item) -> list[str]:
    """Return the users that are bound to the server, sorted; one request."""
    return sorted(read(client, BOUND_USER, server["plan_name"]).items)


def find(servers: Sequence[Item], options: Mapping[str, Any]) -> Item:
    """Return the server that ``ins_id`` or ``plan_name`` names. Raises PlanError, with all there is."""
    key = "ins_id" if options["ins_id"] else "plan_name"
    found = [one for one in servers if one[key] == options[key]]
    if len(found) == 1:
        return found[0]
    there = joined(f"{one['ins_id']} ({one['plan_name']})" for one in servers) or "none"
    count = f"{len(found)} servers have" if found else "No server has"
    advice = "Name one by ins_id" if found else "Name one of these"
    raise PlanError(f"{count} the {key} {options[key]}; the account has {there}", advice)


def _is_back(server: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Return whether a listed server is on, or has the status that it had ``before`` a restart.

    "Restarting" before is no status to come back to.
    """
    if not server:
        return False
    status = server_status(server)
    return is_on(server) or (status == server_status(before) and not status.endswith("ing"))


def renewal(server: Item, days: int, within: int, zone: tzinfo, fetch: Fetch) -> tuple[Purchase, Item] | None:
    """Return the renewal, and what becomes of the server, when it expires ``within`` seconds; None when it does not."""
    expires = server["expiration_timestamp"]
    if expires is None:
        raise PlanError(
            f"The API says of the server {server['ins_id']} that it expires at {server['expiration_time']!r}",
            "Renew it in the dashboard; nothing was bought",
        )
    if expires - times.now() > within:
        return None
    after = max(expires, times.now()) + days * 86400
    purchase = Purchase(
        f"{days} more {'day' if days == 1 else 'days'} of the server {server['ins_id']}, which expires at"
        f" {server['expiration_time']}",
        RENEW_SERVER,
        {"ins_id": server["ins_id"], "package_id": PACKAGES[days]},
        fetch,
        lambda servers, _data: (_same(servers, server).get("expiration_timestamp") or 0) > expires,
    )
    return purchase, {"expiration_time": times.spelled(after, zone), "expiration_timestamp": int(after)}


def upgrade(server: Item, options: Mapping[str, Any], fetch: Fetch) -> tuple[Purchase, Item] | None:
    """Return the upgrade to the ``bandwidth`` and ``size`` that are desired; None when the server has them.

    Raises PlanError when one of them is lower than the server's, or the server's own is not sold any more.
    """
    desired = {name: options[name] or server[name] for name in SOLD}
    if all(desired[name] == server[name] for name in SOLD):
        return None
    for name, steps in SOLD.items():
        _check_step(server, name, desired[name], steps)
    purchase = Purchase(
        f"an upgrade of the server {server['ins_id']} from {server['bandwidth']} Mbps and {server['size']} to"
        f" {desired['bandwidth']} Mbps and {desired['size']}",
        UPGRADE_SERVER,
        {"ins_id": server["ins_id"], "bw_id": BANDWIDTHS[desired["bandwidth"]], "sv_id": SIZES[desired["size"]]},
        fetch,
        lambda servers, _data: all(_same(servers, server).get(name) == desired[name] for name in SOLD),
    )
    return purchase, desired


def _check_step(server: Item, name: str, desired: Any, steps: Sequence[Any]) -> None:
    """Raise PlanError unless ``desired`` is sold to a server that has its own ``bandwidth`` or ``size``."""
    if server[name] not in steps:
        raise PlanError(
            f"The server {server['ins_id']} has the {name} {server[name]}, which is none of those that are sold"
            f" ({joined(map(str, steps))})",
            "Upgrade it in the dashboard; nothing was bought",
        )
    if steps.index(desired) < steps.index(server[name]):
        raise PlanError(
            f"The server {server['ins_id']} has the {name} {server[name]}, and cannot go down to {desired}",
            "Ask for as much or more; nothing was bought",
        )


def _same(servers: Sequence[Item], server: Item) -> Item:
    return next((one for one in servers if one["ins_id"] == server["ins_id"]), {})


def restart(client: Client, server: Item, fetch: Fetch) -> None:
    """Restart the server; once more when the answer is lost and the list shows its status of before."""
    ensure_written(
        client,
        lambda: client.call(RESTART_SERVER, plan_name=server["plan_name"]),
        fetch,
        lambda servers: not _is_back(_same(servers, server), server),
    )


def wait_until_back(client: Client, server: Item, fetch: Fetch, seconds: float) -> Item:
    """Return the restarted server once the list shows that it is back; raise ThordataError after ``seconds``.

    ``server`` is as it was before. A list that lags shows that at first: it counts once it has shown another status, or
    when it must show the restart.
    """
    throttle = client.throttle
    started = throttle.clock()
    was_away = False
    while True:
        current = _same(fetch(), server)
        waited = throttle.clock() - started
        if _is_back(current, server):
            if was_away or waited >= client.state.list_lag:
                return current
        else:
            was_away = True
        if waited >= max(seconds, client.state.list_lag):
            raise ThordataError(
                f"The server {server['ins_id']} was restarted, and after {seconds:g} seconds it is not back"
                f" ({current.get('status')}, and {server['status']} before)",
                "Raise wait_timeout, or look at it in the dashboard",
            )
        throttle.sleep(POLL_INTERVAL)


BOUND_USER = Resource(
    noun="bound user",
    key=Field("username"),
    fields=(),
    facts=(),
    list=BOUND_USERS,
    create=BIND_USER,
    update=None,
    delete=UNBIND_USER,
    scope="ip",
    rows=lambda data: [user for server in data for user in server.get("sub_users") or ()],
)
