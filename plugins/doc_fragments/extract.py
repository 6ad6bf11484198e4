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
    description: The name of the account as the dashboard shows it, C(Thor) and digits.
    type: str
    required: true
  product:
    description: The product whose entry nodes are returned.
    type: str
    choices: [residential, unlimited]
    default: residential
  session:
    description: Whether a node keeps its exit for 10 minutes (V(sticky)) or uses another one each time (V(rotating)).
    type: str
    choices: [sticky, rotating]
    default: rotating
  count:
    description: How many nodes are requested.
    type: int
    default: 1
  servers:
    description:
      - The C(plan_name) of the server, or the part of it before the first dot.
      - Required if O(product=unlimited).
    type: str
  allow_empty:
    description: Whether an empty list of nodes is a success. If V(false), it is an error.
    type: bool
    default: false
  extract_url:
    description: The base URL of the extract links.
    type: str
    default: https://get-ip.thordata.net
  timeout:
    description: The time in seconds to wait for the answer to one request.
    type: float
    default: 30
  retry_timeout:
    description:
      - The time in seconds for which a call that fails is repeated.
      - The link refuses a call within two seconds after another one.
    type: float
    default: 30
  validate_certs:
    description: Whether to verify the TLS certificate of the extract link.
    type: bool
    default: true
  ca_path:
    description: The path to a file with the CA certificates to trust for the extract link instead of the default ones.
    type: path
  use_proxy:
    description:
      - Whether to use the HTTP proxy that the environment names (C(https_proxy)), if any.
      - The link then sees the address of that proxy, and it is that address that must be on the whitelist.
    type: bool
    default: false
  services:
    description:
      - The URLs of echo services, which answer with the address of their caller.
      - If the link refuses the caller, they are asked for its address, and the message of the task names it.
    type: list
    elements: str
    default:
      - https://ipinfo.thordata.com
      - https://api.ipify.org
      - https://checkip.amazonaws.com
"""
