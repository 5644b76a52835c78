"""What holds arrays is equal where all that it holds is, and says why it has no hash."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import mentormatch as mm


def problem() -> mm.AssignmentProblem:
    row = mm.Row("few", np.array([[1], [0]]), most=1)
    return mm.AssignmentProblem.from_scores([[0.9, np.nan], [0.8, 0.7]], [[True, False], [True, True]], rows=[row])


def matching() -> mm.Matching:
    return mm.match(mm.examples.cohort(), mm.examples.programme())


MADE: dict[str, Callable[[], Any]] = {
    "a cohort": mm.examples.cohort,
    "people": lambda: mm.examples.cohort().mentors,
    "a programme": mm.examples.programme,
    "a problem": problem,
    "a row": lambda: problem().rows[0],
    "a solution": lambda: mm.solve(problem()),
    "a matching": matching,
}


def fewer(cohort: mm.Cohort) -> mm.Cohort:
    return replace(cohort, mentees=cohort.mentees.take(range(3)))


CHANGED: dict[str, Callable[[Any], Any]] = {
    "a cohort": fewer,
    "people": lambda people: people.take(range(len(people) - 1, -1, -1)),
    "a programme": lambda programme: programme.with_rules([*programme.rules[:1]]),
    "a problem": lambda problem: replace(problem, pins=((1, 1),)),
    "a row": lambda row: replace(row, weights=row.weights + 1),
    "a solution": lambda solution: replace(solution, pairs=solution.pairs[:-1]),
    "a matching": lambda matching: replace(matching, cohort=fewer(matching.cohort)),
}


@pytest.mark.parametrize("kind", MADE)
def test_what_is_made_twice_is_equal_and_what_differs_is_not(kind: str) -> None:
    one = MADE[kind]()
    assert one == MADE[kind]()
    assert one == one
    assert one != CHANGED[kind](one)
    assert one != "something else"


@pytest.mark.parametrize("kind", sorted(set(MADE) - {"a programme"}))
def test_what_holds_arrays_says_why_it_has_no_hash(kind: str) -> None:
    with pytest.raises(TypeError, match="has no hash: it holds arrays"):
        hash(MADE[kind]())


def test_how_long_a_solve_took_makes_no_other_solution() -> None:
    solution = mm.solve(problem())
    assert replace(solution, seconds=9.0) == solution
