// What the board takes for a notebook's model: its values come and go over HTTP, one change at a time.

import { Kept } from "./asking.js";

/** A model with get, set, on, off and save_changes.
 *
 * `refused` is told where an action did not reach the board, `leads` where an answer leads to another step. */
export class Model {
  constructor(service, { words, view }, refused, leads) {
    Object.assign(this, { service, refused, leads, values: { words, view, asked: {} }, heard: new Map() });
  }

  get(name) {
    return this.values[name];
  }

  set(name, value) {
    this.values[name] = value;
  }

  on(event, act) {
    this.heard.set(event, act);
  }

  off(event) {
    this.heard.delete(event);
  }

  async save_changes() {
    try {
      const asked = JSON.stringify(this.values.asked);
      this.values.view = await this.service.json("POST", this.service.at("/board"), asked);
      this.heard.get("change:view")?.();
      if (this.values.view.leads) this.leads(this.values.view.leads);
    } catch (trouble) {
      if (trouble instanceof Kept) await this.see();
      this.refused(trouble);
    }
  }
  /** Show the board as it is, after an action that was not done. */
  async see() {
    const { view } = await this.service.json("GET", this.service.at("/board"));
    this.values.view = { ...view, turn: this.values.asked.turn };
    this.heard.get("change:view")?.();
  }
}
