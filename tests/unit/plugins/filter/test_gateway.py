# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gateway usernames, proxy URLs and formats."""

from __future__ import annotations

import collections.abc
import hashlib
import json
import re
import string
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.collections import is_string
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.thordata.proxies.plugins.doc_fragments.gateway import ModuleDocFragment
from ansible_collections.thordata.proxies.plugins.filter.gateway_username import gateway_username
from ansible_collections.thordata.proxies.plugins.filter.proxy_format import proxy_format
from ansible_collections.thordata.proxies.plugins.filter.proxy_url import proxy_url
from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.formats import FORMATS
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import EXIT_OPTIONS, URL_OPTIONS
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.spellings import parsed

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
    assert gateway_username("scraper01", session_for=7) == gateway_username("scraper01", session_for="7")


def test_a_session_belongs_to_its_place():
    """A live session keeps its exit, so another place needs another session; the same place, however written, not."""

    def session(**place):
        name = gateway_username("scraper01", session_for="host1", **place)
        return name.partition("-sessid-")[2].partition("-")[0]

    places = [
        {},
        {"continent": "eu"},
        {"country": "us"},
        {"country": "de"},
        {"country": "us", "state": "texas"},
        {"country": "us", "state": "texas", "city": "houston"},
        {"country": "us", "asn": 7018},
        {"country": "us", "asn": 7922},
    ]
    assert len({session(**place) for place in places}) == len(places)
    assert session(country="US", state="New York") == session(country="us", state="newyork")
    assert session(country="us", session_minutes=5) == session(country="us")


@pytest.mark.parametrize(
    ("user", "place", "message"),
    [
        ("scraper01", {"country": "USA"}, "country must be two letters such as us, not 'USA'"),
        ("scraper01", {"state": "texas"}, "state needs country"),
        ("scraper01", {"asn": "7018"}, "asn needs country"),
        ("scraper01", {"session_minutes": 5}, "session_minutes needs session"),
        ("scraper01", {"session": "a", "session_minutes": 0}, "must be 1 to 90, not '0'"),
        ("scraper01", {"session": "a", "session_minutes": 91}, "must be 1 to 90, not '91'"),
        ("scraper01", {"session": "a-b"}, "session must be ASCII letters and digits, not 'a-b'"),
        ("scraper01", {"session": "a", "session_for": "b"}, "exclude each other"),
        ("scraper-1", {}, "username must be ASCII letters and digits, not 'scraper-1'"),
        ("scraper01", {"country": "us", "state": "new-york"}, "state must be a code such as newyork"),
        ("scraper01", {"city": "Köln"}, "city must be a code"),
        ("scraper01", {"country": "us", "asn": "AS-1"}, "asn must be a number such as AS7018"),
        ("scraper01", {"continent": "europe"}, "continent must be two letters"),
        ("scraper01", {"session_for": ""}, "session_for is empty"),
        ("scraper01", {"session": ""}, "session must be"),
        ("scraper01", {"country": ""}, "country must be two letters such as us, not ''"),
        ("", {}, "item 1: the username is empty. Name a proxy user"),
        (None, {}, "the username is empty"),
        ({"password": "Secret1"}, {}, "the username is empty"),
        ("td-customer-scraper01", {}, "begins with td-customer- already. Give the name of the proxy user alone"),
    ],
)
def test_what_the_grammar_cannot_say(user, place, message):
    with pytest.raises(AnsibleFilterError, match="thordata.proxies.gateway_username") as caught:
        gateway_username([user], **place)
    assert message in str(caught.value)


@pytest.mark.parametrize("function", [gateway_username, proxy_url, proxy_format])
def test_options_that_are_none(function):
    with pytest.raises(AnsibleFilterError, match="there is no option contry. The options are (?!.*contry)") as caught:
        function("http://a:b@h:1", contry="de")
    known = {gateway_username: EXIT_OPTIONS, proxy_url: URL_OPTIONS, proxy_format: ("format",)}[function]
    assert all(name in str(caught.value) for name in known)
    with pytest.raises(AnsibleFilterError, match="options need their names"):
        function("http://a:b@h:1", "env", "de")


@pytest.mark.parametrize("name", ["gateway_username", "proxy_url", "proxy_format"])
def test_what_is_documented_is_what_a_filter_takes(name):
    plugins = Path(__file__).resolve().parents[4] / "plugins"
    documented = yaml.safe_load((plugins / "filter" / f"{name}.yml").read_text("utf-8"))["DOCUMENTATION"]
    options = documented["options"]
    if "extends_documentation_fragment" in documented:
        options = {**options, **yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]}
    known = {"gateway_username": EXIT_OPTIONS, "proxy_url": URL_OPTIONS, "proxy_format": ("format",)}[name]
    assert set(options) == {"_input", *known}
    choices = options.get("format", {"choices": FORMATS})["choices"]
    assert list(choices) == list(FORMATS)


@pytest.mark.parametrize("option", [*URL_OPTIONS, "username"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (False, "must be a string, not the boolean false. Put it in quotes: YAML reads an unquoted no"),
        (True, "must be a string, not the boolean true"),
        (1.5, "must be a string, not a number. Put it in quotes: YAML reads"),
        (["us"], "must be a string, not a list"),
        ({"us": 1}, "must be a string, not a dictionary"),
        ({"us"}, "must be a string, not a set"),
    ],
)
def test_values_that_are_no_text(option, value, message):
    """What YAML makes of unquoted words, and lists, is told by name; a password is not shown."""
    if option == "whitelist":
        return
    user = {"username": "scraper01", "password": "Secret1"}
    options = {"session": "a"} if option == "session_minutes" else {}
    options |= {"country": "us"} if option in ("state", "asn") else {}
    with pytest.raises(AnsibleFilterError) as caught:
        if option == "username":
            proxy_url({**user, "username": value})
        else:
            proxy_url(user, **{**options, option: value})
    assert f"{option} {message}" in str(caught.value)


def test_whole_numbers_are_text_only_where_they_are_as_good():
    assert gateway_username("scraper01", country="us", asn=7018, session=7).endswith("-asn-AS7018-sessid-7")
    for option in ("country", "city", "password"):
        with pytest.raises(AnsibleFilterError, match=f"{option} must be a string, not a number"):
            proxy_url("scraper01", **{"password": "Secret1", option: 83})
    with pytest.raises(AnsibleFilterError, match="username must be a string, not a number"):
        gateway_username(123456)
    with pytest.raises(AnsibleFilterError, match="format must be a string, not a list"):
        proxy_format("h:1", ["env"])


def test_vaulted_text_is_text():
    class Vaulted(collections.abc.Sequence):
        """A vaulted variable, as ansible-core 2.16 hands it to filters; newer ones hand out text."""

        __ENCRYPTED__ = True

        def __init__(self, text):
            self.text = text

        def __str__(self):
            return self.text

        def __getitem__(self, index):
            return self.text[index]

        def __len__(self):
            return len(self.text)

    text = Vaulted if is_string(Vaulted("a")) else str
    assert proxy_url(text("scraper01"), password=text("Secret1")).startswith(f"http://{USER}:Secret1@")
    assert proxy_url({"username": text("scraper01"), "password": text("Secret1")}).startswith(f"http://{USER}:")


def test_users_that_the_provider_made():
    assert gateway_username("aB3dE5gH7jK9") == "td-customer-aB3dE5gH7jK9"


def test_the_gateway_without_credentials_is_asked_for_by_name():
    assert proxy_url(None, whitelist=True) == "http://pr.thordata.net:9999"
    assert proxy_url("", whitelist=True, host="us-pr.thordata.net", port=10000) == "http://us-pr.thordata.net:10000"
    server = {"proxy_type": "unlimited", "host": "k3x9.thordata.online", "port": 20000}
    assert proxy_url(None, whitelist=True, scheme="https", **server) == "https://k3x9.thordata.online:20000"
    assert proxy_url("scraper01", whitelist=False, password="Secret1").startswith("http://td-customer-scraper01:")


def test_urls():
    assert proxy_url("scraper01", password="Secret1") == f"http://{USER}:Secret1@t.pr.thordata.net:9999"
    assert proxy_url({"username": "scraper01", "password": "Secret1"}, proxy_type="mobile", country="us") == (
        f"http://{USER}-country-us:Secret1@t.pr.thordata.net:9999"
    )
    server = {"proxy_type": "unlimited", "host": "k3x9.proxy.thordata.net", "scheme": "socks5h"}
    assert proxy_url("worker01", password="Secret1", **server) == (
        "socks5h://td-customer-worker01:Secret1@k3x9.proxy.thordata.net:9999"
    )
    assert proxy_url({"host": "203.0.113.5", "port": 10000, "scheme": "socks5h"}) == "socks5h://203.0.113.5:10000"
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
        ("scraper01", {"password": "x", "proxy_type": "isp"}, "must be one of residential, mobile, unlimited"),
        ("scraper01", {"password": "x", "proxy_type": "unlimited"}, "host is needed"),
        ({"ip": "198.51.100.20"}, {}, "has no port"),
        ({"ip": "198.51.100.20", "port": 1}, {"country": "us"}, "of its own takes no country"),
        ({"ip": "198.51.100.20", "port": 1}, {"host": "gate.example"}, "of its own takes no host"),
        ({"ip": "", "port": 1}, {}, "The proxy has an empty address"),
        ({"ip": "198.51.100.20", "port": 1, "username": ""}, {}, "the username is empty"),
        ({"ip": "198.51.100.20", "port": 1, "username": "isp1"}, {}, "has a username, and no password"),
        ({"ip": "198.51.100.20", "port": 1, "password": "x"}, {}, "has a password, and no username"),
        ("198.51.100.20:1:isp1:x", {"country": "us", "session": "a"}, "of its own takes no country, session"),
        ("198.51.100.20:1:isp1:x", {"password": "y"}, "takes no password"),
        ("", {"country": "us"}, "the username is empty. Name a proxy user"),
        (None, {"password": "x"}, "the username is empty"),
        ({}, {"password": "x"}, "the username is empty"),
        ({"username": None, "password": "x"}, {}, "the username is empty"),
        ("scraper01", {"password": ""}, "password is needed"),
        ("scraper01", {"password": "x", "host": ""}, "host is empty"),
        ("scraper01", {"password": "x", "port": 0}, "port must be 1 to 65535, not '0'"),
        ("scraper01", {"whitelist": True}, "whitelist=true takes no user"),
        (None, {"whitelist": "false"}, "whitelist must be true or false"),
        (None, {"whitelist": True, "country": "us"}, "whitelist=true takes no country"),
        (None, {"whitelist": True, "session_for": "h", "password": "x"}, "takes no session_for, password"),
        (None, {"whitelist": True, "proxy_type": "mobile"}, "host is needed for mobile"),
        (None, {"whitelist": True, "proxy_type": "mobile", "host": "m.example"}, "port is needed for mobile"),
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


SPELLED = [
    ("1.2.3.4:8000", ("1.2.3.4", 8000, None, None)),
    ("1.2.3.4:8000:user:pass", ("1.2.3.4", 8000, "user", "pass")),
    ("gate.example:9999:td-customer-a-country-us:pass", ("gate.example", 9999, "td-customer-a-country-us", "pass")),
    ("squid:3128:user:pass", ("squid", 3128, "user", "pass")),
    ("user:pass@1.2.3.4:8000", ("1.2.3.4", 8000, "user", "pass")),
    ("user@1.2.3.4:8000", ("1.2.3.4", 8000, "user", None)),
    ("user:pass:1.2.3.4:8000", ("1.2.3.4", 8000, "user", "pass")),
    ("user:pass:gate.example:8000", ("gate.example", 8000, "user", "pass")),
    ("[2001:db8::1]:8000", ("[2001:db8::1]", 8000, None, None)),
    ("[2001:db8::1]:8000:user:pass", ("[2001:db8::1]", 8000, "user", "pass")),
    ("user:pass@[2001:db8::1]:8000", ("[2001:db8::1]", 8000, "user", "pass")),
    ("user:pass:[2001:db8::1]:8000", ("[2001:db8::1]", 8000, "user", "pass")),
    # A password may hold a colon and the like; only URLs are percent-decoded.
    ("1.2.3.4:8000:user:a:b", ("1.2.3.4", 8000, "user", "a:b")),
    ("user:a:b@1.2.3.4:8000", ("1.2.3.4", 8000, "user", "a:b")),
    ("user:a:b:1.2.3.4:8000", ("1.2.3.4", 8000, "user", "a:b")),
    ("1.2.3.4:8000:user:p@ss", ("1.2.3.4", 8000, "user", "p@ss")),
    ("user:p@ss/#?%41@1.2.3.4:8000", ("1.2.3.4", 8000, "user", "p@ss/#?%41")),
    # An address is a host, never a user.
    ("1.2.3.4:8000:user:12345", ("1.2.3.4", 8000, "user", "12345")),
    ("1.2.3.4:8000:user:p@gate:80", ("1.2.3.4", 8000, "user", "p@gate:80")),
    ("http://user:p%40%3A@1.2.3.4:8000", ("1.2.3.4", 8000, "user", "p@:")),
    ("HTTP://user:p@ss@Gate.Example:8000/", ("gate.example", 8000, "user", "p@ss")),
]


@pytest.mark.parametrize(("text", "parts"), SPELLED)
def test_spellings(text, parts):
    """By all three who read them, and into all formats that can say it."""
    one = Proxy("http", *parts)
    assert parsed(text) == one
    assert proxy_url(f" {text} ") == one.url
    for how in FORMATS:
        try:
            from_url = proxy_format(one.url, how)
        except AnsibleFilterError as error:
            with pytest.raises(AnsibleFilterError, match=re.escape(str(error))):
                proxy_format(text, how)
        else:
            assert proxy_format(text, how) == from_url
    assert proxy_url(text, scheme="socks5h") == one.url.replace("http:", "socks5h:")


READ_BACK = ["url", "host_port_user_pass", "user_pass_at_host_port"]
WORDS = st.text(string.ascii_letters + string.digits + string.punctuation + "é", min_size=1, max_size=15)
HOSTS = st.sampled_from(["1.2.3.4", "gate.example", "squid", "[2001:db8::1]", "10.0.0.1"])


@example("1.2.3.4", 1, ("0", "//"))
@given(HOSTS, st.integers(1, 65535), st.tuples(WORDS, WORDS) | st.tuples(st.none(), st.none()))
def test_formats_are_read_back(host, port, credentials):
    """A format of text is either read back as the same proxy, or an error: never as another one, unless it is a URL."""
    one = Proxy("http", host, port, *credentials)
    for how in READ_BACK:
        try:
            text = FORMATS[how](one)
            found = parsed(text)
        except OptionError as error:
            assert how != "url"
            told = [said for said in ("two ways", "IPv6 address without", "a URL") if said in error.problem]
            assert ":" in one.username or told
        else:
            assert found == one or text.startswith(("http://", "https://", "socks5://", "socks5h://")), text


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("gate:80:SECRET", "A proxy must be a URL"),
        ("gate.example:80:SECRET.example:8080", "can be read in two ways. Write it as a URL"),
        ("2001:db8::1:8000", "an IPv6 address without brackets"),
        ("2001:db8::1", "an IPv6 address without brackets"),
        ("[2001:db8::SECRET]:80", "A proxy must be a URL"),
        ("1.2.3.4:80:u:SECRET\n1.2.3.5:80:u:SECRET", "a line break or another control character"),
        ("1.2.3.4:0:u:SECRET", "A proxy must be a URL"),
        ("1.2.3.4:70000:u:SECRET", "A proxy must be a URL"),
        ("http://1.2.3.4:8000:u:SECRET", "is not a URL. Percent-encode"),
        ("http://u:SEC/RET@h:1", "is not a URL. Percent-encode"),
        ("http://h:80/SECRET@h:1", "goes on after its port"),
        ("http://h:80?SECRET", "goes on after its port"),
        ("http://:SECRET@h:1", "the username is empty"),
        ("http://h:0", "port must be 1 to 65535"),
        ("", "A proxy must be a URL"),
        (None, "A proxy must be a URL"),
        (8000, "A proxy must be a string, not a number"),
        ({"username": "a", "password": "SECRET"}, "needs host or ip"),
        ({"host": "1.2.3.4:8000:u:SECRET"}, "host must be a name or an address without port"),
        ({"host": "u:SECRET@1.2.3.4", "port": 1}, "host must be"),
        ({"host": "h", "port": "80:u:SECRET"}, "port must be 1 to 65535"),
        ({"host": "h", "port": 1, "scheme": "x:SECRET"}, "scheme must be one of"),
    ],
)
def test_what_is_no_proxy_is_told_without_its_password(value, message):
    for function in (proxy_format, lambda one: proxy_format([one])):
        with pytest.raises(AnsibleFilterError) as caught:
            function(value)
        assert message in str(caught.value)
        assert "SEC" not in str(caught.value)


@pytest.mark.parametrize("value", ["1.2.3.4:8000:user:SECRET", "user:SECRET@1.2.3.4:8000"])
@pytest.mark.parametrize("option", ["username", *sorted({*URL_OPTIONS} - {"password", "session_for", "session_salt"})])
def test_a_proxy_in_the_wrong_place_keeps_its_password(value, option):
    options = {"password": "Secret1", "country": "us", "session_minutes": 1, option: value}
    options |= {} if option == "session" else {"session": "a"}
    with pytest.raises(AnsibleFilterError) as caught:
        if option == "username":
            gateway_username(value)
        else:
            proxy_url("scraper01", **options)
    assert "SECRET" not in str(caught.value)


URL = "http://td-customer-a:p%40ss%3Aw%2Frd@gate.example:9999"
NAMED = "td" + hashlib.sha256(URL.encode()).hexdigest()[:12]


def test_formats():
    # These want another proxy than this one.
    others = ("chrome", "privoxy", "proxychains")
    assert {how: proxy_format(PLAIN.url, how) for how in FORMATS if how not in others} == {
        "url": URL,
        "host_port": "gate.example:9999",
        "host_port_user_pass": "gate.example:9999:td-customer-a:p@ss:w/rd",
        "user_pass_at_host_port": "td-customer-a:p@ss:w/rd@gate.example:9999",
        "env": dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), URL),
        "requests": {"http": URL, "https": URL},
        "httpx": {"proxy": URL},
        "aiohttp": {"proxy": URL},
        "scrapy": {"proxy": URL},
        "playwright": {"server": "http://gate.example:9999", "username": "td-customer-a", "password": "p@ss:w/rd"},
        "curl": f'proxy = "{URL}"',
        "squid": f"cache_peer gate.example parent 9999 0 no-query no-digest name={NAMED} "
        "login=td-customer-a:p%40ss%3Aw%2Frd",
        "gost": URL,
        "glider": f"forward={URL}",
        "sing-box": {
            "type": "http",
            "tag": NAMED,
            "server": "gate.example",
            "server_port": 9999,
            "username": "td-customer-a",
            "password": "p@ss:w/rd",
        },
        "docker": {"proxies": {"http-proxy": URL, "https-proxy": URL}},
    }
    assert proxy_format([PLAIN.url, "203.0.113.5:10000", {"host": "203.0.113.5", "port": 10000}], "host_port") == [
        "gate.example:9999",
        "203.0.113.5:10000",
        "203.0.113.5:10000",
    ]
    assert proxy_format(OPEN.url, "host_port_user_pass") == "203.0.113.5:10000"
    assert proxy_format("203.0.113.5:10000", "env")["HTTPS_PROXY"] == "http://203.0.113.5:10000"
    assert proxy_format("203.0.113.5:10000", "playwright") == {"server": "http://203.0.113.5:10000"}
    assert proxy_format("203.0.113.5:10000:a:p@ss", "proxychains") == "http 203.0.113.5 10000 a p@ss"
    assert proxy_format("203.0.113.5:10000", "chrome") == "--proxy-server=http://203.0.113.5:10000"
    assert proxy_format("203.0.113.5:10000", "privoxy") == "forward / 203.0.113.5:10000"


@pytest.mark.parametrize(
    ("url", "how", "made"),
    [
        ("https://a:b@h:1", "squid", "cache_peer h parent 1 0 no-query no-digest name=NAME tls login=a:b"),
        ("https://a:b@h:1", "gost", "https://a:b@h:1?secure=true"),
        ("socks5h://https:b@h:1", "gost", "socks5://https:b@h:1"),
        ("https://a:b@h:1", "glider", "forward=tls://h:1,http://a:b@"),
        ("https://h:1", "glider", "forward=tls://h:1,http://"),
        ("socks5h://a:b@h:1", "glider", "forward=socks5://a:b@h:1"),
        ("socks5h://[2001:db8::1]:1", "chrome", "--proxy-server=socks5://[2001:db8::1]:1"),
        ("https://h:1", "playwright", {"server": "https://h:1"}),
        ("socks5h://h:1", "playwright", {"server": "socks5://h:1"}),
        ("socks5h://h:1", "privoxy", "forward-socks5 / h:1 ."),
        ("socks5://a%23:%23b%25%5C%22@[2001:db8::1]:1", "privoxy", r"forward-socks5 / a\#:\#b%\"@[2001:db8::1]:1 ."),
        ("socks5h://a:%23b@[2001:db8::1]:1", "proxychains", "socks5 2001:db8::1 1 a #b"),
        ("http://a%20%22:%5C%24@h:1", "curl", 'proxy = "http://a%20%22:%5C%24@h:1"'),
        (
            "https://a%22:%5C@h:1",
            "sing-box",
            {
                "type": "http",
                "tag": "NAME",
                "server": "h",
                "server_port": 1,
                "tls": {"enabled": True},
                "username": 'a"',
                "password": "\\",
            },
        ),
        (
            "socks5h://[2001:db8::1]:1",
            "sing-box",
            {"type": "socks", "tag": "NAME", "server": "2001:db8::1", "server_port": 1, "version": "5"},
        ),
    ],
)
def test_formats_of_other_proxies(url, how, made):
    name = "td" + hashlib.sha256(url.encode()).hexdigest()[:12]
    assert json.loads(json.dumps(proxy_format(url, how)).replace(name, "NAME")) == made


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
        ("http://a:b%20c@192.0.2.1:1", "proxychains", "no white space"),
        ("http://a:b@h:1", "proxychains", "no names of proxies"),
        ("https://a:b@h:1", "scrapy", "no TLS"),
        ("socks5h://h:1", "aiohttp", "knows no SOCKS5. Use scheme http or https"),
        ("socks5h://h:1", "docker", "knows no SOCKS5"),
        ("http://%2Aa:b@h:1", "squid", "begins with *"),
        ("http://a:b@h:1", "chrome", "takes no credentials"),
        ("http://a:b@h:1", "privoxy", "no credentials for HTTP proxies. Use scheme socks5"),
        ("https://h:1", "privoxy", "no TLS"),
        ("socks5://a:b%20c@h:1", "privoxy", "no white space and no @"),
        ("socks5://a:b%40c@h:1", "privoxy", "no white space and no @"),
        ("socks5://a%3Ab:c@h:1", "privoxy", "a username with a colon"),
        ("http://a%3Ab:c@h:1", "host_port_user_pass", "a username with a colon"),
        ("http://a%3Ab:c@h:1", "user_pass_at_host_port", "a username with a colon"),
    ],
)
def test_what_has_no_format(value, how, message):
    with pytest.raises(AnsibleFilterError) as caught:
        proxy_format(value, how)
    assert message in str(caught.value)


@pytest.mark.parametrize("how", FORMATS)
@pytest.mark.parametrize("value", ["http://a:SEC%0ARET@h:1", "http://SEC%00RET:a@h:1", {"host": "h", "port": 1}])
def test_control_characters_have_no_format(value, how):
    value = {**value, "username": "a", "password": "SEC\rRET"} if isinstance(value, dict) else value
    with pytest.raises(AnsibleFilterError, match="no line breaks and other control characters") as caught:
        proxy_format(value, how)
    assert "SEC" not in str(caught.value)


def test_formats_are_what_clients_take():
    """The tools' own parsers read them back."""
    import requests
    from requests.utils import get_auth_from_url, select_proxy

    chosen = select_proxy("https://example.com", proxy_format(PLAIN.url, "requests"))
    assert get_auth_from_url(chosen) == (PLAIN.username, PLAIN.password)
    assert requests.adapters.HTTPAdapter().proxy_headers(chosen)["Proxy-Authorization"].startswith("Basic ")
