"""What tolls leave open: few pairs, of which those are chosen that keep the quotas, ties settled as everywhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.canonical import Hash, OpaqueHash
from mentormatch.assignment.face import Bounds, Face
from mentormatch.assignment.problem import AssignmentProblem, Loads, Row
from mentormatch.assignment.scores import IntMatrix, SparseScores
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
        found = np.concatenate([self.settled, chosen])
        return found[np.lexsort(found.T[::-1])]


def _loads(bounds: Bounds) -> Loads:
    return Loads(bounds.least, bounds.most, np.zeros(len(bounds.most), dtype=bool))


def _left(
    rows: tuple[Row, ...], people: tuple[IntVector, IntVector], settled: IntMatrix, shape: tuple[int, int]
) -> Iterator[Row]:
    """Yield what rows ask of the open pairs of some people."""
    for row in rows:
        sides = row.by_people(shape)
        if sides is None:
            continue
        taken = int(row.at(settled[:, 0], settled[:, 1], shape).sum())
        weights = sides[0][people[0]][:, None], sides[1][people[1]][None, :]
        own = weights[0] if sides[0].any() else weights[1]
        ends = (None if end is None else end - taken for end in (row.least, row.most))
        yield Row(row.name, own, *ends)
