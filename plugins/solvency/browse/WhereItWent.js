// Over an entry that Fava opens stands what it rests on. Its place is said from the
// folder of the case, and where no file may be changed there is nothing to change one with.

let watching = null;
let known = new Map();

function said(api, name) {
  if (!known.has(name)) {
    const got = api.get("entry", { hash: name });
    got.catch(() => known.delete(name));
    known.set(name, got);
  }
  return known.get(name);
}

// The entry as it is written, one press away.
function fold(form, words) {
  if (form.previousElementSibling?.classList.contains("sv-written")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "muted sv-written";
  button.textContent = words;
  form.id = "sv-entry-written";
  form.hidden = true;
  button.setAttribute("aria-controls", form.id);
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => {
    form.hidden = !form.hidden;
    form.style.display = form.hidden ? "none" : "";
    button.setAttribute("aria-expanded", String(!form.hidden));
  });
  form.style.display = "none";
  form.before(button);
}

function lock(form) {
  for (const one of form.querySelectorAll("button, label")) one.hidden = true;
  for (const row of form.querySelectorAll(".flex-row")) row.style.display = "none";
  const text = form.querySelector(".cm-content");
  text?.setAttribute("contenteditable", "false");
  text?.setAttribute("aria-readonly", "true");
}

function put(dialog, name, found) {
  const link = dialog.querySelector("p > code > a");
  if (!link) return;
  const place = link.closest("p");
  if (link.textContent !== found.place) link.textContent = found.place;
  const old = dialog.querySelector(".sv-entry");
  if (old && old.dataset.entry !== name) old.remove();
  if (found.inside && !dialog.querySelector(".sv-entry")) {
    const box = new DOMParser().parseFromString(found.inside, "text/html").querySelector(".sv-entry");
    box.dataset.entry = name;
    place.before(document.importNode(box, true));
  }
  const form = dialog.querySelector("form");
  if (!form || form.dataset.solvency) return;
  form.dataset.solvency = "dressed";
  if (!found.edit) lock(form);
  if (found.inside) fold(form, found.show);
}

async function look(api) {
  const dialog = document.querySelector("dialog[open]");
  if (!dialog || !location.hash.startsWith("#context-")) return;
  if (!dialog.querySelector("p > code > a")) return;
  const name = location.hash.slice("#context-".length);
  const found = await said(api, name);
  if (dialog.isConnected && location.hash === `#context-${name}`) put(dialog, name, found);
}

export default {
  onPageLoad({ api }) {
    known = new Map();
    watching?.disconnect();
    const again = () => look(api).catch(() => {});
    watching = new MutationObserver(again);
    watching.observe(document.body, { childList: true, subtree: true });
    again();
  },
};
