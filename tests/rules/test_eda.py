# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source is where ansible-rulebook looks for it, and is documented as it is."""

from __future__ import annotations

import ast
import re

import yaml
from test_collection import ROOT, assert_documented, load

from ansible_collections.thordata.proxies.plugins.module_utils._account.events import (
    KINDS,
    OTHERS,
    UNREACHABLE,
)
from ansible_collections.thordata.proxies.plugins.module_utils._modules.events import SPEC

SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "account.py"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_events.rst"


def documentation():
    for node in ast.parse(SOURCE.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "DOCUMENTATION":
            return yaml.safe_load(node.value.value)
    raise AssertionError("the source has no documentation")


def test_the_folder_is_declared():
    declared = yaml.safe_load((ROOT / "meta" / "extensions.yml").read_text("utf-8"))["extensions"]
    assert [ROOT / "extensions" / one["args"]["ext_dir"] for one in declared] == [SOURCE.parent]


def test_what_is_documented_is_what_is_accepted():
    assert_documented(SPEC, documentation()["options"])


def test_options_of_the_account_are_those_of_the_modules():
    shared = yaml.safe_load(load("doc_fragments.account").ModuleDocFragment.DOCUMENTATION)["options"]
    own = documentation()["options"]
    for name, option in shared.items():
        assert {key: own[name].get(key) for key in ("type", "default")} == {
            key: option.get(key) for key in ("type", "default")
        }
        assert set(re.findall(r"E\(\w+\)", str(option))) - {"E(XDG_CACHE_HOME)"} == set(
            re.findall(r"E\(\w+\)", str(own[name]))
        )


def test_the_guide_names_every_event_and_what_it_needs():
    rows = re.findall(r"^   \* - (.*)\n     - .*\n     - .*\n     -(.*)$", GUIDE.read_text("utf-8"), re.MULTILINE)
    optional = {kind: one.option for kind, one in KINDS.items()} | OTHERS
    needed = {
        kind: option if option and SPEC[option].get("default") is None else "" for kind, option in optional.items()
    }
    shown = {kind.strip("`"): needs.strip(" `") for kind, needs in rows[1:]}
    assert shown == {**needed, UNREACHABLE: ""}
