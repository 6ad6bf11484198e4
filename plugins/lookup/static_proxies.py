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
  - It sends one request, however many terms there are.
options:
  _terms:
    description:
      - Which proxies to return. A term is a country of two letters (V(us), not V(usa)), an address, or a city as the
        API writes it; the case of letters does not matter. A proxy is returned if one of the terms names it.
      - If there are no terms, all proxies are returned.
    type: list
    elements: str
  allow_empty:
    description:
      - Whether a term without proxies, or an account without proxies, gives an empty result.
      - If V(false), it is an error, whose message names the countries of the proxies that the account has.
    type: bool
    default: false
  proxy_type:
    description: The product of the addresses.
    type: str
    choices: [isp, datacenter]
    default: isp
  expired:
    description: Whether to return expired addresses as well.
    type: bool
    default: false
  scheme:
    description: The protocol of the proxies, which their URLs begin with.
    type: str
    choices: [http, https, socks5, socks5h]
    default: http
  format:
    description:
      - What to return for each proxy, V(dict) or a format of P(thordata.proxies.proxy_format#filter), which has an
        example of each.
      - V(dict) has the keys that M(thordata.proxies.static_proxy_info) returns, and C(password).
    type: str
    default: url
notes:
  - The result contains passwords.
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.plugin
"""

EXAMPLES = r"""
---
- name: Hand the American addresses to a scraper
  ansible.builtin.set_fact:
    proxies: "{{ query('thordata.proxies.static_proxies', 'us') }}"
  no_log: true

- name: Those in New York, and the German ones if there are any
  ansible.builtin.set_fact:
    proxies: "{{ query('thordata.proxies.static_proxies', 'New York', 'de', allow_empty=true) }}"
  no_log: true

- name: The datacenter addresses as lines that a scraper reads, host:port:username:password
  ansible.builtin.copy:
    content: |
      {% for line in query('thordata.proxies.static_proxies', proxy_type='datacenter', format='host_port_user_pass') %}
      {{ line }}
      {% endfor %}
    dest: "{{ list_folder }}/proxies.txt"
    mode: "0600"
  no_log: true

- name: One address as the environment of a command
  ansible.builtin.command:
    cmd: env
  environment: "{{ query('thordata.proxies.static_proxies', '198.51.100.20', format='env') | first }}"
  changed_when: false
  no_log: true

- name: All that is known of each address, to choose by it
  ansible.builtin.set_fact:
    expires_first: >-
      {{ query('thordata.proxies.static_proxies', format='dict') | sort(attribute='expiration_timestamp')
      | map(attribute='ip') | first }}

- name: What other clients want
  ansible.builtin.set_fact:
    for_requests: "{{ query('thordata.proxies.static_proxies', 'us', format='requests') }}"
    for_scrapy: "{{ query('thordata.proxies.static_proxies', 'us', format='scrapy') }}"
    for_playwright: "{{ query('thordata.proxies.static_proxies', 'us', format='playwright') }}"
    for_squid: "{{ query('thordata.proxies.static_proxies', 'us', format='squid') }}"
    for_proxychains: "{{ query('thordata.proxies.static_proxies', 'us', format='proxychains') }}"
  no_log: true
"""

RETURN = r"""
_raw:
  description: The proxies, in the order of the API, each as O(format) says; with their passwords.
  type: list
  elements: raw
"""

from collections.abc import Sequence
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.resources import Item
from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import proxy
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import (
    account,
    country,
    refuse_unknown,
    variables_of,
)
from ansible_collections.thordata.proxies.plugins.plugin_utils._unsafe import make_unsafe

NAMED_BY = ("country", "ip", "city")


class LookupModule(LookupBase):
    """See the documentation."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Return the proxies."""
        try:
            refuse_unknown(self, kwargs)
            self.set_options(var_options=variables_of(self, self._templar, variables), direct=kwargs)
            return make_unsafe(self._proxies(self._flatten(terms)))
        except ThordataError as error:
            raise AnsibleLookupError(f"thordata.proxies.static_proxies: {error}") from None

    def _proxies(self, terms: Sequence[Any]) -> list[Any]:
        how, scheme = self.get_option("format"), self.get_option("scheme")
        wanted = {_wanted(term): str(term) for term in terms}
        zone = times.zone(self.get_option("api_timezone"))
        listed = read_static_proxies(account(self.get_option), self.get_option("proxy_type"), zone)
        now = times.now()
        there = [one for one in listed if self.get_option("expired") or (one["expiration_timestamp"] or now) >= now]
        found = [one for one in there if not wanted or _names(one) & set(wanted)]
        if not self.get_option("allow_empty"):
            named = {name for one in found for name in _names(one)}
            self._refuse([term for name, term in wanted.items() if name not in named], there)
        return found if how == "dict" else [formatted(proxy(one, scheme=scheme), how) for one in found]

    def _refuse(self, missing: Sequence[str], there: Sequence[Item]) -> None:
        """Raise OptionError for terms that name no proxy, and for no proxy at all."""
        what = f"{self.get_option('proxy_type')} address"
        if not self.get_option("expired"):
            what += " that has not expired"
        advice = "Or set allow_empty: true"
        if not there:
            raise OptionError(f"The account has no {what}", advice)
        if missing:
            countries = joined(sorted({str(one["country"]) for one in there if one["country"]})) or "no country"
            raise OptionError(
                f"The account has no {what} for {joined(map(repr, missing))}; it has some in {countries}",
                f"A term is a country of two letters, an address or a city. {advice}",
            )


def _wanted(term: Any) -> str:
    """Return a term as ``_names`` spells it. Raises OptionError for a boolean, which no place or address is."""
    return country("A term", term) if isinstance(term, bool) else str(term).strip().lower()


def _names(one: Item) -> set[str]:
    return {str(one[key]).lower() for key in NAMED_BY if one[key]}
