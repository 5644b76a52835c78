"""Questions with one answer: option, scale, yes or no, number, place, text."""

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
from mentormatch.fields.numbers import NO_NUMBER_MESSAGE, read_number
from mentormatch.fields.numbers import parse_number as parse_number
from mentormatch.fields.options import option_named
from mentormatch.languages.text_keys import NO as NO
from mentormatch.languages.text_keys import YES as YES
from mentormatch.languages.text_keys import fold, says_yes
from mentormatch.languages.translation import mark, tr
from mentormatch.places.finding import find
from mentormatch.places.gazetteer import PlaceColumn


def text_of_box(part: str, text: str) -> str:
    """Return the label if a checkbox cell is ticked, an empty text if it is not, else the text typed there.

    Some tools write the label of a ticked box into its cell.
    """
    if fold(text) == fold(part):
        return part
    tick = says_yes(text) if text.strip() else False
    return text.strip() if tick is None else part * tick


def texts_of_boxes(answer: Mapping[str, str]) -> list[str]:
    """Return the label or text of each ticked or filled box."""
    return [box_text for part, text in answer.items() if (box_text := text_of_box(part, text))]


def single_text(answer: Answer) -> str:
    """Return the text of an answer; of boxes, the labels or texts of the ticked or filled ones."""
    return SeveralAnswers.of(texts_of_boxes(answer)) if isinstance(answer, Mapping) else answer


def single_choice_column(labels: Sequence[str], values: Sequence[object]) -> SingleChoice:
    """Return the single-choice column of option indices, None for no answer."""
    codes = [NONE if value is None else cast(int, value) for value in values]
    return SingleChoice(tuple(labels), np.array(codes, dtype=np.int64))


class Options(Field):
    """Questions whose answers are among ``options``, compared without case, accents or repeated spaces."""

    options: Labels = Setting(min_length=1)

    def read(self, answer: Answer) -> AnswerReading:
        return read_option(self.options, answer)


def read_option(options: Sequence[str], answer: Answer) -> AnswerReading:
    """Return the reading of an answer: the index of its option, or None with a note if it names none or several."""
    if is_blank(answer):
        return Blank
    text = single_text(answer)
    has_several = isinstance(text, SeveralAnswers) and len(text.parts) > 1  # their joined text could equal an option
    return option_reading(None if has_several else option_named(options, text.strip())) if text else Blank


def option_reading(index: int | None) -> AnswerReading:
    return AnswerReading(index, "" if index is not None else tr("réponse hors des options proposées"))


class Choice(Options):
    """A choice among several options."""

    kind: Literal["choice"] = "choice"

    def column(self, values: Sequence[object]) -> SingleChoice:
        return single_choice_column(self.options, values)


class Scale(Options):
    """A choice among ordered options, lowest first."""

    kind: Literal["scale"] = "scale"

    def column(self, values: Sequence[object]) -> SingleChoice:
        return single_choice_column(self.options, values)


class YesNo(Field):
    """Yes or no in any wording, French or English, a tick, 1 or 0; the wording of the question itself is a yes.

    A single labelled box is a yes if it is ticked.
    """

    kind: Literal["yesno"] = "yesno"

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        text = single_text(answer)
        if not text:
            return Blank
        yes = says_yes(text)
        is_ticked_box = isinstance(answer, Mapping) and len(answer) == 1 and text in answer
        if yes is None and (is_ticked_box or fold(text) == fold(self.question)):
            yes = True
        return AnswerReading(None, tr("ni oui ni non")) if yes is None else AnswerReading(int(yes))

    def column(self, values: Sequence[object]) -> Affirmations:
        coded = single_choice_column((mark("Non"), mark("Oui")), values)
        return Affirmations(coded.labels, coded.values)


class Number(Field):
    """A number in digits or words, between ``least`` and ``most`` if given."""

    kind: Literal["number"] = "number"
    least: float | None = None
    most: float | None = None

    def read(self, answer: Answer) -> AnswerReading:
        if is_blank(answer):
            return Blank
        low, high = value_or(self.least, -math.inf), value_or(self.most, math.inf)
        text = single_text(answer)
        is_numeric = isinstance(text, Figures)
        number, note = (parse_number(text), "") if is_numeric else read_number(text.strip(), self.question, low, high)
        if number is None:
            return AnswerReading(None, tr(note or NO_NUMBER_MESSAGE))
        is_out_of_range = not low <= number <= high
        return (
            AnswerReading(None, tr("nombre hors des limites du programme"))
            if is_out_of_range
            else AnswerReading(number, tr(note) if note else "")
        )

    def column(self, values: Sequence[object]) -> NumberColumn:
        numbers = [math.nan if value is None else cast(float, value) for value in values]
        return NumberColumn(np.array(numbers, dtype=np.float64))


def value_or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


class Place(Field):
    """A place in France: a département by number or name, or a commune by name, postcode, or both.

    A name that several communes share needs a postcode or a département; without one it is no answer.

    With ``options``, places anywhere, compared by their names; distances between them are not known.
    """

    kind: Literal["place"] = "place"
    options: Labels = ()

    def read(self, answer: Answer) -> AnswerReading:
        if self.options:
            return read_option(self.options, answer)
        if is_blank(answer):
            return Blank
        match = find(as_text(answer))
        return AnswerReading(match.position, match.note)

    def column(self, values: Sequence[object]) -> SingleChoice:
        if self.options:
            return single_choice_column(self.options, values)
        return PlaceColumn.of([NONE if value is None else cast(int, value) for value in values])


class Text(Field):
    """Free text, stored trimmed; displayed to staff, compared as a whole, never scored by its words."""

    kind: Literal["text"] = "text"

    def read(self, answer: Answer) -> AnswerReading:
        return Blank if is_blank(answer) else AnswerReading(as_text(answer).strip())

    def column(self, values: Sequence[object]) -> Texts:
        return Texts(tuple("" if value is None else str(value) for value in values))
