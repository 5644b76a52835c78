"""Changes to a problem that must change nothing, or only for the better."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mentormatch.assignment.engine import solve
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.scores import stored
from mentormatch.assignment.solution import Solution, Status
from tests.oracles.problems import problems, random_problem

pytestmark = pytest.mark.promise(14)

some = st.one_of(problems(5, (2, 1), fewest=2), problems(4, (2, 2), coupled=1, fewest=2))
without_rows = st.one_of(problems(5, (2, 1)), problems(4, (2, 2)))


def proved(problem: AssignmentProblem) -> Solution:
    solution = solve(problem)
    assume(solution.status is not Status.INFEASIBLE)
    assert solution.status is Status.PROVED
    return solution


def values(solution: Solution) -> list[int]:
    return [tier.value for tier in solution.tiers]


def with_scores(
    problem: AssignmentProblem, factor: int = 1, *, closed: tuple[int, int] | None = None
) -> AssignmentProblem:
    """Return the problem with its scores multiplied, and one pair forbidden."""
    mentors, mentees = problem.scores.pairs()
    block, allowed = np.zeros(problem.shape, np.int64), np.zeros(problem.shape, dtype=bool)
    block[mentors, mentees], allowed[mentors, mentees] = problem.scores.at(mentors, mentees) * factor, True
    if closed is not None:
        allowed[closed] = False
    return replace(problem, scores=stored(block, allowed))


@given(without_rows)
def test_swapping_the_sides_changes_no_value(problem: AssignmentProblem) -> None:
    mentors, mentees = problem.scores.pairs()
    block, allowed = np.zeros(problem.shape[::-1], np.int64), np.zeros(problem.shape[::-1], dtype=bool)
    block[mentees, mentors], allowed[mentees, mentors] = problem.scores.at(mentors, mentees), True
    swapped = AssignmentProblem(
        stored(block, allowed),
        problem.mentees,
        problem.mentors,
        pins=tuple((mentee, mentor) for mentor, mentee in problem.pins),
        goals=problem.goals,
        mentor_priority=problem.mentee_priority,
        mentee_priority=problem.mentor_priority,
    )
    ours, theirs = solve(problem), solve(swapped)
    assert (ours.status, values(ours)) == (theirs.status, values(theirs))


@given(some, st.integers(2, 1000))
def test_scaling_the_scores_changes_no_pair(problem: AssignmentProblem, factor: int) -> None:
    assert proved(with_scores(problem, factor)).pairs.tolist() == proved(problem).pairs.tolist()


@given(some, st.randoms(use_true_random=False))
def test_forbidding_an_unused_pair_changes_no_pair(problem: AssignmentProblem, random: Random) -> None:
    solution = proved(problem)
    unused = sorted(
        set(zip(*map(np.ndarray.tolist, problem.scores.pairs()), strict=True))
        - set(map(tuple, solution.pairs.tolist()))
    )
    assume(unused)
    closed = with_scores(problem, closed=random.choice(unused))
    assert proved(closed).pairs.tolist() == solution.pairs.tolist()


@given(some, st.randoms(use_true_random=False))
def test_pinning_a_chosen_pair_changes_no_pair(problem: AssignmentProblem, random: Random) -> None:
    solution = proved(problem)
    assume(len(solution.pairs))
    pin = tuple(random.choice(solution.pairs.tolist()))
    pinned = replace(problem, pins=tuple(sorted({*problem.pins, (pin[0], pin[1])})))
    assert proved(pinned).pairs.tolist() == solution.pairs.tolist()


@given(some, st.data())
def test_more_capacity_never_makes_it_worse(problem: AssignmentProblem, data: st.DataObject) -> None:
    assume(problem.shape[0])
    solution = proved(problem)
    most = problem.mentors.most.copy()
    most[data.draw(st.integers(0, len(most) - 1))] += 1
    assert values(proved(replace(problem, mentors=replace(problem.mentors, most=most)))) >= values(solution)


@given(st.integers(0, 2**32 - 1))
def test_a_mentor_who_can_take_nobody_changes_no_pair(seed: int) -> None:
    problem = random_problem(np.random.default_rng(seed), 12, values=2, most=2)
    mentors, mentees = problem.scores.pairs()
    n, m = problem.shape
    block, allowed = np.zeros((n + 1, m), np.int64), np.zeros((n + 1, m), dtype=bool)
    block[mentors, mentees], allowed[mentors, mentees] = problem.scores.at(mentors, mentees), True
    more = replace(
        problem,
        scores=stored(block, allowed),
        mentors=replace(
            problem.mentors,
            least=np.append(problem.mentors.least, 0),
            most=np.append(problem.mentors.most, 1),
            idle=np.append(problem.mentors.idle, True),
        ),
        mentor_priority=None if problem.mentor_priority is None else np.append(problem.mentor_priority, 9),
        mentor_keys=(*problem.mentor_keys, "unusable"),
    )
    assert solve(more).pairs.tolist() == solve(problem).pairs.tolist()
