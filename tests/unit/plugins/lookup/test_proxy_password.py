# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup that makes passwords: by the rule of the API, each time another one, and what it refuses."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.thordata.proxies.plugins.lookup.proxy_password import LookupModule, new_password
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import PASSWORD_RULE
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError


def test_passwords_keep_the_rule_and_differ():
    made = [new_password(15) for _time in range(3000)]
    assert all(map(PASSWORD_RULE.holds, made))
    assert {len(password) for password in made} == {15}
    assert len(set(made)) == 3000
    assert len({password[0] for password in made}) == 52
    assert len(set("".join(made))) == 62


@pytest.mark.parametrize("length", [6, 15])
def test_the_length_is_an_option(length):
    made = new_password(length)
    assert PASSWORD_RULE.holds(made)
    assert len(made) == length


@pytest.mark.parametrize("length", [5, 16])
def test_a_length_that_the_api_refuses(length):
    with pytest.raises(OptionError, match=f"length is {length}. The API takes passwords of 6 to 15 characters"):
        new_password(length)


@pytest.mark.parametrize(
    ("terms", "options", "message"), [([], {"chars": 1}, "no option chars"), (["/tmp/file"], {}, "takes no terms")]
)
def test_what_makes_no_password_is_refused(terms, options, message):
    known = {"option_definitions": {"_terms": {}, "length": {}}, "set_options": lambda *_a, **_o: None}
    with pytest.raises(AnsibleLookupError, match=message):
        type("Lookup", (LookupModule,), known)().run(terms, **options)
