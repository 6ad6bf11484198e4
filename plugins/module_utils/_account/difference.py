# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a difference between an account and its declaration is. Pure."""

from __future__ import annotations

from typing import Any, Dict

# ``text`` is one line about ``item``, which is ``name`` in a ``part`` of the account, and there of a product
# (``proxy_type``, None where the part has none). ``how`` it differs is one of those below. ``current`` and ``declared``
# hold what differs, without secrets; None where there is no such item, or should be none.
Difference = Dict[str, Any]
# There is none, it has other properties, it should not be there, and: it cannot be made as declared.
MISSING, DIFFERENT, UNDECLARED, IMPOSSIBLE = "missing", "different", "undeclared", "impossible"
