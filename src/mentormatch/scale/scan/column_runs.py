"""Data skipping for the SIMD scan: columns ordered by what forbids most; runs that no pair can pass are pruned.

What these give a group, and the most that all else can give anybody, bounds the worth of all its pairs with a mentor.
Where that is too little the group is passed over, and the pairs in it are decided without a look at each. A group is
cut into runs of mentees whom prices leave about the same, which are passed over in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.scores.terms import ScoreTerm
from mentormatch.scoring.answer_classes import Distinct

ALIKE = 64
"""There is no more than one group for so many mentees: to pass over one costs as much as to look at a few pairs."""
LOOKED_AT = 64
"""Mentors by whom the parts that forbid most are found."""
SELDOM = 0.01
"""A part that forbids a smaller share of the pairs makes no groups."""
RUN = 512
"""So many mentees at most are in a run."""
SPAN = 1 << 19
"""So many points the heights of a run differ by at most: what is less than all of them is told apart in 16 bits."""


@dataclass(frozen=True, slots=True)
class ColumnGroups:
    """``lead``: parts that make the groups; ``codes`` (m,) the group of each mentee; ``first`` (g,) one of each."""

    lead: tuple[ScoreTerm, ...]
    codes: IntVector
    first: IntVector


@dataclass(frozen=True, slots=True)
class ColumnRuns:
    """Mentees of one group each, the highest first: ``order`` (m,) and ``edges`` (r + 1,), where each run begins."""

    order: IntVector
    edges: IntVector

    @classmethod
    def of(cls, group: IntVector, heights: IntVector) -> "ColumnRuns":
        """Return the runs of mentees whose groups and heights, (m,) each, these are."""
        order = np.lexsort((-heights, group))
        new = np.diff(group[order], prepend=-1) != 0
        level = (heights[order][_since(new)] - heights[order]) // SPAN
        new |= np.diff(level, prepend=0) != 0
        place = np.arange(len(order)) - _since(new)
        return cls(order, np.append(np.flatnonzero(place % RUN == 0), len(order)))


def _since(new: BoolVector) -> IntVector:
    """Return where the last that was new stands, for each of some who stand in line; the first is new."""
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


def group_columns(parts: Sequence[ScoreTerm], width: int) -> ColumnGroups:
    """Return the mentees in groups by the parts that forbid most, as far as groups do not become too small."""
    lead, kinds = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    shares = {place: forbidden_fraction(part) for place, part in enumerate(parts)}
    for place in sorted(shares, key=lambda place: -shares[place]):
        both = kinds.joined(parts[place].mentees)
        if shares[place] > SELDOM and len(both) * ALIKE <= width:
            lead, kinds = [*lead, parts[place]], both
    return ColumnGroups(tuple(lead), kinds.codes, kinds.first)


def forbidden_fraction(part: ScoreTerm) -> float:
    """Return the share of pairs that a part forbids, as far as a few mentors tell."""
    n = len(part.mentors.codes)
    points = part.rows(spread_over(n))[:, part.mentees.codes]
    return float((points < 0).mean()) if points.size else 0.0


def spread_over(count: int) -> IntVector:
    """Return the positions of a few people, as far from each other as can be."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(LOOKED_AT, count)).astype(np.int64))
