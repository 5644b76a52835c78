"""Columns of typed values -> rows of text: the cell for each value of a frame, a record or a JSON object.

Numbers, booleans and dates are formatted as those of a workbook. A list, tuple, set or array is several answers, which
stay separate. Objects with a value per item become one column per item, as in the grids of survey tools. A value
without a text is an error with its column, row and type.
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
from mentormatch.survey.table import MAX_COLUMNS, Record, Rows, collect_rows, unreadable
from mentormatch.survey.tool import part

FIRST_LINE = 2  # line of the first row; the labels are in line 1
INTEGER_TYPES = (bool, np.bool_, int, np.integer)
NUMBER_TYPES = (*INTEGER_TYPES, float, np.floating)
# NumPy types of moments by kind: finer ones become integers in a list
TO_MICROSECONDS = {"M": "datetime64[us]", "m": "timedelta64[us]"}
MOMENT_TYPES = (datetime.date, datetime.time, datetime.timedelta)


class UnsupportedValueError(Exception):
    """A value without a text in a cell; the message is its type."""


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of values with its label; None is a missing value."""

    label: str
    values: Sequence[object]


def rows_of(name: str, columns: Iterable[ValueColumn]) -> Rows:
    """Return the rows of these columns of equal length, after a row of labels.

    Raises
    ------
    SurveyError
        With the column and first row of each type of values without a text, above ``MAX_COLUMNS`` columns, or as
        ``collect_rows`` does.
    """
    problems: list[Problem] = []
    expanded = (column for source_column in columns for column in expand_items(source_column, problems))
    pairs = [label_and_cells(column, problems) for column in limit_columns(name, expanded)]
    if problems:
        raise unreadable(name, *problems)
    labels, texts = ([label for label, _ in pairs], [cells for _, cells in pairs])
    rows = (Record(line, cells) for line, cells in enumerate(zip(*texts, strict=True), start=FIRST_LINE))
    return collect_rows(name, [Record(1, tuple(labels)), *rows])


def limit_columns(name: str, columns: Iterable[ValueColumn]) -> Iterator[ValueColumn]:
    # Each row of objects may add columns
    for number, column in enumerate(columns):
        if number == MAX_COLUMNS:
            cause, expected = tr("plus de {most} colonnes", most=MAX_COLUMNS), tr("{most} au plus", most=MAX_COLUMNS)
            raise unreadable(name, Problem(tr("tableau"), cause, expected, tr("ne gardez que les questions utiles")))
        yield column


def expand_items(column: ValueColumn, problems: list[Problem]) -> Iterator[ValueColumn]:
    """Yield the column, or one for each item of the objects in it; other values next to objects are problems."""
    if not any(issubclass(kind, Mapping) for kind in set(map(type, column.values))):
        yield column
        return
    parts = [value if isinstance(value, Mapping) else {} for value in column.values]
    items = dict.fromkeys(item for values in parts for item in values)
    other_types = {
        position: type(value).__name__
        for position, value in enumerate(column.values)
        if not (isinstance(value, Mapping) or is_missing(value) or (isinstance(value, str) and not value.strip()))
    }
    problems += type_problems(
        column.label, other_types, tr("un objet de réponses par élément, comme sur d'autres lignes")
    )
    for item in items:
        yield ValueColumn(part(column.label, str(item)), [values.get(item) for values in parts])
    if not items:
        yield ValueColumn(column.label, [None for _ in parts])


def label_and_cells(column: ValueColumn, problems: list[Problem]) -> tuple[str, list[str]]:
    """Return the label and the cells of a column; values without a text are problems."""
    cells, unsupported = [], {}
    for position, value in enumerate(column.values):
        try:
            cells.append(cell_of(value))
        except UnsupportedValueError as error:
            cells.append("")
            unsupported[position] = str(error)
    expected = tr("un texte, un nombre, un oui ou non, une date, une liste de ces valeurs, ou rien")
    problems += type_problems(column.label, unsupported, expected)
    return column.label, cells


def type_problems(label: str, types: Mapping[int, str], expected: str) -> Iterator[Problem]:
    for kind in dict.fromkeys(types.values()):
        first, *further_lines = [position + FIRST_LINE for position, name in types.items() if name == kind]
        where = tr("colonne « {name} », ligne {line}", name=label, line=first)
        cause = tr("une valeur de type {kind}", kind=kind)
        if further_lines:
            count = len(further_lines)
            cause = tr_n("{found}, et {count} autre", "{found}, et {count} autres", count, found=cause, count=count)
        yield Problem(where, cause, expected, tr("changez-la avant de donner le tableau"))


def cell_of(value: object) -> str:
    """Return the text of a value, several answers for a list. Raises UnsupportedValueError with its type.

    >>> [cell_of(value) for value in (None, True, 2.0, ["a", None, 3])], cell_of({"b", "a"})
    (['', 'Oui', '2', 'a; 3'], 'a; b')
    """
    if type(value) is str:
        return value
    if not isinstance(value, (list, tuple, set, frozenset, np.ndarray)):
        return format_scalar(value)
    if isinstance(value, set | frozenset):
        return SeveralAnswers.of(sorted(map(format_scalar, value)), ordered=False)
    if isinstance(value, np.ndarray):
        return SeveralAnswers.of(map(format_scalar, python_values(value))) if value.ndim == 1 else format_scalar(value)
    return SeveralAnswers.of(map(format_scalar, value))


def python_values(array: NDArray[Any]) -> Iterable[object]:
    """Return the values of an array, moments as Python objects."""
    finest = TO_MICROSECONDS.get(array.dtype.kind)
    return array.astype(finest).tolist() if finest else list(array)


def format_scalar(value: object) -> str:
    """Return the text of a value that is not a collection. Raises UnsupportedValueError with its type."""
    if is_missing(value):
        return ""
    if isinstance(value, (np.float16, np.float32)):
        return Figures(text_of_value(float(str(value))))  # 3.1, which a number of double precision has as 3.0999999
    if isinstance(value, NUMBER_TYPES):
        return text_of_value(value) if isinstance(value, INTEGER_TYPES) else Figures(text_of_value(value))
    if isinstance(value, Decimal):
        return Figures(plain(value))
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, MOMENT_TYPES):
        return text_of_value(
            value.to_pydatetime(warn=False) if hasattr(value, "to_pydatetime") else value
        )  # pandas has more
    raise UnsupportedValueError(type(value).__name__)


def plain(value: Decimal) -> str:
    """Return a decimal number without trailing zeros.

    >>> plain(Decimal("3.50")), plain(Decimal("1E+2")), plain(Decimal("0.00"))
    ('3.5', '100', '0')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_missing(value: object) -> bool:
    """Return whether a value is missing: None, NaN, NaT, NA of pandas, a masked value of NumPy."""
    if isinstance(value, float | np.floating | Decimal):
        return bool(value != value)
    return (
        value is None
        or (is_masked_array(value) and value is np.ma.masked)
        or type(value).__name__ in {"NAType", "NaTType"}
    )


def values_of(records: Sequence[Mapping[Any, object]]) -> Iterator[ValueColumn]:
    """Yield the columns of records: one for each key, in order of appearance."""
    for key in dict.fromkeys(key for record in records for key in record):
        yield ValueColumn(str(key), [record.get(key) for record in records])
