/** The part of a board that lists the pairs, what was set aside, and who is alone: searched, filtered, sorted. */
class PairList {
  constructor(board) {
    this.board = board;
    this.sought = "";
    this.filter = "all";
    this.band = null;
    this.order = { by: "mentor", down: true };
    this.find = make("input", {
      type: "search",
      "aria-label": board.say("find"),
      "data-focus": "find",
      on: { input: () => this.search(this.find.value), keydown: (event) => this.leave(event) },
    });
    this.chips = make("div", { class: "mm-board-chips", role: "group", "aria-label": board.say("show") });
    this.spread = make("div", { class: "mm-board-spread", role: "group", "aria-label": board.say("spread") });
    this.letters = make("div", { class: "mm-board-letters" });
    this.body = make("div", { class: "mm-board-body" });
    this.part = board.part("list");
    const sought = make("div", { class: "mm-board-find" }, icon("find"), this.find, make("kbd", { "aria-hidden": "true" }, "/"));
    this.part.append(make("div", { class: "mm-board-top" }, sought, this.chips, this.spread, this.letters), this.body);
  }

  say(name, values) {
    return this.board.say(name, values);
  }

  draw() {
    const { people, alone } = this.board.view;
    this.part.firstChild.textContent = this.say("list");
    this.find.placeholder = this.say("find_among", { count: people.length });
    this.drawChips();
    this.drawSpread();
    const scroll = this.body.scrollTop;
    const pairs = this.pairs();
    const found = table("pairs", this.headings(), this.rows(pairs));
    const left = table("alone", [], alone.map((one) => this.aloneRow(one)));
    const title = make("h5", {}, this.say("alone", { count: alone.length }));
    this.alone = make("div", { class: "mm-board-left" }, title, left);
    this.banned = this.setAside();
    this.none = make("p", { class: "mm-board-hint", hidden: true }, this.say("none_found"));
    this.body.replaceChildren(...[found, this.none, this.banned, this.alone].filter(Boolean));
    this.body.scrollTop = scroll;
    for (const group of [found, left]) this.board.roving(group);
    this.drawLetters();
    this.search(this.sought);
  }

  // --- which pairs, in which order ---------------------------------------------------------------------------------

  get kinds() {
    return {
      all: () => true,
      last: (pair) => pair.new,
      since: (pair) => pair.changed,
      pinned: (pair) => pair.pinned || pair.held,
      weak: (pair) => pair.weak,
    };
  }

  pairs() {
    const { pairs } = this.board.view;
    const kind = this.kinds[this.filter] ?? (() => false);
    const shown = pairs.filter((pair) => kind(pair) && (this.band === null || bandOf(pair) === this.band));
    const { by, down } = this.order;
    const language = this.board.words.language;
    const value = (pair) => (by === "score" ? pair.score : this.board.name(pair[by]));
    const compare = (one, other) =>
      by === "score" ? value(other) - value(one) : value(one).localeCompare(value(other), language, { numeric: true });
    return shown.sort((one, other) => (down ? compare(one, other) : compare(other, one)));
  }

  drawChips() {
    const { pairs, alone, weak } = this.board.view;
    const counts = Object.entries(this.kinds).map(([name, kind]) => [name, pairs.filter(kind).length]);
    const told = [...counts, ["alone", alone.length]].filter(([name, count]) => count || name === "all");
    if (!told.some(([name]) => name === this.filter)) this.filter = "all";
    const buttons = told.map(([name, count]) => {
      const words = [this.say(`show_${name}`, { weak }), " ", make("b", {}, String(count))];
      const pressed = { "aria-pressed": String(this.filter === name) };
      return this.board.button(words, `show:${name}`, () => this.choose(name), pressed);
    });
    this.chips.replaceChildren(...buttons);
  }

  choose(name) {
    this.filter = name;
    this.board.draw();
  }

  /** Draw how the points are spread, where there are many pairs; each step shows its pairs alone. */
  drawSpread() {
    const { pairs } = this.board.view;
    this.spread.hidden = pairs.length < MANY;
    if (this.spread.hidden) {
      this.band = null;
      return;
    }
    const counts = Array.from({ length: 10 }, (_, band) => pairs.filter((pair) => bandOf(pair) === band).length);
    const most = Math.max(...counts);
    const filled = [...counts.keys()].filter((band) => counts[band]);
    const shown = [...counts.keys()].slice(filled[0], filled.at(-1) + 1);
    const buttons = shown.map((band) => {
      const [low, high] = [band * 10, band * 10 + 10];
      const height = (40 * counts[band]) / most;
      const bar = drawn("rect", { class: "mm-board-full", x: 1, width: 8, y: 40 - height, height });
      const picture = drawn("svg", { viewBox: "0 0 10 40", preserveAspectRatio: "none", "aria-hidden": "true" }, bar);
      const name = this.say("band", { low, high, count: counts[band] });
      const own = { "aria-pressed": String(this.band === band), "aria-label": name, title: name };
      const act = () => {
        this.band = this.band === band ? null : band;
        this.board.draw();
      };
      return this.board.button([picture, make("span", {}, String(low))], `band:${band}`, act, own);
    });
    this.spread.replaceChildren(...buttons);
  }

  /** Draw the jump to a letter, where there are many pairs in the order of their names. */
  drawLetters() {
    const heads = [...this.body.querySelectorAll(".mm-board-letter th")];
    this.letters.hidden = !heads.length;
    if (!heads.length) return;
    const options = heads.map((one) => make("option", { value: one.textContent }, one.textContent));
    const select = make("select", { "data-focus": "letter" }, options);
    select.addEventListener("change", () => {
      const head = heads.find((one) => one.textContent === select.value);
      this.body.scrollTop += head.getBoundingClientRect().top - this.body.getBoundingClientRect().top - 32;
    });
    this.letters.replaceChildren(make("label", {}, make("span", {}, this.say("letter")), select));
  }

  // --- the rows ------------------------------------------------------------------------------------------------------

  headings() {
    const sorted = (by, word, kind = null) => {
      const now = this.order.by === by;
      const act = () => {
        this.order = { by, down: now ? !this.order.down : true };
        this.board.draw();
      };
      const falls = by === "score" ? this.order.down : !this.order.down;
      const way = now ? (falls ? "descending" : "ascending") : null;
      const button = this.board.button(this.say(word), `sort:${by}`, act, { class: "mm-board-sort" });
      return make("th", { scope: "col", class: kind, "aria-sort": way }, button);
    };
    return [
      sorted("mentor", "mentor"),
      sorted("mentee", "mentee"),
      sorted("score", "points", "mm-board-number"),
      make("th", { scope: "col" }, unseen(this.say("marks"))),
    ];
  }

  /** Return the rows of these pairs, under their letters where there are many. */
  rows(pairs) {
    const { by } = this.order;
    const initial = (pair) => folded(this.board.name(pair[by])).slice(0, 1).toUpperCase();
    const many = pairs.length >= MANY && by !== "score" && new Set(pairs.map(initial)).size > 3;
    return pairs.flatMap((pair, at) => {
      const begins = many && (at === 0 || initial(pairs[at - 1]) !== initial(pair));
      const head = make("th", { scope: "rowgroup", colspan: 4 }, begins ? initial(pair) : "");
      return [...(begins ? [make("tr", { class: "mm-board-letter" }, head)] : []), this.pairRow(pair)];
    });
  }

  pairRow(pair) {
    const chosen = this.board.view.chosen?.person;
    const key = `pair:${pair.mentor}:${pair.mentee}`;
    const weak = pair.weak ? make("span", { class: "mm-board-low", title: this.say("is_weak") }, unseen(this.say("is_weak"))) : null;
    return make(
      "tr",
      {
        class: [pair.mentor, pair.mentee].includes(chosen) ? "mm-board-on" : null,
        "data-text": folded(`${this.board.name(pair.mentor)} ${this.board.name(pair.mentee)}`),
        "data-mentor": pair.mentor,
        "data-mentee": pair.mentee,
      },
      make("td", {}, this.board.pick(pair.mentor, `${key}:mentor`)),
      make("td", {}, this.board.pick(pair.mentee, `${key}:mentee`)),
      make("td", { class: "mm-board-number" }, weak, pair.points),
      make("td", { class: "mm-board-marks" }, this.board.marks(pair)),
    );
  }

  aloneRow({ person, reason }) {
    return make(
      "tr",
      { "data-text": folded(this.board.name(person)) },
      make("td", {}, this.board.pick(person, `alone:${person}`)),
      make("td", { class: "mm-board-reason", title: reason }, make("span", {}, reason)),
    );
  }

  /** Return the pairs that were set aside on this board, where there are some. */
  setAside() {
    const bans = this.board.view.decisions.filter(({ what }) => what.action === "ban");
    if (!bans.length) return null;
    const items = bans.map(({ number, what, text }) => {
      const names = `${this.board.name(what.mentor)} – ${this.board.name(what.mentee)}`;
      const lift = this.board.decide("release", `unban:${number}`, text, { number });
      return make("li", { "data-text": folded(names) }, icon("ban"), make("span", {}, names), lift);
    });
    return make("div", { class: "mm-board-banned" }, make("h5", {}, this.say("banned", { count: bans.length })), make("ul", {}, items));
  }

  // --- the search ----------------------------------------------------------------------------------------------------

  search(text) {
    this.sought = text;
    const wanted = folded(text.trim());
    for (const row of this.body.querySelectorAll("[data-text]")) row.hidden = !row.dataset.text.includes(wanted);
    const heads = [...this.body.querySelectorAll(".mm-board-letter")];
    for (const head of heads) head.hidden = false;
    for (const head of heads) {
      let row = head.nextElementSibling;
      while (row?.hidden) row = row.nextElementSibling;
      head.hidden = !row?.dataset.text;
    }
    const rows = this.body.querySelector(".mm-board-pairs");
    const only = this.filter === "alone";
    rows.hidden = only;
    this.alone.hidden = !(only || (this.filter === "all" && this.band === null)) || !this.shown(this.alone);
    if (this.banned) this.banned.hidden = this.filter !== "all" || !this.shown(this.banned);
    this.none.hidden = (!only && this.shown(rows)) || !this.alone.hidden;
  }

  /** Say whether something of a group is to be seen. */
  shown(group) {
    return group.querySelector("[data-text]:not([hidden])") !== null;
  }

  /** Go from the search to what was found, or give it up. */
  leave(event) {
    if (event.key === "Escape" && this.find.value) {
      event.preventDefault();
      this.find.value = "";
      this.search("");
    }
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault();
      const first = [...this.body.querySelectorAll("tr[data-text]:not([hidden]) [data-roving]")].find(isSeen);
      if (first) this.board.goTo(first);
    }
  }
}

const MANY = 40; // pairs from which the list has a spread of points, and letters

/** Return the ten of points in which a pair is. */
const bandOf = (pair) => Math.min(9, Math.floor(pair.score / 10));

/** Say whether an element is on the page, in a part that is shown. */
const isSeen = (one) => one.getClientRects().length > 0;
