// The page for programme staff: seven steps, from the files to the documents.

import board from "./board.js";
import { Service } from "./asking.js";
import { Columns } from "./columns.js";
import { Documents } from "./documents.js";
import { make } from "./elements.js";
import { Fields } from "./fields.js";
import { Model } from "./model.js";
import { Proposal } from "./proposal.js";
import { Intake, Pairs } from "./seeing.js";
import { troubleOf } from "./trouble.js";

const STEPS = ["files", "columns", "intake", "pairs", "board", "proposal", "documents"];
const POLL_MS = 700;
const STAY_MS = 5 * 60_000; // so often the service hears that somebody is still here
const LEAVE_MS = 2 * 3_600_000; // after so long without a gesture nobody is taken to be

/** The step in which staff work on the board, as it is in a notebook. */
class BoardStep {
  constructor(desk) {
    this.desk = desk;
  }

  async draw(place) {
    const { desk } = this;
    place.append(make("p", { class: "lead" }, desk.say("board_lead")));
    const opened = await desk.service.json("GET", desk.service.at("/board"));
    const held = make("div", { class: "board" });
    place.append(this.names(), held); // a choice made before the board is there would be lost
    board.render({ model: new Model(desk.service, opened, (trouble) => desk.fail(trouble)), el: held });
    place.append(make("div", { class: "tools" }, desk.button("to_proposal", "to_proposal", () => desk.go("proposal")), desk.button("to_documents", "to_documents", () => desk.go("documents"))));
  }

  /** Return the choice of how people are called, where they gave names. */
  names() {
    const { desk } = this;
    const { named } = desk.state.plan;
    if (named === null) return "";
    const box = make("input", { type: "checkbox", checked: named, "data-focus": "named" });
    box.addEventListener("change", () =>
      desk.act(async () => {
        desk.know(await desk.service.do({ do: "name", shown: box.checked }));
        await desk.draw();
      }),
    );
    return make("label", { class: "way" }, box, make("span", {}, desk.say("named")));
  }
}

/** The page: what is known, the step that is shown, and what is being done. */
class Desk {
  constructor(root) {
    this.root = root;
    this.words = {};
    this.step = "files";
    this.service = new Service((word, values) => this.say(word, values));
    this.touched = Date.now();
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => (this.touched = Date.now()));
    setInterval(() => this.stay(), STAY_MS);
    addEventListener("popstate", ({ state }) => this.back(state?.step));
    for (const event of ["dragover", "drop"]) addEventListener(event, (one) => one.preventDefault()); // beside its place
    this.parts = {
      files: new Fields(this),
      columns: new Columns(this),
      intake: new Intake(this),
      pairs: new Pairs(this),
      board: new BoardStep(this),
      proposal: new Proposal(this),
      documents: new Documents(this),
    };
  }

  /** Return one of the texts, its {places} filled. */
  say(word, values = {}) {
    return (this.words[word] ?? "").replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  // --- beginning and ending ------------------------------------------------------------------------------------------

  async begin() {
    await this.speak(sessionStorage.getItem("language") ?? "fr");
    this.frame();
    this.tell(this.say("loading"));
    const late = setTimeout(() => this.tell(this.say("still_working")), 3000);
    try {
      this.know(await this.service.open());
      await this.follow();
      const kept = sessionStorage.getItem("step");
      this.step = this.reachable(kept) ? kept : "files";
      history.replaceState({ step: this.step }, "");
      this.tell("");
      await this.draw();
    } catch (trouble) {
      this.fail(trouble);
    } finally {
      clearTimeout(late);
    }
  }

  /** Have the session last while somebody reads or talks at the page. */
  stay() {
    const here = !this.busy && Date.now() - this.touched < LEAVE_MS;
    if (here && this.service.desk) this.service.answer("GET", this.service.at("")).catch(() => {}); // the next gesture tells
  }

  async speak(code) {
    this.words = await (await fetch(`page/words-${code}.json`)).json();
    document.documentElement.lang = code;
    document.title = `${this.say("title")} – mentormatch`;
  }

  /** Speak as the desk does, whose programme may have a language of its own. */
  async follow() {
    if (this.state.language === this.words.language) return;
    await this.speak(this.state.language);
    this.frame();
  }

  async choose(code) {
    sessionStorage.setItem("language", code);
    await this.act(async () => {
      this.know(await this.service.do({ do: "speak", language: code }));
      await this.follow();
      await this.draw();
      this.root.querySelector(`[data-focus="language:${code}"]`).focus();
    });
  }

  async close() {
    if (!confirm(this.say("close_sure"))) return;
    await this.act(async () => {
      await this.service.close();
      sessionStorage.clear();
      const again = make("button", { type: "button", class: "main", on: { click: () => location.reload() } }, this.say("again"));
      this.root.replaceChildren(make("main", { class: "over" }, make("h1", { tabindex: "-1" }, this.say("closed")), again));
      this.root.querySelector("h1").focus();
    });
  }

  // --- what stays: the head, the steps, what is said -----------------------------------------------------------------

  frame() {
    this.said = make("p", { class: "said", role: "status", "aria-live": "polite" });
    this.bar = make("div", { class: "working", hidden: true });
    this.nav = make("nav", { class: "steps", "aria-label": this.say("steps") });
    this.place = make("section", { class: "step" });
    const languages = [["fr", "Français"], ["en", "English"]].map(([code, name]) =>
      make(
        "button",
        {
          type: "button",
          lang: code,
          class: "quiet",
          "data-focus": `language:${code}`,
          "aria-pressed": String(code === this.words.language),
          on: { click: () => this.choose(code) },
        },
        name,
      ),
    );
    const close = make("button", { type: "button", class: "quiet", "data-focus": "close", on: { click: () => this.close() } }, this.say("close"));
    this.root.replaceChildren(
      make(
        "header",
        { class: "top" },
        make("div", {}, make("p", { class: "mark" }, "mentormatch"), make("h1", {}, this.say("title"))),
        make("div", { class: "tools" }, make("div", { class: "tools", role: "group", "aria-label": this.say("languages") }, languages), close),
      ),
      this.nav,
      make("main", {}, this.said, this.bar, this.place),
    );
  }

  /** Draw the steps, and the one that is shown; the focus stays where it was, or goes to the heading. */
  async draw({ focus = false } = {}) {
    const key = document.activeElement?.dataset?.focus;
    this.drawSteps();
    const heading = make("h2", { tabindex: "-1", "data-focus": "heading" }, this.say(`step_${this.step}`));
    const next = make("section", { class: `step step-${this.step}` }, heading);
    this.place.replaceWith(next);
    this.place = next;
    await this.parts[this.step].draw(next);
    const kept = key && [...this.root.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
    if (focus) heading.focus();
    else if (key && document.activeElement === document.body) (kept ?? heading).focus();
  }

  drawSteps() {
    const items = STEPS.map((step, at) => {
      const off = !this.reachable(step);
      const now = step === this.step;
      const attributes = {
        type: "button",
        "data-focus": `step:${step}`,
        "aria-current": now ? "step" : null,
        "aria-disabled": off ? "true" : null,
        on: { click: () => off || now || this.go(step) },
      };
      const why = off ? make("span", { class: "unseen" }, `, ${this.say("not_yet")}`) : null;
      return make("li", {}, make("button", attributes, make("span", { class: "count" }, String(at + 1)), this.say(`step_${step}`), why));
    });
    this.nav.replaceChildren(make("ol", {}, items));
  }

  reachable(step) {
    const { columns, intake, plan } = this.state ?? {};
    const formed = Boolean(plan);
    const there = { files: true, columns: Boolean(columns), intake: Boolean(intake), pairs: formed, board: formed, proposal: plan?.answered, documents: formed };
    return there[step] ?? false;
  }

  know(state) {
    this.state = state;
  }

  /** Go to a step; what happened since on the board is looked up. */
  async go(step) {
    this.tell("");
    await this.act(async () => {
      this.know(await this.service.json("GET", this.service.at("")));
      await this.show(step);
    });
  }

  /** Show a step, to which the browser's way back leads from then on. */
  async show(step) {
    if (step !== this.step) history.pushState({ step }, "");
    this.step = step;
    sessionStorage.setItem("step", step);
    await this.draw({ focus: true });
  }

  /** Go where the browser's way back leads, if there still is such a step. */
  async back(step) {
    if (this.busy || !this.reachable(step)) return;
    this.tell("");
    this.step = step;
    sessionStorage.setItem("step", step);
    await this.act(() => this.draw({ focus: true }));
  }

  // --- what is being done --------------------------------------------------------------------------------------------

  tell(text) {
    this.said.textContent = text;
  }

  /** Do one thing at a time; what is refused is told at the place that it is about, else at the top of the step. */
  async act(doing, { place = null } = {}) {
    if (this.busy) return;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    for (const one of this.root.querySelectorAll(".trouble")) one.remove();
    try {
      await doing();
    } catch (trouble) {
      this.fail(trouble, place);
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  /** Tell why something was not done, and lead there. */
  fail(trouble, place = null) {
    if (!("problems" in trouble)) throw trouble;
    this.tell("");
    this.bar.hidden = true;
    const told = troubleOf({ ...trouble, problems: trouble.problems ?? [] }, (word, values) => this.say(word, values));
    const lost = { 401: "reopen", 404: "reopen" }[trouble.status] ?? (trouble.status === 0 || trouble.status >= 500 ? "retry" : null);
    if (lost) told.append(make("button", { type: "button", on: { click: () => location.reload() } }, this.say(lost)));
    if (trouble.status === 404) sessionStorage.removeItem("desk");
    const field = place ?? (this.step === "files" && trouble.place ? this.root.querySelector(`[data-place="${trouble.place}"]`) : null);
    (field ?? this.place).append(told);
    if (!field) this.place.querySelector("h2")?.after(told);
    told.focus();
  }

  /** Do what takes time, with what is told of it meanwhile and the way to stop it. */
  async work(text, doing) {
    const progress = make("progress", { "aria-label": text });
    const words = make("span", {}, text);
    const stop = make("button", { type: "button", on: { click: () => this.service.answer("POST", this.service.at("/stop")) } }, this.say("stop"));
    this.bar.replaceChildren(progress, words, stop, make("span", { class: "hint" }, this.say("stop_hint")));
    this.bar.hidden = false;
    this.tell(text);
    const timer = setInterval(async () => {
      try {
        const told = await this.service.json("GET", this.service.at("/progress"));
        words.textContent = told.words || text;
      } catch {
        clearInterval(timer); // what went wrong is told by what is being done
      }
    }, POLL_MS);
    try {
      return await doing();
    } finally {
      clearInterval(timer);
      this.bar.hidden = true;
    }
  }

  /** Return a button that does one thing; its key keeps the focus on it when all is drawn again. */
  button(word, key, act, attributes = {}) {
    return make("button", { type: "button", "data-focus": key, ...attributes, on: { click: act } }, this.say(word));
  }
}

const root = make("div", { class: "desk" });
document.body.append(root);
new Desk(root).begin();
