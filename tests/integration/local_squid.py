# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Forwarders on this machine: squids that nobody installed, each with folders of its own."""

from __future__ import annotations

import contextlib
import getpass
import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
UNPACKED = ROOT / ".build" / "debian" / "squid"
PROGRAM = UNPACKED / "bin" / "squid"
# Who squid runs as: never root, which it refuses.
USER = "nobody" if os.geteuid() == 0 else getpass.getuser()
GROUP = grp.getgrgid(pwd.getpwnam(USER).pw_gid).gr_name


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class LocalSquid:
    """One forwarder below ``folder``; ``variables`` are those that the role needs for it, without exits."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "etc"
        self.logs = folder / "log"
        self.run = folder / "run"

    @property
    def variables(self) -> dict[str, Any]:
        """Return the variables of the role."""
        share = UNPACKED / "usr" / "share"
        return {
            "thordata_forwarder_install": False,
            "thordata_forwarder_program": str(PROGRAM),
            "thordata_forwarder_user": USER,
            "thordata_forwarder_group": GROUP,
            "thordata_forwarder_service_manager": "none",
            "thordata_forwarder_folder": str(self.config),
            "thordata_forwarder_log_folder": str(self.logs),
            "thordata_forwarder_run_folder": str(self.run),
            # Of an installed squid these are where its package puts them.
            "thordata_forwarder_extra_config": [
                f"mime_table {share}/squid/mime.conf",
                f"icon_directory {share}/squid/icons",
                f"error_directory {share}/squid-langpack/en",
                f"unlinkd_program {UNPACKED}/usr/lib/squid/unlinkd",
            ],
        }

    @property
    def pid(self) -> int | None:
        """Return the process, or None."""
        try:
            return int((self.run / "squid.pid").read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def log(self) -> str:
        """Return what squid says of itself."""
        return (self.logs / "cache.log").read_text("utf-8")

    def reloads(self) -> int:
        """Return how often squid has read its configuration anew."""
        return self.log().count("Reconfiguring Squid Cache")

    def wait_for_end(self, pid: int) -> None:
        """Wait until a process of squid has ended. Raises TimeoutError."""
        for _try in range(200):
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.05)
        raise TimeoutError(f"squid {pid} still runs")

    def kill(self) -> None:
        """End squid with all its children, whatever state it is in."""
        pid = self.pid
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        try:
            self.wait_for_end(pid)
        except TimeoutError:
            os.killpg(os.getpgid(pid), signal.SIGKILL)


@contextlib.contextmanager
def local_squids(count: int = 1) -> Iterator[list[LocalSquid]]:
    """Yield forwarders that do not run yet; whatever runs of them afterwards is ended."""
    # In /tmp, as squid must reach it as another user, and pytest's folders are closed.
    folder = Path(tempfile.mkdtemp(prefix="forwarder-", dir="/tmp"))
    folder.chmod(0o755)
    squids = [LocalSquid(folder / str(number)) for number in range(count)]
    for number in range(count):
        (folder / str(number)).mkdir(mode=0o755)
    try:
        yield squids
    finally:
        for squid in squids:
            squid.kill()
        shutil.rmtree(folder)


def answer(port: int, request: str, more: str = "", seconds: float = 20) -> bytes:
    """Return what comes for a request (method and target) through the local port, to its end or a tunnel's head."""
    with socket.create_connection(("127.0.0.1", port), seconds) as connection:
        return ask(connection, request, more)


def ask(connection: socket.socket, request: str, more: str = "") -> bytes:
    """Send a request on a connection; return the answer."""
    host = request.split(" ", 1)[1].removeprefix("http://").split("/")[0]
    connection.sendall(f"{request} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{more}\r\n".encode())
    received = b""
    while data := connection.recv(65536):
        received += data
        if request.startswith("CONNECT") and b"\r\n\r\n" in received:
            break
    return received


def processes() -> str:
    """Return the command lines of all processes."""
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
