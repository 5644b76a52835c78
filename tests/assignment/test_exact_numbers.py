"""Numbers are taken exactly or refused in words; no size breaks the arithmetic."""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import coo_array, csr_array

from mentormatch import AssignmentProblem, RequestError, Row, solve
from mentormatch.assignment.model.problem import MAX_SUM, DegreeBounds
from mentormatch.assignment.model.scores import DenseScores, SparseScores, pack_scores
from mentormatch.scale.constraints.relaxation import round_rows

pose = AssignmentProblem.from_scores
ones = np.ones((2, 3))


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"scores": [[np.nan, 1.0]]}, "scores[0, 0]"),
        ({"scores": [[1.0, np.inf]]}, "scores[0, 1]"),
        ({"scores": [[True, False]]}, "scores"),
        ({"scores": [[1, True]]}, "scores"),
        ({"scores": np.array([[True]])}, "scores"),
        ({"scores": [[1, 2], [3]]}, "scores"),
        ({"scores": [["1"]]}, "scores"),
        ({"scores": [[None]]}, "scores[0, 0]"),
        ({"scores": [[1 + 1j]]}, "scores"),
        ({"scores": [1, 2]}, "scores"),
        ({"scores": [[2**70]]}, "scores"),
        ({"scores": [[1e300]]}, "scores[0, 0]"),
        ({"scores": csr_array([[True]])}, "scores"),
        ({"scores": csr_array([[0.0, np.nan]])}, "scores[0, 1]"),
        ({"scores": coo_array(([1, 2], ([0, 0], [0, 0])), shape=(1, 1))}, "scores"),
        ({"scores": coo_array([1, 2])}, "scores"),
        ({"scores": pd.DataFrame([[1, 2]], columns=["a", "a"])}, "étiquettes des colonnes"),
        ({"scores": pd.DataFrame([[1], [2]], index=[1, "1"])}, "étiquettes des lignes"),
        ({"scores": pd.DataFrame([[1, "x"]])}, "scores[0, 1]"),
        ({"allowed": np.ones((2, 2), dtype=bool)}, "allowed"),
        ({"allowed": np.ones((2, 3))}, "allowed"),
        ({"mentor_capacity": True}, "mentor_capacity"),
        ({"mentor_capacity": [1, True]}, "mentor_capacity"),
        ({"mentor_capacity": 1.5}, "mentor_capacity"),
        ({"mentor_capacity": -1}, "mentor_capacity"),
        ({"mentor_capacity": np.nan}, "mentor_capacity"),
        ({"mentor_capacity": [1, 1, 1]}, "mentor_capacity"),
        ({"mentee_capacity": "1"}, "mentee_capacity"),
        ({"mentee_minimum": 2}, "mentee_minimum[0]"),
        ({"mentee_minimum": -1}, "mentee_minimum"),
        ({"mentor_priority": [1]}, "mentor_priority"),
        ({"scale": 0}, "scale"),
        ({"scale": True}, "scale"),
        ({"scale": 10.5}, "scale"),
        ({"goals": ("kindness",)}, "goals"),
        ({"goals": ("total", "total")}, "goals"),
        ({"goals": ()}, "goals"),
    ],
)
def test_what_is_no_number_or_does_not_fit_is_refused_and_the_error_says_where(
    settings: dict[str, Any], where: str
) -> None:
    with pytest.raises(RequestError) as refusal:
        pose(**{"scores": ones, **settings})
    assert where in [problem.where for problem in refusal.value.problems]


def test_an_unknown_goal_is_refused_with_the_goals_there_are() -> None:
    with pytest.raises(RequestError, match="matched, priority, floor, floor_person, leximin, total"):
        pose(ones, goals=("kindness",))


def test_a_frame_of_allowed_pairs_must_have_the_labels_of_the_scores() -> None:
    scores = pd.DataFrame(ones, index=["M1", "M2"], columns=["E1", "E2", "E3"])
    with pytest.raises(RequestError, match="les mêmes étiquettes"):
        pose(scores, pd.DataFrame(np.ones((2, 3), dtype=bool), index=["M2", "M1"], columns=scores.columns))


def row(*parts: Any, **named: Any) -> Row:
    """Return a row of whatever it is given."""
    return Row(*parts, **named)


def loads(count: int, most: int = 1) -> DegreeBounds:
    return DegreeBounds(np.zeros(count, np.int64), np.full(count, most), np.zeros(count, dtype=bool))


def made(settings: dict[str, Any]) -> AssignmentProblem:
    """Return a problem with these parts, of which some rows are yet to be made."""
    rows = [each() if isinstance(each, partial) else each for each in settings.pop("rows", ())]
    return AssignmentProblem(**settings, rows=tuple(rows))


@pytest.mark.promise(6)
@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"mentors": loads(1)}, "mentor least"),
        ({"mentors": loads(2, -1)}, "mentor most"),
        ({"mentor_keys": ("a", "a")}, "mentor keys"),
        ({"mentee_priority": np.array([-1, 0])}, "mentee priority"),
        ({"rows": (Row("quota", np.ones((3, 1), np.int64)),)}, "contrainte n° 1 'quota'"),
        ({"rows": (Row("share", np.ones((2, 1), np.float64)),)}, "contrainte n° 1 'share'"),
        ({"rows": (row("share", np.ma.array([[1], [1]], mask=[[False], [True]])),)}, "contrainte n° 1 'share'"),
        ({"rows": (row("share", [[True], [False]]),)}, "contrainte n° 1 'share', weights"),
        ({"rows": (row("share", [["1"], ["2"]]),)}, "contrainte n° 1 'share', weights"),
        ({"rows": (partial(row, "share", np.ones((2, 1), np.int64), np.ones((1, 2)) / 2),)}, "Row 'share', least"),
        ({"rows": (row("share", np.ones((2, 1), np.int64), factor=np.ones((1, 2)) / 2),)}, "contrainte n° 1 'share'"),
        *[
            ({"rows": (partial(row, "share", np.ones((2, 1), np.int64), **{name: wrong}),)}, start + name)
            for name in ("least", "most", "mentor", "mentee")
            for start, wrongs in (
                ("Row 'share', ", (np.nan, "1", [1], 0.5, True)),
                ("contrainte n° 1 'share', ", (1 << 63,)),
            )
            for wrong in wrongs
        ],
        ({"pins": ((0, 2),)}, "pins"),
        ({"pins": (("0", 1),)}, "pins"),
        ({"pins": ((0, 1), (0, 1))}, "pins"),
    ],
)
def test_parts_that_do_not_fit_each_other_are_refused(settings: dict[str, Any], where: str) -> None:
    parts = {"scores": DenseScores(np.ones((2, 2), np.int64)), "mentors": loads(2), "mentees": loads(2)}
    with pytest.raises(RequestError) as refusal:
        made({**parts, **settings})
    assert where in [problem.where for problem in refusal.value.problems]


def test_a_row_that_does_not_fit_is_named_by_its_place_also_where_others_have_its_name() -> None:
    good, wrong = (Row("quota", np.ones((n, 1), np.int64), most=n) for n in (2, 3))
    for rows, places in (((good, wrong, good), [2]), ((wrong, good, good, wrong), [1, 4])):
        with pytest.raises(RequestError) as refusal:
            AssignmentProblem.from_scores(np.ones((2, 2)), rows=rows)
        assert [one.where for one in refusal.value.problems] == [f"contrainte n° {place} 'quota'" for place in places]
    huge = Row("quota", np.full((2, 1), 1 << 61), most=1)
    with pytest.raises(RequestError, match="contrainte n° 3 'quota'"):
        AssignmentProblem.from_scores(np.ones((2, 2)), rows=[good, good, huge])
    with pytest.raises(RequestError, match="Row 'quota', most"):
        Row("quota", np.ones((2, 1), np.int64), most="two")  # type: ignore[arg-type]


def test_rows_take_weights_and_bounds_of_any_whole_type() -> None:
    plain = pose(ones, goals=("matched",))
    exact = replace(plain, rows=(Row("quota", np.array([[1], [2]]), 1, 2),))
    given = row("quota", pd.DataFrame([[1], [2]]), np.int16(1), 2.0)
    loose = replace(plain, rows=(given,))
    assert [(row.least, row.most, row.weights.tolist()) for row in loose.rows] == [(1, 2, [[1], [2]])]
    assert solve(loose).pairs.tolist() == solve(exact).pairs.tolist()


@pytest.mark.parametrize("kind", [np.int8, np.uint64, np.dtype(">i4")])
def test_weights_of_a_short_or_unsigned_type_do_not_overflow(kind: Any) -> None:
    low = 0 if np.dtype(kind).kind == "u" else -100
    narrow, wide = (Row("quota", np.array([[low, 100]], dtype=dtype), least=50) for dtype in (kind, np.int64))
    problems = [AssignmentProblem.from_scores(np.ones((2, 2), np.int64), rows=[row]) for row in (narrow, wide)]
    assert [problem.rows[0].weights.dtype for problem in problems] == [np.int64, np.int64]
    rounded = [round_rows(problem.rows, 2) for problem in problems]
    assert [[(row.weights.tolist(), row.least) for row in rows or ()] for rows in rounded] == [
        [([[0, 1]], 1 if low == 0 else 2), ([[1]], 2)]
    ] * 2
    with pytest.raises(RequestError, match="contrainte n° 1 'quota'"):
        replace(problems[0], rows=(Row("quota", np.full((1, 2), 1 << 63, dtype=np.uint64), most=1),))


@pytest.mark.promise(15)
@pytest.mark.parametrize("part", ["scores", "priority", "row"])
def test_the_greatest_numbers_are_solved_exactly_and_one_more_is_refused(part: str) -> None:
    most = MAX_SUM // (2 + 3 + 2 + 1)
    values = np.array([[1, 2, 3], [4, 5, 6]])

    def posed(number: int) -> AssignmentProblem:
        block = np.where(values == 5, number, values) if part == "scores" else values
        rows = (Row("quota", np.where(values == 5, number, 1), least=number),) if part == "row" else ()
        weights = np.array([number, 0]) if part == "priority" else None
        return AssignmentProblem(DenseScores(block), loads(2), loads(3), rows, mentor_priority=weights)

    solution = solve(posed(most))
    assert solution.status == "proved"
    reached = {tier.goal: tier.value for tier in solution.tiers}
    assert reached["total"] == {"scores": most + 3, "priority": 8, "row": 8}[part]
    with pytest.raises(RequestError, match="une grandeur de"):
        posed(most + 1)


@pytest.mark.promise(15)
@pytest.mark.parametrize("engine", ["plain", "milp"])
def test_goals_that_do_not_fit_one_number_are_taken_one_by_one(engine: str) -> None:
    most = MAX_SUM // 13
    scores = [[most, most - 1, 0], [most, most - 3, 1], [2, 3, -most]]
    problem = pose(scores, goals=("matched", "priority", "total"), mentor_priority=most // 2, mentee_priority=most // 2)
    solution = solve(problem, engine=engine)
    assert solution.status == "proved"
    assert [tier.value for tier in solution.tiers] == [3, 3 * 2 * (most // 2), most + 4]


def test_floats_are_rounded_once_and_integers_are_taken_as_they_are() -> None:
    found = np.array([0, 0, 0]), np.array([0, 1, 2])
    assert pose([[0.1234564, 0.1234566, -0.5]]).scores.at(*found).tolist() == [123456, 123457, -500000]
    assert pose([[0.25, 0.5, -0.75]], scale=4).scores.at(*found).tolist() == [1, 2, -3]
    assert pose(np.array([[7, 8, -9]], dtype=np.int16)).scores.at(*found).tolist() == [7, 8, -9]


def test_the_labels_of_a_frame_are_its_keys() -> None:
    problem = pose(pd.DataFrame([[0.5, 0.25]], index=["M1"], columns=["E1", "E2"]))
    assert (problem.mentor_keys, problem.mentee_keys) == (("M1",), ("E1", "E2"))


def test_a_sparse_array_allows_the_pairs_that_it_stores_zeros_included() -> None:
    problem = pose(coo_array(([0, 5], ([1, 0], [0, 1])), shape=(2, 2)))
    assert [part.tolist() for part in problem.scores.pairs()] == [[0, 1], [1, 0]]
    assert solve(problem).pairs.tolist() == [[0, 1], [1, 0]]


def test_what_the_caller_does_with_the_array_afterwards_changes_nothing() -> None:
    scores, allowed = np.array([[1, 2]]), np.array([[True, False]])
    problem = pose(scores, allowed)
    scores[:], allowed[:] = 9, True
    assert problem.scores.at(np.array([0]), np.array([0])).tolist() == [1]
    assert problem.scores.count == 1


def test_few_allowed_pairs_are_kept_as_a_list_and_many_as_a_block() -> None:
    values, few = np.arange(100).reshape(10, 10), np.eye(10, dtype=bool)
    assert isinstance(pack_scores(values, few), SparseScores)
    assert isinstance(pack_scores(values, ~few), DenseScores)
    for scores in (pack_scores(values, few), DenseScores(values, few)):
        assert [part.tolist() for part in scores.pairs()] == [list(range(10))] * 2
        assert scores.allows(np.array([0, 1]), np.array([0, 2])).tolist() == [True, False]
        assert scores.at(np.array([3]), np.array([3])).tolist() == [33]
        assert scores.extremes == (0, 99)
        assert [part.tolist() for part in scores.degrees] == [[1] * 10] * 2
