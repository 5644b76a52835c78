"""Bottleneck and max-min goals by threshold search (Gross 1959; Garfinkel 1971), kept as epsilon-constraints.

The value of ``floor`` or ``floor_person`` is the greatest threshold that a solution reaches which is optimal in the
earlier goals. Threshold algorithm: try the upper bound, which is often reached; after a failure use the tighter bound
implied by its duals, with galloping steps down; then bisect. If side constraints couple pairs, bisection on LP
relaxations excludes thresholds first, which leaves few integer programs. The threshold is kept as a constraint
(epsilon-constraint method, Haimes et al. 1971): the restricted problem has the same optima in all goals.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import takewhile
from typing import Protocol

import numpy as np

from mentormatch.assignment.bottleneck_goals import (
    BottleneckPair,
    CoarseBottleneckPair,
    MaxMinGoal,
    WorstMentee,
)
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import (
    DualSolution,
    IncumbentCallback,
    LazySolution,
    Solution,
    Status,
    Tier,
    ignore_incumbent,
)
from mentormatch.assignment.objective import eligible_mentees, evaluate_tiers
from mentormatch.base.arrays import BoolVector
from mentormatch.errors import EngineError

type DualSolve = Callable[[AssignmentProblem], Solution]  # solves a problem for its duals


def cardinality_dual(problem: AssignmentProblem, mentees: BoolVector) -> DualSolution:
    """Return the dual that proves a bound on the number of pairs: the slots of the side with fewer.

    ``mentees`` (m,): mentees who may be in a pair. Every slot costs 1 + 1/``denominator``. All reduced profits are then
    negative, so a checker need not list pairs, and the excess of all slots sums to less than 1.
    """
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees, strict=True)
    capacities = [np.minimum(loads.most, degree) for loads, degree in sides]
    counts = int(capacities[0].sum()), int(capacities[1][mentees].sum())
    # A slot of the side with fewer slots costs 1 + 1 / denominator
    denominator, mentors_are_scarce = min(counts) + 1, counts[0] <= counts[1]
    duals = (
        np.full(problem.shape[0], (denominator + 1) * mentors_are_scarce),
        np.where(mentees, (denominator + 1) * (not mentors_are_scarce), 0),
    )
    return DualSolution((("matched", 1),), *duals, denominator=denominator)


def infeasibility_duals(
    problem: AssignmentProblem, earlier_goals: tuple[str, ...], floor: int, prove: DualSolve
) -> Iterator[DualSolution]:
    """Yield duals that prove that no better floor is optimal in ``earlier_goals``, from the pairs above ``floor``.

    If no solution at all has a better floor, there may be no such duals; the certificate then proves less.
    """
    goals = earlier_goals if "matched" in earlier_goals else (*earlier_goals, "matched")
    # The pairs above the floor allow fewer pairs, or a worse value in the earlier goals
    above = replace(BottleneckPair().constrain(problem, floor + 1), goals=goals)
    yield from with_threshold(prove(above).prices, floor + 1)


def with_threshold(stages: Sequence[DualSolution], threshold: int) -> Iterator[DualSolution]:
    """Yield the duals as duals over the pairs with a score of ``threshold`` or more."""
    yield from (replace(stage, score_threshold=threshold) for stage in stages if stage.score_threshold is None)


def filter_proving_duals(goals: Sequence[str], stages: Sequence[DualSolution]) -> Iterator[DualSolution]:
    """Yield the duals that prove goals.

    Without a threshold: duals of the leading additive goals. With one, only if ``floor`` is a goal: duals of
    ``matched`` and of the leading goals that are additive or ``floor``.
    """
    without_threshold = set(takewhile(ADDITIVE_GOALS.__contains__, goals))
    with_floor = (
        {"matched", *takewhile({*ADDITIVE_GOALS, "floor"}.__contains__, goals)} if "floor" in goals else set[str]()
    )
    for stage in stages:
        if {goal for goal, _ in stage.weights} <= (without_threshold if stage.score_threshold is None else with_floor):
            yield stage


class SolveAdditive(Protocol):
    """Solves a problem of additive goals (or leximin) by an engine, with or without breaking ties."""

    def __call__(
        self, problem: AssignmentProblem, *, ties: bool, report: IncumbentCallback = ignore_incumbent
    ) -> Solution:
        """Return the engine's solution and report its incumbents."""
        ...

    @property
    def remaining_s(self) -> float | None:
        """The remaining seconds; None without a limit."""
        ...


def solve_nonadditive_goals(
    problem: AssignmentProblem, solve: SolveAdditive, report: IncumbentCallback = ignore_incumbent
) -> Solution:
    """Return the canonical solution in all goals, or the incumbent at the time limit, and report incumbents.

    Duals are included up to the first goal that is not additive, and beyond it if that goal is ``floor``.
    """

    def report_with_tiers(incumbent: LazySolution) -> None:
        report(lambda: _with_all_tiers(problem, incumbent()))

    full = replace(problem, goals=_with_implied_goals(problem))
    return _with_all_tiers(problem, _solve_in_order(full, solve, _thresholds(problem), report_with_tiers))


def _thresholds(problem: AssignmentProblem) -> dict[str, MaxMinGoal]:
    """Return the max-min goals by name; ``WorstMentee`` needs a pass over all pairs, so only if it is a goal."""
    thresholds: dict[str, MaxMinGoal] = {BottleneckPair.goal: BottleneckPair()}
    if WorstMentee.goal in problem.goals:
        thresholds[WorstMentee.goal] = WorstMentee(eligible_mentees(problem))
    return thresholds


def _with_implied_goals(problem: AssignmentProblem) -> tuple[str, ...]:
    """Return the goals with those implied by leximin before it: most pairs, and the best worst pair.

    For scores that are not stored, leximin starts from the worst pair by itself.
    """
    goals = problem.goals
    if "leximin" not in goals:
        return tuple(goals)
    index = goals.index("leximin")
    implied = ("matched", "floor") if problem.scores.stored else ("matched",)
    earlier = (*goals[:index], *(goal for goal in implied if goal not in goals[:index]))
    return (*earlier, "leximin", *(goal for goal in goals[index + 1 :] if goal not in (*earlier, "floor")))


def _solve_in_order(
    problem: AssignmentProblem, solve: SolveAdditive, thresholds: Mapping[str, MaxMinGoal], report: IncumbentCallback
) -> Solution:
    """Return the solution of a problem by one threshold search after another."""
    index = next((index for index, goal in enumerate(problem.goals) if goal in thresholds), None)
    if index is None:
        return solve(problem, ties=True, report=report)
    earlier_goals, later_goals = problem.goals[:index], problem.goals[index + 1 :]
    threshold = thresholds[problem.goals[index]]
    if isinstance(threshold, WorstMentee) and uses_approximation(problem, threshold):
        return _approximate_worst_mentee(problem, index, solve, thresholds, report)
    search = ThresholdSearch(problem, earlier_goals, later_goals, threshold, solve, report)
    # All goals at once at the upper bound, else only the threshold
    in_all_goals = search.solve_at_upper_bound()
    best, value = in_all_goals or search.run()
    if best.status is not Status.PROVED and not in_all_goals:
        return best

    def keep_better(solution: Solution) -> Solution:
        is_worse = search.is_worse(solution, best, value)
        return _add_proved_tier(replace(best, status=Status.FEASIBLE) if is_worse else solution, threshold, value)

    # Epsilon-constraint: the value of this goal bounds the problem of the goals after it
    remaining = _without_goal(threshold.constrain(problem, value), threshold.goal)
    solution = (
        best
        if in_all_goals
        else _solve_in_order(remaining, solve, thresholds, lambda incumbent: report(lambda: keep_better(incumbent())))
    )
    if solution.status is Status.INFEASIBLE:
        raise EngineError("A threshold that was reached became infeasible")
    if solution.status is Status.FAILED:
        return solution
    # A solve that was stopped may return a worse solution than the search
    if search.is_worse(solution, best, value):
        return keep_better(solution)
    floor = value if isinstance(threshold, BottleneckPair) else None
    return replace(keep_better(solution), prices=_proof(search, solution, floor))


def _approximate_worst_mentee(
    problem: AssignmentProblem,
    index: int,
    solve: SolveAdditive,
    thresholds: Mapping[str, MaxMinGoal],
    report: IncumbentCallback,
) -> Solution:
    """Return a solution that maximises the worst pair instead of the worst mentee's sum, with a partner for all.

    It is a lower bound for a goal that is hard to solve (see ``uses_approximation``). If every optimum of the earlier
    goals leaves a mentee without a partner, the value is 0 and the solution is exact.
    """
    threshold, earlier_goals = thresholds[WorstMentee.goal], problem.goals[:index]
    assert isinstance(threshold, WorstMentee)
    # Some mentee cannot have a sum above 0: the value is 0
    if threshold.upper_bound(problem, 0) <= 0:
        return _add_proved_tier(
            _solve_in_order(_without_goal(problem, threshold.goal), solve, thresholds, report), threshold, 0
        )
    # The earlier goals, with and without a partner for every mentee
    needed = threshold.require_partner_for_all(problem)
    base_search, served_search = (
        ThresholdSearch(part, earlier_goals, (), threshold, solve, report) for part in (problem, needed)
    )
    base, served = base_search.optimum_of_earlier_goals(), served_search.optimum_of_earlier_goals()
    if base.status is not Status.PROVED or served.status not in (Status.PROVED, Status.INFEASIBLE):
        return base if base.status is not Status.PROVED else replace(base, status=Status.FEASIBLE)
    if served.status is Status.INFEASIBLE or not base_search.ties_with(base, served):
        return _add_proved_tier(
            _solve_in_order(_without_goal(problem, threshold.goal), solve, thresholds, report), threshold, 0
        )
    # The bottleneck pair in place of the worst mentee
    goals = (BottleneckPair.goal if goal == threshold.goal else goal for goal in problem.goals)
    subproblem = replace(needed, goals=tuple(dict.fromkeys(goals)))
    if BottleneckPair.goal not in problem.goals:
        thresholds = {**thresholds, BottleneckPair.goal: CoarseBottleneckPair()}
    solution = _solve_in_order(
        subproblem,
        solve,
        thresholds,
        lambda incumbent: report(lambda: _with_bound_of_worst_mentee(problem, threshold, base, incumbent())),
    )
    return _with_bound_of_worst_mentee(problem, threshold, base, solution)


def _with_bound_of_worst_mentee(
    problem: AssignmentProblem, threshold: WorstMentee, base: Solution, solution: Solution
) -> Solution:
    """Return a solution with a partner for every mentee, with the bounds known up to the worst mentee's goal."""
    if not solution.tiers:
        return replace(base, status=Status.FEASIBLE)
    earlier_goals = problem.goals[: problem.goals.index(threshold.goal)]
    tiers = [tier for tier in base.tiers if tier.goal in earlier_goals]
    # The value reached, with the upper bound by counts
    value, bound = threshold.value(problem, *solution.pairs.T), threshold.upper_bound(problem, 0)
    tiers.append(Tier(threshold.goal, value, bound))
    prices = base.prices if len(tiers) == len(base.tiers) + 1 else ()
    return replace(solution, status=Status.FEASIBLE, tiers=tuple(tiers), prices=prices)


def uses_approximation(problem: AssignmentProblem, threshold: WorstMentee) -> bool:
    """Return whether the worst mentee's sum is approximated: sums of several pairs, scores not stored.

    The goal is strongly NP-hard, as 3-partition reduces to it (Garey and Johnson 1975).
    """
    implicit = not problem.scores.stored and "leximin" not in problem.goals
    return implicit and bool(threshold.mentees_with_several(problem).any())


def _add_proved_tier(solution: Solution, threshold: MaxMinGoal, value: int) -> Solution:
    """Return the solution with the tier of a max-min goal, which was only a constraint for the engine."""
    return replace(solution, tiers=(*solution.tiers, Tier(threshold.goal, value, value)))


def _proof(search: "ThresholdSearch", solution: Solution, floor: int | None) -> tuple[DualSolution, ...]:
    """Return the duals of the earlier goals, of the floor, and of the goals at that floor."""
    earlier = search.duals_of_earlier_goals(len(solution.pairs))
    if floor is None:
        return tuple(earlier)
    beyond = infeasibility_duals(search.problem, search.earlier_goals, floor, partial(search.solve, ties=False))
    return (*earlier, *beyond, *with_threshold(solution.prices, floor))


def _without_goal(problem: AssignmentProblem, removed: str) -> AssignmentProblem:
    """Return the problem without a goal; if none remains, with a goal in which all solutions are equal."""
    goals = tuple(goal for goal in problem.goals if goal != removed)
    if goals:
        return replace(problem, goals=goals)
    return replace(problem, goals=("priority",), mentor_priority=None, mentee_priority=None)


@dataclass(frozen=True, slots=True)
class ThresholdSearch:
    """The search for the greatest threshold among optima of ``earlier_goals``.

    ``cache``: solutions by threshold, None: without one. Invariant of the bisection: all candidates before ``lower``
    are feasible, and none from ``upper`` on is.
    """

    problem: AssignmentProblem
    earlier_goals: tuple[str, ...]
    later_goals: tuple[str, ...]
    threshold: MaxMinGoal
    solve: SolveAdditive
    report: IncumbentCallback
    cache: dict[int | None, Solution] = field(default_factory=dict)

    def run(self) -> tuple[Solution, int]:
        """Return a solution with the greatest threshold, and that threshold; stops at any status but PROVED."""
        # Try the upper bound, unless side constraints make even that a search
        first_try = None if self._is_coupled else self._at_upper_bound()
        if first_try is not None:
            self._report(first_try[0])
            return first_try
        base = self._stopped_solution() or self._solve_without_threshold()
        if base.status is not Status.PROVED:
            return base, 0
        self._report(base)
        # Bounds of the search: the value without a threshold, and two upper bounds
        lower = self._value(base)
        # By counting: at least as many pairs as the optimum if the earlier goals include ``matched``
        upper = self.threshold.upper_bound(self.problem, len(base.pairs) if "matched" in self.earlier_goals else 0)
        # By duals: complementary slackness
        dual_bound = self.threshold.dual_upper_bound(self.problem, self.earlier_goals, base)
        candidates = self.threshold.candidates(
            self.problem, lower, upper if dual_bound is None else min(upper, dual_bound)
        )
        return self._search_candidates(base, candidates[: self._count_not_excluded(base, candidates)])

    def _count_not_excluded(self, base: Solution, candidates: Sequence[int]) -> int:
        """Return the number of candidates up to the last one that LP relaxations do not exclude, by bisection."""
        if not (self._is_coupled and candidates and isinstance(self.threshold, BottleneckPair)):
            return len(candidates)
        from mentormatch.assignment.mip.dispatch import can_load_highs

        if not can_load_highs():
            return len(candidates)
        from mentormatch.assignment.threshold_relaxation import ThresholdRelaxation

        # An excluded threshold excludes all higher ones
        relaxation = ThresholdRelaxation(self.problem, len(base.pairs))
        return bisect_left(
            candidates, 1, key=lambda threshold: int(relaxation.excludes(threshold, self.solve.remaining_s))
        )

    @property
    def _is_coupled(self) -> bool:
        """Whether side constraints couple stored pairs, and the earlier goals include ``matched``."""
        return self.problem.has_side_constraints and self.problem.scores.stored and "matched" in self.earlier_goals

    def solve_at_upper_bound(self) -> tuple[Solution, int] | None:
        """Return the solution in all goals at the upper bound; None if it is not reached, or adds no rows.

        None also if a goal before is not ``matched``, if a goal after is no sum, or without other goals. An integer
        program with an objective is solved faster than one for any feasible solution.
        """
        goals = (*self.earlier_goals, *self.later_goals)
        if not (goals and set(self.earlier_goals) <= {"matched"} and set(self.later_goals) <= set(ADDITIVE_GOALS)):
            return None
        max_pairs, upper = self._upper_bounds()
        # The bound as a constraint; without rows the threshold search is as fast
        subproblem = replace(self.threshold.constrain(self.problem, upper), goals=goals)
        if len(subproblem.rows) == len(self.problem.rows):
            return None

        def report(incumbent: LazySolution) -> None:
            self.report(lambda: self._with_proved_bound(incumbent(), max_pairs, upper))

        solution = self.solve(subproblem, ties=True, report=report)
        is_reached = solution.status in (Status.PROVED, Status.FEASIBLE) and self._reaches(solution, max_pairs, upper)
        return (solution, upper) if is_reached else None

    def _with_proved_bound(self, solution: Solution, max_pairs: int, upper: int) -> Solution:
        """Return a solution with the proved tier of this goal if it reaches the upper bound."""
        return (
            _add_proved_tier(solution, self.threshold, upper) if self._reaches(solution, max_pairs, upper) else solution
        )

    def _upper_bounds(self) -> tuple[int, int]:
        """Return an upper bound on the number of pairs, 0 without earlier goals, and one on the threshold."""
        max_pairs = self.threshold.max_pairs(self.problem) if self.earlier_goals else 0
        return max_pairs, self.threshold.upper_bound(self.problem, max_pairs)

    def _reaches(self, solution: Solution, max_pairs: int, upper: int) -> bool:
        """Return whether a solution has ``max_pairs`` pairs and reaches the threshold."""
        return len(solution.pairs) >= max_pairs and self._value(solution) >= upper

    def _solve_without_threshold(self) -> Solution:
        """Return an optimum of the earlier goals; from only the best pairs if these fill all slots."""
        # Few pairs are solved faster; if they fill all slots, they contain an optimum of the earlier goals
        for threshold in self.threshold.optimistic_values(self.problem) if self.earlier_goals == ("matched",) else ():
            solution = self._solve_at(threshold)
            fills_all_slots = solution.status is Status.PROVED and len(solution.pairs) == self.problem.max_pairs
            if fills_all_slots or solution.status is Status.STOPPED:
                return solution
        return self._solve_at(None, self.report)

    def _stopped_solution(self) -> Solution | None:
        """Return a solution that reached the time limit, None if there is none."""
        return next((solution for solution in self.cache.values() if solution.status is Status.STOPPED), None)

    def _at_upper_bound(self) -> tuple[Solution, int] | None:
        """Return the solution at the upper bound if it has the maximum number of pairs, which proves it; else None."""
        if not set(self.earlier_goals) <= {"matched"}:
            return None
        max_pairs, upper = self._upper_bounds()
        solution = self._solve_at(upper)
        return (
            (solution, upper)
            if solution.status is Status.PROVED and self._reaches(solution, max_pairs, upper)
            else None
        )

    def _search_candidates(self, base: Solution, candidates: Sequence[int]) -> tuple[Solution, int]:
        """Return the solution at the greatest feasible candidate: galloping down from the last, then bisection."""
        lower, upper, step, best = 0, len(candidates), 1, base
        while lower < upper:
            # Galloping: the next step down is as long as the way so far; after a feasible candidate, bisect
            index = max(upper - step, lower) if step else (lower + upper) // 2
            # Coupled pairs: proving that too few pairs are possible is faster than finding their maximum
            solution = self._solve_at(candidates[index], count=len(base.pairs) if self._is_coupled else 0)
            # Out of time: the incumbent, without a bound
            if solution.status in (Status.STOPPED, Status.FEASIBLE):
                return replace(best, status=Status.FEASIBLE), 0
            if solution.status is Status.FAILED:
                return solution, 0
            if self._is_optimal_before(base, solution) and self._value(solution) >= candidates[index]:
                # Feasible: all candidates up to the value reached are
                lower, best, step = bisect_right(candidates, self._value(solution)), solution, 0
            else:
                # Infeasible: the duals of the failure may exclude further candidates
                upper, distance = self._limit_after_failure(index, candidates, solution), len(candidates) - upper
                step = max(distance, 1) if step else 0
        return best, self._value(best)

    def _limit_after_failure(self, index: int, candidates: Sequence[int], failed: Solution) -> int:
        """Return the index from which no candidate is feasible, given that the one at ``index`` is not."""
        bound = self.threshold.upper_bound_after_failure(self.problem, self.earlier_goals, candidates[index], failed)
        return index if bound is None else min(index, bisect_right(candidates, bound))

    def _report(self, solution: Solution) -> None:
        """Report an incumbent that is optimal in the earlier goals, and not yet in this one."""
        self.report(partial(replace, solution, status=Status.FEASIBLE))

    def optimum_of_earlier_goals(self) -> Solution:
        """Return an optimum of the earlier goals, with as many pairs as these allow."""
        return self._solve_at(None)

    def _solve_at(
        self, threshold: int | None, report: IncumbentCallback = ignore_incumbent, count: int = 0
    ) -> Solution:
        """Return the solution at a threshold: optimal in the earlier goals, then in the number of pairs.

        INFEASIBLE if it has fewer than ``count`` pairs.
        """
        # A threshold below all pairs, and not above 0, the value without pairs, constrains nothing
        binding_threshold = (
            None if threshold is None or threshold <= 0 <= self.problem.scores.extremes[0] else threshold
        )
        if binding_threshold not in self.cache:
            problem = (
                self.problem if binding_threshold is None else self.threshold.constrain(self.problem, binding_threshold)
            )
            if count:
                enough = Row("pairs", np.ones((1, 1), dtype=np.int64), least=count)
                problem = replace(problem, rows=(*problem.rows, enough))
            # With as many pairs as possible, so that a failure shows how many are missing
            more = () if "matched" in self.earlier_goals else ("matched",)
            subproblem = replace(problem, goals=(*self.earlier_goals, *more))
            self.cache[binding_threshold] = self.solve(subproblem, ties=False, report=report)
        return self.cache[binding_threshold]

    def duals_of_earlier_goals(self, count: int) -> Sequence[DualSolution]:
        """Return duals that prove the earlier goals, if found; ``count``: the number of pairs of the optimum."""
        # The number of pairs equals the number of slots: a dual without a solve
        if self.earlier_goals == ("matched",) and count == self.threshold.max_pairs(self.problem):
            return (cardinality_dual(self.problem, self.threshold.matchable_mentees(self.problem)),)
        if not self.earlier_goals:
            return ()
        subproblem = replace(self.problem, goals=self.earlier_goals)
        solution = self._solve_at(None) if "matched" in self.earlier_goals else self.solve(subproblem, ties=False)
        return solution.prices if solution.status is Status.PROVED else ()

    def _value(self, solution: Solution) -> int:
        return self.threshold.value(self.problem, solution.pairs[:, 0], solution.pairs[:, 1])

    def is_worse(self, solution: Solution, best: Solution, value: int) -> bool:
        """Return whether a stopped solution is worse than ``best`` in the goals up to the threshold ``value``."""
        if solution.status is not Status.FEASIBLE:
            return solution.status is Status.STOPPED
        return self._value(solution) < value or not self.ties_with(solution, best)

    def _is_optimal_before(self, base: Solution, solution: Solution) -> bool:
        """Return whether a solution is proved, and as good in the earlier goals as the one without a threshold."""
        return solution.status is Status.PROVED and self.ties_with(base, solution)

    def ties_with(self, first: Solution, second: Solution) -> bool:
        """Return whether two solutions have the same values in the earlier goals."""
        levels = [{tier.goal: (tier.value, tier.vector) for tier in solution.tiers} for solution in (first, second)]
        return all(levels[0][goal] == levels[1][goal] for goal in self.earlier_goals)


def _with_all_tiers(problem: AssignmentProblem, solution: Solution) -> Solution:
    """Return the solution with the tiers of all goals.

    A solution that is not proved has bounds up to the first non-additive goal that is not proved.
    """
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return solution
    bounds = dict(_bounds(problem, solution))
    tiers = tuple(evaluate_tiers(problem, solution.pairs, bounds))
    floors = [tier.value for tier in tiers if tier.goal == "floor"]
    prices = (
        stage
        for stage in filter_proving_duals(problem.goals, solution.prices)
        if (stage.score_threshold not in floors or _covers_requested_goals(problem, stage))
        # Duals of a threshold's own rows belong to another problem
        and len(stage.rows) in (0, len(problem.rows))
    )
    return replace(solution, tiers=tiers, prices=tuple(prices))


def _covers_requested_goals(problem: AssignmentProblem, stage: DualSolution) -> bool:
    """Return whether a stage only has goals of the problem, and none that leximin only implies."""
    return {goal for goal, _ in stage.weights} <= {*problem.goals}


def _bounds(problem: AssignmentProblem, solution: Solution) -> Iterator[tuple[str, int | None]]:
    """Yield the proved bound of each goal, up to the first non-additive goal that is not proved."""
    bounds = {tier.goal: tier.bound for tier in solution.tiers}
    for tier in evaluate_tiers(problem, solution.pairs, {}):
        if solution.status is Status.PROVED:
            yield tier.goal, tier.value
        else:
            yield tier.goal, bounds.get(tier.goal)
            if tier.goal not in ADDITIVE_GOALS and bounds.get(tier.goal) != tier.value:
                return
