# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Formats are used by the programs that they are for, through a gateway that wants an odd password."""

from __future__ import annotations

import os
import re
import ssl

import pytest
import requests
from conftest import ECHO, exit_of, printed, running
from environment import programs
from local_squid import PROGRAM, USER, LocalSquid, free_port
from playwright.sync_api import sync_playwright

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from simulator import Simulator

pytestmark = pytest.mark.programs
CURL, WGET, PRIVOXY, PROXYCHAINS = (programs("programs") / name for name in ("curl", "wget", "privoxy", "proxychains4"))
CHROMIUM = programs("chromium") / "chromium"
PRIVOXY_FILES = programs("programs").parent / "etc" / "privoxy"
PROXYCHAINS_LIBRARY = next(programs("programs").parent.glob("usr/lib/*/libproxychains.so.4"))


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_curl(proxy_of, authority, scheme, tmp_path):
    (tmp_path / "curlrc").write_text(formatted(proxy_of(scheme), "curl") + "\n", encoding="utf-8")
    assert exit_of(printed([CURL, "-sS", "--proxy-cacert", authority, "--config", tmp_path / "curlrc", ECHO]))


@pytest.mark.parametrize("command", [[CURL, "-sS"], [WGET, "-qO-", "--tries=1"]])
def test_environment(proxy_of, command):
    assert exit_of(printed([*command, ECHO], env={**os.environ, **formatted(proxy_of("http"), "env")}))


@pytest.fixture
def squid(tmp_path):
    """Return what runs a squid with a ``cache_peer`` line, and no other way out."""

    def start(line, **environment):
        port = free_port()
        lines = [
            f"http_port 127.0.0.1:{port}",
            line,
            "never_direct allow all",
            "http_access allow all",
            f"cache_effective_user {USER}",
            "shutdown_lifetime 0 seconds",
            "pid_filename none",
            "access_log none",
            "cache_log /dev/null",
            "pinger_enable off",
            *LocalSquid(tmp_path).variables["thordata_forwarder_extra_config"],
        ]
        (tmp_path / "squid.conf").write_text("\n".join([*lines, ""]), encoding="utf-8")
        # Another squid on this machine has the usual name.
        command = [PROGRAM, "-N", "-n", f"clients{port}", "-f", tmp_path / "squid.conf"]
        printed([*command, "-k", "parse"])
        return running(command, port, **environment)

    return start


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_squid(proxy_of, squid, authority, scheme):
    with squid(formatted(proxy_of(scheme), "squid"), SSL_CERT_FILE=str(authority)) as url:
        assert exit_of(requests.get(ECHO, proxies={"http": url}, timeout=5).text)


@pytest.fixture
def proxychains(tmp_path):
    """Return what fetches the echo page by a line of proxychains' list."""
    # It looks for its library beside itself.
    program = tmp_path / "proxychains4"
    for link, target in ((program, PROXYCHAINS), (tmp_path / PROXYCHAINS_LIBRARY.name, PROXYCHAINS_LIBRARY)):
        link.symlink_to(target)

    def fetch(line):
        (tmp_path / "conf").write_text(f"strict_chain\nproxy_dns\n[ProxyList]\n{line}\n", encoding="utf-8")
        return printed([program, "-q", "-f", tmp_path / "conf", CURL, "-sS", ECHO])

    return fetch


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_proxychains(proxy_of, proxychains, scheme):
    assert exit_of(proxychains(formatted(proxy_of(scheme, "unspaced"), "proxychains")))


def test_proxychains_knows_no_names(proxychains):
    with pytest.raises(AssertionError, match="localhost has invalid value or is not numeric"):
        proxychains("http localhost 9999 user secret")


@pytest.fixture
def privoxy(tmp_path):
    """Return what runs a privoxy with a line of its configuration."""

    def start(line):
        port = free_port()
        paths = f"confdir {PRIVOXY_FILES}\ntempldir {PRIVOXY_FILES}/templates\n"
        (tmp_path / "config").write_text(f"{paths}listen-address 127.0.0.1:{port}\n{line}\n", encoding="utf-8")
        return running([PRIVOXY, "--no-daemon", tmp_path / "config"], port)

    return start


def test_privoxy(proxy_of, privoxy):
    with privoxy(formatted(proxy_of("socks5h", "unspaced2"), "privoxy")) as url:
        assert exit_of(requests.get(ECHO, proxies={"http": url}, timeout=5).text)


def test_privoxy_before_a_proxy_without_credentials(proxy_of, squid, privoxy):
    with squid(formatted(proxy_of("http"), "squid")) as parent, privoxy(formatted(parent, "privoxy")) as url:
        assert exit_of(requests.get(ECHO, proxies={"http": url}, timeout=5).text)


def test_playwright(proxy_of):
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], proxy=formatted(proxy_of("http"), "playwright")
        )
        page = browser.new_page()
        page.goto(ECHO)
        assert exit_of(page.inner_text("body"))
        browser.close()


@pytest.fixture(scope="module")
def open_gateway(authority):
    """A gateway that wants no credentials of this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.with_name("gateway.pem"))
    with Simulator(seed={"whitelist": {"residential": {"127.0.0.1": {}}}}, gateway_tls=context) as simulator:
        yield simulator


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_chrome(open_gateway, scheme, tmp_path):
    port = (open_gateway.tls_gateway if scheme == "https" else open_gateway.gateway).port
    argument = formatted(Proxy(scheme, "127.0.0.1", port), "chrome")
    # It is root, and does not know the authority.
    options = ["--headless", "--no-sandbox", "--ignore-certificate-errors", f"--user-data-dir={tmp_path}"]
    assert exit_of(re.sub("<[^>]*>", "", printed([CHROMIUM, *options, argument, "--dump-dom", ECHO])))
