"""Where the hostile files are, and the smallest workbooks that can be made by hand."""

import io
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the checkout: put the folder shared/data next to it")
    return path


def workbook_of(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """Return an xlsx with these sheets, every string written as a string."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        for name, rows in sheets:
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return buffer.getvalue()


def sheet_xml(cells: str) -> str:
    return f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{cells}</worksheet>'


def raw_workbook(sheet: str | bytes, strings: str = "") -> bytes:
    """Return an xlsx whose sheet and shared strings are exactly the XML given."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    links = "".join(
        f'<Relationship Id="r{number}" Type="{office}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(
            [("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")]
        )
    )
    only = '<sheets><sheet name="F" sheetId="1" r:id="r0"/></sheets>'
    book = f'<workbook xmlns="{main}" xmlns:r="{office}">{only}</workbook>'
    root = f'<Relationship Id="r0" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}">{root}</Relationships>')
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", strings or f'<sst xmlns="{main}"/>')
    return buffer.getvalue()


SECTOR, FREE, LAST, OWN = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
"""The size of a sector of an OLE container, and what its table says of one: free, last of a chain, the table's own."""


def old_workbook(rows: list[list[str | float]]) -> bytes:
    """Return these rows as the ``.xls`` of Excel 97: one sheet, texts and numbers."""
    head, end = biff(0x0809, "HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6), biff(0x000A, "")
    sheet = biff(0x0809, "HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6)
    start = len(head) + len(biff(0x0085, "IBBBB", 0, 0, 0, 1, 0)) + len("F") + len(end)
    bound = biff(0x0085, "IBBBB1s", start, 0, 0, 1, 0, b"F")
    places = ((row, column, cell) for row, cells in enumerate(rows) for column, cell in enumerate(cells))
    return container(head + bound + end + sheet + b"".join(biff_cell(*place) for place in places) + end)


def biff(kind: int, layout: str, *values: int | float | bytes) -> bytes:
    """Return one record of a BIFF stream."""
    body = struct.pack(f"<{layout}", *values)
    return struct.pack("<HH", kind, len(body)) + body


def biff_cell(row: int, column: int, cell: str | float) -> bytes:
    if isinstance(cell, float):
        return biff(0x0203, "HHHd", row, column, 0, cell)
    text = cell.encode("utf-16-le")
    return biff(0x0204, f"HHHHB{len(text)}s", row, column, 0, len(text) // 2, 1, text)


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


def ole_entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    """Return one entry of the directory of an OLE container."""
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", text, len(text), kind, 1, FREE, FREE, child, start, size)
