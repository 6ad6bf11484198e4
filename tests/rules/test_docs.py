# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documents say is what the code does: the contract, and guides that quote codes, messages and versions."""

from __future__ import annotations

import ast
import dataclasses
import re
import sys
import textwrap
from pathlib import Path

import pytest
import yaml
from environment import PYTHONS, TARGETS

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / ".build" / "collections"), str(ROOT / "docs")]

from error_codes import CODES, GATEWAY_CODES, GUIDE, with_tables  # noqa: E402

from ansible_collections.thordata.proxies.plugins.module_utils._api import endpoints as api  # noqa: E402
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import (  # noqa: E402
    GATEWAYS,
    WHITELIST_GATEWAYS,
)

CONTRACT = (ROOT / "docs" / "contract.md").read_text("utf-8")
GUIDES = ROOT / "docs" / "docsite" / "rst"
TARGET_REQUIREMENTS = ROOT / "tests" / "requirements" / "target.txt"
SYMPTOMS = GUIDES / "guide_troubleshooting.rst"
SECTIONS = [
    "1. Editions",
    "2. Conventions",
    "3. proxy_type",
    "4. Endpoints",
    "5. Error codes",
    "6. Extract links",
    "7. Gateway",
    "8. Seen on live accounts",
]


def test_the_first_screens_show_what_the_guide_of_first_steps_shows():
    """tests/examples runs the guide."""
    guide, index = (
        re.findall(r"^\.\. code-block:: (\S+)\n\n((?:    .*\n|\n)+)", path.read_text("utf-8"), re.MULTILINE)
        for path in (ROOT / "docs" / "docsite" / "rst" / "guide_start.rst", ROOT / "docs" / "site" / "index.rst")
    )
    assert set(index) <= set(guide)
    readme = re.findall(r"^```\w+\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert readme == [textwrap.dedent(text).strip("\n") + "\n" for _language, text in index[:2]]


def tables(section, first_column):
    """Return the tables of a section of the contract whose first column has that name, each a list of rows."""
    text = CONTRACT.split("\n## ")[section]
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        header, _line, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in block.splitlines())
        assert all(len(row) == len(header) for row in rows), block
        if header[0] == first_column:
            found.append([dict(zip(header, row, strict=True)) for row in rows])
    return found


def rows(section, first_column):
    return [row for table in tables(section, first_column) for row in table]


def test_the_code_cites_the_contract_by_these_sections():
    assert re.findall("^## (.*)", CONTRACT, re.MULTILINE) == SECTIONS


def test_the_contract_names_every_call():
    """Neither has the code a call that the contract does not describe, nor the other way round."""
    described = []
    for row in rows(4, "call") + rows(6, "call"):
        required, _word, optional = row["parameters"].partition("optional")
        params, more = (tuple(re.findall("`(.+?)`", part)) for part in (required, optional))
        described.append((*row["call"].strip("`").split(" "), row["kind"], params, more))
    coded = [one for one in vars(api).values() if isinstance(one, api.Endpoint)]
    assert sorted(described) == sorted((one.method, one.path, one.kind, one.params, one.optional) for one in coded)
    assert {path for _method, path, kind, *_params in described if kind == "paid"} == {
        "/unlimited/renew",
        "/unlimited/upgrade",
        "/cdk/create",
    }


def test_credentials_go_where_the_contract_says():
    of_links = {row["call"].strip("`").partition(" ")[2] for row in rows(6, "call")}
    for one in [one for one in vars(api).values() if isinstance(one, api.Endpoint)]:
        in_headers = one.method == "POST" or one.path in ("/cdk/list", "/cdk/info")
        place = api.NOWHERE if one.path in of_links else api.HEADERS if in_headers else api.QUERY
        assert one.credentials == place, one.path


def test_the_contract_numbers_the_products_as_the_code_does():
    numbers = {
        row["family"].strip("`*/"): {
            product: cell.split(",")[0] for product, cell in row.items() if product != "family" and cell != "-"
        }
        for row in rows(3, "family")
    }
    assert numbers == api.PROXY_TYPES


@pytest.mark.parametrize(
    ("number", "unit", "coded"),
    [
        ("`package_id`", "days", api.PACKAGES),
        ("`bw_id`", "Mbps", api.BANDWIDTHS),
        ("`sv_id`", "size", api.SIZES),
    ],
)
def test_the_contract_names_what_is_sold(number, unit, coded):
    assert [(row[unit], row[number]) for row in rows(4, number)] == [(str(what), one) for what, one in coded.items()]


def test_the_contract_names_every_code():
    described = [int(row["code"]) for row in rows(5, "code") + rows(6, "code")]
    assert sorted(described) == sorted(CODES)
    assert [row["code"] for row in rows(7, "code")] == list(GATEWAY_CODES)


def test_the_contract_names_the_gateways():
    def usual(row):
        host, port = re.fullmatch("`(.*)`", row["host"]), row["port"]
        return (host[1] if host else None, int(port) if port.isdigit() else None)

    with_credentials, by_whitelist = ({row["product"]: usual(row) for row in one} for one in tables(7, "product"))
    assert with_credentials == GATEWAYS
    assert by_whitelist == WHITELIST_GATEWAYS


def test_the_guide_has_every_code_with_its_advice():
    guide = GUIDE.read_text("utf-8")
    assert with_tables(guide) == guide, "run: make tables"
    shown = re.findall(r"^   \* - ``(\w+)``\n     - (.+)\n     - (.+)$", guide, re.MULTILINE)
    coded = [(str(code), one.meaning, one.advice) for code, one in CODES.items()]
    coded += [(code, *text.split(": ", 1)) for code, text in GATEWAY_CODES.items()]
    plain = [(code, *(re.sub("``(.+?)``", r"\1", text).lower() for text in texts)) for code, *texts in shown]
    assert sorted(plain) == sorted((code, meaning.lower(), advice.lower()) for code, meaning, advice in coded)


def test_the_tables_of_the_guide_follow_the_code(monkeypatch):
    guide = GUIDE.read_text("utf-8")
    new = dataclasses.replace(CODES[10000], meaning="api_key is tired", advice="Let it sleep")
    monkeypatch.setitem(CODES, 19999, new)
    row = "   * - ``19999``\n     - ``api_key`` is tired\n     - Let it sleep\n"
    assert row in with_tables(guide)
    assert with_tables(guide).replace(row, "") == guide
    with pytest.raises(ValueError, match="has no place for the table gateway"):
        with_tables(guide.replace(".. end of table gateway", ""))


def strings():
    """Return all strings of the code, each with ``...`` for what a template fills in."""
    found = []
    for path in sorted((ROOT / "plugins").glob("*_utils/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.append("".join(one.value if isinstance(one, ast.Constant) else "..." for one in node.values))
    return found


def quoted_messages():
    """Return the messages that the guide of symptoms quotes, each as its pieces between ``...`` and sentences."""
    blocks = re.findall(r"^\.\. code-block:: text\n\n((?:    .+\n)+)", SYMPTOMS.read_text("utf-8"), re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return {line: [one.strip(" .,:;()") for one in re.split(r"\.\.\.|\. ", line)] for line in lines}


def test_the_messages_that_the_guide_quotes_are_those_of_the_code():
    coded, quoted = strings(), quoted_messages()
    assert len(quoted) > 30
    # What is short stands anywhere.
    assert all(max(map(len, pieces)) > 15 for pieces in quoted.values())
    assert [
        (line, piece) for line, pieces in quoted.items() for piece in pieces if not any(piece in one for one in coded)
    ] == []


def by_version(versions):
    """Sort versions such as 3.9 and 3.10."""
    return sorted(versions, key=lambda one: tuple(map(int, one.split("."))))


def of_controllers():
    """Return by ansible-core which versions of Python the tests may run it on, best first."""
    cores = {re.fullmatch(r"core-([\d.]+)", name): found for name, found in PYTHONS.items()}
    return {named[1]: found for named, found in cores.items() if named}


def test_the_guide_of_versions_names_those_of_the_tests():
    guide = (GUIDES / "guide_versions.rst").read_text("utf-8")
    shown = re.findall(r"^   \* - (\d\S+)\n     - (\S+) to (\S+)\n     - (\S+)$", guide, re.MULTILINE)
    assert shown == [
        (core, by_version(found)[0], by_version(found)[-1], found[0]) for core, found in of_controllers().items()
    ]
    oldest, *_others, newest = (name.removeprefix("target-") for name in TARGETS)
    assert f"Python {oldest} to {newest} there" in " ".join(guide.split())
    assert yaml.safe_load((ROOT / "tests" / "config.yml").read_text("utf-8")) == {
        "modules": {"python_requires": f">={oldest}"}
    }


@pytest.mark.parametrize("path", ["README.md", "docs/docsite/rst/guide_versions.rst"])
def test_what_is_needed_is_said_alike(path):
    """The numbers come from what is tested, as galaxy and ansible-core read them."""
    cores = by_version(of_controllers())
    python = by_version({one for found in of_controllers().values() for one in found})[0]
    text = " ".join((ROOT / path).read_text("utf-8").replace("`", "").split())
    assert set(re.findall(r"ansible-core (\d\.\d+) to (\d\.\d+)", text)) == {(cores[0], cores[-1])}
    assert f"Python {python} or newer" in text
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    assert runtime["requires_ansible"] == f">={cores[0]}.0"


def test_the_oldest_requests_is_the_same_everywhere():
    (needed,) = re.findall(r"^requests>=(.+)$", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    (tested,) = re.findall(r"^requests==(.+); python_version < ", TARGET_REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    assert tested.startswith(f"{needed}.")
    texts = [ROOT / "README.md", *GUIDES.glob("*.rst"), *(ROOT / "plugins").rglob("*.py")]
    found = [
        re.findall(r"requests`* ?\W*>= ?(\d[\d.]*\d)|requests`* \(?(\d[\d.]*\d) or newer", path.read_text("utf-8"))
        for path in texts
    ]
    assert {"".join(one) for some in found for one in some} == {needed}
    assert sum(map(bool, found)) > 5


def test_projects_are_told_to_keep_to_this_major_version():
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))["version"]
    major = int(version.partition(".")[0])
    pinned = f"version: '>={major}.0.0,<{major + 1}.0.0'"
    assert pinned in (GUIDES / "guide_versions.rst").read_text("utf-8")


def test_the_guide_of_migration_names_every_call_and_what_stands_for_it():
    guide = (GUIDES / "guide_migration.rst").read_text("utf-8")
    shown = re.findall(
        r"^   \* - ``(/\S+)``\n     - .+\n     - :ansplugin:`thordata\.proxies\.(\w+)#module`$", guide, re.MULTILINE
    )
    paths = [path for path, _module in shown]
    assert sorted(paths) == sorted(one.path for one in vars(api).values() if isinstance(one, api.Endpoint))
    writes = {one.path for one in vars(api).values() if isinstance(one, api.Endpoint) and one.kind != api.READ}
    for path, module in shown:
        assert (ROOT / "plugins" / "modules" / f"{module}.py").exists()
        assert (path in writes) is not module.endswith("_info"), path
