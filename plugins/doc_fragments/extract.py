# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of extract links."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment; see https://docs.ansible.com for how it is used."""

    DOCUMENTATION = r"""
options:
  account_name:
    description: The name of the account, C(Thor) and digits.
    type: str
    required: true
  product:
    description: The product.
    type: str
    choices: [residential, unlimited]
    default: residential
  session:
    description: Whether the nodes stay the same for 10 minutes or are others each time.
    type: str
    choices: [sticky, rotating]
    default: rotating
  count:
    description: How many nodes to ask for.
    type: int
    default: 1
  servers:
    description: The C(plan_name) of the server, or its first label. Required if O(product=unlimited).
    type: str
  allow_empty:
    description: Whether no node at all is a result, and not an error.
    type: bool
    default: false
  extract_url:
    description: The base URL of the extract links.
    type: str
    default: https://get-ip.thordata.net
  timeout:
    description: Seconds to wait for one answer.
    type: float
    default: 30
  retry_timeout:
    description: Seconds in all to wait because the link was called too soon, within two seconds, or fails.
    type: float
    default: 30
  validate_certs:
    description: Whether the TLS certificate of the link must be valid.
    type: bool
    default: true
  ca_path:
    description: A file with the certificates of the authorities to trust for the link, in place of the usual ones.
    type: path
  use_proxy:
    description:
      - Whether to call the link through the HTTP proxy that the environment names (C(https_proxy)), if any.
      - The link then sees the address of that proxy, and it is that address that must be on the whitelist.
    type: bool
    default: false
  services:
    description: Echo services that are asked, as the link was, which address is not on the whitelist, if it is not.
    type: list
    elements: str
    default:
      - https://ipinfo.thordata.com
      - https://api.ipify.org
      - https://checkip.amazonaws.com
"""
