# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs plays against a simulator, each in a process of its own and with nothing of the machine's configuration."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
BIN = Path(sys.executable).parent
COLLECTIONS = os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(ROOT / ".build" / "collections")

# Neither host is "local" to Ansible. On testhost the account modules run in the controller's process nevertheless;
# with "delegate_to: elsewhere" they run as ordinary modules.
INVENTORY = {"all": {"vars": {"ansible_connection": "elsewhere"}, "hosts": {"testhost": None, "elsewhere": None}}}


class Vaulted(str):
    """A string that a playbook holds as ``!vault``; it is the encrypted text."""


class Unsafe(str):
    """A string that a playbook holds as ``!unsafe``: no template, whatever it looks like."""


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(Vaulted, lambda dumper, text: dumper.represent_scalar("!vault", str(text), style="|"))
_Dumper.add_representer(Unsafe, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


def to_yaml(value: Any) -> str:
    """Return the YAML text of a playbook or a file of variables."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=1000)


def workers(process: subprocess.Popen[Any]) -> list[int]:
    """Return the processes that a run has started."""
    return _children(process.pid)


def kill_all(process: subprocess.Popen[Any]) -> None:
    """End a run with its workers, which would otherwise finish what they are at."""
    _kill(process.pid)


def _kill(pid: int) -> None:
    children = _children(pid)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    for child in children:
        _kill(child)


def _children(pid: int) -> list[int]:
    children = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if status.read_text("utf-8").rpartition(")")[2].split()[1] == str(pid):
                children.append(int(status.parent.name))
    return children


@dataclass(frozen=True)
class Run:
    """What became of a command. ``commands``: what ran on hosts, one line each."""

    code: int
    output: str
    commands: str

    def said(self, host: str) -> str:
        """Return why a host failed."""
        found = (line for line in self.output.splitlines() if re.match(rf"(fatal|failed): \[{host}\]", line))
        return re.sub(r"\s+", " ", "\n".join(found))


class Project:
    """A folder with an inventory, in which plays run against ``simulator``."""

    def __init__(self, folder: Path, simulator: Any) -> None:
        self.folder = folder
        self.simulator = simulator
        (folder / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
        (folder / "inventory.yml").write_text(to_yaml(INVENTORY), encoding="utf-8")

    @property
    def account(self) -> dict[str, str]:
        """The options that all account modules share."""
        return {"api_url": self.simulator.api_url, "api_token": self.simulator.token, "api_key": self.simulator.key}

    def environment(self) -> dict[str, str]:
        """Return the environment of a command: this interpreter, these plugins, no account, no HTTP proxy."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ANSIBLE_", "THORDATA_", "PYENV")) and not name.lower().endswith("_proxy")
        }
        path = [one for one in kept.get("PATH", "").split(os.pathsep) if "pyenv" not in one]
        return {
            **kept,
            "PATH": os.pathsep.join([str(BIN), *path]),
            "HOME": str(self.folder),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_REMOTE_TMP": str(self.folder / "remote"),
            "ANSIBLE_ASYNC_DIR": str(self.folder / "async"),
            "ANSIBLE_HOME": str(self.folder / ".ansible"),
            "ANSIBLE_CONFIG": str(self.folder / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "ANSIBLE_DEPRECATION_WARNINGS": "0",
            "ANSIBLE_INJECT_INVOCATION": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
            "ANSIBLE_ROLES_PATH": str(HERE / "targets"),
            "ANSIBLE_CONNECTION_PLUGINS": str(HERE / "plugins" / "connection"),
            "ANSIBLE_ACTION_PLUGINS": str(HERE / "plugins" / "action"),
            "ELSEWHERE_COMMANDS": str(self.folder / "commands"),
            "SIMULATOR_CONTROL_URL": self.simulator.control_url,
        }

    def play(self, plays: Any, *options: str, env: dict[str, str] | None = None) -> Run:
        """Run a playbook."""
        (self.folder / "playbook.yml").write_text(to_yaml(plays), encoding="utf-8")
        return self.run("ansible-playbook", "playbook.yml", *options, env=env)

    def run(self, command: str, *options: str, env: dict[str, str] | None = None) -> Run:
        """Run one of Ansible's commands on the inventory."""
        done = subprocess.run(
            [str(BIN / command), "-i", "inventory.yml", *options],
            cwd=self.folder,
            env={**self.environment(), **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            check=False,
        )
        commands = self.folder / "commands"
        return Run(done.returncode, done.stdout, commands.read_text("utf-8") if commands.exists() else "")
