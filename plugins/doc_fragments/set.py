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
    description: Whether to delete what the account has and the set does not name. With an empty set the task fails.
    type: bool
    default: false
  purge_limit:
    description:
      - The largest number of deletions that O(purge) may make.
      - If there would be more, the task fails and changes nothing.
    type: int
    default: 10
  concurrency:
    description: How many changes are made at the same time, V(1) to V(64).
    type: int
    default: 8
  on_error:
    description:
      - What to do when a change fails. V(continue) makes all other changes; V(stop) begins no further ones.
      - The task fails in both cases, and returns what was changed and what was not.
      - A wrong token always stops the task.
    type: str
    choices: [continue, stop]
    default: continue
notes:
  - The task reads the list once, and writes only what differs. A set that does not fit the limits of the account, or an
    entry that breaks a rule, fails it before anything is changed.
  - If the account has too few free slots for the new items, deletions are made first.
  - A task that changes something prints one line with what it created, updated and deleted to the standard error of
    Ansible. It does not with O(ignore:no_log), nor if it runs as an ordinary module.
"""
