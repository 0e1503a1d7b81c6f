// What the pages do beside links: open what a number rests on, search, sort and filter
// tables, save them, and say under each entry of Fava's journal what it rests on. The
// same script runs on a site of files. Without it every page reads and links as it is.

let watching = null;
let evidence = null;
let waiting = false;

// ---- Words: messages are marked for whoever translates them ----

let words = {};

function say(message, values = {}) {
  return (words[message] ?? message).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}

function many(one, several, count, values = {}) {
  return say(count === 1 ? one : several, { count, ...values });
}

function readWords(page) {
  const told = page?.querySelector("script.sv-words");
  words = globalThis.solvencyWords ?? (told ? JSON.parse(told.textContent) : {});
}

function part(tag, text, href) {
  const node = document.createElement(tag);
  node.textContent = text;
  if (href) node.href = href;
  return node;
}

function line(found) {
  const row = part("div", "");
  row.className = "solvency-evidence";
  row.style.cssText =
    "padding: 0 0 .25rem 7.5rem; font-size: .86em; color: var(--text-color-lightest)";
  const words = [found.grade && say("grade %(grade)s", { grade: found.grade }), found.basis, found.spread];
  row.append(words.filter(Boolean).join(" \u00b7 "));
  for (const one of found.hypotheses) {
    row.append(" \u00b7 ", say("if"), " ", part("a", one.title, one.href));
  }
  for (const [at, one] of found.sources.entries()) {
    row.append(at ? say(", ") : " \u00b7 ", part("a", one.title, one.href));
  }
  return row;
}

async function annotate(api) {
  waiting = false;
  const items = document.querySelectorAll(
    ".journal > li.transaction:not([data-evidence])",
  );
  if (!items.length) return;
  evidence ??= api.get("entries");
  const found = await evidence;
  for (const item of items) {
    const link = item.querySelector('a[href^="#context-"]');
    const one = link && found[link.getAttribute("href").slice("#context-".length)];
    if (item.dataset.evidence) continue;
    item.dataset.evidence = "shown";
    if (one) item.querySelector("p")?.after(line(one));
  }
}

// ---- Small steps ----

function made(tag, attributes, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value !== undefined && value !== "") node.setAttribute(name, value);
  }
  node.append(...inside.filter((one) => one !== undefined && one !== null && one !== ""));
  return node;
}

// Amounts are text: digits with a sign and a point, added as whole numbers.
function added(amounts) {
  const places = Math.max(0, ...amounts.map((x) => (x.split(".")[1] ?? "").length));
  let sum = 0n;
  for (const one of amounts) {
    const [whole, part = ""] = one.replace("-", "").split(".");
    const size = BigInt(whole + part.padEnd(places, "0"));
    sum += one.startsWith("-") ? -size : size;
  }
  const digits = (sum < 0n ? -sum : sum).toString().padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const part = digits.slice(digits.length - places).replace(/0+$/, "");
  return (sum < 0n ? "-" : "") + whole + (part ? `.${part}` : "");
}

function negative(amount) {
  return amount.startsWith("-") ? amount.slice(1) : amount === "0" ? amount : `-${amount}`;
}

function grouped(amount) {
  const [whole, part] = amount.split(".");
  const text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",").replace("-", "\u2212");
  return part ? `${text}.${part}` : text;
}

function amount(text, unit) {
  if (text === null || text === undefined) return say("not there");
  if (unit === "%") return `${(Number(text) * 100).toLocaleString("en")}%`;
  return `${grouped(text)} ${unit}`.trim();
}

function said(words) {
  const live = document.querySelector(".sv-live");
  if (live) live.textContent = words;
}

// ---- Copying an address: by the browser's own way, or by that of pages it trusts less ----

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const box = made("textarea", { readonly: "", "aria-hidden": "true", style: "position:fixed;opacity:0" });
    const before = document.activeElement;
    box.value = text;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    before?.focus();
    return done;
  }
}

// A button that copies an address, and says whether it did.
function copies(words, label, address) {
  const button = made("button", { type: "button", class: "sv-quiet", "aria-label": label, onclick: async () => {
    const where = address();
    const done = await copied(where);
    said(done ? say("Address copied") : say("Not copied: %(where)s", { where }));
    button.textContent = done ? say("Copied") : say("Not copied");
    setTimeout(() => { button.textContent = words; }, 2000);
  } }, words);
  return button;
}

// The address of a table or drawing of this page, in the state that is shown.
function linkTo(id, what) {
  return copies(say("Copy link"), say("Copy link: %(what)s", { what }),
    () => `${location.href.split("#")[0]}#${id}`);
}

// ---- What a page rests on: asked for once, when a number is first opened ----

const kept = new Map();
const waitingFor = new Map();

// A site of files has no server to ask: each file of evidence is a script that says it.
globalThis.solvencyTake = (name, document_) => {
  kept.set(name, document_);
};

function asked(address) {
  if (kept.has(address)) return Promise.resolve(kept.get(address));
  if (waitingFor.has(address)) return waitingFor.get(address);
  const got = address.endsWith(".js")
    ? new Promise((done, failed) => {
        const script = made("script", { src: address });
        script.addEventListener("load", () => done(kept.get(address)));
        script.addEventListener("error", () => failed(new Error(say("the file is missing"))));
        document.head.append(script);
      })
    : fetch(address).then(async (reply) => {
        const found = await reply.json();
        if (!reply.ok) throw new Error(found.error ?? reply.statusText);
        kept.set(address, found);
        return found;
      });
  waitingFor.set(address, got);
  got.catch(() => {}).finally(() => waitingFor.delete(address));
  return got;
}

// What a file of a site says of the figures of a page, as a server would say it: in the
// file each flow, source, figure, word and list is the number of its place.
function unpacked(found, order) {
  const lists = { flows: new Map(), sources: new Map() };
  const listOf = (kind, at) => {
    if (!lists[kind].has(at)) {
      lists[kind].set(at, found.lists[at].map((one) =>
        Array.isArray(one) ? [order[kind][one[0]], one[1]] : [order[kind][one], null]));
    }
    return lists[kind].get(at);
  };
  const piece = (one) => {
    if (typeof one === "string") return { text: one };
    if (Array.isArray(one)) return { figure: found.keys[one[0]], text: one[1] ?? found.figures[one[0]][4] };
    const [kind] = Object.keys(one);
    const name = order[`${kind}s`][one[kind]];
    return { [kind]: name, text: name };
  };
  const other = (one) => {
    if (Array.isArray(one)) return { name: one[0], value: one[1], unit: one[2] };
    return { name: found.keys[one], value: found.figures[one][0], unit: found.words[found.figures[one][1]] };
  };
  return Object.fromEntries(found.figures.map(([value, unit, formula, basis, printed, sum, flows, sources, worked, figures, asked], n) =>
    [found.keys[n], { name: found.keys[n], value, unit: found.words[unit], formula: found.words[formula],
      basis: found.words[basis], printed, sum: Boolean(sum), flows: listOf("flows", flows),
      sources: listOf("sources", sources), worked: worked.map(piece), figures: figures.map(other),
      asked: asked === 1 ? found.keys[n] : asked }]));
}

// On a site of files pages share their flows and sources.
async function complete(address) {
  const found = await asked(address);
  if (!found.things) return found;
  const things = await asked(found.things);
  return { ...things, options: found.options, figures: unpacked(found, things.order) };
}

// ---- The panel ----

let openedFrom = null;
// What the panels of the page are drawn from.
let rooted = null;
const FEW = 10;
// Words beside a number that are part of its name have at most so many letters.
const SHORT = 24;

function shell() {
  let panel = document.querySelector(".sv-panel");
  if (!panel) {
    panel = made("aside", { class: "sv-panel", role: "dialog", tabindex: "-1",
      "aria-labelledby": "sv-panel-title" });
    document.querySelector(".sv")?.append(panel);
  }
  return panel;
}

// Opened by an address, or from a table drawn anew since: the number of that name.
function toReturnTo(key) {
  return openedFrom?.isConnected ? openedFrom : onPage(key);
}

// The first number of a name that the page prints.
function onPage(key) {
  const same = (one) => keyOf(one.getAttribute("href")) === key;
  return [...document.querySelectorAll('.sv a[href^="#figure="]')].find(same);
}

// Takes the panel away and returns where the focus went; the address is the caller's.
function leavePanel() {
  const panel = document.querySelector(".sv-panel");
  const back = toReturnTo(panel?.dataset.key);
  panel?.remove();
  for (const one of document.querySelectorAll(".sv [aria-expanded=true]:not(#sv-switch-open)")) {
    one.setAttribute("aria-expanded", "false");
  }
  back?.focus();
  openedFrom = null;
  return back;
}

// The query as it was before the panel opened, and, while the browser steps back out of
// the panel, the promise of its end and what keeps it.
let askedBefore = null;
let closing = null;

function unnamed() {
  if (location.hash.startsWith("#figure=")) {
    history.replaceState(history.state, "", location.pathname + location.search);
  }
}

// Each level of the panel is a step of the browser's own: closing takes all of them back,
// but for an address that has changed since, which stays. The browser steps back when it
// finds the time: the address says at once that the panel is closed.
function closePanel() {
  if (closing) return;
  const deep = history.state?.panel ?? 0;
  const back = leavePanel();
  unnamed();
  if (deep && (askedBefore === null || askedBefore === location.search)) {
    closing = { back };
    closing.ended = new Promise((done) => { closing.end = done; });
    history.go(-deep);
  }
}

function keyOf(hash) {
  return hash.startsWith("#figure=") ? decodeURIComponent(hash.slice("#figure=".length)) : "";
}

// Back and forward go from level to level, and out of the panel.
function walked() {
  if (closing) {
    const { back, end } = closing;
    closing = null;
    unnamed();
    end();
    // The step back may lead to a place of the page, which takes the focus, or nobody has
    // it then; where the reader has gone on meanwhile it stays.
    requestAnimationFrame(() => {
      const now = document.activeElement ?? document.body;
      const taken = now === document.body || `#${now.id}` === location.hash;
      if (taken && !document.querySelector(".sv-panel")) back?.focus();
    });
    return;
  }
  const key = keyOf(location.hash);
  const panel = document.querySelector(".sv-panel");
  if (!key) {
    if (panel) leavePanel();
  } else if (rooted && document.querySelector(".sv[data-begun]") && panel?.dataset.key !== key) {
    // An address typed over another: what that was opened from has nothing to do with it.
    if (!history.state?.panel) openedFrom = null;
    show(rooted, key, "", null, true);
  }
}

function fact(list, name, ...value) {
  if (value.some((one) => one !== "" && one !== undefined && one !== null)) {
    list.append(made("dt", {}, name), made("dd", {}, ...value));
  }
}

function inner(root, key, text) {
  return made("button", { type: "button", class: key.startsWith("flow:") ? "sv-in sv-id" : "sv-in", onclick: () => show(root, key) }, text);
}

function link(known, text) {
  return known?.href ? made("a", { href: known.href }, text) : text;
}

// A head marked > is of numbers, one marked ~ of words, which have a line of their own on
// a phone; a table laid out as lines is one to those who hear it by its roles alone.
function listed(title, heads, rows, summary) {
  const box = made("section", {}, made("h4", {}, title));
  const body = made("tbody", { role: "rowgroup" });
  const kind = (head) => ({ ">": "num", "~": "words" })[head?.[0]] ?? "";
  const fill = (most) => {
    body.replaceChildren(...rows.slice(0, most).map((row) =>
      made("tr", { role: "row" }, ...row.map((cell, n) =>
        made("td", { role: "cell", class: kind(heads[n]) }, ...[cell].flat())))));
  };
  fill(FEW);
  box.append(made("div", { class: "sv-scroll", tabindex: "0", role: "region", "aria-label": title },
    made("table", { class: "sv-small-table", role: "table" },
      made("thead", { role: "rowgroup" }, made("tr", { role: "row" }, ...heads.map((head) =>
        made("th", { scope: "col", role: "columnheader", class: kind(head) }, head.replace(/^[>~]/, ""))))),
      body)));
  if (rows.length > FEW) {
    const more = made("button", { type: "button", class: "sv-quiet", onclick: () => {
      fill(rows.length);
      more.remove();
      // The first row that was not there before.
      const next = body.rows[FEW];
      (next.querySelector("a, button") ?? box.querySelector(".sv-scroll")).focus();
    } }, say("All %(count)s", { count: rows.length }));
    box.append(more);
  }
  if (summary) box.append(made("p", { class: "sv-note" }, summary));
  return box;
}

function workedOut(root, pieces) {
  return made("p", {}, ...pieces.map((one) => {
    if (one.figure && root.found.figures[one.figure]) return inner(root, one.figure, one.text);
    if (one.flow) return link(root.found.flows[one.flow], one.text);
    if (one.source) return link(root.found.sources[one.source], one.text);
    return one.text;
  }));
}

function flowRows(root, figure) {
  return figure.flows.map(([id, part]) => {
    const flow = root.found.flows[id];
    const row = [flow.date, [inner(root, `flow:${id}`, id)], flow.narration];
    return [...row, !figure.sum ? amount(flow.amount, flow.commodity) : part === null ? "" : grouped(part)];
  });
}

// A flow falls without a source that gave its amount, or was its only one.
function falls(flow, source) {
  return flow.amount_from === source || (flow.sources.length === 1 && flow.sources[0] === source);
}

function passages(root, figure, source) {
  const noted = new Set();
  for (const [id] of figure.flows) {
    const own = root.found.flows[id].passages;
    for (const words of Object.hasOwn(own, source) ? own[source] : []) noted.add(words);
  }
  return [...noted];
}

// What is noted of a source, or that nothing is: the case points to it as a whole.
function passageLines(root, figure, source) {
  const noted = passages(root, figure, source);
  if (!noted.length) return [made("span", { class: "sv-small" }, say("nothing noted: the source as a whole"))];
  const lines = noted.slice(0, FEW).map((words) => made("span", { class: "sv-passage" }, words));
  const more = noted.length - lines.length;
  return more ? [...lines, made("span", { class: "sv-small" }, say("and %(count)s more on its page", { count: more }))] : lines;
}

function sourceRows(root, figure) {
  return figure.sources.map(([name, carries]) => {
    const source = root.found.sources[name];
    const out = (href, words) => made("a", { href, target: "_blank", "data-remote": "true",
      rel: "noopener noreferrer nofollow" }, words);
    const title = source.url ? out(source.url, source.title) : source.title;
    const copy = source.mirror ? [" \u00b7 ", out(source.mirror, say("Copy read"))] : [];
    return [source.grade, [link(source, name)], [title, made("span", { class: "sv-small" },
      [source.publisher, source.published].filter(Boolean).join(" \u00b7 "), ...copy), ...passageLines(root, figure, name)],
      carries && carries !== "0" ? grouped(carries) : ""];
  });
}

function withoutEach(root, figure) {
  const known = new Map((figure.without ?? []).map((one) => [one.source, one]));
  const rows = [];
  for (const [name] of figure.sources) {
    const done = known.get(name);
    const lost = figure.flows.filter(([id]) => falls(root.found.flows[id], name));
    if (done) {
      if (done.value !== figure.value) {
        rows.push([[link(root.found.sources[name], name)], String(done.lost.length),
          amount(done.value, figure.unit)]);
      }
    } else if (figure.sum && lost.length) {
      const parts = lost.map(([, part]) => negative(part));
      rows.push([[link(root.found.sources[name], name)], String(lost.length),
        amount(added([figure.value, ...parts]), figure.unit)]);
    }
  }
  return rows;
}

function withoutBox(root, key, figure) {
  const exact = (figure.without ?? []).length > 0;
  const rows = withoutEach(root, figure);
  const how = exact
    ? say("Without a source: as if it had never been published. What has its amount from it alone falls, flows, prices and counts, and the figure is computed anew. Sources not named change nothing.")
    : say("Without a source: as if it had never been published. Flows that have their amount from it, or no other source, are taken off, at the same prices. Sources not named carry no flow alone.");
  const box = made("div", { class: "sv-without", tabindex: "-1" });
  if (rows.length) {
    box.append(listed(say("What it would be without each source"), [say("Source"), `>${say("Flows that fall")}`, `>${say("It would be")}`],
      rows, how));
  } else if (exact) {
    box.append(made("p", { class: "sv-note" }, say("No source changes it alone: each flow has another.")));
  } else if (!root.without && figure.sources.length) {
    // The terminal knows the figures of reports, not those that pages alone print.
    const command = !figure.sum && figure.asked ? [" ", made("code", {}, `solvency explain ${figure.asked} ${root.found.options} --all`)] : [];
    box.append(made("p", { class: "sv-note" }, figure.sum
      ? say("No flow of it falls without one source alone.")
      : figure.asked
        ? say("It is no plain sum of flows: what it would be without each source is worked out by")
        : say("It is no plain sum of flows, and what it would be without each source is not worked out here."), ...command));
  }
  // A point of a line is on no page by itself: it is not computed anew.
  if (!exact && root.without && figure.sources.length && !key.startsWith("level:")) {
    // A button that is off loses the focus: this one stays on and does nothing twice.
    const button = made("button", { type: "button", class: "sv-quiet", onclick: () => {
      if (button.getAttribute("aria-disabled")) return;
      button.setAttribute("aria-disabled", "true");
      said(say("Computing it anew without each source"));
      compute(root, key, button).catch((error) => {
        button.textContent = say("Not computed: %(why)s", { why: error.message });
        said(button.textContent);
      });
    } }, say("Compute it anew without each source"));
    box.append(button);
  }
  return box;
}

// What was computed takes the place of its button, and its focus.
function computed(root, key) {
  const panel = document.querySelector(".sv-panel");
  const old = panel?.dataset.key === key && panel.querySelector(".sv-without");
  if (!old) return;
  const held = old.contains(document.activeElement);
  const figure = root.found.figures[key];
  const fresh = withoutBox(root, key, figure);
  old.replaceWith(fresh);
  if (held) (fresh.querySelector(".sv-scroll") ?? fresh).focus();
  const count = figure.without.length;
  said(count ? many("Computed anew: %(count)s source changes it.", "Computed anew: each of %(count)s sources changes it.", count)
    : say("Computed anew: no source changes it alone."));
}

async function compute(root, key, button) {
  // What the panel was made from: while this waits, the page may drop it for newer.
  const asked = { ...root, found: root.found };
  const address = `${root.without}${root.without.includes("?") ? "&" : "?"}figure=${encodeURIComponent(key)}`;
  for (;;) {
    const reply = await (await fetch(address)).json();
    if (reply.error) throw new Error(reply.error);
    if (reply.without) {
      asked.found.figures[key].without = reply.without;
      computed(asked, key);
      return;
    }
    button.textContent = say("Computing: %(what)s", { what: reply.said });
    await new Promise((done) => setTimeout(done, 400));
  }
}

// ---- Notes of readers: text in files beside the case ----

function noteLine(one) {
  return made("li", {}, made("blockquote", {}, one.text),
    made("span", { class: "sv-small" }, `${one.date} `, made("code", {}, one.file)));
}

// A field for a note on one thing; what was kept is handed on and shown.
function noteForm(address, on, kept_) {
  const box = made("textarea", { rows: "3", maxlength: "4000", "aria-label": say("A note on this") });
  const told = made("p", { class: "sv-note", role: "status", tabindex: "-1" });
  const button = made("button", { type: "submit" }, say("Keep this note"));
  const form = made("form", { class: "sv-note-form" }, box, button, told);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!box.value.trim()) return;
    button.disabled = true;
    try {
      const reply = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ on, text: box.value }) });
      const found = await reply.json();
      if (!reply.ok) throw new Error(found.error ?? reply.statusText);
      box.value = "";
      told.textContent = say("Kept in %(file)s", { file: found.file });
      kept_(found);
    } catch (error) {
      told.textContent = say("Not kept: %(why)s", { why: error.message });
    }
    button.disabled = false;
    // A button that was off has lost the focus.
    told.focus();
  });
  return form;
}

function notesBox(root, on, notes) {
  if (!notes?.length && !root.note) return null;
  const list = made("ul", { class: "sv-noted" }, ...(notes ?? []).map(noteLine));
  const box = made("section", {}, made("h4", {}, say("Notes of readers")), list);
  if (root.note) {
    box.append(noteForm(root.note, on, (one) => {
      notes.push(one);
      list.append(noteLine(one));
      mark(document.querySelector(".sv"), on);
    }));
  }
  return box;
}

// A number that has a note says so where it stands.
function mark(page, on) {
  const [, kind, name] = /^(\S+) (.*)$/s.exec(on) ?? [];
  const key = kind === "flow" ? `flow:${name}` : name;
  for (const one of page.querySelectorAll('a[href^="#figure="]')) {
    if (keyOf(one.getAttribute("href")) === key) one.classList.add("sv-has-note");
  }
}

// The notes a page lists, and a field for those on what it is of.
function notesOf(page) {
  const section = page.querySelector(".sv-notes");
  if (!section) return;
  for (const one of section.querySelectorAll("li > a.sv-figure")) mark(page, `figure ${one.textContent}`);
  if (section.dataset.on && section.querySelector(".sv-noted li")) mark(page, section.dataset.on);
  if (section.dataset.on && page.dataset.note) {
    section.append(noteForm(page.dataset.note, section.dataset.on, (one) => {
      section.querySelector(".sv-noted").append(noteLine(one));
      kept.delete(page.dataset.rests);
    }));
  }
}

// What the page calls a figure, where it prints it.
function calledOnPage(key) {
  const at = onPage(key);
  return at ? labelOf(at) : "";
}

// A figure by what the page calls it, else by its key.
function nameOf(key) {
  return calledOnPage(key) || key;
}

// What the page says beside or below a figure of how sure it is.
function sureOnPage(key) {
  for (const one of document.querySelectorAll('.sv a[href^="#figure="]')) {
    if (keyOf(one.getAttribute("href")) !== key) continue;
    const said_ = one.closest("[data-sure]") ?? one.closest("tr")?.querySelector("td.sure[data-sure]");
    if (said_) return said_.dataset.sure;
  }
  return "";
}

function figureBody(root, key, figure) {
  const body = made("div", {});
  const facts = made("dl", { class: "sv-facts" });
  fact(facts, say("Exactly"), amount(figure.value, figure.unit));
  fact(facts, say("How sure"), sureOnPage(key));
  fact(facts, say("How"), figure.formula);
  fact(facts, say("Valued"), figure.basis);
  fact(facts, say("Name"), made("code", {}, figure.name));
  body.append(facts);
  if (figure.worked.length) body.append(made("h4", {}, say("Worked out")), workedOut(root, figure.worked));
  if (figure.figures.length) {
    body.append(listed(say("Worked out from"), [`~${say("Figure")}`, `>${say("Amount")}`], figure.figures.map((one) =>
      [[root.found.figures[one.name] ? inner(root, one.name, nameOf(one.name)) : one.name],
        amount(one.value, one.unit)])));
  }
  if (figure.flows.length) {
    const parts = figure.flows.map(([, part]) => part).filter((part) => part !== null);
    const sum = parts.length ? added(parts) : "";
    const count = figure.flows.length;
    const exact = sum === added([figure.value]);
    const summary = !figure.sum
      ? many("It rests on %(count)s flow and is no plain sum of it.",
        "It rests on %(count)s flows and is no plain sum of them.", count)
      : exact
        ? many("%(count)s flow, signed, adds up to %(sum)s: the figure, to the last digit.",
          "%(count)s flows, signed, add up to %(sum)s: the figure, to the last digit.",
          count, { sum: amount(sum, figure.unit) })
        : many("%(count)s flow, signed, adds up to %(sum)s.",
          "%(count)s flows, signed, add up to %(sum)s.", count, { sum: amount(sum, figure.unit) });
    body.append(listed(say("Flows"), [say("Date"), say("Flow"), `~${say("What happened")}`, `>${figure.sum ? say("Part") : say("Its amount")}`], flowRows(root, figure), summary));
  }
  if (figure.sources.length) {
    body.append(listed(say("Sources"), [say("Grade"), say("Source"), `~${say("What it is, and what it says in the case's words")}`, `>${say("Carries")}`],
      sourceRows(root, figure)));
  }
  body.append(withoutBox(root, key, figure), notesBox(root, `figure ${key}`, figure.notes) ?? "");
  return body;
}

function flowBody(root, flow) {
  const body = made("div", {});
  const facts = made("dl", { class: "sv-facts" });
  fact(facts, say("Flow"), link(flow, flow.id));
  fact(facts, say("Date"), flow.date);
  fact(facts, say("What happened"), [flow.payee, flow.narration].filter(Boolean).join(say(": ")));
  fact(facts, say("Range"), flow.low || flow.high
    ? say("%(low)s to %(high)s %(unit)s", { low: grouped(flow.low ?? "0"),
      high: flow.high ? grouped(flow.high) : say("no bound"), unit: flow.commodity }) : "");
  fact(facts, say("Grade"), flow.grade);
  fact(facts, say("Basis"), [flow.basis, flow.means].filter(Boolean).join(say(": ")));
  fact(facts, say("Holds if"), flow.hypotheses.join(say(", ")));
  fact(facts, say("In this scenario"), flow.taken ? say("yes") : say("no"));
  fact(facts, say("Note"), flow.note);
  body.append(facts);
  const asFigure = { flows: [[flow.id, flow.amount]], sources: flow.sources.filter((name) =>
    root.found.sources[name]).map((name) => [name, flow.states && name === flow.amount_from ? flow.amount : null]) };
  body.append(asFigure.sources.length
    ? listed(say("Sources"), [say("Grade"), say("Source"), `~${say("What it is, and what it says in the case's words")}`, ...(flow.states ? [`>${say("Gives the amount")}`] : [])],
        flow.states ? sourceRows(root, asFigure) : sourceRows(root, asFigure).map((row) => row.slice(0, -1)), flow.apart.length
          ? say("Noted beside these sources: %(words)s.", { words: flow.apart.join(say("; ")) }) : "")
    : made("p", { class: "sv-said" }, say("No source: the author put it in to make the books close.")));
  body.append(listed(say("What it booked"), [`~${say("Account")}`, `>${say("Amount")}`, say("In")], flow.postings.map((one) =>
    [one.account, grouped(one.units), one.commodity])), notesBox(root, `flow ${flow.id}`, flow.notes) ?? "");
  return body;
}

// Its name, and the buttons that are there from the first: one waits for no answer.
function panelHead(key, label) {
  const close = made("button", { type: "button", class: "sv-quiet", onclick: closePanel }, say("Close"));
  const copy = copies(say("Copy address"), "", () => location.href);
  const up = history.state?.up ? made("button", { type: "button", class: "sv-quiet sv-up",
    onclick: () => history.back() }, say("Back")) : null;
  return made("div", { class: "sv-panel-head" }, made("h3", { id: "sv-panel-title" }, label),
    made("div", { class: "sv-panel-buttons" }, up, copy, close));
}

function put(panel, key, label, ...inside) {
  const head = panelHead(key, label);
  panel.replaceChildren(head, ...inside);
  panel.dataset.key = key;
  // What gets the focus is not left under the head.
  panel.style.scrollPaddingTop = `${head.offsetHeight + 8}px`;
}

function fill(panel, root, key, label) {
  const isFlow = key.startsWith("flow:") && !root.found.figures[key];
  const flow = isFlow ? root.found.flows[key.slice("flow:".length)] : null;
  const figure = root.found.figures[key];
  const printed = flow ? amount(flow.amount, flow.commodity) : figure?.printed;
  put(panel, key, label || calledOnPage(key) || (flow ? say("Flow %(name)s", { name: flow.id }) : figure?.formula || key),
    made("p", { class: "sv-panel-value" }, printed ?? ""),
    flow ? flowBody(root, flow)
      : figure ? figureBody(root, key, figure)
        : made("p", { class: "sv-said" }, stillAtWork() ? say("It is still being worked out; this opens when it is there.")
          : say("Nothing of this name is on this page.")));
}

function stillAtWork() {
  return Boolean(document.querySelector(".sv [data-again]"));
}

// A level is a step of the browser's own, unless the address says it already.
function stepTo(key, deeper) {
  const address = `${location.pathname}${location.search}#figure=${encodeURIComponent(key).replaceAll("%3A", ":")}`;
  if (keyOf(location.hash) === key) history.replaceState(history.state, "", address);
  else history.pushState({ ...history.state, panel: (history.state?.panel ?? 0) + 1, up: deeper }, "", address);
}

async function show(root, key, label, from, walking = false) {
  // A step ahead while the browser still goes back would be taken back with the rest.
  await closing?.ended;
  const deeper = Boolean(document.querySelector(".sv-panel"));
  const panel = shell();
  if (from) openedFrom = from;
  if (!deeper) askedBefore = location.search;
  if (!walking) stepTo(key, deeper);
  if (!root.found) {
    const name = label || calledOnPage(key) || key;
    put(panel, key, name, made("p", { role: "status" }, say("Looking up what it rests on")));
    panel.focus();
    let why = "";
    try {
      root.found = await complete(root.rests);
    } catch (error) {
      why = error.message;
    }
    // Closed meanwhile, or opened on another number.
    if (!panel.isConnected || panel.dataset.key !== key) return;
    if (!root.found) {
      put(panel, key, name, made("p", { class: "sv-said", role: "alert" }, say("This could not be looked up: %(why)s", { why })));
      panel.focus();
      return;
    }
  }
  fill(panel, root, key, label);
  panel.scrollTop = 0;
  panel.focus();
}

// What a number is called where it stands: by a drawing, a tile, a list of facts, or by
// its row and column, with the head above its row or the words beside it where another
// row has the same name.
function labelOf(node) {
  const words = (one) => one?.textContent.trim().replace(/\s+/g, " ") ?? "";
  if (node.ownerSVGElement) return node.getAttribute("aria-label") ?? "";
  const cell = node.closest("td");
  if (!cell) return words(node.closest("li")?.querySelector(".sv-label")) || words(node.closest("dd")?.previousElementSibling);
  const row = cell.parentElement;
  const table = cell.closest("table");
  // Of one column of numbers the row alone says which it is.
  const alone = table.querySelectorAll("thead th.num").length === 1 && cell.classList.contains("num");
  const head = alone ? "" : words(table.querySelectorAll("thead th")[cell.cellIndex]);
  // A box to tick has no words: the name stands behind it.
  const named = [...row.cells].find((one) => words(one)) ?? row.cells[0];
  const first = named === cell ? "" : words(named.querySelector("strong") ?? named);
  if (!first) return head;
  const same = [...table.tBodies[0].rows].filter((one) => one !== row && words(one.cells[named.cellIndex]) === words(named));
  const name = head ? say("%(first)s, %(head)s", { first, head }) : first;
  if (!same.length) return name;
  let above = row;
  while (above && !above.classList.contains("group")) above = above.previousElementSibling;
  const beside = [...row.cells].slice(1).filter((one) => !/\b(num|sure|wide)\b/.test(one.className))
    .map(words).filter((one) => one && one.length <= SHORT);
  return [above ? words(above) : "", name, ...(above ? [] : beside)].filter(Boolean).join(above ? say(": ") : say(", "));
}

function panels(page) {
  const root = { rests: page.dataset.rests, without: page.dataset.without, note: page.dataset.note, found: null };
  rooted = root;
  page.addEventListener("click", (event) => {
    const node = event.target.closest('a[href^="#figure="]');
    if (!node || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const key = keyOf(node.getAttribute("href"));
    node.setAttribute("aria-expanded", "true");
    show(root, key, labelOf(node), node);
  });
  // What was worked out meanwhile has numbers of its own.
  page.addEventListener("sv-more", () => {
    kept.delete(root.rests);
    root.found = null;
    const panel = document.querySelector(".sv-panel");
    if (panel && !panel.querySelector(".sv-facts")) show(root, panel.dataset.key, "", null, true);
  });
  // A number followed before this listened has changed the address only.
  if (location.hash.startsWith("#figure=")) {
    const at = document.activeElement?.closest('a[href^="#figure="]');
    show(root, keyOf(location.hash), at ? labelOf(at) : "", at);
  }
}

// One stop of the tab key for a table: arrows go on from number to number.
function roving(table) {
  const stops = [...table.querySelectorAll('a[href^="#figure="]')];
  for (const [n, one] of stops.entries()) one.tabIndex = n ? -1 : 0;
  table.addEventListener("keydown", (event) => {
    const at = event.target.closest?.('a[href^="#figure="]');
    if (!at || !event.key.startsWith("Arrow")) return;
    const cell = at.closest("td");
    const row = cell.parentElement;
    let next = null;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const order = [...table.querySelectorAll('a[href^="#figure="]')];
      next = order[order.indexOf(at) + (event.key === "ArrowRight" ? 1 : -1)];
    } else {
      const step = event.key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling";
      for (let other = row[step]; other && !next; other = other[step]) {
        next = other.cells[cell.cellIndex]?.querySelector('a[href^="#figure="]');
      }
    }
    if (!next) return;
    event.preventDefault();
    at.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// The numbers of cards are a stop of the tab key each; arrows go on between them too.
function cards(list) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const order = [...list.querySelectorAll('a[href^="#figure="]')];
    const at = order.indexOf(event.target.closest?.('a[href^="#figure="]'));
    if (!step || at < 0 || !order[at + step]) return;
    event.preventDefault();
    order[at + step].focus();
  });
}

// ---- Tables: sort, filter, save ----

const MANY = 8;

function save(name, kind, content) {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }));
  const anchor = made("a", { href: address, download: name, "data-remote": "true" });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// The name of a file says of which page, scenario and day it is.
function fileOf(id) {
  return [document.querySelector(".sv")?.dataset.file, id].filter(Boolean).join("-");
}

// A cell that a spreadsheet would run is made text.
function quoted(text) {
  const safe = /^[=+@\t\r]/.test(text) || (/^-/.test(text) && !/^-[\d.,]+$/.test(text)) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function csv(section, table) {
  const shown = (row) => [...row.cells].filter((one) => !one.hidden);
  const head = shown(table.tHead.rows[0]).map((one) => quoted(one.textContent.trim()));
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) =>
    shown(row).map((one) => quoted(one.dataset.value ?? one.textContent.trim().replace(/\s+/g, " "))));
  const page = document.querySelector(".sv");
  const caption = section.querySelector("h3")?.textContent.trim().replace(/\s+/g, " ");
  return [head, ...rows, [], [quoted(caption ?? "")], [quoted(page.dataset.state ?? "")],
    [quoted(`fingerprint ${page.dataset.fingerprint ?? ""}`)]].map((row) => row.join(",")).join("\n") + "\n";
}

function number(cell) {
  const text = cell?.dataset.value ?? cell?.textContent.trim() ?? "";
  const found = Number(text.replaceAll(",", "").replace("\u2212", "-").replace("%", ""));
  return text !== "" && Number.isFinite(found) ? found : null;
}

// Rows change places between heads and sums, which stay where they are.
function sort(table, at, down) {
  const body = table.tBodies[0];
  let run = [];
  const settle = (before) => {
    run.sort((one, other) => {
      const [a, b] = [one.cells[at], other.cells[at]];
      const [x, y] = [number(a), number(b)];
      const order = x !== null && y !== null ? x - y
        : x !== null ? -1 : y !== null ? 1
          : (a?.textContent.trim() ?? "").localeCompare(b?.textContent.trim() ?? "");
      return down ? -order : order;
    });
    for (const row of run) body.insertBefore(row, before);
    run = [];
  };
  for (const row of [...body.rows]) {
    if (/\b(group|total)\b/.test(row.className)) settle(row);
    else run.push(row);
  }
  settle(null);
}

function sortable(table) {
  for (const [at, head] of [...table.tHead.rows[0].cells].entries()) {
    const words = head.textContent.trim();
    if (!words) continue;
    const button = made("button", { type: "button", class: "sv-sort", tabindex: at ? "-1" : "0" }, words);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      said(down ? say("Sorted by %(what)s, largest first", { what: words })
        : say("Sorted by %(what)s, smallest first", { what: words }));
      sort(table, at, down);
    });
    head.replaceChildren(button);
  }
  table.tHead.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const order = [...table.tHead.querySelectorAll(".sv-sort")];
    const next = order[order.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)];
    if (!next) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

// Which columns of a table are hidden is in the address: hide=table:2.3,other:4.
function hiddenIn(name) {
  const said_ = new URLSearchParams(location.search).get("hide") ?? "";
  const mine = said_.split(",").find((one) => one.startsWith(`${name}:`));
  return new Set((mine ?? "").slice(name.length + 1).split(".").filter(Boolean).map(Number));
}

function hide(table, away) {
  for (const row of table.rows) {
    // A heading over several rows is one cell, which stays.
    if (row.cells.length < 2) continue;
    for (const [at, cell] of [...row.cells].entries()) cell.hidden = away.has(at);
  }
}

function columns(section, table) {
  const heads = [...table.tHead.rows[0].cells].map((one) => one.textContent.trim());
  const away = hiddenIn(section.id);
  hide(table, away);
  const ticks = heads.map((words, at) => {
    if (!at || !words) return null;
    const tick = made("input", { type: "checkbox" });
    tick.checked = !away.has(at);
    tick.addEventListener("change", () => {
      if (tick.checked) away.delete(at);
      else away.add(at);
      hide(table, away);
      const address = new URL(location.href);
      const others = (address.searchParams.get("hide") ?? "").split(",")
        .filter((one) => one && !one.startsWith(`${section.id}:`));
      const mine = away.size ? [`${section.id}:${[...away].sort((a, b) => a - b).join(".")}`] : [];
      address.searchParams.delete("hide");
      if (others.length + mine.length) address.searchParams.set("hide", [...others, ...mine].join(","));
      history.replaceState(history.state, "", address);
    });
    return made("label", {}, tick, ` ${words}`);
  });
  return made("details", { class: "sv-columns" }, made("summary", {}, say("Columns")),
    made("div", { role: "group", "aria-label": say("Columns") }, ...ticks));
}

function tools(section) {
  const table = section.querySelector("table.sv-table");
  if (!table?.tBodies[0]) return;
  const heading = section.querySelector("h3");
  if (!heading) return;
  const bar = made("div", { class: "sv-tools" });
  const name = section.id || "table";
  if (table.tBodies[0].rows.length > MANY) {
    sortable(table);
    const box = made("input", { type: "search", placeholder: say("Filter"), "aria-label": say("Filter: %(what)s", { what: heading.textContent.trim() }) });
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      said(say("%(count)s rows", { count: shown }));
    });
    bar.append(box);
  }
  bar.append(made("button", { type: "button", class: "sv-quiet", "aria-label": `CSV: ${heading.textContent.trim()}`,
    onclick: () => save(`${fileOf(name)}.csv`, "text/csv", csv(section, table)) }, "CSV"));
  if (section.id) bar.append(linkTo(section.id, heading.textContent.trim()));
  if (section.id && table.tHead?.rows[0]?.cells.length > 3) bar.append(columns(section, table));
  heading.after(bar);
}

// ---- Drawings: one stop of the tab key each, and save ----

// A colour as every program reads it: browsers give a mixture in numbers from 0 to 1.
function written(colour) {
  const mixed = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)/.exec(colour);
  return mixed ? `rgb(${mixed.slice(1).map((one) => Math.round(one * 255)).join(", ")})` : colour;
}

// A file of its own knows no style of the page: its colours are those of the moment.
function coloured(copy, original) {
  const both = [copy, ...copy.querySelectorAll("*")];
  for (const [n, one] of [original, ...original.querySelectorAll("*")].entries()) {
    for (const name of ["fill", "stroke"]) {
      if (/var\(|color-mix\(/.test(one.getAttribute(name) ?? "")) {
        both[n].setAttribute(name, written(getComputedStyle(one)[name]));
      }
    }
  }
}

function points(svg) {
  const stops = [...svg.querySelectorAll("a")];
  for (const [n, one] of stops.entries()) one.setAttribute("tabindex", n ? "-1" : "0");
  svg.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && stops[stops.indexOf(event.target.closest("a")) + step];
    if (!next) return;
    event.preventDefault();
    event.target.closest("a").setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}

function drawings(figure, n) {
  for (const one of figure.querySelectorAll("svg")) points(one);
  const caption = figure.querySelector("figcaption");
  if (!caption) return;
  const name = figure.id || `drawing-${n + 1}`;
  const shown = () => [...figure.querySelectorAll("svg")].find((one) => one.getClientRects().length);
  const text = () => {
    const copy = shown().cloneNode(true);
    coloured(copy, shown());
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const box = shown().viewBox.baseVal;
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    const page = document.querySelector(".sv");
    const note = document.createElementNS("http://www.w3.org/2000/svg", "desc");
    note.textContent = `${caption.textContent.trim()}; ${page.dataset.state}; fingerprint ${page.dataset.fingerprint}`;
    copy.prepend(note);
    return new XMLSerializer().serializeToString(copy);
  };
  const bar = made("div", { class: "sv-tools" },
    made("button", { type: "button", class: "sv-quiet", "aria-label": `SVG: ${caption.textContent.trim()}`,
      onclick: () => save(`${fileOf(name)}.svg`, "image/svg+xml", text()) }, "SVG"),
    made("button", { type: "button", class: "sv-quiet", "aria-label": `PNG: ${caption.textContent.trim()}`,
      onclick: () => {
        const image = new Image();
        image.addEventListener("load", () => {
          const canvas = made("canvas", { width: image.width * 2, height: image.height * 2 });
          const pen = canvas.getContext("2d");
          pen.fillStyle = getComputedStyle(document.body).backgroundColor;
          pen.fillRect(0, 0, canvas.width, canvas.height);
          pen.drawImage(image, 0, 0, canvas.width, canvas.height);
          canvas.toBlob((blob) => save(`${fileOf(name)}.png`, "image/png", blob));
        });
        image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text())}`;
      } }, "PNG"));
  if (figure.id) bar.append(linkTo(figure.id, caption.textContent.trim()));
  caption.after(bar);
}

// ---- Search ----

function search(page) {
  const box = page.querySelector(".sv-search input");
  const list = page.querySelector(".sv-found");
  if (!box || !list) return;
  let known = null;
  let at = -1;
  const options = () => [...list.querySelectorAll("a")];
  const draw = async () => {
    at = -1;
    if (!known && box.value.trim()) {
      list.replaceChildren(made("li", { class: "sv-note" }, say("Searching")));
      list.hidden = false;
      try {
        known = await asked(page.dataset.index);
      } catch (error) {
        list.replaceChildren(made("li", { class: "sv-note" }, say("This could not be looked up: %(why)s", { why: error.message })));
        return;
      }
    }
    // What is written by now: letters may have come while it was looked up.
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) {
      list.hidden = true;
      return;
    }
    const scored = [];
    for (const one of known) {
      const name = one[1].toLowerCase();
      const text = `${name} ${one[2].toLowerCase()} ${one[0]}`;
      if (words.every((word) => text.includes(word))) {
        scored.push([name === words[0] ? 0 : name.startsWith(words[0]) ? 1 : 2, one]);
      }
    }
    scored.sort((a, b) => a[0] - b[0]);
    list.replaceChildren(...scored.slice(0, 12).map(([, [kind, name, title, href]]) =>
      made("li", {}, made("a", { href, tabindex: "-1" }, made("span", { class: "sv-kind" }, kind),
        made("strong", {}, name), title === name ? "" : ` ${title}`))));
    if (!scored.length) list.append(made("li", { class: "sv-note" }, say("Nothing has these words.")));
    list.hidden = false;
    said(say("%(count)s found", { count: scored.length }));
  };
  let drawn = Promise.resolve();
  box.addEventListener("input", () => { drawn = draw(); });
  box.closest("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    await drawn;
    (options()[Math.max(at, 0)])?.click();
  });
  page.addEventListener("keydown", (event) => {
    if (!list.contains(event.target) && event.target !== box) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      at = Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), -1), options().length - 1);
      (options()[at] ?? box).focus();
    } else if (event.key === "Escape") {
      list.hidden = true;
      box.focus();
    }
  });
}

// ---- What is asked for, carried over Fava's own pages and said there ----

const OWN = ["scenario", "chosen", "h", "hypothesis", "known", "currency", "lang", "at", "basis"];

function state(page) {
  const home = location.pathname.split("/extension/")[0];
  const name = `solvency:${home}`;
  if (page) {
    const query = new URLSearchParams(location.search);
    const own = new URLSearchParams([...query].filter(([key]) => OWN.includes(key)));
    sessionStorage.setItem(name, JSON.stringify([own.toString(), page.dataset.state, location.href]));
    return own;
  }
  return null;
}

function beside() {
  const home = `/${location.pathname.split("/")[1]}`;
  const said_ = sessionStorage.getItem(`solvency:${home}`);
  document.querySelector(".sv-elsewhere")?.remove();
  if (!said_) return;
  const [query, words, back] = JSON.parse(said_);
  for (const one of document.querySelectorAll('aside a[href*="/extension/"]')) {
    const address = new URL(one.href);
    for (const key of OWN) address.searchParams.delete(key);
    for (const [key, value] of new URLSearchParams(query)) address.searchParams.append(key, value);
    one.href = address.href;
  }
  const article = document.querySelector("article");
  if (!query || !article || document.querySelector(".sv")) return;
  article.prepend(made("p", { class: "sv-elsewhere", role: "status",
    style: "margin:0 0 1rem;padding:.4rem .7rem;border-left:3px solid #b04300;background:var(--background-darker)" },
  say("Not applied on this page of Fava:"), " ", made("strong", {}, words),
  say(". It shows the ledger as the program was started."), " ", made("a", { href: back }, say("Back to where that holds"))));
}

// ---- Long computations: what stands in their place is asked for again ----

async function follow(page, place) {
  // The longer it takes, the less often it is asked for.
  for (let pause = 1000; place.isConnected && place.dataset.again; pause = Math.min(pause * 1.5, 8000)) {
    await new Promise((done) => setTimeout(done, pause));
    const reply = await fetch(place.dataset.again.split("#")[0]);
    const found = new DOMParser().parseFromString(await reply.text(), "text/html");
    const now = found.getElementById(place.id);
    if (!now || !place.isConnected) return;
    const fresh = document.importNode(now, true);
    place.replaceWith(fresh);
    place = fresh;
    if (!place.dataset.again) {
      dress(place);
      for (const [n, one] of [...place.querySelectorAll(".sv-chart")].entries()) drawings(one, n);
      page.dispatchEvent(new CustomEvent("sv-more"));
      said(say("Computed"));
    }
  }
}

// ---- Round a page of ours, what Fava lacks: its language, and a way past its own links ----

function round(page) {
  document.querySelector("body > .sv-first")?.remove();
  if (!page || page.parentElement?.tagName === "MAIN") return;
  document.documentElement.lang = page.lang;
  const skip = page.querySelector(".sv-skip");
  const first = made("a", { href: "#sv-numbers", class: "sv-first", onclick: (event) => {
    event.preventDefault();
    event.stopPropagation();
    document.getElementById("sv-numbers")?.focus();
  } }, skip?.textContent ?? "");
  document.body.prepend(first);
}

// ---- All of it, on a page ----

function dress(part) {
  for (const one of part.querySelectorAll("table.sv-table")) roving(one);
  for (const one of part.querySelectorAll("section")) {
    if (one.querySelector(":scope > .sv-scroll > table")) tools(one);
  }
}

function begin(page) {
  if (page.dataset.begun) return;
  page.dataset.begun = "yes";
  readWords(page);
  panels(page);
  dress(page);
  for (const one of page.querySelectorAll(".sv-numbers")) cards(one);
  notesOf(page);
  for (const one of page.querySelectorAll("[data-again]")) follow(page, one).catch(() => {});
  for (const [n, one] of [...page.querySelectorAll(".sv-chart")].entries()) drawings(one, n);
  search(page);
  page.addEventListener("change", (event) => {
    if (event.target.matches(".sv-bar select[data-go]")) location.href = event.target.value;
  });
}

document.addEventListener("keydown", (event) => {
  const panel = document.querySelector(".sv-panel");
  if (!panel) return;
  if (event.key === "Escape") closePanel();
  if (event.key === "Tab" && panel.contains(document.activeElement)) stayWithin(panel, event);
});

// Fava's key for a new entry opens a dialog that writes without showing the difference:
// here it does nothing, an entry is added by the form. After `g` it is another key.
let keyBefore = "";
window.addEventListener("keydown", (event) => {
  const first = keyBefore;
  if (!["Alt", "Control", "Shift"].includes(event.key)) keyBefore = event.key;
  if (event.key !== "n" || first === "g" || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
  if (document.querySelector(".sv[data-rests]")) event.stopImmediatePropagation();
}, true);

// The tab key goes round within the panel: what lies under it is not seen.
function stayWithin(panel, event) {
  const stops = [...panel.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")]
    .filter((one) => one.getClientRects().length && !one.disabled && one.tabIndex >= 0);
  const [first, last] = [stops[0], stops.at(-1)];
  const at = document.activeElement;
  if (event.shiftKey ? at === first || at === panel : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
window.addEventListener("popstate", walked);

// A page that a switch has changed in place.
document.addEventListener("sv-page", (event) => {
  state(event.target);
  begin(event.target);
  beside();
});

export default {
  onPageLoad({ api }) {
    evidence = null;
    watching?.disconnect();
    const page = document.querySelector(".sv[data-rests]");
    round(page);
    if (page) {
      state(page);
      begin(page);
    }
    beside();
    const look = () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        annotate(api).catch(() => {
          evidence = null;
        });
      });
    };
    watching = new MutationObserver(look);
    watching.observe(document.body, { childList: true, subtree: true });
    look();
  },
  begin,
};
