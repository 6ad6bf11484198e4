# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs every check and test, some at a time; the last line counts all that were executed.

``python3 tests/run.py`` runs all steps, ``python3 tests/run.py STEP ...`` some, ``--list`` names them; ``matrix``
stands for the same tests with the other versions of ansible-core, ``soak`` for many more random histories.
``python3 tests/run.py one TEST`` runs one test and shows what it prints; TEST is a path, PATH::NAME, or the folder of
an integration target. Standard library only; what the steps need is installed into ``.venv``. The output of a step is
in ``.build/logs/STEP.log``.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

import environment

ROOT = environment.ROOT
BUILD = ROOT / ".build"
COLLECTIONS = BUILD / "collections"
COLLECTION = Path("ansible_collections") / "thordata" / "proxies"
TARGETS = Path("tests") / "integration" / "targets"
# The ansible-core with which everything runs that need not run with each, and ansible-test.
MAIN = "core-2.19"
OLDEST, NEWEST = "core-2.16", "core-2.21"
BETWEEN = ("core-2.20", "core-2.18", "core-2.17")
OUTERMOST_TARGETS = (environment.TARGETS[0], environment.TARGETS[-1])
PLUGINS = "ansible_collections.thordata.proxies.plugins"
# More than there are cores, since steps wait a quarter of their time.
AT_ONCE = 4
TAIL = 60

# ansible-test installs pip with a script from a host that not every machine can reach; this one does the same.
GET_PIP = f"""\
import subprocess, sys
wanted = [argument for argument in sys.argv[1:] if not argument.startswith("--no-")]
subprocess.check_call(["{ROOT}/.venv/{environment.PIP}/bin/pip", "--python", sys.executable, "install", *wanted])
"""
# antsibull-docs takes the name of its temporary folder for markup where it ends with "_", as one of 37 does.
ANTSIBULL_DOCS = """\
import sys, tempfile
tempfile._RandomNameSequence.characters = "abcdefghijklmnopqrstuvwxyz0123456789"
from antsibull_docs.cli.antsibull_docs import main
sys.exit(main())
"""

Count = tuple[int, int]


def count_exit_code(step: Step, code: int, log: str) -> Count:
    """Count a linter: one test."""
    return (0, 1) if code else (1, 0)


def read_junit(report: Path) -> Count:
    """Return how many tests of a report passed and failed; those that were skipped did neither."""
    total = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return total - failed - skipped, failed


def count_pytest(step: Step, code: int, log: str) -> Count:
    """Count by the reports of pytest; a run without one failed, and so did one that says so."""
    reports = [read_junit(report) for report in (junit_folder(step)).glob("*.xml")]
    passed, failed = map(sum, zip(*reports, strict=True)) if reports else (0, 0)
    return (passed, failed) if passed and (failed or not code) else (passed, failed + 1)


def count_targets(step: Step, code: int, log: str) -> Count:
    """Count each integration target as one test; its report has a case for each task."""
    reports = [read_junit(report) for report in junit_folder(step).glob("*.xml")]
    failed = sum(bool(failures) for _passed, failures in reports)
    passed = len(reports) - failed
    return (passed, failed) if passed and (failed or not code) else (passed, failed + 1)


def count_sanity(step: Step, code: int, log: str) -> Count:
    """Count the sanity tests that ansible-test ran; it names those that failed at its end."""
    ran = len(re.findall(r'^Running sanity test "', log, re.MULTILINE))
    named = re.search(r"FATAL: The \d+ sanity test\(s\) listed below[^\n]*\n(.*)", log, re.DOTALL)
    failed = len(named.group(1).strip().splitlines()) if named else int(bool(code) or not ran)
    return (max(ran - failed, 0), failed)


def count_molecule(step: Step, code: int, log: str) -> Count:
    """Count the scenarios, which its last lines list; those that failed are said to have a failed action."""
    ran = re.findall(r"actions=\d.* failed=(\d+)", re.sub(r"\x1b\[[0-9;]*m", "", log))
    failed = sum(number != "0" for number in ran) or int(bool(code) or not ran)
    return max(len(ran) - failed, 0), failed


@dataclass(frozen=True)
class Step:
    """One check: the command that runs in an environment of ``.venv``, and how its tests are counted.

    ``needs``: further environments. It finds the Pythons of hosts by their versions, and runs with those that there
    are; without a program of Debian that it needs it does not run.
    """

    name: str
    venv: str
    command: tuple[str, ...]
    count: Callable[[Step, int, str], Count] = count_exit_code
    prepare: Callable[[Step], None] = lambda step: None
    needs: tuple[str, ...] = ()
    cwd: Path = ROOT
    env: tuple[tuple[str, str], ...] = ()


def junit_folder(step: Step) -> Path:
    """Return where a step leaves its reports."""
    return step.cwd / "tests" / "output" / "junit" if step.cwd != ROOT else BUILD / "junit" / step.name


def pytest(name: str, venv: str, *arguments: str, **env: str) -> Step:
    """Return the step that runs pytest with these arguments."""
    command = ("python", "-m", "pytest", f"--junitxml=.build/junit/{name}/pytest.xml", *arguments)
    return Step(name, venv, command, count_pytest, env=tuple(env.items()))


def ansible_test(name: str, count: Callable[[Step, int, str], Count], *command: str, core: str = MAIN) -> Step:
    """Return the step that runs the ansible-test of a core in a copy of the collection."""
    options = ("--local", "--color", "no")
    return Step(name, core, (*command, *options), count, prepare_ansible_test, cwd=BUILD / name / COLLECTION)


def copy_collection(step: Step) -> None:
    """Copy the files that git knows or would add to where the step runs."""
    shutil.rmtree(step.cwd, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (step.cwd / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, step.cwd / name)


def copy_repository(step: Step) -> None:
    """Copy the collection to where the step runs, into a repository of its own."""
    copy_collection(step)
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=step.cwd, check=True)


def prepare_ansible_test(step: Step) -> None:
    """Give ansible-test what it needs: a repository with nothing but the collection, and its way to pip."""
    copy_repository(step)
    cache = home(step) / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    bootstrap = ROOT / ".venv" / step.venv / "lib"
    for source in bootstrap.glob("python*/site-packages/ansible_test/_internal/python_requirements.py"):
        for version in re.findall(r"pip='([0-9.]+)'", source.read_text()):
            (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)


DEFAULT_PYTHON = ("--python", "default")
# For unit tests, "default" is each Python on PATH, and not the one that has what they import.
OWN_PYTHON = """exec "$@" --python "$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')\""""


def units_by_ansible_test(name: str, core: str) -> Step:
    """Return the step that runs the unit tests by the ansible-test of a core."""
    return ansible_test(name, count_pytest, "sh", "-c", OWN_PYTHON, "sh", "ansible-test", "units", core=core)


def integration(core: str) -> Step:
    """Return the step that runs the targets by the ansible-test of a core."""
    simulator = ("python", "tests/integration/with_simulator.py")
    command = ("ansible-test", "integration", "--continue-on-error", *DEFAULT_PYTHON)
    return ansible_test(f"integration-{core}", count_targets, *simulator, *command, core=core)


def sanity(name: str, core: str, targets: tuple[str, ...]) -> Step:
    """Return the step that runs the sanity tests of a core, with the Pythons of these hosts."""
    return replace(ansible_test(name, count_sanity, "ansible-test", "sanity", core=core), needs=targets)


INTEGRATION = integration(MAIN)
# Roles that work on hosts, and with which core; with the newest run the examples of their guides and READMEs.
SQUIDS = {"rotation": OLDEST, "forwarder": MAIN}
ROLES = {**SQUIDS, "proxy_list": OLDEST}
WITHOUT_ROLES = tuple(f"--ignore=tests/integration/test_{name}.py" for name in ROLES)


def of_role(name: str, core: str) -> Step:
    """Return the step that tests a role with a core."""
    step = pytest(f"role-{name}-{core}", core, f"tests/integration/test_{name}.py")
    return replace(step, needs=("squid",)) if name in SQUIDS else step


def plays(core: str, *options: str) -> Step:
    """Return the step that runs plays with a core: all, but for the roles above and what runs with one core only."""
    return pytest(f"plays-{core}", core, "-m", "not once", "tests/integration", *WITHOUT_ROLES, *options)


def examples(core: str) -> Step:
    """Return the step that runs the examples of guides, READMEs and plugins with a core."""
    return replace(pytest(f"examples-{core}", core, "tests/examples"), needs=("squid",))


def units(core: str) -> Step:
    """Return the step that runs the unit tests with a core; what is in module_utils touches nothing of it."""
    return pytest(f"units-{core}", core, "tests/unit", "--ignore=tests/unit/plugins/module_utils")


def rules(core: str) -> Step:
    """Return the step that checks the collection as a core loads it."""
    return pytest(f"rules-{core}", core, "tests/rules")


def molecule(name: str, *scenarios: str) -> Step:
    """Return the step that runs scenarios of the roles, on a simulator that ends with it."""
    simulator = ("python", "-m", "simulator", "--seed", "extensions/molecule/seed.yml", "--")
    return Step(name, "molecule", (*simulator, "molecule", "test", "--no-command-borders", *scenarios), count_molecule)


HOSTS = "tests/integration/test_hosts.py"
LEAKS = "tests/integration/test_leaks.py"
# What takes long: it runs with the oldest, and with the others in the matrix.
LONG = tuple(f"tests/integration/test_{name}.py" for name in ("both_ways", "export", "rehearse"))
TARGETS_BY_PYTEST = "tests/integration/test_targets.py"
# The targets run as ordinary modules with the oldest, in process with the newest, and by ansible-test with the main
# one; test_both_ways compares.
PLAYS_OF_OLDEST = (f"--deselect={TARGETS_BY_PYTEST}::test_in_process", f"--ignore={LEAKS}")
PLAYS_OF_NEWEST = (f"--deselect={TARGETS_BY_PYTEST}::test_as_ordinary_module", *(f"--ignore={path}" for path in LONG))
# What GitHub reads, by its schema.
GITHUB = {
    "github-workflows": [".github/workflows/test.yml"],
    "github-issue-forms": [f".github/ISSUE_TEMPLATE/{name}.yml" for name in ("bug_report", "feature_request")],
    "github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "dependabot": [".github/dependabot.yml"],
}
# The longest first, which run beside each other; some of them wait most of the time.
STEPS = (
    plays(OLDEST, *PLAYS_OF_OLDEST),
    examples(NEWEST),
    *(of_role(name, core) for name, core in ROLES.items()),
    plays(NEWEST, *PLAYS_OF_NEWEST),
    pytest("histories", MAIN, "-m", "histories", "tests/unit"),
    # It compiles and imports with the oldest and the newest Python; with all of them, hosts runs each module.
    sanity("sanity", MAIN, OUTERMOST_TARGETS),
    replace(pytest("hosts", MAIN, HOSTS), needs=environment.TARGETS),
    pytest("plays-once", MAIN, "-m", "once", "tests/integration", f"--ignore={HOSTS}", *WITHOUT_ROLES),
    replace(pytest("programs", "clients", "-m", "programs", "tests/clients"), needs=("squid", "programs", "chromium")),
    replace(pytest("monitoring", MAIN, "tests/monitoring"), needs=("monitoring",)),
    replace(pytest("rulebook", "rulebook", "tests/rulebook"), needs=("java",)),
    molecule("molecule", "-s", "account", "-s", "metrics"),
    replace(pytest("platform", "platform", "-m", "not container", "tests/platform"), needs=("isolation",)),
    replace(pytest("container", "platform", "-m", "container", "tests/platform"), needs=(environment.ENGINE,)),
    pytest("clients", "clients", "-m", "not programs", "tests/clients"),
    INTEGRATION,
    units_by_ansible_test(f"units-{MAIN}", MAIN),
    pytest("simulator", MAIN, "tests/simulator"),
    *(units(core) for core in (OLDEST, NEWEST)),
    rules(MAIN),
    Step("ruff", "checks", ("ruff", "check", ".")),
    Step("ruff-format", "checks", ("ruff", "format", "--check", ".")),
    Step(
        "mypy",
        "checks",
        ("mypy", "-p", f"{PLUGINS}.module_utils", "-p", f"{PLUGINS}.plugin_utils", "-p", "simulator"),
    ),
    # In a copy, since it walks through the folders of steps that run meanwhile, whose files go away.
    Step("reuse", "checks", ("reuse", "lint"), prepare=copy_repository, cwd=BUILD / "reuse" / COLLECTION),
    Step("ansible-lint", "checks", ("ansible-lint", "--offline", "--profile", "production")),
    Step(
        "antsibull-docs",
        "checks",
        (
            *("python", "-c", ANTSIBULL_DOCS),
            *("lint-collection-docs", "--plugin-docs", "--validate-collection-refs", "self", "."),
        ),
    ),
    Step("docs", "docs", ("python", "docs/site/build.py")),
    Step("antsibull-changelog", "checks", ("antsibull-changelog", "lint")),
    *(
        Step(schema, "github", ("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files))
        for schema, files in GITHUB.items()
    ),
    Step(
        "galaxy-importer",
        "importer",
        (
            "sh",
            "-c",
            "ansible-galaxy collection build --force --output-path .. && python -m galaxy_importer.main ../*.tar.gz",
        ),
        prepare=copy_collection,
        cwd=BUILD / "galaxy-importer" / COLLECTION,
    ),
)
# The same tests with the cores with which they do not run above, and the other scenarios.
MATRIX = (
    *(of_role(name, core) for name, usual in ROLES.items() for core in (OLDEST, MAIN, NEWEST) if core != usual),
    plays(MAIN, f"--ignore={TARGETS_BY_PYTEST}"),
    pytest(f"leaks-{OLDEST}", OLDEST, LEAKS),
    pytest(f"long-{NEWEST}", NEWEST, *LONG),
    *(examples(core) for core in (OLDEST, MAIN)),
    *(units(core) for core in BETWEEN),
    *(rules(core) for core in (OLDEST, NEWEST, *BETWEEN)),
    replace(molecule("molecule-all", "--all"), needs=("squid",)),
    integration(NEWEST),
    units_by_ansible_test(f"ansible-test-units-{NEWEST}", NEWEST),
    *(sanity(f"sanity-{core}", core, environment.TARGETS) for core in (OLDEST, NEWEST, *BETWEEN)),
    # The other Pythons of controllers, and requests at its floor; above, it is the newest.
    *(units(core) for core in environment.OTHER_PYTHONS),
    *(pytest(f"units-{core}", core, "tests/unit") for core in environment.LIBRARIES),
    replace(pytest("release", MAIN, "tests/release"), needs=("checks", "importer")),
)


SOAK = tuple(
    pytest(f"soak-{part}", MAIN, "-m", "histories", "tests/unit", SOAK=f"{part}/{AT_ONCE}") for part in range(AT_ONCE)
)


# Folders of tests that have an environment of the same name.
OWN = ("clients", "rulebook", "platform")


def one_test(test: str) -> Step:
    """Return the step that runs a file, a folder, PATH::NAME or an integration target."""
    path = Path(test.partition("::")[0])
    if TARGETS in path.parents:
        return replace(INTEGRATION, command=(*INTEGRATION.command, path.name))
    # Histories run only where markers are chosen.
    markers = ("-m", "histories or not histories") if "unit" in path.parts else ()
    step = pytest("one", next((part for part in path.parts if part in OWN), MAIN), *markers, test)
    return replace(step, needs=next((one.needs for one in STEPS if test.startswith(one.command[-1])), ()))


def home(step: Step) -> Path:
    """Return a home of the step's own: steps that run at once share no state, and none touches the user's."""
    path = BUILD / "home" / step.name
    path.mkdir(parents=True, exist_ok=True)
    return path


def environ(step: Step) -> dict[str, str]:
    """Return the environment of a step: its tools first, what pyenv puts on PATH away."""
    bin_folder = ROOT / ".venv" / step.venv / "bin"
    temporary = home(step) / "tmp"
    temporary.mkdir(exist_ok=True)
    hosts = (str(ROOT / ".venv" / name / "bin") for name in step.needs if name in environment.TARGETS)
    return {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_folder), environment.search_path(), *hosts]),
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


def execute(step: Step, output: IO[str] | None) -> tuple[int, float]:
    """Run the command of a step, which prints to ``output`` or here; return its exit code, and processor seconds."""
    step.prepare(step)
    process = subprocess.Popen(
        step.command, cwd=step.cwd, env=environ(step), stdin=subprocess.DEVNULL, stdout=output, stderr=output
    )
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime


def lacking(step: Step, made: dict[str, Future[int]]) -> list[str]:
    """Wait until the environments of a step are made; return those that are not and that it cannot do without."""
    codes = {name: made[name].result() for name in (step.venv, *step.needs)}
    return [name for name, code in codes.items() if code and name not in environment.TARGETS]


def run(step: Step, made: dict[str, Future[int]]) -> Count:
    """Run one step once its environments are made, print a line, and return how many tests passed and failed."""
    if lacks := lacking(step, made):  # what fails to be made is counted there
        print(f"{step.name:<26} not covered, for want of {', '.join(lacks)}", flush=True)
        return 0, 0
    log_file = BUILD / "logs" / f"{step.name}.log"
    started = time.monotonic()
    try:
        with log_file.open("w") as output:
            code, used = execute(step, output)
        log = log_file.read_text(errors="replace")
    except (OSError, subprocess.CalledProcessError) as error:
        code, used, log = 1, 0.0, str(error)
    passed, failed = step.count(step, code, log)
    took = f"{time.monotonic() - started:.0f} s, {used:.0f} s of processor time"
    print(f"{step.name:<26}{passed:>5} passed, {failed} failed, {took}", flush=True)
    if failed:
        print("\n".join(f"    {line}" for line in log.splitlines()[-TAIL:]), flush=True)
    return passed, failed


def set_up(name: str) -> int:
    """Make an environment; return the exit code."""
    code = subprocess.call([sys.executable, str(Path(environment.__file__)), name])
    if code == environment.NOT_HERE:
        print(f"Not covered, since this machine lacks what it is made with: {name}", flush=True)
    return code


def main(wanted: list[str]) -> int:
    """Run the wanted steps, all without names, or one test; return an exit code."""
    if wanted == ["--list"]:
        print("\n".join(step.name for step in (*STEPS, *MATRIX)))
        return 0
    if wanted[:1] == ["one"] and len(wanted) == 2:
        steps = [one_test(wanted[1])]
    elif wanted == ["soak"]:
        steps = [*SOAK]
    elif wanted == ["matrix"]:
        steps = [*MATRIX]
    else:
        unknown = set(wanted) - {step.name for step in (*STEPS, *MATRIX)}
        if unknown:
            print(f"No such step: {', '.join(sorted(unknown))}")
            return 2
        steps = [step for step in (*STEPS, *MATRIX) if step.name in wanted] or [*STEPS]
    link = COLLECTIONS / "ansible_collections" / "thordata" / "proxies"
    subprocess.run(["make", "-s", str(link.relative_to(ROOT))], cwd=ROOT, check=True)
    for folder in ("logs", "junit"):
        shutil.rmtree(BUILD / folder, ignore_errors=True)
        (BUILD / folder).mkdir(parents=True)
    set_up(environment.PIP)  # before the others, which it installs into
    with ThreadPoolExecutor(AT_ONCE) as makers, ThreadPoolExecutor(AT_ONCE) as runners:
        # Steps begin while the environments of later ones are made.
        names = dict.fromkeys(name for step in steps for name in (step.venv, *step.needs))
        made = {name: makers.submit(set_up, name) for name in names}
        if wanted[:1] == ["one"]:
            return len(lacking(steps[0], made)) or execute(steps[0], None)[0]
        counts = [*runners.map(lambda step: run(step, made), steps)]
        counts += [(0, 1) for future in made.values() if future.result() not in (0, environment.NOT_HERE)]
    passed, failed = (sum(column) for column in zip(*counts, strict=True))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
