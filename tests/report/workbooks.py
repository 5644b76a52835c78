"""Every kind of workbook there is, made from a whole edition, and read back by a hand that shares no code with ours."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from mentormatch.fields import Side
from mentormatch.inspection.section import writer_for
from mentormatch.operations.matching import exporter_for
from mentormatch.report.followup import year_workbook
from mentormatch.report.handouts import contact_sheet, contacts_book, letters_book, make_handouts
from mentormatch.report.profiles import form_book
from mentormatch.report.sessions import SessionDocuments, session_workbook
from tests.groups.edition_texts import gathered
from tests.programs import find_program
from tests.report.edition import Edition

OFFICE = "apt-get install --no-install-recommends libreoffice-calc"
type Cells = dict[tuple[str, str], object]

SIDE: Side = "mentee"
BOOKS: Mapping[str, Callable[[Edition], bytes]] = {
    "pairs": lambda one: exporter_for(".xlsx").content(one.matching),
    "intakes": lambda one: writer_for(".xlsx").content(one.intake),
    "profiles": lambda one: form_book(one.profiles, SIDE),
    "letters": lambda one: letters_book(one.matching, one.contacts, make_handouts(one.matching, one.contacts)),
    "contacts": lambda one: contacts_book(contact_sheet(one.contacts, one.matching.programme)),
    "followup": lambda one: year_workbook(one.year),
    "sessions": lambda one: session_workbook(SessionDocuments(gathered(one)[0], staff=True)),
}
"""How each workbook is made."""


def opened(content: bytes) -> Workbook:
    """Return a workbook as openpyxl reads it: a formula as a formula."""
    book: Workbook = load_workbook(BytesIO(content))
    return book


def cells(book: Workbook) -> Cells:
    """Return what the cells of a workbook hold, by sheet and place."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def alive(book: Workbook) -> Iterator[str]:
    """Yield where a cell is a formula or a link, or an error that a formula gave, and what else would fetch or run."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (f"{sheet.title}!{cell.coordinate}" for cell in row if cell.data_type in "fe" or cell.hyperlink)
        yield from (f"{sheet.title}: image" for _ in sheet._images)
        yield from (f"{sheet.title}: {found}" for chart in sheet._charts for found in sources(chart) - {sheet.title})
        yield from (f"{sheet.title}: {title}" for chart in sheet._charts for title in strays(sheet, chart))
    yield from (f"link {link}" for link in book._external_links)
    yield from (["macro"] if book.vba_archive else [])


def sources(chart: Any) -> set[str]:
    """Return the sheets from which a chart takes texts and figures; the whole reference if it names no sheet."""
    held = [one for series in chart.series for one in (series.cat, series.val) if one is not None]
    found = [one.numRef or one.strRef for one in held] + [one.strRef for one in texts_of(chart) if one.strRef]
    return {each.f.rpartition("!")[0].strip("'") or each.f for each in found}


def texts_of(chart: Any) -> Iterator[Any]:
    """Yield the titles of a chart and of its axes, and the names of its series, as openpyxl holds them."""
    titled = [chart, *(axis for name in ("x_axis", "y_axis") if (axis := getattr(chart, name, None)))]
    yield from (one.title.tx for one in titled if one.title and one.title.tx)
    yield from (series.tx for series in chart.series if series.tx)


def strays(sheet: Any, chart: Any) -> Iterator[str]:
    """Yield the references of titles that are not one cell of this sheet, in which the text shown stands."""
    for reference in (one.strRef for one in texts_of(chart) if one.strRef):
        place = re.fullmatch(r"('?)(.+)\1!\$([A-Z]+)\$(\d+)", reference.f)
        cell = sheet[f"{place[3]}{place[4]}"] if place and place[2] == sheet.title else None
        shown = "".join(point.v for point in reference.strCache.pt) if reference.strCache else None
        if cell is None or cell.data_type != "s" or (shown is not None and shown != cell.value):
            yield reference.f


def resaved(folder: Path, suffix: str, *contents: bytes, kind: str = "xlsx") -> list[bytes]:
    """Return workbooks, all of one kind, as LibreOffice saves them in another."""
    office = find_program("soffice", advice=OFFICE)
    paths = [folder / f"{place}.{kind}" for place, _ in enumerate(contents)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    # One profile for the tests of a process: the first start with a profile takes 5 s, further ones 2 s.
    profile, out = (folder.parent / "office").as_uri(), folder / "out"
    command = [office, f"-env:UserInstallation={profile}", "--headless", "--convert-to", suffix, "--outdir", str(out)]
    subprocess.run([*command, *map(str, paths)], check=True, capture_output=True, timeout=240)
    return [(out / path.with_suffix(f".{suffix}").name).read_bytes() for path in paths]
