# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs demo.yml three times against the simulator: change, no change, and a coming change in check mode.

Then proxies.yml, which sends traffic of real clients through the simulator's gateway. Called by ``make demo``; ends
with code 1 when a run does not do what it should.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent

# A scraper, as small as it gets.
CLIENT = """
import json, requests, sys
proxies = json.load(open(sys.argv[1]))["proxies"]
print(requests.get("http://echo.simulator.test/", proxies=proxies, timeout=5).json()["country"])
"""


@contextmanager
def simulator(folder: Path) -> Iterator[dict[str, str]]:
    """Start the simulator as a process of its own; yield what it says of itself."""
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "simulator", "--seed", HERE / "seed.yml", "--ready-file", ready]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            while not ready.exists():
                if process.poll() is not None:
                    sys.exit("The simulator did not start")
                time.sleep(0.02)
            yield {**json.loads(ready.read_text("utf-8")), "folder": str(folder)}
        finally:
            process.terminate()


def play(account: dict[str, str], *options: str, name: str = "demo.yml", show_ok: bool = False) -> str:
    """Run a playbook; print what it shows (``show_ok``: of unchanged tasks too), and return it."""
    env = {
        **os.environ,
        "PATH": os.pathsep.join([str(BIN), *(p for p in os.environ["PATH"].split(os.pathsep) if "shims" not in p)]),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build" / "collections"),
        "ANSIBLE_HOME": str(ROOT / ".build" / "home" / "demo"),
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "ANSIBLE_DISPLAY_OK_HOSTS": str(show_ok),
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_FORCE_COLOR": "true" if sys.stdout.isatty() else "false",
        "LC_ALL": "C.UTF-8",
        "THORDATA_API_URL": account["api_url"],
        "THORDATA_STATE_DIR": str(Path(account["folder"]) / "state"),
        "THORDATA_PUBLIC_TOKEN": account["token"],
        "GATEWAY_PORT": account["gateway_url"].rpartition(":")[2],
        "ECHO_URL": account["echo_url"],
        "WORK": str(Path(account["folder"])),
    }
    command = [BIN / "ansible-playbook", "-i", HERE / "inventory.yml", HERE / name, *options]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    print("\n".join(f"    {line}" for line in lines))
    if done.returncode:
        sys.exit("The playbook failed")
    return done.stdout


def calls(account: dict[str, str]) -> Counter[str]:
    """Return how many reads and writes the simulator has had since the last time."""
    control = account["control_url"]
    with urllib.request.urlopen(f"{control}/log", timeout=10) as answer:
        methods = Counter(row["method"] for row in json.load(answer)["requests"])
    clear = urllib.request.Request(f"{control}/log/clear", data=b"{}", headers={"Content-Type": "application/json"})
    urllib.request.urlopen(clear, timeout=10).close()
    print(f"  -> {methods['GET']} reads, {methods['POST']} writes reached the API\n")
    return methods


def changed(output: str) -> int:
    """Return the sum of "changed" in the recap."""
    return sum(map(int, re.findall(r"changed=(\d+)", output)))


def edited_users(folder: Path) -> Path:
    """Return a copy of the users' file with one limit raised."""
    text = (HERE / "users.yml").read_text("utf-8")
    (folder / "users.yml").write_text(text.replace("traffic_limit: 20000", "traffic_limit: 30000"), encoding="utf-8")
    return folder / "users.yml"


def main() -> int:
    """Run the demo; return an exit code."""
    with tempfile.TemporaryDirectory() as name, simulator(Path(name)) as account:
        print(f"The simulator stands for the API at {account['api_url']}\n")

        print("1. Converge: the account is not yet as users.yml and inventory.yml declare it\n")
        first = changed(play(account, show_ok=True)), calls(account)["POST"]

        print("2. Converge again: nothing differs, so nothing is written\n")
        second = changed(play(account)), calls(account)["POST"]

        print("3. Look before changing: reviews01 is to get 30000 MB (--check --diff)\n")
        third = (
            changed(play(account, "--check", "--diff", "-e", f"@{edited_users(Path(name))}")),
            calls(account)["POST"],
        )

        if shutil.which("curl"):
            print("4. Use it: a user, its traffic through curl and requests, its usage, and a refusal\n")
            (Path(name) / "client.py").write_text(CLIENT, encoding="utf-8")
            play(account, "-e", f"python={sys.executable}", name="proxies.yml", show_ok=True)
            print()

    as_it_should_be = first[0] > 0 and first[1] > 0 and second == (0, 0) and third == (1, 0)
    print(
        f"First run: {first[0]} tasks changed something. Second run: {second[0]}. "
        f"Check mode announced {third[0]} change and wrote {third[1] or 'nothing'}: "
        f"{'as it should be' if as_it_should_be else 'WRONG'}."
    )
    return 0 if as_it_should_be else 1


if __name__ == "__main__":
    sys.exit(main())
