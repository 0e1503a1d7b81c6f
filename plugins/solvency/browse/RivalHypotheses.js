// Live switches: hypotheses and the known-date change the numbers of a page in place. A
// bar at the foot of the window says what the headline numbers were, what they are and
// the difference. The set is in the address. Nothing is changed on the server.

const OWN = ["scenario", "chosen", "h", "hypothesis", "known"];
let latest = 0;

function made(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== undefined && value !== false && value !== "") node.setAttribute(name, value);
  }
  node.append(...inside.filter((one) => one !== null && one !== undefined && one !== ""));
  return node;
}

// In the language of the page.
function say(message, values = {}) {
  const told = document.querySelector("script.sv-words");
  const words = told ? JSON.parse(told.textContent) : {};
  return (words[message] ?? message).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}

function home() {
  return `solvency-before:/${location.pathname.split("/")[1]}`;
}

// Of an address, what picks the scenario and the known-date.
function own(search) {
  return new URLSearchParams([...new URLSearchParams(search)].filter(([name]) => OWN.includes(name))).toString();
}

// What a switch is compared with: what was shown before it; of hypotheses that an address
// brought along, the case as it was opened, known on the same day.
function before() {
  const kept = sessionStorage.getItem(home());
  if (kept !== null) return kept;
  const asked = new URLSearchParams(own(location.search));
  const brought = asked.has("hypothesis") || asked.has("h") || asked.has("chosen");
  return brought ? new URLSearchParams([...asked].filter(([name]) => name === "known")).toString() : asked.toString();
}

function here(names, known) {
  const address = new URL(location.href);
  address.hash = "";
  const keep = new Map([["known", address.searchParams.get("known")]]);
  for (const name of OWN) address.searchParams.delete(name);
  if (names.length) address.searchParams.set("hypothesis", names.join(","));
  else address.searchParams.set("scenario", "established");
  const day = known ?? keep.get("known");
  if (day) address.searchParams.set("known", day);
  // A list reads as it is typed at the terminal.
  address.search = address.search.replaceAll("%2C", ",");
  return address;
}

// ---- The page, changed in place ----

// The part of the page a reader is looking at: it stays where it is on the screen.
function anchor() {
  const focused = document.activeElement?.closest(".sv [id]");
  const all = [...document.querySelectorAll(".sv[data-rests] [id]")];
  const seen = all.find((one) => one.getBoundingClientRect().bottom > 80 && one.getClientRects().length);
  const chosen = focused ?? seen;
  return chosen ? [chosen.id, chosen.getBoundingClientRect().top] : null;
}

function stay(found) {
  if (!found) return;
  const node = document.getElementById(found[0]);
  if (!node) return;
  const moved = node.getBoundingClientRect().top - found[1];
  const article = document.querySelector("article");
  const scroller = article && article.scrollHeight > article.clientHeight + 1 ? article : document.scrollingElement;
  scroller.scrollTop += moved;
}

// A number may stand in several places of a page, printed there in several ways.
function figures(page) {
  const found = new Map();
  for (const one of page.querySelectorAll("a.sv-figure")) {
    const href = one.getAttribute("href");
    found.set(href, [...(found.get(href) ?? []), one.textContent.trim()]);
  }
  return found;
}

function mark(page, then) {
  const met = new Map();
  for (const one of page.querySelectorAll("a.sv-figure")) {
    const href = one.getAttribute("href");
    const at = met.get(href) ?? 0;
    met.set(href, at + 1);
    const was = then.get(href);
    if (!was || was.includes(one.textContent.trim())) continue;
    one.classList.add("sv-changed");
    one.title = [say("was %(amount)s", { amount: was[at] ?? was[0] }), one.title].filter(Boolean).join("; ");
  }
}

async function fetched(address, signal) {
  const reply = await fetch(address, { signal });
  if (!reply.ok) throw new Error(reply.statusText || say("the server answered %(status)s", { status: reply.status }));
  return new DOMParser().parseFromString(await reply.text(), "text/html").querySelector(".sv[data-rests]");
}

function put(fresh) {
  const page = document.querySelector(".sv[data-rests]");
  const then = figures(page);
  const at = anchor();
  const focused = page.contains(document.activeElement) ? document.activeElement.id : "";
  const open = [...page.querySelectorAll("details[open]")].map((one) => one.querySelector("summary")?.textContent);
  const now = document.importNode(fresh, true);
  for (const one of now.querySelectorAll("details")) {
    if (open.includes(one.querySelector("summary")?.textContent)) one.open = true;
  }
  mark(now, then);
  page.replaceWith(now);
  now.dispatchEvent(new CustomEvent("sv-page", { bubbles: true }));
  listen(now);
  stay(at);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// ---- The bar ----

function bar() {
  const page = document.querySelector(".sv[data-switched]");
  let found = document.querySelector(".sv-switches");
  if (found || !page) return found;
  const list = made("div", { class: "sv-switch-list", id: "sv-switch-list", hidden: true, role: "group",
    "aria-label": say("Hypotheses") });
  const button = made("button", { type: "button", class: "sv-quiet", id: "sv-switch-open", "aria-expanded": "false",
    "aria-controls": "sv-switch-list", onclick: () => opened(list.hidden) }, say("Hypotheses"));
  const day = made("input", { type: "date", id: "sv-switch-known", onchange: () => change() });
  found = made("section", { class: "sv sv-switches", "aria-label": say("Switches: hypotheses and known-date") },
    made("div", { class: "sv-switch-row" },
      made("div", { class: "sv-switch-tools" }, button, list,
        made("label", { for: "sv-switch-known" }, say("As known on"), " "), day,
        made("button", { type: "button", class: "sv-quiet", id: "sv-switch-back", hidden: true, onclick: back },
          say("Back to before")),
        made("button", { type: "button", class: "sv-quiet", id: "sv-switch-keep", hidden: true, onclick: keep },
          say("Compare from here"))),
      made("dl", { class: "sv-switch-numbers", tabindex: "0" })),
    made("p", { class: "sv-switch-said", role: "status", tabindex: "0" }));
  found.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    opened(false);
    button.focus();
  });
  page.after(found);
  above(found);
  return found;
}

// What gets the focus is scrolled to above the bar, not under it.
function above(box) {
  new ResizeObserver(() => {
    const stays = box.isConnected && getComputedStyle(box).position === "sticky";
    const room = stays ? `${box.offsetHeight + 16}px` : "";
    for (const one of [document.documentElement, document.querySelector("article")]) {
      if (one) one.style.scrollPaddingBottom = room;
    }
  }).observe(box);
}

function opened(open) {
  document.getElementById("sv-switch-list").hidden = !open;
  document.getElementById("sv-switch-open").setAttribute("aria-expanded", String(open));
}

function fill(found) {
  const box = bar();
  if (!box) return;
  const list = box.querySelector(".sv-switch-list");
  const on = found.hypotheses.filter((one) => one.on);
  if (list.children.length !== found.hypotheses.length) {
    list.replaceChildren(...found.hypotheses.map((one) => {
      const tick = made("input", { type: "checkbox", id: `sv-switch-${one.name}`, value: one.name, onchange: () => change() });
      return made("label", {}, tick, made("strong", {}, one.name), ` ${one.title}`);
    }));
  }
  for (const one of found.hypotheses) document.getElementById(`sv-switch-${one.name}`).checked = one.on;
  const button = document.getElementById("sv-switch-open");
  button.textContent = say("Hypotheses: %(on)s of %(all)s on", { on: on.length, all: found.hypotheses.length });
  button.hidden = !found.hypotheses.length;
  const day = document.getElementById("sv-switch-known");
  if (document.activeElement !== day) day.value = found.known ?? "";
  box.querySelector(".sv-switch-numbers").replaceChildren(...found.numbers.map((one) =>
    made("div", { "data-value": one.value, class: one.difference ? "sv-moved" : "" },
      made("dt", {}, one.label),
      made("dd", {},
        one.before ? made("span", { class: "sv-was" }, made("span", { class: "sv-live" }, say("before"), " "), one.before, " \u2192 ") : null,
        made("strong", {}, one.text),
        one.difference ? made("span", { class: "sv-by" }, ` (${one.difference})`) : null))));
  const moved = before() !== own(location.search);
  for (const name of ["back", "keep"]) document.getElementById(`sv-switch-${name}`).hidden = !moved;
  const told = box.querySelector(".sv-switch-said");
  told.replaceChildren(...found.said.map((one) => made("span", { class: "sv-bad" }, `${one} `)),
    say("At the terminal:"), " ", made("code", {}, found.command));
}

async function look(signal) {
  const page = document.querySelector(".sv[data-switched]");
  if (!page) return;
  const address = new URL(page.dataset.switched, location.href);
  address.search = location.search;
  address.searchParams.set("before", before());
  const reply = await fetch(address, { signal });
  const found = await reply.json();
  if (!reply.ok) throw new Error(found.error ?? reply.statusText);
  fill(found);
}

// ---- A switch ----

let under = null;

async function go(address) {
  const mine = ++latest;
  under?.abort();
  under = new AbortController();
  history.pushState(null, "", address);
  const box = bar();
  const told = box?.querySelector(".sv-switch-said");
  box?.setAttribute("aria-busy", "true");
  let told_already = false;
  const slow = setTimeout(() => {
    if (!told_already) told?.replaceChildren(say("Working out what follows."));
  }, 400);
  try {
    // The headline numbers first: they are there at once, and the page follows.
    await look(under.signal);
    told_already = true;
    const fresh = await fetched(address, under.signal);
    if (mine === latest && fresh) put(fresh);
  } catch (error) {
    if (error.name !== "AbortError") told?.replaceChildren(say("This could not be worked out: %(reason)s", { reason: error.message }));
  } finally {
    clearTimeout(slow);
    if (mine === latest) box?.removeAttribute("aria-busy");
  }
}

function remember() {
  if (sessionStorage.getItem(home()) === null) sessionStorage.setItem(home(), before());
}

function change(names, known) {
  remember();
  const ticked = [...document.querySelectorAll(".sv-switch-list input:checked")].map((one) => one.value);
  const day = document.getElementById("sv-switch-known");
  const address = here(names ?? ticked, known ?? day?.value ?? "");
  if (known === undefined && !day?.value) address.searchParams.delete("known");
  address.search = address.search.replaceAll("%2C", ",");
  go(address);
}

function back() {
  const was = new URLSearchParams(before());
  const address = new URL(location.href);
  for (const name of OWN) address.searchParams.delete(name);
  for (const [name, value] of was) address.searchParams.append(name, value);
  address.search = address.search.replaceAll("%2C", ",");
  const day = document.getElementById("sv-switch-known");
  if (day) day.value = was.get("known") ?? "";
  document.getElementById("sv-switch-open")?.focus();
  go(address);
}

function keep() {
  sessionStorage.setItem(home(), own(location.search));
  document.getElementById("sv-switch-open")?.focus();
  look().catch(() => {});
}

// A scenario that is picked is a switch too: what was shown before it is kept.
function picks(page) {
  for (const one of page.querySelectorAll(".sv-links:has([aria-current]) a:not([aria-current])")) {
    if (new URL(one.href).searchParams.has("scenario")) one.addEventListener("click", remember);
  }
  const field = page.querySelector('.sv-form select[name="scenario"]');
  field?.form.addEventListener("submit", () => {
    if (![...field.options].every((one) => one.selected === one.defaultSelected)) remember();
  });
}

// The page's own switches, and its field for the known-date.
function listen(page) {
  picks(page);
  for (const one of page.querySelectorAll('.sv-choices input[name="h"]')) {
    one.addEventListener("change", () => {
      change([...page.querySelectorAll('.sv-choices input[name="h"]:checked')].map((box) => box.value));
    });
  }
  const take = page.querySelector(".sv-take");
  if (take) take.hidden = true;
}

document.addEventListener("keydown", (event) => {
  const list = document.getElementById("sv-switch-list");
  if (event.key === "Escape" && list && !list.hidden && !document.querySelector(".sv-panel")) {
    opened(false);
    document.getElementById("sv-switch-open").focus();
  }
});

// Another part of the page, as the slider of days, asks for the page at an address.
document.addEventListener("sv-go", (event) => go(event.detail));

export default {
  onPageLoad() {
    under?.abort();
    document.querySelector(".sv-switches")?.remove();
    const page = document.querySelector(".sv[data-switched]");
    if (!page) return;
    listen(page);
    bar();
    look().catch((error) => {
      const told = document.querySelector(".sv-switch-said");
      told?.replaceChildren(say("The switches could not be read: %(reason)s", { reason: error.message }));
    });
  },
};
