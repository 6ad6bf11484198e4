# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vouchers (CDK): prepaid traffic whose codes are as good as money (docs/contract.md, section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.apply import ensure_written
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    CDK_INFO,
    CDK_LIST,
    REVOKE_CDK,
    VOUCHER_STATUS,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Purchases
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._common.reading import number, text

_STATUS_NAMES = {str(code): name for name, code in VOUCHER_STATUS.items()}


# The documents do not say in which unit the API lists the traffic of a voucher; GB is likely. How many make a GB:
TRAFFIC_UNITS = {"GB": 1, "MB": 1024, "KB": 1024 * 1024}
TRAFFIC_UNIT_SPEC: dict[str, Any] = {"type": "str", "choices": list(TRAFFIC_UNITS)}
# What a voucher may be listed as, for each GB in it, where another unit is meant.
_OTHER_UNITS = (1000, 1024, 1000**2, 1024**2, 1000**3, 1024**3)
# Revocations, among the writes that lists may not show yet.
_REVOKED = "vouchers"


def voucher(row: Mapping[str, Any], unit: str | None = None) -> Item:
    """Return the API's row as an Ansible dict, its traffic in GB; the list says nothing of who used a voucher.

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


def check_unit(unused: Sequence[Item], traffic: float, unit: str | None, known: Purchases | None) -> None:
    """Raise PlanError when vouchers of ``traffic`` GB may be listed as something else, and would be bought for ever."""
    listed = known.misread.get(f"{traffic:g}", traffic) if known else traffic
    if listed is None or listed / TRAFFIC_UNITS[unit or "GB"] != traffic:
        raise misread(f"An earlier purchase of vouchers of {traffic:g} GB", listed)
    sizes = {one["traffic"] for one in unused}
    if unit is not None or traffic in sizes:
        return
    for size in sizes:
        if size is None or any(size in (traffic * many, traffic / many) for many in _OTHER_UNITS):
            raise PlanError(
                f"The API lists an unused voucher with a traffic of {size}; that may be {traffic:g} GB in another unit",
                "Set traffic_unit to the unit of the list (GB if that is another voucher); nothing was bought",
            )


def misread(what: str, listed: float | None) -> PlanError:
    """Return the error for vouchers that the API lists with another traffic than they were bought with."""
    return PlanError(
        f"{what} is listed by the API with a traffic of {listed}: what is in stock cannot be counted in this way",
        "Set traffic_unit to the unit of the list; nothing more is bought before that",
    )
