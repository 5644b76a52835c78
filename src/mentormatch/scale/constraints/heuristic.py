"""Primal repair heuristic for rules without multipliers: remove the cheapest violators, and solve again.

To choose which people take part is hard in general: minimums of three contain the packing of triples, hours are
knapsacks. The optimum without such rules bounds all solutions, and the repair starts from it:

1. A quarter of the people below their minimum, those whose partners lose least elsewhere, are removed. An exceeded
   knapsack releases its cheapest pair. The face is solved again, until all rules hold.
2. Pairs are inserted greedily.
3. Reduced-cost fixing with the bound proves or improves the solution, if few pairs stay open.
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


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """Numbers that tune the repair heuristic."""

    # Pairs listed per person, or this many times more if their reduced costs are within the limit
    candidates_per_person: int = 24
    scan_factor: int = 2
    # One in this number of people below their minimum is removed per round
    removed_divisor: int = 4
    # After this number of rounds, people with an exceeded knapsack also lose capacity, so that the rounds end
    rounds_before_narrowing: int = 256
    # With more open pairs, an integer program takes too long, and only the bound is reported
    max_open_pairs: int = 4_000


REPAIR_OPTIONS = RepairOptions()


@dataclass(slots=True)
class RepairHeuristic:
    """The repair of ``relaxed``, the optimum of a master over all pairs, which violates the hard ``rules``."""

    master: RestrictedMaster
    rules: HardRules
    pricing: PricingProblem
    relaxed: Solution

    def solution(self) -> Solution:
        """Return the best solution found that satisfies all rules, proved or with its bound; else one without pairs."""
        if self.relaxed.status is not Status.PROVED:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")
        (duals,) = self.relaxed.prices
        try:
            return self._repair(replace(duals, rows=duals.rows or (0,) * len(self.master.problem.rows)))
        except TimeLimitReached:
            return self.master.incumbent or empty_solution(Status.STOPPED, "")

    def _repair(self, duals: DualSolution) -> Solution:
        quotas = DualisedRows.of(self.master.problem.rows, self.pricing.pins, self.pricing.scores.shape)
        multipliers, pricing = quotas.multipliers(duals.rows), replace(self.pricing, group=quotas.group)
        optimum = quotas.add_penalties(PrimalDual(np.empty(0, dtype=bool), duals.mentors, duals.mentees), multipliers)
        penalised_duals = optimum.left, optimum.right
        # Candidates: pairs of small reduced cost, and the relaxed solution
        pairs = self._list_pairs(pricing, penalised_duals)
        face = pricing.face(pairs)
        repaired = self._repair_rounds(face, quotas.penalise(face, pricing.profit(pairs), multipliers), duals.mentees)
        if repaired is not None:
            profits = replace(pairs, scores=pricing.profit(pairs))
            self.master.report_pairs(insert_greedily(self.rules, self.master.problem, repaired, profits), self.bound)
        solution = GapSolve(
            self.master,
            pricing,
            duals,
            penalised_duals,
            self.bound,
            self.rules.rows,
            REPAIR_OPTIONS.max_open_pairs,
            self.relaxed.tiers,
        ).solution()
        return replace(solution, prices=self.relaxed.prices) if solution.tiers else solution

    @property
    def bound(self) -> int:
        """The dual bound of the relaxed optimum without pins, rounded up to the end of its unit.

        The requested goals are multiples of the ``denominator``.
        """
        profit = self.master.stage.profit(self.master.problem, *self.relaxed.pairs.T)
        pinned = self.master.stage.profit(self.master.problem, *self.pricing.pins.T)
        denominator = self.master.denominator
        return ((exact_dot(profit) - exact_dot(pinned)) // denominator + 1) * denominator - 1

    def _list_pairs(self, pricing: PricingProblem, penalised_duals: SideVectors) -> PairList:
        """Return pairs of small reduced cost at ``penalised_duals``, and the pairs of the relaxed solution."""
        length = pricing.list_length(REPAIR_OPTIONS.candidates_per_person)
        listed = pricing.scan(
            penalised_duals, find_cost_quantile(pricing, penalised_duals, length), REPAIR_OPTIONS.scan_factor * length
        ).pairs
        width = pricing.scores.shape[1]
        is_open = ~np.isin(self.relaxed.pairs @ (width, 1), pricing.pins @ (width, 1))
        mentors, mentees = self.relaxed.pairs[is_open].T
        return listed.merge(PairList(mentors, mentees, pricing.scores.at(mentors, mentees)), width)

    def _repair_rounds(self, face: OptimalFace, profit: IntVector, mentees: IntVector) -> IntMatrix | None:
        """Return a solution on a face that satisfies all rules, None if none is found.

        ``profit`` (e,): less penalties; ``mentees`` (m,): the duals to start from.
        """
        start: SideVectors | None = (np.zeros_like(face.left.most), mentees)
        for turn in count_up():
            optimum = self.master.solve(face, profit, start)
            if not face.holds(optimum):
                return None
            pairs, start = face.solution_pairs(optimum.chosen), None
            # The optimum of the reduced face satisfies all rules
            if self.rules.hold_for(pairs):
                return pairs
            # The cost of removing a person is the loss of the partners, who take their second best
            losses = [_reassignment_losses(face, profit, optimum, side) for side in (0, 1)]
            sides = zip(self.rules.below_minimum(pairs), losses, (0, 1), strict=True)
            removed = [
                _select_cheapest(_sum_by_person(face, optimum, costs, side), violates)
                for violates, costs, side in sides
            ]
            # Each exceeded knapsack releases a pair
            released, places = self._choose_released(face, optimum, losses, pairs)
            if released is None or not (len(released) or any(violates.any() for violates in removed)):
                return None
            # After many rounds, its person also loses capacity, so that the rounds end
            face = _cap_capacities(face, places) if turn >= REPAIR_OPTIONS.rounds_before_narrowing else face
            remains = ~(removed[0][face.lefts] | removed[1][face.rights])
            remains[released] = False
            face, profit = _remove_people(face, remains, removed), profit[remains]
        return None

    def _choose_released(
        self, face: OptimalFace, optimum: PrimalDual, losses: Sequence[IntVector], solution: IntMatrix
    ) -> tuple[IntVector | None, tuple[IntVector, IntVector]]:
        """Return the positions of chosen pairs to release, and the capacities, reduced for exceeded knapsacks.

        Each exceeded knapsack releases its cheapest pair. None instead of positions if a violated hard row is not of
        one person, or is below its minimum.
        """
        rules, chosen = self.rules, np.flatnonzero(optimum.chosen)
        pairs, released = np.column_stack([face.lefts[chosen], face.rights[chosen]]), [np.empty(0, dtype=np.int64)]
        capacities = face.left.most.copy(), face.right.most.copy()
        for person_rows in rules.person_rows:
            exceeded = person_rows.find_exceeded(solution, rules.shape)
            if exceeded is None:
                return None, capacities
            if not exceeded.any():
                continue
            people, partners = (pairs[:, 0], pairs[:, 1]) if person_rows.side == 0 else (pairs[:, 1], pairs[:, 0])
            is_candidate = exceeded[people] & (
                person_rows.row.coefficients_of(pairs[:, 0], pairs[:, 1], rules.shape) > 0
            )
            released.append(_cheapest_pair_of_each(people, losses[person_rows.side][partners], is_candidate))
            counts = np.bincount(people, minlength=len(exceeded))
            capacities[person_rows.side][exceeded] = np.maximum(counts[exceeded] - 1, 0)
        return chosen[np.concatenate(released)], capacities


def _cheapest_pair_of_each(people: IntVector, cost: IntVector, some: BoolVector) -> IntVector:
    """Return the position of the cheapest pair of each person among the pairs of the mask ``some`` (e,)."""
    positions = np.flatnonzero(some)
    order = positions[np.lexsort((cost[positions], people[positions]))]
    return order[np.append(True, np.diff(people[order]) > 0)] if len(order) else order


def _cap_capacities(face: OptimalFace, capacities: tuple[IntVector, IntVector]) -> OptimalFace:
    """Return a face with capacities reduced to ``capacities``, but not below minimums."""
    sides = [
        RemainingDegrees(bounds.least, np.maximum(np.minimum(bounds.most, capacity), bounds.least))
        for bounds, capacity in zip((face.left, face.right), capacities, strict=True)
    ]
    return replace(face, left=sides[0], right=sides[1])


def _remove_people(face: OptimalFace, remains: BoolVector, removed: Sequence[BoolVector]) -> OptimalFace:
    """Return the face of the pairs in the mask ``remains``, without the people of the masks ``removed``."""
    sides = [
        RemainingDegrees(bounds.least, np.where(is_removed, 0, bounds.most))
        for bounds, is_removed in zip((face.left, face.right), removed, strict=True)
    ]
    return replace(
        face, lefts=face.lefts[remains], rights=face.rights[remains], left=sides[0], right=sides[1], incumbent=None
    )


def _reassignment_losses(face: OptimalFace, profit: IntVector, optimum: PrimalDual, side: int) -> IntVector:
    """Return lower bounds on what each person of the other side loses if a partner on ``side`` is removed.

    The person then takes the next best partner, or none.
    """
    duals, opposite = (optimum.left, optimum.right), (face.lefts, face.rights)[1 - side]
    cost, losses = duals[0][face.lefts] + duals[1][face.rights] - profit, np.maximum(duals[1 - side], 0)
    # The smallest reduced cost of pairs that are not chosen, or the dual for staying unmatched
    np.minimum.at(losses, opposite[~optimum.chosen], np.maximum(cost[~optimum.chosen], 0))
    return losses


def _sum_by_person(face: OptimalFace, optimum: PrimalDual, losses: IntVector, side: int) -> IntVector:
    """Return, for each person of a side, the sum of the losses of their partners."""
    people = (face.lefts[optimum.chosen], face.rights[optimum.chosen])
    sums = np.zeros(len((face.left, face.right)[side].most), dtype=np.int64)
    np.add.at(sums, people[side], losses[people[1 - side]])
    return sums


def _select_cheapest(cost: IntVector, some: BoolVector) -> BoolVector:
    """Return a mask of the cheapest quarter of the people ``some``, rounded up."""
    people = np.flatnonzero(some)
    removed = people[np.argsort(cost[people], kind="stable")[: -(-len(people) // REPAIR_OPTIONS.removed_divisor)]]
    is_removed = np.zeros(len(cost), dtype=bool)
    is_removed[removed] = True
    return is_removed


def insert_greedily(rules: HardRules, problem: AssignmentProblem, answer: IntMatrix, pairs: PairList) -> IntMatrix:
    """Return a solution (k, 2) with ``pairs`` inserted, largest profit first, that satisfies all rules.

    The scores of ``pairs`` are profits. The solution is unchanged if the greedy choice fails.
    """
    width, sides = rules.shape[1], (pairs.mentors, pairs.mentees)
    # Pairs with a positive score, of people with unused capacity, that are not chosen
    chosen_keys, keys = answer @ (width, 1), pairs.mentors * width + pairs.mentees
    is_open = (pairs.scores > 0) & ~np.isin(keys, chosen_keys)
    for people, partners, loads in zip(sides, answer.T, rules.loads, strict=True):
        is_open &= (np.bincount(partners, minlength=len(loads)) < loads.most)[people]
    all_keys = np.concatenate([chosen_keys, keys[is_open]])
    order = np.argsort(all_keys)
    mentors, mentees = np.divmod(all_keys[order], width)
    scores = SparseScores(rules.shape, mentors, mentees, np.zeros_like(mentors))
    model = PairModel.of(replace(problem, scores=scores, rows=(*problem.rows, *rules.rows)))
    profit = np.append(np.zeros_like(chosen_keys), pairs.scores[is_open])[order]
    chosen = choose_greedily(replace(model, fixed_to_one=order < len(chosen_keys)), profit)
    return answer if chosen is None else np.column_stack([mentors[chosen], mentees[chosen]])
