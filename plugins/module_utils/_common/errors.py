# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The exceptions that every layer may raise."""

from __future__ import annotations


class ThordataError(Exception):
    """Anything that the user must know. Its text is whole sentences: what was asked, what went wrong, what to do.

    ``code`` is the API's own, where it gave one.
    """

    code: int | None = None

    def __init__(self, problem: str, advice: str = "") -> None:
        self.problem = problem
        self.advice = advice
        super().__init__(problem, advice)

    def __str__(self) -> str:
        return " ".join(f"{sentence}." for sentence in (self.problem, self.advice) if sentence)


class OptionError(ThordataError):
    """An option breaks a rule; found before any request."""


class PlanError(ThordataError):
    """The declared state cannot be reached from the state that the API lists; found before any write."""
