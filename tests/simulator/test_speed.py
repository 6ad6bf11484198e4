# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a call may cost: with room for slow machines, but not for a cost that grows with what is there."""

from __future__ import annotations

import time

from conftest import Caller

from simulator import Simulator


def server_cpu(sim):
    return time.clock_gettime(time.pthread_getcpuclockid(sim._thread.ident))


def test_ten_thousand_users():
    users = [{"username": f"user{number:06d}", "password": "Secret123"} for number in range(10_000)]
    with Simulator({"users": {"residential": users}, "limits": {"users": 20_000}}, lag=3) as sim:
        api = Caller(sim)
        start = server_cpu(sim)
        data = api("GET", "/proxy-users/user-list", {"proxy_type": 1})["data"]
        assert server_cpu(sim) - start < 0.2
        assert (data["user_count"], data["list"][-1]["username"]) == (10_000, "user009999")
        start = server_cpu(sim)
        for number in range(300):
            new = {"proxy_type": 1, "username": f"new{number:06d}", "password": "Secret123"}
            assert api.code("POST", "/proxy-users/create-user", {**new, "traffic_limit": 0, "status": "true"}) == 200
        assert (server_cpu(sim) - start) / 300 < 0.001
