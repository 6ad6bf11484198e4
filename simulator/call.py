# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One call on its way through the API, as the handlers see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .settings import Settings
from .state import Account, Listing, World


@dataclass
class Call:
    """A call of a known account. `values` are the checked parameters, `params` what was sent (without credentials)."""

    world: World
    account: Account
    path: str
    params: dict[str, str]
    caller: str  # address that the call comes from
    values: dict[str, Any] = field(default_factory=dict)
    effect: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def settings(self) -> Settings:
        """The service's settings."""
        return self.world.settings

    @property
    def now(self) -> float:
        """Unix seconds in the simulated world."""
        return self.world.now()

    def shown(self, listing: Listing[Any]) -> dict[str, Any]:
        """What a list shows now: the truth of `lag` seconds ago."""
        return listing.shown(self.now, self.settings.lag)

    def remember(self, listing: Listing[Any], *names: str) -> None:
        """Announce a write to these rows, before it is done."""
        for name in names:
            listing.remember(name, self.now, self.settings.lag)

    def done(self, cost: float | None = None, order_id: str | None = None) -> None:
        """The write took effect: enter it in the ledger."""
        self.effect = True
        entry: dict[str, Any] = {
            "time": self.now,
            "account": self.account.name,
            "call": self.path,
            "params": dict(self.params),
        }
        if cost is not None:
            entry["cost"] = cost
        if order_id is not None:
            entry["order_id"] = order_id
        self.world.ledger.append(entry)
        self.world.version += 1
