# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules for roles: one prefix, one description of what a variable is, and no drift from the modules that it goes to."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = "ansible_collections.thordata.proxies.plugins"
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
# What the role decides for all purchases at once.
COSTS = {"confirm_cost", "min_wallet_balance", "purchase_lock"}
# What the rotation hands to task files of users, and to the forwarder.
HANDED_OVER = {f"thordata_{role}_{name}" for role in ("rotation", "forwarder") for name in ("username", "password")}
COMPARED = ("type", "required", "default", "choices", "elements", "no_log")


def read(role, name):
    path = ROOT / "roles" / role / name
    return yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}


def options(role):
    return read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]


def own(module):
    """Return the options of a module but those of the account."""
    found = importlib.import_module(f"{PACKAGE}.modules.{module}").MODULE.argument_spec
    shared = importlib.import_module(f"{PACKAGE}.module_utils._modules.account").ACCOUNT_SPEC
    return {name: option for name, option in found.items() if name not in shared}


def names(document):
    """Yield the variables that tasks set: registered, of loops, and of tasks, but what they hand to others."""
    if isinstance(document, list):
        for one in document:
            yield from names(one)
    elif isinstance(document, dict):
        yield from set(document.get("vars", {})) - HANDED_OVER
        yield from (document[key] for key in ("register", "loop_var", "index_var") if key in document)
        for one in document.values():
            yield from names(one)


@pytest.mark.parametrize("role", ROLES)
def test_variables_have_the_prefix_of_the_role(role):
    prefix = f"thordata_{role}_"
    assert options(role).keys() == read(role, "defaults/main.yml").keys()
    assert all(name.startswith(prefix) for name in options(role))
    inner = set(read(role, "vars/main.yml"))
    for path in (ROOT / "roles" / role / "tasks").glob("*.yml"):
        inner |= set(names(yaml.safe_load(path.read_text("utf-8"))))
    assert inner
    assert not [name for name in inner if not name.startswith(f"__{prefix}")]


@pytest.mark.parametrize("role", ROLES)
def test_a_variable_has_one_default_and_is_in_the_readme(role):
    readme = (ROOT / "roles" / role / "README.md").read_text("utf-8")
    table = re.findall(r"^\| `(\w+)` \| `(.*?)` \|", readme, re.MULTILINE)
    assert {name: yaml.safe_load(value) for name, value in table} == read(role, "defaults/main.yml")
    for name, value in read(role, "defaults/main.yml").items():
        assert options(role)[name]["default"] == value
        assert options(role)[name]["description"]


@pytest.mark.parametrize("role", ROLES)
def test_the_page_of_a_role_has_the_example_that_its_readme_has(role):
    """tests/examples runs the README."""
    (example,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "roles" / role / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert read(role, "meta/argument_specs.yml")["argument_specs"]["main"]["examples"] == example


def test_entry_points_take_the_same_variables():
    (first, *others) = read("rotation", "meta/argument_specs.yml")["argument_specs"].values()
    assert len(others) == 3
    assert all(one["options"] == first["options"] for one in others)
    types = own("proxy_user")["proxy_type"]["choices"]
    assert first["options"]["thordata_rotation_proxy_type"]["choices"] == types


def assert_in_step(described, spec):
    assert described.keys() == spec.keys()
    for name, option in described.items():
        for key in COMPARED:
            assert (option.get(key) or None) == (spec[name].get(key) or None), (name, key)
        assert option["description"]


def test_the_account_takes_what_the_modules_take():
    account = options("account")
    for users in account["thordata_account_users"]["options"].values():
        assert_in_step(users["options"], own("proxy_users")["users"]["options"])
    for ips in account["thordata_account_whitelist"]["options"].values():
        # Addresses alone may stand among them, which the module makes dictionaries, and a role cannot.
        assert ips["elements"] == "raw"
        assert_in_step(ips["options"], own("whitelist_ips")["ips"]["options"])
    types = set(own("proxy_users")["proxy_type"]["choices"])
    assert set(account["thordata_account_users"]["options"]) == types
    assert set(account["thordata_account_whitelist"]["options"]) == types
    servers = {name: option for name, option in own("unlimited_server").items() if name not in COSTS}
    assert_in_step(account["thordata_account_servers"]["options"], servers)
    vouchers = {name: option for name, option in own("cdk").items() if name not in {*COSTS, "state", "cdk"}}
    vouchers["traffic"] = {**vouchers["traffic"], "required": True}  # as it is where vouchers are in stock
    assert_in_step(account["thordata_account_vouchers"]["options"], vouchers)
    for name in ("purge", "purge_limit", "concurrency"):
        described = account[f"thordata_account_{name}"]
        assert_in_step({name: described}, {name: own("proxy_users")[name]})


@pytest.mark.parametrize(("module", "without"), [("unlimited_server", set()), ("cdk", {"state", "cdk"})])
def test_the_account_hands_every_option_on(module, without):
    tasks = read("account", "tasks/main.yml")
    given = [set(task[f"thordata.proxies.{module}"]) for task in tasks if f"thordata.proxies.{module}" in task]
    assert given == 2 * [set(own(module)) - without]
