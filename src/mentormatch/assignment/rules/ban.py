"""Rule ``ban``: a pair that is not to be."""

from typing import Literal

import numpy as np

from mentormatch.assignment.rule import BoolBlock, Market, Rule
from mentormatch.languages import tr
from mentormatch.text import canonical


class Ban(Rule):
    """The pair of ``mentor`` and ``mentee`` (their keys) is not chosen."""

    kind: Literal["ban"] = "ban"
    example = {"kind": "ban", "mentor": "M01", "mentee": "E01"}
    mentor: str
    mentee: str

    def asks(self) -> str:
        return tr("binôme écarté {mentor} - {mentee}", mentor=self.mentor, mentee=self.mentee)

    def forbids(self, market: Market) -> BoolBlock:
        ours = np.array([canonical(key) == canonical(self.mentor) for key in market.mentors.ids], dtype=bool)
        theirs = np.array([canonical(key) == canonical(self.mentee) for key in market.mentees.ids], dtype=bool)
        return np.asarray(ours[:, None] & theirs[None, :])
