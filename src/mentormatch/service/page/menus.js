// Native menus, which a keyboard, a phone and a screen reader know how to use.

import { make } from "./elements.js";

/** Return a menu: its entries as {value, words}, or groups of them as {title, entries}; `act` gets it once changed. */
export function menu(entries, value, attributes, act) {
  const option = (one) => make("option", { value: one.value }, one.words);
  const groups = entries.map((one) => {
    if (!one.entries) return option(one);
    return one.title ? make("optgroup", { label: one.title }, one.entries.map(option)) : one.entries.map(option);
  });
  const made = make("select", attributes, groups.flat());
  made.value = value;
  made.addEventListener("change", () => act(made));
  return made;
}
