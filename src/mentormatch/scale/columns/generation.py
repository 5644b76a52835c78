"""Column generation over all pairs by sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992), exact in integers.

Restricted master and pricing alternate (Gilmore and Gomory 1961): the candidate list is solved to optimality; its duals
price all pairs; those of negative reduced cost join the list; until there are none. No tolerance is in it, as profits
and duals are integers. Each scan gives the dual bound of Farley (1990).

The first duals come from a sample of the market, solved in the same way, extended to everybody by c-transforms: the
dual of a person outside the sample is the most that anybody in it leaves to them (dual completion).

The candidate list (the columns of the restricted master), with lower bounds on the reduced cost of all others.

Partial pricing: between two scans the reduced cost of a pair changes by no more than its two duals moved. So a mentor
whose unlisted pairs all had a large reduced cost at the last scan, while duals hardly moved since, has no pair that
could price out, and need not be scanned again. The bounds are those of Hamerly (2010), there for the nearest of some
centres in k-means. The few mentees whose dual fell most would spoil the bound for all; their columns are scanned for
themselves.

Invariant: every unlisted pair of mentor i has a reduced cost >= ``rest_bound[i]`` at ``duals``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isqrt
from typing import Self

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricedPairs, PricingProblem, merge_scans
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scan.simd import find_column_maxima
from mentormatch.scoring.scores import MILLION

INFINITE = 1 << 60
"""No reduced cost is larger."""
ROW_SETUP = 1 << 14
"""Making the score tables of one mentor takes as long as scanning so many pairs."""
COLUMN_SHARE = 4
"""Where only some columns of a mentor are scanned, so many times fewer pairs are listed."""
PURGED_COST = MILLION * 8 // 100
"""A pair whose reduced cost is more points than these was listed at other duals, and is purged."""
THRESHOLDS_TRIED = 24
"""So many numbers of columns are tried when the threshold of rescans is chosen: a geometric grid from 0 to m."""


@dataclass(slots=True)
class CandidateList:
    """The listed ``pairs``, the ``rest_bound`` (n,) of all others at ``duals``, and a dual ``bound`` on any answer."""

    pricing: PricingProblem
    pairs: PairList
    rest_bound: IntVector
    duals: PerSide
    bound: int

    @classmethod
    def of(cls, pricing: PricingProblem, duals: PerSide, max_cost: int, most: int) -> Self:
        """Begin with the pairs whose reduced cost is at most ``max_cost`` at some duals."""
        priced = pricing.scan(duals, max_cost, most)
        return cls(pricing, priced.pairs, priced.rest_bound, duals, pricing.bound(priced.row_best, duals[1]))

    def price_out(self, duals: PerSide, max_cost: int, most: int) -> bool:
        """Add the pairs that price out at new duals.

        Reduced cost 0 or less, and if there are any those up to ``max_cost``.

        Return False if there are none: the duals then prove the optimum over all pairs. ``max_cost`` below 0: only
        pairs of a reduced cost that low are looked for. ``most``: pairs listed of each mentor on average.
        """
        # 1. Move the bounds with the duals.
        rest, drops = self._moved_bound(duals)
        # 2. Choose: full rows for mentors whose bound fails, single columns for mentees whose dual fell most.
        rescan = RescanColumns.of(self, rest, drops)
        mentors = rest <= rescan.most + min(max_cost, 0)
        if not mentors.any() and not any(map(len, rescan.mentees)):
            # Every unlisted pair has a bound above 0: nothing prices out, no scan is needed.
            return False
        # 3. Scan these rows and columns.
        few = max(most // COLUMN_SHARE, 1)
        scans = [
            self.pricing.scan(duals, max_cost, most, mentors),
            self._scan_columns(duals, max_cost, few, ~mentors, rescan.mentees),
        ]
        # 4. New bounds at the new duals: of the scan, or moved ones less the drops of columns that were not scanned.
        self.rest_bound = np.where(mentors, scans[0].rest_bound, np.minimum(rest - rescan.most, scans[1].rest_bound))
        # 5. Dual bound: a mentor who was not scanned has no better pair than their dual says.
        best = np.where(mentors, scans[0].row_best, np.maximum(duals[0], scans[1].row_best))
        self.duals, self.bound = duals, min(self.bound, self.pricing.bound(best, duals[1]))
        # 6. Purge columns that are far from pricing out, then add the new ones.
        if max_cost > 0:
            self._purge(self.pricing.stage.score * PURGED_COST)
        for priced in scans:
            self.pairs = self.pairs.merge(priced.pairs, self.pricing.scores.shape[1])
        return True

    def _purge(self, most: int) -> None:
        """Drop the pairs whose reduced cost is more than ``most``; the bounds of the rest then count them too.

        Only while scans add pairs of positive reduced cost: a pair that came and went for ever would have no end.
        """
        costs = self.pricing.reduced_cost(self.pairs, self.duals)
        far = costs > most
        # What leaves the list is bounded like any other unlisted pair.
        np.minimum.at(self.rest_bound, self.pairs.mentors[far], costs[far])
        self.pairs = self.pairs.select(~far)

    def _moved_bound(self, duals: PerSide) -> tuple[IntVector, IntMatrix]:
        """Return the bounds (n,) of unlisted pairs but for the drops of mentee duals, and these drops (g, m).

        The reduced cost of (i, k) is at least bound[i] - drop[k]; (g, m): beside each group of mentors.
        """
        # Reduced cost u + v - p moves by the rise of u and the drop of v.
        rise, drop = duals[0] - self.duals[0], np.atleast_2d(self.duals[1] - duals[1])
        rest = np.where(self.pricing.scores.mentors, self.rest_bound + rise, INFINITE)
        return rest, np.where(self.pricing.scores.mentees, drop, drop.min(axis=1, initial=0, keepdims=True))

    def rescan_threshold(self, rest: IntVector, drop: IntVector) -> int:
        """Return the drop above which a column is scanned on its own: the threshold of least estimated work.

        ``rest`` (n,): bounds of mentors; ``drop`` (m,): how far the dual of each mentee fell.
        """
        n, m = len(rest), len(drop)
        # Candidates for the number of single columns: none, then a geometric grid up to all.
        numbers = np.unique(np.append(0, np.geomspace(1, max(m, 1), THRESHOLDS_TRIED).astype(np.int64)).clip(max=m))
        drops = np.append(np.sort(drop)[::-1], drop.min(initial=0))[numbers]
        # Work: full rows of mentors whose bound fails at the threshold, and the columns above it for all others.
        rows = np.searchsorted(np.sort(rest), drops, side="right")
        work = rows * (m + ROW_SETUP) + (n - rows) * (numbers + ROW_SETUP * (numbers > 0))
        return int(drops[np.argmin(work)])

    def _scan_columns(
        self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector, rescan: Sequence[IntVector]
    ) -> PricedPairs:
        """Return the scan of some columns for the mentors of a mask; ``rescan``: the columns of each group."""
        masks = [mentors & (self.pricing.group == each) for each in range(len(rescan))]
        each = zip(masks, np.atleast_2d(duals[1]), rescan, strict=True)
        scans = [self._scan_group((duals[0], own[some]), max_cost, most, here, some) for here, own, some in each]
        return merge_scans(scans, masks, self.pricing.scores.shape[1])

    def _scan_group(
        self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector, mentees: IntVector
    ) -> PricedPairs:
        """Return the scan of the columns ``mentees`` for the mentors of one group, a mask (n,).

        ``duals``: of all mentors, and of these mentees.
        """
        n = self.pricing.scores.shape[0]
        if not len(mentees):
            return PricedPairs(PairList.empty(), np.full(n, -INFINITE), np.full(n, INFINITE))
        priced = self.pricing.select_mentees(mentees).scan(duals, max_cost, most, mentors)
        pairs = replace(priced.pairs, mentees=mentees[priced.pairs.mentees])
        return replace(priced, pairs=pairs)


@dataclass(frozen=True, slots=True)
class RescanColumns:
    """The columns to scan on their own beside each group of mentors.

    ``most`` (n,): the largest drop of all other columns.
    """

    mentees: tuple[IntVector, ...]
    most: IntVector

    @classmethod
    def of(cls, candidates: CandidateList, rest: IntVector, drops: IntMatrix) -> Self:
        """Return the choice of least work, by the moved bounds (n,) of mentors and the drops (g, m) of duals."""
        group = candidates.pricing.group
        most = np.array([candidates.rescan_threshold(rest[group == each], drop) for each, drop in enumerate(drops)])
        return cls(tuple(np.flatnonzero(drop > own) for drop, own in zip(drops, most, strict=True)), most[group])


BLOCKS_SAMPLED, BLOCK_SAMPLE, COLUMNS_SAMPLED = 32, 8, 1 << 12
"""So many times a few mentors, with so many mentees or some more, tell how many pairs lose how much."""


def find_cost_quantile(pricing: PricingProblem, duals: PerSide, per_person: int) -> int:
    """Return the reduced cost that about ``per_person`` pairs a person stay below.

    It is estimated by a sample of all pairs.
    """
    n, m = pricing.scores.shape
    # Every so many mentees, and some blocks of mentors: a sample of the pairs.
    mentees = np.arange(0, m, max(m // COLUMNS_SAMPLED, 1))
    some = pricing.select_mentees(mentees)
    sides = duals[0], np.atleast_2d(duals[1])[:, mentees]
    costs = [max_cost for few in _sample_blocks(n) for max_cost in _reduced_costs(some, sides, few)]
    flat = np.concatenate([np.empty(0, dtype=np.int64), *costs])
    # The rank in the sample that answers to so many pairs of the whole.
    place = per_person * isqrt(n * m) * len(flat) // max(n * m, 1)
    return int(min(np.partition(flat, place - 1)[place - 1], INFINITE // 2)) if 0 < place <= len(flat) else 0


def _sample_blocks(mentors: int) -> Iterator[range]:
    """Yield a few mentors at a time, who stand together, from all over the market."""
    for start in np.random.default_rng(0).permutation(range(0, mentors, BLOCK_ROWS))[:BLOCKS_SAMPLED].tolist():
        yield range(start, min(start + BLOCK_SAMPLE, mentors))


def _reduced_costs(pricing: PricingProblem, duals: PerSide, block: range) -> Iterator[IntVector]:
    """Yield (m,) the reduced costs of each mentor of a block, beyond ``INFINITE`` where the pair is not allowed.

    The second of ``prices`` is (g, m): the duals of mentees beside each group of mentors.
    """
    margin = np.empty(pricing.scores.shape[1], dtype=np.int64)
    closed, least = np.where(pricing.scores.mentees, pricing.stage.mentee, -INFINITE), pricing.scores.matrix.floor
    for own, scores in zip(block, pricing.scores.matrix.rows(block.start, block.stop), strict=True):
        np.multiply(scores, pricing.stage.score, out=margin, dtype=np.int64)
        margin += pricing.mentor[own] - duals[0][own] if pricing.scores.mentors[own] else -INFINITE
        margin += closed
        np.copyto(margin, -INFINITE, where=scores < least)
        yield duals[1][pricing.group[own] if len(duals[1]) > 1 else 0] - margin


CANDIDATES, CANDIDATES_POWER = 64, 3
"""So many pairs a person are listed first where all can be placed: times the share of these to that power."""
SAMPLE_MIN, SAMPLE_PART, SAMPLE_MAX = 1_024, 10, 10_000
"""So many people of the larger side are in the sample: one in ten, at least the first number, at most the last."""


@dataclass(frozen=True, slots=True)
class MarketSample:
    """A random sample of a market: positions of some ``mentors`` and ``mentees``, the same share of both sides.

    ``mentor_rows``: the pricing problem of the sampled mentors with all mentees.
    """

    pricing: PricingProblem
    mentor_rows: PricingProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, pricing: PricingProblem) -> "MarketSample":
        """Draw the sample; the same one each time."""
        (n, m), draw = pricing.scores.shape, np.random.default_rng(0)
        # The same share of both sides keeps the sample as tight as the market.
        share = min(min(max(SAMPLE_MIN, max(n, m) // SAMPLE_PART), SAMPLE_MAX) / max(n, m, 1), 1.0)
        mentors, mentees = (np.sort(draw.choice(size, round(size * share), replace=False)) for size in (n, m))
        return cls(pricing, pricing.swap_sides().select_mentees(mentors).swap_sides(), mentors, mentees)

    def pricing_of_sample(self) -> PricingProblem:
        """Return the pricing problem of the sample."""
        return self.mentor_rows.select_mentees(self.mentees).cache_tables()

    def candidates(self, sampled: PricingProblem, optimum: PrimalDual, master: RestrictedMaster) -> CandidateList:
        """Return the candidate list of the whole market, by an optimum of the sample."""
        # Dual completion: sampled mentors -> all mentees -> all mentors.
        mentees = self._extend_to_mentees(optimum.left, master)
        duals, few = (
            (self._extend_to_mentors(mentees), mentees),
            self.pricing.list_length(choose_length(sampled, optimum)),
        )
        return CandidateList.of(self.pricing, duals, find_cost_quantile(self.pricing, duals, few), 4 * few)

    def _extend_to_mentees(self, mentors: IntVector, master: RestrictedMaster) -> IntVector:
        """Return (m,) the c-transform.

        The most that a sampled mentor leaves to each mentee, at the duals (s,) of these.
        """
        pricing, former = self.mentor_rows, self.mentor_rows.former
        # max over sampled i of profit(i, k) - u[i]: a maximum of each column of the score matrix.
        row_offsets = np.where(pricing.scores.mentors, pricing.mentor - mentors, EXCLUDED)
        worth = find_column_maxima(
            pricing.scores.matrix, row_offsets, pricing.stage.score, master.check_deadline, compiled=master.compiled
        )
        left = worth + pricing.stage.mentee
        # Former pairs are worth more than their score says.
        np.maximum.at(left, former.mentees, pricing.profit(former) - mentors[former.mentors])
        return np.where(pricing.scores.mentees, np.maximum(left, 0), 0)

    def _extend_to_mentors(self, mentees: IntVector) -> IntVector:
        """Return (n,) the c-transform back.

        The most that a sampled mentee leaves to each mentor, at the duals (m,) of all.
        """
        # A scan with duals out of reach lists no pair and yields the row maxima.
        nobody = np.full(self.pricing.scores.shape[0], INFINITE)
        sampled = self.pricing.select_mentees(self.mentees)
        return np.maximum(sampled.scan((nobody, mentees[self.mentees]), 0, 1).row_best, 0)


def choose_length(sampled: PricingProblem, optimum: PrimalDual) -> int:
    """Return how many pairs a person are listed first, by how many people the optimum of the sample places.

    Where many stay unmatched most pairs have a large reduced cost; where nearly all are placed any pair may be the last
    that fits, and duals tell less.
    """
    places = min(int(side.most.sum()) for side in sampled.bounds)
    placed = int(optimum.chosen.sum()) / max(places, 1)
    return max(round(CANDIDATES * placed**CANDIDATES_POWER), 1)


type Solve = Callable[[OptimalFace, IntVector, PerSide | None], PrimalDual]
"""Solves a face, from guessed duals of both sides; None: from where the last solve ended."""
type ReportIncumbent = Callable[[OptimalFace, PrimalDual, int], None]
"""Takes an answer with a bound that no answer exceeds."""

ADDED = 32
"""So many pairs a person join at most after a scan of all of them."""
FIRST_COSTS = (MILLION // 50, MILLION // 100, MILLION // 100, MILLION // 100)
"""Pairs of so small a reduced cost join too at the first scans: at the next duals they are those that price out."""
SOLVED_WHOLE = 2_048
"""With so many people a side at most, all pairs are the list."""


def solve_all_pairs(
    pricing: PricingProblem, master: RestrictedMaster, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the optimum over all pairs, on the face of the listed pairs that are tight in it.

    ``report`` takes each incumbent with a dual bound.
    """
    return generate_columns(choose_candidates(pricing, master), master.solve, report)


def generate_columns(
    candidates: CandidateList, solve: Solve, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the same, beginning with a candidate list; ``solve`` is the restricted master."""
    pricing = candidates.pricing
    costs = [pricing.stage.score * near for near in FIRST_COSTS]
    start: PerSide | None = candidates.duals
    while True:
        # Restricted master: the optimum over the candidate list, warm from the last one.
        optimum = solve(pricing.face(candidates.pairs), pricing.profit(candidates.pairs), start)
        # Every restricted optimum is an incumbent, with the bound of the last scan.
        report(pricing.face(candidates.pairs), optimum, candidates.bound)
        # Pricing: a generous limit in the first rounds saves rounds; then exactly 0.
        max_cost = costs.pop(0) if costs else 0
        if not candidates.price_out((optimum.left, optimum.right), max_cost, pricing.list_length(ADDED)):
            # No pair has a negative reduced cost: the duals prove the optimum over all pairs.
            return _tight_face(candidates, optimum)
        start = None


def choose_candidates(pricing: PricingProblem, master: RestrictedMaster) -> CandidateList:
    """Return the candidate list to begin with, by the duals of a sample.

    A large sample is solved by column generation itself.
    """
    sample = MarketSample.of(pricing)
    sampled = sample.pricing_of_sample()
    # A small sample is solved with all its pairs, a larger one recursively.
    if max(sampled.scores.shape) <= SOLVED_WHOLE:
        pairs = sampled.pairs()
        optimum = master.solve(sampled.face(pairs), sampled.profit(pairs), None)
    else:
        _, optimum = solve_all_pairs(sampled, master, ignore_report)
    return sample.candidates(sampled, optimum, master)


def ignore_report(face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
    """Report nothing: the answers of a sample are not those of the whole market."""


def _tight_face(candidates: CandidateList, optimum: PrimalDual) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of the tight pairs, of reduced cost 0 or less, and the optimum on it.

    Where people of both sides have several places, a chosen pair may have a reduced cost below 0.
    """
    # Complementary slackness: only tight pairs are in any optimum.
    tight = candidates.pricing.reduced_cost(candidates.pairs, (optimum.left, optimum.right)) <= 0
    face = candidates.pricing.face(candidates.pairs.select(tight))
    return face, PrimalDual(optimum.chosen[tight], optimum.left, optimum.right)
