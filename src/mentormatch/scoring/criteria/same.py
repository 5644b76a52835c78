"""Criterion ``same``: the same answer on both sides."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, ItemPoints


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
