"""What intake needs to know of a programme: its questions, which of them must be there, and how much each counts.

What files call otherwise: headers and answers under the names that the programme gives them.

A header is mapped to a field (``disciplines``), to one item of it (``transmettre [Contrats]``), or to nothing (an empty
text: it answers no question), an answer to an option of its question. What nobody mapped stays as typed, and so does
all that is typed beside the options.
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
from mentormatch.survey.privacy import NOBODY, Forgotten
from mentormatch.survey.table import Order


@dataclass(frozen=True, slots=True)
class Target:
    """What a header stands for: a field, or one item of it; no question where ``field`` is empty."""

    field: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Renaming:
    """What folded headers stand for, and, for each field, which answer of the programme each folded text is."""

    headers: Mapping[str, Target] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def item(self, name: str, text: str) -> str:
        """Return the item of the field ``name`` that ``text`` stands for, itself where it is not mapped."""
        return self.answers.get(name, {}).get(fold(text), text)


def renaming(questions: Mapping[str, str], options: Mapping[str, Mapping[str, str]]) -> Renaming:
    """Return the renaming that a programme states: headers to fields, and the texts of answers by field.

    >>> renaming({"Q1 [SQ2]": "grille [Paie]"}, {}).headers
    {'q1 [sq2]': Target(field='grille', item='Paie')}
    """
    headers = {fold(header): target(said) for header, said in questions.items()}
    return Renaming(
        headers, {name: {fold(text): said for text, said in meanings.items()} for name, meanings in options.items()}
    )


def target(said: str) -> Target:
    """Return what ``field`` or ``field [item]`` stands for."""
    name, bracket, item = said.partition("[")
    return Target(name.strip(), item.strip().removesuffix("]").strip()) if bracket else Target(said.strip())


def answers_of(field: AnyField) -> list[str]:
    """Return all that an answer to a question may say, empty where it may say anything."""
    match field:
        case Levels():
            return [*field.items, *field.levels]
        case Slots():
            return [*field.days, *field.moments, *field.slots]
        case Choice() | Scale() | Choices() | Ranking():
            return list(field.options)
        case YesNo():
            return list(field.column([]).spoken_labels[::-1])
    return []


def takes(field: AnyField, text: str) -> bool:
    """Say whether a question understands ``text`` as one answer, or as a part of one."""
    known = [] if isinstance(field, YesNo) else answers_of(field)
    if known:
        return position(known, text) is not None
    reading = field.read(text)
    return reading.value is not None and not reading.note


def has_item(field: AnyField, item: str) -> bool:
    """Say whether a question can have a column for ``item``: an option, a line, a moment, or a rank."""
    numbered = isinstance(field, Ranking | ListOfNames) and rank_of(item) > 0
    parted = isinstance(field, Choices | Ranking | Levels | Slots)
    return numbered or (parted and position(answers_of(field), item) is not None)


@dataclass(frozen=True, slots=True)
class Wording:
    """The answers to one field in the words of the programme: ``known`` holds folded texts of the file."""

    field: AnyField
    known: Mapping[str, str]

    def answer(self, answer: Answer) -> Answer:
        """Return an answer with each text that is mapped replaced, the rest as typed."""
        if isinstance(answer, Mapping):
            return {part: self.meaning_of(text) for part, text in answer.items()}
        if isinstance(self.field, Levels):
            cells = self.field.cells(answer)
            return "\n".join(f"{self.one(item)} : {self.one(text)}" for item, text in cells)
        return self.meaning_of(answer)

    def one(self, text: str) -> str:
        """Return what one text stands for."""
        return self.known.get(fold(text), text)

    def meaning_of(self, text: str) -> str:
        """Return what a cell stands for, which may hold several answers."""
        if not isinstance(self.field, Choices | Ranking | Slots | ListOfNames):
            return self.one(text)
        if fold(text) in self.known and not isinstance(text, SeveralAnswers):
            return self.one(text)
        pieces = [said for piece in split(text, self.field.joiner) for said in self.pieces(piece)]
        return SeveralAnswers.of(pieces, ordered=not isinstance(text, SeveralAnswers) or text.ordered)

    def pieces(self, text: str) -> list[str]:
        """Return the answers in ``text``, commas between them; as typed where none of them is mapped."""
        options = [] if isinstance(self.field, ListOfNames) else answers_of(self.field)
        if fold(text) in self.known or not options:
            return [self.one(text)]
        spelled = [*options, *self.known]
        found, rest = take_options(spelled, fold(text))
        if all(place < len(options) for place in found):
            return [text]
        return [self.known.get(fold(spelled[place]), spelled[place]) for place in found] + [rest] * bool(rest)


@dataclass(frozen=True, slots=True)
class Roles:
    """The field that tells mentors from mentees, the answer of each, and what is said of a row with neither.

    ``both`` is the answer of who is both at once; True: who gave both answers is; False: nobody is.
    """

    field: str
    mentor: str
    mentee: str
    neither: str = mark("le rôle n'est ni celui des mentor·es ni celui des mentoré·es")
    both: str | bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How answers are taken.

    ``needed`` are the fields that criteria, rules, roles and consent cannot do without; ``weights`` say how much of
    the score rests on each field, side by side; ``minimum_answered`` is the share below which a person is set aside;
    ``renaming`` is what the files call otherwise, ``forgotten`` who asked to be nobody; ``alone`` is the side of
    everybody where nothing tells two sides apart; ``common_keys`` whether the same key on both sides is one person,
    ``names`` the fields that ask people what they are called; ``codes`` those that people had
    before; ``dates`` is the order of day and month where a file proves none.
    """

    fields: Mapping[str, AnyField]
    key: str | None
    email: str | None
    roles: Roles | None = None
    needed: frozenset[str] = frozenset()
    weights: Mapping[Side, Mapping[str, float]] = field(default_factory=dict)
    minimum_answered: float = 0.0
    renaming: Renaming = field(default_factory=Renaming)
    forgotten: Forgotten = NOBODY
    alone: Side | None = None
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
        """Whether a person stands in one row of a file, on whichever side: not where each side has a file or a row."""
        return self.on_both_sides or (self.roles is not None and not self.common_keys)

    def fields_for(self, side: Side) -> dict[str, AnyField]:
        """Return the fields that people of ``side`` answer and that become columns."""
        apart = ("contact", "consent", "forbidden")
        return {name: kind for name, kind in self.fields.items() if kind.asks(side) and kind.use not in apart}
