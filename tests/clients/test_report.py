# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the playbook report, looked at in a real browser."""

from __future__ import annotations

import dataclasses
import re
from datetime import timezone

import pytest
from ansible_project import Project
from axe_playwright_python.sync_playwright import Axe
from environment import programs
from playwright.sync_api import sync_playwright

from ansible_collections.thordata.proxies.plugins.module_utils._account import times
from ansible_collections.thordata.proxies.plugins.module_utils._account.report import page_data
from ansible_collections.thordata.proxies.plugins.module_utils._account.snapshot import PARTS, read_account
from ansible_collections.thordata.proxies.plugins.module_utils._account.source import Source
from ansible_collections.thordata.proxies.plugins.module_utils._api.client import Client, Settings
from simulator import Simulator

pytestmark = pytest.mark.programs
# What a name may be that nobody thinks of.
ODD = [
    "<script>document.title = 'run'</script>",
    "&<img src=x onerror=\"document.title = 'run'\">",
    "{{ 7 * 7 }}",
    "x" * 500,
    "</script>",
    "two\nlines \u2028 ü中\"'&amp;",
    "\u202eright to left\u202c مرحبا",
    "👩‍💻" * 20,
    "=1+1",
    """it's "quoted\"""",
    "tab\tand  spaces",
]
SECRETS = ("leakySecret", "LEAKYVOUCHER", "leakytoken")
SEED = {
    "token": "leakytoken0001",
    "traffic": 52400,
    "wallet": 512.5,
    "limits": {"users": 6000, "whitelist": 10},
    "users": {
        "residential": {
            f"scraper{number:02}": {
                "password": "leakySecret1",
                "traffic_limit": 5000 * (number % 3),
                "usage_traffic": 733 * number % 4900,
            }
            for number in range(1, 15)
        },
    },
    "whitelist": {"residential": [f"203.0.113.{number}" for number in range(9)]},
    "static_proxies": {
        "isp": [{"ip": "198.51.100.20", "username": "ispuser1", "password": "leakySecret2", "expiration_time": "-1d"}]
    },
    "servers": [{"ins_id": "ins-one", "expiration_time": "+1d"}, {"ins_id": "ins-two", "expiration_time": "+20d"}],
    "cdks": [{"cdk": "LEAKYVOUCHER01", "traffic": 10}],
    "usage": [
        {"date": f"-{day}d", "proxy_type": "residential", "username": f"scraper{user:02}", "traffic": 37 * user * day}
        for day in (1, 2, 3)
        for user in range(1, 13)
    ],
}
PACKAGE = {"traffic_balance": 5, "daily_traffic": 1, "days_left": 5, "expiration_timestamp": None}

CHECK = {"proxy": "127.0.0.1:1", "username": "", "failed": True, "exit_country": None, "latency": None, "error": "no"}


def user(name, traffic=99999, limit=5000):
    """Return a user as account_info does."""
    return {"username": name, "usage_traffic": traffic, "traffic_limit": limit, "enabled": True}


def users(*rows):
    """Return an account that has nothing but users."""
    return {"users": {"residential": {"users": list(rows), "limit": 6000}}}


def read(seed):
    """Return what account_info reads of an account."""
    with Simulator(seed=seed) as sim:
        client = Client(Settings(token=sim.token, key=sim.key, url=sim.api_url))
        account = read_account(Source(client, timezone.utc), list(PARTS))
    return {**account, **account.pop("balances")}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        options = {"executable_path": str(programs("chromium") / "chromium"), "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as chromium:
            yield chromium


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The page of an account as the playbook writes it."""
    folder = tmp_path_factory.mktemp("full")
    page = folder / "report.html"
    with Simulator(seed=SEED) as sim:
        known = sim.account().users["residential"]
        for name in ODD:
            known[name] = dataclasses.replace(known["scraper01"], username=name, usage_traffic=99999)
        gateway = f"127.0.0.1:{sim.gateway.port}"
        run = Project(folder, sim).run(
            "ansible-playbook",
            "thordata.proxies.report",
            "--diff",
            *("-e", f"report_file={page}", "-e", "report_name=<b>main</b>"),
            *("-e", f'{{"report_proxies": ["http://td-customer-nobody01:leakySecret1@{gateway}"]}}'),
            env={"THORDATA_API_URL": sim.api_url, "THORDATA_PUBLIC_TOKEN": sim.token},
        )
    assert run.code == 0, run.output
    assert page.stat().st_mode & 0o777 == 0o600
    text = page.read_text("utf-8")
    assert not [secret for secret in SECRETS if secret in text or secret in run.output]
    return page


@pytest.fixture
def page_of(full, tmp_path):
    """Return the page of another account: the same with other data."""

    def made(account, **options):
        text = page_data(account, times.now(), **options)
        page = tmp_path / "report.html"
        head, rest = full.read_text("utf-8").split('id="data">', 1)
        page.write_text(f'{head}id="data">{text}</script>{rest.split("</script>", 1)[1]}', "utf-8")
        return page

    return made


@pytest.fixture
def opened(browser, full):
    """Return a function that opens a page in a window; it logs nothing, asks for nothing and is no wider."""
    shown = []

    def shown_in(page=full, width=1100, **options):
        window = browser.new_page(viewport={"width": width, "height": 900}, **options)
        shown.append(window)
        noticed = []
        window.on("console", lambda message: noticed.append(message.text))
        window.on("pageerror", lambda error: noticed.append(str(error)))
        window.on("request", lambda request: noticed.append(request.url))
        window.goto(page.as_uri())
        assert noticed == [page.as_uri()]
        assert window.evaluate("document.documentElement.scrollWidth") == width
        return window

    yield shown_in
    for window in shown:
        window.close()


def accessible(shown):
    """Assert that axe finds nothing."""
    found = Axe().run(shown).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def texts(shown, cells):
    """Return the texts of all elements of a selector."""
    return shown.eval_on_selector_all(cells, "cells => cells.map(one => one.firstChild?.textContent)")


def drawn(shown, act, target):
    """Do something with the table of users; return the milliseconds until its new rows are laid out."""
    return shown.evaluate(
        """([act, target]) => new Promise(done => {
            const start = performance.now();
            new MutationObserver((changes, observer) => {
                observer.disconnect();
                document.body.offsetHeight;
                done(performance.now() - start);
            }).observe(document.querySelector("#users tbody"), {childList: true});
            if (act === "click") return document.querySelector(target).click();
            const input = document.querySelector("#users input");
            input.value = target;
            input.dispatchEvent(new Event("input"));
        })""",
        [act, target],
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_everybody_can_read_it(opened, scheme, width):
    shown = opened(width=width, color_scheme=scheme)
    accessible(shown)
    background = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(18, 22, 28)") is (scheme == "dark")


def test_rows_of_figures_are_full(opened, page_of):
    """Of eight, seven and four figures none stands alone, and the last row ends where the others do."""
    account = {"traffic_balance": 5, "wallet_balance": 5, "packages": {"residential": PACKAGE}}
    for data, options, number in ((account, {"checks": [CHECK]}, 8), (account, {}, 7), ({"wallet_balance": 5}, {}, 4)):
        shown = opened(page_of(data, **options))
        for width in (360, 800, 1100, 1600):
            shown.set_viewport_size({"width": width, "height": 900})
            boxes = shown.eval_on_selector_all(
                "#figures > div", "all => all.map(one => one.getBoundingClientRect()).map(one => [one.top, one.right])"
            )
            assert len(boxes) == number
            lines = {top: [right for line, right in boxes if line == top] for top, _right in boxes}
            assert len(lines) == {8: 2, 7: 2, 4: 1}[number] * (2 if width == 360 else 1)
            assert {max(line) for line in lines.values()} == {max(right for _top, right in boxes)}
            assert shown.evaluate("document.documentElement.scrollWidth") == width


def test_each_name_is_text(opened, page_of):
    rows = [{"username": name, "date": f"2026-11-{day:02}", "usage_traffic": 5} for name in ODD for day in (1, 2)]
    account = {**users(*map(user, ODD)), "unavailable": {name: name for name in ODD}}
    shown = opened(page_of(account, users={"residential": rows}, total=rows, name=ODD[1]), 360)
    shown.click("summary")
    assert shown.title() == f"Thordata account {ODD[1]}"
    assert set(texts(shown, "#users tbody tr td:first-child")) == set(ODD)
    assert len(set(ODD) & {*texts(shown, "#traffic-table th .dt-column-title")}) == 10, "those with a colour"
    assert shown.evaluate("document.documentElement.scrollWidth") == 360
    accessible(shown)
    for name in ODD:
        drawn(shown, "filter", " ".join(name[:20].split()))
        assert name in texts(shown, "#users tbody tr td:first-child")


def test_it_shows_the_account(opened):
    shown = opened()
    figures = shown.inner_text("#figures")
    for text in ("51.17 GB", "512.50", "of 1 proxy", "mean of 7 days", "1 of them already did"):
        assert text in figures
    assert set(ODD) <= set(texts(shown, "#users tbody tr td:first-child"))
    assert shown.locator("#traffic-table th").count() == 1 + 10 + 1, "day, ten users, all others"
    assert "expired 24 hours ago" in shown.inner_text("#expiries-table")
    slots = shown.inner_text("#slots")
    assert "90 %" in slots
    assert "< 1 %" in slots
    assert texts(shown, "#servers th .dt-column-title")[-5:] == ["CPU", "Memory", "Connections", "In", "Out"]
    load = shown.inner_text("#servers")
    assert "mean load of the last hour" in load
    for text in (r"[0-9] %\smax [0-9]", r"[0-9] Mbps\smax [0-9]"):
        assert re.search(text, load), load
    assert "refuses username and password" in shown.inner_text("#checks")
    assert shown.locator("#s-missing").count() == 0
    plots = shown.evaluate(
        "[...document.querySelectorAll('canvas')].map(one => Chart.getChart(one).data.datasets.length)"
    )
    assert plots == [11, 2, 1]


def test_tables_sort_and_filter_by_keyboard(opened):
    shown = opened()
    assert shown.get_attribute("#users th:nth-child(3)", "aria-sort") == "descending"
    for sort, reverse in (("ascending", False), ("descending", True)):
        shown.focus("#users th:nth-child(1) [role=button]")
        shown.keyboard.press("Enter")
        shown.wait_for_selector(f"#users th:nth-child(1)[aria-sort={sort}]")
        names = [name for name in texts(shown, "#users td:first-child") if name.startswith("scraper")]
        assert names == sorted(names, reverse=reverse)
    assert shown.locator("#users th[aria-sort]").count() == 1
    shown.focus("#users input")
    shown.keyboard.type("scraper07")
    shown.wait_for_selector(f"text=1 to 1 of 1 (filtered from {len(ODD) + 14})")
    assert texts(shown, "#users td:first-child") == ["scraper07"]
    shown.keyboard.type("x")
    shown.wait_for_selector("text=Nothing matches.")


def test_tables_are_copied_as_lines_of_a_sheet(opened):
    shown = opened()
    shown.evaluate("addEventListener('copy', event => { window.copied = event.clipboardData.getData('text/plain') })")
    shown.click("#vouchers button")
    assert shown.evaluate("copied") == "Status\tTraffic of each\tNumber\nunused\t10 GB\t1"
    shown.click("#users button")
    lines = [line.split("\t") for line in shown.evaluate("copied").split("\n")]
    assert {len(line) for line in lines} == {6}
    assert len(lines) == 1 + 14 + len(ODD)
    assert "'=1+1" in [line[0] for line in lines]
    shown.wait_for_selector("text=Copied")


def test_it_prints(opened, page_of):
    shown = opened(page_of(users(*(user(f"user{number:03}") for number in range(120)))), color_scheme="dark")
    shown.evaluate(
        """() => addEventListener("beforeprint", () => {
            window.paper = {
                text: Chart.defaults.color,
                background: getComputedStyle(document.documentElement).getPropertyValue("--card").trim(),
                rows: document.querySelectorAll("#users tbody tr").length,
            };
        })"""
    )
    dark = shown.evaluate("Chart.defaults.color")
    shown.pdf()
    assert shown.evaluate("paper") == {"text": "#55606f", "background": "#ffffff", "rows": 120}
    assert shown.evaluate("Chart.defaults.color") == dark == "#a3afbe"
    assert shown.locator("#users tbody tr").count() == 100
    shown.emulate_media(media="print")
    assert shown.eval_on_selector(".bad", "one => getComputedStyle(one).color") == "rgb(179, 38, 30)"
    assert not shown.is_visible("#users button")


def test_an_account_with_nothing(opened, page_of):
    shown = opened(page_of(read({"settings": {"features": dict.fromkeys(("bind_user", "cdk", "mobile"), False)}})))
    text = shown.inner_text("main")
    for said in ("No traffic in this time.", "No proxy users.", "No servers are rented."):
        assert said in text
    assert "The API does not offer this for the account." in shown.inner_text("#vouchers")
    assert "vouchers: Could not list the vouchers" in text
    assert "users.mobile" in text
    accessible(shown)


@pytest.mark.parametrize("traffic", [0, 1])
def test_an_account_with_one_user(opened, page_of, traffic):
    """It has a plot when it has traffic; what is begun is not 0 %, and what is not used up is not 100 %."""
    shown = opened(page_of(users(user("only01", traffic, 500)), total=[], users={}))
    assert texts(shown, "#users td:first-child") == ["only01"]
    assert texts(shown, "#users td:nth-child(5)") == ["< 1 %" if traffic else "0 %"]
    assert shown.locator("#limits").count() == traffic
    assert "Proxy users\n1\nall enabled" in shown.inner_text("#figures")
    assert "No traffic in this time." in shown.inner_text("#s-traffic")
    almost = opened(page_of(users(user("only01", 499.9, 500))))
    assert texts(almost, "#users td:nth-child(5)") == ["99 %"]


@pytest.mark.parametrize("edition", ["B", "C"])
def test_other_editions_of_the_api(opened, page_of, edition):
    """What the edition lacks is said once, and all else is shown."""
    shown = opened(page_of(read({**SEED, "key": "leakykey0001", "settings": {"edition": edition}})))
    assert shown.locator("#users tbody tr").count() == 14
    assert ("users.mobile" in shown.inner_text("#s-missing")) is True
    assert shown.locator("#servers tbody tr").count() == 2
    vouchers = shown.inner_text("#vouchers")
    assert ("10 GB" in vouchers) is (edition == "B")
    assert ("The API does not offer this" in vouchers) is (edition == "C")


def test_many_users(opened, page_of):
    """Each of 5,000 is found; a page of them is drawn at a time."""
    many = [user(f"user{number:05}", 1.5 * number, 10000) for number in range(5000)]
    shown = opened(page_of(users(*many)))
    rows, first = "#users tbody tr", "#users tbody tr:first-child td:first-child"
    assert texts(shown, first) == ["user04999"]
    took = [drawn(shown, "click", f"#users th:nth-child({column})") for column in (3, 1, 1, 5)]
    assert shown.locator(rows).count() == 100
    took.append(drawn(shown, "filter", "user0007"))
    assert len(texts(shown, "#users tbody td:first-child")) == 10
    took.append(drawn(shown, "filter", ""))
    shown.click("#users nav >> text=Last")
    shown.wait_for_selector("text=4,901 to 5,000 of 5,000")
    # 60 ms on an idle machine with two cores; all rows at once took 5,000.
    assert max(took) < 1500, took
