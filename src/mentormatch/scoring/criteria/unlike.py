"""Criterion ``unlike``: what one has and the other has not, for groups that are to be varied."""

from typing import Annotated, ClassVar, Literal

import numpy as np

from mentormatch.columns import Codes
from mentormatch.extension import Ref
from mentormatch.languages import mark, tr
from mentormatch.people import People, Person
from mentormatch.phrases import listed
from mentormatch.scoring.criterion import Block, Criterion, defined, ratio
from mentormatch.scoring.items import product, shared, stakes_of


class Unlike(Criterion):
    """1 for two people with nothing in common in ``field``, 0 where they answered the same.

    Of several answers, it is the share of all that either gave which only one of the two gave (1 less the Jaccard
    index).
    """

    title: ClassVar[str] = mark("Réponses variées")
    kind: Literal["unlike"] = "unlike"
    example = {"kind": "unlike", "field": "disciplines", "weight": 10}
    field: Annotated[str, Ref(("choice", "scale", "yesno", "place", "choices", "ranking", "names", "slots"))]

    def score(self, left: People, right: People) -> Block:
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if isinstance(ours, Codes) and isinstance(theirs, Codes):
            apart = (ours.values[:, None] != theirs.values[None, :]).astype(np.float64)
            return defined(apart, ours.known, theirs.known)
        mine, yours = stakes_of(ours, theirs)
        both_have = shared(mine, yours)
        have, also = (side.values > 0 for side in (mine, yours))
        both = product(have[:, both_have[0]], also[:, both_have[1]].T)
        either = have.sum(axis=1)[:, None] + also.sum(axis=1)[None, :] - both
        return defined(1 - ratio(both, either), left.known(self.field), right.known(self.field))

    def reason(self, left: Person, right: Person) -> str:
        ours = left.parts(self.field)
        both = [part for part in ours if part in right.parts(self.field)]
        return tr("en commun : {answers}", answers=listed(both)) if both else tr("rien en commun")
