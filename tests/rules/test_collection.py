# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules that hold for every file of the collection; they read the folders, never a list."""

from __future__ import annotations

import ast
import importlib
import io
import re
import tokenize
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "ansible_collections.thordata.proxies.plugins"
PLUGINS = ROOT / "plugins"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("*.py"))
SOURCES = sorted(path for path in PLUGINS.rglob("*.py") if path.stem != "__init__")
TARGETS = ROOT / "tests" / "integration" / "targets"
# All that is written for people to read.
TEXTS = [
    path
    for folder in (
        "plugins",
        "extensions",
        "roles",
        "playbooks",
        "docs",
        "demo",
        "simulator",
        "meta",
        "changelogs",
        "benchmarks",
    )
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in (".py", ".yml", ".rst", ".md")
] + sorted(ROOT.glob("*.md"))
# Modules whose point is the host that they run on; all others work on the account.
ON_THEIR_HOST = {"proxy_check", "extracted_proxies_info", "egress_ip_info"}
# A module is documentation, options and a short run(); what it does stands in module_utils.
MOST_CODE_LINES = 60
ACCOUNT_MODULES = [name for name in MODULES if name not in ON_THEIR_HOST]


def load(name):
    return importlib.import_module(f"{PACKAGE}.{name}")


def documented(name, block):
    return yaml.safe_load(getattr(load(f"modules.{name}"), block))


def fragments(name):
    """Yield the documentation fragments of a module."""
    for fragment in documented(name, "DOCUMENTATION")["extends_documentation_fragment"]:
        module, _dot, variable = fragment.removeprefix("thordata.proxies.").partition(".")
        text = getattr(load(f"doc_fragments.{module}").ModuleDocFragment, variable.upper() or "DOCUMENTATION")
        yield yaml.safe_load(text)


def merged(name, section):
    """Return the options or attributes of a module as ansible-doc shows them: what is said first of one holds."""
    found = {}
    for part in (documented(name, "DOCUMENTATION"), *fragments(name)):
        for one, about in part.get(section, {}).items():
            found[one] = {**about, **found.get(one, {})}
    return found


def imports(path):
    """Yield what a file imports: full names of modules."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def code_lines(source):
    """Return how many lines are neither blank, comment, docstring nor the documentation of a plugin."""
    layout = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in layout
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(source)):
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        documentation = isinstance(node, ast.Assign) and {"DOCUMENTATION", "EXAMPLES", "RETURN"} & {
            ast.unparse(target) for target in node.targets
        }
        if docstring or documentation:
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return len(lines)


def test_code_lines_are_counted():
    source = '# c\nDOCUMENTATION = r"""\na: 1\n"""\n\nx = (\n    1,  # c\n)\ny = """a\nb"""\n'
    assert code_lines(source) == 5
    assert code_lines('def f():\n    """Do.\n\n    It.\n    """\n    return 1\n') == 2


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_short(name):
    assert code_lines((PLUGINS / "modules" / f"{name}.py").read_text("utf-8")) <= MOST_CODE_LINES


def test_the_action_group_holds_the_account_modules():
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))["action_groups"]
    assert groups == {"account": ACCOUNT_MODULES}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_documented(name):
    documentation, examples = documented(name, "DOCUMENTATION"), documented(name, "EXAMPLES")
    assert documentation["module"] == name
    assert re.fullmatch(r"\d+\.\d+\.\d+", documentation["version_added"])
    assert {"thordata.proxies.attributes"} <= set(documentation["extends_documentation_fragment"])
    assert all(one.get("name") for one in examples)
    for value in documented(name, "RETURN").values():
        assert_sample(value)


def assert_sample(value):
    assert "sample" in value or "contains" in value
    for one in value.get("contains", {}).values():
        assert_sample(one)


@pytest.mark.parametrize("name", ACCOUNT_MODULES)
def test_the_attributes_say_how_a_module_behaves(name):
    found = merged(name, "attributes")
    full = {"action", "action_group", "async", "check_mode"}
    assert {attribute for attribute, value in found.items() if value["support"] == "full"} >= full
    assert found["idempotent"]["support"] == "full" or found["idempotent"]["details"]
    assert found["action_group"]["membership"] == ["thordata.proxies.account"]
    assert found["diff_mode"]["support"] == ("N/A" if name.endswith("_info") else "full")
    assert all(value["description"] for value in found.values())


def assert_documented(spec, options):
    assert set(options) == set(spec)
    for option, documentation in options.items():
        for key in ("type", "required", "default", "choices", "elements"):
            assert spec[option].get(key) == documentation.get(key), (option, key)
        assert_documented(spec[option].get("options", {}), documentation.get("suboptions", {}))


@pytest.mark.parametrize("name", MODULES)
def test_what_is_documented_is_what_is_accepted(name):
    assert_documented(load(f"modules.{name}").MODULE.argument_spec, merged(name, "options"))


@pytest.mark.parametrize(
    ("name", "key", "resource"),
    [
        ("proxy_user", "user", "PROXY_USER"),
        ("proxy_users", "users", "PROXY_USER"),
        ("proxy_user_info", "users", "PROXY_USER"),
        ("whitelist_ip", "entry", "WHITELIST_ENTRY"),
        ("whitelist_ips", "entries", "WHITELIST_ENTRY"),
        ("whitelist_ip_info", "entries", "WHITELIST_ENTRY"),
    ],
)
def test_what_is_returned_of_an_item_is_documented(name, key, resource):
    declared = getattr(load("module_utils._account.resources"), resource)
    item = declared.public(declared.new("key", "scope", {}))
    # An info module returns secrets where it is asked for them.
    secrets = {one.name for one in declared.fields if one.secret} if name.endswith("_info") else set()
    assert set(documented(name, "RETURN")[key]["contains"]) == {*item, *secrets}


def test_every_module_has_an_integration_target_of_the_same_name():
    targets = [path.parent.parent.name for path in sorted(TARGETS.glob("*/tasks/main.yml"))]
    assert [name for name in targets if not name.startswith("setup_")] == MODULES, "each of them, and nothing else"
    for name in targets:
        hidden = "hidden" in (TARGETS / name / "aliases").read_text("utf-8").split()
        assert hidden is name.startswith("setup_")
        assert name.startswith("setup_") or f"thordata.proxies.{name}:" in "".join(
            path.read_text("utf-8") for path in (TARGETS / name / "tasks").glob("*.yml")
        )


def test_an_account_module_has_an_action_of_the_same_name():
    assert [path.stem for path in sorted((PLUGINS / "action").glob("*.py"))] == ACCOUNT_MODULES
    for name in ACCOUNT_MODULES:
        assert load(f"action.{name}").ActionModule.module is load(f"modules.{name}").MODULE


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_numbers_of_proxy_types_stand_in_one_table(path):
    tables = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Dict)
        and {"residential", "unlimited", "mobile", "isp", "datacenter"}
        & {
            key.value
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Constant) and not isinstance(value, ast.Name)  # of a function, say
        }
    ]
    where = (path.parent.name, path.stem)
    assert bool(tables) is (where in (("_api", "endpoints"), ("_data_plane", "gateway")))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_each_file_says_what_it_is(path):
    source = path.read_text("utf-8")
    assert "GNU General Public License v3.0+" in source
    assert path.parent.name == "modules" or ast.get_docstring(ast.parse(source))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_is_unfinished(path):
    source = path.read_text("utf-8")
    assert "\t" not in source
    assert not re.search(r"TODO|FIXME|XXX", source)
