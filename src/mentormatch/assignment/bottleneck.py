"""Bottleneck and max-min goals by threshold search (Gross 1959; Garfinkel 1971), kept as epsilon-constraints.

The value of ``floor`` or ``floor_person`` is the greatest threshold that some answer reaches which is optimal in the
goals before. Threshold algorithm: try the upper bound, which is often reached; after a failure use the tighter bound
that its duals imply, with galloping steps down; then bisect. Where side constraints couple pairs, bisection on linear
relaxations excludes thresholds first, which leaves few integer programs. The threshold found is kept as a constraint
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

type SelectDuals = Callable[[AssignmentProblem], Solution]
"""Solves a problem for its duals."""


def cardinality_dual(problem: AssignmentProblem, mentees: BoolVector) -> DualSolution:
    """Return the dual by which there are at most as many pairs as the scarcer side has slots.

    ``mentees`` (m,): who may be in a pair. Every slot costs 1 + 1/``denominator``. All reduced profits are then
    negative, so a checker has no pair to list; and the excess of all slots sums to less than 1.
    """
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees, strict=True)
    most = [np.minimum(loads.most, degree) for loads, degree in sides]
    counts = int(most[0].sum()), int(most[1][mentees].sum())
    # A slot of the scarcer side costs 1 + 1 / parts, so the excess of all of them is below 1
    parts, scarce = min(counts) + 1, counts[0] <= counts[1]
    prices = np.full(problem.shape[0], (parts + 1) * scarce), np.where(mentees, (parts + 1) * (not scarce), 0)
    return DualSolution((("matched", 1),), *prices, denominator=parts)


def infeasibility_duals(
    problem: AssignmentProblem, before: tuple[str, ...], floor: int, prove: SelectDuals
) -> Iterator[DualSolution]:
    """Yield the duals by which no better floor is as good in the goals ``before``: those of the pairs above ``floor``.

    Where no answer at all has a better floor there may be no such dual; the certificate then says less.
    """
    goals = before if "matched" in before else (*before, "matched")
    # The problem of the pairs above the floor: fewer pairs, or less in the goals before, than the optimum has
    above = replace(BottleneckPair().constrain(problem, floor + 1), goals=goals)
    yield from with_threshold(prove(above).prices, floor + 1)


def with_threshold(stages: Sequence[DualSolution], least: int) -> Iterator[DualSolution]:
    """Yield the duals as those over the pairs of a score of ``least`` or more."""
    yield from (replace(stage, score_threshold=least) for stage in stages if stage.score_threshold is None)


def select_duals(goals: Sequence[str], stages: Sequence[DualSolution]) -> Iterator[DualSolution]:
    """Yield the duals that prove goals: of sums before any other goal, and of sums at a floor and beyond it."""
    sums = set(takewhile(ADDITIVE_GOALS.__contains__, goals))
    about = {"matched", *takewhile({*ADDITIVE_GOALS, "floor"}.__contains__, goals)} if "floor" in goals else set[str]()
    for stage in stages:
        if {goal for goal, _ in stage.weights} <= (sums if stage.score_threshold is None else about):
            yield stage


class SolveAdditive(Protocol):
    """Solves a problem of additive goals (or leximin) by an engine, with or without breaking ties."""

    def __call__(
        self, part: AssignmentProblem, *, ties: bool, report: IncumbentCallback = ignore_incumbent
    ) -> Solution:
        """Return the engine's solution and report its incumbents."""
        ...

    @property
    def remaining_s(self) -> float | None:
        """The seconds that are left, None without a limit."""
        ...


def solve_nonadditive_goals(
    problem: AssignmentProblem, ask: SolveAdditive, report: IncumbentCallback = ignore_incumbent
) -> Solution:
    """Return the canonical solution in all goals, or the incumbent at the time limit, and report incumbents.

    There are duals up to the first goal that is no sum, and beyond it if that is ``floor``.
    """

    def report_stated(incumbent: LazySolution) -> None:
        report(lambda: _state_thresholds(problem, incumbent()))

    full = replace(problem, goals=_with_implied_goals(problem))
    return _state_thresholds(problem, _solve_in_order(full, ask, _thresholds(problem), report_stated))


def _thresholds(problem: AssignmentProblem) -> dict[str, MaxMinGoal]:
    """Return the max-min goals by name; ``WorstMentee`` takes a pass over all pairs, so only where it is asked for."""
    found: dict[str, MaxMinGoal] = {BottleneckPair.goal: BottleneckPair()}
    if WorstMentee.goal in problem.goals:
        found[WorstMentee.goal] = WorstMentee(eligible_mentees(problem))
    return found


def _with_implied_goals(problem: AssignmentProblem) -> tuple[str, ...]:
    """Return the goals with those that leximin implies before it: most pairs, and the best worst pair.

    Where scores are not held, leximin goes up from the worst pair by itself.
    """
    goals = problem.goals
    if "leximin" not in goals:
        return tuple(goals)
    place = goals.index("leximin")
    first = ("matched", "floor") if problem.scores.stored else ("matched",)
    before = (*goals[:place], *(goal for goal in first if goal not in goals[:place]))
    return (*before, "leximin", *(goal for goal in goals[place + 1 :] if goal not in (*before, "floor")))


def _solve_in_order(
    problem: AssignmentProblem, ask: SolveAdditive, thresholds: Mapping[str, MaxMinGoal], report: IncumbentCallback
) -> Solution:
    """Return the solution of a problem by one threshold after the other."""
    place = next((place for place, goal in enumerate(problem.goals) if goal in thresholds), None)
    if place is None:
        return ask(problem, ties=True, report=report)
    before, after = problem.goals[:place], problem.goals[place + 1 :]
    threshold = thresholds[problem.goals[place]]
    if isinstance(threshold, WorstMentee) and is_hard_to_bound(problem, threshold):
        return _approximate_worst_mentee(problem, place, ask, thresholds, report)
    search = ThresholdSearch(problem, before, after, threshold, ask, report)
    # All goals at once at the upper bound, else the threshold alone
    whole = search.in_all_goals()
    found, value = whole or search.run()
    if found.status is not Status.PROVED and not whole:
        return found

    def keep_better(solution: Solution) -> Solution:
        short = search.is_worse(solution, found, value)
        return _add_proved_tiers(replace(found, status=Status.FEASIBLE) if short else solution, threshold, value)

    # Epsilon-constraint: the value of this goal bounds the problem of the goals after it
    left = _without_goal(threshold.constrain(problem, value), threshold.goal)
    solution = (
        found
        if whole
        else _solve_in_order(left, ask, thresholds, lambda incumbent: report(lambda: keep_better(incumbent())))
    )
    if solution.status is Status.INFEASIBLE:
        raise EngineError("An answer was lost behind a threshold")
    if solution.status is Status.FAILED:
        return solution
    # A solve that was stopped may know less than the search did
    if search.is_worse(solution, found, value):
        return keep_better(solution)
    floor = value if isinstance(threshold, BottleneckPair) else None
    return replace(keep_better(solution), prices=_proof(search, solution, floor))


def _approximate_worst_mentee(
    problem: AssignmentProblem,
    place: int,
    ask: SolveAdditive,
    thresholds: Mapping[str, MaxMinGoal],
    report: IncumbentCallback,
) -> Solution:
    """Return a solution that maximises the worst pair instead of the worst mentee's sum, every mentee having one.

    A lower bound for a goal that is hard to solve (see ``is_hard_to_bound``). If the goals before leave somebody
    without a partner in every answer, the worst mentee has 0, and the solution is exact.
    """
    threshold, before = thresholds[WorstMentee.goal], problem.goals[:place]
    assert isinstance(threshold, WorstMentee)
    # Some mentee can have nothing above 0: the value is 0 for certain
    if threshold.upper_bound(problem, 0) <= 0:
        return _add_proved_tiers(
            _solve_in_order(_without_goal(problem, threshold.goal), ask, thresholds, report), threshold, 0
        )
    # Is there an optimal answer of the goals before in which every mentee has a partner?
    needed = threshold.all_with_one(problem)
    # Twice the goals before: as they are, and with a partner for every mentee
    free, full = (ThresholdSearch(each, before, (), threshold, ask, report) for each in (problem, needed))
    base, served = free.best_before(), full.best_before()
    if base.status is not Status.PROVED or served.status not in (Status.PROVED, Status.INFEASIBLE):
        return base if base.status is not Status.PROVED else replace(base, status=Status.FEASIBLE)
    if served.status is Status.INFEASIBLE or not free.ties_with(base, served):
        return _add_proved_tiers(
            _solve_in_order(_without_goal(problem, threshold.goal), ask, thresholds, report), threshold, 0
        )
    # The bottleneck pair in place of the worst mentee
    goals = (BottleneckPair.goal if goal == threshold.goal else goal for goal in problem.goals)
    subproblem = replace(needed, goals=tuple(dict.fromkeys(goals)))
    if BottleneckPair.goal not in problem.goals:
        thresholds = {**thresholds, BottleneckPair.goal: CoarseBottleneckPair()}
    found = _solve_in_order(
        subproblem,
        ask,
        thresholds,
        lambda incumbent: report(lambda: _with_bound_of_worst_mentee(problem, threshold, base, incumbent())),
    )
    return _with_bound_of_worst_mentee(problem, threshold, base, found)


def _with_bound_of_worst_mentee(
    problem: AssignmentProblem, threshold: WorstMentee, base: Solution, found: Solution
) -> Solution:
    """Return an answer in which every mentee has a partner, with the bounds known up to the worst mentee's goal."""
    if not found.tiers:
        return replace(base, status=Status.FEASIBLE)
    before = problem.goals[: problem.goals.index(threshold.goal)]
    tiers = [tier for tier in base.tiers if tier.goal in before]
    # What the answer reaches, with the upper bound by counts
    value, bound = threshold.value(problem, *found.pairs.T), threshold.upper_bound(problem, 0)
    tiers.append(Tier(threshold.goal, value, bound))
    prices = base.prices if len(tiers) == len(base.tiers) + 1 else ()
    return replace(found, status=Status.FEASIBLE, tiers=tuple(tiers), prices=prices)


def is_hard_to_bound(problem: AssignmentProblem, threshold: WorstMentee) -> bool:
    """Return whether the worst mentee's sum is not solved exactly: sums of several pairs, of scores not stored.

    The goal is strongly NP-hard, as 3-partition reduces to it (Garey and Johnson 1975).
    """
    implicit = not problem.scores.stored and "leximin" not in problem.goals
    return implicit and bool(threshold.several(problem).any())


def _add_proved_tiers(solution: Solution, threshold: MaxMinGoal, value: int) -> Solution:
    """Return the solution with the tier of a max-min goal, which the engine has seen as a constraint only."""
    return replace(solution, tiers=(*solution.tiers, Tier(threshold.goal, value, value)))


def _proof(search: "ThresholdSearch", solution: Solution, floor: int | None) -> tuple[DualSolution, ...]:
    """Return the duals of all that can be proved: of the goals before, of the floor, and of the goals at that floor."""
    first = search.duals_before(len(solution.pairs))
    if floor is None:
        return tuple(first)
    beyond = infeasibility_duals(search.problem, search.before, floor, partial(search.ask, ties=False))
    return (*first, *beyond, *with_threshold(solution.prices, floor))


def _without_goal(problem: AssignmentProblem, done: str) -> AssignmentProblem:
    """Return the problem without a goal; if none is left, with one in which all answers are equal."""
    goals = tuple(goal for goal in problem.goals if goal != done)
    if goals:
        return replace(problem, goals=goals)
    return replace(problem, goals=("priority",), mentor_priority=None, mentee_priority=None)


@dataclass(frozen=True, slots=True)
class ThresholdSearch:
    """The search for the greatest threshold that costs the goals ``before`` nothing; ``after`` are yet to come.

    ``cache`` holds the answers by threshold, None: without one. Invariant of the bisection: the last candidate at or
    below the incumbent's value is feasible, and no candidate from ``right`` on is.
    """

    problem: AssignmentProblem
    before: tuple[str, ...]
    after: tuple[str, ...]
    threshold: MaxMinGoal
    ask: SolveAdditive
    report: IncumbentCallback
    cache: dict[int | None, Solution] = field(default_factory=dict)

    def run(self) -> tuple[Solution, int]:
        """Return an answer that reaches the greatest threshold, and this; any status but PROVED ends the search."""
        # Try the upper bound, unless side constraints make even that a search
        first_try = None if self._is_coupled else self._at_upper_bound()
        if first_try is not None:
            self._report(first_try[0])
            return first_try
        base = self._stopped_answer() or self._without_threshold()
        if base.status is not Status.PROVED:
            return base, 0
        self._report(base)
        # Bounds of the search: the value without a threshold, and two upper bounds
        low = self._value(base)
        # By counting: with as many pairs as the goals before ask for
        high = self.threshold.upper_bound(self.problem, len(base.pairs) if "matched" in self.before else 0)
        # By duals: complementary slackness
        cap = self.threshold.dual_upper_bound(self.problem, self.before, base)
        candidates = self.threshold.candidates(self.problem, low, high if cap is None else min(high, cap))
        return self._search_candidates(base, candidates[: self._count_not_excluded(base, candidates)])

    def _count_not_excluded(self, base: Solution, candidates: Sequence[int]) -> int:
        """Return the number of candidates up to the last one that linear relaxations do not exclude, by bisection."""
        if not (self._is_coupled and candidates and isinstance(self.threshold, BottleneckPair)):
            return len(candidates)
        from mentormatch.assignment.mip.dispatch import can_load_highs

        if not can_load_highs():
            return len(candidates)
        from mentormatch.assignment.threshold_relaxation import ThresholdRelaxation

        # An excluded threshold excludes all above it
        relaxation = ThresholdRelaxation(self.problem, len(base.pairs))
        return bisect_left(candidates, 1, key=lambda least: int(relaxation.excludes(least, self.ask.remaining_s)))

    @property
    def _is_coupled(self) -> bool:
        """Whether side constraints couple stored pairs, and the goals before ask for the most pairs."""
        return self.problem.has_side_constraints and self.problem.scores.stored and "matched" in self.before

    def in_all_goals(self) -> tuple[Solution, int] | None:
        """Return the solution in all goals at the upper bound, if it is feasible there; only where that adds rows.

        An integer program with an objective finds an answer far sooner than one that asks for any feasible one.
        """
        goals = (*self.before, *self.after)
        if not (goals and set(self.before) <= {"matched"} and set(self.after) <= set(ADDITIVE_GOALS)):
            return None
        places, high = self._upper_bounds()
        # The bound as a constraint; it pays only where that is a row, else the threshold search is as quick
        subproblem = replace(self.threshold.constrain(self.problem, high), goals=goals)
        if len(subproblem.rows) == len(self.problem.rows):
            return None

        def report(incumbent: LazySolution) -> None:
            self.report(lambda: self._with_proved_bound(incumbent(), places, high))

        found = self.ask(subproblem, ties=True, report=report)
        fine = found.status in (Status.PROVED, Status.FEASIBLE) and self._reaches(found, places, high)
        return (found, high) if fine else None

    def _with_proved_bound(self, found: Solution, places: int, high: int) -> Solution:
        """Return an answer with the tier of this goal, proved, if it reaches the upper bound."""
        return _add_proved_tiers(found, self.threshold, high) if self._reaches(found, places, high) else found

    def _upper_bounds(self) -> tuple[int, int]:
        """Return an upper bound on the number of pairs, 0 if no goal before asks for it, and one on the threshold."""
        places = self.threshold.places(self.problem) if self.before else 0
        return places, self.threshold.upper_bound(self.problem, places)

    def _reaches(self, found: Solution, places: int, high: int) -> bool:
        """Return whether an answer has so many pairs and reaches the threshold."""
        return len(found.pairs) >= places and self._value(found) >= high

    def _without_threshold(self) -> Solution:
        """Return an answer that is optimal in the goals before: on the best pairs alone if these fill all slots."""
        # Few pairs are solved sooner; if they fill all slots they hold an optimum of the goals before
        for least in self.threshold.optimistic_values(self.problem) if self.before == ("matched",) else ():
            found = self._solve_at(least)
            full = found.status is Status.PROVED and len(found.pairs) == self.problem.max_pairs
            if full or found.status is Status.STOPPED:
                return found
        return self._solve_at(None, self.report)

    def _stopped_answer(self) -> Solution | None:
        """Return an answer that the time was up for, None if there was time for all."""
        return next((found for found in self.cache.values() if found.status is Status.STOPPED), None)

    def _at_upper_bound(self) -> tuple[Solution, int] | None:
        """Return the answer at the upper bound if it has all pairs that there can be, so that it costs nothing."""
        if not set(self.before) <= {"matched"}:
            return None
        places, high = self._upper_bounds()
        found = self._solve_at(high)
        return (found, high) if found.status is Status.PROVED and self._reaches(found, places, high) else None

    def _search_candidates(self, base: Solution, candidates: Sequence[int]) -> tuple[Solution, int]:
        """Return the answer at the greatest feasible candidate: galloping down from the last, then bisection."""
        left, right, step, best = 0, len(candidates), 1, base
        while left < right:
            # Galloping: the next step down is as long as the way so far; once one is feasible, bisect
            place = max(right - step, left) if step else (left + right) // 2
            # Coupled pairs: that too few pairs are possible is sooner proved than how many are
            found = self._solve_at(candidates[place], count=len(base.pairs) if self._is_coupled else 0)
            # Out of time: the incumbent, without a bound
            if found.status in (Status.STOPPED, Status.FEASIBLE):
                return replace(best, status=Status.FEASIBLE), 0
            if found.status is Status.FAILED:
                return found, 0
            if self._is_optimal_before(base, found) and self._value(found) >= candidates[place]:
                # Feasible: all candidates up to the value reached are
                left, best, step = bisect_right(candidates, self._value(found)), found, 0
                self._report(best)
            else:
                # Infeasible: the duals of the failure may exclude more than this candidate
                right, fallen = self._limit_after_failure(place, candidates, found), len(candidates) - right
                step = max(fallen, 1) if step else 0
        return best, self._value(best)

    def _limit_after_failure(self, place: int, candidates: Sequence[int], failed: Solution) -> int:
        """Return the position before which candidates may be feasible, when the one at ``place`` is not."""
        beyond = self.threshold.upper_bound_after(self.problem, self.before, candidates[place], failed)
        return place if beyond is None else min(place, bisect_right(candidates, beyond))

    def _report(self, found: Solution) -> None:
        """Tell an incumbent that is optimal in the goals before, and not yet in this one."""
        self.report(partial(replace, found, status=Status.FEASIBLE))

    def best_before(self) -> Solution:
        """Return an answer that is optimal in the goals before, with as many pairs as these leave open."""
        return self._solve_at(None)

    def _solve_at(self, least: int | None, report: IncumbentCallback = ignore_incumbent, count: int = 0) -> Solution:
        """Return the answer at the threshold ``least``: optimal in the goals before, then in the number of pairs.

        Infeasible if it has fewer pairs than ``count``.
        """
        # A threshold that no pair is below, with 0 for an empty answer, constrains nothing
        least_value = None if least is None or least <= 0 <= self.problem.scores.extremes[0] else least
        if least_value not in self.cache:
            problem = self.problem if least_value is None else self.threshold.constrain(self.problem, least_value)
            if count:
                enough = Row("pairs", np.ones((1, 1), dtype=np.int64), least=count)
                problem = replace(problem, rows=(*problem.rows, enough))
            # With as many pairs as possible, so that a failure tells how many are missing
            more = () if "matched" in self.before else ("matched",)
            self.cache[least_value] = self.ask(replace(problem, goals=(*self.before, *more)), ties=False, report=report)
        return self.cache[least_value]

    def duals_before(self, count: int) -> Sequence[DualSolution]:
        """Return duals that prove the goals before, none if they are not found; ``count``: the pairs of the optimum."""
        # The number of pairs is the number of slots: a dual that needs no solve
        if self.before == ("matched",) and count == self.threshold.places(self.problem):
            return (cardinality_dual(self.problem, self.threshold.within_reach(self.problem)),)
        if not self.before:
            return ()
        subproblem = replace(self.problem, goals=self.before)
        found = self._solve_at(None) if "matched" in self.before else self.ask(subproblem, ties=False)
        return found.prices if found.status is Status.PROVED else ()

    def _value(self, found: Solution) -> int:
        """Return the value of the goal in an answer."""
        return self.threshold.value(self.problem, found.pairs[:, 0], found.pairs[:, 1])

    def is_worse(self, solution: Solution, found: Solution, value: int) -> bool:
        """Return whether an answer that was stopped is not as good as one found, up to the threshold of this value."""
        if solution.status is not Status.FEASIBLE:
            return solution.status is Status.STOPPED
        return self._value(solution) < value or not self.ties_with(solution, found)

    def _is_optimal_before(self, base: Solution, found: Solution) -> bool:
        """Return whether an answer is proved, and as good in the goals before as the one without a threshold."""
        return found.status is Status.PROVED and self.ties_with(base, found)

    def ties_with(self, one: Solution, other: Solution) -> bool:
        """Return whether two answers reach the same in the goals before."""
        levels = [{tier.goal: (tier.value, tier.vector) for tier in each.tiers} for each in (one, other)]
        return all(levels[0][goal] == levels[1][goal] for goal in self.before)


def _state_thresholds(problem: AssignmentProblem, solution: Solution) -> Solution:
    """Return the solution with the tiers of all goals.

    An answer that is not proved has bounds up to the first goal that is no sum.
    """
    if solution.status not in (Status.PROVED, Status.FEASIBLE):
        return solution
    bounds = dict(_bounds(problem, solution))
    tiers = tuple(evaluate_tiers(problem, solution.pairs, bounds))
    floors = [tier.value for tier in tiers if tier.goal == "floor"]
    prices = (
        each
        for each in select_duals(problem.goals, solution.prices)
        if (each.score_threshold not in floors or _is_of_goals(problem, each))
        # Those of a threshold's own rows are duals of another problem
        and len(each.rows) in (0, len(problem.rows))
    )
    return replace(solution, tiers=tiers, prices=tuple(prices))


def _is_of_goals(problem: AssignmentProblem, stage: DualSolution) -> bool:
    """Return whether a stage is about goals that were asked for, and about none that leximin only implies."""
    return {goal for goal, _ in stage.weights} <= {*problem.goals}


def _bounds(problem: AssignmentProblem, solution: Solution) -> Iterator[tuple[str, int | None]]:
    """Yield what is proved of each goal; nothing of what comes after a goal that is no sum and not reached for sure."""
    known = {tier.goal: tier.bound for tier in solution.tiers}
    for tier in evaluate_tiers(problem, solution.pairs, {}):
        if solution.status is Status.PROVED:
            yield tier.goal, tier.value
        else:
            yield tier.goal, known.get(tier.goal)
            if tier.goal not in ADDITIVE_GOALS and known.get(tier.goal) != tier.value:
                return
