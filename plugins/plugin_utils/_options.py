# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of an inventory or lookup plugin to a client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleError
from ansible.module_utils.basic import missing_required_lib

from ansible_collections.thordata.proxies.plugins.module_utils import _transport
from ansible_collections.thordata.proxies.plugins.module_utils._client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError


def account(option: Callable[[str], Any]) -> Client:
    """Return the client of the account that the options name. Raises AnsibleError and OptionError."""
    if _transport.requests is None:
        raise AnsibleError(missing_required_lib("requests"))
    token = option("api_token")
    if not token:
        raise OptionError("api_token is not set", "Set it, or the environment variable THORDATA_PUBLIC_TOKEN")
    return Client(
        Settings(
            token=str(token),
            key=str(option("api_key")) if option("api_key") else None,
            url=option("api_url"),
            timeout=option("api_timeout"),
            retry_timeout=option("api_retry_timeout"),
            validate_certs=option("validate_certs"),
            ca_path=option("ca_path"),
        )
    )
