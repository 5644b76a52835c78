"""What a criterion is: it scores blocks of pairs between 0 and 1, and says in a phrase what one score rests on."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.plugins import concrete
from mentormatch.fields.extension import Extension
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import quoted
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
