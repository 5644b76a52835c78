// How a widget in a notebook asks its kernel: one thing after the other, each answered by a view of the same turn.

/** The kernel, as a model of anywidget brings it; `ask` returns the view that answers, or throws a refusal in words. */
class Kernel {
  constructor(model) {
    this.model = model;
    this.turn = 0;
    this.waiting = new Map();
    this.changed = () => this.answered();
    model.on("change:view", this.changed);
  }

  /** Return one of the texts, its {places} filled. */
  say(word, values = {}) {
    return filled(this.model.get("words")[word] ?? "", values);
  }

  get view() {
    return this.model.get("view");
  }

  ask(what, content = null) {
    this.turn = Math.max(this.turn, this.view.turn) + 1;
    if (content) this.model.send({ turn: this.turn, what }, undefined, [content]); // no notebook saves it
    else {
      this.model.set("asked", { turn: this.turn, what });
      this.model.save_changes();
    }
    return new Promise((resolve, reject) => this.waiting.set(this.turn, { resolve, reject }));
  }

  answered() {
    const { view } = this;
    const asked = this.waiting.get(view.turn);
    this.waiting.delete(view.turn);
    if (!asked) this.heard?.();
    else if (view.refusal) asked.reject(new Error(view.refusal));
    else asked.resolve(view);
  }

  leave() {
    this.model.off("change:view", this.changed);
  }
}

/** Return what a widget is drawn into: a place for what it says, and its inside. */
function framed(el, kernel) {
  const said = make("p", { class: "mm-said", role: "status" });
  const inside = make("div", { class: "mm-inside", lang: kernel.say("language") });
  el.replaceChildren(make("div", { class: "mm-widget" }, inside, said));
  return { said, inside };
}

/** Say at a place why something was not done; it takes the focus. */
function refuse(place, error) {
  for (const one of place.querySelectorAll(".trouble")) one.remove();
  const told = make("div", { class: "trouble", role: "alert", tabindex: "-1" }, error.message.split("\n").map((line) => make("p", {}, line)));
  place.append(told);
  told.focus();
}
