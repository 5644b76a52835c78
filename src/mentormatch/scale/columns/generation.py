"""Column generation by sifting (Bixby et al. 1992), with the bound of Farley (1990).

The promising pairs are solved first, in integers. The prices that prove their optimum then tell which of all pairs
could improve it; these join, and so on until there are none (column generation, Gilmore and Gomory 1961). The prices
are then those of all pairs, and no tolerance is in it. Each look also bounds what any answer is worth
(Farley 1990): a mentor's price is raised to the best that they can have, and weak duality does the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.candidates import INFINITE, CandidateList, find_cost_quantile
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scale.scan.simd import find_column_maxima
from mentormatch.scoring.score import MILLION

CANDIDATES, CANDIDATES_POWER = 64, 3
"""So many pairs a person are solved first where all can be placed: times the share of these to that power."""
SAMPLE_MIN, SAMPLE_PART, SAMPLE_MAX = 1_024, 10, 10_000
"""So many people of the larger side are drawn: one in ten, but no fewer than the first and no more than the last."""


@dataclass(frozen=True, slots=True)
class MarketSample:
    """Some ``mentors`` and ``mentees`` of a view, as large a share of both sides.

    ``mentor_rows`` are the pairs of the drawn mentors with all mentees.
    """

    pricing: PricingProblem
    mentor_rows: PricingProblem
    mentors: IntVector
    mentees: IntVector

    @classmethod
    def of(cls, pricing: PricingProblem) -> "MarketSample":
        """Draw people."""
        (n, m), draw = pricing.scores.shape, np.random.default_rng(0)
        share = min(min(max(SAMPLE_MIN, max(n, m) // SAMPLE_PART), SAMPLE_MAX) / max(n, m, 1), 1.0)
        mentors, mentees = (np.sort(draw.choice(size, round(size * share), replace=False)) for size in (n, m))
        return cls(pricing, pricing.flipped().select_mentees(mentors).flipped(), mentors, mentees)

    def sampled(self) -> PricingProblem:
        """Return the market of the drawn people."""
        return self.mentor_rows.select_mentees(self.mentees).cache_tables()

    def candidates(self, sampled: PricingProblem, optimum: PrimalDual, master: RestrictedMaster) -> CandidateList:
        """Return the pairs to begin with, by an optimum of the drawn market."""
        mentees = self._extend_to_mentees(optimum.left, master)
        duals, few = (
            (self._extend_to_mentors(mentees), mentees),
            self.pricing.list_length(choose_length(sampled, optimum)),
        )
        return CandidateList.of(self.pricing, duals, find_cost_quantile(self.pricing, duals, few), 4 * few)

    def _extend_to_mentees(self, mentors: IntVector, master: RestrictedMaster) -> IntVector:
        """Return (m,) the most that a drawn mentor leaves to each mentee, by the prices of these."""
        pricing, former = self.mentor_rows, self.mentor_rows.former
        row_offsets = np.where(pricing.scores.mentors, pricing.mentor - mentors, EXCLUDED)
        worth = find_column_maxima(
            pricing.scores.matrix, row_offsets, pricing.stage.score, master.check_deadline, compiled=master.compiled
        )
        left = worth + pricing.stage.mentee
        np.maximum.at(left, former.mentees, pricing.profit(former) - mentors[former.mentors])
        return np.where(pricing.scores.mentees, np.maximum(left, 0), 0)

    def _extend_to_mentors(self, mentees: IntVector) -> IntVector:
        """Return (n,) the most that a drawn mentee leaves to each mentor, by the prices of all."""
        nobody = np.full(self.pricing.scores.shape[0], INFINITE)
        sampled = self.pricing.select_mentees(self.mentees)
        return np.maximum(sampled.scan((nobody, mentees[self.mentees]), 0, 1).row_best, 0)


def choose_length(sampled: PricingProblem, optimum: PrimalDual) -> int:
    """Return how many pairs a person are solved first, by how many people an optimum of the drawn market places.

    Where many are left without a partner most pairs lose much; where nearly all are placed each may be the last that
    fits, and prices tell less.
    """
    places = min(int(side.most.sum()) for side in sampled.bounds)
    placed = int(optimum.chosen.sum()) / max(places, 1)
    return max(round(CANDIDATES * placed**CANDIDATES_POWER), 1)


type Solve = Callable[[OptimalFace, IntVector, PerSide | None], PrimalDual]
"""Solves a face, from guessed prices of both sides; None: from where the last solve ended."""
type ReportIncumbent = Callable[[OptimalFace, PrimalDual, int], None]
"""Takes an answer with the bound that no answer exceeds."""

ADDED = 32
"""So many pairs a person join at most after a look at all of them."""
FIRST_COSTS = (MILLION // 50, MILLION // 100, MILLION // 100, MILLION // 100)
"""Pairs that lose so little at the first looks join too: they are those that lose nothing at the next prices."""
SOLVED_WHOLE = 2_048
"""Of so many people a side all pairs are solved."""


def solve_all_pairs(
    pricing: PricingProblem, master: RestrictedMaster, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of all pairs that an optimum leaves tight, and the optimum on it.

    ``report`` takes each answer with what it is short of at most.
    """
    return generate_columns(choose_candidates(pricing, master), master.solve, report)


def generate_columns(
    candidates: CandidateList, solve: Solve, report: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the same, beginning with the pairs of a listing."""
    pricing = candidates.pricing
    costs = [pricing.stage.score * near for near in FIRST_COSTS]
    start: PerSide | None = candidates.duals
    while True:
        optimum = solve(pricing.face(candidates.pairs), pricing.profit(candidates.pairs), start)
        report(pricing.face(candidates.pairs), optimum, candidates.bound)
        max_cost = costs.pop(0) if costs else 0
        if not candidates.price_out((optimum.left, optimum.right), max_cost, pricing.list_length(ADDED)):
            return _tight_face(candidates, optimum)
        start = None


def choose_candidates(pricing: PricingProblem, master: RestrictedMaster) -> CandidateList:
    """Return the pairs to begin with, by the prices of a market drawn from the whole one."""
    sample = MarketSample.of(pricing)
    sampled = sample.sampled()
    if max(sampled.scores.shape) <= SOLVED_WHOLE:
        pairs = sampled.pairs()
        optimum = master.solve(sampled.face(pairs), sampled.profit(pairs), None)
    else:
        _, optimum = solve_all_pairs(sampled, master, ignore_report)
    return sample.candidates(sampled, optimum, master)


def ignore_report(face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
    """Hear nothing: the answers of a drawn market are not those of the whole one."""


def _tight_face(candidates: CandidateList, optimum: PrimalDual) -> tuple[OptimalFace, PrimalDual]:
    """Return the tight pairs, the chosen ones being among them, as a face with its optimum.

    Where people of both sides have several places, a chosen pair may be worth more than its prices.
    """
    tight = candidates.pricing.reduced_cost(candidates.pairs, (optimum.left, optimum.right)) <= 0
    face = candidates.pricing.face(candidates.pairs.select(tight))
    return face, PrimalDual(optimum.chosen[tight], optimum.left, optimum.right)
