// What an action would lose, asked before it is done; and the former states of the work that can come back.

import { make } from "./elements.js";

let dialogs = 0; // so far on this page, for names that are there once

/** Ask whether to go on, although something would be lost; return whether to. Escape keeps what is there. */
export function askLoss(desk, told) {
  const id = `loss-${(dialogs += 1)}`;
  return new Promise((resolve) => {
    const finish = (goes) => () => {
      dialog.returnValue = goes ? "goes" : "";
      dialog.close(dialog.returnValue);
    };
    const keep = make("button", { type: "button", class: "main", autofocus: true, on: { click: finish(false) } }, desk.say("loss_keep"));
    const go = make("button", { type: "button", on: { click: finish(true) } }, desk.say("loss_go_on"));
    const dialog = make(
      "dialog",
      { class: "loss", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-words ${id}-back` },
      make("h2", { id: `${id}-title` }, desk.say("loss_title")),
      make("p", { id: `${id}-words` }, told.words),
      make("p", { id: `${id}-back`, class: "hint" }, desk.say("loss_back")),
      make("div", { class: "tools" }, keep, go),
    );
    const before = document.activeElement;
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(dialog.returnValue === "goes");
    });
    desk.root.append(dialog);
    dialog.showModal();
    keep.focus();
  });
}

/** Return the ways back to former states of the work, null where there is none. */
export function waysBack(desk) {
  const { past = [] } = desk.state ?? {};
  if (!past.length) return null;
  const ways = past.map(({ id, words }) => make("button", { type: "button", "data-focus": `back:${id}`, on: { click: () => bringBack(desk, id) } }, words));
  return make("div", { class: "past tools", role: "group", "aria-label": desk.say("past") }, ways);
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
