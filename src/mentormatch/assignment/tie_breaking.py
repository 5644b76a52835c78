"""Tie-breaking weights: a keyed hash of each pair; random weights isolate one optimum.

Isolation lemma (Mulmuley, Vazirani & Vazirani 1987): with random weights the heaviest optimum is probably unique.

Among all solutions that are optimal in every goal, the canonical one has the greatest sum of round-0 hashes; if several
share it, the greatest sum of round-1 hashes among those, and so on until one remains. The order of rows, the engine and
the number of threads have no effect. Hashes are positive, so a pair that changes no goal is chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector

type Words = NDArray[np.uint64]

HASH_BITS = 20  # short hashes keep the coefficients of an integer program small; ties go to the next round
MAX_HASH = 1 << HASH_BITS
_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class TieBreaker(Protocol):
    """A hash of any pair in any round."""

    def of(self, mentors: IntVector, mentees: IntVector, turn: int) -> IntVector:
        """Return the hashes of the given pairs in a round, integers from 1 to 2^20."""
        ...

    @property
    def anonymized(self) -> "AnonymousTieBreaker":
        """The same hash without the keys."""
        ...


@dataclass(frozen=True, slots=True)
class KeyedTieBreaker:
    """The hash of any pair in any round, for one seed and the keys of both sides.

    >>> hashes = KeyedTieBreaker(0, ("M1", "M2"), ("E1",))
    >>> shuffled = KeyedTieBreaker(0, ("M2", "M1"), ("E1",))
    >>> bool(hashes.of(np.array([0]), np.array([0]), 0) == shuffled.of(np.array([1]), np.array([0]), 0))
    True
    """

    seed: int
    mentor_keys: Sequence[str]
    mentee_keys: Sequence[str]

    def of(self, mentors: IntVector, mentees: IntVector, turn: int) -> IntVector:
        left = self._words(self.mentor_keys, mentors, b"mentor")
        right = self._words(self.mentee_keys, mentees, b"mentee")
        return _pair_hashes(left, right, turn)

    @property
    def anonymized(self) -> "AnonymousTieBreaker":
        mentors, mentees = np.arange(len(self.mentor_keys)), np.arange(len(self.mentee_keys))
        return AnonymousTieBreaker(
            self._words(self.mentor_keys, mentors, b"mentor"), self._words(self.mentee_keys, mentees, b"mentee")
        )

    def _words(self, keys: Sequence[str], people: IntVector, side: bytes) -> Words:
        """Return (e,) uint64: the keyed hash of each person."""
        keyed = blake2b(digest_size=8, key=str(self.seed).encode(), person=side)
        used = np.flatnonzero(np.bincount(people))
        # Each key is hashed once, however many pairs contain it
        digests = b"".join([_digest(keyed, keys[person]) for person in used.tolist()])
        words = np.zeros(len(keys), dtype=np.uint64)
        words[used] = np.frombuffer(digests, dtype=">u8")
        return words[people]


def _digest(keyed: blake2b, key: str) -> bytes:
    state = keyed.copy()
    state.update(key.encode("utf-8", "surrogatepass"))
    return state.digest()


@dataclass(frozen=True, slots=True)
class AnonymousTieBreaker:
    """The hash of any pair in any round, from one keyed word per person; it contains no key.

    >>> hashes = KeyedTieBreaker(0, ("M1", "M2"), ("E1",))
    >>> left, right = np.array([0, 1]), np.array([0, 0])
    >>> bool((hashes.anonymized.of(left, right, 3) == hashes.of(left, right, 3)).all())
    True
    """

    mentors: Words
    mentees: Words

    def of(self, mentors: IntVector, mentees: IntVector, turn: int) -> IntVector:
        return _pair_hashes(self.mentors[mentors], self.mentees[mentees], turn)

    def mentor_halves(self, mentors: IntVector, turn: int) -> Words:
        """Return the mentor half of the pair hashes in a round; the hash mixes it with the mentee's half by XOR."""
        return _mentor_words(self.mentors[mentors], turn)

    @property
    def anonymized(self) -> "AnonymousTieBreaker":
        return self


def _mentor_words(left: Words, turn: int) -> Words:
    """Return the mentor half of the pair hashes in a round: a counter times the golden ratio, mixed."""
    return _splitmix(left + np.uint64((_GOLDEN * (turn + 1)) & _MASK))


def _pair_hashes(left: Words, right: Words, turn: int) -> IntVector:
    return combine_halves(_mentor_words(left, turn), right)


def combine_halves(left: Words, right: Words) -> IntVector:
    """Return (e,) int64 the hashes of pairs: both halves combined by XOR, mixed, the top ``HASH_BITS`` plus 1."""
    mixed = _splitmix(left ^ right)
    return (mixed >> np.uint64(64 - HASH_BITS)).astype(np.int64) + 1


def _splitmix(words: Words) -> Words:
    """Return words whose bits each depend on all bits of the input (the finaliser of splitmix64, Steele 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
