"""What each goal of the programme reached, and what it costs the others."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.assignment.solution import Status
from mentormatch.report import words
from mentormatch.report.pictures import Fairness
from mentormatch.report.views.piece import Piece
from mentormatch.review.goal_prices import MOST_SECONDS, soon_solved

UNPROVED = "Le prix d'un objectif n'est connu que d'une répartition démontrée optimale."
TOO_MANY = "Il y a trop de monde pour recalculer la répartition sans chacun des objectifs."
FREE = (
    "Aucun prix à signaler : sans l'un des objectifs, la répartition vaudrait autant dans les autres, ou le calcul"
    f" aurait pris plus de {MOST_SECONDS:.0f} secondes."
)


@dataclass(frozen=True, repr=False)
class Prices(Piece):
    """Each goal, what it reached, what it costs those after it, and what a fairer plan would cost."""

    kind: ClassVar[str] = "prices"
    call: ClassVar[str] = "prices()"
    purpose: ClassVar[str] = "Chaque objectif : ce qu'il a obtenu, et ce qu'il coûte aux autres."

    @property
    def title(self) -> str:
        return "Ce que coûte chaque objectif"

    @property
    def goals(self) -> tuple[words.Reached, ...]:
        """What each goal reached."""
        return tuple(words.goals(self.matching))

    @property
    def prices(self) -> tuple[str, ...]:
        """What each goal costs, in sentences."""
        return words.prices(self.matching)

    @property
    def unpriced(self) -> str:
        """Why no price is told."""
        if self.matching.status is not Status.PROVED:
            return UNPROVED
        return FREE if soon_solved(self.matching.case) else TOO_MANY

    @property
    def look(self) -> Fairness:
        """The price of fairness as a picture."""
        return Fairness(self.matching, self.labels)
