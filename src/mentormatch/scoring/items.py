"""How much each person gives to each item, whatever the kind of question: the common ground of several criteria."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, Ranks
from mentormatch.languages.text_keys import canonical, fold

LISTS = ("choices", "ranking", "levels", "slots", "names")
ORDERED = ("ranking", "names")
"""The kinds of question in which people list items in an order."""


@dataclass(frozen=True, slots=True)
class Stakes:
    """``values`` (n, k) whole numbers >= 0, the stake of each person in each item; ``blank`` (n, k) bool: not said.

    Whole numbers in float64, so that products of matrices are exact and do not depend on how people are grouped.
    ``labels`` (k) are the items as they are shown, ``keys`` (k) as they are compared; ``top`` is the highest stake that
    can be given.
    """

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    values: NDArray[np.float64]
    blank: NDArray[np.bool_]
    top: int

    @property
    def totals(self) -> NDArray[np.float64]:
        """Return (n,) the stakes of each person in all."""
        return self.values @ np.ones(self.values.shape[1])


def stakes_of(left: Column, right: Column) -> tuple[Stakes, Stakes]:
    """Return the stakes of two sides in columns of any kind that list items.

    Options are compared as options are, and names as names are, unless one side ticks what the other types.
    """
    typed = isinstance(left, NameLists) and isinstance(right, NameLists)
    compared = canonical if typed else fold
    return stakes(left, compared), stakes(right, compared)


def stakes(column: Column, compared: Callable[[str], str]) -> Stakes:
    """Return the stakes in one column: a first choice of three is 3, a level its grade."""
    match column:
        case MultiChoice(labels, values):
            return listed(labels, values.astype(np.float64), np.zeros_like(values), 1)
        case Ranks(labels, ranks, most):
            points = np.maximum(most + 1 - np.arange(ranks.max(initial=0) + 1), 1).astype(np.float64)
            points[0] = 0.0
            return listed(labels, points[ranks], np.zeros(ranks.shape, dtype=bool), most)
        case Grades(labels, levels, grades):
            return listed(labels, np.maximum(grades, 0).astype(np.float64), grades == NONE, len(levels) - 1)
        case NameLists():
            return named(column, compared)
    raise TypeError(f"a column of {type(column).__name__} lists no items")


def first_ranks(column: Column, first: int | None) -> Column:
    """Return the column with the first so many items of each person only, all of them where that is not said."""
    if first is None:
        return column
    if isinstance(column, Ranks):
        return replace(column, values=np.where(column.values > first, 0, column.values))
    if isinstance(column, NameLists):
        return NameLists(tuple(names and names[:first] for names in column.values))
    raise TypeError(f"a column of {type(column).__name__} has no order")


def ranks_given(column: Column) -> int:
    """Return how many items the longest list of a person has."""
    if isinstance(column, Ranks):
        return int(column.values.max(initial=0))
    return max((len(names or ()) for names in column.values), default=0) if isinstance(column, NameLists) else 0


def listed(labels: tuple[str, ...], values: NDArray[np.float64], blank: NDArray[np.bool_], top: int) -> Stakes:
    """Return the stakes in items that the question lists."""
    return Stakes(labels, folded(labels), values, blank, top)


@lru_cache(maxsize=64)
def folded(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return labels as they are compared: the same ones are asked for with each strip of people."""
    return tuple(map(fold, labels))


def named(column: NameLists, compared: Callable[[str], str]) -> Stakes:
    """Return 1 for each name that a person gave."""
    rows = [{compared(name): name for name in value or ()} for value in column.values]
    shown = {key: name for row in rows for key, name in row.items()}
    place = {key: index for index, key in enumerate(shown)}
    values = np.zeros((len(rows), len(shown)))
    for index, row in enumerate(rows):
        values[index, [place[key] for key in row]] = 1
    return Stakes(tuple(shown.values()), tuple(shown), values, np.zeros(values.shape, dtype=bool), 1)


def shared(left: Stakes, right: Stakes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions, in each, of the items that both sides have."""
    place = {key: index for index, key in enumerate(right.keys)}
    both = [(index, place[key]) for index, key in enumerate(left.keys) if key in place]
    positions = np.array(both, dtype=np.intp).reshape(-1, 2)
    return positions[:, 0], positions[:, 1]
