# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vouchers (CDK): prepaid traffic whose codes are as good as money (contract, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._apply import certainly
from ansible_collections.thordata.proxies.plugins.module_utils._client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._endpoints import (
    CDK_INFO,
    CDK_LIST,
    REVOKE_CDK,
    VOUCHER_STATUS,
)
from ansible_collections.thordata.proxies.plugins.module_utils._errors import PlanError
from ansible_collections.thordata.proxies.plugins.module_utils._resources import Item, number, text

_STATUS_NAMES = {str(code): name for name, code in VOUCHER_STATUS.items()}


def voucher(row: Mapping[str, Any]) -> Item:
    """Return the API's row as an Ansible dict; the list says nothing of who used a voucher."""
    status = str(row.get("status"))
    return {
        "cdk": text(row.get("cdk")),
        "status": _STATUS_NAMES.get(status, status),
        "traffic": number(row.get("traffic")),
        "traffic_duration": number(row.get("traffic_duration")),
        "create_time": number(row.get("create_time")),
        "use_username": text(row.get("use_username")),
        "use_time": number(row.get("use_time")) or None,
    }


def read_vouchers(client: Client, status: str | None = None) -> list[Item]:
    """Return the vouchers of that status, or all; one request."""
    asked = {"status": VOUCHER_STATUS[status]} if status else {}
    vouchers = [voucher(row) for row in client.call(CDK_LIST, **asked)]
    return [one for one in vouchers if status in (None, one["status"])]


def read_voucher(client: Client, code: str) -> Item:
    """Return one voucher, and who used it. Raises PlanError when the account does not have it."""
    one = voucher(client.call(CDK_INFO, cdk=code))
    if one["cdk"] is None:
        raise PlanError("The account has no such voucher", "Check the option cdk")
    return one


def revoke(client: Client, code: str) -> bool:
    """Make an unused voucher worthless; return whether that changed something."""
    return certainly(
        client,
        lambda: client.call(REVOKE_CDK, cdk=code),
        lambda: read_voucher(client, code),
        lambda one: one["status"] == "revoked",
    )
