"""Rule ``apart``: people whom the team keeps from meeting."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.assignment.rule import BoolBlock, Market, Rule
from mentormatch.columns import BoolVector
from mentormatch.languages import tr
from mentormatch.people import People
from mentormatch.phrases import listed
from mentormatch.text import canonical


class Apart(Rule):
    """No two of ``people`` (their keys) meet, in a pair or in a group."""

    of_groups: ClassVar[bool] = True
    kind: Literal["apart"] = "apart"
    example = {"kind": "apart", "people": ["M01", "E01"]}
    people: Annotated[list[str], Setting(min_length=2)]

    def asks(self) -> str:
        return tr("personnes à séparer : {people}", people=listed(self.people))

    def forbids(self, market: Market) -> BoolBlock:
        return np.asarray(self._named(market.mentors)[:, None] & self._named(market.mentees)[None, :])

    def _named(self, people: People) -> BoolVector:
        named = {canonical(key) for key in self.people}
        return np.array([canonical(key) in named for key in people.ids], dtype=bool)
