"""The profit of each allowed pair, as integers: dense with a mask, or a list in coordinate (COO) form.

Scores that are not stored are a third form, computed when they are asked for; algorithms see only ``Scores``.
"""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field, replace
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality

type PersonMasks = tuple[BoolVector, BoolVector]

BYTES_OF_A_LISTED_PAIR = 24
"""Two positions and a score, eight bytes each."""
BYTES_OF_A_MASKED_CELL = 9
"""A score, and whether the pair is allowed."""


CELLS = 1 << 17
"""So many numbers are read together: they stay in the cache."""
BYTE = 255
"""So many ones add up within a byte."""
NO_SCORE = -(1 << 62)
"""Stands below every score."""
STRIP_CELLS = 1 << 15
"""So many numbers of 8 bytes stay in the cache of a processor."""
EXCLUDED = -(1 << 61)
"""What is added for people who take no part: below everything."""


@dataclass(frozen=True, slots=True)
class ScanQuery:
    """Asks for the pairs (i, k) with ``scale * score + column_offsets[k] >= row_limits[i]`` (pricing).

    With offsets and limits from duals these are the pairs of non-negative reduced profit. A scan that lists ``per_row``
    pairs a row at most, on average, keeps those that exceed their limit most; pairs at the limit are then not all
    there.
    """

    row_limits: IntVector
    column_offsets: IntVector
    scale: int = 1
    per_row: int = 64

    def open(self, start: int, stop: int) -> IntVector:
        """Return the positions of those mentors of a strip who take part."""
        return start + np.flatnonzero(self.row_limits[start:stop] != -EXCLUDED)

    def best_of(self, own: NDArray[np.int32], least: int, worth: IntVector) -> int:
        """Return the greatest worth of the pairs of a mentor, whose scores are ``own``, among those that are allowed.

        What each pair is worth is put into ``worth``, which does not tell whether it is allowed. Few forbidden pairs
        would be the best: their scores are looked at where one is.
        """
        if self.scale == 1:
            np.add(own, self.column_offsets, out=worth)
        else:
            np.multiply(own, self.scale, out=worth, dtype=np.int64)
            np.add(worth, self.column_offsets, out=worth)
        top = worth.argmax()
        if own[top] < least:
            np.copyto(worth, 2 * EXCLUDED, where=own < least)
            top = worth.argmax()
        return int(worth[top])

    def among(self, mentors: BoolVector, mentees: BoolVector) -> Self:
        """Return the query for those who take part."""
        return replace(
            self,
            row_limits=np.where(mentors, self.row_limits, -EXCLUDED),
            column_offsets=np.where(mentees, self.column_offsets, EXCLUDED),
        )


class Scores(Protocol):
    """Which pairs are allowed, and their scores. A forbidden pair is absent; it is not a bad score."""

    @property
    def stored(self) -> bool:
        """Return whether all scores are in memory. Where not, nobody may ask for all pairs, and counts are bounds."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of mentors and of mentees."""
        ...

    @property
    def count(self) -> int:
        """Return the number of allowed pairs."""
        ...

    def pairs(self) -> tuple[IntVector, IntVector]:
        """Return the allowed pairs, sorted by mentor, then by mentee."""
        ...

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        """Return which of the given pairs are allowed."""
        ...

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return the scores of the given pairs, which must be allowed."""
        ...

    @property
    def extremes(self) -> tuple[int, int]:
        """Return the smallest and the greatest score of an allowed pair, zeros if there is none."""
        ...

    @property
    def degrees(self) -> tuple[IntVector, IntVector]:
        """Return the number of allowed partners of each mentor and of each mentee."""
        ...

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        """Return (m,) bool: which mentees have an allowed partner among some ``mentors``, (n,) bool."""
        ...

    def at_least(self, least: IntVector) -> "Scores":
        """Return the scores without the pairs of any mentee k that score below ``least[k]``."""
        ...

    def values_of_pairs(self) -> IntVector:
        """Return the scores of all allowed pairs."""
        ...

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        """Return in ascending order the scores above ``low``, up to ``high``, that an allowed pair may have."""
        ...

    def upper_quantile(self, part: int) -> int | None:
        """Return a score that one pair in ``part`` exceeds or equals; None: there is none, or it is not known."""
        ...

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        """Return the greatest score of each mentor and of each mentee, ``NO_SCORE`` for who has no allowed partner.

        With ``among``, (n,) and (m,) bool, only the pairs of some mentors with some mentees count.
        """
        ...

    def above(self, query: ScanQuery) -> IntVector:
        """Return the places of the allowed pairs that a query asks for, all of them, sorted.

        The place of a pair is mentor times the number of mentees plus mentee.
        """
        ...

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        """Return (r, c) the scores of some mentors with some mentees, ``NO_SCORE`` where a pair is not allowed."""
        ...

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        """Return (r, c) bool: which pairs of some mentors with some mentees are allowed."""
        ...

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        """Return the greatest sum of ``least[k]`` to ``most[k]`` scores of each of some mentees k, (m,) of all mentees.

        An upper bound on it, where scores are not stored.
        """
        ...

    def swap_sides(self) -> "Scores":
        """Return the same with the sides exchanged."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class DenseScores(ContentEquality):
    """``values`` (n, m) int64; ``allowed`` (n, m) bool, or None where every pair is allowed.

    ``within`` are the extremes, where they are known already.
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
        kept = self.values >= least
        return pack_scores(self.values, kept if self.allowed is None else kept & self.allowed)

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
        room = np.empty((min(step, self.shape[0]), self.shape[1]), dtype=np.int64)
        found = [np.empty(0, dtype=np.int64)]
        for start in range(0, self.shape[0], step):
            strip = self.values[start : start + step]
            own = room[: len(strip)]
            worth = strip if query.scale == 1 else np.multiply(strip, query.scale, out=own)
            left = np.add(worth, query.column_offsets, out=own) >= query.row_limits[start : start + step, None]
            if self.allowed is not None:
                left &= self.allowed[start : start + step]
            found.append(np.flatnonzero(left) + start * width)
        return np.concatenate(found)

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        some = np.ix_(rows, columns)
        return self.values[some] if self.allowed is None else np.where(self.allowed[some], self.values[some], NO_SCORE)

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        return np.ones((len(rows), len(columns)), bool) if self.allowed is None else self.allowed[np.ix_(rows, columns)]

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        return top_sums(self, columns, least, most)

    def swap_sides(self) -> "DenseScores":
        return DenseScores(self.values.T, None if self.allowed is None else self.allowed.T, self.extremes)


@dataclass(frozen=True, slots=True, eq=False)
class SparseScores(ContentEquality):
    """``mentors``, ``mentees``, ``values``: one entry for each allowed pair, sorted by mentor, then by mentee."""

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
        keys, found = self._keys(self.mentors, self.mentees), self._keys(mentors, mentees)
        if len(keys) == 0:
            return np.zeros(len(found), dtype=bool)
        place = np.minimum(np.searchsorted(keys, found), len(keys) - 1)
        return np.equal(keys[place], found)

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        if np.array_equal(mentors, self.mentors) and np.array_equal(mentees, self.mentees):
            return self.values.copy()
        keys = self._keys(self.mentors, self.mentees)
        return self.values[np.searchsorted(keys, self._keys(mentors, mentees))]

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        return np.bincount(self.mentees[mentors[self.mentors]], minlength=self.shape[1]) > 0

    def at_least(self, least: IntVector) -> "DenseScores | SparseScores":
        kept = self.values >= least[self.mentees]
        return SparseScores(self.shape, self.mentors[kept], self.mentees[kept], self.values[kept])

    def values_of_pairs(self) -> IntVector:
        return self.values

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        return distinct_between(self.values_of_pairs(), low, high)

    def upper_quantile(self, part: int) -> int | None:
        return upper_quantile(self.values_of_pairs(), part)

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        found = np.full(self.shape[0], NO_SCORE), np.full(self.shape[1], NO_SCORE)
        some = slice(None) if among is None else among[0][self.mentors] & among[1][self.mentees]
        np.maximum.at(found[0], self.mentors[some], self.values[some])
        np.maximum.at(found[1], self.mentees[some], self.values[some])
        return found

    def above(self, query: ScanQuery) -> IntVector:
        worth = query.scale * self.values + query.column_offsets[self.mentees]
        some = worth >= query.row_limits[self.mentors]
        return self._keys(self.mentors[some], self.mentees[some])

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        pairs = np.repeat(rows, len(columns)), np.tile(columns, len(rows))
        found, fit = np.full(len(pairs[0]), NO_SCORE), self.allows(*pairs)
        found[fit] = self.at(pairs[0][fit], pairs[1][fit])
        return found.reshape(len(rows), len(columns))

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        return self.allows(np.repeat(rows, len(columns)), np.tile(columns, len(rows))).reshape(len(rows), len(columns))

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        return top_sums(self, columns, least, most)

    def swap_sides(self) -> "SparseScores":
        # Pairs are sorted by mentor; numbers of two bytes are sorted digit by digit
        short = self.shape[1] <= np.iinfo(np.uint16).max
        order = np.argsort(self.mentees.astype(np.uint16) if short else self.mentees, kind="stable")
        return SparseScores(self.shape[::-1], self.mentees[order], self.mentors[order], self.values[order])

    def _keys(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return mentors * self.shape[1] + mentees


def pack_scores(values: NDArray[np.int32 | np.int64], allowed: BoolMatrix | None = None) -> DenseScores | SparseScores:
    """Return the scores of the allowed pairs in the form that takes fewer bytes.

    Parameters
    ----------
    values
        (n, m) int32 or int64; what stands at a forbidden pair is never read.
    allowed
        (n, m) bool, or None where every pair is allowed.
    """
    if allowed is not None and allowed.all():
        allowed = None
    if allowed is None or np.count_nonzero(allowed) * BYTES_OF_A_LISTED_PAIR >= values.size * BYTES_OF_A_MASKED_CELL:
        within = _extremes_of(values, allowed)  # looked for before the numbers take more room
        return DenseScores(values.astype(np.int64, copy=False), allowed, within)
    shape = (values.shape[0], values.shape[1])
    mentors, mentees = _true_cells(allowed)
    return SparseScores(shape, mentors, mentees, values[mentors, mentees].astype(np.int64, copy=False))


def distinct_between(scores: IntVector, low: int, high: int) -> Sequence[int]:
    """Return in ascending order which scores there are above ``low``, up to ``high``."""
    found: list[int] = np.unique(scores[(scores > low) & (scores <= high)]).tolist()
    return found


def upper_quantile(scores: IntVector, part: int) -> int | None:
    """Return the score that one in ``part`` of all exceeds or equals, None if there is none."""
    place = len(scores) - 1 - len(scores) // part
    return int(np.partition(scores, place)[place]) if place >= 0 else None


def top_sums(scores: Scores, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
    """Return the greatest sum of ``least[k]`` to ``most[k]`` scores of each mentee k of ``columns``."""
    found = np.empty(len(columns), dtype=np.int64)
    if not len(columns):
        return found
    mentors, mentees = scores.pairs()
    values = scores.at(mentors, mentees)
    order = np.lexsort((-values, mentees))
    split = np.split(values[order], np.searchsorted(mentees[order], np.arange(1, scores.shape[1])))
    for place, mentee in enumerate(columns.tolist()):
        sums = np.append(0, np.cumsum(split[mentee][: most[mentee]]))
        found[place] = sums[min(least[mentee], len(sums) - 1) :].max()
    return found


def _true_cells(mask: BoolMatrix) -> tuple[IntVector, IntVector]:
    """Return the rows and columns of all that is True; numpy is quicker with a flat mask."""
    places = np.flatnonzero(mask)
    mentors = places // max(mask.shape[1], 1)
    return mentors, places - mentors * mask.shape[1]


def _count_partners(shape: tuple[int, int], allowed: BoolMatrix | None) -> tuple[IntVector, IntVector]:
    """Return (n,) and (m,): with how many people each may be paired.

    Bytes are added up far quicker than truths, and down the columns quickest in a byte, as many as it holds.
    """
    if allowed is None:
        return np.full(shape[0], shape[1]), np.full(shape[1], shape[0])
    ones = allowed.view(np.uint8)
    across, down = ones.sum(axis=1, dtype=np.uint32).astype(np.int64), np.zeros(shape[1], dtype=np.int64)
    for start in range(0, shape[0], BYTE):
        down += ones[start : start + BYTE].sum(axis=0, dtype=np.uint8)
    return across, down


def _extremes(values: NDArray[np.int32 | np.int64]) -> tuple[int, int]:
    return (int(values.min()), int(values.max())) if values.size else (0, 0)


def _extremes_of(values: NDArray[np.int32 | np.int64], allowed: BoolMatrix | None) -> tuple[int, int]:
    """Return the smallest and the greatest value that is allowed, zeros if there is none.

    What is not allowed is multiplied away: far quicker than to pick what is, of which no processor guesses the pattern.
    """
    if allowed is None or not allowed.any():
        return _extremes(values) if allowed is None else (0, 0)
    (low, high), step = _extremes(values), max(CELLS // values.shape[1], 1)
    below = above = 0
    for start in range(0, len(values), step):
        fine = allowed[start : start + step]
        over = _excess_over(values[start : start + step], low, high)
        above = max(above, int((over * fine).max()))
        under = np.subtract(over.dtype.type(high - low), over, out=over)
        below = max(below, int(np.multiply(under, fine, out=under).max()))
    return high - below, low + above


def _excess_over(values: NDArray[np.int32 | np.int64], low: int, high: int) -> NDArray[np.int32 | np.uint64]:
    """Return by how much values exceed ``low``, in as few bytes as hold that."""
    if high - low > np.iinfo(np.int32).max:
        return np.subtract(values.astype(np.int64).view(np.uint64), np.int64(low).view(np.uint64))
    return np.subtract(values, low, out=np.empty(values.shape, dtype=np.int32), casting="unsafe")
