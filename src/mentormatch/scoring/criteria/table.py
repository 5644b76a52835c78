"""Criterion ``table``: points for pairs of answers, as the programme lists them."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict
from pydantic import Field as Setting

from mentormatch.columns import Codes
from mentormatch.extension import Quotation, Ref
from mentormatch.languages import mark
from mentormatch.people import People, Person
from mentormatch.scoring.criterion import Block, Criterion, defined
from mentormatch.text import fold


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
    mentor: Annotated[str, Ref(("choice", "scale", "yesno", "place"), "mentor")]
    mentee: Annotated[str, Ref(("choice", "scale", "yesno", "place"), "mentee")]
    cells: list[Cell] = Setting(min_length=1)
    otherwise: float = Setting(default=0.0, ge=0, le=1)

    def quotations(self) -> Iterator[Quotation]:
        for cell in self.cells:
            yield Quotation("cells.mentor", self.mentor, cell.mentor)
            yield Quotation("cells.mentee", self.mentee, cell.mentee)

    def score(self, left: People, right: People) -> Block:
        ours, theirs = left.codes(self.mentor), right.codes(self.mentee)
        points = self._points(ours, theirs)
        return defined(points[np.ix_(ours.values, theirs.values)], ours.known, theirs.known)

    def _points(self, ours: Codes, theirs: Codes) -> Block:
        points = np.full((len(ours.labels), len(theirs.labels)), self.otherwise)
        row = {fold(label): index for index, label in enumerate(ours.labels)}
        column = {fold(label): index for index, label in enumerate(theirs.labels)}
        for cell in self.cells:
            if fold(cell.mentor) in row and fold(cell.mentee) in column:
                points[row[fold(cell.mentor)], column[fold(cell.mentee)]] = cell.points
        return points

    def reason(self, left: Person, right: Person) -> str:
        return " / ".join((*left.parts(self.mentor), *right.parts(self.mentee)))
