"""Matrices, frames and sparse arrays -> exact integer scores, or the reason why not, with its place."""

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

MAX_INPUT = 1 << 52
"""No single number may be greater: the tighter bounds on sums are checked with the whole problem."""


MOST_ROUNDED = 250_000
"""Of more numbers it is not looked at which differences rounding loses."""
NOISE = 1e-6
"""Numbers that differ by less of what they are rounded to are the same, worked out in another order."""
ROWS, COLUMNS = mark("étiquettes des lignes"), mark("étiquettes des colonnes")


@runtime_checkable
class DataFrameLike(Protocol):
    """A table with labels, as pandas has them; told by its shape, so that pandas is not needed here."""

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
    """A sparse array, as scipy has them; told by its shape."""

    def tocoo(self) -> Any:
        """Return the stored entries."""


@dataclass(frozen=True, slots=True)
class ParsedScores:
    """Scores as integers, and the keys of both sides (empty where the input had no labels).

    ``alike`` is how many differences between scores were lost as they were rounded; 0 too where that was not looked at.
    """

    scores: DenseScores | SparseScores
    mentor_keys: tuple[str, ...] = ()
    mentee_keys: tuple[str, ...] = ()
    alike: int = 0


@dataclass(frozen=True, slots=True)
class SideKeys:
    """How many people one side has, and their keys (empty where the input had no labels)."""

    count: int
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellMasks:
    """Real numbers, ``values``; ``there`` of the same shape says which of them count, None: all.

    ``places`` are the mentor and the mentee of each number in a list of pairs.
    """

    values: NumberArray
    there: BoolMatrix | None = None
    places: tuple[IntVector, IntVector] | None = None

    def among(self, some: BoolMatrix) -> "CellMasks":
        """Return the numbers of which only some count."""
        return CellMasks(self.values, some if self.there is None else some & self.there)

    def first(self, wrong: BoolMatrix) -> str:
        """Return the index of the first of some numbers, empty where there is one alone."""
        place = np.argwhere(wrong)[0].tolist()
        index = place if self.places is None else [int(side[place[0]]) for side in self.places]
        return f"[{', '.join(map(str, index))}]" if index else ""

    def finite(self, where: str, scale: int = 1) -> NumberArray:
        """Return the numbers, 0 for what does not count; refuse NaN, infinities and numbers too great to be exact."""
        if _is_exact(self.values, scale):
            return self.values
        values = self.values if self.there is None else np.where(self.there, self.values, 0)
        if _is_exact(values, scale):
            return values
        if (lost := ~np.isfinite(values)).any():
            found = "NaN" if np.isnan(values[lost][0]) else tr("un infini")
            expected = tr("des nombres finis ; pour un binôme qui n'existe pas : allowed=False")
            raise input_error(where + self.first(lost), found, expected)
        with np.errstate(over="ignore"):
            great = np.abs(values.astype(np.float64)) * scale > MAX_INPUT
        most = tr("{most} fois {step} au plus", most=MAX_INPUT, step=f"{1 / scale:g}")
        raise input_error(where + self.first(great), tr("un nombre trop grand"), most)


def _is_exact(values: NumberArray, scale: int) -> bool:
    """Say whether all numbers are finite and small enough to be exact."""
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
    """Return the allowed pairs with their integer scores, ``sign`` times what is given, and the keys.

    What stands at a pair that is not allowed, or is banned or masked, is not looked at.

    Raises
    ------
    RequestError
        If a number, a shape or a label cannot be taken.
    """
    scale = whole_number("scale", scale, 1, MAX_INPUT)
    if isinstance(scores, SparseLike):
        return ParsedScores(_read_sparse(scores.tocoo(), allowed, bans, scale, sign))
    cells = read_cells(scores, "scores")
    if cells.values.ndim != 2:
        raise check_dimensions(cells.values.ndim)
    if allowed is not None:
        cells = cells.among(_read_mask(allowed, cells.values.shape))
    if bans:
        others = np.ones(cells.values.shape, dtype=bool)
        others[tuple(np.transpose(read_positions(bans, others.shape, "bans")))] = False
        cells = cells.among(others)
    keys = keys_of(scores)
    if keys[0] and isinstance(allowed, DataFrameLike):
        _same_labels(keys, (_labels(allowed.index, ROWS), _labels(allowed.columns, COLUMNS)), "allowed")
    found = pack_scores(sign * scale_to_int64(cells, "scores", scale), cells.there)
    some = cells.values if cells.there is None else cells.values[cells.there]
    return ParsedScores(
        found,
        *keys,
        alike=0 if some.dtype.kind != "f" else find_rounding_loss(np.multiply(some, scale, dtype=np.float64)),
    )


def read_positions(pairs: Iterable[Iterable[object]], shape: tuple[int, ...], where: str) -> list[tuple[int, int]]:
    """Return pairs by position, each once; refuse what is no pair of two positions of the scores."""
    found: dict[tuple[int, int], None] = {}
    for pair in pairs:
        both = list(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else [pair]
        match [exact_number(plain(place)) for place in both]:
            case [int(mentor), int(mentee)] if 0 <= mentor < shape[0] and 0 <= mentee < shape[1]:
                found[mentor, mentee] = None
            case _:
                expected = tr("une position inférieure à {n} et une inférieure à {m}", n=shape[0], m=shape[1])
                raise input_error(where, f"({', '.join(map(value_in_words, both))})", expected)
    return list(found)


def read_sense(sense: str) -> int:
    """Return what scores are multiplied by: 1 where they are worth having, -1 where they are costs."""
    if sense not in ("max", "min"):
        raise input_error("sense", value_in_words(sense), tr("« max » ou « min »"))
    return 1 if sense == "max" else -1


def read_loads(
    minimum: ArrayLike, capacity: ArrayLike, people: SideKeys, side: str
) -> tuple[IntVector, IntVector, BoolVector]:
    """Return ``least``, ``most`` and ``idle`` of one side; a minimum from arrays binds in any case."""
    least = read_counts(minimum, people, f"{side}_minimum")
    most = read_counts(capacity, people, f"{side}_capacity")
    above = np.flatnonzero(least > most)
    if len(above):
        place = int(above[0])
        expected = tr("{most} au plus, la capacité", most=most[place])
        raise input_error(f"{side}_minimum[{place}]", f"{least[place]}", expected)
    return least, most, np.zeros(people.count, dtype=bool)


def read_counts(value: ArrayLike, people: SideKeys, where: str) -> IntVector:
    """Return (n,) int64, not negative; one number stands for everybody, labels are those of the people."""
    expected = tr("un seul nombre, ou {count}", count=people.count)
    cells = _of_shape(read_cells(value, where), where, ((), (people.count,)), expected)
    _refuse_other_labels(value, where, people.keys)
    return np.full(people.count, _whole_numbers(cells, where), dtype=np.int64)


def read_hours(value: ArrayLike | DataFrameLike, mentors: SideKeys, mentees: SideKeys) -> IntMatrix:
    """Return what pairs take of their mentor's hours, int64, not negative, as it broadcasts to (n, m).

    One number stands for all pairs, (m,) for those of each mentee, (n, m) for each pair. Labels are the people's.
    """
    shape = n, m = mentors.count, mentees.count
    if isinstance(value, DataFrameLike):
        if mentors.keys:
            theirs = _labels(value.index, ROWS), _labels(value.columns, COLUMNS)
            _same_labels((mentors.keys, mentees.keys), theirs, "hours")
    else:
        _refuse_other_labels(value, "hours", mentees.keys)
    expected = tr("un seul nombre, {count} ou {n} fois {count}", count=m, n=n)
    cells = _of_shape(read_cells(value, "hours"), "hours", ((), (m,), shape), expected)
    return np.atleast_2d(_whole_numbers(cells, "hours").astype(np.int64))


def _of_shape(cells: CellMasks, where: str, shapes: Sequence[tuple[int, ...]], expected: str) -> CellMasks:
    """Return numbers of one of some shapes; raise RequestError for another one."""
    if cells.values.shape not in shapes:
        raise input_error(where, tr("forme {shape}", shape=cells.values.shape), expected)
    return cells


def _whole_numbers(cells: CellMasks, where: str) -> NumberArray:
    """Return the numbers, none of which is masked, a fraction or below 0."""
    if cells.there is not None:
        raise input_error(where + cells.first(~cells.there), tr("un nombre masqué"), tr("des nombres entiers"))
    values = cells.finite(where)
    fractions, below = np.not_equal(values, np.rint(values)), np.less(values, 0)
    for wrong, found in ((fractions, mark("une fraction")), (below, mark("un nombre négatif"))):
        if wrong.any():
            raise input_error(where + cells.first(wrong), tr(found), tr("des nombres entiers qui ne sont pas négatifs"))
    return values


def scale_to_int64(cells: CellMasks, where: str, scale: int) -> IntMatrix:
    """Return the numbers as int64: integers as they are, floats times ``scale`` and rounded once, half to even."""
    exact = cells.values.dtype.kind != "f"
    values = cells.finite(where, 1 if exact else scale)
    if exact:
        return values.astype(np.int64)
    scaled = np.multiply(values, float(scale), dtype=np.float64)
    return np.rint(scaled, out=scaled).astype(np.int64)


def find_rounding_loss(exact: NDArray[np.float64]) -> int:
    """Return how many differences between numbers are lost as each is rounded; 0 of more than are soon looked at.

    >>> find_rounding_loss(np.array([1.2, 1.4, 3.0, 3.0 + 1e-9])), find_rounding_loss(np.array([1.0, 2.0]))
    (1, 0)
    """
    if exact.size > MOST_ROUNDED:
        return 0
    values = np.sort(exact, axis=None)
    return int(np.count_nonzero((np.diff(np.rint(values)) == 0) & (np.diff(values) > NOISE)))


def input_error(where: str, found: str, expected: str) -> RequestError:
    """Return the error that says where, what was found and what was expected."""
    return RequestError(tr("Ces nombres ne font pas un problème"), [Problem(where, found, expected)])


def check_dimensions(count: int) -> RequestError:
    """Return the error that scores are no table."""
    found = tr_n("{count} dimension", "{count} dimensions", count, count=count)
    return input_error("scores", found, tr("deux : mentor·es, puis mentoré·es"))


def check_others(where: str) -> RequestError:
    """Return the error that the labels are those of other people than the scores."""
    expected = tr("les mêmes étiquettes dans le même ordre")
    return input_error(where, tr("des étiquettes qui ne sont pas celles des scores"), expected)


def read_cells(value: ArrayLike | DataFrameLike, where: str) -> CellMasks:
    """Return real numbers in any form: no booleans, also inside lists, no texts; masked ones do not count."""
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
    return CellMasks(values, ~masked if masked is not None and masked.any() else None)


def _array(value: ArrayLike | DataFrameLike, where: str) -> NumberArray:
    """Return what was given as an array, a masked one as it is."""
    if is_masked_array(value):
        return value
    if any(map(is_masked_array, _flatten(value))):
        # its mask would be lost
        raise input_error(where, tr("un tableau masqué dans une liste"), tr("un seul tableau masqué"))
    try:
        return np.asarray(value.to_numpy() if isinstance(value, DataFrameLike) else value)
    except (ValueError, TypeError, OverflowError) as error:
        raise input_error(
            where, tr("des lignes de longueurs différentes, ou autre chose que des nombres"), tr("des nombres")
        ) from error


def _flatten(value: object) -> Iterator[object]:
    """Yield what lists in lists hold in the end, but for plain numbers, of which there may be many."""
    if not isinstance(value, list | tuple) or set(map(type, value)) <= {int, float}:
        return
    for part in value:
        if isinstance(part, list | tuple):
            yield from _flatten(part)
        else:
            yield part


def _is_boolean(value: object) -> bool:
    """Say whether something is a boolean or an array of them, which numpy takes for numbers beside numbers."""
    return isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", "") == "b"


def _from_objects(array: NumberArray, where: str, masked: BoolMatrix | None) -> NumberArray:
    """Return numbers that come as objects: integers if all are; NaN where nothing is, as in a frame with gaps."""
    given = [plain(value) for value in array.ravel().tolist()]
    found: list[float] = []
    for place, value in enumerate(given):
        number = 0 if masked is not None and masked.flat[place] else exact_number(value)
        if number is None and not _is_missing(value):
            at = CellMasks(array).first(np.arange(array.size).reshape(array.shape) == place)
            raise input_error(
                where + at, tr("une valeur de type {type}", type=type(value).__name__), tr("des nombres réels")
            )
        found.append(number if number is not None else value if isinstance(value, float) else np.nan)
    kind = np.int64 if found and all(isinstance(value, Integral) for value in given) else np.float64
    try:
        return np.array(found, dtype=kind).reshape(array.shape)
    except OverflowError as error:
        raise input_error(where, tr("un nombre trop grand"), tr("{most} au plus", most=MAX_INPUT)) from error


def _is_missing(value: object) -> bool:
    """Say whether an object stands for no number: None, NaN, an infinity, or what a library calls missing."""
    return value is None or isinstance(value, float | Decimal) or type(value).__name__ in ("NAType", "NaTType")


def _read_mask(allowed: ArrayLike | DataFrameLike, shape: tuple[int, ...]) -> BoolMatrix:
    mask = _array(allowed, "allowed")
    hidden = np.ma.getmaskarray(mask) if is_masked_array(mask) else np.zeros((), dtype=bool)
    if hidden.any():
        raise input_error("allowed" + CellMasks(mask).first(hidden), tr("une valeur masquée"), tr("des booléens"))
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
    """Return the labels of a frame as keys; of one that has no labels of rows, those of its columns."""
    if isinstance(scores, DataFrameLike):
        return _labels(scores.index, ROWS), _labels(scores.columns, COLUMNS)
    columns = getattr(scores, "columns", ())
    named = isinstance(columns, list) and all(isinstance(name, str) for name in columns)
    return (), _labels(columns, COLUMNS) if named else ()


def _refuse_other_labels(value: object, where: str, keys: Sequence[str]) -> None:
    """Raise RequestError where a column of a frame has labels, and others than the scores: it is of other people."""
    index = getattr(value, "index", None)
    if not keys or callable(index) or not isinstance(index, Iterable):
        return
    labels = tuple(str(label) for label in index)
    if labels not in (tuple(keys), tuple(map(str, range(len(keys))))):
        raise check_others(where)


def _labels(labels: Iterable[object], axis: str) -> tuple[str, ...]:
    keys = tuple(str(label) for label in labels)
    if len(set(keys)) < len(keys):
        raise input_error(tr(axis), tr("une étiquette vient deux fois"), tr("une personne par étiquette"))
    return keys


def _same_labels(ours: tuple[tuple[str, ...], ...], theirs: tuple[tuple[str, ...], ...], where: str) -> None:
    if ours != theirs:
        raise check_others(where)


def _read_sparse(
    entries: CooLike,
    allowed: ArrayLike | DataFrameLike | None,
    bans: Sequence[Iterable[object]],
    scale: int,
    sign: int,
) -> DenseScores | SparseScores:
    if len(entries.shape) != 2:
        raise check_dimensions(len(entries.shape))
    order = np.lexsort((entries.col, entries.row))
    mentors, mentees = entries.row[order].astype(np.int64), entries.col[order].astype(np.int64)
    if (np.diff(mentors) == 0)[np.diff(mentees) == 0].any():
        raise input_error("scores", tr("une case gardée deux fois"), tr("chaque binôme une seule fois"))
    kept = np.ones(len(mentors), bool) if allowed is None else _read_mask(allowed, entries.shape)[mentors, mentees]
    if bans:
        banned, width = read_positions(bans, entries.shape, "bans"), entries.shape[1]
        kept &= ~np.isin(mentors * width + mentees, [mentor * width + mentee for mentor, mentee in banned])
    mentors, mentees = mentors[kept], mentees[kept]
    cells = replace(read_cells(entries.data[order][kept], "scores"), places=(mentors, mentees))
    shape = (int(entries.shape[0]), int(entries.shape[1]))
    return SparseScores(shape, mentors, mentees, sign * scale_to_int64(cells, "scores", scale))
