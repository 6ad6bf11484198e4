# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError


def each_item(name: str, value: Any, function: Callable[[Any], Any]) -> Any:
    """Return ``function`` of the value or, for a list, of each of its items. Raises AnsibleFilterError."""
    try:
        if value is None or isinstance(value, (str, Mapping)):
            return function(value)
        return [function(one) for one in value]
    except (OptionError, TypeError) as error:
        raise AnsibleFilterError(f"thordata.proxies.{name}: {error}") from None
