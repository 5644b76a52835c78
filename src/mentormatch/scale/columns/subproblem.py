"""The pricing problem of one stage: profits, reduced costs, a scan at given duals, the dual bound."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, IntMatrix, ScanQuery
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, pair_array, remaining_degrees
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.scan.blocks import Scanner
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.matrix import ScoreMatrix


@dataclass(frozen=True, slots=True)
class PairList:
    """Pairs in order with their scores."""

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
        """Return some of the pairs."""
        return PairList(*(column[some] for column in self.columns))

    def merge(self, other: "PairList", width: int) -> "PairList":
        """Return the pairs of both, each once, in order."""
        ours, theirs = (pairs.mentors * width + pairs.mentees for pairs in (self, other))
        place = np.searchsorted(ours, theirs)
        new = place == len(ours)
        new[~new] = ours[place[~new]] != theirs[~new]
        columns = zip(self.columns, other.columns, strict=True)
        return PairList(*(np.insert(mine, place[new], more[new]) for mine, more in columns))


def select_allowed(scores: ImplicitScores, pairs: IntMatrix) -> PairList:
    """Return those of some pairs (k, 2) that may be chosen, with their scores, in order."""
    mentors, mentees = pairs[np.lexsort(pairs.T[::-1])].T
    fit = scores.allows(mentors, mentees)
    return PairList(mentors[fit], mentees[fit], scores.at(mentors[fit], mentees[fit]))


type PerSide = tuple[IntVector, IntVector]


def gather(mentees: IntVector, group: IntVector, mentors_of: IntVector, mentees_of: IntVector) -> IntVector:
    """Return the entry of each pair of what mentees have, (m,), or (g, m) beside each ``group`` (n,) of mentors."""
    return mentees[mentees_of] if mentees.ndim == 1 else mentees[group[mentors_of], mentees_of]


type MakeScanner = Callable[[ScoreMatrix], Scanner | None]
"""Returns a quicker way to look at tiles, where there is one."""


@dataclass(frozen=True, slots=True)
class PricedPairs:
    """What a look shows: ``pairs``, and of each mentor, (n,) int64, the ``best`` and what ``others`` lose at least.

    ``best`` is the most that a pair of a mentor is worth above the price of the mentee; what pairs lose that are not
    among those here is counted at the prices of the look.
    """

    pairs: PairList
    row_best: IntVector
    rest_bound: IntVector


@dataclass(frozen=True)
class PricingProblem:
    """One stage of a wide problem: a pair is worth ``scale * score + mentor[i] + mentee[k]``, and more if it is former.

    ``make_scanner`` makes a quick look of tiles. ``former`` are the former pairs that may be chosen, if they are worth more;
    they are looked at one by one. ``pins`` (k, 2) are settled. Lists are so many times ``longer`` than usual. Prices of
    mentees may be (g, m) instead of (m,): those beside each ``group`` (n,) of mentors, who are in one group as a rule.
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
        """Return the stage on people who have places beside the pins."""
        bounds, scores = remaining_degrees(problem), problem.scores
        assert isinstance(scores, ImplicitScores)
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
        """How the pairs are looked at."""
        return self.make_scanner(self.scores.matrix)

    @property
    def mentor(self) -> IntVector:
        return self.stage.per_pair + self.stage.mentor

    def list_length(self, usual: int) -> int:
        """Return how many pairs a person are listed, where that is so many as a rule."""
        return max(usual * self.list_factor // self.scores.list_divisor, 1)

    def profit(self, pairs: PairList) -> IntVector:
        """Return what pairs are worth."""
        people = self.mentor[pairs.mentors] + self.stage.mentee[pairs.mentees]
        if len(self.former.scores):
            width = self.scores.shape[1]
            known, masks = (each.mentors * width + each.mentees for each in (self.former, pairs))
            people += self.stage.per_former_pair * np.isin(masks, known)
        return people + self.stage.score * pairs.scores

    def reduced_cost(self, pairs: PairList, duals: PerSide) -> IntVector:
        """Return by how much the prices of their people exceed what pairs are worth."""
        return duals[0][pairs.mentors] + gather(duals[1], self.group, *pairs.columns[:2]) - self.profit(pairs)

    def face(self, pairs: PairList) -> OptimalFace:
        """Return the answers on some pairs."""
        return OptimalFace(pairs.mentors, pairs.mentees, *self.bounds, self.pins)

    def scan(self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector | None = None) -> PricedPairs:
        """Return the pairs that lose no more than ``max_cost`` at these prices, ``most`` a mentor on average if many do.

        With ``mentors`` (n,) only the pairs of some are looked at.
        """
        if duals[1].ndim == 1:
            return self._scan_group(duals, max_cost, most, mentors)
        masks = [
            self.group == each if mentors is None else mentors & (self.group == each) for each in range(len(duals[1]))
        ]
        scans = [
            self._scan_group((duals[0], column_duals), max_cost, most, some)
            for column_duals, some in zip(duals[1], masks, strict=True)
        ]
        return merge_scans(scans, masks, self.scores.shape[1])

    def _scan_group(self, duals: PerSide, max_cost: int, most: int, mentors: BoolVector | None) -> PricedPairs:
        """Return the same at one price for each mentee."""
        limits, mentees = duals[0] - self.mentor - max_cost, self.stage.mentee - duals[1]
        limits = limits if mentors is None else np.where(mentors, limits, -EXCLUDED)
        seen = self.scores.scan(ScanQuery(limits, mentees, self.stage.score, most), self.scanner)
        priced = PricedPairs(
            PairList(seen.mentors, seen.mentees, seen.scores), seen.row_best + self.mentor, max_cost - seen.rest_max
        )
        return self._add_former(priced, duals, max_cost) if len(self.former.scores) else priced

    def _add_former(self, priced: PricedPairs, duals: PerSide, max_cost: int) -> PricedPairs:
        """Return what was seen of pairs as if they were not former, with those that are."""
        former, best = self.former, priced.row_best.copy()
        costs = self.reduced_cost(former, duals)
        np.maximum.at(best, former.mentors, duals[0][former.mentors] - costs)
        return replace(
            priced, pairs=priced.pairs.merge(former.select(costs <= max_cost), self.scores.shape[1]), row_best=best
        )

    def select_mentees(self, some: IntVector) -> "PricingProblem":
        """Return the same for the pairs of some mentees only, by their positions in ascending order."""
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

    def flipped(self) -> "PricingProblem":
        """Return the same with the sides exchanged."""
        order = np.lexsort((self.former.mentors, self.former.mentees))
        former = PairList(self.former.mentees[order], self.former.mentors[order], self.former.scores[order])
        stage = replace(self.stage, mentor=self.stage.mentee, mentee=self.stage.mentor)
        group = np.zeros(self.scores.shape[1], dtype=np.int64)
        return PricingProblem(
            self.scores.flipped(), stage, self.bounds[::-1], self.make_scanner, former, self.pins[:, ::-1], group
        )

    def cache_tables(self) -> "PricingProblem":
        """Return the same with tables of a moderate size held, as suits few people who are looked at often."""
        return replace(self, scores=self.scores.cache_tables())

    def pairs(self) -> PairList:
        """Return all pairs that may be chosen, for a few people."""
        scores = self.scores.matrix.rows(0, self.scores.shape[0])
        allowed = (scores >= self.scores.matrix.floor) & self.scores.mentors[:, None] & self.scores.mentees
        mentors, mentees = np.nonzero(allowed)
        return PairList(mentors, mentees, scores[allowed].astype(np.int64))

    def bound(self, best: IntVector, mentees: IntVector) -> int:
        """Return what no answer is worth more than, by prices of mentees and the best that each mentor has there."""
        column_duals = np.where(self.scores.mentors, best, 0)
        mentees = mentees if mentees.ndim == 1 else mentees.max(axis=0)
        both = zip((column_duals, mentees), self.bounds, strict=True)
        return sum(bounds.value(np.where(bounds.least > 0, duals, np.maximum(duals, 0))) for duals, bounds in both)


def merge_scans(scans: Sequence[PricedPairs], masks: Sequence[BoolVector], width: int) -> PricedPairs:
    """Return what is seen of all mentors, each of whom was asked for in one of some looks at most."""
    first, *others = scans
    pairs, best, costs = first.pairs, first.row_best, first.rest_bound
    for priced, some in zip(others, masks[1:], strict=True):
        pairs = pairs.merge(priced.pairs, width)
        best, costs = np.where(some, priced.row_best, best), np.where(some, priced.rest_bound, costs)
    return PricedPairs(pairs, best, costs)
