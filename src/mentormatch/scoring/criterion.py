"""What a criterion is: it scores blocks of pairs between 0 and 1, and says in a phrase what one score rests on.

How much each person gives to each item, whatever the kind of question: the common ground of several criteria.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import gcd
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.columns import NONE, Column, Grades, MultiChoice, NameLists, Ranks
from mentormatch.base.immutable_models import Items
from mentormatch.base.plugins import concrete
from mentormatch.fields.clock import ZonedSlots
from mentormatch.fields.extension import Extension
from mentormatch.languages.phrases import quoted
from mentormatch.languages.text_keys import canonical, fold
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import People, Person

type Block = NDArray[np.float64]
"""(len(left), len(right)) values between 0 and 1, NaN where one side gave no answer."""
type ItemPoints = NDArray[np.float64 | np.int64 | np.bool_]
"""Whole numbers, or truths."""
WORK, FEWEST = 1 << 18, 16
"""So many products of numbers are added up by one thread: starting others takes longer, and far longer where all are
busy. But so many columns are multiplied at once, or more."""


@dataclass(frozen=True, slots=True)
class WholeGroup:
    """What a criterion says of a group as a whole, by what all its people have.

    ``has`` (n, k) bool: who has which item; ``known`` (n,) bool: who answered; ``values`` (k + 1,) between 0 and 1:
    what a group in which all answered gets, by the number of items that all have.
    """

    has: NDArray[np.bool_]
    known: BoolVector
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Named:
    """Some pairs, each once, with their values: ``left`` and ``right`` (e,) positions, ``values`` (e,) from 0 to 1."""

    left: IntVector
    right: IntVector
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of texts: what it is called, its ``header``, and its ``records``, each with its line."""

    source: str
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class CommonItems:
    """What two people have in common, as a number: the product of the rows of one in ``left``, the other in ``right``.

    ``left`` (n, k) and ``right`` (m, k) hold whole numbers >= 0, or truths; no product is greater than ``most``.
    """

    left: ItemPoints
    right: ItemPoints
    most: int

    @property
    def numbers(self) -> Block:
        """Return (n, m) the number of each pair."""
        return product(self.left, self.right.T)


@dataclass(frozen=True, slots=True)
class AnswerTally:
    """What is counted of two people, where the value of a pair rests on nothing else.

    ``own`` (n,) and (m,) whole numbers, >= 0 where somebody answered: what each person gave by themselves; ``known``
    (n,) and (m,) bool: who answered; ``common``: numbers of the two together. ``worth`` returns values from the numbers
    of the left, those of the right, and those in common, of each element by itself.
    """

    own: tuple[ItemPoints, ItemPoints]
    known: tuple[BoolVector, BoolVector]
    worth: Callable[..., Block]
    common: tuple[CommonItems, ...] = ()

    def block(self) -> Block:
        """Return the value of every pair."""
        ours, theirs = self.own
        return defined(self.worth(ours[:, None], theirs[None, :], *(each.numbers for each in self.common)), *self.known)


class Criterion(Extension):
    """What makes a pair better.

    A pair (i, k) of people of two sets, ``left`` on axis 0 and ``right`` on axis 1, gets a value between 0 and 1, or
    NaN where either gave no answer; NaN counts at ``neutral``. In mentoring ``left`` are the mentors. ``weight`` is
    relative to the weights of the other criteria; ``group`` the heading under which the points are shown.
    """

    title: ClassVar[str]
    undefined: ClassVar[str] = mark("sans réponse d'un des deux côtés : compté à sa valeur neutre")
    """What is said of a pair that has no value."""
    takes_table: ClassVar[bool] = False
    """Whether it takes a table that stands in a ``file`` beside the programme, or that a caller has."""

    kind: str
    weight: float = Setting(default=1.0, ge=0, le=1e6)
    neutral: float = Setting(default=0.5, ge=0, le=1)
    group: str | None = None

    @property
    def sentence(self) -> str:
        """How this criterion counts, as a sentence with a {blank} for each setting; empty: its title says it."""
        return ""

    @property
    def details(self) -> tuple[str, ...]:
        """Sentences with blanks on the settings that ``sentence`` does not speak of."""
        return ()

    @classmethod
    def with_table(cls, stated: Mapping[str, Any], table: SourceTable) -> dict[str, Any]:
        """Return what a programme states of it with what a table holds.

        Raises ProgrammeError with each row that cannot be used, by its line.
        """
        raise NotImplementedError(f"{cls.__name__} takes no table")

    def score(self, left: People, right: People) -> Block:
        """Return the value of every pair; shape (len(left), len(right)), NaN where undefined.

        It follows from the ``tally``. A criterion that has none, or names pairs, works it out by itself.
        """
        tally = self.tally(left, right)
        if tally is None:
            raise NotImplementedError(f"{type(self).__name__} has no tally, and does not say how it scores")
        return tally.block()

    @abstractmethod
    def reason(self, left: Person, right: Person) -> str:
        """Return in a phrase what the value of this pair rests on; both have answered."""

    def pairs_by_name(self, left: People, right: People) -> Named | None:
        """Return the pairs of which the value rests on who they are; None where it rests on their answers alone.

        Of all other pairs it then rests on which of the two answered at all.
        """
        return None

    def tally(self, left: People, right: People) -> AnswerTally | None:
        """Return what is counted of two people, if all values but those that are ``named`` rest on it; else None."""
        return None

    def whole(self, members: People) -> WholeGroup | None:
        """Return what is said of a group as a whole; None where a group has the mean of its pairs, both ways round."""
        return None

    def safer_versions(self) -> Iterator[tuple[Self, str]]:
        """Yield this criterion so that it rewards chosen answers less, each with what changes; the last counts nothing.

        The smallest change comes first.
        """
        if self.neutral > 0:
            unsaid = self.model_copy(update={"neutral": 0.0})
            yield unsaid, tr("{criterion} : ne rien compter sans réponse (neutral = 0)", criterion=quoted(self.label))
        yield from self.versions_by_points()
        uncounted = self.model_copy(update={"weight": 0.0})
        yield uncounted, tr("ne plus compter {criterion} dans les points (weight = 0)", criterion=quoted(self.label))

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield what ``safer_versions`` has between a neutral value of 0 and no weight."""
        yield from ()

    @property
    def label(self) -> str:
        """What this criterion is called where its points are shown."""
        fields = getattr(self, "field", "")
        return self.name or (f"{tr(self.title)} ({fields})" if fields else tr(self.title))


def both_answered(left: BoolVector, right: BoolVector) -> NDArray[np.bool_]:
    """Return (n, m) bool: the pairs in which both sides answered."""
    return left[:, None] & right[None, :]


def defined(values: Block, left: BoolVector, right: BoolVector) -> Block:
    """Return ``values`` with NaN where either side gave no answer."""
    if left.all() and right.all():
        return values
    found = values.copy()
    found[~left], found[:, ~right] = np.nan, np.nan
    return found


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Block:
    """Return ``part / whole``, 0 where the whole is 0; it is a whole number, and 0 where it has no part."""
    return np.asarray(part / np.maximum(whole, 1.0))


def product(left: ItemPoints, right: ItemPoints) -> NDArray[np.float64]:
    """Return the product of two matrices in float64."""
    return piecewise(left.astype(np.float64, copy=False), np.ascontiguousarray(right, dtype=np.float64))


def piecewise[T: np.floating](left: NDArray[T], right: NDArray[T]) -> NDArray[T]:
    """Return the product of two matrices, piece by piece."""
    found = np.empty((left.shape[0], right.shape[1]), dtype=left.dtype)
    step = max(WORK // max(left.size, 1), FEWEST)
    for start in range(0, right.shape[1], step):
        np.matmul(left, right[:, start : start + step], out=found[:, start : start + step])
    return found


def criteria_by_kind() -> dict[str, type[Criterion]]:
    """Return every registered criterion by its kind."""
    return concrete(Criterion, "mentormatch.scoring.criteria", "mentormatch.criteria")


LISTS = ("choices", "ranking", "levels", "slots", "names")
LISTS_WITH_AN_END = ("choices", "ranking", "levels", "slots")
"""Those that say how many items there are."""
ORDERED = ("ranking", "names")
"""The kinds of question in which people list items in an order."""
MILLION = 1_000_000


def falling(points: Sequence[float]) -> Sequence[float]:
    """Return points by rank; raise ValueError where they rise, or the first is 0."""
    if not points or round(points[0] * MILLION) == 0 or list(points) != sorted(points, reverse=True):
        raise ValueError(tr("des points par rang, de 1 à 0, qui ne montent pas et dont le premier n'est pas 0"))
    return points


type RankPoints = Annotated[Items[Annotated[float, Setting(ge=0, le=1)]], AfterValidator(falling)]
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


def shared_items(left: Stakes, right: Stakes) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
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
