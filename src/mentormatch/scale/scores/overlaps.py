"""A term by set overlap: the number of common bits of two answers indexes a table of points."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.people.cohort import Cohort
from mentormatch.rules.rule import Rule
from mentormatch.scale.scores.lookup_table import Points
from mentormatch.scale.scores.terms import FORBIDDEN
from mentormatch.scoring.criterion import Criterion, WholeGroup
from mentormatch.scoring.score import MILLION

BITS = 64

type Bits = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class AnswerBits:
    """``bits`` (n,) unsigned: one for each answer that somebody gave; ``known`` (n,) bool: who answered."""

    bits: Bits
    known: BoolVector


@dataclass(frozen=True, slots=True)
class OverlapTerm:
    """``points`` (k + 1,) int32 by the number of answers in common, ``unknown`` where either gave none."""

    mentors: AnswerBits
    mentees: AnswerBits
    points: NDArray[np.int32]
    unknown: int

    def alike(self, other: "OverlapTerm") -> bool:
        """Return whether both count the same answers of the same people."""
        sides = ((self.mentors, other.mentors), (self.mentees, other.mentees))
        return all(np.array_equal(a.bits, b.bits) and np.array_equal(a.known, b.known) for a, b in sides)

    def with_points(self, other: "OverlapTerm") -> "OverlapTerm":
        """Return the points of both."""
        return replace(self, points=self.points + other.points, unknown=self.unknown + other.unknown)

    def slots(self) -> NDArray[np.uint8]:
        """Return (m,) uint8: what is added to the number in common to find the points, which is 0 for who is known."""
        return np.where(self.mentees.known, 0, len(self.points)).astype(np.uint8)

    def tables(self, mentors: IntVector) -> NDArray[np.int32]:
        """Return (r, k + 2): the points of mentors by the number in common, then those with mentees not known."""
        known = self.mentors.known[mentors, None]
        return np.where(known, np.append(self.points, np.int32(self.unknown)), np.int32(self.unknown))

    def add(self, mentors: IntVector, total: Points) -> None:
        """Add the points of some mentors to their rows of ``total``."""
        slots, both, count = self.slots(), np.empty_like(self.mentees.bits), np.empty(len(self.mentees.bits), np.uint8)
        for own, table, points in zip(self.mentors.bits[mentors], self.tables(mentors), total, strict=True):
            np.bitwise_and(self.mentees.bits, own, out=both)
            np.add(np.bitwise_count(both, out=count), slots, out=count)
            points += np.take(table, count, mode="clip")

    def of_mentees(self, some: IntVector) -> "OverlapTerm":
        """Return the points of all mentors with some mentees."""
        return replace(self, mentees=AnswerBits(self.mentees.bits[some], self.mentees.known[some]))

    def flipped(self) -> "OverlapTerm":
        """Return the same with the sides exchanged."""
        return replace(self, mentors=self.mentees, mentees=self.mentors)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        both = np.bitwise_count(self.mentors.bits[mentors] & self.mentees.bits[mentees])
        known = self.mentors.known[mentors] & self.mentees.known[mentees]
        return np.where(known, self.points[both], self.unknown).astype(np.int64)


def read_criterion_overlap(criterion: Criterion, weight: float, cohort: Cohort) -> OverlapTerm | None:
    """Return what a criterion counts; None where its points rest on something else."""
    points, unknown = weight * MILLION, int(np.rint(criterion.neutral * weight * MILLION))
    wholes = [criterion.whole(people) for people in (cohort.mentors, cohort.mentees)]
    return _counted(wholes, lambda whole: np.rint(whole.values * points), unknown)


def read_rule_overlap(rule: Rule, cohort: Cohort) -> OverlapTerm | None:
    """Return what a rule counts; None where it rests on something else."""
    wholes = [rule.group_requirement(people) for people in (cohort.mentors, cohort.mentees)]
    unknown = FORBIDDEN if getattr(rule, "missing", "allow") == "forbid" else 0
    return _counted(wholes, lambda whole: np.where(whole.values > 0, 0, FORBIDDEN), unknown)


def _counted(
    wholes: Sequence[WholeGroup | None], points_of: Callable[[WholeGroup], NDArray[np.float64]], unknown: int
) -> OverlapTerm | None:
    ours, theirs = wholes
    if ours is None or theirs is None or ours.has.shape[1] != theirs.has.shape[1] or ours.has.shape[1] > BITS:
        return None
    return OverlapTerm(_answered(ours), _answered(theirs), points_of(ours).astype(np.int32), unknown)


def _answered(whole: WholeGroup) -> AnswerBits:
    width = whole.has.shape[1]
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if np.iinfo(kind).bits >= width)
    weights = np.left_shift(np.ones(width, dtype=kind), np.arange(width, dtype=kind))
    told = whole.has & whole.known[:, None]
    return AnswerBits(np.where(told, weights, kind(0)).sum(axis=1, dtype=kind), whole.known)


def merge_equal(found: Sequence[OverlapTerm]) -> Iterator[OverlapTerm]:
    """Yield what is counted, that of the same answers together."""
    left = list(found)
    while left:
        first, rest = left[0], []
        for other in left[1:]:
            if first.alike(other):
                first = first.with_points(other)
            else:
                rest.append(other)
        left = rest
        yield first
