# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateway usernames, proxy URLs and formats."""

from __future__ import annotations

import string
from urllib.parse import unquote, urlsplit

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.filter.gateway_username import gateway_username
from ansible_collections.thordata.proxies.plugins.filter.proxy_format import proxy_format
from ansible_collections.thordata.proxies.plugins.filter.proxy_url import proxy_url
from ansible_collections.thordata.proxies.plugins.module_utils._gateway import FORMATS, Proxy, parsed

USER = "td-customer-scraper01"
PLAIN = Proxy("http", "gate.example", 9999, "td-customer-a", "p@ss:w/rd")
OPEN = Proxy("http", "203.0.113.5", 10000)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ({}, ""),
        ({"country": "US"}, "-country-us"),
        ({"city": "houston", "country": " us "}, "-country-us-city-houston"),
        ({"state": "New York", "country": "us"}, "-country-us-state-newyork"),
        ({"asn": "as7018", "country": "us"}, "-country-us-asn-AS7018"),
        ({"asn": 7018, "country": "us"}, "-country-us-asn-AS7018"),
        ({"session": "abc123"}, "-sessid-abc123"),
        (
            {
                "session_minutes": "90",
                "session": "s1",
                "asn": "7018",
                "city": "Alexander City",
                "state": "alabama",
                "country": "us",
                "continent": "NA",
            },
            "-continent-na-country-us-state-alabama-city-alexandercity-asn-AS7018-sessid-s1-sesstime-90",
        ),
    ],
)
def test_usernames(place, expected):
    assert gateway_username("scraper01", **place) == USER + expected
    assert gateway_username({"username": "scraper01"}, **place) == USER + expected


def test_sessions_are_stable_and_differ():
    names = gateway_username(["scraper01"] * 2, session_for="host1")
    assert names[0] == names[1]
    others = {
        gateway_username("scraper01", session_for=f"host{n}", session_salt=salt) for n in range(50) for salt in "ab"
    }
    assert len(others | set(names)) == 101


@pytest.mark.parametrize(
    ("user", "place", "message"),
    [
        ("scraper01", {"country": "USA"}, "country must be two letters such as us, not 'USA'"),
        ("scraper01", {"state": "texas"}, "state needs country"),
        ("scraper01", {"asn": "7018"}, "asn needs country"),
        ("scraper01", {"session_minutes": 5}, "session_minutes needs session"),
        ("scraper01", {"session": "a", "session_minutes": 0}, "must be 1 to 90, not 0"),
        ("scraper01", {"session": "a", "session_minutes": 91}, "must be 1 to 90, not 91"),
        ("scraper01", {"session": "a-b"}, "session must be ASCII letters and digits, not 'a-b'"),
        ("scraper01", {"session": "a", "session_for": "b"}, "exclude each other"),
        ("scraper-1", {}, "username must be ASCII letters and digits, not 'scraper-1'"),
        ("scraper01", {"country": "us", "state": "new-york"}, "state must be a code such as newyork"),
        ("scraper01", {"city": "Köln"}, "city must be a code"),
        ("scraper01", {"country": "us", "asn": "AS-1"}, "asn must be a number such as AS7018"),
        ("scraper01", {"continent": "europe"}, "continent must be two letters"),
        ("scraper01", {"planet": "mars"}, "planet"),
        ("", {}, "username must be"),
    ],
)
def test_what_the_grammar_cannot_say(user, place, message):
    with pytest.raises(AnsibleFilterError, match="thordata.proxies.gateway_username") as caught:
        gateway_username([user], **place)
    assert message in str(caught.value)


def test_urls():
    assert proxy_url("scraper01", password="Secret1") == f"http://{USER}:Secret1@t.pr.thordata.net:9999"
    assert proxy_url({"username": "scraper01", "password": "Secret1"}, proxy_type="mobile", country="us") == (
        f"http://{USER}-country-us:Secret1@t.pr.thordata.net:5555"
    )
    server = {"proxy_type": "unlimited", "host": "k3x9.proxy.thordata.net", "scheme": "socks5h"}
    assert proxy_url("worker01", password="Secret1", **server) == (
        "socks5h://td-customer-worker01:Secret1@k3x9.proxy.thordata.net:9999"
    )
    assert proxy_url("", host="us-pr.thordata.net", port=10000) == "http://us-pr.thordata.net:10000"
    bought = {"ip": "198.51.100.20", "port": 6666, "username": "isp@1", "password": "a:b/c", "country": "US"}
    assert proxy_url([bought], scheme="https") == ["https://isp%401:a%3Ab%2Fc@198.51.100.20:6666"]
    assert proxy_url({**bought, "ip": "2001:db8::1"}).endswith("@[2001:db8::1]:6666")
    assert proxy_url("a", password="b", host="[2001:db8::1]").endswith("@[2001:db8::1]:9999")


@pytest.mark.parametrize(
    ("value", "options", "message"),
    [
        ("scraper01", {}, "password is needed for the proxy user scraper01"),
        ("scraper01", {"password": "x", "host": "2001:db8::1"}, "an IPv6 address in brackets"),
        ("scraper01", {"password": "x", "host": "gate:9999"}, "without port"),
        ("scraper01", {"password": "x", "host": "a b"}, "host must be"),
        ("scraper01", {"password": "x", "port": 70000}, "port must be 1 to 65535"),
        ("scraper01", {"password": "x", "scheme": "ftp"}, "scheme must be one of http, https, socks5, socks5h"),
        ("scraper01", {"password": "x", "proxy_type": "isp"}, "has no gateway"),
        ("scraper01", {"password": "x", "proxy_type": "unlimited"}, "host is needed"),
        ({"ip": "198.51.100.20"}, {}, "has no port"),
        ({"ip": "198.51.100.20", "port": 1}, {"country": "us"}, "has its place"),
    ],
)
def test_what_makes_no_url(value, options, message):
    with pytest.raises(AnsibleFilterError) as caught:
        proxy_url(value, **options)
    assert message in str(caught.value)


@given(st.text(string.printable.strip(), min_size=1), st.text(string.printable.strip(), min_size=1))
def test_credentials_survive_a_url(username, password):
    one = {"ip": "198.51.100.20", "port": 6666, "username": username, "password": password}
    url = urlsplit(proxy_url(one))
    assert (unquote(url.username), unquote(url.password)) == (username, password)
    assert parsed(proxy_url(one)) == Proxy("http", "198.51.100.20", 6666, username, password)


def test_formats():
    assert {how: proxy_format(PLAIN.url, how) for how in FORMATS if how not in ("env", "requests")} == {
        "url": "http://td-customer-a:p%40ss%3Aw%2Frd@gate.example:9999",
        "host_port": "gate.example:9999",
        "host_port_user_pass": "gate.example:9999:td-customer-a:p@ss:w/rd",
        "user_pass_at_host_port": "td-customer-a:p@ss:w/rd@gate.example:9999",
        "playwright": {"server": "http://gate.example:9999", "username": "td-customer-a", "password": "p@ss:w/rd"},
        "curl": 'proxy = "http://td-customer-a:p%40ss%3Aw%2Frd@gate.example:9999"',
        "scrapy": {"proxy": "http://td-customer-a:p%40ss%3Aw%2Frd@gate.example:9999"},
        "squid": "cache_peer gate.example parent 9999 0 no-query no-digest name=td"
        f"{proxy_format(PLAIN.url, 'squid').split('name=td')[1][:12]} login=td-customer-a:p%40ss%3Aw%2Frd",
        "proxychains": "http gate.example 9999 td-customer-a p@ss:w/rd",
    }
    assert proxy_format([PLAIN.url, "203.0.113.5:10000", {"host": "203.0.113.5", "port": 10000}], "host_port") == [
        "gate.example:9999",
        "203.0.113.5:10000",
        "203.0.113.5:10000",
    ]
    assert proxy_format(OPEN.url, "host_port_user_pass") == "203.0.113.5:10000"
    assert proxy_format("203.0.113.5:10000", "env")["HTTPS_PROXY"] == "http://203.0.113.5:10000"
    assert proxy_format("203.0.113.5:10000", "playwright") == {"server": "http://203.0.113.5:10000"}


@pytest.mark.parametrize(
    ("value", "how", "message"),
    [
        ("http://a:b@h:1", "nope", "format must be one of url, host_port"),
        ("no port", "url", "A proxy must be a URL with scheme, host and port"),
        ("ftp://h:1", "url", "A proxy must be a URL"),
        ("http://h:x", "url", "is not a URL"),
        ("socks5h://a:b@h:1", "playwright", "no credentials for SOCKS5"),
        ("socks5h://a:b@h:1", "scrapy", "knows no SOCKS5"),
        ("socks5h://a:b@h:1", "squid", "knows no SOCKS5"),
        ("https://a:b@h:1", "proxychains", "no TLS"),
    ],
)
def test_what_has_no_format(value, how, message):
    with pytest.raises(AnsibleFilterError) as caught:
        proxy_format(value, how)
    assert message in str(caught.value)


def test_formats_are_what_clients_take():
    """The tools' own parsers read them back."""
    import requests
    from requests.utils import get_auth_from_url, select_proxy

    chosen = select_proxy("https://example.com", proxy_format(PLAIN.url, "requests"))
    assert get_auth_from_url(chosen) == (PLAIN.username, PLAIN.password)
    assert requests.adapters.HTTPAdapter().proxy_headers(chosen)["Proxy-Authorization"].startswith("Basic ")
