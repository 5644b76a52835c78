"""What the service itself tells beside the answers of operations, and its description in OpenAPI.

The description is made from the contract, with its examples, and with every problem.

The schemas of messages as a description in OpenAPI has them, in the form that generators of clients take best.

Each has one name, and no module, doctest or question in it. Plain types stand where they are used. A choice beside keys
(people or rows) is left out, as generators drop the keys: the service holds requests to it all the same. OpenAPI 3.0
is for those that do not know 3.1.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from inspect import getdoc
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic import Field as Setting
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.member_requests import MembersRequest
from mentormatch.contract.operation import Operation, PlainSchema, operations_by_kind
from mentormatch.contract.requests import PeopleRequest
from mentormatch.fields import fields_by_kind
from mentormatch.languages.translation import LANGUAGES
from mentormatch.rules.rule import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.service.problems import ENGLISH, KINDS, MEDIA_TYPE

type Json = dict[str, Any]
type Refs = dict[type, Json]

PLACE = "#/components/schemas/{model}"
DOCTEST = re.compile(r"\n*^>>> .*", re.MULTILINE | re.DOTALL)
ENDINGS = re.compile(r"(Out|Form)$")
RENAMED = {
    "AnyField": "ProgrammeField",
    "DateOut": "SessionDate",
    "LossOut": "GoalLoss",
    "MissedOut": "MissedDates",
    "Programme": "ProgrammeFile",
    "ReserveOut": "ReservePair",
    "ServedOut": "ServedMember",
}
"""Models whose names say little outside, are a type of a client's language, or a key of the model itself."""
CHOICES = {
    LANGUAGES: "Language",
    ("canonical", "any"): "Ties",
    ("mentor", "mentee", "both"): "AnsweringSide",
    ("queued", "running", "done", "failed", "cancelled"): "JobState",
    ("A", "B", "C"): "HolidayZone",
}
"""What is chosen from these values is called."""
VALUES = {"example", "examples", "default"}
"""Words under which values stand, and no schemas."""
MOST_SIGNED = 2**63 - 1
"""The greatest whole number that generators hold."""
ASKED, TOLD = "-Input", "-Output"
"""How pydantic ends the names of a model that is both asked and told."""
INTEGER, NUMBER = {"type": "integer"}, {"type": "number"}
PARTS = {"criteria": "Criterion", "rules": "Rule"}
"""The lists of a programme whose items are one of many: what any of them is called."""


def component_schemas(models: Iterable[tuple[type[BaseModel], JsonSchemaMode]]) -> tuple[Refs, Json]:
    """Return a reference to the schema of each model, and all schemas by name."""
    places, found = models_json_schema(list(models), ref_template=PLACE, schema_generator=PlainSchema)
    every: dict[str, Json] = for_generators(found["$defs"])
    programme = every["Programme"]["properties"]
    for key, name in PARTS.items():
        every[name], programme[key]["items"] = programme[key]["items"], reference(name)
    kept = {name: with_names(with_aliases(schema, every)) for name, schema in every.items() if not is_alias(schema)}
    kept |= {name: {"type": "string", "enum": list(values)} for values, name in CHOICES.items()}
    new_names = {name: public_name(name) for name in kept}
    kept = {name: schema for name, schema in kept.items() if not name.endswith(TOLD)}  # as it is asked, it can be told
    assert len({*map(public_name, kept)}) == len(kept), "two schemas of one name"
    named = {
        new_names[name]: {**rename_references(schema, new_names), "title": new_names[name]}
        for name, schema in kept.items()
    }
    return {model: rename_references(place, new_names) for (model, _), place in places.items()}, dict(
        sorted(named.items())
    )


def is_alias(schema: Json) -> bool:
    """Return whether a schema says no more than a plain type does: clients have no model for it."""
    choice = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    return len(choice) < 2 and not {"properties", "additionalProperties", "enum", "oneOf"} & {*schema}


def with_aliases(part: Any, every: Mapping[str, Json]) -> Any:
    """Return a schema in which the plain types stand where they are used."""
    if isinstance(part, list):
        return [with_aliases(one, every) for one in part]
    if not isinstance(part, dict):
        return part
    alias = every.get(str(part.get("$ref")).rpartition("/")[2])
    if alias is not None and is_alias(alias):
        return with_aliases({**alias, **{key: value for key, value in part.items() if key != "$ref"}}, every)
    return {key: with_aliases(value, every) for key, value in part.items()}


def with_names(part: Any) -> Any:
    """Return a schema in which choices that have a name are referred to."""
    if isinstance(part, list):
        return [with_names(one) for one in part]
    if not isinstance(part, dict):
        return part
    values = part.get("enum")
    if isinstance(values, list) and (name := CHOICES.get(tuple(values))):
        return reference(name) | {key: value for key, value in part.items() if key not in ("enum", "type")}
    return {key: with_names(value) for key, value in part.items()}


def reference(name: str) -> Json:
    """Return what refers to a schema."""
    return {"$ref": PLACE.format(model=name)}


def public_name(name: str) -> str:
    """Return what the model of a client is called: by what it is, not by where it comes from.

    >>> public_name("PairOut"), public_name("Choice"), public_name("Ban"), public_name("AnyField")
    ('Pair', 'ChoiceField', 'BanRule', 'ProgrammeField')
    """
    if name in RENAMED:
        return RENAMED[name]
    name = name.removesuffix(ASKED).removesuffix(TOLD)
    kinds: dict[str, Mapping[str, type]] = {
        "Field": fields_by_kind(),
        "Criterion": criteria_by_kind(),
        "Rule": rules_by_kind(),
    }
    for what, known in kinds.items():
        if any(name == one.__name__ for one in known.values()):
            return f"{name}{what}"
    return ENDINGS.sub("", name)


def rename_references(schema: Any, names: Mapping[str, str]) -> Any:
    """Return a schema whose references lead to the new names."""
    text = PLACE.format(model="")

    def follow(part: Any) -> Any:
        if isinstance(part, str) and part.startswith(text):
            return text + names[part.removeprefix(text)]
        return part

    return map_leaves(schema, follow)


def map_leaves(part: Any, change: Callable[[Any], Any]) -> Any:
    """Return a JSON value whose parts that hold nothing further are changed."""
    if isinstance(part, dict):
        return {key: map_leaves(value, change) for key, value in part.items()}
    return [map_leaves(value, change) for value in part] if isinstance(part, list) else change(part)


def for_generators(schema: Any) -> Any:
    """Return a schema as generators take it.

    Without doctests, a choice beside keys, a rule on the names of keys, and an integer where any number is taken.
    """
    if isinstance(schema, list):
        return [for_generators(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    said = {key: for_generators(part) for key, part in schema.items() if key != "propertyNames"}
    if isinstance(said.get("description"), str):
        said["description"] = DOCTEST.sub("", said["description"]).replace("``", "`")
    if isinstance(said.get("anyOf"), list) and NUMBER in said["anyOf"]:
        said["anyOf"] = [part for part in said["anyOf"] if part != INTEGER]
    if isinstance(said.get("properties"), dict):
        said.pop("oneOf", None)
        said["properties"] = {name: with_default_in_words(part) for name, part in said["properties"].items()}
    return said


def with_default_in_words(said: Json) -> Json:
    """Return a key whose default is described: clients take a key that has one for one that has to be sent."""
    default = said.get("default")
    plain = default if isinstance(default, str) else json.dumps(default)
    words = {} if default in (None, "", [], {}) or "const" in said else {"description": f"By default `{plain}`."}
    return {key: value for key, value in said.items() if key != "default"} | words


def as_3_0(part: Any) -> Any:
    """Return a description in OpenAPI 3.1, or a part of it, as OpenAPI 3.0.3 writes it.

    It has ``nullable`` for a choice of null, an ``enum`` of one for a constant, a flag for a bound that is not reached,
    and nothing beside a reference. The bound of a whole number is at most the greatest that has 64 bits with a sign:
    generators read greater ones as another number.
    """
    if isinstance(part, list):
        return [as_3_0(one) for one in part]
    if not isinstance(part, dict):
        return part
    said = {key: value if key in VALUES else names_as_3_0(key, value) for key, value in part.items()}
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if isinstance(said.get("examples"), list):
        said["example"] = said.pop("examples")[0]
    if not isinstance(said.get("exclusiveMinimum", {}), dict):
        said["minimum"], said["exclusiveMinimum"] = said["exclusiveMinimum"], True
    if said.get("type") == "integer" and said.get("maximum", 0) > MOST_SIGNED:
        said["maximum"] = MOST_SIGNED
    if "anyOf" in said:
        said = without_null(said)
    return {key: value for key, value in said.items() if key != "$ref"} | beside_others(said)


def names_as_3_0(key: str, value: Any) -> Any:
    """Return what stands under a key; in an object of names none of these is a word of the schema language."""
    return {name: as_3_0(one) for name, one in value.items()} if key == "properties" else as_3_0(value)


def description_3_0(description: Json) -> Json:
    """Return a description in OpenAPI 3.1 as OpenAPI 3.0.3 writes it."""
    return {**as_3_0(description), "openapi": "3.0.3"}


def without_null(said: Json) -> Json:
    """Return a choice with null said by a flag, and what is left where that is one thing."""
    left = [part for part in said["anyOf"] if part != {"type": "null"}]
    rest = {key: value for key, value in said.items() if key != "anyOf"}
    flag = {"nullable": True} if len(left) < len(said["anyOf"]) else {}
    if len(left) > 1:
        return {**rest, **flag, "anyOf": left}
    if "enum" in left[0] and flag:
        return {**left[0], **rest, **flag, "enum": [*left[0]["enum"], None]}
    return {**left[0], **rest, **flag}


def beside_others(said: Json) -> Json:
    """Return the reference in a schema as it may stand there."""
    if "$ref" not in said:
        return {}
    place = {"$ref": said["$ref"]}
    return place if len(said) == 1 else {"allOf": [place]}


class ProgressForm(JsonMessage):
    """How far the work is: the first goal that is not proved, what was reached in it and what none goes beyond.

    ``proved`` counts the goals done with; ``part`` is the number of the problem that is being solved, of ``parts``;
    ``status`` is that of the last problem solved; ``over``: nothing further is told.
    ``looked`` of ``pairs`` have been in a look at very many, so many a second; 0 while there is none.
    """

    goal: str
    value: int | None
    bound: int | None
    proved: int
    part: int
    parts: int | None
    seconds: float
    status: str
    over: bool
    looked: int
    pairs: int
    pairs_per_second: float


class LinksForm(JsonMessage):
    """Where to ask further."""

    self: str
    events: str
    result: str


class JobForm(JsonMessage):
    """A job: the operation asked for, how it stands, how far it is, where its result will be, and until when."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created: datetime
    ended: datetime | None
    expires: datetime | None
    progress: ProgressForm | None
    links: LinksForm


class JobListForm(JsonMessage):
    """Jobs, the newest first, and where those are told that are older, if there are any."""

    jobs: list[JobForm]
    next: str | None


class WrongForm(JsonMessage):
    """One thing that is wrong: where it stands, what was found, what was expected, what to do."""

    where: str
    found: str
    expected: str
    advice: str


class ProblemForm(JsonMessage):
    """Problem details (RFC 9457): ``type`` is stable, ``problems`` holds everything that is wrong with the request."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[WrongForm]
    request_id: str


class HealthForm(JsonMessage):
    """That the service is there, how many workers it has, how many are busy, and how many requests wait."""

    status: Literal["ok"]
    workers: int = Setting(ge=1)
    busy: int = Setting(ge=0)
    waiting: int = Setting(ge=0)


class ReadyForm(JsonMessage):
    """That work is taken: how many workers are there, and how much space."""

    status: Literal["ready"]
    workers: int = Setting(ge=1)
    disk_free_bytes: int = Setting(ge=0)


JSON, EVENTS, TEXT = "application/json", "text/event-stream", "text/plain"
TAGS = {
    "pairs": "Pairs of mentors and mentees: who is paired with whom, why, at what price, and what else there is.",
    "groups": "Groups of members, and their sessions.",
    "decisions": "What was decided, checked without the service that decided it.",
    "jobs": "Requests that take long: how far they are, and their results.",
    "service": "The service itself.",
}
BEARER = {"bearer": {"type": "http", "scheme": "bearer", "description": "The token of the service, or a key."}}
JOB_ID = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}
LOCATION = {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: the answer is to be a job in any case (RFC 7240).",
    "schema": {"type": "string"},
}

CURSOR = r"^[0-9]{1,12}\.[0-9]{6}-[A-Za-z0-9_-]{1,64}$"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body is the same request, answered once until its result expires.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
PAGE = [
    {
        "name": "limit",
        "in": "query",
        "required": False,
        "description": "How many jobs.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
    },
    {
        "name": "after",
        "in": "query",
        "required": False,
        "description": "From where on, as `next` of the page before says.",
        "schema": {"type": "string", "pattern": CURSOR},
    },
]


def describe(app: FastAPI) -> None:
    """Have the application tell at ``/openapi.json`` what it answers."""

    @cache
    def document() -> Json:
        return description(app.title, app.version)

    app.openapi = document  # type: ignore[method-assign]  # the way that FastAPI documents


def description(title: str, version: str) -> Json:
    """Return the description."""
    every = operations_by_kind()
    refs, definitions = schemas(every)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": "Explained, optimal pairs, as JSON over HTTP."},
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "security": [{"bearer": []}],
        "paths": {
            **{f"/v1/{kind}": {"post": operation_of(kind, one, refs)} for kind, one in every.items()},
            **job_paths(refs),
            **health_paths(refs),
        },
        "components": {"schemas": definitions, "responses": refusals(refs), "securitySchemes": BEARER},
    }


def schemas(every: dict[str, Operation[Any, Any]]) -> tuple[Refs, Json]:
    """Return where the schema of each message is, and all schemas by name."""
    models_out: list[type[BaseModel]] = [one.response_type for one in every.values()]
    models_out += [JobForm, JobListForm, ProblemForm, HealthForm, ReadyForm]
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [(one.request_type, "validation") for one in every.values()]
    models += [(model, "serialization") for model in models_out]
    refs, found = component_schemas(models)
    answers = sorted(
        {one.response_type for one in every.values()},
        key=lambda model: (-len(model.model_fields), model.__name__),
    )
    found["JobResult"] = {
        "title": "JobResult",
        "description": "What the operation of a job answers: the first of these that it fits.",
        "anyOf": [refs[models_out] for models_out in answers],
    }
    return refs, found


def operation_of(kind: str, one: Operation[Any, Any], refs: Refs) -> Json:
    """Return what is said of one operation."""
    return {
        "operationId": kind,
        "tags": [tag_of(one)],
        "summary": (getdoc(type(one)) or kind).splitlines()[0],
        "parameters": [PREFER, IDEMPOTENCY_KEY],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": refs[one.request_type], "examples": {"example": {"value": one.example()}}}},
        },
        "responses": {
            "200": answer("The answer.", refs[one.response_type]),
            "202": {
                **answer("It takes long: the job that it has become.", refs[JobForm]),
                "headers": LOCATION,
            },
            **problems(),
        },
    }


def tag_of(one: Operation[Any, Any]) -> str:
    """Return under which heading an operation is told of: by what it is sent."""
    if issubclass(one.request_type, MembersRequest):
        return "groups"
    return "pairs" if issubclass(one.request_type, PeopleRequest) else "decisions"


def job_paths(refs: Refs) -> Json:
    """Return what is said of jobs."""
    events = {
        "description": "Server-sent events: `progress`, and at last `end`; the data of each is a job.",
        "content": {EVENTS: {"schema": {"type": "string"}}},
    }
    page = job("jobs", "Which jobs there are, and how they stand.", {"200": answer("The jobs.", refs[JobListForm])})
    result = answer("What the operation answers.", reference("JobResult"))
    return {
        "/v1/jobs": {"get": {**page, "parameters": PAGE}},
        "/v1/jobs/{job_id}": {
            "parameters": [JOB_ID],
            "get": job("job", "How a job stands.", {"200": answer("The job.", refs[JobForm])}),
            "delete": job(
                "cancel-job", "Give a job up, or its result.", {"200": answer("As it stood.", refs[JobForm])}
            ),
        },
        "/v1/jobs/{job_id}/events": {
            "parameters": [JOB_ID],
            "get": job("job-events", "The news of a job as they come.", {"200": events}),
        },
        "/v1/jobs/{job_id}/result": {
            "parameters": [JOB_ID],
            "get": job("job-result", "The answer of a job.", {"200": result}),
        },
    }


def job(name: str, summary: str, responses: Json) -> Json:
    """Return what is said of one question about jobs."""
    return {"operationId": name, "tags": ["jobs"], "summary": summary, "responses": {**responses, **problems()}}


def health_paths(refs: Refs) -> Json:
    """Return what is said of the service itself."""
    metrics = {"description": "In the format of Prometheus.", "content": {TEXT: {"schema": {"type": "string"}}}}
    health = {"200": answer("It is there.", refs[HealthForm])}
    ready = {"200": answer("It takes work.", refs[ReadyForm])}
    return {
        "/health": {"get": {**standing("health", "Whether the service is alive.", health), "security": []}},
        "/ready": {"get": {**standing("ready", "Whether the service takes work.", ready), "security": []}},
        "/metrics": {"get": standing("metrics", "What is counted.", {"200": metrics})},
    }


def standing(name: str, summary: str, responses: Json) -> Json:
    """Return what is said of one question about the service."""
    return {"operationId": name, "tags": ["service"], "summary": summary, "responses": {**responses, **problems()}}


def answer(description: str, schema: Json) -> Json:
    """Return what is said of an answer in JSON."""
    return {"description": description, "content": {JSON: {"schema": schema}}}


def problems() -> Json:
    """Return what refers to every problem, by its status."""
    statuses = sorted({kind.status for kind in KINDS.values()})
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def refusals(refs: Refs) -> Json:
    """Return what is said of every problem, once for all operations."""
    titles: dict[int, list[str]] = {}
    for kind in KINDS.values():
        titles.setdefault(kind.status, []).append(kind.title_in(ENGLISH))
    content = {MEDIA_TYPE: {"schema": refs[ProblemForm]}}
    return {
        f"Problem{status}": {"description": "; ".join(said) + ".", "content": content}
        for status, said in sorted(titles.items())
    }
