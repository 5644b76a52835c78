"""Workbooks of one sheet by every writer: the same rows of texts, numbers, yes and no, days and formulas."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import odfdo
import openpyxl
import xlsxwriter
import xlwt

from tests.survey.reading.hostile import raw_workbook, sheet_xml
from tests.survey.reading.new_binary_workbooks import binary_sheet, binary_workbook, of_each_kind
from tests.survey.reading.old_workbooks import container, old_sheet

DAY = dt.datetime(2026, 4, 8, 10, 4, 6)
TEXTS = [f"L’Œuvre {number} & Cie" for number in range(12)]


def rows() -> list[list[Any]]:
    """Return a header, rows of cells of each type, one of them empty, and one far to the right."""
    found: list[list[Any]] = [["code", "réponse", "note", "oui", "jour", ""]]
    found += [[f"M{number}", text, number / 3, number % 2 == 0, DAY, ""] for number, text in enumerate(TEXTS)]
    return [*found[:5], [], *found[5:], ["Z", "", "", "", "", "", "", 7]]


def by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    options = {"in_memory": True, "default_date_format": "dd/mm/yyyy hh:mm:ss"}
    with xlsxwriter.Workbook(buffer, options) as workbook:
        sheet = workbook.add_worksheet("F")
        for number, row in enumerate(rows()):
            sheet.write_row(number, 0, row)
        bold = workbook.add_format({"bold": True})
        sheet.write_rich_string(3, 6, "un ", bold, "deux", " trois")
        sheet.write_formula(4, 6, '="a"&"b"', None, "ab")
        sheet.write_formula(4, 7, "=NA()", None, "#N/A")
        sheet.merge_range(6, 6, 6, 8, "fusion")
        sheet.set_row(2, None, None, {"hidden": True})
    return buffer.getvalue()


def by_openpyxl() -> bytes:
    workbook = openpyxl.Workbook()
    sheet: Any = workbook.active
    for number, row in enumerate(rows(), 1):
        for column, value in enumerate(row, 1):
            if value != "":
                sheet.cell(number, column).value = value
    sheet.cell(3, 7).value = "=1+1"
    sheet.cell(4, 7).value = "#REF!"
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def by_hand() -> bytes:
    """Return a workbook with texts of their own, rows and cells that do not say their place, and prefixes."""
    cells = "".join(
        f"<x:row spans='1:3'><x:c t='inlineStr' s='0'><x:is><x:r><x:t>M{number}</x:t></x:r><x:r><x:t> bis</x:t></x:r>"
        f'</x:is></x:c><x:c><x:v>{number}</x:v></x:c><x:c t="str"><x:f>A1</x:f><x:v>{number} oui</x:v></x:c></x:row>'
        for number in range(12)
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return raw_workbook(f'<x:worksheet xmlns:x="{main}"><x:sheetData>{cells}</x:sheetData></x:worksheet>')


def by_xlwt() -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("F")
    day = xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM:SS")
    for number, row in enumerate(rows()):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value, *([day] if isinstance(value, dt.datetime) else []))
    sheet.write(3, 6, xlwt.Formula("1+1"))
    sheet.row(4).set_cell_error(6, 42)
    sheet.write_merge(6, 6, 6, 8, "fusion")
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def by_records() -> bytes:
    return container(old_sheet(12))


def by_binary_records() -> bytes:
    made = [of_each_kind(number, number) for number in range(12)]
    return binary_workbook(binary_sheet(made), TEXTS)


def by_odfdo() -> bytes:
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("F")
    for number, row in enumerate(rows()):
        for column, value in enumerate(row):
            if value != "":
                table.set_value((column, number), value)
    document.body.append(table)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def open_document(cells: str) -> bytes:
    """Return an ods whose one sheet holds this XML."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    spaces += ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    sheet = f'<office:spreadsheet><table:table table:name="F">{cells}</table:table></office:spreadsheet>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        archive.writestr("META-INF/manifest.xml", manifest)
        content = f"<office:body>{sheet}</office:body>"
        archive.writestr("content.xml", f"<office:document-content {spaces}>{content}</office:document-content>")
    return buffer.getvalue()


def by_hand_open() -> bytes:
    """Return an ods with rows and cells that are repeated, grouped and covered."""
    string = '<table:table-cell office:value-type="string"{more}><text:p>{said}</text:p></table:table-cell>'
    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    made = [
        f'<table:table-row table:number-rows-repeated="{times}">'
        + string.format(more="", said=f"M{number}<text:s text:c='2'/>bis")
        + string.format(more=' table:number-columns-repeated="2"', said="double")
        + '<table:table-cell table:number-columns-repeated="3"/>'
        + f'<table:table-cell office:value-type="float" office:value="{number}"><text:p>x</text:p></table:table-cell>'
        + f"{covered}</table:table-row>"
        for number, times in enumerate((1, 2, 1, 3, 1))
    ]
    gap = '<table:table-row table:number-rows-repeated="4"><table:table-cell/></table:table-row>'
    group = f"<table:table-row-group>{made[2]}</table:table-row-group>"
    return open_document("".join([made[0], made[1], gap, group, *made[3:]]) + gap)


MADE: dict[str, tuple[Callable[[], bytes], str]] = {
    "xlsxwriter": (by_xlsxwriter, "xlsx"),
    "openpyxl": (by_openpyxl, "xlsx"),
    "xlsx by hand": (by_hand, "xlsx"),
    "xlwt": (by_xlwt, "xls"),
    "xls by hand": (by_records, "xls"),
    "xlsb by hand": (by_binary_records, "xlsb"),
    "odfdo": (by_odfdo, "ods"),
    "ods by hand": (by_hand_open, "ods"),
}
"""Each writer, and the ending of what it writes."""

__all__ = ["MADE", "open_document", "raw_workbook", "sheet_xml"]
