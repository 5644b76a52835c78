"""A stage of a dual proof: pair -> reduced profit, and bound of the stage -> bound by goal, in exact integers."""

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
"""A limit on profits plus duals: the reduced profit of a pair is then exact in int64."""
MAX_EXACT_SUM = 1 << 62
"""A limit below which sums are exact in int64."""


def goal_profit(problem: AssignmentProblem, goal: str, mentors: IntVector, mentees: IntVector) -> IntVector:
    """Return (e,) int64: the profit of each pair in a goal; in ``changes``, 1 for a former pair."""
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
    """Return (e,) bool: whether each pair ``mentors[e]``, ``mentees[e]`` is in ``pairs`` (k, 2)."""
    if not len(pairs):
        return np.zeros(len(mentors), dtype=bool)
    width = problem.shape[1]
    keys, listed = mentors * width + mentees, np.sort(pairs[:, 0] * width + pairs[:, 1])
    return np.asarray(listed[np.minimum(np.searchsorted(listed, keys), len(listed) - 1)] == keys)


def exact_sum(numbers: IntVector) -> int:
    """Return the sum, in Python integers if int64 could overflow."""
    if max_abs(numbers) * len(numbers) < MAX_EXACT_SUM:
        return int(numbers.sum())
    return sum(numbers.tolist())


def exact_product(counts: IntVector, prices: IntVector) -> IntVector:
    """Return the products, in Python integers if int64 could overflow once another dual is added."""
    if max_abs(counts) * max_abs(prices) < MAX_EXACT_SUM:
        return counts * prices
    return np.asarray(counts.astype(object) * prices.astype(object))


def max_abs(numbers: IntVector) -> int:
    """Return the greatest absolute value, 0 for an empty array."""
    return max(-int(numbers.min(initial=0)), int(numbers.max(initial=0)))


def dual_violations(problem: AssignmentProblem, prices: DualSolution) -> Iterator[str]:
    """Yield an error for each reason why duals do not fit a stage of this problem."""
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
    """Yield the coupling rows whose dual is not 0, with that dual."""
    yield from ((row, price) for row, price in zip(problem.rows, prices.rows, strict=False) if price)


def _link_violations(problem: AssignmentProblem, links: tuple[Links, Links]) -> Iterator[str]:
    n, m = problem.shape
    for side, (loads, side_links) in enumerate(zip((problem.mentors, problem.mentees), links, strict=True)):
        exist = all(0 <= mentor < n and 0 <= mentee < m for mentor, mentee, _ in side_links)
        if (
            not exist
            or not loads.conditional[[link[side] for link in side_links]].all()
            or any(price < 0 for *_, price in side_links)
        ):
            yield "a link is below 0, or of somebody without a minimum that may be waived"


class PairSet(Protocol):
    """The pairs of a stage, and a bound on the number of chosen pairs."""

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
        """Return a lower and an upper bound on the score of a pair."""
        ...


@dataclass(frozen=True, slots=True)
class DualStage:
    """A stage of a dual proof over some pairs. All numbers but ``least_below`` are in units of 1 / denominator.

    Attributes
    ----------
    prices
        The duals of the stage.
    reduced_profit
        (e,): the profit of each pair minus its duals.
    sides
        The duals of mentors (n,) and of mentees (m,).
    links
        The sum of the links of each mentor (n,) and of each mentee (m,).
    constraint_terms
        The terms of the rows and of the earlier goals in the bound.
    least_below
        At most 0: for each goal of the stage, a lower bound on the profit of one pair in all later goals.
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
        """Return the stage, or None if its weights are not lexicographic, or int64 could overflow.

        ``values``: goal -> the value that an earlier goal must reach, the lower bound of its row.
        """
        least_below = least_profit_below(problem, prices, over.extremes, over.places)
        if least_below is None or magnitude_bound(problem, prices) > MAX_REDUCED_PROFIT:
            return None
        pairs = (over.mentors, over.mentees)
        # Reduced profit: profit by goal, minus the duals of people, rows, earlier goals and links
        reduced = -prices.mentors[pairs[0]] - prices.mentees[pairs[1]]
        for goal, weight in prices.weights:
            reduced += prices.denominator * weight * goal_profit(problem, goal, *pairs)
        for row, price in rows_with_duals(problem, prices):
            reduced -= price * row.coefficients_of(*pairs, problem.shape)
        for goal, price in prices.goal_duals:
            reduced -= price * goal_profit(problem, goal, *pairs)
        links = tuple(_subtract_links(problem, prices, side, pairs, reduced) for side in (0, 1))
        # Constant terms of the dual objective
        constraint_terms = sum(
            price * (active_bound(row, price) or 0) for row, price in rows_with_duals(problem, prices)
        )
        constraint_terms += sum(price * values[goal] for goal, price in prices.goal_duals)
        return cls(
            prices, reduced, (prices.mentors, prices.mentees), (links[0], links[1]), constraint_terms, least_below
        )

    def profit(self, values: Mapping[str, int]) -> int:
        """Return the profit of an answer with these values by goal, times the denominator."""
        return self.prices.denominator * sum(weight * values[goal] for goal, weight in self.prices.weights)

    def bounds(self, bound: int, values: Mapping[str, int], places: int) -> Iterator[tuple[str, int]]:
        """Yield an upper bound for each goal, up to and including the first one that differs from its value.

        ``bound`` is the bound of the whole stage, times the denominator; ``places`` bounds the number of chosen pairs.
        """
        remaining, parts = bound, self.prices.denominator
        for (goal, weight), least in zip(self.prices.weights, self.least_below, strict=True):
            # The bound of this goal if all later goals are at their lowest
            goal_bound = (remaining - parts * places * least) // (parts * weight)
            yield goal, goal_bound
            if goal_bound != values[goal]:
                return
            # The goal reaches its bound: subtract it, and continue with the later goals
            remaining -= parts * weight * goal_bound


def active_bound(row: Row, price: int) -> int | None:
    """Return the bound of a row that enters the dual objective; None if the row has no such bound."""
    return row.most if price > 0 else row.least


def _subtract_links(
    problem: AssignmentProblem, prices: DualSolution, side: int, pairs: tuple[IntVector, IntVector], reduced: IntVector
) -> IntVector:
    """Return the sum of the links of each person of a side, and subtract the links of each pair from ``reduced``."""
    total = np.zeros(problem.shape[side], dtype=np.int64)
    links = np.array(prices.linking_duals[side], dtype=np.int64).reshape(-1, 3)
    if len(links):
        width = problem.shape[1]
        # Sum the links of each pair
        keys, order = np.unique(links[:, 0] * width + links[:, 1], return_inverse=True)
        price = np.zeros(len(keys), dtype=np.int64)
        np.add.at(price, order, links[:, 2])
        np.add.at(total, links[:, side], links[:, 2])
        place = np.minimum(np.searchsorted(keys, pairs[0] * width + pairs[1]), len(keys) - 1)
        reduced -= np.where(keys[place] == pairs[0] * width + pairs[1], price[place], 0)
    return total


def range_of(problem: AssignmentProblem, goal: str, extremes: tuple[int, int]) -> tuple[int, int]:
    """Return bounds on the profit of a pair in a goal, from bounds on its score."""
    match goal:
        case "matched":
            return 1, 1
        case "priority":
            priorities = (problem.mentor_priority, problem.mentee_priority)
            return 0, sum(max_abs(part) for part in priorities if part is not None)
        case "changes":
            return 0, 1
        case _:
            return extremes


def least_profit_below(
    problem: AssignmentProblem, prices: DualSolution, extremes: tuple[int, int], places: int
) -> tuple[int, ...] | None:
    """Return, for each goal, a lower bound (at most 0) on the profit of a pair in all later goals.

    None unless each goal outweighs all later goals over ``places`` pairs with scores in ``extremes``.
    """
    weighted_ranges = [(weight, range_of(problem, goal, extremes)) for goal, weight in prices.weights]
    ranges = [(weight * low, weight * high) for weight, (low, high) in weighted_ranges]
    # Ranges of all later goals, accumulated from the last goal
    _, *below = list(accumulate(reversed(ranges), _add_ranges, initial=(0, 0)))[::-1]
    lexicographic = all(
        weight > places * (max(high, 0) - min(low, 0))
        for (weight, _), (low, high) in zip(weighted_ranges, below, strict=True)
    )
    return tuple(min(low, 0) for low, _ in below) if lexicographic else None


def _add_ranges(inner: tuple[int, int], outer: tuple[int, int]) -> tuple[int, int]:
    return inner[0] + outer[0], inner[1] + outer[1]


def magnitude_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return a bound on the magnitude of any partial sum of a reduced profit, in Python integers."""
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
    """Yield the duals of each goal of a stage, rounded to units of its weight, with rows for the earlier goals.

    Stops at a weight that does not divide all earlier weights. Yields nothing if anything but degrees has a dual.
    """
    if not prices.degrees_only:
        return
    for place, (goal, weight) in enumerate(prices.weights):
        goal_duals = tuple((before, -(above // weight)) for before, above in prices.weights[:place])
        if any(above % weight for _, above in prices.weights[:place]):
            return
        sides = round_to_unit((prices.mentors, prices.mentees), prices.denominator * weight)
        yield replace(
            prices, weights=((goal, 1),), mentors=sides[0], mentees=sides[1], goal_duals=goal_duals, denominator=1
        )


def round_to_unit(prices: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the duals of both sides in units, rounded to nearest: two that sum to a number of units still do."""
    half = unit // 2
    return (prices[0] + half) // unit, -((half - prices[1]) // unit)
