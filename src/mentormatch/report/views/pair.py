"""Two people: what the points of their pair are made of, and why they are one, or why not."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.explanation.why_not import Alternative, alternatives, why_not
from mentormatch.languages import mark, once_spoken
from mentormatch.languages.phrases import listed
from mentormatch.report.pictures import Waterfall
from mentormatch.report.view import Card, card
from mentormatch.report.views.piece import Piece
from mentormatch.rules.formulation import SIDES

NEXT = 3
"""Other partners that are told of each of the two."""


@dataclass(frozen=True, repr=False)
class PairPiece(Piece):
    """Two people by position, chosen or not: points, reasons, how much was answered, and why not the next best."""

    kind: ClassVar[str] = "two"
    call: ClassVar[str] = 'pair("M03", "E07")'
    purpose: ClassVar[str] = mark("Deux personnes : leurs points un par un, et pourquoi elles, ou pourquoi pas.")
    mentor: int
    mentee: int

    @property
    def title(self) -> str:
        return listed([self.card.mentor, self.card.mentee])

    @property
    def keys(self) -> tuple[str, str]:
        """The keys of the two."""
        return self.matching.cohort.mentors.ids[self.mentor], self.matching.cohort.mentees.ids[self.mentee]

    @once_spoken
    def card(self) -> Card:
        """The two in words."""
        return card(self.matching.explain(*self.keys), self.labels)

    @property
    def look(self) -> Waterfall:
        """Their points as a picture."""
        return Waterfall(self.matching, self.labels, *self.keys)

    @property
    def chosen(self) -> bool:
        """Whether they are a pair."""
        return [self.mentor, self.mentee] in self.matching.solution.pairs.tolist()

    @once_spoken
    def reason(self) -> str:
        """What pairing them would cost, or which rules forbid it."""
        return why_not(self.case, self.mentor, self.mentee).reason

    @once_spoken
    def others(self) -> tuple[tuple[str, tuple[Alternative, ...]], ...]:
        """Each of the two, and whom else they could have at the smallest loss."""
        rows = zip(SIDES, (self.mentor, self.mentee), strict=True)
        return tuple((self.case.name(side, row), alternatives(self.case, side, row, NEXT)) for side, row in rows)
