# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was never sent, by proof: each stage of a call at which it can fail. Real proxies: tests/clients."""

from __future__ import annotations

import contextlib
import datetime
import http.client
import ipaddress
import socket
import ssl
import sys
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.thordata.proxies.plugins.module_utils._api.errors import TransportError
from ansible_collections.thordata.proxies.plugins.module_utils._api.transport import Transport

HEAD = b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n"


class Peer:
    """Whatever a call meets first: it lets ``behave`` deal with each connection."""

    def __init__(self, behave):
        self._behave = behave
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            with connection:
                self._behave(connection)

    def close(self):
        self._socket.close()


@pytest.fixture
def peer():
    peers = []

    def start(behave):
        peers.append(Peer(behave))
        return peers[-1].port

    yield start
    for one in peers:
        one.close()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def fails(url, timeout=0.5, verify=True):
    with pytest.raises(TransportError) as caught:
        Transport(url, timeout, verify).send("Could not do it", "POST", "/call", data={"a": "b"})
    return caught.value


def head(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    return data


def close_after_reading(connection):
    head(connection)


def close_at_once(connection):
    """Nothing is read: a request that was under way is lost all the same."""


def refuse_tunnel(connection):
    head(connection)
    connection.sendall(HEAD % b"403 Forbidden")


def open_tunnel_and_close(connection):
    head(connection)
    connection.sendall(HEAD % b"200 OK")


def say_nothing(connection):
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


@pytest.mark.parametrize(
    ("behave", "scheme", "what"),
    [
        (close_after_reading, "http", "the connection broke off"),
        (close_at_once, "http", "the connection broke off"),
        (say_nothing, "http", "no answer within api_timeout"),
    ],
)
def test_what_was_handed_to_a_connection_is_lost(peer, behave, scheme, what):
    error = fails(f"{scheme}://127.0.0.1:{peer(behave)}/api")
    assert error.lost
    assert what in str(error)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://127.0.0.1:1/api", "no connection"),
        ("http://does-not-exist.invalid/api", "the host's name cannot be resolved"),
        ("http://./api", "requests cannot use this URL"),
    ],
)
def test_what_found_no_connection_was_never_sent(url, what):
    error = fails(url)
    assert not error.lost
    assert what in str(error)


def test_a_body_goes_out_with_its_headers(peer, monkeypatch):
    sent, send = [], http.client.HTTPConnection.send

    def noted(connection, data):
        sent.append(data)
        send(connection, data)

    def answer(connection):
        for _request in "123":
            head(connection)
            connection.sendall(HEAD % b"200 OK")

    monkeypatch.setattr(http.client.HTTPConnection, "send", noted)
    transport = Transport(f"http://127.0.0.1:{peer(answer)}/api/", 2.0, True)
    transport.send("Could not", "POST", "/call", data={"a": "b c", "d": "é"}, headers={"token": "t"})
    transport.send("Could not", "GET", "/call", params={"a": "b&c"})
    transport.send("Could not", "POST", "/call", data={"a": "b"})
    lines = [one.decode().split("\r\n") for one in sent]
    assert [one[0].rpartition(" ")[0] for one in lines] == ["POST /api/call", "GET /api/call?a=b%26c", "POST /api/call"]
    assert [one[-1] for one in lines] == ["a=b+c&d=%C3%A9", "", "a=b"]
    assert "Content-Length: 14" in lines[0]
    assert "Content-Type: application/x-www-form-urlencoded" in lines[0]
    assert [one for one in lines if "token: t" in one] == lines[:1]


def test_tls_that_fails_comes_before_the_request(peer):
    error = fails(f"https://127.0.0.1:{peer(close_at_once)}/api")
    assert not error.lost


@pytest.mark.parametrize(
    ("behave", "lost", "what"),
    [
        (refuse_tunnel, False, "refuses the tunnel (403 Forbidden)"),
        (open_tunnel_and_close, False, "through the proxy"),
        (close_after_reading, False, "the proxy"),
    ],
)
def test_a_tunnel_that_fails_comes_before_the_request(peer, monkeypatch, behave, lost, what):
    port = peer(behave)
    monkeypatch.setenv("https_proxy", f"http://user:Leaky1@127.0.0.1:{port}")
    error = fails("https://api.invalid/api")
    assert error.lost is lost
    assert what in str(error)
    assert f"127.0.0.1:{port}" in str(error)
    assert "Leaky" not in str(error)


@pytest.mark.parametrize("behave", [close_after_reading, close_at_once, say_nothing])
def test_a_proxy_that_has_the_request_may_have_passed_it_on(peer, monkeypatch, behave):
    """As requests sees it, the connection to the proxy failed; the proxy may have reached the API all the same."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{peer(behave)}")
    assert fails("http://api.invalid/api").lost


def test_a_proxy_that_is_not_there(monkeypatch):
    for scheme in ("http", "https"):
        monkeypatch.setenv(f"{scheme}_proxy", "http://me:Leaky1@127.0.0.1:1")
        error = fails(f"{scheme}://api.invalid/api")
        assert not error.lost
        assert "the proxy 127.0.0.1:1 of the environment cannot be reached" in str(error)
        assert "Leaky" not in str(error)


def certificate(folder, identifiers):
    """Make an authority and a certificate of it, with or without key identifiers; return both files."""
    now = datetime.datetime.now(datetime.timezone.utc)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _key in "12"]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", "127.0.0.1")]

    def sign(subject, key, *extensions):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(names[0]).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        if identifiers:
            mine = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
            authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key())
            builder = builder.add_extension(mine, False).add_extension(authority, False)
        return builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    usage = x509.KeyUsage(True, False, False, False, False, True, False, False, False)
    authority = sign(names[0], keys[0], (x509.BasicConstraints(True, None), True), (usage, True))
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "ca.pem").write_bytes(authority)
    (folder / "server.pem").write_bytes(key + sign(names[1], keys[1], (address, False)))
    return folder / "ca.pem", folder / "server.pem"


@pytest.mark.parametrize("identifiers", [True, False])
def test_certificates_that_python_313_refuses(peer, tmp_path, identifiers):
    authority, server = certificate(tmp_path, identifiers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)

    def answer(connection):
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
            head(tls)
            tls.sendall(HEAD % b"200 OK")

    url = f"https://127.0.0.1:{peer(answer)}/api"
    if identifiers or sys.version_info < (3, 13):
        assert Transport(url, 2.0, str(authority)).send("Could not", "GET", "/call").status == 200
        return
    error = fails(url, verify=str(authority))
    assert not error.lost
    assert "Missing" in str(error)
    assert "Python 3.13 and newer refuse certificates that break RFC 5280" in str(error)


def test_an_unknown_authority(peer, tmp_path):
    _authority, server = certificate(tmp_path, True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)

    def answer(connection):
        with contextlib.suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    error = fails(f"https://127.0.0.1:{peer(answer)}/api")
    assert not error.lost
    assert "set ca_path to the authority that signed it" in str(error)
