"""Operations of the contract by ``kind``: request model -> response model, with their JSON Schemas."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

from pydantic.json_schema import GenerateJsonSchema

from mentormatch.base.plugins import concrete
from mentormatch.base.strict_json import parse_json, shorten_key
from mentormatch.contract.match_response import MatchResponse, Response
from mentormatch.contract.requests import MatchRequest, Request
from mentormatch.errors import Problem, RequestError, SurveyError
from mentormatch.languages.translation import FRENCH, LANGUAGES, language, tr
from mentormatch.programme.validation_messages import enumerate_names, nearest_hint

SAMPLE_PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Mentorat"},
    "fields": {
        "needs": {
            "kind": "choices",
            "side": "mentee",
            "question": "De quoi avez-vous besoin ?",
            "options": ["budget", "diffusion", "production"],
        },
        "skills": {
            "kind": "choices",
            "side": "mentor",
            "question": "Que pouvez-vous transmettre ?",
            "options": ["budget", "diffusion", "production"],
        },
    },
    "criteria": [{"kind": "coverage", "weight": 1, "mentor": "skills", "mentee": "needs"}],
}
SAMPLE_MENTORS = [
    {"id": "M01", "answers": {"skills": ["budget", "diffusion"]}},
    {"id": "M02", "answers": {"skills": ["production"]}},
]
SAMPLE_MENTEES = [
    {"id": "E01", "answers": {"needs": ["budget"]}},
    {"id": "E02", "answers": {"needs": ["diffusion", "production"]}},
]
SAMPLE_COHORT: dict[str, Any] = {"programme": SAMPLE_PROGRAMME, "mentors": SAMPLE_MENTORS, "mentees": SAMPLE_MENTEES}

GROUPS_PROGRAMME: dict[str, Any] = {
    "programme": {"name": "Cercle"},
    "fields": {
        "skills": {
            "kind": "choices",
            "question": "Que pouvez-vous transmettre ?",
            "options": ["budget", "diffusion", "production"],
        },
        "topics": {
            "kind": "choices",
            "question": "Quels sujets vous seraient utiles ?",
            "options": ["Budget", "Paie", "Contrats"],
            "private": True,
        },
        "dates": {
            "kind": "choices",
            "question": "Quand pourriez-vous venir ?",
            "options": ["13 octobre", "11 novembre", "17 novembre"],
            "private": True,
        },
        "urgent": {"kind": "yesno", "question": "Urgent"},
    },
    "criteria": [{"kind": "unlike", "field": "skills", "weight": 1}],
    "groups": {"size": 2},
    "sessions": {
        "number": 2,
        "per_session": 2,
        "topics": "topics",
        "attends": "dates",
        "urgent": {"field": "urgent", "in": ["Oui"]},
        "dates": {
            "13 octobre": "2026-10-13T09:30",
            "11 novembre": "2026-11-11T09:30",
            "17 novembre": "2026-11-17T09:30",
        },
    },
}
SAMPLE_ANSWERS: dict[str, dict[str, Any]] = {
    "C01": {"skills": ["budget"], "topics": ["Paie"], "dates": ["13 octobre", "17 novembre"], "urgent": False},
    "C02": {"skills": ["diffusion"], "topics": ["Paie", "Budget"], "dates": ["17 novembre"], "urgent": False},
    "C03": {"skills": ["budget", "production"], "topics": ["Contrats"], "dates": ["13 octobre"], "urgent": True},
    "C04": {"skills": ["production"]},
}
SAMPLE_MEMBERS: dict[str, Any] = {
    "programme": GROUPS_PROGRAMME,
    "members": [{"id": key, "answers": answers} for key, answers in SAMPLE_ANSWERS.items()],
}


type RequestData = Mapping[str, Any] | str | bytes | Request


class Operation[Asked: Request, Answered: Response](ABC):
    """A request that other applications can send: ``kind`` names it, two types define its messages.

    ``calls`` are the library functions that give the same result, in order. ``sent`` and ``told`` describe the request
    and the response in the table of the contract.
    """

    kind: ClassVar[str]
    request_type: ClassVar[type[Request]]
    response_type: ClassVar[type[Response]]
    calls: ClassVar[tuple[Callable[..., Any], ...]]
    sent: ClassVar[str]
    told: ClassVar[str]

    @abstractmethod
    def answer(self, request: Asked) -> Answered:
        """Return the response. Raises MentorMatchError if the request is well-formed but contradicts the data."""

    @abstractmethod
    def example(self) -> dict[str, Any]:
        """Return a complete request that succeeds."""


def operations_by_kind() -> dict[str, Operation[Any, Any]]:
    """Return every registered operation by kind."""
    return {kind: operation() for kind, operation in concrete(Operation, "mentormatch.contract.operations").items()}


def ask(kind: str, request: RequestData) -> Response:
    """Run an operation on a request, given as an object or as JSON text.

    Texts of the response are in the ``language`` of the request; without one, in the language set by the caller, or
    else in that of the programme.

    Raises RequestError if the operation is unknown, or the request violates the contract or contradicts itself;
    ProgrammeError if the programme has errors; EngineError if a solver failed.
    """
    message = read(kind, request)
    operation = operation_named(kind)
    try:
        with use_request_language(message):
            answered: Response = operation.answer(message)
    except SurveyError as error:  # here answers came in the request
        raise RequestError(error.message, error.problems) from None
    return answered


def read(kind: str, request: RequestData) -> Request:
    """Parse a request for ``ask``.

    Raises RequestError if the operation is unknown, or the request violates the contract. Contradictions inside a
    request are found by ``ask`` only.
    """
    operation = operation_named(kind)
    if isinstance(request, Request):
        return request
    return parse_request(operation, parse_json(request) if isinstance(request, str | bytes) else request)


def parse_request(operation: Operation[Any, Any], value: Any) -> Request:
    """Return a JSON value as a request of an operation. Unlike ``read``, a string is not parsed as JSON."""
    with use_request_language(value):
        request: Request = operation.request_type.of(value)
    return request


def operation_named(kind: str) -> Operation[Any, Any]:
    """Return the operation of this kind. Raises RequestError if there is none."""
    operations = operations_by_kind()
    if kind not in operations:
        problem = Problem(
            shorten_key(kind),
            tr("aucune opération de ce nom"),
            enumerate_names(operations),
            nearest_hint(kind, operations),
        )
        raise RequestError(tr("Opération inconnue"), [problem])
    return operations[kind]


@contextmanager
def use_request_language(request: object) -> Iterator[None]:
    """Set the language to that of a request, or to that of its programme unless the caller set one."""
    requested = get_part(request, "language")
    if requested in LANGUAGES:
        with language(requested):
            yield
        return
    programme_language = get_part(get_part(get_part(request, "programme"), "programme"), "language")
    with language(programme_language if programme_language in LANGUAGES else FRENCH, unless_asked=True):
        yield


def get_part(value: object, name: str) -> Any:
    """Return the value of a key of a mapping, else of an attribute; None if there is none."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def answer_json(request: Mapping[str, Any] | MatchRequest) -> MatchResponse:
    """Match people by JSON: the counterpart of ``match``.

    Raises RequestError if the request violates the contract, names an unknown field or person, or contains a key twice;
    ProgrammeError if the programme has errors.

    See Also
    --------
    match : the same from objects.

    Examples
    --------
    >>> import mentormatch as mm
    >>> options = {"kind": "choices", "question": "Languages", "options": ["French", "LSF"]}
    >>> programme = {"programme": {"name": "Trial"}, "fields": {"languages": options}}
    >>> request = {
    ...     "programme": programme | {"criteria": [{"kind": "overlap", "field": "languages"}]},
    ...     "mentors": [{"id": "M1", "answers": {"languages": ["French", "LSF"]}}],
    ...     "mentees": [{"id": "E1", "answers": {"languages": "LSF"}}],
    ... }
    >>> response = mm.answer_json(request)
    >>> str(response.status), [(pair.mentor, pair.mentee) for pair in response.pairs]
    ('proved', [('M1', 'E1')])
    """
    response = ask("match", request)
    assert isinstance(response, MatchResponse)
    return response


SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"
REQUEST_VERSION = 1

type SchemaPart = Literal["request", "response"]


class UntitledSchema(GenerateJsonSchema):
    """Generator of schemas without a title per key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def schema_of(operation: Operation[Any, Any], part: SchemaPart) -> dict[str, Any]:
    """Return the JSON Schema of the requests of an operation, with an example, or of its responses.

    A response may have more keys than its schema defines; readers ignore unknown keys.
    """
    version = operation.response_type.model_fields["schema_version"].default if part == "response" else REQUEST_VERSION
    head = {"$schema": SCHEMA_DIALECT, "$id": f"urn:mentormatch:v{version}:{operation.kind}.{part}"}
    if part == "response":
        response_schema = operation.response_type.model_json_schema(
            mode="serialization", schema_generator=UntitledSchema
        )
        return {**head, **allow_extra_keys(response_schema)}
    schema = operation.request_type.model_json_schema(schema_generator=UntitledSchema)
    return {**head, **schema, "examples": [operation.example()]}


def allow_extra_keys(schema: Any) -> Any:
    """Return a schema whose objects may have additional keys."""
    if isinstance(schema, list):
        return [allow_extra_keys(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: part for key, part in schema.items() if not (key == "additionalProperties" and part is False)}
    return {key: allow_extra_keys(part) for key, part in parts.items()}
