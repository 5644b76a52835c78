"""The cells of a workbook as text: run as a process of its own, under limits, from its source alone.

calamine reads the values; a parser of our own counts the cells a second time, in the XML or the records of the sheet,
and a workbook of which the two do not hold the same is refused.

The bytes of the workbook come on standard input after one line of JSON (``path``: where modules are found; ``sheet``:
the one asked for, or null). On standard output: one JSON array of texts a row (a number with a point
is a list of its text), from row 1 on, then one JSON object,
which holds ``sheet``, ``others`` and ``faults`` (kind, row and column of cells without a value), or ``refusal`` and
maybe the ``place`` of a cell. Without that last object the answer is not whole.
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

    from mentormatch.survey.census import Census

SECONDS = 5
MEMORY_BYTES = 512_000_000
MAX_AREA = 20_000_000
MAX_SHEET_CHARACTERS = 100_000_000
EXACT, LONG = 2**53, 1e18
"""Whole numbers are exact up to the first; no number from the second on is written without an exponent."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An encrypted Office file is an OLE container with a stream of this name, in UTF-16.
_ENCRYPTED = "EncryptedPackage".encode("utf-16le")


class RefusalError(Exception):
    """Why the workbook is not taken, as a code, and the place of the cell that it is about."""

    def __init__(self, code: str, place: str = "") -> None:
        super().__init__(code)
        self.end = {"refusal": code, "place": place} if place else {"refusal": code}


def text_of_value(value: object) -> str:
    """Return a value of a sheet or of a frame as the text that staff see.

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
    bare = value.timetz() == datetime.time()
    return value.date().isoformat() if bare else value.isoformat(" ", _precision(value))


def _precision(value: datetime.datetime | datetime.time) -> str:
    """Return how far the fraction of a second is said: not at all, to the thousandth, or as far as it goes."""
    if not value.microsecond:
        return "seconds"
    return "microseconds" if value.microsecond % 1_000 else "milliseconds"


def _duration(value: datetime.timedelta) -> str:
    """Return a duration as sheets show it: hours beyond 24 are not made into days."""
    minutes, seconds = divmod(round(abs(value.total_seconds())), 60)
    sign = "-" if value < datetime.timedelta() else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _number(value: float) -> str:
    """Return a float as sheets show it: whole numbers without a point, fifteen digits at most."""
    if value.is_integer() and abs(value) <= EXACT:
        return str(int(value))
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text and abs(value) < LONG else text


def limit_this_process() -> None:
    """Bound memory and processor time of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return
    for what, bound in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(what)[1]
        allowed = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (allowed, allowed))


def write_sheet(content: bytes, wanted: str | None, out: IO[str]) -> None:
    """Write the rows of the sheet, then the object that ends a whole answer."""
    from mentormatch.survey.census import DifferenceError, DoubledError, UnreadableError

    try:
        end = _write_rows(content, wanted, out)
    except RefusalError as refusal:
        end = refusal.end
    except DifferenceError as difference:
        end = RefusalError("differs", str(difference)).end
    except DoubledError:
        end = {"refusal": "doubled"}
    except UnreadableError:
        end = {"refusal": "unreadable"}
    except MemoryError:
        end = {"refusal": "size"}
    out.write(json.dumps(end) + "\n")


def _write_rows(content: bytes, wanted: str | None, out: IO[str]) -> dict[str, Any]:
    from mentormatch.survey.census import check_rows

    if _ENCRYPTED in content:
        raise RefusalError("encrypted")
    _check_archive(content)
    workbook = _open_workbook(content)
    names = workbook.sheet_names
    book = _Book(content, names)
    sheet, others = _choose_sheet(workbook, wanted, book)
    census = book.census(sheet.name)
    written = 0
    for row in check_rows(census, sheet.iter_rows(), (sheet.start or (0, 0))[1]):
        written += out.write(json.dumps([*map(_cell, row)]) + "\n")
        if written > MAX_SHEET_CHARACTERS:
            raise RefusalError("size")
    return {"sheet": sheet.name, "others": others, "faults": list(census.cells_without_value())}


def _cell(value: object) -> str | list[str]:
    """Return what is written of a cell: its text, in a list where it is that of a number with a decimal point."""
    text = text_of_value(value)
    return [text] if value.__class__ is float and "." in text else text


def _check_archive(content: bytes) -> None:
    """Refuse an archive that says itself that it unpacks to more than there is memory for."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > MEMORY_BYTES:
        raise RefusalError("size")


def _open_workbook(content: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise RefusalError("encrypted") from None
    except (CalamineError, OSError, ValueError):
        raise RefusalError("unreadable") from None


class _Book:
    """The sheets of a workbook by the second reading, which knows the same ones as the first."""

    def __init__(self, content: bytes, names: list[str]) -> None:
        from mentormatch.survey.census import DoubledError, UnreadableError

        if len(set(names)) < len(names):
            raise DoubledError
        self._names = names
        self._by_number = content.startswith(_OLE)
        self._book = _book(content)
        if self._book.parts.keys() != (set(range(len(names))) if self._by_number else set(names)):
            raise UnreadableError

    def census(self, name: str) -> "Census":
        """Return what the cells of a sheet hold."""
        found: Census = self._book.census(self._names.index(name) if self._by_number else name)
        return found


def _book(content: bytes) -> Any:
    """Return the sheets of a workbook by the parser of its kind."""
    from mentormatch.survey.biff import OldBook
    from mentormatch.survey.biff12 import BinaryBook
    from mentormatch.survey.census import UnreadableError
    from mentormatch.survey.spreadsheetml import CONTENT, Archive, OfficeBook, OpenBook

    if content.startswith(_OLE):
        return OldBook(content)
    try:
        archive = Archive(zipfile.ZipFile(io.BytesIO(content)))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise UnreadableError from None
    if CONTENT in archive:
        return OpenBook(archive)
    return (BinaryBook if archive.main().casefold().endswith(".bin") else OfficeBook)(archive)


def _choose_sheet(workbook: "CalamineWorkbook", wanted: str | None, book: _Book) -> tuple["CalamineSheet", list[str]]:
    """Return the sheet asked for, or the first that has cells (visible ones first), and the others that have some."""
    from python_calamine import SheetVisibleEnum

    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise RefusalError("no sheet")
        return _sheet(workbook, wanted, book), []
    visible_first = sorted(workbook.sheets_metadata, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    sheets = [_sheet(workbook, sheet.name, book) for sheet in visible_first]
    filled = [sheet for sheet in sheets if sheet.start is not None or not book.census(sheet.name).is_empty()]
    if not filled:
        raise RefusalError("empty")
    return filled[0], [sheet.name for sheet in filled[1:]]


def _sheet(workbook: "CalamineWorkbook", name: str, book: _Book) -> "CalamineSheet":
    """Return a sheet; refuse it where it cannot be read, or its last cell is so far that no end would be seen."""
    from python_calamine import CalamineError

    try:
        sheet = workbook.get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError):
        in_error = sorted(book.census(name).cells_without_value())
        raise (
            RefusalError("in error", f"{in_error[0][2]}{in_error[0][1]}") if in_error else RefusalError("unreadable")
        ) from None
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MAX_AREA:
        raise RefusalError("far")
    return sheet


def main() -> None:
    """Read standard input under limits, write standard output."""
    limit_this_process()
    gc.disable()  # nothing here refers to itself, and the process is short
    request = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = request["path"]
    write_sheet(sys.stdin.buffer.read(), request["sheet"], sys.stdout)


if __name__ == "__main__":
    main()
