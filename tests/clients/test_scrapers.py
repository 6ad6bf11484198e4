# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guide gives to scrapers runs as it stands, through the ports of the role forwarder."""

from __future__ import annotations

import os
import re
import ssl
import sys
from pathlib import Path

import pytest
from ansible_project import ROOT, Project
from conftest import exit_of, printed
from environment import programs
from local_squid import free_port, local_squids

from simulator import Simulator

pytestmark = pytest.mark.programs
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_scrapers.rst"
BLOCK = re.compile(r"^\.\. code-block:: (python|shell)\n    :caption: (.*)\n\n((?:    .*\n|\n)+)", re.MULTILINE)
SNIPPETS = {
    caption: (language, re.sub("^    ", "", code, flags=re.MULTILINE))
    for language, caption, code in BLOCK.findall(GUIDE.read_text("utf-8"))
}
REFUSAL = "curl, why a request is refused"
FETCHING = [caption for caption in SNIPPETS if caption != REFUSAL]
PAGE = re.compile("https?://ipinfo.thordata.com")
USER, PASSWORD = "scraper01", "Secret123"


@pytest.fixture(scope="module")
def sim(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.with_name("gateway.pem"))
    with Simulator(seed={"users": {"residential": {USER: {"password": PASSWORD}}}}, tls=context) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def ports(sim, tmp_path_factory):
    """The ports of the guide, by the numbers that they have there."""
    found = {"3128": free_port(), "3129": free_port()}
    gateway = {"country": "us", "gateway_host": "127.0.0.1", "gateway_port": sim.gateway.port}
    exits = [
        {"name": "us", "port": found["3128"], **gateway},
        {"name": "us_sticky", "port": found["3129"], "session_minutes": 30, **gateway},
    ]
    with local_squids() as (squid,):
        variables = {
            **squid.variables,
            "thordata_forwarder_exits": exits,
            "thordata_forwarder_username": USER,
            "thordata_forwarder_password": PASSWORD,
            "thordata_forwarder_check": False,
        }
        play = {"hosts": "testhost", "gather_facts": False, "vars": variables, "roles": ["thordata.proxies.forwarder"]}
        done = Project(tmp_path_factory.mktemp("project"), sim).play([play])
        assert done.code == 0, done.output
        yield found


@pytest.fixture
def shown(sim, ports, authority, tmp_path):
    """Return what a snippet of the guide prints, which fetches this page through this port."""
    chromium = programs("chromium") / "chromium"
    options = f"--no-sandbox --user-data-dir={tmp_path} --ignore-certificate-errors --proxy-bypass-list='<-loopback>'"
    (tmp_path / "chromium").write_text(f'#!/bin/sh\nexec {chromium} {options} "$@"\n', encoding="utf-8")
    (tmp_path / "chromium").chmod(0o755)
    (tmp_path / "wgetrc").write_text(f"ca_certificate = {authority}\n", encoding="utf-8")
    path = [tmp_path, Path(sys.executable).parent, programs("programs"), os.environ["PATH"]]
    names = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        **dict.fromkeys(names, str(authority)),
        "WGETRC": str(tmp_path / "wgetrc"),
        "PATH": os.pathsep.join(map(str, path)),
    }

    def run(caption, port="3128", page=sim.echo_url):
        language, code = SNIPPETS[caption]
        assert PAGE.search(code)
        assert ":3128" in code
        code = PAGE.sub(page, code).replace(":3128", f":{ports[port]}")
        if caption == "exit_spider.py":
            (tmp_path / caption).write_text(code, encoding="utf-8")
            command = ["scrapy", "runspider", "--nolog", caption]
        else:
            command = [sys.executable, "-c", code] if language == "python" else ["sh", "-c", code]
        return re.sub("<[^>]*>", "", printed(command, env=environment, cwd=tmp_path))

    return run


@pytest.mark.parametrize("caption", FETCHING)
def test_a_snippet(shown, caption):
    assert exit_of(shown(caption))["country"] == "US"


def test_the_snippets_are_found():
    assert len(SNIPPETS) == GUIDE.read_text("utf-8").count(":caption:") == 7


def test_an_exit_is_kept_by_one_port_and_changes_by_the_other(shown):
    captions = ("curl", "wget", "requests")
    assert len({exit_of(shown(caption, "3129"))["ip"] for caption in captions}) == 1
    assert len({exit_of(shown(caption))["ip"] for caption in captions}) > 1


@pytest.mark.parametrize("in_tunnel", [False, True])
def test_who_is_refused_gets_no_page(shown, sim, in_tunnel):
    """And the last snippet says why, also where the gateway answers in the tunnel, in plain text."""
    sim.configure(gateway_fault="Auth_303", gateway_refuses_in_tunnel=in_tunnel)
    try:
        for caption in FETCHING:
            try:
                said = shown(caption)
            except AssertionError as error:
                said = str(error)
            assert '"ip"' not in said
            assert in_tunnel or caption not in ("requests", "httpx", "curl") or "403" in said
        said = shown(REFUSAL, page="http://echo.simulator.test/")
        assert said.startswith("HTTP/1.1 403 ")
        assert "X-thor-error-code: Auth_303" in said
    finally:
        sim.configure(gateway_fault=None, gateway_refuses_in_tunnel=False)
