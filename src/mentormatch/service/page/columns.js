// The second step: what each column of the files seems to be, and the menus that say otherwise.

import { make } from "./elements.js";
import { menu } from "./menus.js";
import { Step } from "./step.js";

const FOLDS = {
  known: { name: "known_columns", hint: null },
  typed: { name: "typed_columns", hint: "typed_hint" },
  unused: { name: "unused_columns", hint: "unused_hint" },
};
const NONE = "-"; // nothing is chosen yet
const MOST_AT_ONCE = 5; // of what blocks; the others are folded

/** The step of the columns: what blocks, what is to be confirmed, what is known, and what is set aside. */
export class Columns {
  constructor(desk) {
    this.desk = desk;
    this.asked = new Step(desk, { do: "columns" }); // of a draft
    this.folds = new Set(); // those that somebody opened stay open
  }

  async draw(place) {
    const { desk } = this;
    this.told = await desk.service.do({ do: "columns" });
    const { told } = this;
    if (told.tree) {
      this.asked.loaded = told;
      return this.asked.draw(place);
    }
    const state = (name) => told.lines.filter((line) => line.state === name);
    return place.append(
      this.head(),
      this.blockers(),
      this.open(state("open")),
      told.remarks.length ? make("ul", { class: "outlook hint" }, told.remarks.map((one) => make("li", {}, one))) : "",
      this.fold("known", state("known")),
      this.fold("typed", state("typed")),
      this.aside(),
      this.fold("unused", state("unused")),
      this.kept(),
      this.bar(state("open").length, state("known").length),
    );
  }

  /** Return how much was understood. */
  head() {
    const { desk, told } = this;
    const restore = desk.button("restore", "restore", () => this.ask({ what: "restore" }), { class: "quiet" });
    return make("div", { class: "columns-head" }, make("p", { class: "lead" }, told.lead), restore);
  }

  // --- what stands in the way ------------------------------------------------------------------------------------

  blockers() {
    const { desk, told } = this;
    if (!told.blockers.length) return make("p", { class: "settled", tabindex: "-1", "data-focus": "settled" }, desk.say("nothing_blocks"));
    const items = told.blockers.map((one, at) => this.blocker(one, at));
    const most = ["alone", "file"].includes(told.blockers[0].main?.what) ? 1 : MOST_AT_ONCE; // another file settles all at once
    const others = items.slice(most);
    const list = (held, start) => make("ol", { class: "blockers", start }, held);
    return make(
      "section",
      { class: "blocking", "aria-labelledby": "blocking" },
      this.title("blocking", "blocking", told.blockers.length, "bad"),
      list(items.slice(0, most), 1),
      others.length ? this.folded("blockers", desk.say("others_wrong", { number: others.length }), [list(others, most + 1)]) : null,
    );
  }

  blocker(one, at) {
    const key = `blocker:${at}`;
    const words = make(
      "div",
      { class: "blocker-text" },
      make("h4", { tabindex: "-1", "data-focus": key }, one.title),
      make("p", {}, one.text),
      one.hint ? make("p", { class: "hint" }, one.hint) : null,
    );
    const ways = [this.pressed(one.main, "main", `${key}:main`, one), this.other(one, key), this.pressed(one.quiet, "quiet", `${key}:quiet`, one)];
    const other = () => this.desk.button("other_file", `${key}:file`, () => this.ask({ what: "file" }), { class: "main" });
    const act = make("div", { class: "blocker-do" }, ways.some(Boolean) ? ways : other());
    return make("li", {}, make("span", { class: "blocker-number", "aria-hidden": "true" }, String(at + 1)), words, act);
  }

  pressed(gesture, kind, key, one) {
    if (!gesture) return null;
    const own = { type: "button", class: kind, "data-focus": key, "aria-label": `${one.title} – ${gesture.words}` };
    return make("button", { ...own, on: { click: () => this.ask(gesture) } }, gesture.words);
  }

  other(one, key) {
    if (!one.menu) return null;
    const empty = this.desk.say(one.menu.slot === "question" ? "another_column" : "another_answer");
    return this.chosen(one.menu, `${one.title} – ${empty}`, `${key}:menu`, empty);
  }

  // --- the lines -------------------------------------------------------------------------------------------------

  open(lines) {
    const { desk } = this;
    if (!lines.length) return "";
    const all = desk.button("confirm_all", "confirm_all", () => this.ask({ what: "confirm" }));
    return make(
      "section",
      { class: "confirming", "aria-labelledby": "confirming" },
      make("div", { class: "columns-head" }, this.title("confirming", "confirming", lines.length, "warn"), lines.length > 1 ? all : null),
      this.table(lines, "confirming"),
    );
  }

  fold(state, lines) {
    if (!lines.length) return "";
    const { desk } = this;
    const { name, hint } = FOLDS[state];
    const heading = [desk.say(name), make("span", { class: "number" }, String(lines.length))];
    return this.folded(state, heading, [hint ? make("p", { class: "hint" }, desk.say(hint)) : "", this.table(lines, name)]);
  }

  /** Return what is folded unless somebody opened it before. */
  folded(key, heading, inside) {
    const held = make("details", { class: "fold", open: this.folds.has(key) }, make("summary", { "data-focus": `fold:${key}` }, heading), inside);
    held.addEventListener("toggle", () => (held.open ? this.folds.add(key) : this.folds.delete(key)));
    return held;
  }

  table(lines, name) {
    const heads = ["column", "seems", "answers_to"].map((word) => make("th", { scope: "col" }, this.desk.say(word)));
    return make(
      "table",
      { class: "columns", "aria-label": this.desk.say(name) },
      make("thead", {}, make("tr", {}, heads)),
      lines.map((line) => make("tbody", {}, this.row(line), line.answers.length ? this.answers(line) : null)),
    );
  }

  row(line) {
    const { desk } = this;
    const question = make(
      "th",
      { scope: "row" },
      line.question,
      line.columns ? make("span", { class: "badge" }, line.columns) : null,
      line.examples.length ? make("span", { class: "sub" }, desk.say("for_example", { answers: line.examples.join(" ; ") })) : null,
    );
    const sure = line.sure_words ? make("span", { class: `sure ${line.sure}` }, line.sure_words) : null;
    const seems = make("td", {}, make("b", {}, line.seems), sure, line.why ? make("span", { class: "sub" }, line.why) : null);
    return make("tr", {}, question, seems, make("td", {}, make("div", { class: "answering" }, this.answering(line))));
  }

  /** Return the menu of a line, and the button that confirms it. */
  answering(line) {
    const { desk } = this;
    const label = desk.say("menu_of", { question: line.question });
    const yes = () => this.ask({ what: "confirm", question: line.key });
    return [
      line.menu ? this.chosen(line.menu, label, `line:${line.key}`, desk.say("none_chosen")) : null,
      line.state === "open" ? desk.button("yes", `yes:${line.key}`, yes, { "aria-label": desk.say("yes_of", { question: line.question }) }) : null,
    ];
  }

  /** Return the answers to one question that it does not understand, each with its menu. */
  answers(line) {
    const { desk } = this;
    const items = line.answers.map((one, at) => {
      const label = desk.say("menu_of_answer", { answer: one.text, question: line.question });
      const named = make("span", {}, one.text, make("span", { class: "sub" }, one.given));
      return make("li", {}, named, this.chosen(one.menu, label, `answer:${line.key}:${at}`, desk.say("no_option")));
    });
    return make("tr", { class: "unread" }, make("td", { colspan: 3 }, make("p", { class: "hint" }, desk.say("unread")), make("ul", {}, items)));
  }

  aside() {
    const { desk, told } = this;
    if (!told.aside.length) return "";
    const items = told.aside.map((one) => make("li", {}, make("b", {}, one.question), make("span", { class: "sub" }, one.why)));
    return make(
      "section",
      { class: "card apart", "aria-labelledby": "apart" },
      make("h3", { id: "apart" }, desk.say("sensitive"), make("span", { class: "number" }, String(told.aside.length))),
      make("p", { class: "hint" }, desk.say("sensitive_hint")),
      make("ul", {}, items),
    );
  }

  // --- the bar ---------------------------------------------------------------------------------------------------

  bar(open, known) {
    const { desk, told } = this;
    const blocked = told.blockers.length;
    const words = make("p", {}, make("b", {}, desk.say(blocked ? "blocked_count" : "none_blocked", { number: blocked })), " ", desk.say("other_counts", { open, known }));
    const go = desk.button("go_on", "go_on", () => (blocked ? this.blockedStill() : this.settle()), { class: "main", "aria-disabled": blocked ? "true" : null });
    const lost = desk.state.plan ?? desk.state.gathered ? make("span", { class: "hint" }, desk.say("columns_lost")) : null;
    return make("div", { class: "columns-bar" }, words, make("div", { class: "tools" }, lost, go));
  }

  /** Return what can be kept of the step once nothing blocks. */
  kept() {
    const { desk, told } = this;
    if (told.blockers.length) return "";
    const words = { "programme.toml": "keep_programme", "correspondance.toml": "keep_mapping" };
    return make("div", { class: "tools" }, told.documents.map((name) => desk.documents.link(name, desk.say(words[name]))));
  }

  blockedStill() {
    this.desk.tell(this.desk.say("blocked_still"));
    this.focus("blocker:0");
  }

  title(id, word, number, tone) {
    return make("h3", { id }, this.desk.say(word), make("span", { class: `number ${tone}` }, String(number)));
  }

  /** Return a menu that asks for the gesture which the choice completes. */
  chosen(told, label, key, empty) {
    const groups = this.told.menus[told.menu] ?? [];
    const there = groups.some((group) => group.entries.some((one) => one.value === told.value));
    const entries = there ? groups : [{ value: NONE, words: empty }, ...groups];
    const act = ({ value }) => value !== NONE && this.ask({ ...told.gesture, [told.slot]: value });
    return menu(entries, there ? told.value : NONE, { "aria-label": label, "data-focus": key }, act);
  }

  // --- what is asked ---------------------------------------------------------------------------------------------

  ask({ what, question = "", text = "", means = "" }) {
    const { desk } = this;
    if (what === "file") return desk.go("files");
    if (what === "side") return this.side(means);
    if (what === "alone") return this.alone();
    const blocked = this.told.blockers.length;
    const key = document.activeElement?.dataset?.focus;
    const after = this.keys().slice(this.keys().indexOf(key) + 1);
    return desk.act(async () => {
      await desk.service.do({ do: "say", what, question, text, means });
      await desk.draw();
      if (this.told.blockers.length < blocked) this.onward();
      else if (!this.keys().includes(key)) this.focus(after.find((one) => this.keys().includes(one)));
    });
  }

  /** Return the keys of all that the focus can be on, in order; what is folded is not there. */
  keys() {
    const held = [...this.desk.place.querySelectorAll("[data-focus]")];
    return held.filter((one) => one.getClientRects().length).map((one) => one.dataset.focus);
  }

  focus(key) {
    [...this.desk.place.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key)?.focus();
  }

  /** Lead to the next thing that blocks, else to the button that goes on. */
  onward() {
    const { desk, told } = this;
    desk.tell(desk.say(told.blockers.length ? "one_less" : "nothing_blocks"));
    this.focus(told.blockers.length ? "blocker:0" : "go_on");
  }

  settle() {
    const { desk } = this;
    return desk.act(async () => {
      desk.tell(desk.say("reading"));
      desk.know(await desk.service.do({ do: "settle" }));
      await desk.follow();
      await desk.show(desk.furthest());
      desk.tell(desk.say("read_done"));
    });
  }

  /** The one file is of one side: the other is asked for. */
  side(side) {
    const { desk } = this;
    return desk.act(async () => {
      desk.know(await desk.service.do({ do: "side", side }));
      await desk.show("files");
      desk.tell(desk.say(side === "mentors" ? "mentees_to_come" : "mentors_to_come"));
    });
  }

  /** The programme is left aside: the answers alone make one. */
  alone() {
    const { desk } = this;
    return desk.act(async () => {
      desk.know(await desk.service.do({ do: "leave", part: "programme" }));
      desk.know(await desk.service.do({ do: "read", apart: false }));
      await desk.follow();
      await desk.show("questions");
    });
  }
}
