"""Typed columns: the answers of n people to one question, in the shape that scoring needs.

Axis 0 is people. A column has a mask of answers (``known``), selects people (``take``) and formats one answer as text
(``shown``). Options are stored as labels, so columns of two sides are aligned by label, never by position.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, Index, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.languages.text_keys import canonical, fold, says_yes
from mentormatch.languages.translation import tr

NONE = -1  # code, or grade, of a missing answer


class Column(Protocol):
    """The answers of n people to one question."""

    @property
    def known(self) -> BoolVector:
        """Return (n,) bool: whether each person answered."""
        ...

    def take(self, index: Index) -> Self:
        """Return the column of the people at ``index`` only."""
        ...

    def shown(self, row: int) -> str:
        """Return the display text of one person's answer; empty if there is none."""
        ...

    def alike(self) -> IntVector:
        """Return (n,) int64: a number per answer, equal for equal answers; a missing answer counts as one."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class SingleChoice(ContentEquality):
    """A choice per person: ``values`` (n,) int64 index into ``labels``, -1 for no answer."""

    labels: tuple[str, ...]
    values: IntVector

    @property
    def known(self) -> BoolVector:
        return np.asarray(self.values != NONE)

    @property
    def spoken_labels(self) -> tuple[str, ...]:
        """The options for display."""
        return self.labels

    def options_named(self, answers: Iterable[str]) -> BoolVector:
        """Return (k,) bool: whether each option is among ``answers``, ignoring case and accents."""
        return labels_named(self.labels, answers)

    def take(self, index: Index) -> "SingleChoice":
        return SingleChoice(self.labels, self.values[index])

    def shown(self, row: int) -> str:
        code = int(self.values[row])
        return "" if code == NONE else self.spoken_labels[code]

    def alike(self) -> IntVector:
        return self.values - NONE


@dataclass(frozen=True, slots=True, eq=False)
class Affirmations(SingleChoice):
    """Yes or no per person, 1 for yes: the labels are stored in French and displayed in the current language."""

    @property
    def spoken_labels(self) -> tuple[str, ...]:
        """No and yes in the current language."""
        return tuple(map(tr, self.labels))

    def options_named(self, answers: Iterable[str]) -> BoolVector:
        """Return (2,) bool: whether an answer means no, and whether one means yes, in any wording."""
        meanings = set(map(says_yes, answers))
        return np.array([False in meanings, True in meanings])

    def take(self, index: Index) -> "Affirmations":
        return Affirmations(self.labels, self.values[index])


@dataclass(frozen=True, slots=True, eq=False)
class MultiChoice(ContentEquality):
    """Several options per person: ``values`` (n, k) bool, ``known`` (n,) bool, and ``most``, the maximum if any."""

    labels: tuple[str, ...]
    values: NDArray[np.bool_]
    known: BoolVector
    most: int | None = None

    def options_named(self, answers: Iterable[str]) -> BoolVector:
        """Return (k,) bool: whether each option is among ``answers``, ignoring case and accents."""
        return labels_named(self.labels, answers)

    def take(self, index: Index) -> "MultiChoice":
        return MultiChoice(self.labels, self.values[index], self.known[index], self.most)

    def shown(self, row: int) -> str:
        return ", ".join(self.labels[item] for item in np.flatnonzero(self.values[row]))

    def alike(self) -> IntVector:
        return number_rows(np.column_stack([self.values, self.known]))


@dataclass(frozen=True, slots=True, eq=False)
class Ranks(ContentEquality):
    """Options in order of preference: ``values`` (n, k) int64, 1 for the first choice, 0 for no rank.

    ``most`` is the number of ranks that could be given.
    """

    labels: tuple[str, ...]
    values: NDArray[np.int64]
    most: int

    @property
    def known(self) -> BoolVector:
        return self.values.any(axis=1)

    def take(self, index: Index) -> "Ranks":
        return Ranks(self.labels, self.values[index], self.most)

    def shown(self, row: int) -> str:
        ranks = self.values[row]
        ranked = [item for item in np.argsort(ranks, kind="stable") if ranks[item]]
        return ", ".join(self.labels[item] for item in ranked)

    def alike(self) -> IntVector:
        return number_rows(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class Grades(ContentEquality):
    """A grid: ``values`` (n, k) int64, the level given to each item, 0 for the lowest, -1 for none."""

    labels: tuple[str, ...]
    levels: tuple[str, ...]
    values: NDArray[np.int64]

    @property
    def known(self) -> BoolVector:
        return np.asarray((self.values != NONE).any(axis=1))

    def take(self, index: Index) -> "Grades":
        return Grades(self.labels, self.levels, self.values[index])

    def shown(self, row: int) -> str:
        grades = self.values[row]
        answered = np.flatnonzero(grades != NONE)
        return ", ".join(f"{self.labels[item]} : {self.levels[grades[item]]}" for item in answered)

    def alike(self) -> IntVector:
        return number_rows(self.values)


@dataclass(frozen=True, slots=True, eq=False)
class NumberColumn(ContentEquality):
    """A number per person: ``values`` (n,) float64, NaN for no answer."""

    values: NDArray[np.float64]

    @property
    def known(self) -> BoolVector:
        return ~np.isnan(self.values)

    def take(self, index: Index) -> "NumberColumn":
        return NumberColumn(self.values[index])

    def shown(self, row: int) -> str:
        value = float(self.values[row])
        return "" if np.isnan(value) else f"{value:g}".replace(".", ",")

    def alike(self) -> IntVector:
        return number_values(self.values)


@dataclass(frozen=True)
class NameLists:
    """Names in the order typed: one tuple per person, empty for "none", None for no answer."""

    values: tuple[tuple[str, ...] | None, ...]

    @cached_property
    def known(self) -> BoolVector:
        """Return (n,) bool: whether each person answered. Cached."""
        return np.array([value is not None for value in self.values], dtype=bool)

    @cached_property
    def compared(self) -> tuple[tuple[str, ...], ...]:
        """Return the canonical names of each person, empty for no answer. Cached."""
        form = {name: canonical(name) for name in set(chain.from_iterable(filter(None, self.values)))}.__getitem__
        return tuple(tuple(map(form, value)) if value else () for value in self.values)

    def take(self, index: Index) -> "NameLists":
        return NameLists(tuple(self.values[row] for row in index))

    def shown(self, row: int) -> str:
        return ", ".join(self.values[row] or ())

    def alike(self) -> IntVector:
        return number_objects(self.values)


@dataclass(frozen=True, slots=True)
class Texts:
    """Free text as typed, empty for no answer."""

    values: tuple[str, ...]

    @property
    def known(self) -> BoolVector:
        return np.array([value != "" for value in self.values], dtype=bool)

    def take(self, index: Index) -> "Texts":
        return Texts(tuple(self.values[row] for row in index))

    def shown(self, row: int) -> str:
        return self.values[row]

    def alike(self) -> IntVector:
        return number_objects(self.values)


def labels_named(labels: Sequence[str], answers: Iterable[str]) -> BoolVector:
    """Return (k,) bool: whether each label is among ``answers``, ignoring case and accents."""
    keys = {fold(answer) for answer in answers}
    return np.array([fold(label) in keys for label in labels], dtype=bool)


def number_values(values: NDArray[np.generic]) -> IntVector:
    """Return (n,) int64: a number from 0 for each distinct value; all NaN are one value."""
    return np.asarray(np.unique(values, return_inverse=True)[1], dtype=np.int64)


MAX_KEY_BITS = 62  # bits of a row that are packed into one int64 without overflow


def number_rows(rows: NDArray[np.generic]) -> IntVector:
    """Return (n,) int64: an integer for each row of (n, k) integers or booleans, equal for equal rows."""
    if not rows.size:
        return np.zeros(len(rows), dtype=np.int64)
    digits = rows.astype(np.int64, order="C")  # rows are contiguous in the view below
    digits -= digits.min()
    bits = int(digits.max()).bit_length()
    if bits * rows.shape[1] <= MAX_KEY_BITS:
        return np.asarray(digits @ (1 << (bits * np.arange(rows.shape[1]))))
    return number_values(digits.view(np.dtype((np.void, digits.itemsize * digits.shape[1]))).ravel())


def number_objects(values: Sequence[object]) -> IntVector:
    """Return (n,) int64: a number from 0 for each distinct object, in order of first occurrence."""
    codes: dict[object, int] = {}
    return np.array([codes.setdefault(value, len(codes)) for value in values], dtype=np.int64)
