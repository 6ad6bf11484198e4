# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The direction of imports (docs/architecture.md), and what a file may know."""

from __future__ import annotations

import pytest
from test_collection import ON_THEIR_HOST, PACKAGE, PLUGINS, SOURCES, imports

CORE = PLUGINS / "module_utils"
# What the files of a layer may import of the collection, besides their own layer.
BELOW = {
    "_common": set(),
    "_api": {"_common"},
    "_data_plane": {"_common"},
    "_account": {"_api", "_common"},
    "_modules": {"_account", "_api", "_common"},
}
# The extract links are called as the API is.
EXCEPTIONS = {"_data_plane/extract.py": {"_api"}}
IO = {"requests", "urllib3", "socket", "ssl", "os", "subprocess", "io", "pathlib", "time", "ansible"}
PURE = [
    *(CORE / "_common" / f"{name}.py" for name in ("errors", "reading", "text")),
    *(CORE / "_api" / f"{name}.py" for name in ("endpoints", "errors")),
    *(
        CORE / "_account" / f"{name}.py"
        for name in ("desired", "difference", "events", "metrics", "options", "plan", "report", "resources")
    ),
    *(CORE / "_data_plane" / f"{name}.py" for name in ("formats", "gateway", "proxy", "spellings")),
]


def inner(path):
    """Return the files of the core that a file imports."""
    prefix = f"{PACKAGE}.module_utils."
    names = {module[len(prefix) :].replace(".", "/") for module in imports(path) if module.startswith(prefix)}
    return {CORE / f"{name}.py" for name in names if (CORE / f"{name}.py").exists()}


def reached(path):
    """Return all files of the core that a module takes to its target."""
    seen, todo = set(), [path]
    while todo:
        new = inner(todo.pop()) - seen
        seen |= new
        todo += new
    return seen


@pytest.mark.parametrize("path", sorted(CORE.glob("*/[!_]*.py")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_layer_knows_only_those_below(path):
    layer = path.parent.name
    allowed = {layer} | BELOW[layer] | EXCEPTIONS.get(str(path.relative_to(CORE)), set())
    assert {one.parent.name for one in inner(path)} <= allowed


def test_each_file_is_in_a_layer():
    assert not list(CORE.glob("*.py"))
    assert {path.name for path in CORE.iterdir() if path.name != "__pycache__"} == set(BELOW)


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.stem)
def test_what_is_pure_does_no_io(path):
    assert not IO & {module.split(".")[0] for one in {path, *reached(path)} for module in imports(one)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_each_task_has_one_place(path):
    where = (path.parent.name, path.stem)
    assert ("fail_json" in path.read_text("utf-8")) is (where in (("_modules", "base"),))
    assert bool({"requests", "urllib3"} & set(imports(path))) is (where == ("_api", "transport"))


@pytest.mark.parametrize("name", sorted(ON_THEIR_HOST))
def test_a_host_module_takes_only_what_it_needs_to_its_host(name):
    files = {str(path.relative_to(CORE).parent) for path in reached(PLUGINS / "modules" / f"{name}.py")}
    assert files <= {"_common", "_data_plane", "_modules"} | ({"_api"} if name == "extracted_proxies_info" else set())
    assert CORE / "_modules" / "account.py" not in reached(PLUGINS / "modules" / f"{name}.py")
