// Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const AT_FIRST = 100;
  const DAY = 86400;
  // Told apart by all common kinds of colour blindness (Okabe and Ito), the last for all others.
  const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7b6fd0", "#8c6d46", "#4f9d9d"];
  const OTHERS = "#8a94a0";

  const find = (id) => document.getElementById(id);

  function element(name, text, className) {
    const one = document.createElement(name);
    if (text !== undefined && text !== null) one.textContent = text;
    if (className) one.className = className;
    return one;
  }

  const digits = (value, most) => value.toLocaleString("en", { maximumFractionDigits: most });
  const shorter = (text) => (text.length > 28 ? `${text.slice(0, 27)}…` : text);

  function traffic(megabytes) {
    if (megabytes === null || megabytes === undefined) return "unknown";
    const units = [["TB", 1024 ** 2], ["GB", 1024], ["MB", 1]];
    const [unit, size] = units.find(([, least]) => Math.abs(megabytes) >= least) || units[2];
    return `${digits(megabytes / size, megabytes >= 1024 ? 2 : 1)} ${unit}`;
  }

  const when = (seconds) => new Date(seconds * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const daysLeft = (seconds) => (seconds - data.time) / DAY;

  function left(days) {
    if (days === null || days === undefined) return "unknown";
    const time = Math.abs(days) < 2 ? `${digits(Math.abs(days) * 24, 0)} hours` : `${digits(Math.abs(days), 1)} days`;
    return days < 0 ? `expired ${time} ago` : time;
  }

  const urgency = (days) => (days === null || days === undefined || days > 7 ? "" : days > 2 ? "warn" : "bad");
  const filled = (part) => (part >= 1 ? "bad" : part >= 0.8 ? "warn" : "");

  // A cell: {text, sort, className, part}, or a text alone.
  function cell(value) {
    const one = typeof value === "object" && value !== null ? value : { text: value };
    const td = element("td", one.text ?? "–", one.className);
    if (one.sort !== undefined && one.sort !== null) td.dataset.sort = one.sort;
    if (one.part !== undefined) {
      const bar = element("span", undefined, "meter");
      const inner = element("span", undefined, filled(one.part));
      inner.style.width = `${Math.min(one.part, 1) * 100}%`;
      bar.append(inner);
      td.append(bar);
    }
    return td;
  }

  const number = (text, sort, className = "") => ({ text, sort, className: `number ${className}`.trim() });

  function copied(table) {
    const selection = getSelection();
    selection.removeAllRanges();
    const range = document.createRange();
    range.selectNodeContents(table.tBodies[0]);
    range.setStartBefore(table.tHead);
    selection.addRange(range);
    return document.execCommand("copy"); // the asynchronous way is not there for files
  }

  function table(id, caption, columns, rows) {
    const place = find(id);
    place.tabIndex = 0;
    place.setAttribute("role", "region");
    place.setAttribute("aria-label", caption);
    if (!rows.length) {
      place.append(element("p", "None.", "empty"));
      return;
    }
    const one = element("table", undefined, "sortable");
    const head = element("caption", caption);
    const copy = element("button", "Copy");
    copy.type = "button";
    copy.addEventListener("click", () => { copy.textContent = copied(one) ? "Copied" : "Selected"; });
    head.append(copy);
    one.append(head);
    const heads = element("tr");
    for (const [name, className] of columns) {
      const th = element("th", name, className);
      th.scope = "col";
      heads.append(th);
    }
    const thead = element("thead");
    thead.append(heads);
    one.append(thead, element("tbody"));
    const add = (some) => some.forEach((row) => {
      const tr = element("tr");
      tr.append(...row.map(cell));
      one.tBodies[0].append(tr);
    });
    add(rows.slice(0, AT_FIRST));
    place.append(one);
    if (rows.length > AT_FIRST) {
      const more = element("button", `Show all ${digits(rows.length, 0)}`);
      more.type = "button";
      const addAll = () => { if (more.isConnected) { more.remove(); add(rows.slice(AT_FIRST)); } };
      more.addEventListener("click", addAll);
      thead.addEventListener("click", addAll); // a sort is of all rows
      head.append(more);
    }
  }

  function figure(label, text, className) {
    const group = element("div");
    group.append(element("dt", label), element("dd", text, className));
    find("figures").append(group);
  }

  const plots = [];

  // What a plot looks like depends on the scheme, so it is made anew when that changes.
  function plot(id, description, make) {
    const canvas = find(id);
    canvas.setAttribute("aria-label", description);
    plots.push({ canvas, make, chart: null });
  }

  function draw() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(`--${name}`).trim();
    Chart.defaults.color = colour("faint");
    Chart.defaults.borderColor = colour("line");
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    Chart.defaults.animation = false;
    Chart.defaults.maintainAspectRatio = false;
    for (const one of plots) {
      one.chart?.destroy();
      one.chart = new Chart(one.canvas, one.make(colour));
    }
  }

  function unit(values) {
    return Math.max(0, ...values) >= 1024 ? ["GB", 1024] : ["MB", 1];
  }

  function showFigures() {
    const pack = data.package;
    const balance = pack ? pack.traffic_balance : data.traffic_balance;
    if (balance !== null && balance !== undefined) figure("residential traffic left", traffic(balance), balance > 0 ? "" : "bad");
    if (pack) {
      figure("it lasts", left(pack.days_left), urgency(pack.days_left) || "good");
      figure("mean traffic a day, last 7 days", traffic(pack.daily_traffic));
    }
    if (data.wallet_balance !== null && data.wallet_balance !== undefined) {
      figure("in the wallet, in its currency", data.wallet_balance.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }));
    }
    figure("proxy users", digits(data.users.length, 0));
    const soon = data.expiries.filter((one) => daysLeft(one.time) < 7).length;
    figure("expire within 7 days", digits(soon, 0), soon ? "warn" : "");
    const failed = data.checks.filter((one) => one.failed).length;
    if (data.checks.length) figure("failed checks", `${failed} of ${data.checks.length}`, failed ? "bad" : "good");
  }

  function showTraffic() {
    const { days, series, sum } = data.traffic;
    const names = series.map((one) => one.name);
    table("traffic-table", "Traffic by day, in MB", [["Day"], ...names.map((name) => [name, "number"])],
      days.map((day, position) => [day, ...series.map((one) => number(digits(one.values[position], 1), one.values[position]))]));
    if (!series.length) {
      find("traffic").parentElement.replaceChildren(element("p", "No traffic.", "empty"));
      return;
    }
    const [name, size] = unit(days.map((_day, position) => series.reduce((all, one) => all + one.values[position], 0)));
    plot("traffic", `Traffic by day, stacked by user: ${traffic(sum)} from ${days[0]} to ${days[days.length - 1]}`, (colour) => ({
      type: "bar",
      data: {
        labels: days,
        datasets: series.map((one, position) => ({
          label: shorter(one.name),
          data: one.values.map((value) => value / size),
          backgroundColor: one.product ? COLOURS[position % COLOURS.length] : OTHERS,
          borderColor: colour("card"),
          borderWidth: { top: 1 },
        })),
      },
      options: {
        scales: {
          x: { stacked: true, grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 12 } },
          y: { stacked: true, beginAtZero: true, title: { display: true, text: `${name} a day` } },
        },
        plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
      },
    }));
  }

  function showUsers() {
    const largest = data.users.slice(0, 10).filter((row) => row[2]);
    if (largest.length) {
      const [name, size] = unit(largest.flatMap((row) => [row[2], row[3]]));
      find("limits-plot").style.height = `${largest.length * 2 + 5}rem`;
      plot("limits", "The ten users with most traffic, and their limits", (colour) => ({
        type: "bar",
        data: {
          labels: largest.map((row) => shorter(row[0])),
          datasets: [
            { label: "traffic", data: largest.map((row) => row[2] / size), backgroundColor: colour("bar"), grouped: false, order: 1, barPercentage: 0.55 },
            { label: "limit", data: largest.map((row) => row[3] / size || null), backgroundColor: colour("line"), grouped: false, order: 2 },
          ],
        },
        options: {
          indexAxis: "y",
          scales: { x: { beginAtZero: true, title: { display: true, text: name } }, y: { grid: { display: false } } },
          plugins: { legend: { position: "bottom", labels: { boxWidth: 12 } } },
        },
      }));
    } else {
      find("limits-plot").remove();
    }
    table("users", "Proxy users, those with most traffic first",
      [["User"], ["Product"], ["Traffic", "number"], ["Limit", "number"], ["Used"], ["State"]],
      data.users.map(([username, product, used, limit, enabled]) => [
        username, product, number(traffic(used), used), number(limit ? traffic(limit) : "none", limit),
        limit ? { text: `${digits(used / limit * 100, 0)} %`, sort: used / limit, part: used / limit } : { text: "–", sort: -1 },
        enabled ? "enabled" : { text: "disabled", className: "warn" },
      ]));
  }

  function showExpiries() {
    const soonest = data.expiries.slice(0, 20);
    if (soonest.length) {
      find("expiries-plot").style.height = `${soonest.length * 1.6 + 5}rem`;
      plot("expiries", `When the ${soonest.length} that expire soonest do so, in days from now`, (colour) => ({
        type: "bar",
        data: {
          labels: soonest.map((one) => shorter(one.name)),
          datasets: [{
            data: soonest.map((one) => daysLeft(one.time)),
            backgroundColor: soonest.map((one) => colour(urgency(daysLeft(one.time)) || "bar")),
            barPercentage: 0.6,
            minBarLength: 3,
          }],
        },
        options: {
          indexAxis: "y",
          scales: { x: { title: { display: true, text: "days from now" } }, y: { grid: { display: false } } },
          plugins: { legend: { display: false } },
        },
      }));
    } else {
      find("expiries-plot").remove();
    }
    table("expiries-table", "What expires, the soonest first", [["What"], ["Kind"], ["Expires"], ["Left", "number"]],
      data.expiries.map((one) => [one.name, one.kind, { text: when(one.time), sort: one.time },
        number(left(daysLeft(one.time)), daysLeft(one.time), urgency(daysLeft(one.time)))]));
  }

  function load(server) {
    const known = Object.entries(server.load).filter(([, value]) => value !== null);
    return known.map(([name, value]) => `${name} ${digits(value, 1)}`).join(", ") || "–";
  }

  function showOthers() {
    table("slots", "How many there are, of how many there may be", [["What"], ["Used", "number"], ["May be", "number"], ["Part"]],
      data.slots.map((one) => [one.what, number(digits(one.used, 0), one.used), number(one.limit === null ? "unknown" : digits(one.limit, 0), one.limit),
        one.limit ? { text: `${digits(one.used / one.limit * 100, 0)} %`, sort: one.used / one.limit, part: one.used / one.limit } : "–"]));
    table("servers", "Rented servers, their load as the API tells it", [["Server"], ["Status"], ["Size"], ["Bandwidth", "number"], ["Expires"], ["Load"]],
      data.servers.map((one) => [one.name, { text: one.status, className: one.on ? "good" : "bad" }, one.size,
        number(one.bandwidth === null ? "unknown" : `${digits(one.bandwidth, 0)} Mbps`, one.bandwidth),
        one.time === null ? "unknown" : { text: when(one.time), sort: one.time, className: urgency(daysLeft(one.time)) },
        { className: "long", text: load(one) }]));
    table("vouchers", "Vouchers by status and size", [["Status"], ["Traffic of each", "number"], ["Number", "number"]],
      data.vouchers.map((one) => [one.status, number(one.traffic === null ? "unknown" : `${digits(one.traffic, 2)} GB`, one.traffic), number(digits(one.count, 0), one.count)]));
    if (data.checks.length) {
      table("checks", "Proxies as they were checked from the host that made this page", [["Proxy"], ["User"], ["Result"], ["Country"], ["Latency", "number"]],
        data.checks.map((one) => [one.proxy, one.username, one.failed ? { text: one.error, className: "long bad" } : { text: "works", className: "good" },
          one.exit_country, number(one.latency === null ? "–" : `${digits(one.latency * 1000, 0)} ms`, one.latency)]));
    } else {
      find("s-checks").remove();
    }
    const missing = Object.entries(data.unavailable);
    if (missing.length) find("missing").append(...missing.map(([part, reason]) => element("li", `${part}: ${reason}`)));
    else find("s-missing").remove();
  }

  find("name").textContent = data.name;
  find("time").textContent = when(data.time);
  find("time").dateTime = new Date(data.time * 1000).toISOString();
  if (data.name) document.title = `Thordata account ${data.name}`;
  showFigures();
  showTraffic();
  showUsers();
  showExpiries();
  showOthers();
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
