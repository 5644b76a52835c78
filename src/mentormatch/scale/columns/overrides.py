"""Nearly identical people: classes as if no pair were named, as the warm start of column generation over all.

The market of their kinds, as if nobody was named, tells prices that nearly all keep. So the search begins at these,
with its answer and with some of the pairs that lose nothing there, as few are enough; and it ends when no pair gains
anything. People of a kind who pay the same in the end are alike in all that is left.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.scale.columns.candidates import CandidateList
from mentormatch.scale.columns.class_flow import class_profits
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses, in_order
from mentormatch.scale.columns.ties import TieFace
from mentormatch.scoring.answer_classes import Distinct

ADDED = 16
"""So many pairs a person join at most after a look at all of them."""
MOST, ROWS = 1 << 26, 64
"""So many pairs of kinds at most are looked at in the end, and those of so many mentors' kinds together."""


@dataclass(frozen=True, slots=True)
class OverrideSolve:
    """People of kinds who are named here and there, and the optimum as if they were not."""

    alike: PeopleClasses
    flow: ClassFlow
    solver: RestrictedMaster

    @property
    def view(self) -> PricingProblem:
        return self.alike.view

    def optimum(self, tied: PairList) -> tuple[OptimalFace, PrimalDual]:
        """Return the optimum of all pairs on a face of some of them, ``tied`` being some that lose nothing."""
        listing = self._listing(tied)
        self._begin(listing)
        while True:
            face = self.view.face(listing.pairs)
            optimum = self.solver.solve(face, self.view.profit(listing.pairs))
            self.solver.report(face, optimum, listing.bound)
            if not listing.price_out((optimum.left, optimum.right), -1, self.view.list_length(ADDED)):
                return face, optimum

    def _begin(self, listing: CandidateList) -> None:
        """Have the solver begin at the answer of the kinds, as far as it may be."""
        face, answer = self.view.face(listing.pairs), self.alike.disaggregate(self.flow)
        width = self.view.scores.shape[1]
        chosen = np.isin(face.lefts * width + face.rights, answer.lefts * width + answer.rights)
        self.solver.warm_start(face, PrimalDual(chosen, *listing.prices))

    def _listing(self, tied: PairList) -> CandidateList:
        """Return the pairs to begin with at the prices of the kinds: others lose something, or nothing."""
        view, prices, answer = self.view, self.alike.prices(self.flow), self.alike.disaggregate(self.flow)
        pairs = self._beside()
        pairs = pairs.of(view.reduced_cost(pairs, prices) <= 0)
        for mentors, mentees in ((tied.mentors, tied.mentees), (answer.lefts, answer.rights)):
            fit = view.scores.allows(mentors, mentees)
            more = PairList(mentors[fit], mentees[fit], view.scores.at(mentors[fit], mentees[fit]))
            pairs = pairs.merge(more, view.scores.shape[1])
        best = prices[0].copy()
        np.maximum.at(best, pairs.mentors, prices[0][pairs.mentors] - view.reduced_cost(pairs, prices))
        return CandidateList(view, pairs, np.zeros(len(best), dtype=np.int64), prices, view.bound(best, prices[1]))

    def _beside(self) -> PairList:
        """Return the pairs of people who are named, as far as they may be chosen."""
        each, scores = self.view.scores.tiles.exceptions, self.view.scores
        fit = scores.allows(each.mentors, each.mentees)
        mentors, mentees = each.mentors[fit], each.mentees[fit]
        return PairList(mentors, mentees, scores.at(mentors, mentees))

    def tied(self, market: PricingProblem, opening: tuple[OptimalFace, PrimalDual]) -> TieFace | None:
        """Return what the prices of an optimum leave tied; None if there are too many pairs of kinds.

        People are of one kind now if they pay the same, too.
        """
        (face, optimum), scores = opening, self.view.scores
        prices = np.where(scores.mentors, optimum.left, 0), np.where(scores.mentees, optimum.right, 0)
        sides = zip((self.alike.mentors, self.alike.mentees), prices, strict=True)
        mentors, mentees = (in_order(kinds.joined(Distinct.of(price))) for kinds, price in sides)
        if len(mentors) * len(mentees) > MOST:
            return None
        own = self.alike.codes[0][mentors.first], self.alike.codes[1][mentees.first]
        flow = _without_loss(class_profits(market), own, (prices[0][mentors.first], prices[1][mentees.first]))
        answer = replace(face, lefts=face.lefts[optimum.chosen], rights=face.rights[optimum.chosen])
        beside = self._beside()
        beside = beside.of(self.view.reduced_cost(beside, prices) == 0)
        kinds = replace(self.alike, mentors=mentors, mentees=mentees)
        return TieFace(kinds, flow, answer, self.solver.run.tie_breaker.anonymized, (beside.mentors, beside.mentees))


def _without_loss(worth: IntMatrix, kinds: PerSide, prices: PerSide) -> ClassFlow:
    """Return the pairs of kinds that lose nothing at their prices, being worth what those they belong to are."""
    found = [np.empty((2, 0), dtype=np.int64)]
    for start in range(0, len(kinds[0]), ROWS):
        some = slice(start, start + ROWS)
        lefts, rights = np.nonzero(prices[0][some, None] + prices[1] == worth[kinds[0][some]][:, kinds[1]])
        found.append(np.stack([lefts + start, rights]))
    lefts, rights = np.concatenate(found, axis=1)
    return ClassFlow(lefts, rights, np.zeros_like(lefts), *prices)
