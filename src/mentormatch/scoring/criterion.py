"""Interface of a criterion: it scores blocks of pairs in [0, 1], and explains a score in a phrase.

Several criteria share the item weights below: the weight that each person gives to each item, for any kind of question
that lists items.
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
"""(len(left), len(right)) values in [0, 1], NaN if a side gave no answer."""
type ItemPoints = NDArray[np.float64 | np.int64 | np.bool_]
"""Integers >= 0 in any of these types, or booleans."""
PIECE_WORK = 1 << 18  # products per piece: few enough for one thread, as starting others takes longer
MIN_PIECE_COLUMNS = 16


@dataclass(frozen=True, slots=True)
class WholeGroup:
    """The value that a criterion gives to a group as a whole, by the number of items that all members have.

    ``has`` (n, k) bool: whether each person has each item. ``known`` (n,) bool: whether each person answered.
    ``values`` (k + 1,) in [0, 1]: the value of a group whose members all answered, by the number of common items.
    """

    has: NDArray[np.bool_]
    known: BoolVector
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Named:
    """Values (e,) in [0, 1] of some pairs, each once: positions ``left`` and ``right`` (e,), and ``values``."""

    left: IntVector
    right: IntVector
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of texts: its name, its ``header``, and its ``records``, each with its line number."""

    source: str
    header: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class CommonItems:
    """A number that two people have in common: the inner product of a row of ``left`` and a row of ``right``.

    ``left`` (n, k) and ``right`` (m, k) contain integers >= 0, or booleans; no inner product exceeds ``most``.
    """

    left: ItemPoints
    right: ItemPoints
    most: int

    @property
    def numbers(self) -> Block:
        """The number of each pair, (n, m)."""
        return matmul_float64(self.left, self.right.T)


@dataclass(frozen=True, slots=True)
class AnswerTally:
    """Counts from which the value of every pair follows.

    ``own`` (n,) and (m,): a count for each person of either side, an integer >= 0 if the person answered. ``known``
    (n,) and (m,) bool: whether each person answered. ``common``: counts of each pair. ``worth`` maps the counts of the
    left, of the right and of the pairs, elementwise, to values.
    """

    own: tuple[ItemPoints, ItemPoints]
    known: tuple[BoolVector, BoolVector]
    worth: Callable[..., Block]
    common: tuple[CommonItems, ...] = ()

    def block(self) -> Block:
        """Return the value of every pair, NaN if a side gave no answer."""
        ours, theirs = self.own
        return defined(
            self.worth(ours[:, None], theirs[None, :], *(items.numbers for items in self.common)), *self.known
        )


class Criterion(Extension):
    """A measure of how well the two people of a pair fit, as a programme states it.

    Every pair of a person of ``left`` (axis 0, the mentors) and a person of ``right`` (axis 1) gets a value in [0, 1],
    or NaN if either gave no answer; NaN counts as ``neutral``. ``weight`` is relative to the weights of the other
    criteria. ``group`` is the heading under which the points are shown.
    """

    title: ClassVar[str]
    undefined: ClassVar[str] = mark("sans réponse d'un des deux côtés : compté à {share}")
    """The reason shown for a pair without a value."""
    takes_table: ClassVar[bool] = False
    """Whether it takes a table, from a ``file`` next to the programme or from the caller."""

    kind: str
    weight: float = Setting(default=1.0, ge=0, le=1e6)
    neutral: float = Setting(default=0.5, ge=0, le=1)
    group: str | None = None

    @property
    def sentence(self) -> str:
        """How the criterion counts, as a sentence with a {blank} for each setting. Empty if the title is enough."""
        return ""

    @property
    def details(self) -> tuple[str, ...]:
        """Sentences with blanks for the settings that ``sentence`` does not mention."""
        return ()

    @classmethod
    def with_table(cls, settings: Mapping[str, Any], table: SourceTable) -> dict[str, Any]:
        """Return the settings with the contents of a table.

        Raises ProgrammeError with each row that cannot be used, by its line.
        """
        raise NotImplementedError(f"{cls.__name__} takes no table")

    def score(self, left: People, right: People) -> Block:
        """Return the value of every pair, shape (len(left), len(right)), NaN if undefined.

        The values follow from ``tally``. A criterion without a tally, or with pairs by name, overrides this method.
        """
        tally = self.tally(left, right)
        if tally is None:
            raise NotImplementedError(f"{type(self).__name__} has no tally, and does not say how it scores")
        return tally.block()

    @abstractmethod
    def reason(self, left: Person, right: Person) -> str:
        """Return a phrase that explains the value of a pair whose two people answered."""

    def pairs_by_name(self, left: People, right: People) -> Named | None:
        """Return the pairs whose value depends on keys or typed names. None if values depend on other answers only.

        If pairs are returned, the value of any other pair depends only on which of its two people answered.
        """
        return None

    def tally(self, left: People, right: People) -> AnswerTally | None:
        """Return counts from which all values follow, except those of ``pairs_by_name``; None if there are none."""
        return None

    def whole(self, members: People) -> WholeGroup | None:
        """Return the value of a group as a whole. None if a group has the mean value of its ordered pairs."""
        return None

    def safer_versions(self) -> Iterator[tuple[Self, str]]:
        """Yield versions that reward strategic answers less, each with what changes, smallest change first.

        The last version has weight 0.
        """
        if self.neutral > 0:
            without_neutral = self.model_copy(update={"neutral": 0.0})
            yield (
                without_neutral,
                tr("{criterion} : ne rien compter sans réponse (neutral = 0)", criterion=quoted(self.label)),
            )
        yield from self.versions_by_points()
        without_weight = self.model_copy(update={"weight": 0.0})
        yield (
            without_weight,
            tr("ne plus compter {criterion} dans les points (weight = 0)", criterion=quoted(self.label)),
        )

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield the versions of ``safer_versions`` between a neutral value of 0 and a weight of 0."""
        yield from ()

    @property
    def label(self) -> str:
        """The name shown with the points of this criterion."""
        fields = getattr(self, "field", "")
        return self.name or (f"{tr(self.title)} ({fields})" if fields else tr(self.title))


def both_answered(left: BoolVector, right: BoolVector) -> NDArray[np.bool_]:
    """Return (n, m) bool: the pairs whose two people answered."""
    return left[:, None] & right[None, :]


def defined(values: Block, left: BoolVector, right: BoolVector) -> Block:
    """Return ``values`` with NaN for the pairs in which a person gave no answer."""
    if left.all() and right.all():
        return values
    masked = values.copy()
    masked[~left], masked[:, ~right] = np.nan, np.nan
    return masked


def ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> Block:
    """Return ``part / whole``, and 0 if ``whole`` is 0. It contains integers, and ``part`` is then 0 too."""
    return np.asarray(part / np.maximum(whole, 1.0))


def matmul_float64(left: ItemPoints, right: ItemPoints) -> NDArray[np.float64]:
    """Return the product of two matrices in float64."""
    return matmul_in_pieces(left.astype(np.float64, copy=False), np.ascontiguousarray(right, dtype=np.float64))


def matmul_in_pieces[T: np.floating](left: NDArray[T], right: NDArray[T]) -> NDArray[T]:
    """Return the product of two matrices, computed in pieces of columns that one thread multiplies fast."""
    result = np.empty((left.shape[0], right.shape[1]), dtype=left.dtype)
    columns = max(PIECE_WORK // max(left.size, 1), MIN_PIECE_COLUMNS)
    for start in range(0, right.shape[1], columns):
        np.matmul(left, right[:, start : start + columns], out=result[:, start : start + columns])
    return result


def criteria_by_kind() -> dict[str, type[Criterion]]:
    """Return every registered criterion class by its kind."""
    return concrete(Criterion, "mentormatch.scoring.criteria", "mentormatch.criteria")


LIST_KINDS = ("choices", "ranking", "levels", "slots", "names")
"""Kinds of questions that list items."""
CLOSED_LIST_KINDS = ("choices", "ranking", "levels", "slots")
"""Kinds of questions whose number of items is known."""
ORDERED_KINDS = ("ranking", "names")
"""Kinds of questions in which people list items in an order."""
MILLIONTHS_PER_UNIT = 1_000_000


def check_falling(points: Sequence[float]) -> Sequence[float]:
    """Return points by rank. Raises ValueError if there are none, if they increase, or if the first is 0."""
    if not points or round(points[0] * MILLIONTHS_PER_UNIT) == 0 or list(points) != sorted(points, reverse=True):
        raise ValueError(tr("des points par rang, de 1 à 0, qui ne montent pas et dont le premier n'est pas 0"))
    return points


type RankPoints = Annotated[Items[Annotated[float, Setting(ge=0, le=1)]], AfterValidator(check_falling)]
"""Points of the first, second, ... item, from 1 to 0; a further item has none."""


@dataclass(frozen=True, slots=True)
class ItemWeights:
    """The weight that each person gives to each item of a question.

    ``values`` (n, k) are integers >= 0 in float64: products of matrices are exact, and do not depend on how people are
    grouped. ``blank`` (n, k) bool marks missing answers. ``labels`` (k) are the items as shown, ``keys`` (k) as
    compared. ``top`` is the highest weight that can be given.
    """

    labels: tuple[str, ...]
    keys: tuple[str, ...]
    values: NDArray[np.float64]
    blank: NDArray[np.bool_]
    top: int

    @property
    def totals(self) -> NDArray[np.float64]:
        """The sum of the weights of each person, (n,)."""
        return self.values @ np.ones(self.values.shape[1])


def item_weights_of_sides(
    left: Column, right: Column, points: Sequence[float] | None = None
) -> tuple[ItemWeights, ItemWeights]:
    """Return the item weights of two sides, from columns of any kind that lists items.

    ``points`` are the weights of the right side by rank. Options are compared without case and accents; names by their
    normal form, unless the other side ticks options.
    """
    typed = isinstance(left, NameLists) and isinstance(right, NameLists)
    compared = canonical if typed else fold
    return item_weights(left, compared), item_weights(right, compared, points)


def item_weights(column: Column, compared: Callable[[str], str], points: Sequence[float] | None = None) -> ItemWeights:
    """Return the item weights of a column: n, n - 1, ... by rank, the grade of a level, 1 for ticked boxes and names.

    ``points``, if given, replace the weights by rank. Raises TypeError for a column that lists no items.
    """
    match column:
        case MultiChoice(labels, values):
            return weights_of_list(labels, values.astype(np.float64), np.zeros_like(values), 1)
        case Ranks(labels, ranks, most):
            by_rank = weights_by_rank(most, points, int(ranks.max(initial=0)))
            return weights_of_list(labels, by_rank[ranks], np.zeros(ranks.shape, dtype=bool), int(by_rank.max()))
        case Grades(labels, levels, grades):
            return weights_of_list(labels, np.maximum(grades, 0).astype(np.float64), grades == NONE, len(levels) - 1)
        case NameLists():
            return weights_of_names(column, compared, points)
    raise TypeError(f"a column of {type(column).__name__} lists no items")


def weights_by_rank(first_weight: int, points: Sequence[float] | None, length: int) -> NDArray[np.float64]:
    """Return (length + 1,) or more: the weight of each rank, 0 at rank 0.

    Without ``points`` the weights are ``first_weight``, ``first_weight`` - 1, ... and at least 1. Else they are
    ``points`` in millionths, divided by their greatest common divisor.
    """
    if points is None:
        falling_by_one = np.maximum(first_weight + 1 - np.arange(max(length, 1) + 1), 1).astype(np.float64)
        falling_by_one[0] = 0.0
        return falling_by_one
    millionths = [round(point * MILLIONTHS_PER_UNIT) for point in points]
    by_rank = np.zeros(max(length, len(points)) + 1)
    by_rank[1 : len(points) + 1] = np.array(millionths) // max(gcd(*millionths), 1)
    return by_rank


def greatest_weights(column: Column, points: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Return the weights of a person who gives as much as the question allows, in descending order.

    Empty for names without points: such a question has no maximum number of names.
    """
    match column:
        case MultiChoice(labels, _, _, most):
            return np.ones(len(labels) if most is None else min(most, len(labels)))
        case Ranks(labels, _, most):
            return weights_by_rank(most, points, most)[1 : min(most, len(labels)) + 1]
        case Grades(labels, levels):
            return np.full(len(labels), len(levels) - 1.0)
    return weights_by_rank(1, points, 1)[1:] if points else np.empty(0)


def first_ranks(column: Column, first: int | None) -> Column:
    """Return the column with the first ``first`` items of each person only; all items if it is None."""
    if first is None:
        return column
    if isinstance(column, Ranks):
        return replace(column, values=np.where(column.values > first, 0, column.values))
    if isinstance(column, NameLists):
        return NameLists(tuple(names and names[:first] for names in column.values))
    raise TypeError(f"a column of {type(column).__name__} has no order")


def ranks_given(column: Column) -> int:
    """Return the number of items in the longest list that a person gave."""
    if isinstance(column, Ranks):
        return int(column.values.max(initial=0))
    return max((len(names or ()) for names in column.values), default=0) if isinstance(column, NameLists) else 0


def weights_of_list(
    labels: tuple[str, ...], values: NDArray[np.float64], blank: NDArray[np.bool_], top: int
) -> ItemWeights:
    return ItemWeights(labels, fold_labels(labels), values, blank, top)


@lru_cache(maxsize=64)
def fold_labels(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the labels as they are compared. Cached, because each strip of people needs the same ones."""
    return tuple(map(fold, labels))


def weights_of_names(
    column: NameLists, compared: Callable[[str], str], points: Sequence[float] | None = None
) -> ItemWeights:
    """Return 1, or the points by rank, for each name that a person gave."""
    rows = [{compared(name): name for name in value or ()} for value in column.values]
    label_by_key = {key: name for row in rows for key, name in row.items()}
    column_of = {key: index for index, key in enumerate(label_by_key)}
    values = np.zeros((len(rows), len(label_by_key)))
    by_rank = np.ones(1) if points is None else weights_by_rank(1, points, max(map(len, rows), default=0))[1:]
    for index, row in enumerate(rows):
        values[index, [column_of[key] for key in row]] = by_rank[: len(row)] if points else 1
    return ItemWeights(
        tuple(label_by_key.values()),
        tuple(label_by_key),
        values,
        np.zeros(values.shape, dtype=bool),
        int(by_rank.max()),
    )


def shared_items(left: ItemWeights, right: ItemWeights) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions, in each side, of the items that both sides have."""
    index_of = {key: index for index, key in enumerate(right.keys)}
    pairs = [(index, index_of[key]) for index, key in enumerate(left.keys) if key in index_of]
    positions = np.array(pairs, dtype=np.intp).reshape(-1, 2)
    return positions[:, 0], positions[:, 1]


def slots_in_common(ours: MultiChoice, theirs: MultiChoice) -> CommonItems:
    """Return the number of common slots of each pair, compared by the clock if people live in several time zones."""
    if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
        return CommonItems(*ours.numbers(theirs))
    return CommonItems(ours.values, theirs.values, ours.values.shape[1])
