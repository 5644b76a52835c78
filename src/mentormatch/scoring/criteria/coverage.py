"""Criterion ``coverage``: what one side needs, met by what the other can pass on."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.extension import Ref
from mentormatch.languages import mark, tr
from mentormatch.people import People, Person
from mentormatch.phrases import counted, listed
from mentormatch.scoring.criterion import Block, Criterion, defined, ratio
from mentormatch.scoring.items import LISTS, Stakes, product, shared, stakes_of


class Coverage(Criterion):
    """The share of the mentee's needs that the mentor can pass on, each need weighted, each offer graded.

    need_k: a rank (first of three counts 3, 2, 1), a level, or 1 for a ticked box; offer_k likewise, between 0 and 1.
    The value is sum(need_k * offer_k) / sum(need_k). An item that the mentor left blank in a grid counts at
    ``neutral``; needs that the mentor was not asked about cannot be met.
    """

    title: ClassVar[str] = mark("Besoins couverts")
    kind: Literal["coverage"] = "coverage"
    example = {"kind": "coverage", "mentee": "besoins", "mentor": "transmettre", "weight": 35}
    mentee: Annotated[str, Ref(LISTS, "mentee")]
    mentor: Annotated[str, Ref(LISTS, "mentor")]

    def score(self, left: People, right: People) -> Block:
        offers, needs = stakes_of(left.columns[self.mentor], right.columns[self.mentee])
        met = self._met(offers, needs)
        return defined(ratio(met, needs.values.sum(axis=1)[None, :]), left.known(self.mentor), right.known(self.mentee))

    def _met(self, offers: Stakes, needs: Stakes) -> Block:
        offered, needed = shared(offers, needs)
        need = needs.values[:, needed].T
        given = product(offers.values[:, offered], need)
        unsaid = product(offers.blank[:, offered], need)
        return np.asarray(given / offers.top + unsaid * self.neutral)

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
