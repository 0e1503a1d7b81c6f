// The form that adds or changes a source or a flow: it shows the difference it makes to
// the file, and saves that and nothing else. The server works both out.

function say(message, values = {}) {
  const told = document.querySelector("script.sv-words");
  const words = told ? JSON.parse(told.textContent) : {};
  return (words[message] ?? message).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}

function part(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

async function send(address, document_) {
  const reply = await fetch(address, { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify(document_) });
  const found = await reply.json();
  if (!reply.ok) throw Object.assign(new Error(found.error ?? reply.statusText), { faults: found.faults });
  return found;
}

function sent(box, form) {
  return { kind: box.dataset.kind, name: box.dataset.name, fields: Object.fromEntries(new FormData(form)) };
}

function difference(lines) {
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  shown.setAttribute("aria-label", say("The difference"));
  for (const line of lines) {
    const kind = { "+": "sv-plus", "-": "sv-minus" }[line[0]] ?? "";
    shown.append(part("span", kind, `${line}\n`));
  }
  return shown;
}

function list(lines) {
  const shown = document.createElement("ul");
  shown.append(...lines.map((line) => part("li", "", line)));
  return shown;
}

// A box to tick, without which a button stays off.
function decision(button, text) {
  const line = part("label", "sv-anyway", "");
  const box = document.createElement("input");
  box.type = "checkbox";
  button.disabled = true;
  box.addEventListener("input", (event) => {
    event.stopPropagation(); // it is no field of the entry: what is shown stays
    button.disabled = !box.checked;
  });
  line.append(box, " ", text);
  return line;
}

// All that is wrong at once: above, and beside each field it is of, the first in focus.
function wrong(place, error) {
  const form = place.closest("form");
  const faults = error.faults ?? [];
  for (const [n, [key, words]] of faults.entries()) {
    const field = form.querySelector(`[name="${key}"]`);
    if (!field) continue;
    const line = part("span", "sv-fault", words);
    line.id = `sv-fault-${n}`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", [field.getAttribute("aria-describedby"), line.id].filter(Boolean).join(" "));
    field.closest("label").append(line);
  }
  place.replaceChildren(...(faults.length
    ? [part("p", "sv-said", say("Not yet: these fields need a change.")), list(faults.map(([, words]) => words))]
    : [part("p", "sv-said", say("Not saved: %(why)s", { why: error.message }))]));
  form.querySelector("[aria-invalid]")?.focus();
}

function righted(fields) {
  for (const field of fields) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    for (const one of field.closest("label")?.querySelectorAll(".sv-fault") ?? []) one.remove();
  }
}

// Of a field for several names the last is suggested, after those there are.
function several(field) {
  const choices = field.list;
  if (!choices) return;
  const names = [...choices.options].map((one) => one.value);
  field.addEventListener("input", () => {
    const [before] = /^.*[,\s]+/s.exec(field.value) ?? [""];
    const had = new Set(before.split(/[,\s]+/));
    choices.replaceChildren(...names.filter((one) => !had.has(one)).map((one) => {
      const option = document.createElement("option");
      option.value = before + one;
      return option;
    }));
  });
}

// ---- Saved: said on the page that shows what was ----

const SAVED = "solvency-saved";
const WAS = "solvency-saved-before";

function saved(page) {
  const was = sessionStorage.getItem(SAVED);
  if (was !== location.pathname + location.search || !page) return;
  sessionStorage.removeItem(SAVED);
  const line = part("p", "sv-said sv-saved", say("Saved."));
  line.setAttribute("role", "status");
  line.tabIndex = -1;
  page.querySelector("#sv-numbers")?.prepend(line);
  line.focus();
  moved(page, line).catch(() => {});
}

// The headline numbers as they are; before a save they are kept, after it compared.
async function headlines(page, was) {
  const address = new URL(page.dataset.switched, location.href);
  address.search = location.search;
  if (was) address.searchParams.set("was", was);
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(reply.statusText);
  return (await reply.json()).numbers;
}

// What a save changed of the headline numbers: each as it was and as it is.
async function moved(page, line) {
  const was = sessionStorage.getItem(WAS);
  sessionStorage.removeItem(WAS);
  if (!was) return;
  const changed = (await headlines(page, was)).filter((one) => one.difference);
  line.append(" ", changed.length ? say("What it changed:") : say("It changes no headline number."));
  if (changed.length) {
    line.append(list(changed.map((one) => `${one.label}: ${one.before} \u2192 ${one.text} (${one.difference})`)));
  }
}

async function keepNumbers(page) {
  try {
    const numbers = await headlines(page);
    sessionStorage.setItem(WAS, JSON.stringify(Object.fromEntries(numbers.map((one) => [one.label, one.value]))));
  } catch {
    sessionStorage.removeItem(WAS); // it is saved all the same
  }
}

function dress(page) {
  const box = page?.querySelector(".sv-change");
  const form = box?.querySelector("form");
  if (!form || form.dataset.begun) return;
  form.dataset.begun = "yes";
  page.querySelector(".sv-to-form")?.addEventListener("click", (event) => {
    event.preventDefault();
    box.open = true;
    box.scrollIntoView();
    form.querySelector("input")?.focus();
  });
  const place = form.querySelector(".sv-difference");
  // What is shown is what would be saved: a field that changes takes it away.
  form.addEventListener("input", (event) => {
    place.replaceChildren();
    righted([event.target]);
  });
  for (const one of form.querySelectorAll("[data-several]")) several(one);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const what = sent(box, form);
    righted(form.querySelectorAll("[aria-invalid]"));
    try {
      const found = await send(box.dataset.draft, what);
      if (!found.difference.length) {
        place.replaceChildren(part("p", "sv-note", say("Nothing differs.")));
        return;
      }
      const save = part("button", "", say("Save it"));
      save.type = "button";
      save.addEventListener("click", async () => {
        save.disabled = true;
        try {
          await keepNumbers(page);
          const done = await send(box.dataset.save, { ...what, mark: found.mark });
          const to = new URL(done.href, location.href);
          sessionStorage.setItem(SAVED, to.pathname + to.search);
          location.href = done.href;
          if (done.href === location.href) location.reload();
        } catch (error) {
          wrong(place, error);
        }
      });
      // A ledger with errors is saved by a second decision alone.
      const anyway = found.faults.length ? decision(save, say("Save it with these errors")) : null;
      const faults = anyway ? [part("p", "sv-said", say("With this the ledger would have these errors:")), list(found.faults), anyway]
        : [part("p", "sv-note", found.tried ? say("With this the ledger has no new error.") : say("Whether the ledger has errors with this was not tried: its folder is large."))];
      place.replaceChildren(difference(found.difference), ...faults, save);
      (anyway?.querySelector("input") ?? save).focus();
    } catch (error) {
      wrong(place, error);
    }
  });
}

document.addEventListener("sv-page", (event) => dress(event.target));

export default {
  onPageLoad() {
    const page = document.querySelector(".sv[data-rests]");
    saved(page);
    dress(page);
  },
};
