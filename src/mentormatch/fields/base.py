"""Base class of questions: wording, use, side and privacy of a field, and the form of answers and readings."""

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
ACROSS: Mapping[Side, Side] = {"mentor": "mentee", "mentee": "mentor"}  # the side of the partners
type Use = Literal["key", "contact", "match", "display", "consent", "forbidden"]
# The special categories of personal data: GDPR (RGPD), article 9
type Special = Literal["origin", "politics", "religion", "union", "genetics", "biometrics", "health", "sexuality"]
CHOICE_KINDS = (
    "choice",
    "choices",
    "scale",
    "yesno",
    "place",
)  # kinds with options: people can be grouped by their answers
type Answer = str | Mapping[str, str]  # the text of a cell, or the text of each item of a grid


class SeveralAnswers(str):
    """The text of a cell that arrived as separate answers, which may therefore contain the joiner.

    ``parts`` are the answers, trimmed, none empty; ``ordered`` is False if their order has no meaning.

    >>> said = SeveralAnswers.of(["Contrats ; paie", "Danse", " "])
    >>> str(said), said.parts
    ('Contrats ; paie; Danse', ('Contrats ; paie', 'Danse'))
    """

    __slots__ = ("ordered", "parts")
    parts: tuple[str, ...]
    ordered: bool

    @classmethod
    def of(cls, parts: Iterable[str], *, ordered: bool = True) -> Self:
        """Return several answers as the text of one cell."""
        texts = tuple(part.strip() for part in parts if part.strip())
        answers = cls("; ".join(texts))
        answers.parts, answers.ordered = texts, ordered
        return answers


class Figures(str):
    """The text of a value that arrived as a number: its point is decimal, unlike that of a typed text."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AnswerReading:
    """A parsed answer: its value, None if there is none, and a note on its form, which never quotes the answer."""

    value: object = None
    note: str = ""


Blank = AnswerReading()


class Field(Part, ABC):
    """A question of the survey.

    ``question`` is its wording, by default its id in the programme; ``use`` is the use of its answers; ``side`` states
    who answers it; ``private`` restricts the answers to staff; ``joiner`` separates several answers in one cell, by
    default ``;`` and line breaks. ``special`` is a category of GDPR article 9: such a question needs ``why``, the legal
    ground for asking. ``shareable`` answers appear in the profile that the other side reads; ``later`` questions follow
    the profile, so a first file may lack them. ``watch`` includes the answers in the analysis of equal access
    (``access``).
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
        """Refuse ``watch`` for questions without options, and for uses that exclude their answers from analysis."""
        kind = getattr(self, "kind", "")
        if self.watch and (kind not in CHOICE_KINDS or self.use not in ("match", "display")):
            expected = tr("une question à réponses choisies, d'usage « match » ou « display »")
            raise ValueError(tr("« watch » ne convient pas ici ; attendu : {expected}", expected=expected))
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return schema_by_kind(core, handler)

    @abstractmethod
    def read(self, answer: Answer) -> AnswerReading:
        """Return the reading of an answer."""

    @abstractmethod
    def column(self, values: Sequence[object]) -> Column:
        """Return the typed column of the values of ``read``, None for no answer."""

    def asks(self, side: Side) -> bool:
        """Return whether people of ``side`` answer this question."""
        return self.side in (side, "both")

    def options_without(self, answer: str) -> Sequence[str]:
        """Return the options if ``answer`` is none of them; empty if it is one, or if the question has no options."""
        column = self.column([])
        if isinstance(column, SingleChoice):
            return () if column.options_named([answer]).any() else column.spoken_labels
        labels: Sequence[str] = getattr(column, "labels", ())
        return labels if position(labels, answer) is None else ()

    def absent(self, parts: Sequence[str]) -> list[str]:
        """Return the columns missing from a file with columns ``parts``: one per item, rank or day."""
        return []

    def pieces(self, answer: str) -> list[str]:
        """Return the separate answers in a cell, trimmed, without empty ones."""
        return split(answer, self.joiner)


def schema_by_kind(core: CoreSchema, handler: GetJsonSchemaHandler, **more: object) -> JsonSchemaValue:
    """Return the JSON schema of a model that ``kind`` distinguishes: ``kind`` is required. ``more`` is added to it."""
    schema = handler(core)
    table = handler.resolve_ref_schema(schema)
    table["required"] = ["kind", *table.get("required", [])]
    table.update(more)
    return schema


def split(text: str, joiner: str | None) -> list[str]:
    """Return the parts of ``text`` between joiners (by default ``;`` and line breaks), trimmed, without empty ones.

    ``SeveralAnswers`` are returned as they arrived.
    """
    if isinstance(text, SeveralAnswers):
        return list(text.parts)
    parts = text.split(joiner) if joiner else re.split(r"[;\n\r]", text)
    return [part.strip() for part in parts if part.strip()]


def is_blank(answer: Answer) -> bool:
    return not as_text(answer).strip()


def as_text(answer: Answer) -> str:
    """Return an answer as one text; the texts of items are joined as in a file that has them in one cell."""
    return answer if isinstance(answer, str) else SeveralAnswers.of(answer.values())


def check_distinct(labels: Sequence[str]) -> Sequence[str]:
    """Return ``labels``. Raises ValueError if two are equal after folding, or one is empty."""
    if not all(fold(label) for label in labels):
        raise ValueError(tr("une option est vide"))
    if len({fold(label) for label in labels}) < len(labels):
        raise ValueError(tr("deux options se lisent de la même façon"))
    return labels


type Labels = Annotated[Items[str], AfterValidator(check_distinct)]  # options, items or levels


def options_missing(options: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Return the options that no part names."""
    return [option for option in options if position(parts, option) is None]


def position(options: Sequence[str], text: str) -> int | None:
    """Return the index of an option, ignoring accents, case and repeated spaces; None if ``text`` is no option."""
    labels = tuple(options)
    index = options_by_spelling(labels).get(text)
    return positions_by_option(labels).get(fold(text)) if index is None else index


@lru_cache(maxsize=1024)
def options_by_spelling(options: tuple[str, ...]) -> dict[str, int]:
    """Map each option to its index; most answers match exactly and need no folding."""
    return {option: index for index, option in enumerate(options)}


@lru_cache(maxsize=1024)
def positions_by_option(options: tuple[str, ...]) -> dict[str, int]:
    """Map each folded option to its index, longest option first."""
    ordered = sorted(enumerate(options), key=lambda option: -len(option[1]))
    return {fold(option): index for index, option in ordered}
