# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries of others that the page of the playbook ``report`` embeds: ``make libraries`` fetches them anew.

They are files of npm packages at fixed versions, unchanged but for ``ESCAPES``; a rule compares their checksums.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "playbooks" / "files"
# By file: the package, the path in it, and the SHA-256 of the file.
LIBRARIES = {
    "chart.umd.js": (
        "chart.js@4.4.9",
        "dist/chart.umd.js",
        "de315773454b6076b63990bfa05ce5155a37f71992c87d7bb5f9a2ea698697ef",
    ),
    "dataTables.min.js": (
        "datatables.net@3.1.5",
        "js/dataTables.min.js",
        "38017a5586acd9c6eb6bbfe8b6938e1a25bdc717c5acfcb07e0c9d663282c59d",
    ),
}
# What ansible-test refuses in any file, by what means the same in a string of JavaScript.
ESCAPES = {rf"\u{number:04x}": chr(number) for number in (0x2018, 0x2019, 0x201C, 0x201D)}


def escaped(content: bytes) -> bytes:
    """Return a file as it is kept."""
    text = content.decode()
    for escape, character in ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()


def published(content: bytes) -> bytes:
    """Return a file that is kept as its project published it."""
    text = content.decode()
    for escape, character in ESCAPES.items():
        text = text.replace(escape, character)
    return text.encode()


def checksum(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(content).hexdigest()


def fetch(package: str, path: str) -> bytes:
    """Return a file of an npm package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            member = packed.extractfile(f"package/{path}")
            assert member is not None
            return member.read()


def main() -> int:
    """Write the files; return an exit code."""
    for name, (package, path, expected) in LIBRARIES.items():
        content = fetch(package, path)
        if checksum(content) != expected:
            print(f"{name}: {package} holds {checksum(content)}, and not {expected}; nothing was written")
            return 1
        (FOLDER / name).write_bytes(escaped(content))
    return 0


if __name__ == "__main__":
    sys.exit(main())
