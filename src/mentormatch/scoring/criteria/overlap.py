"""Criterion ``overlap``: what both named, ticked or ranked."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.extension import Ref
from mentormatch.languages import mark, tr
from mentormatch.people import People, Person
from mentormatch.phrases import listed
from mentormatch.scoring.criterion import Block, Criterion, defined, ratio
from mentormatch.scoring.items import LISTS, Stakes, product, shared, stakes_of


class Overlap(Criterion):
    """What both share over what either named, weighted by rank: sum(min) / sum(max) of the two stakes in each item.

    With ticked boxes that is the Jaccard index; with ranks its weighted form (Ruzicka, 1958). Two people who both
    answered "none" share nothing: 0.
    """

    title: ClassVar[str] = mark("Points communs")
    kind: Literal["overlap"] = "overlap"
    example = {"kind": "overlap", "field": "disciplines", "weight": 10}
    field: Annotated[str, Ref(LISTS)]

    def score(self, left: People, right: People) -> Block:
        ours, theirs = stakes_of(left.columns[self.field], right.columns[self.field])
        least = common_stake(ours, theirs)
        either = ours.values.sum(axis=1)[:, None] + theirs.values.sum(axis=1)[None, :] - least
        return defined(ratio(least, either), left.known(self.field), right.known(self.field))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = stakes_of(left.column(self.field), right.column(self.field))
        mine, yours = shared(ours, theirs)
        both = np.minimum(ours.values[0, mine], theirs.values[0, yours])
        order = sorted(np.flatnonzero(both), key=lambda item: -both[item])
        words = [ours.labels[mine[item]] for item in order]
        return listed(words) if words else tr("rien en commun")


def common_stake(ours: Stakes, theirs: Stakes) -> Block:
    """Return sum over items of the smaller of the two stakes; shape (n, m)."""
    mine, yours = shared(ours, theirs)
    steps = np.arange(1, min(ours.top, theirs.top) + 1)
    left, right = (
        (stakes.values[:, items, None] >= steps).reshape(len(stakes.values), len(items) * len(steps))
        for stakes, items in ((ours, mine), (theirs, yours))
    )
    return product(left, right.T)
