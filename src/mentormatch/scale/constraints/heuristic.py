"""A repair heuristic for constraints without multipliers: least violators set aside, solved again, then fixing.

Whom the best answer gives fewer partners than they take if any has to have more of them or none, and who is asked for
more hours than they have must have others. To choose is hard in general: with a minimum of three it is the packing of
triples, with hours it is that of knapsacks. So the best answer without such rules bounds all others. A quarter of those
below their minimum, whose partners lose least elsewhere, are set aside; of whom too much is asked, the pair that loses
least is given up; and so on until all is kept. What the bound leaves open is then solved, if it is little.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count as count_up

import numpy as np

from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, exact_dot
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.candidates import find_cost_quantile
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PerSide, PricingProblem
from mentormatch.scale.constraints.gap import GapSolve
from mentormatch.scale.constraints.rows import DualisedRows, HardRules, PersonRows

CANDIDATES, MORE = 24, 2
"""So many pairs a person are solved, where some are set aside; so many times more if many lose as little."""
REMOVED_PART = 4
"""This part of those below their minimum is set aside at a time."""
PATIENCE = 256
"""After so many turns whoever is asked too much of also has a place less: there is then an end to it."""
MAX_OPEN = 4_000
"""Of more pairs that the bound leaves open an integer program takes too long: the bound is then told."""


@dataclass(slots=True)
class RepairHeuristic:
    """The solver's problem, its best answer without the rules beside, and the view of all pairs."""

    master: RestrictedMaster
    rules: HardRules
    pricing: PricingProblem
    relaxed: Solution

    def solution(self) -> Solution:
        """Return the best answer that keeps all rules, or a good one with what it is short of at most."""
        if self.relaxed.status is not Status.PROVED:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")
        (prices,) = self.relaxed.prices
        try:
            return self._repair(replace(prices, rows=prices.rows or (0,) * len(self.master.problem.rows)))
        except TimeLimitReached:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")

    def _repair(self, prices: DualSolution) -> Solution:
        """Return the best answer as far as the bound tells, from the prices that prove it."""
        quotas = DualisedRows.of(self.master.problem.rows, self.pricing.pins, self.pricing.scores.shape)
        multipliers, pricing = quotas.multipliers(prices.rows), replace(self.pricing, group=quotas.group)
        ends = quotas.add_penalties(PrimalDual(np.empty(0, dtype=bool), prices.mentors, prices.mentees), multipliers)
        priced = ends.left, ends.right
        pairs = self._list_pairs(pricing, priced)
        face = pricing.face(pairs)
        kept = self._repair_rounds(face, quotas.penalise(face, pricing.profit(pairs), multipliers), prices.mentees)
        if kept is not None:
            self.master.report_pairs(GreedyInsertion(self.rules, kept).insert(pairs, pricing.profit(pairs)), self.bound)
        found = GapSolve(self.master, pricing, prices, priced, self.bound, self.rules.rows, MAX_OPEN).solution()
        return replace(found, prices=self.relaxed.prices) if found.tiers else found

    @property
    def bound(self) -> int:
        """Return what no answer is worth more than, beside the pins: what is asked for is a whole number of parts."""
        profit = self.master.stage.profit(self.master.problem, *self.relaxed.pairs.T)
        pinned = self.master.stage.profit(self.master.problem, *self.pricing.pins.T)
        parts = self.master.denominator
        return ((exact_dot(profit) - exact_dot(pinned)) // parts + 1) * parts - 1

    def _list_pairs(self, pricing: PricingProblem, priced: PerSide) -> PairList:
        """Return the pairs that lose least at some prices, and those of the best answer."""
        few = pricing.list_length(CANDIDATES)
        seen = pricing.scan(priced, find_cost_quantile(pricing, priced, few), MORE * few).pairs
        width = pricing.scores.shape[1]
        open_ = ~np.isin(self.relaxed.pairs @ (width, 1), pricing.pins @ (width, 1))
        mentors, mentees = self.relaxed.pairs[open_].T
        return seen.merge(PairList(mentors, mentees, pricing.scores.at(mentors, mentees)), width)

    def _repair_rounds(self, face: OptimalFace, profit: IntVector, mentees: IntVector) -> IntMatrix | None:
        """Return a good answer on a face that keeps all rules, people being set aside; None if none is found."""
        begin: PerSide | None = (np.zeros_like(face.left.most), mentees)
        for turn in count_up():
            optimum = self.master.solve(face, profit, begin)
            if not face.holds(optimum):
                return None
            answer, begin = face.answer(optimum.chosen), None
            if self.rules.satisfied(answer):
                return answer
            elsewhere = [_losses_elsewhere(face, profit, optimum, side) for side in (0, 1)]
            below = zip(self.rules.below_minimum(answer), elsewhere, (0, 1), strict=True)
            removed = [_select_cheapest(_sum_by_person(face, optimum, costs, side), own) for own, costs, side in below]
            released, places = self._choose_released(face, optimum, elsewhere, answer)
            if released is None or not (len(released) or any(own.any() for own in removed)):
                return None
            face = _narrow(face, places) if turn >= PATIENCE else face
            left = ~(removed[0][face.lefts] | removed[1][face.rights])
            left[released] = False
            face, profit = _remove_people(face, left, removed), profit[left]
        return None

    def _choose_released(
        self, face: OptimalFace, optimum: PrimalDual, elsewhere: Sequence[IntVector], answer: IntMatrix
    ) -> tuple[IntVector | None, tuple[IntVector, IntVector]]:
        """Return a chosen pair of each row of which too much is asked, the one that loses least; and who has how many.

        None where a row is about nobody alone, or asks for more.
        """
        rules, chosen = self.rules, np.flatnonzero(optimum.chosen)
        pairs, released = np.column_stack([face.lefts[chosen], face.rights[chosen]]), [np.empty(0, dtype=np.int64)]
        places = face.left.most.copy(), face.right.most.copy()
        for own in rules.person_rows:
            exceeded = own.exceeded(answer, rules.shape)
            if exceeded is None:
                return None, places
            if not exceeded.any():
                continue
            ends, others = (pairs[:, 0], pairs[:, 1]) if own.side == 0 else (pairs[:, 1], pairs[:, 0])
            some = exceeded[ends] & (own.row.coefficients_of(pairs[:, 0], pairs[:, 1], rules.shape) > 0)
            released.append(_first_of_each(ends, elsewhere[own.side][others], some))
            taken = np.bincount(ends, minlength=len(exceeded))
            places[own.side][exceeded] = np.maximum(taken[exceeded] - 1, 0)
        return chosen[np.concatenate(released)], places


def _first_of_each(people: IntVector, cost: IntVector, some: BoolVector) -> IntVector:
    """Return the places of those of ``some`` that cost each person least."""
    places = np.flatnonzero(some)
    order = places[np.lexsort((cost[places], people[places]))]
    return order[np.append(True, np.diff(people[order]) > 0)] if len(order) else order


def _narrow(face: OptimalFace, places: tuple[IntVector, IntVector]) -> OptimalFace:
    """Return a face on which people have no more than so many places, and those that must be taken."""
    sides = [
        RemainingDegrees(own.least, np.maximum(np.minimum(own.most, most), own.least))
        for own, most in zip((face.left, face.right), places, strict=True)
    ]
    return replace(face, left=sides[0], right=sides[1])


def _remove_people(face: OptimalFace, left: BoolVector, removed: Sequence[BoolVector]) -> OptimalFace:
    """Return a face on the pairs that are left, without those who are set aside."""
    sides = [
        RemainingDegrees(own.least, np.where(out, 0, own.most))
        for own, out in zip((face.left, face.right), removed, strict=True)
    ]
    return replace(
        face, lefts=face.lefts[left], rights=face.rights[left], left=sides[0], right=sides[1], incumbent=None
    )


def _losses_elsewhere(face: OptimalFace, profit: IntVector, optimum: PrimalDual, side: int) -> IntVector:
    """Return what each person across from a side loses at least who goes to somebody else, or to nobody."""
    prices, others = (optimum.left, optimum.right), (face.lefts, face.rights)[1 - side]
    cost, found = prices[0][face.lefts] + prices[1][face.rights] - profit, np.maximum(prices[1 - side], 0)
    np.minimum.at(found, others[~optimum.chosen], np.maximum(cost[~optimum.chosen], 0))
    return found


def _sum_by_person(face: OptimalFace, optimum: PrimalDual, elsewhere: IntVector, side: int) -> IntVector:
    """Return what all partners of each person of a side lose together who go elsewhere."""
    ends = (face.lefts[optimum.chosen], face.rights[optimum.chosen])
    found = np.zeros(len((face.left, face.right)[side].most), dtype=np.int64)
    np.add.at(found, ends[side], elsewhere[ends[1 - side]])
    return found


def _select_cheapest(cost: IntVector, some: BoolVector) -> BoolVector:
    """Return the part of some people who cost least, one at least if there is one."""
    people = np.flatnonzero(some)
    removed = people[np.argsort(cost[people], kind="stable")[: -(-len(people) // REMOVED_PART)]]
    found = np.zeros(len(cost), dtype=bool)
    found[removed] = True
    return found


@dataclass(slots=True)
class GreedyInsertion:
    """An answer ``pairs`` (k, 2) that keeps some rules; ``taken``: the partners of each person of both sides.

    ``rows`` are those of all kinds, ``totals`` what it counts in them.
    """

    rules: HardRules
    pairs: IntMatrix
    rows: tuple[PersonRows, ...] = field(init=False)
    taken: tuple[IntVector, IntVector] = field(init=False)
    totals: list[IntVector] = field(init=False)

    def __post_init__(self) -> None:
        mentors, mentees = (np.bincount(p, minlength=n) for p, n in zip(self.pairs.T, self.rules.shape, strict=True))
        self.taken = mentors, mentees
        self.rows = (*self.rules.person_rows, *self.rules.dualised)
        self.totals = [own.totals(self.pairs, self.rules.shape) for own in self.rows]

    def insert(self, pairs: PairList, profit: IntVector) -> IntMatrix:
        """Return the answer with those of some pairs that it has room for."""
        width, ends = self.rules.shape[1], np.column_stack([pairs.mentors, pairs.mentees])
        counts = [own.row.coefficients_of(pairs.mentors, pairs.mentees, self.rules.shape) for own in self.rows]
        new = (profit > 0) & ~np.isin(ends @ (width, 1), self.pairs @ (width, 1))
        open_ = np.flatnonzero(new & self._fits(ends, counts))
        added = [
            place
            for place in open_[np.argsort(-profit[open_], kind="stable")].tolist()
            if self._try_insert(ends[place : place + 1], [count[place : place + 1] for count in counts])
        ]
        found = np.concatenate([self.pairs, ends[added]])
        return found[np.lexsort(found.T[::-1])]

    def _fits(self, ends: IntMatrix, counts: list[IntVector]) -> BoolVector:
        """Return for which pairs (e, 2) there is room, by what they count in the rows of each kind."""
        fit = np.ones(len(ends), dtype=np.bool_)
        for side, (loads, taken) in enumerate(zip(self.rules.loads, self.taken, strict=True)):
            people = ends[:, side]
            used = (taken[people] > 0) | (loads.least[people] <= 1)
            fit &= used & (taken[people] < loads.most[people])
        for own, totals, count in zip(self.rows, self.totals, counts, strict=True):
            owners = own.owners(ends)
            fit &= own.within_bounds(totals[owners] + count, owners)
        return fit

    def _try_insert(self, end: IntMatrix, counts: list[IntVector]) -> bool:
        """Return whether there is room for a pair, and add it if there is."""
        if not self._fits(end, counts)[0]:
            return False
        for side, taken in enumerate(self.taken):
            taken[end[0, side]] += 1
        for own, totals, count in zip(self.rows, self.totals, counts, strict=True):
            totals[own.owners(end)] += count
        return True
