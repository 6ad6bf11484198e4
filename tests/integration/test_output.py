# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user sees of a set without any -v: one line on standard error, and a diff that names what becomes of each."""

from __future__ import annotations

import subprocess

from ansible_project import BIN, to_yaml
from conftest import SEED

USERS = {name: {"password": "Secret123"} for name in ("scraper01", "scraper02", "retired01")}
LINE = "residential proxy users: 1 created (newone01), 2 updated (scraper01, scraper02), 1 deleted (retired01)"
COMING = "residential proxy users: would create 1 (newone01), update 2 (scraper01, scraper02), delete 1 (retired01)"
DIFF = """\
--- before: residential proxy user scraper01
+++ after: updated
@@ -1,3 +1,3 @@
 {
-    "traffic_limit": 0
+    "traffic_limit": 5120
 }

--- before: residential proxy user scraper02
+++ after: renamed to harvest02
@@ -1,3 +1,3 @@
 {
-    "username": "scraper02"
+    "username": "harvest02"
 }

--- before: residential proxy user newone01
+++ after: created
@@ -0,0 +1,5 @@
+{
+    "enabled": true,
+    "password": "(hidden, a new one)",
+    "traffic_limit": 0
+}

--- before: residential proxy user retired01
+++ after: deleted
@@ -1,5 +0,0 @@
-{
-    "enabled": true,
-    "password": "(hidden)",
-    "traffic_limit": 0
-}
"""


def test_a_set_says_what_it_changes(project, sim):
    sim.reset({**SEED, "users": {"residential": USERS}})
    users = [
        {"username": "scraper01", "traffic_limit": "5GB"},
        {"username": "scraper02", "new_username": "harvest02"},
        {"username": "newone01", "password": "Secret123"},
    ]
    declared = {"thordata.proxies.proxy_users": {"users": users, "purge": True}}
    play = {
        "hosts": "testhost",
        "gather_facts": False,
        "module_defaults": {"group/thordata.proxies.account": project.account},
        "tasks": [
            {**declared, "check_mode": True, "no_log": True},
            {**declared, "check_mode": True},
            {**declared, "diff": True},
            declared,
        ],
    }
    (project.folder / "playbook.yml").write_text(to_yaml([play]), encoding="utf-8")
    done = subprocess.run(
        [str(BIN / "ansible-playbook"), "-i", "inventory.yml", "playbook.yml"],
        cwd=project.folder,
        env=project.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert [line for line in done.stderr.splitlines() if "proxy users" in line] == [
        COMING,
        LINE,
    ]
    assert LINE not in done.stdout
    assert done.stdout.count("--- before") == 4
    assert DIFF in done.stdout
    assert "Secret123" not in done.stdout + done.stderr
