"""Pricing for leximin: the pairs that would improve a solution or tie with it, by the order of potentials."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import NamedTuple, Self

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.base.progress import track_scan
from mentormatch.scale.columns.subproblem import PairList
from mentormatch.scale.leximin.potentials import FAR, PotentialOrder
from mentormatch.scale.scan.blocks import BlockScanner, CheckDeadline

BLOCK = 64
"""So many mentors who stand together in the order of marks are looked at together."""
MORE = 8
"""Where too many pairs were noted to tell whether one of them matters, so many times more are."""
type PotentialGroups = tuple[IntVector, IntVector]
"""Only people of the same group may have each other, (n,) and (m,); those of group -1 take no part."""


@dataclass(frozen=True, slots=True)
class LeximinPricing:
    """Which pairs matter: of the same group, the mentor after the mentee, at the level that parts them or above."""

    groups: PotentialGroups
    places: tuple[IntVector, IntVector]
    ranks: PotentialOrder

    @classmethod
    def of(cls, groups: PotentialGroups, ranks: PotentialOrder) -> Self:
        """Return the parting by the ranks of mentors, mentees and the sink."""
        n, m = map(len, groups)
        return cls(groups, (ranks.places[:n], ranks.places[n : n + m]), ranks)

    def blocks(self) -> Iterator[IntVector]:
        """Yield mentors of the same group who stand together."""
        order = np.lexsort((self.places[0], self.groups[0]))
        order = order[self.groups[0][order] >= 0]
        edges = np.flatnonzero(np.diff(self.groups[0][order])) + 1
        for some in np.split(order, edges):
            yield from np.split(some, range(BLOCK, len(some), BLOCK))

    def cut(self, block: IntVector, most: int, near: int) -> ScanQuery | None:
        """Return what is looked for in a block, which is somewhat more than matters by ``near``; None: nothing does."""
        last, places = int(self.places[0][block].max(initial=0)), self.places[1]
        some = (self.groups[1] == self.groups[0][block[:1]]) & (places < last)
        if not some.any():
            return None
        limits, mentees = np.full(len(self.places[0]), -EXCLUDED), np.full(len(places), EXCLUDED)
        limits[block] = -near
        mentees[some] = -self.ranks.below(last)[places[some]]
        return ScanQuery(limits, mentees, per_row=most)

    def excess(self, pairs: PairList) -> IntVector:
        """Return by how much pairs exceed the level that parts their people: below 0 where they do not matter."""
        low, high = self.places[1][pairs.mentees], self.places[0][pairs.mentors]
        return np.where(low < high, pairs.scores - self.ranks.between(np.minimum(low, high), high), -FAR)


class ScanSize(NamedTuple):
    """So many pairs of a mentor are listed at ``most``, and those too that fall short by no more than ``near``."""

    most: int
    near: int


@dataclass(frozen=True, slots=True)
class LeximinScan:
    """A look at all pairs by a ``glance``: those that matter, or all but do, and are not ``known``."""

    parting: LeximinPricing
    glance: BlockScanner
    known: PairList
    many: ScanSize
    heed: CheckDeadline

    def seen(self) -> PairList:
        """Return pairs that are not known: some that matter if there are any."""
        n, m = map(len, self.parting.groups)
        blocks, parts = [block for block in self.parting.blocks() if len(block)], list[PairList]()
        with track_scan(n * m) as looked, ThreadPoolExecutor(cpu_count() or 1) as threads:
            for block, part in zip(blocks, threads.map(self._of_block, blocks), strict=True):
                self.heed()
                parts.append(part)
                looked(len(block) * m)
        return sort_by_rank(parts)

    def _of_block(self, block: IntVector) -> PairList:
        """Return what matters in a block."""
        most = self.many.most
        while (cut := self.parting.cut(block, most, self.many.near)) is not None:
            seen = self.glance(cut)(0, len(cut.row_limits))
            pairs = self._new(PairList(seen.mentors, seen.mentees, seen.scores))
            excess = self.parting.excess(pairs)
            if (excess >= 0).any() or (seen.rest_max[block] < 0).all():
                return pairs.of(self._leading(pairs.mentors, excess))
            most *= MORE
        return PairList.none()

    def _new(self, pairs: PairList) -> PairList:
        """Return the pairs that are not known."""
        width = len(self.parting.groups[1])
        known, asked = (each.mentors * width + each.mentees for each in (self.known, pairs))
        place = np.minimum(np.searchsorted(known, asked), max(len(known) - 1, 0))
        return pairs.of(known[place] != asked) if len(known) else pairs

    def _leading(self, mentors: IntVector, excess: IntVector) -> BoolVector:
        """Return which pairs are listed, of each mentor those that exceed the level that parts their people most."""
        order = np.lexsort((-excess, mentors))
        within = np.arange(len(order)) - np.searchsorted(mentors[order], mentors[order])
        leading = np.zeros(len(order), dtype=bool)
        leading[order] = within < self.many.most
        return leading & (excess >= -self.many.near)


def sort_by_rank(parts: list[PairList]) -> PairList:
    """Return pairs of several mentors each as one, in order."""
    columns = [np.concatenate(column) for column in zip(*(part.columns for part in parts), strict=True)]
    order = np.lexsort((columns[1], columns[0])) if columns else None
    return PairList.none() if order is None else PairList(*(column[order] for column in columns))
