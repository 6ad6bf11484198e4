# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup ``extracted_proxies``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: extracted_proxies
short_description: Entry nodes of Thordata from an extract link
version_added: 1.0.0
author:
  - thordata.proxies contributors (@thordata-proxies)
description:
  - Calls the extract link from the controller, whose address must be on the whitelist.
  - For nodes that another host uses, see M(thordata.proxies.extracted_proxies_info), which calls it from there.
options:
  _terms:
    description:
      - Countries, two letters each (V(us), not V(usa)). The link takes one at a time, so each of them is a request.
      - A country that is named twice is requested once. If no country is named, the nodes may be in any country.
    type: list
    elements: str
  scheme:
    description: The protocol of the proxies, which their URLs begin with.
    type: str
    choices: [http, https, socks5, socks5h]
    default: http
  format:
    description: What to return for each node, V(dict) or a format of P(thordata.proxies.proxy_format#filter).
    type: str
    default: host_port
  account_name:
    env:
      - name: THORDATA_ACCOUNT_NAME
    ini:
      - section: thordata.proxies
        key: account_name
    vars:
      - name: thordata_account_name
  extract_url:
    env:
      - name: THORDATA_EXTRACT_URL
    ini:
      - section: thordata.proxies
        key: extract_url
    vars:
      - name: thordata_extract_url
requirements:
  - requests >= 2.25 (on the controller)
extends_documentation_fragment:
  - thordata.proxies.extract
"""

EXAMPLES = r"""
---
- name: Ten nodes anywhere
  ansible.builtin.set_fact:
    nodes: "{{ query('thordata.proxies.extracted_proxies', count=10) }}"

- name: URLs of nodes in two countries
  ansible.builtin.debug:
    msg: "{{ query('thordata.proxies.extracted_proxies', 'us', 'de', format='url') }}"
"""

RETURN = r"""
_raw:
  description: The nodes, each as O(format) says, without credentials; the address of the caller opens them.
  type: list
  elements: raw
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.extract import EXTRACT_SPEC, extract
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import (
    country,
    refuse_unknown,
    require_requests,
    variables_of,
)
from ansible_collections.thordata.proxies.plugins.plugin_utils._unsafe import make_unsafe


class LookupModule(LookupBase):
    """See the documentation."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the nodes."""
        try:
            require_requests()
            refuse_unknown(self, kwargs)
            self.set_options(var_options=variables_of(self, self._templar, variables), direct=kwargs)
            return make_unsafe(self._nodes(self._flatten(terms)))
        except ThordataError as error:
            raise AnsibleLookupError(f"thordata.proxies.extracted_proxies: {error}") from None

    def _nodes(self, terms: list[Any]) -> list[Any]:
        how, scheme = self.get_option("format"), self.get_option("scheme")
        options = {name: self.get_option(name) for name in EXTRACT_SPEC if name != "country"}
        places = list(dict.fromkeys(country("country", term) for term in terms)) or [None]
        nodes = [node for place in places for node in extract({**options, "country": place})]
        return nodes if how == "dict" else [formatted({**node, "scheme": scheme}, how) for node in nodes]
