// The switches of a site of files, beside the script of its pages, whose steps it takes:
// a bar says what the headline numbers are in the sets of hypotheses computed ahead. The
// set is in the address. The pages themselves stay as they are.

const SETS = "switches.js";

// What the page itself shows.
function pageSet() {
  return document.querySelector(".sv").dataset.set;
}

function ticked(box) {
  return [...box.querySelectorAll("input:checked")].map((one) => one.value).join(",");
}

function setNumbers(box, found, name) {
  const set = found.sets[name];
  const numbers = box.querySelector(".sv-switch-numbers");
  const told = box.querySelector(".sv-switch-said");
  numbers.replaceChildren(...(set?.numbers ?? []).map((one) => made("div", { "data-value": one.value, class: one.difference ? "sv-moved" : "" },
    made("dt", {}, one.label),
    made("dd", {},
      one.before ? made("span", { class: "sv-was" }, one.before, " \u2192 ") : null,
      made("strong", {}, one.text),
      one.difference ? made("span", { class: "sv-by" }, ` (${one.difference})`) : null))));
  const parts = [];
  if (!set) {
    parts.push(made("span", { class: "sv-bad" }, say("This set was not computed ahead.")), " ", found.which, " ",
      say("Any other: solvency browse, with its switches, or --hypothesis %(names)s.", { names: name }));
  } else {
    for (const one of set.said) parts.push(made("span", { class: "sv-bad" }, `${one} `));
    if (name !== pageSet()) {
      parts.push(set.href
        ? made("a", { href: set.href }, say("The pages in this scenario: %(name)s", { name: set.scenario }))
        : say("The page itself stays as it is: the numbers of this bar change alone."), " ");
    }
    parts.push(found.which, " ", say("At the terminal:"), " ", made("code", {}, set.command));
  }
  told.replaceChildren(...parts);
  const on = name ? name.split(",").length : 0;
  document.getElementById("sv-switch-open").textContent =
    say("Hypotheses: %(on)s of %(all)s on", { on, all: found.hypotheses.length });
  document.getElementById("sv-switch-back").hidden = name === pageSet();
}

// Links of the pages lead on with the set.
function carry(found, name) {
  for (const one of document.querySelectorAll(".sv-tabs a, .sv-switch-said a, .sv-head .sv-links a")) {
    const address = new URL(one.href);
    if (name === pageSet() || one.closest(".sv-links, .sv-switch-said")) address.searchParams.delete("hypothesis");
    else address.searchParams.set("hypothesis", name);
    one.href = address.href.replaceAll("%2C", ",");
  }
}

function take(box, found, name) {
  const on = new Set(name.split(","));
  for (const one of box.querySelectorAll("input")) one.checked = on.has(one.value);
  setNumbers(box, found, name);
  carry(found, name);
  const address = new URL(location.href);
  if (name === pageSet()) address.searchParams.delete("hypothesis");
  else address.searchParams.set("hypothesis", name);
  try {
    history.replaceState(history.state, "", address.href.replaceAll("%2C", ","));
  } catch {
    // Some browsers keep the address of a file on the disk as it is.
  }
}

async function setBar(page) {
  if (page?.dataset.set === undefined) return;
  const found = await asked(SETS);
  const list = made("div", { class: "sv-switch-list", id: "sv-switch-list", role: "group", "aria-label": say("Hypotheses") });
  list.hidden = true;
  const button = made("button", { type: "button", class: "sv-quiet", id: "sv-switch-open", "aria-expanded": "false",
    "aria-controls": "sv-switch-list", onclick: () => {
      list.hidden = !list.hidden;
      button.setAttribute("aria-expanded", String(!list.hidden));
    } }, say("Hypotheses"));
  const back = made("button", { type: "button", class: "sv-quiet", id: "sv-switch-back", onclick: () => {
    take(box, found, pageSet());
    button.focus();
  } }, say("Back to before"));
  const box = made("section", { class: "sv sv-switches", "aria-label": say("Switches: hypotheses") },
    made("div", { class: "sv-switch-row" }, made("div", { class: "sv-switch-tools" }, button, list, back),
      made("dl", { class: "sv-switch-numbers", tabindex: "0" })),
    made("p", { class: "sv-switch-said", role: "status", tabindex: "0" }));
  for (const [name, title] of found.hypotheses) {
    const tick = made("input", { type: "checkbox", id: `sv-switch-${name}`, value: name });
    tick.addEventListener("change", () => take(box, found, ticked(list)));
    list.append(made("label", {}, tick, made("strong", {}, name), ` ${title}`));
  }
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    button.focus();
  });
  page.after(box);
  // What gets the focus is scrolled to above the bar, not under it.
  new ResizeObserver(() => {
    document.documentElement.style.scrollPaddingBottom = `${box.offsetHeight + 16}px`;
  }).observe(box);
  take(box, found, new URLSearchParams(location.search).get("hypothesis") ?? pageSet());
}

setBar(document.querySelector(".sv")).catch(() => {});
