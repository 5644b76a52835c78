"""The order that settles ties: a keyed hash of the two original keys of each pair.

Among all answers that are optimal in every goal, the canonical one has the greatest sum of round-0 hashes; if several
share it, the greatest sum of round-1 hashes among those, and so on until one is left. Nothing else enters: not the
order of the rows, not the engine, not the number of threads. Hashes are positive, so where taking and leaving a pair
are worth the same, it is taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from mentormatch.columns import IntVector

type Words = NDArray[np.uint64]

BITS = 20
"""Short hashes keep the coefficients of an integer program small; a tie between sums goes to the next round."""
GREATEST = 1 << BITS
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class PairHash:
    """The hash of any pair in any round, for one seed and the keys of both sides.

    >>> hashes = PairHash(0, ("M1", "M2"), ("E1",))
    >>> shuffled = PairHash(0, ("M2", "M1"), ("E1",))
    >>> bool(hashes.of(np.array([0]), np.array([0]), 0) == shuffled.of(np.array([1]), np.array([0]), 0))
    True
    """

    seed: int
    mentor_keys: Sequence[str]
    mentee_keys: Sequence[str]

    def of(self, mentors: IntVector, mentees: IntVector, turn: int) -> IntVector:
        """Return the hashes of the given pairs in round ``turn``, integers from 1 to 2^20."""
        left = self._words(self.mentor_keys, mentors, b"mentor")
        right = self._words(self.mentee_keys, mentees, b"mentee")
        start = np.uint64((_GOLDEN * (turn + 1)) & _MASK)
        mixed = _mixed(_mixed(left + start) ^ right)
        return (mixed >> np.uint64(64 - BITS)).astype(np.int64) + 1

    def _words(self, keys: Sequence[str], people: IntVector, side: bytes) -> Words:
        distinct, inverse = np.unique(people, return_inverse=True)
        words = [self._word(keys[person], side) for person in distinct.tolist()]
        return np.array(words, dtype=np.uint64)[inverse]

    def _word(self, key: str, side: bytes) -> int:
        digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8, key=str(self.seed).encode(), person=side)
        return int.from_bytes(digest.digest(), "big")


def _mixed(words: Words) -> Words:
    """Return the words with every bit of each depending on all its bits (the finaliser of splitmix64, Steele 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
