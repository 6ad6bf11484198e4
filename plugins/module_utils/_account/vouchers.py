# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vouchers (CDK): prepaid traffic whose codes are as good as money (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import ensure_written
from ansible_collections.thordata.proxies.plugins.module_utils._account.purchase import Order, Purchase
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    CDK_INFO,
    CDK_LIST,
    CREATE_CDK,
    REVOKE_CDK,
    VOUCHER_STATUS,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text

_STATUS_NAMES = {str(code): name for name, code in VOUCHER_STATUS.items()}


# The documents do not say in which unit the API lists the traffic of a voucher; GB is likely. How many make a GB:
TRAFFIC_UNITS = {"GB": 1, "MB": 1024, "KB": 1024 * 1024}
TRAFFIC_UNIT_SPEC: dict[str, Any] = {"type": "str", "choices": list(TRAFFIC_UNITS)}
# The options that keep vouchers of one size in stock.
STOCK_SPEC: dict[str, Any] = {
    "traffic": {"type": "float"},
    "count": {"type": "int", "default": 1},
    "traffic_unit": TRAFFIC_UNIT_SPEC,
}
# What a voucher may be listed as, for each GB in it, where another unit is meant.
_OTHER_UNITS = (1000, 1024, 1000**2, 1024**2, 1000**3, 1024**3)
# Revocations, among the writes that lists may not show yet.
_REVOKED = "vouchers"


def voucher(row: Mapping[str, Any], unit: str | None = None) -> Item:
    """Return the API's row as an Ansible dict, its traffic in GB; the list does not have who used a voucher.

    ``unit``: of the API's number, GB if None.
    """
    status = str(row.get("status"))
    traffic = number(row.get("traffic"))
    return {
        "cdk": text(row.get("cdk")),
        "status": _STATUS_NAMES.get(status, status),
        "traffic": None if traffic is None else number(traffic / TRAFFIC_UNITS[unit or "GB"]),
        "traffic_duration": number(row.get("traffic_duration")),
        "create_time": number(row.get("create_time")),
        "use_username": text(row.get("use_username")),
        "use_time": number(row.get("use_time")) or None,
    }


def read_vouchers(client: Client, status: str | None = None, unit: str | None = None) -> list[Item]:
    """Return the vouchers of that status, or all; one request."""
    revoked = client.state.recent(_REVOKED)
    # A list of one status may not show yet that a voucher has left or joined it.
    asked = {"status": VOUCHER_STATUS[status]} if status and not revoked else {}
    vouchers = [_as_revoked(client, revoked, voucher(row, unit)) for row in client.call(CDK_LIST, **asked)]
    return [one for one in vouchers if status in (None, one["status"])]


def find_vouchers(client: Client, options: Mapping[str, Any]) -> list[Item]:
    """Return the voucher that ``cdk`` names, or all; only those of ``status`` where it is given."""
    status, code, unit = options["status"], options["cdk"], options["traffic_unit"]
    if code is None:
        return read_vouchers(client, status, unit)
    return [one for one in [read_voucher(client, code, unit)] if status in (None, one["status"])]


def read_voucher(client: Client, code: str, unit: str | None = None) -> Item:
    """Return one voucher, and who used it. Raises PlanError when the account does not have it."""
    one = voucher(client.call(CDK_INFO, cdk=code), unit)
    if one["cdk"] is None:
        raise PlanError("The account has no such voucher", "Check the option cdk")
    return _as_revoked(client, client.state.recent(_REVOKED), one)


def _as_revoked(client: Client, revoked: Mapping[str, Any], one: Item) -> Item:
    if revoked and client.state.fingerprint(one["cdk"]) in revoked:
        return {**one, "status": "revoked"}
    return one


def revoke(client: Client, code: str) -> bool:
    """Make an unused voucher worthless; return whether that changed something."""
    changed = ensure_written(
        client,
        lambda: client.call(REVOKE_CDK, cdk=code),
        lambda: read_voucher(client, code),
        lambda one: one["status"] == "revoked",
    )
    client.state.record(_REVOKED, {client.state.fingerprint(code): "revoked"})
    return changed


def revocable(one: Item) -> bool:
    """Return whether the voucher is still to be revoked. Raises PlanError for one that was used."""
    if one["status"] == "used":
        raise PlanError(f"The voucher was used by {one['use_username'] or 'somebody'} and cannot be revoked any more")
    return one["status"] != "revoked"


class Stock:
    """The unused vouchers of one size, ``traffic`` GB, and the purchase of those that are missing of ``count``.

    ``unused``: all unused vouchers as they were before the purchase. ``done``: what the result holds even if the task
    fails, which is the vouchers that the API sold and lists with another traffic.
    """

    def __init__(self, client: Client, options: Mapping[str, Any], done: dict[str, Any]) -> None:
        self.client = client
        self.traffic = number(options["traffic"]) or 0
        self.count = options["count"]
        self.unit = options["traffic_unit"]
        self.done = done
        self.unused: list[Item] = []
        if self.traffic <= 0 or self.count < 1:
            raise OptionError("traffic must be above 0 GB, and count at least 1")

    @property
    def vouchers(self) -> list[Item]:
        """Those of the size."""
        return [one for one in self.unused if one["traffic"] == self.traffic]

    def fetch(self) -> list[Item]:
        """Return all unused vouchers, as the API lists them now."""
        return read_vouchers(self.client, "unused", self.unit)

    def due(self, known: Purchases | None) -> list[Purchase]:
        """Return the purchase of what is missing, if anything is. Raises PlanError where that cannot be counted."""
        return self.lacks(self.fetch(), known)

    def lacks(self, unused: list[Item], known: Purchases | None) -> list[Purchase]:
        """Return what is to be bought where these are the unused vouchers. Raises PlanError as ``due`` does."""
        self.unused = unused
        missing = self.count - len(self.vouchers)
        if missing <= 0:
            return []
        _check_unit(self.unused, self.traffic, self.unit, known)
        what = f"{missing} {'voucher' if missing == 1 else 'vouchers'} of {self.traffic:g} GB"
        params = {"flow": self.traffic, "num": missing}

        def shows(current: Sequence[Item], data: Any) -> bool:
            return len(self._bought(current, data)) >= (len(_codes(data)) or missing)

        return [Purchase(what, CREATE_CDK, params, self.fetch, shows, self._check)]

    def _bought(self, current: Sequence[Item], data: Any) -> list[Item]:
        """Return the vouchers of the purchase: those that the API named, else all that came since."""
        codes = _codes(data) or {one["cdk"] for one in current} - {one["cdk"] for one in self.unused}
        return [one for one in current if one["cdk"] in codes]

    def _check(self, order: Order, known: Purchases) -> None:
        """Raise PlanError when the API lists what it sold with another traffic, so that no more is bought."""
        bought = self._bought(order.state or [], order.data)
        listed = next((one["traffic"] for one in bought if one["traffic"] != self.traffic), self.traffic)
        if listed == self.traffic:
            return
        self.done["created"] = [one["cdk"] for one in bought]
        raw = None if listed is None else listed * TRAFFIC_UNITS[self.unit or "GB"]
        if order.data:  # else they may be somebody else's
            known.misreads(f"{self.traffic:g}", raw)
        raise _misread(f"The API sold {order.what}, which", raw)

    def created(self, order: Order) -> list[Item]:
        """Return the vouchers of an order, also those that the list does not show yet."""
        listed = {one["cdk"]: one for one in self._bought(order.state or [], order.data)}
        sold = {"status": VOUCHER_STATUS["unused"], "traffic": self.traffic}
        return [listed.get(code) or voucher({"cdk": code, **sold}) for code in _codes(order.data) or listed]


def _codes(data: Any) -> Sequence[str]:
    """Return the codes that the answer to a purchase names; none where the answer is lost."""
    return (data or {}).get("cdk") or ()


def _check_unit(unused: Sequence[Item], traffic: float, unit: str | None, known: Purchases | None) -> None:
    """Raise PlanError when vouchers of ``traffic`` GB may be listed as something else, and would be bought for ever."""
    listed = known.misread.get(f"{traffic:g}", traffic) if known else traffic
    if listed is None or listed / TRAFFIC_UNITS[unit or "GB"] != traffic:
        raise _misread(f"An earlier purchase of vouchers of {traffic:g} GB", listed)
    sizes = {one["traffic"] for one in unused}
    if unit is not None or traffic in sizes:
        return
    for size in sizes:
        if size is None or any(size in (traffic * many, traffic / many) for many in _OTHER_UNITS):
            raise PlanError(
                f"The API lists an unused voucher with a traffic of {size}; that may be {traffic:g} GB in another unit",
                "Set traffic_unit to the unit of the list (GB if that is another voucher); nothing was bought",
            )


def _misread(what: str, listed: float | None) -> PlanError:
    """Return the error for vouchers that the API lists with another traffic than they were bought with."""
    return PlanError(
        f"{what} is listed by the API with a traffic of {listed}: what is in stock cannot be counted in this way",
        "Set traffic_unit to the unit of the list; nothing more is bought before that",
    )
