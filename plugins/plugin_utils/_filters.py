# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.collections import is_iterable, is_string
from ansible.module_utils.common.text.converters import to_text

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError


def item_filter(name: str, function: Callable[..., Any], known: Sequence[str], nameless: int = 0) -> Callable[..., Any]:
    """Return the filter ``name``: it calls ``function`` with a value or, for a list, with each of its items.

    ``known``: the options that it takes, the first ``nameless`` of them without their names too. What it cannot do
    raises AnsibleFilterError.
    """

    def apply(value: Any, *unnamed: Any, **options: Any) -> Any:
        try:
            if len(unnamed) > nameless:
                raise OptionError("options need their names", f"The options are {', '.join(known)}")
            options = {**dict(zip(known, unnamed, strict=False)), **options}
            unknown = [option for option in options if option not in known]
            if unknown:
                raise OptionError(f"there is no option {', '.join(unknown)}", f"The options are {', '.join(known)}")
            given = {option: _plain(one) for option, one in options.items()}
            if isinstance(value, (str, Mapping)) or not is_iterable(value):
                return function(_plain(value), **given)
            return [_item(position, one, given) for position, one in enumerate(value, 1)]
        except OptionError as error:
            raise AnsibleFilterError(f"thordata.proxies.{name}: {error}") from None

    def _item(position: int, value: Any, given: Mapping[str, Any]) -> Any:
        try:
            return function(_plain(value), **given)
        except OptionError as error:
            raise OptionError(f"item {position}: {error.problem}", error.advice) from None

    return apply


def _plain(value: Any) -> Any:
    """Return a value as plain text where it is text, a vaulted variable too; in dictionaries as well."""
    if isinstance(value, str):
        return value
    if is_string(value):
        return to_text(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value
