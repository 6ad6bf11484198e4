# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API sends is data, never a template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var

# Every template has a brace, unless a first line "#jinja2:" chooses other delimiters. Other strings stay as they are:
# older releases of ansible-inventory show each marked one as a dictionary.
_TEMPLATE = re.compile("[{}#]")


def make_unsafe(value: Any) -> Any:
    """Return ``value``, in which no string, and no key of a dictionary, is taken for a template.

    ansible-core 2.19 and newer take only those for templates that the user wrote; older ones need the mark.
    """
    if isinstance(value, Mapping):
        return {make_unsafe(key): make_unsafe(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [make_unsafe(one) for one in value]
    if isinstance(value, str) and _TEMPLATE.search(value):
        return wrap_var(value)
    return value
