"""The intake plan of a programme: its questions, required fields, weights, and the mapping of headers and answers.

A header is mapped to a field (``disciplines``), to an item of a field (``transmettre [Contrats]``), or to nothing (an
empty text); an answer is mapped to an option of its question. Text without a mapping stays as typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mentormatch.fields import (
    Answer,
    AnyField,
    Choice,
    Choices,
    Levels,
    ListOfNames,
    Place,
    Ranking,
    Scale,
    SeveralAnswers,
    Side,
    Slots,
    YesNo,
)
from mentormatch.fields.base import position, split
from mentormatch.fields.lists import rank_of, take_options
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark
from mentormatch.people.codes import PersonCodes
from mentormatch.survey.privacy import NOBODY_FORGOTTEN, Forgotten
from mentormatch.survey.table import Order


@dataclass(frozen=True, slots=True)
class HeaderTarget:
    """The target of a header: a field, or one item of it; no question if ``field`` is empty."""

    field: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerMapping:
    """The targets of folded headers, and the answers of the programme for folded texts, by field."""

    headers: Mapping[str, HeaderTarget] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def item(self, name: str, text: str) -> str:
        """Return the item of the field ``name`` that ``text`` is mapped to, else ``text``."""
        return self.answers.get(name, {}).get(fold(text), text)


def answer_mapping(questions: Mapping[str, str], options: Mapping[str, Mapping[str, str]]) -> AnswerMapping:
    """Return the mapping that a programme states: headers to fields, and texts of answers by field.

    >>> answer_mapping({"Q1 [SQ2]": "grille [Paie]"}, {}).headers
    {'q1 [sq2]': HeaderTarget(field='grille', item='Paie')}
    """
    headers = {fold(header): target(answer) for header, answer in questions.items()}
    return AnswerMapping(
        headers, {name: {fold(text): answer for text, answer in meanings.items()} for name, meanings in options.items()}
    )


def target(text: str) -> HeaderTarget:
    """Parse ``field`` or ``field [item]``."""
    name, bracket, item = text.partition("[")
    return HeaderTarget(name.strip(), item.strip().removesuffix("]").strip()) if bracket else HeaderTarget(text.strip())


def answers_of(field: AnyField) -> list[str]:
    """Return the possible answers to a question, with the items of a grid; empty if it does not list them."""
    match field:
        case Levels():
            return [*field.items, *field.levels]
        case Slots():
            return [*field.days, *field.moments, *field.slots]
        case Choice() | Scale() | Choices() | Ranking() | Place():
            return list(field.options)
        case YesNo():
            return list(field.column([]).spoken_labels[::-1])
    return []


def understands(field: AnyField, text: str) -> bool:
    """Return whether a question accepts ``text`` as an answer, or as a part of one."""
    options = [] if isinstance(field, YesNo) else answers_of(field)
    if options:
        return position(options, text) is not None
    reading = field.read(text)
    return reading.value is not None and not reading.note


def has_item(field: AnyField, item: str) -> bool:
    """Return whether a question can have a column for ``item``: an option, a row, a moment, or a rank."""
    numbered = isinstance(field, Ranking | ListOfNames) and rank_of(item) > 0
    parted = isinstance(field, Choices | Ranking | Levels | Slots)
    return numbered or (parted and position(answers_of(field), item) is not None)


@dataclass(frozen=True, slots=True)
class AnswerTranslation:
    """The mapping of answers to one field; the keys of ``known`` are folded texts of the file."""

    field: AnyField
    known: Mapping[str, str]

    def answer(self, answer: Answer) -> Answer:
        """Return an answer with each mapped text replaced; other texts stay as typed."""
        if isinstance(answer, Mapping):
            return {part: self.meaning_of(text) for part, text in answer.items()}
        if isinstance(self.field, Levels):
            cells = self.field.cells(answer)
            return "\n".join(f"{self.one(item)} : {self.one(text)}" for item, text in cells)
        return self.meaning_of(answer)

    def one(self, text: str) -> str:
        """Return the answer that one text is mapped to, else the text."""
        return self.known.get(fold(text), text)

    def meaning_of(self, text: str) -> str:
        """Return the mapped answers in a cell, which may contain several."""
        if not isinstance(self.field, Choices | Ranking | Slots | ListOfNames):
            return self.one(text)
        if fold(text) in self.known and not isinstance(text, SeveralAnswers):
            return self.one(text)
        pieces = [answer for piece in split(text, self.field.joiner) for answer in self.pieces(piece)]
        return SeveralAnswers.of(pieces, ordered=not isinstance(text, SeveralAnswers) or text.ordered)

    def pieces(self, text: str) -> list[str]:
        """Return the answers in a text with commas; the text as typed if none of them is mapped."""
        options = [] if isinstance(self.field, ListOfNames) else answers_of(self.field)
        if fold(text) in self.known or not options:
            return [self.one(text)]
        spelled = [*options, *self.known]
        indices, remainder = take_options(spelled, fold(text))
        if all(index < len(options) for index in indices):
            return [text]
        return [self.known.get(fold(spelled[index]), spelled[index]) for index in indices] + [remainder] * bool(
            remainder
        )


@dataclass(frozen=True, slots=True)
class Roles:
    """The field that separates mentors from mentees, the answer of each, and the reason to reject other rows.

    ``both`` is the answer of people on both sides; True: people who gave both answers; False: no one.
    """

    field: str
    mentor: str
    mentee: str
    neither: str = mark("le rôle n'est ni celui des mentor·es ni celui des mentoré·es")
    both: str | bool = False


@dataclass(frozen=True, slots=True)
class IntakePlan:
    """The settings of a programme by which answers are read.

    Attributes
    ----------
    required_fields
        The fields that a file must contain: key, consent, roles, emphasis, and those of criteria and rules.
    weights
        The weight in the score of each field, by side.
    minimum_answered
        The share of this weight below which a person is incomplete.
    mapping
        The mapping of headers and answers.
    forgotten
        The people who asked to be forgotten.
    only_side
        The side of all people, if nothing separates two sides.
    common_keys
        Whether the same key on both sides is one person.
    names
        The fields with the names of people.
    codes
        The codes that people already have.
    dates
        The order of day and month, if a file proves none.
    """

    fields: Mapping[str, AnyField]
    key: str | None
    email: str | None
    roles: Roles | None = None
    required_fields: frozenset[str] = frozenset()
    weights: Mapping[Side, Mapping[str, float]] = field(default_factory=dict)
    minimum_answered: float = 0.0
    mapping: AnswerMapping = field(default_factory=AnswerMapping)
    forgotten: Forgotten = NOBODY_FORGOTTEN
    only_side: Side | None = None
    common_keys: bool = False
    names: tuple[str, ...] = ()
    codes: PersonCodes = field(default_factory=dict)
    dates: Order | None = None

    @property
    def on_both_sides(self) -> bool:
        """Whether one row may be that of a mentor and a mentee."""
        return self.roles is not None and bool(self.roles.both)

    @property
    def one_row_each(self) -> bool:
        """Whether a person has one row in a file, for either side; false if each side has its own rows."""
        return self.on_both_sides or (self.roles is not None and not self.common_keys)

    def fields_for(self, side: Side) -> dict[str, AnyField]:
        """Return the fields that people of ``side`` answer and that become columns."""
        excluded_uses = ("contact", "consent", "forbidden")
        return {name: kind for name, kind in self.fields.items() if kind.asks(side) and kind.use not in excluded_uses}
