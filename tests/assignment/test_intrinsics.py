"""What is written for the processor says the same as plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit_without_refcounts
from mentormatch.scale.scan.kernels import LANES, compare_lanes, compare_lanes_numpy, count_ones

WORDS = st.integers(0, (1 << 64) - 1)


@jit_without_refcounts
def counted(word: np.uint64) -> int:
    return int(count_ones(word))


@jit_without_refcounts
def reached(lanes: object, codes: object, begin: int, marks: object) -> int:
    found: int = compare_lanes(lanes, codes, np.int16(begin), marks)
    return found


@given(word=WORDS)
def test_the_ones_of_a_word_are_counted(word: int) -> None:
    assert counted(np.uint64(word)) == word.bit_count()


@pytest.mark.parametrize("kind", ["uint16", "uint32", "uint64"])
@given(seed=st.integers(0, 1 << 32), terms=st.integers(0, 9), reach=st.sampled_from([3, 5_000, 1 << 15]))
def test_many_sums_at_once_are_those_of_each(kind: str, seed: int, terms: int, reach: int) -> None:
    random = np.random.default_rng(seed)
    begin, offset = int(random.integers(-(1 << 15), 1 << 15)), seed % 5
    room = random.integers(-reach, reach, (20 + 1) * LANES).astype(np.int16)
    lanes = room[offset : offset + 20 * LANES].reshape(20, LANES)
    codes: NDArray[np.integer] = random.integers(0, 20, terms).astype(kind)
    marks = random.integers(-reach, reach, (2, LANES)).astype(np.int16)
    told = marks.copy()
    assert reached(lanes, codes, begin, marks) == compare_lanes_numpy(lanes, codes, begin, told)
    assert np.array_equal(marks, told)
