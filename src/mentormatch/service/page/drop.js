// Places for files: dropped there, or chosen by a button that the keyboard reaches.

import { make } from "./elements.js";

/** What makes the places of a page. */
export class Drop {
  constructor(desk) {
    this.desk = desk;
  }

  /** Return an empty place for files: dropped there, or chosen by a button that the keyboard reaches. */
  place(part, accept, told, take, title = null) {
    const { desk } = this;
    const field = make("input", { type: "file", accept, multiple: part === "answers", class: "unseen", "data-focus": `file:${part}`, "data-part": part });
    field.setAttribute("aria-label", desk.say("choose_for", { what: told }));
    field.addEventListener("change", () => {
      const files = [...field.files];
      field.value = ""; // so that a file that was corrected can be chosen again
      if (files.length) take(files);
    });
    const pick = make("label", { class: this.desk.state?.files.length || part !== "answers" ? "pick" : "pick main" }, field, make("span", { "aria-hidden": "true" }, desk.say("choose")));
    const empty = make("p", {}, pick, " ", make("span", { class: "hint" }, desk.say("or_drop")));
    return this.dropped(make("div", { class: "drop", "data-drop": part }, title, empty), take);
  }

  /** Return a place that takes what is dropped on it. */
  dropped(box, take) {
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      take([...event.dataTransfer.files]);
    });
    return box;
  }
}
