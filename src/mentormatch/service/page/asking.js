// Talking with the service: what it refuses becomes a Trouble, in words.

/** Why something was not done: a title, and each thing that is wrong; `place` says in which kind of file. */
export class Trouble extends Error {
  constructor(status, { title, place = "", problems = [] }) {
    super(title);
    Object.assign(this, { status, title, place, problems });
  }
}

/** An action that somebody did not go on with, as something would have been lost. */
export class Kept extends Trouble {
  constructor(title) {
    super(409, { title });
  }
}

/** Return letters that nobody can guess. */
function random() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** The service as one desk sees it; `say` gives texts for what the service itself could not tell.
 *
 * `standing` is who holds the desk and when its work was kept, `away` whether the service answered nothing last;
 * `heard` is told whenever one may be otherwise.
 * `asks` has somebody decide on what would be lost: it returns the token that confirms it, empty for nothing. */
export class Service {
  constructor(say) {
    this.say = say;
    this.desk = sessionStorage.getItem("desk");
    this.work = sessionStorage.getItem("work");
    this.tab = sessionStorage.getItem("tab") ?? random();
    sessionStorage.setItem("tab", this.tab);
    this.standing = null;
    this.away = false;
    this.heard = () => {};
    this.asks = async () => "";
  }

  /** Return the address of something of this desk. */
  at(path) {
    return `desk/${this.desk}${path}`;
  }

  /** Open what this tab had: its desk, else its work as it was kept, else a new desk. */
  async open() {
    if (this.desk) {
      try {
        await this.here();
        return await this.json("GET", this.at(""));
      } catch (trouble) {
        if (trouble.status !== 404) throw trouble;
      }
    }
    return this.work ? this.resume(this.work) : this.begin();
  }

  /** Open a new desk, with nothing on it. */
  async begin() {
    return this.opened(await this.json("POST", "desk"));
  }

  /** Open a work by its key. */
  async resume(work, save = 0) {
    return this.opened(await this.json("POST", "works", JSON.stringify({ work, save })));
  }

  /** Open the work of a working file. */
  async bring(file) {
    return this.opened(await (await this.answer("PUT", "works", file, { "Content-Type": "application/octet-stream" })).json());
  }

  async opened({ desk, work, told, newer, ...standing }) {
    if (this.desk && this.desk !== desk) this.leave();
    Object.assign(this, { desk, work });
    sessionStorage.setItem("desk", desk);
    sessionStorage.setItem("work", work);
    this.stands(standing);
    return { ...(await this.json("GET", this.at(""))), told, newer };
  }

  /** Say that this tab is here, and hear who holds the desk. */
  async here() {
    this.stands(await this.json("POST", this.at("/here")));
  }

  /** Hold the desk, and change what is there from now on. */
  async hold() {
    this.stands(await this.json("POST", this.at("/hold")));
  }

  /** Say that this tab goes away; nobody waits for the answer. */
  leave() {
    if (this.desk) fetch(this.at("/here"), { method: "DELETE", headers: { "X-Tab": this.tab }, keepalive: true }).catch(() => {});
  }

  stands(standing) {
    this.standing = standing;
    this.heard();
  }

  /** Delete a work, wherever it is kept but in files. */
  async erase(work) {
    await this.answer("DELETE", "works", JSON.stringify({ work }));
  }

  /** Forget what this tab had. */
  forget() {
    for (const name of ["desk", "work"]) sessionStorage.removeItem(name);
    Object.assign(this, { desk: null, work: null, standing: null });
  }

  /** Leave the desk, and all that is on it. */
  async close() {
    if (this.work) await this.erase(this.work);
    this.forget();
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
    const headers = { "Accept-Language": this.say("language"), "X-Tab": this.tab, ...(body === null ? {} : more) };
    let answer;
    try {
      answer = await fetch(path, { method, headers, body, redirect: "error" });
      this.answers(true);
    } catch {
      this.answers(false);
      throw new Trouble(0, { title: this.say("unreachable") });
    }
    if (!answer.ok) {
      const told = await this.told(answer);
      if (!told.sure) throw new Trouble(answer.status, told);
      const sure = await this.asks(told);
      if (!sure) throw new Kept(this.say("loss_kept"));
      return this.answer(method, path, body, { ...more, "X-Sure": sure });
    }
    const saved = answer.headers.get("X-Work-Kept");
    if (saved !== null && this.standing) this.stands({ ...this.standing, saved: Number(saved), save: Number(answer.headers.get("X-Work-Save")) });
    return answer;
  }

  answers(there) {
    if (this.away !== there) return;
    this.away = !there;
    this.heard();
  }

  /** Return what the service says of a request that it refuses. */
  async told(answer) {
    const own = { 401: "expired", 404: "gone", 408: "slow", 413: "too_large", 429: "busy", 503: "broken" }[answer.status];
    const told = await answer.json().catch(() => ({}));
    if (told.type?.endsWith(":would-lose")) return told;
    if (told.type?.endsWith(":old-save")) return { title: this.say("work_older") };
    if (told.type?.endsWith(":held")) return { title: this.say("held") };
    if (own && !told.words) return { title: this.say(own) };
    return { title: told.words ?? this.say("broken"), place: told.place, problems: told.problems };
  }
}
