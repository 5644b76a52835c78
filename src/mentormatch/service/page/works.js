// The works that this browser can open again, what is said of where they are kept, and who holds the one that is open.

import { make } from "./elements.js";

const WORKS = "works"; // the keys: without them nobody reads what the service keeps, nor does the service
const MOST = 20;
const LONG_MS = 1_000; // after so long it is told that something is being worked out
const AGAIN_MS = 10_000; // after so long a page that found no place tries again

/** Return the works whose keys this browser has, the one that was changed last first. */
function known() {
  try {
    const found = JSON.parse(localStorage.getItem(WORKS) ?? "[]");
    return Array.isArray(found) ? found : [];
  } catch {
    return []; // there is none that could be read, or no place for any
  }
}

function keep(works) {
  try {
    localStorage.setItem(WORKS, JSON.stringify(works.slice(0, MOST)));
  } catch {
    // a browser that keeps nothing: the working file is left
  }
}

/** Works, as one page sees them. */
export class Works {
  constructor(desk) {
    this.desk = desk;
    this.kept = make("p", { class: "kept" });
    this.held = make("div", { class: "held-by", role: "status", hidden: true });
    desk.service.heard = () => this.hear();
    addEventListener("beforeunload", (event) => this.losing && event.preventDefault());
    addEventListener("pagehide", () => desk.service.leave());
  }

  /** Whether something would be lost if this tab were closed now. */
  get losing() {
    const { state, service, busy } = this.desk;
    return Boolean(service.desk && state && (busy || (state.files.length && !service.standing?.saved)));
  }

  /** Whether the service runs on this computer. */
  get here() {
    return ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
  }

  /** Whether this tab may look, and not change anything. */
  get reads() {
    const held = this.desk.service.standing?.held;
    return Boolean(held && !held.mine);
  }

  // --- what is kept, and who holds it ---------------------------------------------------------------------------------

  /** Remember the key of the work that is open, once the service keeps it. */
  hear() {
    const { desk } = this;
    const { standing, work } = desk.service;
    if (standing?.saved && work) {
      const name = desk.state?.intake?.programme || (known().find((one) => one.key === work)?.name ?? "");
      keep([{ key: work, name, at: standing.saved, save: standing.save }, ...known().filter((one) => one.key !== work)]);
    }
    this.tell();
    const drawn = this.drawn ?? this.reads;
    if (drawn !== this.reads && desk.state && !desk.busy) desk.act(() => desk.look());
  }

  tell() {
    const { desk } = this;
    const { standing } = desk.service;
    const { word, tone } = this.state();
    const at = standing ? this.time(standing.saved) : "";
    const short = tone === "" && standing?.saved && word.startsWith("kept") ? make("span", { class: "short", "aria-hidden": "true" }, at) : null;
    this.kept.className = `kept ${tone}`;
    this.kept.replaceChildren(...(word ? [make("span", { class: short ? "long" : null }, desk.say(word, { at }))] : []), ...(short ? [short] : []));
    this.kept.title = word === "kept_in_memory" ? desk.say("kept_in_memory_how") : word === "kept_nowhere" ? desk.say("kept_nowhere_how") : "";
    this.desk.root.classList.toggle("nowhere", !standing);
    this.held.hidden = !this.reads;
    if (this.reads) this.holder(standing.held);
  }

  /** Return the word for what becomes of the work, and its tone: none where all is well. */
  state() {
    const { busy, service } = this.desk;
    const { standing, away } = service;
    if (away) return { word: "service_away", tone: "bad" };
    if (!standing) return { word: "", tone: "" };
    if (this.reads) return { word: "reading_only", tone: "neutral" };
    if (busy && Date.now() - this.desk.since >= LONG_MS) return { word: "at_work", tone: "neutral" };
    if (!standing.keeps) return { word: "kept_nowhere", tone: "warn" };
    if (!standing.saved) return { word: "kept_not_yet", tone: "warn" };
    return { word: !standing.lasting ? "kept_in_memory" : this.here ? "kept_here" : "kept_there", tone: "" };
  }

  /** Say who holds the work, and give the ways on. */
  holder({ own, free, name, since }) {
    const { desk } = this;
    const word = own ? "held_own" : free ? "held_left" : name ? "held_name" : "held_other";
    const key = `${word}:${free}:${since}:${desk.words.language}`;
    if (this.held.dataset.told === key) return;
    this.held.dataset.told = key;
    const take = own || free ? desk.button("hold", "hold", () => this.take()) : null;
    const anew = desk.button("begin_other", "begin_other", () => this.leave());
    this.held.replaceChildren(make("p", {}, desk.say(word, { name, at: this.time(since) })), make("div", { class: "tools" }, take, anew));
  }

  /** Hold the work from now on, as it is now. */
  take() {
    const { desk } = this;
    return desk.act(async () => {
      await desk.service.hold();
      await desk.look();
    });
  }

  time(seconds) {
    const at = new Date(seconds * 1000);
    const today = at.toDateString() === new Date().toDateString();
    const shown = { hour: "2-digit", minute: "2-digit", ...(today ? {} : { day: "numeric", month: "long" }) };
    const told = at.toLocaleString(this.desk.words.language, shown);
    return this.desk.words.language === "fr" ? told.replace(/(\d\d):(\d\d)/, "$1\u00a0h\u00a0$2") : told;
  }

  /** Have nothing be changed in a step by whoever may only look. */
  restrain(step) {
    this.drawn = this.reads;
    if (!this.reads) return;
    const looks = ".views button, [data-focus^='print:'], [data-focus^='to_']";
    for (const one of step.querySelectorAll("button, input, select, textarea")) if (!one.matches(looks)) one.disabled = true;
  }

  /** Return the link to the working file. */
  link() {
    return this.desk.button("keep_file", "keep_file", () => this.download(), { class: "quiet own" });
  }

  download() {
    const { documents, service } = this.desk;
    return documents.fetch("travail.mentormatch", service.at("/work"));
  }

  // --- coming back ---------------------------------------------------------------------------------------------------

  /** Whether there is something to come back to, and this tab has nothing yet. */
  get offers() {
    const { desk, work } = this.desk.service;
    return !desk && !work && known().length > 0;
  }

  /** Show what can be opened again, beside a new beginning; `told` says why the page came here, if it is not clear. */
  home(told = "") {
    const { desk } = this;
    const rows = known().map((one, at) => this.row(one, at));
    const first = rows.length ? {} : { class: "main" };
    const heading = make("h2", { tabindex: "-1", "data-focus": "heading" }, desk.say("works"));
    const place = make(
      "section",
      { class: "step step-works" },
      heading,
      told ? make("div", { class: "verdict" }, make("p", {}, told)) : null,
      make("p", { class: "lead" }, desk.say("works_lead")),
      rows.length ? make("ul", { class: "works" }, rows) : null,
      make("div", { class: "tools" }, desk.button("begin_new", "begin_new", () => desk.enter(() => desk.service.begin()), first)),
      this.place(),
    );
    desk.nav.hidden = true;
    this.tell();
    desk.tell("");
    desk.place.replaceWith(place);
    desk.place = place;
    if (told) heading.focus();
  }

  row({ key, name, at, save = 0 }, place) {
    const { desk } = this;
    const resume = () => desk.enter(() => desk.service.resume(key, save));
    const values = { name: name || desk.say("work_unnamed"), at: this.time(at) };
    return make(
      "li",
      {},
      make("p", {}, make("b", {}, values.name), " ", make("span", { class: "hint" }, desk.say("work_at", values))),
      make(
        "div",
        { class: "tools" },
        desk.button("resume_work", `resume:${place}`, resume, { class: "main", "aria-label": desk.say("resume_work_of", values) }),
        desk.button("erase_work", `erase:${place}`, () => this.erase(key), { "aria-label": desk.say("erase_work_of", values) }),
      ),
    );
  }

  /** Return the place of a working file. */
  place() {
    const { desk } = this;
    const title = desk.say("work_file");
    const drop = desk.drop.place("work", ".mentormatch", title, ([file]) => this.bring(file));
    return make("section", { class: "card", "data-place": "work" }, make("h3", {}, title), make("p", { class: "hint" }, desk.say("work_file_hint")), drop);
  }

  bring(file) {
    const { desk } = this;
    if (this.losing && !confirm(desk.say("bring_sure"))) return null;
    return desk.enter(() => desk.service.bring(file));
  }

  async erase(key) {
    const { desk } = this;
    if (!confirm(desk.say("erase_sure"))) return;
    await desk.act(async () => {
      await desk.service.erase(key);
      this.forget(key);
      this.home(desk.say("work_erased"));
    });
  }

  forget(key) {
    keep(known().filter((one) => one.key !== key));
  }

  /** Leave the work that somebody else holds. */
  leave() {
    const { desk } = this;
    desk.service.leave();
    desk.service.forget();
    desk.state = null;
    this.tell();
    this.home();
  }

  /** Lead on from where no work could be opened: none is there any more, or every place is taken. */
  astray(trouble, again) {
    const { desk } = this;
    if (trouble.status === 404) {
      this.forget(desk.service.work);
      desk.service.forget();
      this.home(desk.say("work_gone"));
      return true;
    }
    if (trouble.status !== 429) return false;
    const wait = setTimeout(again, AGAIN_MS);
    const now = () => {
      clearTimeout(wait);
      again();
    };
    const tools = make("div", { class: "tools" }, desk.button("retry", "retry", now));
    const told = make("div", { class: "verdict", role: "status" }, make("p", {}, desk.say("full")), tools);
    const place = make("section", { class: "step" }, make("h2", { tabindex: "-1" }, desk.say("full_title")), told);
    desk.tell("");
    desk.place.replaceWith(place);
    desk.place = place;
    return true;
  }
}
