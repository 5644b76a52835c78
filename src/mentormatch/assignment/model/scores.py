"""Integer profits of the allowed pairs: dense with a mask, or a list in coordinate (COO) form.

Scores that are not stored are a third form, computed on demand; algorithms use only the protocol ``Scores``.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality

type PersonMasks = tuple[BoolVector, BoolVector]

BYTES_PER_LISTED_PAIR = 24  # two positions and a score of 8 bytes
BYTES_PER_MASKED_CELL = 9  # a score and a boolean
NO_SCORE = -(1 << 62)  # below every score
EXCLUDED = -(1 << 61)  # offset of mentees, and minus the limit of mentors, who do not take part in a scan
CACHE_CELLS = 1 << 17  # numbers per strip in the search for extremes; they stay in the cache
STRIP_CELLS = 1 << 15  # numbers of 8 bytes that fit in the processor's cache


@dataclass(frozen=True, slots=True)
class ScanQuery:
    """Query for the pairs (i, k) with ``scale * score + column_offsets[k] >= row_limits[i]`` (pricing).

    With offsets and limits from duals these are the pairs of non-negative reduced profit. A scan of scores that are not
    stored may list only ``per_row`` pairs per row on average; it then keeps the pairs that exceed their limit most, and
    may omit pairs at the limit.
    """

    row_limits: IntVector
    column_offsets: IntVector
    scale: int = 1
    per_row: int = 64

    def open(self, start: int, stop: int) -> IntVector:
        """Return the positions of the mentors from ``start`` to before ``stop`` who take part."""
        return start + np.flatnonzero(self.row_limits[start:stop] != -EXCLUDED)

    def best_value(self, scores: NDArray[np.int32], min_score: int, profits: IntVector) -> int:
        """Return the greatest profit of the pairs of one mentor with at least ``min_score``.

        The profits are written to ``profits``. Pairs below ``min_score`` are masked only if one of these would be the
        best, which is rare; else their profits are written, too.
        """
        if self.scale == 1:
            np.add(scores, self.column_offsets, out=profits)
        else:
            np.multiply(scores, self.scale, out=profits, dtype=np.int64)
            np.add(profits, self.column_offsets, out=profits)
        top = profits.argmax()
        if scores[top] < min_score:
            np.copyto(profits, 2 * EXCLUDED, where=scores < min_score)
            top = profits.argmax()
        return int(profits[top])

    def among(self, mentors: BoolVector, mentees: BoolVector) -> Self:
        """Return the query restricted to some mentors and mentees, as masks."""
        return replace(
            self,
            row_limits=np.where(mentors, self.row_limits, -EXCLUDED),
            column_offsets=np.where(mentees, self.column_offsets, EXCLUDED),
        )


class Scores(Protocol):
    """Which pairs are allowed, and their scores. A forbidden pair is absent; it is not a bad score."""

    @property
    def stored(self) -> bool:
        """Whether all scores are in memory. If not, all pairs must not be listed, and counts are upper bounds."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """The number of mentors and of mentees."""
        ...

    @property
    def count(self) -> int:
        """The number of allowed pairs."""
        ...

    def pairs(self) -> tuple[IntVector, IntVector]:
        """Return the allowed pairs, sorted by mentor, then by mentee."""
        ...

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        """Return (e,) bool: whether each given pair is allowed."""
        ...

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return the scores of the given pairs, which must be allowed."""
        ...

    @property
    def extremes(self) -> tuple[int, int]:
        """The smallest and the greatest score of an allowed pair; zeros if there is none."""
        ...

    @property
    def degrees(self) -> tuple[IntVector, IntVector]:
        """The number of allowed partners of each mentor and of each mentee."""
        ...

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        """Return (m,) bool: whether each mentee has an allowed partner among ``mentors``, (n,) bool."""
        ...

    def at_least(self, least: IntVector) -> "Scores":
        """Return the scores without pairs of a mentee k that score below ``least[k]``."""
        ...

    def values_of_pairs(self) -> IntVector:
        """Return the scores of all allowed pairs."""
        ...

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        """Return the distinct scores of allowed pairs above ``low``, up to ``high``, ascending; possibly others too."""
        ...

    def upper_quantile(self, part: int) -> int | None:
        """Return a score that one pair in ``part`` reaches; None if there are no pairs, or it is unknown."""
        ...

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        """Return the greatest score of each mentor and of each mentee, ``NO_SCORE`` without an allowed partner.

        With ``among``, (n,) and (m,) bool, only the pairs of these mentors with these mentees count.
        """
        ...

    def above(self, query: ScanQuery) -> IntVector:
        """Return the keys of the allowed pairs that match a query, sorted.

        The key of a pair is mentor times the number of mentees plus mentee.
        """
        ...

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        """Return the scores of some mentors with some mentees, (r, c); ``NO_SCORE`` for forbidden pairs."""
        ...

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        """Return (r, c) bool: whether each pair of some mentors with some mentees is allowed."""
        ...

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        """Return, for each mentee k of ``columns``, the greatest sum of ``least[k]`` to ``most[k]`` scores.

        ``least`` and ``most`` are (m,). With fewer allowed partners than ``least[k]``, it is the sum of all.
        The result is an upper bound if scores are not stored.
        """
        ...

    def swap_sides(self) -> "Scores":
        """Return the scores with mentors and mentees exchanged."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class DenseScores(ContentEquality):
    """``values`` (n, m) int64; ``allowed`` (n, m) bool, or None if all pairs are allowed.

    ``within`` gives the extremes if they are known.
    """

    values: IntMatrix
    allowed: BoolMatrix | None = None
    within: InitVar[tuple[int, int] | None] = None
    extremes: tuple[int, int] = field(init=False, repr=False)
    degrees: tuple[IntVector, IntVector] = field(init=False, repr=False, compare=False)
    count: int = field(init=False, repr=False, compare=False)
    stored: ClassVar[bool] = True

    def __post_init__(self, within: tuple[int, int] | None) -> None:
        object.__setattr__(self, "extremes", within or _extremes_of(self.values, self.allowed))
        object.__setattr__(self, "degrees", _count_partners(self.shape, self.allowed))
        object.__setattr__(self, "count", int(self.degrees[0].sum()))

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.values.shape
        return rows, columns

    def pairs(self) -> tuple[IntVector, IntVector]:
        mask = np.ones(self.shape, dtype=bool) if self.allowed is None else self.allowed
        return _true_cells(mask)

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        return np.ones(len(mentors), dtype=bool) if self.allowed is None else self.allowed[mentors, mentees]

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.values[mentors, mentees]

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        if self.allowed is None or mentors.all():
            return self.degrees[1] > 0 if mentors.any() else np.zeros(self.shape[1], dtype=bool)
        return np.asarray(self.allowed[mentors].any(axis=0))

    def at_least(self, least: IntVector) -> "DenseScores | SparseScores":
        mask = self.values >= least
        return pack_scores(self.values, mask if self.allowed is None else mask & self.allowed)

    def values_of_pairs(self) -> IntVector:
        return self.values.ravel() if self.allowed is None else self.values[self.allowed]

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        return distinct_between(self.values_of_pairs(), low, high)

    def upper_quantile(self, part: int) -> int | None:
        return upper_quantile(self.values_of_pairs(), part)

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        values = self.values if self.allowed is None else np.where(self.allowed, self.values, NO_SCORE)
        if among is not None:
            values = np.where(among[0][:, None] & among[1], values, NO_SCORE)
        return values.max(axis=1, initial=NO_SCORE), values.max(axis=0, initial=NO_SCORE)

    def above(self, query: ScanQuery) -> IntVector:
        width = max(self.shape[1], 1)
        step = max(STRIP_CELLS // width, 1)
        buffer = np.empty((min(step, self.shape[0]), self.shape[1]), dtype=np.int64)
        keys = [np.empty(0, dtype=np.int64)]
        for start in range(0, self.shape[0], step):
            strip = self.values[start : start + step]
            target = buffer[: len(strip)]
            profits = strip if query.scale == 1 else np.multiply(strip, query.scale, out=target)
            matches = np.add(profits, query.column_offsets, out=target) >= query.row_limits[start : start + step, None]
            if self.allowed is not None:
                matches &= self.allowed[start : start + step]
            keys.append(np.flatnonzero(matches) + start * width)
        return np.concatenate(keys)

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        cells = np.ix_(rows, columns)
        return (
            self.values[cells] if self.allowed is None else np.where(self.allowed[cells], self.values[cells], NO_SCORE)
        )

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        return np.ones((len(rows), len(columns)), bool) if self.allowed is None else self.allowed[np.ix_(rows, columns)]

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        return top_sums(self, columns, least, most)

    def swap_sides(self) -> "DenseScores":
        return DenseScores(self.values.T, None if self.allowed is None else self.allowed.T, self.extremes)


@dataclass(frozen=True, slots=True, eq=False)
class SparseScores(ContentEquality):
    """One entry of ``mentors``, ``mentees`` and ``values`` per allowed pair, sorted by mentor, then by mentee."""

    shape: tuple[int, int]
    mentors: IntVector
    mentees: IntVector
    values: IntVector
    extremes: tuple[int, int] = field(init=False, repr=False)
    degrees: tuple[IntVector, IntVector] = field(init=False, repr=False, compare=False)
    count: int = field(init=False, repr=False, compare=False)
    stored: ClassVar[bool] = True

    def __post_init__(self) -> None:
        n, m = self.shape
        object.__setattr__(self, "count", len(self.values))
        object.__setattr__(self, "extremes", _extremes(self.values))
        object.__setattr__(
            self, "degrees", (np.bincount(self.mentors, minlength=n), np.bincount(self.mentees, minlength=m))
        )

    def pairs(self) -> tuple[IntVector, IntVector]:
        return self.mentors, self.mentees

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        keys, queried = self._keys(self.mentors, self.mentees), self._keys(mentors, mentees)
        if len(keys) == 0:
            return np.zeros(len(queried), dtype=bool)
        index = np.minimum(np.searchsorted(keys, queried), len(keys) - 1)
        return np.equal(keys[index], queried)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        if np.array_equal(mentors, self.mentors) and np.array_equal(mentees, self.mentees):
            return self.values.copy()
        keys = self._keys(self.mentors, self.mentees)
        return self.values[np.searchsorted(keys, self._keys(mentors, mentees))]

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        return np.bincount(self.mentees[mentors[self.mentors]], minlength=self.shape[1]) > 0

    def at_least(self, least: IntVector) -> "DenseScores | SparseScores":
        mask = self.values >= least[self.mentees]
        return SparseScores(self.shape, self.mentors[mask], self.mentees[mask], self.values[mask])

    def values_of_pairs(self) -> IntVector:
        return self.values

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        return distinct_between(self.values_of_pairs(), low, high)

    def upper_quantile(self, part: int) -> int | None:
        return upper_quantile(self.values_of_pairs(), part)

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        maxima = np.full(self.shape[0], NO_SCORE), np.full(self.shape[1], NO_SCORE)
        mask = slice(None) if among is None else among[0][self.mentors] & among[1][self.mentees]
        np.maximum.at(maxima[0], self.mentors[mask], self.values[mask])
        np.maximum.at(maxima[1], self.mentees[mask], self.values[mask])
        return maxima

    def above(self, query: ScanQuery) -> IntVector:
        profits = query.scale * self.values + query.column_offsets[self.mentees]
        mask = profits >= query.row_limits[self.mentors]
        return self._keys(self.mentors[mask], self.mentees[mask])

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        pairs = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
        scores, mask = np.full(len(pairs[0]), NO_SCORE), self.allows(*pairs)
        scores[mask] = self.at(pairs[0][mask], pairs[1][mask])
        return scores.reshape(len(rows), len(columns))

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        return self.allows(np.repeat(rows, len(columns)), np.tile(columns, len(rows))).reshape(len(rows), len(columns))

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        return top_sums(self, columns, least, most)

    def swap_sides(self) -> "SparseScores":
        # Pairs are sorted by mentor; numpy sorts 2-byte numbers by radix sort
        fits_two_bytes = self.shape[1] <= np.iinfo(np.uint16).max
        order = np.argsort(self.mentees.astype(np.uint16) if fits_two_bytes else self.mentees, kind="stable")
        return SparseScores(self.shape[::-1], self.mentees[order], self.mentors[order], self.values[order])

    def _keys(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return mentors * self.shape[1] + mentees


def pack_scores(values: NDArray[np.int32 | np.int64], allowed: BoolMatrix | None = None) -> DenseScores | SparseScores:
    """Return the scores of the allowed pairs in the form with fewer bytes.

    Parameters
    ----------
    values
        (n, m) int32 or int64; values of forbidden pairs do not matter.
    allowed
        (n, m) bool, or None if all pairs are allowed.
    """
    if allowed is not None and allowed.all():
        allowed = None
    if allowed is None or np.count_nonzero(allowed) * BYTES_PER_LISTED_PAIR >= values.size * BYTES_PER_MASKED_CELL:
        within = _extremes_of(values, allowed)  # before the conversion to int64 takes more memory
        return DenseScores(values.astype(np.int64, copy=False), allowed, within)
    shape = (values.shape[0], values.shape[1])
    mentors, mentees = _true_cells(allowed)
    return SparseScores(shape, mentors, mentees, values[mentors, mentees].astype(np.int64, copy=False))


def distinct_between(scores: IntVector, low: int, high: int) -> Sequence[int]:
    """Return the distinct scores above ``low``, up to ``high``, ascending."""
    levels: list[int] = np.unique(scores[(scores > low) & (scores <= high)]).tolist()
    return levels


def upper_quantile(scores: IntVector, part: int) -> int | None:
    """Return the score before the last ``n // part`` of n sorted scores, with ``part`` >= 2; None if n is 0."""
    index = len(scores) - 1 - len(scores) // part
    return int(np.partition(scores, index)[index]) if index >= 0 else None


def top_sums(scores: Scores, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
    """Return the greatest sum of ``least[k]`` to ``most[k]`` scores of each mentee: see ``Scores.top_sums``."""
    greatest = np.empty(len(columns), dtype=np.int64)
    if not len(columns):
        return greatest
    mentors, mentees = scores.pairs()
    values = scores.at(mentors, mentees)
    order = np.lexsort((-values, mentees))
    scores_by_mentee = np.split(values[order], np.searchsorted(mentees[order], np.arange(1, scores.shape[1])))
    for index, mentee in enumerate(columns.tolist()):
        sums = np.append(0, np.cumsum(scores_by_mentee[mentee][: most[mentee]]))
        greatest[index] = sums[min(least[mentee], len(sums) - 1) :].max()
    return greatest


def _true_cells(mask: BoolMatrix) -> tuple[IntVector, IntVector]:
    """Return the rows and columns of all True cells; numpy searches a flat mask faster."""
    keys = np.flatnonzero(mask)
    mentors = keys // max(mask.shape[1], 1)
    return mentors, keys - mentors * mask.shape[1]


def _count_partners(shape: tuple[int, int], allowed: BoolMatrix | None) -> tuple[IntVector, IntVector]:
    """Return (n,) and (m,): the number of allowed partners per person.

    numpy adds bytes faster than booleans; columns are added in strips of 255 rows, whose sums fit a byte.
    """
    if allowed is None:
        return np.full(shape[0], shape[1]), np.full(shape[1], shape[0])
    ones = allowed.view(np.uint8)
    across, down = ones.sum(axis=1, dtype=np.uint32).astype(np.int64), np.zeros(shape[1], dtype=np.int64)
    for start in range(0, shape[0], 255):
        down += ones[start : start + 255].sum(axis=0, dtype=np.uint8)
    return across, down


def _extremes(values: NDArray[np.int32 | np.int64]) -> tuple[int, int]:
    return (int(values.min()), int(values.max())) if values.size else (0, 0)


def _extremes_of(values: NDArray[np.int32 | np.int64], allowed: BoolMatrix | None) -> tuple[int, int]:
    """Return the smallest and the greatest allowed value; zeros if there is none.

    Distances from an end are multiplied by the mask, which is faster than a selection of the allowed values.
    """
    if allowed is None or not allowed.any():
        return _extremes(values) if allowed is None else (0, 0)
    (low, high), step = _extremes(values), max(CACHE_CELLS // values.shape[1], 1)
    below = above = 0
    for start in range(0, len(values), step):
        mask = allowed[start : start + step]
        excess = _excess_over(values[start : start + step], low, high)
        above = max(above, int((excess * mask).max()))
        deficit = np.subtract(excess.dtype.type(high - low), excess, out=excess)
        below = max(below, int(np.multiply(deficit, mask, out=deficit).max()))
    return high - below, low + above


def _excess_over(values: NDArray[np.int32 | np.int64], low: int, high: int) -> NDArray[np.int32 | np.uint64]:
    """Return the excess of values over ``low``, in int32 if it fits, else in uint64."""
    if high - low > np.iinfo(np.int32).max:
        return np.subtract(values.astype(np.int64).view(np.uint64), np.int64(low).view(np.uint64))
    return np.subtract(values, low, out=np.empty(values.shape, dtype=np.int32), casting="unsafe")
