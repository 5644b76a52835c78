// The step in which staff note what people answer to the pairs that are proposed to them, and close the round.

import { make } from "./elements.js";
import { menu } from "./menus.js";

/** A pair that is proposed: its row, whose menus follow what was noted. */
class Line {
  constructor(step, line) {
    Object.assign(this, { step, menus: {} });
    const pair = `${line.mentor.name} – ${line.mentee.name}`;
    const mark = line.new ? make("span", { class: "badge" }, step.desk.say("new_pair")) : null;
    this.row = make(
      "tr",
      {},
      make("th", { scope: "row" }, line.mentor.name, mark),
      make("td", {}, this.reply("mentor", line, pair)),
      make("td", { class: "who" }, line.mentee.name),
      make("td", {}, this.reply("mentee", line, pair)),
    );
    this.follow(line);
  }

  /** Return the menu of one person, and that of reasons, which is seen where they declined. */
  reply(side, line, pair) {
    const { desk, told } = this.step;
    const { id, name, asked, before } = line[side];
    if (!asked) return make("span", { class: "hint" }, desk.say("not_asked"));
    const partner = line[side === "mentor" ? "mentee" : "mentor"].id;
    const [first, ...others] = told.answers;
    const answers = [before ? { value: "", words: desk.say("accepted_before") } : first, ...others];
    const reasons = [{ value: "", words: desk.say("no_reason") }, ...told.reasons];
    const note = () => this.step.note({ person: id, partner, answer: answer.value, reason: reason.value });
    const own = (word, kind) => ({ "aria-label": desk.say(word, { name, pair }), "data-focus": `${kind}:${id}:${partner}` });
    const answer = menu(answers, "", own("reply_of", "reply"), note);
    const reason = menu(reasons, "", own("reason_of", "reason"), note);
    this.menus[side] = { answer, reason };
    return make("div", { class: "replies" }, answer, reason);
  }

  /** Show what was noted; nothing is made anew, so that the focus stays where it is. */
  follow(line) {
    for (const [side, { answer, reason }] of Object.entries(this.menus)) {
      answer.value = line[side].answer;
      reason.value = line[side].reason;
      reason.hidden = line[side].answer !== "declined";
      answer.classList.toggle("noted", line[side].answer !== "");
    }
  }
}

/** The step of the proposal: one round at a time. */
export class Proposal {
  constructor(desk) {
    this.desk = desk;
    this.late = "wait";
    this.waiting = Promise.resolve();
  }

  async draw(place) {
    const { desk } = this;
    await this.waiting;
    this.told = await desk.service.do({ do: "round" });
    this.lines = this.told.lines.map((line) => new Line(this, line));
    this.noted = make("p", { class: "hint" });
    this.outlook = make("ul", { class: "outlook" });
    this.leavers = make("div", {});
    place.append(
      make("p", { class: "lead" }, desk.say("proposal_lead")),
      this.standing(),
      this.form(),
      this.table(),
      this.departures(),
      this.closing(),
      this.everybody(),
    );
    this.follow(this.told);
  }

  /** Return the entries of a menu, each a value and the name of its text. */
  entries(texts) {
    return texts.map(([value, word]) => ({ value, words: this.desk.say(word) }));
  }

  /** Return how far the proposal is, and the way back to the round before. */
  standing() {
    const { desk, told } = this;
    const [first, ...rest] = told.told;
    const name = desk.say("reopen_round", { number: told.reopens });
    const back = make("button", { type: "button", "data-focus": "reopen", on: { click: () => this.reopen() } }, name);
    this.back = make("div", { class: "tools" }, back);
    return make(
      "div",
      { class: "verdict" },
      make("p", {}, make("b", {}, first), ` ${rest[0]}`),
      rest.slice(1).map((sentence) => make("p", {}, sentence)),
      this.back,
    );
  }

  /** Return the place of a form that was filled in, and the form. */
  form() {
    const { desk } = this;
    const box = desk.drop.place("replies", ".csv,.txt,.tsv,.xlsx,.xlsm,.xls,.ods", desk.say("filled"), ([file]) => this.gather(file));
    const lead = make(
      "div",
      {},
      make("h3", {}, desk.say("filled")),
      make("p", { class: "hint" }, desk.say("filled_hint")),
      make("p", {}, desk.documents.link("reponses-a-remplir.csv", desk.say("blank_form"))),
    );
    return make("section", { class: "card", "data-place": "replies" }, make("div", { class: "pair" }, lead, box));
  }

  /** Return who has to accept, which is decided in the first round. */
  asking() {
    const { desk, told } = this;
    if (told.round > 1) return null;
    const sides = this.entries([["both", "asked_both"], ["mentor", "asked_mentor"], ["mentee", "asked_mentee"]]);
    const asked = menu(sides, told.asked, { id: "asked", "data-focus": "asked" }, (made) => this.oblige(made.value));
    return make("div", { class: "field beside" }, make("label", { for: "asked" }, desk.say("asked")), asked);
  }

  /** Return the place where it is noted that somebody leaves who is asked nothing. */
  departures() {
    const { desk, told } = this;
    return make(
      "details",
      { class: "fold", open: told.others.some((one) => one.left) },
      make("summary", { "data-focus": "others" }, desk.say("others")),
      make("p", { class: "hint" }, desk.say("others_hint")),
      this.leavers,
    );
  }

  table() {
    const { desk } = this;
    if (!this.lines.length) return make("p", {}, desk.say("no_lines"));
    const heads = ["mentor", "reply", "mentee", "reply"].map((word) => make("th", { scope: "col" }, desk.say(word)));
    return make(
      "section",
      { class: "proposed" },
      make("h3", {}, desk.say("replies")),
      this.asking(),
      this.noted,
      make("table", { class: "lines" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, this.lines.map((one) => one.row))),
    );
  }

  /** Return what closing will do, the choice of what silence is, and the button. */
  closing() {
    const { desk, told } = this;
    const ways = this.entries([["wait", "late_wait"], ["accept", "late_accept"], ["decline", "late_decline"]]);
    const late = menu(ways, this.late, { id: "late", "data-focus": "late" }, (made) => {
      this.late = made.value;
      this.follow(this.told);
    });
    return make(
      "section",
      { class: "card closing" },
      make("h3", {}, desk.say("closing", { number: told.round })),
      make("div", { class: "field" }, make("label", { for: "late" }, desk.say("late")), late),
      make("div", { "aria-live": "polite" }, make("p", {}, desk.say("closing_lead")), this.outlook),
      make("div", { class: "tools" }, desk.button("close_round", "close_round", () => this.close(), { class: "main" })),
    );
  }

  /** Return everybody's state, and who is without a pair, folded. */
  everybody() {
    const { desk, told } = this;
    const heads = told.titles.map((title) => make("th", { scope: "col" }, title));
    const rows = told.people.map((texts) =>
      make("tr", {}, texts.map((text, at) => (at === 1 ? make("th", { scope: "row" }, text) : make("td", { "data-title": told.titles[at] }, text)))),
    );
    const table = make("table", { class: "people" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
    const why = desk.button("why_without", "why_without", () => {
      desk.parts.pairs.view = "sans-binome";
      return desk.go("pairs");
    });
    const fold = (word, key, values, ...inside) =>
      make("details", { class: "fold" }, make("summary", { "data-focus": key }, desk.say(word, values)), inside);
    return make(
      "div",
      { class: "folds" },
      told.without.length ? fold("without", "without", { number: told.without.length }, make("p", {}, told.without.join(", ")), why) : null,
      fold("everybody", "everybody", {}, make("p", {}, desk.documents.link("ou-en-est-chacun.csv", desk.say("keep_people"))), table),
    );
  }

  /** Show what was noted, and what closing would do now. */
  follow(told) {
    this.told = told;
    told.lines.forEach((line, at) => this.lines[at]?.follow(line));
    this.back.hidden = !told.reopens;
    this.noted.textContent = told.noted;
    this.outlook.replaceChildren(...told.closing[this.late].map((sentence) => make("li", {}, sentence)));
    this.drawLeavers();
  }

  /** Show who else leaves, and the menu of those who may. */
  drawLeavers() {
    const { desk, told } = this;
    const key = document.activeElement?.dataset?.focus;
    const staying = told.others.filter((one) => !one.left).map((one) => ({ value: one.id, words: one.name }));
    const entries = [{ value: "", words: desk.say("choose_person") }, ...staying];
    const choice = menu(entries, "", { id: "leaver", "data-focus": "leaver" }, () => {});
    const leave = desk.button("note_leaver", "note_leaver", () => choice.value && this.note({ person: choice.value, answer: "left" }));
    const left = told.others.filter((one) => one.left);
    const back = (one) =>
      desk.button("leave", `stays:${one.id}`, () => this.note({ person: one.id, answer: "" }), { "aria-label": desk.say("stays", { name: one.name }) });
    this.leavers.replaceChildren(
      make("div", { class: "field" }, make("label", { for: "leaver" }, desk.say("leaver")), make("div", { class: "tools" }, choice, leave)),
      left.length ? make("h4", {}, desk.say("noted_leavers")) : "",
      ...left.map((one) => make("p", { class: "file" }, make("b", {}, one.name), back(one))),
    );
    if (key && document.activeElement === document.body) {
      const kept = [...this.leavers.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
      (kept ?? this.leavers.querySelector("select")).focus();
    }
  }

  /** Note one thing after the other, whatever else is being done; what was chosen stays where it cannot be. */
  note(said) {
    const { desk } = this;
    const asked = { do: "note", round: this.told.round, ...said };
    this.waiting = this.waiting.then(async () => {
      try {
        this.follow(await desk.service.do(asked));
        desk.tell(this.told.noted);
      } catch (trouble) {
        if (desk.busy || trouble.status !== 422) desk.fail(trouble);
        else this.refused(trouble); // not waited for: what is drawn waits for this
      }
    });
    return this.waiting;
  }

  /** Show how the round stands now, and why something was refused in it. */
  refused(trouble) {
    const { desk } = this;
    return desk.act(async () => {
      await desk.draw();
      throw trouble;
    });
  }

  oblige(asked) {
    const { desk } = this;
    return desk.act(async () => {
      await desk.service.do({ do: "oblige", asked });
      await desk.draw();
    });
  }

  gather(file) {
    const { desk } = this;
    const place = desk.root.querySelector("[data-place=replies]");
    return desk.act(
      async () => {
        await this.waiting;
        desk.tell(desk.say("sending", { name: file.name }));
        this.follow(await desk.service.send("/replies", file));
        desk.tell(this.told.done);
      },
      { place },
    );
  }

  close() {
    const { desk } = this;
    const { round } = this.told;
    return desk.act(async () => {
      await this.waiting;
      try {
        desk.know(await desk.work(desk.say("closing_round"), () => desk.service.do({ do: "close", round, late: this.late })));
      } catch (trouble) {
        if (trouble.status === 422) await desk.draw();
        throw trouble;
      }
      await desk.draw({ focus: true });
      desk.tell(desk.say("round_closed", { number: round }));
    });
  }

  reopen() {
    const { desk } = this;
    return desk.act(async () => {
      const number = this.told.reopens;
      desk.know(await desk.service.do({ do: "reopen" }));
      await desk.draw({ focus: true });
      desk.tell(desk.say("round_reopened", { number }));
    });
  }
}
