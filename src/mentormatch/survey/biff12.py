"""Second reading of xlsb files: binary records (BIFF12) in an archive -> the cells of each sheet.

calamine skips records that it does not know. This parser follows [MS-XLSB] of Microsoft. The child process that opens
workbooks imports this module.
"""

import struct
from collections.abc import Iterator

from mentormatch.survey.biff import decode_rk
from mentormatch.survey.census import ERROR, CellInventory, DuplicateCellError, HeldCells, UnreadableError
from mentormatch.survey.spreadsheetml import WorkbookArchive

ROW, STRING, SHEET = 0, 19, 156
BLANK, RK, IN_ERROR, BOOLEAN, REAL, TEXT, SHARED = range(1, 8)
OF_FORMULA = {8: TEXT, 9: REAL, 10: BOOLEAN, 11: IN_ERROR}
"""The kind of result of a formula, by its record."""
RICH = 62
SHORT = dict(zip(range(12, 19), (BLANK, RK, IN_ERROR, BOOLEAN, REAL, TEXT, SHARED), strict=True))
"""Cells without a column: each is next to the cell before."""
KINDS = {**{kind: kind for kind in range(1, 8)}, **OF_FORMULA, **SHORT, RICH: TEXT}

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
                if kind == SHEET:
                    link, at = _text(body, 8)
                    self.parts[_text(body, at)[0]] = links.get(link, ("", ""))[1]
            shared = next((target for kind, target in links.values() if kind == "sharedStrings"), "")
            string_records = records(archive.read(shared)) if shared else ()
            self.strings = [_text(body, 1)[0] for kind, body in string_records if kind == STRING]
        except (struct.error, IndexError, ValueError):
            raise UnreadableError from None

    def inventory(self, sheet: str) -> CellInventory:
        """Return the cells of a sheet, by its name."""
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
            if kind == ROW:
                row, column = _index(body)[0], -1
                if row in rows:
                    raise DuplicateCellError
                rows.add(row)
            elif kind in KINDS:
                has_column = kind not in SHORT
                column = _index(body)[0] if has_column else column + 1
                value = body[8 if has_column else 4 :]
                self._add_cell(inventory, (row, column), KINDS[kind], value, is_rich=kind == RICH)
        return inventory

    def _add_cell(
        self, inventory: CellInventory, position: tuple[int, int], kind: int, body: bytes, *, is_rich: bool
    ) -> None:
        if kind == IN_ERROR:
            inventory.add_fault(*position, ERROR)
        elif kind != BLANK:
            inventory.add(*position, self._value(kind, body[1:] if is_rich else body))

    def _value(self, kind: int, body: bytes) -> HeldCells:
        if kind == TEXT:
            return _text(body, 0)[0]
        if kind == SHARED:
            return self.strings[_index(body)[0]]
        if kind == BOOLEAN:
            return float(bool(body[0]))
        return float(_double(body)[0]) if kind == REAL else decode_rk(body, 0)


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the body of each record of a part. Raises UnreadableError if a record has no end."""
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
    """Return the text at an offset, empty if its length is 0xFFFFFFFF, and the offset of its end."""
    count = _index(body, at)[0]
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise UnreadableError
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
