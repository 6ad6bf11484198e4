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
  - O(api_token), O(api_key), O(api_url) and O(api_timezone) may be templates, which know the extra variables (C(-e)),
    or encrypted with Ansible Vault. What the file leaves out is taken from extra variables, the environment or
    C(ansible.cfg).
  - Hosts are named by their address, servers by their C(plan_name). An address that is there twice is one host, the one
    that expires last.
  - Each host has all variables, null where its product has none. Their names begin with O(variable_prefix).
  - Variables of all hosts are C(thordata_product) (V(isp), V(datacenter) or V(server)), C(thordata_purchase_time),
    C(thordata_expiration_time) and C(thordata_expiration_timestamp) (Unix time in seconds).
  - Variables of bought addresses are C(thordata_ip), C(thordata_port), C(thordata_username), C(thordata_country) (two
    letters in lower case), C(thordata_city), and with O(reveal_passwords=true) C(thordata_password).
  - Variables of servers are C(thordata_ins_id), C(thordata_plan_name), C(thordata_region), C(thordata_order_id),
    C(thordata_size), C(thordata_bandwidth) (Mbps) and C(thordata_status).
  - All groups are children of the group C(thordata). Their names begin with O(group_prefix).
  - Groups by product are C(thordata_isp), C(thordata_datacenter) and C(thordata_servers), by place
    C(thordata_country_us), C(thordata_city_us_new_york) and C(thordata_region_na_siliconvalley), by kind of server
    C(thordata_size_16vcpu_32gib) and C(thordata_status_turn_on), by time C(thordata_expired), and
    C(thordata_expires_7d) for each of O(expiry_horizons).
  - A name that a group cannot have is folded, and ends in a hash, so that no two cities share a group.
  - What the API sends is never taken for a template.
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
    description:
      - Only hosts in these countries, two letters each (V(us), not V(usa)), in lower or upper case.
      - Quote V('no'), Norway, which YAML takes for a boolean.
      - Servers have a region and no country; see O(include_without_country).
    type: list
    elements: str
    default: []
  include_without_country:
    description: Whether O(countries) keeps hosts that have no country, which are the servers.
    type: bool
    default: false
  hide_expired:
    description: Whether to leave out addresses and servers that have expired.
    type: bool
    default: false
  filters:
    description:
      - Only hosts for which all of these expressions are true, as in C(when). They know the variables of the host.
      - They are evaluated before hosts are created.
      - An expression that fails, as one with an undefined variable or V(thordata_bandwidth > 200) for an address, whose
        bandwidth is null, is false, and a warning tells why. With O(strict=true) it is an error.
    type: list
    elements: str
    default: []
  expiry_horizons:
    description: For each of these times, such as V(7d), V(12h) or V(90m), a group of the hosts that expire within it.
    type: list
    elements: str
    default: [1d, 7d, 30d]
  variable_prefix:
    description:
      - What the names of the variables begin with.
      - It can be neither empty nor begin with C(ansible_), which would overwrite names that Ansible uses itself.
    type: str
    default: thordata_
  group_prefix:
    description: What the names of the groups begin with. It may be empty.
    type: str
    default: thordata_
  reveal_passwords:
    description:
      - Whether to set a variable with the password of each address.
      - It cannot be combined with O(cache), which would store the passwords on the disk, unless O(cache_plugin=memory).
    type: bool
    default: false
extends_documentation_fragment:
  - thordata.proxies.account
  - thordata.proxies.account.plugin
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
"""

EXAMPLES = r"""
---
# proxies.thordata.yml
plugin: thordata.proxies.thordata
api_token: "{{ lookup('ansible.builtin.env', 'THORDATA_PUBLIC_TOKEN') }}"
countries: [us, gb]
include_without_country: true
filters:
  - thordata_product == 'server' or thordata_country == 'us' or thordata_city == 'London'
expiry_horizons: [3d, 14d]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/thordata-inventory
compose:
  ansible_host: thordata_ip or inventory_hostname
groups:
  renew_soon: thordata_expiration_timestamp | int < now().timestamp() + 3 * 86400
keyed_groups:
  - key: thordata_product
    prefix: product
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.servers import read_servers
from ansible_collections.thordata.proxies.plugins.module_utils._account.static_proxies import read_static_proxies
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._common.text import joined
from ansible_collections.thordata.proxies.plugins.plugin_utils._options import (
    account,
    country,
    reason,
    templated,
    variables_of,
)
from ansible_collections.thordata.proxies.plugins.plugin_utils._unsafe import make_unsafe

Row = dict[str, Any]
STATIC_PRODUCTS = ("isp", "datacenter")
PRODUCT_OPTIONS = (*STATIC_PRODUCTS, "servers")
TEMPLATE_OPTIONS = ("api_token", "api_key", "api_url", "api_timezone")
# The variables of a host without their prefix; "password" comes with them where it is asked for.
VARIABLES = (
    "product",
    "ip",
    "port",
    "username",
    "country",
    "city",
    "ins_id",
    "plan_name",
    "region",
    "order_id",
    "size",
    "bandwidth",
    "status",
    "purchase_time",
    "expiration_time",
    "expiration_timestamp",
)
NUMBERS = ("port", "bandwidth", "expiration_timestamp")
PARENT_GROUP = "thordata"
LONGEST_IN_GROUP = 60
# Letters that are no letter with an accent.
LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


@dataclass(frozen=True)
class Choice:
    """Which rows become hosts, and how they are called. ``horizons``: seconds by group; ``now``: Unix time."""

    countries: frozenset[str]
    include_without_country: bool
    hide_expired: bool
    filters: Sequence[str]
    horizons: Mapping[str, int]
    variable_prefix: str
    group_prefix: str
    strict: bool
    now: float

    def __post_init__(self) -> None:
        if not re.fullmatch("(?!ansible_)[A-Za-z_][A-Za-z0-9_]*", self.variable_prefix):
            raise OptionError(
                f"variable_prefix must begin a variable's name and not be ansible_, not {self.variable_prefix!r}",
                "The default is thordata_",
            )
        if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*|", self.group_prefix):
            raise OptionError(f"group_prefix must begin a group's name, not {self.group_prefix!r}")
        for expression in self.filters:
            if not isinstance(expression, str):
                raise OptionError(f"filters must be expressions, not {expression!r}", "Quote it")
            try:
                jinja2.Environment().parse(f"{{{{ {expression} }}}}")
            except jinja2.TemplateSyntaxError as error:
                raise OptionError(f"The filter {expression!r} is no expression: {error.message}") from None

    def has(self, row: Row) -> bool:
        """Return whether place and expiry of the row are among those that are asked for."""
        if self.hide_expired and self._expired(row):
            return False
        if row["country"] is None:
            return self.include_without_country or not self.countries
        return not self.countries or row["country"] in self.countries

    def variables(self, row: Row) -> Row:
        """Return the variables of a host."""
        return make_unsafe({self.variable_prefix + name: value for name, value in row.items()})

    def groups(self, row: Row) -> list[str]:
        """Return the groups of a host that its properties make."""
        places = (("country", row["country"], " "), ("city", _city(row), " "), ("region", row["region"], "-"))
        states = (("size", row["size"], "-"), ("status", row["status"], " "))
        names = ["servers" if row["product"] == "server" else row["product"]]
        names += [f"{kind}_{group_part(value, separator)}" for kind, value, separator in places + states if value]
        if self._expired(row):
            names.append("expired")
        elif row["expiration_timestamp"] is not None:
            left = row["expiration_timestamp"] - self.now
            names += [name for name, seconds in self.horizons.items() if left <= seconds]
        return [self.group_prefix + name for name in names]

    def _expired(self, row: Row) -> bool:
        return row["expiration_timestamp"] is not None and row["expiration_timestamp"] < self.now


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See the documentation."""

    NAME = "thordata.proxies.thordata"

    def verify_file(self, path: str) -> bool:
        """Return whether the file is one of this plugin, by its name."""
        return super().verify_file(path) and path.endswith((".thordata.yml", ".thordata.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory from the cache or from the API."""
        super().parse(inventory, loader, path, cache)
        try:
            self.templar.available_variables = self._vars
            self._vars = {**self._vars, **variables_of(self, self.templar, self._vars)}
            self._refuse_unknown(self._read_config_data(path))
            choice = self._choice()
            rows = self._rows(path, cache)
            self._warn_of_empty_countries(choice, rows)
            self._fill(choice, self._named(rows))
        except ThordataError as error:
            raise AnsibleParserError(str(error)) from None

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
                f"Unknown options: {joined(unknown)}", "See ansible-doc -t inventory thordata.proxies.thordata"
            )

    def _choice(self) -> Choice:
        return Choice(
            countries=frozenset(country("countries", code) for code in self._list("countries")),
            include_without_country=self.get_option("include_without_country"),
            hide_expired=self.get_option("hide_expired"),
            filters=self._list("filters"),
            horizons=dict(_horizon(str(text)) for text in self._list("expiry_horizons")),
            variable_prefix=self.get_option("variable_prefix"),
            group_prefix=self.get_option("group_prefix"),
            strict=self.get_option("strict"),
            now=times.now(),
        )

    def _list(self, name: str) -> list[Any]:
        return list(self.get_option(name) or ())

    def _option(self, name: str) -> Any:
        value = self.get_option(name)
        return templated(self.templar, name, {name: value}) if name in TEMPLATE_OPTIONS else value

    def _rows(self, path: str, cache: bool) -> list[Row]:
        """Return what the API lists, with passwords only where they are asked for; no request when it is cached."""
        if not any(self.get_option(name) for name in PRODUCT_OPTIONS):
            raise OptionError("isp, datacenter and servers are all off", "Switch one of them on")
        if not self.get_option("cache"):
            return list(self._read())
        if self.get_option("reveal_passwords") and self.get_option("cache_plugin").rpartition(".")[2] != "memory":
            raise OptionError(
                "reveal_passwords and cache exclude each other: the cache would keep the passwords in clear text",
                "Set cache: false, or get the passwords by the lookup static_proxies where they are used",
            )
        key = self._cache_key(path)
        rows = self._cached(key) if cache else None
        if rows is None:
            rows = list(self._read())
            self._cache[key] = rows
        return rows

    def _cache_key(self, path: str) -> str:
        """Return a key of the account and of all options that change what is read, which gives none of them away."""
        options = [self._option(name) for name in (*TEMPLATE_OPTIONS, *PRODUCT_OPTIONS, "reveal_passwords")]
        text = json.dumps([None if value is None else str(value) for value in options])
        return f"{self.get_cache_key(path)}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def _cached(self, key: str) -> list[Row] | None:
        """Return the rows of the cache; None, with a warning, for what this plugin cannot have put there."""
        try:
            rows = self._cache[key]
        except KeyError:
            return None
        except Exception as error:  # each cache plugin has its own for a file that is broken
            self.display.warning(f"The cached inventory cannot be read ({type(error).__name__}); it is read anew")
            return None
        if _are_rows(rows, self._names()):
            return rows
        self.display.warning("The cached inventory is not one of this plugin; it is read anew")
        return None

    def _names(self) -> list[str]:
        """Return the names of the variables that hosts have."""
        return [*VARIABLES, "password"] if self.get_option("reveal_passwords") else [*VARIABLES]

    def _read(self) -> Iterator[Row]:
        client = account(self._option)
        zone = times.zone(self._option("api_timezone"))
        names = self._names()
        for product in STATIC_PRODUCTS:
            if self.get_option(product):
                for one in read_static_proxies(client, product, zone):
                    yield {name: product if name == "product" else one.get(name) for name in names}
        if self.get_option("servers"):
            for one in read_servers(client, zone):
                yield {name: "server" if name == "product" else one.get(name) for name in names}

    def _warn_of_empty_countries(self, choice: Choice, rows: Sequence[Row]) -> None:
        there = {row["country"] for row in rows if row["country"]}
        missing = sorted(choice.countries - there)
        if missing:
            self.display.warning(
                f"countries: no address is in {joined(missing)}; the addresses of the account are in"
                f" {joined(sorted(there)) or 'no country'}"
            )

    def _named(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Return the rows by the names of their hosts; warn of those that are left out."""
        named: dict[str, Row] = {}
        nameless: list[str] = []
        twice: Counter[str] = Counter()
        for row in rows:
            name = str(row["plan_name" if row["product"] == "server" else "ip"] or "")
            # With a dot or a colon, as names such as localhost or all have none and mean something else to Ansible.
            if not re.fullmatch(r"(?=.*[.:])[0-9A-Za-z][0-9A-Za-z._:-]{0,252}", name):
                nameless.append(f"{row['product']} {name[:40]!r}")
            elif name not in named:
                named[name] = row
            else:
                twice[name] += 1
                if (named[name]["expiration_timestamp"] or 0) < (row["expiration_timestamp"] or 0):
                    named[name] = row
        if nameless:
            self.display.warning(
                f"Names that the API lists and no host can have, which are left out ({len(nameless)}):"
                f" {joined(nameless, most=5)}"
            )
        if twice:
            self.display.warning(
                f"Hosts that the API lists more than once, of which the one that expires last is taken ({len(twice)}):"
                f" {joined(twice, most=5)}"
            )
        return named

    def _fill(self, choice: Choice, named: Mapping[str, Row]) -> None:
        """Make the hosts that are asked for, their groups, and what the options of constructed inventories add."""
        chosen = self._chosen(choice, named)
        groups = {host: choice.groups(named[host]) for host in chosen}
        for host, variables in chosen.items():
            self._add_host(host, variables, groups[host])
        self._add_parent(group for of_host in groups.values() for group in of_host)
        self._construct(chosen, choice.strict)

    def _chosen(self, choice: Choice, named: Mapping[str, Row]) -> dict[str, Row]:
        """Return the variables of the hosts that are asked for; warn of each filter that fails."""
        failures: dict[str, str] = {}
        hosts = {name: choice.variables(row) for name, row in named.items() if choice.has(row)}
        chosen = {name: one for name, one in hosts.items() if self._passes(choice, name, one, failures)}
        for expression, why in failures.items():
            self.display.warning(f"The filter {expression!r} fails, and is taken for false: {why}")
        return chosen

    def _passes(self, choice: Choice, host: str, variables: Row, failures: dict[str, str]) -> bool:
        """Return whether all filters are true for a host; a filter that fails is noted in ``failures``, or raises."""
        for expression in choice.filters:
            try:
                if not self._compose(expression, variables):
                    return False
            except Exception as error:
                why = f"{reason(error)} ({host})"
                if choice.strict:
                    raise OptionError(f"The filter {expression!r} fails: {why}", "Check it") from None
                failures.setdefault(expression, why)
                return False
        return True

    def _add_host(self, host: str, variables: Row, groups: Sequence[str]) -> None:
        self.inventory.add_host(host)
        # A fifth of the time of a large inventory since ansible-core 2.19, which checks each name and notes the file as
        # the origin of each value, for its messages; there is no other public way to set the variables of a host.
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        for group in groups:
            self.inventory.add_group(group)
            self.inventory.add_child(group, host)

    def _add_parent(self, groups: Iterable[str]) -> None:
        """Make the groups children of the one parent; without groups there is none."""
        for group in dict.fromkeys(groups):
            self.inventory.add_group(PARENT_GROUP)
            self.inventory.add_child(PARENT_GROUP, group)

    def _construct(self, hosts: Mapping[str, Row], strict: bool) -> None:
        """Do what Ansible's options of constructed inventories ask for."""
        compose, groups, keyed_groups = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        for host, variables in hosts.items():
            self._set_composite_vars(compose, variables, host, strict=strict)
            self._add_host_to_composed_groups(groups, variables, host, strict=strict)
            self._add_host_to_keyed_groups(keyed_groups, variables, host, strict=strict)


def _horizon(text: str) -> tuple[str, int]:
    """Return the group of a horizon without its prefix, and its seconds."""
    return "expires_" + re.sub(r"\s", "", text).lower(), times.duration("expiry_horizons", text)


def _are_rows(rows: Any, names: Sequence[str]) -> bool:
    """Return whether rows that come from a cache have what this plugin puts there, and nothing else."""
    return isinstance(rows, list) and all(
        isinstance(row, dict)
        and set(row) == set(names)
        and all(isinstance(value, (type(None), *_types(name))) for name, value in row.items())
        for row in rows
    )


def _types(name: str) -> tuple[type, ...]:
    return (int, float) if name in NUMBERS else (str,)


def _city(row: Row) -> str:
    """Return the city with its country: there is a London in more than one."""
    return " ".join(one for one in (row["country"], row["city"]) if one) if row["city"] else ""


def group_part(value: str, separator: str = " ") -> str:
    """Return a name as part of a group's: readable, and never the same for two names that differ in more than case.

    A name of ASCII letters and digits, with ``separator`` between its words, stays as it is. Any other is folded, where
    letters of other scripts become their code points, and ends in a hash.
    """
    value = unicodedata.normalize("NFC", value.lower())
    readable = re.sub("[^a-z0-9]+", "_", "".join(map(_folded, value.translate(LETTERS)))).strip("_")
    if len(value) <= LONGEST_IN_GROUP and re.fullmatch(f"[a-z0-9]+(?:{re.escape(separator)}[a-z0-9]+)*", value):
        return readable
    digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:6]
    return f"{readable[:LONGEST_IN_GROUP].rstrip('_')}__{digest}"


def _folded(letter: str) -> str:
    plain = "".join(one for one in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(one))
    if plain.isascii():
        return plain
    return f"_u{ord(letter):04x}_" if letter.isalnum() else "_"
