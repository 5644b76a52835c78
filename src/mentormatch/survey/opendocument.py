"""The cells of an ods, counted in its XML by expat: rows and cells that are repeated, covered or grouped as well.

See OpenDocument 1.3, part 3, 9.1. Names are taken by their namespace, whatever their prefix. The child that opens
workbooks imports this file.
"""

import re
from itertools import product

from mentormatch.survey.census import ERROR, UNCOMPUTED, Census, DifferenceError, DoubledError, UnreadableError, place
from mentormatch.survey.spreadsheetml import Archive, parse

CONTENT = "content.xml"
_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TABLE, _TEXT = f"{_SPACE}office:1.0 ", f"{_SPACE}table:1.0 ", f"{_SPACE}text:1.0 "
_TYPE_OF_OFFICE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
_KIND, _TRUTH = f"{_OFFICE}value-type", f"{_OFFICE}boolean-value"
_VALUES = {name: f"{_OFFICE}{name}-value" for name in ("string", "date", "time", "boolean")}
_VALUES |= dict.fromkeys(("float", "percentage", "currency"), f"{_OFFICE}value")
_OF_VALUES = frozenset(_VALUES.values())
"""The attribute that holds the value of a cell of each kind."""
_IN_ERROR = re.compile(r"#[A-Z/0!?_]+|Err:[0-9]+")
_FORMULA, _ROWS, _COLUMNS = (
    f"{_TABLE}formula",
    f"{_TABLE}number-rows-repeated",
    f"{_TABLE}number-columns-repeated",
)
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_ASIDE = {f"{_OFFICE}annotation"}


class OpenBook:
    """The sheets of an ods, counted in one pass over its content."""

    def __init__(self, archive: Archive) -> None:
        self.parts = _Content(archive.read(CONTENT)).sheets

    def census(self, sheet: str) -> Census:
        """Return what the cells of a sheet hold."""
        if sheet not in self.parts:
            raise UnreadableError
        return self.parts[sheet]


class _Content:
    """Where the parser is in the content: the sheet, the row and the cell, and the notes beside it."""

    def __init__(self, xml: bytes) -> None:
        self.sheets: dict[str, Census] = {}
        self.census = Census()
        self.row, self.column, self.repeated = 0, 0, 1
        self.cells: list[tuple[int, int, str, str]] = []
        self.cell: dict[str, str] | None = None
        self.said: list[str] = []
        self.aside = 0
        parse(xml, self._start, self._text, self._end, separator=" ")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _CELLS:
            self.cell, self.said = attributes, []
        elif tag == f"{_TABLE}table-row":
            self.repeated, self.column, self.cells = _times(attributes, _ROWS), 0, []
        elif tag == f"{_TABLE}table":
            self.census, self.row = Census(), 0
            name = attributes.get(f"{_TABLE}name", "")
            if name in self.sheets:
                raise DoubledError
            self.sheets[name] = self.census
        elif tag in _ASIDE:
            self.aside += 1

    def _text(self, said: str) -> None:
        if self.cell is not None and not self.aside:
            self.said.append(said)

    def _end(self, tag: str) -> None:
        if tag in _CELLS and self.cell is not None:
            self._end_cell(self.cell, "".join(self.said))
            self.cell = None
        elif tag == f"{_TABLE}table-row":
            self._end_row()
        elif tag in _ASIDE:
            self.aside -= 1

    def _end_cell(self, cell: dict[str, str], text: str) -> None:
        times = _times(cell, _COLUMNS) if _COLUMNS in cell else 1
        own = _VALUES.get(cell.get(_KIND, ""), "")
        said = cell.get(own)
        if not _OF_VALUES.isdisjoint(cell) and _OF_VALUES.intersection(cell) != {own}:
            raise DifferenceError(place(self.row, self.column))
        held = _cell_value(cell, said, text)
        fault = _fault(cell, said, text) if _FORMULA in cell or _TYPE_OF_OFFICE in cell else ""
        if held.strip() or fault:
            self.cells.append((self.column, times, "" if fault == ERROR else held, fault))
        self.column += times

    def _end_row(self) -> None:
        """Note the cells of a row as often as it is repeated; there are none where it is empty."""
        repeated = range(self.row, self.row + self.repeated) if self.cells else ()
        for row, (first, times, held, fault) in product(repeated, self.cells):
            for column in range(first, first + times):
                self.census.put(row, column, held)
                if fault:
                    self.census.fault(row, column, fault)
        self.row += self.repeated


def _cell_value(cell: dict[str, str], said: str | None, text: str) -> str:
    """Return the value of a cell, its text where it has none of its own; true and false are 1 and 0."""
    if _TRUTH in cell:
        return "1" if str(said).lower() == "true" else "0"
    return text if said is None else said


def _fault(cell: dict[str, str], said: str | None, text: str) -> str:
    """Return why a cell has no value, empty where it has one or needs none."""
    computed = _FORMULA in cell
    if cell.get(_TYPE_OF_OFFICE) == "error" or (computed and _IN_ERROR.fullmatch(text.strip())):
        return ERROR
    return UNCOMPUTED if computed and said is None and not text.strip() and not _is_text(cell) else ""


def _is_text(cell: dict[str, str]) -> bool:
    return cell.get(_KIND) == "string"


def _times(attributes: dict[str, str], name: str) -> int:
    """Return how often a row or a cell is repeated."""
    said = attributes.get(name, "1")
    if not said.isdecimal():
        raise UnreadableError
    return max(1, int(said))
