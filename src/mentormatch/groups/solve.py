"""A problem -> groups: by columns where they can be listed, by a search where they cannot."""

from dataclasses import replace
from time import monotonic

import numpy as np

from mentormatch.assignment.model.solution import Status
from mentormatch.groups.check import refuse_mistakes
from mentormatch.groups.columns import Columns, build_columns, enumerate_groups, most_columns, most_placed
from mentormatch.groups.local_search import search_locally
from mentormatch.groups.oracle import BranchAndBoundOracle
from mentormatch.groups.oracle_interface import EnumerationOracle, GroupOracle
from mentormatch.groups.problem import Group, GroupProblem
from mentormatch.groups.solution import GroupSolution
from mentormatch.groups.solver import solve_by_columns

MOST_LISTED = 200_000
"""So many columns are listed in a fifth of a second; of more, it is faster to seek those that count for enough."""


SHORT, LONG = 100, 1_000
"""How many times a search is shuffled before columns are asked, where all are listed, and where they are not."""


def solve(problem: GroupProblem, *, time_limit_s: float | None = None) -> GroupSolution:
    """Return the best groups, checked; see ``form_groups``."""
    began = monotonic()
    ends = None if time_limit_s is None else began + time_limit_s
    found = solve_unchecked(problem.tightened(), ends)
    return refuse_mistakes(problem, replace(found.stated, seconds=monotonic() - began))


def solve_unchecked(problem: GroupProblem, ends: float | None) -> GroupSolution:
    """Return the best groups, by the way that fits the number of columns."""
    seats = problem.number.least if problem.leaders is None else int(problem.leaders.seats.sum())
    if not len(problem) or seats < problem.number.least:
        return GroupSolution(Status.INFEASIBLE)
    spans = problem.spans if len(problem.spans) > 1 else problem.spans * problem.number.least
    if most_placed(problem) < sum(span.least for span in spans):
        return GroupSolution(Status.INFEASIBLE)
    few = most_columns(problem) <= MOST_LISTED
    start = as_columns(problem, *search_locally(problem, ends, min(SHORT, 4 * len(problem)) if few else LONG))
    source: GroupOracle = EnumerationOracle(enumerate_groups(problem)) if few else BranchAndBoundOracle(problem, ends)
    return solve_by_columns(problem, source, start, ends)


def as_columns(problem: GroupProblem, groups: list[Group], leaders: list[int]) -> Columns:
    """Return groups as columns."""
    members = np.full((len(groups), problem.sizes.most), len(problem), dtype=np.int16)
    for row, group in enumerate(groups):
        members[row, : len(group)] = group
    every = build_columns(problem, members)
    if not leaders:
        return every
    wanted = {(group, leader) for group, leader in zip(groups, leaders, strict=True)}
    kept = [(every.group(place), int(every.leaders[place])) in wanted for place in range(len(every))]
    return every.take(np.array(kept, dtype=bool))
