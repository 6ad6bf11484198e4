# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The archive of the collection, built and installed as for a user, from a folder that holds private files, too."""

from __future__ import annotations

import shutil
import subprocess

from ansible_project import BIN, ROOT

# What lies in a developer's folder and belongs to the developer alone.
CONFIG, INVENTORY = "tests/integration/integration_config.yml", "tests/integration/inventory"
PRIVATE = (
    *(CONFIG, INVENTORY, ".venv/core/secret.py", ".build/home/secret.yml", "tests/output/secret.txt"),
    "plugins/modules/__pycache__/account_info.cpython-311.pyc",
)
SECRET = "api_token: livetoken0001\n"


def build(folder):
    """Build the archive from the files that git knows, with private ones among them; return it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        copy = folder / "source" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, copy)
    for name in PRIVATE:
        path = folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SECRET, encoding="utf-8")
    galaxy(folder, "build", "--output-path", folder, folder / "source")
    (built,) = folder.glob("*.tar.gz")
    return built


def install(archive):
    """Install the archive beside itself; return the folder."""
    galaxy(archive.parent, "install", "--offline", "--collections-path", archive.parent / "installed", archive)
    return archive.parent / "installed"


def galaxy(folder, command, *options):
    env = {"PATH": str(BIN), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    subprocess.run([BIN / "ansible-galaxy", "collection", command, *options], check=True, capture_output=True, env=env)
