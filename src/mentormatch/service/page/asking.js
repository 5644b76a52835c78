// Talking with the service: what it refuses becomes a Trouble, in words.

/** Why something was not done: a title, and each thing that is wrong; `place` says in which kind of file. */
export class Trouble extends Error {
  constructor(status, { title, place = "", problems = [] }) {
    super(title);
    Object.assign(this, { status, title, place, problems });
  }
}

/** The service as one desk sees it; `say` gives texts for what the service itself could not tell. */
export class Service {
  constructor(say) {
    this.say = say;
    this.desk = sessionStorage.getItem("desk");
  }

  /** Return the address of something of this desk. */
  at(path) {
    return `desk/${this.desk}${path}`;
  }

  /** Open a desk, unless the one that this tab had is still there. */
  async open() {
    if (this.desk) {
      try {
        return await this.json("GET", this.at(""));
      } catch (trouble) {
        if (trouble.status !== 404) throw trouble;
      }
    }
    const { desk } = await this.json("POST", "desk");
    this.desk = desk;
    sessionStorage.setItem("desk", desk);
    return this.json("GET", this.at(""));
  }

  /** Leave the desk, and all that is on it. */
  async close() {
    sessionStorage.removeItem("desk");
    await this.answer("DELETE", "session");
  }

  do(what) {
    return this.json("POST", this.at(""), JSON.stringify(what));
  }

  /** Send a file to where it is read; its name goes in a header, as addresses may be kept in logs. */
  async send(path, file) {
    const name = { "X-File-Name": encodeURIComponent(file.name.slice(-200)), "Content-Type": "application/octet-stream" };
    return (await this.answer("PUT", this.at(path), file, name)).json();
  }

  async json(method, path, body = null) {
    return (await this.answer(method, path, body)).json();
  }

  /** Return the answer to a request; throws a Trouble. */
  async answer(method, path, body = null, more = { "Content-Type": "application/json" }) {
    const headers = { "Accept-Language": this.say("language"), ...(body === null ? {} : more) };
    let answer;
    try {
      answer = await fetch(path, { method, headers, body, redirect: "error" });
    } catch {
      throw new Trouble(0, { title: this.say("unreachable") });
    }
    if (!answer.ok) throw new Trouble(answer.status, await this.told(answer));
    return answer;
  }

  /** Return what the service says of a request that it refuses. */
  async told(answer) {
    const own = { 401: "expired", 404: "gone", 408: "slow", 413: "too_large", 429: "busy", 503: "broken" }[answer.status];
    const told = await answer.json().catch(() => ({}));
    if (own && !told.words) return { title: this.say(own) };
    return { title: told.words ?? this.say("broken"), place: told.place, problems: told.problems };
  }
}
