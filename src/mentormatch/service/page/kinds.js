// What the programme is: pairs, groups or a working group; and the way to its next edition.

import { make } from "./elements.js";
import { draw, picture } from "./results.js";

const DOT = { fill: "var(--wash)", stroke: "var(--accent)", "stroke-width": 2 };
const LINE = { fill: "none", stroke: "var(--edge)", "stroke-width": 2 };
const dot = (cx, cy) => draw("circle", { cx, cy, r: 4.5, ...DOT });
const pairsOf = (y) => [draw("path", { d: `M20 ${y}H44`, ...LINE }), draw("rect", { x: 8, y: y - 6, width: 12, height: 12, rx: 2, fill: "var(--accent)" }), draw("circle", { cx: 50, cy: y, r: 6, ...DOT })];
const ring = (x, y) => [0, 72, 144, 216, 288].map((turn) => dot(x + 9 * Math.sin((turn * Math.PI) / 180), y - 9 * Math.cos((turn * Math.PI) / 180)));
const GLYPHS = {
  pairs: () => [12, 30, 48].map(pairsOf),
  groups: () => [ring(16, 17), ring(46, 17), ring(31, 44)],
  sessions: () => [draw("rect", { x: 18, y: 20, width: 26, height: 20, rx: 3, ...LINE }), [12, 50].map((x) => [dot(x, 23), dot(x, 37)]), [24, 38].map((x) => [dot(x, 11), dot(x, 49)])],
};
const WORDS = {
  pairs: ["kind_pairs", "kind_pairs_what", "kind_pairs_get"],
  groups: ["kind_groups", "kind_groups_what", "kind_groups_get"],
  sessions: ["kind_sessions", "kind_sessions_what", "kind_sessions_get"],
};
const EXAMPLES = { pairs: "example_pairs", groups: "example_groups", sessions: "example_sessions" };
const STATED = { pairs: "stated_pairs", groups: "stated_groups", sessions: "stated_sessions" };

/** Return the choice of what the programme is; once a file says it, that is told instead. */
export function kindChoice(desk) {
  const { kind, stated } = desk.state;
  const choose = (one) =>
    desk.act(async () => {
      desk.know(await desk.service.do({ do: "kind", kind: one }));
      await desk.draw();
    });
  const card = (one) => {
    const [title, what, get] = WORDS[one].map((word) => desk.say(word));
    const own = { type: "radio", name: "kind", value: one, checked: one === kind, disabled: stated && one !== kind, "data-focus": `kind:${one}`, on: { change: () => choose(one) } };
    const told = make("span", { class: "kind-words" }, make("b", {}, title), make("span", {}, what), make("span", { class: "hint" }, get));
    return make("label", { class: "kind" }, make("input", own), picture(62, 60, "glyph", GLYPHS[one]()), told);
  };
  return make(
    "section",
    { class: "kinds-choice" },
    make("h3", { id: "kinds" }, desk.say("which_kind")),
    make("p", { class: "hint" }, desk.say(stated ? STATED[kind] : "which_kind_hint")),
    make("div", { class: "kinds", role: "radiogroup", "aria-labelledby": "kinds" }, Object.keys(WORDS).map(card)),
  );
}

/** Return the line by which the example of this kind is taken. */
export function exampleLine(desk, take) {
  return make("span", { class: "aside" }, desk.say(EXAMPLES[desk.state.kind]), " ", desk.button("example", "example", take));
}
