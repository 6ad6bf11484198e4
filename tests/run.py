# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs every check and test, two at a time; the last line counts all that were executed.

``python3 tests/run.py`` runs all steps, ``python3 tests/run.py STEP ...`` some, ``--list`` names them; ``soak`` stands
for many more random histories than the usual steps run. Standard library only; what the steps need is installed into
``.venv``. The output of a step is in ``.build/logs/STEP.log``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import environment

ROOT = environment.ROOT
BUILD = ROOT / ".build"
COLLECTIONS = BUILD / "collections"
ANSIBLE_TEST = BUILD / "ansible-test" / "ansible_collections" / "thordata" / "proxies"
CORES = ("core-2.16", "core-2.19", "core-2.21")
PLUGINS = "ansible_collections.thordata.proxies.plugins"
AT_ONCE = 2
TAIL = 60

# ansible-test installs pip with a script from a host that not every machine can reach; this one does the same.
GET_PIP = """\
import subprocess, sys
subprocess.check_call([sys.executable, "-m", "ensurepip", "--upgrade"])
wanted = [argument for argument in sys.argv[1:] if not argument.startswith("--no-")]
subprocess.check_call([sys.executable, "-m", "pip", "install", *wanted])
"""

Count = tuple[int, int]


def count_exit_code(step: Step, code: int, log: str) -> Count:
    """Count a linter: one test."""
    return (0, 1) if code else (1, 0)


def count_pytest(step: Step, code: int, log: str) -> Count:
    """Count by pytest's own report; a run without one failed."""
    report = BUILD / "junit" / f"{step.name}.xml"
    if not report.exists():
        return (0, 1)
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    passed = total - failed - skipped
    return (passed, failed) if passed and (failed or not code) else (passed, failed + 1)


def count_sanity(step: Step, code: int, log: str) -> Count:
    """Count the sanity tests that ansible-test ran; it names those that failed at its end."""
    ran = len(re.findall(r'^Running sanity test "', log, re.MULTILINE))
    named = re.search(r"FATAL: The \d+ sanity test\(s\) listed below[^\n]*\n(.*)", log, re.DOTALL)
    failed = len(named.group(1).strip().splitlines()) if named else int(bool(code) or not ran)
    return (max(ran - failed, 0), failed)


@dataclass(frozen=True)
class Step:
    """One check: the command that runs in an environment of ``.venv``, and how its tests are counted."""

    name: str
    venv: str
    command: tuple[str, ...]
    count: Callable[[Step, int, str], Count] = count_exit_code
    prepare: Callable[[Step], None] = lambda step: None
    cwd: Path = ROOT
    env: tuple[tuple[str, str], ...] = ()


def pytest(name: str, venv: str, *arguments: str, **env: str) -> Step:
    """Return the step that runs pytest with these arguments."""
    command = ("python", "-m", "pytest", f"--junitxml=.build/junit/{name}.xml", *arguments)
    return Step(name, venv, command, count_pytest, env=tuple(env.items()))


def copy_collection(step: Step) -> None:
    """Give ansible-test what it needs: the files that git knows or would add, in a repository of their own."""
    shutil.rmtree(ANSIBLE_TEST, ignore_errors=True)
    ANSIBLE_TEST.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (ANSIBLE_TEST / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, ANSIBLE_TEST / name)
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=ANSIBLE_TEST, check=True)
    cache = home(step) / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    bootstrap = ROOT / ".venv" / step.venv / "lib"
    for source in bootstrap.glob("python*/site-packages/ansible_test/_internal/python_requirements.py"):
        for version in re.findall(r"pip='([0-9.]+)'", source.read_text()):
            (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)


def build_tarball(step: Step) -> None:
    """Build the collection's archive, from the same copy as ansible-test's."""
    shutil.rmtree(BUILD / "dist", ignore_errors=True)
    files = BUILD / "dist" / "source"
    shutil.copytree(ANSIBLE_TEST, files, ignore=shutil.ignore_patterns(".git"))
    galaxy = ROOT / ".venv" / step.venv / "bin" / "ansible-galaxy"
    command = [galaxy, "collection", "build", "--output-path", BUILD / "dist", files]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environ(step))


ANSIBLE_TEST_SANITY = ("ansible-test", "sanity", "--local", "--color", "no")
SANITY = Step("sanity", "core-2.19", ANSIBLE_TEST_SANITY, count_sanity, copy_collection, ANSIBLE_TEST)

# Copies the collection, which the importer's step builds its archive from; so it runs before the others.
FIRST = (SANITY,)
STEPS = (
    *(pytest(f"unit-{core}", core, "-m", "not histories", "tests/unit", "tests/walk") for core in CORES),
    pytest("histories", "core-2.19", "-m", "histories", "tests/unit"),
    *(pytest(f"integration-{core}", core, "tests/integration") for core in CORES),
    pytest("simulator", "core-2.19", "tests/simulator"),
    pytest("clients", "clients", "tests/clients"),
    Step("ruff", "checks", ("ruff", "check", ".")),
    Step("ruff-format", "checks", ("ruff", "format", "--check", ".")),
    Step(
        "mypy",
        "checks",
        ("mypy", "-p", f"{PLUGINS}.module_utils", "-p", f"{PLUGINS}.plugin_utils", "-p", "simulator"),
    ),
    Step("reuse", "checks", ("reuse", "lint")),
    Step("ansible-lint", "checks", ("ansible-lint", "--offline", "--profile", "production")),
    Step(
        "antsibull-docs",
        "checks",
        ("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."),
    ),
    Step("antsibull-changelog", "checks", ("antsibull-changelog", "lint")),
    Step(
        "galaxy-importer",
        "importer",
        ("sh", "-c", "python -m galaxy_importer.main thordata-proxies-*.tar.gz"),
        prepare=build_tarball,
        cwd=BUILD / "dist",
    ),
)


SOAK = tuple(
    pytest(f"soak-{part}", "core-2.19", "-m", "histories", "tests/unit", SOAK=f"{part}/{AT_ONCE}")
    for part in range(AT_ONCE)
)


def home(step: Step) -> Path:
    """Return a home of the step's own: steps that run at once share no state, and none touches the user's."""
    path = BUILD / "home" / step.name
    path.mkdir(parents=True, exist_ok=True)
    return path


def environ(step: Step) -> dict[str, str]:
    """Return the environment of a step: its tools first, pyenv's shims (which look like interpreters) away."""
    bin_folder = ROOT / ".venv" / step.venv / "bin"
    path = [part for part in os.environ["PATH"].split(os.pathsep) if "shims" not in Path(part).parts]
    temporary = home(step) / "tmp"
    temporary.mkdir(exist_ok=True)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_folder), *path]),
        "HOME": str(home(step)),
        "TMPDIR": str(temporary),
        "LC_ALL": "C.UTF-8",
        "MYPYPATH": f"{COLLECTIONS}{os.pathsep}{ROOT}",
        "PYTHONPATH": "" if step.cwd != ROOT else str(COLLECTIONS),
        "PYTHONDONTWRITEBYTECODE": "1",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_HOME": str(home(step) / ".ansible"),
        "ANSIBLE_PYTHON_INTERPRETER": str(bin_folder / "python"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        **dict(step.env),
    }


def run(step: Step) -> Count:
    """Run one step, print one line of it, and return how many tests passed and failed."""
    log_file = BUILD / "logs" / f"{step.name}.log"
    started = time.monotonic()
    try:
        step.prepare(step)
        with log_file.open("w") as output:
            code = subprocess.run(
                step.command,
                cwd=step.cwd,
                env=environ(step),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                check=False,
            ).returncode
        log = log_file.read_text(errors="replace")
    except (OSError, subprocess.CalledProcessError) as error:
        code, log = 1, str(error)
    passed, failed = step.count(step, code, log)
    print(f"{step.name:<24}{passed:>5} passed, {failed} failed, {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print("\n".join(f"    {line}" for line in log.splitlines()[-TAIL:]), flush=True)
    return passed, failed


def set_up(names: list[str]) -> dict[str, int]:
    """Make the environments, two at a time; return the exit code of each."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        command = [sys.executable, str(Path(environment.__file__))]
        return dict(zip(names, pool.map(lambda name: subprocess.call([*command, name]), names), strict=True))


def main(wanted: list[str]) -> int:
    """Run the wanted steps, all without names; return an exit code."""
    steps = [*FIRST, *STEPS]
    if wanted == ["soak"]:
        steps, wanted = [*SOAK], []
    if wanted == ["--list"]:
        print("\n".join(step.name for step in steps))
        return 0
    unknown = set(wanted) - {step.name for step in steps}
    if unknown:
        print(f"No such step: {', '.join(sorted(unknown))}")
        return 2
    link = COLLECTIONS / "ansible_collections" / "thordata" / "proxies"
    subprocess.run(["make", "-s", str(link.relative_to(ROOT))], cwd=ROOT, check=True)
    for folder in ("logs", "junit"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
        (BUILD / folder).mkdir(parents=True)
    chosen = [step for step in steps if not wanted or step.name in wanted]
    made = set_up(sorted({step.venv for step in chosen}))
    counts = [(0, 1) for code in made.values() if code not in (0, environment.NO_INTERPRETER)]
    runnable = [step for step in chosen if made[step.venv] == 0]
    for venv in (name for name, code in made.items() if code == environment.NO_INTERPRETER):
        print(f"Not covered, for want of an interpreter: {venv}")
    counts += [run(step) for step in runnable if step in FIRST]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        counts += pool.map(run, [step for step in runnable if step not in FIRST])
    passed, failed = (sum(column) for column in zip(*counts, strict=True))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
