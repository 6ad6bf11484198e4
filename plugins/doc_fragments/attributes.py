# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the attributes of the plugins mean."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options: {}
requirements:
  - Python >= 3.8 (where the task runs)
attributes:
  action:
    description: The module runs in the controller's process, through an action plugin of the same name.
  action_group:
    description: Use C(group/thordata.proxies.account) in C(module_defaults) to set the options of the account once.
  async:
    description: Supports the C(async) keyword; the task then runs as an ordinary module.
  check_mode:
    description: Can run in C(check_mode), and then changes nothing and returns what a real run would return.
  diff_mode:
    description: Returns what changes when in diff mode.
  idempotent:
    description: A second run with the same options changes nothing.
"""

    # For modules that only read.
    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: This module reads and changes nothing.
  diff_mode:
    support: N/A
    details: This module reads and changes nothing.
  idempotent:
    support: full
    details: This module reads and changes nothing.
"""

    # For modules that declare a state.
    STATE_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    # For modules whose point is the host that they run on.
    HOST_MODULE = r"""
options: {}
attributes:
  action:
    support: none
    details: The task runs on its host.
  action_group:
    support: none
    details: The module takes no options of an account.
    membership: []
  async:
    support: full
  check_mode:
    support: full
    details: This module reads and changes nothing.
  diff_mode:
    support: N/A
    details: This module reads and changes nothing.
  idempotent:
    support: full
    details: This module reads and changes nothing.
"""
