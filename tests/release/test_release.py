# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release, made in a clone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FRAGMENT = Path("changelogs") / "fragments" / "tried.yml"
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "somebody"), ("EMAIL", "somebody@example.com"))
}


class Clone:
    """A repository with the files of this one, on its main branch."""

    def __init__(self, folder):
        self.folder = folder
        subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
        self.git("checkout", "--quiet", "-B", "main")
        for tag in self.git("tag").split():
            self.git("tag", "--delete", tag)
        for venv in ("core-2.19", "checks", "importer"):
            (folder / ".venv").mkdir(exist_ok=True)
            (folder / ".venv" / venv).symlink_to(ROOT / ".venv" / venv)
        for name in ("release.py", "environment.py"):  # as they are now, committed or not
            (folder / "tests" / name).write_text((ROOT / "tests" / name).read_text("utf-8"), "utf-8")
        self.commit("minor_changes:\n  - proxy_user - tried.\n")

    def git(self, *arguments):
        env = {**os.environ, **AUTHOR}
        return subprocess.check_output(["git", *arguments], cwd=self.folder, env=env, text=True).strip()

    def commit(self, fragment):
        (self.folder / FRAGMENT).write_text(f"---\n{fragment}", "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Try something")

    def release(self, version):
        return subprocess.run(
            [sys.executable, self.folder / "tests" / "release.py", version],
            env={**os.environ, **AUTHOR},
            check=False,
            capture_output=True,
            text=True,
        )

    def state(self):
        """What a failure must leave as it is."""
        listed = ("rev-parse", "HEAD"), ("status", "--porcelain"), ("worktree", "list"), ("tag",), ("branch",)
        return [self.git(*arguments) for arguments in listed]

    def refused(self, version):
        """Try to make a release that nobody should make; return why not."""
        before = self.state()
        done = self.release(version)
        assert done.returncode == 1, done.stdout
        assert self.state() == before
        return done.stderr


@pytest.fixture
def clone(tmp_path):
    return Clone(tmp_path / "clone")


@pytest.mark.parametrize("version", ["", "v9.0.0", "9.0", "9.0.0-rc1", "09.0.0", "9.0.0\n", "$(id)"])
def test_what_is_no_version_is_refused(clone, version):
    assert "is no version such as 1.2.3" in clone.refused(version)


def test_a_release_is_made_of_what_is_on_main_and_newer(clone):
    clone.git("tag", "8.10.0")
    for version in ("8.10.0", "8.9.9", "1.0.0"):
        assert "8.10.0 is released already" in clone.refused(version)
    (clone.folder / "unknown.txt").touch()
    assert "unknown.txt" in clone.refused("9.0.0")
    (clone.folder / "unknown.txt").unlink()
    clone.git("checkout", "--quiet", "-b", "other")
    assert "this is other" in clone.refused("9.0.0")


def test_a_failure_leaves_the_tree_as_it_was(clone):
    clone.commit("no_such_section:\n  - proxy_user - tried.\n")
    assert "no_such_section" in clone.refused("9.0.0")
    assert "version: 9.0.0" not in (clone.folder / "galaxy.yml").read_text("utf-8")


def test_a_release_is_built_checked_and_committed_but_not_tagged(clone):
    before = clone.git("rev-parse", "HEAD")
    done = clone.release("9.0.0")
    assert done.returncode == 0, done.stderr
    assert "ansible-galaxy collection publish .build/release/thordata-proxies-9.0.0.tar.gz" in done.stdout
    assert clone.git("log", "--format=%s", f"{before}..main") == "Release 9.0.0"
    assert clone.git("status", "--porcelain") == clone.git("tag") == ""
    assert "v9.0.0" in (clone.folder / "CHANGELOG.rst").read_text("utf-8")
    assert not (clone.folder / FRAGMENT).exists()
    with tarfile.open(clone.folder / ".build" / "release" / "thordata-proxies-9.0.0.tar.gz") as archive:
        manifest = json.load(archive.extractfile("MANIFEST.json"))
    assert manifest["collection_info"]["version"] == "9.0.0"
