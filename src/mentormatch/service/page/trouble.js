// How it is told that something was not done: in words, beside what must be corrected.

import { make } from "./elements.js";

/** Return a trouble as an element: the title and the first thing that is wrong, then the others, folded. */
export function troubleOf(trouble, say) {
  const items = trouble.problems.map((one) =>
    make(
      "li",
      {},
      make("b", {}, one.where),
      ` ${say("colon")} ${one.found}`,
      one.expected ? make("span", { class: "expected" }, say("expected", { what: one.expected })) : null,
      one.advice ? make("span", { class: "advice" }, `→ ${one.advice}`) : null,
    ),
  );
  const [first, ...rest] = trouble.title.split("\n");
  const others = items.slice(1);
  const fold = () => make("details", { class: "fold" }, make("summary", {}, say("others_wrong", { number: others.length })), make("ul", {}, others));
  return make(
    "div",
    { class: "trouble", role: "alert", tabindex: "-1", "data-focus": "trouble" },
    make("p", {}, make("b", {}, first)),
    rest.map((line) => make("p", {}, line)),
    items.length ? make("ul", {}, items[0]) : null,
    others.length ? fold() : null,
  );
}
