// The step in which staff work on the board, which is the same as in a notebook and fills the window here.

import board from "./board.js";
import { make } from "./elements.js";
import { Model } from "./model.js";

/** The step of the board: the ways on, the board itself. */
export class BoardStep {
  constructor(desk) {
    this.desk = desk;
  }

  async draw(place) {
    const { desk } = this;
    const opened = await desk.service.json("GET", desk.service.at("/board"));
    const held = make("div", { class: "board" });
    const ways = ["to_proposal", "to_documents"].map((word) => desk.button(word, word, () => desk.go(word.slice(3))));
    place.append(make("div", { class: "tools" }, ways), held); // a choice made before the board is there would be lost
    const leads = async (request) => {
      await desk.go("year");
      await desk.parts.year.change(() => desk.service.do(request));
    };
    board.render({ model: new Model(desk.service, opened, (trouble) => desk.fail(trouble), leads), el: held });
  }
}
