/** The part of a board that shows one person: their partners, the others they could have, what can be done. */
class Person {
  constructor(board) {
    this.board = board;
    this.part = board.part("person");
    this.body = make("div", { class: "mm-board-body" });
    this.part.append(this.body);
    this.open = new Set();
  }

  say(name, values) {
    return this.board.say(name, values);
  }

  fill(title, ...children) {
    const scroll = this.part.scrollTop;
    this.part.firstChild.textContent = title;
    this.body.replaceChildren(...children.flat().filter((child) => child !== null));
    this.part.scrollTop = scroll;
  }

  draw() {
    const { chosen } = this.board.view;
    if (chosen?.person !== this.shown) this.open.clear(); // what was unfolded was about somebody else
    this.shown = chosen?.person;
    if (!chosen) return this.fill(this.say("person"), make("p", { class: "mm-board-empty" }, this.say("choose")));
    const person = this.board.people.get(chosen.person);
    if (!person.here) return this.fill(this.say("gone", { name: person.name }), make("p", {}, this.say("gone_hint")));
    const alone = this.board.view.alone.find((one) => one.person === person.id);
    return this.fill(
      this.say(`about_${person.side}`, { name: person.name }),
      this.places(person),
      make("ul", { class: "mm-board-ties" }, chosen.ties.map((tie) => this.tie(person, tie))),
      alone ? make("p", { class: "mm-board-nobody" }, make("b", {}, this.say("nobody")), " ", alone.reason) : null,
      this.offers(person, chosen.offers),
      this.impossible(person, chosen.excluded),
      this.anyone(person, chosen),
    );
  }

  /** Return the two people of a pair, as they are asked for and as they are named. */
  two(person, partner) {
    const [mentor, mentee] = person.side === "mentor" ? [person.id, partner] : [partner, person.id];
    return { mentor, mentee, names: `${this.board.name(mentor)} – ${this.board.name(mentee)}` };
  }

  // --- the partners they have ----------------------------------------------------------------------------------------

  tie(person, tie) {
    const { mentor, mentee, names } = this.two(person, tie.partner);
    const pair = this.board.view.pairs.find((one) => one.mentor === mentor && one.mentee === mentee);
    const pin = this.board.pinOf(mentor, mentee);
    const keep = pin
      ? this.board.decide("unpin", `tie:pin:${tie.partner}`, names, { number: pin.number })
      : this.board.decide("pin", `tie:pin:${tie.partner}`, names, { mentor, mentee });
    const away = this.board.decide("ban", `tie:ban:${tie.partner}`, names, { mentor, mentee });
    const partner = this.board.pick(tie.partner, `tie:who:${tie.partner}`, { roving: false });
    return make(
      "li",
      { class: "mm-board-tie", "data-mentor": mentor, "data-mentee": mentee },
      make("div", { class: "mm-board-tools" }, partner, this.board.marks(pair), make("b", { class: "mm-board-score" }, tie.points)),
      stackedBar(tie.parts, this.say("scored", tie)),
      make("div", { class: "mm-board-tools" }, this.reasons(tie), make("div", { class: "mm-board-tools" }, keep, away)),
    );
  }

  /** Return what the points of a pair are made of. */
  reasons(tie) {
    const rows = tie.parts.map((part) =>
      make(
        "tr",
        { class: part.answered ? null : "mm-board-unknown" },
        make("th", { scope: "row" }, swatch(part), part.criterion),
        make("td", { class: "mm-board-number" }, this.say("of", part)),
        make("td", {}, part.reason),
      ),
    );
    return fold(this.open, `why:${tie.partner}`, this.say("reasons", { answered: tie.answered }), table("parts", [], rows));
  }

  // --- the partners they could have ----------------------------------------------------------------------------------

  offers(person, offers) {
    if (!offers.length) return remark(this.say("no_offer"));
    const [partner, points, price, moves] = ["partner", "points", "price", "moves"].map((word) => this.say(word));
    const headings = [partner, points, [price, "mm-board-number"], moves, make("th", { scope: "col" }, unseen(this.say("action")))];
    const made = table("offers", headings, offers.flatMap((offer) => this.offer(person, offer)));
    this.board.roving(made);
    return [make("h5", {}, this.say("offers", { count: offers.length })), made];
  }

  /** Return the line of an offer, and under it, once it is opened, who would change partners. */
  offer(person, offer) {
    const { mentor, mentee, names } = this.two(person, offer.partner);
    const key = `moves:${offer.partner}`;
    const opened = this.open.has(key);
    const own = { "data-mentor": mentor, "data-mentee": mentee };
    const act = () => {
      if (opened) this.open.delete(key);
      else this.open.add(key);
      this.board.draw();
    };
    const unfold = { class: "mm-board-quiet", "aria-expanded": String(opened), tabindex: "-1", "data-roving": true };
    const pin = this.board.decide("pin", `offer:${offer.partner}`, names, { mentor, mentee });
    pin.setAttribute("data-roving", "");
    pin.tabIndex = -1;
    const line = make(
      "tr",
      { ...own, class: opened ? "mm-board-open" : null },
      make("th", { scope: "row" }, this.board.pick(offer.partner, `offer:who:${offer.partner}`)),
      make("td", { class: "mm-board-share" }, make("span", {}, offer.points), smallBar(offer.share, offer.share < this.board.view.weak)),
      make("td", { class: "mm-board-number mm-board-price" }, offer.grave ? make("span", { class: "mm-board-grave" }, offer.price) : offer.price),
      make("td", { class: "mm-board-movers" }, offer.moves.length ? this.board.button(offer.movers, key, act, unfold) : offer.movers),
      make("td", {}, pin),
    );
    if (!opened) return [line];
    const moves = offer.moves.map((move) =>
      make("li", {}, make("b", {}, move.person), " ", make("s", {}, unseen(this.say("before_move")), move.before), " → ", move.after),
    );
    return [line, make("tr", { class: "mm-board-moved" }, make("td", { colspan: 5 }, make("ul", {}, moves)))];
  }

  /** Return, folded, whom no decision can give them, and the rule. */
  impossible(person, excluded) {
    const count = excluded.reduce((sum, one) => sum + one.people.length, 0);
    if (!count) return null;
    const items = excluded.map(({ reason, people }) =>
      make("li", {}, make("b", {}, this.say("labelled", { word: reason })), people.map((id) => this.board.name(id)).join(", ")),
    );
    return fold(this.open, "impossible", this.say("impossible", { count }), make("ul", { class: "mm-board-impossible" }, items));
  }

  // --- what else can be done -----------------------------------------------------------------------------------------

  /** Return a choice of all other partners, and how they leave; what cannot be is refused with the rule. */
  anyone(person, chosen) {
    const known = new Set([...chosen.ties, ...chosen.offers].map((one) => one.partner));
    const others = this.board.view.people.filter((one) => one.side !== person.side && one.here && !known.has(one.id));
    const leave = this.board.decide("withdraw", "withdraw", person.name, { person: person.id });
    leave.classList.add("mm-board-danger");
    if (!others.length) return make("div", { class: "mm-board-line" }, leave);
    const options = others.map((one) => make("option", { value: one.id }, one.name));
    const select = make("select", { "data-focus": "anyone" }, options);
    const act = (action) => () => {
      const { mentor, mentee } = this.two(person, select.value);
      this.board.ask(action, { mentor, mentee });
    };
    return make(
      "div",
      { class: "mm-board-line" },
      make("label", {}, make("span", {}, this.say("anyone")), select),
      ["pin", "ban"].map((action) => this.board.button(this.say(action), `anyone:${action}`, act(action))),
      leave,
    );
  }

  /** Return how many places somebody has, where they are asked, with one less and one more. */
  places(person) {
    if (person.places === null) return null;
    const change = (word, places) => {
      const off = places < 0 || places > 1000;
      const own = { "aria-label": this.say(word, { name: person.name }), off };
      return this.board.button([icon(word)], `places:${word}`, () => this.board.ask("capacity", { person: person.id, places }), own);
    };
    return make(
      "div",
      { class: "mm-board-seats", role: "group", "aria-label": this.say("places_of", { name: person.name }) },
      make("span", {}, this.say("places")),
      change("less", person.places - 1),
      make("b", {}, String(person.places)),
      change("more", person.places + 1),
    );
  }
}
