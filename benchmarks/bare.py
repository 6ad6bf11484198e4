# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people write without Ansible: requests and threads, one session a thread, no retry, no plan, no check.

``bare.py users COUNT WORKERS`` reads the list and creates users. ``bare.py ips COUNT WORKERS`` reads the whitelist,
deletes the first COUNT addresses and adds as many others. ``bare.py nodes COUNT 1`` reads an extract link. The
environment names the account, as for the collection.
"""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import requests

URL = os.environ["THORDATA_API_URL"]
TOKEN = {"token": os.environ["THORDATA_PUBLIC_TOKEN"]}
_local = threading.local()


def session() -> requests.Session:
    """Return the session of this thread."""
    if not hasattr(_local, "session"):
        _local.session = requests.Session()
    return _local.session


def read(path: str) -> dict:
    """Send a GET."""
    return session().get(URL + path, params={**TOKEN, "proxy_type": "1"}, timeout=30).json()["data"]


def write(call: tuple[str, dict]) -> None:
    """Send a POST."""
    path, data = call
    answer = session().post(URL + path, data={"proxy_type": "1", **data}, headers=TOKEN, timeout=30).json()
    if answer["code"] != 200:
        sys.exit(str(answer))


def users(count: int) -> list[list[tuple[str, dict]]]:
    """Return the calls that create users."""
    read("/proxy-users/user-list")
    fields = {"password": "Secret123", "traffic_limit": "0", "status": "true"}
    return [[("/proxy-users/create-user", {"username": f"user{number:05}", **fields}) for number in range(count)]]


def ips(count: int) -> list[list[tuple[str, dict]]]:
    """Return the calls that replace addresses: deletions, then additions."""
    old = [row["ip"] for row in read("/whitelisted-ips/ip-list")["lists"]][:count]
    new = [f"198.18.{number // 250}.{number % 250 + 1}" for number in range(count)]
    return [
        [("/whitelisted-ips/delete-ip", {"ip": ip}) for ip in old],
        [("/whitelisted-ips/add-ip", {"ip": ip, "status": "true"}) for ip in new],
    ]


def nodes(count: int) -> list[list[tuple[str, dict]]]:
    """Return no calls; read an extract link."""
    params = {"td-customer": "Thor100001", "sesstype": 2, "number": count}
    text = session().get(f"{os.environ['THORDATA_EXTRACT_URL']}/api", params=params, timeout=30).text
    if len([line.split(":") for line in text.splitlines()]) != count:
        sys.exit(text[:200])
    return []


def main() -> None:
    """Send them."""
    what, count, workers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with ThreadPoolExecutor(workers) as pool:
        for stage in {"users": users, "ips": ips, "nodes": nodes}[what](count):
            list(pool.map(write, stage))


if __name__ == "__main__":
    main()
