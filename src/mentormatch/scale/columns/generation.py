"""Column generation by sifting (Bixby et al. 1992), with the bound of Farley (1990).

The promising pairs are solved first, in integers. The prices that prove their optimum then tell which of all pairs
could improve it; these join, and so on until there are none (column generation, Gilmore and Gomory 1961). The prices
are then those of all pairs, and no tolerance is in it. Each look also bounds what any answer is worth
(Farley 1990): a mentor's price is raised to the best that they can have, and weak duality does the rest.
"""

from collections.abc import Callable

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.candidates import CandidateList
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.sample import MarketSample
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scoring.score import MILLION

type Solve = Callable[[OptimalFace, IntVector, PerSide | None], PrimalDual]
"""Solves a face, from guessed prices of both sides; None: from where the last solve ended."""
type ReportIncumbent = Callable[[OptimalFace, PrimalDual, int], None]
"""Takes an answer with the bound that no answer exceeds."""

ADDED = 32
"""So many pairs a person join at most after a look at all of them."""
NEAR = (MILLION // 50, MILLION // 100, MILLION // 100, MILLION // 100)
"""Pairs that lose so little at the first looks join too: they are those that lose nothing at the next prices."""
ALL = 2_048
"""Of so many people a side all pairs are solved."""


def solve_all_pairs(
    view: PricingProblem, solver: RestrictedMaster, hear: ReportIncumbent
) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of all pairs that an optimum leaves tight, and the optimum on it.

    ``hear`` takes each answer with what it is short of at most.
    """
    return generate_columns(choose_candidates(view, solver), solver.solve, hear)


def generate_columns(listing: CandidateList, solve: Solve, hear: ReportIncumbent) -> tuple[OptimalFace, PrimalDual]:
    """Return the same, beginning with the pairs of a listing."""
    view = listing.view
    losses = [view.stage.score * near for near in NEAR]
    start: PerSide | None = listing.prices
    while True:
        optimum = solve(view.face(listing.pairs), view.profit(listing.pairs), start)
        hear(view.face(listing.pairs), optimum, listing.bound)
        loss = losses.pop(0) if losses else 0
        if not listing.price_out((optimum.left, optimum.right), loss, view.list_length(ADDED)):
            return _tight(listing, optimum)
        start = None


def choose_candidates(view: PricingProblem, solver: RestrictedMaster) -> CandidateList:
    """Return the pairs to begin with, by the prices of a market drawn from the whole one."""
    sample = MarketSample.of(view)
    drawn = sample.drawn()
    if max(drawn.scores.shape) <= ALL:
        pairs = drawn.pairs()
        optimum = solver.solve(drawn.face(pairs), drawn.profit(pairs), None)
    else:
        _, optimum = solve_all_pairs(drawn, solver, ignore_report)
    return sample.listing(drawn, optimum, solver)


def ignore_report(face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
    """Hear nothing: the answers of a drawn market are not those of the whole one."""


def _tight(listing: CandidateList, optimum: PrimalDual) -> tuple[OptimalFace, PrimalDual]:
    """Return the tight pairs, the chosen ones being among them, as a face with its optimum.

    Where people of both sides have several places, a chosen pair may be worth more than its prices.
    """
    tight = listing.view.reduced_cost(listing.pairs, (optimum.left, optimum.right)) <= 0
    face = listing.view.face(listing.pairs.of(tight))
    return face, PrimalDual(optimum.chosen[tight], optimum.left, optimum.right)
