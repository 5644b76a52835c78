"""Restricted master: goals in one weighted objective, faces solved from a warm start, incumbents reported.

Lexicographic goals become one objective by preemptive weights (Sherali and Soyster 1983): a unit of one goal outweighs
the whole range of all later goals. With 100,000 pairs, three such weights overflow. However, two solutions differ by
exchanges of a few people each, so weights that outweigh the next goal over some hundreds of pairs are usually
sufficient. Whether they were is proved for each optimum from its rounded duals (``proves_order``); if not, the weights
grow if integers allow.

Minimum degrees are enforced by a penalty, which grows until it is exact; see ``flow.lower_bounds``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.flow.lower_bounds import solve_with_lower_bounds
from mentormatch.assignment.lexicographic import TimeLimitReached, first_stage
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import Solution, Status, ignore_incumbent
from mentormatch.assignment.objective import (
    LeximinStages,
    ScalarObjective,
    evaluate_tiers,
    objective_of,
    scalarize,
    scalarize_loosely,
)
from mentormatch.assignment.optimal_face import (
    OptimalFace,
    PrimalDual,
    exact_dot,
    pair_array,
    remaining_degrees,
    round_to_nearest_unit,
)
from mentormatch.assignment.sparse_assignment import MAX_FLOAT64, solve_sparse
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.subproblem import PricingProblem, SideVectors
from mentormatch.scale.scan.blocks import Scanner, scan_all
from mentormatch.scale.scan.dispatch import DistributedScan
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scan.workers import ScanPool
from mentormatch.scale.scores.matrix import ScoreMatrix
from mentormatch.scoring.scores import MILLION

if TYPE_CHECKING:
    from mentormatch.assignment.flow.assignment import WarmStart


@dataclass(frozen=True, slots=True)
class WeightLimits:
    """Upper limits on the profit of a pair: up to ``most``, integers are exact; ``usual`` is tried first."""

    most: int
    usual: int

    def loose_stage(self, problem: AssignmentProblem, goals: tuple[str, ...]) -> ScalarObjective | None:
        """Return the goals in one objective, with the largest weights within a limit; None if none fit.

        The limit is ``usual``, or ``most`` if no weights fit in ``usual``.
        """
        stages = (scalarize_loosely(problem, goals, limit) for limit in (self.usual, self.most))
        return next((stage for stage in stages if stage is not None), None)


@dataclass(frozen=True, slots=True)
class WeightedGoals:
    """The objective ``stage`` that is solved, and the ``weights`` of the goals that its duals bound.

    ``stage`` and its duals are in units of 1 / ``denominator`` of ``weights``. If any optimum is acceptable and no goal
    uses scores, almost all pairs tie. The total is then added below the goals to separate them if it fits, but it is
    not in ``weights``. ``exact_order``: the weights are preemptive, so every optimum is lexicographic.
    """

    stage: ScalarObjective
    weights: tuple[tuple[str, int], ...]
    denominator: int = 1
    exact_order: bool = True

    @classmethod
    def of(cls, problem: AssignmentProblem, limits: WeightLimits, *, ties: bool) -> Self | None:
        """Return the objective of a problem; None if its integers are too large, or for leximin.

        ``ties``: ties will be broken, so the total must not be added.
        """
        # Exact preemptive weights, if they fit: the goals are one stage
        stages = scalarize(problem, limits.most)
        with_total = not ties and "total" not in problem.goals
        if any(isinstance(stage, LeximinStages) for stage in stages):
            return None
        # They overflow: loose weights, verified for each optimum
        if len(stages) > 1:
            stage = limits.loose_stage(problem, (*problem.goals, "total") if with_total else problem.goals)
            return None if stage is None else cls._of_stage(stage, with_total=with_total)
        requested = first_stage(stages)
        return (cls._with_total(problem, limits, requested) if with_total else None) or cls(
            requested, requested.weights
        )

    @classmethod
    def _with_total(cls, problem: AssignmentProblem, limits: WeightLimits, requested: ScalarObjective) -> Self | None:
        """Return the objective with the total below the goals, in exact or loose order; None if it is too large."""
        total, max_pairs = objective_of(problem, "total"), problem.max_pairs
        # Goals are multiplied by more than the range of the total
        if requested.fits_above(total, max_pairs):
            finer = requested.dominate(total, max_pairs)
            if finer.range < limits.usual:
                return cls(finer, requested.weights, finer.unit // requested.unit)
        stage = limits.loose_stage(problem, (*problem.goals, "total"))
        return None if stage is None else cls._of_stage(stage, with_total=True)

    @classmethod
    def _of_stage(cls, stage: ScalarObjective, *, with_total: bool) -> Self:
        requested = stage.weights[:-1] if with_total else stage.weights
        denominator = requested[-1][1]
        return cls(
            stage, tuple((goal, weight // denominator) for goal, weight in requested), denominator, exact_order=False
        )

    def refine(self, finer: int) -> Self:
        """Return the same objective in units ``finer`` times smaller, for finer multipliers."""
        return replace(self, stage=self.stage.scaled(finer), denominator=self.denominator * finer)

    def proves_order(self, face: OptimalFace, optimum: PrimalDual) -> bool:
        """Return whether it is proved that all optima on a face of tight pairs are lexicographic optima.

        It is if the pairs are also tight at duals rounded to whole weights. Then for each goal but the last, every
        optimum on the face attains the sum of the rounded duals, which bounds every solution.
        """
        if self.exact_order:
            return True
        duals = optimum.left[face.lefts], optimum.right[face.rights]
        return all(_stays_tight(duals, unit) for _, unit in self.stage.weights[:-1])


def _stays_tight(duals: tuple[IntVector, IntVector], unit: int) -> bool:
    """Return whether tight pairs with duals (e,) of both people are still tight after rounding to units."""
    mentors, mentees = round_to_nearest_unit(duals, unit)
    return np.array_equal(mentors + mentees, (duals[0] + duals[1]) // unit)


MAX_EXACT_PROFIT = 1 << 57  # so that all sums in path searches stay below 2^62
PENALTY_GROWTH = 4  # the first penalty of an unfilled required place, in units of the largest profit, and its growth
MULTIPLIER_DENOMINATOR = 1 << 20  # of multipliers, if no goal uses scores
PENALTY_OVERFLOW = "minimums that few people can satisfy need integers beyond the exact range"
GOALS_OVERFLOW = "the goals of these pairs need integers beyond 2^57, which are not solved exactly"
NEEDS_SCALE_EXTRA = "the goals of these pairs need integers beyond 2^53, for which the extra 'scale' is needed"


@dataclass(slots=True)
class RestrictedMaster:
    """The solver of faces of a problem, each from the duals and partners of the last solve; it has the incumbent.

    ``accepts``: whether pairs satisfy the rules that are not part of faces; other solutions are not reported. ``pool``:
    workers that scan; None for threads of this process. ``start``: the warm start of the next solve. ``penalty``: of
    each unfilled required place; 0 if there are no minimums, until ties are solved. ``profit_range``: the widest range
    of profits since the goals were set or ties were solved.
    """

    problem: AssignmentProblem
    run: SolveOptions
    compiled: bool
    accepts: Callable[[IntMatrix], bool]
    incumbent: Solution | None = None
    pool: ScanPool[Any] | None = None
    limits: WeightLimits = field(init=False)
    weighted: WeightedGoals = field(init=False)
    start: "WarmStart | IntVector | None" = None
    flipped_sides: bool = False
    penalty: int = 0
    profit_range: int = 0

    def __post_init__(self) -> None:
        # The penalty must also fit in the exact range
        has_minimums = any(bounds.least.any() for bounds in remaining_degrees(self.problem))
        max_profit = self.max_profit // (2 * PENALTY_GROWTH if has_minimums else 1)
        self._set_goals(
            WeightLimits(max_profit, max_profit // max(self.problem.max_pairs, 1) if has_minimums else max_profit),
            ties=self.run.ties,
        )
        self.penalty = self._initial_penalty() if has_minimums else 0

    def _set_goals(self, limits: WeightLimits, *, ties: bool) -> None:
        """Weight the goals within some limits; ``ties``: without a total that is not requested.

        Raises EngineError if they do not fit.
        """
        weighted = WeightedGoals.of(self.problem, limits, ties=ties)
        if weighted is None:
            raise EngineError(self.overflow_message)
        # If profits are small integers, integer multipliers of rows need a finer unit
        needs_finer_units = (
            self.problem.rows
            and weighted.exact_order
            and not weighted.stage.score
            and MULTIPLIER_DENOMINATOR * weighted.stage.range < limits.most
        )
        self.limits, self.weighted = limits, weighted.refine(MULTIPLIER_DENOMINATOR) if needs_finer_units else weighted
        self.profit_range = self.stage.range

    def _initial_penalty(self) -> int:
        # A multiple of the weight of the first goal, so that duals stay near multiples of it
        return self.stage.unit * (PENALTY_GROWTH * self.stage.range // self.stage.unit + 1)

    @property
    def stage(self) -> ScalarObjective:
        """The objective: the profit of each pair."""
        return self.weighted.stage

    @property
    def denominator(self) -> int:
        """Units of the objective per unit of the requested goals."""
        return self.weighted.denominator

    @property
    def pricing(self) -> PricingProblem:
        """The pricing problem over all pairs."""
        return PricingProblem.of(self.problem, self.stage, self.make_scanner)

    @property
    def overflow_message(self) -> str:
        """The note of a result if integers are too large."""
        return GOALS_OVERFLOW if self.compiled else NEEDS_SCALE_EXTRA

    @property
    def max_profit(self) -> int:
        """The largest profit of a pair for which sums are exact."""
        return MAX_EXACT_PROFIT if self.compiled else MAX_FLOAT64 // 3

    def with_rows(self, rows: tuple[Row, ...]) -> "RestrictedMaster":
        """Return the master of the same problem with other rows; it does not report incumbents."""
        problem, run = replace(self.problem, rows=rows), replace(self.run, on_incumbent=ignore_incumbent)
        return RestrictedMaster(problem, run, self.compiled, self.accepts, pool=self.pool)

    def repeat_until_valid(
        self, solve: Callable[[], tuple[OptimalFace, PrimalDual]]
    ) -> tuple[OptimalFace, PrimalDual] | None:
        """Call ``solve`` until its optimum satisfies minimums and the order of goals, and return it.

        Penalty and weights grow in between. None if no solution satisfies the minimums. Raises EngineError if the
        penalty or weights that are needed leave the exact range.
        """
        while True:
            face, optimum = solve()
            if not face.holds(optimum):
                # This penalty exceeds the profit of all pairs together: the minimums are infeasible
                if self.penalty > self.profit_range * self.problem.max_pairs:
                    return None
                self._raise_penalty()
            # Verified: every solution with this objective value is a lexicographic optimum
            elif self.weighted.proves_order(face, optimum):
                return face, optimum
            else:
                self._raise_weights()

    def _raise_penalty(self) -> None:
        """Multiply the penalty. Raises EngineError if it leaves the exact range."""
        self.penalty, self.start = self.penalty * PENALTY_GROWTH, None
        if self.penalty > self.max_profit:
            raise EngineError(PENALTY_OVERFLOW)

    def _raise_weights(self) -> None:
        """Make goals outweigh the next goal over as many pairs as integers allow, and reset the penalty.

        If they do already, a total that is not requested is left out. Raises EngineError if that does not help.
        """
        if self.limits.usual >= self.limits.most:
            if self.drop_total():
                return
            raise EngineError(self.overflow_message)
        self._set_goals(replace(self.limits, usual=self.limits.most), ties=self.run.ties)
        self.penalty, self.start = self._initial_penalty(), None

    def drop_total(self) -> bool:
        """Leave out a total that is not requested if all weights are then exact; return whether it was left out."""
        requested = None if self.weighted.exact_order else WeightedGoals.of(self.problem, self.limits, ties=True)
        if requested is None or not requested.exact_order:
            return False
        self._set_goals(self.limits, ties=True)
        self.penalty, self.start = self._initial_penalty() if self.penalty else 0, None
        return True

    def relabel_duals(self, solution: Solution) -> Solution:
        """Return the solution with its duals labelled as duals of the requested goals.

        If the total was added, the duals also bound the goals without the total, because no score is negative.
        """
        relabelled = (
            replace(stage, weights=self.weighted.weights, denominator=self.weighted.denominator)
            for stage in solution.prices
        )
        return replace(solution, prices=tuple(relabelled))

    def make_scanner(self, matrix: ScoreMatrix) -> Scanner | None:
        """Return the scanner of a score matrix. Workers scan the matrix of the whole problem only."""
        assert isinstance(self.problem.scores, ImplicitScores)
        if self.pool is not None and matrix is self.problem.scores.matrix:
            return DistributedScan.of(self.pool, matrix, self.check_deadline)
        return partial(
            scan_all,
            choose_scanner(matrix, compiled=self.compiled),
            matrix.shape[0],
            check_deadline=self.check_deadline,
        )

    def check_deadline(self) -> None:
        """Raise TimeLimitReached if the time is over."""
        if self.run.timed_out:
            raise TimeLimitReached

    def solve(self, face: OptimalFace, profit: IntVector, prices: SideVectors | None = None) -> PrimalDual:
        """Return the optimum of a face with profits (e,).

        ``prices``: the duals from which the solve starts; None for the last warm start. The optimum may violate
        minimums if the penalty is too small. Raises TimeLimitReached if the time is over.
        """
        self.check_deadline()
        # Profits less multipliers may have a wider range than the goals; the penalty must exceed it
        self._fit_penalty(profit)
        flipped_sides = self.flipped_sides = face.should_swap_sides
        if prices is not None:
            self.start = prices[0 if flipped_sides else 1]
        # The solvers need the side with one partner per person on the left
        solve = self._solve_compiled if self.compiled else self._solve_scipy
        oriented_face = face.swap_sides() if flipped_sides else face
        # b-matching if both sides have several places, else semi-assignment
        if oriented_face.is_b_matching:
            from mentormatch.assignment.flow.b_matching import solve_b_matching

            optimum = solve_b_matching(oriented_face, profit, self.penalty, solve, self.check_deadline)
        else:
            optimum = solve_with_lower_bounds(oriented_face, profit, self.penalty, solve)
        return PrimalDual(optimum.chosen, optimum.right, optimum.left) if flipped_sides else optimum

    def warm_start(self, face: OptimalFace, optimum: PrimalDual) -> None:
        """Set the next warm start to a solution and duals that are nearly optimal; only compiled code starts warm."""
        if self.compiled:
            from mentormatch.assignment.flow.assignment import WarmStart

            flipped_sides = face.should_swap_sides
            oriented = PrimalDual(optimum.chosen, optimum.right, optimum.left) if flipped_sides else optimum
            self.start = (
                oriented.right
                if face.is_b_matching
                else WarmStart.of(face.swap_sides() if flipped_sides else face, oriented)
            )

    def _fit_penalty(self, profit: IntVector) -> None:
        if self.penalty and len(profit):
            self.profit_range = max(self.profit_range, max(int(profit.max()), 0) - min(int(profit.min()), 0))
            self.penalty = max(self.penalty, PENALTY_GROWTH * self.profit_range + 1)

    def shift_duals(self, penalties: SideVectors) -> None:
        """Lower the duals of the next warm start by ``penalties``, so that they stay nearly optimal.

        ``penalties``: the increase of the penalty of each mentor (n,) and of each mentee (m,).
        """
        if self.start is not None and not isinstance(self.start, np.ndarray):
            duals = self.start.duals  # the duals of required places are repeated at the end
            shifted = duals - np.resize(penalties[0 if self.flipped_sides else 1], len(duals))
            is_small_change = max(int(np.abs(side).max(initial=0)) for side in penalties) <= self.stage.score * MILLION
            # If no profit changed by more than a full score, a long warm start is still faster than a cold one
            self.start = replace(
                self.start, duals=shifted, arc_budget=1_000 if is_small_change else self.start.arc_budget
            )

    def solve_ties(self, face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        """Return the optimum of a face of tied solutions, raising the penalty until the minimums hold.

        If they cannot hold, None without compiled code, else EngineError.
        """
        self.check_deadline()
        if not self.compiled and not face.is_b_matching:
            return solve_sparse(face, profit)
        self.start, self.penalty, self.profit_range = None, 1, 0
        # The face is not empty, so some penalty is large enough
        while not face.holds(optimum := self.solve(face, profit)):
            self.start, self.penalty = None, self.penalty * PENALTY_GROWTH
        return optimum

    def _solve_compiled(self, face: OptimalFace, profit: IntVector) -> PrimalDual:
        """Solve a semi-assignment by auction and augmenting paths, from the warm start."""
        from mentormatch.assignment.flow.assignment import WarmStart
        from mentormatch.assignment.flow.assignment import solve_assignment as best_by_paths

        start = WarmStart.from_duals(face, self.start) if isinstance(self.start, np.ndarray) else self.start
        # None if the start is of other people
        start = None if start is None else start.fit_to(face)
        optimum = best_by_paths(face, profit, start, self.check_deadline)
        self.start = WarmStart.of(face, optimum)
        return optimum

    def _solve_scipy(self, face: OptimalFace, profit: IntVector) -> PrimalDual:
        """Solve a semi-assignment by scipy, if numba is not installed or not worth loading.

        Raises EngineError if it is infeasible.
        """
        optimum = solve_sparse(face, profit)
        if optimum is None:
            raise EngineError("The restricted master has become infeasible")
        return optimum

    def report(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Report a solution with a dual bound, if it satisfies the minimums and all rules."""
        if not face.holds(optimum):
            return
        self.report_pairs(face.solution_pairs(optimum.chosen), bound)

    def report_pairs(self, pairs: IntMatrix, bound: int) -> Solution:
        """Return pairs as a solution, and report it if it satisfies all rules.

        ``bound``: of the weighted objective without pins, from which the bounds of the first goals follow.
        """
        tiers = tuple(evaluate_tiers(self.problem, pairs, {}))
        # The bound does not include pins; tiers do
        pinned = exact_dot(self.stage.profit(self.problem, *pair_array(self.problem.pins).T))
        bounds = self._bounds({tier.goal: tier.value for tier in tiers}, bound + pinned)
        tiers = tuple(replace(tier, bound=bounds.get(tier.goal)) for tier in tiers)
        solution = Solution(Status.FEASIBLE, pairs, tiers, "wide")
        if self.accepts(pairs):
            self.incumbent = solution
            self.run.on_incumbent(lambda: solution)
        return solution

    def _bounds(self, values: dict[str, int], bound: int) -> dict[str, int]:
        """Return bounds of single goals that follow from a bound of the weighted objective.

        A goal has its value as bound if all goals before it and it reach their bounds. The first goal that does not has
        the remaining bound over its weight; later goals have no bound.
        """
        remaining, bounds, former = bound, dict[str, int](), len(self.problem.former)
        goals = [item for item in self.stage.weights if item[0] in values]
        for goal, weight in goals:
            counts_changes = goal == "changes"
            value, max_value = former - values[goal] if counts_changes else values[goal], remaining // weight
            # Changes are minimised; the objective counts retained former pairs
            bounds[goal] = max(former - max_value, 0) if counts_changes else max_value
            if max_value != value:
                return bounds
            remaining -= weight * value
        return bounds
