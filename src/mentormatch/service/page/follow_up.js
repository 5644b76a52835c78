// The step of the year: the answers after so many months, who should be called and why, and where each pair stands.

import { make } from "./elements.js";
import { folded, foldedTables, tableOf } from "./results.js";

const TABLES = ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods";

/** The step in which staff follow the pairs. */
export class FollowUp {
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.told = await this.desk.service.do({ do: "follow" });
  }

  draw(place) {
    const { desk, told } = this;
    place.append(make("p", { class: "lead" }, desk.say("follow_lead")));
    if (told.refusal) {
      place.append(make("p", { class: "note" }, told.refusal), this.editions(told.editions));
      return;
    }
    place.append(this.waves(told.waves));
    if (!told.summary) {
      place.append(make("p", { class: "note" }, desk.say("follow_nothing")), this.editions(told.editions));
      return;
    }
    this.count = make("span", { class: "hint" }, desk.say("calls_done", { calls: told.calls }));
    place.append(
      make("div", { class: "verdict" }, make("p", {}, make("b", {}, told.summary)), make("ul", { class: "figures" }, told.figures.map((one) => make("li", {}, make("b", {}, String(one.number)), ` ${one.noun}`)))),
      desk.parts.board.names(),
      make("section", {}, make("div", { class: "tools" }, make("h3", {}, desk.say("to_call")), this.count), told.ranks.length ? told.ranks.map((one) => this.rank(one)) : make("p", {}, desk.say("nobody_to_call"))),
      make("section", {}, make("h3", {}, desk.say("pairs_now")), tableOf(told.meetings)),
      told.outcomes ? folded("outcomes", told.outcomes.title, told.warning.map((text) => make("p", { class: "hint" }, text)), tableOf(told.outcomes)) : "",
      foldedTables(told.tables),
      this.editions(told.editions),
      make("section", {}, make("h3", {}, desk.say("follow_documents")), desk.parts.documents.names(), desk.parts.documents.table(told.documents)),
    );
  }

  /** Return the places of the answers, a month each. */
  waves(waves) {
    const { desk } = this;
    const files = desk.parts.files;
    const one = (wave) => {
      const title = make("h3", {}, wave.title);
      const part = `wave-${wave.month}`;
      if (!wave.file) return make("li", { "data-place": part }, files.place(part, TABLES, wave.title, ([file]) => this.take(wave.month, file), title));
      const leave = desk.button("leave", `leave:${part}`, () => this.leave(wave), { "aria-label": desk.say("leave_for", { name: wave.file }) });
      const held = make("div", { class: "drop held", "data-drop": part }, title, make("p", {}, wave.answered), make("p", { class: "file" }, make("span", { class: "hint" }, wave.file), leave));
      return make("li", { "data-place": part }, files.dropped(held, ([file]) => this.take(wave.month, file)));
    };
    return make("ul", { class: "waves" }, waves.map(one));
  }

  take(month, file) {
    const { desk } = this;
    return desk.act(
      async () => {
        desk.tell(desk.say("sending", { name: file.name }));
        await desk.service.send(`/waves/${month}`, file);
        await desk.draw();
        desk.tell(desk.say("taken", { name: file.name }));
        desk.root.querySelector(`[data-focus="leave:wave-${month}"]`)?.focus();
      },
      { place: desk.root.querySelector(`[data-place="wave-${month}"]`) },
    );
  }

  leave({ month, file }) {
    const { desk } = this;
    return desk.act(async () => {
      await desk.service.do({ do: "unwave", month });
      await desk.draw();
      desk.tell(desk.say("taken_back", { name: file }));
      desk.root.querySelector(`[data-focus="file:wave-${month}"]`)?.focus();
    });
  }

  /** Return the place of the follow-ups of editions before, and what these teach. */
  editions({ given, sentences, lessons }) {
    const { desk } = this;
    const line = ({ at, title, pairs, file }) =>
      make(
        "li",
        { class: "file" },
        make("b", {}, title),
        make("span", { class: "hint" }, desk.say("edition_of", { pairs, name: file })),
        desk.button("leave", `leave:edition-${at}`, () => this.leaveEdition(at, file), { "aria-label": desk.say("leave_for", { name: `${title}, ${file}` }) }),
      );
    return make(
      "section",
      { "data-place": "editions" },
      make("h3", {}, desk.say("editions_before")),
      make("p", { class: "hint" }, desk.say("editions_before_hint")),
      given.length ? make("ul", { class: "editions" }, given.map(line)) : null,
      desk.parts.files.place("editions", ".json", desk.say("editions_before"), (files) => this.takeEditions(files)),
      sentences.map((text) => make("p", {}, text)),
      lessons ? folded("lessons", lessons.title, tableOf(lessons)) : null,
    );
  }

  takeEditions(files) {
    const { desk } = this;
    const here = (what) => desk.root.querySelector(`[data-${what}]`);
    return desk.act(async () => {
      try {
        for (const file of files) {
          desk.tell(desk.say("sending", { name: file.name }));
          await desk.service.send("/editions", file);
        }
      } catch (trouble) {
        await desk.draw(); // those before the one that was refused are there
        desk.fail(trouble, here('place="editions"'));
        return;
      }
      await desk.draw();
      desk.tell(desk.say("taken", { name: files.map((file) => file.name).join(", ") }));
      here('focus="file:editions"')?.focus();
    });
  }

  leaveEdition(at, file) {
    const { desk } = this;
    return desk.act(async () => {
      await desk.service.do({ do: "unedition", at });
      await desk.draw();
      desk.tell(desk.say("taken_back", { name: file }));
      desk.root.querySelector('[data-focus="file:editions"]')?.focus();
    });
  }

  rank({ code, title, advice, people }) {
    const { desk } = this;
    return make(
      "div",
      { class: `rank rank-${code}` },
      make("h4", {}, title),
      advice ? make("p", { class: "hint" }, advice) : null,
      make("ol", { class: "calls" }, people.map((one) => this.call(one))),
    );
  }

  /** Return somebody to call; the line stays where it is once that is done. */
  call(one) {
    const { desk } = this;
    const box = make("input", { type: "checkbox", checked: one.done, "data-focus": `call:${one.id}` });
    const line = make(
      "li",
      { class: one.done ? "call done" : "call" },
      make("div", {}, make("b", {}, one.name), make("span", { class: "hint" }, desk.say("with", { side: one.side, partners: one.partners }))),
      make("ul", {}, one.reasons.map((text) => make("li", {}, text))),
      make("div", { class: "reached" }, one.telephone ? make("a", { href: `tel:${one.telephone.replace(/[^+\d]/g, "")}` }, one.telephone) : null, make("label", { class: "way" }, box, make("span", {}, desk.say("call_done")), make("span", { class: "unseen" }, one.name))),
    );
    box.addEventListener("change", () =>
      desk.act(async () => {
        const told = await desk.service.do({ do: "call", person: one.id, done: box.checked });
        line.classList.toggle("done", box.checked);
        this.count.textContent = desk.say("calls_done", { calls: told.calls });
      }),
    );
    return line;
  }
}
