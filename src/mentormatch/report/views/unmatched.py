"""Who has no partner, why, and what would place them."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.view import MOST_TOLD, UnmatchedLine, Untold, explained, untold
from mentormatch.report.views.piece import Piece


@dataclass(frozen=True, repr=False)
class UnmatchedPiece(Piece):
    """Everybody without a partner, with the reason and the smallest change that would place them."""

    kind: ClassVar[str] = "unplaced"
    call: ClassVar[str] = "unmatched()"
    purpose: ClassVar[str] = mark("Les personnes sans binôme, pourquoi, et ce qui suffirait.")

    @property
    def title(self) -> str:
        return tr("Sans binôme")

    @once_spoken
    def unmatched(self) -> tuple[UnmatchedLine, ...]:
        """Everybody without a partner, in words, as far as a page tells them."""
        return tuple(explained(self.matching, self.labels, MOST_TOLD))

    @property
    def untold(self) -> Untold:
        """How much is not shown."""
        return untold(self.matching)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.matching.solution.pairs)
