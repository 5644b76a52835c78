"""Questions with one answer: an option, a step on a scale, yes or no, a number, a place, a text."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal, cast

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.columns import NONE, Affirmations, NumberColumn, SingleChoice, Texts
from mentormatch.fields.base import (
    Answer,
    AnswerReading,
    Blank,
    Field,
    Figures,
    Labels,
    SeveralAnswers,
    as_text,
    is_blank,
)
from mentormatch.fields.numbers import parse_number as parse_number
from mentormatch.fields.numbers import read_number
from mentormatch.fields.options import option_named
from mentormatch.languages.text_keys import NO as NO
from mentormatch.languages.text_keys import YES as YES
from mentormatch.languages.text_keys import fold, says_yes
from mentormatch.languages.translation import mark, tr
from mentormatch.places.finding import find
from mentormatch.places.gazetteer import PlaceColumn


def text_of_box(part: str, text: str) -> str:
    """Return what the cell of one box says: its label where it is ticked, nothing where it is not, or else its text.

    Some tools tick a box with its own label. A text that neither ticks nor leaves the box is not taken for a tick.
    """
    if fold(text) == fold(part):
        return part
    tick = says_yes(text) if text.strip() else False
    return text.strip() if tick is None else part * tick


def texts_of_boxes(answer: Mapping[str, str]) -> list[str]:
    """Return what the boxes of ``answer`` say, those that are not ticked left out."""
    return [said for part, text in answer.items() if (said := text_of_box(part, text))]


def one_of(answer: Answer) -> str:
    """Return the one answer in ``answer``, the labels of its ticked boxes where it has boxes."""
    return SeveralAnswers.of(texts_of_boxes(answer)) if isinstance(answer, Mapping) else answer


def code_values(labels: Sequence[str], values: Sequence[object]) -> SingleChoice:
    """Return the column of positions in ``labels``."""
    codes = [NONE if value is None else cast(int, value) for value in values]
    return SingleChoice(tuple(labels), np.array(codes, dtype=np.int64))


class Options(Field):
    """Questions whose answers are among ``options``, each compared without case, accents or doubled spaces."""

    options: Labels = Setting(min_length=1)

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        said = one_of(answer)
        several = (
            isinstance(said, SeveralAnswers) and len(said.parts) > 1
        )  # whatever option their joined text may spell
        return option_reading(None if several else option_named(self.options, said.strip())) if said else Blank


def option_reading(found: int | None) -> AnswerReading:
    """Return the reading of an option that was found or not."""
    return AnswerReading(found, "" if found is not None else tr("réponse hors des options proposées"))


class Choice(Options):
    """One of several options."""

    kind: Literal["choice"] = "choice"

    def column(self, values: Sequence[object]) -> SingleChoice:
        return code_values(self.options, values)


class Scale(Options):
    """One of several options that are in order, the lowest first."""

    kind: Literal["scale"] = "scale"

    def column(self, values: Sequence[object]) -> SingleChoice:
        return code_values(self.options, values)


class YesNo(Field):
    """Yes or no in any wording, French or English, a tick, 1 or 0; the words of the question itself are a yes.

    A single box with a label of its own is a yes where it is ticked.
    """

    kind: Literal["yesno"] = "yesno"

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        said = one_of(answer)
        if not said:
            return Blank
        yes = says_yes(said)
        box = isinstance(answer, Mapping) and len(answer) == 1 and said in answer
        if yes is None and (box or fold(said) == fold(self.question)):
            yes = True
        return AnswerReading(None, tr("ni oui ni non")) if yes is None else AnswerReading(int(yes))

    def column(self, values: Sequence[object]) -> Affirmations:
        found = code_values((mark("Non"), mark("Oui")), values)
        return Affirmations(found.labels, found.values)


class Number(Field):
    """A number in figures or in words, between ``least`` and ``most`` where they are given."""

    kind: Literal["number"] = "number"
    least: float | None = None
    most: float | None = None

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        low, high = bound(self.least, -math.inf), bound(self.most, math.inf)
        said = one_of(answer)
        exact = isinstance(said, Figures)
        number, note = (parse_number(said), "") if exact else read_number(said.strip(), self.question, low, high)
        if number is None:
            return AnswerReading(None, tr(note))
        beyond = not low <= number <= high
        return (
            AnswerReading(None, tr("nombre hors des limites du programme"))
            if beyond
            else AnswerReading(number, tr(note) if note else "")
        )

    def column(self, values: Sequence[object]) -> NumberColumn:
        numbers = [math.nan if value is None else cast(float, value) for value in values]
        return NumberColumn(np.array(numbers, dtype=np.float64))


def bound(value: float | None, otherwise: float) -> float:
    """Return ``value``, or ``otherwise`` where no bound was given."""
    return otherwise if value is None else value


class Place(Field):
    """A place in France: a département by its number or its name, a commune by its name, its postcode, or both.

    A name that several communes share needs a postcode or a département beside it; without one it is no answer.
    """

    kind: Literal["place"] = "place"

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        found = find(as_text(answer))
        return AnswerReading(found.position, found.note)

    def column(self, values: Sequence[object]) -> PlaceColumn:
        return PlaceColumn.of([NONE if value is None else cast(int, value) for value in values])


class Text(Field):
    """Free text, kept as typed; shown to staff, compared whole, never scored by its words."""

    kind: Literal["text"] = "text"

    def read(self, answer: Answer) -> AnswerReading:
        return Blank if is_blank(answer) else AnswerReading(as_text(answer).strip())

    def column(self, values: Sequence[object]) -> Texts:
        return Texts(tuple("" if value is None else str(value) for value in values))
