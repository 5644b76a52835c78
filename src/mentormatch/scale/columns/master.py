"""The restricted master: the goals in one weighted objective, faces solved from a warm start, incumbents reported.

Lexicographic goals become one objective by preemptive weights (Sherali and Soyster 1983): a goal outdoes the next if
its unit weighs more than all that the next can reach. Over 100,000 pairs three such weights on each other overflow. But
what one answer gains on another it gains by exchanges of a few people each, so weights that outdo the next goal over
some hundreds of pairs do as well; that they did is proved of each optimum from its rounded duals (``order_proved``),
and where they did not, weights grow.

Minimum loads are kept by a penalty, which grows until it is exact: see ``flow.lower_bounds``.
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
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
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
    """Upper limits on the profit of a pair: ``most`` is what stays exact, ``usual`` what is tried first."""

    most: int
    usual: int

    def loose_stage(self, problem: AssignmentProblem, goals: tuple[str, ...]) -> ScalarObjective | None:
        """Return the goals in one objective with the surest weights that fit the limits; None if none do."""
        found = (scalarize_loosely(problem, goals, limit) for limit in (self.usual, self.most))
        return next((stage for stage in found if stage is not None), None)


@dataclass(frozen=True, slots=True)
class WeightedGoals:
    """The objective ``stage`` that is solved, and what its duals prove: ``weights`` of the goals, over ``denominator``.

    Where any optimum will do and goals ask for no scores, nearly all pairs tie; the total is then added below the goals
    to tell them apart, and is not among ``weights``. ``exact_order``: the weights are preemptive, no optimum can break
    the order of goals.
    """

    stage: ScalarObjective
    weights: tuple[tuple[str, int], ...]
    denominator: int = 1
    exact_order: bool = True

    @classmethod
    def of(cls, problem: AssignmentProblem, limits: WeightLimits, *, ties: bool) -> Self | None:
        """Return the objective of a problem, None if its numbers are too great; ``ties``: not any optimum will do."""
        # Exact preemptive weights, if they fit: the goals are one stage.
        stages = scalarize(problem, limits.most)
        with_total = not ties and "total" not in problem.goals
        if any(isinstance(stage, LeximinStages) for stage in stages):
            return None
        # They overflow: loose weights, verified of each optimum.
        if len(stages) > 1:
            stage = limits.loose_stage(problem, (*problem.goals, "total") if with_total else problem.goals)
            return None if stage is None else cls._of_stage(stage, with_total=with_total)
        requested = first_stage(stages)
        return (cls._with_total(problem, limits, requested) if with_total else None) or cls(
            requested, requested.weights
        )

    @classmethod
    def _with_total(cls, problem: AssignmentProblem, limits: WeightLimits, requested: ScalarObjective) -> Self | None:
        """Return the objective with the total below the goals, None if that is too great."""
        total, places = objective_of(problem, "total"), problem.max_pairs
        # Goals times more than the whole range of the total, plus the total.
        if requested.fits_above(total, places):
            finer = requested.dominate(total, places)
            if finer.range < limits.usual:
                return cls(finer, requested.weights, finer.unit // requested.unit)
        stage = limits.loose_stage(problem, (*problem.goals, "total"))
        return None if stage is None else cls._of_stage(stage, with_total=True)

    @classmethod
    def _of_stage(cls, stage: ScalarObjective, *, with_total: bool) -> Self:
        """Return the objective of weights whose order is verified afterwards."""
        requested = stage.weights[:-1] if with_total else stage.weights
        denominator = requested[-1][1]
        return cls(
            stage, tuple((goal, weight // denominator) for goal, weight in requested), denominator, exact_order=False
        )

    def refine(self, finer: int) -> Self:
        """Return the same objective in units so many times smaller, for which multipliers can be finer."""
        return replace(self, stage=self.stage.scaled(finer), denominator=self.denominator * finer)

    def order_proved(self, face: OptimalFace, optimum: PrimalDual) -> bool:
        """Return whether all answers on a face of tight pairs, proved by its optimum, are the best goal by goal.

        They are if all pairs are as tight at prices in whole weights: people without a price then have none, so that
        every answer on the face is worth, up to each goal, the sum of these prices, and no answer at all is worth more.
        """
        if self.exact_order:
            return True
        prices = optimum.left[face.lefts], optimum.right[face.rights]
        return all(_as_tight(prices, unit) for _, unit in self.stage.weights[:-1])


def _as_tight(prices: tuple[IntVector, IntVector], unit: int) -> bool:
    """Return whether the prices (e,) of both people of tight pairs pay for no more than these in whole units too."""
    mentors, mentees = round_to_nearest_unit(prices, unit)
    return np.array_equal(mentors + mentees, (prices[0] + prices[1]) // unit)


INT_EXACT = 1 << 57
"""Profits stay below this, so that all sums in the search for paths stay below 2^62."""
PENALTY_GROWTH = 4
"""The penalty of a place that must be taken begins at so many times what a pair can be worth, and grows by that factor.
"""
FINEST = 1 << 20
"""Where goals ask for no scores, multipliers are parts of a unit, of so many."""
PATIENCE, LITTLE = 1_000, MILLION
"""If penalties changed no profit by more than one full score, a warm start may take so many steps a pair.

A cold one would take longer.
"""
BEYOND = "minimums that so many people can hardly keep take integers beyond what is exact"
GREAT = "the goals of so many pairs take integers beyond 2^57, which are not solved exactly"
NEEDS = "the goals of so many pairs take integers beyond 2^53, for which the extra 'scale' is needed"


@dataclass(slots=True)
class RestrictedMaster:
    """Solves faces of a problem, each from the duals and partners of the last; keeps and reports the incumbent.

    ``accepts`` says whether pairs keep the rules that no face knows of: other answers are not reported. ``pool``:
    workers that scan, None for threads here. ``start``: of the next solve. ``penalty``: of each required place that is
    free, 0 if there are none. ``profit_range``: the widest range of profits so far.
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
        # Minimum loads need room for the penalty in 2^57.
        needed = any(bounds.least.any() for bounds in remaining_degrees(self.problem))
        max_profit = self.max_profit // (2 * PENALTY_GROWTH if needed else 1)
        self._set_goals(
            WeightLimits(max_profit, max_profit // max(self.problem.max_pairs, 1) if needed else max_profit)
        )
        self.penalty = self._initial_penalty() if needed else 0

    def _set_goals(self, limits: WeightLimits) -> None:
        """Weigh the goals within some limits; raise EngineError if they do not fit."""
        weighted = WeightedGoals.of(self.problem, limits, ties=self.run.ties)
        if weighted is None:
            raise EngineError(self.overflow_message)
        # Integer multipliers of rows need a finer unit where profits are small whole numbers.
        finest = (
            self.problem.rows
            and weighted.exact_order
            and not weighted.stage.score
            and FINEST * weighted.stage.range < limits.most
        )
        self.limits, self.weighted = limits, weighted.refine(FINEST) if finest else weighted
        self.profit_range = self.stage.range

    def _initial_penalty(self) -> int:
        """Return the first penalty.

        A multiple of what the first goal weighs, so that duals stay near multiples of it.
        """
        return self.stage.unit * (PENALTY_GROWTH * self.stage.range // self.stage.unit + 1)

    @property
    def stage(self) -> ScalarObjective:
        """Return the objective: what pairs are worth."""
        return self.weighted.stage

    @property
    def requested(self) -> ScalarObjective:
        """Return the requested goals alone as one objective, if exact weights fit."""
        return first_stage(scalarize(self.problem, self.limits.most))

    @property
    def denominator(self) -> int:
        """Return how many units of the objective are one unit of the requested goals."""
        return self.weighted.denominator

    @property
    def pricing(self) -> PricingProblem:
        """Return all pairs of the problem, as they are priced."""
        return PricingProblem.of(self.problem, self.stage, self.make_scanner)

    @property
    def overflow_message(self) -> str:
        """Return what there is to say where numbers are too great."""
        return GREAT if self.compiled else NEEDS

    @property
    def max_profit(self) -> int:
        """Return what a pair may be worth at most, for sums to be exact."""
        return INT_EXACT if self.compiled else MAX_FLOAT64 // 3

    def with_rows(self, rows: tuple[Row, ...]) -> "RestrictedMaster":
        """Return the master of the same problem under other rows; it reports to nobody."""
        problem, run = replace(self.problem, rows=rows), replace(self.run, on_incumbent=ignore_incumbent)
        return RestrictedMaster(problem, run, self.compiled, self.accepts, pool=self.pool)

    def repeat_until_valid(
        self, found: Callable[[], tuple[OptimalFace, PrimalDual]]
    ) -> tuple[OptimalFace, PrimalDual] | None:
        """Return what ``found`` finds once it keeps minimum loads and the order of goals.

        None if no answer keeps the minimums.
        """
        while True:
            face, optimum = found()
            if not face.holds(optimum):
                # A penalty beyond all that pairs can be worth together is exact: the minimums are infeasible.
                if self.penalty > self.profit_range * self.problem.max_pairs:
                    return None
                self._raise_penalty()
            # Verified: no answer of the same objective value has the goals in another order.
            elif self.weighted.order_proved(face, optimum):
                return face, optimum
            else:
                self._raise_weights()

    def _raise_penalty(self) -> None:
        """Multiply the penalty of free required places; raise EngineError where that is beyond what is exact."""
        self.penalty, self.start = self.penalty * PENALTY_GROWTH, None
        if self.penalty > self.max_profit:
            raise EngineError(BEYOND)

    def _raise_weights(self) -> None:
        """Let goals outdo the next over as many pairs as numbers allow; raise EngineError where they do already.

        The first limits leave room for the penalty; it begins anew.
        """
        if self.limits.usual >= self.limits.most:
            raise EngineError(self.overflow_message)
        self._set_goals(replace(self.limits, usual=self.limits.most))
        self.penalty, self.start = self._initial_penalty(), None

    def relabel_duals(self, solution: Solution) -> Solution:
        """Return the solution with its duals said to be those of the requested goals.

        If the total was added only to break ties, the same duals bound the goals without it: its whole range is below
        one unit.
        """
        own = (
            replace(each, weights=self.weighted.weights, denominator=self.weighted.denominator)
            for each in solution.prices
        )
        return replace(solution, prices=tuple(own))

    def make_scanner(self, matrix: ScoreMatrix) -> Scanner | None:
        """Return the scanner of a score matrix: that of the workers for the whole problem, if there are any.

        Matrices of a few mentees are never sent.
        """
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
        """End the work if the time is up."""
        if self.run.timed_out:
            raise TimeLimitReached

    def solve(self, face: OptimalFace, profit: IntVector, prices: PerSide | None = None) -> PrimalDual:
        """Return the optimum of a face with profits (e,).

        ``prices``: duals to begin at, None: where the last solve ended.
        """
        self.check_deadline()
        # Penalised profits may range wider than the goals: the penalty must stay above.
        self._fit_penalty(profit)
        # The solvers want the side of single places on the left.
        flipped_sides = self.flipped_sides = face.should_swap_sides
        if prices is not None:
            self.start = prices[0 if flipped_sides else 1]
        # The face with the side of single places on the left.
        solve, own = (
            self._solve_compiled if self.compiled else self._solve_scipy,
            face.swap_sides() if flipped_sides else face,
        )
        # Both sides with several places: b-matching; else a semi-assignment.
        if own.is_b_matching:
            from mentormatch.assignment.flow.b_matching import solve_b_matching

            optimum = solve_b_matching(own, profit, self.penalty, solve, self.check_deadline)
        else:
            optimum = solve_with_lower_bounds(own, profit, self.penalty, solve)
        return PrimalDual(optimum.chosen, optimum.right, optimum.left) if flipped_sides else optimum

    def warm_start(self, face: OptimalFace, optimum: PrimalDual) -> None:
        """Begin the next solve at an answer and duals that are about optimal."""
        if self.compiled:
            from mentormatch.assignment.flow.assignment import WarmStart

            flipped_sides = face.should_swap_sides
            ends = PrimalDual(optimum.chosen, optimum.right, optimum.left) if flipped_sides else optimum
            self.start = (
                ends.right if face.is_b_matching else WarmStart.of(face.swap_sides() if flipped_sides else face, ends)
            )

    def _fit_penalty(self, profit: IntVector) -> None:
        """Raise the penalty beyond the range of profits, if there are required places at all."""
        if self.penalty and len(profit):
            self.profit_range = max(self.profit_range, max(int(profit.max()), 0) - min(int(profit.min()), 0))
            self.penalty = max(self.penalty, PENALTY_GROWTH * self.profit_range + 1)

    def shift_duals(self, penalties: PerSide) -> None:
        """Begin the next solve where the last ended, less what each person's pairs pay more in ``penalties``.

        So duals stay nearly feasible when multipliers move.
        """
        if self.start is not None and not isinstance(self.start, np.ndarray):
            prices = self.start.duals  # those of places that must be taken come once more
            # Penalties grew by so much: duals of the next optimum are about so much lower.
            moved = prices - np.resize(penalties[0 if self.flipped_sides else 1], len(prices))
            little = max(int(np.abs(side).max(initial=0)) for side in penalties) <= self.stage.score * LITTLE
            self.start = replace(self.start, duals=moved, arc_budget=PATIENCE if little else self.start.arc_budget)

    def solve_ties(self, face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        """Return the optimum of a face of tied answers.

        As it is not empty, a large enough penalty keeps the minimums.
        """
        self.check_deadline()
        if not self.compiled and not face.is_b_matching:
            return solve_sparse(face, profit)
        self.start, self.penalty, self.profit_range = None, 1, 0
        # The face has an answer, so some penalty is large enough.
        while not face.holds(optimum := self.solve(face, profit)):
            self.start, self.penalty = None, self.penalty * PENALTY_GROWTH
        return optimum

    def _solve_compiled(self, face: OptimalFace, profit: IntVector) -> PrimalDual:
        """Solve a semi-assignment by auction and augmenting paths, from the start at hand."""
        from mentormatch.assignment.flow.assignment import WarmStart
        from mentormatch.assignment.flow.assignment import solve_assignment as best_by_paths

        start = WarmStart.from_duals(face, self.start) if isinstance(self.start, np.ndarray) else self.start
        # A start for other people is of no use.
        start = None if start is None else start.fit_to(face)
        optimum = best_by_paths(face, profit, start, self.check_deadline)
        self.start = WarmStart.of(face, optimum)
        return optimum

    def _solve_scipy(self, face: OptimalFace, profit: IntVector) -> PrimalDual:
        """Solve a semi-assignment by scipy, where numba is not there or not worth loading."""
        found = solve_sparse(face, profit)
        if found is None:
            raise EngineError("An answer was lost among few pairs")
        return found

    def report(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Report an answer with a dual bound; one that does not keep the minimums is none."""
        if not face.holds(optimum):
            return
        self.report_pairs(face.solution_pairs(optimum.chosen), bound)

    def report_pairs(self, pairs: IntMatrix, bound: int) -> Solution:
        """Return pairs as a solution, and report it if it keeps all rules.

        Each goal has the bound that ``bound`` proves, the one of all in one number.
        """
        tiers = tuple(evaluate_tiers(self.problem, pairs, {}))
        # Bounds are about pairs beside the pins; tiers count all pairs.
        pinned = exact_dot(self.stage.profit(self.problem, *pair_array(self.problem.pins).T))
        bounds = self._bounds({tier.goal: tier.value for tier in tiers}, bound + pinned)
        tiers = tuple(replace(tier, bound=bounds.get(tier.goal)) for tier in tiers)
        solution = Solution(Status.FEASIBLE, pairs, tiers, "wide")
        if self.accepts(pairs):
            self.incumbent = solution
            self.run.on_incumbent(lambda: solution)
        return solution

    def _bounds(self, values: dict[str, int], bound: int) -> dict[str, int]:
        """Return what a bound of all goals in one number proves of each goal.

        Goals before the first that is not reached: their values. This one: what is left of the bound. Later ones:
        nothing.
        """
        left, found, former = bound, dict[str, int](), len(self.problem.former)
        known = [each for each in self.stage.weights if each[0] in values]
        for goal, weight in known:
            broken = goal == "changes"
            worth, most = former - values[goal] if broken else values[goal], left // weight
            # Changes are minimised: former pairs kept, counted from above.
            found[goal] = max(former - most, 0) if broken else most
            if most != worth:
                return found
            left -= weight * worth
        return found
