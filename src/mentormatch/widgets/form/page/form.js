// The form in which staff change a programme: weights, rules and goals, each gesture tried at once.
//
// It touches only its host, which a page and a notebook each bring: `say(word, values)` returns a text, `ask(what)` the
// form after that was asked, `tools(told)` what stands above the form, `kept(number)` what to tell once a version is
// kept, `losing()` what would be lost by that, `tell(text)` and `fail(trouble, place)` tell something.

const PAUSE_MS = 250; // so long a slider is still before its weight is tried
const LATE_MS = 350; // after so long the page says that it works
const NEUTRAL = [[0, "form_nothing"], [0.25, "form_quarter"], [0.5, "form_half"], [1, "form_all"]];
const KINDS = 5; // of colours of headings

/** The form, drawn by its host. */
class Form {
  constructor(host) {
    this.host = host;
    this.say = (word, values) => host.say(word, values);
    this.opened = new Set();
    this.others = true;
    this.waiting = Promise.resolve();
    this.timers = new Map();
    this.between = [];
    this.asked = new Questions(this);
  }

  async draw(place) {
    this.told = await this.host.ask({ action: "look" });
    this.place = make("div", { class: "form" });
    this.place.addEventListener("keydown", (event) => this.step(event));
    this.voice = make("p", { class: "unseen", role: "status" });
    place.append(this.voice, this.place);
    this.render();
  }

  // --- gestures ------------------------------------------------------------------------------------------------------

  /** Ask one thing after the other; what is shown then is what came of it. */
  ask(what, after = null) {
    this.waiting = this.waiting.catch(() => null).then(async () => {
      for (const one of this.place.querySelectorAll(".trouble")) one.remove();
      const late = setTimeout(() => this.work(what), LATE_MS);
      try {
        this.told = await this.host.ask(what);
        this.host.tell("");
        this.render();
        this.voice.textContent = this.last();
        await after?.();
        this.look();
      } catch (trouble) {
        this.host.fail(trouble, this.place.querySelector(".effect-trouble"));
      } finally {
        clearTimeout(late);
        this.place.querySelector(".effect")?.removeAttribute("aria-busy");
      }
    });
    return this.waiting;
  }

  edit(...edits) {
    return this.ask({ action: "edit", edits });
  }

  work({ action }) {
    const panel = this.place.querySelector(".effect");
    panel?.setAttribute("aria-busy", "true");
    const said = panel?.querySelector(".e-last");
    if (said) said.textContent = this.say(action === "diagnose" ? "form_looking" : "form_working");
  }

  /** Look for ways out by itself where no pairs keep all rules. */
  look() {
    const { trouble } = this.told;
    if (trouble && !trouble.looked) this.ask({ action: "diagnose" });
  }

  step(event) {
    const typing = /^(number|text)$/.test(event.target.type ?? "");
    if (typing || event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.ask({ action: event.shiftKey ? "redo" : "undo" });
  }

  /** Try a weight once the slider is still. */
  weigh(at, weight) {
    clearTimeout(this.timers.get(at));
    const asked = { edit: "weight", at, weight, others: this.others };
    this.timers.set(at, setTimeout(() => this.edit(asked), PAUSE_MS));
  }

  async keep() {
    const number = this.told.version + 1;
    await this.ask({ action: "keep" }, async () => {
      const told = await this.host.kept(number);
      this.render();
      this.host.tell(told);
    });
  }

  // --- what is shown -------------------------------------------------------------------------------------------------

  /** Show the form as it is now; the focus stays where it was. */
  render() {
    const key = document.activeElement?.dataset?.focus;
    if (!this.told.sum_right) this.others = false;
    const stack = make("div", { class: "stack" }, this.criteria(), this.rules(), this.goals(), this.asked.section());
    this.place.replaceChildren(this.head(), make("div", { class: "split" }, stack, this.effect()), this.sides(), this.short());
    if (!key || document.activeElement !== document.body) return;
    const kept = [...this.place.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
    (kept ?? this.place.querySelector(".effect h3")).focus({ preventScroll: true });
  }

  head() {
    const { told } = this;
    const number = told.version;
    const stands = told.tried ? this.say("form_trial", { number }) : this.say("form_version", { number });
    const name = make("input", { id: "form-name", type: "text", class: "blank wide", maxlength: 200, value: told.name, placeholder: this.say("form_name_example"), "data-focus": "name" });
    name.addEventListener("change", () => name.value.trim() && this.edit({ edit: "settings", part: "programme", changes: { name: name.value.trim() } }));
    return make(
      "div",
      { class: "form-head" },
      make("p", { class: "f-name" }, make("label", { for: "form-name" }, this.say("form_name")), name),
      make(
        "div",
        { class: "tools" },
        make("p", { class: told.tried ? "badge warn" : "badge" }, stands),
        this.host.tools(told),
      ),
    );
  }

  section(word, ...parts) {
    const id = `h-${word}`;
    return make("section", { "aria-labelledby": id }, make("h3", { id }, this.say(word)), ...parts);
  }

  criteria() {
    const { told } = this;
    const box = make("input", { type: "checkbox", checked: this.others, "data-focus": "others" });
    box.addEventListener("change", () => (this.others = box.checked));
    const mend = told.sum_right
      ? make("p", { class: "sum" }, this.say("form_sum", { sum: told.sum }), " ✓")
      : make(
          "div",
          { class: "note warn" },
          make("p", {}, this.say("form_sum_wrong", { sum: told.sum })),
          make("button", { type: "button", "data-focus": "mend", on: { click: () => this.edit({ edit: "weights" }) } }, this.say("form_mend")),
        );
    const lines = told.headings.map((heading, at) => this.heading(heading, (at % KINDS) + 1));
    const others = make("label", { class: "way" }, box, make("span", {}, this.say("form_others")));
    const head = make("p", { class: "c-heads", "aria-hidden": "true" }, this.say("form_neutral_head"));
    return this.section("form_criteria", mend, this.bar(), make("div", {}, head, lines), others, this.addition("criteria", told.criterion_additions, "form_add_criterion", "form_which_criterion"));
  }

  /** Return the share of each heading as a bar; the sums beside say the same. */
  bar() {
    const weights = this.told.headings.map(({ criteria }) => criteria.reduce((sum, one) => sum + one.weight, 0));
    const whole = weights.reduce((sum, one) => sum + one, 0);
    if (!whole) return "";
    let from = 0;
    const parts = weights.map((weight, at) => {
      const part = drawn("rect", { x: from, y: 0, width: Math.max((1000 * weight) / whole - 3, 0), height: 12, class: `k${(at % KINDS) + 1}` });
      from += (1000 * weight) / whole;
      return part;
    });
    return drawn("svg", { viewBox: "0 0 1000 12", preserveAspectRatio: "none", class: "weights", "aria-hidden": "true" }, parts);
  }

  heading({ title, sum, criteria }, kind) {
    const lines = criteria.map((one) => this.criterion(one));
    const swatch = make("span", { class: `sw k${kind}`, "aria-hidden": "true" });
    if (!title) return make("div", { class: "cgroup alone" }, swatch, lines);
    return make("fieldset", { class: "cgroup" }, make("legend", {}, swatch, title, " ", make("span", { class: "soft" }, sum)), lines);
  }

  criterion(criterion) {
    const { at, label, about, weight, weight_before: before, before_words: was, neutral, neutral_words: words } = criterion;
    const text = (value) => this.say("form_value", { points: value });
    const range = make("input", { type: "range", min: 0, max: Math.max(100, Math.ceil(weight)), step: Number.isInteger(weight) ? 1 : "any", value: weight, "data-focus": `w:${at}`, "aria-label": this.say("form_points", { name: label }), "aria-valuetext": text(weight) });
    const twin = make("input", { type: "number", class: "blank", min: 0, step: "any", value: weight, "data-focus": `n:${at}`, "aria-label": this.say("form_points", { name: label }) });
    range.addEventListener("input", () => {
      twin.value = range.value;
      range.setAttribute("aria-valuetext", text(range.value));
      this.weigh(at, range.valueAsNumber);
    });
    twin.addEventListener("change", () => {
      if (!twin.validity.valid || twin.value === "") return twin.reportValidity();
      range.value = twin.value;
      return this.weigh(at, twin.valueAsNumber);
    });
    const known = NEUTRAL.some(([value]) => value === neutral);
    const choices = [...NEUTRAL.map(([value, word]) => [value, this.say(word)]), ...(known ? [] : [[neutral, words]])];
    const menu = make("select", { "data-focus": `u:${at}`, "aria-label": this.say("form_neutral", { name: label }) }, choices.map(([value, word]) => make("option", { value }, word)));
    menu.value = String(neutral);
    menu.addEventListener("change", () => this.edit({ edit: "settings", part: "criteria", at, changes: { neutral: Number(menu.value) } }));
    const back = () => this.edit({ edit: "weight", at, weight: before });
    return make(
      "div",
      { class: "crit" },
      make("p", { class: "c-name" }, make("b", {}, label), about ? make("span", { class: "sub" }, about) : null, was ? this.was(was, `w:${at}:back`, back) : null),
      range,
      make("span", { class: "c-pts" }, twin, make("span", { class: "soft", "aria-hidden": "true" }, this.say("form_unit"))),
      make("span", { class: "c-neutral" }, make("span", { class: "soft", "aria-hidden": "true" }, this.say("form_neutral_head")), menu),
      this.remove("criteria", at, label),
      this.counting(criterion),
    );
  }

  /** Return how a criterion counts: its sentences with blanks, and its table of points where it has one. */
  counting(criterion) {
    const { at, label, sentences, points } = criterion;
    const blanks = new Blanks(this.say, `c:${at}`, (changes) => this.edit({ edit: "settings", part: "criteria", at, changes }), this.opened);
    const changed = sentences.some(({ pieces }) => pieces.some(({ before }) => before !== null && before !== undefined));
    const key = `c:${at}:settings`;
    if (changed) this.opened.add(key);
    const fold = this.asked.fold(key, "fold c-more", [this.say("form_counting"), make("span", { class: "unseen" }, ` ${label}`)]);
    const fill = () => fold.children.length > 1 || fold.append(...sentences.map((one) => blanks.sentence(one)), ...(points ? [pointsTable(this, criterion)] : []));
    if (fold.open) fill();
    else fold.addEventListener("toggle", fill, { once: true });
    return fold;
  }

  was(value, key, back) {
    const told = make("span", { class: "badge warn" }, this.say("form_was", { value }));
    return make("span", {}, told, make("button", { type: "button", class: "quiet", "data-focus": key, on: { click: back } }, this.say("form_back", { value })));
  }

  remove(part, at, name) {
    const act = () => this.edit({ edit: "remove", part, at }, ...this.mending(part));
    return make("button", { type: "button", class: "quiet remove", "data-focus": `${part}:${at}:remove`, "aria-label": this.say("form_remove_one", { name }), on: { click: act } }, this.say("form_remove"));
  }

  /** Return the edit that brings weights to 100 again once a criterion comes or goes, unless that is not wanted. */
  mending(part) {
    const weighs = this.told.headings.some(({ criteria }) => criteria.some(({ weight }) => weight));
    return part === "criteria" && this.others && weighs ? [{ edit: "weights" }] : [];
  }

  rules() {
    const { told } = this;
    const items = told.rules.map((rule) => this.rule(rule));
    const heading = new Blanks(this.say, "heading", (changes) => this.edit({ edit: "settings", part: "programme", changes }), this.opened);
    const sentences = told.heading_sentences.map((one) => heading.sentence(one));
    const who = make("li", {}, make("p", { class: "r-name" }, make("b", {}, this.say("form_who"))), make("div", { class: "r-text" }, sentences));
    const gone = told.removed.length ? make("p", { class: "hint" }, this.say("form_gone", { number: told.version, names: told.removed.join(", ") })) : "";
    return this.section("form_rules", make("p", { class: "hint" }, told.rules_lead), make("ul", { class: "rules" }, who, items), gone, this.addition("rules", told.rule_additions, "form_add_rule", "form_which"));
  }

  rule({ at, label, name, effect, sentences, changed }) {
    const blanks = new Blanks(this.say, `r:${at}`, (changes) => this.edit({ edit: "settings", part: "rules", at, changes }), this.opened);
    const [stated, others] = [true, false].map((wanted) => sentences.filter((one) => one.stated === wanted));
    const key = `r:${at}:settings`;
    const fold = make(
      "details",
      { class: "fold", open: this.opened.has(key) },
      make("summary", { "data-focus": key, "aria-label": this.say("form_settings_of", { name: label }) }, this.say("form_settings")),
      others.map((one) => blanks.sentence(one)),
    );
    fold.addEventListener("toggle", () => (fold.open ? this.opened.add(key) : this.opened.delete(key)));
    const text = make("div", { class: "r-text" }, stated.map((one) => blanks.sentence(one)), others.length ? fold : null);
    const told = make("p", { class: "r-eff" }, changed ? make("span", { class: "badge warn" }, this.say("form_new")) : null, " ", effect);
    const parts = name ? [make("p", { class: "r-name" }, make("b", {}, name)), told, this.remove("rules", at, label), text] : [text, told, this.remove("rules", at, label)];
    return make("li", { class: changed ? "mod" : null }, parts);
  }

  /** Return the place in which one more rule or criterion is made, folded. */
  addition(part, kinds, word, which) {
    const place = make("div", {});
    const menu = make("select", { id: `add-${part}`, "data-focus": `add:${part}:kind` }, make("option", { value: "" }, this.say("form_choose")), kinds.map(({ kind, words }) => make("option", { value: kind }, words)));
    menu.addEventListener("change", () => this.begin(part, kinds.find(({ kind }) => kind === menu.value), place));
    const key = `add:${part}`;
    const fold = make(
      "details",
      { class: "fold add", open: this.opened.has(key) },
      make("summary", { "data-focus": key }, this.say(word)),
      make("div", { class: "field" }, make("label", { for: `add-${part}` }, this.say(which)), menu),
      place,
    );
    fold.addEventListener("toggle", () => (fold.open ? this.opened.add(key) : this.opened.delete(key)));
    return fold;
  }

  begin(part, chosen, place) {
    if (!chosen) return place.replaceChildren();
    const settings = structuredClone(chosen.settings);
    const blanks = new Blanks(this.say, `add:${part}`, (changes) => state(settings, changes), this.opened);
    const add = make("button", { type: "button", "data-focus": `add:${part}:do` }, this.say("form_add"));
    add.addEventListener("click", () => {
      this.opened.delete(`add:${part}`);
      this.edit({ edit: "add", part, settings }, ...this.mending(part));
    });
    return place.replaceChildren(...chosen.sentences.map((one) => blanks.sentence(one)), make("div", { class: "tools" }, add));
  }

  goals() {
    const { goals, more_goals: more } = this.told;
    const move = (goal, at) => this.edit({ edit: "goal", goal, at });
    const items = goals.map(({ goal, words, about, value }, at) => {
      const button = (word, to, mark, off) =>
        make("button", { type: "button", class: "icon", "data-focus": `g:${goal}:${word}`, "aria-label": this.say(word, { name: words }), "aria-disabled": off ? "true" : null, on: { click: () => off || move(goal, to) } }, mark);
      const alone = goals.length === 1;
      return make(
        "li",
        {},
        make("span", { class: "g-t" }, make("b", {}, words), make("span", { class: "sub" }, about)),
        make("span", { class: "g-v" }, value),
        make(
          "span",
          { class: "g-b" },
          button("form_up", at - 1, "↑", at === 0),
          button("form_down", at + 1, "↓", at === goals.length - 1),
          alone ? null : make("button", { type: "button", class: "quiet", "data-focus": `g:${goal}:remove`, "aria-label": this.say("form_remove_one", { name: words }), on: { click: () => move(goal, null) } }, this.say("form_remove")),
        ),
      );
    });
    const menu = make("select", { id: "add-goal", "data-focus": "add:goal" }, make("option", { value: "" }, this.say("form_choose")), more.map(({ goal, words }) => make("option", { value: goal }, words)));
    menu.addEventListener("change", () => menu.value && move(menu.value, goals.length - 1));
    const add = more.length ? make("div", { class: "field" }, make("label", { for: "add-goal" }, this.say("form_add_goal")), menu) : "";
    return this.section("form_goals", make("p", { class: "hint" }, this.say("form_goals_lead")), make("ol", { class: "goals" }, items), add);
  }

  // --- what it changes -----------------------------------------------------------------------------------------------

  effect() {
    const { told } = this;
    const number = told.version;
    const small = (word, action, on) =>
      make("button", { type: "button", "data-focus": action, "aria-disabled": on ? null : "true", on: { click: () => on && this.ask({ action }) } }, this.say(word));
    return make(
      "aside",
      { class: "effect", "aria-labelledby": "h-effect" },
      make("div", { class: "e-head" }, make("h3", { id: "h-effect", tabindex: "-1" }, this.say("form_effect")), make("div", { class: "tools" }, small("form_undo", "undo", told.can_undo), small("form_redo", "redo", told.can_redo))),
      make("p", { class: "e-last" }, this.last()),
      told.tried ? "" : make("p", { class: "hint" }, this.say("form_lead")),
      make("div", { class: "effect-trouble" }, told.trouble ? this.trouble(told.trouble) : ""),
      this.measures(told.measures, this.say("form_version", { number }), told.tried ? this.say("form_now") : null),
      told.tried ? this.moves() : "",
      told.tried ? this.decide(number + 1) : "",
      this.comparing(),
    );
  }

  /** Return what the last gesture changed. */
  last() {
    const { tried, last, version: number } = this.told;
    return tried ? last : this.say("form_untried", { number });
  }

  decide(number) {
    const losing = this.host.losing();
    return make(
      "div",
      { class: "e-do" },
      make("button", { type: "button", class: "main", "data-focus": "keep", on: { click: () => this.keep() } }, this.say("form_keep", { number })),
      make("button", { type: "button", "data-focus": "leave", on: { click: () => this.ask({ action: "leave" }) } }, this.say("form_leave")),
      losing ? make("p", { class: "hint" }, losing) : null,
    );
  }

  trouble({ sentences, ways }) {
    const offers = ways.map((way, number) => {
      const take = () => this.ask({ action: "way", number });
      return make("li", {}, way, " ", make("button", { type: "button", "data-focus": `way:${number}`, "aria-label": this.say("form_try_one", { way }), on: { click: take } }, this.say("form_try")));
    });
    return make("div", { class: "note bad" }, sentences.map((one) => make("p", {}, one)), offers.length ? make("ul", { class: "ways" }, offers) : null);
  }

  /** Return figures side by side; `now` is null where there is one version only. */
  measures(figures, before, now) {
    const heads = [[this.say("form_measure"), "unseen"], [before, null], ...(now ? [[now, null], [this.say("form_difference"), null]] : [])];
    const rows = figures.map(({ name, before: was, now: is, difference, direction }) => {
      const cells = now ? [make("td", { class: "soft" }, was), make("td", {}, make("b", {}, is)), make("td", { class: direction }, difference)] : [make("td", {}, make("b", {}, is))];
      return make("tr", {}, make("th", { scope: "row" }, name), cells);
    });
    const head = make("tr", {}, heads.map(([text, kind]) => make("th", { scope: "col" }, make("span", { class: kind }, text))));
    return make("table", { class: "e-table" }, make("thead", {}, head), make("tbody", {}, rows));
  }

  moves() {
    const { moves, more_moves: more } = this.told;
    const items = moves.map(({ what, who, points, direction }) => make("li", {}, make("span", { class: "badge" }, what), " ", who, " ", make("span", { class: direction }, points)));
    const list = items.length ? make("ul", { class: "moves" }, items, more ? make("li", {}, more) : null) : make("p", { class: "hint" }, this.say("form_no_moves"));
    return [make("h4", {}, this.say("form_moves")), list];
  }

  versions() {
    const { version, tried } = this.told;
    const kept = Array.from({ length: version }, (_, at) => [at + 1, this.say("form_version", { number: at + 1 })]);
    return tried ? [...kept, [0, this.say("form_now")]] : kept;
  }

  comparing() {
    const entries = this.versions();
    if (entries.length < 2) return "";
    const [first, second] = this.between.length ? this.between : [entries.at(-2)[0], entries.at(-1)[0]];
    const menu = (id, word, value) => {
      const made = make("select", { id, "data-focus": id }, entries.map(([number, words]) => make("option", { value: number }, words)));
      made.value = String(entries.some(([number]) => number === value) ? value : entries[0][0]);
      return [make("label", { for: id }, this.say(word)), made];
    };
    const [one, other] = [menu("va", "form_between", first), menu("vb", "form_and", second)];
    const compare = () => {
      this.between = [Number(one[1].value), Number(other[1].value)];
      return this.ask({ action: "compare", first: this.between[0], second: this.between[1] }, () => this.place.querySelector(".sides h3")?.focus());
    };
    const fold = make("details", { class: "fold", open: this.opened.has("compare") }, make("summary", { "data-focus": "compare" }, this.say("form_compare")), make("div", { class: "cmp" }, one, other, make("button", { type: "button", "data-focus": "compare:do", on: { click: compare } }, this.say("form_compare_do"))));
    fold.addEventListener("toggle", () => (fold.open ? this.opened.add("compare") : this.opened.delete("compare")));
    return fold;
  }

  /** Return two versions side by side, where that was asked for. */
  sides() {
    const found = this.told.comparison;
    if (!found) return "";
    const name = (number) => (number ? this.say("form_version", { number }) : this.say("form_now"));
    const [first, second] = [found.first, found.second].map(name);
    const rows = found.differences.map(({ part, before, after }) => make("tr", {}, make("th", { scope: "row" }, part), make("td", { "data-title": first }, before), make("td", { "data-title": second }, after)));
    const heads = [this.say("form_differs"), first, second].map((text) => make("th", { scope: "col" }, text));
    return make(
      "section",
      { class: "sides", "aria-labelledby": "h-sides" },
      make("h3", { id: "h-sides", tabindex: "-1" }, this.say("form_side_by_side", { first, second })),
      rows.length ? make("table", { class: "people" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows)) : make("p", {}, this.say("form_same")),
      this.measures(found.measures, first, second),
    );
  }

  /** Return what the panel says in one line, for a narrow screen. */
  short() {
    const { measures, tried, version } = this.told;
    if (!tried) return "";
    const pairs = measures.find((one, at) => at === 2);
    return make(
      "div",
      { class: "effect-small" },
      make("span", {}, this.say("form_short", { pairs: pairs.now, difference: pairs.difference })),
      make("button", { type: "button", "data-focus": "undo:small", on: { click: () => this.ask({ action: "undo" }) } }, this.say("form_undo")),
      make("button", { type: "button", class: "main", "data-focus": "keep:small", on: { click: () => this.keep() } }, this.say("form_keep", { number: version + 1 })),
    );
  }
}

/** State settings of what is to be added, by their paths; null: not at all. */
function state(settings, changes) {
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split(".");
    const last = steps.pop();
    const table = steps.reduce((inner, step) => inner[step], settings);
    if (value === null) delete table[last];
    else table[last] = value;
  }
}
