# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an account for plugins that are no modules. Inventories know extra variables only."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  api_token:
    description: The token of the account. Required.
    type: str
    env:
      - name: THORDATA_PUBLIC_TOKEN
    ini:
      - section: thordata.proxies
        key: api_token
    vars:
      - name: thordata_api_token
  api_key:
    description: The request key of the account, for accounts that have one.
    type: str
    env:
      - name: THORDATA_PUBLIC_KEY
    ini:
      - section: thordata.proxies
        key: api_key
    vars:
      - name: thordata_api_key
  api_url:
    description: The base URL of the API, without credentials.
    type: str
    default: https://openapi.thordata.com/api
    env:
      - name: THORDATA_API_URL
    ini:
      - section: thordata.proxies
        key: api_url
    vars:
      - name: thordata_api_url
  api_timeout:
    description: Seconds to wait for the answer to one request.
    type: float
    default: 30
    env:
      - name: THORDATA_API_TIMEOUT
    ini:
      - section: thordata.proxies
        key: api_timeout
    vars:
      - name: thordata_api_timeout
  api_retry_timeout:
    description: Seconds in all to wait because the API throttles, fails, or cannot be reached.
    type: float
    default: 120
    env:
      - name: THORDATA_API_RETRY_TIMEOUT
    ini:
      - section: thordata.proxies
        key: api_retry_timeout
    vars:
      - name: thordata_api_retry_timeout
  api_timezone:
    description: The time zone of the API's times.
    type: str
    default: UTC
    env:
      - name: THORDATA_API_TIMEZONE
    ini:
      - section: thordata.proxies
        key: api_timezone
    vars:
      - name: thordata_api_timezone
  state_dir:
    description:
      - The folder in which the tasks and playbooks of this user keep how often the API may be called; see the modules.
      - By default C(thordata.proxies) in the user's cache directory.
    type: path
    env:
      - name: THORDATA_STATE_DIR
    ini:
      - section: thordata.proxies
        key: state_dir
    vars:
      - name: thordata_state_dir
  validate_certs:
    description: Whether the TLS certificate of the API must be valid.
    type: bool
    default: true
    ini:
      - section: thordata.proxies
        key: validate_certs
    vars:
      - name: thordata_validate_certs
  ca_path:
    description: A file with the certificates of the authorities to trust, in place of the usual ones.
    type: path
    ini:
      - section: thordata.proxies
        key: ca_path
    vars:
      - name: thordata_ca_path
requirements:
  - requests >= 2.28 (on the controller)
"""
