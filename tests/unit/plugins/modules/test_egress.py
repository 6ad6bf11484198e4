# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address under which the world sees a host: services that answer, and those that do not."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest

from ansible_collections.thordata.proxies.plugins.module_utils._common.errors import OptionError, ThordataError
from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.echo import ECHO_SPEC, egress_address

SECRET = "user:SECRET@"


@contextlib.contextmanager
def service(said, scheme="http"):
    """Serve callers with these bytes; yield a URL that holds secrets."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    client, _address = server.accept()
                    with client:
                        client.recv(65536)
                        client.sendall(said)

        threading.Thread(target=serve, daemon=True).start()
        yield f"{scheme}://{SECRET}127.0.0.1:{server.getsockname()[1]}/ip?key=SECRET"


def ask(*services, **options):
    defaults = {name: one["default"] for name, one in ECHO_SPEC.items()}
    return egress_address({**defaults, "timeout": 2, "services": services, **options})


def page(body):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "body",
    ["203.0.113.7\n", '{"ip": "203.0.113.7"}', '{"query": "203.0.113.7"}', '{"origin": "203.0.113.7, 10.0.0.1"}'],
)
def test_answers(body):
    with service(page(body)) as url:
        found = ask(url)
    assert found["ip"] == "203.0.113.7"
    assert found["service"] == url.replace(SECRET, "").partition("?")[0]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"", "without response"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "its answer is broken, or no HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", "its answer is broken, or no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n203.0", "the answer holds no address"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP Error 404"),
        (page("<html>Log in</html>"), "the answer holds no address"),
        (page('["203.0.113.7"]'), "the answer holds no address"),
        (page("2001:db8::1"), "it sees the IPv6 address 2001:db8::1"),
    ],
)
def test_a_service_that_fails_is_told_or_passed_over(said, problem):
    with service(said) as broken, service(page("203.0.113.7")) as good:
        with pytest.raises(ThordataError, match="No echo service told the address of this host") as caught:
            ask(broken)
        assert ask(broken, good)["ip"] == "203.0.113.7"
    assert problem in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_tls_that_is_none():
    with service(page("203.0.113.7"), "https") as url, pytest.raises(ThordataError) as caught:
        ask(url)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    ("services", "message"),
    [
        ([], "services is empty. Name at least one"),
        (
            ["http://127.0.0.1:1", "ipinfo.thordata.com/SECRET"],
            "Entry 2 of services must start with https:// or http://",
        ),
        (["file:///etc/hostname"], "Entry 1 of services must start with"),
        (["http://a SECRET/"], "Entry 1 of services must start with"),
        (["http://a:SECRET"], "Entry 1 of services is not a URL"),
    ],
)
def test_what_is_no_service(services, message):
    with pytest.raises(OptionError) as caught:
        ask(*services)
    assert message in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_the_environment_s_proxy_is_used_only_if_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with service(page("203.0.113.7")) as url:
        assert ask(url)["ip"] == "203.0.113.7"
        with pytest.raises(ThordataError, match="refused"):
            ask(url, use_proxy=True)
