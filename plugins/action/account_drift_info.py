# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module ``account_drift_info`` in the controller's process."""

from __future__ import annotations

from ansible_collections.thordata.proxies.plugins.modules import account_drift_info
from ansible_collections.thordata.proxies.plugins.plugin_utils._controller import AccountAction


class ActionModule(AccountAction):
    """See the module's documentation."""

    module = account_drift_info.MODULE
