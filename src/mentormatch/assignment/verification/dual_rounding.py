"""Duals rounded to multiples of the weight of one goal: they are integral there (Hoffman and Kruskal 1956).

Let the goals of a stage weigh ``w_1, w_2, ...``, each weight a multiple of the next, and no pair count below 0 in any
of them. Prices pay for a pair if they are no less than what it is worth, ``w_1 g_1 + w_2 g_2 + ...``. In units of
``w_k``, one price being rounded up wherever the other may be rounded down, two such prices are whole numbers and still
more than the goals up to ``k`` less one, so they are no less than these. If the bound of the rounded prices is reached
too, no answer that does as well in the goals before does better in goal ``k``. That is so if what the later goals
change in a price is less than half a weight, although over all pairs they may add up to many weights (for the wholes
see Hoffman and Kruskal 1956).
"""

from collections.abc import Iterator
from dataclasses import replace

from mentormatch.assignment.model.solution import DualSolution
from mentormatch.base.columns import IntVector


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
