"""Request models for a programme and its people, and messages on requests that do not fit them.

Messages give the JSON path, the type found, what is expected and what to do. They never contain a value.
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

TYPES = {
    "string_type": mark("un texte"),
    "int_type": mark("un nombre entier"),
    "float_type": mark("un nombre"),
    "bool_type": mark("true ou false"),
    "list_type": mark("une liste"),
    "dict_type": mark("un objet"),
    "model_type": mark("un objet"),
    "answer": mark("un texte, un nombre, true ou false, une liste de textes, un objet de textes, ou null"),
}
FOUND = {
    "str": mark("un texte"),
    "int": mark("un nombre"),
    "float": mark("un nombre"),
    "bool": mark("true ou false"),
    "list": mark("une liste"),
    "dict": mark("un objet"),
    "NoneType": mark("null"),
}
OTHER = mark("une valeur que JSON n'a pas")
BOUNDS = {
    "greater_than_equal": mark("un nombre d'au moins {limit}"),
    "greater_than": mark("un nombre de plus de {limit}"),
    "less_than_equal": mark("un nombre d'au plus {limit}"),
    "too_short": mark("{limit} au moins"),
    "too_long": mark("{limit} au plus"),
    "string_too_short": mark("{limit} au moins"),
    "string_too_long": mark("{limit} au plus"),
}
LENGTHS = ("min_length", "max_length")


def misfits(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """Yield what is wrong in a request of this model, as pydantic found it."""
    yield from (misfit(detail, model) for detail in error.errors())


def misfit(error: ErrorDetails, model: type[BaseModel]) -> Problem:
    """Return one thing that is wrong."""
    *steps, last = error["loc"] or ("",)
    if error["type"] == "extra_forbidden":
        return unknown_key(path_of(steps), str(last), model_at(model, steps))
    if error["type"] == "missing":
        found = tr("il manque « {key} »", key=last)
        return Problem(path_of(steps), found, tr("une clé « {key} »", key=last))
    return Problem(path_of(error["loc"]), type_found(error), type_expected(error))


def path_of(location: object) -> str:
    """Return a place as a JSON path.

    >>> path_of(("mentors", 0, "answers", "needs"))
    '$.mentors[0].answers.needs'
    """
    assert isinstance(location, tuple | list)
    return reduce(lambda path, step: f"{path}[{step}]" if isinstance(step, int) else key_in(path, step), location, ROOT)


def unknown_key(where: str, key: str, model: type[BaseModel]) -> Problem:
    """Return that an object has a key that the contract does not know there."""
    names = list(model.model_fields)
    return Problem(
        where, tr("clé inconnue « {key} »", key=shorten_key(key)), enumerate_names(names), nearest_hint(key, names)
    )


def type_found(error: ErrorDetails) -> str:
    """Return of which type the value is, or what a check of ours found."""
    said = error.get("ctx", {}).get("found")
    return str(said) if said else tr(FOUND.get(type(error["input"]).__name__, OTHER))


def type_expected(error: ErrorDetails) -> str:
    """Return what would have fitted."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in TYPES:
        return tr(TYPES[kind])
    if kind in BOUNDS:
        return tr(BOUNDS[kind], limit=limit_in(kind, context))
    expected = str(context.get("expected", error["msg"]))
    if kind != "literal_error" or "'" not in expected:
        return expected
    values = re.findall(r"'([^']*)'", expected)
    named = enumerate_names(filter(None, values))
    return named if all(values) else tr("{choices}, ou rien", choices=named)


def limit_in(kind: str, context: Mapping[str, Any]) -> Any:
    """Return the bound that was passed, of a length with what is counted."""
    length = next((context[name] for name in LENGTHS if name in context), None)
    if length is None:
        return whole(next(iter(context.values())))
    return counted(length, "caractère") if kind.startswith("string") else counted(length, "élément")


MOST_PARTS = 1_000  # parts of one answer, and lists of one request


def single_error(value: Any, read: Callable[[Any], Any]) -> Any:
    """Return an answer; raise one error, not one for each type that it might have been."""
    try:
        return read(value)
    except ValidationError:
        raise PydanticCustomError("answer", "an answer") from None


type AnswerText = Annotated[str, Setting(max_length=MAX_CELL_CHARACTERS)]
type AnswerList = Annotated[list[AnswerText], Setting(max_length=MOST_PARTS)]
type AnswerByItem = Annotated[dict[str, AnswerText], Setting(max_length=MOST_PARTS)]
type Answer = Annotated[AnswerText | bool | int | float | AnswerList | AnswerByItem | None, WrapValidator(single_error)]
type Row = Annotated[dict[Text, Answer], Setting(max_length=MAX_COLUMNS)]


def table_of(rows: Sequence[Row]) -> TextTable:
    """Return rows as a table under the headers of all of them, in the order in which they come; see ``read_table``.

    Raises SurveyError where two headers are one, or the marks of a survey tool promise more than is there.
    """
    return read_table(TableSource("rows", frame=rows))


def cell_answer(answer: Any) -> Told:
    """Return an answer in JSON as the cell, or the cells by item, of a file would hold it."""
    return {item: cell_of(text) for item, text in answer.items()} if isinstance(answer, Mapping) else cell_of(answer)


class AsProgramme:
    """Marks an object that ``Programme.read`` reads, with all its mistakes in words; its schema is the programme's."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(Programme.__pydantic_core_schema__)


def with_whole_numbers(value: Any) -> Any:
    """Return a JSON value in which 1.0 is 1: JSON does not tell them apart, a number of places must be whole."""
    if isinstance(value, dict):
        return {key: with_whole_numbers(part) for key, part in value.items()}
    return [with_whole_numbers(part) for part in value] if isinstance(value, list) else whole(value)


type ProgrammeTable = Annotated[dict[str, Any], AsProgramme, BeforeValidator(with_whole_numbers)]


MOST_PEOPLE = 10_000  # per list of one request; a service may accept fewer

type Pairs = Annotated[list[Keys], Setting(max_length=20_000)]
type Arrived = Annotated[list[Text], Setting(max_length=MOST_PEOPLE)]
type TimeLimit = Annotated[float, Setting(gt=0, le=86_400)] | None


class Submitted(JsonMessage):
    """One person: their key, and their answers by the id of the field.

    An answer is text as in a survey file, or what that stands for: a number, true or false, a list of options or names,
    an object of levels by item; null or absent for no answer.
    """

    id: Text
    answers: Annotated[dict[str, Answer], Setting(max_length=1_000)] = Setting(default_factory=dict)


class Request(JsonMessage):
    """What an operation is asked.

    ``language`` is that of the texts in its answer; null: that of the programme.
    """

    schema_version: Literal[1] = 1
    language: Language | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        """Return the request in a JSON object; raises RequestError with everything in it that does not fit."""
        refuse_unplain(data)
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            refused = refusal(tr("La demande ne suit pas le contrat"), misfits(error, cls))
        raise refused  # outside: the error of pydantic holds what was sent


People = Annotated[list[Submitted], Setting(max_length=MOST_PEOPLE)]
type Mention = tuple[str, tuple[Side, ...], str]
"""Somebody who is named: the place in the request, on which side they may be, their key."""
WHOSE: Mapping[tuple[Side, ...], str] = MappingProxyType(
    {
        ("mentor",): mark("l'identifiant d'un·e mentor·e de la demande"),
        ("mentee",): mark("l'identifiant d'un·e mentoré·e de la demande"),
        SIDES: mark("l'identifiant d'une personne de la demande"),
    }
)


def people_or_rows(needed: Iterable[str], more: Iterable[str] = ()) -> dict[str, Any]:
    """Return, as JSON Schema, that a request carries people or rows, and not both."""
    parts = list(needed)
    people = [{"required": [part]} for part in (*parts, *more)]
    apart = {"required": parts, "not": {"required": ["rows"]}}
    return {"oneOf": [apart, {"required": ["rows"], "not": {"anyOf": people}}]}


class PeopleRequest(Request, ABC):
    """A programme and those who answered: the people themselves, or the ``rows`` of an export.

    ``rows`` are read as a file with these headers would be, the first row in line 2: the programme says which question
    tells the role, and which the key.
    """

    sides: ClassVar[Mapping[str, Side]]
    """The keys under which people stand, and the side of the cohort that each is."""
    needed: ClassVar[frozenset[str]]
    """Those of them without which people are not sent."""
    forms: ClassVar[str]
    """What may be sent, in words."""
    whose: ClassVar[Mapping[tuple[Side, ...], str]] = WHOSE

    programme: ProgrammeTable
    rows: Annotated[list[Row], Setting(min_length=1, max_length=20_000)] = Setting(default_factory=list)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = {*self.sides, "rows"} & self.model_fields_set
        if given != {"rows"} and ("rows" in given or not self.needed <= given):
            found = tr("seulement {keys}", keys=enumerate_names(sorted(given))) if given else tr("personne")
            raise PydanticCustomError("said", "people or rows", {"found": found, "expected": tr(self.forms)})
        return self

    def read(self) -> tuple[Cohort, Programme]:
        """Return the people and the programme, its rules without those of the request.

        Of people who are sent themselves, the ``id`` is their key, and their place in the list their line.
        Raises ProgrammeError for mistakes in the programme; SurveyError where a key comes twice, or the rows cannot be
        read; RequestError where the programme is of another kind, people answer what is not asked, or somebody who is
        named is nobody.
        """
        programme = Programme.read(self.programme)
        self.take(programme)
        cohort = self._cohort(programme)
        refuse_strangers(cohort, self.mentions(), self.whose)
        return cohort, programme

    def take(self, programme: Programme) -> None:
        """Raise RequestError where the programme is of another kind, and name what serves it."""
        require_pairs(programme)

    @abstractmethod
    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""

    def _cohort(self, programme: Programme) -> Cohort:
        if "rows" in self.model_fields_set:
            return build_cohort(as_members([(table_of(self.rows), None)], programme), make_intake_plan(programme))
        self._refuse_unasked(programme)
        plan = make_intake_plan(programme, per_side=True)
        sent = [
            Submission(part, line, side, person.id.strip(), answer_text(answers, plan.email), answers)
            for part, side in self.sides.items()
            for line, person in enumerate(getattr(self, part), start=1)
            for answers in [answers_of(person)]
        ]
        return cohort_of_submissions(sent, replace(plan, key="id"))

    def _refuse_unasked(self, programme: Programme) -> None:
        refuse(
            tr("La demande répond à des questions que le programme ne pose pas"),
            (
                unknown_question(f"$.{part}[{place}].answers", name, programme)
                for part in self.sides
                for place, person in enumerate(getattr(self, part))
                for name in person.answers
                if name not in programme.fields
            ),
        )


class CohortRequest(PeopleRequest):
    """A programme and those who answered: ``mentors`` and ``mentees``, or the ``rows`` of an export for both sides.

    ``rows`` are read as a file with these headers would be, the first row in line 2: the programme says which question
    tells the role, and which the key. ``pins`` and ``bans`` are pairs that must be, or must not be: rules of this
    request alone.
    """

    model_config = ConfigDict(json_schema_extra=people_or_rows(("mentors", "mentees")))
    sides: ClassVar[Mapping[str, Side]] = {"mentors": "mentor", "mentees": "mentee"}
    needed: ClassVar[frozenset[str]] = frozenset(sides)
    forms: ClassVar[str] = mark("« mentors » et « mentees », ou « rows » : l'un ou l'autre")

    mentors: People = Setting(default_factory=list)
    mentees: People = Setting(default_factory=list)
    pins: Pairs = Setting(default_factory=list)
    bans: Pairs = Setting(default_factory=list)

    def mentions(self) -> Iterator[Mention]:
        """Yield the people named outside the lists of people."""
        yield from mentions_of_pairs("pins", self.pins)
        yield from mentions_of_pairs("bans", self.bans)

    def by_hand(self) -> PairsByHand:
        """Return ``pins`` and ``bans`` as the library takes them."""
        return {"pins": keys_of(self.pins), "bans": keys_of(self.bans)}


class MatchRequest(CohortRequest):
    """Whom to match, under which programme, which pairs must or must not be, and how long that may take.

    ``seed`` settles ties, unless ``ties`` say that any of the best answers will do; after ``time_limit_s`` seconds the
    best answer so far is given. With ``proofs`` "none", what the duals do not prove gets no proof; with "canonical",
    how ties were settled gets one, too.
    """

    seed: Whole = 0
    time_limit_s: TimeLimit = None
    ties: Literal["canonical", "any"] = "canonical"
    proofs: Literal["goals", "canonical", "none"] = "goals"

    def matching(self) -> Matching:
        """Return the matching that is asked for; raises what ``read`` does, and EngineError where a solver failed."""
        return self.matching_of(*self.read())

    def matching_of(self, cohort: Cohort, programme: Programme) -> Matching:
        """Return the matching of what ``read`` returned; raises EngineError where a solver failed."""
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
    """Yield the people of the pairs below one key of a request."""
    for place, pair in enumerate(pairs):
        yield f"$.{name}[{place}].mentor", ("mentor",), pair.mentor
        yield f"$.{name}[{place}].mentee", ("mentee",), pair.mentee


def refuse_strangers(
    cohort: Cohort, mentions: Iterable[Mention], whose: Mapping[tuple[Side, ...], str] = WHOSE
) -> None:
    """Raise RequestError with everybody who is named and is nobody."""
    known = {side: set(map(canonical, cohort.side(side).ids)) for side in SIDES}
    refuse(
        tr("Personne inconnue"),
        (
            Problem(where, tr("identifiant inconnu « {key} »", key=shorten_key(key)), tr(whose[sides]))
            for where, sides, key in mentions
            if not any(canonical(key) in known[side] for side in sides)
        ),
    )


def keys_of(pairs: Iterable[Keys]) -> list[tuple[str, str]]:
    """Return pairs as the library takes them: mentor key, mentee key."""
    return [(pair.mentor, pair.mentee) for pair in pairs]


def unknown_question(where: str, name: str, programme: Programme) -> Problem:
    """Return that somebody answers a question that is none of the programme's."""
    found = tr("champ inconnu « {name} »", name=shorten_key(name))
    return Problem(where, found, tr("un champ du programme"), nearest_hint(name, programme.fields))


def answers_of(person: Submitted) -> dict[str, Told]:
    """Return the answers that a person gave, as a file would hold them."""
    return {name: cell_answer(answer) for name, answer in person.answers.items()}


def with_arrived_apart(cohort: Cohort, keys: Sequence[str]) -> tuple[Cohort, Cohort | None]:
    """Return the cohort without the people who have these keys, and these people; raise RequestError for a stranger."""
    if not keys:
        return cohort, None
    came = [cohort.side(side).people_named(keys) for side in SIDES]
    known = {canonical(key) for side in SIDES for key in cohort.side(side).ids}
    strangers = [
        Problem(f"$.arrived[{place}]", quoted(key), tr("une personne d'aujourd'hui"))
        for place, key in enumerate(keys)
        if canonical(key) not in known
    ]
    if strangers:
        raise RequestError(tr("Qui arrive doit être parmi les personnes d'aujourd'hui"), strangers)
    here = [cohort.side(side).take(np.flatnonzero(~some)) for side, some in zip(SIDES, came, strict=True)]
    new = [cohort.side(side).take(np.flatnonzero(some)) for side, some in zip(SIDES, came, strict=True)]
    return replace(cohort, mentors=here[0], mentees=here[1]), Cohort(new[0], new[1])
