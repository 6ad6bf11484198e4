# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task, or the entries of a set, to what is desired of each item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Field, Resource
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined


@dataclass(frozen=True)
class DesiredItem:
    """What a user declares of one item. ``fields`` holds what was given; ``on_create`` counts for a new item only."""

    key: str
    present: bool = True
    new_key: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    on_create: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The key that the item has in the end."""
        return self.new_key or self.key


def desired(resource: Resource, options: Mapping[str, Any]) -> DesiredItem:
    """Return what a module's options declare. Raise OptionError that names every option that breaks a rule."""
    problems: list[str] = []
    one = _desired(resource, options, problems)
    if problems:
        raise OptionError(f"Wrong options: {joined(problems, '; ')}")
    return one


def desired_items(resource: Resource, entries: Sequence[Mapping[str, Any]]) -> list[DesiredItem]:
    """Return what the entries of a set declare. Raise OptionError that names every entry that breaks a rule."""
    problems: list[str] = []
    all_of_them = []
    for position, entry in enumerate(entries, 1):
        found: list[str] = []
        all_of_them.append(_desired(resource, entry, found))
        problems += [f"entry {position} ({entry.get(resource.key.name)}): {problem}" for problem in found]
    if problems:
        raise OptionError(f"Wrong entries: {joined(problems, '; ')}", "Nothing was changed")
    return all_of_them


def _desired(resource: Resource, options: Mapping[str, Any], problems: list[str]) -> DesiredItem:
    def checked(one: Field, value: Any) -> Any:
        try:
            return one.parse(value)
        except ValueError as error:
            problems.append(str(error))
            return value

    given = {one.name: checked(one, options[one.name]) for one in resource.fields if options.get(one.name) is not None}
    present = options.get("state", "present") == "present"
    key = options[resource.key.name]
    if present or not key.strip():
        key = checked(resource.key, key)
    else:  # what the provider lists may be anything, and can be deleted
        with suppress(ValueError):
            key = resource.key.parse(key)
    new_key = options.get(f"new_{resource.key.name}")
    if new_key is not None:
        new_key = checked(resource.key, new_key)
    if new_key and not present:
        problems.append(f"new_{resource.key.name} goes with state=present only")
    late = [name for name in given if options.get(f"update_{name}") == "on_create"]
    on_create = {name: given.pop(name) for name in late}
    return DesiredItem(key, present, new_key if new_key != key else None, given, on_create)
