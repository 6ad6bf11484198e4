# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter ``account_yaml``; its documentation is in account_yaml.yml."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.thordata.proxies.plugins.module_utils._common.text import one_line

PREFIX = "thordata_account_"
# The key of the items of each part, which its remarks are sorted by too.
KEYS = {"users": "username", "whitelist": "ip", "servers": "ins_id"}
# Names that YAML, of any version and parser, reads as text.
_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z][a-z0-9_-]*|\d+(?:\.\d+){3}", re.I | re.A)
# What a template begins with.
_TEMPLATE = re.compile(r"\{[{%#]")


class _Dumper(yaml.SafeDumper):
    yaml_representers = dict(yaml.SafeDumper.yaml_representers)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    tag = "!unsafe" if _TEMPLATE.search(value) else "tag:yaml.org,2002:str"
    return dumper.represent_scalar(tag, value, style=None if _PLAIN.fullmatch(value) else '"')


# ansible-core 2.19 and newer pass subclasses of all of these.
_Dumper.add_multi_representer(str, _text)
_Dumper.add_multi_representer(int, lambda dumper, value: dumper.represent_int(int(value)))
_Dumper.add_multi_representer(float, lambda dumper, value: dumper.represent_float(float(value)))
_Dumper.add_multi_representer(dict, yaml.SafeDumper.represent_dict)
_Dumper.add_multi_representer(list, yaml.SafeDumper.represent_list)
del _Dumper.yaml_representers[str]


def _line(value: Any) -> str:
    """Return a value as one line of YAML. What looks like a template is marked as none."""
    dumped = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=True, sort_keys=False, width=float("inf"), allow_unicode=True
    )
    return dumped.removesuffix("\n").removesuffix("\n...")


def _comment(text: str) -> str:
    """Return a comment of one line, whatever the API put into it."""
    return f"# {one_line(text)}"


def _items(items: Sequence[Mapping[str, Any]], key: str, remarks: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each item, with the remark on it; a comment for each remark on what is not among the items."""
    there = {one[key]: _line(one) for one in items if key in one}
    for name in sorted({*there, *remarks}):
        remark = _comment(remarks[name]) if name in remarks else ""
        yield f"- {there[name]}  {remark}".rstrip() if name in there else _comment(f"{_line(name)}: {remark[2:]}")


def _by_product(part: str, account: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a part that has a list for each product. An empty list is left out: purge would refuse it."""
    remarks = account["declared"].get("remarks", {}).get(part, {})
    lines = []
    for product, items in account["declared"][part].items():
        body = list(_items(items, KEYS[part], remarks.get(product, {})))
        head = f"{product}:" if items else f"# {product}: none that can be declared" if body else f"# {product}: none"
        lines += [f"  {head}", *(f"    {line}" for line in body)]
    empty = not any(account["declared"][part].values())
    yield f"{PREFIX}{part}:{' {}' if empty else ''}"
    yield from lines


def _list(part: str, account: Mapping[str, Any]) -> Iterator[str]:
    items = account["declared"][part]
    yield f"{PREFIX}{part}:{'' if items else ' []'}"
    if part in KEYS:
        yield from (f"  {line}" for line in _items(items, KEYS[part], account["declared"]["remarks"].get(part, {})))
    else:
        yield from (f"  - {_line(one)}" for one in items)


def _passwords(account: Mapping[str, Any]) -> Iterator[str]:
    products = {name: found for name, found in account["declared"]["passwords"].items() if found}
    yield f"{PREFIX}passwords:{'' if products else ' {}'}"
    for product, passwords in products.items():
        yield f"  {product}:"
        yield from (f"    {_line(name)}: {_line(passwords[name])}" for name in sorted(passwords))


def _variables(account: Mapping[str, Any]) -> Iterator[str]:
    parts: dict[str, Callable[[str, Mapping[str, Any]], Iterator[str]]] = {
        "users": _by_product,
        "whitelist": _by_product,
        "servers": _list,
        "vouchers": _list,
    }
    for name, reason in sorted(account.get("unavailable", {}).items()):
        yield _comment(f"Not there: {name}. {reason}")
    for part, lines in parts.items():
        if part in account["declared"]:
            yield from lines(part, account)


def account_yaml(account: Any, part: str = "variables") -> str:
    """Return the text of a file of variables, one line for each item."""
    needed = {"variables": "remarks", "passwords": "passwords"}.get(part)
    if needed is None:
        raise AnsibleFilterError(f"thordata.proxies.account_yaml: it makes variables or passwords, not {part!r}.")
    if not isinstance(account, Mapping) or needed not in account.get("declared", {}):
        options = "format=declared" + (" and reveal_passwords=true" if part == "passwords" else "")
        raise AnsibleFilterError(
            f"thordata.proxies.account_yaml: it takes what the module account_info returns with {options}."
        )
    lines = _passwords(account) if part == "passwords" else _variables(account)
    return "".join(f"{line}\n" for line in lines)


class FilterModule:
    """The filter."""

    def filters(self) -> dict[str, Any]:
        """Return it by its name."""
        return {"account_yaml": account_yaml}
