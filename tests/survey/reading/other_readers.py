"""What the cells of a workbook hold by readers of others: openpyxl, xlrd, pyxlsb and odfdo; how many are filled."""

import io
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

import odfdo
import openpyxl
import pyxlsb
import xlrd

from mentormatch.survey.table import Rows


def cells(content: bytes, ending: str) -> Iterator[tuple[int, object]]:
    """Yield the row, from 1, and the value of each cell that the other reader finds in the first sheet."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from {"xlsx": of_openpyxl, "xls": of_xlrd, "xlsb": of_pyxlsb, "ods": of_odfdo}[ending](content)


def of_openpyxl(content: bytes) -> Iterator[tuple[int, object]]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for row in workbook.worksheets[0].iter_rows():
        yield from ((cell.row, cell.value) for cell in row if cell.row is not None)


def of_xlrd(content: bytes) -> Iterator[tuple[int, object]]:
    sheet = xlrd.open_workbook(file_contents=content, logfile=io.StringIO()).sheet_by_index(0)
    for row in range(sheet.nrows):
        yield from ((row + 1, cell.value) for cell in sheet.row(row))


def of_pyxlsb(content: bytes) -> Iterator[tuple[int, object]]:
    with pyxlsb.open_workbook(io.BytesIO(content)) as workbook, workbook.get_sheet(1) as sheet:
        for row in sheet.rows():
            yield from ((cell.r + 1, cell.v) for cell in row)


def of_odfdo(content: bytes) -> Iterator[tuple[int, object]]:
    table: Any = odfdo.Document(io.BytesIO(content)).body.get_table(0)
    table.rstrip()  # the rows below the last one, a million of them
    for number, row in enumerate(table.iter_values(), 1):
        yield from ((number, value) for value in row)


def filled(content: bytes, ending: str) -> Counter[int]:
    """Return how many cells of each row hold something, by the other reader."""
    return Counter(row for row, value in cells(content, ending) if value is not None and str(value).strip())


def differences(content: bytes, ending: str, rows: Rows) -> dict[int, tuple[int, int]]:
    """Return the rows, none of those refused, in which the two count otherwise but for cells told to have no value."""
    theirs = filled(content, ending)
    ours = Counter({row.line: sum(bool(cell.strip()) for cell in row.cells) for row in rows.records})
    told = Counter(remark.line for remark in rows.remarks if remark.line and "Colonne" in remark.text)
    lines = (theirs.keys() | ours.keys()) - {row.line for row in rows.refused}
    return {line: (ours[line], theirs[line]) for line in lines if not 0 <= theirs[line] - ours[line] <= told[line]}
