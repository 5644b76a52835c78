"""Criterion ``overlap``: what both named, ticked or ranked."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import listed
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ratio
from mentormatch.scoring.items import LISTS, Stakes, shared, stakes_of


class Overlap(Criterion):
    """What both share over what either named, weighted by rank: sum(min) / sum(max) of the two stakes in each item.

    With ticked boxes that is the Jaccard index; with ranks its weighted form (Ruzicka, 1958). Two people who both
    answered "none" share nothing: 0.
    """

    title: ClassVar[str] = mark("Points communs")
    kind: Literal["overlap"] = "overlap"
    example = {"kind": "overlap", "field": "disciplines", "weight": 10}
    field: Annotated[str, FieldRef(LISTS)]

    @property
    def sentence(self) -> str:
        return tr("Plus ils ont de réponses en commun à {field}, plus il y a de points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = stakes_of(left.columns[self.field], right.columns[self.field])
        totals, known = (ours.totals, theirs.totals), (left.known(self.field), right.known(self.field))
        most = min(int(total.max(initial=0)) for total in totals)
        return AnswerTally(totals, known, share_of_either, (CommonItems(*steps(ours, theirs), most),))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = stakes_of(left.column(self.field), right.column(self.field))
        mine, yours = shared(ours, theirs)
        both = np.minimum(ours.values[0, mine], theirs.values[0, yours])
        order = sorted(np.flatnonzero(both), key=lambda item: -both[item])
        words = [ours.labels[mine[item]] for item in order]
        return listed(words) if words else tr("rien en commun")


def share_of_either(own: Block, other: Block, least: Block) -> Block:
    """Return the smaller stakes over the larger ones, which are what is left of both."""
    return ratio(least, own + other - least)


def steps(ours: Stakes, theirs: Stakes) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n, k) and (m, k) bool: which steps each stake reaches; the smaller of two reaches what both reach."""
    mine, yours = (stakes.values[:, items] for stakes, items in zip((ours, theirs), shared(ours, theirs), strict=True))
    heights = range(1, max(min(ours.top, theirs.top), 1) + 1)
    left, right = (np.concatenate([values >= height for height in heights], axis=1) for values in (mine, yours))
    return left, right
