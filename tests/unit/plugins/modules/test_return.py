# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module returns is what its RETURN says: keys, types and, by its samples, how texts are written."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.thordata.proxies.plugins import modules
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS
from simulator.gateway import ECHO_HOST

TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict}
SEED = {
    "users": {
        "residential": {
            "scraper01": {"password": "Secret123", "traffic_limit": 1000, "usage_traffic": 950},
            "scraper02": {"password": "Secret123"},
        },
        "unlimited": {"worker01": {"password": "Secret123"}},
    },
    "usage": [{"date": "2026-01-01 05:00", "proxy_type": "residential", "username": "scraper01", "traffic": 4.25}],
    "whitelist": {"residential": {"203.0.113.10": {}, "2001:db8::1": {}, "127.0.0.1": {}}},
    "wallet": 1000,
    "name": "Thor100001",
    "static_proxies": {"isp": [{"ip": "198.51.100.20", "country": "US", "city": "New York"}]},
    "servers": [{"ins_id": "ins-k3x9q2aa", "expiration_time": "+2d", "bound_users": ["worker01"]}],
    "cdks": [
        {"cdk": "EXAMPLEVOUCHER01", "status": "used", "traffic": 10, "use_username": "scraper01"},
        {"cdk": "EXAMPLEVOUCHER02", "traffic": 5},
    ],
    "settings": {"restart_seconds": 1},
}  # fmt: skip
SERVER = {"ins_id": "ins-k3x9q2aa"}
STOCK = {"traffic": 10, "count": 1}
EVERYTHING = list(PARTS)
# Options that together return every key that there is.
TRIED = {
    "account_drift_info": [
        {"declared": {"users": {"residential": [{"username": "scraper01", "traffic_limit": 500}]}, "purge": True}}
    ],
    "account_info": [{"gather": EVERYTHING}, {"gather": EVERYTHING, "format": "declared", "reveal_passwords": True}],
    "cdk": [{**STOCK, "confirm_cost": True}, {"state": "absent", "cdk": "EXAMPLEVOUCHER02"}],
    "cdk_info": [{}, {"cdk": "EXAMPLEVOUCHER01"}, {"format": "declared"}],
    "egress_ip_info": [{"services": ["{echo_url}"]}],
    "extracted_proxies_info": [{"account_name": "Thor100001", "extract_url": "{extract_url}"}],
    "location_info": [
        {"level": "country"},
        {"level": "state", "country": "US"},
        {"level": "city", "country": "US"},
        {"level": "asn", "country": "US"},
    ],
    "proxy_check": [
        {
            "proxies": ["{gateway_url}", "http://td-customer-scraper01:Wrong1234@{gateway}"],
            "check_url": f"http://{ECHO_HOST}/",
            "max_failed": 2,
        }
    ],
    "proxy_user": [{"username": "scraper09", "password": "Secret123"}],
    "proxy_user_info": [{"reveal_passwords": True}, {"format": "declared"}],
    "proxy_users": [{"users": [{"username": "scraper09", "password": "Secret123"}]}],
    "static_proxy_info": [{"reveal_passwords": True}, {"ips": ["198.51.100.20"], "proxy_type": "isp"}],
    "unlimited_server": [
        {**SERVER, "renew_for": 30, "renew_within": "3d", "confirm_cost": True, "bound_users": ["worker01"]}
    ],
    "unlimited_server_info": [
        {"monitor": {"period": 300, "from": "24h"}, "balancing": True, "bound_users": True},
        {"format": "declared"},
    ],
    "usage_info": [{"from_date": "2026-01-01", "to_date": "2026-01-02", "proxy_type": "residential"}],
    "whitelist_ip": [{"ip": "203.0.113.20"}],
    "whitelist_ip_info": [{}, {"format": "declared"}],
    "whitelist_ips": [{"ips": ["203.0.113.20"]}],
}
PRODUCTS = {"residential", "unlimited", "mobile", "isp", "datacenter"}
# What only a refusal returns.
REFUSED = {"api_code"}
# What Ansible adds to each result, or shows by itself.
OF_EVERY_MODULE = {"changed", "failed", "msg", "warnings", "skipped", "invocation"}


def placed(value, sim):
    """Return options with the addresses of the simulator."""
    if isinstance(value, dict):
        return {key: placed(one, sim) for key, one in value.items()}
    if isinstance(value, list):
        return [placed(one, sim) for one in value]
    if isinstance(value, str):
        names = {name: getattr(sim, name) for name in ("echo_url", "extract_url", "gateway_url")}
        names["gateway"] = sim.gateway_url.partition("//")[2]
        return re.sub(r"{(\w+)}", lambda match: names[match[1]], value)
    return value


def spelling(text):
    """Return how a date is written: its digits do not matter."""
    return re.sub(r"\d", "0", text)


def compare(described, returned, where, seen, own):
    """Compare a result with its documentation; add the keys that it has to ``seen``."""
    if len(described) == 1 and {*described, *returned} <= PRODUCTS:  # one product stands for all
        described = dict.fromkeys(returned, *described.values())
    assert set(returned) - own <= set(described), where
    for name, about in described.items():
        if name not in returned:
            continue
        place, value = f"{where}{name}", returned[name]
        seen.add(place)
        if value is None:
            assert "V(none)" in str(about["description"]), place
            continue
        assert isinstance(value, TYPES[about["type"]]), place
        sample = about.get("sample")
        if sample is not None:
            assert isinstance(sample, TYPES[about["type"]]), place
        if about["type"] == "str" and re.fullmatch(r"\d{4}-.*", value):
            assert spelling(value) == spelling(str(sample)), place
        if about["type"] == "list" and value and sample:
            assert type(value[0]) is type(sample[0]), place
        for one in value if isinstance(value, list) else [value]:
            if "contains" in about and one is not None:
                compare(about["contains"], one, f"{place}.", seen, set())


def described_keys(described, where=""):
    for name, about in described.items():
        yield f"{where}{name}"
        yield from described_keys(about.get("contains", {}), f"{where}{name}.")


@pytest.mark.parametrize("name", sorted(one.name for one in pkgutil.iter_modules(modules.__path__)))
def test_a_module_returns_what_it_documents(sim, run, name):
    loaded = importlib.import_module(f"{modules.__name__}.{name}")
    described = yaml.safe_load(loaded.RETURN)
    seen = set()
    for options in placed(TRIED[name], sim):
        sim.reset(SEED)
        if hasattr(loaded.MODULE, "expanded"):
            result = run(loaded.MODULE, **options)
        else:
            checked = ArgumentSpecValidator(loaded.MODULE.argument_spec).validate(options)
            result = loaded.MODULE.run(checked.validated_parameters)
        assert not result.get("failed"), result
        compare(described, result, "", seen, OF_EVERY_MODULE)
    assert set(described_keys(described)) - seen - REFUSED == set()
