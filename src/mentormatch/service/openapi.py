"""What the service itself tells beside the answers of operations, and its description in OpenAPI.

The description is made from the contract, with its examples, and with every problem.
"""

from datetime import datetime
from functools import cache
from inspect import getdoc
from typing import Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic import Field as Setting
from pydantic.json_schema import JsonSchemaMode

from mentormatch.base.strict_json import JsonMessage
from mentormatch.contract.member_requests import MembersRequest
from mentormatch.contract.operation import Operation, operations
from mentormatch.contract.requests import PeopleRequest
from mentormatch.service.openapi_schemas import Json, Refs, component_schemas, reference
from mentormatch.service.problems import KINDS, MEDIA_TYPE


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
    every = operations()
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
        titles.setdefault(kind.status, []).append(kind.title)
    content = {MEDIA_TYPE: {"schema": refs[ProblemForm]}}
    return {
        f"Problem{status}": {"description": "; ".join(said) + ".", "content": content}
        for status, said in sorted(titles.items())
    }
