# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup ``static_proxies``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: static_proxies
short_description: Bought ISP and datacenter addresses of a Thordata account as proxies
version_added: 1.0.0
author:
  - thordata.proxies contributors (@thordata-proxies)
description:
  - Returns the bought addresses of an account as proxy URLs or dictionaries, with their passwords.
  - One request, however many terms.
options:
  _terms:
    description:
      - Countries (two letters) or addresses; only proxies that one of them names are returned.
      - Without any, all are.
    type: list
    elements: str
  proxy_type:
    description: The product.
    type: str
    choices: [isp, datacenter]
    default: isp
  expired:
    description: Whether to return addresses that have expired, too.
    type: bool
    default: false
  scheme:
    description: How to speak with the proxies.
    type: str
    choices: [http, https, socks5, socks5h]
    default: http
  format:
    description: What to return for each, V(dict) or a format of P(thordata.proxies.proxy_format#filter).
    type: str
    default: url
notes:
  - The results hold passwords.
extends_documentation_fragment:
  - thordata.proxies.plugin_account.lookup
"""

EXAMPLES = r"""
---
- name: Hand the American and German addresses to a scraper
  ansible.builtin.set_fact:
    proxies: "{{ query('thordata.proxies.static_proxies', 'us', 'de') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The proxies, in the order of the API.
  type: list
  elements: raw
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.thordata.proxies.plugins.module_utils import _times
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._gateway import formatted, proxy
from ansible_collections.thordata.proxies.plugins.module_utils._static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import account


class LookupModule(LookupBase):
    """See the documentation."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the proxies."""
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return self._proxies([str(term).strip().lower() for term in self._flatten(terms)])
        except ThordataError as error:
            raise AnsibleLookupError(f"thordata.proxies.static_proxies: {error}") from None

    def _proxies(self, wanted: list[str]) -> list[Any]:
        how, scheme = self.get_option("format"), self.get_option("scheme")
        zone = _times.zone(self.get_option("api_timezone"))
        found = read_static_proxies(account(self.get_option), self.get_option("proxy_type"), zone)
        if not self.get_option("expired"):
            now = _times.now()
            found = [one for one in found if (one["expiration_timestamp"] or now) >= now]
        if wanted:
            known = {str(one[key]).lower() for one in found for key in ("country", "ip")}
            missing = [term for term in wanted if term not in known and not (len(term) == 2 and term.isalpha())]
            if missing:
                raise OptionError(f"The account has no address {missing[0]}", "A term is a country or an address")
            found = [one for one in found if {str(one["country"]).lower(), one["ip"]} & set(wanted)]
        if how == "dict":
            return found
        return [formatted(proxy(one, scheme=scheme), how) for one in found]
