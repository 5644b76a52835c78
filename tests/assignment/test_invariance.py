"""Changes to a problem that must change nothing, or only for the better."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution, Status, solve
from mentormatch.assignment.model.problem import GOALS
from mentormatch.assignment.model.scores import pack_scores
from tests.oracles.problems import larger_problem, problems, with_any_goals

pytestmark = pytest.mark.promise(14)

in_usual_goals = st.one_of(problems(5, (2, 1), fewest=2), problems(4, (2, 2), coupled=1, fewest=2))
some = st.one_of(in_usual_goals, with_any_goals(in_usual_goals))


def proved(problem: AssignmentProblem) -> Solution:
    solution = solve(problem)
    assume(solution.status is not Status.INFEASIBLE)
    assert solution.status is Status.PROVED
    return solution


def outcome(problem: AssignmentProblem) -> tuple[Status, list[list[int]]]:
    """Return the status and the pairs."""
    solution = solve(problem)
    return solution.status, solution.pairs.tolist()


def rank(solution: Solution) -> list[tuple[int, ...]]:
    """Return what is reached goal by goal: the greater, the better."""
    signs = {"changes": -1}
    found = [(signs.get(tier.goal, 1) * tier.value,) for tier in solution.tiers]
    vectors = [(len(tier.vector), *tier.vector) if tier.goal == "leximin" else () for tier in solution.tiers]
    return [vector or value for vector, value in zip(vectors, found, strict=True)]


def block_of(problem: AssignmentProblem) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return (n, m) scores, 0 where a pair is forbidden, and (n, m) bool: which are allowed."""
    mentors, mentees = problem.scores.pairs()
    block, allowed = np.zeros(problem.shape, np.int64), np.zeros(problem.shape, dtype=bool)
    block[mentors, mentees], allowed[mentors, mentees] = problem.scores.at(mentors, mentees), True
    return block, allowed


def swapped(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple((mentee, mentor) for mentor, mentee in pairs)


def in_order(problem: AssignmentProblem, goals: Sequence[str]) -> AssignmentProblem:
    """Return the problem with those of its goals that are among these, or the first of these."""
    return replace(problem, goals=tuple(goal for goal in problem.goals if goal in goals) or tuple(goals[:1]))


def turned(row: Row) -> Row:
    """Return a row with the sides exchanged."""
    times = None if row.factor is None else row.factor.T
    return replace(row, weights=row.weights.T, mentor=row.mentee, mentee=row.mentor, factor=times)


@given(some)
def test_swapping_the_sides_changes_no_value(problem: AssignmentProblem) -> None:
    problem = in_order(problem, [goal for goal in GOALS if goal != "floor_person"])
    block, allowed = block_of(problem)
    other = AssignmentProblem(
        pack_scores(block.T, allowed.T),
        problem.mentees,
        problem.mentors,
        rows=tuple(turned(row) for row in problem.rows),
        pins=swapped(problem.pins),
        goals=problem.goals,
        mentor_priority=problem.mentee_priority,
        mentee_priority=problem.mentor_priority,
        former=swapped(problem.former),
    )
    ours, theirs = solve(problem), solve(other)
    assert (ours.status, ours.tiers) == (theirs.status, theirs.tiers)


@given(some, st.integers(2, 1000))
def test_scaling_the_scores_changes_no_pair(problem: AssignmentProblem, factor: int) -> None:
    block, allowed = block_of(problem)
    assert outcome(replace(problem, scores=pack_scores(block * factor, allowed))) == outcome(problem)


@given(some, st.integers(-1000, 1000))
def test_the_same_points_for_every_pair_change_no_pair_where_most_are_placed_first(
    problem: AssignmentProblem, points: int
) -> None:
    goals = ("matched", "priority", "floor", "leximin", "total", "changes")
    problem = in_order(problem, goals)
    problem = replace(problem, goals=("matched", *(goal for goal in problem.goals if goal != "matched")))
    block, allowed = block_of(problem)
    assert outcome(replace(problem, scores=pack_scores(block + points, allowed))) == outcome(problem)


@given(some, st.randoms(use_true_random=False))
def test_forbidding_an_unused_pair_changes_no_pair(problem: AssignmentProblem, random: Random) -> None:
    """Everybody keeps an allowed pair: who may be in none at all is not among the people of ``floor_person``."""
    solution, (block, allowed) = proved(problem), block_of(problem)
    unused = allowed & (allowed.sum(axis=0) > 1)
    unused[solution.pairs[:, 0], solution.pairs[:, 1]] = False
    assume(unused.any())
    allowed[tuple(random.choice(np.argwhere(unused).tolist()))] = False
    assert outcome(replace(problem, scores=pack_scores(block, allowed))) == (Status.PROVED, solution.pairs.tolist())


@given(some, st.randoms(use_true_random=False))
def test_pinning_a_chosen_pair_changes_no_pair(problem: AssignmentProblem, random: Random) -> None:
    solution = proved(problem)
    assume(len(solution.pairs))
    pin = tuple(random.choice(solution.pairs.tolist()))
    pinned = replace(problem, pins=tuple(sorted({*problem.pins, (pin[0], pin[1])})))
    assert outcome(pinned) == (Status.PROVED, solution.pairs.tolist())


@given(some, st.data())
def test_more_capacity_never_makes_it_worse(problem: AssignmentProblem, data: st.DataObject) -> None:
    assume(problem.shape[0])
    solution = proved(problem)
    most = problem.mentors.most.copy()
    most[data.draw(st.integers(0, len(most) - 1))] += 1
    more = solve(replace(problem, mentors=replace(problem.mentors, most=most)))
    assert more.status is Status.PROVED
    assert rank(more) >= rank(solution)


@given(st.integers(0, 2**32 - 1))
def test_a_mentor_who_can_take_nobody_changes_no_pair(seed: int) -> None:
    problem = larger_problem(np.random.default_rng(seed), 12)
    block, allowed = block_of(problem)
    nobody = np.zeros((1, problem.shape[1]), dtype=np.int64)
    more = replace(
        problem,
        scores=pack_scores(np.append(block, nobody, axis=0), np.append(allowed, nobody > 0, axis=0)),
        mentors=replace(
            problem.mentors,
            least=np.append(problem.mentors.least, 0),
            most=np.append(problem.mentors.most, 1),
            optional=np.append(problem.mentors.optional, True),
        ),
        mentor_priority=None if problem.mentor_priority is None else np.append(problem.mentor_priority, 9),
        mentor_keys=(*problem.mentor_keys, "unusable"),
    )
    assert outcome(more) == outcome(problem)
