# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules whose point is the host that they run on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._modules.arguments import masked
from ansible_collections.thordata.proxies.plugins.module_utils._modules.base import Module, guarded


class HostModule:
    """A module whose point is the host that it runs on; it has no action plugin.

    ``run`` takes the options and returns the result; it raises ThordataError for what the user must know.
    ``missing``: returns what the user reads where a library is missing on that host; nothing where all are there.
    """

    def __init__(
        self,
        run: Callable[[Mapping[str, Any]], dict[str, Any]],
        argument_spec: dict[str, Any],
        missing: Callable[[], str] = lambda: "",
        **constraints: Any,
    ) -> None:
        self.run = run
        self.argument_spec = argument_spec
        self.missing = missing
        self.constraints = constraints

    def main(self) -> None:
        """Run as an ordinary module."""
        module = Module(self.argument_spec, self.missing(), **self.constraints)
        invocation = {"module_args": masked(self.argument_spec, module.params)}
        module.leave({"changed": False, **guarded(lambda: self.run(module.params)), "invocation": invocation})
