"""A workbook as staff leave it: cells changed, rows deleted or added, by a hand that shares no code with its writer."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

from mentormatch import Matching
from mentormatch.operations.matching import exporter_for
from mentormatch.results import Decisions

PAIRS, MENTOR, MENTEE, VALIDATION = "xl/worksheets/sheet1.xml", "A", "B", "F"


def part_of_pairs(content: bytes) -> str:
    """Return the part that holds the pairs: the second where a first sheet says what has to be known before."""
    with ZipFile(BytesIO(content)) as book:
        named = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode())
    return PAIRS.replace("1", str(named.index("Binômes") + 1)) if "Binômes" in named else PAIRS


def changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """Return a workbook with one of its parts changed."""
    out = BytesIO()
    with ZipFile(BytesIO(content)) as before, ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def with_cells(content: bytes, cells: Mapping[str, str]) -> bytes:
    """Return a workbook with other texts in some cells of its pairs, such as ``{"A2": "M03"}``."""

    def change(xml: str) -> str:
        for place, text in cells.items():
            typed = f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
            stood = re.search(rf'<c r="{place}"[^>]*?(/>|>.*?</c>)', xml)
            assert stood, place
            xml = xml[: stood.start()] + typed + xml[stood.end() :]
        return xml

    return changed(content, part_of_pairs(content), change)


def without_row(content: bytes, row: int) -> bytes:
    """Return a workbook without one row of its pairs."""
    return changed(content, part_of_pairs(content), lambda xml: re.sub(rf'<row r="{row}".*?</row>', "", xml))


def with_row(content: bytes, row: int, *texts: str) -> bytes:
    """Return a workbook with a row more at the end of its pairs."""
    cells = "".join(
        f'<c r="{chr(65 + place)}{row}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for place, text in enumerate(texts)
    )
    added = f'<row r="{row}">{cells}</row></sheetData>'
    return changed(content, part_of_pairs(content), lambda xml: xml.replace("</sheetData>", added))


def workbook(matching: Matching) -> bytes:
    """Return the workbook of a matching."""
    return exporter_for(".xlsx").content(matching)


def saved(folder: Path, content: bytes) -> Path:
    """Return where a workbook was put."""
    path = folder / "binomes.xlsx"
    path.write_bytes(content)
    return path


def line_of(matching: Matching, mentor: str, mentee: str) -> int:
    """Return the row of a pair in the workbook of its matching."""
    return [(pair.mentor, pair.mentee) for pair in matching.pairs].index((mentor, mentee)) + 2


def without_words(found: Decisions) -> Decisions:
    """Return what is decided on pairs alone, without what staff typed."""
    return Decisions(found.pins, found.bans, found.discussed)
