"""A second count of the rows of an ``.xls``, record by record, which knows nothing of calamine nor of the library.

It goes over the whole stream of the workbook, wherever the list of sheets says that a sheet begins, and sees every row
that has a cell with something in it. It gives up on a container or a stream that it cannot follow to its end.
"""

import struct
from collections.abc import Iterator, Sequence

SECTOR = 512
BEGIN, END, STRINGS, SHEET = 0x0809, 0x000A, 0x00FC, 0x0010
LABEL, SHARED, NUMBER, TRUTH, SMALL, SMALLS, FORMULA = 0x0204, 0x00FD, 0x0203, 0x0205, 0x027E, 0x00BD, 0x0006
CELLS = (LABEL, SHARED, NUMBER, TRUTH, SMALL, SMALLS, FORMULA)

type Record = tuple[int, bytes]


class UnreadableError(Exception):
    """The records cannot be followed."""


def filled_rows(content: bytes) -> set[int] | None:
    """Return the rows, counted from 1, that hold something; None where the workbook cannot be followed to its end."""
    try:
        parts = list(substreams(records(workbook_stream(content))))
        strings = [text for kind, body in parts[0] if kind == STRINGS for text in strings_in(body)]
        cells = [record for part in parts if is_sheet(part) for record in part if record[0] in CELLS]
        return {struct.unpack_from("<H", body)[0] + 1 for kind, body in cells if holds(kind, body, strings)}
    except (UnreadableError, struct.error, IndexError):
        return None


def workbook_stream(content: bytes) -> bytes:
    """Return the stream called ``Workbook`` of an OLE container whose table needs no sectors of its own list."""
    of_table, directory = struct.unpack_from("<2I", content, 44)
    listed = struct.unpack_from("<109I", content, 76)[:of_table]
    table = struct.unpack(
        f"<{128 * len(listed)}I", b"".join(sector(content, at).ljust(SECTOR, b"\xff") for at in listed)
    )
    entries = chained(content, table, directory)
    for at in range(0, len(entries), 128):
        if entries[at : at + 18] == "Workbook\0".encode("utf-16-le"):
            start, size = struct.unpack_from("<IQ", entries, at + 116)
            found = chained(content, table, start)
            if size <= len(found):
                return found[:size]
    raise UnreadableError


def sector(content: bytes, number: int) -> bytes:
    """Return a sector; the last of a file may be short."""
    return content[(number + 1) * SECTOR : (number + 2) * SECTOR]


def chained(content: bytes, table: Sequence[int], start: int) -> bytes:
    """Return the sectors of a chain."""
    found: list[int] = []
    while start < 0xFFFFFFF0:
        if start in found:
            raise UnreadableError
        found.append(start)
        start = table[start]
    return b"".join(sector(content, number) for number in found)


def records(stream: bytes) -> Iterator[Record]:
    """Yield each record of a stream."""
    at = 0
    while at < len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if at + 4 + size > len(stream):
            raise UnreadableError
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def substreams(found: Iterator[Record]) -> Iterator[list[Record]]:
    """Yield the records of the workbook, then those of its one sheet, each from its beginning to its end."""
    for _ in range(2):
        part = [next(found, (0, b""))]
        if part[0][0] != BEGIN:
            raise UnreadableError
        while part[-1][0] != END:
            part.append(next(found, (BEGIN, b"")))
            if part[-1][0] == BEGIN:
                raise UnreadableError
        yield part


def is_sheet(part: Sequence[Record]) -> bool:
    kind: int = struct.unpack_from("<2H", part[0][1])[1]
    return kind == SHEET


def strings_in(body: bytes) -> Iterator[str]:
    """Yield the strings that a workbook shares, all of them within one record."""
    at = 8
    for _ in range(struct.unpack_from("<2I", body)[1]):
        said, at = text_at(body, at)
        yield said


def text_at(body: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at a place, and where it ends, with what is told of its form."""
    size, flags = struct.unpack_from("<HB", body, at)
    wide, spoken, formed = flags & 1, flags >> 2 & 1, flags >> 3 & 1
    start = at + 3 + 2 * formed + 4 * spoken
    end = start + size * (1 + wide)
    more = 4 * struct.unpack_from("<H", body, at + 3)[0] if formed else 0
    more += struct.unpack_from("<I", body, start - 4)[0] if spoken else 0
    if end + more > len(body):
        raise UnreadableError
    return body[start:end].decode("utf-16-le" if wide else "latin-1", "replace"), end + more


def holds(kind: int, body: bytes, strings: Sequence[str]) -> bool:
    """Say whether a cell holds something that staff see: no error, and no text of white space alone."""
    if kind == SHARED:
        return bool(strings[struct.unpack_from("<I", body, 6)[0]].strip())
    if kind == LABEL:
        return bool(text_at(body, 6)[0].strip())
    if kind == TRUTH:
        return body[7] == 0
    return kind != FORMULA or body[12:14] != b"\xff\xff"
