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
      - Whether the task may spend money. If V(false), a task that would buy something fails, and its message names the
        purchase.
      - In check mode the task shows what would be bought, whatever this is set to.
    type: bool
    default: false
  min_wallet_balance:
    description:
      - The money that the wallet must hold before a purchase, in the currency of the account.
      - If it holds less, the task fails and buys nothing.
    type: float
notes:
  - The API does not tell prices. The cost of a purchase is known only after it was made.
  - Nothing is bought twice. When the answer of the API is lost, the task reads the state back and says whether it was
    bought; it never sends the order again.
  - After a purchase the task waits until the lists of the API show it. Tasks of the same user that buy for one account
    wait for each other; they need O(state_dir) for that.
"""
