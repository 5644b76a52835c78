"""Column generation over all pairs by sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992), exact in integers.

Restricted master and pricing alternate (Gilmore and Gomory 1961). The candidate list is solved to optimality, and its
duals price all pairs. Pairs with a reduced cost of 0 or less join the list, until none is unlisted; those at 0 may tie.
No tolerance is needed, as profits and duals are integers. Each scan gives the dual bound of Farley (1990).

The first duals come from a random sample of the people, solved in the same way and extended by c-transforms (dual
completion): the dual of a person outside the sample is the largest profit less dual over the people of the sample.

Partial pricing: between two scans, the reduced cost of a pair changes by the moves of its two duals. So if all unlisted
pairs of a mentor had a large reduced cost at the last scan and duals have hardly moved, no pair of the mentor can price
out, and the mentor is not scanned. Such bounds are those of Hamerly (2010) for k-means. A few mentees whose duals fell
far would weaken the bounds of all mentors; their columns are scanned separately.

Invariant: every unlisted pair of mentor i has a reduced cost of at least ``rest_bound[i]`` at ``duals``.
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
from mentormatch.scale.columns.subproblem import PairList, PricedPairs, PricingProblem, SideVectors, merge_scans
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scan.simd import find_column_maxima

INFINITE = 1 << 60  # no reduced cost is larger


@dataclass(frozen=True, slots=True)
class SiftingOptions:
    """Numbers that decide which pairs are listed, and when; none of them changes the optimum."""

    # Pairs of the first list per person if all places are filled, times the filled share to this power
    candidates_per_person: int = 64
    candidates_power: int = 3
    # People of the larger side in the sample: one in ``sample_divisor``, between these bounds
    sample_min: int = 1_024
    sample_divisor: int = 10
    sample_max: int = 10_000
    # Up to this number of people per side, all pairs are listed
    solve_whole_max: int = 2_048
    # Pairs added per person after a scan of all pairs
    pairs_added_per_person: int = 32
    # At the first scans, pairs with a reduced cost up to these points are added too: the next duals price them out
    first_cost_limits: tuple[int, ...] = (20_000, 10_000, 10_000, 10_000)
    # Pairs with a reduced cost of more points were listed at other duals, and are removed
    max_listed_cost: int = 80_000
    # A scan of single columns lists this many times fewer pairs
    column_list_divisor: int = 4
    # Pairs that are scanned in the time that the score tables of one mentor take
    row_setup_pairs: int = 1 << 14
    # Numbers of single columns that are compared when the threshold of rescans is chosen
    thresholds_tried: int = 24
    # Sample of reduced costs: blocks, mentors per block, and mentees, or up to twice as many
    sampled_blocks: int = 32
    sampled_block_mentors: int = 8
    sampled_mentees: int = 1 << 12


SIFTING_OPTIONS = SiftingOptions()


@dataclass(slots=True)
class CandidateList:
    """The listed ``pairs``, a bound ``rest_bound`` (n,) on the others at ``duals``, and the dual ``bound``."""

    pricing: PricingProblem
    pairs: PairList
    rest_bound: IntVector
    duals: SideVectors
    bound: int

    @classmethod
    def of(cls, pricing: PricingProblem, duals: SideVectors, max_cost: int, max_per_mentor: int) -> Self:
        """Return the list that a full scan at some duals gives; see ``PricingProblem.scan`` for both limits."""
        priced = pricing.scan(duals, max_cost, max_per_mentor)
        return cls(pricing, priced.pairs, priced.rest_bound, duals, pricing.bound(priced.row_best, duals[1]))

    def price_out(self, duals: SideVectors, max_cost: int, max_per_mentor: int) -> bool:
        """Add pairs that price out at new duals, of reduced cost 0 or less; return whether any may exist.

        If none can, the list is unchanged, and the duals prove the optimum over all pairs. If any may, full rows and
        single columns are scanned, and their pairs of reduced cost up to ``max_cost`` are added, about
        ``max_per_mentor`` on average from rows, and fewer from columns. If ``max_cost`` is negative, only pairs with a
        reduced cost that low price out. If it is positive, listed pairs far from pricing out are removed.
        """
        # 1. Move the bounds with the duals
        moved_bound, drops = self._moved_bound(duals)
        # 2. Choose full rows for mentors whose bound fails, and single columns for mentees whose dual fell most
        rescan = RescanColumns.of(self, moved_bound, drops)
        mentors = moved_bound <= rescan.max_other_drop + min(max_cost, 0)
        if not mentors.any() and not any(map(len, rescan.mentees)):
            # The bounds show that no unlisted pair prices out
            return False
        # 3. Scan these rows and columns
        max_listed = max(max_per_mentor // SIFTING_OPTIONS.column_list_divisor, 1)
        scans = [
            self.pricing.scan(duals, max_cost, max_per_mentor, mentors),
            self._scan_columns(duals, max_cost, max_listed, ~mentors, rescan.mentees),
        ]
        # 4. New bounds: of the scan, or moved bounds less the largest drop of the other columns
        self.rest_bound = np.where(
            mentors, scans[0].rest_bound, np.minimum(moved_bound - rescan.max_other_drop, scans[1].rest_bound)
        )
        # 5. Dual bound: no unlisted pair of a mentor who was not scanned exceeds the mentor's dual
        best = np.where(mentors, scans[0].row_best, np.maximum(duals[0], scans[1].row_best))
        if self.pricing.is_b_matching:
            # Chosen pairs may have a negative reduced cost: they exceed the dual
            margins = duals[0][self.pairs.mentors] - self.pricing.reduced_cost(self.pairs, duals)
            np.maximum.at(best, self.pairs.mentors, margins)
        self.duals, self.bound = duals, min(self.bound, self.pricing.bound(best, duals[1]))
        # 6. Purge pairs that are far from pricing out, then add the new pairs
        if max_cost > 0:
            self._purge(self.pricing.stage.score * SIFTING_OPTIONS.max_listed_cost)
        for priced in scans:
            self.pairs = self.pairs.merge(priced.pairs, self.pricing.scores.shape[1])
        return True

    def _purge(self, max_cost: int) -> None:
        """Remove the pairs whose reduced cost exceeds ``max_cost``, and lower ``rest_bound`` accordingly.

        Called only while scans add pairs of positive reduced cost; otherwise a pair could be added and removed forever.
        """
        costs = self.pricing.reduced_cost(self.pairs, self.duals)
        is_far = costs > max_cost
        np.minimum.at(self.rest_bound, self.pairs.mentors[is_far], costs[is_far])
        self.pairs = self.pairs.select(~is_far)

    def _moved_bound(self, duals: SideVectors) -> tuple[IntVector, IntMatrix]:
        """Return bounds (n,) of unlisted pairs that ignore drops of mentee duals, and these drops (g, m) by group.

        The reduced cost of (i, k) is at least bound[i] - drop[k].
        """
        # The reduced cost u + v - p changes by the rise of u and the drop of v
        rise, drop = duals[0] - self.duals[0], np.atleast_2d(self.duals[1] - duals[1])
        bounds = np.where(self.pricing.scores.mentors, self.rest_bound + rise, INFINITE)
        return bounds, np.where(self.pricing.scores.mentees, drop, drop.min(axis=1, initial=0, keepdims=True))

    def rescan_threshold(self, bounds: IntVector, drop: IntVector) -> int:
        """Return the drop above which a column is scanned separately; on a grid, it minimises the estimated work.

        ``bounds`` (n,): bounds of the mentors of a group; ``drop`` (m,): the drop of each mentee dual.
        """
        n, m = len(bounds), len(drop)
        # Candidates for the number of single columns: 0, and a geometric grid up to all
        column_counts = np.unique(
            np.append(0, np.geomspace(1, max(m, 1), SIFTING_OPTIONS.thresholds_tried).astype(np.int64)).clip(max=m)
        )
        thresholds = np.append(np.sort(drop)[::-1], drop.min(initial=0))[column_counts]
        # Work: full rows of mentors whose bound fails at the threshold, and columns above it for the other mentors
        row_counts = np.searchsorted(np.sort(bounds), thresholds, side="right")
        work = row_counts * (m + SIFTING_OPTIONS.row_setup_pairs) + (n - row_counts) * (
            column_counts + SIFTING_OPTIONS.row_setup_pairs * (column_counts > 0)
        )
        return int(thresholds[np.argmin(work)])

    def _scan_columns(
        self, duals: SideVectors, max_cost: int, max_per_mentor: int, mentors: BoolVector, rescan: Sequence[IntVector]
    ) -> PricedPairs:
        """Scan single columns for the mentors of a mask. ``rescan``: the columns of each group."""
        masks = [mentors & (self.pricing.group == group) for group in range(len(rescan))]
        groups = zip(masks, np.atleast_2d(duals[1]), rescan, strict=True)
        scans = [
            self._scan_group((duals[0], mentee_duals[columns]), max_cost, max_per_mentor, mask, columns)
            for mask, mentee_duals, columns in groups
        ]
        return merge_scans(scans, masks, self.pricing.scores.shape[1])

    def _scan_group(
        self, duals: SideVectors, max_cost: int, max_per_mentor: int, mentors: BoolVector, mentees: IntVector
    ) -> PricedPairs:
        """Scan the columns ``mentees`` for the mentors of one group, a mask (n,).

        ``duals``: of all mentors, and of these mentees.
        """
        n = self.pricing.scores.shape[0]
        if not len(mentees):
            return PricedPairs(PairList.empty(), np.full(n, -INFINITE), np.full(n, INFINITE))
        priced = self.pricing.select_mentees(mentees).scan(duals, max_cost, max_per_mentor, mentors)
        pairs = replace(priced.pairs, mentees=mentees[priced.pairs.mentees])
        return replace(priced, pairs=pairs)


@dataclass(frozen=True, slots=True)
class RescanColumns:
    """The columns to scan separately for each group of mentors.

    ``max_other_drop`` (n,): for each mentor, the largest drop of the other columns.
    """

    mentees: tuple[IntVector, ...]
    max_other_drop: IntVector

    @classmethod
    def of(cls, candidates: CandidateList, bounds: IntVector, drops: IntMatrix) -> Self:
        """Return the columns that minimise the estimated work, given moved bounds (n,) and drops (g, m) of duals."""
        group = candidates.pricing.group
        thresholds = np.array(
            [candidates.rescan_threshold(bounds[group == index], drop) for index, drop in enumerate(drops)]
        )
        return cls(
            tuple(np.flatnonzero(drop > threshold) for drop, threshold in zip(drops, thresholds, strict=True)),
            thresholds[group],
        )


def find_cost_quantile(pricing: PricingProblem, duals: SideVectors, per_person: int) -> int:
    """Return an estimate from a sample of the reduced cost up to which there are ``per_person`` pairs per person.

    0 if these are more than all pairs, or the sample is too small to tell; ``INFINITE // 2`` if too few pairs are
    allowed. Former pairs have no bonus here.
    """
    n, m = pricing.scores.shape
    # Sample: evenly spaced mentees, and some blocks of mentors
    mentees = np.arange(0, m, max(m // SIFTING_OPTIONS.sampled_mentees, 1))
    sample = pricing.select_mentees(mentees)
    sides = duals[0], np.atleast_2d(duals[1])[:, mentees]
    costs = [row for block in _sample_blocks(n) for row in _reduced_costs(sample, sides, block)]
    all_costs = np.concatenate([np.empty(0, dtype=np.int64), *costs])
    rank = per_person * isqrt(n * m) * len(all_costs) // max(n * m, 1)
    return int(min(np.partition(all_costs, rank - 1)[rank - 1], INFINITE // 2)) if 0 < rank <= len(all_costs) else 0


def _sample_blocks(mentors: int) -> Iterator[range]:
    for start in (
        np.random.default_rng(0).permutation(range(0, mentors, BLOCK_ROWS))[: SIFTING_OPTIONS.sampled_blocks].tolist()
    ):
        yield range(start, min(start + SIFTING_OPTIONS.sampled_block_mentors, mentors))


def _reduced_costs(pricing: PricingProblem, duals: SideVectors, block: range) -> Iterator[IntVector]:
    """Yield (m,) the reduced costs of each mentor of a block; about ``INFINITE`` or more for forbidden pairs.

    The bonus of former pairs is left out. The second of ``duals`` is (g, m): mentee duals for each group of mentors.
    """
    margin = np.empty(pricing.scores.shape[1], dtype=np.int64)
    mentee_profit = np.where(pricing.scores.mentees, pricing.stage.mentee, -INFINITE)
    floor = pricing.scores.matrix.floor
    for mentor, scores in zip(block, pricing.scores.matrix.rows(block.start, block.stop), strict=True):
        np.multiply(scores, pricing.stage.score, out=margin, dtype=np.int64)
        margin += pricing.mentor_profit[mentor] - duals[0][mentor] if pricing.scores.mentors[mentor] else -INFINITE
        margin += mentee_profit
        np.copyto(margin, -INFINITE, where=scores < floor)
        yield duals[1][pricing.group[mentor] if len(duals[1]) > 1 else 0] - margin


@dataclass(frozen=True, slots=True)
class MarketSample:
    """A random sample of ``mentors`` and ``mentees``, the same share of both sides.

    ``mentor_rows``: the pricing problem of the sampled mentors with all mentees.
    """

    pricing: PricingProblem
    mentor_rows: PricingProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, pricing: PricingProblem) -> "MarketSample":
        """Return a sample, drawn with a constant seed."""
        (n, m), random = pricing.scores.shape, np.random.default_rng(0)
        # The same share of both sides preserves the ratio of capacities
        share = min(
            min(
                max(SIFTING_OPTIONS.sample_min, max(n, m) // SIFTING_OPTIONS.sample_divisor), SIFTING_OPTIONS.sample_max
            )
            / max(n, m, 1),
            1.0,
        )
        mentors, mentees = (np.sort(random.choice(size, round(size * share), replace=False)) for size in (n, m))
        return cls(pricing, pricing.swap_sides().select_mentees(mentors).swap_sides(), mentors, mentees)

    def pricing_of_sample(self) -> PricingProblem:
        return self.mentor_rows.select_mentees(self.mentees).cache_tables()

    def candidates(self, sampled: PricingProblem, optimum: PrimalDual, master: RestrictedMaster) -> CandidateList:
        """Return the first candidate list of the whole problem, given an optimum of the sample."""
        # Dual completion: sampled mentors -> all mentees -> all mentors
        mentees = self._extend_to_mentees(optimum.left, master)
        duals = (self._extend_to_mentors(mentees), mentees)
        length = self.pricing.list_length(choose_candidates_per_person(sampled, optimum))
        return CandidateList.of(self.pricing, duals, find_cost_quantile(self.pricing, duals, length), 4 * length)

    def _extend_to_mentees(self, mentors: IntVector, master: RestrictedMaster) -> IntVector:
        """Return (m,) the c-transform of the duals (s,) of sampled mentors: profit less dual, maximised, at least 0."""
        pricing, former = self.mentor_rows, self.mentor_rows.former
        # max over sampled i of profit(i, k) - u[i]: column maxima of the score matrix
        row_offsets = np.where(pricing.scores.mentors, pricing.mentor_profit - mentors, EXCLUDED)
        maxima = find_column_maxima(
            pricing.scores.matrix, row_offsets, pricing.stage.score, master.check_deadline, compiled=master.compiled
        )
        mentees = maxima + pricing.stage.mentee
        # Bonus of former pairs
        np.maximum.at(mentees, former.mentees, pricing.profit(former) - mentors[former.mentors])
        return np.where(pricing.scores.mentees, np.maximum(mentees, 0), 0)

    def _extend_to_mentors(self, mentees: IntVector) -> IntVector:
        """Return (n,) the c-transform of the duals (m,) of mentees, over the sampled mentees only, at least 0."""
        # A scan with infinite duals lists no pair and returns the row maxima
        infinite_duals = np.full(self.pricing.scores.shape[0], INFINITE)
        sampled = self.pricing.select_mentees(self.mentees)
        return np.maximum(sampled.scan((infinite_duals, mentees[self.mentees]), 0, 1).row_best, 0)


def choose_candidates_per_person(sampled: PricingProblem, optimum: PrimalDual) -> int:
    """Return the number of pairs to list per person, given the share of places that the optimum of the sample fills.

    If many people remain unmatched, most pairs have a large reduced cost. If almost all places are filled, any pair may
    be needed, and duals exclude fewer pairs.
    """
    places = min(int(side.most.sum()) for side in sampled.bounds)
    filled_share = int(optimum.chosen.sum()) / max(places, 1)
    return max(round(SIFTING_OPTIONS.candidates_per_person * filled_share**SIFTING_OPTIONS.candidates_power), 1)


# (face, profits, start duals or None for a warm start) -> optimum
type SolveMaster = Callable[[OptimalFace, IntVector, SideVectors | None], PrimalDual]
# (face, solution, dual bound)
type ReportIncumbent = Callable[[OptimalFace, PrimalDual, int], None]


def solve_all_pairs(
    pricing: PricingProblem, master: RestrictedMaster, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the optimum over all pairs, on the face of the tight pairs.

    ``report`` takes each optimum of the restricted master with a dual bound.
    """
    return generate_columns(choose_candidates(pricing, master), master.solve, report)


def generate_columns(
    candidates: CandidateList, solve: SolveMaster, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the optimum over all pairs, on the face of the tight pairs, starting from a candidate list.

    ``solve`` solves the restricted master; ``report`` takes each of its optima with a dual bound. Minimums hold only if
    their penalty suffices.
    """
    pricing = candidates.pricing
    costs = [pricing.stage.score * limit for limit in SIFTING_OPTIONS.first_cost_limits]
    start: SideVectors | None = candidates.duals
    while True:
        # Restricted master: the optimum over the candidate list
        optimum = solve(pricing.face(candidates.pairs), pricing.profit(candidates.pairs), start)
        report(pricing.face(candidates.pairs), optimum, candidates.bound)
        # Pricing: positive limits in the first rounds save rounds
        max_cost = costs.pop(0) if costs else 0
        if not candidates.price_out(
            (optimum.left, optimum.right), max_cost, pricing.list_length(SIFTING_OPTIONS.pairs_added_per_person)
        ):
            return _tight_face(candidates, optimum)
        start = None


def choose_candidates(pricing: PricingProblem, master: RestrictedMaster) -> CandidateList:
    """Return the first candidate list, by the duals of a sample."""
    sample = MarketSample.of(pricing)
    sampled = sample.pricing_of_sample()
    # A small sample is solved with all its pairs, a larger one recursively
    if max(sampled.scores.shape) <= SIFTING_OPTIONS.solve_whole_max:
        pairs = sampled.pairs()
        optimum = master.solve(sampled.face(pairs), sampled.profit(pairs), None)
    else:
        _, optimum = solve_all_pairs(sampled, master, ignore_report)
    return sample.candidates(sampled, optimum, master)


def ignore_report(face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
    """Report nothing: solutions of a sample are no solutions of the whole problem."""


def _tight_face(candidates: CandidateList, optimum: PrimalDual) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of the pairs with reduced cost 0 or less, and the optimum on it.

    If people of both sides have several places, a chosen pair may have a negative reduced cost.
    """
    # Complementary slackness: optima contain only tight pairs
    is_tight = candidates.pricing.reduced_cost(candidates.pairs, (optimum.left, optimum.right)) <= 0
    face = candidates.pricing.face(candidates.pairs.select(is_tight))
    return face, PrimalDual(optimum.chosen[is_tight], optimum.left, optimum.right)
