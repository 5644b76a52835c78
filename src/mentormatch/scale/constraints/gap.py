"""A duality gap closed: reduced-cost fixing (Dantzig, Fulkerson and Johnson 1954), then a small integer program.

gap = dual bound - value of the incumbent. In an answer at least as good, no pair has a reduced cost > gap, nobody with
a dual > gap is short of their capacity, and no row with a multiplier > gap has slack. All that is fixed. What remains
is an integer program in reduced costs: small numbers, which order answers as the goals do. It goes to the ordinary
engine.

Without an incumbent the gap is guessed, as the reduced cost that few pairs a person stay below, and checked afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.engine import SolveOptions, solve_unchecked
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.problem import MAX_SUM, AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import SparseScores
from mentormatch.assignment.model.solution import (
    DualSolution,
    Incumbent,
    Solution,
    Status,
    empty_solution,
    ignore_incumbent,
)
from mentormatch.assignment.objective import ScalarObjective, evaluate_tiers
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, exact_dot, pair_array
from mentormatch.assignment.tie_breaking import AnonymousTieBreaker
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.scale.columns.generation import SIFTING_OPTIONS, find_cost_quantile
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PricingProblem, SideVectors, select_allowed
from mentormatch.scale.scan.implicit_scores import ImplicitScores

MILP_ENGINE = "milp"
"""The engine for what is left: another relaxation would leave the same gap."""


@dataclass(frozen=True, slots=True)
class ReducedProblem:
    """What fixing leaves of a ``face``.

    A ``problem`` of the open pairs, among the ``mentors`` and ``mentees`` in them.
    """

    face: OptimalFace
    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, face: OptimalFace, rows: tuple[Row, ...], profit: IntVector, waived: Sequence[IntVector]) -> Self:
        """Return the problem of choosing open pairs of the largest total profit under rows.

        ``rows`` are about all pairs, fixed or not. ``profit`` (e,): of each open pair. ``waived``: the conditional
        minimum of each person of both sides, 0 or 1: none.
        """
        shape = len(waived[0]), len(waived[1])
        # Only people who are in an open pair are left.
        mentors, lefts = np.unique(face.lefts, return_inverse=True)
        mentees, rights = np.unique(face.rights, return_inverse=True)
        scores = SparseScores((len(mentors), len(mentees)), lefts, rights, profit)
        sides = _remaining_degrees(face.left, waived[0], mentors), _remaining_degrees(face.right, waived[1], mentees)
        left = tuple(_remaining_rows(rows, (mentors, mentees), face.fixed, shape))
        return cls(face, AssignmentProblem(scores, *sides, rows=left, goals=("total",)), mentors, mentees)

    def solve(self, run: SolveOptions) -> Solution:
        """Return the solution, fixed pairs among its pairs, with tiers of the reduced problem.

        Raises TimeLimitReached if there is none in time.
        """
        if self._is_infeasible:
            return empty_solution(Status.INFEASIBLE, "")
        if not len(self.face):
            return self._solve_empty()
        words = run.tie_breaker.anonymized
        # The same tie-breaking words as in the whole problem: the answer stays canonical.
        hashes = AnonymousTieBreaker(words.mentors[self.mentors], words.mentees[self.mentees])
        engine = MILP_ENGINE if self.problem.rows else None
        found = solve_unchecked(
            self.problem, engine, replace(run, tie_breaker=hashes, on_incumbent=ignore_incumbent), Incumbent()
        )
        if found.status is Status.STOPPED:
            raise TimeLimitReached
        return replace(found, pairs=self._lift(found.pairs)) if found.tiers else found

    @property
    def _is_infeasible(self) -> bool:
        """Return whether somebody must be in an open pair and is in none."""
        sides = ((self.face.left, self.mentors), (self.face.right, self.mentees))
        return any(int(bounds.least.sum()) > int(bounds.least[people].sum()) for bounds, people in sides)

    def _solve_empty(self) -> Solution:
        """Return the solution where no pair is open."""
        none = np.empty((0, 2), dtype=np.int64)
        if not self.problem.satisfies_rows(none):
            return empty_solution(Status.INFEASIBLE, "")
        return Solution(Status.PROVED, self._lift(none), tuple(evaluate_tiers(self.problem, none, {"total": 0})))

    def _lift(self, pairs: IntMatrix) -> IntMatrix:
        """Return the answer of all people that one of the reduced problem makes, sorted."""
        chosen = np.column_stack([self.mentors[pairs[:, 0]], self.mentees[pairs[:, 1]]])
        found = np.concatenate([self.face.fixed, chosen])
        return found[np.lexsort(found.T[::-1])]


def _remaining_degrees(bounds: RemainingDegrees, waived: IntVector, some: IntVector) -> DegreeBounds:
    """Return the degree bounds of some people in open pairs; ``waived`` (n,): their conditional minimums."""
    own, least = bounds.of(some), waived[some]
    idle = (least > 1) & (own.least == 0)
    return DegreeBounds(np.where(idle, least, own.least), own.most, idle)


def _remaining_rows(
    rows: tuple[Row, ...], people: tuple[IntVector, IntVector], settled: IntMatrix, shape: tuple[int, int]
) -> Iterator[Row]:
    """Yield what rows still ask of the open pairs, beside what fixed pairs count."""
    for row in rows:
        # Fixed pairs have used up a part of the bound.
        taken = int(row.coefficients_of(settled[:, 0], settled[:, 1], shape).sum())
        least, most = (None if end is None else end - taken for end in (row.least, row.most))
        left = replace(row, least=least, most=most).among(*people)
        if left.weights.any() or not left.is_satisfied_by(settled[:0], shape):
            yield left


SHORT = "no answer was found that keeps the rules that couple pairs, nor was it proved that there is none"
OPEN_PAIRS, SCANNED = (2, 8, 32), 4
"""So many pairs a person are left open, then more; a scan lists so many times as many if these cost no more."""


@dataclass(frozen=True, slots=True)
class GapSolve:
    """Closes the gap at an optimum of the Lagrangian dual.

    ``prices``: duals of people and rows. ``priced``: duals of people that also pay penalties. ``bound``: the dual bound
    at both. ``beside``: rows without a multiplier. At most ``open_most`` pairs are left open; None: any number.
    """

    master: RestrictedMaster
    pricing: PricingProblem
    prices: DualSolution
    priced: SideVectors
    bound: int
    beside: tuple[Row, ...] = ()
    open_most: int | None = None

    def solution(self) -> Solution:
        """Return the best answer of the pairs that are left open, proved if no other pair can matter."""
        few = max(self.pricing.scores.shape) <= SIFTING_OPTIONS.solve_whole_max
        # With an incumbent the limit of fixing is exact.
        gap = None if self.master.incumbent is None else self._gap(self.master.incumbent.pairs)
        for pairs in OPEN_PAIRS:
            # Without one: leave the cheapest pairs open, and see afterwards.
            max_cost = (
                find_cost_quantile(self.pricing, self.priced, self.pricing.list_length(pairs)) if gap is None else gap
            )
            left, others = self._reduce(max_cost, SCANNED * self.pricing.list_length(pairs))
            if left is None:
                break
            found = left.solve(self.master.run)
            if found.status in (Status.FEASIBLE, Status.FAILED):
                return self.master.report_pairs(found.pairs, self.bound) if found.tiers else found
            # Solved: a new incumbent, and with it a new gap.
            if found.status is Status.PROVED:
                gap = self._gap(found.pairs)
                self.master.report_pairs(found.pairs, self.bound)
                # Proved, ties and all: every pair of an answer as good was open.
                if gap <= min(max_cost, others - 1):
                    return state_optimal(self.master.problem, found.pairs, Status.PROVED)
                # The bound is reached; where ties matter, some answers that tie may have pairs that were not open.
                ties = self.master.run.ties
                if self._reaches_bound(found.pairs) and not (few and ties):
                    return state_optimal(self.master.problem, found.pairs, Status.FEASIBLE if ties else Status.PROVED)
        return self._solve_whole() if few else self._give_up()

    def _give_up(self) -> Solution:
        """Return the incumbent, or that there is neither an answer nor a proof."""
        return self.master.incumbent or empty_solution(Status.FAILED, "", (SHORT,))

    def _solve_whole(self) -> Solution:
        """Return the answer by the ordinary engine over all pairs; for few people."""
        problem = self.master.problem
        assert isinstance(problem.scores, ImplicitScores)
        # Few people: all pairs, no fixing.
        every = self.pricing.pairs().merge(select_allowed(problem.scores, pair_array(problem.pins)), problem.shape[1])
        rows, scores = (*problem.rows, *self.beside), SparseScores(problem.shape, *every.columns)
        whole = replace(problem, scores=scores, rows=rows)
        found = solve_unchecked(whole, None, replace(self.master.run, on_incumbent=ignore_incumbent), Incumbent())
        if found.status is Status.STOPPED:
            raise TimeLimitReached
        return found if found.status is not Status.FEASIBLE else self.master.report_pairs(found.pairs, self.bound)

    def _reduce(self, max_cost: int, most: int) -> tuple[ReducedProblem | None, int]:
        """Return the problem that fixing at ``max_cost`` leaves, and the least reduced cost of all other pairs.

        ``most``: pairs listed a person. None if numbers would not stay exact, or too many pairs are open.
        """
        scanned = self.pricing.scan(self.priced, max_cost, most)
        # What is not listed costs at least this much.
        others = int(scanned.rest_bound[self.pricing.scores.mentors].min(initial=max_cost + 1))
        rows, shape = self.master.problem.rows, self.master.problem.shape
        # Rows whose multiplier is above the limit are tight: equality instead of a penalty.
        dear = tuple(price if abs(price) > max_cost else 0 for price in self.prices.rows)
        face = self.pricing.face(scanned.pairs)
        if self.open_most is not None and len(face) > self.open_most:
            return None, others
        # People whose dual is above the limit have their capacity used up.
        sides = (
            _fix_loads(face.left, self.prices.mentors, max_cost),
            _fix_loads(face.right, self.prices.mentees, max_cost),
        )
        face = replace(face, left=sides[0][0], right=sides[1][0])
        # Profit in reduced costs: what is fixed needs no dual any more.
        profit = (
            sides[0][1][face.lefts] + sides[1][1][face.rights] - self.pricing.reduced_cost(scanned.pairs, self.priced)
        )
        for row, price, full in zip(rows, self.prices.rows, dear, strict=True):
            profit += (price - full) * row.coefficients_of(face.lefts, face.rights, shape)
        if int(np.abs(profit).max(initial=0)) > MAX_SUM // (2 * sum(shape) + self.master.problem.max_pairs + 1):
            return None, others
        loads = (self.master.problem.mentors, self.master.problem.mentees)
        waived = [np.where(own.conditional, own.least, 0) for own in loads]
        return ReducedProblem.of(face, (*tighten_rows(rows, dear), *self.beside), profit, waived), others

    def _gap(self, pairs: IntMatrix) -> int:
        """Return by how much the bound exceeds the value of pairs, beside the pins."""
        return self.bound - self._value(self.pricing.stage, pairs)

    def _reaches_bound(self, pairs: IntMatrix) -> bool:
        """Return whether pairs reach the bound in the requested goals."""
        return self.bound // self.master.denominator <= self._value(self.master.requested, pairs)

    def _value(self, stage: ScalarObjective, pairs: IntMatrix) -> int:
        """Return what pairs are worth beside the pins."""
        both = (stage.profit(self.master.problem, *each.T) for each in (pairs, pair_array(self.master.problem.pins)))
        whole, pinned = (exact_dot(profit) for profit in both)
        return whole - pinned


def _fix_loads(bounds: RemainingDegrees, prices: IntVector, max_cost: int) -> tuple[RemainingDegrees, IntVector]:
    """Return degree bounds with the loads fixed of whoever has a dual above the limit; and (n,) the other duals."""
    dear = np.abs(prices) > max_cost
    # A dual above 0: short of capacity costs more than the gap. Below 0 (a minimum): so does one more than it.
    low = np.where(dear & (prices > 0), bounds.most, bounds.least)
    high = np.where(dear & (prices < 0), bounds.least, bounds.most)
    return RemainingDegrees(low, high), np.where(dear, 0, prices)


def tighten_rows(rows: tuple[Row, ...], prices: tuple[int, ...]) -> Iterator[Row]:
    """Yield rows with those that have a dual as equalities at that bound (complementary slackness)."""
    for row, price in zip(rows, prices, strict=True):
        yield replace(row, least=row.most if price > 0 else row.least, most=row.least if price < 0 else row.most)


def state_optimal(problem: AssignmentProblem, pairs: IntMatrix, status: Status) -> Solution:
    """Return pairs that are optimal in all goals; ``status`` says whether ties are settled."""
    values = {tier.goal: tier.value for tier in evaluate_tiers(problem, pairs, {})}
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, values)))
