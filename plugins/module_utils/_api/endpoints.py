# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of the Thordata API, one row of data each (docs/contract.md, sections 3, 4 and 6). Knows nothing else."""

from __future__ import annotations

from dataclasses import dataclass

# The API numbers its products differently in each family of calls (docs/contract.md, section 3); users see the names.
PROXY_TYPES = {
    "proxy-users": {"residential": "1", "unlimited": "2", "mobile": "3"},
    "whitelisted-ips": {"residential": "1", "unlimited": "2", "mobile": "9"},
    "locations": {"residential": "1", "unlimited": "2", "mobile": "3"},
    "proxy": {"isp": "1", "datacenter": "2"},
}


# What is sold of unlimited servers, and its numbers in the calls (docs/contract.md, section 4).
PACKAGES = {1: "27", 7: "6", 30: "8", 60: "7"}  # days
BANDWIDTHS = {100 * (number + 1): str(number) for number in range(1, 10)}  # Mbps
SIZES = {"8vCPU-16GiB": "5", "16vCPU-32GiB": "2", "32vCPU-64GiB": "3", "64vCPU-128GiB": "4"}  # the smallest first
PERIODS = (60, 300, 3600, 86400)  # seconds between two points of a monitor

VOUCHER_STATUS = {"unused": 1, "used": 2, "revoked": 3}

# What a call does decides what may be done when its answer does not arrive.
READ = "read"  # changes nothing: send it again
WRITE = "write"  # free: read first whether it happened, then send it again
PAID = "paid"  # costs money: read whether it happened, never send it again

QUERY = "query"
HEADERS = "headers"
NOWHERE = "nowhere"


@dataclass(frozen=True)
class Endpoint:
    """One call: how it is sent, and where its answer keeps the data.

    ``task`` completes the sentence "Could not ..." and may name parameters that are no secrets. ``params`` are always
    sent, ``optional`` ones when they are given, ``secret`` ones never reach a message. ``rows`` is the key below
    ``data`` that holds the list ("" where ``data`` is the list itself, None where the answer holds no list), ``row``
    what stands in it.
    ``nodes``: the answer is lines of ``host:port``, or JSON for an error.
    ``feature``: what only some accounts and editions of the API have.
    """

    method: str
    path: str
    task: str
    kind: str = READ
    params: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    credentials: str = QUERY
    rows: str | None = None
    row: type = dict
    feature: str = ""
    nodes: bool = False

    @property
    def family(self) -> str:
        """The family of calls, which decides the numbers of ``proxy_type``."""
        return self.path.split("/")[1]


def _read(path: str, task: str, *params: str, **more) -> Endpoint:
    return Endpoint("GET", path, task, READ, params, **more)


def _write(path: str, task: str, *params: str, kind: str = WRITE, **more) -> Endpoint:
    return Endpoint("POST", path, task, kind, params, credentials=HEADERS, **more)


# Account
TRAFFIC_BALANCE = _read("/account/traffic-balance", "read the traffic balance")
WALLET_BALANCE = _read("/account/wallet-balance", "read the wallet balance")
ACCOUNT_USAGE = _read(
    "/account/usage-statistics", "read the account's usage from {from_date} to {to_date}", "from_date", "to_date"
)

# Locations
COUNTRIES = _read("/locations/countries", "list the countries of {proxy_type} proxies", "proxy_type", rows="")
STATES = _read(
    "/locations/states", "list the states of {country_code} ({proxy_type})", "proxy_type", "country_code", rows=""
)
CITIES = _read(
    "/locations/cities",
    "list the cities of {country_code} ({proxy_type})",
    "proxy_type",
    "country_code",
    optional=("state_code", "pool"),
    rows="",
)
ASNS = _read("/locations/asn", "list the ASNs of {country_code} ({proxy_type})", "proxy_type", "country_code", rows="")

# Proxy users
USER_LIST = _read("/proxy-users/user-list", "list the {proxy_type} proxy users", "proxy_type", rows="list")
CREATE_USER = _write(
    "/proxy-users/create-user",
    "create the {proxy_type} proxy user {username}",
    "proxy_type",
    "username",
    "password",
    "traffic_limit",
    "status",
    secret=("password",),
)
UPDATE_USER = _write(
    "/proxy-users/update-user",
    "update the {proxy_type} proxy user {username}",
    "proxy_type",
    "username",
    "new_username",
    "new_password",
    "new_traffic_limit",
    "new_status",
    secret=("new_password",),
)
DELETE_USER = _write(
    "/proxy-users/delete-user", "delete the {proxy_type} proxy user {username}", "proxy_type", "username"
)
USER_USAGE = _read(
    "/proxy-users/usage-statistics",
    "read the usage of the {proxy_type} proxy user {username} from {from_date} to {to_date}",
    "proxy_type",
    "username",
    "from_date",
    "to_date",
)
USER_USAGE_HOUR = _read(
    "/proxy-users/usage-statistics-hour",
    "read the hourly usage of the {proxy_type} proxy user {username} from {from_date} to {to_date}",
    "proxy_type",
    "username",
    "from_date",
    "to_date",
    feature="hourly usage",
)

# Whitelisted addresses
IP_LIST = _read("/whitelisted-ips/ip-list", "list the {proxy_type} whitelist", "proxy_type", rows="lists")
ADD_IP = _write("/whitelisted-ips/add-ip", "add {ip} to the {proxy_type} whitelist", "proxy_type", "ip", "status")
DELETE_IP = _write("/whitelisted-ips/delete-ip", "delete {ip} from the {proxy_type} whitelist", "proxy_type", "ip")

# Bought ISP and datacenter addresses
PROXY_LIST = _read("/proxy/proxy-list", "list the bought {proxy_type} addresses", "proxy_type", rows="")
EXPIRATION_TIME = _read(
    "/proxy/expiration-time", "read when {proxy_type} addresses expire", "proxy_type", "ips", rows=""
)

# Unlimited servers
SERVER_LIST = _read("/unlimited/server-list", "list the unlimited servers", rows="")
RESTART_SERVER = _write("/unlimited/restart-server", "restart the server {plan_name}", "plan_name")
SERVER_MONITOR = _read(
    "/unlimited/server-monitor",
    "read the monitor of the server {ins_id}",
    "ins_id",
    "start_time",
    "end_time",
    "period",
    optional=("region",),
)
BALANCING_MONITOR = _read(
    "/unlimited/balancing-monitor",
    "read the balancing monitor of the server {ins_id}",
    "ins_id",
    "start_time",
    "end_time",
    "period",
    optional=("region",),
)
RENEW_SERVER = _write("/unlimited/renew", "renew the server {ins_id}", "ins_id", "package_id", kind=PAID)
UPGRADE_SERVER = _write("/unlimited/upgrade", "upgrade the server {ins_id}", "ins_id", "bw_id", "sv_id", kind=PAID)
BIND_USERS = "users bound to servers"
BOUND_USERS = _write(
    "/get_unlimited_servers_bind_user",
    "list the users bound to {ip}",
    "ip",
    kind=READ,
    rows="",
    feature=BIND_USERS,
)
BIND_USER = _write(
    "/add_unlimited_servers_bind_user", "bind the user {username} to {ip}", "ip", "username", feature=BIND_USERS
)
UNBIND_USER = _write(
    "/del_unlimited_servers_bind_user", "unbind the user {username} from {ip}", "ip", "username", feature=BIND_USERS
)

# Vouchers (CDK)
CDK = "vouchers (CDK)"
CREATE_CDK = _write(
    "/cdk/create", "create {num} vouchers of {flow} GB", "flow", "num", kind=PAID, rows="cdk", row=str, feature=CDK
)
CDK_LIST = _read("/cdk/list", "list the vouchers", optional=("status",), credentials=HEADERS, rows="", feature=CDK)
REVOKE_CDK = _write("/cdk/revoke", "revoke a voucher", "cdk", secret=("cdk",), feature=CDK)
CDK_INFO = _read("/cdk/info", "read a voucher", "cdk", credentials=HEADERS, secret=("cdk",), feature=CDK)

# Extract links (docs/contract.md, section 6): no token, another host, lines in place of JSON
EXTRACT_RESIDENTIAL = _read(
    "/api",
    "extract residential proxies",
    "td-customer",
    "sesstype",
    "number",
    optional=("country",),
    credentials=NOWHERE,
    nodes=True,
)
EXTRACT_UNLIMITED = _read(
    "/unlimited_api",
    "extract proxies of the unlimited server {servers}",
    "td-customer",
    "sesstype",
    "number",
    "servers",
    credentials=NOWHERE,
    nodes=True,
)
SESSIONS = {"sticky": 1, "rotating": 2}
