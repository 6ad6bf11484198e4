# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each format is used by the client that it is for, through the simulator's gateway, with a password to encode."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import httpx
import pytest
import requests
from playwright._impl._api_structures import ProxySettings

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from simulator import Simulator

ECHO = "http://echo.simulator.test/"
USERNAME, PASSWORD = "ispuser", "p@s/s%1:x"
SPIDER = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "echo"

    async def start(self):
        yield scrapy.Request("http://echo.simulator.test/", meta=json.loads(sys.argv[1]))

    def parse(self, response):
        print(response.text, flush=True)

process = CrawlerProcess({"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False})
process.crawl(Spider)
process.start()
"""


@pytest.fixture(scope="module")
def sim():
    bought = {"ip": "198.51.100.20", "username": USERNAME, "password": PASSWORD}
    with Simulator(seed={"static_proxies": {"isp": [bought]}}) as simulator:
        yield simulator


@pytest.fixture(params=["http", "socks5h"])
def proxy(sim, request):
    return Proxy(request.param, "127.0.0.1", sim.gateway.port, USERNAME, PASSWORD)


@pytest.fixture
def http_proxy(sim):
    return Proxy("http", "127.0.0.1", sim.gateway.port, USERNAME, PASSWORD)


def is_an_exit(text):
    return json.loads(text)["ip"].startswith("198.18.")


def test_requests(proxy):
    assert is_an_exit(requests.get(ECHO, proxies=formatted(proxy, "requests"), timeout=5).text)


def test_httpx(http_proxy):
    with httpx.Client(proxy=formatted(http_proxy, "url")) as client:
        assert is_an_exit(client.get(ECHO).text)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(proxy, tmp_path):
    (tmp_path / "curlrc").write_text(formatted(proxy, "curl") + "\n", encoding="utf-8")
    command = ["curl", "-sS", "--config", str(tmp_path / "curlrc"), ECHO]
    assert is_an_exit(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_environment(http_proxy):
    environment = {**os.environ, **formatted(http_proxy, "env")}
    done = subprocess.run(["curl", "-sS", ECHO], env=environment, capture_output=True, text=True, check=True)
    assert is_an_exit(done.stdout)


def test_scrapy(http_proxy, tmp_path):
    (tmp_path / "spider.py").write_text(SPIDER, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "spider.py"), json.dumps(formatted(http_proxy, "scrapy"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert is_an_exit(done.stdout), done.stderr


def test_playwright(http_proxy):
    """By the browser's own schema of options; the browsers themselves are not installed here."""
    options = formatted(http_proxy, "playwright")
    assert set(options) <= set(ProxySettings.__annotations__)
    assert ProxySettings.__required_keys__ <= set(options)
    assert (options["username"], options["password"]) == (USERNAME, PASSWORD)
