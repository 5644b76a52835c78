"""Groups, goal after goal: replica exchange for an incumbent, column generation for the proof, no-good cuts for ties.

Each goal is maximised over columns (groups) by the master (``master``), and its value is a constraint for those after
it (preemptive lexicographic optimisation). The max-min goal ``floor`` is bisected on the columns of enough value. Where
the optimum is not unique, hashes of pairs choose; no-good cuts prove that one choice is left.
"""

import sys
from dataclasses import dataclass, field, replace
from math import inf
from time import monotonic

import numpy as np

from mentormatch.assignment.model.solution import Status, Tier
from mentormatch.base.scalars import duration
from mentormatch.groups.check import require_valid, violations
from mentormatch.groups.columns import (
    Columns,
    GroupIndicator,
    LinearForm,
    MasterRow,
    ModelForms,
    build_columns,
    column_count_bound,
    enumerate_groups,
    placed_bound,
)
from mentormatch.groups.master import (
    MOST,
    GroupIncumbent,
    GroupMaster,
    MasterProblem,
    MasterResult,
    maximise,
    solve_milp,
)
from mentormatch.groups.oracle import BranchAndBoundOracle, EnumerationOracle, GroupOracle
from mentormatch.groups.problem import GroupProblem, GroupSolution, canonical_order, tiers_of
from mentormatch.groups.relaxation import RELAXATION, relax
from mentormatch.groups.replica_exchange import FoundGroups, GroupSearch
from mentormatch.groups.step_timer import StepTimer

MOST_TIED = 20
"""No more optima than these are enumerated."""
FEW = 200_000
"""If no more columns than these can be in an optimal choice, later goals are solved on them alone."""


def solve_by_columns(
    problem: GroupProblem, source: GroupOracle, start: Columns, deadline: float | None
) -> GroupSolution:
    """Return the optimal groups over the columns of a pricing oracle; ``start`` is a feasible choice, or empty."""
    pursuit = GoalSequence(problem, source, start, deadline)
    pursuit.run()
    return pursuit.solution()


@dataclass
class GoalSequence:
    """State of the lexicographic optimisation: the incumbent, the bounds by goal, and the rows that keep proved values.

    ``source`` prices columns; ``everybody``: all people are to be placed; ``last``: the form of the last goal.
    """

    problem: GroupProblem
    source: GroupOracle
    chosen: Columns
    deadline: float | None
    bounds: dict[str, int] = field(default_factory=dict)
    kept: list[MasterRow] = field(default_factory=list)
    status: Status = Status.FEASIBLE
    everybody: bool = False
    last: LinearForm = field(init=False)

    def __post_init__(self) -> None:
        self.last = ModelForms(self.problem).zero

    def run(self) -> None:
        """Maximise each goal until one is not proved, then break ties."""
        if not len(self.chosen):
            self._find_incumbent()
        if not len(self.chosen):
            return
        if all(self._maximize_goal(goal) for goal in self.problem.goals) and self._break_ties():
            self.status = Status.PROVED

    def _find_incumbent(self) -> None:
        """Find any feasible choice (phase 1: an artificial variable for each row that asks for a least)."""
        forms = ModelForms(self.problem)
        rows = forms.rows(everybody="placed" in self.problem.goals[:1])
        # First with a place for everybody, if that is the first goal
        found = self._maximize_from_incumbent(forms.zero, rows, phase_one=True)
        if found.chosen is None and self._infeasible(found) and rows[0].least:
            found = self._maximize_from_incumbent(forms.zero, forms.rows(everybody=False), phase_one=True)
        if found.chosen is None:
            self.status = Status.INFEASIBLE if self._infeasible(found) else Status.STOPPED
        else:
            self.chosen = found.chosen

    def _infeasible(self, found: MasterResult) -> bool:
        """Return whether phase 1 proves that artificial variables are needed."""
        return found.bound is not None and found.bound < 0

    def _maximize_from_incumbent(
        self, goal: LinearForm, rows: list[MasterRow], *, phase_one: bool = False
    ) -> MasterResult:
        asked = MasterProblem(goal, rows, self.source, self.problem.number.most, self.deadline, phase_one)
        return maximise(asked, self.chosen)

    def _problem_of(self, goal: LinearForm) -> MasterProblem:
        """Return the problem of one goal, given those before it."""
        rows = [*ModelForms(self.problem).rows(everybody=self.everybody), *self.kept]
        return MasterProblem(goal, rows, self.source, self.problem.number.most, self.deadline)

    def _maximize_goal(self, goal: str) -> bool:
        """Maximise a goal; return whether the optimum is proved."""
        if goal == "floor":
            return self._maximize_floor()
        form = ModelForms(self.problem).goal(goal)
        if goal == "placed" and int(self.chosen.sizes.sum()) == len(self.problem):
            self.bounds[goal], self.last = len(self.problem), form
            self.everybody = True
            return True
        found = self._improve(form)
        # Without a dual bound, one by what each person could have at best
        bound = self.problem.most(goal) if found.bound is None else found.bound
        self.bounds[goal] = -bound if goal == "meetings" else bound
        if found.proved:
            self._keep(form, found)
        return found.proved

    def _improve(self, form: LinearForm) -> MasterResult:
        """Maximise a form, and keep the optimum as the incumbent."""
        found = maximise(self._problem_of(form), self.chosen)
        if found.chosen is not None:
            self.chosen = found.chosen
        return found

    def _keep(self, form: LinearForm, found: MasterResult) -> None:
        """Keep the value of a goal as a row, and drop columns that no optimum holds (reduced-cost fixing)."""
        assert found.value is not None
        self.last = form
        self.kept.append(MasterRow(form, found.value, None))
        if found.duals is not None:
            number = self.problem.number.most
            # Columns below the threshold are in no optimum of this goal
            near = self.source.columns_within(found.duals.reduced, found.duals.threshold(number, found.value), FEW)
            self.source = self.source if near is None else EnumerationOracle(near)

    def _maximize_floor(self) -> bool:
        """Maximise the value of the worst group, by bisection on the floors above which columns make a choice."""
        low, high = self.problem.value("floor", groups_of(self.chosen)), self.problem.most("floor")
        nothing, whole = ModelForms(self.problem).zero, self.source
        while low < high:
            # Bisection; a feasible choice raises the lower end to what it reaches
            middle = (low + high + 1) // 2
            self.source = whole.above_floor(middle)
            asked = replace(self._problem_of(nothing), phase_one=True)
            found = maximise(asked, self.chosen.take(self.chosen.mean_pair_values() >= middle))
            if found.chosen is not None:
                self.chosen, low = found.chosen, self.problem.value("floor", groups_of(found.chosen))
            elif self._infeasible(found):
                high = middle - 1
            else:
                break
        self.source, self.bounds["floor"] = whole.above_floor(low), high
        return low == high

    def _break_ties(self) -> bool:
        """Choose among the optima by the hash of their pairs; return whether it is proved to be the only one."""
        # A no-good cut on the optimum: if nothing else is as good, there is no tie
        known, other = choose_among_ties(self._problem_of(self.last), [self.chosen])
        if known and other is None:
            return True
        form = ModelForms(self.problem).goal("ties")
        found = self._improve(form)
        if not found.proved:
            return False
        self._keep(form, found)
        # Choices of the same hash are enumerated; the first by its people is canonical
        alike = [self.chosen]
        while len(alike) < MOST_TIED:
            known, other = choose_among_ties(self._problem_of(form), alike)
            if not known:
                return False
            if other is None:
                self.chosen = min(alike, key=lambda each: sorted(groups_of(each)))
                return True
            alike.append(other)
        return False

    def solution(self) -> GroupSolution:
        """Return what was found."""
        if not len(self.chosen):
            return GroupSolution(self.status)
        leaders = self.chosen.leaders.tolist() if self.problem.leaders else []
        groups, leaders_of = canonical_order(groups_of(self.chosen), leaders)
        return GroupSolution(self.status, groups, leaders_of, tiers_of(self.problem, groups, self.bounds), "columns")


def choose_among_ties(asked: MasterProblem, alike: list[Columns]) -> tuple[bool, Columns | None]:
    """Return whether it is decided if another choice ties with those in ``alike``, and that one (no-good cuts)."""
    if not isinstance(asked.oracle, EnumerationOracle) or len(asked.oracle.columns) > MOST:
        return False, None
    # A no-good cut for each: not all of its groups again
    sets = [frozenset(groups_of(each)) for each in alike]
    cuts = [MasterRow(GroupIndicator.of_groups(asked.goal, each), None, len(each) - 1) for each in sets]
    cut = replace(asked, rows=[*(row for row in asked.rows if row.form is not asked.goal), *cuts])
    best, value = GroupIncumbent(cut), int(asked.goal.of(alike[0]).sum())
    known = solve_milp(GroupMaster(cut, asked.oracle.columns), best)
    if best.value is not None and best.value >= value:
        return True, best.chosen
    return known, None


def groups_of(columns: Columns) -> list[tuple[int, ...]]:
    """Return the groups that columns stand for."""
    return [columns.group(place) for place in range(len(columns))]


MOST_LISTED = 200_000
"""So many columns are enumerated in a fifth of a second; of more, branch and bound finds the best sooner."""


ROUNDS, SHORT = 10, 2
"""Rounds of the search for each person where there is no time limit, and before the first bound."""
FOREVER = 1 << 62
FIRST_PART, BOUND_PART, COLUMNS_PART = 0.4, 0.25, 0.25
"""Of the time that is left: for the first search, for the relaxation, then for columns; the search has the rest."""
EARLY_PART = 0.05
"""The part for the relaxation if its bound remains far."""
MASTER_SOLVER, LOADING_S = "highspy", 0.6
"""Loading the solver takes up to so many seconds, in which no clock is looked at."""
FEW_PEOPLE, MOST_PEOPLE, COLUMNS_S = 50, 150, 0.5
"""Of so many people columns bound closer than the relaxation, of more than the second number they never did. Between
them it takes them these seconds times the square of the people, and they do not where the relaxation is so far off."""


def solve_groups(problem: GroupProblem, *, time_limit_s: float | None = None) -> GroupSolution:
    """Return the best groups, checked.

    Parameters
    ----------
    problem
        Who may be in which group, and what each is worth; see ``GroupProblem.from_scores``.
    time_limit_s
        Seconds after which the best groups so far are returned, ``feasible`` with their gap, or ``stopped`` if there
        are none.

    Raises
    ------
    EngineError
        A solver gave an answer that the checker refused.
    """
    began = monotonic()
    limit = duration("time_limit_s", time_limit_s)
    deadline = None if limit is None else began + limit - measure_report_s(problem)
    found = solve_unchecked(problem.tighten(), deadline)
    return require_valid(problem, replace(found.stated, seconds=monotonic() - began))


def measure_report_s(problem: GroupProblem) -> float:
    """Return how long it takes to state and to check groups, measured on some of the greatest size."""
    people, size = range(len(problem)), max(problem.sizes.most, 1)
    groups = [tuple(people[first : first + size]) for first in range(0, len(problem), size)]
    some = FoundGroups(groups, [], ())
    with StepTimer() as timer:
        list(violations(problem, better_of(problem, as_found(problem, some), some)))
    return timer.last_s


def solve_unchecked(problem: GroupProblem, deadline: float | None) -> GroupSolution:
    """Return the optimal groups; the pricing oracle is enumeration or branch and bound, by the number of columns."""
    seats = problem.number.least if problem.leaders is None else int(problem.leaders.seats.sum())
    if not len(problem) or seats < problem.number.least:
        return GroupSolution(Status.INFEASIBLE)
    spans = problem.spans if len(problem.spans) > 1 else problem.spans * problem.number.least
    if placed_bound(problem) < sum(span.least for span in spans):
        return GroupSolution(Status.INFEASIBLE)
    if has_time_for_columns(deadline) and column_count_bound(problem) <= MOST_LISTED:
        # A start, then the exact search over all columns
        start = as_columns(problem, GroupSearch(problem, deadline, quick=True).run(0, deadline))
        return solve_by_columns(problem, EnumerationOracle(enumerate_groups(problem)), start, deadline)
    return solve_large(problem, deadline)


def solve_large(problem: GroupProblem, deadline: float | None) -> GroupSolution:
    """Return the best groups where columns are too many to list: by search and relaxation, columns where they help."""
    search = GroupSearch(problem, deadline)
    if deadline is None:
        start = search.run(ROUNDS * len(problem), None)
    else:
        start = search.run(SHORT * len(problem), part_of(deadline, FIRST_PART))
    found, bounds = as_found(problem, start), {}
    if start is not None:
        bounds = relax(problem, found.tiers, part_of(deadline, BOUND_PART), part_of(deadline, EARLY_PART))
        found = with_bounds(found, bounds)
    if has_time_for_columns(deadline) and (start is None or columns_help(problem, found, deadline)):
        until = part_of(deadline, COLUMNS_PART)
        found = solve_by_columns(problem, BranchAndBoundOracle(problem, until), as_columns(problem, start), until)
        found = with_bounds(found, bounds or relax(problem, found.tiers, part_of(deadline, BOUND_PART)))
    if deadline is None or found.status in (Status.PROVED, Status.INFEASIBLE) or found.stated.status is Status.PROVED:
        return found
    return better_of(problem, found, search.run(FOREVER, deadline))


def as_found(problem: GroupProblem, start: FoundGroups | None) -> GroupSolution:
    """Return what a search found as a solution, with the bounds that anything has."""
    if start is None:
        return GroupSolution(Status.STOPPED)
    groups, leaders = canonical_order(start.groups, start.leaders)
    bounds = {goal: problem.most(goal) for goal in problem.goals}
    return GroupSolution(Status.FEASIBLE, groups, leaders, tiers_of(problem, groups, bounds), "search")


def columns_help(problem: GroupProblem, found: GroupSolution, deadline: float | None) -> bool:
    """Return whether columns may bound closer than the relaxation: for few people, or in time and near already."""
    if len(problem) <= FEW_PEOPLE:
        return True
    left = inf if deadline is None else (deadline - monotonic()) * COLUMNS_PART
    total = found.tiers[-1]
    near = total.bound is not None and total.bound - total.value <= RELAXATION.far_gap * abs(total.bound)
    return near and left > COLUMNS_S * (len(problem) / FEW_PEOPLE) ** 2 and len(problem) <= MOST_PEOPLE


def has_time_for_columns(deadline: float | None) -> bool:
    """Return whether the solver of the restricted master is loaded, or can be loaded in the time that is left."""
    return deadline is None or MASTER_SOLVER in sys.modules or deadline - monotonic() > LOADING_S


def part_of(deadline: float | None, part: float) -> float | None:
    """Return the deadline after a part of the time that is left."""
    return None if deadline is None else monotonic() + (deadline - monotonic()) * part


def with_bounds(found: GroupSolution, bounds: dict[str, int]) -> GroupSolution:
    """Return the same groups with the closer bound on each goal."""

    def closer(tier: Tier) -> Tier:
        other, nearer = bounds.get(tier.goal), max if tier.goal == "meetings" else min
        if other is None:
            return tier
        return replace(tier, bound=other if tier.bound is None else nearer(tier.bound, other))

    return replace(found, tiers=tuple(map(closer, found.tiers)))


def better_of(problem: GroupProblem, found: GroupSolution, other: FoundGroups | None) -> GroupSolution:
    """Return the better of two answers, by the goals in their order; bounds are of the problem, and stay."""
    if other is None:
        return found
    signs = [-1 if goal == "meetings" else 1 for goal in problem.goals]
    values = [sign * problem.value(goal, other.groups) for sign, goal in zip(signs, problem.goals, strict=True)]
    if found.groups and values <= [sign * tier.value for sign, tier in zip(signs, found.tiers, strict=True)]:
        return found
    groups, leaders = canonical_order(other.groups, other.leaders)
    bounds = {tier.goal: tier.bound for tier in found.tiers if tier.bound is not None}
    return replace(
        found, status=Status.FEASIBLE, groups=groups, leaders=leaders, tiers=tiers_of(problem, groups, bounds)
    )


def as_columns(problem: GroupProblem, found: FoundGroups | None) -> Columns:
    """Return groups as columns; none where none were found."""
    groups, leaders = (found.groups, found.leaders) if found else ([], [])
    members = np.full((len(groups), problem.sizes.most), len(problem), dtype=np.int16)
    for row, group in enumerate(groups):
        members[row, : len(group)] = group
    every = build_columns(problem, members)
    if not leaders:
        return every
    wanted = {(group, leader) for group, leader in zip(groups, leaders, strict=True)}
    kept = [(every.group(place), int(every.leaders[place])) in wanted for place in range(len(every))]
    return every.take(np.array(kept, dtype=bool))
