# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lock that controllers share which share nothing but the API: a proxy user, which the API creates once.

Its password, made anew each time, says who created it. A lock of a task that was killed stays until somebody deletes
the user: whether that task has bought, nobody else can know.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import poll
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase import LATE_ORDER
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import LOCK_USER, PROXY_USER, listing
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    ApiError,
    ExistsError,
    NotFoundError,
    TransportError,
    may_have_happened,
)
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError

# The product in whose list the user is.
SCOPE = "residential"
# Seconds that a task waits for another one to buy: longer than a purchase whose answer is lost.
LONGEST_WAIT = 300.0
# Seconds between two tries.
TRY_INTERVAL = 3.0
# How often the deletion is sent, where its answers are lost.
DELETIONS = 3
_LEFT = f"The {SCOPE} proxy user {LOCK_USER}, the lock of purchases, may be left: delete it once no task buys"


@contextmanager
def purchase_lock(
    client: Client, settle: Callable[[], None], notify: Callable[[str], None], warn: Callable[[str], None]
) -> Iterator[None]:
    """Let no other controller buy for the account meanwhile. Raises ThordataError where that cannot be made sure.

    ``settle`` returns once no order of this task can be carried out any more. ``notify`` gets a message when another
    controller is buying, ``warn`` one when the lock cannot be taken away.
    """
    owner = f"L{secrets.token_hex(7)}"
    _take(client, owner, notify)
    try:
        yield
    finally:
        settle()
        _give_back(client, owner, warn)


def _holder(client: Client) -> str | None:
    """Return the password of the lock; None where the list shows none."""
    user = listing(PROXY_USER, client.call(PROXY_USER.list, proxy_type=SCOPE), SCOPE).items.get(LOCK_USER)
    return user["password"] if user else None


def _take(client: Client, owner: str, notify: Callable[[str], None]) -> None:
    began = client.state.clock()
    lost: TransportError | ApiError | None = None
    noted = False
    while True:
        pause = TRY_INTERVAL
        try:
            # Disabled, and with the lowest limit: nobody can use it.
            client.call(
                PROXY_USER.create,
                proxy_type=SCOPE,
                username=LOCK_USER,
                password=owner,
                traffic_limit=100,
                status=False,
            )
            return
        except ExistsError:
            pass
        except (TransportError, ApiError) as error:
            if not may_have_happened(error):
                error.advice = f"purchase_lock needs that user, so nothing was bought. {error.advice}"
                raise
            # Were it sent again now, the first one might make the lock anew when the second one is given back.
            lost, pause = error, LATE_ORDER
            lost.advice = f"{_LEFT}, and nothing was bought. {lost.advice}"
        if lost:
            try:
                if _shown(client, owner):
                    return
            except ThordataError:
                raise lost from None
        if not 0 <= client.state.clock() - began < LONGEST_WAIT:
            raise lost or ThordataError(
                f"The {SCOPE} proxy user {LOCK_USER} exists, by which another controller keeps purchases to itself",
                "If none is buying, one was killed while it did: look at the orders in the dashboard, delete the user,"
                " and run the task again; nothing was bought",
            )
        if not noted and not lost:
            notify("Another controller buys for this account: waiting until it is done")
            noted = True
        client.throttle.sleep(pause)


def _shown(client: Client, owner: str) -> bool:
    """Return whether the list shows the lock of ``owner`` before it must show it."""

    def pause(seconds: float) -> bool:
        client.throttle.sleep(seconds)
        return True

    return poll(client, lambda: _holder(client), lambda holder: holder == owner, pause) == owner


def _give_back(client: Client, owner: str, warn: Callable[[str], None]) -> None:
    """Delete the lock; after a lost answer only when the list must show the deletion and does not."""
    try:
        for _attempt in range(DELETIONS):
            try:
                client.call(PROXY_USER.delete, proxy_type=SCOPE, username=LOCK_USER)
                return
            except NotFoundError:
                return
            except (TransportError, ApiError) as error:
                if not may_have_happened(error):
                    raise
            # What closed the connection may carry it out late, and must not delete the lock of somebody else then.
            client.throttle.sleep(LATE_ORDER)
            if _holder(client) != owner:
                return
    except ThordataError as error:
        reason = str(error)
    else:
        reason = "its deletion is not confirmed"
    warn(f"{_LEFT} ({reason})")
