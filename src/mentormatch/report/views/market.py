"""Who could meet whom, before anything is solved."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.inspection.market import Prospects, prospects
from mentormatch.languages import mark, once_spoken, tr
from mentormatch.report.views.piece import Piece


@dataclass(frozen=True, repr=False)
class MarketPiece(Piece):
    """How many partners each person could have under the rules, who has few or none, which needs nobody meets."""

    kind: ClassVar[str] = "market"
    call: ClassVar[str] = "market()"
    purpose: ClassVar[str] = mark("Avant toute répartition : qui pourrait rencontrer qui, et qui a peu de choix.")

    @property
    def title(self) -> str:
        return tr("Qui pourrait rencontrer qui")

    @once_spoken
    def prospects(self) -> Prospects:
        """The market, as the report on the answers has it."""
        return prospects(self.matching.cohort, self.matching.programme, self.labels)
