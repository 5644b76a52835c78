"""Second reading of xlsx and ods files: XML parsed by expat -> the cells of each sheet.

xlsx: ECMA-376, part 1, 18.3; names of elements are compared without prefix and case. ods: OpenDocument 1.3, part 3,
9.1; names are compared by namespace; repeated, covered and grouped rows and cells count. The child process that opens
workbooks imports this module.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from itertools import product
from posixpath import join, normpath
from types import MappingProxyType
from xml.parsers.expat import ExpatError, ParserCreate

from mentormatch.survey.census import (
    ERROR,
    OUTDATED,
    UNCOMPUTED,
    CellInventory,
    DuplicateCellError,
    HeldCells,
    ReadingMismatchError,
    UnreadableError,
    column_of,
    format_cell_name,
    format_column_letters,
)

type ElementHandler = Callable[[str, dict[str, str]], None]
type TextHandler = Callable[[str], None]

MAX_COLUMNS = 16_384
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


class WorkbookArchive:
    """The parts of a workbook by name; case and the kind of slash are ignored."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lstrip("/").casefold(): name for name in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._names

    def read(self, part: str) -> bytes:
        """Return the bytes of a part, empty if it is absent. Raises UnreadableError if they are damaged."""
        name = self._names.get(part.casefold())
        try:
            return b"" if name is None else self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
            raise UnreadableError from None

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return kind and target of each relationship of a part, by its id; of the package if ``part`` is empty."""
        folder, _, name = part.rpartition("/")
        links: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if get_local_name(tag) == "relationship":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = attributes.get("Target", "").replace("\\", "/")
                path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                links[attributes.get("Id", "")] = (kind, path)

        parse_xml(self.read(join(folder, "_rels", f"{name}.rels")) if part else self.read("_rels/.rels"), start)
        return links

    def main(self) -> str:
        """Return the name of the part that lists the sheets, empty if there is none."""
        targets = (target for kind, target in self.links("").values() if kind == "officeDocument")
        return next((target for target in targets if target in self), "")


def get_local_name(tag: str) -> str:
    """Return a name without its prefix, in lower case."""
    return tag.rpartition(":")[2].lower()


def parse_xml(
    xml: bytes,
    start: ElementHandler,
    text: TextHandler | None = None,
    end: TextHandler | None = None,
    separator: str | None = None,
) -> None:
    """Parse a part: call ``start`` with name and attributes of each element, ``text`` with text, ``end`` with the name.

    With a ``separator``, names are ``namespace + separator + name``. An empty part has no elements. Raises
    UnreadableError if another part is not well formed or declares entities.
    """
    if not xml:
        return
    parser = ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - expat has no keyword for the end of the input
    except ExpatError:
        raise UnreadableError from None


def _refuse_entity(*_: object) -> None:
    raise UnreadableError


class XlsxWorkbook:
    """An xlsx workbook: the part of each sheet in ``parts``, and the shared strings.

    ``pending`` is true if its formulas are to be computed when it is opened.
    """

    def __init__(self, archive: WorkbookArchive) -> None:
        self.archive = archive
        self.parts: dict[str, str] = {}
        self.pending = False
        main = archive.main()
        links = archive.links(main)

        def start(tag: str, attributes: dict[str, str]) -> None:
            name = get_local_name(tag)
            if name == "sheet":
                target = next((links.get(value, ("", ""))[1] for key, value in attributes.items() if is_link(key)), "")
                if self.parts.setdefault(attributes.get("name", ""), target) != target:
                    raise DuplicateCellError
            elif name == "calcpr":
                self.pending = attributes.get("fullCalcOnLoad", "0") in {"1", "true"}

        parse_xml(archive.read(main), start)
        shared = next((target for kind, target in links.values() if kind == "sharedStrings"), "")
        self.strings = strings_in(archive.read(shared)) if shared else []

    def inventory(self, sheet: str) -> CellInventory:
        """Return the cells of a sheet, by its name.

        Raises UnreadableError if it is absent or damaged, and the errors of ``_SheetParser``.
        """
        part = self.parts.get(sheet, "")
        if part not in self.archive:
            raise UnreadableError
        return read_cells(self.archive.read(part), self.strings, pending=self.pending)


def is_link(key: str) -> bool:
    """Return whether an attribute of a sheet is the id of the relationship to its part: ``r:id``."""
    prefix, _, name = key.rpartition(":")
    return bool(prefix) and name == "id"


def strings_in(xml: bytes) -> list[str]:
    """Return the shared strings of a workbook, without phonetic text."""
    strings: list[str] = []
    pieces: list[str] = []
    names: dict[str, str] = {}
    kind = ""

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal kind, pieces
        name = names.get(tag) or names.setdefault(tag, get_local_name(tag))
        if name == "si":
            if pieces:
                strings[-1] = "".join(pieces)
            strings.append("")
            pieces = []
        if name in {"t", "rph", "si", "r"}:
            kind = "" if kind == "rph" and name == "t" else name

    def text(piece: str) -> None:
        if kind == "t":
            pieces.append(piece)

    parse_xml(xml, start, text)
    if pieces and strings:
        strings[-1] = "".join(pieces)
    return strings


def read_cells(xml: bytes, strings: list[str], *, pending: bool) -> CellInventory:
    """Return the cells in the XML of a sheet; ``pending`` if its formulas are to be computed when it is opened."""
    sheet = _SheetParser(strings, pending=pending)
    parse_xml(xml, sheet.start, sheet.text)
    sheet.end()
    return sheet.inventory


class _SheetParser:
    """State of the parser of a sheet: the row, and the last cell, which is added when the next cell or row begins."""

    __slots__ = (
        *("attributes", "cells", "column", "digits", "formula", "inline", "inside", "inventory", "letters", "names"),
        *("pending", "row", "rows", "strings", "value", "valued"),
    )

    def __init__(self, strings: list[str], *, pending: bool) -> None:
        self.inventory = CellInventory()
        self.strings, self.pending = strings, pending
        self.names: dict[str, str] = {}
        self.letters: list[str] = []
        self.rows: set[int] = set()
        self.row, self.column, self.digits = -1, -1, "0"
        self.cells: dict[int, HeldCells] = {}
        self.attributes: dict[str, str] | None = None
        self.value = self.inside = ""
        self.formula = self.valued = self.inline = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self.names.get(tag) or self.names.setdefault(tag, get_local_name(tag))
        if name == "v":
            self.inside, self.valued = "v", True
        elif name == "c":
            if self.attributes is not None:
                self.end()
            self.attributes, self.inside = attributes, ""
        elif name == "row":
            self.end()
            self._begin_row(attributes.get("r"))
        elif name in {"f", "is", "t", "rph", "r"}:
            self.formula = self.formula or name == "f"
            self.inline = self.inline or name == "is"
            self.inside = "" if self.inside == "rph" and name == "t" else name
        else:
            self.inside = ""

    def text(self, piece: str) -> None:
        if self.inside == "v" or self.inside == "t":
            self.value += piece

    def _begin_row(self, number: str | None) -> None:
        self.row = self.row + 1 if number is None else _parse_row_number(number)
        self.column, self.digits = -1, str(self.row + 1)
        if self.row in self.rows:
            raise DuplicateCellError
        self.rows.add(self.row)
        self.cells = self.inventory.row(self.row)

    def end(self) -> None:
        """Add the last cell, if there is one that is not added yet.

        Raises DuplicateCellError if its column is taken, ReadingMismatchError if its content contradicts its type; also
        as ``_column`` for its address.
        """
        attributes, value = self.attributes, self.value
        if attributes is None:
            return
        address = attributes.get("r")
        column = self.column + 1
        # The address is parsed only if it is not that of the next cell
        if address is not None and (column >= len(self.letters) or address != self.letters[column] + self.digits):
            column = self._column(address)
        if column in self.cells:
            raise DuplicateCellError
        self.column, self.attributes, self.value = column, None, ""
        kind = attributes.get("t", "n")
        if kind == "s" and value:
            self.cells[column] = self._shared(value)
        elif value and kind not in {"e", "b"}:
            self.cells[column] = value
        else:
            self._add_error_boolean_or_empty(kind, value)
        if self.formula:
            self._check_formula(kind, value)
        if self.inline and kind != "inlineStr":
            raise ReadingMismatchError(format_cell_name(self.row, column))
        self.valued = self.inline = False

    def _add_error_boolean_or_empty(self, kind: str, value: str) -> None:
        self.cells[self.column] = ("1" if value.strip() in {"1", "true"} else "0") if kind == "b" and value else ""
        if kind == "e":
            self.inventory.add_fault(self.row, self.column, ERROR)

    def _check_formula(self, kind: str, value: str) -> None:
        """Add a fault for a formula without a result, or with the result 0 if formulas are still to be computed.

        An empty text is a result. A cell in error has its fault already.
        """
        self.formula = False
        if self.pending and value.strip() == "0":
            self.inventory.add_fault(self.row, self.column, OUTDATED)
        elif not value and kind != "e" and not (self.valued and kind == "str"):
            self.inventory.add_fault(self.row, self.column, UNCOMPUTED)

    def _column(self, address: str) -> int:
        """Return the column of an address.

        Raises UnreadableError if it is no address, DuplicateCellError if it is in another row.
        """
        match = _CELL.fullmatch(address)
        if match is None:
            raise UnreadableError
        if int(match[2]) != self.row + 1:
            raise DuplicateCellError
        column = column_of(match[1])
        self.letters += (format_column_letters(at) for at in range(len(self.letters), min(column + 100, MAX_COLUMNS)))
        return column

    def _shared(self, index: str) -> str:
        try:
            return self.strings[int(index)]
        except (ValueError, IndexError):
            raise ReadingMismatchError(format_cell_name(self.row, self.column)) from None


def _parse_row_number(text: str) -> int:
    """Return the 0-based row of a row number from 1. Raises UnreadableError for any other text."""
    if not text.isdecimal() or int(text) < 1:
        raise UnreadableError
    return int(text) - 1


CONTENT = "content.xml"


class OdsName:
    """Qualified names of elements and attributes: namespace, space, local name."""

    _OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
    _TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "

    TABLE, TABLE_NAME, ROW = f"{_TABLE}table", f"{_TABLE}name", f"{_TABLE}table-row"
    CELLS = frozenset({f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"})
    ANNOTATION = f"{_OFFICE}annotation"
    FORMULA = f"{_TABLE}formula"
    ROWS_REPEATED, COLUMNS_REPEATED = f"{_TABLE}number-rows-repeated", f"{_TABLE}number-columns-repeated"
    KIND, BOOLEAN_VALUE, VALUE = f"{_OFFICE}value-type", f"{_OFFICE}boolean-value", f"{_OFFICE}value"
    KIND_OF_LIBREOFFICE = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
    VALUE_BY_KIND = MappingProxyType(
        {
            "string": f"{_OFFICE}string-value",
            "date": f"{_OFFICE}date-value",
            "time": f"{_OFFICE}time-value",
            "boolean": BOOLEAN_VALUE,
            "float": VALUE,
            "percentage": VALUE,
            "currency": VALUE,
        }
    )
    VALUES = frozenset(VALUE_BY_KIND.values())


class OdsWorkbook:
    """An ods workbook: the cells of each sheet in ``parts``, from one pass over its content."""

    def __init__(self, archive: WorkbookArchive) -> None:
        self.parts = _ContentParser(archive.read(CONTENT)).sheets

    def inventory(self, sheet: str) -> CellInventory:
        """Return the cells of a sheet, by its name.

        Raises UnreadableError if it is absent.
        """
        if sheet not in self.parts:
            raise UnreadableError
        return self.parts[sheet]


class _ContentParser:
    """State of the parser: the sheet, the row, the cell, and the depth of annotations: their text is no value."""

    def __init__(self, xml: bytes) -> None:
        self.sheets: dict[str, CellInventory] = {}
        self.inventory = CellInventory()
        self.row, self.column, self.repeated = 0, 0, 1
        self.cells: list[tuple[int, int, str, str]] = []
        self.cell: dict[str, str] | None = None
        self.texts: list[str] = []
        self.annotation_depth = 0
        parse_xml(xml, self._start, self._text, self._end, separator=" ")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in OdsName.CELLS:
            self.cell, self.texts = attributes, []
        elif tag == OdsName.ROW:
            self.repeated, self.column, self.cells = _repetitions(attributes, OdsName.ROWS_REPEATED), 0, []
        elif tag == OdsName.TABLE:
            self.inventory, self.row = CellInventory(), 0
            name = attributes.get(OdsName.TABLE_NAME, "")
            if name in self.sheets:
                raise DuplicateCellError
            self.sheets[name] = self.inventory
        elif tag == OdsName.ANNOTATION:
            self.annotation_depth += 1

    def _text(self, piece: str) -> None:
        if self.cell is not None and not self.annotation_depth:
            self.texts.append(piece)

    def _end(self, tag: str) -> None:
        if tag in OdsName.CELLS and self.cell is not None:
            self._end_cell(self.cell, "".join(self.texts))
            self.cell = None
        elif tag == OdsName.ROW:
            self._end_row()
        elif tag == OdsName.ANNOTATION:
            self.annotation_depth -= 1

    def _end_cell(self, cell: dict[str, str], text: str) -> None:
        count = _repetitions(cell, OdsName.COLUMNS_REPEATED) if OdsName.COLUMNS_REPEATED in cell else 1
        attribute = OdsName.VALUE_BY_KIND.get(cell.get(OdsName.KIND, ""), "")
        value = cell.get(attribute)
        # A value of another kind than the cell declares
        if not OdsName.VALUES.isdisjoint(cell) and OdsName.VALUES.intersection(cell) != {attribute}:
            raise ReadingMismatchError(format_cell_name(self.row, self.column))
        content = _cell_value(cell, value, text)
        may_be_faulty = OdsName.FORMULA in cell or OdsName.KIND_OF_LIBREOFFICE in cell
        fault = _fault(cell, value, text) if may_be_faulty else ""
        if content.strip() or fault:
            self.cells.append((self.column, count, "" if fault == ERROR else content, fault))
        self.column += count

    def _end_row(self) -> None:
        """Add the cells of a row to the sheet, once per repetition. Many repetitions of an empty row cost nothing."""
        rows = range(self.row, self.row + self.repeated) if self.cells else ()
        for row, (first, count, content, fault) in product(rows, self.cells):
            for column in range(first, first + count):
                self.inventory.add(row, column, content)
                if fault:
                    self.inventory.add_fault(row, column, fault)
        self.row += self.repeated


def _cell_value(cell: dict[str, str], value: str | None, text: str) -> str:
    """Return the value of a cell, 1 or 0 for a boolean; its displayed text if it has no value."""
    if OdsName.BOOLEAN_VALUE in cell:
        return "1" if str(value).lower() == "true" else "0"
    return text if value is None else value


def _fault(cell: dict[str, str], value: str | None, text: str) -> str:
    """Return the kind of fault of a cell, empty if there is none."""
    is_formula = OdsName.FORMULA in cell
    if cell.get(OdsName.KIND_OF_LIBREOFFICE) == "error" or (
        is_formula and re.fullmatch(r"#[A-Z/0!?_]+|Err:[0-9]+", text.strip())
    ):
        return ERROR
    return UNCOMPUTED if is_formula and value is None and not text.strip() and not _is_text(cell) else ""


def _is_text(cell: dict[str, str]) -> bool:
    return cell.get(OdsName.KIND) == "string"


def _repetitions(attributes: dict[str, str], name: str) -> int:
    count = attributes.get(name, "1")
    if not count.isdecimal():
        raise UnreadableError
    return max(1, int(count))
