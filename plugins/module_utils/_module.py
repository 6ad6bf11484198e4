# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible and the core meet: argument specs, the run of a module, and the one place that fails."""

from __future__ import annotations

import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback

from ansible_collections.thordata.proxies.plugins.module_utils import _transport
from ansible_collections.thordata.proxies.plugins.module_utils._apply import Result, check_concurrency, converge, read
from ansible_collections.thordata.proxies.plugins.module_utils._client import DEFAULT_URL, Client, Settings
from ansible_collections.thordata.proxies.plugins.module_utils._errors import ApiError, NotFoundError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._pacing import Gate
from ansible_collections.thordata.proxies.plugins.module_utils._plan import CREATE, DELETE, UPDATE, Rules, diff
from ansible_collections.thordata.proxies.plugins.module_utils._purchase import (
    Order,
    Purchase,
    buy,
    check_funds,
    refuse,
    wait_for_earlier,
)
from ansible_collections.thordata.proxies.plugins.module_utils._resources import (
    USER_TYPES,
    Resource,
    Wish,
    some,
    there_are,
    wish,
    wishes,
)
from ansible_collections.thordata.proxies.plugins.module_utils._state import Purchases, State, default_folder
from ansible_collections.thordata.proxies.plugins.module_utils._times import zone

NOT_SHOWN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Parts of a result that hold names of users, or words of the collection about them.
NAMES = frozenset(("username", "bound_users", "outcomes"))

ACCOUNT_SPEC: dict[str, Any] = {
    "api_token": {
        "type": "str",
        "required": True,
        "no_log": True,
        "fallback": (env_fallback, ["THORDATA_PUBLIC_TOKEN"]),
    },
    "api_key": {"type": "str", "no_log": True, "fallback": (env_fallback, ["THORDATA_PUBLIC_KEY"])},
    "api_url": {"type": "str", "default": DEFAULT_URL, "fallback": (env_fallback, ["THORDATA_API_URL"])},
    "api_timeout": {"type": "float", "default": 30, "fallback": (env_fallback, ["THORDATA_API_TIMEOUT"])},
    "api_retry_timeout": {"type": "float", "default": 120, "fallback": (env_fallback, ["THORDATA_API_RETRY_TIMEOUT"])},
    "api_timezone": {"type": "str", "default": "UTC", "fallback": (env_fallback, ["THORDATA_API_TIMEZONE"])},
    "state_dir": {"type": "path", "fallback": (env_fallback, ["THORDATA_STATE_DIR"])},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}

PROXY_TYPE_SPEC: dict[str, Any] = {"type": "str", "choices": list(USER_TYPES), "default": "residential"}
STATE_SPEC: dict[str, Any] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
USER_SPEC: dict[str, Any] = {
    "state": STATE_SPEC,
    "username": {"type": "str", "required": True},
    "new_username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["always", "on_create"], "default": "always", "no_log": False},
    "traffic_limit": {"type": "str"},
    "enabled": {"type": "bool"},
}
SET_SPEC: dict[str, Any] = {
    "proxy_type": PROXY_TYPE_SPEC,
    "purge": {"type": "bool", "default": False},
    "purge_limit": {"type": "int", "default": 10},
    "protected": {"type": "list", "elements": "str", "default": []},
    "concurrency": {"type": "int", "default": 8},
    "on_error": {"type": "str", "choices": ["continue", "stop"], "default": "continue"},
}
MOST_AT_ONCE = 64
# What may become of an item that is not as declared.
CHANGED = ("created", "updated", "deleted")
COST_SPEC: dict[str, Any] = {
    "confirm_cost": {"type": "bool", "default": False},
    "min_wallet_balance": {"type": "float"},
}


@dataclass
class Task:
    """One task as a module's ``run`` sees it: its options, its mode, and the account.

    ``zone``: the time zone of the API's times. ``done``: what the result must tell even if the task fails later.
    """

    params: Mapping[str, Any]
    check_mode: bool
    diff_mode: bool
    client: Client
    zone: tzinfo
    notify: Callable[[str], None]
    warnings: list[str] = field(default_factory=list)
    done: dict[str, Any] = field(default_factory=dict)

    def warn(self, message: str) -> None:
        """Show ``message`` to the user as a warning of this task."""
        if message not in self.warnings:
            self.warnings.append(message)

    def declare_one(self, resource: Resource, result_key: str) -> dict[str, Any]:
        """Make the one item that the options declare true; a list of one through the core of the sets."""
        one = wish(resource, self.params)
        outcome = self.converge(resource, [one])
        self._warn_of_doubts(resource, [one], outcome)
        item = outcome.items[one.key]
        result: dict[str, Any] = {"changed": outcome.changed, result_key: resource.public(item) if item else None}
        if self.diff_mode:
            result["diff"] = next(iter(diff(resource, outcome.plan.changes)), {"before": {}, "after": {}})
        if outcome.errors:
            result.update(failure(outcome.errors[0]))
        return result

    def declare_all(
        self,
        resource: Resource,
        entries: Sequence[Mapping[str, Any]],
        result_key: str,
        protected: Callable[[str], bool],
    ) -> dict[str, Any]:
        """Make the whole set of ``entries`` true, and purge the others if that is asked; many changes at a time."""
        options = self.params
        concurrency = options["concurrency"]
        check_concurrency(concurrency, MOST_AT_ONCE)
        declared = wishes(resource, entries)
        rules = Rules(options["purge"], options["purge_limit"], protected=protected)
        stop = options["on_error"] == "stop"
        result = self.converge(
            resource, declared, rules=rules, concurrency=concurrency, stop_on_error=stop, notify=self.notify
        )
        self._warn_of_doubts(resource, declared, result)
        items = result.items
        what = outcomes(result)
        counts = Counter(what.values())
        kept = [item for one in declared for item in [items[one.key]] if item]
        remaining = result.have.remaining_limit
        told: dict[str, Any] = {
            "changed": result.changed,
            result_key: [resource.public(item) for item in kept],
            "outcomes": what,
            "summary": {name: counts[name] for name in (*CHANGED, "unchanged", "failed")},
            "failed_items": [
                *(
                    {resource.key.name: key, **_reason(outcome.error)}
                    for key, outcome in result.by_key.items()
                    if outcome.error
                ),
                *({resource.key.name: change.wish.key, "msg": "Not tried"} for change in result.skipped),
            ],
            "slots": {
                "limit": result.have.limit,
                "remaining_limit": None if remaining is None else remaining - counts["created"] + counts["deleted"],
            },
        }
        self._tell(resource, what)
        if self.diff_mode:
            told["diff"] = diff(resource, result.plan.changes)
        if result.errors:
            told.update(_failed(resource, result, counts))
        return told

    def _warn_of_doubts(self, resource: Resource, wishes: Sequence[Wish], result: Result) -> None:
        """Warn of what is valid, or true, and yet may not be what the user means."""
        doubts = []
        for one in wishes:
            if one.present:
                doubts.append(resource.doubt(one.key))
            elif one.key not in result.have.items:
                try:
                    resource.key.given(one.key)
                except ValueError as error:
                    doubts.append(f"{error}, and there is no such {resource.noun}")
        if any(doubts):
            self.warn(some(filter(None, doubts), "; "))

    def _tell(self, resource: Resource, what: Mapping[str, str]) -> None:
        """Say in one line which items of a set changed: Ansible itself shows no more than that something did."""
        changed = {word: [key for key, one in what.items() if one == word] for word in CHANGED}
        parts = [f"{len(keys)} {word} ({some(keys, most=5)})" for word, keys in changed.items() if keys]
        if parts:
            mode = ", if this were no check" if self.check_mode else ""
            self.notify(f"{self.params['proxy_type']} {resource.nouns}: {some(parts)}{mode}")

    def unknown(self, error: NotFoundError, resource: Resource, scope: str, wanted: str) -> NotFoundError:
        """Return ``error`` with what there is in place of what it did not find; the provider may have renamed it."""
        with suppress(ThordataError):
            error.advice = f"{error.advice}; there are: {there_are(wanted, read(self.client, resource, scope).items)}"
        return error

    def converge(self, resource: Resource, wishes: Sequence[Wish], scope: str | None = None, **how: Any) -> Result:
        """Read, plan and, unless in check mode, apply; in the list of ``proxy_type`` unless ``scope`` is given."""
        scope = scope or self.params["proxy_type"]
        return converge(self.client, resource, scope, wishes, check_mode=self.check_mode, **how)

    def result(self, before: Mapping[str, Any], after: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return the result ``more``, in diff mode with what differs between ``before`` and ``after``."""
        if not self.diff_mode:
            return more
        names = [name for name in after if before.get(name) != after[name]]
        sides = {"before": before, "after": after}
        return {**more, "diff": {side: {name: had.get(name) for name in names} for side, had in sides.items()}}

    def buy(self, due: Callable[[Purchases | None], Sequence[Purchase]]) -> list[Order]:
        """Make the purchases that are ``due`` by the state that it reads, and record them in ``done``.

        ``due`` is also given what is known of earlier purchases, while nobody else can buy; None at the first look.
        Check mode returns what they would be. Raises PlanError, before any of them, without ``confirm_cost``.
        """
        least = self.params["min_wallet_balance"]
        self.done.update(changed=False, orders=[])
        todo = due(None)
        if not todo:
            return []
        if self.check_mode or not self.params["confirm_cost"]:
            if least is not None:
                check_funds(self.client, least)
            if not self.check_mode:
                raise refuse(todo)
            self.done.update(changed=True, orders=[Order(one.what).result for one in todo])
            return []
        orders = []
        with self.client.state.purchases(self.notify) as known:
            wait_for_earlier(self.client, known, self.notify)
            for purchase in due(known):  # anew: another task may have bought it meanwhile
                orders.append(buy(self.client, purchase, known, least, self.warn))
                self.done.update(changed=True, orders=[one.result for one in orders])
                purchase.check(orders[-1], known)
        return orders


def outcomes(result: Result) -> dict[str, str]:
    """Return what became of each item of a set, or would become of it: created, updated, deleted, unchanged, failed.

    Changes that were not tried any more count as failed.
    """
    words = dict(zip((CREATE, UPDATE, DELETE), CHANGED, strict=True))
    what = dict.fromkeys(result.plan.items, "unchanged")
    what.update((change.wish.key, words[change.action]) for change in result.plan.changes)
    for key, outcome in result.by_key.items():
        if outcome.error:
            what[key] = "failed"
        elif not outcome.changed:
            what[key] = "unchanged"
    what.update((change.wish.key, "failed") for change in result.skipped)
    return what


def _failed(resource: Resource, result: Result, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return what a task says whose set is not as declared, or not all of it."""
    reasons = some(dict.fromkeys(error.problem for error in result.errors), "; ", most=5)
    left = f", {len(result.skipped)} of them were not tried after that" if result.skipped else ""
    done = sum(counts[name] for name in CHANGED)
    first = result.errors[0]
    message = (
        f"{counts['failed']} of {counts['failed'] + done} changes of {resource.nouns} failed{left}: {reasons}."
        f" {done} were made. {first.advice + '. ' if first.advice else ''}Run the task again to make the rest."
    )
    return {**failure(first), "msg": message}


def failure(error: ThordataError) -> dict[str, Any]:
    """Return what a failed task says: one message, and the API's own code where it gave one."""
    return {"failed": True, **_reason(error)}


def _reason(error: ThordataError) -> dict[str, Any]:
    return {"msg": str(error), **({"api_code": error.code} if isinstance(error, ApiError) else {})}


# Options that mean a name or a code. YAML reads NO, on, 123456 and 0123456 (octal) without quotes as something else.
WORDS = frozenset(
    (
        *("username", "new_username", "usernames", "bound_users", "unbound_users", "protected", "password"),
        *("country", "state", "expect_country", "account_name", "servers", "ins_id", "plan_name", "ip", "ips"),
        *("cdk", "api_token", "api_key"),
    )
)


def unquoted(spec: Mapping[str, Any], given: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """Yield what is wrong with the options that mean a word and are ``given`` as a boolean or a number.

    What they were before YAML read them cannot be told any more.
    """
    for name, option in spec.items():
        values = given[name] if isinstance(given.get(name), list) else [given.get(name)]
        for position, value in enumerate(values, 1):
            path = f"{where}{name}" if len(values) == 1 else f"{where}{name}[{position}]"
            if isinstance(value, Mapping):
                yield from unquoted(option.get("options") or dict.fromkeys(value, {}), value, f"{path}.")
            elif name in WORDS and option.get("type") != "bool" and "choices" not in option and _is_no_word(value):
                kind = "a boolean" if str(value) in ("True", "False") else "a number"
                shown = "" if option.get("no_log") else f" ({value})"
                yield (
                    f"{path} must be a word, and is {kind}{shown}: put it in quotes, since YAML takes NO or off for a"
                    " boolean, and 0123 for another number"
                )


def _is_no_word(value: Any) -> bool:
    # ansible-core before 2.19 makes strings of what comes out of a template.
    return isinstance(value, (bool, int, float)) or value in ("True", "False")


def refusal(spec: Mapping[str, Any], given: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task says whose ``given`` options are not the words that they were meant to be; else nothing."""
    problems = list(unquoted(spec, given))
    if not problems:
        return {}
    return {"failed": True, "msg": some(problems, "; "), "invocation": {"module_args": masked(spec, params)}}


class _Module(AnsibleModule):
    def _load_params(self) -> None:
        super()._load_params()
        self.given = dict(self.params)

    def _log_invocation(self) -> None:
        """Keep the options out of the host's syslog: masking thousands of secrets there takes quadratic time."""

    def refuse_unquoted(self, spec: Mapping[str, Any]) -> None:
        """Fail where an option is not the word that it was meant to be."""
        refused = refusal(spec, self.given, self.params)
        if refused:
            self.leave(refused)

    def leave(self, result: dict[str, Any]) -> None:
        """End with a result that holds no secret; AnsibleModule would mask parts of words, in quadratic time."""
        self.no_log_values: set[str] = set()
        for warning in result.pop("warnings", []):
            self.warn(warning)
        if result.get("failed"):
            self.fail_json(**result)
        self.exit_json(**result)


class AccountModule:
    """A module that works on an account; the same declaration runs in the controller's process and as a module.

    ``run`` takes a Task and returns the result; it raises ThordataError for what the user must be told.
    """

    def __init__(
        self, run: Callable[[Task], dict[str, Any]], argument_spec: dict[str, Any], **constraints: Any
    ) -> None:
        self.run = run
        self.argument_spec = {**argument_spec, **ACCOUNT_SPEC}
        self.constraints = constraints

    def main(self) -> None:
        """Run as an ordinary module."""
        module = _Module(self.argument_spec, supports_check_mode=True, **self.constraints)
        if _transport.requests is None:
            module.fail_json(msg=_transport.missing_requests())
        module.refuse_unquoted(self.argument_spec)
        module.leave(self.execute(module.params, module.check_mode, module._diff, module.debug))

    def execute(
        self,
        params: dict[str, Any],
        check_mode: bool,
        diff_mode: bool,
        notify: Callable[[str], None],
        task: str | None = None,
    ) -> dict[str, Any]:
        """Return the task's result for validated options, scrubbed of every secret among them.

        ``task``: what the items of one loop have in common; they share ``api_retry_timeout``.
        """
        done: dict[str, Any] = {}
        warnings: list[str] = []

        def run() -> dict[str, Any]:
            settings = Settings(
                token=params["api_token"],
                key=params["api_key"] or None,
                url=params["api_url"],
                timeout=params["api_timeout"],
                retry_timeout=params["api_retry_timeout"],
                validate_certs=params["validate_certs"],
                ca_path=params["ca_path"],
            )
            state = State(settings.account, params["state_dir"] or default_folder(), warn=warnings.append)
            client = Client(settings, _gate(settings, state, notify, task), state)
            where = zone(params["api_timezone"])
            running = Task(params, check_mode, diff_mode, client, where, notify, warnings, done)
            if settings.unencrypted:
                running.warn("api_url is http: the token crosses the network in clear text")
            return self.run(running)

        result = guarded(run)
        if warnings:
            result["warnings"] = list(dict.fromkeys(warnings))
        secrets = set(secret_values(self.argument_spec, params)) - set(open_values(self.argument_spec, params))
        return {
            "changed": False,
            **scrub({**done, **result}, secrets),
            "invocation": {"module_args": masked(self.argument_spec, params)},
        }


_gates: dict[tuple[str | None, Settings], Gate] = {}


def _gate(settings: Settings, state: State, notify: Callable[[str], None], task: str | None) -> Gate:
    """Return the gate of a task: the same one for all items of its loop, which run one after another in one process."""
    gate = _gates.get((task, settings)) if task else None
    if gate is None:
        gate = Gate(settings.retry_timeout, state, notify=notify)
        _gates.clear()  # the task before is over
        _gates[task, settings] = gate
    gate.exhausted = False
    return gate


class HostModule:
    """A module whose point is the host that it runs on; it has no action plugin.

    ``run`` takes the options and returns the result; it raises ThordataError for what the user must be told.
    ``libraries``: what it needs there (requests, if anything), with its module or None where it is missing.
    """

    def __init__(
        self,
        run: Callable[[Mapping[str, Any]], dict[str, Any]],
        argument_spec: dict[str, Any],
        libraries: Mapping[str, Any] | None = None,
        **constraints: Any,
    ) -> None:
        self.run = run
        self.argument_spec = argument_spec
        self.libraries = libraries or {}
        self.constraints = constraints

    def main(self) -> None:
        """Run as an ordinary module."""
        module = _Module(self.argument_spec, supports_check_mode=True, **self.constraints)
        if None in self.libraries.values():
            module.fail_json(msg=_transport.missing_requests())
        module.refuse_unquoted(self.argument_spec)
        invocation = {"module_args": masked(self.argument_spec, module.params)}
        module.leave({"changed": False, **guarded(lambda: self.run(module.params)), "invocation": invocation})


def guarded(run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return the result of ``run``, or what a failed task says: one sentence, whatever was raised."""
    try:
        return run()
    except ThordataError as error:
        return failure(error)
    except Exception as error:
        return _fault(error)


def _fault(error: Exception) -> dict[str, Any]:
    """Return what a task says that met a bug: where in this collection, and the trace, which is shown with -vvv.

    Neither quotes the text of an exception, which may hold a secret.
    """
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((one for one in reversed(frames) if "/thordata/proxies/plugins/" in one.filename), frames[-1])
    where = f"{type(error).__name__} at {frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return {
        "failed": True,
        "msg": f"thordata.proxies met a fault of its own: {where}. Please report it, with the trace that -vvv shows.",
        "exception": _trace(error),
    }


def _trace(error: BaseException) -> str:
    cause = error.__cause__ or error.__context__
    frames = "".join(traceback.format_tb(error.__traceback__))
    kind = f"{type(error).__name__} (its text is left out, since it may quote a secret)"
    return f"{_trace(cause) if cause else ''}Traceback (most recent call last):\n{frames}{kind}\n"


def secret_values(spec: Mapping[str, Any], params: Mapping[str, Any]) -> Iterable[str]:
    """Yield the values of all no_log options, those of suboptions too."""
    for name, option in spec.items():
        value = params.get(name)
        if value is None:
            continue
        if option.get("no_log"):
            yield str(value)
        elif "options" in option:
            for one in value if isinstance(value, list) else [value]:
                yield from secret_values(option["options"], one)


def open_values(spec: Mapping[str, Any], params: Mapping[str, Any]) -> Iterable[str]:
    """Yield the strings that the options show openly, and the empty one: masking them would hide nothing.

    A password that is the name of a user, or a word such as ``mobile``, must not garble the result.
    """
    yield ""
    for name, option in spec.items():
        if not option.get("no_log"):
            yield from _strings(option, params.get(name))


def _strings(option: Mapping[str, Any], value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from open_values(option.get("options") or dict.fromkeys(value, {}), value)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(option, one)


def masked(spec: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with the value of each no_log option replaced, however short it is."""

    def shown(name: str, value: Any) -> Any:
        option = spec.get(name, {})
        if option.get("no_log") and value is not None:
            return NOT_SHOWN
        if "options" in option and value is not None:
            below = option["options"]
            return [masked(below, one) for one in value] if isinstance(value, list) else masked(below, value)
        # A URL with credentials is refused, and must not be shown all the same.
        return re.sub(r"//[^/]*@", "//********@", value) if isinstance(value, str) else value

    return {name: shown(name, value) for name, value in params.items()}


def scrub(value: Any, secrets: set[str]) -> Any:
    """Return a result with every string that is a secret replaced, in linear time. Parts of words stay as they are.

    So do the names of users, since a password may be the name of another user.
    """
    if isinstance(value, str):
        return NOT_SHOWN if value in secrets else value
    if isinstance(value, Mapping):
        return {key: one if key in NAMES else scrub(one, secrets) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [scrub(one, secrets) for one in value]
    return value
