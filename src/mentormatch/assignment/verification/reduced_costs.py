"""One stage of a dual proof: the reduced profit of each pair and the LP dual bound, in exact integers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Protocol, Self

import numpy as np

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import DualSolution, Links
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

MAX_REDUCED_PROFIT = 1 << 60
"""Worths and prices up to here, all together: a worth less all prices is exact in int64."""
MAX_EXACT_SUM = 1 << 62
"""Sums up to here are exact in int64."""


def goal_profit(problem: AssignmentProblem, goal: str, mentors: IntVector, mentees: IntVector) -> IntVector:
    """Return (e,) int64: what each of the pairs counts in a goal; a former pair counts as kept."""
    worth = np.zeros(len(mentors), dtype=np.int64)
    match goal:
        case "matched":
            return worth + 1
        case "priority":
            for part, people in ((problem.mentor_priority, mentors), (problem.mentee_priority, mentees)):
                worth += 0 if part is None else part[people]
            return worth
        case "changes":
            return worth + contains_pairs(
                problem, mentors, mentees, np.array(problem.former, dtype=np.int64).reshape(-1, 2)
            )
        case _:
            return problem.scores.at(mentors, mentees)


def contains_pairs(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector, pairs: IntMatrix) -> BoolVector:
    """Return which of the pairs ``mentors[e]``, ``mentees[e]`` are among ``pairs`` (k, 2)."""
    if not len(pairs):
        return np.zeros(len(mentors), dtype=bool)
    width = problem.shape[1]
    keys, sought = mentors * width + mentees, np.sort(pairs[:, 0] * width + pairs[:, 1])
    return np.asarray(sought[np.minimum(np.searchsorted(sought, keys), len(sought) - 1)] == keys)


def exact_sum(numbers: IntVector) -> int:
    """Return the sum, in Python's integers where int64 may not hold it."""
    if max_abs(numbers) * len(numbers) < MAX_EXACT_SUM:
        return int(numbers.sum())
    return sum(numbers.tolist())


def exact_product(counts: IntVector, prices: IntVector) -> IntVector:
    """Return the products, in Python's integers where int64 may not hold them and one more price."""
    if max_abs(counts) * max_abs(prices) < MAX_EXACT_SUM:
        return counts * prices
    return np.asarray(counts.astype(object) * prices.astype(object))


def max_abs(numbers: IntVector) -> int:
    """Return the greatest absolute value, 0 of nothing."""
    return max(-int(numbers.min(initial=0)), int(numbers.max(initial=0)))


def dual_violations(problem: AssignmentProblem, prices: DualSolution) -> Iterator[str]:
    """Yield why prices are not those of a stage of this problem."""
    if (len(prices.mentors), len(prices.mentees)) != problem.shape:
        yield f"prices of {len(prices.mentors)} mentors and {len(prices.mentees)} mentees, not of {problem.shape}"
    if prices.denominator < 1 or not prices.weights or any(weight < 1 for _, weight in prices.weights):
        yield "a stage has no goal, or a goal has a weight below 1"
    if any(goal not in ADDITIVE_GOALS or goal not in problem.goals or price > 0 for goal, price in prices.goal_duals):
        yield "a goal that is done with has a price above 0, or is none of the problem's"
    if len(prices.rows) not in (0, len(problem.rows)):
        yield f"prices of {len(prices.rows)} coupling rows, not of {len(problem.rows)}"
    elif any((row.most if price > 0 else row.least) is None for row, price in rows_with_duals(problem, prices)):
        yield "a coupling row has a price for a bound that it does not have"
    yield from _link_violations(problem, prices.linking_duals)


def rows_with_duals(problem: AssignmentProblem, prices: DualSolution) -> Iterator[tuple[Row, int]]:
    """Yield the coupling rows that have a price."""
    yield from ((row, price) for row, price in zip(problem.rows, prices.rows, strict=False) if price)


def _link_violations(problem: AssignmentProblem, links: tuple[Links, Links]) -> Iterator[str]:
    n, m = problem.shape
    for side, (loads, each) in enumerate(zip((problem.mentors, problem.mentees), links, strict=True)):
        known = all(0 <= mentor < n and 0 <= mentee < m for mentor, mentee, _ in each)
        if (
            not known
            or not loads.conditional[[link[side] for link in each]].all()
            or any(price < 0 for *_, price in each)
        ):
            yield "a link is below 0, or of somebody without a minimum that may be waived"


class PairSet(Protocol):
    """The pairs that a stage is over, and how many of them can be chosen at most."""

    @property
    def mentors(self) -> IntVector:
        """Return the mentor of each pair."""
        ...

    @property
    def mentees(self) -> IntVector:
        """Return the mentee of each pair."""
        ...

    @property
    def places(self) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        ...

    @property
    def extremes(self) -> tuple[int, int]:
        """Return bounds on the score of a pair."""
        ...


@dataclass(frozen=True, slots=True)
class DualStage:
    """A stage of a proof over some pairs, in parts of a unit.

    ``surplus`` (e,): what each pair is worth above all its prices. ``sides``: the price of each person. ``links``: the
    sum of the links of each person. ``others``: the most that the rows and the goals done with add to a bound.
    ``rests``, 0 or less: for each goal of the stage, the least that one pair is worth in all goals after it, in units.
    """

    prices: DualSolution
    reduced_profit: IntVector
    sides: tuple[IntVector, IntVector]
    links: tuple[IntVector, IntVector]
    constraint_terms: int
    least_below: tuple[int, ...]

    @classmethod
    def of(
        cls, problem: AssignmentProblem, prices: DualSolution, over: PairSet, values: Mapping[str, int]
    ) -> Self | None:
        """Return the stage, or None if it is not lexicographic, or beyond what is exact.

        ``values``: what each goal is worth by the chosen pairs; the goals that are kept are to be worth no less.
        """
        # Refuse what is not lexicographic, or could leave the exact range
        rests = least_profit_below(problem, prices, over.extremes, over.places)
        if rests is None or magnitude_bound(problem, prices) > MAX_REDUCED_PROFIT:
            return None
        pairs = (over.mentors, over.mentees)
        # Reduced profit: profit by goal, less the duals of people, rows, goals done and links
        surplus = -prices.mentors[pairs[0]] - prices.mentees[pairs[1]]
        for goal, weight in prices.weights:
            surplus += prices.denominator * weight * goal_profit(problem, goal, *pairs)
        for row, price in rows_with_duals(problem, prices):
            surplus -= price * row.coefficients_of(*pairs, problem.shape)
        for goal, price in prices.goal_duals:
            surplus -= price * goal_profit(problem, goal, *pairs)
        links = tuple(_subtract_links(problem, prices, side, pairs, surplus) for side in (0, 1))
        # Constant terms of the dual objective
        others = sum(price * (active_bound(row, price) or 0) for row, price in rows_with_duals(problem, prices))
        others += sum(price * values[goal] for goal, price in prices.goal_duals)
        return cls(prices, surplus, (prices.mentors, prices.mentees), (links[0], links[1]), others, rests)

    def profit(self, values: Mapping[str, int]) -> int:
        """Return what the chosen pairs are worth in this stage, in parts."""
        return self.prices.denominator * sum(weight * values[goal] for goal, weight in self.prices.weights)

    def bounds(self, bound: int, values: Mapping[str, int], places: int) -> Iterator[tuple[str, int]]:
        """Yield what no answer exceeds in each goal, up to the first that the chosen pairs do not reach.

        ``bound``, in parts, is that of all goals together, and ``places`` that of the pairs that can be chosen.
        """
        left, parts = bound, self.prices.denominator
        for (goal, weight), rest in zip(self.prices.weights, self.least_below, strict=True):
            # What the bound leaves to this goal if the goals after it are at their least
            found = (left - parts * places * rest) // (parts * weight)
            yield goal, found
            if found != values[goal]:
                return
            # The goal reaches its bound: the rest is for the goals after it
            left -= parts * weight * found


def active_bound(row: Row, price: int) -> int | None:
    """Return the bound of a row that its price is paid for."""
    return row.most if price > 0 else row.least


def _subtract_links(
    problem: AssignmentProblem, prices: DualSolution, side: int, pairs: tuple[IntVector, IntVector], surplus: IntVector
) -> IntVector:
    """Return the sum of the links of each person of a side, and lower the ``surplus`` of the pairs that have one."""
    total = np.zeros(problem.shape[side], dtype=np.int64)
    links = np.array(prices.linking_duals[side], dtype=np.int64).reshape(-1, 3)
    if len(links):
        width = problem.shape[1]
        # Links by pair, summed where a pair has several
        keys, order = np.unique(links[:, 0] * width + links[:, 1], return_inverse=True)
        price = np.zeros(len(keys), dtype=np.int64)
        np.add.at(price, order, links[:, 2])
        np.add.at(total, links[:, side], links[:, 2])
        place = np.minimum(np.searchsorted(keys, pairs[0] * width + pairs[1]), len(keys) - 1)
        surplus -= np.where(keys[place] == pairs[0] * width + pairs[1], price[place], 0)
    return total


def range_of(problem: AssignmentProblem, goal: str, extremes: tuple[int, int]) -> tuple[int, int]:
    """Return bounds on what a pair counts in a goal, by bounds on its score."""
    match goal:
        case "matched":
            return 1, 1
        case "priority":
            given = (problem.mentor_priority, problem.mentee_priority)
            return 0, sum(max_abs(part) for part in given if part is not None)
        case "changes":
            return 0, 1
        case _:
            return extremes


def least_profit_below(
    problem: AssignmentProblem, prices: DualSolution, extremes: tuple[int, int], places: int
) -> tuple[int, ...] | None:
    """Return the least that a pair is worth in all goals after each.

    None unless each goal outweighs those after it over so many pairs, the scores of which lie between ``extremes``.
    """
    known = [(weight, range_of(problem, goal, extremes)) for goal, weight in prices.weights]
    ranges = [(weight * low, weight * high) for weight, (low, high) in known]
    # The range of all goals after each, from the last up
    _, *below = list(accumulate(reversed(ranges), _add_ranges, initial=(0, 0)))[::-1]
    lexicographic = all(
        weight > places * (max(high, 0) - min(low, 0)) for (weight, _), (low, high) in zip(known, below, strict=True)
    )
    return tuple(min(low, 0) for low, _ in below) if lexicographic else None


def _add_ranges(inner: tuple[int, int], outer: tuple[int, int]) -> tuple[int, int]:
    return inner[0] + outer[0], inner[1] + outer[1]


def magnitude_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return a bound on the magnitude of everything that enters the surplus of a pair, in Python's integers."""
    ranges = {goal: range_of(problem, goal, problem.scores.extremes) for goal in ADDITIVE_GOALS}
    greatest = {goal: max(map(abs, ends)) for goal, ends in ranges.items()}
    return (
        prices.denominator * sum(weight * (1 + greatest[goal]) for goal, weight in prices.weights)
        + max_abs(prices.mentors)
        + max_abs(prices.mentees)
        + sum(abs(price) * row.max_abs_coefficient for row, price in rows_with_duals(problem, prices))
        - sum(price * (1 + greatest[goal]) for goal, price in prices.goal_duals)
        + sum(price for side in prices.linking_duals for _, _, price in side)
    )


def round_by_goal(prices: DualSolution) -> Iterator[DualSolution]:
    """Yield the prices of each goal of a stage in whole units of it, the goals before it being kept.

    A goal of which the weight is no multiple of the next ends it, and so do prices of something else than people.
    """
    if not prices.degrees_only:
        return
    for place, (goal, weight) in enumerate(prices.weights):
        kept = tuple((before, -(above // weight)) for before, above in prices.weights[:place])
        if any(above % weight for _, above in prices.weights[:place]):
            return
        sides = round_to_unit((prices.mentors, prices.mentees), prices.denominator * weight)
        yield replace(prices, weights=((goal, 1),), mentors=sides[0], mentees=sides[1], goal_duals=kept, denominator=1)


def round_to_unit(prices: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the prices of both sides in whole units, to the nearest: no two that add up to a unit make up none."""
    half = unit // 2
    return (prices[0] + half) // unit, -((half - prices[1]) // unit)
