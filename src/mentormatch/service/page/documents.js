// Links to documents, and how they are downloaded.

import { make } from "./elements.js";

/** The documents of a desk, each by the name of its file. */
export class Documents {
  constructor(desk) {
    this.desk = desk;
  }

  /** Return the link to a document; it is fetched first, so that what hinders it is told here. */
  link(name, text, { "data-document": _, "data-question": question, ...attributes } = {}) {
    const { desk } = this;
    const href = desk.service.at(`/documents/${name}`);
    const fetched = (event) => {
      event.preventDefault();
      if (!question || confirm(question)) this.fetch(name, href);
    };
    return make("a", { ...attributes, href, download: name, "data-focus": `document:${name}`, on: { click: fetched } }, text);
  }

  fetch(name, href) {
    const { desk } = this;
    return desk.act(async () => {
      desk.tell(desk.say("preparing"));
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
