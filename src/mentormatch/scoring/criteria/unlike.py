"""Criterion ``unlike``: what one has and the other has not, for groups that are to be varied."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.base.columns import SingleChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ItemPoints, ratio
from mentormatch.scoring.items import shared, stakes_of


class Unlike(Criterion):
    """1 for two people with nothing in common in ``field``, 0 where they answered the same.

    Of several answers, it is the share of all that either gave which only one of the two gave (1 less the Jaccard
    index).
    """

    title: ClassVar[str] = mark("Réponses variées")
    kind: Literal["unlike"] = "unlike"
    example = {"kind": "unlike", "field": "disciplines", "weight": 10}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place", "choices", "ranking", "names", "slots"))]

    @property
    def sentence(self) -> str:
        return tr("Plus leurs réponses à {field} diffèrent, plus il y a de points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if isinstance(ours, SingleChoice) and isinstance(theirs, SingleChoice):
            return AnswerTally((ours.values, theirs.values), (ours.known, theirs.known), other)
        mine, yours = stakes_of(ours, theirs)
        items = shared(mine, yours)
        have, also = (side.values > 0 for side in (mine, yours))
        both = CommonItems(have[:, items[0]], also[:, items[1]], len(items[0]))
        return AnswerTally((have.sum(axis=1), also.sum(axis=1)), (ours.known, theirs.known), share_of_one, (both,))

    def reason(self, left: Person, right: Person) -> str:
        ours = left.parts(self.field)
        both = [part for part in ours if part in right.parts(self.field)]
        return tr("en commun : {answers}", answers=listed(both)) if both else tr("rien en commun")


def other(ours: ItemPoints, theirs: ItemPoints) -> Block:
    """Return 1 where two gave another answer."""
    return np.not_equal(ours, theirs).astype(np.float64)


def share_of_one(ours: ItemPoints, theirs: ItemPoints, both: Block) -> Block:
    """Return how much of what either gave only one of the two did."""
    return 1 - ratio(both, ours + theirs - both)
