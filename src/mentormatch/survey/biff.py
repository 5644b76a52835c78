"""The cells of an old workbook (xls), counted in its records: calamine passes over those that it cannot place.

Such a workbook is a stream of records (BIFF) in an OLE container; see [MS-CFB] and [MS-XLS] of Microsoft. Records that
do not end, a list of sheets that points elsewhere and texts that are not there are told. The child that opens workbooks
imports this file.
"""

import struct
from collections.abc import Iterator, Sequence

from mentormatch.survey.census import ANY, ERROR, UNCOMPUTED, Census, HeldCells, UnreadableError

NAMES = ("workbook", "book")
"""What the stream is called: in Excel 97 and later, before."""
LISTED, CUTOFF, MINI, END_OF_CHAIN, ENTRY = 109, 4096, 64, 0xFFFFFFF0, 128
BEGIN, END, SHEET, STRINGS, CONTINUED = 0x0809, 0x000A, 0x0085, 0x00FC, 0x003C
FORMULA, NUMBER, LABEL, TRUTH, RK, RESULT = 0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x0207
SHARED, SEVERAL, RICH = 0x00FD, 0x00BD, 0x00D6
LEAST = {FORMULA: 14, NUMBER: 14, LABEL: 8, TRUTH: 8, RK: 10, SHARED: 10, SEVERAL: 6, RICH: 8}
"""The records that hold cells, and the fewest bytes of each: row and column, then what the cell holds."""
UNICODE = 0x0600
"""The first version whose texts are Unicode."""
TEXT, BOOLEAN, IN_ERROR, NOTHING = range(4)
"""What the result of a formula is, where it is no number."""

_head = struct.Struct("<HH").unpack_from
_short = struct.Struct("<H").unpack_from
_index = struct.Struct("<I").unpack_from
_double = struct.Struct("<d").unpack_from
_signed = struct.Struct("<i").unpack_from


class OldBook:
    """The sheets of an old workbook: where each begins, the texts that they share."""

    def __init__(self, content: bytes) -> None:
        try:
            self._stream = _stream(content)
            self._unicode = _head(self._stream, 4)[0] >= UNICODE
            self._read_globals()
            for at in self.parts.values():
                for _ in _records(self._stream, at):
                    pass
        except (struct.error, LookupError, ValueError):
            raise UnreadableError from None

    def _read_globals(self) -> None:
        """Find where each sheet begins, and the texts that they share."""
        starts: list[int] = []
        shared: list[bytes] = []
        before = 0
        for kind, at, size in _records(self._stream, 0):
            if kind == STRINGS or (kind == CONTINUED and before == STRINGS):
                shared.append(self._stream[at : at + size])
                kind = STRINGS
            elif kind == SHEET:
                starts.append(_index(self._stream, at)[0])
            before = kind
        self.parts = dict(enumerate(starts))
        self._strings = list(_Shared(shared).strings()) if shared else []

    def census(self, sheet: int) -> Census:
        """Return what the cells of a sheet hold, by its number."""
        try:
            return self._count_cells(self.parts[sheet])
        except (struct.error, LookupError, ValueError):
            raise UnreadableError from None

    def _count_cells(self, start: int) -> Census:
        census = Census()
        awaited: tuple[int, int] | None = None
        for kind, at, size in _records(self._stream, start):
            if kind == RESULT and awaited:
                census.put(*awaited, self._text(at, size))
                awaited = None
            elif kind in LEAST:
                if size < LEAST[kind]:
                    raise UnreadableError
                if awaited:
                    census.fault(*awaited, UNCOMPUTED)
                awaited = self._count(census, kind, at, size)
        if awaited:
            census.fault(*awaited, UNCOMPUTED)
        return census

    def _count(self, census: Census, kind: int, at: int, size: int) -> tuple[int, int] | None:
        """Note what a record holds; return the place of a formula whose text comes in the record after it."""
        row, column = _head(self._stream, at)
        if kind == FORMULA:
            return self._count_formula(census, row, column, at + 6)
        if kind == TRUTH and self._stream[at + 7]:
            census.fault(row, column, ERROR)
        elif kind == SEVERAL:
            for place in range((size - 6) // 6):
                census.put(row, column + place, rk(self._stream, at + 6 + 6 * place))
        else:
            census.put(row, column, self._value(kind, at, size))
        return None

    def _value(self, kind: int, at: int, size: int) -> HeldCells:
        if kind == NUMBER:
            return float(_double(self._stream, at + 6)[0])
        if kind == RK:
            return rk(self._stream, at + 6)
        if kind == SHARED:
            return self._strings[_index(self._stream, at + 6)[0]]
        if kind == TRUTH:
            return float(bool(self._stream[at + 6]))
        return self._text(at + 6, size - 6)

    def _count_formula(self, census: Census, row: int, column: int, at: int) -> tuple[int, int] | None:
        """Note the result of a formula, where it has one of its own."""
        if self._stream[at + 6 : at + 8] != b"\xff\xff":
            census.put(row, column, float(_double(self._stream, at)[0]))
        elif self._stream[at] == TEXT:
            return row, column
        elif self._stream[at] == BOOLEAN:
            census.put(row, column, float(bool(self._stream[at + 2])))
        else:
            census.fault(row, column, ERROR if self._stream[at] == IN_ERROR else UNCOMPUTED)
        return None

    def _text(self, at: int, size: int) -> HeldCells:
        """Return the text in a record; only that there is one where it is in some code page."""
        count = _short(self._stream, at)[0]
        if not self._unicode:
            if count > size - 2:
                raise UnreadableError
            return ANY if self._stream[at + 2 : at + 2 + count].strip() else ""
        wide = self._stream[at + 2] & 1
        if count << wide > size - 3:
            raise UnreadableError
        found = self._stream[at + 3 : at + 3 + (count << wide)]
        return found.decode("utf-16-le" if wide else "latin-1", "replace")


class _Shared:
    """The texts that cells share, in one record and those that go on with it."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = iter(pieces)
        self.piece, self.at = next(self.pieces), 8

    def strings(self) -> Iterator[str]:
        count = _index(self.piece, 4)[0]
        for _ in range(count):
            yield self._string()

    def _next(self) -> None:
        found = next(self.pieces, None)
        if found is None:
            raise UnreadableError
        self.piece, self.at = found, 0

    def _string(self) -> str:
        if self.at == len(self.piece):
            self._next()
        count, flags = struct.unpack_from("<HB", self.piece, self.at)
        self.at += 3
        beside = 0
        if flags & 8:
            beside += 4 * _short(self.piece, self.at)[0]
            self.at += 2
        if flags & 4:
            beside += _index(self.piece, self.at)[0]
            self.at += 4
        text = self._characters(count, flags & 1)
        self._skip(beside)
        return text

    def _characters(self, count: int, wide: int) -> str:
        found: list[str] = []
        while count:
            if self.at >= len(self.piece):
                self._next()
                wide, self.at = self.piece[0] & 1, 1
            taken = min(count, len(self.piece) - self.at >> wide)
            if not taken:
                raise UnreadableError
            end = self.at + (taken << wide)
            found.append(self.piece[self.at : end].decode("utf-16-le" if wide else "latin-1", "replace"))
            self.at, count = end, count - taken
        return "".join(found)

    def _skip(self, count: int) -> None:
        while count:
            if self.at >= len(self.piece):
                self._next()
            taken = min(count, len(self.piece) - self.at)
            self.at, count = self.at + taken, count - taken


def rk(stream: bytes, at: int) -> float:
    """Return the number that four bytes hold: whole, or the first half of one with a point; maybe in hundredths."""
    packed = _index(stream, at)[0]
    whole = _signed(stream, at)[0] >> 2
    number = whole if packed & 2 else _double(struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return float(number / 100 if packed & 1 else number)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind, the first byte and the size of each record of a part, which begins at a place, to its end.

    Parts within the part, such as its charts, are passed over.
    """
    depth, length = 0, len(stream)
    while True:
        kind, size = _head(stream, at)
        if at + 4 + size > length or (kind == END and size) or not (depth or kind == BEGIN):
            raise UnreadableError
        depth += (kind == BEGIN) - (kind == END)
        if depth <= 1:
            yield kind, at + 4, size
        if not depth:
            return
        at += 4 + size


def _stream(content: bytes) -> bytes:
    """Return the stream of the workbook in an OLE container."""
    size = 1 << _head(content, 30)[0]
    if size not in (512, 4096):
        raise UnreadableError
    first_entry, first_mini = _index(content, 48)[0], _index(content, 60)[0]
    table = _table(content, size)
    entries = _read_chain(content, size, table, first_entry, 1)
    start, length = _entry(entries)
    if length >= CUTOFF:
        found = _read_chain(content, size, table, start, 1)
    else:
        packed = _read_chain(content, size, table, _index(entries, 116)[0], 1)
        found = _read_chain(packed, MINI, _numbers(_read_chain(content, size, table, first_mini, 1)), start, 0)
    if len(found) < length:
        raise UnreadableError
    return found[:length]


def _entry(entries: bytes) -> tuple[int, int]:
    """Return where the stream of the workbook begins and how long it is."""
    found = {}
    for at in range(0, len(entries), ENTRY):
        name = entries[at : at + max(0, _head(entries, at + 64)[0] - 2)].decode("utf-16le", "replace").lower()
        found[name] = (_index(entries, at + 116)[0], _index(entries, at + 120)[0])
    for name in NAMES:
        if name in found:
            return found[name]
    raise UnreadableError


def _table(content: bytes, size: int) -> Sequence[int]:
    """Return for each sector the one that comes after it."""
    listed = list(struct.unpack_from(f"<{LISTED}I", content, 76))
    more = _index(content, 68)[0]
    while more < END_OF_CHAIN:
        if len(listed) * size > len(content) + LISTED * size:
            raise UnreadableError
        *numbers, more = _numbers(content[(more + 1) * size : (more + 2) * size])
        listed += numbers
    sectors = (content[(at + 1) * size : (at + 2) * size] for at in listed if at < END_OF_CHAIN)
    return _numbers(b"".join(sectors))


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _read_chain(content: bytes, size: int, table: Sequence[int], start: int, above: int) -> bytes:
    """Return the sectors of a chain; ``above`` are those before the first that is counted."""
    found: list[bytes] = []
    while start < END_OF_CHAIN:
        if len(found) > len(table):
            raise UnreadableError
        found.append(content[(start + above) * size : (start + above + 1) * size])
        start = table[start]
    return b"".join(found)
