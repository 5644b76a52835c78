"""The cells of an xlsb, counted in its records: calamine passes over those that it does not know.

Such a workbook is an archive whose parts are records (BIFF12); see [MS-XLSB] of Microsoft. The child that opens
workbooks imports this file.
"""

import struct
from collections.abc import Iterator

from mentormatch.survey.biff import rk
from mentormatch.survey.census import ERROR, Census, DoubledError, HeldCells, UnreadableError
from mentormatch.survey.spreadsheetml import Archive

ROW, STRING, SHEET = 0, 19, 156
BLANK, RK, IN_ERROR, BOOLEAN, REAL, TEXT, SHARED = range(1, 8)
OF_FORMULA = {8: TEXT, 9: REAL, 10: BOOLEAN, 11: IN_ERROR}
"""What the result of a formula is, by the record that holds it."""
RICH = 62
SHORT = dict(zip(range(12, 19), (BLANK, RK, IN_ERROR, BOOLEAN, REAL, TEXT, SHARED), strict=True))
"""Cells that stand behind the one before, and do not say their column."""
KINDS = {**{kind: kind for kind in range(1, 8)}, **OF_FORMULA, **SHORT, RICH: TEXT}

_index = struct.Struct("<I").unpack_from
_double = struct.Struct("<d").unpack_from


class BinaryBook:
    """The sheets of an xlsb: the part of each, the texts that they share."""

    def __init__(self, archive: Archive) -> None:
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
            found = records(archive.read(shared)) if shared else ()
            self.strings = [_text(body, 1)[0] for kind, body in found if kind == STRING]
        except (struct.error, IndexError, ValueError):
            raise UnreadableError from None

    def census(self, sheet: str) -> Census:
        """Return what the cells of a sheet hold."""
        part = self.parts.get(sheet, "")
        if part not in self.archive:
            raise UnreadableError
        try:
            return self._count_cells(self.archive.read(part))
        except (struct.error, IndexError, ValueError):
            raise UnreadableError from None

    def _count_cells(self, content: bytes) -> Census:
        census = Census()
        row, column = -1, -1
        rows: set[int] = set()
        for kind, body in records(content):
            if kind == ROW:
                row, column = _index(body)[0], -1
                if row in rows:
                    raise DoubledError
                rows.add(row)
            elif kind in KINDS:
                said = kind not in SHORT
                column = _index(body)[0] if said else column + 1
                self._count(census, (row, column), KINDS[kind], body[8 if said else 4 :], rich=kind == RICH)
        return census

    def _count(self, census: Census, where: tuple[int, int], kind: int, body: bytes, *, rich: bool) -> None:
        if kind == IN_ERROR:
            census.fault(*where, ERROR)
        elif kind != BLANK:
            census.put(*where, self._value(kind, body[1:] if rich else body))

    def _value(self, kind: int, body: bytes) -> HeldCells:
        if kind == TEXT:
            return _text(body, 0)[0]
        if kind == SHARED:
            return self.strings[_index(body)[0]]
        if kind == BOOLEAN:
            return float(bool(body[0]))
        return float(_double(body)[0]) if kind == REAL else rk(body, 0)


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the bytes of each record of a part; raise UnreadableError where one does not end."""
    at, length = 0, len(content)
    while at < length:
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        if at + size > length:
            raise UnreadableError
        yield kind, content[at : at + size]
        at += size


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Return the number that begins at a place, seven bits a byte, and where it ends."""
    number = 0
    for shift in range(0, 7 * most, 7):
        byte = content[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return number, at


def _text(body: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at a place, and where it ends; 0xFFFFFFFF says that there is none."""
    count = _index(body, at)[0]
    if count == 0xFFFFFFFF:
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(body):
        raise UnreadableError
    return body[at + 4 : end].decode("utf-16-le", "replace"), end
