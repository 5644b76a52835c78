"""Scores, pairs and counts in every form of an array: taken as they are said, or refused by their place."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array

from mentormatch import AssignmentProblem, RequestError, solve

type Cells = list[list[float]]
type Mask = NDArray[np.bool_] | None

pose = AssignmentProblem.from_scores
SCALE = 1_000_000


def sparse(cells: Cells) -> Any:
    """Return all cells as stored entries."""
    rows, columns = np.indices(np.shape(cells)).reshape(2, -1)
    return coo_array((np.ravel(np.array(cells, dtype=float)), (rows, columns)), shape=np.shape(cells))


def as_objects(cells: Cells) -> Any:
    """Return numbers as objects, with what libraries put where there is none."""
    gaps = [None if np.isnan(cell) else Decimal(cell) if cell == 1.5 else cell for row in cells for cell in row]
    found = np.empty(np.shape(cells), dtype=object)
    found.ravel()[:] = gaps
    return found


FLOATS: dict[str, Callable[[Cells], Any]] = {
    "lists": lambda cells: cells,
    "tuples of arrays": lambda cells: tuple(map(np.array, cells)),
    "float64": lambda cells: np.array(cells),
    "float32": lambda cells: np.array(cells, dtype=np.float32),
    "float16": lambda cells: np.array(cells, dtype=np.float16),
    "longdouble": lambda cells: np.array(cells, dtype=np.longdouble),
    "big-endian": lambda cells: np.array(cells, dtype=">f8"),
    "turned": lambda cells: np.asfortranarray(np.array(cells)),
    "objects": as_objects,
    "an unmasked masked array": lambda cells: np.ma.array(cells),
    "sparse": sparse,
    "pandas": lambda cells: pd.DataFrame(cells),
    "pandas Float64": lambda cells: pd.DataFrame(cells).astype("Float64"),
    "pandas pyarrow": lambda cells: pd.DataFrame(cells).astype("double[pyarrow]"),
    "polars": lambda cells: pl.DataFrame(cells, orient="row"),
    "pyarrow": lambda cells: pa.table(pd.DataFrame(cells, columns=[f"c{k}" for k in range(len(cells[0]))])),
}
INTEGERS: dict[str, Callable[[Any], Any]] = {
    "lists": lambda cells: cells,
    "int64": lambda cells: np.array(cells, dtype=np.int64),
    "int8": lambda cells: np.array(cells, dtype=np.int8),
    "uint64": lambda cells: np.abs(np.array(cells)).astype(np.uint64),
    "objects": lambda cells: np.array(cells, dtype=object),
    "fractions": lambda cells: [[Fraction(2 * cell, 2) for cell in row] for row in cells],
    "pandas Int64": lambda cells: pd.DataFrame(cells, dtype="Int64"),
    "pandas pyarrow": lambda cells: pd.DataFrame(cells).astype("int64[pyarrow]"),
    "polars": lambda cells: pl.DataFrame(cells, orient="row"),
}
MASKS: dict[str, Callable[[Any], Any]] = {
    "array": lambda mask: mask,
    "lists": lambda mask: mask.tolist(),
    "objects": lambda mask: mask.astype(object),
    "an unmasked masked array": lambda mask: np.ma.array(mask),
    "pandas": lambda mask: pd.DataFrame(mask),
    "pandas boolean": lambda mask: pd.DataFrame(mask, dtype="boolean"),
    "polars": lambda mask: pl.DataFrame(mask),
}


def shaped[T](cell: st.SearchStrategy[T]) -> st.SearchStrategy[list[list[T]]]:
    """Draw a small matrix of such cells."""
    shapes = st.tuples(st.integers(1, 3), st.integers(1, 4))
    return shapes.flatmap(
        lambda shape: st.lists(
            st.lists(cell, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )


def hold_as_said(problem: AssignmentProblem, values: NDArray[Any], there: NDArray[np.bool_]) -> None:
    """Assert that a problem has exactly these pairs with these scores."""
    mentors, mentees = problem.scores.pairs()
    assert list(zip(mentors.tolist(), mentees.tolist(), strict=True)) == list(map(tuple, np.argwhere(there).tolist()))
    assert problem.scores.at(mentors, mentees).tolist() == values[there].tolist()


@pytest.mark.parametrize("form", FLOATS)
@given(data=st.data(), cells=shaped(st.sampled_from([0.0, -0.0, 1.5, -0.25, np.nan, np.inf, -np.inf])))
def test_floats_in_any_form_are_the_same_scores_or_refused_at_the_first_that_is_none(
    form: str, data: st.DataObject, cells: Cells
) -> None:
    values = np.array(cells)
    finite = np.isfinite(values)
    there = np.ones_like(finite)
    if form != "sparse" or data.draw(st.booleans()):
        there = np.array(data.draw(st.sampled_from([there, finite, finite & (values > 0), there & (values != 1.5)])))
    allowed = MASKS[data.draw(st.sampled_from(sorted(MASKS)))](there)
    wrong = np.argwhere(there & ~finite)
    if not len(wrong):
        hold_as_said(pose(FLOATS[form](cells), allowed), np.where(finite, values, 0) * SCALE, there)
        return
    with pytest.raises(RequestError) as refusal:
        pose(FLOATS[form](cells), allowed)
    assert [problem.where for problem in refusal.value.problems] == [f"scores[{wrong[0][0]}, {wrong[0][1]}]"]


@pytest.mark.parametrize("form", INTEGERS)
@given(cells=shaped(st.integers(-100, 100)))
def test_integers_in_any_form_are_taken_as_they_are(form: str, cells: list[list[int]]) -> None:
    scale = SCALE if form == "fractions" else 1
    values = np.abs(cells) if form == "uint64" else np.array(cells)
    hold_as_said(pose(INTEGERS[form](cells)), values * scale, np.ones(np.shape(cells), dtype=bool))


@given(cells=shaped(st.sampled_from([0.5, 2.0, np.nan])), data=st.data())
def test_a_masked_score_is_a_pair_that_does_not_exist(cells: Cells, data: st.DataObject) -> None:
    values = np.array(cells)
    mask = np.isnan(values) | np.array(data.draw(st.sampled_from([values == 2, values == 0.5, values > 9])))
    both = pose(np.ma.array(values, mask=mask)), pose(values, ~mask)
    for problem in both:
        hold_as_said(problem, np.nan_to_num(values) * SCALE, ~mask)
    assert solve(both[0]).pairs.tolist() == solve(both[1]).pairs.tolist()
    also = ~mask & (values == 0.5)
    hold_as_said(pose(np.ma.array(values, mask=mask), values == 0.5), np.nan_to_num(values) * SCALE, also)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"scores": [np.ma.array([1.0, 2.0], mask=[False, True])]}, "scores"),
        ({"scores": [[1.0, np.ma.masked]]}, "scores"),
        ({"scores": [np.array([True, False]), [1, 2]]}, "scores"),
        ({"scores": np.array([[1, True]], dtype=object)}, "scores[0, 1]"),
        ({"scores": pd.DataFrame({"a": [1, 2], "b": [True, False]})}, "scores[0, 1]"),
        ({"scores": pd.DataFrame({"a": [1, 2], "b": pd.array([1, None], dtype="Int64")})}, "scores[1, 1]"),
        ({"scores": pd.DataFrame({"a": ["1", "2"]})}, "scores[0, 0]"),
        ({"scores": pl.DataFrame({"a": [1, None]})}, "scores[1, 0]"),
        ({"scores": pl.DataFrame({"a": ["1"]})}, "scores[0, 0]"),
        ({"scores": np.array([["2020-01-01"]], dtype="M8[D]")}, "scores"),
        ({"scores": np.array([[(1,)]], dtype=[("a", int)])}, "scores"),
        ({"scores": np.array([[2**64 - 1]], dtype=np.uint64)}, "scores[0, 0]"),
        ({"scores": [[-(2**63)]]}, "scores[0, 0]"),
        ({"scores": [[10**30, 1]]}, "scores"),
        ({"scores": np.array([[np.longdouble("1e4000")]])}, "scores[0, 0]"),
        ({"scores": 3}, "scores"),
        ({"scores": None}, "scores"),
        ({"scores": []}, "scores"),
        ({"scores": {"a": [1]}}, "scores"),
        ({"scores": np.ones((2, 2, 2))}, "scores"),
        ({"allowed": np.ma.array(np.ones((2, 3), dtype=bool), mask=np.eye(2, 3, dtype=bool))}, "allowed[0, 0]"),
        ({"allowed": [[True, np.ma.masked, True], [True, True, True]]}, "allowed"),
        ({"allowed": [[1, 0, 1], [0, 1, 1]]}, "allowed"),
        ({"allowed": [[True, False], [True]]}, "allowed"),
        ({"allowed": [["oui", "non", "oui"], ["oui", "oui", "oui"]]}, "allowed"),
        ({"allowed": pd.DataFrame([[True, None, True], [True, True, True]])}, "allowed"),
        ({"allowed": True}, "allowed"),
        ({"allowed": np.ones(3, dtype=bool)}, "allowed"),
        ({"allowed": np.ones((3, 2), dtype=bool)}, "allowed"),
        ({"mentor_capacity": np.ma.array([1, 2], mask=[False, True])}, "mentor_capacity[1]"),
        ({"mentor_capacity": np.ma.masked}, "mentor_capacity"),
        ({"mentor_capacity": pd.array([1, None], dtype="Int64")}, "mentor_capacity[1]"),
        ({"mentor_capacity": [1, 0.5]}, "mentor_capacity[1]"),
        ({"mentor_capacity": [1, np.nan]}, "mentor_capacity[1]"),
        ({"mentor_capacity": [1, -2]}, "mentor_capacity[1]"),
        ({"mentor_capacity": {"M1": 1}}, "mentor_capacity"),
        ({"mentor_capacity": np.True_}, "mentor_capacity"),
        ({"mentor_capacity": np.inf}, "mentor_capacity"),
        ({"mentor_priority": ["1", "2"]}, "mentor_priority"),
        ({"goals": None}, "goals"),
        ({"goals": [["total"]]}, "goals"),
        ({"goals": 3}, "goals"),
    ],
)
def test_what_is_neither_taken_nor_left_is_refused_at_its_place(settings: dict[str, Any], where: str) -> None:
    with pytest.raises(RequestError) as refusal:
        pose(**{"scores": np.ones((2, 3)), **settings})
    assert [problem.where for problem in refusal.value.problems] == [where]


@pytest.mark.parametrize(
    "capacity",
    [
        2,
        2.0,
        np.int8(2),
        np.uint64(2),
        np.float32(2),
        Decimal(2),
        np.array(2),
        [2, 2],
        (2.0, 2),
        np.array([2, 2], dtype=np.uint8),
        pd.Series([2, 2], dtype="Int64"),
        pd.Series([2, 2]).astype("int64[pyarrow]"),
        pl.Series([2, 2]),
        pa.array([2, 2]),
        np.ma.array([2, 2]),
        np.array([2, 2], dtype=object),
    ],
)
def test_a_capacity_is_a_whole_number_of_any_type(capacity: Any) -> None:
    assert pose(np.ones((2, 3)), mentor_capacity=capacity).mentors.most.tolist() == [2, 2]


def test_numbers_of_people_who_are_labelled_otherwise_are_refused() -> None:
    scores = pd.DataFrame(np.ones((2, 3)), index=["M1", "M2"])
    assert pose(scores, mentor_capacity=pd.Series([2, 1], index=["M1", "M2"])).mentors.most.tolist() == [2, 1]
    assert pose(scores, mentor_capacity=pd.Series([2, 1])).mentors.most.tolist() == [2, 1]
    with pytest.raises(RequestError, match="des étiquettes qui ne sont pas celles des scores"):
        pose(scores, mentor_capacity=pd.Series([2, 1], index=["M2", "M1"]))


def test_the_columns_of_a_frame_without_labels_of_rows_are_keys() -> None:
    assert pose(pl.DataFrame({"E1": [1.0], "E2": [2.0]})).mentee_keys == ("E1", "E2")


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
@pytest.mark.parametrize("kind", [float, np.int8, object])
def test_nobody_on_a_side_is_a_problem_of_no_pairs(shape: tuple[int, int], kind: type) -> None:
    problem = pose(np.empty(shape, dtype=kind), np.ones(shape, dtype=bool), mentor_capacity=[1] * shape[0])
    assert (problem.shape, len(solve(problem).pairs)) == (shape, 0)


def to_array(values: list[Any]) -> Any:
    """Return an array of whatever it is, as objects where numpy sees no other in it."""
    try:
        return np.array(values)
    except (ValueError, TypeError, OverflowError, UserWarning):
        found = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            found[place] = value
        return found


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=2)
    | st.binary(max_size=2)
    | st.complex_numbers()
    | st.decimals()
    | st.dates()
    | st.sampled_from(
        [
            pd.NA,
            pd.NaT,
            np.ma.masked,
            np.datetime64("NaT", "D"),
            object(),
            np.float16(1),
            np.True_,
            {1},
            b"",
            range(2),
        ]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=2).map(tuple) | st.lists(inner).map(to_array),
    max_leaves=6,
)


NAMES = (
    "scores",
    "allowed",
    "mentor_capacity",
    "mentee_capacity",
    "mentor_minimum",
    "mentee_minimum",
    "goals",
    "mentor_priority",
    "mentee_priority",
    "scale",
)


@pytest.mark.parametrize("name", NAMES)
@given(junk=JUNK)
def test_no_argument_ends_in_anything_but_a_problem_or_a_refusal_in_words(name: str, junk: Any) -> None:
    try:
        problem = pose(**{"scores": np.ones((2, 2)), name: junk})
    except RequestError:
        return
    assert problem.shape == (len(problem.mentor_keys), len(problem.mentee_keys))


@pytest.mark.parametrize(
    ("hours", "shape"),
    [(2, (1, 1)), ([1, 2, 3], (1, 3)), (np.arange(6).reshape(2, 3), (2, 3)), ([[1.0] * 3] * 2, (2, 3))],
)
def test_hours_are_of_all_pairs_of_a_mentee_or_of_a_pair(hours: Any, shape: tuple[int, int]) -> None:
    problem = AssignmentProblem.from_scores(np.ones((2, 3)), mentor_capacity=3, hours=hours, mentor_hours=[3, 4])
    block = np.broadcast_to(np.atleast_2d(hours), (2, 3))
    assert [row.weights.shape for row in problem.rows] == [shape] * len(problem.rows)
    assert [(row.mentor, row.most) for row in problem.rows] == [
        (mentor, most) for mentor, most in enumerate((3, 4)) if block[mentor].sum() > most
    ]
    for pairs in solve(problem).pairs, np.argwhere(block >= 0):
        total = np.bincount(pairs[:, 0], block[pairs[:, 0], pairs[:, 1]], 2)
        assert all(row.is_satisfied_by(pairs, (2, 3)) for row in problem.rows) == (total <= (3, 4)).all()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"hours": 1}, "mentor_hours"),
        ({"mentor_hours": 1}, "hours"),
        ({"hours": [1, 2], "mentor_hours": 1}, "hours"),
        ({"hours": [1, 2.5, 3], "mentor_hours": 1}, "hours[1]"),
        ({"hours": [[1, 2, 3], [1, 2, -3]], "mentor_hours": 1}, "hours[1, 2]"),
        ({"hours": 1, "mentor_hours": [1, 2, 3]}, "mentor_hours"),
        ({"hours": 1, "mentor_hours": np.ma.array([1, 2], mask=[False, True])}, "mentor_hours[1]"),
    ],
)
def test_hours_that_say_nothing_are_refused_with_their_place(given: dict[str, Any], where: str) -> None:
    with pytest.raises(RequestError) as error:
        AssignmentProblem.from_scores(np.ones((2, 3)), **given)
    assert [problem.where for problem in error.value.problems] == [where]


@pytest.mark.parametrize(
    "hours", [pd.DataFrame([[1, 2], [3, 4]], ["b", "a"], ["x", "y"]), pd.Series([1, 2], index=["y", "x"])]
)
def test_hours_that_are_labelled_otherwise_than_scores_are_refused(hours: Any) -> None:
    scores = pd.DataFrame([[1, 2], [3, 4]], ["a", "b"], ["x", "y"])
    sorted_hours = hours.sort_index()
    assert AssignmentProblem.from_scores(scores, hours=sorted_hours, mentor_hours=2).rows
    with pytest.raises(RequestError, match="hours"):
        AssignmentProblem.from_scores(scores, hours=hours, mentor_hours=2)
