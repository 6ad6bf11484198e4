# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of others in the tree are what their projects published, and their licences are named."""

from __future__ import annotations

from pathlib import Path

import pytest
from libraries import FOLDER, LIBRARIES, checksum, escaped, published

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_is_unchanged(name):
    kept = (FOLDER / name).read_bytes()
    assert checksum(published(kept)) == LIBRARIES[name][2]
    assert escaped(published(kept)) == kept
    assert f"playbooks/files/{name}" in (ROOT / "REUSE.toml").read_text("utf-8")


def test_all_other_files_are_our_own():
    assert {path.name for path in FOLDER.iterdir()} == {*LIBRARIES, "report.css", "report.js"}


def test_nothing_that_a_playbook_wrote_is_in_its_folder():
    assert {path.suffix for path in FOLDER.parent.iterdir() if path.is_file()} == {".yml"}
