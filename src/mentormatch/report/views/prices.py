"""What each goal of the programme reached, and what it costs the others."""

from dataclasses import dataclass
from typing import ClassVar

from mentormatch.assignment.model.solution import Status
from mentormatch.explanation.goal_prices import MOST_SECONDS, soon_solved
from mentormatch.languages import mark, tr
from mentormatch.report import words
from mentormatch.report.pictures import Fairness
from mentormatch.report.views.piece import Piece

UNPROVED = mark("Le prix d'un objectif n'est connu que d'une répartition démontrée optimale.")
TOO_MANY = mark("Il y a trop de monde pour recalculer la répartition sans chacun des objectifs.")
FREE = mark(
    "Aucun prix à signaler : sans l'un des objectifs, la répartition vaudrait autant dans les autres, ou le calcul"
    " aurait pris plus de {seconds} secondes."
)


@dataclass(frozen=True, repr=False)
class Prices(Piece):
    """Each goal, what it reached, what it costs those after it, and what a fairer plan would cost."""

    kind: ClassVar[str] = "prices"
    call: ClassVar[str] = "prices()"
    purpose: ClassVar[str] = mark("Chaque objectif : ce qu'il a obtenu, et ce qu'il coûte aux autres.")

    @property
    def title(self) -> str:
        return tr("Ce que coûte chaque objectif")

    @property
    def goals(self) -> tuple[words.ReachedGoal, ...]:
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
            return tr(UNPROVED)
        return tr(FREE, seconds=round(MOST_SECONDS)) if soon_solved(self.matching.case) else tr(TOO_MANY)

    @property
    def look(self) -> Fairness:
        """The price of fairness as a picture."""
        return Fairness(self.matching, self.labels)
