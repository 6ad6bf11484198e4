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
      - The name of a session, letters and digits. Requests with the same session keep the same exit while it lasts.
      - A session keeps its exit even if another place is requested with it, so use another session for another place.
      - Without a session, each request gets a new exit.
    type: str
  session_for:
    description:
      - A name from which the session is derived, such as C(inventory_hostname). Use it in place of O(session).
      - The session also depends on the place (O(continent), O(country), O(state), O(city), O(asn)).
      - The same name and place give the same session in each run.
    type: str
  session_salt:
    description: A text that is added to O(session_for). Change it to get other sessions for all names.
    type: str
    default: ''
  session_minutes:
    description:
      - The time in minutes for which the session lasts, V(1) to V(90); 10 if not set.
      - Requires O(session) or O(session_for).
    type: int
"""
