# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that all account modules share, and how they behave."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  api_token:
    description:
      - The token of the account, from the provider's dashboard.
      - If not set, the environment variable E(THORDATA_PUBLIC_TOKEN) is used.
    type: str
    required: true
  api_key:
    description:
      - The request key of the account, for accounts that have one.
      - If not set, the environment variable E(THORDATA_PUBLIC_KEY) is used.
    type: str
  api_url:
    description:
      - The base URL of the API, without credentials.
      - If not set, the environment variable E(THORDATA_API_URL) is used.
    type: str
    default: https://openapi.thordata.com/api
  api_timeout:
    description:
      - Seconds to wait for the answer to one request.
      - If not set, the environment variable E(THORDATA_API_TIMEOUT) is used.
    type: float
    default: 30
  api_retry_timeout:
    description:
      - Seconds in all that one task, with all items of its loop, may lose because the API fails, cannot be reached, or
        refuses every call as too frequent. Waiting for its turn while other calls get through does not count.
      - If not set, the environment variable E(THORDATA_API_RETRY_TIMEOUT) is used.
    type: float
    default: 120
  api_timezone:
    description:
      - The time zone of the times that the API sends and takes, which its documents do not name.
      - If not set, the environment variable E(THORDATA_API_TIMEZONE) is used.
    type: str
    default: UTC
  state_dir:
    description:
      - The folder in which the tasks and playbooks of this user keep what they must know of each other; which
        changes lists may not show yet, how often the API may be called, and who is buying. It holds no password and no
        token.
      - It is made, for this user alone. In containers, set it to a folder in a volume that they share.
      - If not set, the environment variable E(THORDATA_STATE_DIR) is used, or else C(thordata.proxies) in the user's
        cache directory, C(~/.cache) or E(XDG_CACHE_HOME).
      - Where it cannot be used, the task warns, and buys nothing.
    type: path
  validate_certs:
    description: Whether the TLS certificate of the API must be valid.
    type: bool
    default: true
  ca_path:
    description: A file with the certificates of the authorities to trust, in place of the usual ones.
    type: path
requirements:
  - requests >= 2.28 (where the task runs; usually the controller)
notes:
  - The task runs in the controller's process and needs nothing on the target. With O(ignore:delegate_to) a host that is
    not local, or with O(ignore:async), it runs there as an ordinary module.
  - The API may show a change in its lists only after 3 to 5 seconds. A task that reads what another one has just
    changed waits until the lists show it.
attributes:
  action:
    support: full
  action_group:
    support: full
    membership:
      - thordata.proxies.account
  async:
    support: full
"""
