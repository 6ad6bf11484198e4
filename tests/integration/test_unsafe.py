# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the API sends is data: a template in it is shown, never run, wherever playbooks use it."""

from __future__ import annotations

import pytest
from ansible_project import Unsafe, to_yaml
from conftest import SEED


@pytest.fixture
def evil(project, sim):
    """Texts each of which would leave the file ``mark`` behind; an account that has them in all that it lists."""
    call = f"lookup('ansible.builtin.pipe', 'touch {project.folder}/mark')"
    # The header chooses other delimiters, so that the template has no brace.
    header = "#jinja2:variable_start_string:'[%',variable_end_string:'%]'"
    texts = [f"{{{{ {call} }}}}", f"{header}\n[% {call} %]"]
    names = ("city", "username", "password", "country")
    addresses = [{"ip": f"198.51.100.{row}", **dict.fromkeys(names, text)} for row, text in enumerate(texts)]
    servers = [{"ins_id": f"ins-{row}", "region": text, "order_id": text} for row, text in enumerate(texts)]
    users = {"residential": [{"username": text, "password": text} for text in texts]}
    sim.reset({**SEED, "static_proxies": {"isp": addresses}, "servers": servers, "users": users})
    return texts


def harmless(project, run):
    """Check that a run succeeded and ran nothing of what the API sent."""
    assert run.code == 0 and "Failed to parse" not in run.output, run.output
    assert not (project.folder / "mark").exists(), run.output
    return run.output


def test_inventory(project, sim, evil):
    source = {
        "plugin": "thordata.proxies.thordata",
        **project.account,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": "cache",
        "filters": ["thordata_city != 'x'", "thordata_region or thordata_username"],
        "compose": {"composed": "thordata_city or thordata_region", "joined": "'at ' ~ thordata_username"},
        "groups": {"nowhere": "thordata_city == thordata_region", "named": "thordata_username is string"},
        "keyed_groups": [{"key": "thordata_city or thordata_region", "prefix": "key"}],
        "strict": True,
    }
    (project.folder / "inventory.yml").write_text("all: {hosts: {}}\n", encoding="utf-8")
    (project.folder / "proxies.thordata.yml").write_text(to_yaml(source), encoding="utf-8")
    inventory = ("-i", "proxies.thordata.yml")
    harmless(project, project.run("ansible-inventory", *inventory, "--list"))
    assert len(sim.log) == 3
    # From here on all values come from the cache.
    harmless(project, project.run("ansible-inventory", *inventory, "--list", "--export"))
    harmless(project, project.run("ansible-inventory", *inventory, "--graph", "--vars"))
    play = {
        "hosts": "thordata",
        "gather_facts": False,
        "vars": {"evil": [*map(Unsafe, evil)], "again": "{{ thordata_city or thordata_region }}"},
        "tasks": [
            {"ansible.builtin.debug": {"msg": "{{ thordata_city }} {{ composed }} {{ hostvars }}"}},
            {"ansible.builtin.set_fact": {"fact": "{{ composed }}", "all_of_it": "{{ hostvars[inventory_hostname] }}"}},
            {"ansible.builtin.debug": {"msg": "{{ fact }} {{ all_of_it.composed }}"}, "when": "composed != 'x'"},
            {
                "ansible.builtin.assert": {
                    "that": [
                        "composed in evil and again == composed and fact == composed",
                        "thordata_username is none or joined == 'at ' ~ composed",
                    ]
                }
            },
        ],
    }
    harmless(project, project.play([play], *inventory))
    assert len(sim.log) == 3


def test_lookups_and_modules(project, sim, evil):
    lookup = "'thordata.proxies.static_proxies', format='dict'"
    debug = "ansible.builtin.debug"
    tasks = [
        {debug: {"msg": f"{{{{ query({lookup}) }}}} {{{{ query({lookup}, allow_unsafe=true) }}}}"}},
        {
            "ansible.builtin.set_fact": {
                "found": f"{{{{ query({lookup}) }}}}",
                "trusting": f"{{{{ query({lookup}, allow_unsafe=true) }}}}",
                "handed": "{{ query('thordata.proxies.static_proxies', '198.51.100.0', format='playwright') }}",
            }
        },
        {debug: {"msg": "{{ found[1].city }} {{ trusting[0].city }} {{ handed }}"}},
        {debug: {"msg": "{{ item }}"}, "loop": "{{ trusting }}"},
        {"thordata.proxies.static_proxy_info": {"reveal_passwords": True}, "register": "addresses"},
        {"thordata.proxies.static_proxy_info": {}, "register": "elsewhere", "delegate_to": "elsewhere"},
        {"thordata.proxies.unlimited_server_info": {}, "register": "servers", "loop": [1, 2]},
        {"thordata.proxies.proxy_user_info": {}, "register": "users", "until": "users.users[0].username != 'x'"},
        {
            "ansible.builtin.set_fact": {
                "city": "{{ addresses.proxies[0].city }}",
                "names": "{{ users.users | map(attribute='username') | list }}",
                "whole": "{{ addresses }}",
            }
        },
        {debug: {"msg": "{{ city }} {{ names }} {{ whole.proxies[1].city }} {{ servers }}"}},
        {debug: {"msg": "{{ item.city }}"}, "loop": "{{ addresses.proxies + elsewhere.proxies }}"},
        {
            "ansible.builtin.assert": {
                "that": [
                    "found | map(attribute='city') | list == evil and handed[0].username == evil[0]",
                    "trusting | map(attribute='city') | list == evil and city == evil[0]",
                    "whole.proxies | map(attribute='password') | list == evil and names == evil",
                    "elsewhere.proxies | map(attribute='city') | list == evil",
                    "servers.results[1].servers | map(attribute='region') | list == evil",
                ]
            }
        },
    ]
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "module_defaults": {"group/thordata.proxies.account": project.account},
        "vars": {
            "evil": [*map(Unsafe, evil)],
            **{f"thordata_{name}": value for name, value in project.account.items()},
        },
        "tasks": tasks,
    }
    harmless(project, project.play([play], "-v"))
