"""The pricing problem of one stage: profits, reduced costs, a scan at given duals, and the dual bound.

A column is a pair (i, k) with profit p. At duals (u, v) of mentors and mentees its reduced cost is u[i] + v[k] - p:
below 0 where the pair would improve the restricted master, at least 0 for all pairs at the optimum, 0 on chosen ones.
(Textbooks that minimise call the negative of it reduced cost.) A scan of all pairs prices them, since none is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, pair_array, remaining_degrees
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.scale.scan.blocks import Scanner
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.matrix import ScoreMatrix


@dataclass(frozen=True, slots=True)
class PairList:
    """Pairs, sorted by mentor and then mentee, each once, with their scores; all (e,) int64."""

    mentors: IntVector
    mentees: IntVector
    scores: IntVector

    @property
    def columns(self) -> tuple[IntVector, ...]:
        """Return mentors, mentees and scores."""
        return self.mentors, self.mentees, self.scores

    @classmethod
    def empty(cls) -> Self:
        """Return no pairs."""
        return cls(*(np.empty(0, dtype=np.int64) for _ in range(3)))

    def select(self, some: BoolVector) -> "PairList":
        """Return some of the pairs, by a mask (e,)."""
        return PairList(*(column[some] for column in self.columns))

    def merge(self, other: "PairList", width: int) -> "PairList":
        """Return the pairs of both lists, each once, in order; ``width``: the number of mentees."""
        ours, theirs = (pairs.mentors * width + pairs.mentees for pairs in (self, other))
        # Both lists are sorted by mentor * width + mentee, so one search finds what is new and where it goes.
        place = np.searchsorted(ours, theirs)
        new = place == len(ours)
        # New is what the search did not find in place.
        new[~new] = ours[place[~new]] != theirs[~new]
        columns = zip(self.columns, other.columns, strict=True)
        return PairList(*(np.insert(mine, place[new], more[new]) for mine, more in columns))


def select_allowed(scores: ImplicitScores, pairs: IntMatrix) -> PairList:
    """Return those of some pairs (k, 2) that may be chosen, with their scores, in order."""
    mentors, mentees = pairs[np.lexsort(pairs.T[::-1])].T
    fit = scores.allows(mentors, mentees)
    return PairList(mentors[fit], mentees[fit], scores.at(mentors[fit], mentees[fit]))


type PerSide = tuple[IntVector, IntVector]
"""One vector of mentors (n,), one of mentees (m,)."""


def gather(mentees: IntVector, group: IntVector, mentors_of: IntVector, mentees_of: IntVector) -> IntVector:
    """Return (e,) the value of each pair from those of mentees.

    ``mentees`` (m,), or (g, m) where they differ by the ``group`` (n,) of the mentor.
    """
    return mentees[mentees_of] if mentees.ndim == 1 else mentees[group[mentors_of], mentees_of]


type MakeScanner = Callable[[ScoreMatrix], Scanner | None]
"""Returns a scanner of a score matrix, None where the one in NumPy will do."""


@dataclass(frozen=True, slots=True)
class PricedPairs:
    """The result of a scan at some duals.

    ``pairs``: those of reduced cost within the limit. ``row_best`` (n,): the largest profit less mentee dual of each
    mentor. ``rest_bound`` (n,): a lower bound on the reduced cost of every pair of the mentor that is not in ``pairs``.
    """

    pairs: PairList
    row_best: IntVector
    rest_bound: IntVector


@dataclass(frozen=True)
class PricingProblem:
    """One stage of the goals over all pairs: the profit of (i, k) is ``scale * score + mentor[i] + mentee[k]``.

    ``former``: pairs of last time that may be chosen, if they are worth more; they are priced one by one. ``pins`` (k,
    2) are fixed. Lists are ``list_factor`` times as long as usual. Duals of mentees may be (g, m) instead of (m,):
    those beside each ``group`` (n,) of mentors, as penalties of rows may differ by group; as a rule there is one group.
    """

    scores: ImplicitScores
    stage: ScalarObjective
    bounds: tuple[RemainingDegrees, RemainingDegrees]
    make_scanner: MakeScanner
    former: PairList
    pins: IntMatrix
    group: IntVector
    list_factor: int = 1

    @classmethod
    def of(cls, problem: AssignmentProblem, stage: ScalarObjective, make_scanner: MakeScanner) -> "PricingProblem":
        """Return the stage over the people who have places beside the pins."""
        bounds, scores = remaining_degrees(problem), problem.scores
        assert isinstance(scores, ImplicitScores)
        # People whose places are all taken by pins take no part in the scan.
        taking = scores.mentors & (bounds[0].most > 0), scores.mentees & (bounds[1].most > 0)
        scores = replace(scores, mentors=taking[0], mentees=taking[1])
        former = (
            select_allowed(scores, pair_array(problem.former))
            if stage.per_former_pair
            else select_allowed(scores, pair_array(()))
        )
        return cls(
            scores,
            stage,
            bounds,
            make_scanner,
            former,
            pair_array(problem.pins),
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @cached_property
    def scanner(self) -> Scanner | None:
        """How the pairs are scanned; None: in NumPy."""
        return self.make_scanner(self.scores.matrix)

    @property
    def mentor(self) -> IntVector:
        return self.stage.per_pair + self.stage.mentor

    def list_length(self, usual: int) -> int:
        """Return how many pairs a person are listed, where ``usual`` would be if memory is not scarce."""
        return max(usual * self.list_factor // self.scores.list_divisor, 1)

    def profit(self, pairs: PairList) -> IntVector:
        """Return (e,) the profit of each pair."""
        people = self.mentor[pairs.mentors] + self.stage.mentee[pairs.mentees]
        # Pairs of last time earn more, by name and not by score.
        if len(self.former.scores):
            width = self.scores.shape[1]
            known, masks = (each.mentors * width + each.mentees for each in (self.former, pairs))
            people += self.stage.per_former_pair * np.isin(masks, known)
        return people + self.stage.score * pairs.scores

    def reduced_cost(self, pairs: PairList, duals: PerSide) -> IntVector:
        """Return (e,) the reduced cost of each pair: by how much its duals exceed its profit."""
        return duals[0][pairs.mentors] + gather(duals[1], self.group, *pairs.columns[:2]) - self.profit(pairs)

    def face(self, pairs: PairList) -> OptimalFace:
        """Return the restricted problem: all answers on some pairs."""
        return OptimalFace(pairs.mentors, pairs.mentees, *self.bounds, self.pins)

    def scan(self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector | None = None) -> PricedPairs:
        """Return the pairs whose reduced cost is at most ``max_cost``, ``most`` a mentor on average if there are more.

        With ``mentors``, a mask (n,), only the pairs of some are scanned.
        """
        if duals[1].ndim == 1:
            return self._scan_group(duals, max_cost, most, mentors)
        # Duals by group: one scan for each group of mentors, at the duals that hold beside it.
        masks = [
            self.group == each if mentors is None else mentors & (self.group == each) for each in range(len(duals[1]))
        ]
        scans = [
            self._scan_group((duals[0], column_duals), max_cost, most, some)
            for column_duals, some in zip(duals[1], masks, strict=True)
        ]
        return merge_scans(scans, masks, self.scores.shape[1])

    def _scan_group(self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector | None) -> PricedPairs:
        """Return the same at one dual for each mentee."""
        # u + v - profit <= max_cost becomes scale * score + offset[k] >= limit[i], which a scanner understands.
        limits, mentees = duals[0] - self.mentor - max_cost, self.stage.mentee - duals[1]
        limits = limits if mentors is None else np.where(mentors, limits, -EXCLUDED)
        seen = self.scores.scan(ScanQuery(limits, mentees, self.stage.score, most), self.scanner)
        priced = PricedPairs(
            PairList(seen.mentors, seen.mentees, seen.scores), seen.row_best + self.mentor, max_cost - seen.rest_max
        )
        return self._add_former(priced, duals, max_cost) if len(self.former.scores) else priced

    def _add_former(self, priced: PricedPairs, duals: PerSide, max_cost: int) -> PricedPairs:
        """Return a scan that priced former pairs too low, with these priced at their true profit."""
        former, best = self.former, priced.row_best.copy()
        costs = self.reduced_cost(former, duals)
        # The row best must count them too, or the dual bound would be too low.
        np.maximum.at(best, former.mentors, duals[0][former.mentors] - costs)
        return replace(
            priced, pairs=priced.pairs.merge(former.select(costs <= max_cost), self.scores.shape[1]), row_best=best
        )

    def select_mentees(self, some: IntVector) -> "PricingProblem":
        """Return the problem of some mentees only, by their positions in ascending order."""
        place = np.searchsorted(some, self.former.mentees)
        kept = np.isin(self.former.mentees, some)
        former = PairList(self.former.mentors[kept], place[kept], self.former.scores[kept])
        return replace(
            self,
            scores=self.scores.select_mentees(some),
            stage=replace(self.stage, mentee=self.stage.mentee[some]),
            bounds=(self.bounds[0], self.bounds[1].of(some)),
            former=former,
        )

    def swap_sides(self) -> "PricingProblem":
        """Return the same with the sides exchanged."""
        order = np.lexsort((self.former.mentors, self.former.mentees))
        former = PairList(self.former.mentees[order], self.former.mentors[order], self.former.scores[order])
        stage = replace(self.stage, mentor=self.stage.mentee, mentee=self.stage.mentor)
        group = np.zeros(self.scores.shape[1], dtype=np.int64)
        return PricingProblem(
            self.scores.swap_sides(), stage, self.bounds[::-1], self.make_scanner, former, self.pins[:, ::-1], group
        )

    def cache_tables(self) -> "PricingProblem":
        """Return the problem with score tables of a moderate size kept, as suits few people who are scanned often."""
        return replace(self, scores=self.scores.cache_tables())

    def pairs(self) -> PairList:
        """Return all pairs that may be chosen; for a few people."""
        scores = self.scores.matrix.rows(0, self.scores.shape[0])
        allowed = (scores >= self.scores.matrix.floor) & self.scores.mentors[:, None] & self.scores.mentees
        mentors, mentees = np.nonzero(allowed)
        return PairList(mentors, mentees, scores[allowed].astype(np.int64))

    def bound(self, best: IntVector, mentees: IntVector) -> int:
        """Return the dual bound: no answer is worth more, by weak duality.

        ``best`` (n,): the largest profit less dual of each mentor, which as a mentor dual makes any duals of
        ``mentees`` feasible (Farley 1990).
        """
        column_duals = np.where(self.scores.mentors, best, 0)
        # Duals that differ by group: the largest is feasible beside every group.
        mentees = mentees if mentees.ndim == 1 else mentees.max(axis=0)
        both = zip((column_duals, mentees), self.bounds, strict=True)
        return sum(bounds.dual_term(np.where(bounds.least > 0, duals, np.maximum(duals, 0))) for duals, bounds in both)


def merge_scans(scans: Sequence[PricedPairs], masks: Sequence[BoolVector], width: int) -> PricedPairs:
    """Return several scans as one; each mentor is in at most one of the ``masks`` (n,)."""
    first, *others = scans
    pairs, best, costs = first.pairs, first.row_best, first.rest_bound
    # Each mentor's best and bound come from the scan that covered them.
    for priced, some in zip(others, masks[1:], strict=True):
        pairs = pairs.merge(priced.pairs, width)
        best, costs = np.where(some, priced.row_best, best), np.where(some, priced.rest_bound, costs)
    return PricedPairs(pairs, best, costs)
