"""A duality gap closed: reduced-cost fixing (Dantzig, Fulkerson and Johnson 1954), then a small integer program.

An answer that is worth no less than another has no pair, nobody short of a partner and no bound left unreached that
loses more than the bound of all answers exceeds that other by (Dantzig, Fulkerson and Johnson 1954). So what loses more
is settled, and of the rest all is counted by what it loses: small numbers, which order answers as the goals do.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.engine import solve_unchecked
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.problem import MAX_SUM, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix, SparseScores
from mentormatch.assignment.model.solution import (
    DualSolution,
    Incumbent,
    Solution,
    Status,
    empty_solution,
    ignore_incumbent,
)
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import RemainingDegrees, exact_dot, pair_array
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.generation import ALL
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.quantile import find_cost_quantile
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem, former_in
from mentormatch.scale.constraints.remainder import ReducedProblem
from mentormatch.scale.constraints.tight_face import state_optimal, tighten_rows
from mentormatch.scale.scan.implicit_scores import ImplicitScores

SHORT = "no answer was found that keeps the rules that couple pairs, nor was it proved that there is none"
PAIRS, MORE = (2, 8, 32), 4
"""So many pairs a person that lose least are solved, then more; and so many times as many if these lose no more."""


@dataclass(frozen=True, slots=True)
class GapSolve:
    """``prices`` of people and rows, and ``priced``, prices of people that pay for tolls too; the ``bound`` at both.

    ``beside`` are rows without a price. No more than ``open_most`` pairs are left open, None: any number.
    """

    solver: RestrictedMaster
    view: PricingProblem
    prices: DualSolution
    priced: PerSide
    bound: int
    beside: tuple[SideConstraint, ...] = ()
    open_most: int | None = None

    def solution(self) -> Solution:
        """Return the best of the pairs that lose little, proved if no other pair can matter."""
        gap = None if self.solver.heard is None else self._gap(self.solver.heard.pairs)
        for pairs in PAIRS:
            loss = find_cost_quantile(self.view, self.priced, self.view.list_length(pairs)) if gap is None else gap
            left, others = self._within(loss, MORE * self.view.list_length(pairs))
            if left is None:
                break
            found = left.solved(self.solver.run)
            if found.status in (Status.FEASIBLE, Status.FAILED):
                return self.solver.report_pairs(found.pairs, self.bound) if found.tiers else found
            if found.status is Status.PROVED:
                gap = self._gap(found.pairs)
                self.solver.report_pairs(found.pairs, self.bound)
                if gap <= min(loss, others - 1) or self._reached(found.pairs):
                    return state_optimal(self.solver.problem, found.pairs, Status.PROVED)
        return self._of_all() if max(self.view.scores.shape) <= ALL else self._unknown()

    def _unknown(self) -> Solution:
        return self.solver.heard or empty_solution(Status.FAILED, "", (SHORT,))

    def _of_all(self) -> Solution:
        """Return the answer of all pairs, of few people."""
        problem = self.solver.problem
        assert isinstance(problem.scores, ImplicitScores)
        every = self.view.pairs().merge(former_in(problem.scores, pair_array(problem.pins)), problem.shape[1])
        rows, scores = (*problem.rows, *self.beside), SparseScores(problem.shape, *every.columns)
        whole = replace(problem, scores=scores, rows=rows)
        found = solve_unchecked(whole, None, replace(self.solver.run, on_incumbent=ignore_incumbent), Incumbent())
        if found.status is Status.STOPPED:
            raise TimeLimitReached
        return found if found.status is not Status.FEASIBLE else self.solver.report_pairs(found.pairs, self.bound)

    def _within(self, loss: int, most: int) -> tuple[ReducedProblem | None, int]:
        """Return the problem of what loses no more than so much, and what other pairs lose at least.

        ``most`` pairs a person are listed; None if numbers go beyond what is exact, or too many pairs are open.
        """
        sight = self.view.scan(self.priced, loss, most)
        others = int(sight.rest_bound[self.view.scores.mentors].min(initial=loss + 1))
        rows, shape = self.solver.problem.rows, self.solver.problem.shape
        dear = tuple(price if abs(price) > loss else 0 for price in self.prices.rows)
        face = self.view.face(sight.pairs)
        if self.open_most is not None and len(face) > self.open_most:
            return None, others
        sides = (_held(face.left, self.prices.mentors, loss), _held(face.right, self.prices.mentees, loss))
        face = replace(face, left=sides[0][0], right=sides[1][0])
        worth = sides[0][1][face.lefts] + sides[1][1][face.rights] - self.view.reduced_cost(sight.pairs, self.priced)
        for row, price, full in zip(rows, self.prices.rows, dear, strict=True):
            worth += (price - full) * row.coefficients_of(face.lefts, face.rights, shape)
        if int(np.abs(worth).max(initial=0)) > MAX_SUM // (2 * sum(shape) + self.solver.problem.max_pairs + 1):
            return None, others
        loads = (self.solver.problem.mentors, self.solver.problem.mentees)
        waived = [np.where(own.conditional, own.least, 0) for own in loads]
        return ReducedProblem.of(face, (*tighten_rows(rows, dear), *self.beside), worth, waived), others

    def _gap(self, pairs: IntMatrix) -> int:
        """Return by how much the bound exceeds what pairs are worth beside the pins."""
        return self.bound - self._worth(self.view.stage, pairs)

    def _reached(self, pairs: IntMatrix) -> bool:
        """Return whether pairs reach the bound in the goals that were asked for."""
        return self.bound // self.solver.denominator <= self._worth(self.solver.asked, pairs)

    def _worth(self, stage: ScalarObjective, pairs: IntMatrix) -> int:
        both = (stage.profit(self.solver.problem, *each.T) for each in (pairs, pair_array(self.solver.problem.pins)))
        whole, pinned = (exact_dot(worth) for worth in both)
        return whole - pinned


def _held(bounds: RemainingDegrees, prices: IntVector, loss: int) -> tuple[RemainingDegrees, IntVector]:
    """Return the bounds of people, those reached whom it would cost more; and the prices of all others."""
    dear = np.abs(prices) > loss
    low = np.where(dear & (prices > 0), bounds.most, bounds.least)
    high = np.where(dear & (prices < 0), bounds.least, bounds.most)
    return RemainingDegrees(low, high), np.where(dear, 0, prices)
