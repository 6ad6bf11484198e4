# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes modules of Ansible start faster in the tests: their interpreter keeps the bytecode of what comes from a zip.

A module reaches its host as a zip of sources, of which Python keeps no bytecode: half of its time goes into compiling
the same files of ansible-core again. ``tests/environment.py`` puts this file into the environments of controllers and
hosts, whose interpreters import it as they start.
"""

from __future__ import annotations

import _imp
import marshal
import os
import sys
import zipimport
from contextlib import suppress

FOLDER = os.path.join(sys.prefix, "compiled")
compile_source = zipimport._compile_source


def compile_once(path, source):
    """Return the code of a file in a zip, from an earlier process that had the same source."""
    kept = os.path.join(FOLDER, _imp.source_hash(sys.hexversion, source).hex())
    with suppress(OSError, ValueError, EOFError, TypeError):
        with open(kept, "rb") as file:
            code = marshal.load(file)
        _imp._fix_co_filename(code, path)
        return code
    code = compile_source(path, source)
    with suppress(OSError):
        os.makedirs(FOLDER, exist_ok=True)
        part = f"{kept}.{os.getpid()}"
        with open(part, "wb") as file:
            marshal.dump(code, file)
        os.replace(part, kept)
    return code


zipimport._compile_source = compile_once
