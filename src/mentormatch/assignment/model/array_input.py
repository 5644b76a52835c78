"""Matrices, frames and sparse arrays -> exact integer scores, or an error with the position of the wrong number."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from numbers import Integral
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mentormatch.assignment.model.scores import DenseScores, SparseScores, pack_scores
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector, is_masked_array
from mentormatch.base.scalars import exact_number, plain, value_in_words, whole_number
from mentormatch.errors import Problem, RequestError
from mentormatch.languages.translation import mark, tr, tr_n

type NumberArray = NDArray[np.generic]

MAX_INPUT = 1 << 52  # for any number; tighter bounds on sums are checked with the whole problem

ROUNDING_CHECK_MAX = 250_000  # numbers; more are not checked for differences lost by rounding
# Differences below this share of the rounding step come from the order of floating-point operations
SAME_VALUE_TOLERANCE = 1e-6
ROWS_LABEL, COLUMNS_LABEL = mark("étiquettes des lignes"), mark("étiquettes des colonnes")


@runtime_checkable
class DataFrameLike(Protocol):
    """A table with labels, such as a pandas frame; a protocol, so that pandas need not be installed."""

    @property
    def index(self) -> Iterable[object]:
        """Labels of the rows."""

    @property
    def columns(self) -> Iterable[object]:
        """Labels of the columns."""

    def to_numpy(self) -> NumberArray:
        """Return the cells."""


class CooLike(Protocol):
    """A sparse array as a list of its stored entries."""

    row: NDArray[np.integer]
    col: NDArray[np.integer]
    data: NumberArray
    shape: tuple[int, ...]


@runtime_checkable
class SparseLike(Protocol):
    """A sparse array, such as those of scipy."""

    def tocoo(self) -> Any:
        """Return the stored entries."""


@dataclass(frozen=True, slots=True)
class ParsedScores:
    """Scores as integers, and the keys of both sides (empty if the input had no labels).

    ``alike`` is the number of differences between scores lost by rounding; also 0 if that was not checked.
    """

    scores: DenseScores | SparseScores
    mentor_keys: tuple[str, ...] = ()
    mentee_keys: tuple[str, ...] = ()
    alike: int = 0


@dataclass(frozen=True, slots=True)
class SideKeys:
    """The number of people on one side, and their keys (empty if the input had no labels)."""

    count: int
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumericCells:
    """Real numbers with an optional mask.

    ``mask``, of the shape of ``values``, is True for valid numbers; None: all are valid. ``positions`` are the mentor
    and the mentee of each number in a list of pairs.
    """

    values: NumberArray
    mask: BoolMatrix | None = None
    positions: tuple[IntVector, IntVector] | None = None

    def restrict(self, mask: BoolMatrix) -> "NumericCells":
        """Return the numbers with a further mask."""
        return NumericCells(self.values, mask if self.mask is None else mask & self.mask)

    def first(self, wrong: BoolMatrix) -> str:
        """Return the index of the first True, as in ``[2, 0]``; empty for a single number."""
        index = np.argwhere(wrong)[0].tolist()
        index = index if self.positions is None else [int(people[index[0]]) for people in self.positions]
        return f"[{', '.join(map(str, index))}]" if index else ""

    def finite(self, where: str, scale: int = 1) -> NumberArray:
        """Return the numbers; masked ones are finite, of any value.

        Raises RequestError if a number that is not masked is NaN, infinite, or above ``MAX_INPUT / scale``.
        """
        if _is_exact(self.values, scale):
            return self.values
        values = self.values if self.mask is None else np.where(self.mask, self.values, 0)
        if _is_exact(values, scale):
            return values
        if (infinite := ~np.isfinite(values)).any():
            actual = "NaN" if np.isnan(values[infinite][0]) else tr("un infini")
            expected = tr("des nombres finis ; pour un binôme qui n'existe pas : allowed=False")
            raise input_error(where + self.first(infinite), actual, expected)
        with np.errstate(over="ignore"):
            too_large = np.abs(values.astype(np.float64)) * scale > MAX_INPUT
        expected = tr("{most} fois {step} au plus", most=MAX_INPUT, step=f"{1 / scale:g}")
        raise input_error(where + self.first(too_large), tr("un nombre trop grand"), expected)


def _is_exact(values: NumberArray, scale: int) -> bool:
    """Return whether all numbers are finite and small enough to be exact."""
    if values.size == 0:
        return True
    low, high = float(values.min()), float(values.max())
    return bool(np.isfinite(low) and np.isfinite(high) and max(-low, high) * scale <= MAX_INPUT)


def read_arrays(
    scores: ArrayLike | DataFrameLike | SparseLike,
    allowed: ArrayLike | DataFrameLike | None,
    bans: Sequence[Iterable[object]],
    scale: int,
    sign: int,
) -> ParsedScores:
    """Return the allowed pairs with integer scores, multiplied by ``sign``, and the keys.

    Numbers of pairs that are banned, masked or not allowed are ignored; a text or a boolean is an error anywhere.

    Raises
    ------
    RequestError
        If a number, a shape, a label, a ban or ``scale`` is invalid.
    """
    scale = whole_number("scale", scale, 1, MAX_INPUT)
    if isinstance(scores, SparseLike):
        return ParsedScores(_read_sparse(scores.tocoo(), allowed, bans, scale, sign))
    cells = read_cells(scores, "scores")
    if cells.values.ndim != 2:
        raise dimensions_error(cells.values.ndim)
    if allowed is not None:
        cells = cells.restrict(_read_mask(allowed, cells.values.shape))
    if bans:
        not_banned = np.ones(cells.values.shape, dtype=bool)
        not_banned[tuple(np.transpose(read_positions(bans, not_banned.shape, "bans")))] = False
        cells = cells.restrict(not_banned)
    keys = keys_of(scores)
    if keys[0] and isinstance(allowed, DataFrameLike):
        _same_labels(keys, (_labels(allowed.index, ROWS_LABEL), _labels(allowed.columns, COLUMNS_LABEL)), "allowed")
    packed = pack_scores(sign * scale_to_int64(cells, "scores", scale), cells.mask)
    valid = cells.values if cells.mask is None else cells.values[cells.mask]
    return ParsedScores(
        packed,
        *keys,
        alike=0 if valid.dtype.kind != "f" else find_rounding_loss(np.multiply(valid, scale, dtype=np.float64)),
    )


def read_positions(pairs: Iterable[Iterable[object]], shape: tuple[int, ...], where: str) -> list[tuple[int, int]]:
    """Return distinct pairs by position. Raises RequestError unless each is a pair of positions of the scores."""
    positions: dict[tuple[int, int], None] = {}
    for pair in pairs:
        values = list(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else [pair]
        match [exact_number(plain(value)) for value in values]:
            case [int(mentor), int(mentee)] if 0 <= mentor < shape[0] and 0 <= mentee < shape[1]:
                positions[mentor, mentee] = None
            case _:
                expected = tr("une position inférieure à {n} et une inférieure à {m}", n=shape[0], m=shape[1])
                raise input_error(where, f"({', '.join(map(value_in_words, values))})", expected)
    return list(positions)


def read_sense(sense: str) -> int:
    """Return the factor of scores: 1 if they are maximised, -1 if they are costs."""
    if sense not in ("max", "min"):
        raise input_error("sense", value_in_words(sense), tr("« max » ou « min »"))
    return 1 if sense == "max" else -1


def read_degree_bounds(
    minimum: ArrayLike, capacity: ArrayLike, people: SideKeys, side: str
) -> tuple[IntVector, IntVector, BoolVector]:
    """Return ``least``, ``most`` and ``optional`` of one side; a minimum from arrays binds in any case.

    Raises RequestError if a minimum exceeds the capacity.
    """
    minimums = read_counts(minimum, people, f"{side}_minimum")
    capacities = read_counts(capacity, people, f"{side}_capacity")
    inverted = np.flatnonzero(minimums > capacities)
    if len(inverted):
        person = int(inverted[0])
        expected = tr("{most} au plus, la capacité", most=capacities[person])
        raise input_error(f"{side}_minimum[{person}]", f"{minimums[person]}", expected)
    return minimums, capacities, np.zeros(people.count, dtype=bool)


def read_counts(value: ArrayLike, people: SideKeys, where: str) -> IntVector:
    """Return (n,) int64, not negative. One number applies to all people.

    Labels, if both have any, must be those of the scores, or 0 to n - 1.
    """
    expected = tr("un seul nombre, ou {count}", count=people.count)
    cells = _require_shape(read_cells(value, where), where, ((), (people.count,)), expected)
    _check_labels(value, where, people.keys)
    return np.full(people.count, _whole_numbers(cells, where), dtype=np.int64)


def read_hours(value: ArrayLike | DataFrameLike, mentors: SideKeys, mentees: SideKeys) -> IntMatrix:
    """Return the hours of pairs, int64, not negative, in a shape that broadcasts to (n, m).

    The input is one number for all pairs, (m,) for one per mentee, or (n, m). Labels are as in ``read_counts``, but
    those of a frame must be those of the scores.
    """
    shape = n, m = mentors.count, mentees.count
    if isinstance(value, DataFrameLike):
        if mentors.keys:
            labels = _labels(value.index, ROWS_LABEL), _labels(value.columns, COLUMNS_LABEL)
            _same_labels((mentors.keys, mentees.keys), labels, "hours")
    else:
        _check_labels(value, "hours", mentees.keys)
    expected = tr("un seul nombre, {count} ou {n} fois {count}", count=m, n=n)
    cells = _require_shape(read_cells(value, "hours"), "hours", ((), (m,), shape), expected)
    return np.atleast_2d(_whole_numbers(cells, "hours").astype(np.int64))


def _require_shape(cells: NumericCells, where: str, shapes: Sequence[tuple[int, ...]], expected: str) -> NumericCells:
    """Return numbers of an accepted shape. Raises RequestError for other shapes."""
    if cells.values.shape not in shapes:
        raise input_error(where, tr("forme {shape}", shape=cells.values.shape), expected)
    return cells


def _whole_numbers(cells: NumericCells, where: str) -> NumberArray:
    """Return the numbers. Raises RequestError if one is masked, a fraction, negative or above ``MAX_INPUT``."""
    if cells.mask is not None:
        raise input_error(where + cells.first(~cells.mask), tr("un nombre masqué"), tr("des nombres entiers"))
    values = cells.finite(where)
    fractions, negative = np.not_equal(values, np.rint(values)), np.less(values, 0)
    for wrong, reason in ((fractions, mark("une fraction")), (negative, mark("un nombre négatif"))):
        if wrong.any():
            raise input_error(
                where + cells.first(wrong), tr(reason), tr("des nombres entiers qui ne sont pas négatifs")
            )
    return values


def scale_to_int64(cells: NumericCells, where: str, scale: int) -> IntMatrix:
    """Return the numbers as int64: integers unscaled, floats times ``scale`` and rounded once, half to even."""
    exact = cells.values.dtype.kind != "f"
    values = cells.finite(where, 1 if exact else scale)
    if exact:
        return values.astype(np.int64)
    scaled = np.multiply(values, float(scale), dtype=np.float64)
    return np.rint(scaled, out=scaled).astype(np.int64)


def find_rounding_loss(exact: NDArray[np.float64]) -> int:
    """Return the number of differences between neighbours, once sorted, that rounding loses.

    0 for more than `ROUNDING_CHECK_MAX` numbers.

    >>> find_rounding_loss(np.array([1.2, 1.4, 3.0, 3.0 + 1e-9])), find_rounding_loss(np.array([1.0, 2.0]))
    (1, 0)
    """
    if exact.size > ROUNDING_CHECK_MAX:
        return 0
    values = np.sort(exact, axis=None)
    return int(np.count_nonzero((np.diff(np.rint(values)) == 0) & (np.diff(values) > SAME_VALUE_TOLERANCE)))


def input_error(where: str, actual: str, expected: str) -> RequestError:
    """Return the error that reports a position, the actual and the expected value."""
    return RequestError(tr("Ces nombres ne font pas un problème"), [Problem(where, actual, expected)])


def dimensions_error(count: int) -> RequestError:
    """Return the error that scores have ``count`` dimensions instead of two."""
    actual = tr_n("{count} dimension", "{count} dimensions", count, count=count)
    return input_error("scores", actual, tr("deux : mentor·es, puis mentoré·es"))


def labels_error(where: str) -> RequestError:
    """Return the error that labels differ from those of the scores."""
    expected = tr("les mêmes étiquettes dans le même ordre")
    return input_error(where, tr("des étiquettes qui ne sont pas celles des scores"), expected)


def read_cells(value: ArrayLike | DataFrameLike, where: str) -> NumericCells:
    """Return real numbers from any array or frame. Raises RequestError for other types, such as texts and booleans."""
    if any(map(_is_boolean, _flatten(value))):
        raise input_error(where, tr("un booléen"), tr("des nombres"))
    array = _array(value, where)
    masked = np.ma.getmaskarray(array) if is_masked_array(array) else None
    values = np.asarray(array)
    if values.dtype.kind == "O":
        values = _from_objects(values, where, masked)
    elif values.dtype.kind not in "fiu":
        if values.size or values.dtype.kind == "b":
            raise input_error(where, tr("des valeurs de type {type}", type=values.dtype), tr("des nombres réels"))
        values = values.astype(np.float64)
    return NumericCells(values, ~masked if masked is not None and masked.any() else None)


def _array(value: ArrayLike | DataFrameLike, where: str) -> NumberArray:
    """Return the input as an array; a masked array keeps its mask."""
    if is_masked_array(value):
        return value
    if any(map(is_masked_array, _flatten(value))):
        # The mask would be lost
        raise input_error(where, tr("un tableau masqué dans une liste"), tr("un seul tableau masqué"))
    try:
        return np.asarray(value.to_numpy() if isinstance(value, DataFrameLike) else value)
    except (ValueError, TypeError, OverflowError) as error:
        raise input_error(
            where, tr("des lignes de longueurs différentes, ou autre chose que des nombres"), tr("des nombres")
        ) from error


def _flatten(value: object) -> Iterator[object]:
    """Yield the leaves of nested lists, except lists of plain numbers, which may be long."""
    if not isinstance(value, list | tuple) or set(map(type, value)) <= {int, float}:
        return
    for part in value:
        if isinstance(part, list | tuple):
            yield from _flatten(part)
        else:
            yield part


def _is_boolean(value: object) -> bool:
    # numpy converts booleans in a list of numbers to numbers
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def _from_objects(array: NumberArray, where: str, masked: BoolMatrix | None) -> NumberArray:
    """Return numbers stored as objects: integers if all are, else floats with NaN for missing values."""
    values = [plain(value) for value in array.ravel().tolist()]
    numbers: list[float] = []
    for index, value in enumerate(values):
        number = 0 if masked is not None and masked.flat[index] else exact_number(value)
        if number is None and not _is_missing(value):
            position = NumericCells(array).first(np.arange(array.size).reshape(array.shape) == index)
            raise input_error(
                where + position, tr("une valeur de type {type}", type=type(value).__name__), tr("des nombres réels")
            )
        numbers.append(number if number is not None else value if isinstance(value, float) else np.nan)
    kind = np.int64 if numbers and all(isinstance(value, Integral) for value in values) else np.float64
    try:
        return np.array(numbers, dtype=kind).reshape(array.shape)
    except OverflowError as error:
        raise input_error(where, tr("un nombre trop grand"), tr("{most} au plus", most=MAX_INPUT)) from error


def _is_missing(value: object) -> bool:
    # None, NaN, infinity, or a missing value of pandas
    return value is None or isinstance(value, float | Decimal) or type(value).__name__ in ("NAType", "NaTType")


def _read_mask(allowed: ArrayLike | DataFrameLike, shape: tuple[int, ...]) -> BoolMatrix:
    mask = _array(allowed, "allowed")
    hidden = np.ma.getmaskarray(mask) if is_masked_array(mask) else np.zeros((), dtype=bool)
    if hidden.any():
        raise input_error("allowed" + NumericCells(mask).first(hidden), tr("une valeur masquée"), tr("des booléens"))
    mask = np.asarray(mask)
    if mask.dtype.kind == "O" and all(isinstance(value, bool) for value in mask.ravel().tolist()):
        mask = mask.astype(np.bool_)
    if mask.dtype != np.bool_ and mask.size:
        raise input_error("allowed", tr("des valeurs de type {type}", type=mask.dtype), tr("des booléens"))
    if mask.shape != shape:
        raise input_error(
            "allowed", tr("forme {shape}", shape=mask.shape), tr("forme {shape}, comme les scores", shape=shape)
        )
    return mask.astype(np.bool_)


def keys_of(scores: ArrayLike | DataFrameLike) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the labels of both axes of a frame as keys; without row labels, only those of the columns."""
    if isinstance(scores, DataFrameLike):
        return _labels(scores.index, ROWS_LABEL), _labels(scores.columns, COLUMNS_LABEL)
    columns = getattr(scores, "columns", ())
    named = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return (), _labels(columns, COLUMNS_LABEL) if named else ()


def _check_labels(value: object, where: str, keys: Sequence[str]) -> None:
    """Raise RequestError if a labelled column has labels other than ``keys``: it concerns other people.

    The labels 0 to n - 1, which pandas gives by default, are accepted.
    """
    index = getattr(value, "index", None)
    if not keys or callable(index) or not isinstance(index, Iterable):
        return
    labels = tuple(str(label) for label in index)
    if labels not in (tuple(keys), tuple(map(str, range(len(keys))))):
        raise labels_error(where)


def _labels(labels: Iterable[object], axis: str) -> tuple[str, ...]:
    keys = tuple(str(label) for label in labels)
    if len(set(keys)) < len(keys):
        raise input_error(tr(axis), tr("une étiquette vient deux fois"), tr("une personne par étiquette"))
    return keys


def _same_labels(ours: tuple[tuple[str, ...], ...], theirs: tuple[tuple[str, ...], ...], where: str) -> None:
    if ours != theirs:
        raise labels_error(where)


def _read_sparse(
    entries: CooLike,
    allowed: ArrayLike | DataFrameLike | None,
    bans: Sequence[Iterable[object]],
    scale: int,
    sign: int,
) -> DenseScores | SparseScores:
    if len(entries.shape) != 2:
        raise dimensions_error(len(entries.shape))
    order = np.lexsort((entries.col, entries.row))
    mentors, mentees = entries.row[order].astype(np.int64), entries.col[order].astype(np.int64)
    if (np.diff(mentors) == 0)[np.diff(mentees) == 0].any():
        raise input_error("scores", tr("une case gardée deux fois"), tr("chaque binôme une seule fois"))
    is_kept = np.ones(len(mentors), bool) if allowed is None else _read_mask(allowed, entries.shape)[mentors, mentees]
    if bans:
        banned, width = read_positions(bans, entries.shape, "bans"), entries.shape[1]
        is_kept &= ~np.isin(mentors * width + mentees, [mentor * width + mentee for mentor, mentee in banned])
    mentors, mentees = mentors[is_kept], mentees[is_kept]
    cells = replace(read_cells(entries.data[order][is_kept], "scores"), positions=(mentors, mentees))
    shape = (int(entries.shape[0]), int(entries.shape[1]))
    return SparseScores(shape, mentors, mentees, sign * scale_to_int64(cells, "scores", scale))
