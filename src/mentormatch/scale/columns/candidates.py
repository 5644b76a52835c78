"""The candidate list, and a lower bound on the reduced cost of every pair that is not on it (partial pricing).

What a pair loses, which is by how much the prices of its two people exceed its worth, changes by no more than these
prices do. So a mentor whose other pairs all lost much at the last look, while prices hardly moved since, has none that
could be worth listing, and need not be looked at again (the bounds of Hamerly 2010, there for the nearest of some
centres). The few mentees whose price fell most are looked at for themselves, so that they do not tell for all.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Self

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricedPairs, PricingProblem, merge_scans
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scoring.score import MILLION

FAR = 1 << 60
"""No pair loses or gains more."""
ROW_SETUP = 1 << 14
"""So many pairs are looked at while the tables of one mentor are made."""
COLUMN_SHARE = 4
"""So many times fewer pairs are listed of a mentor of whom only some mentees are looked at."""
PURGED_COST = MILLION * 8 // 100
"""A pair that loses more points than these was listed at other prices, and is listed no longer."""
THRESHOLDS_TRIED = 24
"""So many numbers of mentees are tried, from none to all, of how many are looked at for themselves."""


@dataclass(slots=True)
class CandidateList:
    """``pairs``; ``others`` (n,) is what others of each mentor lose at least at ``prices``; ``bound`` holds for all."""

    view: PricingProblem
    pairs: PairList
    rest_bound: IntVector
    prices: PerSide
    bound: int

    @classmethod
    def of(cls, view: PricingProblem, prices: PerSide, loss: int, most: int) -> Self:
        """Begin with the pairs that lose no more than ``loss``."""
        sight = view.scan(prices, loss, most)
        return cls(view, sight.pairs, sight.rest_bound, prices, view.bound(sight.row_best, prices[1]))

    def price_out(self, prices: PerSide, loss: int, most: int) -> bool:
        """List the pairs that lose no more than ``loss`` at the prices of an optimum, of those that may lose nothing.

        Return False if there are none: every pair that is not listed then loses something. If ``loss`` is below 0, only
        those that gain something are looked for.
        """
        left, falls = self._moved_bound(prices)
        fallen = RescanColumns.of(self, left, falls)
        mentors = left <= fallen.most + min(loss, 0)
        if not mentors.any() and not any(map(len, fallen.mentees)):
            return False
        few = max(most // COLUMN_SHARE, 1)
        sights = [
            self.view.scan(prices, loss, most, mentors),
            self._scan_columns(prices, loss, few, ~mentors, fallen.mentees),
        ]
        self.rest_bound = np.where(mentors, sights[0].rest_bound, np.minimum(left - fallen.most, sights[1].rest_bound))
        best = np.where(mentors, sights[0].row_best, np.maximum(prices[0], sights[1].row_best))
        self.prices, self.bound = prices, min(self.bound, self.view.bound(best, prices[1]))
        if loss > 0:
            self._purge(self.view.stage.score * PURGED_COST)
        for sight in sights:
            self.pairs = self.pairs.merge(sight.pairs, self.view.scores.shape[1])
        return True

    def _purge(self, most: int) -> None:
        """List no longer what loses more than that; it is then among the others.

        As long as looks ask for what loses something, of which there are few: a pair that came and went for ever would
        have no end.
        """
        lost = self.view.reduced_cost(self.pairs, self.prices)
        far = lost > most
        np.minimum.at(self.rest_bound, self.pairs.mentors[far], lost[far])
        self.pairs = self.pairs.of(~far)

    def _moved_bound(self, prices: PerSide) -> tuple[IntVector, IntMatrix]:
        """Return what others of each mentor lose at least but for what the prices of mentees fell; and that fall.

        It is (g, m), that beside each group of mentors.
        """
        rise, fall = prices[0] - self.prices[0], np.atleast_2d(self.prices[1] - prices[1])
        left = np.where(self.view.scores.mentors, self.rest_bound + rise, FAR)
        return left, np.where(self.view.scores.mentees, fall, fall.min(axis=1, initial=0, keepdims=True))

    def rescan_threshold(self, left: IntVector, fall: IntVector) -> int:
        """Return the fall beyond which it is least work to look at mentees for themselves, beside some mentors."""
        n, m = len(left), len(fall)
        numbers = np.unique(np.append(0, np.geomspace(1, max(m, 1), THRESHOLDS_TRIED).astype(np.int64)).clip(max=m))
        falls = np.append(np.sort(fall)[::-1], fall.min(initial=0))[numbers]
        rows = np.searchsorted(np.sort(left), falls, side="right")
        work = rows * (m + ROW_SETUP) + (n - rows) * (numbers + ROW_SETUP * (numbers > 0))
        return int(falls[np.argmin(work)])

    def _scan_columns(
        self, prices: PerSide, loss: int, most: int, mentors: BoolVector, fallen: Sequence[IntVector]
    ) -> PricedPairs:
        """Return what some mentees have beside the mentors who are looked at with everybody."""
        asked = [mentors & (self.view.group == each) for each in range(len(fallen))]
        each = zip(asked, np.atleast_2d(prices[1]), fallen, strict=True)
        sights = [self._of_group((prices[0], own[some]), loss, most, here, some) for here, own, some in each]
        return merge_scans(sights, asked, self.view.scores.shape[1])

    def _of_group(self, prices: PerSide, loss: int, most: int, mentors: BoolVector, mentees: IntVector) -> PricedPairs:
        """Return what some mentees have beside some mentors of one group, at prices of all mentors and of these."""
        n = self.view.scores.shape[0]
        if not len(mentees):
            return PricedPairs(PairList.none(), np.full(n, -FAR), np.full(n, FAR))
        sight = self.view.of_mentees(mentees).scan(prices, loss, most, mentors)
        pairs = replace(sight.pairs, mentees=mentees[sight.pairs.mentees])
        return replace(sight, pairs=pairs)


@dataclass(frozen=True, slots=True)
class RescanColumns:
    """The ``mentees`` to look at for themselves beside each group; ``most`` (n,): what others fell by at most."""

    mentees: tuple[IntVector, ...]
    most: IntVector

    @classmethod
    def of(cls, listing: CandidateList, left: IntVector, falls: IntMatrix) -> Self:
        """Return those of whom it is least work, by what mentors have left and by how much prices fell, (g, m)."""
        group = listing.view.group
        most = np.array([listing.rescan_threshold(left[group == each], fall) for each, fall in enumerate(falls)])
        return cls(tuple(np.flatnonzero(fall > own) for fall, own in zip(falls, most, strict=True)), most[group])


BLOCKS_SAMPLED, BLOCK_SAMPLE, COLUMNS_SAMPLED = 32, 8, 1 << 12
"""So many times a few mentors, with so many mentees or some more, tell how many pairs lose how much."""


def find_cost_quantile(view: PricingProblem, prices: PerSide, leading: int) -> int:
    """Return which loss is exceeded by all but ``leading`` pairs a person."""
    n, m = view.scores.shape
    mentees = np.arange(0, m, max(m // COLUMNS_SAMPLED, 1))
    some = view.of_mentees(mentees)
    sides = prices[0], np.atleast_2d(prices[1])[:, mentees]
    losses = [loss for few in _here_and_there(n) for loss in _losses(some, sides, few)]
    flat = np.concatenate([np.empty(0, dtype=np.int64), *losses])
    place = leading * isqrt(n * m) * len(flat) // max(n * m, 1)
    return int(min(np.partition(flat, place - 1)[place - 1], FAR // 2)) if 0 < place <= len(flat) else 0


def _here_and_there(mentors: int) -> Iterator[range]:
    """Yield a few mentors at a time, who stand together."""
    for start in np.random.default_rng(0).permutation(range(0, mentors, BLOCK_ROWS))[:BLOCKS_SAMPLED].tolist():
        yield range(start, min(start + BLOCK_SAMPLE, mentors))


def _losses(view: PricingProblem, prices: PerSide, strip: range) -> Iterator[IntVector]:
    """Yield (m,) for each mentor what pairs lose, ``FAR`` more where there is none; prices are by group of mentors."""
    margin = np.empty(view.scores.shape[1], dtype=np.int64)
    closed, least = np.where(view.scores.mentees, view.stage.mentee, -FAR), view.scores.tiles.floor
    for own, scores in zip(strip, view.scores.tiles.rows(strip.start, strip.stop), strict=True):
        np.multiply(scores, view.stage.score, out=margin, dtype=np.int64)
        margin += view.mentor[own] - prices[0][own] if view.scores.mentors[own] else -FAR
        margin += closed
        np.copyto(margin, -FAR, where=scores < least)
        yield prices[1][view.group[own] if len(prices[1]) > 1 else 0] - margin
