"""The cells of a workbook as text: run as a process of its own, under limits, from its source alone.

Of ours it imports only what checks old workbooks, and that only for one.

The bytes of the workbook come on standard input after one line of JSON (``path``: where modules are found; ``sheet``:
the one asked for, or null). On standard output: one JSON array of texts a row, from row 1 on, then one JSON object,
which holds ``sheet``, ``others`` and ``errors`` (rows with formula errors), or ``refusal``. Without that last object
the answer is not whole.
"""

import datetime
import io
import json
import numbers
import re
import sys
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

SECONDS = 5
MEMORY_BYTES = 512_000_000
MAX_AREA = 20_000_000
MAX_CHARACTERS = 100_000_000
EXACT, LONG = 2**53, 1e18
"""Whole numbers are exact up to the first; no number from the second on is written without an exponent."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An encrypted Office file is an OLE container with a stream of this name, in UTF-16.
_ENCRYPTED = "EncryptedPackage".encode("utf-16le")
_ERROR_CELL = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,7})"[^<>]* t="e"')
# The parts of a workbook that hold texts, besides its sheets: of xlsx, of ods.
_TEXTS = ("xl/sharedStrings.xml", "content.xml")
_ROW = re.compile(rb'<(?:\w+:)?row\b(?:[^<>]*?\sr="([0-9]{1,7})")?')
_CELL = re.compile(rb'<(?:\w+:)?c\b[^<>]*?\br="([A-Z]{1,3}[0-9]{1,7})"')
_NO_LINE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0"
_SHEET = re.compile(r"<sheet\s[^<>]*>")
_RELATIONSHIP = re.compile(r"<Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r'\s([\w:]+)="([^"]*)"')


class RefusalError(Exception):
    """Why the workbook is not taken, as a code."""


def spelled(value: object) -> str:
    """Return a value of a sheet or of a frame as the text that staff see.

    >>> spelled(2.0), spelled(3.5), spelled(True), spelled(datetime.datetime(2026, 4, 8)), spelled("007")
    ('2', '3.5', 'Oui', '2026-04-08', '007')
    """
    if isinstance(value, str):
        return str(value)
    if type(value).__name__ in {"bool", "bool_"}:
        return "Oui" if value else "Non"
    if isinstance(value, datetime.datetime):
        return _moment(value)
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, numbers.Real) and not isinstance(value, numbers.Rational):
        return _number(float(value))
    return str(value)


def _moment(value: datetime.datetime) -> str:
    bare = value.timetz() == datetime.time()
    return value.date().isoformat() if bare else value.isoformat(sep=" ")


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
    try:
        end = _write_rows(content, wanted, out)
    except RefusalError as refusal:
        end = {"refusal": str(refusal)}
    except MemoryError:
        end = {"refusal": "size"}
    out.write(json.dumps(end) + "\n")


def _write_rows(content: bytes, wanted: str | None, out: IO[str]) -> dict[str, Any]:
    if _ENCRYPTED in content:
        raise RefusalError("encrypted")
    _check_archive(content)
    workbook = _opened(content)
    _check_records(content)
    sheet, others = _chosen(workbook, wanted)
    xml = _sheet_xml(content, sheet.name)
    _check_places(xml)
    written = 0
    for cells in _rows(sheet):
        written += out.write(json.dumps(cells) + "\n")
        if written > MAX_CHARACTERS:
            raise RefusalError("size")
    return {"sheet": sheet.name, "others": others, "errors": _error_rows(xml)}


def _check_archive(content: bytes) -> None:
    """Refuse an archive that says itself that it unpacks to more than there is memory for."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:
        return
    if unpacked > MEMORY_BYTES:
        raise RefusalError("size")


def _opened(content: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError:
        raise RefusalError("encrypted") from None
    except (CalamineError, OSError, ValueError):
        raise RefusalError("unreadable") from None


def _check_records(content: bytes) -> None:
    """Refuse an old workbook in which cells cannot be followed, or hide one another."""
    if content.startswith(_OLE):
        from mentormatch.survey.biff import fault

        if code := fault(content):
            raise RefusalError(code)


def _chosen(workbook: "CalamineWorkbook", wanted: str | None) -> tuple["CalamineSheet", list[str]]:
    """Return the sheet asked for, or the first that has cells (visible ones first), and the others that have some."""
    from python_calamine import SheetVisibleEnum

    if wanted is not None:
        if wanted not in workbook.sheet_names:
            raise RefusalError("no sheet")
        return _bounded(workbook.get_sheet_by_name(wanted)), []
    visible_first = sorted(workbook.sheets_metadata, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    sheets = (_bounded(workbook.get_sheet_by_name(sheet.name)) for sheet in visible_first)
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if not filled:
        raise RefusalError("empty")
    return filled[0], [sheet.name for sheet in filled[1:]]


def _bounded(sheet: "CalamineSheet") -> "CalamineSheet":
    """Return ``sheet``; refuse it where its last cell is so far that the rows before it would never end."""
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MAX_AREA:
        raise RefusalError("far")
    return sheet


def _rows(sheet: "CalamineSheet") -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [spelled(value) for value in row]


def _sheet_xml(content: bytes, sheet: str) -> bytes:
    """Return the XML of an xlsx sheet, empty where the workbook is of another kind; refuse it where it is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            part = _part(archive, sheet)
            for name in {part, *_TEXTS}.intersection(archive.namelist()):
                _check_form(archive.read(name))
            return archive.read(part) if part else b""
    except zipfile.BadZipFile:
        if content.startswith(b"PK"):
            raise RefusalError("unreadable") from None
        return b""


def _check_form(xml: bytes) -> None:
    """Refuse XML that is not well formed: calamine passes over what it does not understand."""
    from xml.parsers.expat import ExpatError, ParserCreate

    try:
        ParserCreate().Parse(xml, True)  # noqa: FBT003 - this is how expat is told that there is no more
    except ExpatError:
        raise RefusalError("unreadable") from None


def _check_places(xml: bytes) -> None:
    """Refuse a sheet in which two rows, or two cells, say that they stand in one place: one would hide the other."""
    rows = list(_ROW.finditer(xml))
    seen: set[bytes] = set()
    for row, end in zip(rows, [*(row.start() for row in rows[1:]), len(xml)], strict=False):
        cells = _CELL.findall(xml, row.start(), end)
        lines = {cell.lstrip(_NO_LINE) for cell in cells} | ({row[1].lstrip(_NO_LINE)} if row[1] else set())
        if len(set(cells)) < len(cells) or len(lines) > 1 or not seen.isdisjoint(lines):
            raise RefusalError("doubled")
        seen |= lines


def _error_rows(xml: bytes) -> list[int]:
    """Return the rows of a sheet that hold a formula error such as #N/A: calamine shows those cells empty."""
    return sorted({int(row) for row in _ERROR_CELL.findall(xml)})


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part of an xlsx archive that holds ``sheet``, empty where it is not found."""
    try:
        tags = _tags(archive, "xl/workbook.xml", _SHEET)
        relation = {unescape(tag["name"]): tag["r:id"] for tag in tags}[sheet]
        links = _tags(archive, "xl/_rels/workbook.xml.rels", _RELATIONSHIP)
        target = {link["Id"]: link["Target"] for link in links}[relation]
    except KeyError:
        return ""
    part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return part if part in archive.namelist() else ""


def _tags(archive: zipfile.ZipFile, part: str, tag: re.Pattern[str]) -> list[dict[str, str]]:
    """Return the attributes of each such tag in a part of the archive."""
    text = archive.read(part).decode("utf-8", "replace")
    return [dict(_ATTRIBUTE.findall(found)) for found in tag.findall(text)]


def main() -> None:
    """Read standard input under limits, write standard output."""
    limit_this_process()
    asked = json.loads(sys.stdin.buffer.readline())
    sys.path[:] = asked["path"]
    write_sheet(sys.stdin.buffer.read(), asked["sheet"], sys.stdout)


if __name__ == "__main__":
    main()
