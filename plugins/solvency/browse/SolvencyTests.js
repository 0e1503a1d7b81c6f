// Under each transaction of Fava's journal: its grade, spread, hypothesis, sources.
// Without this script the journal shows the same as metadata and links.

let watching = null;
let evidence = null;
let waiting = false;

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
  const words = [found.grade && `grade ${found.grade}`, found.basis, found.spread];
  row.append(words.filter(Boolean).join(" \u00b7 "));
  for (const one of found.hypotheses) {
    row.append(" \u00b7 if ", part("a", one.title, one.href));
  }
  for (const [at, one] of found.sources.entries()) {
    row.append(at ? ", " : " \u00b7 ", part("a", one.title, one.href));
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

export default {
  onPageLoad({ api }) {
    evidence = null;
    watching?.disconnect();
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
};
