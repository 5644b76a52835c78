// The board of a review session, as anywidget wants it: render({ model, el }).
//
// It touches only get, set, save_changes, on and off of a model with three values: `view`, the board as JSON; `words`,
// its texts; `asked`, the last thing asked. A page may bring any model that has them. Nothing is loaded, and all that
// is shown is put in as text. It is one module, written in files that follow each other.

// How the elements of the board are made: by names and texts, never by markup.

const KEEP_KEYS = "data-lm-suppress-shortcuts"; // Jupyter then leaves the keys of an element to it
const DRAWN = "http://www.w3.org/2000/svg"; // the name of a language, from which nothing is loaded

const DIRECTED = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe]/; // from right to left, or a mark of direction

/** Return a text with its {places} filled; the writing direction of a value changes nothing around it. */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => {
    const value = String(values[name]);
    return DIRECTED.test(value) ? `\u2068${value}\u2069` : value;
  });
}

/** Return a new element: attributes by name (null: none; `on`: listeners by event), then its children. */
function make(tag, attributes = {}, ...children) {
  const made = furnish(document.createElement(tag), attributes, children);
  if (/^(BUTTON|INPUT|SELECT|SUMMARY)$/.test(made.tagName)) made.setAttribute(KEEP_KEYS, "true");
  return made;
}

/** Return a new element of a drawing. */
function drawn(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(DRAWN, tag), attributes, children);
}

function furnish(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

/** Return a table of these rows under these headings: texts, [text, class], or elements. */
function table(name, headings, rows) {
  const cells = headings.map((one) => {
    if (one instanceof Element) return one;
    const [text, kind = null] = [one].flat();
    return make(text ? "th" : "td", { scope: text ? "col" : null, class: kind }, text);
  });
  const head = cells.length ? make("thead", {}, make("tr", {}, cells)) : null;
  return make("table", { class: `mm-board-${name}` }, head, make("tbody", {}, rows));
}

/** Return a hint or another remark in small print. */
const remark = (...parts) => make("p", { class: "mm-board-hint" }, ...parts);

/** Return something that is folded unless its key is among those that are open. */
function fold(open, key, words, ...children) {
  const summary = make("summary", { "data-focus": key }, words);
  const details = make("details", { open: open.has(key), class: "mm-board-fold" }, summary, children);
  details.addEventListener("toggle", () => (details.open ? open.add(key) : open.delete(key)));
  return details;
}

/** Return a text that is spoken, and not seen. */
const unseen = (text) => make("span", { class: "mm-board-unseen" }, text);

/** Return a text as it is compared in a search: without case and accents. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// --- drawings ----------------------------------------------------------------------------------------------------------

const ICONS = {
  ban: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M3.8 3.8l8.4 8.4",
  busy: "M8 2v3M8 11v3M2 8h3M11 8h3",
  done: "M3 8.5 6.5 12 13 4.5",
  find: "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0M10.5 10.5 14 14",
  less: "M3 8h10",
  more: "M8 3v10M3 8h10",
  pin: "M6 2h4l-.6 4.5L12 9H4l2.6-2.5zM8 9v5",
  redo: "M10.5 3l3 3-3 3M13 6H6.5a4 4 0 0 0 0 8H9",
  refused: "M8 3v6M8 12.5v.2",
  undo: "M5.5 3 2.5 6l3 3M3 6h6.5a4 4 0 0 1 0 8H7",
};

/** Return a small drawing that stands beside the word for the same. */
const icon = (name) =>
  drawn("svg", { class: "mm-board-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, drawn("path", { d: ICONS[name] }));

/** Return the points of a pair as a bar of 100, one segment a criterion, paler where an answer is missing. */
function stackedBar(parts, name) {
  const segments = parts.filter((part) => part.width).map((part) =>
    drawn("rect", {
      x: part.start,
      width: part.width,
      height: 4,
      fill: part.tone,
      "fill-opacity": part.answered ? null : 0.45,
      stroke: "#ffffff",
      "stroke-width": 0.35,
    }),
  );
  const own = { class: "mm-board-bar", viewBox: "0 0 100 4", preserveAspectRatio: "none", role: "img", "aria-label": name };
  return drawn("svg", own, drawn("rect", { class: "mm-board-track", width: 100, height: 4 }), segments);
}

/** Return so many points of 100 as a small bar, beside the number. */
const smallBar = (share, weak) =>
  drawn(
    "svg",
    { class: "mm-board-mini", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    drawn("rect", { class: "mm-board-track", width: 100, height: 10 }),
    drawn("rect", { class: weak ? "mm-board-weak" : "mm-board-full", width: share, height: 10 }),
  );

/** Return the colour of a criterion, as it is in a stacked bar. */
const swatch = (part) =>
  drawn(
    "svg",
    { class: "mm-board-dot", viewBox: "0 0 10 10", "aria-hidden": "true" },
    drawn("rect", { width: 10, height: 10, rx: 2, fill: part.tone, "fill-opacity": part.answered ? null : 0.45 }),
  );
