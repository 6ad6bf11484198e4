# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that declare a whole set."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  proxy_type:
    description: The product that the set belongs to.
    type: str
    choices: [residential, unlimited, mobile]
    default: residential
  purge:
    description: Whether to delete what the account has and the set does not name. An empty set fails.
    type: bool
    default: false
  purge_limit:
    description: How many deletions O(purge) may cause at most. More fail the task, and nothing is changed.
    type: int
    default: 10
  concurrency:
    description: How many changes to make at a time, at most, V(1) to V(64).
    type: int
    default: 8
  on_error:
    description:
      - What to do when a change fails. V(continue) makes the others, V(stop) those that are under way. The task fails
        in the end with what was done and what was not.
      - A wrong token stops the set in any case.
    type: str
    choices: [continue, stop]
    default: continue
notes:
  - The task reads the list once, and writes only what differs. A set that does not fit the limits of the account, or an
    entry that breaks a rule, fails it before anything is changed.
  - Deletions go first where their slots are needed.
  - A task that changes something says in one line what it created, updated and deleted, on the standard error of
    Ansible. It does not where it runs as an ordinary module, or with O(ignore:no_log).
"""
