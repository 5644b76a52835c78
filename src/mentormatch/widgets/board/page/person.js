/** The part of a board that shows one person: their partners, the others they could have, what can be done. */
class Person {
  constructor(board) {
    this.board = board;
    this.part = board.part("person");
  }

  draw() {
    const { chosen } = this.board.view;
    if (!chosen) return this.board.fill(this.part, this.board.say("person"), make("p", {}, this.board.say("choose")));
    const person = this.board.people.get(chosen.person);
    const heading = this.board.say(person.here ? `about_${person.side}` : "gone", { name: person.name });
    if (!person.here) return this.board.fill(this.part, heading, make("p", {}, this.board.say("gone_hint")));
    return this.board.fill(
      this.part,
      heading,
      chosen.ties.map((tie) => this.tie(person, tie)),
      chosen.ties.length ? null : make("p", {}, this.board.say("nobody")),
      this.offers(person, chosen.offers),
      this.anyone(person, chosen),
      this.ways(person),
    );
  }

  /** Return the two people of a pair, as they are asked for and as they are named. */
  two(person, partner) {
    const [mentor, mentee] = person.side === "mentor" ? [person.id, partner] : [partner, person.id];
    return { mentor, mentee, names: `${this.board.name(mentor)} – ${this.board.name(mentee)}` };
  }

  tie(person, tie) {
    const { mentor, mentee, names } = this.two(person, tie.partner);
    const pin = this.board.view.decisions.find(
      ({ what }) => what.action === "pin" && what.mentor === mentor && what.mentee === mentee,
    );
    const keep = pin
      ? this.board.decide("unpin", `tie:pin:${tie.partner}`, names, { number: pin.number })
      : this.board.decide("pin", `tie:pin:${tie.partner}`, names, { mentor, mentee });
    const partner = this.board.say("with", { name: this.board.name(tie.partner) });
    const away = this.board.decide("ban", `tie:ban:${tie.partner}`, names, { mentor, mentee });
    return make(
      "div",
      { class: "mm-board-tie" },
      make("p", {}, make("b", {}, partner), ` ${this.board.say("scored", tie)}`),
      make("div", { class: "mm-board-tools" }, keep, away),
      this.reasons(tie),
    );
  }

  /** Return what the points of a pair are made of; it stays open while it is looked at. */
  reasons(tie) {
    const rows = tie.parts.map((part) =>
      make(
        "tr",
        { class: part.answered ? null : "mm-board-unknown" },
        make("th", { scope: "row" }, part.criterion),
        make("td", { class: "mm-board-number" }, this.board.say("of", part)),
        make("td", {}, part.reason),
      ),
    );
    const key = `why:${tie.partner}`;
    const summary = make("summary", { "data-focus": key }, this.board.say("reasons", { answered: tie.answered }));
    const details = make("details", { open: this.opened === key }, summary, table("parts", [], rows));
    details.addEventListener("toggle", () => (this.opened = details.open ? key : null));
    return details;
  }

  offers(person, offers) {
    if (!offers.length) return remark(this.board.say("no_offer"));
    const [partner, price, points] = ["partner", "price", "points"].map((word) => this.board.say(word));
    const rows = offers.map((offer) => {
      const { mentor, mentee, names } = this.two(person, offer.partner);
      const moves = this.board.say("moves", { who: offer.moves.join(this.board.say("between")) });
      const moved = offer.moves.length ? make("span", { class: "mm-board-moves" }, moves) : null;
      return make(
        "tr",
        {},
        make("th", { scope: "row" }, this.board.name(offer.partner), moved),
        this.board.labelled("price", offer.price),
        this.board.labelled("points", offer.points, "mm-board-number"),
        make("td", {}, this.board.decide("pin", `offer:${offer.partner}`, names, { mentor, mentee })),
      );
    });
    const headings = [partner, price, [points, "mm-board-number"], ""];
    return [make("h5", {}, this.board.say("offers")), table("offers", headings, rows)];
  }

  /** Return a choice of all other partners: what cannot be is refused with the rule that forbids it. */
  anyone(person, chosen) {
    const known = new Set([...chosen.ties, ...chosen.offers].map((one) => one.partner));
    const others = this.board.view.people.filter((one) => one.side !== person.side && one.here && !known.has(one.id));
    if (!others.length) return null;
    const options = others.map((one) => make("option", { value: one.id }, one.name));
    const select = make("select", { "data-focus": "anyone" }, options);
    const act = (action) => () => {
      const { mentor, mentee } = this.two(person, select.value);
      this.board.ask(action, { mentor, mentee });
    };
    return make(
      "div",
      { class: "mm-board-line" },
      make("label", {}, make("span", {}, this.board.say("anyone")), select),
      ["pin", "ban"].map((action) => this.board.button(this.board.say(action), `anyone:${action}`, act(action))),
    );
  }

  /** Return how many places somebody has, where they are asked, and how they leave. */
  ways(person) {
    const leave = this.board.decide("withdraw", "withdraw", person.name, { person: person.id });
    if (person.places === null) return make("div", { class: "mm-board-line" }, leave);
    const field = make("input", { type: "number", min: 0, max: 1000, value: person.places, "data-focus": "places" });
    const change = () => {
      const places = field.valueAsNumber;
      const sound = Number.isInteger(places) && places >= 0 && places <= 1000;
      if (sound) this.board.ask("capacity", { person: person.id, places });
      else this.board.said.textContent = this.board.say("bad_places");
    };
    field.addEventListener("keydown", (event) => event.key === "Enter" && change());
    const label = make("label", {}, make("span", {}, this.board.say("places")), field);
    const act = this.board.button(this.board.say("capacity"), "capacity", change);
    return make("div", { class: "mm-board-line" }, label, act, leave);
  }
}
