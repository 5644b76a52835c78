/** The part of a board that tells what changed since the beginning, what was decided, and who makes it final. */
class Decisions {
  constructor(board) {
    this.board = board;
    this.open = new Set();
    this.part = board.part("decisions");
    this.since = make("div", { class: "mm-board-since" });
    this.list = make("div", { class: "mm-board-decided" });
    this.earlier = make("div", { class: "mm-board-earlier" });
    this.sealed = make("div");
    this.accepted = make("input", { type: "checkbox", "data-focus": "accept_unproved" });
    this.accept = make("label", { class: "mm-board-accept" }, this.accepted, make("span", {}, this.say("accept_unproved")));
    this.who = this.input("who", "name");
    this.why = this.input("why", "off");
    const title = make("h5", {}, this.say("final"));
    this.sign = make("div", { class: "mm-board-sign" }, title, this.who.label, this.why.label, this.accept, this.sealed);
    this.part.append(this.list, this.earlier, this.since, this.sign);
  }

  say(name, values) {
    return this.board.say(name, values);
  }

  input(name, complete) {
    const field = make("input", {
      type: "text",
      maxlength: 1000,
      autocomplete: complete,
      "data-focus": name,
      on: { keydown: (event) => event.key === "Enter" && this.validate() },
    });
    return { field, label: make("label", {}, make("span", {}, this.say(name)), field) };
  }

  draw() {
    this.drawSince();
    this.drawDecided();
    this.drawSeal();
  }

  drawSince() {
    const { goals, sentences, new: fresh, gone } = this.board.view.whole;
    const rows = goals.map((one) => {
      const kind = one.difference ? (one.better ? "mm-board-up" : "mm-board-down") : "mm-board-same";
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, one.goal),
        make("td", { class: "mm-board-number" }, one.before),
        make("td", { class: "mm-board-number" }, make("b", {}, one.now)),
        make("td", { class: `mm-board-number ${kind}` }, one.difference || make("span", {}, unseen(this.say("same")), make("span", { "aria-hidden": "true" }, "="))),
      );
    });
    const figures = ["before", "now", "difference"].map((word) => [this.say(word), "mm-board-number"]);
    const made = goals.length ? table("goals", [this.say("change"), ...figures], rows) : "";
    const pairs = sentences.map((sentence) => make("p", {}, sentence));
    const told = fresh + gone.length > 0 ? fold(this.open, "whole", this.say("whole", { count: fresh }), pairs) : pairs;
    this.since.replaceChildren(made, ...[told].flat());
  }

  drawDecided() {
    const { decisions, earlier } = this.board.view;
    const items = decisions.map((one) => this.decided(one));
    this.part.firstChild.textContent = this.say("decisions", { count: decisions.length });
    const told = items.length ? make("ul", {}, items) : remark(this.say("no_decision"));
    const before = earlier.map((text) => make("li", {}, text));
    const known = before.length ? fold(this.open, "earlier", this.say("earlier", { count: before.length }), make("ul", {}, before)) : "";
    this.list.replaceChildren(told);
    this.earlier.replaceChildren(known);
  }

  /** Return one decision with its reason, which is asked for once it is made, never before. */
  decided({ number, text, why, when }) {
    const note = why ? `« ${why} » ${when}` : when;
    const key = `why:${number}`;
    const field = make("input", { type: "text", maxlength: 1000, "aria-label": this.say("why_of", { what: text }), "data-focus": `${key}:field`, value: why });
    const keep = () => {
      this.open.delete(key);
      this.board.ask("explain", { number, why: field.value });
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && keep());
    const act = this.board.button(this.say("note_why"), `${key}:note`, keep);
    const ask = fold(this.open, key, this.say(why ? "other_why" : "ask_why"), make("div", { class: "mm-board-tools" }, field, act));
    return make(
      "li",
      {},
      make("div", {}, make("span", {}, text), make("span", { class: "mm-board-when" }, note), ask),
      this.board.decide("release", `release:${number}`, text, { number }),
    );
  }

  drawSeal() {
    const { head, folder, unproved } = this.board.view;
    this.accept.hidden = !unproved;
    const act = this.board.button(this.say("validate"), "validate", () => this.validate(), { class: "mm-board-main" });
    const seal = head ? [remark(this.say("head"), make("code", {}, head))] : [];
    this.sealed.replaceChildren(act, remark(this.say("folder", { folder })), ...seal);
  }

  validate() {
    const accept_unproved = !this.accept.hidden && this.accepted.checked;
    this.board.ask("validate", { who: this.who.field.value, why: this.why.field.value, accept_unproved });
  }
}
