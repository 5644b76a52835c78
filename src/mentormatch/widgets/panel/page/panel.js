// A panel in a notebook: lines, each with one thing to do, boxes to tick, menus, buttons, and the document that comes of it.

/** A panel, drawn anew from every view; the focus stays where it was. */
class Panel {
  constructor(model, el) {
    this.model = model;
    this.kernel = new Kernel(model);
    this.kernel.heard = () => this.draw();
    this.sent = ({ given }, [bytes]) => this.give(given, bytes);
    model.on("msg:custom", this.sent);
    Object.assign(this, framed(el, this.kernel));
    this.draw();
  }

  async ask(what, content = null) {
    this.said.textContent = this.kernel.say("panel_working");
    this.inside.setAttribute("aria-busy", "true");
    try {
      await this.kernel.ask(what, content);
      this.draw();
    } catch (error) {
      this.draw();
      refuse(this.inside, error);
    } finally {
      this.inside.removeAttribute("aria-busy");
    }
  }

  draw() {
    const key = document.activeElement?.dataset?.focus;
    const { view } = this.kernel;
    const rows = view.rows.map((row) => this.row(row));
    const parts = [
      make("h3", {}, view.title),
      view.lead ? make("p", { class: "hint" }, view.lead) : null,
      rows.length ? make("table", {}, make("tbody", {}, rows)) : null,
      view.menus.map((one) => this.menu(one)),
      view.boxes.map((one) => this.box(one)),
      view.buttons.length ? make("div", { class: "tools" }, view.buttons.map((one) => this.button(one))) : null,
      view.document ? this.page(view.document) : null,
    ];
    this.inside.replaceChildren(make("div", { class: "panel" }, parts.flat()));
    this.said.textContent = view.refusal ? "" : view.said;
    const kept = key && [...this.inside.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === key);
    if (kept && document.activeElement === document.body) kept.focus({ preventScroll: true });
  }

  row({ name, words, told, there, act, act_words: actWords, accept }) {
    const own = { "data-focus": `${act}:${name}`, "aria-label": `${actWords}\u00a0: ${words}` };
    const press = () => this.ask({ act, name });
    const doing = act === "put" ? this.pick(name, actWords, accept, own) : act ? make("button", { type: "button", ...own, on: { click: press } }, actWords) : null;
    return make("tr", {}, make("th", { scope: "row" }, words), make("td", { class: there ? "good" : "hint" }, told), make("td", { class: "row-do" }, doing));
  }

  pick(name, words, accept, own) {
    const field = make("input", { type: "file", accept, ...own });
    field.addEventListener("change", async () => {
      const [file] = field.files;
      if (file) await this.ask({ act: "put", name, value: file.name }, new DataView(await file.arrayBuffer()));
    });
    return make("label", { class: "pick" }, field, make("span", { "aria-hidden": "true" }, words));
  }

  menu({ name, words, options }) {
    const id = `${name}-${this.model.model_id ?? this.model.cid ?? ""}`;
    const made = make("select", { id, "data-focus": `menu:${name}` }, options.map(([value, text]) => make("option", { value }, text)));
    made.addEventListener("change", () => made.value && this.ask({ act: "choose", name, value: made.value }));
    return make("div", { class: "field" }, make("label", { for: id }, words), made);
  }

  box({ name, words, on }) {
    const made = make("input", { type: "checkbox", checked: on, "data-focus": `box:${name}` });
    made.addEventListener("change", () => this.ask({ act: "tick", name, value: String(made.checked) }));
    return make("label", { class: "way" }, made, make("span", {}, words));
  }

  button({ name, words, main }) {
    return make("button", { type: "button", class: main ? "main" : null, "data-focus": `do:${name}`, on: { click: () => this.ask({ act: "do", name }) } }, words);
  }

  /** Return a document as it is on a page: it has its own style, and no script of it runs. */
  page(text) {
    const frame = make("iframe", { class: "page", title: this.kernel.view.title, sandbox: "allow-same-origin" });
    frame.srcdoc = text;
    frame.addEventListener("load", () => {
      const { documentElement: page } = frame.contentDocument;
      const fit = () => (frame.style.height = `${page.offsetHeight + 4}px`);
      for (const fold of page.querySelectorAll("details")) fold.addEventListener("toggle", fit);
      fit();
    });
    return frame;
  }

  /** Have the browser save a file, which came as bytes. */
  give(name, bytes) {
    const address = URL.createObjectURL(new Blob([bytes]));
    const link = make("a", { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}

function render({ model, el }) {
  const panel = new Panel(model, el);
  return () => {
    model.off("msg:custom", panel.sent);
    panel.kernel.leave();
  };
}

export default { render };
