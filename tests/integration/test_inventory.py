# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory and the lookups, as the commands show them."""

from __future__ import annotations

import json

import pytest
from ansible_project import to_yaml
from conftest import SEED
from test_both_ways import VAULT_PASSWORD, vaulted

CACHE = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}


@pytest.fixture(autouse=True)
def holdings(sim):
    addresses = [
        {"ip": "198.51.100.20", "username": "ispuser1", "password": "Isp@2026", "expiration_time": "+10d"},
        {
            "ip": "198.51.100.21",
            "username": "ispuser1",
            "password": "Isp@2026",
            "expiration_time": "+2d",
            "country": "GB",
        },
        {"ip": "198.51.100.22", "expiration_time": "-1d", "city": "São Paulo", "country": "BR"},
    ]
    server = {"ins_id": "ins-one", "plan_name": "one.proxy.thordata.net", "expiration_time": "+20d"}
    more = {"servers": [server], "static_proxies": {"isp": addresses, "datacenter": [{"ip": "203.0.113.40"}]}}
    sim.reset({**SEED, **more, "whitelist": {"residential": {"203.0.113.9": {}}}})
    return sim


def write_source(project, source):
    """Write a source of this plugin; the project's own inventory becomes an empty one."""
    (project.folder / "inventory.yml").write_text("all: {hosts: {}}\n", encoding="utf-8")
    (project.folder / "proxies.thordata.yml").write_text(to_yaml(source), encoding="utf-8")


def listed(project, *options, env=None, **config):
    """Return what ansible-inventory lists of a source with this configuration: the run, host variables, groups."""
    source = {"plugin": "thordata.proxies.thordata", **project.account, **config}
    write_source(project, source)
    run = project.run("ansible-inventory", "-i", "proxies.thordata.yml", "--list", *options, env=env)
    start = run.output.find("\n{")
    start = 0 if run.output.startswith("{") else start + 1
    text = run.output[start:].partition("\n}")[0] + "\n}"
    # ansible-core marks in its JSON what is no template.
    data = json.loads(text, object_hook=lambda one: one.get("__ansible_unsafe", one)) if "{" in run.output else {}
    groups = {name: sorted(group.get("hosts", [])) for name, group in data.items() if name != "_meta"}
    return run, data.get("_meta", {}).get("hostvars", {}), groups


def test_hosts_variables_and_groups(project, sim):
    run, hosts, groups = listed(project)
    assert run.code == 0, run.output
    assert sorted(hosts) == [
        "198.51.100.20",
        "198.51.100.21",
        "198.51.100.22",
        "203.0.113.40",
        "one.proxy.thordata.net",
    ]
    one = hosts["198.51.100.20"]
    assert (one["thordata_product"], one["thordata_port"], one["thordata_country"]) == ("isp", 6666, "US")
    assert "Isp@2026" not in run.output
    assert hosts["one.proxy.thordata.net"]["thordata_bandwidth"] == 300
    assert groups["isp"] == ["198.51.100.20", "198.51.100.21", "198.51.100.22"]
    assert groups["servers"] == ["one.proxy.thordata.net"]
    assert groups["country_gb"] == groups["expires_7d"] == ["198.51.100.21"]
    assert groups["expired"] == ["198.51.100.22"]
    assert groups["city_new_york"] == ["198.51.100.20", "198.51.100.21", "203.0.113.40"]
    assert groups["region_na_siliconvalley"] == groups["size_16vcpu_32gib"] == groups["status_turn_on"]
    assert len(sim.log) == 3


def test_what_is_left_out_is_not_made(project):
    options = {"servers": False, "countries": ["us", "gb"], "hide_expired": True, "variable_prefix": "td_"}
    _run, hosts, groups = listed(project, **options, filters=["td_ip != '198.51.100.21'"], expiry_horizons=["20d"])
    assert sorted(hosts) == ["198.51.100.20", "203.0.113.40"]
    assert "servers" not in groups
    assert groups["expires_20d"] == ["198.51.100.20"]


def test_constructed_features(project):
    _run, hosts, groups = listed(
        project,
        reveal_passwords=True,
        compose={"proxy": "thordata_ip ~ ':' ~ (thordata_port | string)"},
        groups={"british": "thordata_country | default('') == 'GB'"},
        keyed_groups=[{"key": "thordata_product", "prefix": "product"}],
        servers=False,
        strict=True,
    )
    assert hosts["198.51.100.21"]["proxy"] == "198.51.100.21:6666"
    assert hosts["198.51.100.21"]["thordata_password"] == "Isp@2026"
    assert groups["british"] == ["198.51.100.21"]
    assert groups["product_datacenter"] == ["203.0.113.40"]
    run, _hosts, _groups = listed(project, compose={"x": "no_such_variable + 1"}, strict=True)
    assert "Could not set x" in run.output


def test_a_cached_inventory_makes_no_request(project, sim):
    _run, hosts, groups = listed(project, **CACHE)
    assert len(sim.log) == 3
    sim.clear_log()
    run, cached_hosts, cached_groups = listed(project, **CACHE)
    assert run.code == 0, run.output
    assert list(sim.log) == []
    assert (cached_hosts, cached_groups) == (hosts, groups)
    play = [{"hosts": "all", "gather_facts": False, "tasks": []}]
    (project.folder / "playbook.yml").write_text(to_yaml(play), encoding="utf-8")
    project.run("ansible-playbook", "playbook.yml", "-i", "proxies.thordata.yml", "--list-hosts", "--flush-cache")
    assert len(sim.log) == 3
    files = list((project.folder / "cache").iterdir())
    text = "".join(path.name + path.read_text("utf-8") for path in files)
    for secret in (sim.token, sim.key, "Isp@2026"):
        assert secret not in text


@pytest.mark.parametrize("where", ["env", "template", "vault", "ini"])
def test_where_the_token_comes_from(project, sim, where):
    env = {"THORDATA_PUBLIC_TOKEN": sim.token, "MY_TOKEN": sim.token}
    token = {
        "env": None,
        "ini": None,
        "template": "{{ lookup('ansible.builtin.env', 'MY_TOKEN') }}",
        "vault": vaulted(sim.token),
    }[where]
    if where == "ini":
        (project.folder / "ansible.cfg").write_text(
            f"[defaults]\n[thordata.proxies]\napi_token = {sim.token}\n", encoding="utf-8"
        )
    (project.folder / "vault").write_text(VAULT_PASSWORD)
    config = {"api_token": token} if token else {}
    options = ["--vault-password-file", "vault"] if where == "vault" else []
    source = {"plugin": "thordata.proxies.thordata", **project.account, **config}
    if not token:
        del source["api_token"]
    write_source(project, source)
    env = env if where in ("env", "template") else {}
    run = project.run("ansible-inventory", "-i", "proxies.thordata.yml", "--list", *options, env=env)
    assert "198.51.100.20" in run.output, run.output


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"isp": False, "datacenter": False, "servers": False}, "isp, datacenter and servers are all off"),
        ({"expiry_horizon": ["7d"]}, "Unknown options: expiry_horizon"),
        ({"api_token": "{{ no_such_variable }}"}, "The template of api_token fails"),
        ({"api_token": "wrongtoken0001"}, "10013, wrong token"),
        ({"expiry_horizons": ["soon"]}, "expiry_horizons must be a duration"),
        ({"filters": ["no_such_variable > 1"]}, "The filter 'no_such_variable > 1' fails"),
        ({"variable_prefix": "1-"}, "variable_prefix must begin a variable's name"),
        ({"api_timezone": "Mars/Phobos"}, "api_timezone 'Mars/Phobos' does not exist"),
        ({"api_timeout": "soon"}, "api_timeout"),
    ],
)
def test_a_broken_source_is_one_sentence_and_the_others_go_on(project, config, message):
    (project.folder / "other.yml").write_text(to_yaml({"all": {"hosts": {"otherhost": None}}}), encoding="utf-8")
    run, _hosts, _groups = listed(project, "-i", "other.yml", **config)
    assert message in run.output.replace("\n", " ")
    assert "otherhost" in run.output
    assert "Traceback" not in run.output
    assert "wrongtoken0001" not in run.output


def test_an_address_that_is_there_twice_is_said(project, sim):
    row = sim.account().static_proxies["isp"][0]
    sim.account().static_proxies["datacenter"].append(row)
    run, hosts, _groups = listed(project)
    assert "lists 198.51.100.20 twice" in run.output.replace("\n", " ")
    assert hosts["198.51.100.20"]["thordata_product"] == "isp"


def lookup(project, name, *terms, env=None, **options):
    given = ", ".join([*(repr(term) for term in terms), *(f"{key}={value!r}" for key, value in options.items())])
    template = "{{ query('thordata.proxies." + name + "', " + given + ") | to_json }}"
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "vars": {f"thordata_{k}": v for k, v in project.account.items()},
    }
    play["tasks"] = [{"ansible.builtin.debug": {"msg": f"found {str(template)} found"}}]
    env = {"THORDATA_EXTRACT_URL": project.simulator.extract_url, **(env or {})}
    run = project.play([play], env=env)
    if run.code:
        return run.output.replace("\n", " ")
    return json.loads(run.output.split("found ")[1].rpartition(" found")[0].replace('\\"', '"'))


def test_static_proxies(project, sim):
    url = "http://ispuser1:Isp%402026@198.51.100."
    assert lookup(project, "static_proxies") == [f"{url}20:6666", f"{url}21:6666"]
    assert len(sim.log) == 1
    assert lookup(project, "static_proxies", "gb", "198.51.100.22", expired=True, format="host_port") == [
        "198.51.100.21:6666",
        "198.51.100.22:6666",
    ]
    assert len(sim.log) == 2
    (row,) = lookup(project, "static_proxies", proxy_type="datacenter", format="dict")
    assert (row["ip"], row["port"], row["password"]) == ("203.0.113.40", 6666, "Proxypass1")
    assert "has no address 192.0.2.1" in lookup(project, "static_proxies", "192.0.2.1")
    assert "10013, wrong token" in lookup(project, "static_proxies", api_token="wrongtoken0001")
    assert "format must be one of url" in lookup(project, "static_proxies", format="nope")


def test_extracted_proxies(project, sim):
    sim.configure(caller_address="203.0.113.9")
    nodes = lookup(project, "extracted_proxies", "us", "US", "de", account_name="Thor100001", count=3)
    assert len(nodes) == 6
    assert [row.params["country"] for row in sim.log if row.code == 200] == ["us", "de"]
    assert any(row.code == 111 for row in sim.log), "called again within two seconds, and waited"
    sim.advance(10)
    urls = lookup(project, "extracted_proxies", account_name="Thor100001", format="url", scheme="socks5h")
    assert urls[0].startswith("socks5h://203.0.113.")


@pytest.mark.parametrize(
    ("terms", "options", "message"),
    [
        (["xx"], {}, "114, no proxy found"),
        (["usa"], {}, "country must be two letters"),
        ([], {"account_name": "me"}, "account_name must be Thor and digits"),
        ([], {"account_name": "Thor1"}, "118, account abnormal, or its name is wrong"),
        ([], {"product": "unlimited"}, "product=unlimited needs servers"),
        ([], {"count": 0}, "count must be at least 1"),
    ],
)
def test_extracts_that_fail(project, sim, terms, options, message):
    sim.configure(caller_address="203.0.113.9")
    said = lookup(project, "extracted_proxies", *terms, **{"account_name": "Thor100001", **options})
    assert message in said
    assert "thordata.proxies.extracted_proxies" in said


def test_no_node_at_all_may_be_allowed(project, sim):
    sim.configure(caller_address="203.0.113.9", extract_nodes=0)
    assert lookup(project, "extracted_proxies", account_name="Thor100001", allow_empty=True) == []


def test_an_address_that_is_not_whitelisted_is_named(project, sim):
    sim.configure(caller_address="203.0.113.77")
    said = lookup(project, "extracted_proxies", account_name="Thor100001", services=[sim.echo_url])
    assert "Put 203.0.113.77 on the residential whitelist, and wait some seconds" in said
