// The steps of a programme of groups: the groups, whom staff bring together or keep apart, and their year.

import { make } from "./elements.js";
import { bar, draw, folded, foldedTables, picture, sentencesOf } from "./results.js";

const WAYS = { together: "brought_together", apart: "kept_apart" };
const [WIDE, LEFT, LANE, TOP] = [1200, 100, 46, 26];

/** The step in which staff see the groups and change them. */
export class Groups {
  constructor(desk) {
    this.desk = desk;
    this.chosen = ["", ""];
  }

  async load() {
    this.told = await this.desk.service.do({ do: "groups" });
  }

  draw(place) {
    const { desk, told } = this;
    const { gathered } = desk.state;
    const tools = make(
      "div",
      { class: "tools" },
      told.can_undo ? desk.button("undo_groups", "undo_groups", () => this.change({ do: "unwish" })) : null,
      gathered.dated && told.answered ? desk.button("to_year", "to_year", () => desk.go("year")) : null,
      desk.button("to_documents", "to_documents", () => desk.go("documents"), { class: "main" }),
    );
    place.append(
      make("div", { class: "headline" }, told.answered ? make("p", { class: "result" }, told.title) : sentencesOf(told.sentences, "verdict refused"), tools),
      told.answered ? make("p", { class: "lead" }, told.lead) : "",
      make("div", { class: "groups" }, told.groups.map((one) => this.card(one))),
      told.answered ? this.wishes(told) : "",
      foldedTables(told.tables),
      told.answered ? folded("proof", desk.say("proof"), sentencesOf(told.sentences)) : "",
    );
  }

  /** Return a group: its people, and folded what its points are made of. */
  card(one) {
    const { desk } = this;
    const line = (part) =>
      make("tr", {}, make("th", { scope: "row" }, part.criterion, make("span", { class: "hint" }, part.reason)), make("td", {}, desk.say("of_points", { points: part.points, full: part.full })));
    const heads = ["criterion", "points"].map((word) => make("th", { scope: "col" }, desk.say(word)));
    const head = make("header", {}, make("h3", {}, one.heading), make("span", { class: "hint" }, one.size));
    if (one.points) head.append(make("span", { class: "points" }, make("b", {}, one.points), ` ${desk.say("points_noun")}`));
    return make(
      "article",
      { class: "card group" },
      head,
      one.facilitator ? make("p", {}, desk.say("led_by", { name: one.facilitator })) : null,
      make("ul", { class: "members" }, one.members.map((person) => make("li", {}, person.name))),
      one.points ? [bar(one.parts), folded(`why:${one.heading}`, desk.say("why_points", { known: one.known }), make("table", { class: "parts" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, one.parts.map(line))))] : null,
    );
  }

  /** Return where two people are brought together or kept apart, and what was asked for so far. */
  wishes(told) {
    const { desk } = this;
    const menu = (at, word) => {
      const entries = [{ id: "", name: desk.say("choose_person") }, ...told.people];
      const made = make("select", { id: `wish-${at}`, "data-focus": `wish:${at}` }, entries.map((one) => make("option", { value: one.id }, one.name)));
      made.value = this.chosen[at];
      made.addEventListener("change", () => (this.chosen[at] = made.value));
      return make("div", { class: "field" }, make("label", { for: `wish-${at}` }, desk.say(word)), made);
    };
    const gesture = (way, word) => desk.button(word, `wish:${way}`, () => this.wish(way));
    const line = (one, at) => {
      const lift = { "aria-label": desk.say("lift_wish", { people: one.people }) };
      return make("li", { class: "file" }, make("span", { class: "badge" }, desk.say(WAYS[one.way])), make("b", {}, one.people), desk.button("lift", `lift:${at}`, () => this.change({ do: "lift", number: at }), lift));
    };
    return make(
      "section",
      { class: "card", "data-place": "wishes" },
      make("h3", {}, desk.say("wishes")),
      make("p", { class: "hint" }, desk.say("wishes_hint")),
      make("div", { class: "wish" }, menu(0, "first_person"), menu(1, "second_person"), make("div", { class: "tools" }, gesture("together", "bring_together"), gesture("apart", "keep_apart"))),
      told.changed ? make("p", { class: "changed" }, told.changed) : null,
      told.wishes.length ? make("ul", { class: "wished" }, told.wishes.map(line)) : null,
    );
  }

  wish(way) {
    const { desk } = this;
    if (!this.chosen.every(Boolean)) {
      desk.tell(desk.say("choose_two"));
      return null;
    }
    return this.change({ do: "wish", way, people: this.chosen });
  }

  /** Do something to the groups; why it cannot be done is told where it was asked for. */
  change(what) {
    const { desk } = this;
    return desk.act(
      async () => {
        const told = await desk.work(desk.say("grouping"), () => desk.service.do(what));
        if (what.do === "wish") this.chosen = ["", ""];
        desk.know(await desk.service.json("GET", desk.service.at("")));
        await desk.draw();
        desk.tell(told.changed || desk.say("groups_as_answered"));
      },
      { place: desk.root.querySelector("[data-place=wishes]") },
    );
  }
}

/** The step in which staff see the sessions of every group. */
export class GroupYear {
  constructor(desk) {
    this.desk = desk;
  }

  async load() {
    this.told = await this.desk.service.do({ do: "year" });
  }

  draw(place) {
    const { desk, told } = this;
    const lanes = told.lanes.filter((one) => one.sessions.length);
    place.append(
      make("p", { class: "lead" }, desk.say("year_lead")),
      told.months.length ? this.strip(lanes, told.months) : "",
      ...told.clashes.map((one) => make("p", { class: "note" }, one)),
      ...told.lanes.filter((one) => one.trouble.length).map((one) => sentencesOf([one.heading, ...one.trouble], "verdict refused")),
      lanes.length ? this.table(lanes, told.free) : "",
      this.calendars(lanes),
      make("div", { class: "folds" }, lanes.map((one) => folded(`lane:${one.heading}`, desk.say("about_lane", { group: one.heading }), make("ul", { class: "outlook" }, one.sentences.map((text) => make("li", {}, text)))))),
      make("div", { class: "tools" }, desk.button("to_documents", "to_documents", () => desk.go("documents"), { class: "main" })),
    );
  }

  /** Return the year at a glance: a lane a group, a dot a session; the table below says the same. */
  strip(lanes, months) {
    const { desk } = this;
    const place = (at) => LEFT + at * (WIDE - LEFT - 20);
    const high = TOP + LANE * lanes.length;
    const ticks = months.flatMap((one) => [
      draw("line", { x1: place(one.at), x2: place(one.at), y1: 6, y2: high, stroke: "var(--line)" }),
      draw("text", { x: place(one.at) + 5, y: 18, class: "month" }, one.name),
    ]);
    const rows = lanes.flatMap((one, lane) => {
      const y = TOP + LANE * lane + LANE / 2;
      return [
        draw("text", { x: 0, y: y + 5, class: "lane" }, one.heading),
        draw("line", { x1: LEFT, x2: WIDE - 20, y1: y, y2: y, stroke: "var(--rule)" }),
        ...one.sessions.filter(({ at }) => at !== null).flatMap((session) => this.dot(place(session.at), y, session)),
      ];
    });
    const key = [
      [{ fill: "var(--accent)", stroke: "var(--accent)" }, "key_session"],
      [{ fill: "#fff", stroke: "var(--accent)" }, "key_free"],
    ].map(([look, word]) => make("li", {}, picture(16, 16, "sign", draw("circle", { cx: 8, cy: 8, r: 6, "stroke-width": 2, ...look })), desk.say(word)));
    return make("div", { class: "strip" }, picture(WIDE, high, "year", ticks, rows), make("ul", { class: "key", "aria-hidden": "true" }, key));
  }

  dot(x, y, { number, presenting }) {
    const free = !presenting.length;
    return [
      draw("circle", { cx: x, cy: y, r: 12, fill: free ? "#fff" : "var(--accent)", stroke: "var(--accent)", "stroke-width": 2 }),
      draw("text", { x, y: y + 5, class: free ? "number free" : "number", "text-anchor": "middle" }, String(number)),
    ];
  }

  /** Return who presents when, a row a session, a column a group. */
  table(lanes, free) {
    const { desk } = this;
    const most = Math.max(...lanes.map((one) => one.sessions.length));
    const heads = [desk.say("session"), ...lanes.map((one) => (one.slot ? `${one.heading}, ${one.slot}` : one.heading))];
    const cell = (lane, at) => {
      const session = lane.sessions[at];
      if (!session) return make("td", {});
      const who = session.presenting.length ? session.presenting.join(", ") : free;
      const parts = [make("b", { title: session.when }, session.short), make("span", { class: session.presenting.length ? "who" : "hint" }, who)];
      if (session.attendance) parts.push(make("span", { class: "hint" }, session.attendance));
      return make("td", { "data-title": lane.heading }, make("div", { class: "turn" }, parts));
    };
    const rows = Array.from({ length: most }, (_, at) => make("tr", {}, make("th", { scope: "row", "data-title": desk.say("session") }, String(at + 1)), lanes.map((lane) => cell(lane, at))));
    return make(
      "section",
      {},
      make("h3", {}, desk.say("who_presents")),
      make("table", { class: "told turns" }, make("thead", {}, make("tr", {}, heads.map((title) => make("th", { scope: "col" }, title)))), make("tbody", {}, rows)),
    );
  }

  calendars(lanes) {
    const { desk } = this;
    const named = lanes.filter((one) => one.calendar);
    if (!named.length) return "";
    const links = named.map((one) => make("li", {}, desk.documents.link(one.calendar, desk.say("calendar_of", { group: one.heading }))));
    return make("section", {}, make("h3", {}, desk.say("calendars")), make("p", { class: "hint" }, desk.say("calendars_hint")), make("ul", { class: "links" }, links));
  }
}
