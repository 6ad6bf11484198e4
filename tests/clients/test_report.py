# Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the playbook report, looked at in a real browser."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_project import Project
from axe_playwright_python.sync_playwright import Axe
from environment import programs
from playwright.sync_api import sync_playwright

from simulator import Simulator

pytestmark = pytest.mark.programs
# What a name may be that nobody thinks of.
ODD = [
    "<script>document.title = 'run'</script>",
    "{{ 7 * 7 }}",
    "x" * 500,
    "</script>",
    "two\nlines \u2028 ü中\"'&amp;",
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
EMPTY = {"token": "leakytoken0001", "settings": {"features": dict.fromkeys(("bind_user", "cdk", "mobile"), False)}}


def written(folder, seed, odd=(), users=0):
    """Return the page of an account, as a file."""
    with Simulator(seed=seed) as sim:
        known = sim.account().users["residential"]
        for name in [*odd, *(f"user{number:05}" for number in range(users))]:
            known[name] = dataclasses.replace(known["scraper01"], username=name, usage_traffic=99999)
        gateway = f"127.0.0.1:{sim.gateway.port}"
        run = Project(folder, sim).run(
            "ansible-playbook",
            "thordata.proxies.report",
            "--diff",
            *("-e", f"report_file={folder / 'report.html'}", "-e", "report_name=<b>main</b>"),
            *("-e", f'{{"report_proxies": ["http://td-customer-nobody01:leakySecret1@{gateway}"]}}'),
            env={"THORDATA_API_URL": sim.api_url, "THORDATA_PUBLIC_TOKEN": sim.token},
        )
        assert run.code == 0, run.output
    page = folder / "report.html"
    assert page.stat().st_mode & 0o777 == 0o600
    text = page.read_text("utf-8")
    assert not [secret for secret in SECRETS if secret in text or secret in run.output]
    return page


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        options = {"executable_path": str(programs("chromium") / "chromium"), "args": ["--no-sandbox"]}
        with playwright.chromium.launch(**options) as chromium:
            yield chromium


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    return written(tmp_path_factory.mktemp("full"), SEED, ODD)


def opened(browser, page, width=1100, **options):
    """Return the page in a window; it logs nothing, asks for nothing and is no wider than the window."""
    shown = browser.new_page(viewport={"width": width, "height": 900}, **options)
    noticed = []
    shown.on("console", lambda message: noticed.append(message.text))
    shown.on("pageerror", lambda error: noticed.append(str(error)))
    shown.on("request", lambda request: noticed.append(request.url))
    shown.goto(page.as_uri())
    assert noticed == [page.as_uri()]
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    return shown


def sort(shown, head):
    """Click a head of a table and wait until its rows are sorted, which a timer does after the click."""
    shown.evaluate("() => addEventListener('sort-end', done => { done.target.dataset.sorted = '' }, {once: true})")
    shown.click(head)
    shown.wait_for_selector("table[data-sorted]")
    shown.evaluate("() => { delete document.querySelector('table[data-sorted]').dataset.sorted }")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 360])
def test_everybody_can_read_it(browser, full, scheme, width):
    shown = opened(browser, full, width, color_scheme=scheme)
    found = Axe().run(shown).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    background = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(18, 22, 28)") is (scheme == "dark")


def test_each_name_is_text(browser, full):
    shown = opened(browser, full)
    assert shown.title() == "Thordata account <b>main</b>"
    names = shown.eval_on_selector_all("#users tbody tr td:first-child", "cells => cells.map(one => one.textContent)")
    assert set(names[: len(ODD)]) == set(ODD)
    assert len(names) == len(ODD) + 14


def test_it_shows_the_account(browser, full):
    shown = opened(browser, full)
    figures = shown.inner_text("#figures")
    for text in ("51.17 GB", "512.50", "1 of 1", "mean traffic a day"):
        assert text in figures
    assert shown.locator("#traffic-table th").count() == 1 + 10 + 1, "day, ten users, all others"
    assert "expired 24 hours ago" in shown.inner_text("#expiries-table")
    assert "90 %" in shown.inner_text("#slots")
    assert "CpuUsage" in shown.inner_text("#servers")
    assert "refuses username and password" in shown.inner_text("#checks")
    assert shown.locator("#s-missing").count() == 0
    plots = shown.evaluate(
        "[...document.querySelectorAll('canvas')].map(one => Chart.getChart(one).data.datasets.length)"
    )
    assert plots == [11, 2, 1]


def test_tables_sort_and_are_copied(browser, full):
    shown = opened(browser, full)
    cells = "#users tbody tr td:nth-child(3)"
    values = "cells => cells.map(one => Number(one.dataset.sort))"
    sort(shown, "#users th:nth-child(3)")
    first = shown.eval_on_selector_all(cells, values)
    sort(shown, "#users th:nth-child(3)")
    second = shown.eval_on_selector_all(cells, values)
    assert {tuple(first), tuple(second)} == {tuple(sorted(first)), tuple(sorted(first, reverse=True))}
    shown.click("#vouchers button")
    copied = shown.evaluate("getSelection().toString()").split()
    assert " ".join(copied) == "Status Traffic of each Number unused 10 GB 1"


def test_it_prints(browser, full, tmp_path):
    shown = opened(browser, full, color_scheme="dark")
    shown.emulate_media(media="print")
    assert shown.eval_on_selector(".bad", "one => getComputedStyle(one).color") == "rgb(179, 38, 30)"
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.is_visible("#users button")


def test_an_account_with_nothing(browser, tmp_path):
    shown = opened(browser, written(tmp_path, EMPTY))
    text = shown.inner_text("main")
    assert "No traffic." in text
    assert "vouchers: Could not list the vouchers" in text
    assert "users.mobile" in text
    assert Axe().run(shown).violations_count == 0


def test_many_users(browser, tmp_path):
    shown = opened(browser, written(tmp_path, SEED, users=5000))
    rows = "#users tbody tr"
    assert shown.locator(rows).count() == 100
    shown.click("text=Show all 5,014")
    assert shown.locator(rows).count() == 5014


def test_a_sort_is_of_all_users(browser, tmp_path):
    shown = opened(browser, written(tmp_path, SEED, users=200))
    cells = "#users tbody tr td:first-child"
    sort(shown, "#users th:first-child")
    names = shown.eval_on_selector_all(cells, "cells => cells.map(one => one.textContent)")
    assert len(names) == 214
    assert names in (sorted(names), sorted(names, reverse=True))
    assert shown.locator("text=Show all").count() == 0
