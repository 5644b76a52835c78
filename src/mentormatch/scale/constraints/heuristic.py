"""A primal repair heuristic for rules without multipliers: remove the cheapest violators, solve again, fix the rest.

To choose who is used is hard in general: with a minimum of three it is the packing of triples, with hours knapsacks. So
the best answer without such rules bounds all others, and the repair goes on from it: a quarter of those below their
minimum, whose partners lose least elsewhere, are removed; of whose knapsack is too full, the cheapest pair is released;
and the face is solved again, until all rules are kept. Then pairs are inserted greedily, and reduced-cost fixing with
the bound proves or improves the answer where it leaves few pairs open.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count as count_up

import numpy as np

from mentormatch.assignment.greedy import choose_greedily
from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import SparseScores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, exact_dot
from mentormatch.assignment.pair_program import PairModel
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.scale.columns.generation import find_cost_quantile
from mentormatch.scale.columns.master import RestrictedMaster
from mentormatch.scale.columns.subproblem import PairList, PricingProblem, SideVectors
from mentormatch.scale.constraints.gap import GapSolve
from mentormatch.scale.constraints.rows import DualisedRows, HardRules

REPAIR_CANDIDATES, MORE = 24, 2
"""So many pairs a person are solved; so many times more if many cost as little."""
REMOVED_PART = 4
"""One in so many of those below their minimum is removed at a time."""
PATIENCE = 256
"""After so many rounds whoever's knapsack is too full also loses a place: so the rounds end."""
MAX_OPEN = 4_000
"""Of more open pairs than these an integer program takes too long: the bound is then reported."""


@dataclass(slots=True)
class RepairHeuristic:
    """The ``relaxed`` optimum of a master without the hard ``rules``, over all pairs of ``pricing``."""

    master: RestrictedMaster
    rules: HardRules
    pricing: PricingProblem
    relaxed: Solution

    def solution(self) -> Solution:
        """Return the best answer that keeps all rules, proved or with its bound."""
        if self.relaxed.status is not Status.PROVED:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")
        (prices,) = self.relaxed.prices
        try:
            return self._repair(replace(prices, rows=prices.rows or (0,) * len(self.master.problem.rows)))
        except TimeLimitReached:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")

    def _repair(self, prices: DualSolution) -> Solution:
        """Return the answer from the duals that prove the relaxed optimum."""
        quotas = DualisedRows.of(self.master.problem.rows, self.pricing.pins, self.pricing.scores.shape)
        multipliers, pricing = quotas.multipliers(prices.rows), replace(self.pricing, group=quotas.group)
        ends = quotas.add_penalties(PrimalDual(np.empty(0, dtype=bool), prices.mentors, prices.mentees), multipliers)
        priced = ends.left, ends.right
        # 1. Candidates: pairs of the least reduced cost, and the relaxed answer.
        pairs = self._list_pairs(pricing, priced)
        face = pricing.face(pairs)
        # 2. Remove violators and solve again; 3. insert greedily.
        kept = self._repair_rounds(face, quotas.penalise(face, pricing.profit(pairs), multipliers), prices.mentees)
        if kept is not None:
            valued = replace(pairs, scores=pricing.profit(pairs))
            self.master.report_pairs(insert_greedily(self.rules, self.master.problem, kept, valued), self.bound)
        # 4. Reduced-cost fixing with the relaxed bound.
        found = GapSolve(self.master, pricing, prices, priced, self.bound, self.rules.rows, MAX_OPEN).solution()
        return replace(found, prices=self.relaxed.prices) if found.tiers else found

    @property
    def bound(self) -> int:
        """Return the dual bound of the relaxed optimum, beside the pins, rounded up to the end of its unit.

        The requested goals are whole numbers of ``denominator``.
        """
        profit = self.master.stage.profit(self.master.problem, *self.relaxed.pairs.T)
        pinned = self.master.stage.profit(self.master.problem, *self.pricing.pins.T)
        parts = self.master.denominator
        return ((exact_dot(profit) - exact_dot(pinned)) // parts + 1) * parts - 1

    def _list_pairs(self, pricing: PricingProblem, priced: SideVectors) -> PairList:
        """Return the pairs of the least reduced cost at the duals ``priced``, and those of the relaxed answer."""
        few = pricing.list_length(REPAIR_CANDIDATES)
        seen = pricing.scan(priced, find_cost_quantile(pricing, priced, few), MORE * few).pairs
        width = pricing.scores.shape[1]
        open_ = ~np.isin(self.relaxed.pairs @ (width, 1), pricing.pins @ (width, 1))
        mentors, mentees = self.relaxed.pairs[open_].T
        return seen.merge(PairList(mentors, mentees, pricing.scores.at(mentors, mentees)), width)

    def _repair_rounds(self, face: OptimalFace, profit: IntVector, mentees: IntVector) -> IntMatrix | None:
        """Return an answer on a face that keeps all rules; None if none is found.

        ``mentees`` (m,): duals to begin at.
        """
        begin: SideVectors | None = (np.zeros_like(face.left.most), mentees)
        for turn in count_up():
            optimum = self.master.solve(face, profit, begin)
            if not face.holds(optimum):
                return None
            answer, begin = face.solution_pairs(optimum.chosen), None
            # Done: the optimum of what is left of the face keeps all rules.
            if self.rules.hold_for(answer):
                return answer
            # The price of removing a person: what their partners lose who go to their second best.
            elsewhere = [_losses_elsewhere(face, profit, optimum, side) for side in (0, 1)]
            below = zip(self.rules.below_minimum(answer), elsewhere, (0, 1), strict=True)
            removed = [_select_cheapest(_sum_by_person(face, optimum, costs, side), own) for own, costs, side in below]
            # Knapsacks that are too full release a pair each.
            released, places = self._choose_released(face, optimum, elsewhere, answer)
            if released is None or not (len(released) or any(own.any() for own in removed)):
                return None
            # After many rounds they also lose a place, so that the rounds end.
            face = _narrow(face, places) if turn >= PATIENCE else face
            # The face shrinks every round, so the rounds end.
            left = ~(removed[0][face.lefts] | removed[1][face.rights])
            left[released] = False
            face, profit = _remove_people(face, left, removed), profit[left]
        return None

    def _choose_released(
        self, face: OptimalFace, optimum: PrimalDual, elsewhere: Sequence[IntVector], answer: IntMatrix
    ) -> tuple[IntVector | None, tuple[IntVector, IntVector]]:
        """Return positions of chosen pairs to release, the cheapest of each knapsack that is too full.

        And places of both sides.

        None where a row is about nobody alone, or asks for more.
        """
        rules, chosen = self.rules, np.flatnonzero(optimum.chosen)
        pairs, released = np.column_stack([face.lefts[chosen], face.rights[chosen]]), [np.empty(0, dtype=np.int64)]
        places = face.left.most.copy(), face.right.most.copy()
        for own in rules.person_rows:
            exceeded = own.find_exceeded(answer, rules.shape)
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
    """Return the positions of the pairs in a mask ``some`` (e,) that cost each person least."""
    places = np.flatnonzero(some)
    order = places[np.lexsort((cost[places], people[places]))]
    return order[np.append(True, np.diff(people[order]) > 0)] if len(order) else order


def _narrow(face: OptimalFace, places: tuple[IntVector, IntVector]) -> OptimalFace:
    """Return a face on which people have at most so many places, and those that they must have."""
    sides = [
        RemainingDegrees(own.least, np.maximum(np.minimum(own.most, most), own.least))
        for own, most in zip((face.left, face.right), places, strict=True)
    ]
    return replace(face, left=sides[0], right=sides[1])


def _remove_people(face: OptimalFace, left: BoolVector, removed: Sequence[BoolVector]) -> OptimalFace:
    """Return the face of the pairs in a mask ``left``, without the people of the masks ``removed``."""
    sides = [
        RemainingDegrees(own.least, np.where(out, 0, own.most))
        for own, out in zip((face.left, face.right), removed, strict=True)
    ]
    return replace(
        face, lefts=face.lefts[left], rights=face.rights[left], left=sides[0], right=sides[1], incumbent=None
    )


def _losses_elsewhere(face: OptimalFace, profit: IntVector, optimum: PrimalDual, side: int) -> IntVector:
    """Return what each person across from a side loses at least with their second best partner, or with nobody."""
    prices, others = (optimum.left, optimum.right), (face.lefts, face.rights)[1 - side]
    cost, found = prices[0][face.lefts] + prices[1][face.rights] - profit, np.maximum(prices[1 - side], 0)
    # The second best: the least reduced cost among pairs that are not chosen, or the dual, for nobody.
    np.minimum.at(found, others[~optimum.chosen], np.maximum(cost[~optimum.chosen], 0))
    return found


def _sum_by_person(face: OptimalFace, optimum: PrimalDual, elsewhere: IntVector, side: int) -> IntVector:
    """Return what all partners of each person of a side lose together."""
    ends = (face.lefts[optimum.chosen], face.rights[optimum.chosen])
    found = np.zeros(len((face.left, face.right)[side].most), dtype=np.int64)
    np.add.at(found, ends[side], elsewhere[ends[1 - side]])
    return found


def _select_cheapest(cost: IntVector, some: BoolVector) -> BoolVector:
    """Return a mask: the quarter of ``some`` people who cost least, at least one if there is one."""
    people = np.flatnonzero(some)
    removed = people[np.argsort(cost[people], kind="stable")[: -(-len(people) // REMOVED_PART)]]
    found = np.zeros(len(cost), dtype=bool)
    found[removed] = True
    return found


def insert_greedily(rules: HardRules, problem: AssignmentProblem, answer: IntMatrix, pairs: PairList) -> IntMatrix:
    """Return an answer (k, 2) with pairs added greedily while it keeps all rules, those of the largest score first."""
    width, sides = rules.shape[1], (pairs.mentors, pairs.mentees)
    # Pairs of people with a free place that are worth something and are not chosen yet
    kept, numbers = answer @ (width, 1), pairs.mentors * width + pairs.mentees
    open_ = (pairs.scores > 0) & ~np.isin(numbers, kept)
    for people, taken, loads in zip(sides, answer.T, rules.loads, strict=True):
        open_ &= (np.bincount(taken, minlength=len(loads)) < loads.most)[people]
    every = np.concatenate([kept, numbers[open_]])
    order = np.argsort(every)
    mentors, mentees = np.divmod(every[order], width)
    scores = SparseScores(rules.shape, mentors, mentees, np.zeros_like(mentors))
    pool = PairModel.of(replace(problem, scores=scores, rows=(*problem.rows, *rules.rows)))
    worth = np.append(np.zeros_like(kept), pairs.scores[open_])[order]
    chosen = choose_greedily(replace(pool, fixed_to_one=order < len(kept)), worth)
    return answer if chosen is None else np.column_stack([mentors[chosen], mentees[chosen]])
