"""The small problem that fixing leaves, for the ordinary engine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.engine import SolveOptions, solve_unchecked
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix, SparseScores
from mentormatch.assignment.model.solution import Incumbent, Solution, Status, empty_solution, ignore_incumbent
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees
from mentormatch.assignment.tie_breaking import AnonymousTieBreaker
from mentormatch.base.columns import IntVector

PROGRAM = "milp"
"""The engine for pairs that tolls left open: to ask for tolls again would never end."""


@dataclass(frozen=True, slots=True)
class ReducedProblem:
    """The open pairs of a ``face`` as a ``problem`` of the ``mentors`` and ``mentees`` who are in them."""

    face: OptimalFace
    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(
        cls, face: OptimalFace, rows: tuple[SideConstraint, ...], worth: IntVector, waived: Sequence[IntVector]
    ) -> Self:
        """Return the problem of choosing open pairs that are worth the most together and keep rows.

        ``rows`` are about all pairs, settled or not, and rest on people. ``worth`` (e,) of each open pair. ``waived``:
        what each person of both sides takes of open pairs at least if they take one, 0 or 1: no more than others.
        """
        shape = len(waived[0]), len(waived[1])
        mentors, lefts = np.unique(face.lefts, return_inverse=True)
        mentees, rights = np.unique(face.rights, return_inverse=True)
        scores = SparseScores((len(mentors), len(mentees)), lefts, rights, worth)
        sides = _loads(face.left, waived[0], mentors), _loads(face.right, waived[1], mentees)
        left = tuple(_left(rows, (mentors, mentees), face.fixed, shape))
        return cls(face, AssignmentProblem(scores, *sides, rows=left, goals=("total",)), mentors, mentees)

    def solved(self, run: SolveOptions) -> Solution:
        """Return the solution: pairs of everybody, those that were settled among them, and tiers of this problem.

        Raise OutOfTime if there is none in time.
        """
        if self._lacking:
            return empty_solution(Status.INFEASIBLE, "")
        if not len(self.face):
            return self._nothing()
        words = run.tie_breaker.anonymized
        hashes = AnonymousTieBreaker(words.mentors[self.mentors], words.mentees[self.mentees])
        engine = PROGRAM if self.problem.rows else None
        found = solve_unchecked(
            self.problem, engine, replace(run, tie_breaker=hashes, on_incumbent=ignore_incumbent), Incumbent()
        )
        if found.status is Status.STOPPED:
            raise TimeLimitReached
        return replace(found, pairs=self._whole(found.pairs)) if found.tiers else found

    @property
    def _lacking(self) -> bool:
        """Return whether somebody must be in an open pair, and is in none."""
        sides = ((self.face.left, self.mentors), (self.face.right, self.mentees))
        return any(int(bounds.least.sum()) > int(bounds.least[people].sum()) for bounds, people in sides)

    def _nothing(self) -> Solution:
        """Return the solution where no pair is open."""
        none = np.empty((0, 2), dtype=np.int64)
        if not all(row.is_satisfied_by(none, self.problem.shape) for row in self.problem.rows):
            return empty_solution(Status.INFEASIBLE, "")
        return Solution(Status.PROVED, self._whole(none), tuple(evaluate_tiers(self.problem, none, {"total": 0})))

    def _whole(self, pairs: IntMatrix) -> IntMatrix:
        """Return the answer on all pairs that one on these makes, sorted."""
        chosen = np.column_stack([self.mentors[pairs[:, 0]], self.mentees[pairs[:, 1]]])
        found = np.concatenate([self.face.fixed, chosen])
        return found[np.lexsort(found.T[::-1])]


def _loads(bounds: RemainingDegrees, waived: IntVector, some: IntVector) -> DegreeBounds:
    """Return what some people take of open pairs; ``waived`` (n,): what each takes at least if they take any."""
    own, least = bounds.of(some), waived[some]
    idle = (least > 1) & (own.least == 0)
    return DegreeBounds(np.where(idle, least, own.least), own.most, idle)


def _left(
    rows: tuple[SideConstraint, ...], people: tuple[IntVector, IntVector], settled: IntMatrix, shape: tuple[int, int]
) -> Iterator[SideConstraint]:
    """Yield what rows ask of the open pairs of some people."""
    for row in rows:
        taken = int(row.coefficients_of(settled[:, 0], settled[:, 1], shape).sum())
        least, most = (None if end is None else end - taken for end in (row.least, row.most))
        left = replace(row, least=least, most=most)
        own = zip((row.mentor, row.mentee), people, strict=True)
        if all(person is None or (open_ == person).any() for person, open_ in own):
            yield left.among(*people)
        elif not left.is_satisfied_by(settled[:0], shape):
            yield SideConstraint(row.name, np.zeros((1, 1), dtype=np.int64), least, most)
