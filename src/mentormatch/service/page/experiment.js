// An experiment beside the programme: another one, the record of both, and the lots that decide between them.

import { make } from "./elements.js";
import { folded, foldedTables, sentencesOf, tableOf } from "./results.js";

/** The part of the step of the programme in which staff record an experiment, and draw its lots. */
export class Experiment {
  constructor(desk) {
    this.desk = desk;
  }

  /** Have a place show the experiment as it stands now. */
  async draw(place) {
    this.place = place;
    this.show(await this.desk.service.do({ do: "experiment" }));
  }

  show(told) {
    const { desk } = this;
    const inside = told.digest ? this.recorded(told) : told.file ? this.unrecorded(told) : this.nothing();
    const fold = folded("experiment", desk.say("experiment"), make("p", { class: "hint" }, desk.say("experiment_lead")), inside);
    fold.open = Boolean(told.file) || this.place.querySelector("details")?.open;
    this.place.replaceChildren(fold);
  }

  nothing() {
    const { desk } = this;
    return [desk.parts.files.place("experiment", ".toml,.json", desk.say("experiment_file"), ([file]) => this.change(() => desk.service.send("/files/experiment", file)), make("h4", {}, desk.say("experiment_file")))];
  }

  unrecorded({ file }) {
    const { desk } = this;
    const number = make("input", { type: "number", min: 0, step: 1, required: true, id: "experiment-seed", "data-focus": "experiment:seed" });
    const record = () => number.reportValidity() && this.change(() => desk.service.do({ do: "record", seed: number.valueAsNumber }));
    return [
      make("p", { class: "file" }, make("b", {}, file), this.leave()),
      make("div", { class: "field" }, make("label", { for: "experiment-seed" }, desk.say("experiment_seed")), number),
      make("div", { class: "tools" }, desk.button("experiment_record", "experiment:record", record, { class: "main" })),
    ];
  }

  recorded({ digest, seed, differences, refusal, sentences, pairs }) {
    const { desk } = this;
    const link = (name) => desk.parts.documents.link(name, name);
    const draw = () => this.change(() => desk.work(desk.say("experiment_drawing"), () => desk.service.do({ do: "draw" })));
    const drawn = pairs ? [sentencesOf(sentences), foldedTables([pairs]), make("p", { class: "hint" }, desk.say("experiment_next"), " ", link("tirage.json"))] : [];
    const waits = pairs ? "" : refusal || (desk.state.plan ? desk.say("form_lost") : "");
    const offer = pairs || refusal ? "" : desk.button("experiment_draw", "experiment:draw", draw, { class: "main" });
    return [
      make("p", {}, desk.say("experiment_recorded", { seed }), " ", make("code", { class: "digest" }, digest)),
      make("p", { class: "hint" }, desk.say("experiment_send"), " ", link("essai.json")),
      tableOf(differences, "people"),
      ...drawn,
      waits ? make("p", { class: "note warn" }, waits) : "",
      make("div", { class: "tools" }, offer, this.leave()),
    ];
  }

  leave() {
    return this.desk.button("experiment_leave", "experiment:leave", () => this.change(() => this.desk.service.do({ do: "leave", part: "experiment" })));
  }

  /** Do something with the experiment, and show it and how far everything is then. */
  change(doing) {
    const { desk } = this;
    return desk.act(
      async () => {
        const told = await doing();
        desk.know(await desk.service.json("GET", desk.service.at("")));
        desk.drawSteps();
        this.show(told);
        this.place.querySelector("summary").focus();
      },
      { place: this.place },
    );
  }
}
