"""A scan of tied pairs by hash, on blocks of classes, in machine code."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.tie_breaking import BITS
from mentormatch.base.columns import IntVector

SHIFTS = np.array([30, 27, 31, 64 - BITS], dtype=np.uint64)
FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


class TieBlocks(NamedTuple):
    """Blocks of kinds as in ``tied.Blocks``; ``order`` are the mentees by kind, from ``edges`` (v + 1,) on.

    ``words`` (m,) of mentees and what is added to each, ``columns`` (m,), stand in that order.
    """

    starts: IntVector
    others: IntVector
    least: IntVector
    edges: IntVector
    words: NDArray[np.uint64]
    columns: IntVector


class TieRows(NamedTuple):
    """The kinds of r mentors, their words as they are mixed with those of mentees, and what pairs are noted from."""

    kinds: IntVector
    words: NDArray[np.uint64]
    limits: IntVector


class TieBuffer(NamedTuple):
    """Room for ``pairs`` (3, e): row, place, hash; ``best`` (r,), how many pairs each mentor has, and how many in all.

    No more than ``most`` pairs of a mentor are noted down, if they are not better than all before.
    """

    pairs: IntMatrix
    best: IntVector
    counts: IntVector
    total: IntVector
    most: int


@jit
def mix_words(mentor: Any, mentee: Any) -> Any:
    """Return the hash of a pair from the mixed word of the mentor and that of the mentee."""
    word = mentor ^ mentee
    word = (word ^ (word >> SHIFTS[0])) * FACTORS[0]
    word = (word ^ (word >> SHIFTS[1])) * FACTORS[1]
    return np.int64((word ^ (word >> SHIFTS[2])) >> SHIFTS[3]) + 1


@jit
def scan_ties(ties: TieBlocks, asked: TieRows, noted: TieBuffer) -> None:
    """Look at all tied pairs of some mentors; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(asked.kinds)):
        for block in range(ties.starts[asked.kinds[row]], ties.starts[asked.kinds[row] + 1]):
            scan_tie_block(ties, asked, noted, (row, block))


@jit
def scan_tie_block(ties: TieBlocks, asked: TieRows, noted: TieBuffer, where: tuple[int, int]) -> None:
    """Look at the pairs of a mentor with the mentees of a block."""
    row, block = where
    word, least, limit, kind = asked.words[row], ties.least[block], asked.limits[row], ties.others[block]
    best = noted.best[row]
    for place in range(ties.edges[kind], ties.edges[kind + 1]):
        score = mix_words(word, ties.words[place])
        worth = score + ties.columns[place]
        if worth > best or (worth >= limit and score >= least):
            if worth >= limit and score >= least and (noted.counts[row] < noted.most or worth > best):
                record_tie(noted, row, place, score)
            best = max(best, worth)
    noted.best[row] = best


@jit
def record_tie(noted: TieBuffer, row: int, place: int, score: int) -> None:
    """Note a pair down."""
    at = noted.total[0]
    if at < noted.pairs.shape[1]:
        noted.pairs[0, at], noted.pairs[1, at], noted.pairs[2, at] = row, place, score
    noted.total[0] = at + 1
    noted.counts[row] += 1
