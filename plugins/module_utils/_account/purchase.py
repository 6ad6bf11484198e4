# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paid calls: each purchase is made once at most, and what is reported was bought (docs/contract.md, sections 2 and 4).

A paid call is never sent again after its answer was lost; the state says then whether it happened. It counts as done
when the lists show it, so that the next task does not buy again what they do not show yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import poll
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import WALLET_BALANCE, Endpoint
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import (
    ApiError,
    TransportError,
    may_have_happened,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined

# Seconds in which an order whose answer is lost may still be carried out.
LATE_ORDER = 60.0
# No order is waited for longer, whatever was noted of it.
LONGEST_WAIT = 600.0


@dataclass(frozen=True)
class Purchase:
    """One paid call. ``what`` it buys; ``fetch`` reads the state, and ``shows`` is whether a state has it.

    ``shows`` is also given the ``data`` of the API's answer, None where the answer was lost. ``check`` raises PlanError
    when what was bought is not what was meant.
    """

    what: str
    endpoint: Endpoint
    params: Mapping[str, Any]
    fetch: Callable[[], Any]
    shows: Callable[[Any, Any], bool]
    check: Callable[[Order, Purchases], None] = lambda order, known: None


@dataclass(frozen=True)
class Order:
    """What was bought. What the API does not say is None: ``order_id``, ``cost``, and ``data`` when its answer is lost.

    ``state``: what ``fetch`` returned last; None where it failed.
    """

    what: str
    order_id: str | None = None
    cost: float | None = None
    data: Any = None
    state: Any = None

    @property
    def result(self) -> dict[str, Any]:
        """The order as a task returns it."""
        return {"order_id": self.order_id, "cost": self.cost, "description": self.what}


def wallet_balance(client: Client) -> float | None:
    """Return the money in the wallet; None where the API does not say."""
    return number(client.call(WALLET_BALANCE).get("wallet_balance"))


def check_funds(client: Client, least: float | None) -> float | None:
    """Return the money in the wallet; raise PlanError when there is less than ``least``."""
    balance = wallet_balance(client)
    if least is not None and (balance is None or balance < least):
        raise PlanError(
            f"The wallet holds {'an unknown sum' if balance is None else f'{balance:g}'}, and min_wallet_balance is"
            f" {least:g}",
            "Top up the wallet, or lower min_wallet_balance; nothing more was bought",
        )
    return balance


def refuse(purchases: Sequence[Purchase]) -> PlanError:
    """Return the error of a task that would buy without ``confirm_cost``."""
    return PlanError(
        f"This would buy {joined((one.what for one in purchases), ' and ')}",
        "Set confirm_cost to true to buy it; nothing was bought",
    )


def wait_for_earlier(client: Client, known: Purchases, notify: Callable[[str], None]) -> None:
    """Wait until the lists must show an order of which nobody saw the end, since its process was killed for example."""
    if known.pending_until is None:
        return
    seconds = min(known.pending_until - client.state.clock(), LONGEST_WAIT)
    if seconds > 0:
        notify(f"An earlier order of this account may be under way: waiting {seconds:.0f} s for the lists to show it")
        client.throttle.sleep(seconds)


def buy(
    client: Client, purchase: Purchase, known: Purchases, least: float | None, warn: Callable[[str], None]
) -> Order:
    """Make one purchase and wait until the lists show it.

    ``known``: what is known of earlier purchases; the caller holds it, so that nobody else buys. ``least``: the money
    that must be in the wallet before. Raises PlanError when it is not, ApiError when the API refuses, and
    TransportError when the answer was lost and the purchase did not happen, or that is not known.
    """
    before = check_funds(client, least)
    lost: ThordataError | None = None
    data = None

    def announce() -> None:
        known.expect(client.state.clock() + client.settings.timeout + client.state.list_lag + LATE_ORDER)

    try:
        data = client.call(purchase.endpoint, announce, **purchase.params)
    except (TransportError, ApiError) as error:
        if not may_have_happened(error):
            known.finish(None, warn)
            error.advice = f"It was not bought. {error.advice}"
            raise
        lost = error
    state = _confirmed(client, purchase, data)
    shown = state is not None and purchase.shows(state, data)
    # Sold, and not listed: the next one must not read such a list. Lost: what closed the connection may have passed the
    # order on, and it may still be carried out.
    late = not shown and (state is None or not isinstance(lost, ApiError))
    known.finish(client.state.clock() + LATE_ORDER if late else None, warn)
    if lost and not shown:
        lost.advice = f"{_not_bought(state is None)}. {lost.advice}"
        raise lost
    if not shown:
        warn(f"The API sold {purchase.what}, but its lists do not show it yet: wait before you run the task again")
    answer = data if isinstance(data, Mapping) else {}
    cost = number(answer.get("order_money"))
    if cost is None:
        cost = _paid(client, before)
    return Order(purchase.what, text(answer.get("order_id")), cost, data, state)


def _not_bought(unknown: bool) -> str:
    if unknown:
        return (
            "Whether it was bought cannot be told, since the state could not be read back either: look at the orders in"
            " the dashboard before you run the task again"
        )
    return (
        "The state was read back and does not show it: it was not bought, and the task may run again; it looks before"
        " it buys"
    )


def _confirmed(client: Client, purchase: Purchase, data: Any) -> Any:
    """Return the state once it shows the purchase or must show it; None when it cannot be read."""

    def fetch() -> Any:
        with suppress(ThordataError):
            return purchase.fetch()
        return None

    def pause(seconds: float) -> bool:
        # Not at the cost of api_retry_timeout: money is worth these seconds.
        client.throttle.sleep(seconds)
        return True

    return poll(client, fetch, lambda state: state is not None and purchase.shows(state, data), pause)


def _paid(client: Client, before: float | None) -> float | None:
    """Return what left the wallet since ``before``; None when that is not known."""
    with suppress(ThordataError):
        after = wallet_balance(client)
        if before is not None and after is not None and after <= before:
            return number(round(before - after, 4))
    return None
