"""Pricing problem of one stage: profits, reduced costs, a scan at given duals, and the dual bound.

A column is a pair (i, k) with profit p. At duals (u, v) of mentors and mentees, its reduced cost is u[i] + v[k] - p. It
is negative if the pair may improve the restricted master. At the optimum it is 0 or more for pairs that are not chosen,
and 0 for chosen pairs; if people of both sides have several places, it may be negative for chosen pairs. (Textbooks
that minimise call its negative the reduced cost.) A scan of all pairs prices them; no column is stored.
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
from mentormatch.scale.scores.matrix import FORBIDDEN_SCORE, ScoreMatrix, StoredMatrix
from mentormatch.scale.scores.terms import FORBIDDEN_POINTS, PairOverrides, merge_overrides


@dataclass(frozen=True, slots=True)
class PairList:
    """Distinct pairs sorted by mentor, then mentee, with their scores; all (e,) int64."""

    mentors: IntVector
    mentees: IntVector
    scores: IntVector

    @property
    def columns(self) -> tuple[IntVector, ...]:
        """Mentors, mentees and scores."""
        return self.mentors, self.mentees, self.scores

    @classmethod
    def empty(cls) -> Self:
        return cls(*(np.empty(0, dtype=np.int64) for _ in range(3)))

    def select(self, some: BoolVector) -> "PairList":
        return PairList(*(column[some] for column in self.columns))

    def merge(self, other: "PairList", width: int) -> "PairList":
        """Return the union of both lists, in order. ``width``: the number of mentees."""
        keys, other_keys = (pairs.mentors * width + pairs.mentees for pairs in (self, other))
        # Both lists are sorted by key, so one binary search finds the new pairs and their positions
        positions = np.searchsorted(keys, other_keys)
        is_new = positions == len(keys)
        is_new[~is_new] = keys[positions[~is_new]] != other_keys[~is_new]
        columns = zip(self.columns, other.columns, strict=True)
        return PairList(
            *(np.insert(column, positions[is_new], other_column[is_new]) for column, other_column in columns)
        )


def select_allowed(scores: ImplicitScores, pairs: IntMatrix) -> PairList:
    """Return the allowed pairs among ``pairs`` (k, 2), sorted, with their scores."""
    mentors, mentees = pairs[np.lexsort(pairs.T[::-1])].T
    is_allowed = scores.allows(mentors, mentees)
    return PairList(mentors[is_allowed], mentees[is_allowed], scores.at(mentors[is_allowed], mentees[is_allowed]))


def forbid_pairs(matrix: ScoreMatrix, pairs: IntMatrix) -> ScoreMatrix:
    """Return the matrix with the distinct ``pairs`` (k, 2) forbidden."""
    mentors, mentees = pairs.T
    if isinstance(matrix, StoredMatrix):
        values = matrix.values.copy()
        values[mentors, mentees] = FORBIDDEN_SCORE
        return replace(matrix, values=values)
    bans = PairOverrides(mentors, mentees, np.full(len(pairs), FORBIDDEN_POINTS))
    overrides = merge_overrides([matrix.overrides, bans], matrix.shape[1])
    starts = np.searchsorted(overrides.mentors, np.arange(matrix.shape[0] + 1))
    return replace(matrix, overrides=overrides, starts=starts)


type SideVectors = tuple[IntVector, IntVector]  # of mentors (n,) and mentees (m,)


def mentee_values(mentees: IntVector, group: IntVector, mentors_of: IntVector, mentees_of: IntVector) -> IntVector:
    """Return (e,) the mentee's value for each pair.

    ``mentees`` (m,), or (g, m) if values depend on the ``group`` (n,) of the mentor.
    """
    return mentees[mentees_of] if mentees.ndim == 1 else mentees[group[mentors_of], mentees_of]


# Score matrix -> scanner; None for the NumPy scanner
type MakeScanner = Callable[[ScoreMatrix], Scanner | None]


@dataclass(frozen=True, slots=True)
class PricedPairs:
    """The result of a scan at some duals.

    ``pairs``: the listed pairs, with a reduced cost within the limit. ``row_best`` (n,): the largest profit less mentee
    dual of each scanned mentor. ``rest_bound`` (n,): a lower bound on the reduced cost of the mentor's other pairs.
    """

    pairs: PairList
    row_best: IntVector
    rest_bound: IntVector


@dataclass(frozen=True)
class PricingProblem:
    """One stage over all pairs; the profit of a pair is that of ``stage`` (see ``ScalarObjective``).

    ``former``: allowed pairs of the previous plan, if they have a bonus; they are priced one by one. ``pins`` (k, 2)
    are fixed. Lists are ``list_factor`` times longer than usual. Duals of mentees may be (g, m) instead of (m,), one
    row for each ``group`` (n,) of mentors, because penalties of rows may differ between groups. Usually there is one
    group.
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
        """Return the stage over the people who have places in addition to the pins; pinned pairs are forbidden."""
        bounds, scores = remaining_degrees(problem), problem.scores
        assert isinstance(scores, ImplicitScores)
        takes_part = scores.mentors & (bounds[0].most > 0), scores.mentees & (bounds[1].most > 0)
        scores = replace(scores, mentors=takes_part[0], mentees=takes_part[1])
        # Two people with a pin and further places must not be paired again
        pins = pair_array(problem.pins)
        open_pins = pins[takes_part[0][pins[:, 0]] & takes_part[1][pins[:, 1]]]
        if len(open_pins):
            scores = replace(scores, matrix=forbid_pairs(scores.matrix, open_pins))
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
            pins,
            np.zeros(scores.shape[0], dtype=np.int64),
        )

    @cached_property
    def scanner(self) -> Scanner | None:
        """The scanner of all pairs; None for the NumPy scanner."""
        return self.make_scanner(self.scores.matrix)

    @property
    def is_b_matching(self) -> bool:
        """Whether people of both sides may have several partners in addition to the pins."""
        return all(bounds.most.max(initial=0) > 1 for bounds in self.bounds)

    @property
    def mentor_profit(self) -> IntVector:
        return self.stage.per_pair + self.stage.mentor

    def list_length(self, usual: int) -> int:
        """Return the number of pairs to list per person: ``usual`` times ``list_factor``, fewer if memory is scarce."""
        return max(usual * self.list_factor // self.scores.list_divisor, 1)

    def profit(self, pairs: PairList) -> IntVector:
        """Return (e,) the profit of each pair."""
        profit = self.mentor_profit[pairs.mentors] + self.stage.mentee[pairs.mentees]
        # Bonus of former pairs
        if len(self.former.scores):
            width = self.scores.shape[1]
            former_keys, keys = (part.mentors * width + part.mentees for part in (self.former, pairs))
            profit += self.stage.per_former_pair * np.isin(keys, former_keys)
        return profit + self.stage.score * pairs.scores

    def reduced_cost(self, pairs: PairList, duals: SideVectors) -> IntVector:
        """Return (e,) the reduced cost of each pair: its duals less its profit."""
        return duals[0][pairs.mentors] + mentee_values(duals[1], self.group, *pairs.columns[:2]) - self.profit(pairs)

    def face(self, pairs: PairList) -> OptimalFace:
        """Return the restricted problem: all solutions on some pairs."""
        return OptimalFace(pairs.mentors, pairs.mentees, *self.bounds, self.pins)

    def scan(
        self, duals: SideVectors, max_cost: int, max_per_mentor: int, mentors: BoolVector | None = None
    ) -> PricedPairs:
        """Return the pairs whose reduced cost is up to ``max_cost``, about ``max_per_mentor`` on average.

        Of more pairs, those of smallest reduced cost are listed, but all are if none is below ``max_cost``.
        ``mentors``, a mask (n,): scan only their pairs.
        """
        if duals[1].ndim == 1:
            return self._scan_group(duals, max_cost, max_per_mentor, mentors)
        # One scan per group of mentors, with the mentee duals of the group
        masks = [
            self.group == group if mentors is None else mentors & (self.group == group)
            for group in range(len(duals[1]))
        ]
        scans = [
            self._scan_group((duals[0], column_duals), max_cost, max_per_mentor, mask)
            for column_duals, mask in zip(duals[1], masks, strict=True)
        ]
        return merge_scans(scans, masks, self.scores.shape[1])

    def _scan_group(
        self, duals: SideVectors, max_cost: int, max_per_mentor: int, mentors: BoolVector | None
    ) -> PricedPairs:
        """Scan with one dual per mentee, (m,)."""
        # u + v - profit <= max_cost is equivalent to scale * score + offset[k] >= limit[i]
        limits, mentees = duals[0] - self.mentor_profit - max_cost, self.stage.mentee - duals[1]
        limits = limits if mentors is None else np.where(mentors, limits, -EXCLUDED)
        hits = self.scores.scan(ScanQuery(limits, mentees, self.stage.score, max_per_mentor), self.scanner)
        priced = PricedPairs(
            PairList(hits.mentors, hits.mentees, hits.scores),
            hits.row_best + self.mentor_profit,
            max_cost - hits.rest_max,
        )
        return self._add_former(priced, duals, max_cost) if len(self.former.scores) else priced

    def _add_former(self, priced: PricedPairs, duals: SideVectors, max_cost: int) -> PricedPairs:
        """Return a scan that ignored the bonus of former pairs, with former pairs priced correctly."""
        former, best = self.former, priced.row_best.copy()
        costs = self.reduced_cost(former, duals)
        # ``row_best`` must include them, or the dual bound would be too low
        np.maximum.at(best, former.mentors, duals[0][former.mentors] - costs)
        return replace(
            priced, pairs=priced.pairs.merge(former.select(costs <= max_cost), self.scores.shape[1]), row_best=best
        )

    def select_mentees(self, some: IntVector) -> "PricingProblem":
        """Return the problem with the mentees ``some``, ascending positions; the pins are not renumbered."""
        new_positions = np.searchsorted(some, self.former.mentees)
        is_selected = np.isin(self.former.mentees, some)
        former = PairList(self.former.mentors[is_selected], new_positions[is_selected], self.former.scores[is_selected])
        return replace(
            self,
            scores=self.scores.select_mentees(some),
            stage=replace(self.stage, mentee=self.stage.mentee[some]),
            bounds=(self.bounds[0], self.bounds[1].of(some)),
            former=former,
        )

    def swap_sides(self) -> "PricingProblem":
        """Return the problem with mentors and mentees exchanged, in one group, with a list factor of 1."""
        order = np.lexsort((self.former.mentors, self.former.mentees))
        former = PairList(self.former.mentees[order], self.former.mentors[order], self.former.scores[order])
        stage = replace(self.stage, mentor=self.stage.mentee, mentee=self.stage.mentor)
        group = np.zeros(self.scores.shape[1], dtype=np.int64)
        return PricingProblem(
            self.scores.swap_sides(), stage, self.bounds[::-1], self.make_scanner, former, self.pins[:, ::-1], group
        )

    def cache_tables(self) -> "PricingProblem":
        """Return the problem with cached score tables unless memory is scarce, for few people who are scanned often."""
        return replace(self, scores=self.scores.cache_tables())

    def pairs(self) -> PairList:
        """Return all allowed pairs, for a small problem."""
        scores = self.scores.matrix.rows(0, self.scores.shape[0])
        allowed = (scores >= self.scores.matrix.floor) & self.scores.mentors[:, None] & self.scores.mentees
        mentors, mentees = np.nonzero(allowed)
        return PairList(mentors, mentees, scores[allowed].astype(np.int64))

    def bound(self, best: IntVector, mentees: IntVector) -> int:
        """Return the dual bound, which no solution exceeds without its pins (weak duality).

        ``best`` (n,): the largest profit less mentee dual of each mentor. As mentor duals, these make any duals of
        ``mentees`` feasible (Farley 1990).
        """
        mentor_duals = np.where(self.scores.mentors, best, 0)
        # The largest of the duals of all groups is feasible for every group
        mentees = mentees if mentees.ndim == 1 else mentees.max(axis=0)
        sides = zip((mentor_duals, mentees), self.bounds, strict=True)
        return sum(bounds.dual_term(np.where(bounds.least > 0, duals, np.maximum(duals, 0))) for duals, bounds in sides)


def merge_scans(scans: Sequence[PricedPairs], masks: Sequence[BoolVector], width: int) -> PricedPairs:
    """Return several scans as one; each mentor is in at most one of the ``masks`` (n,)."""
    first, *further = scans
    pairs, best, costs = first.pairs, first.row_best, first.rest_bound
    for priced, mask in zip(further, masks[1:], strict=True):
        pairs = pairs.merge(priced.pairs, width)
        best, costs = np.where(mask, priced.row_best, best), np.where(mask, priced.rest_bound, costs)
    return PricedPairs(pairs, best, costs)
