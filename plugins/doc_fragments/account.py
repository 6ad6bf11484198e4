# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an account: what they are, what modules add, and where other plugins take them from besides."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used.

    Ansible joins what several fragments say of one option, so each part holds only what is its own.
    """

    DOCUMENTATION = r"""
options:
  api_token:
    description:
      - The token of the account, from the provider's dashboard. Required.
      - If not set, the environment variable E(THORDATA_PUBLIC_TOKEN) is used.
    type: str
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
      - The time in seconds to wait for the answer to one request.
      - If not set, the environment variable E(THORDATA_API_TIMEOUT) is used.
    type: float
    default: 30
  api_retry_timeout:
    description:
      - The time in seconds that one task, with all items of its loop, or one call of a plugin may lose in all because
        the API fails, cannot be reached, or refuses every call as too frequent.
      - Waiting for a turn while other calls get through does not count.
      - If not set, the environment variable E(THORDATA_API_RETRY_TIMEOUT) is used.
    type: float
    default: 120
  api_timezone:
    description:
      - The time zone of the times that the API sends and takes, such as V(Asia/Shanghai). The provider does not
        document it; set it to the zone of your dashboard.
      - If not set, the environment variable E(THORDATA_API_TIMEZONE) is used.
    type: str
    default: UTC
  state_dir:
    description:
      - The folder that the tasks, plugins and playbooks of one user share. It records which changes the lists of the
        API may not show yet, how often the API may be called, and which task is buying. It holds no password and no
        token.
      - It is created if it does not exist, readable by this user alone. In containers, set it to a folder in a volume
        that they share.
      - If not set, the environment variable E(THORDATA_STATE_DIR) is used, or else C(thordata.proxies) in the user's
        cache directory, which is E(XDG_CACHE_HOME) or C(~/.cache).
      - If the folder cannot be used, a warning is shown, and nothing is bought.
    type: path
  validate_certs:
    description: Whether to verify the TLS certificate of the API.
    type: bool
    default: true
  ca_path:
    description: The path to a file with the CA certificates to trust instead of the default ones.
    type: path
"""

    # For modules that work on an account.
    MODULE = r"""
options:
  api_token:
    required: true
requirements:
  - requests >= 2.25 (where the task runs; usually the controller)
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

    # For inventory and lookup plugins. An inventory knows no variables but the extra ones.
    PLUGIN = r"""
options:
  api_token:
    env:
      - name: THORDATA_PUBLIC_TOKEN
    ini:
      - section: thordata.proxies
        key: api_token
    vars:
      - name: thordata_api_token
  api_key:
    env:
      - name: THORDATA_PUBLIC_KEY
    ini:
      - section: thordata.proxies
        key: api_key
    vars:
      - name: thordata_api_key
  api_url:
    env:
      - name: THORDATA_API_URL
    ini:
      - section: thordata.proxies
        key: api_url
    vars:
      - name: thordata_api_url
  api_timeout:
    env:
      - name: THORDATA_API_TIMEOUT
    ini:
      - section: thordata.proxies
        key: api_timeout
    vars:
      - name: thordata_api_timeout
  api_retry_timeout:
    env:
      - name: THORDATA_API_RETRY_TIMEOUT
    ini:
      - section: thordata.proxies
        key: api_retry_timeout
    vars:
      - name: thordata_api_retry_timeout
  api_timezone:
    env:
      - name: THORDATA_API_TIMEZONE
    ini:
      - section: thordata.proxies
        key: api_timezone
    vars:
      - name: thordata_api_timezone
  state_dir:
    env:
      - name: THORDATA_STATE_DIR
    ini:
      - section: thordata.proxies
        key: state_dir
    vars:
      - name: thordata_state_dir
  validate_certs:
    ini:
      - section: thordata.proxies
        key: validate_certs
    vars:
      - name: thordata_validate_certs
  ca_path:
    ini:
      - section: thordata.proxies
        key: ca_path
    vars:
      - name: thordata_ca_path
requirements:
  - requests >= 2.25 (on the controller)
"""
