"""What tolls leave open: few pairs, of which those are chosen that keep the quotas, ties settled as everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.canonical import Hash, OpaqueHash
from mentormatch.assignment.face import Bounds, Face
from mentormatch.assignment.problem import AssignmentProblem, Loads, Row
from mentormatch.assignment.scores import IntMatrix, SparseScores
from mentormatch.assignment.wide.quotas import counted
from mentormatch.columns import IntVector


@dataclass(frozen=True, slots=True)
class Remainder:
    """The open pairs of a face as a ``problem`` of their own, of those ``mentors`` and ``mentees`` who are in them."""

    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector
    settled: IntMatrix

    @classmethod
    def of(cls, face: Face, rows: tuple[Row, ...], shape: tuple[int, int]) -> Self:
        """Return the problem of choosing among the open pairs, all being worth the same, so that rows are kept.

        ``rows`` are about all pairs, settled or not, and rest on people.
        """
        mentors, lefts = np.unique(face.lefts, return_inverse=True)
        mentees, rights = np.unique(face.rights, return_inverse=True)
        scores = SparseScores((len(mentors), len(mentees)), lefts, rights, np.zeros(len(face), dtype=np.int64))
        sides = _loads(face.left.of(mentors)), _loads(face.right.of(mentees))
        left = tuple(_left(rows, (mentors, mentees), face.settled, shape))
        return cls(AssignmentProblem(scores, *sides, rows=left, goals=("priority",)), mentors, mentees, face.settled)

    def hashes(self, hashes: Hash) -> OpaqueHash:
        """Return the hash of these people's pairs."""
        opaque = hashes.opaque
        return OpaqueHash(opaque.mentors[self.mentors], opaque.mentees[self.mentees])

    def whole(self, pairs: IntMatrix) -> IntMatrix:
        """Return the answer on all pairs that one on these makes, sorted."""
        chosen = np.column_stack([self.mentors[pairs[:, 0]], self.mentees[pairs[:, 1]]])
        return sorted_pairs(np.concatenate([self.settled, chosen]))


def _loads(bounds: Bounds) -> Loads:
    return Loads(bounds.least, bounds.most, np.zeros(len(bounds.most), dtype=bool))


def _left(
    rows: tuple[Row, ...], people: tuple[IntVector, IntVector], settled: IntMatrix, shape: tuple[int, int]
) -> Iterator[Row]:
    """Yield what rows ask of the open pairs of some people."""
    for row in rows:
        mentors, mentees = counted(row, shape)
        own = mentors[people[0]][:, None] if mentors.any() else mentees[people[1]][None, :]
        taken = int(row.at(settled[:, 0], settled[:, 1], shape).sum())
        ends = (None if end is None else end - taken for end in (row.least, row.most))
        yield Row(row.name, own, *ends)


def sorted_pairs(pairs: IntMatrix) -> IntMatrix:
    """Return pairs (k, 2) sorted by mentor, then by mentee."""
    return pairs[np.lexsort(pairs.T[::-1])]
