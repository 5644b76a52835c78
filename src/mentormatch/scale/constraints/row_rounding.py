"""Constraints strengthened once the number of pairs is known: coefficients shifted and divided by their gcd.

A proportion of pairs is then a number of them: of 5,223 pairs at most 29 % are at most 1,514.
"""

from dataclasses import replace

import numpy as np

from mentormatch.assignment.model.problem import SideConstraint
from mentormatch.assignment.model.solution import Solution


def count_proved_pairs(best: Solution | None) -> int | None:
    """Return how many pairs every optimum has, if the best answer so far says so: the first goal asks for the most."""
    first = best.tiers[0] if best is not None else None
    return first.value if first is not None and first.goal == "matched" and first.proved else None


def round_rows(rows: tuple[SideConstraint, ...], pairs: int) -> tuple[SideConstraint, ...] | None:
    """Return rows that the same answers of so many pairs keep, in whole numbers; None if they are as they were."""
    found = tuple(_rounded(row, pairs) for row in rows)
    if all(one is other for one, other in zip(found, rows, strict=True)):
        return None
    return (*found, SideConstraint("pairs", np.ones((1, 1), dtype=np.int64), pairs, pairs))


def _rounded(row: SideConstraint, pairs: int) -> SideConstraint:
    """Return the row in steps from the least that a pair counts; the same row if it is that, or counts products."""
    if row.factor is not None:
        return row
    least = int(row.weights.min()) if row.weights.size else 0
    step = int(np.gcd.reduce(row.weights - least, axis=None))
    if step == 0 or (least == 0 and step == 1):
        return row
    low = None if row.least is None else -((least * pairs - row.least) // step)
    high = None if row.most is None else (row.most - least * pairs) // step
    return replace(row, weights=(row.weights - least) // step, least=low, most=high)
