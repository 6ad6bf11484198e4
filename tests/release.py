# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a release: ``python3 tests/release.py 1.2.3``, which ``make release VERSION=1.2.3`` calls.

The release is made in a work tree of its own, ``.build/release``: version, changelog, commit, archive. The archive is
checked there, installed into an empty folder, and used. The main branch gets the commit after all that, so a failure
leaves it as it was. What cannot be taken back, the tag and the upload, is printed, and not done.

Needs the environments ``core-2.19``, ``checks`` and ``importer`` in ``.venv``. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environment

ROOT = environment.ROOT
BRANCH = "main"
RELEASE = ROOT / ".build" / "release"
TREE = RELEASE / "ansible_collections" / "thordata" / "proxies"
# Numbers alone: Galaxy shows others than these as pre-releases, which are installed only where asked for.
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
PLAY = """\
- name: Use the installed collection
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Declare a user
      thordata.proxies.proxy_user:
        username: released01
        password: "{{ lookup('thordata.proxies.proxy_password') }}"
        traffic_limit: 1GB
      register: declared
    - name: List the users
      thordata.proxies.proxy_user_info:
      register: listed
    - name: See the user
      ansible.builtin.assert:
        that:
          - declared is changed
          - "'released01' in listed.users | map(attribute='username')"
"""


class ReleaseError(Exception):
    """Why no release is made."""


def run(*command: str | Path, cwd: Path, venv: str = "core-2.19", **env: str) -> str:
    """Return what a command prints, which finds the programs of an environment first. Raises ReleaseError."""
    path = os.pathsep.join([str(ROOT / ".venv" / venv / "bin"), environment.search_path()])
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, "PATH": path, "LC_ALL": "C.UTF-8", "PYTHONPATH": "", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ReleaseError(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


def git(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """Return what git prints. Raises ReleaseError."""
    return run("git", *arguments, cwd=cwd).strip()


def numbers(version: str) -> list[int]:
    """Return what versions are compared by. Raises ReleaseError."""
    if not VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} is no version such as 1.2.3")
    return [int(part) for part in version.split(".")]


def refuse(version: str) -> None:
    """Raise ReleaseError where the version or the state of the tree allows no release."""
    wanted = numbers(version)
    if (branch := git("rev-parse", "--abbrev-ref", "HEAD")) != BRANCH:
        raise ReleaseError(f"A release is made from {BRANCH}, and this is {branch}")
    if changed := git("status", "--porcelain"):
        raise ReleaseError(f"Commit or stash first:\n{changed}")
    for tag in filter(VERSION.fullmatch, git("tag", "--list").split()):
        if numbers(tag) >= wanted:
            raise ReleaseError(f"{tag} is released already: {version} must be newer")


@contextlib.contextmanager
def work_tree() -> Iterator[None]:
    """Check out what is to be released into ``TREE``, and take that away again."""
    shutil.rmtree(RELEASE, ignore_errors=True)
    git("worktree", "prune")
    git("worktree", "add", "--quiet", "--detach", TREE, BRANCH)
    try:
        yield
    finally:
        git("worktree", "remove", "--force", TREE)


def prepare(version: str) -> str:
    """Set the version and write the changelog; return the commit."""
    galaxy = TREE / "galaxy.yml"
    text, count = re.subn(r"(?m)^version: .*$", f"version: {version}", galaxy.read_text("utf-8"))
    if count != 1:
        raise ReleaseError("galaxy.yml must have one line for the version")
    galaxy.write_text(text, "utf-8")
    # A version that was prepared and not tagged gets what was added since.
    run("antsibull-changelog", "release", "--update-existing", cwd=TREE, venv="checks")
    run("antsibull-changelog", "lint", cwd=TREE, venv="checks")
    git("add", "--all", cwd=TREE)
    git("commit", "--quiet", "--message", f"Release {version}", cwd=TREE)
    return git("rev-parse", "HEAD", cwd=TREE)


def build() -> Path:
    """Return the archive."""
    run("ansible-galaxy", "collection", "build", "--output-path", RELEASE, cwd=TREE)
    (archive,) = RELEASE.glob("*.tar.gz")
    return archive


@contextlib.contextmanager
def simulator(installed: Path, folder: Path) -> Iterator[dict[str, str]]:
    """Run the simulator that was installed; yield the variables that point the collection at it."""
    ready = folder / "ready.json"
    python = ROOT / ".venv" / "core-2.19" / "bin" / "python"
    with subprocess.Popen(
        [python, installed / "simulator", "--ready-file", ready], cwd=folder, stdout=subprocess.DEVNULL
    ) as process:
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise ReleaseError("The installed simulator does not start")
                time.sleep(0.05)
            yield json.loads(ready.read_text("utf-8"))["environment"]
        finally:
            process.terminate()


def check(archive: Path) -> None:
    """Let Galaxy's importer look at the archive; install it into an empty folder, and use it. Raises ReleaseError."""
    run("python", "-m", "galaxy_importer.main", archive, cwd=RELEASE, venv="importer")
    folder = RELEASE / "use"
    folder.mkdir()
    alone = {"ANSIBLE_COLLECTIONS_PATH": str(folder), "HOME": str(folder), "ANSIBLE_HOME": str(folder / ".ansible")}
    install = ("ansible-galaxy", "collection", "install", "--offline", "--collections-path", folder, archive)
    run(*install, cwd=folder, **alone)
    (folder / "play.yml").write_text(PLAY, "utf-8")
    with simulator(folder / "ansible_collections" / "thordata" / "proxies", folder) as account:
        run("ansible-playbook", "play.yml", cwd=folder, **alone, **account)


def release(version: str) -> str:
    """Make the release; return what is left to do. Raises ReleaseError."""
    refuse(version)
    with work_tree():
        commit = prepare(version)
        archive = build()
        check(archive)
        git("merge", "--quiet", "--ff-only", commit)
    return f"""\
Release {version} is on {BRANCH}, and {archive.relative_to(ROOT)} is built from it. What is left:
  git push origin {BRANCH}        # then wait until all tests passed
  git tag {version} && git push origin {version}
  ansible-galaxy collection publish {archive.relative_to(ROOT)}"""


if __name__ == "__main__":
    try:
        print(release(*sys.argv[1:] or [""]))
    except ReleaseError as error:
        sys.exit(f"No release: {error}")
