"""First duals from the optimum of a sample, extended to everybody by c-transforms, and the first candidates.

The drawn people are matched among themselves. Their prices are about those of the whole market, and tell the price of
everybody else: the most that is left to them by one of the drawn.
"""

from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED
from mentormatch.assignment.optimal_face import PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.candidates import FAR, CandidateList
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.quantile import find_cost_quantile
from mentormatch.scale.columns.subproblem import PricingProblem
from mentormatch.scale.scan.column_maxima import find_column_maxima

LEADING, STEEP = 64, 3
"""So many pairs a person are solved first where all can be placed: times the share of these to that power."""
DRAWN, SHARE, MOST = 1_024, 10, 10_000
"""So many people of the larger side are drawn: one in ten, but no fewer than the first and no more than the last."""


@dataclass(frozen=True, slots=True)
class MarketSample:
    """Some ``mentors`` and ``mentees`` of a view, as large a share of both sides.

    ``own`` are the pairs of the drawn mentors with all mentees.
    """

    view: PricingProblem
    own: PricingProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, view: PricingProblem) -> "MarketSample":
        """Draw people."""
        (n, m), draw = view.scores.shape, np.random.default_rng(0)
        share = min(min(max(DRAWN, max(n, m) // SHARE), MOST) / max(n, m, 1), 1.0)
        mentors, mentees = (np.sort(draw.choice(size, round(size * share), replace=False)) for size in (n, m))
        return cls(view, view.flipped().of_mentees(mentors).flipped(), mentors, mentees)

    def drawn(self) -> PricingProblem:
        """Return the market of the drawn people."""
        return self.own.of_mentees(self.mentees).holding()

    def listing(self, drawn: PricingProblem, optimum: PrimalDual, solver: RestrictedMaster) -> CandidateList:
        """Return the pairs to begin with, by an optimum of the drawn market."""
        mentees = self._left_to_mentees(optimum.left, solver)
        prices, few = (self._left_to_mentors(mentees), mentees), self.view.list_length(choose_length(drawn, optimum))
        return CandidateList.of(self.view, prices, find_cost_quantile(self.view, prices, few), 4 * few)

    def _left_to_mentees(self, mentors: IntVector, solver: RestrictedMaster) -> IntVector:
        """Return (m,) the most that a drawn mentor leaves to each mentee, by the prices of these."""
        view, former = self.own, self.own.former
        own = np.where(view.scores.mentors, view.mentor - mentors, EXCLUDED)
        worth = find_column_maxima(
            view.scores.tiles, own, view.stage.score, solver.check_deadline, compiled=solver.compiled
        )
        left = worth + view.stage.mentee
        np.maximum.at(left, former.mentees, view.profit(former) - mentors[former.mentors])
        return np.where(view.scores.mentees, np.maximum(left, 0), 0)

    def _left_to_mentors(self, mentees: IntVector) -> IntVector:
        """Return (n,) the most that a drawn mentee leaves to each mentor, by the prices of all."""
        nobody = np.full(self.view.scores.shape[0], FAR)
        drawn = self.view.of_mentees(self.mentees)
        return np.maximum(drawn.scan((nobody, mentees[self.mentees]), 0, 1).row_best, 0)


def choose_length(drawn: PricingProblem, optimum: PrimalDual) -> int:
    """Return how many pairs a person are solved first, by how many people an optimum of the drawn market places.

    Where many are left without a partner most pairs lose much; where nearly all are placed each may be the last that
    fits, and prices tell less.
    """
    places = min(int(side.most.sum()) for side in drawn.bounds)
    placed = int(optimum.chosen.sum()) / max(places, 1)
    return max(round(LEADING * placed**STEEP), 1)
