"""What staff ask of a board, as JSON: decisions, which change the plan, and the handling of them."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Setting
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mentormatch.base.strict_json import JsonMessage, Whole, parse_json
from mentormatch.errors import Problem, RequestError
from mentormatch.fields import Side
from mentormatch.languages import tr

type MentorId = Annotated[str, Setting(pattern=r"^m[1-9][0-9]{0,8}$")]
type MenteeId = Annotated[str, Setting(pattern=r"^e[1-9][0-9]{0,8}$")]
type PersonId = Annotated[str, Setting(pattern=r"^[me][1-9][0-9]{0,8}$")]
type BoardLine = Annotated[str, Setting(max_length=1_000)]

MOST_PLACES = 1_000


class Imposed(JsonMessage):
    """A pair that must be: people by opaque id, ``m1`` the first mentor whom the session began with."""

    action: Literal["pin"] = "pin"
    mentor: MentorId
    mentee: MenteeId


class SetAsideIn(JsonMessage):
    """A pair that must not be."""

    action: Literal["ban"] = "ban"
    mentor: MentorId
    mentee: MenteeId


class Withdrawal(JsonMessage):
    """Somebody leaves."""

    action: Literal["withdraw"] = "withdraw"
    person: PersonId


class PlacesIn(JsonMessage):
    """Somebody takes so many partners at most, whatever they answered."""

    action: Literal["capacity"] = "capacity"
    person: PersonId
    places: Annotated[Whole, Setting(le=MOST_PLACES)]


class Release(JsonMessage):
    """One of the decisions no longer holds: its place among them, from 1."""

    action: Literal["release"] = "release"
    number: Annotated[Whole, Setting(ge=1)]


class Explain(JsonMessage):
    """Why one of the decisions was made: its place among them, from 1; an empty text takes the reason back."""

    action: Literal["explain"] = "explain"
    number: Annotated[Whole, Setting(ge=1)]
    why: BoardLine


class Undo(JsonMessage):
    """The last move is taken back."""

    action: Literal["undo"] = "undo"


class Redo(JsonMessage):
    """The move that was taken back last is made again."""

    action: Literal["redo"] = "redo"


class Choose(JsonMessage):
    """Somebody is looked at, or nobody."""

    action: Literal["choose"] = "choose"
    person: PersonId | None


class Validate(JsonMessage):
    """A named person makes the plan final, for a reason."""

    action: Literal["validate"] = "validate"
    who: BoardLine
    why: BoardLine = ""


type BoardDecision = Imposed | SetAsideIn | Withdrawal | PlacesIn
type Action = BoardDecision | Release | Explain | Undo | Redo | Choose | Validate

ACTIONS: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Setting(discriminator="action")])


class BoardRequest(JsonMessage):
    """One action, as JSON; the answer carries the same ``turn``, by which a page tells that it was answered."""

    turn: Whole = 0
    what: dict[str, Any]

    @classmethod
    def of(cls, data: str | bytes | Mapping[str, object]) -> Self:
        """Return what was asked; raises RequestError, without a word of what it held, where it is no such thing."""
        value = parse_json(data) if isinstance(data, str | bytes) else dict(data)
        return fitting(lambda: cls.model_validate(value))

    @property
    def action(self) -> Action:
        """What it asks for; raises RequestError where that is none of the actions."""
        return fitting(lambda: ACTIONS.validate_python(self.what))


def fitting[T](read: Callable[[], T]) -> T:
    """Return what is read; raises RequestError where it does not fit."""
    try:
        return read()
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        problems = [Problem(".".join(map(str, where(wrong))), wrong["type"]) for wrong in errors]
        raise RequestError(tr("La demande n'est pas de celles que le tableau comprend"), problems) from None


def where(wrong: ErrorDetails) -> tuple[int | str, ...]:
    """Return where a request is wrong, without a key that is none of ours."""
    return wrong["loc"][:-1] if wrong["type"] == "extra_forbidden" else wrong["loc"]


def side_of(person: str) -> Side:
    """Return the side that an opaque id stands on."""
    return "mentor" if person.startswith("m") else "mentee"
