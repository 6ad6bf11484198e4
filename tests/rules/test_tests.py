# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests in ``module_utils`` run with one ansible-core only: neither they nor what they test touch it."""

from __future__ import annotations

import ast

import pytest
from test_collection import PACKAGE, PLUGINS, ROOT, imports

UNIT = ROOT / "tests" / "unit" / "plugins"
# Fixtures that run a module.
OF_MODULES = {"run", "virtual"}


def touches_ansible(path):
    """Return whether a test, or what it imports of the collection, imports ansible-core, or runs a module."""
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    if OF_MODULES & {argument.arg for function in functions for argument in function.args.args}:
        return True
    seen, todo = set(), [path]
    while todo:
        for module in imports(todo.pop()):
            if module.split(".")[0] == "ansible":
                return True
            file = PLUGINS.joinpath(*module.removeprefix(f"{PACKAGE}.").split(".")).with_suffix(".py")
            if file not in seen and file.exists():
                todo.append(file)
                seen.add(file)
    return False


@pytest.mark.parametrize("path", sorted((UNIT / "module_utils").rglob("test_*.py")), ids=lambda path: path.stem)
def test_what_runs_once_does_not_touch_ansible(path):
    assert not touches_ansible(path)


def test_what_touches_ansible_is_found():
    assert all(map(touches_ansible, (UNIT / "modules").glob("test_*.py")))
