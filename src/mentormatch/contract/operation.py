"""Operations of the contract, found by ``kind``: request model in, response model out; and their JSON Schema."""

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

PROGRAMME: dict[str, Any] = {
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
MENTORS = [
    {"id": "M01", "answers": {"skills": ["budget", "diffusion"]}},
    {"id": "M02", "answers": {"skills": ["production"]}},
]
MENTEES = [
    {"id": "E01", "answers": {"needs": ["budget"]}},
    {"id": "E02", "answers": {"needs": ["diffusion", "production"]}},
]
COHORT: dict[str, Any] = {"programme": PROGRAMME, "mentors": MENTORS, "mentees": MENTEES}

GROUPED: dict[str, Any] = {
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
SAID: dict[str, dict[str, Any]] = {
    "C01": {"skills": ["budget"], "topics": ["Paie"], "dates": ["13 octobre", "17 novembre"], "urgent": False},
    "C02": {"skills": ["diffusion"], "topics": ["Paie", "Budget"], "dates": ["17 novembre"], "urgent": False},
    "C03": {"skills": ["budget", "production"], "topics": ["Contrats"], "dates": ["13 octobre"], "urgent": True},
    "C04": {"skills": ["production"]},
}
MEMBERS: dict[str, Any] = {
    "programme": GROUPED,
    "members": [{"id": key, "answers": answers} for key, answers in SAID.items()],
}


type OperationResult = Mapping[str, Any] | str | bytes | Request


class Operation[Asked: Request, Answered: Response](ABC):
    """What other applications can ask for: ``kind`` names it, ``request_type`` and ``response_type`` its messages."""

    kind: ClassVar[str]
    request_type: ClassVar[type[Request]]
    response_type: ClassVar[type[Response]]
    calls: ClassVar[tuple[Callable[..., Any], ...]]
    """The calls of the library that answer the same, one after the other."""
    sent: ClassVar[str]
    told: ClassVar[str]
    """What the table of the contract says of its messages."""

    @abstractmethod
    def answer(self, request: Asked) -> Answered:
        """Return the answer; raises MentorMatchError where the request fits the contract and not the facts."""

    @abstractmethod
    def example(self) -> dict[str, Any]:
        """Return a request that is answered, as people would write their first one."""


def operations_by_kind() -> dict[str, Operation[Any, Any]]:
    """Return every registered operation by its kind."""
    return {kind: operation() for kind, operation in concrete(Operation, "mentormatch.contract.operations").items()}


def ask(kind: str, request: OperationResult) -> Response:
    """Return what an operation answers to a request: an object, or its JSON text.

    It speaks the ``language`` of the request; without one, that which is spoken already if one was asked for, or that
    of the programme.

    Raises RequestError where there is no such operation, or the request does not fit the contract, or contradicts
    itself; ProgrammeError for mistakes in the programme; EngineError where a solver failed.
    """
    message = read(kind, request)
    operation = operation_named(kind)
    try:
        with request_language(message):
            answered: Response = operation.answer(message)
    except SurveyError as error:  # here answers came in the request
        raise RequestError(error.message, error.problems) from None
    return answered


def read(kind: str, request: OperationResult) -> Request:
    """Return a request in the type of its operation, for ``ask``.

    Raises RequestError where there is no such operation, or the request does not fit the contract: what does not fit
    is known here, before any work, and what contradicts itself only by ``ask``.
    """
    operation = operation_named(kind)
    if isinstance(request, Request):
        return request
    return parse_request(operation, parse_json(request) if isinstance(request, str | bytes) else request)


def parse_request(operation: Operation[Any, Any], value: Any) -> Request:
    """Return a JSON value in the type of an operation's requests; a text in it is a text, whatever it holds."""
    with request_language(value):
        request: Request = operation.request_type.of(value)
    return request


def operation_named(kind: str) -> Operation[Any, Any]:
    """Return the operation of this kind; raises RequestError where there is none."""
    known = operations_by_kind()
    if kind not in known:
        found = Problem(
            shorten_key(kind), tr("aucune opération de ce nom"), enumerate_names(known), nearest_hint(kind, known)
        )
        raise RequestError(tr("Opération inconnue"), [found])
    return known[kind]


@contextmanager
def request_language(request: object) -> Iterator[None]:
    """Speak the language that a request asks for, or that of its programme unless one was asked for before."""
    wished = part_of(request, "language")
    if wished in LANGUAGES:
        with language(wished):
            yield
        return
    own = part_of(part_of(part_of(request, "programme"), "programme"), "language")
    with language(own if own in LANGUAGES else FRENCH, unless_asked=True):
        yield


def part_of(value: object, name: str) -> Any:
    """Return one part of what was sent, None where there is none, whatever was sent."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def answer_json(request: Mapping[str, Any] | MatchRequest) -> MatchResponse:
    """Return the pairs for a request; the JSON face of ``match``.

    Raises RequestError where the request does not fit the contract, names a field or a person that is not there, or
    gives a key twice; ProgrammeError for mistakes in the programme.
    """
    response = ask("match", request)
    assert isinstance(response, MatchResponse)
    return response


DIALECT = "https://json-schema.org/draft/2020-12/schema"
VERSION = 1

type SchemaPart = Literal["request", "response"]


class PlainSchema(GenerateJsonSchema):
    """Writes schemas without a title for each key: it would say the key again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Say no."""
        del schema
        return False


def schema_of(operation: Operation[Any, Any], part: SchemaPart) -> dict[str, Any]:
    """Return the JSON Schema of what an operation is asked, with its example, or of what it answers.

    A response may have more keys than its schema names: readers pass over what they do not know.
    """
    version = operation.response_type.model_fields["schema_version"].default if part == "response" else VERSION
    head = {"$schema": DIALECT, "$id": f"urn:mentormatch:v{version}:{operation.kind}.{part}"}
    if part == "response":
        response_schema = operation.response_type.model_json_schema(mode="serialization", schema_generator=PlainSchema)
        return {**head, **open_schema(response_schema)}
    schema = operation.request_type.model_json_schema(schema_generator=PlainSchema)
    return {**head, **schema, "examples": [operation.example()]}


def open_schema(schema: Any) -> Any:
    """Return a schema whose objects may have keys that it does not name."""
    if isinstance(schema, list):
        return [open_schema(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: part for key, part in schema.items() if not (key == "additionalProperties" and part is False)}
    return {key: open_schema(part) for key, part in kept.items()}
