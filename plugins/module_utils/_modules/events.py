# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source ``account``, but for asyncio: its options, and one look at an account or at proxies."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from logging import Logger
from typing import Any, Callable, Dict, List

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins.module_utils._account import events, times
from ansible_collections.thordata.proxies.plugins.module_utils._account.difference import Difference
from ansible_collections.thordata.proxies.plugins.module_utils._account.drift import drift
from ansible_collections.thordata.proxies.plugins.module_utils._account.options import parse_traffic
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import read_account
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client
from ansible_collections.thordata.proxies.plugins.module_utils._api.state import Journal, State
from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import missing_requests
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._modules.account import ACCOUNT_SPEC, client_of
from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import explained, refusal
from ansible_collections.thordata.proxies.plugins.module_utils._modules.base import fault
from ansible_collections.thordata.proxies.plugins.module_utils._modules.role_variables import read_variables

Event = Dict[str, Any]
Look = Callable[[], List[Event]]
CHECKS_AT_ONCE = 20

# The options that are durations.
DURATIONS = ("interval", "repeat", "unreachable_after", "expires_within", "check_interval")
# The options in which two sources may differ that take over from each other what was told.
OF_ANY_SOURCE = {*ACCOUNT_SPEC, "interval", "repeat", "unreachable_after", "check_interval"}
SPEC: dict[str, Any] = {
    **ACCOUNT_SPEC,
    "account_name": {"type": "str"},
    "events": {"type": "list", "elements": "str", "choices": [*events.KINDS, *events.OTHERS]},
    "interval": {"type": "str", "default": "5m"},
    "repeat": {"type": "str", "default": "1d"},
    "unreachable_after": {"type": "str", "default": "15m"},
    "min_traffic_balance": {"type": "str"},
    "min_wallet_balance": {"type": "float"},
    "min_days_left": {"type": "float"},
    "near_limit": {"type": "float", "default": 90},
    "expires_within": {"type": "str", "default": "3d"},
    "declared": {"type": "path"},
    "proxies": {"type": "list", "elements": "raw", "no_log": True},
    "check_interval": {"type": "str", "default": "15m"},
    "check_url": {"type": "str", "default": "https://ipinfo.thordata.com"},
    "check_timeout": {"type": "float", "default": 15},
    "expect_country": {"type": "str"},
}


class StoppedError(ThordataError):
    """The source ends while a thread of it waits."""


class _Kept(events.Watch):
    """What was told, kept for a source with the same options that starts anew."""

    def __init__(self, state: State, what: str, account: str, options: Mapping[str, Any], repeat: float) -> None:
        super().__init__(account, repeat)
        about = {name: str(value) for name, value in options.items() if name not in OF_ANY_SOURCE}
        self._journal = Journal(state, f"{what}-{state.fingerprint(about)}")
        try:
            self.resume(self._journal.kept, time.monotonic() - self._journal.age)
        except (TypeError, ValueError):
            state.warn("What was told before cannot be read: all that holds is told anew")

    def keep(self) -> None:
        """Keep what was told, if that is more or less than before."""
        if self.changed:
            self._journal.keep(self.told(time.monotonic()))

    def close(self) -> None:
        """Let another source have it."""
        self._journal.close()


class EventSource:
    """Looks at an account, and knows which events are due. Its methods block, and each runs in one thread at a time.

    ``options``: as a rulebook gives them. ``log``: for what goes wrong. ``load`` returns the variables of a file, and
    ``check`` the results of proxies by their names. Raises OptionError for options that cannot work.
    """

    def __init__(
        self,
        options: Mapping[str, Any],
        log: Logger,
        load: Callable[[str], Any],
        check: Callable[[Mapping[str, Any]], Mapping[str, Mapping[str, Any]]],
    ) -> None:
        if missing_requests():
            raise ThordataError(missing_requests())
        self.options = _validated(options)
        self._log = log
        self._load = load
        self._check = check
        self._said: dict[str, str] = {}
        self._stopped = threading.Event()
        self._zone = times.zone(self.options["api_timezone"])
        seconds = {name: times.duration(name, self.options[name]) for name in DURATIONS}
        for name in ("interval", "check_interval"):
            if not seconds[name]:
                raise OptionError(f"{name} must be a second at least, not {self.options[name]}")
        self._interval, self._check_interval = seconds["interval"], seconds["check_interval"]
        self._unreachable_after = seconds["unreachable_after"]
        self._thresholds = {**self.options, **seconds, "min_traffic_balance": _min_traffic(self.options)}
        self._kinds = events.watched(self.options["events"], self.options)
        self._kinds_of_account = [kind for kind in self._kinds if kind in events.KINDS]
        if events.DRIFT in self._kinds:
            self._read_declared()  # so that a wrong file ends it at once
        state = self._client().state
        account = self.options["account_name"] or state.account
        # Each is used by one thread.
        self._account_watch = _Kept(state, "account", account, self.options, seconds["repeat"])
        self._proxies_watch = _Kept(state, "proxies", account, self.options, seconds["repeat"])
        self._failing_since: float | None = None

    @property
    def looks(self) -> list[tuple[int, Look, Callable[[], None]]]:
        """What is to be done again after how many seconds; it returns the events that are due.

        And what is to be called when they are sent, so that they are not sent again by a source that starts anew.
        """
        of_account = (self._interval, self.look_at_account, self._account_watch.keep)
        of_proxies = (self._check_interval, self.look_at_proxies, self._proxies_watch.keep)
        return [
            *([of_account] if set(self._kinds) != {events.PROXY_FAILING} else []),
            *([of_proxies] if events.PROXY_FAILING in self._kinds else []),
        ]

    def stop(self) -> None:
        """Let a thread that waits for its turn to call the API end, and another source take over what was told."""
        self._stopped.set()
        self._account_watch.close()
        self._proxies_watch.close()

    def look_at_account(self) -> list[Event]:
        """Read the account, each of its lists once, and return the events that are due. Raises StoppedError."""
        started = time.monotonic()
        try:
            found, kinds, unknown = self._read()
        except StoppedError:
            raise
        except Exception as error:
            return self._unreachable(error, started)
        if self._failing_since is not None:
            self._failing_since = None
            self._said.pop("unreachable", None)
            self._log.warning("The account can be read again")
        return self._account_watch.events(found, [*kinds, events.UNREACHABLE], time.monotonic(), unknown)

    def _read(self) -> tuple[list[events.Condition], list[str], set[tuple[str, str | None]]]:
        """Return what holds of the account, the kinds that were looked for, and what of them could not be."""
        declaration = self._declared_now()
        source = Source(self._client(), self._zone)
        account = read_account(source, events.parts_of(self._kinds))
        self._tell_unavailable(account["unavailable"])
        found = [*events.conditions(account, self._kinds_of_account, self._thresholds, times.now())]
        differences = None if declaration is None else self._drift(source, declaration)
        unknown = events.unseen(self._kinds_of_account, account["unavailable"])
        if differences is None:
            return found, self._kinds_of_account, unknown
        return [*found, *events.drifted(differences)], [*self._kinds_of_account, events.DRIFT], unknown

    def look_at_proxies(self) -> list[Event]:
        """Check the proxies, and return the events that are due. Raises ThordataError."""
        options = {
            **self.options,
            "timeout": self.options["check_timeout"],
            "concurrency": CHECKS_AT_ONCE,
            "fail_on": ["unreachable", "country"],
        }
        try:
            found = [*events.failing_proxies(self._check(options))]
        except ThordataError:
            raise
        except Exception as error:
            raise ThordataError(fault(error)) from None
        return self._proxies_watch.events(found, [events.PROXY_FAILING], time.monotonic())

    def _client(self) -> Client:
        """Return a client for one look, which may lose ``api_retry_timeout``."""
        client = client_of(self.options, self._log.info, lambda message: self._say(message, message))
        client.throttle.sleep = self._sleep
        return client

    def _sleep(self, seconds: float) -> None:
        if self._stopped.wait(seconds):
            raise StoppedError("The event source ends")

    def _unreachable(self, error: Exception, started: float) -> list[Event]:
        message = str(error) if isinstance(error, ThordataError) else fault(error)
        self._say("unreachable", f"The account could not be read: {message}")
        now = time.monotonic()
        if self._failing_since is None:
            self._failing_since = started
        seconds = now - self._failing_since
        if seconds < self._unreachable_after:
            return []
        found = [events.unreachable(message, seconds, self._unreachable_after)]
        return self._account_watch.events(found, [events.UNREACHABLE], now)

    def _tell_unavailable(self, unavailable: Mapping[str, str]) -> None:
        for name, reason in unavailable.items():
            self._say(f"without {name}", f"The account has no {name}, which is left out: {reason}")
        for key in [key for key in self._said if key.startswith("without ") and key[8:] not in unavailable]:
            del self._said[key]

    def _say(self, key: str, message: str) -> None:
        """Log a message once, until another one has the key."""
        if self._said.get(key) != message:
            self._said[key] = message
            self._log.warning("%s", message)

    def _read_declared(self) -> dict[str, Any]:
        return read_variables(self._load(self.options["declared"]), lambda message: self._say("templates", message))

    def _declared_now(self) -> dict[str, Any] | None:
        """Return what is declared, of a file that may have changed; None where it cannot be read."""
        if events.DRIFT not in self._kinds:
            return None
        try:
            declaration = self._read_declared()
        except ThordataError as error:
            self._say("declared", f"Drift is not looked for: {error}")
            return None
        self._said.pop("declared", None)
        return declaration

    def _drift(self, source: Source, declaration: Mapping[str, Any]) -> list[Difference] | None:
        """Return where the account is not as declared; None where the role would refuse what is declared."""
        try:
            found = drift(source, declaration, passwords=False)
        except OptionError as error:
            self._say("drift", f"Drift is not looked for: {error}")
            return None
        self._said.pop("drift", None)
        return found


def _validated(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with their defaults, and what the environment has of them. Raises OptionError."""
    given = {name: value for name, value in options.items() if value is not None}
    checked = ArgumentSpecValidator(SPEC).validate(given)
    if checked.error_messages:
        raise OptionError(explained(checked.errors.msg).rstrip("."))
    params: dict[str, Any] = checked.validated_parameters
    refused = refusal(SPEC, given, params)
    if refused:
        raise OptionError(refused["msg"].rstrip("."))
    if not 0 < params["near_limit"] < 100:
        raise OptionError(f"near_limit must be a percentage between 0 and 100, not {params['near_limit']:g}")
    return params


def _min_traffic(options: Mapping[str, Any]) -> float | None:
    if options["min_traffic_balance"] is None:
        return None
    try:
        return parse_traffic(options["min_traffic_balance"], "min_traffic_balance")
    except ValueError as error:
        raise OptionError(str(error)) from None
