"""Criterion ``closeness``: how near two answers lie on a scale."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.columns import SingleChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, ItemPoints, defined


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
