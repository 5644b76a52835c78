// Sentences with blanks: each piece of the form of a programme as an element that says what is put into it.

const TICKS_MS = 500; // so long nothing more is ticked before it is sent

/** Sentences of one rule, or of what is to be added; `put(changes)` is told each change, by path. */
class Blanks {
  constructor(say, key, put, opened) {
    Object.assign(this, { say, key, put, opened });
  }

  /** Return a sentence as a paragraph; a comma or the full stop stays beside the blank before it. */
  sentence({ pieces }) {
    const drawn = [];
    for (const { text = "", ...piece } of pieces) {
      const mark = /^[.,]/.test(text) && drawn.length ? text[0] : "";
      if (mark) drawn.push(make("span", { class: "tied" }, drawn.pop(), mark));
      drawn.push(piece.setting ? this.blank(piece) : make("span", {}, text.slice(mark.length)));
    }
    return make("p", { class: "sentence" }, drawn);
  }

  blank(piece) {
    const drawn = this[`draw_${piece.kind}`](piece);
    return piece.before === null || piece.before === undefined ? drawn : make("span", { class: "was" }, drawn, this.before(piece));
  }

  /** Return what stood there, and the way back to it. */
  before(piece) {
    const back = () => this.put({ [piece.setting]: piece.before_value });
    const told = make("span", { class: "badge warn" }, this.say("form_was", { value: piece.before }));
    const name = this.say("form_back", { value: piece.before });
    return [" ", told, " ", make("button", { type: "button", class: "quiet", "data-focus": `${this.key}:${piece.setting}:back`, on: { click: back } }, name)];
  }

  own(piece) {
    return { "data-focus": `${this.key}:${piece.setting}`, "aria-label": piece.label };
  }

  draw_number(piece, own = this.own(piece)) {
    const { least = null, most = null, value } = piece;
    const field = make("input", { type: "number", class: "blank", min: least, max: most, step: piece.whole ? 1 : "any", value: value ?? "", ...own });
    field.addEventListener("change", () => {
      const empty = field.value.trim() === "" && !field.validity.badInput;
      const sound = empty ? piece.optional : field.validity.valid;
      field.setAttribute("aria-invalid", String(!sound));
      if (sound) this.put({ [piece.setting]: empty ? null : field.valueAsNumber / (piece.parts ?? 1) });
      else this.refuse(field);
    });
    return field;
  }

  /** Say at a number what it may be: the browser's own words know the bounds. */
  refuse(field) {
    if (field.validity.valid) field.setCustomValidity(this.say("form_number_wanted"));
    field.reportValidity();
    field.setCustomValidity("");
  }

  draw_choice(piece, read = (value) => value) {
    const none = piece.optional ? [["", this.say("form_none")]] : [];
    const missing = piece.value && !piece.choices.some(([value]) => value === piece.value) ? [[piece.value, piece.value]] : [];
    const options = [...none, ...missing, ...piece.choices].map(([value, words]) => make("option", { value }, words));
    const menu = make("select", { class: "blank", ...this.own(piece) }, options);
    menu.value = String(piece.value ?? "");
    const was = menu.value;
    const back = () => menu.isConnected && (menu.value = was); // it was refused: what is made is drawn anew
    menu.addEventListener("change", () => this.put({ [piece.setting]: menu.value === "" && piece.optional ? null : read(menu.value) })?.then(back));
    return menu;
  }

  draw_truth(piece) {
    return this.draw_choice(piece, (value) => value === "true");
  }

  draw_field(piece) {
    return this.draw_choice(piece);
  }

  /** Return a number, or the question that tells it. */
  draw_quantity(piece) {
    const numeric = typeof piece.value === "number";
    const menu = this.draw_choice({ ...piece, value: numeric ? "" : piece.value, choices: [["", this.say("form_number")], ...piece.choices], optional: false }, (value) => (value === "" ? 1 : value));
    if (!numeric) return menu;
    const number = this.draw_number(piece, { ...this.own(piece), "data-focus": `${this.key}:${piece.setting}:number` });
    return piece.choices.length ? make("span", {}, menu, " ", number) : number;
  }

  /** Return answers to tick, folded under those that are ticked. */
  draw_answers(piece) {
    const key = `${this.key}:${piece.setting}`;
    const chosen = new Set(piece.value);
    const others = piece.value.filter((value) => !piece.choices.some(([known]) => known === value)).map((value) => [value, value]);
    const words = new Map([...others, ...piece.choices]);
    const told = make("span", {});
    const say = () => (told.textContent = chosen.size ? [...words].filter(([value]) => chosen.has(value)).map(([, text]) => text).join(", ") : this.say("form_choose"));
    say();
    const boxes = [...words].map(([value, text], at) => {
      const box = make("input", { type: "checkbox", checked: chosen.has(value), "data-focus": `${key}:${at}` });
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(value);
        else chosen.delete(value);
        say();
        this.later(piece, [...words.keys()].filter((one) => chosen.has(one)));
      });
      return make("label", { class: "way" }, box, make("span", {}, text));
    });
    const fold = make(
      "details",
      { class: "ticks", open: this.opened.has(key) },
      make("summary", { class: "blank", "data-focus": key, "aria-label": null }, told),
      make("fieldset", {}, make("legend", { class: "unseen" }, piece.label), boxes),
    );
    fold.addEventListener("toggle", () => (fold.open ? this.opened.add(key) : this.opened.delete(key)));
    return fold;
  }

  draw_fields(piece) {
    return this.draw_answers(piece);
  }

  /** Tell what is ticked once nothing more is; of none at all nothing is told. */
  later(piece, values) {
    clearTimeout(this.timer);
    if (values.length) this.timer = setTimeout(() => this.put({ [piece.setting]: values }), TICKS_MS);
  }

  draw_people(piece) {
    const text = this.draw_person({ ...piece, value: piece.value.join(", ") }, (value) => value.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean));
    text.placeholder = this.say("form_people");
    text.classList.add("wide");
    return text;
  }

  draw_person(piece, read = (value) => value.trim()) {
    const field = make("input", { type: "text", class: "blank", value: piece.value ?? "", autocomplete: "off", spellcheck: "false", ...this.own(piece) });
    field.addEventListener("change", () => this.put({ [piece.setting]: read(field.value) }));
    return field;
  }

  /** Return numbers in one line; a comma may stand in each. */
  draw_numbers(piece) {
    const field = make("input", { type: "text", inputmode: "decimal", class: "blank", value: (piece.value ?? []).join(" ; ").replaceAll(".", ","), placeholder: this.say("form_none"), autocomplete: "off", ...this.own(piece) });
    field.addEventListener("change", () => {
      const numbers = field.value.split(/[;\s]+/).filter(Boolean).map((one) => Number(one.replace(",", ".")));
      field.setCustomValidity(numbers.some(Number.isNaN) ? this.say("form_numbers_wanted") : "");
      if (field.reportValidity()) this.put({ [piece.setting]: numbers.length ? numbers : null });
    });
    return field;
  }

  draw_words(piece) {
    const field = this.draw_person(piece);
    field.classList.add("words");
    return field;
  }

  draw_count(piece) {
    return make("span", { class: "hint" }, this.say("form_count", { count: piece.value }));
  }
}
