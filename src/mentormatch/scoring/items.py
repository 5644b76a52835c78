"""How much each person gives to each item, whatever the kind of question: the common ground of several criteria."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.columns import NONE, Column, Grades, Members, Names, Ranks
from mentormatch.text import canonical, fold

LISTS = ("choices", "ranking", "levels", "slots", "names")


@dataclass(frozen=True, slots=True)
class Stakes:
    """``values`` (n, k) whole numbers >= 0, the stake of each person in each item; ``blank`` (n, k) bool: not said.

    Whole numbers in float64, so that products of matrices are exact and do not depend on how people are grouped.
    ``top`` is the highest stake that can be given.
    """

    labels: tuple[str, ...]
    values: NDArray[np.float64]
    blank: NDArray[np.bool_]
    top: int


def stakes(column: Column) -> Stakes:
    """Return the stakes in a column of any kind that lists items: a first choice of three is 3, a level its grade."""
    match column:
        case Members(labels, chosen):
            return Stakes(labels, chosen.astype(np.float64), np.zeros_like(chosen), 1)
        case Ranks(labels, ranks, most):
            points = np.where(ranks > 0, np.maximum(most + 1 - ranks, 1), 0).astype(np.float64)
            return Stakes(labels, points, np.zeros(ranks.shape, dtype=bool), most)
        case Grades(labels, levels, grades):
            return Stakes(labels, np.maximum(grades, 0).astype(np.float64), grades == NONE, len(levels) - 1)
        case Names():
            return named(column)
    raise TypeError(f"a column of {type(column).__name__} lists no items")


def named(column: Names) -> Stakes:
    """Return 1 for each name that a person gave; names are compared as typed, without case."""
    rows = [[canonical(name) for name in value or ()] for value in column.values]
    labels = tuple(sorted({name for row in rows for name in row}))
    place = {name: index for index, name in enumerate(labels)}
    values = np.zeros((len(rows), len(labels)))
    for index, row in enumerate(rows):
        values[index, [place[name] for name in row]] = 1
    return Stakes(labels, values, np.zeros(values.shape, dtype=bool), 1)


def shared(left: Stakes, right: Stakes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions, in each, of the items that both sides have; items are matched by label."""
    place = {fold(label): index for index, label in enumerate(right.labels)}
    both = [(index, place[fold(label)]) for index, label in enumerate(left.labels) if fold(label) in place]
    positions = np.array(both, dtype=np.intp).reshape(-1, 2)
    return positions[:, 0], positions[:, 1]
