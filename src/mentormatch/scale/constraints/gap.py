"""Duality gap closed by reduced-cost fixing (Dantzig, Fulkerson and Johnson 1954) and a small integer program.

gap = dual bound - value of the incumbent. In a solution that is at least as good, no pair has a reduced cost > gap, no
person with a dual > gap has unused capacity, and no row with a multiplier > gap has slack. All these are fixed. The
remaining integer program has negated reduced costs as profits, small integers that order solutions like the goals. The
ordinary engine solves it.

Without an incumbent, the gap is estimated by a quantile of reduced costs and checked afterwards.
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
    Tier,
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


@dataclass(frozen=True, slots=True)
class ReducedProblem:
    """The ``problem`` of the open pairs of a ``face``, over the ``mentors`` and ``mentees`` in them."""

    face: OptimalFace
    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(
        cls, face: OptimalFace, rows: tuple[Row, ...], profit: IntVector, conditional_minimums: Sequence[IntVector]
    ) -> Self:
        """Return the problem of choosing open pairs with the largest total profit, subject to rows.

        ``rows`` bound open and fixed pairs together. ``profit`` (e,): of each open pair. ``conditional_minimums``: of
        each person of both sides; 0 or 1 for none.
        """
        shape = len(conditional_minimums[0]), len(conditional_minimums[1])
        mentors, lefts = np.unique(face.lefts, return_inverse=True)
        mentees, rights = np.unique(face.rights, return_inverse=True)
        scores = SparseScores((len(mentors), len(mentees)), lefts, rights, profit)
        sides = (
            _remaining_degrees(face.left, conditional_minimums[0], mentors),
            _remaining_degrees(face.right, conditional_minimums[1], mentees),
        )
        remaining_rows = tuple(_remaining_rows(rows, (mentors, mentees), face.fixed, shape))
        return cls(face, AssignmentProblem(scores, *sides, rows=remaining_rows, goals=("total",)), mentors, mentees)

    def solve(self, run: SolveOptions) -> Solution:
        """Return the solution, including fixed pairs, with the tiers of the reduced problem, which do not include them.

        Raises TimeLimitReached if there is none in time.
        """
        if self._is_infeasible:
            return empty_solution(Status.INFEASIBLE, "")
        if not len(self.face):
            return self._solve_empty()
        halves = run.tie_breaker.anonymized
        # The hashes of the whole problem, so that the solution is canonical
        hashes = AnonymousTieBreaker(halves.mentors[self.mentors], halves.mentees[self.mentees])
        engine = "milp" if self.problem.rows else None  # another relaxation would leave the same gap
        solution = solve_unchecked(
            self.problem, engine, replace(run, tie_breaker=hashes, on_incumbent=ignore_incumbent), Incumbent()
        )
        if solution.status is Status.STOPPED:
            raise TimeLimitReached
        return replace(solution, pairs=self._lift(solution.pairs)) if solution.tiers else solution

    @property
    def _is_infeasible(self) -> bool:
        """Whether a person with a minimum is in no open pair."""
        sides = ((self.face.left, self.mentors), (self.face.right, self.mentees))
        return any(int(bounds.least.sum()) > int(bounds.least[people].sum()) for bounds, people in sides)

    def _solve_empty(self) -> Solution:
        """Return the solution without open pairs; INFEASIBLE if it violates a row."""
        no_pairs = np.empty((0, 2), dtype=np.int64)
        if not self.problem.satisfies_rows(no_pairs):
            return empty_solution(Status.INFEASIBLE, "")
        return Solution(
            Status.PROVED, self._lift(no_pairs), tuple(evaluate_tiers(self.problem, no_pairs, {"total": 0}))
        )

    def _lift(self, pairs: IntMatrix) -> IntMatrix:
        """Return the pairs of all people, sorted, given pairs of the reduced problem."""
        chosen = np.column_stack([self.mentors[pairs[:, 0]], self.mentees[pairs[:, 1]]])
        all_pairs = np.concatenate([self.face.fixed, chosen])
        return all_pairs[np.lexsort(all_pairs.T[::-1])]


def _remaining_degrees(bounds: RemainingDegrees, conditional_minimums: IntVector, some: IntVector) -> DegreeBounds:
    """Return the degree bounds of the people ``some`` in open pairs."""
    open_bounds, least = bounds.of(some), conditional_minimums[some]
    is_conditional = (least > 1) & (open_bounds.least == 0)
    return DegreeBounds(np.where(is_conditional, least, open_bounds.least), open_bounds.most, is_conditional)


def _remaining_rows(
    rows: tuple[Row, ...], people: tuple[IntVector, IntVector], fixed: IntMatrix, shape: tuple[int, int]
) -> Iterator[Row]:
    # Bounds on open pairs; rows that always hold are dropped
    for row in rows:
        fixed_total = int(row.coefficients_of(fixed[:, 0], fixed[:, 1], shape).sum())
        lower, upper = (None if bound is None else bound - fixed_total for bound in (row.least, row.most))
        remaining = replace(row, least=lower, most=upper).among(*people)
        if remaining.weights.any() or not remaining.is_satisfied_by(fixed[:0], shape):
            yield remaining


NO_ANSWER_NOTE = "found no solution that satisfies the coupling rules, and no proof that none exists"
OPEN_PAIRS_PER_PERSON = (2, 8, 32)  # left open in one attempt after the other, without an incumbent
SCAN_FACTOR = 4  # a scan lists up to this multiple of them, if they are within the limit of reduced costs


@dataclass(frozen=True, slots=True)
class GapSolve:
    """A solve that closes the gap at an optimum of the Lagrangian dual."""

    master: RestrictedMaster
    pricing: PricingProblem
    duals: DualSolution  # of people and rows
    penalised_duals: SideVectors  # of people, including penalties
    bound: int  # the dual bound
    undualised_rows: tuple[Row, ...] = ()
    max_open_pairs: int | None = None
    optimal_tiers: tuple[Tier, ...] = ()  # of a relaxation: no solution is better

    def solution(self) -> Solution:
        """Return the best solution found over the open pairs, proved if no other pair can be in an optimum.

        If that is not known, a small problem is solved over all pairs. Without a solution, the status is FAILED or
        INFEASIBLE. Raises TimeLimitReached if a solve finds none in time.
        """
        is_small = max(self.pricing.scores.shape) <= SIFTING_OPTIONS.solve_whole_max
        # With an incumbent, the limit of fixing is exact
        gap = None if self.master.incumbent is None else self._gap(self.master.incumbent.pairs)
        for pairs_per_person in OPEN_PAIRS_PER_PERSON:
            # Without one, the cheapest pairs are left open, and the gap is checked afterwards
            max_cost = (
                find_cost_quantile(self.pricing, self.penalised_duals, self.pricing.list_length(pairs_per_person))
                if gap is None
                else gap
            )
            reduced, others_cost = self._reduce(max_cost, SCAN_FACTOR * self.pricing.list_length(pairs_per_person))
            if reduced is None:
                break
            solution = reduced.solve(self.master.run)
            if solution.status in (Status.FEASIBLE, Status.FAILED):
                return self.master.report_pairs(solution.pairs, self.bound) if solution.tiers else solution
            # Solved: a new incumbent, hence a new gap
            if solution.status is Status.PROVED:
                gap, ties = self._gap(solution.pairs), self.master.run.ties
                reaches_bound = self._reaches_bound(solution.pairs)
                # All pairs of solutions as good were open: the weighted goals are at their optimum, ties included
                if gap <= min(max_cost, others_cost - 1):
                    if self.master.weighted.exact_order or reaches_bound:
                        return state_optimal(self.master.problem, solution.pairs, Status.PROVED)
                    break
                # Every goal reaches its bound, but tied solutions may contain pairs that were not open
                if reaches_bound and not (is_small and ties):
                    return state_optimal(
                        self.master.problem, solution.pairs, Status.FEASIBLE if ties else Status.PROVED
                    )
        return self._solve_whole() if is_small else self._give_up()

    def _give_up(self) -> Solution:
        return self.master.incumbent or empty_solution(Status.FAILED, "", (NO_ANSWER_NOTE,))

    def _solve_whole(self) -> Solution:
        """Return the solution over all pairs by the ordinary engine, for a small problem.

        Raises TimeLimitReached if there is none in time.
        """
        problem = self.master.problem
        assert isinstance(problem.scores, ImplicitScores)
        all_pairs = self.pricing.pairs().merge(
            select_allowed(problem.scores, pair_array(problem.pins)), problem.shape[1]
        )
        rows, scores = (*problem.rows, *self.undualised_rows), SparseScores(problem.shape, *all_pairs.columns)
        complete = replace(problem, scores=scores, rows=rows)
        solution = solve_unchecked(complete, None, replace(self.master.run, on_incumbent=ignore_incumbent), Incumbent())
        if solution.status is Status.STOPPED:
            raise TimeLimitReached
        return (
            solution if solution.status is not Status.FEASIBLE else self.master.report_pairs(solution.pairs, self.bound)
        )

    def _reduce(self, max_cost: int, max_per_mentor: int) -> tuple[ReducedProblem | None, int]:
        """Return the problem after fixing at ``max_cost``, and a lower bound on the reduced cost of other pairs.

        About ``max_per_mentor`` pairs are open on average. None instead of the problem if integers would be too large,
        or more than ``max_open_pairs`` are open.
        """
        scanned = self.pricing.scan(self.penalised_duals, max_cost, max_per_mentor)
        others_cost = int(scanned.rest_bound[self.pricing.scores.mentors].min(initial=max_cost + 1))
        rows, shape = self.master.problem.rows, self.master.problem.shape
        # Rows with a multiplier above the limit are tight: equations instead of penalties
        fixed_duals = tuple(dual if abs(dual) > max_cost else 0 for dual in self.duals.rows)
        face = self.pricing.face(scanned.pairs)
        if self.max_open_pairs is not None and len(face) > self.max_open_pairs:
            return None, others_cost
        # People with a dual above the limit have a fixed degree
        sides = (
            _fix_loads(face.left, self.duals.mentors, max_cost),
            _fix_loads(face.right, self.duals.mentees, max_cost),
        )
        face = replace(face, left=sides[0][0], right=sides[1][0])
        # Profits are negated reduced costs, without the duals of fixed people and rows
        profit = (
            sides[0][1][face.lefts]
            + sides[1][1][face.rights]
            - self.pricing.reduced_cost(scanned.pairs, self.penalised_duals)
        )
        for row, dual, fixed_dual in zip(rows, self.duals.rows, fixed_duals, strict=True):
            profit += (dual - fixed_dual) * row.coefficients_of(face.lefts, face.rights, shape)
        if int(np.abs(profit).max(initial=0)) > MAX_SUM // (2 * sum(shape) + self.master.problem.max_pairs + 1):
            return None, others_cost
        loads = (self.master.problem.mentors, self.master.problem.mentees)
        conditional_minimums = [np.where(bounds.conditional, bounds.least, 0) for bounds in loads]
        return ReducedProblem.of(
            face, (*tighten_rows(rows, fixed_duals), *self.undualised_rows), profit, conditional_minimums
        ), others_cost

    def _gap(self, pairs: IntMatrix) -> int:
        return self.bound - self._value(self.pricing.stage, pairs)

    def _reaches_bound(self, pairs: IntMatrix) -> bool:
        """Return whether pairs are optimal in every goal, by the dual bound or by the optimum of a relaxation.

        The pairs are also reported.
        """
        tiers = self.master.report_pairs(pairs, self.bound).tiers
        if all(tier.value == tier.bound for tier in tiers):
            return True
        return [tier.value for tier in tiers] == [tier.value for tier in self.optimal_tiers]

    def _value(self, stage: ScalarObjective, pairs: IntMatrix) -> int:
        """Return the profit of pairs without that of the pins."""
        profits = (
            stage.profit(self.master.problem, *some_pairs.T)
            for some_pairs in (pairs, pair_array(self.master.problem.pins))
        )
        total, pinned = (exact_dot(profit) for profit in profits)
        return total - pinned


def _fix_loads(bounds: RemainingDegrees, duals: IntVector, max_cost: int) -> tuple[RemainingDegrees, IntVector]:
    """Return degree bounds, fixed for people with an absolute dual above ``max_cost``, and (n,) the other duals.

    Fixed people have 0 in place of their dual.
    """
    is_fixed = np.abs(duals) > max_cost
    # With a positive dual, unused capacity costs more than the gap; with a negative one, exceeding the minimum does
    lower = np.where(is_fixed & (duals > 0), bounds.most, bounds.least)
    upper = np.where(is_fixed & (duals < 0), bounds.least, bounds.most)
    return RemainingDegrees(lower, upper), np.where(is_fixed, 0, duals)


def tighten_rows(rows: tuple[Row, ...], duals: tuple[int, ...]) -> Iterator[Row]:
    """Yield rows; a row with a dual becomes an equation at that bound (complementary slackness)."""
    for row, dual in zip(rows, duals, strict=True):
        yield replace(row, least=row.most if dual > 0 else row.least, most=row.least if dual < 0 else row.most)


def state_optimal(problem: AssignmentProblem, pairs: IntMatrix, status: Status) -> Solution:
    """Return pairs that are optimal in all goals as a solution. ``status``: PROVED, or FEASIBLE if ties are left."""
    values = {tier.goal: tier.value for tier in evaluate_tiers(problem, pairs, {})}
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, values)))
