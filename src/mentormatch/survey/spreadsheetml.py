"""The cells of an xlsx, counted in its XML by expat: whatever the order of attributes, quotes, case or prefixes.

See ECMA-376, part 1, 18.3. Names are compared without their prefix and their case. The child that opens workbooks
imports this file.

The cells of an ods, counted in its XML by expat: rows and cells that are repeated, covered or grouped as well.

See OpenDocument 1.3, part 3, 9.1. Names are taken by their namespace, whatever their prefix. The child that opens
workbooks imports this file.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from itertools import product
from posixpath import join, normpath
from xml.parsers.expat import ExpatError, ParserCreate

from mentormatch.survey.census import (
    ERROR,
    OUTDATED,
    UNCOMPUTED,
    Census,
    DifferenceError,
    DoubledError,
    HeldCells,
    UnreadableError,
    column_of,
    letters,
    place,
)

type Start = Callable[[str, dict[str, str]], None]
type Said = Callable[[str], None]

ROOT, MAIN = "_rels/.rels", "officeDocument"
MOST_COLUMNS = 16_384
_PARTS = {"f", "is", "t", "rph", "r"}
_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


class Archive:
    """The parts of a workbook, whatever the case of their names and whichever slashes these have."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.replace("\\", "/").lstrip("/").casefold(): name for name in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._names

    def read(self, part: str) -> bytes:
        """Return the bytes of a part, none where there is none; raise UnreadableError where they are damaged."""
        name = self._names.get(part.casefold())
        try:
            return b"" if name is None else self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
            raise UnreadableError from None

    def links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the kind and the target of what a part refers to, by the name of the reference."""
        folder, _, name = part.rpartition("/")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if local(tag) == "relationship":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = attributes.get("Target", "").replace("\\", "/")
                whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
                found[attributes.get("Id", "")] = (kind, whole)

        parse(self.read(join(folder, "_rels", f"{name}.rels")) if part else self.read(ROOT), start)
        return found

    def main(self) -> str:
        """Return the name of the part that lists the sheets."""
        targets = (target for kind, target in self.links("").values() if kind == MAIN)
        return next((target for target in targets if target in self), "")


def local(tag: str) -> str:
    """Return a name without its prefix and its case."""
    return tag.rpartition(":")[2].lower()


def parse(
    xml: bytes, start: Start, text: Said | None = None, end: Said | None = None, separator: str | None = None
) -> None:
    """Parse a part: ``start``, ``text`` and ``end`` are told of each element, its text, and that it is over.

    With a ``separator`` names stand behind their namespace, whatever the prefix. Raises UnreadableError where the part
    is not well formed, or declares entities of its own.
    """
    if not xml:
        return
    parser = ParserCreate(namespace_separator=separator)
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - this is how expat is told that there is no more
    except ExpatError:
        raise UnreadableError from None


def _refuse_entity(*_: object) -> None:
    raise UnreadableError


class OfficeBook:
    """The sheets of an xlsx: the part of each, the texts that they share."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.parts: dict[str, str] = {}
        self.pending = False
        main = archive.main()
        links = archive.links(main)

        def start(tag: str, attributes: dict[str, str]) -> None:
            name = local(tag)
            if name == "sheet":
                target = next((links.get(value, ("", ""))[1] for key, value in attributes.items() if is_link(key)), "")
                if self.parts.setdefault(attributes.get("name", ""), target) != target:
                    raise DoubledError
            elif name == "calcpr":
                self.pending = attributes.get("fullCalcOnLoad", "0") in {"1", "true"}

        parse(archive.read(main), start)
        shared = next((target for kind, target in links.values() if kind == "sharedStrings"), "")
        self.strings = strings_in(archive.read(shared)) if shared else []

    def census(self, sheet: str) -> Census:
        """Return what the cells of a sheet hold."""
        part = self.parts.get(sheet, "")
        if part not in self.archive:
            raise UnreadableError
        return count_cells(self.archive.read(part), self.strings, pending=self.pending)


def is_link(key: str) -> bool:
    """Say whether an attribute of a sheet is the reference to its part."""
    prefix, _, name = key.rpartition(":")
    return bool(prefix) and name == "id"


def strings_in(xml: bytes) -> list[str]:
    """Return the texts that the cells of a workbook share, without how they are pronounced."""
    found: list[str] = []
    pieces: list[str] = []
    names: dict[str, str] = {}
    kind = ""

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal kind, pieces
        name = names.get(tag) or names.setdefault(tag, local(tag))
        if name == "si":
            if pieces:
                found[-1] = "".join(pieces)
            found.append("")
            pieces = []
        if name in {"t", "rph", "si", "r"}:
            kind = "" if kind == "rph" and name == "t" else name

    def text(said: str) -> None:
        if kind == "t":
            pieces.append(said)

    parse(xml, start, text)
    if pieces and found:
        found[-1] = "".join(pieces)
    return found


def count_cells(xml: bytes, strings: list[str], *, pending: bool) -> Census:
    """Return what the cells in the XML of a sheet hold; ``pending`` where its formulas are still to be worked out."""
    sheet = _Sheet(strings, pending=pending)
    parse(xml, sheet.start, sheet.text)
    sheet.end()
    return sheet.census


class _Sheet:
    """Where the parser is in a sheet: the row, and the cell that it has met last, which it notes at the next."""

    __slots__ = (
        *(
            "attributes",
            "census",
            "cells",
            "column",
            "digits",
            "formula",
            "inline",
            "inside",
            "letters",
            "names",
            "pending",
        ),
        *("row", "said", "seen", "strings", "valued"),
    )

    def __init__(self, strings: list[str], *, pending: bool) -> None:
        self.census = Census()
        self.strings, self.pending = strings, pending
        self.names: dict[str, str] = {}
        self.letters: list[str] = []
        self.seen: set[int] = set()
        self.row, self.column, self.digits = -1, -1, "0"
        self.cells: dict[int, HeldCells] = {}
        self.attributes: dict[str, str] | None = None
        self.said = self.inside = ""
        self.formula = self.valued = self.inline = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self.names.get(tag) or self.names.setdefault(tag, local(tag))
        if name == "v":
            self.inside, self.valued = "v", True
        elif name == "c":
            if self.attributes is not None:
                self.end()
            self.attributes, self.inside = attributes, ""
        elif name == "row":
            self.end()
            self._begin_row(attributes.get("r"))
        elif name in _PARTS:
            self.formula = self.formula or name == "f"
            self.inline = self.inline or name == "is"
            self.inside = "" if self.inside == "rph" and name == "t" else name
        else:
            self.inside = ""

    def text(self, said: str) -> None:
        if self.inside == "v" or self.inside == "t":
            self.said += said

    def _begin_row(self, number: str | None) -> None:
        self.row = self.row + 1 if number is None else _number(number)
        self.column, self.digits = -1, str(self.row + 1)
        if self.row in self.seen:
            raise DoubledError
        self.seen.add(self.row)
        self.cells = self.census.row(self.row)

    def end(self) -> None:
        """Note the cell that was met last."""
        attributes, said = self.attributes, self.said
        if attributes is None:
            return
        where = attributes.get("r")
        column = self.column + 1
        if where is not None and (column >= len(self.letters) or where != self.letters[column] + self.digits):
            column = self._column(where)
        if column in self.cells:
            raise DoubledError
        self.column, self.attributes, self.said = column, None, ""
        kind = attributes.get("t", "n")
        if kind == "s" and said:
            self.cells[column] = self._shared(said)
        elif said and kind not in {"e", "b"}:
            self.cells[column] = said
        else:
            self._end_rare(kind, said)
        if self.formula:
            self._end_formula(kind, said)
        if self.inline and kind != "inlineStr":
            raise DifferenceError(place(self.row, column))
        self.valued = self.inline = False

    def _end_rare(self, kind: str, said: str) -> None:
        """Note a cell in error, one that is true or false, or one that is empty."""
        self.cells[self.column] = ("1" if said.strip() in {"1", "true"} else "0") if kind == "b" and said else ""
        if kind == "e":
            self.census.fault(self.row, self.column, ERROR)

    def _end_formula(self, kind: str, said: str) -> None:
        """Note a formula without a result, or with one that was never worked out."""
        self.formula = False
        if self.pending and said.strip() == "0":
            self.census.fault(self.row, self.column, OUTDATED)
        elif not said and kind != "e" and not (self.valued and kind == "str"):
            self.census.fault(self.row, self.column, UNCOMPUTED)

    def _column(self, where: str) -> int:
        """Return the column of a cell; raise DoubledError where it says that it stands in another row."""
        found = _CELL.fullmatch(where)
        if found is None:
            raise UnreadableError
        if int(found[2]) != self.row + 1:
            raise DoubledError
        column = column_of(found[1])
        self.letters += (letters(at) for at in range(len(self.letters), min(column + 100, MOST_COLUMNS)))
        return column

    def _shared(self, said: str) -> str:
        try:
            return self.strings[int(said)]
        except (ValueError, IndexError):
            raise DifferenceError(place(self.row, self.column)) from None


def _number(said: str) -> int:
    """Return the row, from 0, that a row says it is."""
    if not said.isdecimal() or int(said) < 1:
        raise UnreadableError
    return int(said) - 1


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
