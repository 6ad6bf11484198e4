# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes one environment: ``.venv/NAME`` from ``tests/requirements/NAME.txt``, or ``.build/debian/NAME``.

``python3 tests/environment.py NAME`` is called by the Makefile and by tests/run.py. Standard library only. Ends with
code 3 when this machine lacks what the environment is made with: an interpreter, the packages of Debian, or a container
engine.

Programs of Debian are downloaded and unpacked, and not installed; those in ``.build/debian/NAME/bin`` find their
libraries there, but no other file.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOT_HERE = 3
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))

# The environment whose pip installs into the others.
PIP = "pip"
TARGETS = tuple(f"target-{version}" for version in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13"))

# The versions of Python that each environment may run on, best first.
PYTHONS = {
    PIP: ("3.11", "3.12", "3.13"),
    "core-2.16": ("3.11", "3.10", "3.12"),
    "core-2.17": ("3.11", "3.10", "3.12"),
    "core-2.18": ("3.11", "3.12", "3.13"),
    "core-2.19": ("3.11", "3.12", "3.13"),
    "core-2.20": ("3.12", "3.13"),
    "core-2.21": ("3.13", "3.12"),
    "clients": ("3.11", "3.12", "3.13"),
    "rulebook": ("3.11", "3.12", "3.13"),
    "molecule": ("3.11", "3.12", "3.13"),
    "platform": ("3.11", "3.12", "3.13"),
    "bench": ("3.11", "3.12", "3.13"),
    "checks": ("3.11", "3.12", "3.13"),
    "docs": ("3.11", "3.12", "3.13"),
    "importer": ("3.11", "3.12"),
    "github": ("3.11", "3.12", "3.13"),
    # Bare environments of hosts that modules run on.
    **{name: (name.removeprefix("target-"),) for name in TARGETS},
}

# Controllers on the other versions of Python: an environment for each.
OTHER_PYTHONS = {
    f"{core}-python-{version}": (version,)
    for core, (_best, *others) in PYTHONS.items()
    if core.startswith("core-")
    for version in others
}
# Libraries that are installed over those of the requirements: requests at its floor, with the urllib3 of its time.
LIBRARIES = {"core-2.16-requests-2.25": ("requests==2.25.0", "urllib3==1.26.20")}
PYTHONS.update(OTHER_PYTHONS, **dict.fromkeys(LIBRARIES, PYTHONS["core-2.16"]))

# What is there or not, and cannot be made: a working podman or docker.
ENGINE = "container-engine"
# The package and program that lets other programs find their libraries elsewhere.
PATCHELF = "patchelf"
# Packages of Debian by environment, with what they need and this machine lacks.
PACKAGES = {
    "squid": ("squid-openssl", "squid-langpack"),
    "programs": ("wget", "curl", "privoxy", "proxychains4"),
    "chromium": ("chromium",),
    "monitoring": ("prometheus", "prometheus-node-exporter"),
    "java": ("openjdk-17-jre-headless",),
    "isolation": ("bubblewrap",),
}


def search_path() -> str:
    """Return PATH without pyenv, whose shims look like interpreters of versions that are not selected."""
    return os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if PYENV not in Path(part).parents)


def candidates(version: str) -> list[str]:
    """Return the interpreters of a version that may exist: on PATH, and those that pyenv keeps."""
    found = [shutil.which(f"python{version}", path=search_path())]
    found += sorted(map(str, PYENV.glob(f"versions/{version}.*/bin/python{version}")), reverse=True)
    return [path for path in found if path]


def interpreter(name: str) -> str | None:
    """Return the first interpreter that an environment can run on and that works; None when there is none."""
    for version in PYTHONS[name]:
        for path in candidates(version):
            asked = subprocess.run(
                [path, "-c", "import ensurepip, sys; print(sys.executable)"],
                capture_output=True,
                text=True,
                check=False,
            )
            if asked.returncode == 0:
                return asked.stdout.strip()
    return None


def requirements_of(name: str) -> Path:
    """Return the file of requirements of an environment, which hosts share, and those of one ansible-core."""
    base = "target" if name in TARGETS else re.sub(r"^(core-[\d.]+)-.*", r"\1", name)
    return ROOT / "tests" / "requirements" / f"{base}.txt"


def text_of(requirements: Path) -> str:
    """Return a file of requirements with the files that it refers to."""
    lines = requirements.read_text().splitlines()
    referred = [requirements.parent / line.split()[1] for line in lines if line.startswith("-r ")]
    return "\n".join([*lines, *map(text_of, referred)])


def apt_get(*arguments: str, cwd: Path) -> str:
    """Return what apt-get prints; it changes nothing outside ``cwd``. Raises OSError, CalledProcessError."""
    own = ("Debug::NoLocking=1", "APT::Sandbox::User=", f"Dir::Cache={cwd / 'cache'}")
    lists = cwd / "lists"
    if lists.exists():
        own += (f"Dir::State::Lists={lists}",)
    options = [word for option in own for word in ("-o", option)]
    return subprocess.run(
        ["apt-get", "-qq", *options, *arguments], cwd=cwd, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def downloaded(packages: tuple[str, ...], folder: Path) -> list[Path]:
    """Download packages into a folder, with those that they need and that are not installed here."""
    solve = ("install", "--print-uris", "--yes", "--no-install-recommends", "--reinstall", *packages)
    try:
        listed = apt_get(*solve, cwd=folder)
    except subprocess.CalledProcessError:  # no lists of packages here, or old ones
        (folder / "lists" / "partial").mkdir(parents=True)
        apt_get("update", cwd=folder)
        listed = apt_get(*solve, cwd=folder)
    apt_get("download", *sorted(set(re.findall(r"^'[^']+' ([^_ ]+)_", listed, re.MULTILINE))), cwd=folder)
    return sorted(folder.glob("*.deb"))


def closed_to_others(folder: Path) -> bool:
    """Return whether root runs this where nobody else can reach: squid, which never runs as root, could not start."""
    return os.geteuid() == 0 and not all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents))


def unpack(name: str) -> int:
    """Unpack the packages of an environment anew if they are others than before; return an exit code."""
    folder = ROOT / ".build" / "debian" / name
    if closed_to_others(ROOT):
        print(f"{name}: other users than root cannot reach {ROOT}")
        return NOT_HERE
    done = folder / ".done"
    wanted = " ".join(PACKAGES[name])
    if done.exists() and done.read_text() == wanted:
        return 0
    print(f"Unpacking {wanted} into {folder.relative_to(ROOT)} ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "bin").mkdir(parents=True)
    try:
        for package in downloaded((*PACKAGES[name], PATCHELF), folder):
            subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True)
            package.unlink()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{name}: no packages of Debian on this machine ({error})")
        return NOT_HERE
    for link in [path for path in folder.rglob("*") if path.is_symlink()]:
        target = folder / os.readlink(link).lstrip("/")
        if os.path.isabs(os.readlink(link)) and target.exists():  # Java's settings are below /etc
            link.unlink()
            link.symlink_to(target)
    libraries = os.pathsep.join(sorted({str(path.parent) for path in folder.rglob("*.so*") if path.is_file()}))
    # An environment variable would not do: squid starts itself again as another user.
    patch = (folder / "usr" / "bin" / PATCHELF, "--force-rpath", "--set-rpath", libraries)
    for file in (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        with file.open("rb") as start:
            if start.read(4) != b"\x7fELF" or file.name == PATCHELF:
                continue
        subprocess.run([*patch, file], check=True)
        if ".so" not in file.name and os.access(file, os.X_OK):
            (folder / "bin" / file.name).symlink_to(file)
    done.write_text(wanted)
    return 0


def programs(name: str) -> Path:
    """Return the folder of the programs of an environment of Debian packages."""
    return ROOT / ".build" / "debian" / name / "bin"


def compile_once(folder: Path) -> None:
    """Let the modules that run in the environment of a controller or host start faster: see tests/compile_once.py."""
    if not folder.name.startswith(("core-", "target-")):
        return
    (packages,) = folder.glob("lib/python*/site-packages")
    shutil.copy(Path(__file__).parent / "compile_once.py", packages)
    (packages / "compile_once.pth").write_text("import compile_once\n")


def java_home() -> Path:
    """Return the folder of the Java that was unpacked."""
    return next(ROOT.glob(".build/debian/java/usr/lib/jvm/java-17-openjdk-*"))


def engine() -> str | None:
    """Return the program that builds and runs containers here; None where there is none, or it does not work."""
    for name in ("podman", "docker"):
        with suppress(OSError):
            if subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0:
                return name
    return None


def make(name: str) -> int:
    """Make the environment anew if its requirements changed since it was made; return an exit code."""
    if name == ENGINE:
        return 0 if engine() else NOT_HERE
    if name in PACKAGES:
        return unpack(name)
    folder = ROOT / ".venv" / name
    requirements = requirements_of(name)
    libraries = LIBRARIES.get(name, ())
    done = folder / ".done"
    wanted = "\n".join([text_of(requirements), *libraries])
    if done.exists() and done.read_text() == wanted:
        compile_once(folder)
        done.touch()
        return 0
    python = interpreter(name)
    if python is None:
        print(f"{name}: no Python {' or '.join(PYTHONS[name])} on this machine")
        return NOT_HERE
    if name != PIP and (code := make(PIP)):
        return code
    print(f"Setting up .venv/{name} ({python}) ...", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    create = [python, "-m", "venv", str(folder)]
    pip = [str(ROOT / ".venv" / PIP / "bin" / "pip")]
    if name != PIP:
        create.append("--without-pip")
        pip += ["--python", str(folder)]
    pip += ["install", "-q"]
    steps = [create, [*pip, "-r", str(requirements)]]
    if libraries:
        steps.append([*pip, *libraries])
    for step in steps:
        code = subprocess.call(step)
        if code:
            return code
    compile_once(folder)
    done.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(make(sys.argv[1]))
