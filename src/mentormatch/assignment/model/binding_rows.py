"""Rows of one person each, looked at all together: of thousands mostly few can be broken, and only these are stated."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, Row, terms_of_rows
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

GROUPS = 16
"""Rows of one person each that share their weights are looked at together, in so many groups at most."""
NO_BOUND = 1 << 62
"""Where a row has no bound; no sum comes near."""


def are_satisfied(problem: AssignmentProblem, pairs: IntMatrix) -> bool:
    """Return whether pairs (k, 2) keep all rows."""
    terms = terms_of_rows(problem.rows, pairs[:, 0], pairs[:, 1], problem.shape)
    return all(
        (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
        for row, total in zip(problem.rows, (int(own.sum()) if len(own) else 0 for _, own in terms), strict=True)
    )


def binding_rows(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> list[int]:
    """Return the rows, by their places, that some choice of the given pairs could break.

    A row of one person is left out if it holds for as many of their pairs as they may take, whatever these are.
    """
    kept = np.ones(len(problem.rows), dtype=bool)
    people, sides = (mentors, mentees), (problem.mentors, problem.mentees)
    for side, places in _groups_of_rows(problem.rows):
        rows = [problem.rows[place] for place in places]
        # All of the group have the same weights, and each the pairs of its person
        weights = Row("", rows[0].weights).coefficients_of(mentors, mentees, problem.shape)
        low, high = _range_of_sums(weights, people[side], sides[side])
        owners = np.array([row.mentee if side else row.mentor for row in rows], dtype=np.int64)
        kept[places] = ~_hold(rows, low[owners], high[owners])
    found: list[int] = np.flatnonzero(kept).tolist()
    return found


def _groups_of_rows(rows: Sequence[Row]) -> list[tuple[int, list[int]]]:
    """Return the rows of one person each by the side of the person and the weights they share, by their places."""
    found: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if (row.mentor is None) != (row.mentee is None) and row.factor is None:
            found[row.mentor is None, id(row.weights)].append(place)
    return [(int(side), places) for (side, _), places in found.items() if GROUPS * len(places) >= len(rows)]


def _range_of_sums(weights: IntVector, people: IntVector, loads: DegreeBounds) -> tuple[IntVector, IntVector]:
    """Return the least and the most that the pairs of each person can count: all that help, or as many at the most."""
    found, often = [], np.minimum(loads.most, np.bincount(people, minlength=len(loads)))
    for sign in (-1, 1):
        part = np.maximum(sign * weights, 0)
        # Sums of weights are far below 2**53: floats hold them exactly
        sums = np.bincount(people, part, minlength=len(loads)).astype(np.int64)
        greatest = np.zeros(len(loads), dtype=np.int64)
        np.maximum.at(greatest, people, part)
        found.append(sign * np.minimum(sums, greatest * often))
    return found[0], found[1]


def _hold(rows: Sequence[Row], low: IntVector, high: IntVector) -> BoolVector:
    """Return which rows hold for all sums from ``low`` to ``high``, (r,) each."""
    least = np.array([-NO_BOUND if row.least is None else row.least for row in rows], dtype=np.int64)
    most = np.array([NO_BOUND if row.most is None else row.most for row in rows], dtype=np.int64)
    return np.asarray((low >= least) & (high <= most))
