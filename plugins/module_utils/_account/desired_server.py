# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task to what is desired of an unlimited server, and what is to be bought and bound for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import Result, read
from ansible_collections.thordata.proxies.plugins.module_utils._account.desired import DesiredItem
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_usernames
from ansible_collections.thordata.proxies.plugins.module_utils._account.plan import DELETE, PurgeRules, plan
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase import Order, Purchase
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import (
    BOUND_USER,
    find,
    read_servers,
    renewal,
    restart,
    upgrade,
    wait_until_back,
)
from ansible_collections.thordata.proxies.plugins.module_utils._account.users import user_not_found
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import BANDWIDTHS, PACKAGES, SIZES
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError

# The options that declare one server, and what must hold between them.
SERVER_SPEC: dict[str, Any] = {
    "ins_id": {"type": "str"},
    "plan_name": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "restarted"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 300},
    "renew_for": {"type": "int", "choices": list(PACKAGES)},
    "renew_within": {"type": "str"},
    "bandwidth": {"type": "int", "choices": list(BANDWIDTHS)},
    "size": {"type": "str", "choices": list(SIZES)},
    "bound_users": {"type": "list", "elements": "str"},
    "unbound_users": {"type": "list", "elements": "str"},
    "purge_bound_users": {"type": "bool", "default": False},
    "purge_limit": {"type": "int", "default": 10},
}
SERVER_CONSTRAINTS: dict[str, Any] = {
    "mutually_exclusive": [("ins_id", "plan_name")],
    "required_one_of": [("ins_id", "plan_name")],
    "required_together": [("renew_for", "renew_within")],
}
# What a diff of a server shows.
DIFF_FIELDS = ("expiration_time", "bandwidth", "size", "bound_users")


class DesiredServer:
    """A server as the options of a task declare it; wrong options raise OptionError, before any request.

    ``before``: the server as it was first read; ``after``: as it is by now, or would be in check mode. ``bindings``:
    what is desired of its users.
    """

    def __init__(self, client: Client, options: Mapping[str, Any], zone: tzinfo) -> None:
        self.client = client
        self.options = options
        self.zone = zone
        self.within = _renew_within(options)
        self.bindings = _bindings(options)
        self.rules = _purge_rules(options)
        self.before: Item = {}
        self.after: Item = {}

    def fetch(self) -> list[Item]:
        """Return all servers, as the API lists them now."""
        return read_servers(self.client, self.zone)

    def due(self, _known: Purchases | None) -> list[Purchase]:
        """Return the renewal and the upgrade that the server lacks. Raises PlanError where they cannot be bought."""
        purchases = self.lacks(self.fetch())
        if purchases and self.rules.purge:  # what it refuses must be known before something is bought
            bound = read(self.client, BOUND_USER, self.before["plan_name"])
            plan(BOUND_USER, bound, self.bindings, self.rules)
        return purchases

    def lacks(self, servers: Sequence[Item]) -> list[Purchase]:
        """Return what is to be bought where these are the servers. Raises PlanError where it cannot be."""
        server = find(servers, self.options)
        offers = self._offers(server)
        self.before = self.before or server
        self.after = dict(server)
        for _purchase, change in offers:
            self.after.update(change)
        return [purchase for purchase, _change in offers]

    def _offers(self, server: Item) -> list[tuple[Purchase, Item]]:
        """Return the purchases that are due, each with what it changes."""
        upgraded = upgrade(server, self.options, self.fetch)
        renewed = None
        if self.options["renew_for"]:
            renewed = renewal(server, self.options["renew_for"], self.within, self.zone, self.fetch)
        return [offer for offer in (renewed, upgraded) if offer]

    def bought(self, order: Order) -> None:
        """Take over what the list showed after an order."""
        if order.state:
            self.after.update(find(order.state, self.options))

    @property
    def binds(self) -> bool:
        """Whether anything is declared of its users."""
        return self.options["bound_users"] is not None or self.options["unbound_users"] is not None

    def bound(self, result: Result) -> None:
        """Take over which users were bound before and are now. Raises the first error of one of them."""
        for outcome in result.outcomes:
            if isinstance(outcome.error, NotFoundError):
                raise user_not_found(self.client, outcome.error, "unlimited", outcome.change.key)
            if outcome.error:
                raise outcome.error
        before = set(result.current.items)
        kept = before.difference(change.key for change in result.plan.changes if change.action == DELETE)
        self.before["bound_users"] = sorted(before)
        self.after["bound_users"] = sorted(kept.union(one.key for one in self.bindings if one.present))

    def restart(self) -> None:
        """Restart the server, and wait for it with the option ``wait``."""
        restart(self.client, self.before, self.fetch)
        if self.options["wait"]:
            self.after.update(wait_until_back(self.client, self.before, self.fetch, self.options["wait_timeout"]))

    @property
    def diff(self) -> Item:
        """What a diff may show of the server afterwards."""
        restarted = {"restarted": True} if self.options["state"] == "restarted" else {}
        return {**{name: self.after[name] for name in DIFF_FIELDS if name in self.after}, **restarted}


def _renew_within(options: Mapping[str, Any]) -> int:
    """Return the seconds before the expiry in which a renewal is due."""
    if options["renew_for"] is None:
        return 0
    within = times.duration("renew_within", options["renew_within"])
    if within >= options["renew_for"] * 86400:
        raise OptionError(
            f"renew_for ({options['renew_for']} days) must be longer than renew_within ({options['renew_within']})",
            "Otherwise each run would buy again",
        )
    return within


def _bindings(options: Mapping[str, Any]) -> list[DesiredItem]:
    """Return what is desired of the users that the options name."""
    bound = parse_usernames("bound_users", options["bound_users"] or ())
    unbound = parse_usernames("unbound_users", options["unbound_users"] or ())
    return [*(DesiredItem(name) for name in bound), *(DesiredItem(name, present=False) for name in unbound)]


def _purge_rules(options: Mapping[str, Any]) -> PurgeRules:
    """Return whether users that no option names are unbound, and how many at most."""
    purge = options["purge_bound_users"] and options["bound_users"] is not None
    if purge and not options["bound_users"]:
        raise OptionError(
            "purge_bound_users with an empty bound_users would unbind every user",
            "Declare at least one, or name those to unbind in unbound_users; nothing was changed",
        )
    return PurgeRules(purge, options["purge_limit"])
