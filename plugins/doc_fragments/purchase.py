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
  purchase_lock:
    description:
      - Whether the task keeps others from buying for the account that do not share its O(state_dir), such as tasks on
        other controllers or in other containers.
      - While it buys, it keeps a residential proxy user named C(purchaselock), disabled, which the API creates only
        once; this takes a slot of the account for that time. A task that finds it waits for at most five minutes, then
        fails and buys nothing. The option works among tasks that all set it.
      - A task that is killed while it buys leaves the user behind. Look at the orders in the dashboard, then delete it.
      - If not set, the environment variable E(THORDATA_PURCHASE_LOCK) is used.
    type: bool
    default: false
notes:
  - The API does not tell prices. The cost of a purchase is known only after it was made.
  - Nothing is bought twice. When the answer of the API is lost, the task reads the state back and says whether it was
    bought; it never sends the order again.
  - After a purchase the task waits until the lists of the API show it. Tasks of the same user that buy for one account
    wait for each other; they need O(state_dir) for that.
"""
