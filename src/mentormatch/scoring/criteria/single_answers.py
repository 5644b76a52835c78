"""Criteria over one answer of each: the same, near on a scale, near in space, or points from a table.

Criterion ``same``: the same answer on both sides.

Criterion ``closeness``: how near two answers lie on a scale.

Criterion ``table``: points for pairs of answers, as the programme lists them.

Criterion ``near``: how far apart two people are.
"""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Setting

from mentormatch.base.columns import SingleChoice
from mentormatch.fields.extension import AnswerReference, FieldRef
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.places.gazetteer import PlaceColumn, Unit, format_length, minutes
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, ItemPoints, defined, fold_labels


class Same(Criterion):
    """1 where both gave the same answer, 0 otherwise, undefined where either gave none."""

    title: ClassVar[str] = mark("Même réponse")
    kind: Literal["same"] = "same"
    example = {"kind": "same", "field": "reconversion", "weight": 5}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"))]

    @property
    def sentence(self) -> str:
        return tr("La même réponse à {field} donne tous les points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.codes(self.field), right.codes(self.field)
        return AnswerTally((ours.values, theirs.values), (ours.known, theirs.known), equal)

    def reason(self, left: Person, right: Person) -> str:
        return " / ".join((*left.parts(self.field), *right.parts(self.field)))


def equal(ours: ItemPoints, theirs: ItemPoints) -> Block:
    """Return 1 where two gave the same answer."""
    return np.equal(ours, theirs).astype(np.float64)


class Closeness(Criterion):
    """1 for the same answer, falling evenly to 0 at a distance of ``within`` (steps, or units of the number).

    Unless said, ``within`` is the whole length of a scale, and 1 for a number, which has no length of its own.
    """

    title: ClassVar[str] = mark("Réponses proches")
    kind: Literal["closeness"] = "closeness"
    example = {"kind": "closeness", "field": "conseil", "weight": 6}
    field: Annotated[str, FieldRef(("scale", "number"))]
    within: float | None = Setting(default=None, gt=0)

    @property
    def sentence(self) -> str:
        return tr("Plus leurs réponses à {field} sont proches, plus il y a de points.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Au-delà de {within} d'écart, il n'y en a plus."),)

    def score(self, left: People, right: People) -> Block:
        tally = self.tally(left, right)
        if tally is not None:
            return tally.block()
        ours, theirs = left.numbers(self.field), right.numbers(self.field)
        near = self._near(np.nan_to_num(ours.values)[:, None], np.nan_to_num(theirs.values)[None, :], 1)
        return defined(near, ours.known, theirs.known)

    def tally(self, left: People, right: People) -> AnswerTally | None:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if not (isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice)):
            return None
        steps, known = len(ours.labels) - 1, (ours.known, theirs.known)
        return AnswerTally((ours.values, theirs.values), known, lambda mine, yours: self._near(mine, yours, steps))

    def _near(self, ours: ItemPoints, theirs: ItemPoints, steps: int) -> Block:
        """Return the values of answers on a scale of so many steps."""
        apart = np.abs(ours - theirs).astype(np.float64)
        with np.errstate(over="ignore"):  # beyond a very small distance
            return np.maximum(0.0, 1 - apart / (self.within or float(max(steps, 1))))

    def reason(self, left: Person, right: Person) -> str:
        return f"{left[self.field]} / {right[self.field]}"


class Cell(BaseModel):
    """One pair of answers and its points, between 0 and 1."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    mentor: str
    mentee: str
    points: float = Setting(ge=0, le=1)


class Table(Criterion):
    """The points of the pair of answers in ``cells``, ``otherwise`` for pairs of answers that are not listed."""

    title: ClassVar[str] = mark("Réponses qui vont ensemble")
    kind: Literal["table"] = "table"
    example = {
        "kind": "table",
        "mentor": "territoire",
        "mentee": "territoire",
        "cells": [{"mentor": "Cantal", "mentee": "Allier", "points": 1}],
        "weight": 5,
    }
    mentor: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "mentor")]
    mentee: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "mentee")]
    cells: list[Cell] = Setting(min_length=1)
    otherwise: float = Setting(default=0.0, ge=0, le=1)

    def quotations(self) -> Iterator[AnswerReference]:
        for cell in self.cells:
            yield AnswerReference("cells.mentor", self.mentor, cell.mentor)
            yield AnswerReference("cells.mentee", self.mentee, cell.mentee)

    @property
    def sentence(self) -> str:
        return tr(
            "Une réponse à {mentor} et une à {mentee} valent ensemble ce que dit le tableau ;"
            " {otherwise} s'il ne dit rien."
        )

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.codes(self.mentor), right.codes(self.mentee)
        points = self._points(ours, theirs)
        return AnswerTally(
            (ours.values, theirs.values), (ours.known, theirs.known), lambda mine, yours: points[mine, yours]
        )

    def _points(self, ours: SingleChoice, theirs: SingleChoice) -> Block:
        points = np.full((len(ours.labels), len(theirs.labels)), self.otherwise)
        row, column = (
            {label: index for index, label in enumerate(fold_labels(side.labels))} for side in (ours, theirs)
        )
        mentors, mentees = (
            fold_labels(tuple(cell.mentor for cell in self.cells)),
            fold_labels(tuple(cell.mentee for cell in self.cells)),
        )
        for cell, mentor, mentee in zip(self.cells, mentors, mentees, strict=True):
            if mentor in row and mentee in column:
                points[row[mentor], column[mentee]] = cell.points
        return points

    def reason(self, left: Person, right: Person) -> str:
        return " / ".join((*left.parts(self.mentor), *right.parts(self.mentee)))


class Near(Criterion):
    """1 up to a distance of ``within``, falling evenly to 0 at ``zero_at``, between the places that both gave.

    Kilometres as the crow flies, or with ``unit = "minutes"`` an estimate of the time that the way takes: 1.3 times as
    long, at ``speed`` km/h. Who gave a département or a shared postcode stands in its middle; the reason says how
    exact a place is.
    """

    title: ClassVar[str] = mark("Proximité")
    kind: Literal["near"] = "near"
    example = {"kind": "near", "field": "territoire", "within": 20, "zero_at": 150, "weight": 5}
    field: Annotated[str, FieldRef(("place",))]
    within: float = Setting(default=0.0, ge=0)
    zero_at: float = Setting(gt=0)
    unit: Unit = "km"
    speed: float = Setting(default=60.0, ge=1)

    @model_validator(mode="after")
    def falls(self) -> Self:
        """Refuse points that end before they begin to fall."""
        if self.within >= self.zero_at:
            raise ValueError(tr("`within` doit être plus petit que `zero_at`"))
        return self

    @property
    def sentence(self) -> str:
        return tr(
            "Entre leurs réponses à {field} : tous les points jusqu'à {within} {unit}, aucun à partir de {zero_at}."
        )

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Un trajet se compte à {speed} km/h."),)

    def score(self, left: People, right: People) -> Block:
        apart = left.places(self.field).distances(right.places(self.field))
        length = apart if self.unit == "km" else minutes(apart, self.speed)
        with np.errstate(over="ignore"):  # beyond a very small distance
            return np.asarray(np.clip((self.zero_at - length) / (self.zero_at - self.within), 0.0, 1.0))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.places(self.field), right.people.places(self.field)
        here, there = ours.take([left.row]), theirs.take([right.row])
        return f"{here.shown(0)} / {there.shown(0)}, {self._way(here, there)}"

    def _way(self, here: PlaceColumn, there: PlaceColumn) -> str:
        """Return in words how far two people are from each other; the columns hold one of them each."""
        apart, doubt = here.distances(there), float(here.doubts(there)[0, 0])
        if here.positions[0] == there.positions[0]:
            return (
                tr("même lieu, connu à {doubt} près", doubt=format_length(doubt / 2, "km"))
                if doubt
                else tr("même lieu")
            )
        length = format_length(float(apart[0, 0]), "km")
        far = tr("à {length} environ", length=length) if doubt else tr("à {length}", length=length)
        if self.unit == "km":
            return far
        return tr(
            "{far}, trajet estimé à {time}", far=far, time=format_length(float(minutes(apart, self.speed)[0, 0]), "min")
        )
