"""What is known of a block of scores: its extremes and with how many each may be paired, as in plain Python."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, ScanQuery, Scores, SparseScores, pack_scores
from mentormatch.scale.scan.implicit_scores import as_implicit
from tests.doors import substitute

SPANS = (5, (1 << 31) - 1, 1 << 31, 1 << 61)
"""Differences that fit into four bytes, and that do not."""


def recounted(values: list[list[int]], allowed: list[list[bool]]) -> tuple[int, int]:
    cells = zip(chain.from_iterable(values), chain.from_iterable(allowed), strict=True)
    fine = [value for value, mark in cells if mark]
    return (min(fine), max(fine)) if fine else (0, 0)


@given(data=st.data())
def test_the_extremes_are_those_of_allowed_pairs_whatever_stands_at_the_others(data: st.DataObject) -> None:
    n, m, span = data.draw(st.integers(0, 4)), data.draw(st.integers(1, 4)), data.draw(st.sampled_from(SPANS))
    low = data.draw(st.integers(-span, span))
    values = data.draw(st.lists(st.lists(st.integers(low, low + span), min_size=m, max_size=m), min_size=n, max_size=n))
    allowed = data.draw(st.lists(st.lists(st.booleans(), min_size=m, max_size=m), min_size=n, max_size=n))
    block, mask = np.array(values, dtype=np.int64).reshape(n, m), np.array(allowed, dtype=bool).reshape(n, m)
    found = DenseScores(block, mask)
    assert found.extremes == pack_scores(block, mask).extremes == recounted(values, allowed)
    assert [part.tolist() for part in found.degrees] == [[sum(row) for row in allowed], mask.sum(axis=0).tolist()]


@pytest.mark.parametrize("cells", [1, 600, 1 << 17])
def test_a_block_of_many_strips_has_the_extremes_of_all_of_them(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", CACHE_CELLS=cells)
    rng = np.random.default_rng(cells)
    values, allowed = rng.integers(-900, 900, (520, 300), dtype=np.int32), rng.random((520, 300)) < 0.6
    found = pack_scores(values, allowed)
    assert isinstance(found, DenseScores)
    assert found.values.dtype == np.int64
    assert found.extremes == (int(values[allowed].min()), int(values[allowed].max()))
    assert np.array_equal(found.degrees[0], allowed.sum(axis=1))
    assert np.array_equal(found.degrees[1], allowed.sum(axis=0))


def test_scores_of_four_bytes_are_stored_in_eight_in_every_form() -> None:
    values = np.arange(100, dtype=np.int32).reshape(10, 10)
    for allowed in (None, np.ones((10, 10), dtype=bool), np.eye(10, dtype=bool), ~np.eye(10, dtype=bool)):
        found = pack_scores(values, allowed)
        assert found.values_of_pairs().dtype == np.int64
        assert found.extremes == (int(found.values_of_pairs().min()), int(found.values_of_pairs().max()))


def forms(rng: np.random.Generator) -> tuple[DenseScores, SparseScores, Scores]:
    """Return the same scores of some pairs in a block, as a list, and as if they were not stored."""
    values, allowed = rng.integers(0, 9, (7, 5)), rng.random((7, 5)) < 0.7
    mentors, mentees = np.nonzero(allowed)
    listed = SparseScores((7, 5), mentors, mentees, values[allowed])
    problem = AssignmentProblem.from_scores(values, allowed)
    return DenseScores(values, allowed), listed, as_implicit(problem).scores


@pytest.mark.parametrize("seed", range(20))
def test_scores_answer_alike_whether_in_a_block_or_listed_or_not_stored(seed: int) -> None:
    rng = np.random.default_rng(seed)
    block, listed, implicit = forms(rng)
    query = ScanQuery(rng.integers(0, 30, 7), rng.integers(-3, 9, 5), scale=3)
    rows, columns = rng.permutation(7)[:4], rng.permutation(5)[:3]
    least, most = rng.integers(0, 2, 5), rng.integers(2, 4, 5)
    sums = block.top_sums(columns, least, most)
    for one in (block, listed, implicit):
        places = [i * 5 + k for i, k in zip(*map(list, block.pairs()), strict=True)]
        worth = [3 * block.values[at // 5, at % 5] + query.column_offsets[at % 5] for at in places]
        asked = [at for at, each in zip(places, worth, strict=True) if each >= query.row_limits[at // 5]]
        assert one.above(query).tolist() == asked
        assert (
            one.block(rows, columns).tolist()
            == np.where(
                block.allows(np.repeat(rows, 3), np.tile(columns, 4)).reshape(4, 3),
                block.values[np.ix_(rows, columns)],
                NO_SCORE,
            ).tolist()
        )
        assert one.allows_block(rows, columns).tolist() == (one.block(rows, columns) > NO_SCORE).tolist()
        assert one.swap_sides().block(columns, rows).tolist() == one.block(rows, columns).T.tolist()
        assert one.stored == (one is not implicit)
    assert listed.top_sums(columns, least, most).tolist() == sums.tolist()
    assert (implicit.top_sums(columns, least, most) >= sums).all()
