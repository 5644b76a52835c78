"""What concerns one person, for the team."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from mentormatch.explanation.diagnosis.smallest_change import smallest_change
from mentormatch.explanation.pairs import explain_pair
from mentormatch.explanation.tables import SIDES as NAMES
from mentormatch.explanation.tables import in_words
from mentormatch.explanation.unmatched import explain_one
from mentormatch.explanation.why_not import Alternative, alternatives
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.view import Card, UnmatchedLine, card
from mentormatch.report.views.piece import Piece
from mentormatch.rules.formulation import SIDES

OFFERED = 5
"""Other partners that are told of."""


@dataclass(frozen=True, repr=False)
class PersonPiece(Piece):
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

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """Their pairs, in words."""
        pairs = self.matching.solution.pairs
        mine = pairs[pairs[:, SIDES.index(self.side)] == self.row].tolist()
        told = [explain_pair(self.matching.cohort, self.matching.scores, *two) for two in mine]
        told.sort(key=lambda pair: (-pair.score, pair.mentor, pair.mentee))
        return tuple(card(pair, self.labels) for pair in told)

    @once_spoken
    def alone(self) -> tuple[UnmatchedLine, ...]:
        """Why they have no partner, and what would place them; empty where they have one."""
        return tuple(self._alone())

    def _alone(self) -> Iterator[UnmatchedLine]:
        if self.row in self.case.alone(self.side):
            one = explain_one(self.case, self.side, self.row)
            change = smallest_change(self.case, self.side, self.row) if self.case.small else None
            yield UnmatchedLine(one.person, tr(NAMES[self.side]), one.reason, in_words(change))

    @once_spoken
    def others(self) -> tuple[Alternative, ...]:
        """Whom else they could have, at the smallest loss."""
        return alternatives(self.case, self.side, self.row, OFFERED)
