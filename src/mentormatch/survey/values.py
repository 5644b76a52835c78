"""Columns of typed values -> rows of text: what each value of a frame, of a record or of a JSON object says in a cell.

Numbers, truths and dates are spelled as those of a workbook are. A list, a tuple, a set or an array is several answers,
which stay apart; an object of values by item is a column an item, as survey tools write a grid. What a cell cannot mean
is refused by its column, its row and its type.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import is_masked_array
from mentormatch.errors import Problem
from mentormatch.fields import Figures, SeveralAnswers
from mentormatch.languages.translation import tr, tr_n
from mentormatch.survey.sheets import text_of_value
from mentormatch.survey.table import MAX_COLUMNS, Record, Rows, gather, unreadable
from mentormatch.survey.tool import part

FIRST_LINE = 2
"""The line of the first row: the labels stand in line 1."""
WHOLE = (bool, np.bool_, int, np.integer)
NUMBERS = (*WHOLE, float, np.floating)
COLLECTIONS = (list, tuple, set, frozenset, np.ndarray)
TO_MICROSECONDS = {"M": "datetime64[us]", "m": "timedelta64[us]"}
"""Moments of numpy by the letter of their kind: what is finer becomes whole numbers, not moments, in a list."""
SHORT = (np.float16, np.float32)
MOMENTS = (datetime.date, datetime.time, datetime.timedelta)


class MeaninglessError(Exception):
    """A value that no cell can mean; told is its type."""


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """One column of values, None where there is none, under its label."""

    label: str
    values: Sequence[object]


def rows_of(name: str, columns: Iterable[ValueColumn]) -> Rows:
    """Return the rows of these columns, all of one length, their labels first.

    Raises
    ------
    SurveyError
        With the column, the first row and the type of every value that no cell can mean, or as ``gather`` does.
    """
    problems: list[Problem] = []
    parted = (column for given in columns for column in by_item(given, problems))
    pairs = [label_and_cells(column, problems) for column in limit_columns(name, parted)]
    if problems:
        raise unreadable(name, *problems)
    labels, texts = ([label for label, _ in pairs], [cells for _, cells in pairs])
    below = (Record(line, cells) for line, cells in enumerate(zip(*texts, strict=True), start=FIRST_LINE))
    return gather(name, [Record(1, tuple(labels)), *below])


def limit_columns(name: str, columns: Iterable[ValueColumn]) -> Iterator[ValueColumn]:
    """Yield the columns while they are no more than a file may have: each row of objects may bring others."""
    for number, column in enumerate(columns):
        if number == MAX_COLUMNS:
            found, expected = tr("plus de {most} colonnes", most=MAX_COLUMNS), tr("{most} au plus", most=MAX_COLUMNS)
            raise unreadable(name, Problem(tr("tableau"), found, expected, tr("ne gardez que les questions utiles")))
        yield column


def by_item(column: ValueColumn, problems: list[Problem]) -> Iterator[ValueColumn]:
    """Yield the column itself, or one for each item of the objects in it; other values beside those are problems."""
    if not any(issubclass(kind, Mapping) for kind in set(map(type, column.values))):
        yield column
        return
    parts = [value if isinstance(value, Mapping) else {} for value in column.values]
    items = dict.fromkeys(item for values in parts for item in values)
    beside = {
        at: type(value).__name__
        for at, value in enumerate(column.values)
        if not (isinstance(value, Mapping) or is_missing(value) or (isinstance(value, str) and not value.strip()))
    }
    problems += type_problems(column.label, beside, tr("un objet de réponses par élément, comme sur d'autres lignes"))
    for item in items:
        yield ValueColumn(part(column.label, str(item)), [values.get(item) for values in parts])
    if not items:
        yield ValueColumn(column.label, [None for _ in parts])


def label_and_cells(column: ValueColumn, problems: list[Problem]) -> tuple[str, list[str]]:
    """Return the label and the cells of a column; those that mean nothing are problems."""
    cells, meaningless = [], {}
    for at, value in enumerate(column.values):
        try:
            cells.append(cell_of(value))
        except MeaninglessError as found:
            cells.append("")
            meaningless[at] = str(found)
    expected = tr("un texte, un nombre, un oui ou non, une date, une liste de ces valeurs, ou rien")
    problems += type_problems(column.label, meaningless, expected)
    return column.label, cells


def type_problems(label: str, types: Mapping[int, str], expected: str) -> Iterator[Problem]:
    """Yield one problem for each type of value that cannot be taken in a column; ``types`` are by place."""
    for kind in dict.fromkeys(types.values()):
        first, *others = [at + FIRST_LINE for at, name in types.items() if name == kind]
        where = tr("colonne « {name} », ligne {line}", name=label, line=first)
        found = tr("une valeur de type {kind}", kind=kind)
        if others:
            count = len(others)
            found = tr_n("{found}, et {count} autre", "{found}, et {count} autres", count, found=found, count=count)
        yield Problem(where, found, expected, tr("changez-la avant de donner le tableau"))


def cell_of(value: object) -> str:
    """Return the text that a value stands for, several of them for a list; raise MeaninglessError with its type.

    >>> [cell_of(value) for value in (None, True, 2.0, ["a", None, 3])], cell_of({"b", "a"})
    (['', 'Oui', '2', 'a; 3'], 'a; b')
    """
    if type(value) is str:
        return value
    if not isinstance(value, COLLECTIONS):
        return scalar(value)
    if isinstance(value, set | frozenset):
        return SeveralAnswers.of(sorted(map(scalar, value)), ordered=False)
    if isinstance(value, np.ndarray):
        return SeveralAnswers.of(map(scalar, elements(value))) if value.ndim == 1 else scalar(value)
    return SeveralAnswers.of(map(scalar, value))


def elements(array: NDArray[Any]) -> Iterable[object]:
    """Return the values of an array, moments as Python has them."""
    finest = TO_MICROSECONDS.get(array.dtype.kind)
    return array.astype(finest).tolist() if finest else list(array)


def scalar(value: object) -> str:
    """Return the text of one value that is no list; raise MeaninglessError with its type."""
    if is_missing(value):
        return ""
    if isinstance(value, SHORT):
        return Figures(text_of_value(float(str(value))))  # 3.1, which a number of double precision has as 3.0999999
    if isinstance(value, NUMBERS):
        return text_of_value(value) if isinstance(value, WHOLE) else Figures(text_of_value(value))
    if isinstance(value, Decimal):
        return Figures(plain(value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, MOMENTS):
        return text_of_value(
            value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
        )  # pandas has more
    raise MeaninglessError(type(value).__name__)


def plain(value: Decimal) -> str:
    """Return a decimal number without the zeros that only its type has.

    >>> plain(Decimal("3.50")), plain(Decimal("1E+2")), plain(Decimal("0.00"))
    ('3.5', '100', '0')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_missing(value: object) -> bool:
    """Say whether a value is none at all: None, NaN, NaT, NA of pandas, a masked value of numpy."""
    if isinstance(value, float | np.floating | Decimal):
        return bool(value != value)
    return (
        value is None
        or (is_masked_array(value) and value is np.ma.masked)
        or type(value).__name__ in {"NAType", "NaTType"}
    )


def values_of(records: Sequence[Mapping[Any, object]]) -> Iterator[ValueColumn]:
    """Yield the columns of records: every key of any of them, in the order in which they come."""
    for key in dict.fromkeys(key for record in records for key in record):
        yield ValueColumn(str(key), [record.get(key) for record in records])
