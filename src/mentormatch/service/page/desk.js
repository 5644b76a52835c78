// The page for programme staff: from the files to the documents, each kind of programme with steps of its own.

import { Kept, Service } from "./asking.js";
import { Columns } from "./columns.js";
import { BoardStep } from "./board_step.js";
import { Drop } from "./drop.js";
import { Documents } from "./documents.js";
import { filled, make } from "./elements.js";
import { Groups, GroupYear } from "./groups.js";
import { askChoice, waysBack } from "./losses.js";
import { Programme } from "./programme.js";
import { Proposal } from "./proposal.js";
import { Intake } from "./seeing.js";
import { Step } from "./step.js";
import { troubleOf } from "./trouble.js";
import { WorkingGroup } from "./working_group.js";
import { Works } from "./works.js";

const STEPS = {
  pairs: ["files", "questions", "rules", "pairs", "documents", "year"],
  groups: ["files", "questions", "groups", "documents", "year"],
  sessions: ["files", "questions", "sessions", "documents"],
};
const VIEWS = { board: "pairs", proposal: "documents" }; // further views of a step
const FORMER = { columns: "questions", intake: "rules", programme: "rules", follow_up: "year" }; // names that browsers still have
const TITLES = { pairs: "title", groups: "title_groups", sessions: "title_sessions" };
const POLL_MS = 700;
const STAY_MS = 20_000; // so often the service hears that somebody is still here
const AGAIN_MS = 4_000; // so often it is tried again while it does not answer
const LEAVE_MS = 2 * 3_600_000; // after so long without a gesture nobody is taken to be

/** The page: what is known, the step that is shown, and what is being done. */
class Desk {
  constructor(root) {
    this.root = root;
    this.words = {};
    this.step = "files";
    this.service = new Service((word, values) => this.say(word, values));
    this.service.asks = (told) => askChoice(this, told);
    this.touched = Date.now();
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => (this.touched = Date.now()));
    setInterval(() => this.service.away && this.service.here().catch(() => {}), AGAIN_MS);
    setInterval(() => this.stay(), STAY_MS);
    addEventListener("popstate", ({ state }) => this.back(state?.step));
    for (const event of ["dragover", "drop"]) addEventListener(event, (one) => one.preventDefault()); // beside its place
    this.works = new Works(this);
    this.documents = new Documents(this);
    this.drop = new Drop(this);
    this.parts = {
      files: new Step(this, { do: "files" }),
      questions: new Columns(this),
      intake: new Intake(this),
      rules: new Programme(this),
      pairs: new Step(this, { do: "pairs" }),
      board: new BoardStep(this),
      proposal: new Proposal(this),
      documents: new Step(this, { do: "documents" }),
      "questions:five": new Step(this, { do: "five" }),
      groups: new Groups(this),
      sessions: new WorkingGroup(this),
      "year:groups": new GroupYear(this),
      year: new Step(this, { do: "follow" }),
    };
  }

  /** Return one of the texts, its {places} filled. */
  say(word, values = {}) {
    return filled(this.words[word] ?? "", values);
  }

  // --- beginning and ending ------------------------------------------------------------------------------------------

  async begin() {
    await this.speak(sessionStorage.getItem("language") ?? "fr");
    this.frame();
    if (this.works.offers) this.works.home();
    else await this.enter(() => this.service.open());
  }

  /** Come to a desk, and show the step that this tab was at; where there is none, the page leads on. */
  async enter(open) {
    if (this.busy) return;
    this.busy = true;
    this.tell(this.say("loading"));
    const late = this.service.desk && setTimeout(() => this.tell(this.say("still_working")), 3000); // a new desk has nothing to work out
    try {
      const opened = await open();
      this.know(opened);
      const language = sessionStorage.getItem("language"); // as it was chosen before there was a desk
      if (language && language !== this.state.language && !this.works.reads) this.know(await this.service.do({ do: "speak", language }));
      await this.follow();
      const kept = FORMER[sessionStorage.getItem("step")] ?? sessionStorage.getItem("step");
      this.step = this.reachable(kept) ? kept : this.furthest();
      history.replaceState({ step: this.step }, "");
      this.nav.hidden = false;
      this.works.hear();
      await this.draw();
      const { told, newer } = opened;
      this.tell(told || (newer ? this.say("work_newer") : ""));
    } catch (trouble) {
      this.busy = false;
      if (!this.works.astray(trouble, () => this.enter(open))) this.fail(trouble);
    } finally {
      this.busy = false;
      clearTimeout(late);
    }
  }

  /** Return the step at which a work is taken up where this tab was at none. */
  furthest() {
    return [this.state.kind, "rules", "questions", "files"].find((step) => this.reachable(step));
  }

  /** The step that comes after the files are read. */
  get onward() {
    const { columns } = this.state;
    return columns?.blocked || columns?.open ? "questions" : this.furthest();
  }

  /** Look up how far everything is, and show it. */
  async look() {
    this.know(await this.service.json("GET", this.service.at("")));
    await this.draw();
  }

  /** Have the place last while somebody reads or talks at the page; who holds it is heard. */
  stay() {
    const here = !this.busy && !this.service.away && Date.now() - this.touched < LEAVE_MS;
    if (here && this.service.desk) this.service.here().catch(() => {}); // the next gesture tells
  }

  async speak(code) {
    this.words = await (await fetch(`page/words-${code}.json`)).json();
    document.documentElement.lang = code;
    this.entitle();
  }

  /** Call the page by what it is for, which the kind of programme says. */
  entitle() {
    const title = this.say(TITLES[this.state?.kind ?? "pairs"]);
    document.title = `${title} – mentormatch`;
    if (this.title) this.title.textContent = this.state?.intake?.programme || (this.state?.columns && this.sources) || title;
  }

  /** Return whether a file of this part was handed over. */
  holds(part) {
    return this.state.files.some((file) => file.part === part);
  }

  /** The names of the files of answers. */
  get sources() {
    const names = this.state.files.filter(({ part }) => ["answers", "mentors", "mentees"].includes(part)).map(({ name }) => name.replace(/:[^:.]*$/, ""));
    return [...new Set(names)].join(", "); // two sheets are one workbook
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
      if (!this.state) {
        await this.speak(code);
        this.frame();
        this.works.home();
        return;
      }
      this.know(await this.service.do({ do: "speak", language: code }));
      await this.follow();
      await this.draw();
      this.root.querySelector('[data-focus="menu"]').focus();
    });
  }

  async close() {
    const plan = this.state?.plan ?? this.state?.gathered;
    const erased = await askChoice(this, {
      title: this.say("erase_title"),
      words: this.say("erase_words"),
      lost: plan ? [plan.summary ?? plan.title] : [],
      keeps: this.say("cancel"),
      choices: [{ words: this.say("erase_after"), sure: "after" }, { words: this.say("erase"), sure: "erase" }],
      main: 0,
    });
    if (erased === "after") await this.works.download();
    if (erased !== "erase") return;
    await this.act(async () => {
      const { work } = this.service;
      await this.service.close();
      this.works.forget(work);
      this.state = null;
      sessionStorage.clear();
      const again = make("button", { type: "button", class: "main", on: { click: () => location.reload() } }, this.say("again"));
      const stop = this.works.here ? make("p", { class: "hint" }, this.say("stop_here")) : null;
      this.root.replaceChildren(make("main", { class: "over" }, make("h1", { tabindex: "-1" }, this.say("closed")), stop, again));
      this.root.querySelector("h1").focus();
    });
  }

  // --- what stays: the head, the steps, what is said -----------------------------------------------------------------

  frame() {
    this.said = make("p", { class: "said", role: "status", "aria-live": "polite" });
    this.bar = make("div", { class: "working", hidden: true });
    this.nav = make("nav", { class: "steps", "aria-label": this.say("steps") });
    this.naming = make("div", { class: "naming", role: "group", "aria-label": this.say("naming") });
    this.other = make("li", { class: "narrow" });
    this.past = make("div");
    this.place = make("section", { class: "step" });
    this.title = make("h1");
    this.entitle();
    const tools = make("div", { class: "tools" }, this.works.kept, this.naming, this.menu());
    this.root.replaceChildren(
      make("header", { class: "top" }, make("div", { class: "wrap" }, make("p", { class: "mark" }, "mentormatch"), this.nav, tools)),
      make("main", {}, this.title, this.works.held, this.said, this.bar, this.past, this.place),
    );
    this.works.tell();
  }

  /** Return the menu of what is not needed at every step. */
  menu() {
    const entry = (word, act, own = {}) => make("li", {}, this.button(word, word, act, { class: "quiet", ...own }));
    const languages = Object.entries(this.words.language_names).map(([code, name]) => {
      const own = { type: "button", lang: code, class: "quiet", "data-focus": `language:${code}`, "aria-pressed": String(code === this.words.language) };
      return make("li", {}, make("button", { ...own, on: { click: () => this.choose(code) } }, name));
    });
    const menu = make(
      "details",
      { class: "menu" },
      make("summary", { "data-focus": "menu" }, this.say("menu")),
      make("ul", {}, make("li", {}, this.works.link()), this.other, entry("print_page", () => print()), languages, entry("close", () => this.close(), { class: "quiet own" })),
    );
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.firstChild.focus();
    });
    menu.addEventListener("focusout", ({ relatedTarget: to }) => (menu.open &&= !to || menu.contains(to)));
    return menu;
  }

  /** Draw the steps, and the one that is shown; the focus stays where it was, or goes to the heading. */
  async draw({ focus = false } = {}) {
    const key = document.activeElement?.dataset?.focus;
    this.drawSteps();
    this.past.replaceChildren(...[waysBack(this)].filter(Boolean));
    const heading = make("h2", { tabindex: "-1", "data-focus": "heading" }, this.say(`step_${this.step}`));
    const next = make("section", { class: `step step-${this.step}` }, heading);
    const { part } = this;
    try {
      await part.load?.(); // what is shown stays until what comes is known
    } finally {
      this.place.replaceWith(next);
      this.place = next;
    }
    await part.draw(next);
    this.works.restrain(next);
    this.works.restrain(this.past);
    const kept = key && [...this.root.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
    if (focus) heading.focus();
    else if (key && document.activeElement === document.body) (kept ?? heading).focus();
  }

  drawSteps() {
    const { steps } = this;
    const here = steps.indexOf(VIEWS[this.step] ?? this.step);
    const far = steps.findLastIndex((step) => this.reachable(step));
    const items = steps.map((step, at) => {
      const off = !this.reachable(step);
      const done = !off && at < far && at !== here && (step !== "documents" || this.state.plan?.final);
      const attributes = {
        type: "button",
        "data-focus": `step:${step}`,
        "aria-current": at === here ? "step" : null,
        "aria-disabled": off ? "true" : null,
        on: { click: () => off || step === this.step || this.go(step) },
      };
      const told = off ? "not_yet" : done ? "done" : "";
      const hidden = told && make("span", { class: "unseen" }, `, ${this.say(told)}`);
      return make("li", { class: done ? "done" : null }, make("button", attributes, make("span", { class: "count" }, done ? "✓" : String(at + 1)), this.say(`step_${step}`), hidden));
    });
    const [now, next] = [steps[here], steps[here + 1]].map((step) => step && this.say(`step_${step}`));
    const after = make("span", {}, ` · ${next ? this.say("next_step", { step: next }) : this.say("last_step")}`);
    const parts = steps.map((_, at) => make("i", { class: at <= here ? "on" : null }));
    const list = make("ol", {}, items);
    const unfold = () => line.setAttribute("aria-expanded", String(line.getAttribute("aria-expanded") !== "true"));
    const line = make(
      "button",
      { type: "button", class: "stepline", "aria-expanded": "false", "data-focus": "steps", on: { click: unfold } },
      make("span", { class: "hint" }, this.say("step_of", { number: here + 1, all: steps.length })),
      make("b", {}, now, after),
      make("span", { class: "segs", "aria-hidden": "true" }, parts),
    );
    this.nav.replaceChildren(line, list);
    this.drawNaming();
  }

  /** Call people by their names once these are known, unless codes were chosen in this tab. */
  async nameAtFirst() {
    const { named = null } = this.state.plan ?? this.state.gathered ?? {};
    if (named === false && sessionStorage.getItem("naming") !== "codes") this.know(await this.service.do({ do: "name", shown: true, where: "everywhere" }));
  }

  /** Draw the choice of what people are called on the page, once it is known who they are. */
  drawNaming() {
    const { named = null } = this.state?.plan ?? this.state?.gathered ?? {};
    const choose = async (shown) => {
      await this.idle; // a choice that is made while the page works is not lost
      await this.act(async () => {
        sessionStorage.setItem("naming", shown ? "names" : "codes");
        this.know(await this.service.do({ do: "name", shown, where: "everywhere" }));
        await this.draw();
      });
    };
    const choices = named === null ? [] : [true, false].map((shown) => {
      const word = shown ? "names" : "codes";
      return this.button(word, `naming:${word}`, () => shown === named || choose(shown), { "aria-pressed": String(shown === named) });
    });
    this.naming.replaceChildren(...choices);
    this.other.replaceChildren(...choices.slice(0, 1).map(() => this.button(named ? "show_codes" : "show_names", "naming:other", () => choose(!named), { class: "quiet" })));
  }

  /** What draws the step; where groups are formed, the questions end with what came in. */
  get part() {
    const { kind, columns, intake, five } = this.state;
    if (this.step === "questions" && five) return this.parts["questions:five"];
    const read = kind !== "pairs" && intake && !columns.blocked && !columns.open;
    if (this.step === "questions" && read) return this.parts.intake;
    return this.parts[`${this.step}:${kind}`] ?? this.parts[this.step];
  }

  /** The steps of this kind of programme; that of what is formed is called as the kind is. */
  get steps() {
    return STEPS[this.state?.kind ?? "pairs"];
  }

  reachable(step) {
    const { columns, intake, plan, gathered } = this.state ?? {};
    const there = {
      files: true,
      questions: columns,
      rules: intake?.pairs,
      pairs: plan,
      board: plan,
      proposal: plan?.answered,
      groups: gathered,
      sessions: gathered,
      documents: plan ?? gathered,
      year: plan?.answered ?? (gathered?.answered && gathered.dated),
    };
    return this.steps.includes(VIEWS[step] ?? step) && Boolean(there[step]);
  }

  know(state) {
    this.state = state;
    this.entitle();
  }

  /** Go to a step; what happened since on the board is looked up. */
  async go(step) {
    await this.idle; // a step that is chosen while the page works is not lost
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
  async back(former) {
    const step = FORMER[former] ?? former;
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
    let end;
    this.idle = new Promise((ended) => (end = ended));
    this.since = Date.now();
    const long = setTimeout(() => this.works.tell(), 1_010);
    this.root.setAttribute("aria-busy", "true");
    for (const one of this.root.querySelectorAll(".trouble")) one.remove();
    try {
      await doing();
    } catch (trouble) {
      if (trouble instanceof Kept) await this.stayed(trouble);
      else this.fail(trouble, place);
    } finally {
      this.busy = false;
      clearTimeout(long);
      this.works.tell();
      this.root.removeAttribute("aria-busy");
      end();
    }
  }

  /** Show what is still there, where somebody did not go on. */
  async stayed(kept) {
    this.bar.hidden = true;
    await this.draw();
    this.tell(kept.title);
  }

  /** Tell why something was not done, and lead there. */
  fail(trouble, place = null) {
    if (trouble instanceof Kept) {
      this.tell(trouble.title);
      return;
    }
    if (!("problems" in trouble)) throw trouble;
    this.tell("");
    this.bar.hidden = true;
    const told = troubleOf({ ...trouble, problems: trouble.problems ?? [] }, (word, values) => this.say(word, values));
    const lost = { 401: "reopen", 404: "reopen" }[trouble.status] ?? (trouble.status === 0 || trouble.status >= 500 ? "retry" : null);
    if (lost) told.append(make("button", { type: "button", on: { click: () => this.again() } }, this.say(lost)));
    if (trouble.status === 404) sessionStorage.removeItem("desk"); // the work comes back by its key
    const field = (this.step === "files" && trouble.place ? this.root.querySelector(`[data-place="${trouble.place}"]`) : null) ?? place;
    (field ?? this.place).append(told);
    if (!field) this.place.querySelector("h2")?.after(told);
    for (let outer = told.parentElement; outer; outer = outer.parentElement) if (outer.localName === "details") outer.open = true;
    told.focus();
  }

  /** Load the page again, once the service answers: this one has a way on, that of a browser has none. */
  async again() {
    this.tell(this.say("loading"));
    try {
      await fetch("health");
      location.reload();
    } catch {
      this.tell(this.say("unreachable"));
    }
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
