# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of clients share: a gateway, and programs that run for as long as a test does."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.thordata.proxies.plugins.module_utils._data_plane.proxy import Proxy
from simulator import Simulator

ECHO = "http://echo.simulator.test/"
USERNAME = "ispuser"
# All that could mean something to a URL, a shell or a configuration; some clients know no white space, or no @.
PASSWORD = """p@s/s%1:x "'#$\\+&;,=%41?[]{}!"""
PASSWORDS = {
    USERNAME: PASSWORD,
    "unspaced": PASSWORD.replace(" ", ""),
    "unspaced2": PASSWORD.replace(" ", "").replace("@", ""),
}


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Path:
    """The file of an authority, whose certificate the gateway has."""
    made = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    made.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(file.with_name("gateway.pem"))
    )
    return file


@pytest.fixture(scope="session")
def gateway(authority) -> Iterator[Simulator]:
    """A gateway, with TLS and without, and a user for each of PASSWORDS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.with_name("gateway.pem"))
    bought = [
        {"ip": f"198.51.100.{number}", "username": username, "password": password}
        for number, (username, password) in enumerate(PASSWORDS.items(), 20)
    ]
    with Simulator(seed={"static_proxies": {"isp": bought}}, gateway_tls=context) as simulator:
        yield simulator


@pytest.fixture
def proxy_of(gateway):
    """Return the gateway as a proxy: by scheme, and by the user of PASSWORDS that asks."""

    def made(scheme: str, username: str = USERNAME) -> Proxy:
        if scheme == "https":
            return Proxy(scheme, "localhost", gateway.tls_gateway.port, username, PASSWORDS[username])
        return Proxy(scheme, "127.0.0.1", gateway.gateway.port, username, PASSWORDS[username])

    return made


def exit_of(page: str) -> dict[str, Any]:
    """Return the exit that the echo page shows. Raises ValueError for a page that is none."""
    shown = json.loads(page)
    if not shown["ip"].startswith("198.18."):
        raise ValueError(f"{shown['ip']} is no exit of the gateway")
    return shown


def printed(command: Sequence[str | Path], **options: Any) -> str:
    """Return what a command prints. Raises AssertionError, with all that it said, when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)
    assert done.returncode == 0, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def running(command: Sequence[str | Path], port: int, **environment: str) -> Iterator[str]:
    """Run a proxy server until the end of the block; yield its URL once it listens on ``port``."""
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        server = subprocess.Popen(command, stdout=said, stderr=said, env={**os.environ, **environment})
        try:
            while server.poll() is None:
                with socket.socket() as trial:
                    if not trial.connect_ex(("127.0.0.1", port)):
                        break
                time.sleep(0.05)
            said.seek(0)
            assert server.poll() is None, said.read()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            server.kill()
            server.wait()
