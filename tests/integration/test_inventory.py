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


def write_source(project, source, name="proxies.thordata.yml"):
    """Write a source of this plugin; the project's own inventory becomes an empty one."""
    (project.folder / "inventory.yml").write_text("all: {hosts: {}}\n", encoding="utf-8")
    (project.folder / name).write_text(to_yaml({"plugin": "thordata.proxies.thordata", **source}), encoding="utf-8")


def one_line(run):
    """Return what a command said without the lines into which Ansible breaks it."""
    return " ".join(run.output.split())


def children(run):
    """Return the groups in each group of a list."""
    data = json.loads(run.output[run.output.index("{") :])
    return {name: set(group["children"]) for name, group in data.items() if "children" in group}


def listed(project, *options, env=None, **config):
    """Return what ansible-inventory lists of a source with this configuration: the run, host variables, groups."""
    write_source(project, {**project.account, **config})
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
    assert (one["thordata_product"], one["thordata_port"], one["thordata_country"]) == ("isp", 6666, "us")
    assert "Isp@2026" not in run.output
    assert hosts["one.proxy.thordata.net"]["thordata_bandwidth"] == 300
    # Every product has the same variables, so that no expression meets an undefined one.
    assert {frozenset(variables) for variables in hosts.values()} == {frozenset(one)}
    assert hosts["one.proxy.thordata.net"]["thordata_country"] is one["thordata_ins_id"] is None
    assert groups["thordata_isp"] == ["198.51.100.20", "198.51.100.21", "198.51.100.22"]
    assert groups["thordata_servers"] == ["one.proxy.thordata.net"]
    assert groups["thordata_country_gb"] == groups["thordata_expires_7d"] == ["198.51.100.21"]
    assert groups["thordata_expired"] == ["198.51.100.22"]
    assert groups["thordata_city_us_new_york"] == ["198.51.100.20", "203.0.113.40"]
    assert groups["thordata_city_gb_new_york"] == ["198.51.100.21"]
    for name in ("region_na_siliconvalley", "size_16vcpu_32gib", "status_turn_on"):
        assert groups[f"thordata_{name}"] == ["one.proxy.thordata.net"]
    assert children(run)["thordata"] == {name for name in groups if name.startswith("thordata_")}
    assert children(run)["all"] == {"ungrouped", "thordata"}
    assert len(sim.log) == 3


def test_what_is_left_out_is_not_made(project):
    options = {"countries": ["US", "gb", "fr"], "hide_expired": True, "variable_prefix": "td_", "group_prefix": ""}
    filters = ["td_ip != '198.51.100.21'", "td_country in ['us', 'fr'] or td_product == 'server'"]
    run, hosts, groups = listed(project, **options, filters=filters, expiry_horizons=["20 D"])
    assert sorted(hosts) == ["198.51.100.20", "203.0.113.40"]
    assert "servers" not in groups
    assert groups["expires_20d"] == ["198.51.100.20"]
    assert "countries: no address is in fr; the addresses of the account are in br, gb, us" in one_line(run)
    _run, hosts, _groups = listed(project, **options, include_without_country=True, filters=filters)
    assert sorted(hosts) == ["198.51.100.20", "203.0.113.40", "one.proxy.thordata.net"]


def test_a_filter_that_fails_is_false_and_told(project):
    filters = ["thordata_bandwidth > 200 or no_such_variable == 1"]
    run, hosts, _groups = listed(project, filters=filters)
    assert sorted(hosts) == ["one.proxy.thordata.net"]
    said = one_line(run)
    assert said.count("fails, and is taken for false") == 1
    assert "'>' not supported between instances of 'NoneType' and 'int' (198.51.100.20)" in said
    run, hosts, _groups = listed(project, filters=["thordata_product == 'server'", "no_such_variable > 1"])
    assert (
        "The filter 'no_such_variable > 1' fails, and is taken for false: 'no_such_variable' is undefined"
        in one_line(run)
    )
    assert hosts == {}


def test_constructed_features(project):
    _run, hosts, groups = listed(
        project,
        reveal_passwords=True,
        compose={"proxy": "thordata_ip ~ ':' ~ (thordata_port | string)"},
        groups={"british": "thordata_country == 'gb'"},
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


def test_only_the_same_account_and_settings_find_the_cache(project, sim):
    other = {"token": "othertoken000001", "key": "otherkey0000001", "static_proxies": {"isp": ["192.0.2.9"]}}
    sim.reset({"settings": SEED["settings"], "accounts": [{"token": sim.token, "key": sim.key}, other]})
    listed(project, **CACHE)
    _run, hosts, _groups = listed(project, **CACHE, api_token=other["token"], api_key=other["key"])
    assert list(hosts) == ["192.0.2.9"]
    requests = len(sim.log)
    for more in ({"servers": False}, {"api_timezone": "Asia/Tokyo"}, {"api_url": f"{project.account['api_url']}/"}):
        listed(project, **CACHE, **more)
        assert len(sim.log) > requests, more
        requests = len(sim.log)


def test_a_cache_that_is_broken_or_foreign_is_read_anew(project, sim):
    _run, hosts, _groups = listed(project, **CACHE)
    (file,) = (project.folder / "cache").iterdir()
    written = file.read_text("utf-8")
    for content in (
        written[: len(written) // 2],
        "[1, 2]",
        written.replace("bandwidth", "no_such_variable"),
        '{"__payload__": "{}"}',  # of ansible-core 2.19 and newer
        "\xff\x00",
    ):
        file.write_text(content, encoding="latin-1")
        sim.clear_log()
        run, again, _groups = listed(project, **CACHE)
        assert "it is read anew" in one_line(run), content
        assert (again, len(sim.log)) == (hosts, 3), content
    run, again, _groups = listed(project, **CACHE)
    assert (again, len(sim.log), "WARNING" in run.output) == (hosts, 3, False)


def test_passwords_are_in_no_cache_on_the_disk(project, sim):
    run, hosts, _groups = listed(project, **CACHE, reveal_passwords=True)
    assert "reveal_passwords and cache exclude each other" in one_line(run)
    assert (hosts, list(sim.log)) == ({}, [])
    _run, hosts, _groups = listed(project, cache=True, reveal_passwords=True)
    assert hosts["198.51.100.20"]["thordata_password"] == "Isp@2026"


def test_names_of_cities(project, sim):
    cities = ["São Paulo", "Sao Paulo", "SÃO PAULO", "東京", "!", "{{ x }}\n", "x" * 1000]
    addresses = [{"ip": f"192.0.2.{number}", "city": city} for number, city in enumerate(cities)]
    sim.reset({**SEED, "static_proxies": {"isp": addresses}})
    run, hosts, groups = listed(project, countries=["us"])
    assert run.code == 0 and "WARNING" not in run.output
    assert [hosts[one["ip"]]["thordata_city"] for one in addresses] == cities
    found = {name: there for name, there in groups.items() if name.startswith("thordata_city_us")}
    assert len(found) == len(cities) - 1
    assert found["thordata_city_us_sao_paulo"] == ["192.0.2.1"]
    assert ["192.0.2.0", "192.0.2.2"] in found.values()


def test_rows_that_make_no_host_are_told_once(project, sim):
    odd = ["", "localhost", "all", "a b", "{{ x }}", "x\ny", "-1.2.3.4", "1" * 300 + ".1", "192.0.2.1:1,192.0.2.2"]
    addresses = [{"ip": name} for name in ["192.0.2.1", *odd]]
    servers = [{"ins_id": f"ins-{number}", "plan_name": name} for number, name in enumerate(["b.example", *odd])]
    sim.reset({**SEED, "static_proxies": {"isp": addresses}, "servers": servers})
    run, hosts, _groups = listed(project)
    assert sorted(hosts) == ["192.0.2.1", "b.example"]
    assert run.output.count("[WARNING]") == 1
    assert "no host can have, which are left out (18): isp ''" in one_line(run)


TEMPLATE_OF_VARIABLES = ["-e", f"thordata_api_token={{{{ my_token }}}} my_token={SEED['token']}"]


@pytest.mark.parametrize(
    ("tokens", "options"),
    [
        ([None, "{{ lookup('ansible.builtin.env', 'THORDATA_PUBLIC_TOKEN') }}"], []),
        (["{{ my_token }}", vaulted(SEED["token"])], ["-e", f"my_token={SEED['token']}"]),
        ([None], TEMPLATE_OF_VARIABLES),
        ([None, "{{ thordata_api_token }}"], ["-e", "@secrets.yml"]),
        ([None], ["-e", "@secrets.yml", "-e", "thordata_api_token={{ secret }}"]),
        ([None], []),
    ],
    ids=["env", "file", "templates", "vaulted", "both", "ini"],
)
def test_where_the_token_comes_from(request, project, sim, tokens, options):
    where = request.node.callspec.id
    secrets = {"thordata_api_token": vaulted(sim.token), "secret": vaulted(sim.token)}
    (project.folder / "secrets.yml").write_text(to_yaml(secrets), encoding="utf-8")
    (project.folder / "vault").write_text(VAULT_PASSWORD, encoding="utf-8")
    if where == "ini":
        (project.folder / "ansible.cfg").write_text(
            f"[defaults]\n[thordata.proxies]\napi_token = {sim.token}\n", encoding="utf-8"
        )
    # The timeout: a template of a variable whose option is no string.
    options = [*options, "--vault-password-file", "vault", "-e", "thordata_api_timeout='{{ 15 + 15 }}'"]
    for number, token in enumerate(tokens):
        source = {**project.account, "api_token": token, "group_prefix": f"source{number}_"}
        name = f"source{number}.thordata.yml"
        write_source(project, {key: value for key, value in source.items() if value}, name)
        options += ["-i", name]
    env = {"THORDATA_PUBLIC_TOKEN": sim.token} if where == "env" else {}
    run = project.run("ansible-inventory", "--graph", *options, env=env)
    assert [f"@source{number}_isp" in run.output for number in range(len(tokens))] == [True] * len(tokens), run.output


BROKEN = [
    ({"isp": False, "datacenter": False, "servers": False}, "isp, datacenter and servers are all off"),
    ({"expiry_horizon": ["7d"]}, "Unknown options: expiry_horizon"),
    ({"api_token": "{{ no_such_variable }}"}, "The template of api_token fails ('no_such_variable' is undefined)"),
    ({"api_token": "wrongtoken0001"}, "10013, wrong token"),
    ({"expiry_horizons": ["soon"]}, "expiry_horizons must be a duration"),
    (
        {"filters": ["no_such_variable > 1"], "strict": True},
        "The filter 'no_such_variable > 1' fails: 'no_such_variable' is undefined (198.51.100.20)",
    ),
    ({"filters": ["1 +"]}, "The filter '1 +' is no expression"),
    ({"variable_prefix": "1-"}, "variable_prefix must begin a variable's name"),
    ({"variable_prefix": ""}, "variable_prefix must begin a variable's name"),
    ({"variable_prefix": "ansible_"}, "variable_prefix must begin a variable's name"),
    ({"group_prefix": "a b"}, "group_prefix must begin a group's name"),
    ({"countries": ["usa"]}, "countries must be two letters such as us, not 'usa'"),
    ({"countries": [False]}, "countries must be a string, not the boolean false. Put it in quotes"),
    ({"api_timezone": "Mars/Phobos"}, "api_timezone 'Mars/Phobos' does not exist"),
    ({"api_timeout": "soon"}, "api_timeout"),
]


def test_a_broken_source_is_one_sentence_and_the_others_go_on(project):
    options = []
    for number, (config, _message) in enumerate(BROKEN):
        write_source(project, {**project.account, **config}, f"broken{number}.thordata.yml")
        options += ["-i", f"broken{number}.thordata.yml"]
    (project.folder / "other.yml").write_text(to_yaml({"all": {"hosts": {"otherhost": None}}}), encoding="utf-8")
    run = project.run("ansible-inventory", *options, "-i", "other.yml", "--list")
    # Of each source the sentence comes first, then what other plugins make of the file.
    first = [" ".join(one.split()) for one in run.output.split("[WARNING]: ") if "auto" in one.partition("plugin")[0]]
    for (_config, message), said in zip(BROKEN, first, strict=True):
        assert message in said
    assert "otherhost" in run.output
    assert "Traceback" not in run.output
    assert "wrongtoken0001" not in run.output


def test_an_address_that_is_there_twice_is_said(project, sim):
    row = sim.account().static_proxies["isp"][0]
    sim.account().static_proxies["datacenter"].append(row)
    run, hosts, _groups = listed(project)
    assert "more than once, of which the one that expires last is taken (1): 198.51.100.20" in one_line(run)
    assert hosts["198.51.100.20"]["thordata_product"] == "isp"


def lookup(project, name, *terms, **options):
    return lookups(project, name, [(terms, options)])[0]


def lookups(project, name, calls):
    """Return what each of these calls of a lookup returns or, if it fails, what it says; one play for all of them."""
    tasks = []
    for terms, options in calls:
        given = [*map(repr, terms), *(f"{key}={value!r}" for key, value in options.items())]
        template = f"{{{{ query('thordata.proxies.{name}', {', '.join(given)}) }}}}"
        tasks.append({"ansible.builtin.set_fact": {"it": template}, "register": "said", "ignore_errors": True})
        answer = "{{ '%%' ~ '%%' ~ (said.msg if said is failed else it) | to_json ~ '%%' ~ '%%' }}"
        tasks.append({"ansible.builtin.debug": {"msg": answer}})
    variables = {f"thordata_{key}": value for key, value in project.account.items()}
    play = {"hosts": "testhost", "gather_facts": False, "vars": variables, "tasks": tasks}
    run = project.play([play], env={"THORDATA_EXTRACT_URL": project.simulator.extract_url})
    assert run.code == 0, run.output
    return [json.loads(json.loads(f'"{one}"')) for one in run.output.split("%%%%")[1::2]]


def test_static_proxies(project, sim):
    short = {"format": "host_port"}
    calls = [
        ((), {}),
        (("gb", "198.51.100.22"), {**short, "expired": True}),
        (("NEW york", "US"), short),
        (("uk", "us"), {**short, "allow_empty": True}),
        ((), {"proxy_type": "datacenter", "format": "dict"}),
    ]
    urls, places, cities, some, (row,) = lookups(project, "static_proxies", calls)
    assert len(sim.log) == len(calls), "one request each"
    assert urls == [f"http://ispuser1:Isp%402026@198.51.100.{number}:6666" for number in (20, 21)]
    assert places == ["198.51.100.21:6666", "198.51.100.22:6666"]
    assert cities == ["198.51.100.20:6666", "198.51.100.21:6666"]
    assert some == ["198.51.100.20:6666"]
    assert (row["ip"], row["port"], row["password"], row["country"]) == ("203.0.113.40", 6666, "Proxypass1", "us")


def test_static_proxies_that_are_not_there(project):
    missing = "The account has no isp address that has not expired for '{}'; it has some in gb, us. A term is a country"
    cases = [
        *((("us", term), {}, missing.format(term)) for term in ("uk", "united states", "192.0.2.1")),
        ((False,), {}, "A term must be a string, not the boolean false. Put it in quotes"),
        (("us",), {"api_token": "wrongtoken0001"}, "10013, wrong token"),
        ((), {"format": "nope"}, "format must be one of url"),
    ]
    fail(project, "static_proxies", cases)


def fail(project, name, cases):
    """Check that these calls of a lookup fail, each with its message."""
    said = lookups(project, name, [(terms, options) for terms, options, _message in cases])
    for one, (_terms, _options, message) in zip(said, cases, strict=True):
        assert message in one
        assert f"thordata.proxies.{name}" in one


def test_no_address_at_all_is_an_error_unless_allowed(project, sim):
    sim.reset(SEED)
    said, nothing = lookups(
        project, "static_proxies", [((), {"proxy_type": "datacenter"}), ((), {"allow_empty": True})]
    )
    assert "The account has no datacenter address that has not expired. Or set allow_empty: true" in said
    assert nothing == []


def test_variables_of_lookups_may_be_templates(project, sim):
    sim.configure(caller_address="203.0.113.9")
    variables = {
        **{f"my_{name}": value for name, value in project.account.items()},
        **{f"thordata_{name}": f"{{{{ my_{name} }}}}" for name in project.account},
        "thordata_api_timeout": "{{ 15 + 15 }}",
        "thordata_account_name": "{{ 'Thor' ~ 100001 }}",
        "thordata_extract_url": "{{ lookup('ansible.builtin.env', 'THE_URL') }}",
        "my_api_key": vaulted(sim.key),
    }
    play = {"hosts": "testhost", "gather_facts": False, "vars": variables}
    play["tasks"] = [
        {"ansible.builtin.debug": {"msg": "{{ query('thordata.proxies.static_proxies', format='host_port') }}"}},
        {"ansible.builtin.debug": {"msg": "{{ query('thordata.proxies.extracted_proxies') }}"}},
    ]
    (project.folder / "vault").write_text(VAULT_PASSWORD, encoding="utf-8")
    run = project.play([play], "--vault-password-file", "vault", env={"THE_URL": sim.extract_url})
    assert run.code == 0, run.output
    assert "198.51.100.21:6666" in run.output
    play["vars"]["thordata_api_key"] = "{{ no_such_variable }}"
    run = project.play([play], "--vault-password-file", "vault")
    assert "The template of thordata_api_key fails ('no_such_variable' is undefined)" in one_line(run)


def test_extracted_proxies(project, sim):
    sim.configure(caller_address="203.0.113.9")
    nodes = lookup(project, "extracted_proxies", "us", "US", "de", account_name="Thor100001", count=3)
    assert len(nodes) == 6
    assert [row.params["country"] for row in sim.log if row.code == 200] == ["us", "de"]
    assert any(row.code == 111 for row in sim.log), "called again within two seconds, and waited"
    sim.advance(10)
    urls = lookup(project, "extracted_proxies", account_name="Thor100001", format="url", scheme="socks5h")
    assert urls[0].startswith("socks5h://203.0.113.")


def test_extracts_that_fail(project, sim):
    sim.configure(caller_address="203.0.113.9")
    name = {"account_name": "Thor100001"}
    cases = [
        (("xx",), name, "114, no proxy found"),
        (("usa",), name, "country must be two letters such as us, not 'usa'"),
        ((False,), name, "country must be a string, not the boolean false. Put it in quotes"),
        ((), {"account_name": "me"}, "account_name must be Thor and digits"),
        ((), {"account_name": "Thor1"}, "118, account abnormal, or its name is wrong"),
        ((), {**name, "product": "unlimited"}, "product=unlimited needs servers"),
        ((), {**name, "count": 0}, "count must be at least 1"),
    ]
    fail(project, "extracted_proxies", cases)


def test_no_node_at_all_may_be_allowed(project, sim):
    sim.configure(caller_address="203.0.113.9", extract_nodes=0)
    assert lookup(project, "extracted_proxies", account_name="Thor100001", allow_empty=True) == []


def test_an_address_that_is_not_whitelisted_is_named(project, sim):
    sim.configure(caller_address="203.0.113.77")
    said = lookup(project, "extracted_proxies", account_name="Thor100001", services=[sim.echo_url])
    assert "Put 203.0.113.77 on the residential whitelist, and wait some seconds" in said
