# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a proxy user: of one, and of each in a set."""

from __future__ import annotations

import textwrap

# "of" goes before the names of options that a text names.
_OPTIONS = """
state:
  description: Whether the user exists.
  type: str
  choices: [present, absent]
  default: present
username:
  description:
    - The name of the user, 6 to 15 ASCII letters and digits.
    - A user that the provider made with another name can be renamed and deleted.
  type: str
  required: true
new_username:
  description:
    - The name that the user O({of}username) gets.
    - A user that has this name already, while O({of}username) is gone, counts as renamed.
  type: str
password:
  description:
    - The password, 6 to 15 ASCII letters and digits, the first of them a letter. A new user needs one.
    - It is compared with the one that the API lists, and never returned.
    - A user that the provider made may have a password that begins with a digit. An update sends the password again,
      and the API refuses such a one, so that the first update of that user has to give a new one.
  type: str
update_password:
  description: Whether O({of}password) is set V(always) when it differs, or only V(on_create).
  type: str
  choices: [always, on_create]
  default: always
traffic_limit:
  description:
    - The traffic that the user may use, with a unit such as V(500MB), V(5GB) or V(1.5TB), or as a number of MB.
    - V(0) is no limit, else it is at least 100 MB. A new user gets V(0). 1 GB is 1024 MB, as in the API.
  type: str
enabled:
  description: Whether the user may use the proxies. A new user is enabled.
  type: bool
"""


_USERS = """
options:
  users:
    description: The users. Each name may stand there once.
    type: list
    elements: dict
    required: true
    suboptions:
"""


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""


# Not in the class, where ansible-test takes only plain strings.
ModuleDocFragment.DOCUMENTATION = "options:\n" + textwrap.indent(_OPTIONS.format(of=""), "  ")
ModuleDocFragment.USERS = _USERS + textwrap.indent(_OPTIONS.format(of="users[]."), "      ")
