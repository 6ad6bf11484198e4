# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exceptions of the collection, and what each error code of the API means (docs/contract.md, sections 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError


class TransportError(ThordataError):
    """No answer of the API arrived.

    ``lost``: the request may have taken effect. ``tries``: how often a call may be sent again for this reason;
    None where only time decides. ``retry_after``: seconds, where the answer names them.
    """

    def __init__(
        self, problem: str, advice: str = "", *, lost: bool, tries: int | None, retry_after: float | None = None
    ) -> None:
        super().__init__(problem, advice)
        self.lost = lost
        self.tries = tries
        self.retry_after = retry_after


class NotOfferedError(TransportError):
    """The account or the edition of the API seems not to have this call."""


class ApiError(ThordataError):
    """The API refused a call. ``code`` is the API's own code."""

    def __init__(self, problem: str, advice: str = "", *, code: int) -> None:
        super().__init__(problem, advice)
        self.code = code


class CredentialsError(ApiError):
    """The token or the key is wrong: no other call of the account can succeed either."""


class ThrottledError(ApiError):
    """The API asks to try later; the call did nothing. ``retry_after``: seconds, where the answer names them."""

    def __init__(self, problem: str, advice: str = "", *, code: int, retry_after: float | None = None) -> None:
        super().__init__(problem, advice, code=code)
        self.retry_after = retry_after


class ExistsError(ApiError):
    """What a call would create is there."""


class NotFoundError(ApiError):
    """What a call names is not there."""


@dataclass(frozen=True)
class Code:
    """What an error code means, what to do about it, the exception that it becomes, and how long to wait (seconds).

    ``certain``: whether a call that was refused with it did nothing.
    """

    meaning: str
    advice: str
    error: type[ApiError] = ApiError
    retry_after: float | None = None
    certain: bool = True


CHECK_TOKEN = "Check api_token, or the environment variable THORDATA_PUBLIC_TOKEN"

CODES = {
    111: Code("called again within 2 seconds", "Try later, or raise retry_timeout", ThrottledError, 2.0),
    114: Code("no proxy found", "Ask for another country, or for less", NotFoundError),
    117: Code("the address of the caller is not on the whitelist", "Put it on the whitelist, and wait some seconds"),
    118: Code(
        "account abnormal, or its name is wrong", "Check account_name: Thor and digits, as the dashboard shows it"
    ),
    121: Code("the package has expired", "Renew it in the dashboard"),
    10000: Code("parameter error", "Check the options of the task"),
    10001: Code("wrong duration", "Check the duration"),
    10002: Code("wrong region information", "Check the region"),
    10003: Code("wrong number", "Check the number"),
    10004: Code("region unknown or offline", "Choose another region"),
    10005: Code("not enough stock", "Ask for less, or try another region"),
    10006: Code("wrong price", "Look at the offer in the dashboard"),
    10007: Code("this address cannot be renewed", "Buy a new one"),
    10008: Code("wallet balance too low", "Top up the wallet in the dashboard"),
    10009: Code("purchase failed", "Try again later, or buy it in the dashboard", certain=False),
    10010: Code("the address does not exist", "Check the address and proxy_type", NotFoundError),
    10011: Code("requests too frequent", "Try later, or raise api_retry_timeout", ThrottledError),
    10012: Code("over the limit of a single purchase", "Buy in smaller parts"),
    10013: Code("wrong token", CHECK_TOKEN, CredentialsError),
    10014: Code("wrong key", "Check api_key, or the environment variable THORDATA_PUBLIC_KEY", CredentialsError),
    10015: Code("the username breaks the rule", "Use 6 to 15 ASCII letters and digits"),
    10016: Code("the password breaks the rule", "Use 6 to 15 ASCII letters and digits, the first of them a letter"),
    10017: Code("recharge first", "Recharge the account in the dashboard"),
    10018: Code("the username exists", "Choose another name", ExistsError),
    10019: Code("over the maximum quantity", "Delete what is not needed, or ask the provider for a higher limit"),
    10020: Code("the username does not exist", "Check the name and proxy_type", NotFoundError),
    10021: Code("the range is over 180 days", "Ask for a shorter range"),
    10047: Code("token error", CHECK_TOKEN, CredentialsError),  # on no page, but what a live account answers
}
# A code that the contract does not name.
UNKNOWN_CODE = Code("", "Look the code up in the provider's documentation", certain=False)


def may_have_happened(error: TransportError | ApiError) -> bool:
    """Return whether a write that failed with this error may have taken effect."""
    if isinstance(error, ApiError):
        return not CODES.get(error.code or 0, UNKNOWN_CODE).certain
    return error.lost
