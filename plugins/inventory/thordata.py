# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory ``thordata``."""

from __future__ import annotations

DOCUMENTATION = r"""
name: thordata
short_description: Bought addresses and rented servers of a Thordata account as hosts
version_added: 1.0.0
author:
  - thordata.proxies contributors (@thordata-proxies)
description:
  - Makes hosts of the bought ISP and datacenter addresses and of the unlimited servers of an account.
  - The file must end in C(.thordata.yml) or C(.thordata.yaml).
  - The token may be a template, or encrypted with Ansible Vault.
  - Hosts are named by their address, servers by their C(plan_name). An address that is there twice is one host, the one
    that expires last.
  - Variables of hosts, each behind O(variable_prefix), are C(product) (V(isp), V(datacenter) or V(server)), C(country),
    C(city), C(port), C(username), C(purchase_time), C(expiration_time), C(expiration_timestamp); of servers C(ins_id),
    C(plan_name), C(region), C(size), C(bandwidth), C(status) and the times; C(password) with O(reveal_passwords=true).
  - Groups are C(isp), C(datacenter), C(servers), C(country_us), C(city_new_york), C(region_na_siliconvalley),
    C(size_16vcpu_32gib), C(status_turn_on), C(expired), and C(expires_7d) for each of O(expiry_horizons).
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [thordata.proxies.thordata]
  isp:
    description: Whether to read the ISP addresses.
    type: bool
    default: true
  datacenter:
    description: Whether to read the datacenter addresses.
    type: bool
    default: true
  servers:
    description: Whether to read the unlimited servers.
    type: bool
    default: true
  countries:
    description: Only addresses in these countries, two letters each.
    type: list
    elements: str
    default: []
  hide_expired:
    description: Whether to leave out what has expired.
    type: bool
    default: false
  filters:
    description:
      - Only hosts for which all of these expressions are true, as in C(when). They know the variables of the host.
      - They are asked before hosts are made.
    type: list
    elements: str
    default: []
  expiry_horizons:
    description: For each of these times there is a group of what expires within it.
    type: list
    elements: str
    default: [1d, 7d, 30d]
  variable_prefix:
    description: What the names of the variables begin with.
    type: str
    default: thordata_
  reveal_passwords:
    description: Whether hosts have the passwords of their addresses.
    type: bool
    default: false
extends_documentation_fragment:
  - thordata.proxies.plugin_account
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
"""

EXAMPLES = r"""
---
# proxies.thordata.yml
plugin: thordata.proxies.thordata
api_token: "{{ lookup('ansible.builtin.env', 'THORDATA_PUBLIC_TOKEN') }}"
countries: [us, gb]
expiry_horizons: [3d, 14d]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/thordata-inventory
compose:
  ansible_host: thordata_ip | default(inventory_hostname)
groups:
  renew_soon: thordata_expiration_timestamp | int < now().timestamp() + 3 * 86400
keyed_groups:
  - key: thordata_product
    prefix: product
"""

import re
from collections.abc import Iterator
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.thordata.proxies.plugins.module_utils import _times
from ansible_collections.thordata.proxies.plugins.module_utils._errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._resources import some
from ansible_collections.thordata.proxies.plugins.module_utils._servers import read_servers
from ansible_collections.thordata.proxies.plugins.module_utils._static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import account

Row = dict[str, Any]
ACCOUNT_OPTIONS = ("api_token", "api_key", "api_url")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See the documentation."""

    NAME = "thordata.proxies.thordata"

    def verify_file(self, path: str) -> bool:
        """Return whether the file is one of this plugin, by its name."""
        return super().verify_file(path) and path.endswith((".thordata.yml", ".thordata.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory from the cache or from the API."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            self._refuse_unknown(config)
            self._fill(self._rows(path, cache))
        except ThordataError as error:
            raise AnsibleParserError(f"{path}: {error}") from None

    def _refuse_unknown(self, config: Any) -> None:
        """Raise OptionError for keys of the file that are no options, which Ansible would pass over."""
        unknown = []
        for name in config or ():
            try:
                self.get_option(name)
            except KeyError:
                unknown.append(str(name))
        if unknown:
            raise OptionError(
                f"Unknown options: {some(unknown)}", "See ansible-doc -t inventory thordata.proxies.thordata"
            )

    def _rows(self, path: str, cache: bool) -> list[Row]:
        """Return what the API lists, with passwords only where they are asked for; no request when it is cached."""
        what = [name for name in ("isp", "datacenter", "servers", "reveal_passwords") if self.get_option(name)]
        key = "_".join([self.get_cache_key(path), *what])
        use_cache = self.get_option("cache") and cache
        if use_cache:
            try:
                rows = self._cache[key]
                if isinstance(rows, list):
                    return rows
            except KeyError:
                pass
        rows = list(self._read())
        if self.get_option("cache"):
            self._cache[key] = rows
        return rows

    def _read(self) -> Iterator[Row]:
        products = [one for one in ("isp", "datacenter") if self.get_option(one)]
        if not products and not self.get_option("servers"):
            raise OptionError("isp, datacenter and servers are all off", "Switch one of them on")
        client = account(self._option)
        zone = _times.zone(self.get_option("api_timezone"))
        hidden = () if self.get_option("reveal_passwords") else ("password",)
        for product in products:
            for one in read_static_proxies(client, product, zone):
                del one["proxy_type"]
                yield {"product": product, **{name: value for name, value in one.items() if name not in hidden}}
        if self.get_option("servers"):
            for one in read_servers(client, zone):
                yield {"product": "server", **one}

    def _option(self, name: str) -> Any:
        value = self.get_option(name)
        if name in ACCOUNT_OPTIONS and isinstance(value, str) and self.templar.is_template(value):
            try:
                return self.templar.template(value)
            except Exception as error:  # its text may quote what the template was about to make
                raise OptionError(f"The template of {name} fails ({type(error).__name__})", "Check it") from None
        return value

    def _fill(self, rows: list[Row]) -> None:
        now = _times.now()
        horizons = {
            f"expires_{text}": _times.duration("expiry_horizons", text) for text in self._list("expiry_horizons")
        }
        countries = {code.lower() for code in self._list("countries")}
        prefix = self.get_option("variable_prefix")
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*|", prefix):
            raise OptionError(f"variable_prefix must begin a variable's name, not {prefix!r}")
        options = [self.get_option(name) for name in ("compose", "groups", "keyed_groups", "strict")]
        filters, hide_expired = self._list("filters"), self.get_option("hide_expired")
        for name, row in self._named(rows).items():
            expires = row.get("expiration_timestamp")
            expired = expires is not None and expires < now
            if expired and hide_expired:
                continue
            if countries and str(row.get("country")).lower() not in countries and row["product"] != "server":
                continue
            variables = {prefix + key: value for key, value in row.items()}
            if not self._passes(filters, variables):
                continue
            self.inventory.add_host(name)
            self.inventory.hosts[name].vars.update(variables)
            for group in groups_of(row, expired):
                self._add(group, name)
            for group, seconds in horizons.items():
                if expires is not None and not expired and expires <= now + seconds:
                    self._add(group, name)
            self._construct(name, variables, *options)

    def _list(self, name: str) -> list[str]:
        return list(self.get_option(name) or ())

    def _named(self, rows: list[Row]) -> dict[str, Row]:
        """Return the rows by the names of their hosts; say which had to be left out."""
        named: dict[str, Row] = {}
        for row in rows:
            name = str(row.get("plan_name" if row["product"] == "server" else "ip") or "")
            if not re.fullmatch(r"[0-9A-Za-z._:-]+", name):
                self.display.warning(f"The API lists a {row['product']} with the name {name!r}; it is left out")
                continue
            before = named.get(name)
            if before is not None:
                self.display.warning(f"The API lists {name} twice; the one that expires last is taken")
                if (before.get("expiration_timestamp") or 0) >= (row.get("expiration_timestamp") or 0):
                    continue
            named[name] = row
        return named

    def _passes(self, filters: list[str], variables: Row) -> bool:
        for expression in filters:
            try:
                if not self._compose(expression, variables):
                    return False
            except Exception as error:
                raise OptionError(f"The filter {expression!r} fails ({type(error).__name__})", "Check it") from None
        return True

    def _add(self, group: str, host: str) -> None:
        if group not in self.inventory.groups:
            self.inventory.add_group(group)
        self.inventory.add_child(group, host)

    def _construct(self, host: str, variables: Row, compose: Any, groups: Any, keyed: Any, strict: bool) -> None:
        if compose:
            self._set_composite_vars(compose, variables, host, strict=strict)
        if groups:
            self._add_host_to_composed_groups(groups, variables, host, strict=strict)
        if keyed:
            self._add_host_to_keyed_groups(keyed, variables, host, strict=strict)


def groups_of(row: Row, expired: bool) -> list[str]:
    """Return the groups of a host that its properties make."""
    groups = ["servers" if row["product"] == "server" else row["product"]]
    for name in ("country", "city", "region", "size", "status"):
        if row.get(name):
            groups.append(f"{name}_{re.sub('[^a-z0-9]+', '_', str(row[name]).lower()).strip('_')}")
    return [*groups, "expired"] if expired else groups
