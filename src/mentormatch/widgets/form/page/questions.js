// The questions of a programme in its form: their words, their answers, those that come and those that go.

const LISTED = { choice: "options", choices: "options", scale: "options", ranking: "options" }; // where typed answers go

/** The part of the form in which staff change what is asked. */
class Questions {
  constructor(form) {
    this.form = form;
    this.say = form.say;
  }

  section() {
    const { questions } = this.form.told;
    return this.fold(
      "questions",
      "fold asked",
      [this.say("form_questions", { number: questions.length })],
      make("p", { class: "hint" }, this.say("form_questions_lead")),
      make("ul", { class: "questions" }, questions.map((one) => make("li", { class: one.changed ? "mod" : null }, this.question(one)))),
      this.addition(),
    );
  }

  /** Return a fold that stays as it was left. */
  fold(key, kind, told, ...parts) {
    const { opened } = this.form;
    const made = make("details", { class: kind, open: opened.has(key) }, make("summary", { "data-focus": key }, told), parts);
    made.addEventListener("toggle", () => (made.open ? opened.add(key) : opened.delete(key)));
    return made;
  }

  question(one) {
    const facts = [one.kind, one.who, one.answers, one.serves].filter(Boolean).join(" · ");
    const told = [make("b", {}, one.question), one.changed ? make("span", { class: "badge warn" }, this.say("form_new")) : null, make("span", { class: "sub" }, facts)];
    const key = `q:${one.name}`;
    if (!this.form.opened.has(key)) {
      const closed = this.fold(key, "fold", told);
      closed.addEventListener("toggle", () => closed.children.length > 1 || closed.append(...this.inside(one, key)), { once: true });
      return closed;
    }
    return this.fold(key, "fold", told, ...this.inside(one, key));
  }

  inside(one, key) {
    const blanks = new Blanks(this.say, key, (changes) => this.change(one.name, changes), this.form.opened);
    const follows = one.follows ? make("p", { class: "hint" }, this.say("form_follows", { question: one.follows })) : null;
    const gone = () => this.form.edit({ edit: "unask", name: one.name });
    const remove = make("button", { type: "button", "data-focus": `${key}:remove`, on: { click: gone } }, this.say("form_question_remove"));
    return [...one.sentences.map((told) => blanks.sentence(told)), follows, ...one.lists.map((list) => this.list(one, list, key)), make("p", { class: "tools" }, remove)].filter(Boolean);
  }

  /** A question in other words stays the same question: files in the former words are still understood. */
  change(name, { question, ...changes }) {
    const edits = Object.keys(changes).length ? [{ edit: "question", name, changes }] : [];
    if (question?.trim()) edits.push({ edit: "wording", name, question: question.trim() });
    return edits.length ? this.form.edit(...edits) : null;
  }

  list(one, { setting, title, answers }, key) {
    const put = (texts) => this.form.edit({ edit: "question", name: one.name, changes: { [setting]: texts } });
    const moved = (at, to) => answers.map((text, place) => (place === at ? answers[to] : place === to ? answers[at] : text));
    const items = answers.map((text, at) => {
      const own = { "data-focus": `${key}:${setting}:${at}`, "aria-label": this.say("form_answer", { title, number: at + 1 }) };
      const words = make("input", { type: "text", class: "blank", value: text, autocomplete: "off", ...own });
      words.addEventListener("change", () => {
        const becomes = words.value.trim();
        if (!becomes) words.value = text;
        else if (becomes !== text) this.form.edit({ edit: "answer", name: one.name, answer: text, becomes });
      });
      const button = (word, mark, act, off = false) =>
        make("button", { type: "button", class: mark ? "icon" : "quiet", "data-focus": `${key}:${setting}:${at}:${word}`, "aria-label": this.say(word, { name: text }), "aria-disabled": off ? "true" : null, on: { click: () => off || act() } }, mark || this.say("form_remove"));
      return make(
        "li",
        {},
        words,
        button("form_up", "↑", () => put(moved(at, at - 1)), at === 0),
        button("form_down", "↓", () => put(moved(at, at + 1)), at === answers.length - 1),
        button("form_remove_one", "", () => put(answers.filter((_, place) => place !== at))),
      );
    });
    const more = make("input", { type: "text", class: "blank", autocomplete: "off", "data-focus": `${key}:${setting}:more`, "aria-label": this.say("form_answer_more", { title }) });
    const add = () => (more.value.trim() ? put([...answers, more.value.trim()]) : more.focus());
    more.addEventListener("keydown", (event) => event.key === "Enter" && add());
    const last = make("p", { class: "more-answers" }, more, make("button", { type: "button", "data-focus": `${key}:${setting}:add`, on: { click: add } }, this.say("form_answer_add")));
    return make("fieldset", { class: "listed" }, make("legend", {}, title), make("ol", { class: "answers" }, items), last);
  }

  // --- one more question ---------------------------------------------------------------------------------------------

  /** Return the place of one more question: a column of the files that nothing reads, or one that is still to be asked. */
  addition() {
    const { question_offers: offers } = this.form.told;
    const place = make("div", {});
    const menu = make("select", { id: "add-question", class: "blank", "data-focus": "add:question" }, make("option", { value: "" }, this.say("form_choose")), offers.map(({ name, words }) => make("option", { value: name }, words)), make("option", { value: "*" }, this.say("form_question_typed")));
    menu.addEventListener("change", () => {
      const offer = offers.find(({ name }) => name === menu.value);
      const add = () => this.ask(offer.settings);
      const parts = offer ? [make("button", { type: "button", "data-focus": "add:question:do", on: { click: add } }, this.say("form_add"))] : menu.value ? this.typed() : [];
      place.replaceChildren(...parts);
    });
    return this.fold(
      "add:questions",
      "fold add",
      [this.say("form_add_question")],
      make("div", { class: "field" }, make("label", { for: "add-question" }, this.say("form_which_question")), menu),
      place,
    );
  }

  ask(settings) {
    this.form.opened.delete("add:questions");
    return this.form.edit({ edit: "ask", name: "question", settings });
  }

  /** Return the fields of a question that no file has yet. */
  typed() {
    const { question_kinds: kinds } = this.form.told;
    const words = make("input", { type: "text", id: "typed-words", class: "blank wide", autocomplete: "off", "data-focus": "typed:words" });
    const kind = make("select", { id: "typed-kind", class: "blank", "data-focus": "typed:kind" }, kinds.map(([value, told]) => make("option", { value }, told)));
    const texts = make("textarea", { id: "typed-answers", class: "blank wide", rows: 4, "data-focus": "typed:answers" });
    const answers = make("div", { class: "field" }, make("label", { for: "typed-answers" }, this.say("form_typed_answers")), texts);
    kind.addEventListener("change", () => (answers.hidden = !LISTED[kind.value]));
    const add = () => {
      const listed = texts.value.split("\n").map((one) => one.trim()).filter(Boolean);
      const setting = LISTED[kind.value];
      const empty = words.value.trim() ? (setting && listed.length < 2 ? texts : null) : words;
      if (empty) return empty.focus();
      return this.ask({ question: words.value.trim(), kind: kind.value, ...(setting ? { [setting]: listed } : {}), later: true });
    };
    return [
      make("p", { class: "hint" }, this.say("form_typed_lead")),
      make("div", { class: "field" }, make("label", { for: "typed-words" }, this.say("form_question")), words),
      make("div", { class: "field" }, make("label", { for: "typed-kind" }, this.say("form_kind")), kind),
      answers,
      make("button", { type: "button", "data-focus": "typed:do", on: { click: add } }, this.say("form_add")),
    ];
  }
}
