# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the site into .build/docs/html: antsibull-docs writes pages of guides and plugins, Sphinx makes them HTML.

A warning is an error, and so is a reference that leads nowhere. Nothing is fetched.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / ".build" / "docs"
PAGES, HTML = BUILD / "rst", BUILD / "html"
BIN = Path(sys.executable).parent
WRITE = ("collection", "--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", PAGES)
# The index that antsibull-docs writes: what the collection is, where to ask, changes, and then guides and plugins.
GENERATED = re.compile(r".*?\.\. Communication\n(?P<ask>.*?)\.\. toctree::.*?    changelog\n(?P<listed>.*)", re.DOTALL)
# Where they come on ours.
ASK, LISTED = ".. where to ask\n", ".. guides and plugins\n"
PLUGIN = re.compile(r"(?<=    )(\w+)_(?:module|filter|inventory|lookup|role)$")
MAKE = ("--nitpicky", "--fail-on-warning", "--keep-going", "--quiet", "--conf-dir", HERE, PAGES, HTML)


def write_index() -> None:
    """Put what the index that antsibull-docs wrote lists into our own."""
    index = PAGES / "index.rst"
    generated = GENERATED.fullmatch(index.read_text("utf-8"))
    own = (HERE / "index.rst").read_text("utf-8")
    if not generated or ASK not in own or LISTED not in own:
        raise SystemExit("The index that antsibull-docs writes is another one than it was")
    heading = ""
    lines = []
    for line, following in itertools.pairwise([*generated["listed"].splitlines(), ""]):
        if following and set(following) <= {"-", "~"}:
            heading = line
        # The sidebar has the headings too, and plugins by name: their titles are sentences.
        lines.append(PLUGIN.sub(r"\1 <\g<0>>", line))
        if line == ".. toctree::":
            lines.append(f"    :caption: {heading}")
    index.write_text(own.replace(LISTED, "\n".join(lines)).replace(ASK, generated["ask"]), encoding="utf-8")


def main() -> int:
    """Build; return an exit code."""
    shutil.rmtree(BUILD, ignore_errors=True)
    PAGES.mkdir(parents=True)
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections")}
    env = {**os.environ, **collections, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    if code := subprocess.call((BIN / "antsibull-docs", *WRITE, "thordata.proxies"), env=env):
        return code
    write_index()
    if code := subprocess.call((BIN / "sphinx-build", *MAKE), env=env):
        return code
    print(f"{len(list(HTML.rglob('*.html')))} pages: {(HTML / 'index.html').relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
