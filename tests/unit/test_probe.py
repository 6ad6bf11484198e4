# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is found of proxies that work, refuse, hang, and break off; by every scheme."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.thordata.proxies.plugins.module_utils._gateway import Proxy, proxy
from ansible_collections.thordata.proxies.plugins.module_utils._probe import probe
from ansible_collections.thordata.proxies.plugins.modules import proxy_check
from simulator import Simulator

ECHO = "http://echo.simulator.test/"
OPTIONS = {"check_url": ECHO, "timeout": 5.0, "validate_certs": False}
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
    return context


@pytest.fixture(scope="module")
def gateways(tmp_path_factory):
    context = certificate(tmp_path_factory.mktemp("tls"))
    with Simulator(seed={"users": {"residential": USERS}}, gateway_tls=context) as sim:
        yield sim


@pytest.fixture
def sim(gateways):
    gateways.reset()
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


def test_certificates_count_if_asked(sim):
    found = probe(through(sim, "https"), {**OPTIONS, "validate_certs": True})
    assert found["error"] == "a TLS certificate cannot be verified"


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
    assert not run(proxies, expect_country="gb", max_failed=2).get("failed")
    assert run(proxies, expect_country="gb", fail_on=["country"])["summary"]["failed"] == 1
    assert run(proxies, expect_country="gb", fail_on=["unreachable"])["summary"]["failed"] == 1
    assert run([])["summary"]["checked"] == 0
