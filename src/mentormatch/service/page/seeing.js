// Two steps, what came in and the pairs, as pages of their own that are shown within this one.

import { make } from "./elements.js";

const FORM = { pairs: ["form", "form_again"], groups: ["form_groups", "form_groups_again"], sessions: ["form_sessions", "form_sessions_again"] };
const FORMED = { pairs: "formed", groups: "groups_formed", sessions: "sessions_formed" };
const FORMING = { pairs: "forming", groups: "grouping", sessions: "choosing" };

/** Return a page of the service in a frame as high as what it holds; no script runs there. */
export function framed(desk, name, title, keep = null) {
  const address = desk.service.at(`/pages/${name}`);
  const frame = make("iframe", { title, sandbox: "allow-same-origin allow-modals", class: "page waiting" });
  const wait = make("p", { class: "hint" }, desk.say("loading"));
  const fit = () => frame.setAttribute("height", frame.contentDocument.documentElement.scrollHeight);
  frame.addEventListener("load", () => {
    wait.remove();
    frame.classList.remove("waiting");
    if (!frame.contentDocument?.querySelector("main")) {
      desk.service.answer("GET", address).catch((trouble) => desk.fail(trouble));
      return;
    }
    fit();
    new frame.contentWindow.ResizeObserver(fit).observe(frame.contentDocument.body);
  });
  frame.src = address;
  const tools = make(
    "div",
    { class: "tools" },
    keep,
    desk.button("print", `print:${name}`, () => frame.contentWindow.print()),
    make("a", { href: address, target: "_blank", rel: "noopener", "data-focus": `alone:${name}` }, desk.say("alone")),
  );
  return make("div", { class: "framed" }, tools, wait, frame);
}

/** What forms the pairs, and how: the seed and the time that it may take. */
class Forming {
  constructor(desk) {
    this.desk = desk;
    this.seed = 0;
    this.seconds = 60;
  }

  draw(word, attributes = {}) {
    const { desk } = this;
    const field = (name, label, hint) => {
      const own = { type: "number", min: name === "seed" ? 0 : 1, step: 1, value: this[name], "data-focus": name, id: name };
      const input = make("input", { ...own, "aria-describedby": hint ? `${name}-hint` : null });
      input.addEventListener("input", () => (this[name] = input.valueAsNumber));
      const told = hint ? make("p", { class: "hint", id: `${name}-hint` }, desk.say(hint)) : null;
      return make("div", { class: "field" }, make("label", { for: name }, desk.say(label)), input, told);
    };
    return [
      desk.button(word, "form", () => this.form(), attributes),
      make(
        "details",
        { class: "settings" },
        make("summary", { "data-focus": "settings" }, desk.say("settings")),
        field("seed", "seed", "seed_hint"),
        field("seconds", "seconds", null),
      ),
    ];
  }

  form() {
    const { desk } = this;
    const sound = (value, least, most) => Number.isSafeInteger(value) && value >= least && value <= most;
    return desk.act(async () => {
      if (!sound(this.seed, 0, Number.MAX_SAFE_INTEGER) || !sound(this.seconds, 1, 600)) {
        desk.tell(desk.say("bad_number"));
        return;
      }
      const asked = { do: "form", seed: this.seed, time_limit_s: this.seconds };
      desk.know(await desk.work(desk.say(FORMING[desk.state.kind]), () => desk.service.do(asked)));
      await desk.show(desk.state.kind);
      desk.tell(desk.say(desk.parts.files.file("proposal") ? "resumed" : FORMED[desk.state.kind]));
    });
  }
}

/** The step in which staff see what came in. */
export class Intake {
  constructor(desk) {
    this.desk = desk;
    this.forming = new Forming(desk);
  }

  draw(place) {
    const { desk } = this;
    const { plan, gathered, kind } = desk.state;
    const kept = kind === "pairs" && desk.parts.files.file("proposal");
    const [first, again] = FORM[kind];
    place.append(
      make("p", { class: "lead" }, desk.say("intake_lead")),
      kept ? make("p", { class: "hint" }, desk.say("resume_lead")) : "",
      make("div", { class: "tools" }, this.forming.draw(kept ? "resume" : plan || gathered ? again : first, { class: "main" })),
      plan ? make("p", { class: "hint" }, desk.say("form_lost")) : "",
      gathered && kind === "groups" ? make("p", { class: "hint" }, desk.say("groups_lost")) : "",
      framed(desk, "reponses", desk.say("intake_page"), desk.documents.link("reponses.zip", desk.say("keep_intake"))),
    );
  }
}

const TWO = "two"; // the view of two people, whom staff choose

/** The step in which staff see the pairs, from one side at a time. */
export class Pairs {
  constructor(desk) {
    this.desk = desk;
    this.view = "binomes";
    this.chosen = [0, 0];
  }

  draw(place) {
    const { desk } = this;
    const { plan } = desk.state;
    const shown = plan.views.find((one) => one.name === this.view) ?? plan.views[0];
    const two = this.two(plan.choice);
    const now = two && this.view === TWO ? TWO : shown.name;
    const [first, ...rest] = plan.views;
    const choices = [first, ...(two ? [{ name: TWO, title: desk.say("two") }] : []), ...rest].map(({ name, title }) => {
      const own = { type: "button", "data-focus": `view:${name}`, "aria-pressed": String(name === now) };
      return make("button", { ...own, on: { click: () => this.show(name) } }, title);
    });
    place.append(
      make(
        "div",
        { class: plan.answered ? "verdict" : "verdict refused" },
        plan.losses.map((sentence) => make("p", {}, make("b", {}, sentence))),
        make("p", {}, make("b", {}, `${plan.verdict}.`), " ", plan.summary),
        plan.standing.map((sentence) => make("p", {}, sentence)),
      ),
      make(
        "div",
        { class: "tools" },
        desk.button("to_board", "to_board", () => desk.go("board"), { class: "main" }),
        plan.answered ? desk.button("to_proposal", "to_proposal", () => desk.go("proposal")) : null,
        desk.button("to_documents", "to_documents", () => desk.go("documents")),
      ),
      make("div", { class: "views", role: "group", "aria-label": desk.say("views") }, choices),
      ...(now === TWO ? two() : [framed(desk, shown.name, shown.title)]),
    );
  }

  /** Return what draws the choice of two people and all there is to say of them, null where there is nobody to choose. */
  two({ mentors, mentees, pairs }) {
    const { desk } = this;
    if (!mentors.length || !mentees.length) return null;
    if (this.chosen[0] > mentors.length || this.chosen[1] > mentees.length) this.chosen = [0, 0];
    if (!this.chosen[0]) this.chosen = pairs[0] ?? [1, 1];
    const [mentor, mentee] = this.chosen;
    const menu = (side, names, value, chosen) => {
      const options = names.map((name, at) => make("option", { value: at + 1 }, name));
      const select = make("select", { id: `two-${side}`, "data-focus": `two:${side}` }, options);
      select.value = value;
      select.addEventListener("change", () => {
        this.chosen = chosen(Number(select.value));
        desk.draw();
      });
      return make("div", { class: "field" }, make("label", { for: `two-${side}` }, desk.say(side)), select);
    };
    return () => [
      make("p", { class: "hint" }, desk.say("two_hint")),
      make(
        "div",
        { class: "tools" },
        menu("mentor", mentors, mentor, (one) => pairs.find((pair) => pair[0] === one) ?? [one, mentee]),
        menu("mentee", mentees, mentee, (one) => [mentor, one]),
      ),
      framed(desk, `binome-${mentor}-${mentee}`, `${mentors[mentor - 1]} – ${mentees[mentee - 1]}`),
    ];
  }

  show(name) {
    this.view = name;
    this.desk.draw();
  }
}
