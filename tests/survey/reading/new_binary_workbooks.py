"""The ``.xlsb`` of Excel, made by hand: records of a sheet, of the workbook and of its shared texts, in an archive."""

import io
import struct
import zipfile
from collections.abc import Sequence

PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def number_of(value: int) -> bytes:
    """Return a number as the head of a record holds it: seven bits a byte, the lowest first."""
    found = bytearray()
    while True:
        found.append(value & 0x7F | (0x80 if value > 0x7F else 0))
        value >>= 7
        if not value:
            return bytes(found)


def record(kind: int, body: bytes = b"") -> bytes:
    """Return one record."""
    return number_of(kind) + number_of(len(body)) + body


def text(said: str) -> bytes:
    """Return a text as records hold it."""
    return struct.pack("<I", len(said)) + said.encode("utf-16-le")


def cell(kind: int, column: int, body: bytes) -> bytes:
    """Return a cell of a kind."""
    return record(kind, struct.pack("<II", column, 0) + body)


def row(number: int, *cells: bytes) -> bytes:
    """Return a row, from 0, and its cells."""
    return record(0, struct.pack("<IIHHBI", number, 0, 300, 0, 0, 0)) + b"".join(cells)


def formula(kind: int, column: int, result: bytes) -> bytes:
    """Return a formula with its result: flags, then a formula of no byte."""
    return cell(kind, column, result + struct.pack("<HI", 0, 0) + struct.pack("<I", 0))


def of_each_kind(number: int, shared: int) -> bytes:
    """Return a row with one cell of each kind that other readers know: eight that hold something, one in error."""
    whole = struct.pack("<I", number << 2 | 2)
    cells = (
        cell(7, 0, struct.pack("<I", shared)), cell(2, 1, whole), cell(5, 2, struct.pack("<d", number / 2)),
        cell(4, 3, b"\1"), cell(1, 4, b""), cell(3, 5, b"\x2a"), formula(8, 6, text("oui")),
        formula(9, 7, struct.pack("<d", 2.5)), formula(10, 8, b"\0"), cell(7, 9, struct.pack("<I", shared)),
    )  # fmt: skip
    return row(number, *cells)


def binary_sheet(rows: Sequence[bytes]) -> bytes:
    """Return the part of a sheet with these rows."""
    area = struct.pack("<4I", 0, max(0, len(rows) - 1), 0, 10)
    return record(129) + record(148, area) + record(145) + b"".join(rows) + record(146) + record(130)


def binary_workbook(sheet: bytes, strings: Sequence[str] = ()) -> bytes:
    """Return a workbook of one sheet, whose part is this, that shares these texts."""
    bundle = struct.pack("<II", 0, 1) + text("r0") + text("F")
    book = record(131) + record(143) + record(156, bundle) + record(144) + record(132)
    shared = record(159, struct.pack("<II", len(strings), len(strings)))
    shared += b"".join(record(19, b"\0" + text(said)) for said in strings) + record(160)
    links = (("r0", "worksheet", "worksheets/sheet1.bin"), ("r1", "sharedStrings", "sharedStrings.bin"))
    listed = "".join(f'<Relationship Id="{at}" Type="{OFFICE}/{kind}" Target="{to}"/>' for at, kind, to in links)
    root = f'<Relationship Id="r0" Type="{OFFICE}/officeDocument" Target="xl/workbook.bin"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}">{root}</Relationships>')
        archive.writestr("xl/_rels/workbook.bin.rels", f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>')
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr("xl/sharedStrings.bin", shared)
    return buffer.getvalue()
