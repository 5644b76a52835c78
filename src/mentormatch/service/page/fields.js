// The first step: the files, dropped or chosen, each sent at once.

import { make } from "./elements.js";
import { exampleLine, kindChoice } from "./kinds.js";

const EARLIER = { pairs: ["edition", "proposal"], groups: ["edition"], sessions: [] };

/** The step in which staff hand over the answers and the programme. */
export class Fields {
  constructor(desk) {
    this.desk = desk;
    this.apart = false;
  }

  file(part) {
    return this.desk.state.files.find((one) => one.part === part);
  }

  draw(place) {
    const { desk } = this;
    if (this.file("mentors") || this.file("mentees")) this.apart = true;
    if (desk.state.kind !== "pairs") this.apart = false;
    place.append(
      make("p", { class: "lead" }, desk.say("files_lead")),
      kindChoice(desk),
      make("div", { class: "pair" }, this.answers(), this.programme()),
      make("div", { class: "pair" }, this.earlier("edition"), this.earlier("proposal")),
      desk.works.place({ folded: true }),
      make(
        "div",
        { class: "tools" },
        desk.button("read", "read", () => this.read(), { class: "main" }),
        exampleLine(desk, () => this.example()),
      ),
    );
  }

  answers() {
    const parts = this.apart ? ["mentors", "mentees"] : ["answers"];
    const way = (apart, word) => {
      const choose = { type: "radio", name: "apart", checked: apart === this.apart, "data-focus": `apart:${apart}` };
      const pick = make("input", { ...choose, on: { change: () => this.choose(apart) } });
      return make("label", { class: "way" }, pick, make("span", {}, this.desk.say(word)));
    };
    return make(
      "section",
      { class: "card", "data-place": "answers" },
      make("h3", {}, this.desk.say("answers")),
      make("p", { class: "hint" }, this.desk.say("answers_hint")),
      this.desk.state.kind === "pairs" ? make("fieldset", {}, make("legend", { class: "unseen" }, this.desk.say("how_many")), way(false, "one_file"), way(true, "two_files")) : null,
      parts.map((part) => this.drop(part, ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods")),
    );
  }

  programme() {
    return make(
      "section",
      { class: "card", "data-place": "programme" },
      make("h3", {}, this.desk.say("programme")),
      make("p", { class: "hint" }, this.desk.say(this.desk.state.kind === "sessions" ? "programme_needed" : "programme_hint")),
      this.drop("programme", ".toml"),
    );
  }

  /** Return the place of a file of before, folded unless there is one: of an earlier day, or of the last edition. */
  earlier(part) {
    const { desk } = this;
    const file = this.file(part);
    if (!file && !EARLIER[desk.state.kind].includes(part)) return "";
    const grouped = part === "edition" && desk.state.kind === "groups";
    return make(
      "details",
      { class: "fold", open: Boolean(file), "data-place": part },
      make("summary", { "data-focus": `earlier:${part}` }, desk.say(part === "edition" ? "edition" : "earlier")),
      make("p", { class: "hint" }, desk.say(part === "proposal" ? "earlier_hint" : grouped ? "edition_groups_hint" : "edition_hint")),
      this.drop(part, grouped ? ".json,.csv,.xlsx,.xlsm,.ods" : ".json"),
    );
  }

  /** Return the place of one file of this step, and the file that is there. */
  drop(part, accept) {
    const { desk } = this;
    const file = this.file(part);
    const told = desk.say(part === "proposal" ? "proposal_file" : part === "edition" ? "edition" : part);
    if (!file) return this.place(part, accept, told, (files) => this.take(part, files), this.title(part));
    const held = make(
      "p",
      { class: "file" },
      make("b", {}, file.name),
      make("span", { class: "hint" }, file.size),
      desk.button("leave", `leave:${part}`, () => this.leave(part, file.name), { "aria-label": desk.say("leave_for", { name: file.name }) }),
    );
    return this.dropped(make("div", { class: "drop held", "data-drop": part }, this.title(part), held), (files) => this.take(part, files));
  }

  title(part) {
    return ["mentors", "mentees"].includes(part) ? make("h4", {}, this.desk.say(part)) : null;
  }

  /** Return an empty place for files: dropped there, or chosen by a button that the keyboard reaches. */
  place(part, accept, told, take, title = null) {
    const { desk } = this;
    const field = make("input", { type: "file", accept, class: "unseen", "data-focus": `file:${part}`, "data-part": part });
    field.setAttribute("aria-label", desk.say("choose_for", { what: told }));
    field.addEventListener("change", () => {
      const files = [...field.files];
      field.value = ""; // so that a file that was corrected can be chosen again
      if (files.length) take(files);
    });
    const pick = make("label", { class: "pick" }, field, make("span", { "aria-hidden": "true" }, desk.say("choose")));
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

  choose(apart) {
    this.apart = apart;
    return this.desk.act(async () => {
      for (const part of apart ? ["answers"] : ["mentors", "mentees"]) {
        if (this.file(part)) this.desk.know(await this.desk.service.do({ do: "leave", part }));
      }
      await this.desk.draw();
    });
  }

  /** Send files: a programme and a proposal to their own places, wherever they were dropped. */
  async take(part, files) {
    for (const file of files) {
      if (file.name.toLowerCase().endsWith(".mentormatch")) return this.desk.works.bring(file);
      const own = { toml: "programme", json: part === "edition" ? part : "proposal" }[file.name.toLowerCase().split(".").pop()];
      await this.send(own ?? part, file);
    }
    return null;
  }

  send(part, file) {
    const { desk } = this;
    const { service } = desk;
    const place = desk.root.querySelector(`[data-place="${["programme", "proposal", "edition"].includes(part) ? part : "answers"}"]`);
    return desk.act(
      async () => {
        desk.tell(desk.say("sending", { name: file.name }));
        desk.know(await service.send(`/files/${part}`, file));
        await desk.draw();
        desk.tell(desk.state.told || desk.say("taken", { name: file.name }));
        desk.root.querySelector(`[data-focus="leave:${part}"]`)?.focus();
      },
      { place },
    );
  }

  leave(part, name) {
    const { desk } = this;
    return desk.act(async () => {
      desk.know(await desk.service.do({ do: "leave", part }));
      await desk.draw();
      desk.tell(desk.say("taken_back", { name }));
      desk.root.querySelector(`[data-focus="file:${part}"]`)?.focus();
    });
  }

  example() {
    const { desk } = this;
    return desk.act(async () => {
      this.apart = false;
      desk.know(await desk.service.do({ do: "example" }));
      await desk.draw();
      desk.tell(desk.say("example_taken"));
    });
  }

  read() {
    const { desk } = this;
    return desk.act(async () => {
      desk.tell(desk.say("reading"));
      desk.know(await desk.service.do({ do: "read", apart: this.apart }));
      await desk.follow();
      const { columns } = desk.state;
      await desk.show(columns.blocked || columns.open ? "questions" : desk.furthest());
      desk.tell(desk.say("read_done"));
    });
  }
}
