// Questions before an action that would lose something; and the versions of the work that can come back.

import { make } from "./elements.js";

let dialogs = 0; // so far on this page, for names that are there once

/** Show a dialog: what is asked, what stays and what does not, and its buttons; return the value of the one chosen.
 *
 * `keeps` is the button that changes nothing: it has the focus, and Escape does the same. */
export function askChoice(desk, { title, words, kept = [], lost = [], keeps, choices, main = null }) {
  const id = `loss-${(dialogs += 1)}`;
  return new Promise((resolve) => {
    const finish = (value) => () => dialog.close(value);
    const button = (text, value, isMain) => make("button", { type: "button", class: isMain ? "main" : "", on: { click: finish(value) } }, text);
    const list = (kind, lines) => (lines.length ? make("ul", { class: kind }, lines.map((line) => make("li", {}, line))) : null);
    const keep = button(keeps, "", main === null);
    const others = choices.map((choice, at) => button(choice.words, choice.sure, at === main));
    const dialog = make(
      "dialog",
      { class: "loss", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words` },
      make("h2", { id: `${id}-title` }, title),
      make("div", { id: `${id}-words` }, make("p", {}, words), list("lost", lost), list("kept", kept)),
      make("div", { class: "tools" }, ...(main === null ? [keep, ...others] : [...others, keep])),
    );
    const before = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue);
    });
    desk.root.append(dialog);
    dialog.showModal();
    keep.focus();
  });
}

/** Return the ways back to versions of the work, null where there is none; to a validated one beside an attempt. */
export function waysBack(desk) {
  const { past = [] } = desk.state ?? {};
  if (!past.length) return null;
  const ways = past.map(({ id, words, validated }) =>
    make("button", { type: "button", class: validated ? "main" : "", "data-focus": `back:${id}`, on: { click: () => bringBack(desk, id) } }, words),
  );
  const { attempt = "" } = past.find(({ validated }) => validated) ?? {};
  return make("div", { class: attempt ? "past attempt" : "past", role: "group", "aria-label": desk.say("past") }, attempt ? make("p", {}, attempt) : null, make("div", { class: "tools" }, ways));
}

function bringBack(desk, id) {
  return desk.act(async () => {
    desk.know(await desk.service.do({ do: "back", id }));
    await desk.follow();
    const { told } = desk.state;
    await desk.show(desk.reachable(desk.step) && desk.step !== "files" ? desk.step : desk.furthest());
    desk.tell(told);
  });
}
