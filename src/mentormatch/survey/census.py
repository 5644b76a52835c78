"""The cells of a sheet by row and column, and the comparison of two readings of it.

calamine reads the values of a workbook and skips cells without a meaning for it. A second parser, for the format of the
file, lists the cells; both readings must agree. Faults are listed separately: errors (``#N/A``) and formulas without a
computed result. The child process for workbooks imports this module, so it imports no other of this package.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

MAX_INVENTORY_CELLS = 20_000_000  # of one sheet, as ``sheets.MAX_AREA``
ERROR = "error"
UNCOMPUTED = "uncomputed"  # a formula without a result
OUTDATED = "outdated"  # a formula with the result 0, in a workbook that must be computed when it is opened


ANY_TEXT = object()
"""A text in an unknown encoding, so that only its presence is known."""

type HeldCells = Any
"""The content of a cell: its text, its number, or ``ANY_TEXT``; None if there is no cell."""


class UnreadableError(Exception):
    """The workbook is damaged or does not follow its format."""


class DuplicateCellError(Exception):
    """Two rows or cells have one position, two sheets one name, or a cell has the address of another row."""


class ReadingMismatchError(Exception):
    """Two readings disagree on a cell, or its content contradicts its type; the message is its address."""


class CellInventory:
    """The cells of one sheet by 0-based row and column, and the faults of cells. Cells may be empty."""

    __slots__ = ("_size", "faults", "rows")

    def __init__(self) -> None:
        self.rows: dict[int, dict[int, HeldCells]] = {}
        self.faults: list[tuple[int, int, str]] = []
        self._size = 0

    def row(self, row: int) -> dict[int, HeldCells]:
        """Return the cells of a row by column, as the stored mapping. Cells added to it do not count for the limit."""
        return self.rows.setdefault(row, {})

    def add(self, row: int, column: int, content: HeldCells) -> None:
        """Add a cell. Raises DuplicateCellError if its position is taken, MemoryError if there are too many cells."""
        cells = self.row(row)
        if column in cells:
            raise DuplicateCellError
        cells[column] = content
        self._size += 1
        if self._size > MAX_INVENTORY_CELLS:
            raise MemoryError

    def is_empty(self) -> bool:
        """Return whether all cells are blank."""
        return all(is_blank(content) for cells in self.rows.values() for content in cells.values())

    def add_fault(self, row: int, column: int, kind: str) -> None:
        """Add a fault of a cell; ``kind`` is ``ERROR``, ``UNCOMPUTED`` or ``OUTDATED``. The last one has a value, 0."""
        self.faults.append((row, column, kind))

    def errors(self) -> set[tuple[int, int]]:
        """Return row and column of each cell in error. The value that a reader gives to such a cell is no answer."""
        return {(row, column) for row, column, kind in self.faults if kind == ERROR}

    def cells_without_value(self) -> Iterator[tuple[str, int, str]]:
        """Yield kind, 1-based row and column letters of each fault, by row and column."""
        for row, column, kind in sorted(self.faults):
            yield kind, row + 1, format_column_letters(column)


def check_rows(inventory: CellInventory, rows: Iterable[list[Any]], first: int) -> Iterator[list[Any]]:
    """Yield the rows of a sheet, from row 0 and column ``first`` on, each after a comparison with the inventory.

    Values of cells in error become empty texts. Raises ReadingMismatchError at the first cell on which the two readings
    disagree.
    """
    errors = inventory.errors()
    unread = dict(inventory.rows)
    for at, row in enumerate(rows):
        if errors:
            row = ["" if (at, column) in errors else value for column, value in enumerate(row, first)]
        cells = unread.pop(at, {})
        end = first + len(row)
        agreeing = sum(map(do_values_agree, map(cells.get, range(first, end)), row))
        if agreeing < len(row) or (cells and (min(cells) < first or max(cells) >= end)):
            _check_row(at, cells, row, first)
        yield row
    for at, cells in sorted(unread.items()):
        _check_row(at, cells, [], first)


def _check_row(at: int, cells: dict[int, HeldCells], row: list[Any], first: int) -> None:
    values = dict(enumerate(row, first))
    for column in sorted(cells.keys() | values.keys()):
        if not do_values_agree(cells.get(column, ""), values.get(column, "")):
            raise ReadingMismatchError(format_cell_name(at, column))


def is_blank(content: object) -> bool:
    return isinstance(content, str) and not content.strip()


def do_values_agree(content: HeldCells, value: object) -> bool:
    """Return whether a value equals the content of a cell: the same text apart from white space, or the same number.

    The text of the cell may have escapes such as ``_x000D_``. Files store dates and times in several forms: they agree
    with any cell that is not blank. ``ANY_TEXT`` agrees with any value that is not blank.
    """
    if content == value:
        return True
    if value.__class__ is float or value.__class__ is int or value.__class__ is bool:
        return _is_number(content, value)
    if content is None or content is ANY_TEXT:
        return is_blank(value) == (content is None)
    if isinstance(value, str):
        text = _without_spaces(value)
        return isinstance(content, str) and (
            text == _without_spaces(content) or text == _without_spaces(_decode_escapes(content))
        )
    return not is_blank(content)


def _is_number(content: HeldCells, value: object) -> bool:
    try:
        return content is ANY_TEXT or float(content or "") == value
    except (TypeError, ValueError):
        return False


def _decode_escapes(text: str) -> str:
    # Office writes control characters as ``_x000D_``
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def _without_spaces(text: str) -> str:
    return "".join(text.split())


def format_cell_name(row: int, column: int) -> str:
    """Return the address of a cell, given 0-based row and column.

    >>> format_cell_name(4, 27)
    'AB5'
    """
    return f"{format_column_letters(column)}{row + 1}"


def format_column_letters(column: int) -> str:
    """Return the letters of a 0-based column."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(65 + letter) + name
    return name


def column_of(name: str) -> int:
    """Return the 0-based column with these letters.

    >>> [column_of(format_column_letters(column)) for column in (0, 25, 26, 701, 702)]
    [0, 25, 26, 701, 702]
    """
    column = 0
    for letter in name.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1
