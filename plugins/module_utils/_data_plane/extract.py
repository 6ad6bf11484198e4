# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Extract links: lists of entry nodes for callers whose address is on the whitelist (docs/contract.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._api.endpoints import (
    EXTRACT_RESIDENTIAL,
    EXTRACT_UNLIMITED,
    SESSIONS,
)
from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import ApiError, NotFoundError
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.echo import ECHO_SPEC, egress_address
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import two_letters

DEFAULT_URL = "https://get-ip.thordata.net"

EXTRACT_SPEC: dict[str, Any] = {
    "account_name": {"type": "str", "required": True},
    "product": {"type": "str", "choices": ["residential", "unlimited"], "default": "residential"},
    "session": {"type": "str", "choices": list(SESSIONS), "default": "rotating"},
    "count": {"type": "int", "default": 1},
    "country": {"type": "str"},
    "servers": {"type": "str"},
    "allow_empty": {"type": "bool", "default": False},
    "extract_url": {"type": "str", "default": DEFAULT_URL},
    "timeout": {"type": "float", "default": 30},
    "retry_timeout": {"type": "float", "default": 30},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "use_proxy": ECHO_SPEC["use_proxy"],
    "services": ECHO_SPEC["services"],
}
NOT_WHITELISTED = 117
# The client speaks of the options of account modules; these are the same ones here.
OPTION_NAMES = {"api_url": "extract_url", "api_timeout": "timeout", "api_retry_timeout": "retry_timeout"}


def extract(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the nodes, each with ``host`` and ``port``; one request, and more only when it must wait.

    Raises OptionError, and what the client raises; NotFoundError for no nodes unless ``allow_empty``.
    """
    try:
        nodes = _nodes(options)
        if not nodes:
            raise NotFoundError("The extract link returned no proxy", "Ask for another country, or for less", code=114)
    except NotFoundError:
        if options["allow_empty"]:
            return []
        raise
    except ThordataError as error:
        if isinstance(error, ApiError) and error.code == NOT_WHITELISTED:
            error.advice = _whitelist_what(options)
        error.problem, error.advice = _renamed(error.problem), _renamed(error.advice)
        raise
    return nodes


def _nodes(options: Mapping[str, Any]) -> list[dict[str, Any]]:
    params = _params(options)
    try:
        settings = Settings(
            token=None,
            url=options["extract_url"],
            timeout=options["timeout"],
            retry_timeout=options["retry_timeout"],
            validate_certs=options["validate_certs"],
            ca_path=options["ca_path"],
            use_proxy=options["use_proxy"],
        )
    except OptionError as error:
        about_url = error.problem.startswith("api_url")
        raise OptionError(error.problem, f"The default is {DEFAULT_URL}" if about_url else error.advice) from None
    endpoint = EXTRACT_UNLIMITED if options["product"] == "unlimited" else EXTRACT_RESIDENTIAL
    return Client(settings).call(endpoint, **params)


def _renamed(text: str) -> str:
    return re.sub(r"\bapi_[a-z_]+\b", lambda found: OPTION_NAMES.get(found[0], found[0]), text)


def _whitelist_what(options: Mapping[str, Any]) -> str:
    """Return the advice to a caller that is not on the whitelist, with its address if an echo service returns it.

    The service is asked in the same way as the link was: it must see the address that the link saw.
    """
    echo = {name: options.get(name, one.get("default")) for name, one in ECHO_SPEC.items()}
    try:
        address = egress_address(echo)["ip"]
    except ThordataError:
        address = "its address"
    return f"Put {address} on the {options['product']} whitelist, and wait some seconds"


def _params(options: Mapping[str, Any]) -> dict[str, Any]:
    if not re.fullmatch(r"Thor[0-9]+", options["account_name"] or ""):
        raise OptionError("account_name must be Thor and digits, as the dashboard shows it")
    if options["count"] < 1:
        raise OptionError(f"count must be at least 1, not {options['count']}")
    params = {
        "td-customer": options["account_name"],
        "sesstype": SESSIONS[options["session"]],
        "number": options["count"],
    }
    if options["product"] == "unlimited":
        if not options["servers"] or options["country"]:
            raise OptionError("product=unlimited needs servers, the server's plan_name, and takes no country")
        return {**params, "servers": options["servers"].partition(".")[0]}
    if options["servers"]:
        raise OptionError("servers goes with product=unlimited only")
    if options["country"]:
        params["country"] = two_letters("country", options["country"])
    return params
