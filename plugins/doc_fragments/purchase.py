# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of modules that buy."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  confirm_cost:
    description:
      - Whether the task may spend money. Without it, a task that would buy fails, and says what.
      - Check mode shows what would be bought, and needs no confirmation.
    type: bool
    default: false
  min_wallet_balance:
    description: Buy only if the wallet holds at least this much before, in the currency of the account.
    type: float
notes:
  - The API has no price enquiry. What something costs is known after it was bought.
  - Nothing is bought twice. When the answer of the API is lost, the task reads the state back and says whether it was
    bought; it never sends the order again.
  - After a purchase the task waits until the lists of the API show it. Tasks of the same user that buy for one account
    wait for each other; they need O(state_dir) for that.
"""
