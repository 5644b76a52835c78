"""Criterion ``coverage``: what one side needs, met by what the other can pass on."""

from collections.abc import Callable
from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, ratio
from mentormatch.scoring.items import LISTS, shared, stakes_of


class Coverage(Criterion):
    """The share of the mentee's needs that the mentor can pass on, each need weighted, each offer graded.

    need_k: a rank (first of three counts 3, 2, 1), a level, or 1 for a ticked box; offer_k likewise, between 0 and 1.
    The value is sum(need_k * offer_k) / sum(need_k). An item that the mentor left blank in a grid counts at
    ``neutral``; needs that the mentor was not asked about cannot be met.
    """

    title: ClassVar[str] = mark("Besoins couverts")
    kind: Literal["coverage"] = "coverage"
    example = {"kind": "coverage", "mentee": "besoins", "mentor": "transmettre", "weight": 35}
    mentee: Annotated[str, FieldRef(LISTS, "mentee")]
    mentor: Annotated[str, FieldRef(LISTS, "mentor")]

    def tally(self, left: People, right: People) -> AnswerTally:
        offers, needs = stakes_of(left.columns[self.mentor], right.columns[self.mentee])
        offered, needed = shared(offers, needs)
        need, total, known = needs.values[:, needed], needs.totals, left.known(self.mentor)
        most, unsaid = int(total.max(initial=0)), offers.blank[:, offered] & known[:, None]
        common = [CommonItems(offers.values[:, offered], need, most * offers.top)]
        common += [CommonItems(unsaid, need, most)] if unsaid.any() else []
        own = np.zeros(len(left)), total
        return AnswerTally(own, (known, right.known(self.mentee)), self._met(offers.top), tuple(common))

    def _met(self, top: int) -> Callable[..., Block]:
        """Return how values follow from what is given of so many levels, and what is not said, if there is any."""
        return lambda _, total, given, unsaid=0.0: ratio(given / top + unsaid * self.neutral, total)

    def reason(self, left: Person, right: Person) -> str:
        offers, needs = stakes_of(left.column(self.mentor), right.column(self.mentee))
        offered, needed = shared(offers, needs)
        need, offer = needs.values[0, needed], offers.values[0, offered]
        order = sorted(np.flatnonzero(need), key=lambda item: -need[item])
        met = [needs.labels[needed[item]] for item in order if offer[item]]
        wanted = int(np.count_nonzero(needs.values))
        if not met:
            return tr("aucun des besoins")
        return tr("{met} sur {needs} : {items}", met=len(met), needs=counted(wanted, "besoin"), items=listed(met))
