"""What concerns one person, for the team."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from mentormatch.assignment.posing import SIDES
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.view import Alone, Card, card, explained
from mentormatch.report.views.piece import Piece
from mentormatch.review.alternatives import Alternative, alternatives
from mentormatch.tables import SIDES as NAMES

OFFERED = 5
"""Other partners that are told of."""


@dataclass(frozen=True, repr=False)
class Someone(Piece):
    """One person by side and position: their partners or why they have none, and whom else they could have."""

    kind: ClassVar[str] = "someone"
    call: ClassVar[str] = 'person("M03")'
    purpose: ClassVar[str] = mark("Une personne, vue par l'équipe : ses binômes, et qui d'autre elle pourrait avoir.")
    side: Side
    row: int

    @property
    def title(self) -> str:
        return f"{self.name}, {tr(NAMES[self.side])}"

    @property
    def name(self) -> str:
        """What they are called."""
        return self.case.name(self.side, self.row)

    @property
    def key(self) -> str:
        """Their key."""
        return self.matching.cohort.side(self.side).ids[self.row]

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """Their pairs, in words."""
        place = SIDES.index(self.side)
        mine = [pair for pair in self.matching.pairs if (pair.mentor, pair.mentee)[place] == self.key]
        return tuple(card(pair, self.labels) for pair in mine)

    @once_spoken
    def alone(self) -> tuple[Alone, ...]:
        """Why they have no partner, and what would place them; empty where they have one."""
        return tuple(self._alone())

    def _alone(self) -> Iterator[Alone]:
        people = [(side, row) for side in SIDES for row in self.case.alone(side).tolist()]
        if (self.side, self.row) in people:
            yield tuple(explained(self.matching, self.labels))[people.index((self.side, self.row))]

    @once_spoken
    def others(self) -> tuple[Alternative, ...]:
        """Whom else they could have, at the smallest loss."""
        return alternatives(self.case, self.side, self.row, OFFERED)
