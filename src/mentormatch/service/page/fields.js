// The first step: the files, dropped or chosen, each sent at once.

import { make } from "./elements.js";

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
    place.append(
      make("p", { class: "lead" }, desk.say("files_lead")),
      make("div", { class: "pair" }, this.answers(), this.programme()),
      make(
        "div",
        { class: "tools" },
        desk.button("read", "read", () => this.read(), { class: "main" }),
        make("span", { class: "aside" }, desk.say("example_lead"), " ", desk.button("example", "example", () => this.example())),
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
      make("fieldset", {}, make("legend", { class: "unseen" }, this.desk.say("how_many")), way(false, "one_file"), way(true, "two_files")),
      parts.map((part) => this.drop(part, ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods")),
    );
  }

  programme() {
    return make(
      "section",
      { class: "card", "data-place": "programme" },
      make("h3", {}, this.desk.say("programme")),
      make("p", { class: "hint" }, this.desk.say("programme_hint")),
      this.drop("programme", ".toml"),
    );
  }

  /** Return the place of one file: dropped there, or chosen by a button that the keyboard reaches. */
  drop(part, accept) {
    const { desk } = this;
    const file = this.file(part);
    const field = make("input", { type: "file", accept, class: "unseen", "data-focus": `file:${part}`, "data-part": part });
    field.setAttribute("aria-label", desk.say("choose_for", { what: desk.say(part) }));
    field.addEventListener("change", () => field.files[0] && this.send(part, field.files[0]));
    const pick = make("label", { class: "pick" }, field, make("span", { "aria-hidden": "true" }, desk.say("choose")));
    const title = ["mentors", "mentees"].includes(part) ? make("h4", {}, desk.say(part)) : null;
    const held = file
      ? make(
          "p",
          { class: "file" },
          make("b", {}, file.name),
          make("span", { class: "hint" }, file.size),
          desk.button("leave", `leave:${part}`, () => this.leave(part, file.name), { "aria-label": desk.say("leave_for", { name: file.name }) }),
        )
      : make("p", {}, pick, " ", make("span", { class: "hint" }, desk.say("or_drop")));
    const box = make("div", { class: file ? "drop held" : "drop", "data-drop": part }, title, held);
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      if (event.dataTransfer.files[0]) this.send(part, event.dataTransfer.files[0]);
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

  send(part, file) {
    const { desk } = this;
    const { service } = desk;
    const place = desk.root.querySelector(`[data-place="${part === "programme" ? part : "answers"}"]`);
    return desk.act(
      async () => {
        desk.tell(desk.say("sending", { name: file.name }));
        const path = service.at(`/files/${part}?name=${encodeURIComponent(file.name.slice(-200))}`);
        desk.know(await service.json("PUT", path, file, "application/octet-stream"));
        await desk.draw();
        desk.tell(desk.say("taken", { name: file.name }));
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
      desk.step = "intake";
      sessionStorage.setItem("step", "intake");
      await desk.draw({ focus: true });
      desk.tell(desk.say("read_done"));
    });
  }
}
