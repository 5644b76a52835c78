// A step of the page, or a part of one, built from the tree of elements that the desk sends.

import { make } from "./elements.js";
import { framed } from "./seeing.js";

const EVENTS = { form: "submit", input: "change", select: "change" };

/** Ends once no button of the mouse, or finger, is down. */
let pressed = Promise.resolve();
addEventListener(
  "pointerdown",
  () => {
    pressed = new Promise((ended) => {
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, ended, { once: true, capture: true });
    });
  },
  true,
);

/** Return what a field of a form, or a field by itself, says: a number, whether a box is ticked, or its text. */
function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  return field.type === "number" ? field.valueAsNumber : field.value;
}

/** Return the values of all fields of a form by their names; boxes that have a value are a list of those ticked. */
function valuesOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || (field.type === "radio" && !field.checked)) continue;
    if (field.name.endsWith("[]")) (values[field.name.slice(0, -2)] ??= []).push(valueOf(field));
    else if (field.type === "checkbox" && field.hasAttribute("value")) (values[field.name] ??= []).push(...(field.checked ? [field.value] : []));
    else values[field.name] = valueOf(field);
  }
  return values;
}

/** A step: `request` is what the desk is asked for its tree. */
export class Step {
  constructor(desk, request) {
    Object.assign(this, { desk, request });
  }

  /** Ask for the tree before the step is drawn. */
  async load() {
    this.loaded = await this.desk.service.do(this.request);
  }

  /** Draw the step at the end of a place, or a part of a step into one of its own. */
  async draw(place) {
    this.place = place.hasChildNodes() ? place.appendChild(make("div", { class: "tree" })) : place;
    this.show(this.loaded ?? (await this.desk.service.do(this.request)));
    this.loaded = null;
  }

  /** Show a tree; what was unfolded stays so, and the focus stays at its key, or else goes to the first one. */
  show({ tree }) {
    const keyOf = (details) => details.querySelector("[data-focus]")?.dataset.focus;
    const unfolded = new Set([...this.place.querySelectorAll("details[open]")].map(keyOf));
    const key = document.activeElement?.dataset?.focus;
    this.place.replaceChildren(...this.build(tree).childNodes);
    for (const details of this.place.querySelectorAll("details")) details.open ||= unfolded.has(keyOf(details));
    if (key && document.activeElement === document.body) (this.at("focus", key) ?? this.place.querySelector("[data-next]") ?? this.place.querySelector("summary, [data-focus]"))?.focus();
  }

  /** Return the element whose data attribute has this value. */
  at(name, value) {
    return this.place.querySelector(`[data-${name}="${CSS.escape(value)}"]`);
  }

  build(tree) {
    if (typeof tree === "string") return tree;
    const [tag, attributes, ...children] = tree;
    const { desk } = this;
    const part = attributes["data-part"];
    const send = (files) => this.send(attributes["data-send"], part, files, attributes["data-go"]);
    if (tag === "file-place") return desk.drop.place(part, attributes["data-accept"], attributes["data-title"], send, ...children.map((child) => this.build(child)));
    if (tag === "page-frame") return framed(desk, attributes["data-page"], attributes["data-title"]);
    if (attributes["data-page"]) return make("a", { ...attributes, href: desk.service.at(`/pages/${attributes["data-page"]}`), target: "_blank", rel: "noopener" }, children);
    if (attributes["data-document"]) return desk.documents.link(attributes["data-document"], children[0], attributes);
    const element = make(tag, attributes, children.map((child) => this.build(child)));
    if (attributes["data-send"]) desk.drop.dropped(element, send);
    if (attributes["data-go"] && !attributes["data-do"]) element.addEventListener("click", () => desk.go(attributes["data-go"]));
    if (attributes["data-do"]) element.addEventListener(EVENTS[tag] ?? "click", (event) => this.act(event, element, JSON.parse(attributes["data-do"])));
    if ("data-live" in attributes) element.addEventListener("change", () => this.live(element, JSON.parse(attributes["data-do"])));
    return element;
  }

  /** Do what an element asks, once a change to a live form has been done. */
  async act(event, element, request) {
    if (element.tagName === "FORM") event.preventDefault();
    await this.changed;
    return this.ask(element, request);
  }

  /** Do what a form asks at each change to it; while a button is being pressed, the step is not drawn anew. */
  live(element, request) {
    this.changed = pressed.then(() => this.ask(element, request));
  }

  /** Ask the desk for what an element asks, with what its fields say. */
  ask(element, request) {
    const { desk } = this;
    const { works, then, go } = element.dataset;
    const said = element.tagName === "FORM" ? valuesOf(element) : element.name ? { [element.name]: valueOf(element) } : {};
    const ask = () => desk.service.do({ ...request, ...said });
    const place = element.isConnected ? element.closest("[data-place]") : null;
    return this.change(works ? () => desk.work(works, ask) : ask, then, place ?? this.place, go);
  }

  /** Send files to an address of the desk; the focus then stays at their place, unless they lead to a step. */
  async send(address, part, files, step) {
    const { desk } = this;
    const work = files.find((file) => file.name.toLowerCase().endsWith(".mentormatch"));
    if (work) {
      await desk.works.bring(work);
      return;
    }
    const sent = async () => {
      let answer = null;
      for (const file of files) {
        desk.tell(desk.say("sending", { name: file.name }));
        answer = await desk.service.send(address, file);
      }
      return answer;
    };
    const names = files.map((file) => file.name).join(", ");
    const place = this.at("place", part) ?? this.place;
    if (step) {
      await desk.act(async () => {
        desk.know(await sent());
        const { told } = desk.state;
        await desk.show(step);
        desk.tell(told);
      }, { place });
      return;
    }
    await this.change(sent, desk.say("taken", { name: names }), place);
    if (!this.place.querySelector(".trouble")) (this.at("focus", `leave:${part}`) ?? this.at("focus", `file:${part}`))?.focus();
  }

  /** Do something, then show the step and how far everything is; an answer without a tree is that, and may lead on. */
  change(doing, then = "", place = this.place, go = null) {
    const { desk } = this;
    return desk.act(
      async () => {
        const answer = await doing();
        desk.know(answer.tree ? await desk.service.json("GET", desk.service.at("")) : answer);
        if (!desk.reachable(desk.step)) await desk.show("files");
        if (!answer.tree) {
          await desk.follow();
          await desk.nameAtFirst();
          const step = go === "on" ? desk.onward : go;
          await (desk.reachable(step) ? desk.show(step) : desk.draw());
          desk.tell(desk.state.told || then);
          return;
        }
        desk.drawSteps();
        this.show(answer);
        desk.tell(then || desk.state.told);
      },
      { place },
    );
  }
}
