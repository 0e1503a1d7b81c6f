// The slider of days on the page of entities: the drawings and tables as of a day.

// In the language of the page.
function say(message, values = {}) {
  const told = document.querySelector("script.sv-words");
  const words = told ? JSON.parse(told.textContent) : {};
  return (words[message] ?? message).replace(/%\((\w+)\)s/g, (place, name) => values[name] ?? place);
}

function slider(page) {
  const place = page?.querySelector(".sv-slider");
  if (!place || place.firstChild) return;
  const days = place.dataset.days.split(",");
  // The last day on which something moved by the day that is shown.
  const at = Math.max(0, days.filter((day) => day <= place.dataset.at).length - 1);
  const label = document.createElement("label");
  label.htmlFor = "sv-slider-day";
  label.textContent = say("As of");
  const said = document.createElement("output");
  said.htmlFor = "sv-slider-day";
  said.textContent = place.dataset.at;
  const input = document.createElement("input");
  Object.assign(input, { type: "range", id: "sv-slider-day", min: "0", max: String(days.length - 1), step: "1" });
  input.value = String(at);
  input.setAttribute("aria-valuetext", place.dataset.at);
  input.addEventListener("input", () => {
    said.textContent = days[input.value];
    input.setAttribute("aria-valuetext", days[input.value]);
  });
  input.addEventListener("change", () => {
    const address = new URL(location.href);
    address.hash = "";
    address.searchParams.set("at", days[input.value]);
    document.dispatchEvent(new CustomEvent("sv-go", { detail: address }));
  });
  const ends = document.createElement("span");
  ends.className = "sv-small";
  ends.textContent = say("%(count)s days on which something moved, %(first)s to %(last)s", {
    count: days.length, first: days[0], last: days[days.length - 1] });
  place.append(label, " ", said, input, ends);
}

document.addEventListener("sv-page", (event) => slider(event.target));

export default {
  onPageLoad() {
    slider(document.querySelector(".sv[data-rests]"));
  },
};
