"""How much each person gives to each item, whatever the kind of question: the common ground of several criteria."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import gcd
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic import Field as Setting

from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, Ranks
from mentormatch.fields.clock import ZonedSlots
from mentormatch.languages import tr
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.scoring.criterion import CommonItems

LISTS = ("choices", "ranking", "levels", "slots", "names")
LISTS_WITH_AN_END = ("choices", "ranking", "levels", "slots")
"""Those that say how many items there are."""
ORDERED = ("ranking", "names")
"""The kinds of question in which people list items in an order."""
MILLION = 1_000_000


def falling(points: list[float]) -> list[float]:
    """Return points by rank; raise ValueError where they rise, or the first is 0."""
    if not points or round(points[0] * MILLION) == 0 or points != sorted(points, reverse=True):
        raise ValueError(tr("des points par rang, de 1 à 0, qui ne montent pas et dont le premier n'est pas 0"))
    return points


type RankPoints = Annotated[list[Annotated[float, Setting(ge=0, le=1)]], AfterValidator(falling)]
"""What a first, a second ... item is worth, from 1 to 0; a further one nothing."""


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


def stakes_of(left: Column, right: Column, points: Sequence[float] | None = None) -> tuple[Stakes, Stakes]:
    """Return the stakes of two sides in columns of any kind that list items; ``points`` are those of the right by rank.

    Options are compared as options are, and names as names are, unless one side ticks what the other types.
    """
    typed = isinstance(left, NameLists) and isinstance(right, NameLists)
    compared = canonical if typed else fold
    return stakes(left, compared), stakes(right, compared, points)


def stakes(column: Column, compared: Callable[[str], str], points: Sequence[float] | None = None) -> Stakes:
    """Return the stakes in one column: a first choice of three is 3, a level its grade, unless ``points`` say."""
    match column:
        case MultiChoice(labels, values):
            return stakes_of_list(labels, values.astype(np.float64), np.zeros_like(values), 1)
        case Ranks(labels, ranks, most):
            by_rank = stakes_by_rank(most, points, int(ranks.max(initial=0)))
            return stakes_of_list(labels, by_rank[ranks], np.zeros(ranks.shape, dtype=bool), int(by_rank.max()))
        case Grades(labels, levels, grades):
            return stakes_of_list(labels, np.maximum(grades, 0).astype(np.float64), grades == NONE, len(levels) - 1)
        case NameLists():
            return stakes_of_names(column, compared, points)
    raise TypeError(f"a column of {type(column).__name__} lists no items")


def stakes_by_rank(most: int, points: Sequence[float] | None, length: int) -> NDArray[np.float64]:
    """Return (length + 1 or more,) the stake at each rank, 0 at rank 0.

    They are ``most`` and so on down to 1, or ``points`` as whole numbers: millionths over what all of them share.
    """
    if points is None:
        falling_by_one = np.maximum(most + 1 - np.arange(max(length, 1) + 1), 1).astype(np.float64)
        falling_by_one[0] = 0.0
        return falling_by_one
    millionths = [round(each * MILLION) for each in points]
    found = np.zeros(max(length, len(points)) + 1)
    found[1 : len(points) + 1] = np.array(millionths) // max(gcd(*millionths), 1)
    return found


def greatest_stakes(column: Column, points: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Return the stakes of a person who gives as much as the question allows, the highest first.

    Those of names without points are none: a question that asks for names does not say how many.
    """
    match column:
        case MultiChoice(labels, _, _, most):
            return np.ones(len(labels) if most is None else min(most, len(labels)))
        case Ranks(labels, _, most):
            return stakes_by_rank(most, points, most)[1 : min(most, len(labels)) + 1]
        case Grades(labels, levels):
            return np.full(len(labels), len(levels) - 1.0)
    return stakes_by_rank(1, points, 1)[1:] if points else np.empty(0)


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


def stakes_of_list(labels: tuple[str, ...], values: NDArray[np.float64], blank: NDArray[np.bool_], top: int) -> Stakes:
    """Return the stakes in items that the question lists."""
    return Stakes(labels, fold_labels(labels), values, blank, top)


@lru_cache(maxsize=64)
def fold_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return labels as they are compared: the same ones are asked for with each strip of people."""
    return tuple(map(fold, labels))


def stakes_of_names(column: NameLists, compared: Callable[[str], str], points: Sequence[float] | None = None) -> Stakes:
    """Return 1, or the points by rank, for each name that a person gave."""
    rows = [{compared(name): name for name in value or ()} for value in column.values]
    shown = {key: name for row in rows for key, name in row.items()}
    place = {key: index for index, key in enumerate(shown)}
    values = np.zeros((len(rows), len(shown)))
    by_rank = np.ones(1) if points is None else stakes_by_rank(1, points, max(map(len, rows), default=0))[1:]
    for index, row in enumerate(rows):
        values[index, [place[key] for key in row]] = by_rank[: len(row)] if points else 1
    return Stakes(tuple(shown.values()), tuple(shown), values, np.zeros(values.shape, dtype=bool), int(by_rank.max()))


def shared(left: Stakes, right: Stakes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions, in each, of the items that both sides have."""
    place = {key: index for index, key in enumerate(right.keys)}
    both = [(index, place[key]) for index, key in enumerate(left.keys) if key in place]
    positions = np.array(both, dtype=np.intp).reshape(-1, 2)
    return positions[:, 0], positions[:, 1]


def slots_in_common(ours: MultiChoice, theirs: MultiChoice) -> CommonItems:
    """Return the number of common slots of each pair: the same ones, or by the clock where people live apart."""
    if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
        return CommonItems(*ours.numbers(theirs))
    return CommonItems(ours.values, theirs.values, ours.values.shape[1])
