"""Questions with one answer: an option, a step on a scale, yes or no, a number, a place, a text."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal, cast

import numpy as np
from pydantic import Field as Setting

from mentormatch.columns import NONE, Codes, Numbers, Texts
from mentormatch.fields.base import Answer, Blank, Field, Labels, Reading, Several, as_text, is_blank, position
from mentormatch.languages import tr
from mentormatch.places.column import Places
from mentormatch.places.finding import find
from mentormatch.text import fold

YES = frozenset({"oui", "o", "yes", "y", "x", "vrai", "true", "1"})
NO = frozenset({"non", "n", "no", "faux", "false", "0"})


def ticked(answer: Mapping[str, str]) -> list[str]:
    """Return the parts of ``answer`` whose box is ticked; some tools tick a box with its own label."""
    return [
        part for part, text in answer.items() if text.strip() and (fold(text) not in NO or fold(text) == fold(part))
    ]


def one_of(answer: Answer) -> str:
    """Return the one answer in ``answer``, the labels of its ticked boxes where it has boxes."""
    return Several.of(ticked(answer)) if isinstance(answer, Mapping) else answer


def coded(labels: Sequence[str], values: Sequence[object]) -> Codes:
    """Return the column of positions in ``labels``."""
    codes = [NONE if value is None else cast(int, value) for value in values]
    return Codes(tuple(labels), np.array(codes, dtype=np.int64))


class Options(Field):
    """Questions whose answers are among ``options``, each compared without case, accents or doubled spaces."""

    options: Labels = Setting(min_length=1)

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        said = one_of(answer)
        several = isinstance(said, Several) and len(said.parts) > 1  # whatever option their joined text may spell
        return option_reading(None if several else position(self.options, said)) if said else Blank


def option_reading(found: int | None) -> Reading:
    """Return the reading of an option that was found or not."""
    return Reading(found, "" if found is not None else tr("réponse hors des options proposées"))


class Choice(Options):
    """One of several options."""

    kind: Literal["choice"] = "choice"

    def column(self, values: Sequence[object]) -> Codes:
        return coded(self.options, values)


class Scale(Options):
    """One of several options that are in order, the lowest first."""

    kind: Literal["scale"] = "scale"

    def column(self, values: Sequence[object]) -> Codes:
        return coded(self.options, values)


class YesNo(Field):
    """Yes or no: a ticked box, Oui, O, Yes, X, Vrai, 1, or the words of the question itself.

    A single box with a label of its own is a yes where it is ticked.
    """

    kind: Literal["yesno"] = "yesno"

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        said = fold(one_of(answer))
        if not said:
            return Blank
        box = isinstance(answer, Mapping) and len(answer) == 1 and said not in NO
        if box or said in YES or said == fold(self.question):
            return Reading(1)
        return Reading(0) if said in NO else Reading(None, tr("ni oui ni non"))

    def column(self, values: Sequence[object]) -> Codes:
        return coded(("Non", "Oui"), values)


class Number(Field):
    """A number, with a decimal comma or point, between ``least`` and ``most`` where they are given."""

    kind: Literal["number"] = "number"
    least: float | None = None
    most: float | None = None

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        number = parse_number(as_text(answer))
        if number is None:
            return Reading(None, tr("nombre attendu"))
        low, high = bound(self.least, -math.inf), bound(self.most, math.inf)
        return Reading(number) if low <= number <= high else Reading(None, tr("nombre hors des limites du programme"))

    def column(self, values: Sequence[object]) -> Numbers:
        numbers = [math.nan if value is None else cast(float, value) for value in values]
        return Numbers(np.array(numbers, dtype=np.float64))


def bound(value: float | None, otherwise: float) -> float:
    """Return ``value``, or ``otherwise`` where no bound was given."""
    return otherwise if value is None else value


def parse_number(text: str) -> float | None:
    """Return the finite number that ``text`` writes in French or English figures, None where it writes none."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".")
    if not re.fullmatch(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?", plain):
        return None
    return float(plain)


class Place(Field):
    """A place in France: a département by its number or its name, a commune by its name, its postcode, or both.

    A name that several communes share needs a postcode or a département beside it; without one it is no answer.
    """

    kind: Literal["place"] = "place"

    def read(self, answer: Answer) -> Reading:
        if is_blank(answer):
            return Blank
        found = find(as_text(answer))
        return Reading(found.position, found.note)

    def column(self, values: Sequence[object]) -> Places:
        return Places.of([NONE if value is None else cast(int, value) for value in values])


class Text(Field):
    """Free text, kept as typed; shown to staff, compared whole, never scored by its words."""

    kind: Literal["text"] = "text"

    def read(self, answer: Answer) -> Reading:
        return Blank if is_blank(answer) else Reading(as_text(answer).strip())

    def column(self, values: Sequence[object]) -> Texts:
        return Texts(tuple("" if value is None else str(value) for value in values))
