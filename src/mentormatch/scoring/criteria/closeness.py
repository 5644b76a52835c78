"""Criterion ``closeness``: how near two answers lie on a scale."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.columns import Codes
from mentormatch.extension import Ref
from mentormatch.languages import mark
from mentormatch.people import People, Person
from mentormatch.scoring.criterion import Block, Criterion, defined


class Closeness(Criterion):
    """1 for the same answer, falling evenly to 0 at a distance of ``within`` (steps, or units of the number).

    Unless said, ``within`` is the whole length of a scale, and 1 for a number, which has no length of its own.
    """

    title: ClassVar[str] = mark("Réponses proches")
    kind: Literal["closeness"] = "closeness"
    example = {"kind": "closeness", "field": "conseil", "weight": 6}
    field: Annotated[str, Ref(("scale", "number"))]
    within: float | None = Setting(default=None, gt=0)

    def score(self, left: People, right: People) -> Block:
        ours, theirs = self._steps(left), self._steps(right)
        apart = np.abs(ours[:, None] - theirs[None, :])
        with np.errstate(over="ignore"):  # beyond a very small distance
            near = np.maximum(0.0, 1 - apart / self._length(left))
        return defined(near, left.known(self.field), right.known(self.field))

    def _steps(self, people: People) -> NDArray[np.float64]:
        column = people.columns[self.field]
        return np.nan_to_num((column if isinstance(column, Codes) else people.numbers(self.field)).values).astype(float)

    def _length(self, people: People) -> float:
        column = people.columns[self.field]
        steps = len(column.labels) - 1 if isinstance(column, Codes) else 1
        return self.within or float(max(steps, 1))

    def reason(self, left: Person, right: Person) -> str:
        return f"{left[self.field]} / {right[self.field]}"
