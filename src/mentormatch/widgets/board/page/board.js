const PANES = ["list", "person", "decisions"];
const LATE_MS = 700; // after so long a move says that it is being worked out
let boards = 0; // so far on this page, for names that are there once

/** One board in one place of a page: what was said and decided on top, three panes below. */
class Board {
  constructor(model, el) {
    this.model = model;
    this.words = model.get("words");
    this.queue = [];
    this.waiting = null;
    this.letters = true;
    this.id = `mm-board-${(boards += 1)}`;
    this.root = make("section", {
      class: "mm-board",
      lang: this.words.language,
      "aria-label": this.words.board,
      on: { keydown: (event) => this.key(event) },
    });
    el.append(this.root);
    this.build();
    this.show("list");
    this.draw();
  }

  get view() {
    return this.model.get("view");
  }

  /** Return one of the texts, its {places} filled. */
  say(name, values = {}) {
    return filled(this.words[name], values);
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
    clearTimeout(this.late);
    this.late = setTimeout(() => this.tell("busy", "", this.say("busy")), LATE_MS);
    this.model.set("asked", { turn: this.waiting, what: this.queue.shift() });
    this.model.save_changes();
  }

  answered() {
    if (this.waiting !== null && this.view.turn >= this.waiting) {
      this.waiting = null;
      clearTimeout(this.late);
      this.root.removeAttribute("aria-busy");
    }
    this.draw();
    this.next();
  }

  // --- what stays, and what is drawn again ---------------------------------------------------------------------------

  build() {
    this.mark = make("span", { class: "mm-board-sign-of" });
    this.said = make("p", { class: "mm-board-said", role: "status", "aria-live": "polite" });
    this.tools = make("div", { class: "mm-board-tools" });
    this.state = make("p", { class: "mm-board-state" });
    this.title = make("h3");
    this.list = new PairList(this);
    this.person = new Person(this);
    this.decisions = new Decisions(this);
    this.tabs = make("div", { class: "mm-board-tabs", role: "tablist", "aria-label": this.say("panes") }, PANES.map((name) => this.tab(name)));
    const panes = [this.list, this.person, this.decisions].map((one) => one.part);
    this.root.append(
      make("div", { class: "mm-board-head" }, this.title, this.state),
      make("div", { class: "mm-board-message" }, this.mark, this.said, this.tools),
      make("div", { class: "mm-board-panes" }, panes[0], make("div", { class: "mm-board-beside" }, panes[1], panes[2])),
      this.keys(),
      this.tabs,
    );
  }

  part(name) {
    const heading = make("h4", { id: `${this.id}-${name}-title`, tabindex: "-1", "data-focus": `part:${name}`, [KEEP_KEYS]: "true" });
    return make("section", { id: `${this.id}-${name}`, class: `mm-board-pane mm-board-${name}`, "aria-labelledby": heading.id }, heading);
  }

  tab(name) {
    const own = { type: "button", role: "tab", "aria-controls": `${this.id}-${name}`, "data-pane": name, "data-focus": `tab:${name}` };
    return make("button", { ...own, on: { click: () => this.show(name) } }, this.say(`tab_${name}`));
  }

  /** Show one pane, where there is no room for all. */
  show(name) {
    this.root.dataset.pane = name;
    for (const tab of this.tabs.children) {
      tab.setAttribute("aria-selected", String(tab.dataset.pane === name));
      tab.tabIndex = tab.dataset.pane === name ? 0 : -1;
    }
  }

  keys() {
    const hint = (word, ...keys) => make("span", {}, keys.map((key) => make("kbd", {}, key)), " ", this.say(word));
    const box = make("input", { type: "checkbox", checked: true, "data-focus": "letters", on: { change: () => (this.letters = box.checked) } });
    return make(
      "div",
      { class: "mm-board-keys" },
      hint("key_list", this.say("arrows")),
      hint("key_choose", this.say("enter")),
      hint("key_pin", "I"),
      hint("key_ban", "E"),
      hint("key_find", "/"),
      hint("key_undo", this.say("control_z")),
      hint("key_pane", "F6"),
      make("label", {}, box, make("span", {}, this.say("letters_on"))),
    );
  }

  /** Draw all again from the view, and leave the focus where it was, or on the heading of the part that it was in. */
  draw() {
    const active = this.root.getRootNode().activeElement;
    const inside = active && this.root.contains(active) ? active : null;
    const key = inside?.dataset.focus;
    const part = inside?.closest(".mm-board-pane") ?? this.list.part;
    const turned = this.view.chosen?.person !== this.chosen;
    this.chosen = this.view.chosen?.person;
    this.people = new Map(this.view.people.map((person) => [person.id, person]));
    this.drawHead();
    this.list.draw();
    this.person.draw();
    this.decisions.draw();
    if (turned && this.chosen) this.show("person");
    if (inside) this.focus(key, part);
  }

  drawHead() {
    const { view } = this;
    const kind = view.refusal ? "refused" : view.headline || view.said ? "done" : "";
    this.title.textContent = view.programme;
    this.state.className = view.final ? "mm-board-state mm-board-done" : "mm-board-state";
    this.state.textContent = [`${view.verdict}.`, ...view.standing].join(" ");
    if (this.waiting === null) this.tell(kind, view.headline, view.said || view.summary);
    const count = view.decisions.length;
    const go = (name, target) => () => {
      this.show(name);
      target().focus();
    };
    const decided = [this.say("decisions_short"), " ", make("b", {}, String(count))];
    this.tools.replaceChildren(
      this.button([icon("undo"), make("span", {}, this.say("undo"))], "undo", () => this.ask("undo"), { off: !view.undo }),
      this.button([icon("redo"), make("span", {}, this.say("redo"))], "redo", () => this.ask("redo"), { off: !view.redo }),
      this.button(decided, "to_decisions", go("decisions", () => this.decisions.part.firstChild), { class: "mm-board-wide" }),
      this.button(this.say("to_final"), "to_final", go("decisions", () => this.decisions.who.field), { class: "mm-board-main" }),
    );
    const tab = this.tabs.lastChild;
    tab.replaceChildren(this.say("tab_decisions"), " ", make("b", {}, String(count)));
  }

  /** Say what was done and what came of it. */
  tell(kind, headline, text) {
    this.mark.dataset.kind = kind;
    this.mark.replaceChildren(...(kind ? [icon(kind)] : []));
    const parts = headline ? [make("b", {}, `${headline}.`), ` ${text}`] : [text];
    const told = parts.map((one) => one.textContent ?? one).join("");
    this.said.classList.toggle("mm-board-refused", kind === "refused");
    if (this.said.textContent !== told) this.said.replaceChildren(...parts); // what is heard already is not said again
  }

  // --- buttons -------------------------------------------------------------------------------------------------------

  button(content, key, act, { off = false, ...more } = {}) {
    const own = { type: "button", "data-focus": key, "aria-disabled": off ? "true" : null };
    return make("button", { ...own, ...more, on: { click: () => off || act() } }, content);
  }

  /** Return the button of a decision; its whole name says whom it is about. */
  decide(word, key, names, what) {
    const action = word === "unpin" ? "release" : word;
    const label = `${this.say(word)} ${names}`;
    return this.button(this.say(word), key, () => this.ask(action, what), { "aria-label": label });
  }

  /** Return the button by which somebody is looked at; dragged onto somebody of the other side, it imposes the pair. */
  pick(person, key, { roving = true } = {}) {
    const { name, side } = this.people.get(person);
    const made = this.button(name, key, () => this.ask("choose", { person }), {
      class: "mm-board-name",
      title: name,
      tabindex: roving ? "-1" : null,
      "data-roving": roving,
      "data-side": side,
      draggable: "true",
      "aria-current": this.view.chosen?.person === person ? "true" : null,
    });
    made.addEventListener("dragstart", (event) => {
      this.dragged = person;
      this.root.dataset.drag = side;
      event.dataTransfer.effectAllowed = "link";
      event.dataTransfer.setData("text/plain", name);
    });
    made.addEventListener("dragend", () => this.drop());
    const fits = () => this.dragged && this.people.get(this.dragged).side !== side;
    made.addEventListener("dragover", (event) => fits() && event.preventDefault());
    made.addEventListener("drop", (event) => {
      if (!fits()) return;
      event.preventDefault();
      event.stopPropagation();
      const [mentor, mentee] = side === "mentor" ? [person, this.dragged] : [this.dragged, person];
      this.drop();
      this.ask("pin", { mentor, mentee });
    });
    return made;
  }

  /** Forget who was dragged. */
  drop() {
    this.dragged = null;
    delete this.root.dataset.drag;
  }

  /** Return the marks of a pair: imposed here or before, made by the last move. */
  marks(pair) {
    const pin = pair.pinned ? "pinned" : pair.held ? "held" : null;
    const pinned = pin && make("span", { class: `mm-board-mark mm-board-${pin}`, title: this.say(pin) }, icon("pin"), make("span", {}, this.say(pin)));
    const fresh = pair.new && make("span", { class: "mm-board-mark mm-board-new" }, this.say("new"));
    const since = !pair.new && pair.changed && make("span", { class: "mm-board-mark mm-board-changed", title: this.say("since_hint") }, this.say("changed"));
    return [pinned, fresh || since].filter(Boolean);
  }

  /** Return the decision that imposes a pair, where there is one. */
  pinOf(mentor, mentee) {
    return this.view.decisions.find(({ what }) => what.action === "pin" && what.mentor === mentor && what.mentee === mentee);
  }

  // --- the focus and the keys ----------------------------------------------------------------------------------------

  focus(key, part) {
    const found = [...this.root.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key && isSeen(one));
    const target = found ?? (isSeen(part) ? part : this.root.querySelector(`.mm-board-${this.root.dataset.pane}`)).firstChild;
    if (target.hasAttribute("data-roving")) this.rove(target);
    target.focus({ preventScroll: true });
  }

  /** Make a table one stop of the tab key, in which arrows lead from button to button. */
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

  goTo(target) {
    this.rove(target);
    target.focus();
  }

  step(event, table) {
    const buttons = (row) => [...row.querySelectorAll("[data-roving]")];
    const rows = [...table.querySelectorAll("tbody tr:not([hidden])")].map(buttons).filter((row) => row.length);
    const at = rows.findIndex((row) => row.includes(event.target));
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
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
    const row = rows[leads[0]];
    const target = row?.[leads[1]] ?? (leads[0] === at ? null : row?.at(-1));
    if (target) this.goTo(target);
  }

  /** Do what a key says; none of them leaves the board, where it could be a command of the page around. */
  key(event) {
    event.stopPropagation();
    if (event.defaultPrevented || event.altKey) return;
    const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
    const own = this.keyed(event, typing);
    if (!own) return;
    event.preventDefault();
    own();
  }

  /** Return what a key does, nothing where it is not one of the board's. */
  keyed(event, typing) {
    const { key } = event;
    if (event.ctrlKey || event.metaKey) {
      const move = { z: event.shiftKey ? "redo" : "undo", y: "redo" }[key.toLowerCase()];
      return move && !typing ? () => this.ask(move) : null;
    }
    if (key === "F6") return () => this.turn(event.shiftKey ? -1 : 1);
    if (event.target.getAttribute("role") === "tab") return this.turnTab(key);
    if (typing || !this.letters) return null;
    if (key === "/") return () => this.seek();
    const row = event.target.closest("[data-mentor]");
    const action = { i: "pin", e: "ban" }[key.toLowerCase()];
    return row && action && !event.repeat ? () => this.decideOn(action, row.dataset) : null;
  }

  /** Impose or set aside the pair of the line that has the focus; one that is imposed is so no longer. */
  decideOn(action, { mentor, mentee }) {
    const pin = action === "pin" ? this.pinOf(mentor, mentee) : null;
    if (pin) this.ask("release", { number: pin.number });
    else this.ask(action, { mentor, mentee });
  }

  seek() {
    this.show("list");
    this.list.find.focus();
  }

  /** Return what an arrow does among the tabs of the panes. */
  turnTab(key) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (!by) return null;
    return () => {
      const name = PANES[(PANES.indexOf(this.root.dataset.pane) + by + PANES.length) % PANES.length];
      this.show(name);
      [...this.tabs.children].find((tab) => tab.dataset.pane === name).focus();
    };
  }

  /** Go to the next pane, or the one before: in the list to the name in question, elsewhere to the heading. */
  turn(by) {
    const parts = [this.list.part, this.person.part, this.decisions.part];
    const active = this.root.getRootNode().activeElement;
    const at = parts.findIndex((part) => part.contains(active));
    const next = parts[at < 0 ? 0 : (at + by + parts.length) % parts.length];
    this.show(PANES[parts.indexOf(next)]);
    const name = next === this.list.part ? [...next.querySelectorAll("[data-roving][tabindex='0']")].find(isSeen) : null;
    (name ?? next.firstChild).focus();
  }
}

function render({ model, el }) {
  const board = new Board(model, el);
  const changed = () => board.answered();
  model.on("change:view", changed);
  return () => model.off("change:view", changed);
}

export default { render };
