"""Second reading of xls files: Excel binary records (BIFF) in an OLE container -> the cells of each sheet.

calamine skips records that it does not understand. This parser follows [MS-CFB] and [MS-XLS] of Microsoft. It raises
UnreadableError for records without an end, wrong offsets of sheets, and missing shared texts. The child process for
workbooks imports this module.
"""

import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum

from mentormatch.survey.census import ANY_TEXT, ERROR, UNCOMPUTED, CellInventory, HeldCells, UnreadableError

HEADER_DIFAT_ENTRIES = 109  # sectors of the allocation table that the header lists
FIRST_SPECIAL_SECTOR = 0xFFFFFFF0  # from here on, numbers mean "end of chain" or "free"


class BiffRecord(IntEnum):
    """Types of records, [MS-XLS] 2.3."""

    FORMULA = 0x0006
    END = 0x000A
    CONTINUED = 0x003C
    SHEET = 0x0085
    SEVERAL = 0x00BD  # several numbers in a row
    RICH = 0x00D6  # a text with formats
    STRINGS = 0x00FC
    SHARED = 0x00FD  # a shared string
    NUMBER = 0x0203
    LABEL = 0x0204
    TRUTH = 0x0205  # a boolean or an error
    RESULT = 0x0207  # the text of a formula
    RK = 0x027E
    BEGIN = 0x0809


class FormulaResult(IntEnum):
    """Types of results of a formula other than numbers and blank texts, [MS-XLS] 2.5.133."""

    TEXT = 0
    BOOLEAN = 1
    IN_ERROR = 2


MIN_RECORD_SIZE: dict[int, int] = {
    BiffRecord.FORMULA: 14,
    BiffRecord.NUMBER: 14,
    BiffRecord.LABEL: 8,
    BiffRecord.TRUTH: 8,
    BiffRecord.RK: 10,
    BiffRecord.SHARED: 10,
    BiffRecord.SEVERAL: 6,
    BiffRecord.RICH: 8,
}
"""The records that contain cells, with their least size in bytes: row, column, and the value."""

_head = struct.Struct("<HH").unpack_from
_short = struct.Struct("<H").unpack_from
_index = struct.Struct("<I").unpack_from
_double = struct.Struct("<d").unpack_from
_signed = struct.Struct("<i").unpack_from


class XlsWorkbook:
    """An xls workbook: the offset of each sheet in ``parts``, and the shared strings."""

    def __init__(self, content: bytes) -> None:
        try:
            self._stream = _stream(content)
            self._unicode = _head(self._stream, 4)[0] >= 0x0600  # Excel 97
            self._read_globals()
            # Every sheet must have an end
            for offset in self.parts.values():
                for _ in _records(self._stream, offset):
                    pass
        except (struct.error, LookupError, ValueError):
            raise UnreadableError from None

    def _read_globals(self) -> None:
        offsets: list[int] = []
        string_pieces: list[bytes] = []
        previous_kind = 0
        for kind, at, size in _records(self._stream, 0):
            if kind == BiffRecord.STRINGS or (kind == BiffRecord.CONTINUED and previous_kind == BiffRecord.STRINGS):
                string_pieces.append(self._stream[at : at + size])
                kind = BiffRecord.STRINGS
            elif kind == BiffRecord.SHEET:
                offsets.append(_index(self._stream, at)[0])
            previous_kind = kind
        self.parts = dict(enumerate(offsets))
        self._strings = list(_SharedStrings(string_pieces).strings()) if string_pieces else []

    def inventory(self, sheet: int) -> CellInventory:
        """Return the cells of a sheet, by its number from 0.

        Raises UnreadableError if it is absent or damaged, DuplicateCellError if a cell is repeated.
        """
        try:
            return self._read_cells(self.parts[sheet])
        except (struct.error, LookupError, ValueError):
            raise UnreadableError from None

    def _read_cells(self, start: int) -> CellInventory:
        inventory = CellInventory()
        awaiting: tuple[int, int] | None = None  # a formula whose text is in a later record
        for kind, at, size in _records(self._stream, start):
            if kind == BiffRecord.RESULT and awaiting:
                inventory.add(*awaiting, self._text(at, size))
                awaiting = None
            elif kind in MIN_RECORD_SIZE:
                if size < MIN_RECORD_SIZE[kind]:
                    raise UnreadableError
                if awaiting:
                    inventory.add_fault(*awaiting, UNCOMPUTED)
                awaiting = self._read_record(inventory, kind, at, size)
        if awaiting:
            inventory.add_fault(*awaiting, UNCOMPUTED)
        return inventory

    def _read_record(self, inventory: CellInventory, kind: int, at: int, size: int) -> tuple[int, int] | None:
        """Add the cells of a record. Returns row and column of a formula whose text is in a later record, else None."""
        row, column = _head(self._stream, at)
        if kind == BiffRecord.FORMULA:
            return self._read_formula(inventory, row, column, at + 6)
        if kind == BiffRecord.TRUTH and self._stream[at + 7]:
            inventory.add_fault(row, column, ERROR)
        elif kind == BiffRecord.SEVERAL:
            for index in range((size - 6) // 6):
                inventory.add(row, column + index, decode_rk(self._stream, at + 6 + 6 * index))
        else:
            inventory.add(row, column, self._value(kind, at, size))
        return None

    def _value(self, kind: int, at: int, size: int) -> HeldCells:
        if kind == BiffRecord.NUMBER:
            return float(_double(self._stream, at + 6)[0])
        if kind == BiffRecord.RK:
            return decode_rk(self._stream, at + 6)
        if kind == BiffRecord.SHARED:
            return self._strings[_index(self._stream, at + 6)[0]]
        if kind == BiffRecord.TRUTH:
            return float(bool(self._stream[at + 6]))
        return self._text(at + 6, size - 6)

    def _read_formula(self, inventory: CellInventory, row: int, column: int, at: int) -> tuple[int, int] | None:
        """Add the result of a formula; if it is a text, return the row and column instead.

        A blank text has a type of its own, and counts as uncomputed: xlwt stores it for every formula.
        """
        if self._stream[at + 6 : at + 8] != b"\xff\xff":
            inventory.add(row, column, float(_double(self._stream, at)[0]))
        elif self._stream[at] == FormulaResult.TEXT:
            return row, column
        elif self._stream[at] == FormulaResult.BOOLEAN:
            inventory.add(row, column, float(bool(self._stream[at + 2])))
        else:
            inventory.add_fault(row, column, ERROR if self._stream[at] == FormulaResult.IN_ERROR else UNCOMPUTED)
        return None

    def _text(self, at: int, size: int) -> HeldCells:
        """Return the text in a record; in a code page, only ``ANY_TEXT`` or an empty text."""
        count = _short(self._stream, at)[0]
        if not self._unicode:
            if count > size - 2:
                raise UnreadableError
            return ANY_TEXT if self._stream[at + 2 : at + 2 + count].strip() else ""
        wide = self._stream[at + 2] & 1
        if count << wide > size - 3:
            raise UnreadableError
        encoded = self._stream[at + 3 : at + 3 + (count << wide)]
        return encoded.decode("utf-16-le" if wide else "latin-1", "replace")


class _SharedStrings:
    """Parser of the shared strings, from their record and its continuations."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = iter(pieces)
        self.piece, self.at = next(self.pieces), 8

    def strings(self) -> Iterator[str]:
        count = _index(self.piece, 4)[0]
        for _ in range(count):
            yield self._string()

    def _next(self) -> None:
        piece = next(self.pieces, None)
        if piece is None:
            raise UnreadableError
        self.piece, self.at = piece, 0

    def _string(self) -> str:
        if self.at == len(self.piece):
            self._next()
        count, flags = struct.unpack_from("<HB", self.piece, self.at)
        self.at += 3
        trailing_size = 0  # bytes of formats and of phonetic data behind the text
        if flags & 8:
            trailing_size += 4 * _short(self.piece, self.at)[0]
            self.at += 2
        if flags & 4:
            trailing_size += _index(self.piece, self.at)[0]
            self.at += 4
        text = self._characters(count, flags & 1)
        self._skip(trailing_size)
        return text

    def _characters(self, count: int, wide: int) -> str:
        parts: list[str] = []
        while count:
            if self.at >= len(self.piece):
                # A continuation begins with the width of its characters
                self._next()
                wide, self.at = self.piece[0] & 1, 1
            available = min(count, len(self.piece) - self.at >> wide)
            if not available:
                raise UnreadableError
            end = self.at + (available << wide)
            parts.append(self.piece[self.at : end].decode("utf-16-le" if wide else "latin-1", "replace"))
            self.at, count = end, count - available
        return "".join(parts)

    def _skip(self, count: int) -> None:
        while count:
            if self.at >= len(self.piece):
                self._next()
            available = min(count, len(self.piece) - self.at)
            self.at, count = self.at + available, count - available


def decode_rk(stream: bytes, at: int) -> float:
    """Return an RkNumber of [MS-XLS]: an integer of 30 bits or the high half of a float, maybe in hundredths."""
    packed = _index(stream, at)[0]
    integer = _signed(stream, at)[0] >> 2
    number = integer if packed & 2 else _double(struct.pack("<II", 0, packed & 0xFFFFFFFC))[0]
    return float(number / 100 if packed & 1 else number)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, offset of the body, and size of each record of the part that begins at ``at``.

    The records of inner parts, such as charts, are skipped, apart from the last one. Raises UnreadableError or
    struct.error if the part has no begin or no end.
    """
    depth, length = 0, len(stream)
    while True:
        kind, size = _head(stream, at)
        if at + 4 + size > length or (kind == BiffRecord.END and size) or not (depth or kind == BiffRecord.BEGIN):
            raise UnreadableError
        depth += (kind == BiffRecord.BEGIN) - (kind == BiffRecord.END)
        if depth <= 1:
            yield kind, at + 4, size
        if not depth:
            return
        at += 4 + size


def _stream(content: bytes) -> bytes:
    """Return the stream of records in an OLE container. Raises UnreadableError if it is absent or damaged."""
    size = 1 << _head(content, 30)[0]
    if size not in (512, 4096):
        raise UnreadableError
    first_entry, first_mini = _index(content, 48)[0], _index(content, 60)[0]
    fat = _read_fat(content, size)
    entries = _read_chain(content, size, fat, first_entry, 1)
    start, length = _find_workbook_entry(entries)
    if length >= 4096:
        stream = _read_chain(content, size, fat, start, 1)
    else:  # shorter streams are in the mini stream, of sectors of 64 bytes
        mini_stream = _read_chain(content, size, fat, _index(entries, 116)[0], 1)
        mini_fat = _numbers(_read_chain(content, size, fat, first_mini, 1))
        stream = _read_chain(mini_stream, 64, mini_fat, start, 0)
    if len(stream) < length:
        raise UnreadableError
    return stream[:length]


def _find_workbook_entry(entries: bytes) -> tuple[int, int]:
    """Return the first sector and the length of the stream of records, from the directory of a container."""
    streams = {}
    for at in range(0, len(entries), 128):
        name = entries[at : at + max(0, _head(entries, at + 64)[0] - 2)].decode("utf-16le", "replace").lower()
        streams[name] = (_index(entries, at + 116)[0], _index(entries, at + 120)[0])
    # The stream with the records, in Excel 97 and later, and before
    for name in ("workbook", "book"):
        if name in streams:
            return streams[name]
    raise UnreadableError


def _read_fat(content: bytes, size: int) -> Sequence[int]:
    """Return the file allocation table (FAT): for each sector, the next one in its chain."""
    fat_sectors = list(struct.unpack_from(f"<{HEADER_DIFAT_ENTRIES}I", content, 76))
    next_list = _index(content, 68)[0]
    while next_list < FIRST_SPECIAL_SECTOR:
        if len(fat_sectors) * size > len(content) + HEADER_DIFAT_ENTRIES * size:
            raise UnreadableError
        *numbers, next_list = _numbers(content[(next_list + 1) * size : (next_list + 2) * size])
        fat_sectors += numbers
    sectors = (content[(at + 1) * size : (at + 2) * size] for at in fat_sectors if at < FIRST_SPECIAL_SECTOR)
    return _numbers(b"".join(sectors))


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _read_chain(content: bytes, size: int, table: Sequence[int], start: int, above: int) -> bytes:
    """Return the sectors of a chain; ``above`` is the number of sectors before sector 0."""
    sectors: list[bytes] = []
    while start < FIRST_SPECIAL_SECTOR:
        if len(sectors) > len(table):  # a cycle
            raise UnreadableError
        sectors.append(content[(start + above) * size : (start + above + 1) * size])
        start = table[start]
    return b"".join(sectors)
