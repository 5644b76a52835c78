// Propose pairs through the service, in JavaScript, with nothing but what Node 20 brings.
//
// MENTORMATCH_TOKEN=... node propose.mjs request.json
//
// The token gives access to whatever the service answers: keep it on your server, never in a page.

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const SERVICE = process.env.MENTORMATCH_URL ?? "http://127.0.0.1:8000";
const TOKEN = process.env.MENTORMATCH_TOKEN;

/** The service answered with a problem (RFC 9457): its `detail`, and in `problems` each thing to put right. */
class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Return what the service answers; where it is busy, ask again when it says. */
async function call(path, body, headers = {}, tries = 5) {
  const known = { Authorization: `Bearer ${TOKEN}`, "Content-Type": "application/json" };
  const method = body === undefined ? "GET" : "POST";
  const reply = await fetch(SERVICE + path, { method, headers: { ...known, ...headers }, body: JSON.stringify(body) });
  if (reply.ok) return reply;
  const problem = await reply.json();
  const wait = reply.headers.get("Retry-After");
  if (wait === null || tries === 1) throw new Refused(problem);
  await pause(1000 * Number(wait));
  return call(path, body, headers, tries - 1);
}

/** Return the answer to a request: at once, or when the job is done that the service made of it. */
async function ask(operation, request, headers) {
  const reply = await call(`/v1/${operation}`, request, headers);
  const told = await reply.json();
  return reply.status === 202 ? resultOf(told) : told;
}

/** Return the answer to a request that may take long. */
function askAsJob(operation, request) {
  return ask(operation, request, { Prefer: "respond-async" });
}

/** Return the result of a job, and tell how far it is until then. */
async function resultOf(job) {
  const events = await call(job.links.events);
  let text = "";
  for await (const piece of events.body.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop();
    for (const line of lines.filter((line) => line.startsWith("data: "))) {
      const { state, progress } = JSON.parse(line.slice("data: ".length));
      console.error(state, progress);
    }
  }
  return (await call(job.links.result)).json();
}

const request = JSON.parse(await readFile(process.argv[2], "utf-8"));
try {
  for (const answer of [await ask("match", request), await askAsJob("match", request)]) {
    for (const { mentor, mentee, score } of answer.pairs) console.log(mentor, mentee, score);
  }
} catch (refused) {
  if (!(refused instanceof Refused)) throw refused;
  console.error(refused.message);
  for (const { where, found, expected, advice } of refused.problem.problems) {
    console.error("-", where, found, expected, advice);
  }
  process.exitCode = 1;
}
