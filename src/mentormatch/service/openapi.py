"""Contract models -> OpenAPI description of the service, in a form that client generators accept.

Each schema has one name and its description no doctest. Aliases of plain types are inlined. A ``oneOf`` next to
``properties`` (people or rows) is dropped, as generators would drop the properties; the service checks it nevertheless.
OpenAPI 3.0.3 is derived from 3.1.
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
from mentormatch.contract.operation import Operation, UntitledSchema, operations_by_kind
from mentormatch.contract.requests import PeopleRequest
from mentormatch.fields import fields_by_kind
from mentormatch.languages.translation import LANGUAGES
from mentormatch.rules.rule import rules_by_kind
from mentormatch.scoring.criterion import criteria_by_kind
from mentormatch.service.media_types import MediaType
from mentormatch.service.problems import ENGLISH, PROBLEM_KINDS

type Json = dict[str, Any]
type Refs = dict[type, Json]

SCHEMA_REF = "#/components/schemas/{model}"
# names that are unclear outside, a type of a client's language, or a key of the model itself
MODEL_NAMES = {
    "AnyField": "ProgrammeField",
    "DateOut": "SessionDate",
    "LossOut": "GoalLoss",
    "MissedOut": "MissedDates",
    "Programme": "ProgrammeFile",
    "ReserveOut": "ReservePair",
    "ServedOut": "ServedMember",
}
# named enumerations, by their values
ENUM_NAMES = {
    LANGUAGES: "Language",
    ("canonical", "any"): "Ties",
    ("mentor", "mentee", "both"): "AnsweringSide",
    ("queued", "running", "done", "failed", "cancelled"): "JobState",
    ("A", "B", "C"): "HolidayZone",
}
INT64_MAX = 2**63 - 1  # larger bounds are misread by generators
OUTPUT_SUFFIX = "-Output"


def component_schemas(models: Iterable[tuple[type[BaseModel], JsonSchemaMode]]) -> tuple[Refs, Json]:
    """Return a reference per model, and all schemas by name."""
    references, generated = models_json_schema(list(models), ref_template=SCHEMA_REF, schema_generator=UntitledSchema)
    all_schemas: dict[str, Json] = simplify_for_clients(generated["$defs"])
    programme = all_schemas["Programme"]["properties"]
    for key, name in (("criteria", "Criterion"), ("rules", "Rule")):
        all_schemas[name], programme[key]["items"] = programme[key]["items"], reference(name)
    named = {
        name: refer_to_enums(inline_aliases(schema, all_schemas))
        for name, schema in all_schemas.items()
        if not is_alias(schema)
    }
    named |= {name: {"type": "string", "enum": list(values)} for values, name in ENUM_NAMES.items()}
    new_names = {name: public_name(name) for name in named}
    named = {
        name: schema for name, schema in named.items() if not name.endswith(OUTPUT_SUFFIX)
    }  # the input schema also describes the output
    assert len({*map(public_name, named)}) == len(named), "two schemas of one name"
    renamed = {
        new_names[name]: {**rename_references(schema, new_names), "title": new_names[name]}
        for name, schema in named.items()
    }
    refs = {model: rename_references(ref, new_names) for (model, _), ref in references.items()}
    return refs, dict(sorted(renamed.items()))


def is_alias(schema: Json) -> bool:
    """Return whether a schema is only a plain type, without a model in clients."""
    choice = [part for part in schema.get("anyOf", ()) if part != {"type": "null"}]
    return len(choice) < 2 and not {"properties", "additionalProperties", "enum", "oneOf"} & {*schema}


def inline_aliases(part: Any, all_schemas: Mapping[str, Json]) -> Any:
    """Return a schema with each reference to an alias replaced by its type."""
    if isinstance(part, list):
        return [inline_aliases(item, all_schemas) for item in part]
    if not isinstance(part, dict):
        return part
    alias = all_schemas.get(str(part.get("$ref")).rpartition("/")[2])
    if alias is not None and is_alias(alias):
        return inline_aliases({**alias, **{key: value for key, value in part.items() if key != "$ref"}}, all_schemas)
    return {key: inline_aliases(value, all_schemas) for key, value in part.items()}


def refer_to_enums(part: Any) -> Any:
    """Return a schema with each named enumeration replaced by a reference."""
    if isinstance(part, list):
        return [refer_to_enums(item) for item in part]
    if not isinstance(part, dict):
        return part
    values = part.get("enum")
    if isinstance(values, list) and (name := ENUM_NAMES.get(tuple(values))):
        return reference(name) | {key: value for key, value in part.items() if key not in ("enum", "type")}
    return {key: refer_to_enums(value) for key, value in part.items()}


def reference(name: str) -> Json:
    return {"$ref": SCHEMA_REF.format(model=name)}


def public_name(name: str) -> str:
    """Return the name of a model in clients: by its kind, without suffixes of the code.

    >>> public_name("PairOut"), public_name("Choice"), public_name("Ban"), public_name("AnyField")
    ('Pair', 'ChoiceField', 'BanRule', 'ProgrammeField')
    """
    if name in MODEL_NAMES:
        return MODEL_NAMES[name]
    name = name.removesuffix("-Input").removesuffix(OUTPUT_SUFFIX)
    kinds: dict[str, Mapping[str, type]] = {
        "Field": fields_by_kind(),
        "Criterion": criteria_by_kind(),
        "Rule": rules_by_kind(),
    }
    for suffix, classes in kinds.items():
        if any(name == cls.__name__ for cls in classes.values()):
            return f"{name}{suffix}"
    return re.sub(r"(Out|Form)$", "", name)


def rename_references(schema: Any, names: Mapping[str, str]) -> Any:
    """Return a schema with its references renamed."""
    text = SCHEMA_REF.format(model="")

    def follow(part: Any) -> Any:
        if isinstance(part, str) and part.startswith(text):
            return text + names[part.removeprefix(text)]
        return part

    return map_leaves(schema, follow)


def map_leaves(part: Any, change: Callable[[Any], Any]) -> Any:
    """Return a JSON value with ``change`` applied to all scalars."""
    if isinstance(part, dict):
        return {key: map_leaves(value, change) for key, value in part.items()}
    return [map_leaves(value, change) for value in part] if isinstance(part, list) else change(part)


def simplify_for_clients(schema: Any) -> Any:
    """Return a schema without the parts that generators misread.

    Removes doctests, a ``oneOf`` next to properties, patterns of property names, and integer next to number. Defaults
    of properties move to their descriptions.
    """
    if isinstance(schema, list):
        return [simplify_for_clients(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {key: simplify_for_clients(part) for key, part in schema.items() if key != "propertyNames"}
    if isinstance(cleaned.get("description"), str):
        cleaned["description"] = re.sub(
            r"\n*^>>> .*", "", cleaned["description"], flags=re.MULTILINE | re.DOTALL
        ).replace("``", "`")
    if isinstance(cleaned.get("anyOf"), list) and {"type": "number"} in cleaned["anyOf"]:
        cleaned["anyOf"] = [part for part in cleaned["anyOf"] if part != {"type": "integer"}]
    if isinstance(cleaned.get("properties"), dict):
        cleaned.pop("oneOf", None)
        cleaned["properties"] = {name: describe_default(part) for name, part in cleaned["properties"].items()}
    return cleaned


def describe_default(property_schema: Json) -> Json:
    """Return a property with its default moved to the description: clients require properties with a default."""
    default = property_schema.get("default")
    plain = default if isinstance(default, str) else json.dumps(default)
    words = (
        {} if default in (None, "", [], {}) or "const" in property_schema else {"description": f"By default `{plain}`."}
    )
    return {key: value for key, value in property_schema.items() if key != "default"} | words


def to_openapi_3_0(part: Any) -> Any:
    """Convert a part of an OpenAPI 3.1 description to OpenAPI 3.0.3.

    Null becomes ``nullable``, a constant an ``enum`` of one value, an exclusive minimum a flag, and a reference with
    siblings an ``allOf``. Maxima of integers are limited to 64 bits, as generators misread larger ones.
    """
    if isinstance(part, list):
        return [to_openapi_3_0(item) for item in part]
    if not isinstance(part, dict):
        return part
    literal_keys = {"example", "examples", "default"}  # their values are data, not schemas
    converted = {key: value if key in literal_keys else convert_value(key, value) for key, value in part.items()}
    if "const" in converted:
        converted["enum"] = [converted.pop("const")]
    if isinstance(converted.get("examples"), list):
        converted["example"] = converted.pop("examples")[0]
    if not isinstance(converted.get("exclusiveMinimum", {}), dict):
        converted["minimum"], converted["exclusiveMinimum"] = converted["exclusiveMinimum"], True
    if converted.get("type") == "integer" and converted.get("maximum", 0) > INT64_MAX:
        converted["maximum"] = INT64_MAX
    if "anyOf" in converted:
        converted = null_to_nullable(converted)
    return {key: value for key, value in converted.items() if key != "$ref"} | make_ref_valid(converted)


def convert_value(key: str, value: Any) -> Any:
    return (
        {name: to_openapi_3_0(item) for name, item in value.items()} if key == "properties" else to_openapi_3_0(value)
    )


def description_3_0(description: Json) -> Json:
    """Convert an OpenAPI 3.1 description to OpenAPI 3.0.3."""
    return {**to_openapi_3_0(description), "openapi": "3.0.3"}


def null_to_nullable(schema: Json) -> Json:
    """Return a choice with null replaced by ``nullable``, without ``anyOf`` if one schema remains."""
    choices = [part for part in schema["anyOf"] if part != {"type": "null"}]
    siblings = {key: value for key, value in schema.items() if key != "anyOf"}
    flag = {"nullable": True} if len(choices) < len(schema["anyOf"]) else {}
    if len(choices) > 1:
        return {**siblings, **flag, "anyOf": choices}
    if "enum" in choices[0] and flag:
        return {**choices[0], **siblings, **flag, "enum": [*choices[0]["enum"], None]}
    return {**choices[0], **siblings, **flag}


def make_ref_valid(schema: Json) -> Json:
    """Return the reference of a schema, within ``allOf`` if the schema has other keys."""
    if "$ref" not in schema:
        return {}
    ref = {"$ref": schema["$ref"]}
    return ref if len(schema) == 1 else {"allOf": [ref]}


class ProgressOut(JsonMessage):
    """The progress of a job: the first unproved goal, with the value reached and its bound.

    ``proved`` counts the proved goals; ``part`` of ``parts`` is the problem being solved, ``status`` the status of the
    previous one; ``over``: the last update. ``looked`` of ``pairs`` have been scanned, at ``pairs_per_second``; 0
    without a scan.
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


class LinksOut(JsonMessage):
    """The paths of a job, its events and its result."""

    self: str
    events: str
    result: str


class JobOut(JsonMessage):
    """A job: operation, state, progress, times, and the path of its result."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created: datetime
    ended: datetime | None
    expires: datetime | None
    progress: ProgressOut | None
    links: LinksOut


class JobListOut(JsonMessage):
    """Jobs, newest first, and the path of the next page, if there is one."""

    jobs: list[JobOut]
    next: str | None


class WrongOut(JsonMessage):
    """An error: location, value found, value expected, advice."""

    where: str
    found: str
    expected: str
    advice: str


class ProblemOut(JsonMessage):
    """Problem details (RFC 9457): ``type`` is stable; ``problems`` lists every error of the request."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[WrongOut]
    request_id: str


class HealthOut(JsonMessage):
    """The service is alive: number of workers, busy workers and waiting requests."""

    status: Literal["ok"]
    workers: int = Setting(ge=1)
    busy: int = Setting(ge=0)
    waiting: int = Setting(ge=0)


class ReadyOut(JsonMessage):
    """The service accepts work: number of workers, and free disk space."""

    status: Literal["ready"]
    workers: int = Setting(ge=1)
    disk_free_bytes: int = Setting(ge=0)


TAG_DESCRIPTIONS = {
    "pairs": "Pairs of mentors and mentees: who is paired with whom, why, at what price, and what else there is.",
    "groups": "Groups of members, and their sessions.",
    "decisions": "What was decided, checked without the service that decided it.",
    "jobs": "Requests that take long: how far they are, and their results.",
    "service": "The service itself.",
}
JOB_ID_PARAMETER = {"name": "job_id", "in": "path", "required": True, "schema": {"type": "string"}}
PREFER_PARAMETER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`: the answer is to be a job in any case (RFC 7240).",
    "schema": {"type": "string"},
}

CURSOR_PATTERN = r"^[0-9]{1,12}\.[0-9]{6}-[A-Za-z0-9_-]{1,64}$"
IDEMPOTENCY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same body is the same request, answered once until its result expires.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
PAGING_PARAMETERS = [
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
        "schema": {"type": "string", "pattern": CURSOR_PATTERN},
    },
]


def install_openapi(app: FastAPI) -> None:
    """Serve the description at ``/openapi.json``."""

    @cache
    def document() -> Json:
        return build_openapi(app.title, app.version)

    app.openapi = document  # type: ignore[method-assign]  # the way that FastAPI documents


def build_openapi(title: str, version: str) -> Json:
    """Return the OpenAPI 3.1 description."""
    operations = operations_by_kind()
    refs, definitions = schemas(operations)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": "Explained, optimal pairs, as JSON over HTTP."},
        "tags": [{"name": name, "description": text} for name, text in TAG_DESCRIPTIONS.items()],
        "security": [{"bearer": []}],
        "paths": {
            **{
                f"/v1/{kind}": {"post": get_operation_object(kind, operation, refs)}
                for kind, operation in operations.items()
            },
            **job_paths(refs),
            **health_paths(refs),
        },
        "components": {
            "schemas": definitions,
            "responses": make_problem_components(refs),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "The token of the service, or a key."}
            },
        },
    }


def schemas(operations: dict[str, Operation[Any, Any]]) -> tuple[Refs, Json]:
    """Return a reference per message type, and all schemas by name."""
    models_out: list[type[BaseModel]] = [operation.response_type for operation in operations.values()]
    models_out += [JobOut, JobListOut, ProblemOut, HealthOut, ReadyOut]
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (operation.request_type, "validation") for operation in operations.values()
    ]
    models += [(model, "serialization") for model in models_out]
    refs, all_schemas = component_schemas(models)
    answers = sorted(
        {operation.response_type for operation in operations.values()},
        key=lambda model: (-len(model.model_fields), model.__name__),
    )
    all_schemas["JobResult"] = {
        "title": "JobResult",
        "description": "What the operation of a job answers: the first of these that it fits.",
        "anyOf": [refs[models_out] for models_out in answers],
    }
    return refs, all_schemas


def get_operation_object(kind: str, operation: Operation[Any, Any], refs: Refs) -> Json:
    return {
        "operationId": kind,
        "tags": [tag_of(operation)],
        "summary": (getdoc(type(operation)) or kind).splitlines()[0],
        "parameters": [PREFER_PARAMETER, IDEMPOTENCY_PARAMETER],
        "requestBody": {
            "required": True,
            "content": {
                MediaType.JSON: {
                    "schema": refs[operation.request_type],
                    "examples": {"example": {"value": operation.example()}},
                }
            },
        },
        "responses": {
            "200": make_json_response("The answer.", refs[operation.response_type]),
            "202": {
                **make_json_response("It takes long: the job that it has become.", refs[JobOut]),
                "headers": {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}},
            },
            **make_problem_responses(),
        },
    }


def tag_of(operation: Operation[Any, Any]) -> str:
    """Return the tag of an operation, by the type of its request."""
    if issubclass(operation.request_type, MembersRequest):
        return "groups"
    return "pairs" if issubclass(operation.request_type, PeopleRequest) else "decisions"


def job_paths(refs: Refs) -> Json:
    events = {
        "description": "Server-sent events: `progress`, and at last `end`; the data of each is a job.",
        "content": {MediaType.EVENTS: {"schema": {"type": "string"}}},
    }
    page = make_job_operation(
        "jobs", "Which jobs there are, and how they stand.", {"200": make_json_response("The jobs.", refs[JobListOut])}
    )
    result = make_json_response("What the operation answers.", reference("JobResult"))
    return {
        "/v1/jobs": {"get": {**page, "parameters": PAGING_PARAMETERS}},
        "/v1/jobs/{job_id}": {
            "parameters": [JOB_ID_PARAMETER],
            "get": make_job_operation(
                "job", "How a job stands.", {"200": make_json_response("The job.", refs[JobOut])}
            ),
            "delete": make_job_operation(
                "cancel-job", "Give a job up, or its result.", {"200": make_json_response("As it stood.", refs[JobOut])}
            ),
        },
        "/v1/jobs/{job_id}/events": {
            "parameters": [JOB_ID_PARAMETER],
            "get": make_job_operation("job-events", "The news of a job as they come.", {"200": events}),
        },
        "/v1/jobs/{job_id}/result": {
            "parameters": [JOB_ID_PARAMETER],
            "get": make_job_operation("job-result", "The answer of a job.", {"200": result}),
        },
    }


def make_job_operation(name: str, summary: str, responses: Json) -> Json:
    return {
        "operationId": name,
        "tags": ["jobs"],
        "summary": summary,
        "responses": {**responses, **make_problem_responses()},
    }


def health_paths(refs: Refs) -> Json:
    metrics = {
        "description": "In the format of Prometheus.",
        "content": {MediaType.TEXT: {"schema": {"type": "string"}}},
    }
    health = {"200": make_json_response("It is there.", refs[HealthOut])}
    ready = {"200": make_json_response("It takes work.", refs[ReadyOut])}
    return {
        "/health": {
            "get": {**make_service_operation("health", "Whether the service is alive.", health), "security": []}
        },
        "/ready": {
            "get": {**make_service_operation("ready", "Whether the service takes work.", ready), "security": []}
        },
        "/metrics": {"get": make_service_operation("metrics", "What is counted.", {"200": metrics})},
    }


def make_service_operation(name: str, summary: str, responses: Json) -> Json:
    return {
        "operationId": name,
        "tags": ["service"],
        "summary": summary,
        "responses": {**responses, **make_problem_responses()},
    }


def make_json_response(description: str, schema: Json) -> Json:
    return {"description": description, "content": {MediaType.JSON: {"schema": schema}}}


def make_problem_responses() -> Json:
    """Return a reference to each problem response, by status."""
    statuses = sorted({kind.status for kind in PROBLEM_KINDS.values()})
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def make_problem_components(refs: Refs) -> Json:
    """Return the problem responses, shared by all operations."""
    titles: dict[int, list[str]] = {}
    for kind in PROBLEM_KINDS.values():
        titles.setdefault(kind.status, []).append(kind.title_in(ENGLISH))
    content = {MediaType.PROBLEM: {"schema": refs[ProblemOut]}}
    return {
        f"Problem{status}": {"description": "; ".join(names) + ".", "content": content}
        for status, names in sorted(titles.items())
    }
