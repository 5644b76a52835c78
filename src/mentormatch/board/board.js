// The board of a review session, as anywidget wants it: render({ model, el }).
//
// It touches only get, set, save_changes, on and off of a model with three values: `view`, the board as JSON; `words`,
// its texts; `asked`, the last thing asked. A page may bring any model that has them. Nothing is loaded, and all that
// is shown is put in as text.

const KEEP_KEYS = "data-lm-suppress-shortcuts"; // Jupyter then leaves the keys of an element to it

/** Return a new element: attributes by name (null: none; `on`: listeners by event), then its children. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  if (/^(BUTTON|INPUT|SELECT|SUMMARY)$/.test(made.tagName)) made.setAttribute(KEEP_KEYS, "true");
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

/** Return a text as it is compared in a search: without case and accents. */
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

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
    this.person = this.part("person");
    this.change = this.part("change");
    this.decisions = this.part("decisions");
    this.final = this.part("final");
    this.who = this.input("who");
    this.why = this.input("why");
    const side = make("div", { class: "mm-board-side" }, this.person, this.change, this.decisions, this.final);
    this.root.append(this.head, this.said, make("div", { class: "mm-board-columns" }, this.plan, side));
  }

  part(name) {
    const heading = make("h4", { tabindex: "-1", "data-focus": `part:${name}`, [KEEP_KEYS]: "true" });
    return make("section", { class: `mm-board-part mm-board-${name}` }, heading, make("div", { class: "mm-board-body" }));
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
    this.drawPerson();
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

  button(text, key, act, more = {}) {
    const { off = false, ...attributes } = more;
    return make(
      "button",
      {
        type: "button",
        "data-focus": key,
        "aria-disabled": off ? "true" : null,
        ...attributes,
        on: { click: () => off || act() },
      },
      text,
    );
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
    const hint = make("p", { class: "mm-board-hint" }, this.say("keys"));
    const heads = ["mentor", "mentee"].map((side) => make("th", { scope: "col" }, this.say(side)));
    const head = make("tr", {}, heads, make("th", { scope: "col", class: "mm-board-number" }, this.say("points")));
    const rows = pairs.map((pair) => this.pairRow(pair));
    const table = make("table", { class: "mm-board-pairs" }, make("thead", {}, head), make("tbody", {}, rows));
    const left = alone.map((one) => this.aloneRow(one));
    const others = make("table", { class: "mm-board-alone" }, make("tbody", {}, left));
    const title = make("h5", {}, this.say("alone", { count: alone.length }));
    this.fill(this.plan, this.say("pairs", { count: pairs.length }), hint, table, alone.length ? [title, others] : []);
    for (const group of [table, others]) this.roving(group);
  }

  pairRow(pair) {
    const marks = [pair.new && "new", pair.pinned && "pinned"].filter(Boolean);
    const badges = marks.map((mark) => make("span", { class: `mm-board-mark mm-board-${mark}` }, this.say(mark)));
    return make(
      "tr",
      { class: pair.new ? "mm-board-fresh" : null, "data-text": folded(`${this.name(pair.mentor)} ${this.name(pair.mentee)}`) },
      make("td", {}, this.choice(pair.mentor, `pair:${pair.mentor}:${pair.mentee}:0`)),
      make("td", {}, this.choice(pair.mentee, `pair:${pair.mentor}:${pair.mentee}:1`), badges),
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
    const rows = [...table.querySelectorAll("tbody tr:not([hidden])")].map((row) => [...row.querySelectorAll("[data-roving]")]);
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

  // --- one person ----------------------------------------------------------------------------------------------------

  drawPerson() {
    const { chosen } = this.view;
    if (!chosen) return this.fill(this.person, this.say("person"), make("p", {}, this.say("choose")));
    const person = this.people.get(chosen.person);
    const heading = this.say(person.here ? `about_${person.side}` : "gone", { name: person.name });
    if (!person.here) return this.fill(this.person, heading, make("p", {}, this.say("gone_hint")));
    return this.fill(
      this.person,
      heading,
      chosen.ties.map((tie) => this.tie(person, tie)),
      chosen.ties.length ? null : make("p", {}, this.say("nobody")),
      this.offers(person, chosen.offers),
      this.anyone(person, chosen),
      this.ways(person),
    );
  }

  /** Return the two people of a pair, as they are asked for and as they are named. */
  two(person, partner) {
    const [mentor, mentee] = person.side === "mentor" ? [person.id, partner] : [partner, person.id];
    return { mentor, mentee, names: `${this.name(mentor)} – ${this.name(mentee)}` };
  }

  tie(person, tie) {
    const { mentor, mentee, names } = this.two(person, tie.partner);
    const pin = this.view.decisions.find(({ what }) => what.action === "pin" && what.mentor === mentor && what.mentee === mentee);
    const keep = pin
      ? this.button(this.say("unpin"), `tie:pin:${tie.partner}`, () => this.ask("release", { number: pin.number }), {
          "aria-label": `${this.say("unpin")} ${names}`,
        })
      : this.decide("pin", `tie:pin:${tie.partner}`, names, { mentor, mentee });
    const parts = tie.parts.map((part) =>
      make(
        "tr",
        { class: part.answered ? null : "mm-board-unknown" },
        make("th", { scope: "row" }, part.criterion),
        make("td", { class: "mm-board-number" }, this.say("of", part)),
        make("td", {}, part.reason),
      ),
    );
    const summary = make("summary", { "data-focus": `why:${tie.partner}` }, this.say("reasons", { answered: tie.answered }));
    const before = this.opened === tie.partner;
    const details = make("details", { open: before, on: { toggle: () => (this.opened = details.open ? tie.partner : null) } });
    details.append(summary, make("table", { class: "mm-board-parts" }, make("tbody", {}, parts)));
    return make(
      "div",
      { class: "mm-board-tie" },
      make("p", {}, make("b", {}, this.say("with", { name: this.name(tie.partner) })), ` ${this.say("scored", tie)}`),
      make("div", { class: "mm-board-tools" }, keep, this.decide("ban", `tie:ban:${tie.partner}`, names, { mentor, mentee })),
      details,
    );
  }

  /** Return the button of a decision; its whole name says whom it is about. */
  decide(action, key, names, what) {
    return this.button(this.say(action), key, () => this.ask(action, what), {
      "aria-label": `${this.say(action)} ${names}`,
    });
  }

  offers(person, offers) {
    if (!offers.length) return make("p", { class: "mm-board-hint" }, this.say("no_offer"));
    const heads = ["partner", "price", "points"].map((name) => make("th", { scope: "col" }, this.say(name)));
    const head = make("tr", {}, heads, make("td", {}));
    const rows = offers.map((offer) => {
      const { mentor, mentee, names } = this.two(person, offer.partner);
      const moved = offer.moves.length ? make("span", { class: "mm-board-moves" }, this.say("moves", { who: offer.moves.join(" ; ") })) : null;
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, this.name(offer.partner), moved),
        make("td", { "data-label": `${this.say("price")} : ` }, offer.price),
        make("td", { class: "mm-board-number", "data-label": `${this.say("points")} : ` }, offer.points),
        make("td", {}, this.decide("pin", `offer:${offer.partner}`, names, { mentor, mentee })),
      );
    });
    return [
      make("h5", {}, this.say("offers")),
      make("table", { class: "mm-board-offers" }, make("thead", {}, head), make("tbody", {}, rows)),
    ];
  }

  /** Return a choice of all other partners: what cannot be is refused with the rule that forbids it. */
  anyone(person, chosen) {
    const known = new Set([...chosen.ties, ...chosen.offers].map((one) => one.partner));
    const others = this.view.people.filter((one) => one.side !== person.side && one.here && !known.has(one.id));
    if (!others.length) return null;
    const options = others.map((one) => make("option", { value: one.id }, one.name));
    const select = make("select", { "data-focus": "anyone" }, options);
    const act = (action) => () => {
      const { mentor, mentee } = this.two(person, select.value);
      this.ask(action, { mentor, mentee });
    };
    return make(
      "div",
      { class: "mm-board-line" },
      make("label", {}, make("span", {}, this.say("anyone")), select),
      ["pin", "ban"].map((action) => this.button(this.say(action), `anyone:${action}`, act(action))),
    );
  }

  /** Return how many places somebody has, where they are asked, and how they leave. */
  ways(person) {
    const field = make("input", { type: "number", min: 0, max: 1000, step: 1, value: person.places, "data-focus": "places" });
    const change = () => {
      const places = field.valueAsNumber;
      if (Number.isInteger(places) && places >= 0 && places <= 1000) this.ask("capacity", { person: person.id, places });
      else this.said.textContent = this.say("bad_places");
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && change());
    const places = [make("label", {}, make("span", {}, this.say("places")), field), this.button(this.say("capacity"), "capacity", change)];
    const leave = () => this.ask("withdraw", { person: person.id });
    return make(
      "div",
      { class: "mm-board-line" },
      person.places === null ? [] : places,
      this.button(this.say("withdraw"), "withdraw", leave, { "aria-label": `${this.say("withdraw")} ${person.name}` }),
    );
  }

  // --- what changed, what was decided, and by whom it is made final ------------------------------------------------------

  drawChange() {
    const { goals, gone, sentences } = this.view.whole;
    const heads = ["goal", "before", "now", "difference"].map((name) => make("th", { scope: "col" }, this.say(name)));
    const rows = goals.map((one) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, one.goal),
        ["before", "now", "difference"].map((name) =>
          make("td", { "data-label": `${this.say(name)} : ` }, one[name] || this.say("same")),
        ),
      ),
    );
    const table = make("table", { class: "mm-board-goals" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
    const pairs = sentences.slice(0, sentences.length - goals.filter((one) => one.difference).length);
    this.fill(this.change, this.say("change"), pairs.map((sentence) => make("p", {}, sentence)), goals.length ? table : null);
    this.change.hidden = this.view.decisions.length === 0 && gone.length === 0;
  }

  drawDecisions() {
    const { decisions } = this.view;
    const items = decisions.map(({ number, text }) =>
      make("li", {}, make("span", {}, text), this.decide("release", `release:${number}`, text, { number })),
    );
    this.fill(this.decisions, this.say("decisions"), items.length ? make("ul", {}, items) : make("p", { class: "mm-board-hint" }, this.say("no_decision")));
  }

  drawFinal() {
    const { head, folder } = this.view;
    const seal = head ? make("p", { class: "mm-board-hint" }, this.say("head"), make("code", {}, head)) : null;
    const act = this.button(this.say("validate"), "validate", () => this.validate(), { class: "mm-board-main" });
    if (!this.who.label.isConnected) {
      this.fill(this.final, this.say("final"), this.who.label, this.why.label, make("div"));
    }
    this.final.lastChild.lastChild.replaceChildren(act, make("p", { class: "mm-board-hint" }, this.say("folder", { folder })), ...(seal ? [seal] : []));
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
