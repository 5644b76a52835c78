// How results are shown: tables, sentences, bars and pictures, as the documents have them.

import { make } from "./elements.js";

const SVG = "http://www.w3.org/2000/svg";

/** Return an element of a drawing; its colours and places are attributes, never styles. */
export function draw(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children.flat(Infinity));
  return made;
}

/** Return a picture that says nothing of its own: what it shows stands in words beside it. */
export function picture(width, height, kind, ...shapes) {
  return draw("svg", { viewBox: `0 0 ${width} ${height}`, class: kind, "aria-hidden": "true", focusable: "false" }, shapes);
}

/** Return a bar of 100, as wide as there is room for it. */
export function gauge(kind, ...shapes) {
  const made = picture(100, 8, kind, shapes);
  made.setAttribute("preserveAspectRatio", "none");
  return made;
}

/** Return a table under these headings; on a narrow screen each row is a card of lines. */
export function tableOf({ titles, rows }, kind = "told") {
  const heads = titles.map((title) => make("th", { scope: "col" }, title));
  const lines = rows.map((cells) =>
    make("tr", {}, cells.map((cell, at) => (at ? make("td", { "data-title": titles[at] }, cell) : make("th", { scope: "row" }, cell)))),
  );
  return make("table", { class: kind }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, lines));
}

/** Return something folded under a line; its key keeps the focus there. */
export function folded(key, line, ...inside) {
  return make("details", { class: "fold" }, make("summary", { "data-focus": key }, line), inside.flat());
}

/** Return other tables of a result, each folded under its title. */
export function foldedTables(tables) {
  const folds = tables.map((one) => folded(`table:${one.name}`, `${one.title} (${one.rows.length})`, tableOf(one)));
  return folds.length ? make("div", { class: "folds" }, folds) : "";
}

/** Return sentences, the first of them in bold. */
export function sentencesOf(sentences, kind = "verdict") {
  const [first, ...rest] = sentences;
  return make("div", { class: kind }, make("p", {}, make("b", {}, first ?? "")), rest.map((one) => make("p", {}, one)));
}

/** Return what points are made of, as segments on a bar of 100. */
export function bar(parts) {
  const shapes = parts.map((part) => draw("rect", { x: part.start, y: 0, width: Math.max(part.width, 0), height: 8, fill: part.tone, opacity: part.answered ? 1 : 0.35 }));
  return gauge("partbar", draw("rect", { x: 0, y: 0, width: 100, height: 8, fill: "var(--track)" }), shapes);
}
