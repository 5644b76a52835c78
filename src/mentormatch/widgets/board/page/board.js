/** One board in one place of a page. */
class Board {
  constructor(model, el) {
    this.model = model;
    this.words = model.get("words");
    this.queue = [];
    this.waiting = null;
    this.sought = "";
    this.root = make("section", {
      class: "mm-board",
      lang: this.words.language,
      "aria-label": this.words.board,
      on: { keydown: (event) => event.stopPropagation() },
    });
    el.append(this.root);
    this.build();
    this.draw();
  }

  get view() {
    return this.model.get("view");
  }

  /** Return one of the texts, its {places} filled. */
  say(name, values = {}) {
    return this.words[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
  }

  name(id) {
    return this.people.get(id).name;
  }

  // --- asking: one thing at a time, in order -------------------------------------------------------------------------

  ask(action, what = {}) {
    this.queue.push({ action, ...what });
    this.next();
  }

  next() {
    if (this.waiting !== null || this.queue.length === 0) return;
    this.waiting = this.view.turn + 1;
    this.root.setAttribute("aria-busy", "true");
    this.model.set("asked", { turn: this.waiting, what: this.queue.shift() });
    this.model.save_changes();
  }

  answered() {
    if (this.waiting !== null && this.view.turn >= this.waiting) {
      this.waiting = null;
      this.root.removeAttribute("aria-busy");
    }
    this.draw();
    this.next();
  }

  // --- the parts that stay, and those that are drawn again -----------------------------------------------------------

  build() {
    this.head = make("div", { class: "mm-board-head" });
    this.said = make("p", { class: "mm-board-said", role: "status", "aria-live": "polite" });
    this.find = make("input", {
      type: "search",
      class: "mm-board-find",
      "aria-label": this.say("find"),
      placeholder: this.say("find"),
      "data-focus": "find",
      on: { input: () => this.search(this.find.value) },
    });
    this.plan = this.part("plan");
    this.plan.insertBefore(this.find, this.plan.lastChild);
    this.person = new Person(this);
    this.change = this.part("change");
    this.decisions = this.part("decisions");
    this.final = this.part("final");
    this.who = this.input("who");
    this.why = this.input("why");
    const side = make("div", { class: "mm-board-side" }, this.person.part, this.change, this.decisions, this.final);
    this.root.append(this.head, this.said, make("div", { class: "mm-board-columns" }, this.plan, side));
  }

  part(name) {
    const heading = make("h4", { tabindex: "-1", "data-focus": `part:${name}`, [KEEP_KEYS]: "true" });
    const body = make("div", { class: "mm-board-body" });
    return make("section", { class: `mm-board-part mm-board-${name}` }, heading, body);
  }

  input(name) {
    const field = make("input", {
      type: "text",
      maxlength: 1000,
      autocomplete: "off",
      "data-focus": name,
      on: { keydown: (event) => event.key === "Enter" && this.validate() },
    });
    return { field, label: make("label", {}, make("span", {}, this.say(name)), field) };
  }

  fill(part, title, ...children) {
    const body = part.lastChild;
    const scroll = body.scrollTop;
    part.querySelector("h4").textContent = title;
    body.replaceChildren(...children.flat().filter((child) => child !== null));
    body.scrollTop = scroll;
  }

  /** Draw all again from the view, and leave the focus where it was, or on the heading of the part that it was in. */
  draw() {
    const active = this.root.getRootNode().activeElement;
    const inside = active && this.root.contains(active) ? active : null;
    const key = inside?.dataset.focus;
    const part = inside?.closest(".mm-board-part") ?? this.plan;
    this.people = new Map(this.view.people.map((person) => [person.id, person]));
    this.drawHead();
    this.drawPlan();
    this.person.draw();
    this.drawChange();
    this.drawDecisions();
    this.drawFinal();
    this.search(this.sought);
    this.said.textContent = this.view.said;
    this.said.classList.toggle("mm-board-refused", this.view.refusal !== "");
    if (inside) this.focus(key, part);
  }

  focus(key, part) {
    const found = [...this.root.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
    const target = found && !found.closest("[hidden]") ? found : part.querySelector("h4");
    if (target.hasAttribute("data-roving")) this.rove(target);
    target.focus({ preventScroll: true });
  }

  button(text, key, act, { off = false, ...more } = {}) {
    const own = { type: "button", "data-focus": key, "aria-disabled": off ? "true" : null };
    return make("button", { ...own, ...more, on: { click: () => off || act() } }, text);
  }

  /** Return the button of a decision; its whole name says whom it is about. */
  decide(word, key, names, what) {
    const action = word === "unpin" ? "release" : word;
    const label = `${this.say(word)} ${names}`;
    return this.button(this.say(word), key, () => this.ask(action, what), { "aria-label": label });
  }

  /** Return a cell that a narrow page, which has no room for headings, labels itself. */
  labelled(word, text, kind = null) {
    return make("td", { class: kind, "data-label": this.say("labelled", { word: this.say(word) }) }, text);
  }

  // --- who is with whom ----------------------------------------------------------------------------------------------

  drawHead() {
    const { view } = this;
    const state = make("p", { class: view.final ? "mm-board-state mm-board-done" : "mm-board-state" });
    state.append(...view.standing.flatMap((sentence, at) => (at ? [make("br"), sentence] : [sentence])));
    this.head.replaceChildren(
      make("div", {}, make("h3", {}, view.programme), make("p", {}, view.summary), make("p", {}, `${view.verdict}.`)),
      make(
        "div",
        { class: "mm-board-tools" },
        this.button(this.say("undo"), "undo", () => this.ask("undo"), { off: !view.undo }),
        this.button(this.say("redo"), "redo", () => this.ask("redo"), { off: !view.redo }),
      ),
      state,
    );
  }

  drawPlan() {
    const { pairs, alone } = this.view;
    const headings = [this.say("mentor"), this.say("mentee"), [this.say("points"), "mm-board-number"]];
    const chosen = table("pairs", headings, pairs.map((pair) => this.pairRow(pair)));
    const left = table("alone", [], alone.map((one) => this.aloneRow(one)));
    const title = make("h5", {}, this.say("alone", { count: alone.length }));
    const count = this.say("pairs", { count: pairs.length });
    this.fill(this.plan, count, remark(this.say("keys")), chosen, alone.length ? [title, left] : []);
    for (const group of [chosen, left]) this.roving(group);
  }

  pairRow(pair) {
    const marks = [pair.new && "new", pair.pinned && "pinned"].filter(Boolean);
    const badges = marks.map((mark) => make("span", { class: `mm-board-mark mm-board-${mark}` }, this.say(mark)));
    const text = folded(`${this.name(pair.mentor)} ${this.name(pair.mentee)}`);
    const key = `pair:${pair.mentor}:${pair.mentee}`;
    return make(
      "tr",
      { class: pair.new ? "mm-board-fresh" : null, "data-text": text },
      make("td", {}, this.choice(pair.mentor, `${key}:mentor`)),
      make("td", {}, this.choice(pair.mentee, `${key}:mentee`), badges),
      make("td", { class: "mm-board-number" }, pair.points),
    );
  }

  aloneRow({ person, reason }) {
    return make(
      "tr",
      { "data-text": folded(this.name(person)) },
      make("td", {}, this.choice(person, `alone:${person}`)),
      make("td", { class: "mm-board-reason" }, reason),
    );
  }

  /** Return the button by which somebody is looked at. */
  choice(person, key) {
    return this.button(this.name(person), key, () => this.ask("choose", { person }), {
      class: "mm-board-name",
      tabindex: "-1",
      "data-roving": true,
      "aria-current": this.view.chosen?.person === person ? "true" : null,
    });
  }

  search(text) {
    this.sought = text;
    for (const row of this.plan.querySelectorAll("tr[data-text]")) {
      row.hidden = !row.dataset.text.includes(folded(text.trim()));
    }
  }

  /** Make a table one stop of the tab key, in which arrows lead from name to name. */
  roving(table) {
    const first = table.querySelector("[data-roving]");
    const now = table.querySelector("[data-roving][aria-current]") ?? first;
    now?.setAttribute("tabindex", "0");
    table.addEventListener("keydown", (event) => this.step(event, table));
  }

  rove(target) {
    for (const one of target.closest("table").querySelectorAll("[data-roving]")) one.setAttribute("tabindex", "-1");
    target.setAttribute("tabindex", "0");
  }

  step(event, table) {
    const names = (row) => [...row.querySelectorAll("[data-roving]")];
    const rows = [...table.querySelectorAll("tbody tr:not([hidden])")].map(names);
    const at = rows.findIndex((row) => row.includes(event.target));
    if (at < 0) return;
    const column = rows[at].indexOf(event.target);
    const leads = {
      ArrowDown: [at + 1, column],
      ArrowUp: [at - 1, column],
      ArrowRight: [at, column + 1],
      ArrowLeft: [at, column - 1],
      Home: [0, column],
      End: [rows.length - 1, column],
    }[event.key];
    if (!leads) return;
    event.preventDefault();
    const target = rows[leads[0]]?.[leads[1]];
    if (!target) return;
    this.rove(target);
    target.focus();
  }

  // --- what changed, what was decided, and by whom it is made final ------------------------------------------------

  drawChange() {
    const { goals, sentences } = this.view.whole;
    const compared = ["before", "now", "difference"];
    const rows = goals.map((one) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, one.goal),
        compared.map((word) => this.labelled(word, one[word] || this.say("same"))),
      ),
    );
    const headings = ["goal", ...compared].map((word) => this.say(word));
    const pairs = sentences.slice(0, sentences.length - goals.filter((one) => one.difference).length);
    const told = pairs.map((sentence) => make("p", {}, sentence));
    this.fill(this.change, this.say("change"), told, goals.length ? table("goals", headings, rows) : null);
    this.change.hidden = this.view.decisions.length === 0;
  }

  drawDecisions() {
    const items = this.view.decisions.map(({ number, text }) =>
      make("li", {}, make("span", {}, text), this.decide("release", `release:${number}`, text, { number })),
    );
    const told = items.length ? make("ul", {}, items) : remark(this.say("no_decision"));
    this.fill(this.decisions, this.say("decisions"), told);
  }

  drawFinal() {
    const { head, folder } = this.view;
    if (!this.who.label.isConnected) {
      this.fill(this.final, this.say("final"), this.who.label, this.why.label, make("div"));
    }
    const act = this.button(this.say("validate"), "validate", () => this.validate(), { class: "mm-board-main" });
    const seal = head ? [remark(this.say("head"), make("code", {}, head))] : [];
    this.final.lastChild.lastChild.replaceChildren(act, remark(this.say("folder", { folder })), ...seal);
  }

  validate() {
    this.ask("validate", { who: this.who.field.value, why: this.why.field.value });
  }
}

function render({ model, el }) {
  const board = new Board(model, el);
  const changed = () => board.answered();
  model.on("change:view", changed);
  return () => model.off("change:view", changed);
}

export default { render };
