// Copyright (c) 2026, thordata.proxies contributors (@thordata-proxies)
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  // Rows on a page of a table, and the fewest rows that can be filtered.
  const PAGE = 100;
  const MANY = 10;
  const DAY = 86400;
  // Told apart by all common kinds of colour blindness (Okabe and Ito), the last for all others.
  const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7b6fd0", "#8c6d46", "#4f9d9d"];
  const OTHERS = "#8a94a0";
  // What the API calls the load of a server; the units are those of the monitor that has these names.
  const LOAD = {
    CpuUsage: ["CPU", "%"],
    MemUsage: ["Memory", "%"],
    TcpCurrEstab: ["Connections", ""],
    WanIntraffic: ["In", "Mbps"],
    WanOuttraffic: ["Out", "Mbps"],
  };

  const find = (id) => document.getElementById(id);

  function element(name, text, className) {
    const one = document.createElement(name);
    if (text !== undefined && text !== null) one.textContent = text;
    if (className) one.className = className;
    return one;
  }

  const digits = (value, most) => value.toLocaleString("en", { maximumFractionDigits: most });
  const money = (value) => value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const count = (all, one, many) => `${digits(all, 0)} ${all === 1 ? one : many}`;

  function shorter(text) {
    const most = innerWidth < 600 ? 14 : 28;
    const signs = [...text]; // an emoji is one
    return signs.length > most ? `${signs.slice(0, most - 1).join("")}…` : text;
  }

  // What is begun is not 0 %, and what is not used up is not 100 %.
  function percent(part) {
    if (part > 0 && part < 0.01) return "< 1 %";
    return `${digits(Math.floor(part * 100 + 1e-9), 0)} %`;
  }

  function traffic(megabytes) {
    if (megabytes === null || megabytes === undefined) return "unknown";
    const units = [["TB", 1024 ** 2], ["GB", 1024], ["MB", 1]];
    const [unit, size] = units.find(([, least]) => Math.abs(megabytes) >= least) || units[2];
    return `${digits(megabytes / size, megabytes >= 1024 ? 2 : 1)} ${unit}`;
  }

  const day = (seconds) => new Date(seconds * 1000).toLocaleDateString("en-GB", { dateStyle: "medium" });
  const when = (seconds) => new Date(seconds * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
  const daysLeft = (seconds) => (seconds - data.time) / DAY;

  function left(days) {
    if (days === null || days === undefined) return "unknown";
    const time = Math.abs(days) < 2 ? count(Math.round(Math.abs(days) * 24), "hour", "hours") : `${digits(Math.abs(days), 1)} days`;
    return days < 0 ? `expired ${time} ago` : time;
  }

  const urgency = (days) => (days === null || days === undefined || days > 7 ? "" : days > 2 ? "warn" : "bad");
  const filled = (part) => (part >= 1 ? "bad" : part >= 0.8 ? "warn" : "");

  // A cell: {text, sort, className, note, part}, or a text alone.
  const asCell = (value) => (typeof value === "object" && value !== null ? value : { text: value ?? "–" });

  function fill(td, value) {
    const one = asCell(value);
    td.textContent = one.text;
    if (one.className) td.classList.add(...one.className.split(" "));
    if (one.note) td.append(element("small", one.note));
    if (one.part !== undefined) {
      const bar = element("span", undefined, "meter");
      if (one.part) {
        const inner = element("span", undefined, filled(one.part));
        inner.style.width = `${Math.min(one.part, 1) * 100}%`;
        bar.append(inner);
      }
      td.append(bar);
    }
  }

  const number = (text, sort, className = "") => ({ text, sort: sort ?? -Infinity, className });
  const share = (used, limit) => (limit
    ? { text: percent(used / limit), sort: used / limit, part: used / limit, className: filled(used / limit) }
    : number("–"));

  // DataTables reads what it filters by as HTML where it has an ampersand.
  const escaped = (text) => String(text).replace(/\s+/g, " ").replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);

  // Numbers in a text, such as those of an address, stand in their order.
  const sortable = (text) => String(text).toLowerCase().replace(/\d+/g, (figures) => figures.padStart(9, "0"));

  // A cell as it is pasted into a sheet: one line, and no formula.
  const pasted = (text) => String(text).replace(/\s+/g, " ").replace(/^[=+@-](?=.)/, "'$&");

  function copy(heads, rows) {
    const lines = [heads, ...rows.map((row) => row.map((one) => asCell(one).text))];
    const put = (event) => {
      event.clipboardData.setData("text/plain", lines.map((line) => line.map(pasted).join("\t")).join("\n"));
      event.preventDefault();
    };
    document.addEventListener("copy", put, { once: true });
    const done = document.execCommand("copy"); // the asynchronous way is not there for files
    document.removeEventListener("copy", put);
    return done;
  }

  const paged = [];

  // Columns: [head, className]. ``order``: [column, direction] in which the rows stand at first.
  function table(id, caption, columns, rows, { order, part, none }) {
    const place = find(id);
    if (!rows.length) {
      place.append(element("p", part in data.unavailable ? "The API does not offer this for the account." : none, "empty"));
      return;
    }
    const one = element("table");
    const head = element("tr");
    for (const [name, className] of columns) {
      const th = element("th", name, className);
      th.scope = "col";
      head.append(th);
    }
    const thead = element("thead");
    thead.append(head);
    one.append(thead);
    one.setAttribute("aria-label", caption);
    place.append(one);
    const button = element("button", "Copy");
    button.type = "button";
    button.setAttribute("aria-label", `Copy the table: ${caption}`);
    const long = rows.length > PAGE;
    const shown = new DataTable(one, {
      data: rows,
      columns: columns.map(([, className], position) => ({
        className,
        data: null,
        type: className === "number" ? "num" : "string",
        orderSequence: className === "number" ? ["desc", "asc"] : ["asc", "desc"],
        render: (_data, type, row) => {
          const value = asCell(row[position]);
          return type === "filter" ? escaped(value.text) : type === "display" ? "" : value.sort ?? sortable(value.text);
        },
        createdCell: (td, _data, row) => fill(td, row[position]),
      })),
      search: { smart: false },
      order: order ? [order] : [],
      autoWidth: false,
      paging: long,
      pageLength: PAGE,
      layout: {
        topStart: () => element("p", caption, "caption"),
        topEnd: rows.length > MANY ? ["search", () => button] : () => button,
        bottomStart: rows.length > MANY ? "info" : null,
        bottomEnd: long ? "paging" : null,
      },
      language: {
        search: "Filter",
        info: "_START_ to _END_ of _TOTAL_",
        infoEmpty: "0 of 0",
        infoFiltered: "(filtered from _MAX_)",
        zeroRecords: "Nothing matches.",
        paginate: { first: "First", previous: "Previous", next: "Next", last: "Last" },
      },
    });
    place.querySelector("input")?.setAttribute("aria-label", `Filter the table: ${caption}`);
    const scroller = one.parentElement;
    scroller.classList.add("scroller");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", caption);
    button.addEventListener("click", () => {
      const rowsNow = shown.rows({ search: "applied", order: "applied" }).data().toArray();
      button.textContent = copy(columns.map(([name]) => name), rowsNow) ? "Copied" : "Not copied";
    });
    if (long) paged.push(shown);
  }

  function figure(label, value, hint, className) {
    const group = element("div");
    group.append(element("dt", label), element("dd", value, className), element("dd", hint, "hint"));
    find("figures").append(group);
  }

  // Rows of figures are full: as many columns as that takes, and the first is wider by what is left over.
  function balance(name, most) {
    const figures = find("figures");
    const all = figures.children.length;
    const lines = Math.ceil(all / most);
    const columns = Math.ceil(all / lines);
    figures.style.setProperty(`--${name}-columns`, columns);
    figures.style.setProperty(`--${name}-first`, 1 + lines * columns - all);
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

  // Paper is light and has no pages of a table; a plot keeps its shape and has pixels enough.
  function printed(now) {
    document.documentElement.classList.toggle("printed", now);
    Chart.defaults.devicePixelRatio = now ? 3 : undefined;
    for (const one of paged) one.page.len(now ? -1 : PAGE).draw();
    draw();
  }

  function unit(values) {
    return Math.max(0, ...values) >= 1024 ? ["GB", 1024] : ["MB", 1];
  }

  const expires = (seconds) => (seconds === null || seconds === undefined ? "" : `expires ${day(seconds)}`);

  function showFigures() {
    const pack = data.package;
    const balanceLeft = pack ? pack.traffic_balance : data.traffic_balance;
    if (balanceLeft !== null && balanceLeft !== undefined) {
      figure("Residential traffic left", traffic(balanceLeft), pack ? expires(pack.expiration_timestamp) : "", balanceLeft > 0 ? "" : "bad");
    }
    if (pack) {
      const ends = pack.expiration_timestamp !== null && daysLeft(pack.expiration_timestamp) <= (pack.days_left ?? 0) + 0.01;
      figure("It lasts", left(pack.days_left), ends ? "until it expires" : "at the mean of 7 days", urgency(pack.days_left));
      figure("Traffic a day", traffic(pack.daily_traffic), "mean of 7 days, all products");
    }
    if (data.wallet_balance !== null && data.wallet_balance !== undefined) {
      figure("In the wallet", money(data.wallet_balance), "in its currency");
    }
    const disabled = data.users.filter((row) => row[4] === false).length;
    figure("Proxy users", digits(data.users.length, 0), disabled ? `${digits(disabled, 0)} disabled` : data.users.length ? "all enabled" : "none");
    const limited = data.users.filter((row) => row[3]);
    const near = limited.filter((row) => row[2] / row[3] >= 0.8).length;
    const over = limited.filter((row) => row[2] >= row[3]).length;
    figure("Users near their limit", digits(near, 0), over ? `${digits(over, 0)} of them have used it up` : "80 % used or more", over ? "bad" : near ? "warn" : "");
    const soon = data.expiries.filter((one) => daysLeft(one.time) < 7);
    const gone = soon.filter((one) => one.time < data.time).length;
    figure("Expire within 7 days", digits(soon.length, 0), gone ? `${digits(gone, 0)} of them already did` : "packages, servers, addresses", gone ? "bad" : soon.length ? "warn" : "");
    const failed = data.checks.filter((one) => one.failed).length;
    if (data.checks.length) figure("Failed checks", digits(failed, 0), `of ${count(data.checks.length, "proxy", "proxies")}`, failed ? "bad" : "");
    balance("narrow", 2);
    balance("wide", 4);
  }

  function showTraffic() {
    const { days, series, sum } = data.traffic;
    const names = series.map((one) => one.name);
    table("traffic-table", "Traffic by day, in MB", [["Day"], ...names.map((name) => [name, "number"])],
      days.map((day, position) => [day, ...series.map((one) => number(digits(one.values[position], 1), one.values[position]))]), { order: [0, "asc"], none: "No traffic." });
    if (!series.length) {
      find("s-traffic").replaceChildren(find("h-traffic"), element("p", "No traffic in this time.", "empty"));
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
      plot("limits", `${count(largest.length, "user", "users")} with most traffic, and their limits`, (colour) => ({
        type: "bar",
        data: {
          labels: largest.map((row) => shorter(row[0])),
          datasets: [
            {
              label: "traffic",
              data: largest.map((row) => row[2] / size),
              backgroundColor: largest.map((row) => colour((row[3] && filled(row[2] / row[3])) || "bar")),
              grouped: false,
              order: 1,
              barPercentage: 0.55,
            },
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
    table("users", "Traffic and limits of proxy users",
      [["User"], ["Product", "short"], ["Traffic", "number"], ["Limit", "number"], ["Used", "number"], ["State", "short"]],
      data.users.map(([username, product, used, limit, enabled]) => [
        username, product, number(traffic(used), used), number(limit ? traffic(limit) : "none", limit || Infinity),
        share(used, limit), enabled ? "enabled" : { text: "disabled", className: "off" },
      ]), { order: [2, "desc"], none: "No proxy users." });
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
    table("expiries-table", "What expires, and when", [["What"], ["Kind", "short"], ["Expires", "number"], ["Left", "number"]],
      data.expiries.map((one) => [one.name, one.kind, number(when(one.time), one.time),
        number(left(daysLeft(one.time)), daysLeft(one.time), urgency(daysLeft(one.time)))]), { order: [3, "asc"], none: "Nothing expires." });
  }

  function showServers() {
    const names = [...new Set(data.servers.flatMap((one) => Object.keys(one.load)))];
    table("servers", "Rented servers, with the mean load of the last hour",
      [["Server"], ["Status", "short"], ["Size", "short"], ["Bandwidth", "number"], ["Expires", "number"], ...names.map((name) => [LOAD[name]?.[0] ?? name, "number"])],
      data.servers.map((one) => [one.name, { text: one.status, className: one.on ? "good" : "bad" }, one.size,
        number(one.bandwidth === null ? "unknown" : `${digits(one.bandwidth, 0)} Mbps`, one.bandwidth),
        one.time === null ? number("unknown") : number(when(one.time), one.time, urgency(daysLeft(one.time))),
        ...names.map((name) => load(name, one.load[name]))]),
      { part: "servers", none: "No servers are rented." });
    if (!names.length) find("load-note").remove();
  }

  function load(name, series) {
    if (!series || series.mean === null) return number("–");
    const figureOf = (value) => digits(value, value < 10 ? 1 : 0);
    const text = (value) => `${figureOf(value)} ${LOAD[name]?.[1] ?? ""}`.trim();
    return { ...number(text(series.mean), series.mean), note: `max ${figureOf(series.max)}` };
  }

  function showOthers() {
    table("slots", "Slots that are used, of those that the account has", [["What"], ["Used", "number"], ["Limit", "number"], ["Share", "number"]],
      data.slots.map((one) => [one.what, number(digits(one.used, 0), one.used), number(one.limit === null ? "unknown" : digits(one.limit, 0), one.limit),
        share(one.used, one.limit)]), { none: "Nothing that has slots." });
    table("vouchers", "Vouchers by status and size", [["Status"], ["Traffic of each", "number"], ["Number", "number"]],
      data.vouchers.map((one) => [one.status, number(one.traffic === null ? "unknown" : `${digits(one.traffic, 2)} GB`, one.traffic), number(digits(one.count, 0), one.count)]),
      { part: "vouchers", none: "No vouchers." });
    if (data.checks.length) {
      table("checks", "Proxies, checked from the host that made this page", [["Proxy"], ["User"], ["Result"], ["Country"], ["Latency", "number"]],
        data.checks.map((one) => [one.proxy, one.username, one.failed ? { text: one.error, className: "long bad" } : { text: "works", className: "good" },
          one.exit_country, number(one.latency === null ? "–" : `${digits(one.latency * 1000, 0)} ms`, one.latency)]), {});
    } else {
      find("s-checks").remove();
    }
    const missing = Object.entries(data.unavailable);
    for (const [part, reason] of missing) {
      const item = element("li");
      item.append(element("strong", part), ": ", element("bdi", reason));
      find("missing").append(item);
    }
    if (!missing.length) find("s-missing").remove();
  }

  find("name").textContent = data.name;
  find("time").textContent = when(data.time);
  find("time").dateTime = new Date(data.time * 1000).toISOString();
  find("zone").textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (data.name) document.title = `Thordata account ${data.name}`;
  DataTable.ext.errMode = "throw";
  showFigures();
  showTraffic();
  showUsers();
  showExpiries();
  showServers();
  showOthers();
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => printed(true));
  addEventListener("afterprint", () => printed(false));
})();
