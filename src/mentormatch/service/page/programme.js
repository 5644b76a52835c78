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

  async draw(place) {
    this.form ??= new Form(this);
    await this.form.draw(place);
    place.append(make("section", { class: "experiment", "data-place": "experiment" }));
    await this.experiment.draw(place.lastChild);
  }

  say(word, values) {
    return this.desk.say(word, values);
  }

  ask(what) {
    return this.desk.service.do({ do: "programme", what });
  }

  tools({ version: number }) {
    const { desk } = this;
    const form = desk.button("form_pairs", "form", () => desk.parts.intake.forming.form());
    form.textContent = this.say("form_pairs", { number });
    return [form, desk.documents.link("programme.toml", this.say("form_download", { number }))];
  }

  async kept(number) {
    const { desk } = this;
    desk.know(await desk.service.json("GET", desk.service.at("")));
    desk.drawSteps();
    await this.experiment.draw(this.experiment.place);
    return this.say("form_kept", { number });
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
