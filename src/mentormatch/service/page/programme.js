// The step in which staff change the programme, by the form that is the same in a notebook.

import { make } from "./elements.js";
import { Form } from "./form.js";
import { Step } from "./step.js";

/** The step of the programme: what its form asks of the desk, and what stands above it here. */
export class Programme {
  constructor(desk) {
    this.desk = desk;
    this.experiment = new Step(desk, { do: "experiment" });
  }

  draw(place) {
    this.form ??= new Form(this);
    const words = make("div", {}, make("p", { class: "result" }, this.say("rules_title")), make("p", { class: "lead" }, this.say("rules_lead")));
    const head = make("div", { class: "headline" }, words);
    place.append(head);
    this.desk.parts.intake.head(head);
    this.fill(place).catch((trouble) => this.fail(trouble)); // what forms the pairs does not wait for it
  }

  async fill(place) {
    const { desk } = this;
    await this.form.draw(place);
    const experiment = make("section", { class: "experiment", "data-place": "experiment" });
    place.append(desk.parts.intake.fold(), experiment);
    await this.experiment.draw(experiment);
    desk.works.restrain(place);
  }

  say(word, values) {
    return this.desk.say(word, values);
  }

  ask(what) {
    return this.desk.service.do({ do: "programme", what });
  }

  tools({ version: number }) {
    return [this.desk.documents.link("programme.toml", this.say("form_download", { number }))];
  }

  async kept(number) {
    const { desk } = this;
    desk.know(await desk.service.json("GET", desk.service.at("")));
    desk.drawSteps();
    await this.experiment.draw(this.experiment.place);
    return this.say("form_kept", { number });
  }

  /** Keep what is being tried, so that the pairs are those of what is shown. */
  async settle() {
    if (this.form.told?.tried) await this.ask({ action: "keep" });
  }

  losing() {
    return this.desk.state.plan ? this.say("form_keep_lost") : "";
  }

  tell(text) {
    this.desk.tell(text);
  }

  fail(trouble, place) {
    this.desk.fail(trouble, place);
  }
}
