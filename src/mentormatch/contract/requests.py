"""Request models for a programme and its people, and problems of requests that violate them.

Problems state the JSON path, the type found, the expected type and advice. They never contain a value.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    WrapValidator,
    model_validator,
)
from pydantic import Field as Setting
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError

from mentormatch.base.strict_json import (
    ROOT,
    JsonMessage,
    Keys,
    Text,
    Whole,
    key_in,
    refusal,
    refuse,
    refuse_unplain,
    shorten_key,
    whole,
)
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import SIDES, Side
from mentormatch.fields import Answer as Told
from mentormatch.languages.phrases import counted, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.languages.translation import Language, mark, tr
from mentormatch.operations.matching import Matching, PairsByHand, match
from mentormatch.people.cohort import Cohort
from mentormatch.programme.enrolment import as_members, make_intake_plan
from mentormatch.programme.programme import Programme, require_pairs
from mentormatch.programme.validation_messages import enumerate_names, model_at, nearest_hint
from mentormatch.survey.entries import Submission, answer_text
from mentormatch.survey.intake import build_cohort, cohort_of_submissions
from mentormatch.survey.table import MAX_CELL_CHARACTERS, MAX_COLUMNS, TextTable
from mentormatch.survey.table_reader import TableSource, read_table
from mentormatch.survey.values import cell_of

EXPECTED_TYPES = {
    "string_type": mark("un texte"),
    "int_type": mark("un nombre entier"),
    "float_type": mark("un nombre"),
    "bool_type": mark("true ou false"),
    "list_type": mark("une liste"),
    "dict_type": mark("un objet"),
    "model_type": mark("un objet"),
    "answer": mark("un texte, un nombre, true ou false, une liste de textes, un objet de textes, ou null"),
}
FOUND_TYPES = {
    "str": mark("un texte"),
    "int": mark("un nombre"),
    "float": mark("un nombre"),
    "bool": mark("true ou false"),
    "list": mark("une liste"),
    "dict": mark("un objet"),
    "NoneType": mark("null"),
}
EXPECTED_BOUNDS = {
    "greater_than_equal": mark("un nombre d'au moins {limit}"),
    "greater_than": mark("un nombre de plus de {limit}"),
    "less_than_equal": mark("un nombre d'au plus {limit}"),
    "too_short": mark("{limit} au moins"),
    "too_long": mark("{limit} au plus"),
    "string_too_short": mark("{limit} au moins"),
    "string_too_long": mark("{limit} au plus"),
}


def find_request_problems(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    yield from (make_request_problem(detail, model) for detail in error.errors())


def make_request_problem(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    *steps, last = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        return unknown_key(path_of(steps), str(last), model_at(model, steps))
    if error["type"] == "missing":
        finding = tr("il manque « {key} »", key=last)
        return Problem(path_of(steps), finding, tr("une clé « {key} »", key=last))
    return Problem(path_of(error["loc"]), type_found(error), type_expected(error))


def path_of(location: object) -> str:
    """Return a location of pydantic as a JSON path.

    >>> path_of(("mentors", 0, "answers", "needs"))
    '$.mentors[0].answers.needs'
    """
    assert isinstance(location, tuple | list)
    return reduce(lambda path, step: f"{path}[{step}]" if isinstance(step, int) else key_in(path, step), location, ROOT)


def unknown_key(where: str, key: str, model: type[BaseModel]) -> Problem:
    """Return the problem of a key that the model does not define."""
    names = list(model.model_fields)
    return Problem(
        where, tr("clé inconnue « {key} »", key=shorten_key(key)), enumerate_names(names), nearest_hint(key, names)
    )


def type_found(error: ErrorDetails) -> str:
    """Return the type of the value, or the finding of a validator of this package."""
    finding = error.get("ctx", {}).get("found")
    return (
        str(finding)
        if finding
        else tr(FOUND_TYPES.get(type(error["input"]).__name__, mark("une valeur que JSON n'a pas")))
    )


def type_expected(error: ErrorDetails) -> str:
    """Return the expected type, bound or choices."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in EXPECTED_TYPES:
        return tr(EXPECTED_TYPES[kind])
    if kind in EXPECTED_BOUNDS:
        return tr(EXPECTED_BOUNDS[kind], limit=limit_in(kind, context))
    expected = str(context.get("expected", error["msg"]))
    if kind != "literal_error" or "'" not in expected:
        return expected
    values = re.findall(r"'([^']*)'", expected)
    choices = enumerate_names(filter(None, values))
    return choices if all(values) else tr("{choices}, ou rien", choices=choices)


def limit_in(kind: str, context: Mapping[str, Any]) -> Any:
    """Return the violated bound, with the counted unit if it is a length."""
    length = next((context[name] for name in ("min_length", "max_length") if name in context), None)
    if length is None:
        return whole(next(iter(context.values())))
    return counted(length, "caractère") if kind.startswith("string") else counted(length, "élément")


MAX_PARTS = 1_000  # parts of one answer, and lists of one request


def with_single_error(value: Any, parse: Callable[[Any], Any]) -> Any:
    try:  # one error instead of one per type of the union
        return parse(value)
    except ValidationError:
        raise PydanticCustomError("answer", "an answer") from None


type AnswerText = Annotated[str, Setting(max_length=MAX_CELL_CHARACTERS)]
type AnswerList = Annotated[list[AnswerText], Setting(max_length=MAX_PARTS)]
type AnswerByItem = Annotated[dict[str, AnswerText], Setting(max_length=MAX_PARTS)]
type Answer = Annotated[
    AnswerText | bool | int | float | AnswerList | AnswerByItem | None, WrapValidator(with_single_error)
]
type Row = Annotated[dict[Text, Answer], Setting(max_length=MAX_COLUMNS)]


def table_of(rows: Sequence[Row]) -> TextTable:
    """Return rows as a table with all their headers in order of appearance; see ``read_table``.

    Headers count as line 1. Raises SurveyError if two headers are equal, or the rows contradict the marks of a survey
    tool.
    """
    return read_table(TableSource("rows", frame=rows))


def answer_to_cell(answer: Any) -> Told:
    return {item: cell_of(text) for item, text in answer.items()} if isinstance(answer, Mapping) else cell_of(answer)


class ProgrammeSchema:
    """Marks an object that ``Programme.read`` parses and reports errors of; its schema is that of the programme."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Programme.__pydantic_core_schema__)


def with_whole_numbers(value: Any) -> Any:
    """Return a JSON value with integral floats as integers: JSON does not distinguish 1.0 from 1."""
    if isinstance(value, dict):
        return {key: with_whole_numbers(part) for key, part in value.items()}
    return [with_whole_numbers(part) for part in value] if isinstance(value, list) else whole(value)


type ProgrammeTable = Annotated[dict[str, Any], ProgrammeSchema, BeforeValidator(with_whole_numbers)]


MAX_PEOPLE = 10_000  # per list of one request; a service may accept fewer

type Pairs = Annotated[list[Keys], Setting(max_length=20_000)]
type Arrived = Annotated[list[Text], Setting(max_length=MAX_PEOPLE)]
type TimeLimit = Annotated[float, Setting(gt=0, le=86_400)] | None


class Submitted(JsonMessage):
    """A participant: their key, and their answers by field id.

    An answer is text as in a survey file, or the value that it represents: a number, true or false, a list of options
    or names, or an object of levels by item; null or absent means no answer.
    """

    id: Text
    answers: Annotated[dict[str, Answer], Setting(max_length=1_000)] = Setting(default_factory=dict)


class Request(JsonMessage):
    """The request of an operation.

    ``language`` is the language of the texts in the response; null: that set by the caller, else of the programme.
    """

    schema_version: Literal[1] = 1
    language: Language | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Parse a JSON object. Raises RequestError with all problems."""
        refuse_unplain(data)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            request_error = refusal(tr("La demande ne suit pas le contrat"), find_request_problems(error, cls))
        raise request_error  # outside the except block: the error of pydantic contains the request


People = Annotated[list[Submitted], Setting(max_length=MAX_PEOPLE)]
type Mention = tuple[str, tuple[Side, ...], str]
"""A person named in a request: the path, the sides on which they may be, and the key."""
EXPECTED_KEYS: Mapping[tuple[Side, ...], str] = MappingProxyType(
    {
        ("mentor",): mark("l'identifiant d'un·e mentor·e de la demande"),
        ("mentee",): mark("l'identifiant d'un·e mentoré·e de la demande"),
        SIDES: mark("l'identifiant d'une personne de la demande"),
    }
)


def people_or_rows(needed: Iterable[str], more: Iterable[str] = ()) -> dict[str, Any]:
    """Return the JSON Schema rule that a request contains either people or rows."""
    parts = list(needed)
    people = [{"required": [part]} for part in (*parts, *more)]
    without_rows = {"required": parts, "not": {"required": ["rows"]}}
    return {"oneOf": [without_rows, {"required": ["rows"], "not": {"anyOf": people}}]}


class PeopleRequest(Request, ABC):
    """A programme and its participants: lists of people, or the ``rows`` of an export.

    ``rows`` are read like a file with these headers, the first row in line 2. The programme defines which questions
    contain the role and the key.
    """

    sides: ClassVar[Mapping[str, Side]]
    """The side of the cohort per list of people."""
    needed: ClassVar[frozenset[str]]
    """The required lists of people."""
    forms_text: ClassVar[str]
    """The accepted forms, for messages."""
    expected_keys: ClassVar[Mapping[tuple[Side, ...], str]] = EXPECTED_KEYS

    programme: ProgrammeTable
    rows: Annotated[list[Row], Setting(min_length=1, max_length=20_000)] = Setting(default_factory=list)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        sent_keys = {*self.sides, "rows"} & self.model_fields_set
        if sent_keys != {"rows"} and ("rows" in sent_keys or not self.needed <= sent_keys):
            finding = tr("seulement {keys}", keys=enumerate_names(sorted(sent_keys))) if sent_keys else tr("personne")
            raise PydanticCustomError("said", "people or rows", {"found": finding, "expected": tr(self.forms_text)})
        return self

    def read(self) -> tuple[Cohort, Programme]:
        """Return the cohort and the programme, without the rules of the request.

        The ``id`` of a person is their key, and their position in the list is their line.

        Raises ProgrammeError if the programme has errors; SurveyError if a key occurs twice or the rows are unreadable;
        RequestError if an answer belongs to no question or a named person is unknown; and the error of
        ``check_programme``.
        """
        programme = Programme.read(self.programme)
        self.check_programme(programme)
        cohort = self._cohort(programme)
        refuse_unknown_people(cohort, self.mentions(), self.expected_keys)
        return cohort, programme

    def check_programme(self, programme: Programme) -> None:
        """Raise RequestError, with the operations that fit, if the programme is of another kind."""
        require_pairs(programme)

    @abstractmethod
    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""

    def _cohort(self, programme: Programme) -> Cohort:
        if "rows" in self.model_fields_set:
            return build_cohort(as_members([(table_of(self.rows), None)], programme), make_intake_plan(programme))
        self._refuse_unasked(programme)
        plan = make_intake_plan(programme, per_side=True)
        submissions = [
            Submission(part, line, side, person.id.strip(), answer_text(answers, plan.email), answers)
            for part, side in self.sides.items()
            for line, person in enumerate(getattr(self, part), start=1)
            for answers in [answers_of(person)]
        ]
        return cohort_of_submissions(submissions, replace(plan, key="id"))

    def _refuse_unasked(self, programme: Programme) -> None:
        refuse(
            tr("La demande répond à des questions que le programme ne pose pas"),
            (
                unknown_question(f"$.{part}[{index}].answers", name, programme)
                for part in self.sides
                for index, person in enumerate(getattr(self, part))
                for name in person.answers
                if name not in programme.fields
            ),
        )


class CohortRequest(PeopleRequest):
    """A programme and its participants: ``mentors`` and ``mentees``, or the ``rows`` of an export for both sides.

    ``rows`` are read like a file with these headers, the first row in line 2; the programme defines which questions
    contain the role and the key. ``pins`` and ``bans`` are required and forbidden pairs: rules of this request only.
    """

    model_config = ConfigDict(json_schema_extra=people_or_rows(("mentors", "mentees")))
    sides: ClassVar[Mapping[str, Side]] = {"mentors": "mentor", "mentees": "mentee"}
    needed: ClassVar[frozenset[str]] = frozenset(sides)
    forms_text: ClassVar[str] = mark("« mentors » et « mentees », ou « rows » : l'un ou l'autre")

    mentors: People = Setting(default_factory=list)
    mentees: People = Setting(default_factory=list)
    pins: Pairs = Setting(default_factory=list)
    bans: Pairs = Setting(default_factory=list)

    def mentions(self) -> Iterator[Mention]:
        yield from mentions_of_pairs("pins", self.pins)
        yield from mentions_of_pairs("bans", self.bans)

    def by_hand(self) -> PairsByHand:
        """Return ``pins`` and ``bans`` as keyword arguments of the library."""
        return {"pins": keys_of(self.pins), "bans": keys_of(self.bans)}


class MatchRequest(CohortRequest):
    """The people to match, the programme, required and forbidden pairs, and a time limit.

    ``seed`` breaks ties; with ``ties`` "any", they are not broken. After ``time_limit_s`` seconds the best solution so
    far is returned. With ``proofs`` "goals", bounds that the duals do not prove get a proof; with "canonical",
    tie-breaking gets one, too; with "none", neither does.
    """

    seed: Whole = 0
    time_limit_s: TimeLimit = None
    ties: Literal["canonical", "any"] = "canonical"
    proofs: Literal["goals", "canonical", "none"] = "goals"

    def matching(self) -> Matching:
        """Match the people. Raises the errors of ``read``, and EngineError if a solver failed."""
        return self.matching_of(*self.read())

    def matching_of(self, cohort: Cohort, programme: Programme) -> Matching:
        """Match the people returned by ``read``. Raises EngineError if a solver failed."""
        return match(
            cohort,
            programme,
            seed=self.seed,
            time_limit_s=self.time_limit_s,
            ties=self.ties,
            proofs=self.proofs,
            **self.by_hand(),
        )


def mentions_of_pairs(name: str, pairs: Iterable[Keys]) -> Iterator[Mention]:
    """Yield the people of the pairs in one list of a request."""
    for index, pair in enumerate(pairs):
        yield f"$.{name}[{index}].mentor", ("mentor",), pair.mentor
        yield f"$.{name}[{index}].mentee", ("mentee",), pair.mentee


def refuse_unknown_people(
    cohort: Cohort, mentions: Iterable[Mention], expected_keys: Mapping[tuple[Side, ...], str] = EXPECTED_KEYS
) -> None:
    """Raise RequestError with all named people who are unknown."""
    known_keys = {side: set(map(canonical, cohort.side(side).ids)) for side in SIDES}
    refuse(
        tr("Personne inconnue"),
        (
            Problem(where, tr("identifiant inconnu « {key} »", key=shorten_key(key)), tr(expected_keys[sides]))
            for where, sides, key in mentions
            if not any(canonical(key) in known_keys[side] for side in sides)
        ),
    )


def keys_of(pairs: Iterable[Keys]) -> list[tuple[str, str]]:
    """Return pairs as tuples: mentor key, mentee key."""
    return [(pair.mentor, pair.mentee) for pair in pairs]


def unknown_question(where: str, name: str, programme: Programme) -> Problem:
    """Return the problem of an answer to a question that is not in the programme."""
    finding = tr("champ inconnu « {name} »", name=shorten_key(name))
    return Problem(where, finding, tr("un champ du programme"), nearest_hint(name, programme.fields))


def answers_of(person: Submitted) -> dict[str, Told]:
    """Return the answers of a person, like answers in a file."""
    return {name: answer_to_cell(answer) for name, answer in person.answers.items()}


def split_arrived(cohort: Cohort, keys: Sequence[str]) -> tuple[Cohort, Cohort | None]:
    """Return a cohort without the people with these keys, and these people, None without keys.

    Raises RequestError for unknown keys.
    """
    if not keys:
        return cohort, None
    arrived = [cohort.side(side).people_named(keys) for side in SIDES]
    known_keys = {canonical(key) for side in SIDES for key in cohort.side(side).ids}
    problems = [
        Problem(f"$.arrived[{index}]", quoted(key), tr("une personne d'aujourd'hui"))
        for index, key in enumerate(keys)
        if canonical(key) not in known_keys
    ]
    if problems:
        raise RequestError(tr("Qui arrive doit être parmi les personnes d'aujourd'hui"), problems)
    remaining = [cohort.side(side).take(np.flatnonzero(~rows)) for side, rows in zip(SIDES, arrived, strict=True)]
    new = [cohort.side(side).take(np.flatnonzero(rows)) for side, rows in zip(SIDES, arrived, strict=True)]
    return replace(cohort, mentors=remaining[0], mentees=remaining[1]), Cohort(new[0], new[1])
