# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account as the text of a file of variables: one line an item, whatever the API lists."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.filter.account_yaml import account_yaml

ACCOUNT = {
    "declared": {
        "users": {
            "residential": [
                {"username": "AbCdEf123456", "traffic_limit": 0, "enabled": False},
                {"username": "no", "traffic_limit": 500, "enabled": True},
            ],
            "unlimited": [],
        },
        "whitelist": {"residential": [], "mobile": []},
        "servers": [{"ins_id": "ins-k3x9q2aa", "bound_users": ["worker01", "{{ x }}"]}],
        "vouchers": [{"traffic": 2.5, "count": 1}, {"traffic": 10, "count": 3}],
        "passwords": {"residential": {"no": "{% x", "AbCdEf123456": "9digit1"}, "mobile": {}},
        "remarks": {
            "users": {"residential": {"AbCdEf123456": "needs a new password"}},
            "whitelist": {"residential": {"2001:db8::1": "not declared:\nit is\u2028IPv6"}},
            "servers": {"ins-k3x9q2aa": "expires at 2026-03-02 18:00"},
        },
    },
    "unavailable": {"users.mobile": "Not\noffered."},
}
VARIABLES = """\
# Not there: users.mobile. Not offered.
thordata_account_users:
  residential:
    - {username: AbCdEf123456, traffic_limit: 0, enabled: false}  # needs a new password
    - {username: "no", traffic_limit: 500, enabled: true}
  # unlimited: none
thordata_account_whitelist: {}
  # residential: none that can be declared
    # "2001:db8::1": not declared: it is IPv6
  # mobile: none
thordata_account_servers:
  - {ins_id: ins-k3x9q2aa, bound_users: [worker01, !unsafe "{{ x }}"]}  # expires at 2026-03-02 18:00
thordata_account_vouchers:
  - {traffic: 2.5, count: 1}
  - {traffic: 10, count: 3}
"""
PASSWORDS = """\
thordata_account_passwords:
  residential:
    AbCdEf123456: "9digit1"
    "no": !unsafe "{% x"
"""


class Unsafe(yaml.SafeLoader):
    """Reads a file of variables as Ansible does."""


Unsafe.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))


def test_the_lines():
    assert account_yaml(ACCOUNT) == VARIABLES
    assert account_yaml(ACCOUNT, "passwords") == PASSWORDS
    assert account_yaml({"declared": {"servers": [], "vouchers": [], "remarks": {}}, "unavailable": {}}) == (
        "thordata_account_servers: []\nthordata_account_vouchers: []\n"
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(deadline=None)
@given(TEXT, TEXT, TEXT)
@example("x\n    - {username: root01}", "a # b\nc: d", "500 letters " * 42)
@example("\x85\u2028\u2029\ufeff\x00\x7f", "]}\r\n---\n", "😀 é")
@example("1e5", "*a", "true")
def test_whatever_the_api_sends_is_what_is_read(name, remark, password):
    user = {"username": name, "traffic_limit": 0, "enabled": True}
    server = {"ins_id": name, "bound_users": [name]}
    declared = {
        "users": {"residential": [user]},
        "servers": [server],
        "passwords": {"residential": {name: password}},
        "remarks": {"users": {"residential": {name: remark, f"{name}x": remark}}, "servers": {name: remark}},
    }
    text = account_yaml({"declared": declared, "unavailable": {remark: remark}})
    assert yaml.load(text, Unsafe) == {
        "thordata_account_users": {"residential": [user]},
        "thordata_account_servers": [server],
    }
    assert len(text.split("\n")) == 8
    passwords = account_yaml({"declared": declared}, "passwords")
    assert yaml.load(passwords, Unsafe) == {"thordata_account_passwords": {"residential": {name: password}}}
    for template in ("{{", "{%", "{#"):
        assert ("!unsafe" in text) >= (template in name)
        assert ("!unsafe" in passwords) >= (template in password)


@pytest.mark.parametrize(
    ("account", "part", "says"),
    [
        ({"users": {}}, "variables", "it takes what the module account_info returns with format=declared."),
        ("text", "variables", "it takes what the module account_info returns"),
        ({"declared": {"users": {}}}, "passwords", "format=declared and reveal_passwords=true"),
        (ACCOUNT, "secrets", "it makes variables or passwords, not 'secrets'"),
    ],
)
def test_what_cannot_be_written(account, part, says):
    with pytest.raises(AnsibleFilterError, match=says):
        account_yaml(account, part)
