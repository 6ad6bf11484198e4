# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The provider's own SDK, one call after another: ``sdk.py COUNT`` reads the list and creates users."""

from __future__ import annotations

import os
import sys

from thordata import ThordataClient

client = ThordataClient(
    public_token=os.environ["THORDATA_PUBLIC_TOKEN"],
    public_key=os.environ["THORDATA_PUBLIC_KEY"],
    locations_base_url=f"{os.environ['THORDATA_API_URL']}/locations",
)
# The address of these calls cannot be set.
client._proxy_users_url = f"{os.environ['THORDATA_API_URL']}/proxy-users"
client.list_proxy_users()
for number in range(int(sys.argv[1])):
    client.create_proxy_user(f"user{number:05}", "Secret123")
