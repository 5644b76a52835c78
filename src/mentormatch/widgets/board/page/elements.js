// The board of a review session, as anywidget wants it: render({ model, el }).
//
// It touches only get, set, save_changes, on and off of a model with three values: `view`, the board as JSON; `words`,
// its texts; `asked`, the last thing asked. A page may bring any model that has them. Nothing is loaded, and all that
// is shown is put in as text. It is one module, written in three files that follow each other.

// How the elements of the board are made: by names and texts, never by markup.

const KEEP_KEYS = "data-lm-suppress-shortcuts"; // Jupyter then leaves the keys of an element to it

/** Return a new element: attributes by name (null: none; `on`: listeners by event), then its children. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  if (/^(BUTTON|INPUT|SELECT|SUMMARY)$/.test(made.tagName)) made.setAttribute(KEEP_KEYS, "true");
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

/** Return a table of these rows under these headings: texts, or [text, class]. */
function table(name, headings, rows) {
  const cells = headings.map((one) => [one].flat()).map(([text, kind = null]) =>
    make(text ? "th" : "td", { scope: text ? "col" : null, class: kind }, text),
  );
  const head = cells.length ? make("thead", {}, make("tr", {}, cells)) : null;
  return make("table", { class: `mm-board-${name}` }, head, make("tbody", {}, rows));
}

/** Return a hint or another remark in small print. */
const remark = (...parts) => make("p", { class: "mm-board-hint" }, ...parts);

/** Return a text as it is compared in a search: without case and accents. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
