# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the inventory and the lookups do without Ansible: names of groups, rows with gaps, options, errors."""

from __future__ import annotations

import re
import sys
import unicodedata
from datetime import timezone
from pathlib import Path

import pytest
from ansible.errors import AnsibleLookupError
from ansible.template import Templar
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.inventory.thordata import VARIABLES, Choice, _are_rows, group_part
from ansible_collections.thordata.proxies.plugins.lookup import extracted_proxies, static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import read_servers
from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._api import transport
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import country, reason, templated
from ansible_collections.thordata.proxies.plugins.plugin_utils._unsafe import make_unsafe

ROOT = Path(__file__).resolve().parents[4]
NOW = 1_800_000_000


def choice(**options):
    usual = {
        "countries": frozenset(),
        "include_without_country": False,
        "hide_expired": False,
        "filters": (),
        "horizons": {"expires_1d": 86400, "expires_7d": 7 * 86400},
        "variable_prefix": "thordata_",
        "group_prefix": "thordata_",
        "strict": False,
        "now": NOW,
    }
    return Choice(**{**usual, **options})


def row(**values):
    return {**dict.fromkeys(VARIABLES), "product": "isp", **values}


@pytest.mark.parametrize(
    ("name", "separator", "part"),
    [
        ("New York", " ", "new_york"),
        ("NEW YORK", " ", "new_york"),
        ("na-siliconvalley", "-", "na_siliconvalley"),
        ("16vCPU-32GiB", "-", "16vcpu_32gib"),
        ("Sao Paulo", " ", "sao_paulo"),
        ("São Paulo", " ", "sao_paulo"),
        ("Łódź", " ", "lodz"),
        ("Straße", " ", "strasse"),
        ("Winston-Salem", " ", "winston_salem"),
        ("St. John's", " ", "st_john_s"),
        ("東京", " ", "u6771_u4eac"),
        ("Αθήνα", " ", "u03b1_u03b8_u03ae_u03bd_u03b1"),
    ],
)
def test_the_group_of_a_name_is_readable_and_stable(name, separator, part):
    plain = name.isascii() and name.replace(separator, "").isalnum()
    found = group_part(name, separator)
    assert found == part if plain else found.startswith(f"{part}__") and len(found) == len(part) + 8
    assert group_part(name, separator) == found


@given(st.text(), st.text())
def test_names_share_a_group_only_if_they_differ_in_case_alone(one, other):
    parts = [group_part(name) for name in (one, other)]
    assert all(part.isascii() and part.replace("_", "").isalnum() and len(part) < 70 for part in parts)
    if parts[0] == parts[1]:
        # A letter and its accent may be one character or two.
        assert len({unicodedata.normalize("NFC", name.lower()) for name in (one, other)}) == 1


def test_groups():
    one = row(country="gb", city="London", expiration_timestamp=NOW + 2 * 86400)
    names = ["isp", "country_gb", "city_gb_london", "expires_7d"]
    assert choice().groups(one) == [f"thordata_{name}" for name in names]
    assert choice(group_prefix="").groups({**one, "expiration_timestamp": NOW - 1}) == [*names[:3], "expired"]
    assert choice().groups({**one, "country": "ca"}) != choice().groups(one), "another London"
    assert choice().groups(row(product="server")) == ["thordata_servers"]


def test_what_the_api_leaves_out_is_null():
    class Account:
        def call(self, endpoint, **params):
            return [{}, {"ip": None, "plan_name": None, "country": None, "expiration_time": "soon"}]

    for one in [*read_static_proxies(Account(), "isp", timezone.utc), *read_servers(Account(), timezone.utc)]:
        assert {value for name, value in one.items() if name != "proxy_type"} <= {None, "soon"}
        assert choice().has(row(**{name: value for name, value in one.items() if name in VARIABLES}))


@pytest.mark.parametrize(
    ("options", "countries", "kept"),
    [
        ({}, ("us", "gb", None), ("us", "gb", None)),
        ({"countries": frozenset({"us"})}, ("us", "gb", None), ("us",)),
        ({"countries": frozenset({"us"}), "include_without_country": True}, ("us", "gb", None), ("us", None)),
    ],
)
def test_countries(options, countries, kept):
    assert tuple(one for one in countries if choice(**options).has(row(country=one))) == kept


@pytest.mark.parametrize("value", ["usa", "", "u", "United States", None, 1])
def test_what_is_no_country(value):
    with pytest.raises(OptionError, match="countries must be two letters"):
        country("countries", value)
    assert country("countries", " US ") == "us"


def test_templates_that_fail_quote_no_value():
    class Fails:
        def template(self, value):
            raise ValueError(f"{value} and 'x' is undefined")

    with pytest.raises(OptionError) as failed:
        templated(Fails(), "api_token", {"api_token": "secret"})
    assert str(failed.value) == "The template of api_token fails ('x' is undefined). Check it."
    assert reason(ValueError("secret")) == "ValueError"


def test_unsafe_strings_keep_their_text():
    value = {"a {": ["{{ x }}", ("#jinja2:", 1, None)], "b": "plain"}
    assert make_unsafe(value) == {"a {": ["{{ x }}", ["#jinja2:", 1, None]], "b": "plain"}
    assert make_unsafe("plain").__class__ is str


@pytest.mark.parametrize("lookup", [static_proxies, extracted_proxies])
def test_a_python_without_requests_is_named(monkeypatch, lookup):
    monkeypatch.setattr(transport, "requests", None)
    module = lookup.LookupModule(templar=Templar(loader=None))
    monkeypatch.setattr(type(module), "set_options", lambda self, **given: None)
    monkeypatch.setattr(type(module), "option_definitions", {})
    monkeypatch.setattr(type(module), "get_option", lambda self, name: "UTC" if name == "api_timezone" else None)
    with pytest.raises(AnsibleLookupError) as failed:
        module.run([])
    assert transport.missing_requests() in str(failed.value)
    assert sys.executable in transport.missing_requests()


def test_the_guide_has_every_variable_and_what_a_failure_says():
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_inventory.rst").read_text("utf-8")
    assert set(re.findall(r"\* - ``thordata_(\w+)``\n     - (?:all|addresses|servers)\n", guide)) == {
        *VARIABLES,
        "password",
    }
    for city, name in (("br São Paulo", "br_sao_paulo"), ("jp 東京", "jp_u6771_u4eac")):
        assert f"``thordata_city_{group_part(city)}``" in guide and group_part(city).startswith(f"{name}__")
    with pytest.raises(OptionError) as failed:
        country("countries", "usa")
    assert guide.count(str(failed.value)) == 2


def test_rows_of_a_cache_are_believed_only_if_this_plugin_can_have_written_them():
    good = row(ip="192.0.2.1", port=6666, expiration_timestamp=NOW)
    assert _are_rows([], VARIABLES) and _are_rows([good, row(product="server", size="16vCPU-32GiB")], VARIABLES)
    for bad in ({**good, "city": {"a": 1}}, {**good, "expiration_timestamp": "soon"}, {**good, "more": 1}, {}, "x"):
        assert not _are_rows([good, bad], VARIABLES)
    assert not _are_rows({"rows": []}, VARIABLES)


@pytest.mark.parametrize("lookup", [static_proxies, extracted_proxies])
def test_an_option_that_a_lookup_does_not_have_is_refused(lookup):
    """Ansible passes over it, and the wrong proxies would come back."""
    module = type(
        "Lookup", (lookup.LookupModule,), {"option_definitions": {"_terms": {}, "proxy_type": {}, "count": {}}}
    )
    with pytest.raises(
        AnsibleLookupError, match="there is no option type. The options are count, proxy_type"
    ) as failed:
        module(loader=None, templar=None).run([], variables={}, type="datacenter", allow_unsafe=True)
    assert "datacenter" not in str(failed.value)
