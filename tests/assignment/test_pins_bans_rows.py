"""Pins, bans, rows and costs of arrays say the same as the problem that is stated without them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array

from mentormatch import AssignmentProblem, GroupProblem, RequestError, Row, Status, form_groups, solve
from mentormatch.assignment.model.rows import terms_of_rows
from mentormatch.groups.check import violations
from tests.conftest import DEEP

pose = AssignmentProblem.from_scores
SEEDS = range(200 if DEEP else 15)
FORMS: dict[str, Callable[[Any], Any]] = {"an array": np.asarray, "stored entries": coo_array}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_least_costs_are_those_of_scipy(seed: int, form: str) -> None:
    draw = np.random.default_rng(seed)
    costs = draw.random(tuple(draw.integers(1, 9, 2))) + 0.001  # an entry of 0 would not be stored
    solution = solve(pose(FORMS[form](costs), sense="min"))
    rows, columns = linear_sum_assignment(costs)
    assert solution.status is Status.PROVED
    assert solution.tiers[0].value == len(rows)
    assert solution.tiers[1].value == -np.rint(costs * 1e6).astype(int)[tuple(solution.pairs.T)].sum()
    assert -solution.tiers[1].value <= np.rint(costs[rows, columns] * 1e6).sum() + len(rows)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_ban_is_a_pair_that_does_not_exist_and_a_pin_is_chosen(seed: int, form: str) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(1, 50, (6, 7))
    pairs = [(int(place) // 7, int(place) % 7) for place in draw.choice(42, 8, replace=False)]
    bans, pins = pairs[:6], [pairs[6]]
    allowed = np.ones(scores.shape, dtype=bool)
    allowed[tuple(np.transpose(bans))] = False
    asked = pose(FORMS[form](scores), bans=[*bans, bans[0]], pins=np.array(pins))
    same = replace(pose(scores, allowed), pins=tuple(pins))
    found = solve(asked)
    assert found.pairs.tolist() == solve(same).pairs.tolist()
    assert pins[0] in set(map(tuple, found.pairs.tolist()))
    assert not set(bans) & set(map(tuple, found.pairs.tolist()))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pairs_that_rows_count_are_those_of_each_row_by_itself(seed: int) -> None:
    draw = np.random.default_rng(seed)
    n, m = shape = tuple(draw.integers(1, 7, 2).tolist())
    shared = draw.integers(0, 3, (1, m))
    forms = [shared, draw.integers(-1, 2, (n, 1)), draw.integers(0, 2, shape), np.array([[2]])]
    owners = [(None, None), (int(draw.integers(n)), None), (None, int(draw.integers(m))), (0, m - 1)]
    rows = [
        Row(
            f"{place}",
            weights,
            most=3,
            mentor=mentor,
            mentee=mentee,
            factor=draw.integers(0, 2, shape) if times else None,
        )
        for place, (weights, (mentor, mentee), times) in enumerate(product(forms, owners, (False, True)))
    ]
    mentors, mentees = np.nonzero(draw.random(shape) < 0.7)
    for row, (places, weights) in zip(rows, terms_of_rows(rows, mentors, mentees, shape), strict=True):
        every = np.zeros(len(mentors), dtype=np.int64)
        every[places] = weights
        assert every.tolist() == row.coefficients_of(mentors, mentees, shape).tolist()
        assert (weights != 0).all()
        assert (np.diff(places) > 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_stand_beside_those_of_hours(seed: int) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.integers(1, 50, (5, 7))
    few = Row("few", draw.integers(0, 2, (5, 1)), most=2)
    hours: dict[str, Any] = {"hours": draw.integers(1, 4, 7), "mentor_hours": 5, "mentor_capacity": 3}
    problem = pose(scores, rows=[few], **hours)
    assert [row.name for row in problem.rows] == ["few", *(row.name for row in pose(scores, **hours).rows)]
    assert few.is_satisfied_by(solve(problem).pairs, (5, 7))


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ({"pins": [(0, 3)]}, "pins"),
        ({"pins": [(-1, 0)]}, "pins"),
        ({"pins": [(0, 1, 2)]}, "pins"),
        ({"bans": [0]}, "bans"),
        ({"bans": [(True, 1)]}, "bans"),
        ({"bans": ["01"]}, "bans"),
        ({"bans": [(0.5, 1)]}, "bans"),
        ({"pins": [(0, 1)], "bans": [(0, 1)]}, "pins"),
        ({"sense": "least"}, "sense"),
    ],
)
def test_what_is_no_pair_and_no_sense_is_refused_by_its_name(asked: dict[str, Any], where: str) -> None:
    for form in FORMS.values():
        with pytest.raises(RequestError) as refused:
            pose(form([[1.0, 2.0], [3.0, 4.0]]), **asked)
        assert [problem.where for problem in refused.value.problems] == [where]


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("seed", range(40 if DEEP else 4))
def test_groups_of_a_matrix_keep_who_is_together_and_apart(seed: int, sense: Any) -> None:
    draw = np.random.default_rng(seed)
    half = np.triu(draw.random((8, 8)), 1)
    problem = GroupProblem.from_scores(half + half.T, [4, (3, 4)], together=[(1, 0)], apart=[(2, 3)], sense=sense)
    found = form_groups(problem)
    assert list(violations(problem, found)) == []
    within = [next(group for group in found.groups if person in group) for person in range(8)]
    assert within[0] == within[1]
    assert within[2] != within[3]
    other = form_groups(GroupProblem.from_scores(-(half + half.T), [4, (3, 4)], together=[(0, 1)], apart=[(3, 2)]))
    assert (sense == "max") or found.groups == other.groups


@pytest.mark.parametrize("asked", [{"seed": 1}, {"together": [(0, 1)]}, {"apart": [(0, 1)]}, {"past": [("1", "2")]}])
def test_what_a_problem_of_groups_holds_itself_is_no_argument_beside_it(asked: Any) -> None:
    with pytest.raises(RequestError, match="ne prend que time_limit_s"):
        form_groups(GroupProblem.from_scores([[0, 1], [1, 0]], [2]), **asked)


@pytest.mark.parametrize(
    ("scores", "asked", "where"),
    [
        ([[0, 1], [2, 0]], {}, "scores[0, 1]"),
        ([[0, 1, 2], [1, 0, 3]], {}, "scores"),
        ([[0, float("nan")], [float("nan"), 0]], {}, "scores[0, 1]"),
        ([[0, 1], [1, 0]], {"sizes": ["2"]}, "sizes"),
        ([[0, 1], [1, 0]], {"sizes": [(2, 1)]}, "sizes"),
        ([[0, 1], [1, 0]], {"apart": [(0, 2)]}, "apart"),
        ([[0, 1], [1, 0]], {"sense": "most"}, "sense"),
    ],
)
def test_a_matrix_that_states_no_groups_is_refused_by_its_place(scores: Any, asked: dict[str, Any], where: str) -> None:
    with pytest.raises(RequestError) as refused:
        GroupProblem.from_scores(scores, **{"sizes": [2], **asked})
    assert [problem.where for problem in refused.value.problems] == [where]
