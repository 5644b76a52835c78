"""What the cells of a sheet hold by a second reading, so that none of them is lost by the first.

calamine reads the values of a workbook, and passes over what it does not understand. A parser of the sheet's own kind
counts its cells; both must then hold the same ones. Errors (``#N/A``) and formulas without a result hold nothing: they
are kept apart with their places. The child that opens workbooks imports this file, so it imports nothing of ours.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

AREA = 20_000_000
"""As many cells as a sheet may span; see ``sheets.MAX_AREA``."""
ERROR, UNCOMPUTED, OUTDATED = "error", "uncomputed", "outdated"
"""A cell in error, a formula without a result, and one whose result, nought, was never worked out."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

ANY = object()
"""What a cell holds of which only that it holds something is known."""

type HeldCells = Any
"""What a cell holds: its text, its number, or ``ANY``; None where there is no cell."""


class UnreadableError(Exception):
    """The parts of the workbook cannot be followed."""


class DoubledError(Exception):
    """Two rows or two cells say that they stand in one place."""


class DifferenceError(Exception):
    """Two readings differ about a cell, whose place this says."""


class Census:
    """What the cells of one sheet hold, by row and column from 0, empty or not, and those that have no value."""

    __slots__ = ("_size", "faults", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, HeldCells]] = {}
        self.faults: list[tuple[int, int, str]] = []
        self._size = 0

    def row(self, row: int) -> dict[int, HeldCells]:
        """Return the cells of a row, to which more may be added."""
        return self.rows.setdefault(row, {})

    def put(self, row: int, column: int, held: HeldCells) -> None:
        """Note what a cell holds; raise DoubledError where its place is taken."""
        cells = self.row(row)
        if column in cells:
            raise DoubledError
        cells[column] = held
        self._size += 1
        if self._size > AREA:
            raise MemoryError

    def is_empty(self) -> bool:
        """Say whether no cell holds anything."""
        return all(is_blank(held) for cells in self.rows.values() for held in cells.values())

    def fault(self, row: int, column: int, kind: str) -> None:
        """Note a cell that has no value, or one that was never worked out."""
        self.faults.append((row, column, kind))

    def errors(self) -> set[tuple[int, int]]:
        """Return the places of cells in error: what a reader makes of them is no answer."""
        return {(row, column) for row, column, kind in self.faults if kind == ERROR}

    def cells_without_value(self) -> Iterator[tuple[str, int, str]]:
        """Yield the kind, the row from 1 and the letters of the column of each cell without a value."""
        for row, column, kind in sorted(self.faults):
            yield kind, row + 1, letters(column)


def check_rows(census: Census, rows: Iterable[list[Any]], first: int) -> Iterator[list[Any]]:
    """Yield the rows of a sheet, from its first on and from column ``first`` on, once both readings agree on them.

    Raises
    ------
    DifferenceError
        Naming the first cell that one reading holds and the other does not, or holds otherwise.
    """
    errors = census.errors()
    left = dict(census.rows)
    for at, row in enumerate(rows):
        if errors:
            row = ["" if (at, column) in errors else value for column, value in enumerate(row, first)]
        held = left.pop(at, {})
        last = first + len(row)
        agreed = sum(map(agree, map(held.get, range(first, last)), row))
        if agreed < len(row) or (held and (min(held) < first or max(held) >= last)):
            _check_row(at, held, row, first)
        yield row
    for at, held in sorted(left.items()):
        _check_row(at, held, [], first)


def _check_row(at: int, held: dict[int, HeldCells], row: list[Any], first: int) -> None:
    """Raise DifferenceError where a row does not hold what it should, column by column."""
    values = dict(enumerate(row, first))
    for column in sorted(held.keys() | values.keys()):
        if not agree(held.get(column, ""), values.get(column, "")):
            raise DifferenceError(place(at, column))


def is_blank(held: object) -> bool:
    """Say whether a cell holds nothing but white space."""
    return isinstance(held, str) and not held.strip()


def agree(held: HeldCells, value: object) -> bool:
    """Say whether a value is what a cell holds: the same text but for white space, or the same number.

    Days and times are another form of a number, and so are texts of which only the place is known: not compared.
    """
    if held == value:
        return True
    if value.__class__ is float or value.__class__ is int or value.__class__ is bool:
        return _is_number(held, value)
    if held is None or held is ANY:
        return is_blank(value) == (held is None)
    if isinstance(value, str):
        return isinstance(held, str) and _bare(value) in {_bare(held), _bare(_plain(held))}
    return not is_blank(held)


def _is_number(held: HeldCells, value: object) -> bool:
    try:
        return held is ANY or float(held or "") == value
    except (TypeError, ValueError):
        return False


def _plain(text: str) -> str:
    """Return a text with the characters that Office writes as ``_x000D_``."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _bare(text: str) -> str:
    """Return a text without white space."""
    return "".join(text.split())


def place(row: int, column: int) -> str:
    """Return how a spreadsheet calls a cell.

    >>> place(4, 27)
    'AB5'
    """
    return f"{letters(column)}{row + 1}"


def letters(column: int) -> str:
    """Return the letters of a column."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """Return the column, from 0, with these letters.

    >>> [column_of(letters(column)) for column in (0, 25, 26, 701, 702)]
    [0, 25, 26, 701, 702]
    """
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
