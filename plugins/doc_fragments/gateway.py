# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options with which filters choose the exit of the gateway."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  continent:
    description: The continent of the exit, two letters.
    type: str
  country:
    description: The country of the exit, two letters. Quote C("no"), which YAML takes for a boolean.
    type: str
  state:
    description: The state of the exit, a code such as V(newyork) or a name such as V(New York). Needs O(country).
    type: str
  city:
    description: The city of the exit, a code or a name.
    type: str
  asn:
    description: The network of the exit, such as V(AS7018). Needs O(country).
    type: str
  session:
    description:
      - Keeps the exit for as long as the session lives; letters and digits.
      - A session that lives keeps its exit even if another place is asked with it, so name another session for another
        place.
      - Without it each request has a new exit.
    type: str
  session_for:
    description:
      - The same for anything that has a name, such as C(inventory_hostname).
      - The session is derived from it and from the place (O(continent), O(country), O(state), O(city), O(asn)).
      - It is the same in each run, and another one for another place.
    type: str
  session_salt:
    description: Goes into the session that O(session_for) derives; change it to change all sessions.
    type: str
    default: ''
  session_minutes:
    description: How long the session lives, V(1) to V(90) minutes; 10 if not set. Needs O(session) or O(session_for).
    type: int
"""
