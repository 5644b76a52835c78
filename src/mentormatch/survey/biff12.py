"""Second reading of xlsb files: binary records (BIFF12) in an archive -> the cells of each sheet.

calamine skips unknown records. This parser follows [MS-XLSB] of Microsoft. The child process for workbooks imports this
module.
"""

import struct
from collections.abc import Iterator
from enum import IntEnum

from mentormatch.survey.biff import decode_rk
from mentormatch.survey.census import ERROR, CellInventory, DuplicateCellError, HeldCells, UnreadableError
from mentormatch.survey.spreadsheetml import WorkbookArchive


class Biff12Record(IntEnum):
    """Types of records, [MS-XLSB] 2.3, other than cells."""

    ROW = 0
    STRING = 19
    SHEET = 156


class Biff12Cell(IntEnum):
    """Types of cells, each also the type of its record."""

    BLANK = 1
    RK = 2
    IN_ERROR = 3
    BOOLEAN = 4
    REAL = 5
    TEXT = 6
    SHARED = 7


RICH_TEXT = 62
CELLS_NEXT_TO_THE_LAST = dict(zip(range(12, 19), Biff12Cell, strict=True))
"""Cells without a column number, by the type of their record: each is next to the cell before."""
CELL_TYPES: dict[int, Biff12Cell] = {
    **{cell.value: cell for cell in Biff12Cell},
    **CELLS_NEXT_TO_THE_LAST,
    **{8: Biff12Cell.TEXT, 9: Biff12Cell.REAL, 10: Biff12Cell.BOOLEAN, 11: Biff12Cell.IN_ERROR},  # results of formulas
    RICH_TEXT: Biff12Cell.TEXT,
}

_index = struct.Struct("<I").unpack_from
_double = struct.Struct("<d").unpack_from


class XlsbWorkbook:
    """An xlsb workbook: the part of each sheet in ``parts``, and the shared strings."""

    def __init__(self, archive: WorkbookArchive) -> None:
        self.archive = archive
        self.parts: dict[str, str] = {}
        main = archive.main()
        links = archive.links(main)
        try:
            for kind, body in records(archive.read(main)):
                if kind == Biff12Record.SHEET:
                    link, at = _text(body, 8)
                    self.parts[_text(body, at)[0]] = links.get(link, ("", ""))[1]
            shared = next((target for kind, target in links.values() if kind == "sharedStrings"), "")
            string_records = records(archive.read(shared)) if shared else ()
            self.strings = [_text(body, 1)[0] for kind, body in string_records if kind == Biff12Record.STRING]
        except (struct.error, IndexError, ValueError):
            raise UnreadableError from None

    def inventory(self, sheet: str) -> CellInventory:
        """Return the cells of a sheet, by its name.

        Raises UnreadableError if it is absent or damaged, DuplicateCellError if a row or cell is repeated.
        """
        part = self.parts.get(sheet, "")
        if part not in self.archive:
            raise UnreadableError
        try:
            return self._read_cells(self.archive.read(part))
        except (struct.error, IndexError, ValueError):
            raise UnreadableError from None

    def _read_cells(self, content: bytes) -> CellInventory:
        inventory = CellInventory()
        row, column = -1, -1
        rows: set[int] = set()
        for kind, body in records(content):
            if kind == Biff12Record.ROW:
                row, column = _index(body)[0], -1
                if row in rows:
                    raise DuplicateCellError
                rows.add(row)
            elif kind in CELL_TYPES:
                has_column = kind not in CELLS_NEXT_TO_THE_LAST
                column = _index(body)[0] if has_column else column + 1
                value = body[8 if has_column else 4 :]
                self._add_cell(inventory, (row, column), CELL_TYPES[kind], value, is_rich=kind == RICH_TEXT)
        return inventory

    def _add_cell(
        self, inventory: CellInventory, position: tuple[int, int], kind: int, body: bytes, *, is_rich: bool
    ) -> None:
        if kind == Biff12Cell.IN_ERROR:
            inventory.add_fault(*position, ERROR)
        elif kind != Biff12Cell.BLANK:
            inventory.add(*position, self._value(kind, body[1:] if is_rich else body))

    def _value(self, kind: int, body: bytes) -> HeldCells:
        if kind == Biff12Cell.TEXT:
            return _text(body, 0)[0]
        if kind == Biff12Cell.SHARED:
            return self.strings[_index(body)[0]]
        if kind == Biff12Cell.BOOLEAN:
            return float(bool(body[0]))
        return float(_double(body)[0]) if kind == Biff12Cell.REAL else decode_rk(body, 0)


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the body of each record of a part.

    Raises UnreadableError if the last body is incomplete, IndexError if the kind or size before it is.
    """
    at, length = 0, len(content)
    while at < length:
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        if at + size > length:
            raise UnreadableError
        yield kind, content[at : at + size]
        at += size


def _number(content: bytes, at: int, max_bytes: int) -> tuple[int, int]:
    """Return the number at an offset, of seven bits per byte, lowest first, and the offset of its end."""
    number = 0
    for shift in range(0, 7 * max_bytes, 7):
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return number, at


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return the text at an offset, empty if its length is 0xFFFFFFFF, and the offset of its end.

    Raises UnreadableError if the text ends beyond the record.
    """
    count = _index(body, at)[0]
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise UnreadableError
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
