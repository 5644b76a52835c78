// What a host writes with the types that openapi-typescript makes: each operation is called with its types.
//
// MENTORMATCH_TOKEN=... node application.js requests.json     where that holds a request for each operation, by its name

import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./mentormatch.js";

type Schemas = components["schemas"];

const service = createClient<paths>({
  baseUrl: process.env.MENTORMATCH_URL ?? "http://127.0.0.1:8000",
  headers: { Authorization: `Bearer ${process.env.MENTORMATCH_TOKEN}` },
});

/** A request made of typed parts: the compiler finds a key that is misspelt, and a value of a wrong type. */
const topics = ["budget", "touring", "production"];
const request: Schemas["MatchRequest"] = {
  programme: {
    programme: { name: "Mentoring" },
    fields: {
      needs: { kind: "choices", question: "What do you need?", options: topics },
      skills: { kind: "choices", question: "What can you pass on?", options: topics },
    },
    criteria: [{ kind: "coverage", mentor: "skills", mentee: "needs", weight: 1 }],
  },
  mentors: [
    { id: "M01", answers: { skills: ["budget"] } },
    { id: "M02", answers: { skills: ["production"] } },
  ],
  mentees: [
    { id: "E01", answers: { needs: ["budget"] } },
    { id: "E02", answers: { needs: ["touring", "production"] } },
  ],
};

/** What a call gives: an answer, or a job that it has become, or the problem. */
interface Reply<Answer> {
  data?: Answer | Schemas["Job"];
  error?: Schemas["Problem"];
}

/** Return an answer that came at once; throw where there is none. */
async function told<Answer extends object>(reply: Promise<Reply<Answer>>): Promise<Answer> {
  const { data, error } = await reply;
  if (data === undefined || isJob(data)) throw new Error(JSON.stringify(error ?? data));
  return data;
}

function isJob(data: object): data is Schemas["Job"] {
  return "links" in data && "state" in data;
}

function pairs(answer: Schemas["MatchResponse"]): string {
  return answer.pairs.map(({ mentor, mentee, score }) => `${mentor} ${mentee} ${score}`).join(", ");
}

/** Return what a job answers, asked for until it is done. */
async function asJob(body: Schemas["MatchRequest"]): Promise<Schemas["JobResult"]> {
  let { data: taken } = await service.POST("/v1/match", { body, params: { header: { Prefer: "respond-async" } } });
  while (taken !== undefined && isJob(taken) && (taken.state === "queued" || taken.state === "running")) {
    await pause(100);
    ({ data: taken } = await service.GET("/v1/jobs/{job_id}", { params: { path: { job_id: taken.id } } }));
  }
  if (taken === undefined || !isJob(taken)) throw new Error("no job");
  const { data } = await service.GET("/v1/jobs/{job_id}/result", { params: { path: { job_id: taken.id } } });
  if (data === undefined) throw new Error("no result");
  return data;
}

interface Requests {
  match: Schemas["MatchRequest"];
  alternatives: Schemas["AlternativesRequest"];
  "why-not": Schemas["WhyNotRequest"];
  evaluate: Schemas["EvaluateRequest"];
  plans: Schemas["PlansRequest"];
  repair: Schemas["RepairRequest"];
  suggest: Schemas["SuggestRequest"];
  reply: Schemas["ReplyRequest"];
  diagnose: Schemas["DiagnoseRequest"];
  groups: Schemas["GroupsRequest"];
  rotate: Schemas["RotateRequest"];
  topics: Schemas["TopicsRequest"];
  dates: Schemas["DatesRequest"];
  turns: Schemas["TurnsRequest"];
  verify: Schemas["VerifyRequest"];
}

console.log(pairs(await told(service.POST("/v1/match", { body: request }))));
const result = await asJob(request);
if ("pairs" in result && "unmatched" in result) console.log(result.pairs.length);

const asked: Requests = JSON.parse(await readFile(process.argv[2] ?? "", "utf-8"));
const matched = await told(service.POST("/v1/match", { body: asked.match }));
const other = await told(service.POST("/v1/alternatives", { body: asked.alternatives }));
const why = await told(service.POST("/v1/why-not", { body: asked["why-not"] }));
const worth = await told(service.POST("/v1/evaluate", { body: asked.evaluate }));
const several = await told(service.POST("/v1/plans", { body: asked.plans }));
const mended = await told(service.POST("/v1/repair", { body: asked.repair }));
const ideas = await told(service.POST("/v1/suggest", { body: asked.suggest }));
const settled = await told(service.POST("/v1/reply", { body: asked.reply }));
const cause = await told(service.POST("/v1/diagnose", { body: asked.diagnose }));
const formed = await told(service.POST("/v1/groups", { body: asked.groups }));
const rounds = await told(service.POST("/v1/rotate", { body: asked.rotate }));
const chosen = await told(service.POST("/v1/topics", { body: asked.topics }));
const days = await told(service.POST("/v1/dates", { body: asked.dates }));
const order = await told(service.POST("/v1/turns", { body: asked.turns }));
const checked = await told(service.POST("/v1/verify", { body: asked.verify }));
console.log(matched.status, other.person, why.status, worth.schema_version, several.plans.length, mended.new.length);
console.log(cause.status, formed.groups.length, rounds.rounds.length, chosen.topics, days.dates.length);
console.log(order.turns.length, checked.outcome, ideas.schema_version, settled.schema_version);

const { error } = await service.POST("/v1/match", { body: { programme: request.programme, mentors: [] } });
console.log(error?.type, error?.problems[0]?.where);
