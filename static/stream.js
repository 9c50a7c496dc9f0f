// Shows the next comparison in place: its figures as nodes are read, then the page as the server wrote it. Without this
// script, or when a stream cannot be had, the form leads there as every form does.
const EVERY = 60_000; // milliseconds between two looks of a page that refreshes itself
const ARRANGED = ["view", "sort", "column", "q"]; // fields of how nodes as rows are shown
const main = document.querySelector("main");
const find = (selector) => main.querySelector(selector);
let running = null; // the AbortController of the comparison that is being read
let shownAt = Date.now();
let shown = location.search;
let painted = true; // what the page shows; to ask for sizes before has it laid out for nothing

function say(text) {
  const status = find("[data-live-status]");
  if (status) status.textContent = text;
}

function progress(done, total) {
  const bar = find("[data-live] progress");
  if (!bar) return;
  bar.dataset.running = total ? "yes" : "no";
  bar.max = total || 1;
  bar.value = done;
}

// Of what the page shows, which is not that of the marked tab while another one is being read.
const typeField = () => find("form.choose input[type=hidden][name=type]");

function markType(type = typeField()?.value) {
  for (const tab of main.querySelectorAll(".tabs button")) {
    if (tab.value === type) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
}

function showSheet(html) {
  typeField().value = find(".tabs [aria-current]").value;
  const old = find("article.result");
  const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("article");
  const next = document.adoptNode(fresh);
  // What follows keeps its place: the space is that of the comparison before, which is mostly that of the next.
  if (old) {
    const height = old.getBoundingClientRect().height;
    const summary = old.querySelector(".summary")?.getBoundingClientRect().height ?? 0;
    next.style.minHeight = `${height}px`;
    next.querySelector("[data-summary]").style.minHeight = `${summary}px`;
    old.replaceWith(next);
  } else {
    find("h1")?.remove(); // the sheet has its own
    find("form.choose").parentElement.append(next);
  }
  painted = false;
  requestAnimationFrame(() => (painted = true));
}

function showNode({ column, cells, error }) {
  // Nodes as rows have places only when all are there.
  const rows = main.querySelectorAll("article[aria-busy] table.sheet tbody tr:not(.section)");
  rows.forEach((row, index) => {
    const cell = row.cells[column + 1]; // behind the metric's name
    const [number, unit] = error ? ["–", ""] : cells[index];
    // A new cell, as texts that come into one move the spaces between them.
    const filled = cell.cloneNode(true);
    filled.querySelector(".number").textContent = number;
    filled.querySelector(".unit").textContent = unit;
    cell.replaceWith(filled);
  });
}

function focusAgain(before) {
  if (!before || before === document.body || document.contains(before)) return;
  const named = before.name && `[name="${CSS.escape(before.name)}"][value="${CSS.escape(before.value)}"]:not([type=hidden])`;
  const again = before.id ? document.getElementById(before.id) : named ? find(named) : null;
  again?.focus({ preventScroll: true });
}

const sections = () => [...main.querySelectorAll(".result > section")];

const across = () => find(".figures .scroll")?.scrollLeft ?? 0;

// Of what stands now, so that what comes in its place takes as much.
function sizes() {
  const heights = new Map(sections().map((section) => [section.className, section.offsetHeight]));
  return { heights, whole: find("article.result")?.offsetHeight ?? 0, across: across() };
}

// The page up to its figures.
function showPage({ title, html }, old) {
  const before = document.activeElement;
  const open = find("details.picker")?.open;
  const scrolled = painted ? across() : old.across;
  document.title = title;
  main.innerHTML = html;
  find("article.result").style.minHeight = `${old.whole}px`; // until the rest is there
  if (scrolled && find(".figures .scroll")) find(".figures .scroll").scrollLeft = scrolled;
  if (open !== undefined && find("details.picker")) find("details.picker").open = open;
  focusAgain(before);
  shownAt = Date.now();
  prepare();
  document.dispatchEvent(new Event("page-shown"));
}

// What the article has behind its figures.
function showRest({ html }, old) {
  const article = find("article.result");
  article.insertAdjacentHTML("beforeend", html);
  article.style.minHeight = "";
  // What is out of sight has no height of its own yet: that of before keeps in its place what is looked at.
  for (const section of sections()) {
    const height = old.heights.get(section.className);
    if (height) section.style.containIntrinsicBlockSize = `auto ${height}px`;
  }
  document.dispatchEvent(new Event("page-whole"));
}

async function* eventsOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (text + value).split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const found = /^event: (.*)\ndata: (.*)$/.exec(block);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}

class Trouble extends Error {}

async function follow(response, { quiet, push }) {
  const old = sizes();
  let query = "";
  let sheet = "";
  let held = null;
  for await (const [name, data] of eventsOf(response.body)) {
    if (name === "start") {
      ({ query, html: sheet } = data);
      progress(0, data.total);
    } else if (name === "node") {
      // A refreshed page keeps its figures until the new ones are there.
      if (!quiet) {
        if (sheet) showSheet(sheet);
        sheet = "";
        showNode(data);
      }
      progress(data.done, data.total);
      say(`Reading node ${data.done} of ${data.total}: ${data.name}`);
    } else if (name === "error") {
      throw new Trouble(data.error);
    } else if (name === "page") {
      if (push) history.pushState(null, "", location.pathname + (query && `?${query}`));
      shown = location.search;
      // Whoever reads an older page looks at the rest too, perhaps: that is replaced at once.
      if (quiet) held = data;
      else showPage(data, old);
    } else if (name === "end") {
      const now = held ? sizes() : old;
      if (held) showPage(held, now);
      showRest(data, now);
      return;
    }
  }
  throw new Trouble("The connection to the site was cut off.");
}

// `quiet` is a look that nobody asked for just now: it never leads away from the page.
async function compare(search, { quiet = false, push = false } = {}) {
  const page = `${location.pathname}${search}`;
  running?.abort();
  const mine = (running = new AbortController());
  if (!quiet) {
    say("Reading…");
    markType(new URLSearchParams(search).get("type") || undefined);
  }
  try {
    const response = await fetch(`${find("[data-live]").dataset.stream}${search}`, { signal: mine.signal });
    if (response.redirected) return location.assign(page); // to the login, and from there back
    if (!response.ok || !response.headers.get("Content-Type").startsWith("text/event-stream")) {
      if (!quiet) return location.assign(page); // which says what is wrong, or needs no stream
      throw new Trouble(response.status === 503 ? "The site is busy." : `The site answered with ${response.status}.`);
    }
    await follow(response, { quiet, push });
  } catch (error) {
    if (mine.signal.aborted) return;
    shownAt = Date.now();
    markType();
    const why = error instanceof Trouble ? error.message : "The site does not answer: check the network.";
    say(quiet ? `${why} These are the figures from before.` : why);
  } finally {
    if (running === mine) {
      running = null;
      progress(0, 0);
    }
  }
}

// The address of the comparison itself, without how its nodes are arranged; empty fields mean nothing.
function asked(search) {
  const fields = [...new URLSearchParams(search)].filter(([name, value]) => value && !ARRANGED.includes(name));
  return [...new Set(fields.map(String))].sort().join();
}

// The table of nodes alone in another order or choice, while all else stays as it is; the whole page if that is older.
async function arrange(search) {
  running?.abort();
  const mine = (running = new AbortController());
  progress(0, 0); // of a look that this has ended
  markType();
  say("");
  try {
    const response = await fetch(`${location.pathname}${search}`, { headers: { "X-Part": "figures" }, signal: mine.signal });
    const { pathname, search: tidied } = new URL(response.url);
    if (!response.ok || pathname !== location.pathname) return location.assign(`${location.pathname}${search}`);
    const html = await response.text();
    if (response.headers.get("X-Of") !== find("article.result")?.dataset.of) return compare(search, { push: true });
    const focused = document.activeElement;
    const across = find(".figures .scroll").scrollLeft;
    find(".figures").outerHTML = html;
    find(".figures .scroll").scrollLeft = across;
    focusAgain(focused);
    history.pushState(null, "", `${location.pathname}${tidied}`);
    shown = tidied;
    const start = find("[data-live] [name=query]");
    if (start) start.value = tidied.slice(1);
    for (const link of main.querySelectorAll(".links a, .restricted a")) link.search = arranged(link.search, tidied);
    document.dispatchEvent(new Event("part-shown"));
  } catch (error) {
    if (!mine.signal.aborted) say("The site does not answer: check the network.");
  } finally {
    if (running === mine) running = null;
  }
}

// A link's address, with the nodes arranged as in another one.
function arranged(search, like) {
  const [fields, others] = [new URLSearchParams(search), new URLSearchParams(like)];
  for (const name of ARRANGED) {
    fields.delete(name);
    for (const value of others.getAll(name)) fields.append(name, value);
  }
  return fields.toString();
}

function lead(search) {
  // The page's own words for what it shows: its address may leave out what is usual.
  const here = find("[data-live] [name=query]")?.value ?? shown;
  const isArranged = find("table.fleet") && asked(search) === asked(here);
  return isArranged ? arrange(search) : compare(search, { push: true });
}

function submit(event) {
  const form = event.target;
  if (!form.matches("form.choose") || event.defaultPrevented) return;
  const search = new URLSearchParams(new FormData(form, event.submitter));
  if (search.getAll("node").length < 2) return;
  event.preventDefault();
  lead(`?${search}`);
}

// Nodes as rows are sorted where they stand; a link that is to open elsewhere is left alone.
function sort(event) {
  const link = event.target.closest("table.fleet thead a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  lead(link.search);
}

function ages() {
  for (const time of main.querySelectorAll("[data-newest] time")) {
    const minutes = Math.max(0, Math.floor((Date.now() - new Date(time.dateTime)) / 60_000));
    const hours = Math.floor(minutes / 60);
    const age = minutes < 1 ? "under a minute" : hours < 1 ? `${minutes} min` : hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
    time.textContent = `${age} old`;
  }
}

function prepare() {
  const box = find("[data-live] .refresh input");
  if (box) {
    box.checked = localStorage.getItem("refresh") === "yes";
    box.addEventListener("change", () => localStorage.setItem("refresh", box.checked ? "yes" : "no"));
  }
  ages();
}

function look() {
  ages();
  const wanted = find("[data-live] .refresh input")?.checked && find("article.result");
  const busy = running || document.hidden || find("form.choose")?.contains(document.activeElement);
  if (wanted && !busy && Date.now() - shownAt >= EVERY) compare(location.search, { quiet: true });
}

if (find("[data-live]") && typeof TextDecoderStream === "function") {
  prepare();
  document.addEventListener("submit", submit);
  document.addEventListener("click", sort);
  document.addEventListener("visibilitychange", look);
  // Links within the page are steps of the history too.
  addEventListener("popstate", () => location.search !== shown && compare(location.search));
  setInterval(look, 5_000);
}
