"""Workbook -> rows of text: the program of a child process with limits, which is started from its source text.

calamine reads the values. A second parser lists the cells of the XML or the records of the sheet. If the two readings
disagree, the workbook is refused.

Standard input: one line of JSON (``path``: the module search path; ``sheet``: the requested sheet, or null), then the
bytes of the workbook. Standard output: one JSON array of texts per row, from row 1 on, with a decimal number as a list
of its text; then one JSON object with ``sheet``, ``others`` (further sheets with cells, none if a sheet is requested)
and ``faults`` (kind, row and column), or with ``refusal`` and maybe the ``place`` of a cell. Output without that object
is incomplete.
"""

import datetime
import gc
import io
import json
import numbers
import sys
import zipfile
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

    from mentormatch.survey.census import CellInventory

SECONDS = 5
MEMORY_BYTES = 512_000_000
MAX_AREA = 20_000_000  # cells from the first to the last of a sheet
MAX_SHEET_CHARACTERS = 100_000_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class WorkbookRefusedError(Exception):
    """A workbook is refused, for the reason given by a code, maybe because of one cell."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.end = {"refusal": code, "place": place} if place else {"refusal": code}


def text_of_value(value: object) -> str:
    """Return a value of a sheet or of a data frame as the text that staff see.

    >>> tuple(map(text_of_value, (2.0, 3.5, True, datetime.datetime(2026, 4, 8), "007")))
    ('2', '3.5', 'Oui', '2026-04-08', '007')
    """
    if value.__class__ is float:
        return _number(value)
    if isinstance(value, str):
        return str(value)
    if type(value).__name__ in {"bool", "bool_"}:
        return "Oui" if value else "Non"
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.time):
        return value.isoformat(_precision(value))
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        return _number(float(value))
    return str(value)


def _moment(value: datetime.datetime) -> str:
    is_date = value.timetz() == datetime.time()
    return value.date().isoformat() if is_date else value.isoformat(" ", _precision(value))


def _precision(value: datetime.datetime | datetime.time) -> str:
    """Return the shortest ``timespec`` of ``isoformat`` that loses nothing."""
    if not value.microsecond:
        return "seconds"
    return "microseconds" if value.microsecond % 1_000 else "milliseconds"


def _duration(value: datetime.timedelta) -> str:
    """Return a duration as spreadsheets show it, rounded to seconds: ``36:00:00``, without days."""
    minutes, seconds = divmod(round(abs(value.total_seconds())), 60)
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _number(value: float) -> str:
    """Return a float as text: exact for integers up to 2**53, else with at most fifteen significant digits.

    Integers have no point. Only numbers from 1e18 on have an exponent.
    """
    if value.is_integer() and abs(value) <= 2**53:
        return str(int(value))
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text and abs(value) < 1e18 else text


def limit_this_process() -> None:
    """Limit memory and processor time of this process, and disable core dumps. No effect on Windows."""
    try:
        import resource
    except ImportError:
        return
    for kind, bound in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        limit = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (limit, limit))


def write_sheet(content: bytes, sheet_name: str | None, out: IO[str]) -> None:
    """Write the rows of a sheet (None: of the first with cells), then the object that ends the output."""
    from mentormatch.survey.census import DuplicateCellError, ReadingMismatchError, UnreadableError

    try:
        end = _write_rows(content, sheet_name, out)
    except WorkbookRefusedError as refusal:
        end = refusal.end
    except ReadingMismatchError as difference:
        end = WorkbookRefusedError("differs", str(difference)).end
    except DuplicateCellError:
        end = {"refusal": "doubled"}
    except UnreadableError:
        end = {"refusal": "unreadable"}
    except MemoryError:
        end = {"refusal": "size"}
    out.write(json.dumps(end) + "\n")


def _write_rows(content: bytes, sheet_name: str | None, out: IO[str]) -> dict[str, Any]:
    from mentormatch.survey.census import check_rows

    # An encrypted Office file is an OLE container with a stream of this name, in UTF-16
    if "EncryptedPackage".encode("utf-16le") in content:
        raise WorkbookRefusedError("encrypted")
    _check_archive(content)
    workbook = _open_workbook(content)
    names = workbook.sheet_names
    book = _SecondReading(content, names)
    sheet, others = _choose_sheet(workbook, sheet_name, book)
    inventory = book.inventory(sheet.name)
    character_count = 0
    for row in check_rows(inventory, sheet.iter_rows(), (sheet.start or (0, 0))[1]):
        character_count += out.write(json.dumps([*map(_cell, row)]) + "\n")
        if character_count > MAX_SHEET_CHARACTERS:
            raise WorkbookRefusedError("size")
    return {"sheet": sheet.name, "others": others, "faults": list(inventory.cells_without_value())}


def _cell(value: object) -> str | list[str]:
    """Return the text of a cell, in a list if it is a number with a decimal point."""
    text = text_of_value(value)
    return [text] if value.__class__ is float and "." in text else text


def _check_archive(content: bytes) -> None:
    """Refuse an archive if its declared unpacked size exceeds the memory limit."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked_bytes = sum(member.file_size for member in archive.infolist())
    if unpacked_bytes > MEMORY_BYTES:
        raise WorkbookRefusedError("size")


def _open_workbook(content: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise WorkbookRefusedError("encrypted") from None
    except (CalamineError, OSError, ValueError):
        raise WorkbookRefusedError("unreadable") from None


class _SecondReading:
    """The sheets of a workbook by the second parser, which must find the same sheets as calamine (``names``)."""

    def __init__(self, content: bytes, names: list[str]) -> None:
        from mentormatch.survey.census import DuplicateCellError, UnreadableError

        if len(set(names)) < len(names):
            raise DuplicateCellError
        self._names = names
        self._by_number = content.startswith(_OLE)
        self._workbook = _parse_workbook(content)
        if self._workbook.parts.keys() != (set(range(len(names))) if self._by_number else set(names)):
            raise UnreadableError

    def inventory(self, name: str) -> "CellInventory":
        inventory: CellInventory = self._workbook.inventory(self._names.index(name) if self._by_number else name)
        return inventory


def _parse_workbook(content: bytes) -> Any:
    """Return the second parser of the format of a workbook: xls, ods, xlsb or xlsx.

    Raises UnreadableError if it is damaged.
    """
    from mentormatch.survey.biff import XlsWorkbook
    from mentormatch.survey.biff12 import XlsbWorkbook
    from mentormatch.survey.census import UnreadableError
    from mentormatch.survey.spreadsheetml import CONTENT, OdsWorkbook, WorkbookArchive, XlsxWorkbook

    if content.startswith(_OLE):
        return XlsWorkbook(content)
    try:
        archive = WorkbookArchive(zipfile.ZipFile(io.BytesIO(content)))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise UnreadableError from None
    if CONTENT in archive:
        return OdsWorkbook(archive)
    return (XlsbWorkbook if archive.main().casefold().endswith(".bin") else XlsxWorkbook)(archive)


def _choose_sheet(
    workbook: "CalamineWorkbook", sheet_name: str | None, book: _SecondReading
) -> tuple["CalamineSheet", list[str]]:
    """Return the sheet ``sheet_name`` and no names; for None the first with cells, and the names of further ones.

    Visible sheets come first. Refuses a workbook without the named sheet; for None, one without cells.
    """
    from python_calamine import SheetVisibleEnum

    if sheet_name is not None:
        if sheet_name not in workbook.sheet_names:
            raise WorkbookRefusedError("no sheet")
        return _sheet(workbook, sheet_name, book), []
    visible_first = sorted(workbook.sheets_metadata, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    sheets = [_sheet(workbook, sheet.name, book) for sheet in visible_first]
    filled = [sheet for sheet in sheets if sheet.start is not None or not book.inventory(sheet.name).is_empty()]
    if not filled:
        raise WorkbookRefusedError("empty")
    return filled[0], [sheet.name for sheet in filled[1:]]


def _sheet(workbook: "CalamineWorkbook", name: str, book: _SecondReading) -> "CalamineSheet":
    """Return a sheet. Refuses it if it cannot be read, or if the area up to its last cell is too large."""
    from python_calamine import CalamineError

    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        faults = sorted(book.inventory(name).cells_without_value())
        raise (
            WorkbookRefusedError("in error", f"{faults[0][2]}{faults[0][1]}")
            if faults
            else WorkbookRefusedError("unreadable")
        ) from None
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MAX_AREA:
        raise WorkbookRefusedError("far")
    return sheet


def main() -> None:
    """Read standard input under limits, write standard output."""
    limit_this_process()
    gc.disable()  # no reference cycles, and the process is short
    request = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = request["path"]
    write_sheet(sys.stdin.buffer.read(), request["sheet"], sys.stdout)


if __name__ == "__main__":
    main()
