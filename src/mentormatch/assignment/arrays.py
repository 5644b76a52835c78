"""Numbers that come from outside as arrays, frames or sparse arrays: read exactly, or refused in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentormatch.assignment.scores import BoolMatrix, DenseScores, IntMatrix, SparseScores, stored
from mentormatch.columns import BoolVector, IntVector
from mentormatch.errors import Problem, RequestError

type Numbers = NDArray[np.generic]

LARGEST = 1 << 52
"""No single number may be greater: the tighter bounds on sums are checked with the whole problem."""


@runtime_checkable
class Frame(Protocol):
    """A table with labels, as pandas has them; told by its shape, so that pandas is not needed here."""

    @property
    def index(self) -> Iterable[object]:
        """Labels of the rows."""

    @property
    def columns(self) -> Iterable[object]:
        """Labels of the columns."""

    def to_numpy(self) -> Numbers:
        """Return the cells."""


class Coordinates(Protocol):
    """A sparse array as a list of its stored entries."""

    row: NDArray[np.integer]
    col: NDArray[np.integer]
    data: Numbers
    shape: tuple[int, ...]


@runtime_checkable
class Listed(Protocol):
    """A sparse array, as scipy has them; told by its shape."""

    def tocoo(self) -> Any:
        """Return the stored entries."""


@dataclass(frozen=True, slots=True)
class Read:
    """Scores as integers, and the keys of both sides (empty where the input had no labels)."""

    scores: DenseScores | SparseScores
    mentor_keys: tuple[str, ...] = ()
    mentee_keys: tuple[str, ...] = ()


def read_arrays(scores: ArrayLike | Frame | Listed, allowed: ArrayLike | Frame | None, scale: int) -> Read:
    """Return the allowed pairs with their integer scores, and the keys.

    Raises
    ------
    RequestError
        If a number, a shape or a label cannot be taken.
    """
    if isinstance(scale, bool) or not isinstance(scale, int) or not 1 <= scale <= LARGEST:
        raise refused("scale", repr(scale), f"an integer from 1 to {LARGEST}")
    if isinstance(scores, Listed):
        return Read(_listed(scores.tocoo(), allowed, scale))
    values = integers(_matrix(scores, "scores"), "scores", scale)
    mask = None if allowed is None else _mask(allowed, values.shape)
    keys = (
        (_labels(scores.index, "rows"), _labels(scores.columns, "columns")) if isinstance(scores, Frame) else ((), ())
    )
    if isinstance(scores, Frame) and isinstance(allowed, Frame):
        _same_labels(keys, (_labels(allowed.index, "rows"), _labels(allowed.columns, "columns")))
    return Read(stored(values, mask), *keys)


def read_loads(
    minimum: ArrayLike, capacity: ArrayLike, count: int, side: str
) -> tuple[IntVector, IntVector, BoolVector]:
    """Return ``least``, ``most`` and ``idle`` of one side; a minimum from arrays binds in any case."""
    least = read_counts(minimum, count, f"{side}_minimum")
    most = read_counts(capacity, count, f"{side}_capacity")
    above = np.flatnonzero(least > most)
    if len(above):
        place = int(above[0])
        raise refused(f"{side}_minimum[{place}]", f"{least[place]}", f"at most the capacity, {most[place]}")
    return least, most, np.zeros(count, dtype=bool)


def read_counts(value: ArrayLike, count: int, where: str) -> IntVector:
    """Return (count,) int64, not negative; one number stands for everybody."""
    array = _numbers(value, where)
    if array.ndim == 0:
        array = np.full(count, array)
    if array.shape != (count,):
        raise refused(where, f"shape {array.shape}", f"one number, or {count}")
    whole = _finite(array, where)
    if array.dtype.kind == "f" and (array != np.rint(array)).any():
        raise refused(where, "a fraction", "whole numbers")
    if count and whole[0] < 0:
        raise refused(where, "a negative number", "0 or more")
    return array.astype(np.int64)


def integers(array: Numbers, where: str, scale: int) -> IntMatrix:
    """Return the numbers as int64: integers as they are, floats times ``scale`` and rounded once, half to even."""
    _finite(array, where, scale if array.dtype.kind == "f" else 1)
    if array.dtype.kind != "f":
        return array.astype(np.int64)
    scaled = np.multiply(array, float(scale), dtype=np.float64)
    return np.rint(scaled, out=scaled).astype(np.int64)


def refused(where: str, found: str, expected: str) -> RequestError:
    """Return the error that says where, what was found and what was expected."""
    return RequestError("The numbers do not make a problem", [Problem(where, found, expected)])


def _matrix(value: ArrayLike | Frame, where: str) -> Numbers:
    array = _numbers(value.to_numpy() if isinstance(value, Frame) else value, where)
    if array.ndim != 2:
        raise refused(where, f"{array.ndim} dimensions", "two: mentors, then mentees")
    return array


def _numbers(value: ArrayLike, where: str) -> Numbers:
    """Return an array of real numbers: no booleans, also inside lists, no texts, no objects."""
    if isinstance(value, (list, tuple)) and _holds_booleans(value):
        raise refused(where, "a boolean", "numbers")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise refused(where, "rows of different lengths, or no numbers", "numbers") from error
    if array.dtype.kind == "f" or array.dtype.kind in "iu":
        return array
    if array.size == 0 and array.dtype.kind != "b":
        return array.astype(np.float64)
    raise refused(where, f"values of type {array.dtype}", "real numbers")


def _holds_booleans(values: Sequence[object]) -> bool:
    return any(
        _holds_booleans(value) if isinstance(value, (list, tuple)) else isinstance(value, (bool, np.bool_))
        for value in values
    )


def _finite(array: Numbers, where: str, scale: int = 1) -> tuple[float, float]:
    """Return the extremes; refuse NaN, infinities and numbers too great to be exact."""
    if array.size == 0:
        return 0.0, 0.0
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise refused(where, "NaN or an infinity", "finite numbers")
    if max(-low, high) * scale > LARGEST:
        raise refused(where, "a number that is too great", f"at most {LARGEST} times {1 / scale:g}")
    return low, high


def _mask(allowed: ArrayLike | Frame, shape: tuple[int, ...]) -> BoolMatrix:
    mask = np.asarray(allowed.to_numpy() if isinstance(allowed, Frame) else allowed)
    if mask.dtype != np.bool_ and mask.size:
        raise refused("allowed", f"values of type {mask.dtype}", "booleans")
    if mask.shape != shape:
        raise refused("allowed", f"shape {mask.shape}", f"shape {shape}, as the scores")
    return mask.astype(np.bool_)


def _labels(labels: Iterable[object], axis: str) -> tuple[str, ...]:
    keys = tuple(str(label) for label in labels)
    if len(set(keys)) < len(keys):
        raise refused(f"labels of the {axis}", "a label comes twice", "one person a label")
    return keys


def _same_labels(ours: tuple[tuple[str, ...], ...], theirs: tuple[tuple[str, ...], ...]) -> None:
    if ours != theirs:
        raise refused("allowed", "labels that differ from those of the scores", "the same labels in the same order")


def _listed(entries: Coordinates, allowed: ArrayLike | Frame | None, scale: int) -> DenseScores | SparseScores:
    if len(entries.shape) != 2:
        raise refused("scores", f"{len(entries.shape)} dimensions", "two: mentors, then mentees")
    values = integers(_numbers(entries.data, "scores"), "scores", scale)
    order = np.lexsort((entries.col, entries.row))
    mentors, mentees = entries.row[order].astype(np.int64), entries.col[order].astype(np.int64)
    if (np.diff(mentors) == 0)[np.diff(mentees) == 0].any():
        raise refused("scores", "an entry that is stored twice", "each pair once")
    kept = slice(None) if allowed is None else _mask(allowed, entries.shape)[mentors, mentees]
    shape = (int(entries.shape[0]), int(entries.shape[1]))
    return SparseScores(shape, mentors[kept], mentees[kept], values[order][kept])
