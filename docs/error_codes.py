# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the tables of error codes in the guide from the code: ``make tables``.

It replaces what stands between the comments ``table NAME`` and ``end of table NAME`` of the guide. Standard library and
the collection only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_errors.rst"
sys.path.insert(0, str(ROOT / ".build" / "collections"))

from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import CODES  # noqa: E402
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.probe import GATEWAY_CODES  # noqa: E402

# The codes of extract links have three digits, those of the API five.
SMALLEST_API_CODE = 1000

Row = tuple[str, str, str]


def tables() -> dict[str, list[Row]]:
    """Return the rows (code, meaning, what to do) of each table of the guide."""
    known = [(code, (str(code), one.meaning, one.advice)) for code, one in sorted(CODES.items())]
    return {
        "api": [row for code, row in known if code >= SMALLEST_API_CODE],
        "extract": [row for code, row in known if code < SMALLEST_API_CODE],
        "gateway": [(code, *text.split(": ", 1)) for code, text in sorted(GATEWAY_CODES.items())],
    }


def with_tables(guide: str) -> str:
    """Return the text of the guide with its tables written anew. Raises ValueError where a table has no place in it."""
    for name, rows in tables().items():
        begin, end = f".. table {name}\n\n", f".. end of table {name}\n"
        before, found_begin, rest = guide.partition(begin)
        _old, found_end, after = rest.partition(end)
        if not found_begin or not found_end:
            raise ValueError(f"{GUIDE.name} has no place for the table {name}")
        guide = f"{before}{begin}{table(rows)}\n{end}{after}"
    return guide


def table(rows: Iterable[Row]) -> str:
    """Return a table in reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
    for code, meaning, advice in [("Code", "Meaning", "What to do"), *rows]:
        first = code if code == "Code" else f"``{code}``"
        lines += [f"   * - {first}", f"     - {sentence(meaning)}", f"     - {sentence(advice)}"]
    return "\n".join(lines) + "\n"


def sentence(text: str) -> str:
    """Return ``text`` with a capital letter first, and the names of options and variables marked as such."""
    marked = re.sub(r"\b\w+_\w+\b", r"``\g<0>``", text)
    return marked[:1].upper() + marked[1:]


if __name__ == "__main__":
    GUIDE.write_text(with_tables(GUIDE.read_text("utf-8")), encoding="utf-8")
