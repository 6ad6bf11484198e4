# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The service as its callers meet it: the API with faults, answer shapes and log around it. Still without sockets."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any

from . import api
from .api import GatewayError, Incoming, Reply
from .contract import TOO_FREQUENT, Failure
from .faults import AFTER_EFFECT, Chosen, Rule
from .state import Request, World

JSON = "application/json"
HTML = "text/html"
TEXT = "text/plain"
PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>gateway</body></html>\n"
LOGIN_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>Log in</title></head>"
    '<body><form method="post"><input name="email"><input name="password" type="password"></form></body></html>\n'
)
TITLES = {
    302: "302 Found",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    429: "429 Too Many Requests",
    500: "500 Internal Server Error",
    502: "502 Bad Gateway",
    503: "503 Service Unavailable",
}

#: Outcomes that are failures of the API itself.
REFUSALS = ("throttle", "code")

WHOLE, CUT, DROPPED = "whole", "cut", "dropped"


@dataclass
class Delivery:
    """What goes over the wire: `whole`, `cut` in the middle, or nothing (`dropped`); `seconds` later."""

    status: int
    body: bytes
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    how: str = WHOLE
    seconds: float = 0.0


def page(status: int, **headers: str) -> Delivery:
    """An error page as gateways send them."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Delivery(status, PAGE.format(TITLES[status]).encode(), HTML, names)


def login_page() -> Delivery:
    """A page of something that is not the API, with status 200."""
    return Delivery(200, LOGIN_PAGE.encode(), HTML)


def handle(world: World, incoming: Incoming) -> Delivery:
    """Carry out one call, or let it fail as the fault rules want, and log it. The caller holds the world's lock."""
    chosen = world.faults.choose(incoming.method, incoming.path)
    reply: Reply | None = None
    rule = chosen.outcome
    try:
        if rule is not None and rule.action in REFUSALS:
            reply = api.find(incoming, world.settings).failure(Failure(rule.code or TOO_FREQUENT))
            delivery = _deliver(reply, incoming, chosen)
        elif rule is not None and rule.action not in AFTER_EFFECT:
            delivery = _instead(rule)
        else:
            endpoint = api.find(incoming, world.settings)
            reply = api.answer(world, endpoint, incoming)
            if rule is not None and rule.action == "code_after":
                failed = endpoint.failure(Failure(rule.code or TOO_FREQUENT))
                reply = dataclasses.replace(reply, document=failed.document, code=failed.code)
            delivery = _deliver(reply, incoming, chosen)
    except GatewayError as error:
        delivery = page(error.status, **({"Allow": error.allow} if error.allow else {}))
    delivery.seconds = chosen.seconds
    world.log.append(
        Request(
            time=world.now(),
            account=reply.account if reply else None,
            method=incoming.method,
            path=incoming.path,
            params=incoming.params,
            code=_logged_code(delivery, reply),
            status=None if delivery.how == DROPPED else delivery.status,
            effect=reply.effect if reply else False,
            fault=chosen.label(),
        )
    )
    return delivery


def _instead(rule: Rule) -> Delivery:
    """The outcome of a rule that keeps the call from the API altogether."""
    if rule.action == "drop_before":
        return Delivery(0, b"", how=DROPPED)
    if rule.action == "empty":
        return Delivery(200, b"")
    if rule.action == "html":
        return login_page()
    if rule.action == "redirect":
        return page(302, Location=rule.location)
    retry_after = {} if rule.retry_after is None else {"Retry_After": f"{rule.retry_after:g}"}
    return page(int(rule.action[-3:]), **retry_after)  # error_NNN and http_429


def _deliver(reply: Reply, incoming: Incoming, chosen: Chosen) -> Delivery:
    """The reply of the API, on a good way or a bad one."""
    if chosen.action == "drop_after":
        return Delivery(0, b"", how=DROPPED)
    if chosen.action == "error_502_after":
        return page(502)
    document = reply.document
    if chosen.shapes:
        document = _shaped(reply, incoming, chosen.shapes)
    delivery = Delivery(200, api.encode(document), TEXT if isinstance(document, str) else JSON)
    if chosen.action == "truncate":
        delivery.how = CUT
    return delivery


def _shaped(reply: Reply, incoming: Incoming, shapes: frozenset[str]) -> Any:
    """The same answer as another server might have written it."""
    document = reply.document
    if not isinstance(document, dict):
        return document
    document = dict(document)
    if "echo" in shapes and reply.code != api.SUCCESS:
        sent = json.dumps({**incoming.params, **incoming.credentials()})
        document["msg"] = f"{document['msg']}: {sent}"
    if "usual_envelope" in shapes and "status_code" in document:
        document = api.standard(None, document["status_code"], document["payload"], document["msg"])
    if "null_data" in shapes and document.get("data") == {}:
        document["data"] = None
    if "message_key" in shapes:
        document["message"] = document.pop("msg")
    if "null_lists" in shapes:
        document = _null_lists(document)
    if "strings" in shapes:
        document = _strings(document)
    return document


def _null_lists(value: Any) -> Any:
    """Empty lists become null."""
    if isinstance(value, dict):
        return {name: _null_lists(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_null_lists(item) for item in value] or None
    return value


def _strings(value: Any) -> Any:
    """Numbers and booleans become strings."""
    if isinstance(value, dict):
        return {name: _strings(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_strings(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


def _logged_code(delivery: Delivery, reply: Reply | None) -> int | None:
    if delivery.how != WHOLE:
        return None
    if delivery.status != 200:
        return delivery.status
    return reply.code if reply else None
