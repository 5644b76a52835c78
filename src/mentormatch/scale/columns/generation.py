"""Column generation over all pairs by sifting (Bixby, Gregory, Lustig, Marsten and Shanno 1992), exact in integers.

Restricted master and pricing alternate (Gilmore and Gomory 1961): the candidate list is solved to optimality; its duals
price all pairs; those of negative reduced cost join the list; until there are none. No tolerance is in it, as profits
and duals are integers. Each scan gives the dual bound of Farley (1990).

The first duals come from a sample of the market, solved in the same way, extended to everybody by c-transforms: the
dual of a person outside the sample is the most that anybody in it leaves to them (dual completion).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import IntVector
from mentormatch.scale.columns.candidates import INFINITE, CandidateList, find_cost_quantile
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scale.scan.simd import find_column_maxima
from mentormatch.scoring.score import MILLION

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
