"""The ``.xls`` of Excel 97, made by hand: records of a sheet, in the stream of a workbook, in an OLE container."""

import struct
from collections.abc import Iterator, Sequence
from random import Random

SECTOR, FREE, LAST, OWN = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
"""The size of a sector of an OLE container, and what its table says of one: free, last of a chain, the table's own."""


def old_workbook(rows: Sequence[Sequence[str | float]]) -> bytes:
    """Return these rows as a workbook of one sheet: texts and numbers."""
    cells = (plain(at, column, cell) for at, row in enumerate(rows) for column, cell in enumerate(row))
    return container(stream_of(b"".join(cells)))


def plain(row: int, column: int, cell: str | float) -> bytes:
    """Return a cell with a text or a number."""
    return label(row, column, cell) if isinstance(cell, str) else number(row, column, cell)


def stream_of(cells: bytes, strings: Sequence[str] = ()) -> bytes:
    """Return the stream of a workbook of one sheet with these records, which shares these strings."""
    end = biff(0x000A, "")
    shared = biff(0x00FC, f"II{sum(map(len, map(text, strings)))}s", *[len(strings)] * 2, b"".join(map(text, strings)))
    head = biff(0x0809, "HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    start = len(head) + len(biff(0x0085, "IBBBB1s", 0, 0, 0, 1, 0, b"F")) + len(shared) + len(end)
    bound = biff(0x0085, "IBBBB1s", start, 0, 0, 1, 0, b"F")
    return head + bound + shared + end + biff(0x0809, "HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6) + cells + end


def misdirected(stream: bytes, further: int) -> bytes:
    """Return the stream of a workbook whose list of sheets points so many bytes further than where its sheet begins."""
    at = stream.index(struct.pack("<HH", 0x0085, 9)) + 4
    start: int = struct.unpack_from("<I", stream, at)[0]
    return stream[:at] + struct.pack("<I", start + further) + stream[at + 4 :]


def old_sheet(rows: int) -> bytes:
    """Return the stream of a workbook in which every row has a cell of each kind."""
    return stream_of(b"".join(map(of_each_kind, range(rows))), [f"Œuvre {at}" for at in range(rows)])


def of_each_kind(row: int) -> bytes:
    """Return the cells of a row, one of each kind."""
    texts = label(row, 0, f"M{row}"), shared_label(row, 1, row), text_formula(row, 7, "oui")
    numbers = number(row, 2, row / 2), small_numbers(row, 3, [row]), small_numbers(row, 4, [row, 9])
    return b"".join((*texts, *numbers, formula(row, 6, 2.5), truth(row, 8, value=1)))


def with_record_damaged(stream: bytes, random: Random) -> bytes:
    """Return the stream of a workbook with one record damaged, moved, lost or doubled, and maybe another."""
    content = bytearray(stream)
    for _ in range(random.randint(1, 2)):
        places = list(records_in(content))
        (at, size), (other, _) = random.choice(places), random.choice(places)
        match random.randrange(6):
            case 0:
                content[at + random.randrange(min(size, 12))] = random.choice(content)
            case 1:
                content[at + 4 : at + 8] = content[other + 4 : other + 8]
            case 2:
                content[at] ^= 1 << random.randrange(8)
            case 3:
                del content[at + 4 + random.randrange(4) : at + 8]
            case 4:
                del content[at : at + size]
            case _:
                content[at:at] = content[at : at + size]
    return bytes(content)


def records_in(content: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yield where each record that is whole begins, and how long it is with its head."""
    at = 0
    while at + 4 <= len(content):
        size = 4 + int.from_bytes(content[at + 2 : at + 4], "little")
        yield at, min(size, len(content) - at)
        at += size


def biff(kind: int, layout: str, *values: int | float | bytes) -> bytes:
    """Return one record of a BIFF stream."""
    body = struct.pack(f"<{layout}", *values)
    return struct.pack("<HH", kind, len(body)) + body


def text(said: str) -> bytes:
    """Return a text as records hold it: its length, how it is written, and its characters."""
    return struct.pack("<HB", len(said), 1) + said.encode("utf-16-le")


def label(row: int, column: int, said: str) -> bytes:
    """Return a cell that holds its own text."""
    return biff(0x0204, f"HHH{len(text(said))}s", row, column, 0, text(said))


def shared_label(row: int, column: int, index: int) -> bytes:
    """Return a cell that holds one of the strings of the workbook."""
    return biff(0x00FD, "HHHI", row, column, 0, index)


def number(row: int, column: int, value: float) -> bytes:
    """Return a cell that holds a number."""
    return biff(0x0203, "HHHd", row, column, 0, value)


def small_numbers(row: int, column: int, values: Sequence[int]) -> bytes:
    """Return one cell, or several in a row, that hold whole numbers in four bytes each."""
    coded = [part for value in values for part in (0, value << 2 | 2)]
    if len(values) == 1:
        return biff(0x027E, "HHHI", row, column, *coded)
    return biff(0x00BD, "HH" + "HI" * len(values) + "H", row, column, *coded, column + len(values) - 1)


def formula(row: int, column: int, result: float) -> bytes:
    """Return a cell whose formula gives a number."""
    return biff(0x0006, "HHHdHIH", row, column, 0, result, 0, 0, 0)


def text_formula(row: int, column: int, result: str) -> bytes:
    """Return a cell whose formula gives a text, which stands in the record after it."""
    cell = biff(0x0006, "HHH8sHIH", row, column, 0, b"\0\0\0\0\0\0\xff\xff", 0, 0, 0)
    return cell + biff(0x0207, f"{len(text(result))}s", text(result))


def truth(row: int, column: int, *, value: int, error: int = 0) -> bytes:
    """Return a cell that holds true or false, or an error such as #N/A."""
    return biff(0x0205, "HHHBB", row, column, 0, value, error)


def container(stream: bytes) -> bytes:
    """Return the OLE container of a stream called ``Workbook``: its sectors, then the directory, then the table."""
    sectors = max(8, -(-len(stream) // SECTOR))
    padded = stream.ljust(sectors * SECTOR, b"\0")
    table = [*range(1, sectors), LAST, LAST, OWN]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, sectors, 0, 4096, LAST, 0, LAST, 0)
    header += struct.pack("<109I", sectors + 1, *[FREE] * 108)
    directory = ole_entry("Root Entry", 5, LAST, 0, 1) + ole_entry("Workbook", 2, 0, len(padded), FREE)
    return b"".join([header, padded, directory.ljust(SECTOR, b"\0"), struct.pack(f"<{len(table)}I", *table)]).ljust(
        SECTOR * (sectors + 3), b"\xff"
    )


def small_container(stream: bytes) -> bytes:
    """Return the OLE container of a stream under 4,096 bytes: in pieces of 64 bytes, with a table of their own."""
    pieces, sectors = -(-len(stream) // 64), -(-len(stream) // SECTOR)
    table, own = [*range(1, sectors), LAST, LAST, LAST, OWN], [*range(1, pieces), LAST]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9I", 0, 1, sectors, 0, 4096, sectors + 1, 1, LAST, 0)
    header += struct.pack("<109I", sectors + 2, *[FREE] * 108)
    directory = ole_entry("Root Entry", 5, 0, 64 * pieces, 1) + ole_entry("Workbook", 2, 0, len(stream), FREE)
    numbers = (struct.pack(f"<{len(numbers)}I", *numbers).ljust(SECTOR, b"\xff") for numbers in (own, table))
    return b"".join([header, stream.ljust(SECTOR * sectors, b"\0"), directory.ljust(SECTOR, b"\0"), *numbers])


def ole_entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    """Return one entry of the directory of an OLE container."""
    spelled = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", spelled, len(spelled), kind, 1, FREE, FREE, child, start, size)
