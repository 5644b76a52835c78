// Pages of the service that are shown within this one; what came in is a step of its own.

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
      const before = desk.state.plan ?? desk.state.gathered;
      if (desk.step === "rules") await desk.parts.rules.settle();
      desk.know(await desk.work(desk.say(FORMING[desk.state.kind]), () => desk.service.do(asked)));
      if (!before) await desk.nameAtFirst();
      await desk.show(desk.state.kind);
      desk.tell(desk.say(desk.holds("proposal") ? "resumed" : FORMED[desk.state.kind]));
    });
  }
}

/** The step in which staff see what came in. */
export class Intake {
  constructor(desk) {
    this.desk = desk;
    this.forming = new Forming(desk);
  }

  /** Draw what came in, where no step of rules follows. */
  draw(place) {
    this.head(place);
    place.append(this.shown());
  }

  /** Draw the way on: what forms the pairs or the groups. */
  head(place) {
    const { desk } = this;
    const { plan, gathered, kind } = desk.state;
    const kept = kind === "pairs" && desk.holds("proposal");
    const [first, again] = FORM[kind];
    place.append(
      kept ? make("p", { class: "hint" }, desk.say("resume_lead")) : "",
      make("div", { class: "tools" }, this.forming.draw(kept ? "resume" : plan || gathered ? again : first, { class: "main" })),
      plan ? make("p", { class: "hint" }, desk.say("form_lost")) : "",
      gathered && kind === "groups" ? make("p", { class: "hint" }, desk.say("groups_lost")) : "",
    );
  }

  shown() {
    const { desk } = this;
    return framed(desk, "reponses", desk.say("intake_page"), desk.documents.link("reponses.zip", desk.say("keep_intake")));
  }

  /** Return what came in, folded; it is asked for once it is unfolded. */
  fold() {
    const { desk } = this;
    const fold = make("details", { class: "fold" }, make("summary", { "data-focus": "intake" }, desk.say("intake_fold")), make("p", { class: "hint" }, desk.say("intake_lead")));
    fold.addEventListener("toggle", () => fold.children.length > 2 || fold.append(this.shown()));
    return fold;
  }
}
