// The step of a working group: its topics, its dates, and who presents at each session.

import { make } from "./elements.js";
import { draw, foldedTables, gauge, sentencesOf, tableOf } from "./results.js";

/** The step in which staff see what was chosen, and try another number of sessions. */
export class WorkingGroup {
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.told = await this.desk.service.do({ do: "sessions" });
  }

  draw(place) {
    const { desk, told } = this;
    place.append(
      sentencesOf([told.title], told.answered ? "verdict" : "verdict refused"),
      told.refusal.length ? sentencesOf(told.refusal, "verdict refused") : "",
      make("div", { class: "tools" }, desk.button("to_documents", "to_documents", () => desk.go("documents"), { class: "main" })),
      this.trial(told),
      told.sessions.length ? this.sessions(told) : "",
      told.topics.length ? this.topics(told) : "",
      foldedTables(told.tables),
    );
  }

  /** Return where another number of sessions is tried. */
  trial({ number }) {
    const { desk } = this;
    const input = make("input", { type: "number", id: "sessions", min: 1, max: 366, step: 1, value: number, "data-focus": "sessions" });
    const attempt = desk.button("try_number", "try_number", () => this.attempt(input.valueAsNumber));
    input.addEventListener("keydown", (event) => event.key === "Enter" && attempt.click());
    return make("div", { class: "field beside" }, make("label", { for: "sessions" }, desk.say("how_many_sessions")), input, attempt, make("span", { class: "hint" }, desk.say("try_number_hint")));
  }

  attempt(number) {
    const { desk } = this;
    if (!Number.isSafeInteger(number) || number < 1 || number > 366) {
      desk.tell(desk.say("bad_sessions"));
      return null;
    }
    return desk.act(async () => {
      const told = await desk.work(desk.say("choosing"), () => desk.service.do({ do: "try", number }));
      desk.know(await desk.service.json("GET", desk.service.at("")));
      await desk.draw();
      desk.tell(told.title);
    });
  }

  sessions({ sessions, about_dates: told }) {
    const { desk } = this;
    const card = (one) =>
      make(
        "li",
        {},
        make("h4", {}, one.when),
        one.topic ? make("p", {}, one.topic) : null,
        one.attendance ? make("p", {}, one.attendance) : null,
        one.presenting.length ? make("p", { class: "hint" }, desk.say("presenting", { people: one.presenting.join(", ") })) : null,
      );
    return make("section", {}, make("h3", {}, desk.say("sessions")), make("ol", { class: "sessions" }, sessions.map(card)), told.map((text) => make("p", { class: "hint" }, text)));
  }

  topics({ topics, unserved, enough, about_topics: told }) {
    const { desk } = this;
    const most = Math.max(1, ...topics.map((one) => one.approvals));
    const rows = topics.map((one) => {
      const length = (96 * one.approvals) / most;
      const shown = gauge("gauge", draw("rect", { x: 0, y: 0, width: length, height: 8, fill: one.chosen ? "var(--accent)" : "var(--rule)" }));
      return make(
        "tr",
        { class: one.chosen ? "chosen" : null },
        make("th", { scope: "row" }, one.topic),
        make("td", { "data-title": desk.say("approvals") }, make("div", { class: "approvals" }, make("span", {}, String(one.approvals)), shown)),
        make("td", {}, one.chosen ? make("span", { class: "held-mark" }, `✓ ${desk.say("chosen")}`) : "", one.reason ? make("div", { class: "hint" }, one.reason) : ""),
      );
    });
    const heads = ["topic", "approvals", "kept_or_not"].map((word) => make("th", { scope: "col" }, desk.say(word)));
    const table = make("table", { class: "told topics" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
    const left = { titles: [desk.say("person"), desk.say("asked_for")], rows: unserved.map((one) => [one.name, one.asked || desk.say("asked_nothing")]) };
    const aside = make(
      "aside",
      { class: "card" },
      make("h3", {}, desk.say("unserved")),
      unserved.length ? tableOf(left) : make("p", {}, desk.say("all_served")),
      enough ? make("div", { class: "tools" }, make("p", {}, desk.say("enough", { number: enough })), make("button", { type: "button", "data-focus": "enough", on: { click: () => this.attempt(enough) } }, desk.say("try_enough", { number: enough }))) : null,
    );
    const said = told.map((text) => make("p", { class: "hint" }, text));
    return make("section", {}, make("h3", {}, desk.say("topics")), said, make("div", { class: "split" }, table, aside));
  }
}
