"""Mentees in an order in which many are told at once: groups that are alike to the rules that forbid most pairs.

What these give a group, and the most that all else can give anybody, bounds the worth of all its pairs with a mentor.
Where that is too little the group is passed over, and the pairs in it are decided without a look at each. The mentees
of a group are in classes of whom one term more says the same, which are passed over in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.wide.part import Part
from mentormatch.columns import IntVector
from mentormatch.scoring.distinct import Distinct

ALIKE = 64
"""There is no more than one group for so many mentees: to pass over one costs as much as to look at a few pairs."""
LOOKED_AT = 64
"""Mentors by whom the parts that forbid most are found."""
SELDOM = 0.01
"""A part that forbids a smaller share of the pairs makes no groups."""
RUN = 256
"""So many mentees at most are in a class: what is known of them stays in the nearest cache."""
SHARED = 4
"""A term makes classes if so many mentees are in one on average: to pass over one costs as much as to look at some."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """``lead``: parts that make the groups; ``order`` (m,): mentees by group; ``edges`` (g + 1,): where each begins."""

    lead: tuple[Part, ...]
    order: IntVector
    edges: IntVector

    @property
    def first(self) -> IntVector:
        """Return (g,) one mentee of each group."""
        return self.order[self.edges[:-1]]


@dataclass(frozen=True, slots=True)
class Classes:
    """Groups cut up into mentees of whom a term says the same, too: all that it gives them is looked up once.

    ``order`` (m,): mentees by class; ``firsts`` (c + 1,) where each class begins; ``edges`` (g + 1,) the first class of
    each group; ``term``, the place of the term, None where no class would be large enough.
    """

    order: IntVector
    firsts: IntVector
    edges: IntVector
    term: int | None

    @classmethod
    def of(cls, groups: Grouped, codes: Sequence[IntVector]) -> "Classes":
        """Return the classes by the first term that makes large ones; ``codes`` (m,) each tell what it says of whom."""
        group = np.repeat(np.arange(len(groups.edges) - 1), np.diff(groups.edges))
        for term, code in enumerate(codes):
            kinds = Distinct.of(group * (int(code.max(initial=0)) + 1) + code[groups.order])
            if len(kinds) * SHARED <= len(group):
                return cls._cut(groups, np.argsort(kinds.codes, kind="stable"), kinds.codes, term)
        return cls._cut(groups, np.arange(len(group)), group, None)

    @classmethod
    def _cut(cls, groups: Grouped, order: IntVector, kinds: IntVector, term: int | None) -> "Classes":
        """Return the classes that kinds make, none of them longer than a run."""
        sorted_ = kinds[order]
        starts = np.flatnonzero(np.diff(sorted_, prepend=-1))
        place = np.arange(len(sorted_)) - np.repeat(starts, np.diff(np.append(starts, len(sorted_))))
        firsts = np.append(np.flatnonzero(place % RUN == 0), len(sorted_))
        return cls(groups.order[order], firsts, np.searchsorted(firsts, groups.edges), term)


def grouped(parts: Sequence[Part], width: int) -> Grouped:
    """Return the mentees in groups by the parts that forbid most, as far as groups do not become too small."""
    lead, kinds = list[Part](), Distinct.of(np.zeros(width, dtype=np.int64))
    shares = {place: forbidden(part) for place, part in enumerate(parts)}
    for place in sorted(shares, key=lambda place: -shares[place]):
        both = kinds.joined(parts[place].mentees)
        if shares[place] > SELDOM and len(both) * ALIKE <= width:
            lead, kinds = [*lead, parts[place]], both
    order = np.argsort(kinds.codes, kind="stable")
    edges = np.searchsorted(kinds.codes[order], np.arange(len(kinds) + 1))
    return Grouped(tuple(lead), order, edges)


def forbidden(part: Part) -> float:
    """Return the share of pairs that a part forbids, as far as a few mentors tell."""
    n = len(part.mentors.codes)
    points = part.rows(spread_over(n))[:, part.mentees.codes]
    return float((points < 0).mean()) if points.size else 0.0


def spread_over(count: int) -> IntVector:
    """Return the positions of a few people, as far from each other as can be."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(LOOKED_AT, count)).astype(np.int64))
