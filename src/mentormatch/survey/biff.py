"""Whether the sheets of an old workbook (xls) are whole: calamine passes over the cells that it cannot place.

Such a workbook is a stream of records (BIFF) in an OLE container; see [MS-CFB] and [MS-XLS] of Microsoft. Records that
do not end, a list of sheets that points elsewhere, texts that are not there and two cells in one place are told. This
file is imported by the child that opens workbooks, so it imports nothing of ours.
"""

import struct
from collections.abc import Iterator, Sequence

NAMES = ("workbook", "book")
"""What the stream is called: in Excel 97 and later, before."""
LISTED, CUTOFF, MINI, END_OF_CHAIN, ENTRY = 109, 4096, 64, 0xFFFFFFF0, 128
BEGIN, END, SHEET, STRINGS, TEXT, SHARED, SEVERAL = 0x0809, 0x000A, 0x0085, 0x00FC, 0x0204, 0x00FD, 0x00BD
CONTINUED, SHORTEST = 0x003C, 3
"""The record that goes on with the one before, and the bytes of a shared string without a character."""
LEAST = {0x0006: 14, 0x0203: 14, TEXT: 8, 0x0205: 8, 0x027E: 10, SHARED: 10, SEVERAL: 6}
"""The records that hold cells, and the fewest bytes of each: row and column, then what the cell holds."""

_head = struct.Struct("<HH").unpack_from
_index = struct.Struct("<I").unpack_from


class _LostError(Exception):
    """The records or the sectors cannot be followed."""


class _DoubledError(Exception):
    """Two cells say that they stand in one place."""


def fault(content: bytes) -> str:
    """Return as a code why the sheets of a workbook are not whole; empty where they are."""
    try:
        stream = _stream(content)
        strings, sheets = _contents(stream)
        for at in sheets:
            _check_sheet(stream, at, strings)
    except _DoubledError:
        return "doubled"
    except (_LostError, struct.error, IndexError, ValueError):
        return "unreadable"
    return ""


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind, the first byte and the size of each record of a part, which begins at a place, to its end."""
    depth, length = 0, len(stream)
    while True:
        kind, size = _head(stream, at)
        if at + 4 + size > length or (kind == END and size) or not (depth or kind == BEGIN):
            raise _LostError
        yield kind, at + 4, size
        depth += (kind == BEGIN) - (kind == END)
        if not depth:
            return
        at += 4 + size


def _contents(stream: bytes) -> tuple[int, list[int]]:
    """Return how many strings the workbook shares, and where each of its sheets begins."""
    strings, room, sheets = 0, 0, []
    for kind, at, size in _records(stream, 0):
        if kind == STRINGS:
            strings = _index(stream, at + 4)[0]
        if kind in (STRINGS, CONTINUED):
            room += size
        elif kind == SHEET:
            sheets.append(_index(stream, at)[0])
    if strings * SHORTEST > room:
        raise _LostError
    return strings, sheets


def _check_sheet(stream: bytes, start: int, strings: int) -> None:
    """Check that a sheet has an end, that no cell hides another, and that the texts of its cells are there."""
    rows: dict[int, int] = {}
    for kind, at, size in _records(stream, start):
        if kind in LEAST:
            fewest = LEAST[kind] + (_head(stream, at + 6)[0] if kind == TEXT else 0)
            if size < fewest or (kind == SHARED and _index(stream, at + 6)[0] >= strings):
                raise _LostError
            row, column = _head(stream, at)
            taken = (1 << (size - 6) // 6 if kind == SEVERAL else 2) - 1 << column
            before = rows.get(row, 0)
            if before & taken:
                raise _DoubledError
            rows[row] = before | taken


def _stream(content: bytes) -> bytes:
    """Return the stream of the workbook in an OLE container."""
    size = 1 << _head(content, 30)[0]
    if size not in (512, 4096):
        raise _LostError
    first_entry, first_mini = _index(content, 48)[0], _index(content, 60)[0]
    table = _table(content, size)
    entries = _chained(content, size, table, first_entry, 1)
    start, length = _entry(entries)
    if length >= CUTOFF:
        found = _chained(content, size, table, start, 1)
    else:
        packed = _chained(content, size, table, _index(entries, 116)[0], 1)
        found = _chained(packed, MINI, _numbers(_chained(content, size, table, first_mini, 1)), start, 0)
    if len(found) < length:
        raise _LostError
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
    raise _LostError


def _table(content: bytes, size: int) -> Sequence[int]:
    """Return for each sector the one that comes after it."""
    listed = list(struct.unpack_from(f"<{LISTED}I", content, 76))
    more = _index(content, 68)[0]
    while more < END_OF_CHAIN:
        if len(listed) * size > len(content) + LISTED * size:
            raise _LostError
        *numbers, more = _numbers(content[(more + 1) * size : (more + 2) * size])
        listed += numbers
    sectors = (content[(at + 1) * size : (at + 2) * size] for at in listed if at < END_OF_CHAIN)
    return _numbers(b"".join(sectors))


def _numbers(content: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _chained(content: bytes, size: int, table: Sequence[int], start: int, above: int) -> bytes:
    """Return the sectors of a chain; ``above`` are those before the first that is counted."""
    found: list[bytes] = []
    while start < END_OF_CHAIN:
        if len(found) > len(table):
            raise _LostError
        found.append(content[(start + above) * size : (start + above + 1) * size])
        start = table[start]
    return b"".join(found)
