"""All pairs, the best first."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.view import Card, best_pairs, card
from mentormatch.report.views.piece import Piece


@dataclass(frozen=True, repr=False)
class PairsPiece(Piece):
    """The first ``most`` pairs, None: all; each with its points and what they are made of."""

    kind: ClassVar[str] = "pairs"
    call: ClassVar[str] = "pairs()"
    purpose: ClassVar[str] = mark("Les binômes, du plus grand au plus petit nombre de points, et pourquoi.")
    most: int | None

    @property
    def title(self) -> str:
        return tr("Les binômes")

    @once_spoken
    def pairs(self) -> tuple[Card, ...]:
        """The pairs that are shown, in words."""
        return tuple(card(pair, self.labels) for pair in best_pairs(self.matching, self.most))

    @property
    def left(self) -> int:
        """How many pairs are not shown."""
        return len(self.matching.solution.pairs) - len(self.pairs)
