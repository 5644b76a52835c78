"""Identical people: the aggregated market is solved, then disaggregated, ties included."""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, exact_dot
from mentormatch.scale.columns.candidates import CandidateList
from mentormatch.scale.columns.generation import solve_all_pairs
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow, PeopleClasses, class_profits, in_order, solve_classes
from mentormatch.scale.columns.ties import TieFace, choose_tie_scanner
from mentormatch.scoring.answer_classes import Distinct

ADDED = 16
"""So many pairs a person join at most after a look at all of them."""
MAX_CLASS_PAIRS, CLASSES_AT_ONCE = 1 << 26, 64
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
        if len(mentors) * len(mentees) > MAX_CLASS_PAIRS:
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
    for start in range(0, len(kinds[0]), CLASSES_AT_ONCE):
        some = slice(start, start + CLASSES_AT_ONCE)
        lefts, rights = np.nonzero(prices[0][some, None] + prices[1] == worth[kinds[0][some]][:, kinds[1]])
        found.append(np.stack([lefts + start, rights]))
    lefts, rights = np.concatenate(found, axis=1)
    return ClassFlow(lefts, rights, np.zeros_like(lefts), *prices)


MAX_PAIRS = 1 << 23
"""Of so many pairs of kinds at most a market is solved whole."""
STEP_LIMIT, PATIENCE = (1 << 26, 1 << 33), 8
"""So many steps at most may have to be expected of that, without and with compiled code, or more if nothing else is
left to do: a part of a second, some seconds.
"""


@dataclass(frozen=True, slots=True)
class AggregatedSolve:
    """The people of a view in kinds, what solves them, and the market of the kinds."""

    alike: PeopleClasses
    solver: RestrictedMaster
    market: PricingProblem

    @classmethod
    def of(cls, view: PricingProblem, solver: RestrictedMaster) -> "AggregatedSolve | None":
        """Return the kinds of people, None where hardly anybody is alike."""
        alike = PeopleClasses.of(view)
        return None if alike is None else cls(alike, solver, alike.aggregate())

    def opening(self) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the optimum of the goals with the pairs that can be in a canonical answer, as far as this is known.

        None where there are too many kinds. If any optimum will do, the pairs are those of one.
        """
        flow = self._flow()
        if flow is None:
            return None
        if self.alike.named:
            return self._by_name(flow)
        answer, optimum = self._told(flow)
        if not self.solver.run.ties:
            return answer, optimum
        return self._left(self._tied(flow, answer))

    def _tied(self, flow: ClassFlow, answer: OptimalFace) -> TieFace:
        """Return what the market of kinds leaves tied, as if nobody was named."""
        none = np.empty(0, dtype=np.int64)
        return TieFace(self.alike, flow, answer, self.solver.run.tie_breaker.anonymized, (none, none))

    def _left(self, tied: TieFace) -> tuple[OptimalFace, PrimalDual]:
        """Return the pairs of tied answers that can be in the canonical one."""
        return tied.left(
            self.solver.solve_ties, choose_tie_scanner(compiled=self.solver.compiled), self.solver.check_deadline
        )

    def _by_name(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual] | None:
        """Return the same where some people are named, from the optimum as if they were not."""
        named, tied = OverrideSolve(self.alike, flow, self.solver), self._tied(flow, self.alike.disaggregate(flow))
        opening = named.optimum(
            tied.leading(choose_tie_scanner(compiled=self.solver.compiled), self.solver.check_deadline)
        )
        if not self.solver.run.ties:
            return opening
        left = named.tied(self.market, opening)
        return None if left is None else self._left(left)

    def _flow(self) -> ClassFlow | None:
        """Return the optimum of the market of kinds: of all its pairs, or by way of few of them."""
        single = any(bounds.most.max(initial=0) <= 1 for bounds in self.market.bounds)
        if self._within(1 if single else PATIENCE):
            return solve_classes(self.market, self.solver.check_deadline)
        return ClassFlow.of(*solve_all_pairs(self.market, self.solver, self._hear)) if single else None

    def _within(self, times: int) -> bool:
        """Return whether the market can be solved whole in so many times as many steps as usual."""
        u, v = self.market.scores.shape
        steps = u * v * (u + v)
        return (
            u * v <= MAX_PAIRS // self.alike.view.scores.list_divisor
            and steps <= times * STEP_LIMIT[self.solver.compiled]
        )

    def _told(self, flow: ClassFlow) -> tuple[OptimalFace, PrimalDual]:
        """Return an answer of the kinds as one of their people, having told it."""
        answer = self.alike.disaggregate(flow)
        optimum = PrimalDual(np.ones(len(answer), dtype=bool), *self.alike.prices(flow))
        worth = self.alike.view.stage.profit(self.solver.problem, answer.lefts, answer.rights)
        self.solver.report(answer, optimum, exact_dot(worth))
        return answer, optimum

    def _hear(self, face: OptimalFace, optimum: PrimalDual, bound: int) -> None:
        """Tell an answer of few of the pairs of kinds, if it is one of people too."""
        if self.alike.named:
            return
        flow = ClassFlow.of(face, optimum)
        answer = self.alike.disaggregate(flow)
        self.solver.report(answer, PrimalDual(np.ones(len(answer), dtype=bool), *self.alike.prices(flow)), bound)
