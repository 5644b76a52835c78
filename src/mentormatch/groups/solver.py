"""A group problem -> the best groups: replica exchange for an incumbent, column generation for bounds and the proof.

Goals are maximised in turn over columns (groups) by the restricted master (``master``); the value of each becomes a
constraint (preemptive lexicographic optimisation). The max-min goal ``floor`` is found by bisection over the columns of
sufficient value. If the optimum is not unique, hashes of pairs choose, and no-good cuts prove that one choice is left.
"""

import sys
from dataclasses import dataclass, field, replace
from logging import INFO, getLogger
from math import inf
from time import monotonic

import numpy as np

from mentormatch.assignment.model.solution import Status, Tier, log_outcome
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
    MASTER_OPTIONS,
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

LOGGER = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GroupSolverOptions:
    """Tuning of the solver of groups. Parts are shares of the remaining time."""

    max_ties: int = 20  # enumerated optima
    max_candidate_columns: int = 200_000  # with at most this many possible columns, later goals use only these
    max_listed_columns: int = 200_000  # enumerated in .2 s; with more, branch and bound is faster
    rounds_per_person: int = 10  # of the search without a time limit,
    first_rounds_per_person: int = 2  # and before the first bound otherwise
    first_part: float = 0.4  # for the first search,
    bound_part: float = 0.25  # the relaxation,
    early_bound_part: float = 0.05  # the relaxation if its gap stays large,
    columns_part: float = 0.25  # and columns; the search gets the rest
    loading_s: float = 0.6  # to load the solver of the master, which cannot be interrupted
    few_people: int = 50  # up to here columns give better bounds than the relaxation,
    many_people: int = 150  # above they never did; in between only if the gap of the relaxation is small,
    columns_s: float = 0.5  # and they take this time, times the square of (people / few_people)


SOLVER = GroupSolverOptions()


def solve_by_columns(
    problem: GroupProblem, source: GroupOracle, start: Columns, deadline: float | None
) -> GroupSolution:
    """Return the best groups over the columns of a pricing oracle; ``start``: a feasible choice, or empty."""
    pursuit = GoalSequence(problem, source, start, deadline)
    pursuit.run()
    return pursuit.solution()


@dataclass
class GoalSequence:
    """State of the lexicographic optimisation.

    Attributes
    ----------
    source
        The pricing oracle; proved goals restrict its columns.
    chosen
        The incumbent, empty if there is none.
    bounds, kept
        The bounds by goal, and a row for the value of each proved goal that neither ``everybody`` nor ``source`` keeps.
    everybody
        Whether all people must be placed.
    last
        The linear form of the last proved goal that has one (``floor`` has none); zero before.
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
        """Maximise the goals in order until one is not proved; break ties if all are proved."""
        if not len(self.chosen):
            self._find_incumbent()
        if not len(self.chosen):
            return
        if all(self._maximize_goal(goal) for goal in self.problem.goals) and self._break_ties():
            self.status = Status.PROVED

    def _find_incumbent(self) -> None:
        """Find a feasible choice (phase 1: an artificial variable for each row with a positive lower bound)."""
        forms = ModelForms(self.problem)
        rows = forms.rows(everybody="placed" in self.problem.goals[:1])
        # With a place for everybody first, if that is the first goal
        result = self._maximize_from_incumbent(forms.zero, rows, phase_one=True)
        if result.chosen is None and self._infeasible(result) and rows[0].least:
            result = self._maximize_from_incumbent(forms.zero, forms.rows(everybody=False), phase_one=True)
        if result.chosen is None:
            self.status = Status.INFEASIBLE if self._infeasible(result) else Status.STOPPED
        else:
            self.chosen = result.chosen

    def _infeasible(self, result: MasterResult) -> bool:
        """Return whether phase 1 proves that there is no feasible choice."""
        return result.bound is not None and result.bound < 0

    def _maximize_from_incumbent(
        self, goal: LinearForm, rows: list[MasterRow], *, phase_one: bool = False
    ) -> MasterResult:
        master_problem = MasterProblem(goal, rows, self.source, self.problem.number.most, self.deadline, phase_one)
        return maximise(master_problem, self.chosen)

    def _problem_of(self, goal: LinearForm) -> MasterProblem:
        """Return the problem of one goal, with the rows of the earlier goals."""
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
        result = self._improve(form)
        # Without a dual bound, use the trivial bound
        bound = self.problem.most(goal) if result.bound is None else result.bound
        self.bounds[goal] = -bound if goal == "meetings" else bound
        if result.proved:
            self._keep(form, result)
        return result.proved

    def _improve(self, form: LinearForm) -> MasterResult:
        """Maximise a linear form, and store the best choice found as the incumbent."""
        result = maximise(self._problem_of(form), self.chosen)
        if result.chosen is not None:
            self.chosen = result.chosen
        return result

    def _keep(self, form: LinearForm, result: MasterResult) -> None:
        """Add a row for the value of a goal, and drop columns that are in no optimum (reduced-cost fixing).

        All columns stay if more than ``max_candidate_columns`` would remain.
        """
        assert result.value is not None
        self.last = form
        self.kept.append(MasterRow(form, result.value, None))
        if result.duals is not None:
            number = self.problem.number.most
            # Columns with a reduced profit below the threshold are in no optimum
            columns = self.source.columns_within(
                result.duals.reduced, result.duals.threshold(number, result.value), SOLVER.max_candidate_columns
            )
            self.source = self.source if columns is None else EnumerationOracle(columns)

    def _maximize_floor(self) -> bool:
        """Maximise the value of the worst group; return whether the optimum is proved.

        Bisection on the least mean pair value of the columns, by whether they contain a feasible choice.
        """
        low, high = self.problem.value("floor", groups_of(self.chosen)), self.problem.most("floor")
        zero, source = ModelForms(self.problem).zero, self.source
        while low < high:
            # Bisection; a feasible choice raises the lower end to its own floor
            middle = (low + high + 1) // 2
            self.source = source.above_floor(middle)
            master_problem = replace(self._problem_of(zero), phase_one=True)
            result = maximise(master_problem, self.chosen.take(self.chosen.mean_pair_values() >= middle))
            if result.chosen is not None:
                self.chosen, low = result.chosen, self.problem.value("floor", groups_of(result.chosen))
            elif self._infeasible(result):
                high = middle - 1
            else:
                break
        self.source, self.bounds["floor"] = source.above_floor(low), high
        return low == high

    def _break_ties(self) -> bool:
        """Choose among the optima by the hash of their pairs; return whether the choice is proved canonical."""
        # A no-good cut on the optimum: if nothing else is as good, there is no tie
        is_complete, other = choose_among_ties(self._problem_of(self.last), [self.chosen])
        if is_complete and other is None:
            return True
        form = ModelForms(self.problem).goal("ties")
        result = self._improve(form)
        if not result.proved:
            return False
        self._keep(form, result)
        # Enumerate choices with the same hash; the first one in lexicographic order is canonical
        ties = [self.chosen]
        while len(ties) < SOLVER.max_ties:
            is_complete, other = choose_among_ties(self._problem_of(form), ties)
            if not is_complete:
                return False
            if other is None:
                self.chosen = min(ties, key=lambda columns: sorted(groups_of(columns)))
                return True
            ties.append(other)
        return False

    def solution(self) -> GroupSolution:
        """Return the incumbent as a solution; only the status if there is none."""
        if not len(self.chosen):
            return GroupSolution(self.status)
        leaders = self.chosen.leaders.tolist() if self.problem.leaders else []
        groups, leaders_of = canonical_order(groups_of(self.chosen), leaders)
        return GroupSolution(self.status, groups, leaders_of, tiers_of(self.problem, groups, self.bounds), "columns")


def choose_among_ties(problem: MasterProblem, ties: list[Columns]) -> tuple[bool, Columns | None]:
    """Search for another choice as good as those in ``ties``; return whether the search is complete, and the choice.

    The choice is None if none was found. Columns that are not listed, or too many, are not searched.
    """
    if (
        not isinstance(problem.oracle, EnumerationOracle)
        or len(problem.oracle.columns) > MASTER_OPTIONS.max_milp_columns
    ):
        return False, None
    # A no-good cut per choice: not all of its groups again
    sets = [frozenset(groups_of(groups)) for groups in ties]
    cuts = [MasterRow(GroupIndicator.of_groups(problem.goal, groups), None, len(groups) - 1) for groups in sets]
    cut = replace(problem, rows=[*(row for row in problem.rows if row.form is not problem.goal), *cuts])
    best, value = GroupIncumbent(cut), int(problem.goal.of(ties[0]).sum())
    is_complete = solve_milp(GroupMaster(cut, problem.oracle.columns), best)
    if best.value is not None and best.value >= value:
        return True, best.chosen
    return is_complete, None


def groups_of(columns: Columns) -> list[tuple[int, ...]]:
    return [columns.group(place) for place in range(len(columns))]


def solve_groups(problem: GroupProblem, *, time_limit_s: float | None = None) -> GroupSolution:
    """Return the best groups, which were checked independently of the search.

    Parameters
    ----------
    problem
        The constraints and values of groups; see ``GroupProblem.from_scores``.
    time_limit_s
        Seconds after which the best groups so far are returned, ``feasible`` with their gap, or ``stopped`` if there
        are none.

    Raises
    ------
    EngineError
        The check refused an answer of the solver.
    """
    began = monotonic()
    limit = duration("time_limit_s", time_limit_s)
    deadline = None if limit is None else began + limit - measure_report_s(problem)
    unchecked = solve_unchecked(problem.tighten(), deadline)
    solution = require_valid(problem, replace(unchecked.stated, seconds=monotonic() - began))
    log_outcome(LOGGER, INFO, f"groups of {len(problem)} people", solution, solution.seconds)
    return solution


def measure_report_s(problem: GroupProblem) -> float:
    """Return the time to state and to check groups, measured on groups of the greatest size."""
    people, size = range(len(problem)), max(problem.sizes.most, 1)
    groups = [tuple(people[first : first + size]) for first in range(0, len(problem), size)]
    sample = FoundGroups(groups, [], ())
    with StepTimer() as timer:
        list(violations(problem, better_of(problem, as_found(problem, sample), sample)))
    return timer.last_s


def solve_unchecked(problem: GroupProblem, deadline: float | None) -> GroupSolution:
    """Return the best groups: over all columns if few enough and in time to list, otherwise by search and bounds."""
    seats = problem.number.least if problem.leaders is None else int(problem.leaders.seats.sum())
    if not len(problem) or seats < problem.number.least:
        return GroupSolution(Status.INFEASIBLE)
    spans = problem.spans if len(problem.spans) > 1 else problem.spans * problem.number.least
    if placed_bound(problem) < sum(span.least for span in spans):
        return GroupSolution(Status.INFEASIBLE)
    if has_time_for_columns(deadline) and column_count_bound(problem) <= SOLVER.max_listed_columns:
        # A quick incumbent, then the exact solution over all columns
        start = as_columns(problem, GroupSearch(problem, deadline, quick=True).run(0, deadline))
        return solve_by_columns(problem, EnumerationOracle(enumerate_groups(problem)), start, deadline)
    return solve_large(problem, deadline)


def solve_large(problem: GroupProblem, deadline: float | None) -> GroupSolution:
    """Return the best groups without a list of all columns: by search and relaxation, and columns if they help."""
    search = GroupSearch(problem, deadline)
    if deadline is None:
        start = search.run(SOLVER.rounds_per_person * len(problem), None)
    else:
        start = search.run(SOLVER.first_rounds_per_person * len(problem), part_of(deadline, SOLVER.first_part))
    solution, bounds = as_found(problem, start), {}
    if start is not None:
        bounds = relax(
            problem, solution.tiers, part_of(deadline, SOLVER.bound_part), part_of(deadline, SOLVER.early_bound_part)
        )
        solution = with_bounds(solution, bounds)
    if has_time_for_columns(deadline) and (start is None or columns_help(problem, solution, deadline)):
        until = part_of(deadline, SOLVER.columns_part)
        solution = solve_by_columns(problem, BranchAndBoundOracle(problem, until), as_columns(problem, start), until)
        solution = with_bounds(solution, bounds or relax(problem, solution.tiers, part_of(deadline, SOLVER.bound_part)))
    if (
        deadline is None
        or solution.status in (Status.PROVED, Status.INFEASIBLE)
        or solution.stated.status is Status.PROVED
    ):
        return solution
    return better_of(problem, solution, search.run(sys.maxsize, deadline))


def as_found(problem: GroupProblem, start: FoundGroups | None) -> GroupSolution:
    """Return the groups of a search as a solution, with trivial bounds."""
    if start is None:
        return GroupSolution(Status.STOPPED)
    groups, leaders = canonical_order(start.groups, start.leaders)
    bounds = {goal: problem.most(goal) for goal in problem.goals}
    return GroupSolution(Status.FEASIBLE, groups, leaders, tiers_of(problem, groups, bounds), "search")


def columns_help(problem: GroupProblem, solution: GroupSolution, deadline: float | None) -> bool:
    """Return whether columns may give a better bound than the relaxation, in the remaining time."""
    if len(problem) <= SOLVER.few_people:
        return True
    remaining_s = inf if deadline is None else (deadline - monotonic()) * SOLVER.columns_part
    total = solution.tiers[-1]
    is_near = total.bound is not None and total.bound - total.value <= RELAXATION.far_gap * abs(total.bound)
    return (
        is_near
        and remaining_s > SOLVER.columns_s * (len(problem) / SOLVER.few_people) ** 2
        and len(problem) <= SOLVER.many_people
    )


def has_time_for_columns(deadline: float | None) -> bool:
    """Return whether the solver of the master is loaded, or can be loaded in the remaining time."""
    return deadline is None or "highspy" in sys.modules or deadline - monotonic() > SOLVER.loading_s


def part_of(deadline: float | None, part: float) -> float | None:
    """Return the time at which a part of the remaining time has passed; None without a deadline."""
    return None if deadline is None else monotonic() + (deadline - monotonic()) * part


def with_bounds(solution: GroupSolution, bounds: dict[str, int]) -> GroupSolution:
    """Return the same groups with the better bound on each goal."""

    def closer(tier: Tier) -> Tier:
        other, nearer = bounds.get(tier.goal), max if tier.goal == "meetings" else min
        if other is None:
            return tier
        return replace(tier, bound=other if tier.bound is None else nearer(tier.bound, other))

    return replace(solution, tiers=tuple(map(closer, solution.tiers)))


def better_of(problem: GroupProblem, solution: GroupSolution, other: FoundGroups | None) -> GroupSolution:
    """Return the better of two answers by the goals in order, with the bounds of ``solution``."""
    if other is None:
        return solution
    signs = [-1 if goal == "meetings" else 1 for goal in problem.goals]
    values = [sign * problem.value(goal, other.groups) for sign, goal in zip(signs, problem.goals, strict=True)]
    if solution.groups and values <= [sign * tier.value for sign, tier in zip(signs, solution.tiers, strict=True)]:
        return solution
    groups, leaders = canonical_order(other.groups, other.leaders)
    bounds = {tier.goal: tier.bound for tier in solution.tiers if tier.bound is not None}
    return replace(
        solution, status=Status.FEASIBLE, groups=groups, leaders=leaders, tiers=tiers_of(problem, groups, bounds)
    )


def as_columns(problem: GroupProblem, start: FoundGroups | None) -> Columns:
    """Return the groups of a search as columns; no columns for None."""
    groups, leaders = (start.groups, start.leaders) if start else ([], [])
    members = np.full((len(groups), problem.sizes.most), len(problem), dtype=np.int16)
    for row, group in enumerate(groups):
        members[row, : len(group)] = group
    columns = build_columns(problem, members)
    if not leaders:
        return columns
    led_groups = {(group, leader) for group, leader in zip(groups, leaders, strict=True)}
    is_led = [(columns.group(place), int(columns.leaders[place])) in led_groups for place in range(len(columns))]
    return columns.take(np.array(is_led, dtype=bool))
