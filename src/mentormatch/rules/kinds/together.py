"""Rule ``together``: people whom the team wants in one group, or with the same partners."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import Row
from mentormatch.fields import Side
from mentormatch.languages import tr
from mentormatch.languages.phrases import listed
from mentormatch.people.cohort import Cohort, People
from mentormatch.rules.rule import Market, NameOf, Rule


class Together(Rule):
    """All of ``people`` (their keys) are in one group, or none of them is placed.

    In a programme of pairs these are mentees, or mentors with ``side``, and have the same partners, or none.
    """

    of_groups: ClassVar[bool] = True
    kind: Literal["together"] = "together"
    example = {"kind": "together", "people": ["E01", "E09"]}
    people: Annotated[list[str], Setting(min_length=2)]
    side: Side = Setting(default="mentee", exclude_if=lambda side: side == "mentee")

    def rename_people(self, name_of: NameOf) -> Self:
        return self.model_copy(update={"people": [name_of(self.side, key) for key in self.people]})

    def describe(self) -> str:
        return tr("personnes à réunir : {people}", people=listed(self.people))

    @property
    def sentence(self) -> str:
        return tr("Côté {side}, ces personnes sont réunies : {people}.")

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        yield tuple(sorted({members.find(key) for key in self.people}))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield, for each possible partner and each two of these people, that both are theirs or neither."""
        ours, others = (market.mentors, market.mentees) if self.side == "mentor" else (market.mentees, market.mentors)
        for one, other in pairwise(next(self.together(ours))):
            weights = np.zeros(len(ours), dtype=np.int64)
            weights[[one, other]] = 1, -1
            for partner in range(len(others)):
                if self.side == "mentor":
                    yield Row(self.label, weights[:, None], 0, 0, mentee=partner)
                else:
                    yield Row(self.label, weights[None, :], 0, 0, mentor=partner)

    def applies_to(self, cohort: Cohort) -> bool:
        return all(cohort.side(self.side).has(key) for key in self.people)
