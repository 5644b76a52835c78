"""Criterion ``table``: points for pairs of answers, as the programme lists them."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.base.columns import SingleChoice
from mentormatch.fields.extension import AnswerReference, FieldRef
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion
from mentormatch.scoring.items import fold_labels


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
