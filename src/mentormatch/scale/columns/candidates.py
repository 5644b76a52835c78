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

INFINITE = 1 << 60
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
    """``pairs``; ``others`` (n,) is what others of each mentor lose at least at ``duals``; ``bound`` holds for all."""

    pricing: PricingProblem
    pairs: PairList
    rest_bound: IntVector
    duals: PerSide
    bound: int

    @classmethod
    def of(cls, pricing: PricingProblem, duals: PerSide, max_cost: int, most: int) -> Self:
        """Begin with the pairs that lose no more than ``max_cost``."""
        priced = pricing.scan(duals, max_cost, most)
        return cls(pricing, priced.pairs, priced.rest_bound, duals, pricing.bound(priced.row_best, duals[1]))

    def price_out(self, duals: PerSide, max_cost: int, most: int) -> bool:
        """List the pairs that lose no more than ``max_cost`` at the prices of an optimum.

        Of those that may lose nothing.

                Return False if there are none: every pair that is not listed then loses something. If ``max_cost`` is below 0, only
                those that gain something are looked for.
        """
        rest, drops = self._moved_bound(duals)
        rescan = RescanColumns.of(self, rest, drops)
        mentors = rest <= rescan.most + min(max_cost, 0)
        if not mentors.any() and not any(map(len, rescan.mentees)):
            return False
        few = max(most // COLUMN_SHARE, 1)
        scans = [
            self.pricing.scan(duals, max_cost, most, mentors),
            self._scan_columns(duals, max_cost, few, ~mentors, rescan.mentees),
        ]
        self.rest_bound = np.where(mentors, scans[0].rest_bound, np.minimum(rest - rescan.most, scans[1].rest_bound))
        best = np.where(mentors, scans[0].row_best, np.maximum(duals[0], scans[1].row_best))
        self.duals, self.bound = duals, min(self.bound, self.pricing.bound(best, duals[1]))
        if max_cost > 0:
            self._purge(self.pricing.stage.score * PURGED_COST)
        for priced in scans:
            self.pairs = self.pairs.merge(priced.pairs, self.pricing.scores.shape[1])
        return True

    def _purge(self, most: int) -> None:
        """List no longer what loses more than that; it is then among the others.

        As long as looks ask for what loses something, of which there are few: a pair that came and went for ever would
        have no end.
        """
        costs = self.pricing.reduced_cost(self.pairs, self.duals)
        far = costs > most
        np.minimum.at(self.rest_bound, self.pairs.mentors[far], costs[far])
        self.pairs = self.pairs.select(~far)

    def _moved_bound(self, duals: PerSide) -> tuple[IntVector, IntMatrix]:
        """Return what others of each mentor lose at least but for what the prices of mentees fell; and that fall.

        It is (g, m), that beside each group of mentors.
        """
        rise, drop = duals[0] - self.duals[0], np.atleast_2d(self.duals[1] - duals[1])
        rest = np.where(self.pricing.scores.mentors, self.rest_bound + rise, INFINITE)
        return rest, np.where(self.pricing.scores.mentees, drop, drop.min(axis=1, initial=0, keepdims=True))

    def rescan_threshold(self, rest: IntVector, drop: IntVector) -> int:
        """Return the fall beyond which it is least work to look at mentees for themselves, beside some mentors."""
        n, m = len(rest), len(drop)
        numbers = np.unique(np.append(0, np.geomspace(1, max(m, 1), THRESHOLDS_TRIED).astype(np.int64)).clip(max=m))
        drops = np.append(np.sort(drop)[::-1], drop.min(initial=0))[numbers]
        rows = np.searchsorted(np.sort(rest), drops, side="right")
        work = rows * (m + ROW_SETUP) + (n - rows) * (numbers + ROW_SETUP * (numbers > 0))
        return int(drops[np.argmin(work)])

    def _scan_columns(
        self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector, rescan: Sequence[IntVector]
    ) -> PricedPairs:
        """Return what some mentees have beside the mentors who are looked at with everybody."""
        masks = [mentors & (self.pricing.group == each) for each in range(len(rescan))]
        each = zip(masks, np.atleast_2d(duals[1]), rescan, strict=True)
        scans = [self._scan_group((duals[0], own[some]), max_cost, most, here, some) for here, own, some in each]
        return merge_scans(scans, masks, self.pricing.scores.shape[1])

    def _scan_group(
        self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector, mentees: IntVector
    ) -> PricedPairs:
        """Return what some mentees have beside some mentors of one group, at prices of all mentors and of these."""
        n = self.pricing.scores.shape[0]
        if not len(mentees):
            return PricedPairs(PairList.empty(), np.full(n, -INFINITE), np.full(n, INFINITE))
        priced = self.pricing.select_mentees(mentees).scan(duals, max_cost, most, mentors)
        pairs = replace(priced.pairs, mentees=mentees[priced.pairs.mentees])
        return replace(priced, pairs=pairs)


@dataclass(frozen=True, slots=True)
class RescanColumns:
    """The ``mentees`` to look at for themselves beside each group; ``most`` (n,): what others fell by at most."""

    mentees: tuple[IntVector, ...]
    most: IntVector

    @classmethod
    def of(cls, candidates: CandidateList, rest: IntVector, drops: IntMatrix) -> Self:
        """Return those of whom it is least work, by what mentors have left and by how much prices fell, (g, m)."""
        group = candidates.pricing.group
        most = np.array([candidates.rescan_threshold(rest[group == each], drop) for each, drop in enumerate(drops)])
        return cls(tuple(np.flatnonzero(drop > own) for drop, own in zip(drops, most, strict=True)), most[group])


BLOCKS_SAMPLED, BLOCK_SAMPLE, COLUMNS_SAMPLED = 32, 8, 1 << 12
"""So many times a few mentors, with so many mentees or some more, tell how many pairs lose how much."""


def find_cost_quantile(pricing: PricingProblem, duals: PerSide, per_person: int) -> int:
    """Return which loss is exceeded by all but ``per_person`` pairs a person."""
    n, m = pricing.scores.shape
    mentees = np.arange(0, m, max(m // COLUMNS_SAMPLED, 1))
    some = pricing.select_mentees(mentees)
    sides = duals[0], np.atleast_2d(duals[1])[:, mentees]
    costs = [max_cost for few in _sample_blocks(n) for max_cost in _reduced_costs(some, sides, few)]
    flat = np.concatenate([np.empty(0, dtype=np.int64), *costs])
    place = per_person * isqrt(n * m) * len(flat) // max(n * m, 1)
    return int(min(np.partition(flat, place - 1)[place - 1], INFINITE // 2)) if 0 < place <= len(flat) else 0


def _sample_blocks(mentors: int) -> Iterator[range]:
    """Yield a few mentors at a time, who stand together."""
    for start in np.random.default_rng(0).permutation(range(0, mentors, BLOCK_ROWS))[:BLOCKS_SAMPLED].tolist():
        yield range(start, min(start + BLOCK_SAMPLE, mentors))


def _reduced_costs(pricing: PricingProblem, duals: PerSide, strip: range) -> Iterator[IntVector]:
    """Yield (m,) for each mentor what pairs lose, ``INFINITE`` more where there is none.

    Prices are by group of mentors.
    """
    margin = np.empty(pricing.scores.shape[1], dtype=np.int64)
    closed, least = np.where(pricing.scores.mentees, pricing.stage.mentee, -INFINITE), pricing.scores.matrix.floor
    for own, scores in zip(strip, pricing.scores.matrix.rows(strip.start, strip.stop), strict=True):
        np.multiply(scores, pricing.stage.score, out=margin, dtype=np.int64)
        margin += pricing.mentor[own] - duals[0][own] if pricing.scores.mentors[own] else -INFINITE
        margin += closed
        np.copyto(margin, -INFINITE, where=scores < least)
        yield duals[1][pricing.group[own] if len(duals[1]) > 1 else 0] - margin
