"""What every kind of question has in common: its words, its use, who answers it, and how an answer is read."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, GetJsonSchemaHandler, model_validator
from pydantic import Field as Setting
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from mentormatch.base.columns import Column, SingleChoice
from mentormatch.base.immutable_models import Items, Part
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import tr

type Side = Literal["mentor", "mentee"]
SIDES: tuple[Side, Side] = ("mentor", "mentee")
ACROSS: Mapping[Side, Side] = {"mentor": "mentee", "mentee": "mentor"}
"""The side of those whom somebody is paired with."""
type Use = Literal["key", "contact", "match", "display", "consent", "forbidden"]
type Special = Literal["origin", "politics", "religion", "union", "genetics", "biometrics", "health", "sexuality"]
"""The special categories of personal data: GDPR (RGPD), article 9."""
CHOSEN = ("choice", "choices", "scale", "yesno", "place")
"""Kinds of questions whose answers are chosen among options: people can be told apart by them."""
type Answer = str | Mapping[str, str]
"""One answer as it comes in: the text of a cell, which may be ``SeveralAnswers``, or that of each item of a grid."""


class SeveralAnswers(str):
    """The text of a cell that came in as several answers, which are kept apart: no joiner can stand in one of them.

    ``parts`` are they, trimmed, none empty; ``ordered`` is False where nothing says which of them came first.

    >>> said = SeveralAnswers.of(["Contrats ; paie", "Danse", " "])
    >>> str(said), said.parts
    ('Contrats ; paie; Danse', ('Contrats ; paie', 'Danse'))
    """

    __slots__ = ("ordered", "parts")
    parts: tuple[str, ...]
    ordered: bool

    @classmethod
    def of(cls, parts: Iterable[str], *, ordered: bool = True) -> Self:
        """Return these answers as the text of one cell."""
        texts = tuple(part.strip() for part in parts if part.strip())
        made = cls("; ".join(texts))
        made.parts, made.ordered = texts, ordered
        return made


class Figures(str):
    """The text of a value that came in as a number: its point is a decimal one, where that of a text may be another."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """An answer that was read: its value, None where there is none, and what was odd about it (never the answer)."""

    value: object = None
    note: str = ""


Blank = AnswerReading()


class Field(Part, ABC):
    """One question of the survey.

    ``question`` is its wording in the survey, by default its id in the programme; ``use`` what the programme does
    with the answer; ``side`` who answers it; ``private`` keeps it from everyone but staff; ``joiner`` is what
    separates several answers in one cell, where the tool writes something else than ``;`` or a line break.
    ``special`` is the category of article 9 that the answers belong to: such a question is refused unless ``why``
    says on what ground it is asked. ``shareable`` answers stand on the profile that people of the other side read;
    ``later`` ones are asked after it, and no first file lacks them. ``watch``: whether people had equal access is
    looked at by what they answered (``access``).
    """

    question: str = ""
    use: Use = "match"
    side: Literal["mentor", "mentee", "both"] = "both"
    private: bool = False
    special: Special | None = None
    why: str = ""
    shareable: bool = False
    later: bool = False
    watch: bool = Setting(default=False, exclude_if=lambda watch: not watch)
    joiner: str | None = None

    @model_validator(mode="after")
    def watched_answers_are_kept(self) -> Self:
        """Refuse to watch answers that are thrown away, reach somebody, or are no options."""
        kind = getattr(self, "kind", "")
        if self.watch and (kind not in CHOSEN or self.use not in ("match", "display")):
            expected = tr("une question à réponses choisies, d'usage « match » ou « display »")
            raise ValueError(tr("« watch » ne convient pas ici ; attendu : {expected}", expected=expected))
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return schema_by_kind(core, handler)

    @abstractmethod
    def read(self, answer: Answer) -> AnswerReading:
        """Return the value that ``answer`` stands for."""

    @abstractmethod
    def column(self, values: Sequence[object]) -> Column:
        """Return the typed column of the values that ``read`` gave, None for no answer."""

    def asks(self, side: Side) -> bool:
        """Say whether people of ``side`` answer this question."""
        return self.side in (side, "both")

    def options_without(self, answer: str) -> Sequence[str]:
        """Return the options of the question where ``answer`` names none of them, empty where it may be an answer."""
        column = self.column([])
        if isinstance(column, SingleChoice):
            return () if column.options_named([answer]).any() else column.spoken_labels
        labels: Sequence[str] = getattr(column, "labels", ())
        return labels if position(labels, answer) is None else ()

    def absent(self, parts: Sequence[str]) -> list[str]:
        """Return the columns that a file lacks, given those it has for this question: one an item, a rank or a day."""
        return []

    def pieces(self, answer: str) -> list[str]:
        """Return the separate answers in ``answer``, each trimmed, empty ones left out."""
        return split(answer, self.joiner)


def schema_by_kind(core: CoreSchema, handler: GetJsonSchemaHandler, **more: object) -> JsonSchemaValue:
    """Return the JSON schema of a table that its ``kind`` tells apart from others: it has to be there, default or not.

    ``more`` is what its schema says beside.
    """
    schema = handler(core)
    table = handler.resolve_ref_schema(schema)
    table["required"] = ["kind", *table.get("required", [])]
    table.update(more)
    return schema


def split(text: str, joiner: str | None) -> list[str]:
    """Return the parts of ``text`` between joiners (``;`` and line breaks unless said), trimmed, without empty ones.

    Answers that came in apart are those parts.
    """
    if isinstance(text, SeveralAnswers):
        return list(text.parts)
    parts = text.split(joiner) if joiner else re.split(r"[;\n\r]", text)
    return [part.strip() for part in parts if part.strip()]


def is_blank(answer: Answer) -> bool:
    """Say whether nothing was answered."""
    return not as_text(answer).strip()


def as_text(answer: Answer) -> str:
    """Return the one text that an answer is: of an answer by item, what stands in a file that has them in one cell."""
    return answer if isinstance(answer, str) else SeveralAnswers.of(answer.values())


def distinct(labels: Sequence[str]) -> Sequence[str]:
    """Return ``labels``; raise ValueError where two read the same, or one is empty."""
    if not all(fold(label) for label in labels):
        raise ValueError(tr("une option est vide"))
    if len({fold(label) for label in labels}) < len(labels):
        raise ValueError(tr("deux options se lisent de la même façon"))
    return labels


type Labels = Annotated[Items[str], AfterValidator(distinct)]
"""Options, items or levels: texts that differ in the form in which they are compared."""


def without(options: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Return the options that no part names."""
    return [option for option in options if position(parts, option) is None]


def position(options: Sequence[str], text: str) -> int | None:
    """Return where ``text`` stands among ``options``, whatever its accents, case and spaces; None where it does not."""
    known = tuple(options)
    exact = options_by_spelling(known).get(text)
    return places(known).get(fold(text)) if exact is None else exact


@lru_cache(maxsize=1024)
def options_by_spelling(options: tuple[str, ...]) -> dict[str, int]:
    """Return where each option stands, by its own spelling: most answers bear it, and need not be folded."""
    return {option: index for index, option in enumerate(options)}


@lru_cache(maxsize=1024)
def places(options: tuple[str, ...]) -> dict[str, int]:
    """Return where each option stands, by how it is compared, the longest first."""
    ordered = sorted(enumerate(options), key=lambda option: -len(option[1]))
    return {fold(option): index for index, option in ordered}
