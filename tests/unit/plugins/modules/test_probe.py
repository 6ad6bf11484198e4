# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found of proxies that work, refuse, hang, and break off; by every scheme."""

from __future__ import annotations

import contextlib
import datetime
import errno
import http.server
import ipaddress
import re
import socket
import ssl
import threading
import time

import pytest
import socks
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.gateway import proxy
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.probe import (
    GATEWAY_CODES,
    _reason,
    probe,
    tls_context,
)
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from ansible_collections.thordata.proxies.plugins.modules import proxy_check
from simulator import Simulator

ECHO = "http://echo.simulator.test/"
OPTIONS = {"check_url": ECHO, "timeout": 5.0, "validate_certs": False, "ca_path": None}
USERS = {
    "alice01": {"password": "Secret1"},
    "disabled": {"password": "Secret1", "enabled": False},
}


def certificate(folder):
    """Make a certificate for 127.0.0.1 that signs itself; return the context of a server that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context, file


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def gateways(tls):
    with Simulator(seed={"users": {"residential": USERS}}, gateway_tls=tls[0]) as sim:
        yield sim


class Page(http.server.BaseHTTPRequestHandler):
    """A page that shows an address, in chunks; or sends away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        away = self.path.startswith("/away")
        self.send_response(302 if away else 200)
        self.send_header("Location", self.path.replace("/away", "", 1) or "/")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b'6\r\n{"ip":\r\nf\r\n"198.18.0.1","c\r\ne\r\nountry": "GB"}\r\n0\r\n\r\n')

    def log_message(self, *args):
        """Say nothing."""


@pytest.fixture(scope="module", params=["http", "https"])
def page(request, tls):
    """The URL of a page of another server, behind the gateway."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        if request.param == "https":
            server.socket = tls[0].wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{request.param}://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@contextlib.contextmanager
def peer(talk):
    """Serve one caller with ``talk``, which gets the connection; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            client, _address = server.accept()
            with client, contextlib.suppress(OSError):
                talk(client)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


@pytest.fixture
def sim(gateways):
    gateways.reset()
    tls_context.cache_clear()
    return gateways


def through(sim, scheme="http", user="alice01", password="Secret1", **place):
    gateway = sim.tls_gateway if scheme == "https" else sim.gateway
    return proxy(user, password=password, host="127.0.0.1", port=gateway.port, scheme=scheme, **place)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
def test_a_proxy_that_works(sim, scheme):
    url = sim.echo_url if scheme == "socks5" else ECHO  # socks5 resolves the name itself
    found = probe(through(sim, scheme, country="gb"), {**OPTIONS, "check_url": url})
    assert found["reachable"], found
    assert (found["exit_country"], found["status"], found["error"]) == ("GB", 200, None)
    assert found["exit_ip"].startswith("198.18.")
    assert 0 < found["latency"] < 5


@pytest.mark.parametrize("scheme", ["http", "https", "socks5", "socks5h"])
@pytest.mark.parametrize("validate_certs", [False, True])
def test_pages_of_other_servers(sim, monkeypatch, tls, page, scheme, validate_certs):
    """With chunks, redirects, and TLS to the proxy, the page, both or none."""
    if validate_certs:
        monkeypatch.setenv("SSL_CERT_FILE", str(tls[1]))
    options = {**OPTIONS, "check_url": page, "validate_certs": validate_certs}
    found = probe(through(sim, scheme), options)
    assert (found["error"], found["exit_ip"], found["exit_country"]) == (None, "198.18.0.1", "GB")
    assert probe(through(sim, scheme), {**options, "check_url": page + "away" * 2})["reachable"]
    endless = probe(through(sim, scheme), {**options, "check_url": page + "away" * 9})
    assert endless["error"] == "check_url redirects more than 5 times"


@pytest.mark.parametrize(("scheme", "whose"), [("https", "proxy"), ("http", "target"), ("socks5h", "target")])
def test_certificates_count_if_asked(sim, page, scheme, whose):
    if whose == "target" and page.startswith("http:"):
        return
    found = probe(through(sim, scheme), {**OPTIONS, "check_url": page, "validate_certs": True})
    assert found["error"].startswith(f"the TLS certificate of the {whose} cannot be verified: ")


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_own_authorities_are_trusted_besides_those_of_the_system(sim, tls, page, scheme):
    found = probe(through(sim, scheme), {**OPTIONS, "check_url": page, "validate_certs": True, "ca_path": str(tls[1])})
    assert (found["error"], found["exit_ip"]) == (None, "198.18.0.1")
    context = tls_context(True, str(tls[1]))
    assert context.cert_store_stats()["x509"] == tls_context(True, None).cert_store_stats()["x509"] + 1


def test_the_environment_does_not_come_in_between(sim, monkeypatch, page):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert probe(through(sim), {**OPTIONS, "check_url": page})["reachable"]


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_a_wrong_password(sim, scheme):
    found = probe(through(sim, scheme, password="Secret2"), OPTIONS)
    assert (found["reachable"], found["error"]) == (False, "the proxy refuses username and password")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("url", [ECHO, "https://echo.simulator.test/"])
@pytest.mark.parametrize(
    ("user", "place", "code", "meaning"),
    [
        ("disabled", {}, "user_disabled", "the proxy user is disabled"),
        ("alice01", {"country": "xx"}, "client_101", "check country, state and city"),
        ("alice01", {"country": "us", "city": "paris"}, "Resource_202", "ask for another state or city"),
    ],
)
def test_the_gateway_explains_itself(sim, scheme, url, user, place, code, meaning):
    found = probe(through(sim, scheme, user, **place), {**OPTIONS, "check_url": url})
    assert found["gateway_code"] == code
    assert meaning in found["error"]
    assert not found["reachable"]


@pytest.mark.parametrize("in_tunnel", [False, True])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("url", [ECHO, "https://echo.simulator.test/"])
@pytest.mark.parametrize(
    ("code", "status", "meaning"),
    [
        ("Auth_303", 403, "it knows no such user: check username, password"),
        ("Resource_203", 502, "no exit answers there"),
        ("client_103", 502, "the port is wrong"),
    ],
)
def test_refusals_before_and_inside_the_tunnel(sim, in_tunnel, scheme, url, code, status, meaning):
    sim.configure(gateway_fault=code, gateway_refuses_in_tunnel=in_tunnel)
    found = probe(through(sim, scheme), {**OPTIONS, "check_url": url})
    assert (found["gateway_code"], found["status"], found["reachable"]) == (code, status, False)
    assert found["error"].startswith(f"the gateway says {code}, {meaning}")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_wrong_credentials_as_the_live_gateway_refuses_them(sim, scheme):
    sim.configure(gateway_unauthorized="Auth_303", gateway_refuses_in_tunnel=True)
    for url in (ECHO, "https://echo.simulator.test/"):
        found = probe(through(sim, scheme, password="Wrong123"), {**OPTIONS, "check_url": url})
        assert (found["gateway_code"], found["status"]) == ("Auth_303", 403)
        assert "Wrong123" not in str(found)


@pytest.mark.parametrize("late", [False, True])
def test_a_tunnel_that_speaks_plain_text(late):
    """At once, in the same packet as the 200, or when TLS begins; with no header that explains it."""

    def talk(client):
        client.recv(65536)
        client.sendall(
            b"HTTP/1.1 200 OK\r\n\r\n" + (b"" if late else b"HTTP/1.1 403 No\r\nx-thor-error: Auth_303\r\n\r\n")
        )
        client.recv(65536)
        client.sendall(b"HTTP/1.1 403 No\r\nX-thor-error-msg: bad k\xffey s3cr\r\n\r\n" if late else b"")

    with peer(talk) as port:
        found = probe(Proxy("http", "127.0.0.1", port, "u", "s3cr"), {**OPTIONS, "check_url": "https://a.test/"})
    assert found["status"] == 403
    error = "the gateway says: bad key ********" if late else f"the gateway says Auth_303, {GATEWAY_CODES['Auth_303']}"
    assert found["error"] == error


@pytest.mark.parametrize(
    ("scheme", "url", "said", "error"),
    [
        ("http", ECHO, b"", "the connection broke off"),
        ("http", ECHO, b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "the answer is no HTTP"),
        ("http", ECHO, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "the connection broke off"),
        ("http", ECHO, b"HTTP/1.1 200 OK\r\nContent-Le", "the connection broke off"),
        ("http", ECHO, b"HTTP/1.1 429 Many\r\n\r\n", "HTTP 429"),
        ("http", ECHO, b"HTTP/1.1 200 OK\r\nX-thor-error: 407 in words\r\n\r\n", "the gateway says: 407 in words"),
        ("http", ECHO, b"HTTP/1.1 502 x\r\nX-thor-error-code: New_9\r\nX-thor-error-msg: m\r\n\r\n", "says New_9, m"),
        ("http", ECHO, b"HTTP/1.1 302 x\r\nLocation: ftp://a.test/\r\n\r\n", "redirects to what is no page"),
        ("http", "https://a.test/", b"", "the connection broke off"),
        ("http", "https://a.test/", b"HTTP/1.1 407 No\r\n\r\n", "the proxy refuses username and password"),
        ("http", "https://a.test/", b"HTTP/1.1 403 407\r\n\r\n", "the proxy refuses the tunnel: HTTP 403"),
        (
            "http",
            "https://a.test/",
            b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 500 407\r\n\r\n",
            "the proxy refuses inside the tunnel: HTTP 500",
        ),
        ("http", "https://a.test/", b"HTTP/1.1 200 OK\r\n\r\nnonsense" * 9, "TLS with the target fails"),
        ("https", ECHO, b"HTTP/1.1 400 Bad Request\r\n\r\n", "the proxy answers without TLS: check scheme"),
        ("https", ECHO, b"nonsense" * 9, "TLS with the proxy fails"),
        ("socks5h", ECHO, b"HTTP/1.1 400 Bad Request\r\n\r\n", "the proxy speaks no SOCKS5: check scheme"),
        ("socks5h", ECHO, b"\x05\xff", "the proxy refuses username and password"),
        ("socks5h", ECHO, b"\x05\x02\x01\x01", "the proxy refuses username and password"),
        ("socks5h", ECHO, b"\x05\x02\x01\x00\x05\x04\x00\x01" + b"\0" * 6, "the proxy refuses the connection"),
    ],
)
def test_what_else_a_peer_may_say(scheme, url, said, error):
    """No digits and no words of the answer, of the host or of the user decide what it is taken for."""

    def talk(client):
        client.recv(65536)
        client.sendall(said)
        client.shutdown(socket.SHUT_WR)
        while client.recv(65536):
            pass

    with peer(talk) as port:
        found = probe(Proxy(scheme, "127.0.0.1", port, "timeout407refused", "s3cret"), {**OPTIONS, "check_url": url})
    assert error in found["error"]
    assert not found["reachable"]
    assert "s3cret" not in str(found)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
@pytest.mark.parametrize("url", [ECHO, "https://407.test/"])
def test_ports_hosts_and_users_are_no_reasons(monkeypatch, scheme, url):
    proxy = Proxy(scheme, "127.0.0.1", 40712, "user407", "certificate-verify-failed")
    found = probe(proxy, {**OPTIONS, "check_url": url})
    assert (found["error"], found["status"]) == ("the connection is refused", None)

    def unreachable(*_args, **_more):
        raise OSError(errno.EHOSTUNREACH, "Connection refused, timed out, 407")

    monkeypatch.setattr(socket, "create_connection", unreachable)
    if scheme != "socks5h":
        assert probe(proxy, {**OPTIONS, "check_url": url})["error"] == "the proxy cannot be reached from this host"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError("407 refused"), "no answer within 2 seconds"),
        (TimeoutError("407 refused"), "no answer within 2 seconds"),
        (socks.ProxyConnectionError("407", TimeoutError("refused")), "no answer within 2 seconds"),
        (socks.GeneralProxyError("407", socket.gaierror("refused")), "the host's name cannot be resolved"),
        (socks.SOCKS5AuthError("timed out"), "the proxy refuses username and password"),
        (ConnectionResetError("407 timed out"), "the connection broke off (ConnectionResetError)"),
        (ssl.SSLError("407 timed out"), "the connection broke off (SSLError)"),
    ],
)
def test_the_type_of_an_error_decides(error, reason):
    assert _reason(error, Proxy("socks5h", "127.0.0.1", 1, "u", "p"), 2) == reason


def test_a_name_that_does_not_exist():
    for scheme in ("http", "https", "socks5h"):
        found = probe(Proxy(scheme, "refused-407.invalid", 80), OPTIONS)
        assert found["error"] == "the host's name cannot be resolved"


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
def test_a_proxy_that_wants_credentials_and_gets_none(sim, scheme):
    gateway = sim.tls_gateway if scheme == "https" else sim.gateway
    for url in (ECHO, "https://echo.simulator.test/"):
        found = probe(Proxy(scheme, "127.0.0.1", gateway.port), {**OPTIONS, "check_url": url})
        assert found["error"] == "the proxy wants username and password, or the address of this host on its whitelist"
        assert found["username"] is None


def test_socks_without_its_library(monkeypatch):
    monkeypatch.setattr(f"{probe.__module__}.socks", None)
    assert probe(Proxy("socks5", "127.0.0.1", 1), OPTIONS)["error"] == "PySocks is missing on this host"
    assert probe(Proxy("http", "127.0.0.1", 1), OPTIONS)["error"] == "the connection is refused"


@pytest.mark.parametrize(
    ("fault", "url", "error"),
    [
        ("407", ECHO, "the proxy refuses username and password"),
        ("407", "https://echo.simulator.test/", "the proxy refuses username and password"),
        ("close", ECHO, "the connection broke off"),
        ("hang", ECHO, "no answer"),
        ("hang", "https://echo.simulator.test/", "no answer"),
    ],
)
def test_a_gateway_in_trouble(sim, fault, url, error):
    sim.configure(gateway_fault=fault)
    started = time.monotonic()
    found = probe(through(sim), {**OPTIONS, "timeout": 1.0, "check_url": url})
    assert error in found["error"]
    assert not found["reachable"]
    assert time.monotonic() - started < 4


def test_a_proxy_that_sends_a_byte_now_and_then_does_not_hold_the_check(sim):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            client, _address = server.accept()
            with client:
                for _byte in range(40):
                    try:
                        client.sendall(b"H")
                    except OSError:
                        return
                    time.sleep(0.1)

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        found = probe(Proxy("http", "127.0.0.1", server.getsockname()[1]), {**OPTIONS, "timeout": 0.5})
    assert time.monotonic() - started < 3, "the bytes go on for four seconds"
    assert found["error"] == "no answer within 0.5 seconds"


def run(proxies, **options):
    defaults = {name: one.get("default") for name, one in proxy_check.MODULE.argument_spec.items()}
    return proxy_check.run({**defaults, "check_url": ECHO, "timeout": 5.0, "proxies": proxies, **options})


def test_what_counts_as_failed(sim):
    proxies = [through(sim, country="gb").url, through(sim, country="de").url, through(sim, password="Secret2").url]
    result = run(proxies, expect_country="gb")
    assert result["failed"]
    assert [one["failed"] for one in result["results"]] == [False, True, True]
    assert "2 of 3 proxies failed, and max_failed is 0" in result["msg"]
    assert "the exit is in DE, not GB" in result["msg"]
    assert "Secret" not in str(result)
    assert result["summary"]["reachable"] == 2
    users = ["td-customer-alice01-country-gb", "td-customer-alice01-country-de", "td-customer-alice01"]
    assert [one["username"] for one in result["results"]] == users
    assert f"http://127.0.0.1:{sim.gateway.port} as td-customer-alice01: the proxy refuses" in result["msg"]
    assert not run(proxies, expect_country="gb", max_failed=2).get("failed")
    assert run(proxies, expect_country="gb", fail_on=["country"])["summary"]["failed"] == 1
    assert run(proxies, expect_country="gb", fail_on=["unreachable"])["summary"]["failed"] == 1
    assert run([])["summary"]["checked"] == 0


def test_lists_as_providers_hand_them_out(sim):
    user = "td-customer-alice01-country-gb"
    address = f"127.0.0.1:{sim.gateway.port}"
    proxies = [
        f"{address}:{user}:Secret1",
        f"{user}:Secret1@{address}",
        f"{user}:Secret1:{address}",
        f"{address}:{user}:Wrong:1",
    ]
    result = run(proxies, max_failed=1)
    assert [one["username"] for one in result["results"]] == [user] * 4
    assert [one["reachable"] for one in result["results"]] == [True, True, True, False]
    assert not {"Secret1", "Wrong"} & set(re.split(r"[^A-Za-z0-9]", str(result)))


@pytest.mark.parametrize(
    ("proxies", "options", "message"),
    [
        (["h:1", "1.2.3.4:80:u"], {}, "Entry 2 of proxies: A proxy must be a URL"),
        (["http://u:SECRET/x@h:1"], {}, "Entry 1 of proxies: A proxy is not a URL"),
        (
            [{"host": "h", "port": 1, "username": "u", "password": 123456}],
            {},
            "password must be a string, not a number",
        ),
        ([{"host": "h", "port": 1, "username": "", "password": "SECRET"}], {}, "the username is empty"),
        ([False], {}, "Entry 1 of proxies: A proxy must be a string, not the boolean false"),
        (["h:1"], {"expect_country": "usa"}, "expect_country must be two letters"),
        (
            ["h:1"],
            {"expect_country": "False"},
            "expect_country must be a string, not the boolean false. Put it in quotes: YAML reads an unquoted no",
        ),
        (["h:1"], {"ca_path": "/no/such.pem"}, "ca_path is no file of certificates that can be read: /no/such.pem"),
        (["h:1"], {"ca_path": "/dev/null"}, "ca_path is no file of certificates that can be read: /dev/null"),
        (["h:1"], {"timeout": 0}, "timeout must be a positive number of seconds, not 0"),
        (["h:1"], {"check_url": "ipinfo.thordata.com"}, "check_url must start with https:// or http://"),
        (["h:1"], {"check_url": "ftp://a.test/"}, "check_url must start with https:// or http://"),
        (["h:1"], {"check_url": "https://u:SECRET@a.test/"}, "check_url must not hold credentials"),
        (["h:1"], {"check_url": "https://a.test:port/"}, "check_url is not a URL"),
    ],
)
def test_bad_options(proxies, options, message):
    with pytest.raises(OptionError) as caught:
        run(proxies, **options)
    assert message in str(caught.value)
    assert not {"SECRET", "123456"} & set(re.split(r"[^A-Za-z0-9]", str(caught.value)))
