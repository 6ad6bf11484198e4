# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup ``proxy_password``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: proxy_password
short_description: A new password for a proxy user
version_added: 1.0.0
author:
  - thordata.proxies contributors (@thordata-proxies)
description:
  - Makes a random password that the API takes, ASCII letters and digits, the first of them a letter.
  - Each evaluation makes another one, and Ansible evaluates the template of a variable each time that the variable is
    used. So put the password into a fact with C(set_fact) and C(no_log), and use the fact.
  - It is kept nowhere. P(ansible.builtin.unvault#lookup), C(ansible-vault) or a secret store keep it; the guide to
    rotations shows how.
options:
  length:
    description: The number of characters, V(6) to V(15).
    type: int
    default: 15
seealso:
  - module: thordata.proxies.proxy_user
  - plugin: ansible.builtin.password
    plugin_type: lookup
    description: May make passwords that begin with a digit, which the API refuses.
"""

EXAMPLES = r"""
---
- name: Make a password
  ansible.builtin.set_fact:
    scraper09_password: "{{ lookup('thordata.proxies.proxy_password') }}"
  no_log: true

- name: Create a user with it
  thordata.proxies.proxy_user:
    username: scraper09
    password: "{{ scraper09_password }}"
"""

RETURN = r"""
_raw:
  description: One password.
  type: list
  elements: str
"""

import secrets
import string
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import refuse_unknown

# Of the API's rule (docs/contract.md, section 4).
SHORTEST = 6
LONGEST = 15


class LookupModule(LookupBase):
    """See the documentation."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Return a new password."""
        try:
            refuse_unknown(self, kwargs)
            self.set_options(var_options=variables, direct=kwargs)
            if terms:
                raise OptionError("It takes no terms", "Write lookup('thordata.proxies.proxy_password', length=15)")
            return [new_password(self.get_option("length"))]
        except ThordataError as error:
            raise AnsibleLookupError(f"thordata.proxies.proxy_password: {error}") from None


def new_password(length: int) -> str:
    """Return a random password by the API's rule (code 10016). Raises OptionError."""
    if not SHORTEST <= length <= LONGEST:
        raise OptionError(f"length is {length}", f"The API takes passwords of {SHORTEST} to {LONGEST} characters")
    alphabet = string.ascii_letters + string.digits
    return secrets.choice(string.ascii_letters) + "".join(secrets.choice(alphabet) for _place in range(length - 1))
