// The last step: what staff take with them.

import { make } from "./elements.js";
import { nextEdition } from "./kinds.js";

/** The step in which staff download documents. */
export class Documents {
  constructor(desk) {
    this.desk = desk;
  }

  /** Have the year of groups worked out, so that its documents are there; why it cannot be is told in that step. */
  async load() {
    const { desk } = this;
    const { gathered, kind } = desk.state;
    if (kind !== "groups" || !gathered?.answered || !gathered.dated) return;
    try {
      await desk.service.do({ do: "year" });
      desk.know(await desk.service.json("GET", desk.service.at("")));
    } catch (trouble) {
      if (trouble.status !== 422) throw trouble;
    }
  }

  draw(place) {
    const { desk } = this;
    const { plan, gathered } = desk.state;
    if (gathered) {
      this.drawGathered(place);
      return;
    }
    const state = plan.final ? "final" : plan.answered ? "proposal" : "no_answer";
    place.append(
      make("p", { class: "lead" }, desk.say("documents_lead")),
      make(
        "div",
        { class: plan.final ? "verdict final" : "verdict" },
        make("p", {}, desk.say(state)),
        plan.final ? plan.standing.map((sentence) => make("p", {}, sentence)) : null,
      ),
      this.names(),
      this.table(plan.documents),
      plan.answered ? this.review() : "",
      plan.rounds.length ? make("section", {}, make("h3", {}, desk.say("round_documents")), this.table(plan.rounds)) : "",
      plan.letters.length ? make("section", {}, make("h3", {}, desk.say("letters")), make("p", { class: "hint" }, desk.say("letters_hint")), this.table(plan.letters)) : "",
      plan.year.length ? make("section", {}, make("h3", {}, desk.say("follow_documents")), this.table(plan.year)) : "",
      plan.after.length ? make("section", {}, make("h3", {}, desk.say("afterwards")), this.table(plan.after)) : "",
      plan.answered ? nextEdition(desk) : "",
      make("div", { class: "tools" }, desk.button("close", "close:end", () => desk.close())),
    );
  }

  /** Draw the documents of groups, or of a working group: nothing of them is validated. */
  drawGathered(place) {
    const { desk } = this;
    const { kind, gathered } = desk.state;
    const { answered, title, documents } = gathered;
    place.append(
      make("p", { class: "lead" }, desk.say("documents_lead")),
      make("div", { class: answered ? "verdict" : "verdict refused" }, make("p", {}, make("b", {}, title)), make("p", {}, desk.say(answered ? "gathered_documents" : "no_groups"))),
      answered ? this.names() : "",
      answered ? this.table(documents) : "",
      answered && kind === "groups" ? nextEdition(desk) : "",
      make("div", { class: "tools" }, desk.button("close", "close:end", () => desk.close())),
    );
  }

  /** Return the choice of names in documents, where people gave some. */
  names() {
    const { desk } = this;
    const { named, named_documents } = desk.state.plan ?? desk.state.gathered;
    if (named === null) return "";
    const own = { type: "checkbox", checked: named_documents, "data-focus": "names_in_documents", "aria-describedby": "names-hint" };
    const box = make("input", own);
    box.addEventListener("change", () =>
      desk.act(async () => {
        desk.know(await desk.service.do({ do: "name", shown: box.checked, where: "documents" }));
        await desk.draw();
      }),
    );
    return make(
      "section",
      {},
      make("label", { class: "way" }, box, make("span", {}, desk.say("names_in_documents"))),
      make("p", { class: "hint", id: "names-hint" }, desk.say("names_in_documents_hint")),
    );
  }

  /** Return the place of the workbook in which staff decided. */
  review() {
    const { desk } = this;
    const told = [make("h3", {}, desk.say("review")), make("p", { class: "hint" }, desk.say("review_hint"))];
    const section = make("section", { class: "review", "data-place": "review" }, told);
    section.append(desk.parts.files.place("review", ".xlsx,.ods", desk.say("review"), ([file]) => this.take(file, section)));
    return section;
  }

  /** Take up what staff decided in a workbook, and show it on the board. */
  take(file, place) {
    const { desk } = this;
    return desk.act(
      async () => {
        desk.tell(desk.say("sending", { name: file.name }));
        desk.know(await desk.service.send("/review", file));
        const { told } = desk.state;
        await desk.show("board");
        desk.tell(told);
      },
      { place },
    );
  }

  /** Return documents with what each is for. */
  table(documents) {
    const { desk } = this;
    const rows = documents.map(({ name, purpose, holds, question }) =>
      make("tr", {}, make("th", { scope: "row" }, this.link(name, name, question)), make("td", {}, purpose), make("td", {}, holds)),
    );
    const heads = ["document", "purpose", "holds"].map((word) => make("th", { scope: "col" }, desk.say(word)));
    return make("table", { class: "documents" }, make("thead", {}, make("tr", {}, heads)), make("tbody", {}, rows));
  }

  /** Return the link to a document; it is fetched first, so that what hinders it is told here.
   *
   * A `question` is asked before. */
  link(name, text, question = "", kind = null) {
    const { desk } = this;
    const href = desk.service.at(`/documents/${name}`);
    const own = { href, class: kind, download: name, "data-focus": `document:${name}`, "aria-label": text === name ? desk.say("download", { name }) : null };
    const fetched = (event) => {
      event.preventDefault();
      if (question && !confirm(question)) return;
      this.fetch(name, href);
    };
    return make("a", { ...own, on: { click: fetched } }, text);
  }

  fetch(name, href) {
    const { desk } = this;
    return desk.act(async () => {
      desk.tell(desk.say("preparing", { name }));
      const content = await (await desk.service.answer("GET", href)).blob();
      const address = URL.createObjectURL(content);
      const link = make("a", { href: address, download: name, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      desk.tell(desk.say("downloaded", { name }));
    });
  }
}
