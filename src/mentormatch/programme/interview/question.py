"""A question of a draft to the staff: its text, its possible replies, and the cells that raise it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mentormatch.base.immutable_models import FrozenDict
from mentormatch.errors import Problem, RequestError
from mentormatch.fields.base import Use
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark, tr
from mentormatch.programme.edits import ProgrammeEdit

type Form = Literal["one", "several", "each"]
type Reply = str | tuple[str, ...] | Mapping[str, str]

NUMBER_CHOICE = "number"  # choice for a line whose reply is a number from 1 to ``MAX_PLACES``
TEXT_CHOICE = "text"  # choice for a line whose reply is any text; an empty one changes nothing
MAX_PLACES = 50  # more people per person is a typing mistake
NO_USES: Mapping[str, Use] = FrozenDict()
NO_EFFECT: Mapping[str, str] = FrozenDict()
ONE_EXPECTED_MESSAGE = mark("une des réponses possibles")
EACH_EXPECTED_MESSAGE = mark("une table : une réponse pour chaque ligne")
STALE_MESSAGE = mark("une réponse que la question ne propose pas, ou plus, pour ces fichiers")


@dataclass(frozen=True, slots=True)
class CellCount:
    """A text of the files that raises a question, and the number of people who gave it."""

    text: str
    people: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A possible reply: its stable ``value``, its sentence, and its effect in words."""

    value: str
    text: str
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A text that a question asks about: ``key``, the number of people who gave it, and the proposed reply."""

    key: str
    people: int = 0
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Effects:
    """The effects of a reply: statements about the questions of the files, and edits of the drafted programme.

    Attributes
    ----------
    uses
        The use of a question, by its folded text.
    role
        The folded question that identifies the sides, with the answers of mentors and of mentees.
    synonyms
        Further answers to that question, each with the equivalent answer in ``role``.
    accepted
        The keys of the accepted proposals.
    dropped
        The keys of proposals that are rejected, even if another reply accepts them.
    side
        The side of every row, if the files contain one side.
    joined
        The folded questions whose items have a column each, although no tool marked them.
    edits
        The edits of the programme, in order.
    """

    uses: Mapping[str, Use] = NO_USES
    role: tuple[str, str, str] | None = None
    synonyms: Mapping[str, str] = NO_EFFECT
    accepted: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    side: Literal["mentor", "mentee"] | None = None
    joined: frozenset[str] = frozenset()
    edits: tuple[ProgrammeEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftQuestion:
    """A question of a draft.

    Attributes
    ----------
    id
        Its stable name: the same for the same doubt about other files.
    text
        The sentence to ask.
    cells
        The texts of the files that raise it, with their counts; never a row of one person.
    form
        ``one`` choice, ``several`` choices, or a choice, a number or a text for ``each`` line.
    choices
        The possible replies; for ``each``, those of every line.
    lines
        The texts to which ``each`` replies.
    proposed
        The proposed reply; None if the files do not tell.
    bulk
        Whether the proposal may be accepted together with others, unread.
    reply
        The reply that staff gave; None if the question is open.
    hint
        How to reply if no choice fits.
    settled
        Values that replies to other questions decide: accepted, without effect.
    columns
        The questions of the files that may reply, if a column can be named by hand (``question``, ``mentor``,
        ``mentee``), with the answers that several people gave.
    answers
        All answers in these columns, folded, by the folded column: those of one person alone are accepted if staff
        write them, and never shown.
    """

    id: str
    text: str
    form: Form
    choices: tuple[Choice, ...] = ()
    lines: tuple[Line, ...] = ()
    cells: tuple[CellCount, ...] = ()
    proposed: Reply | None = None
    bulk: bool = True
    reply: Reply | None = None
    hint: str = ""
    settled: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenDict)
    answers: Mapping[str, frozenset[str]] = field(default_factory=FrozenDict)

    @property
    def values(self) -> list[str]:
        return [choice.value for choice in self.choices]

    @property
    def can_be_accepted(self) -> bool:
        """Whether the question is open and its proposal may be accepted unread."""
        return self.reply is None and self.bulk and self.proposed is not None

    def to_dict(self) -> dict[str, object]:
        """Return the question as JSON data."""
        return {
            "id": self.id,
            "text": self.text,
            "form": self.form,
            "choices": [{"value": item.value, "text": item.text, "effect": item.effect} for item in self.choices],
            "lines": [{"key": item.key, "people": item.people, "proposed": item.proposed} for item in self.lines],
            "cells": [{"text": item.text, "people": item.people} for item in self.cells],
            "columns": {question: list(answers) for question, answers in self.columns.items()},
            "proposed": plain_value(self.proposed),
            "bulk": self.bulk,
            "reply": plain_value(self.reply),
            "hint": self.hint,
        }

    def read(self, stated: object) -> Reply:
        """Parse a reply from its JSON or TOML value. Raises RequestError if the question does not accept it."""
        problems = list(self._problems(stated))
        if problems:
            raise RequestError(tr("La question « {id} » attend une autre réponse", id=self.id), problems)
        if isinstance(stated, Mapping):
            return FrozenDict({str(key): plain_reply(value) for key, value in stated.items()})
        if isinstance(stated, str):
            return self._value(stated)
        return tuple(self._value(str(value)) for value in as_list(stated) or ())

    def _value(self, text: str) -> str:
        return next((value for value in self.values if fold(value) == fold(text)), text)

    def _problems(self, reply: object) -> Iterator[Problem]:
        if self.form == "one" and self.columns and isinstance(reply, Mapping):
            yield from self._column_problems(reply)
        elif self.form == "one":
            yield from self._unknown([reply] if isinstance(reply, str) else [], expected=tr(ONE_EXPECTED_MESSAGE))
        elif self.form == "several":
            yield from self._unknown(as_list(reply), expected=tr("une liste de réponses possibles"), minimum=0)
        elif not isinstance(reply, Mapping):
            yield Problem(self.id, tr("autre chose qu'une table"), tr(EACH_EXPECTED_MESSAGE))
        else:
            yield from self._line_problems(reply)

    def _unknown(self, values: Sequence[object] | None, *, expected: str, minimum: int = 1) -> Iterator[Problem]:
        if values is None or len(values) < minimum:
            yield Problem(self.id, tr("autre chose"), expected)
        values_and_settled = set(map(fold, (*self.values, *self.settled)))
        if any(not isinstance(value, str) or fold(value) not in values_and_settled for value in values or ()):
            yield Problem(self.id, tr(STALE_MESSAGE), expected)

    def _column_problems(self, reply: Mapping[object, object]) -> Iterator[Problem]:
        """Yield the problems of a column named by hand: its question, and the answers of each side."""
        answers = self.answers.get(fold(str(reply.get("question", ""))))
        if answers is None:
            yield Problem(f"{self.id}.question", tr("aucune colonne de ce nom"), tr("une question des fichiers"))
            return
        sides = [answers_in(reply.get(side)) for side in ("mentor", "mentee")]
        for side, side_answers in zip(("mentor", "mentee"), sides, strict=True):
            if not side_answers or not answers.issuperset(map(fold, side_answers)):
                yield Problem(f"{self.id}.{side}", tr(STALE_MESSAGE), tr("une réponse de cette colonne, ou une liste"))
        if set(map(fold, sides[0])) & set(map(fold, sides[1])):
            yield Problem(self.id, tr("la même réponse pour les deux côtés"), tr("une réponse pour chaque côté"))

    def _line_problems(self, replies: Mapping[object, object]) -> Iterator[Problem]:
        keys, values = {line.key for line in self.lines}, set(self.values)
        for number, (key, value) in enumerate(replies.items(), 1):
            where = f"{self.id}, {tr('ligne {number}', number=number)}"
            if key not in keys:
                yield Problem(where, tr(STALE_MESSAGE), tr(EACH_EXPECTED_MESSAGE))
            elif NUMBER_CHOICE in values:
                if not is_places(value):
                    yield Problem(
                        where, tr("autre chose qu'un nombre"), tr("un nombre entier, de 1 à {most}", most=MAX_PLACES)
                    )
            elif TEXT_CHOICE not in values and value not in values:
                yield Problem(where, tr(STALE_MESSAGE), tr(ONE_EXPECTED_MESSAGE))


def plain_value(reply: Reply | None) -> object:
    """Return a reply as JSON data."""
    if isinstance(reply, Mapping):
        return {key: value.split("\n") if "\n" in value else value for key, value in reply.items()}
    return list(reply) if isinstance(reply, tuple) else reply


def as_list(value: object) -> Sequence[object] | None:
    return value if isinstance(value, list | tuple) else None


def answers_in(value: object) -> list[str]:
    """Return the texts of a text, or of a list or tuple without its other items; empty for any other value."""
    texts = [value] if isinstance(value, str) else as_list(value) or []
    return [text for text in texts if isinstance(text, str)]


def is_places(value: object) -> bool:
    """Return whether a value is a valid number of places."""
    text = str(value).strip()
    return not isinstance(value, bool) and text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PLACES


def plain_reply(value: object) -> str:
    """Return the reply of one line as text; several answers are separated by line ends."""
    listed = as_list(value)
    return "\n".join(map(str, listed)) if listed is not None else str(value).strip()


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A question, and the function from a reply to its effects."""

    question: DraftQuestion
    effects: Callable[[Reply], Effects]
