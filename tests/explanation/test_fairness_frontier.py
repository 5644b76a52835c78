"""The price of fairness, held to every plan there is."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Status, solve
from mentormatch.explanation.goal_prices import FrontierPoint, find_frontier, trace_frontier
from mentormatch.operations.matching import case_of
from tests.doors import substitute
from tests.report.cohorts import matched, person, programme, small


def every_plan(problem: AssignmentProblem) -> list[tuple[int, int, int]]:
    """Return how many pairs, the worst score and the total of every plan with the most pairs."""
    n, m = problem.shape
    mentors, mentees = problem.scores.pairs()
    places = zip(mentors.tolist(), mentees.tolist(), strict=True)
    worth = dict(zip(places, problem.scores.values_of_pairs().tolist(), strict=True))
    plans = [[worth[pair] for pair in enumerate(mentees) if pair in worth] for mentees in permutations(range(m), n)]
    return [(len(plan), min(plan, default=0), sum(plan)) for plan in plans]


def frontier(problem: AssignmentProblem) -> list[FrontierPoint]:
    """Return the plans with the most pairs that no other beats in both the worst pair and the total."""
    plans = every_plan(problem)
    most = max(count for count, _, _ in plans)
    ends = {(floor, total) for count, floor, total in plans if count == most and most}
    best = [one for one in ends if not any(one != two and one[0] <= two[0] and one[1] <= two[1] for two in ends)]
    return [FrontierPoint(*one) for one in sorted(best)]


@st.composite
def problems(draw: st.DrawFn) -> AssignmentProblem:
    n = draw(st.integers(1, 4))
    cells = st.lists(st.integers(0, 9), min_size=n * n, max_size=n * n)
    scores = np.array(draw(cells)).reshape(n, n) * 100_000
    allowed = np.array(draw(cells)).reshape(n, n) > draw(st.integers(-1, 4))
    return AssignmentProblem.from_scores(scores, allowed)


@given(problems())
def test_the_balances_are_those_that_no_plan_beats(problem: AssignmentProblem) -> None:
    assert trace_frontier(problem, 0) == frontier(problem)


def test_where_many_floors_could_be_tried_both_ends_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = AssignmentProblem.from_scores(np.random.default_rng(65).integers(0, 1_000_000, (6, 6)))
    whole = frontier(problem)
    substitute(monkeypatch, "explanation", MAX_FLOORS=2)
    thinned = trace_frontier(problem, 0)
    assert len(whole) > 3
    assert (thinned[0], thinned[-1]) == (whole[0], whole[-1])
    assert set(thinned) <= set(whole)


def test_nothing_is_told_of_a_programme_that_asks_for_no_total_of_nobody_or_of_an_answer_without_a_proof() -> None:
    case = case_of(small())
    assert find_frontier(case)
    assert find_frontier(replace(case, problem=replace(case.problem, goals=("matched",)))) == ()
    assert find_frontier(case_of(matched(programme(), [person("M1")], []))) == ()
    assert find_frontier(replace(case, solution=replace(case.solution, status=Status.FEASIBLE))) == ()


def test_a_floor_that_the_programme_asks_for_is_not_taken_for_the_greatest_total() -> None:
    case = case_of(small())
    asked = replace(case.problem, goals=("matched", "floor", "total"))
    assert find_frontier(replace(case, problem=asked, solution=solve(asked))) == find_frontier(case)
