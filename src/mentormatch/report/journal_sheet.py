"""Two sheets of the workbook: the log in words, and the charts.

The sheet of the log in a workbook: written with it, and renewed after a validation in a workbook that staff saved.

It prints by whom the decision was validated, how to check it again, the log in words, and the stamp that a check reads.
To renew it, the rows of this one part of the file are replaced, in the styles that they have; every other part stays
byte for byte, so what staff typed elsewhere stays too. Where the sheet is not as it was written, nothing is replaced.

The sheet of charts: how the points are spread, and what those of the best pair are made of.

They are charts of the workbook itself, over tables that stand beside them, in the figures of ``report.pictures``.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Literal
from xml.parsers.expat import ParserCreate

from mentormatch.explanation.tables import CellValue
from mentormatch.languages.phrases import about
from mentormatch.languages.translation import LANGUAGES, language, mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.record.seal import JOURNAL, Seal, sheet_in
from mentormatch.report.book import EDGE, HEAD, LINE, Book, BookColumn, BookSheet, clip
from mentormatch.report.pictures.distribution import Distribution, tally
from mentormatch.report.pictures.picture import BRIGHT, DARK
from mentormatch.report.pictures.waterfall import PALE, Waterfall, best_waterfall
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import RECHECK, Imprint
from mentormatch.survey.census import letters
from mentormatch.survey.spreadsheetml import Archive, OfficeBook, local

type LineKind = Literal["told", "titles", "line", "stamp"]
type JournalRow = tuple[LineKind, tuple[str, ...]]

VALIDATION = mark("Validation")
WIDTHS = (24, 62, 24, 46, 62)
LOOKS: dict[LineKind, dict[str, object]] = {
    "told": {"text_wrap": True},
    "titles": {"bold": True, "bg_color": HEAD, "bottom": 1, "bottom_color": EDGE},
    "line": {"text_wrap": True, "bottom": 1, "bottom_color": LINE},
    "stamp": {"font_size": 8, "font_color": EDGE},
}
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def rows(imprint: Imprint) -> Iterator[JournalRow]:
    """Yield the rows of the sheet, each with what it is."""
    for number, sentence in enumerate(imprint.sentences):
        yield "told", ("" if number else tr(VALIDATION), spaced(sentence))
    if imprint.seal:
        yield "told", (tr("Pour revérifier"), spaced(tr(RECHECK)))
        yield from (("told", pair) for pair in (*imprint.commands, *imprint.digests))
        yield "told", (tr(JOURNAL), spaced(imprint.ids))
        yield "titles", imprint.titles
        yield from (("line", row) for row in imprint.rows)
        yield "stamp", imprint.seal.cells


def write_journal(book: Book, imprint: Imprint) -> None:
    """Write the sheet; it is protected, so that nobody types there by accident."""
    page = book.sheet(tr(JOURNAL))
    for place, width in enumerate(WIDTHS):
        page.sheet.set_column(place, place, width)
    for number, (kind, cells) in enumerate(rows(imprint)):
        for place, text in enumerate(cells):
            bold = {"bold": True} if kind == "told" and place == 0 else {}
            page.put(number, place, text, **LOOKS[kind], **bold)
    page.sheet.ignore_errors({"number_stored_as_text": "A1:E1048576"})
    page.sheet.protect()


def renew_seal(content: bytes, before: Seal, seal: Seal) -> bytes | None:
    """Return a workbook that carries one seal with another in its place, None where its sheet was changed since."""
    held = {
        (row, place): plain(unescape_xml(text))
        for row, cells in sheet_in(content).items()
        for place, text in cells.items()
    }
    # The sheet may have been written in any language: it is renewed in the one in which it stands.
    for code in LANGUAGES:
        with language(code):
            stood, now = list(rows(Imprint(before))), list(rows(Imprint(seal)))
            if held == texts(stood):
                return replace_rows(content, tr(JOURNAL), stood, now)
    return None


def texts(made: Sequence[JournalRow]) -> dict[tuple[int, int], str]:
    """Return the texts of rows by place, as they are compared."""
    return {
        (row, place): plain(cell_text(text))
        for row, (_, cells) in enumerate(made)
        for place, text in enumerate(cells)
        if text
    }


def cell_text(text: str) -> str:
    """Return a text as a cell holds it."""
    return clip(visible(text))


def plain(text: str) -> str:
    """Return the text of a cell as it is compared: its white space as single spaces."""
    return " ".join(text.split())


def unescape_xml(text: str) -> str:
    """Return what the XML of a cell says, its escapes undone."""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text)


def replace_rows(content: bytes, title: str, stood: Sequence[JournalRow], now: Sequence[JournalRow]) -> bytes | None:
    """Return a workbook with other rows in one sheet, None where the sheet is not spelled in UTF-8."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as written:
        part = OfficeBook(Archive(archive)).parts[title].casefold()
        for one in archive.infolist():
            held = archive.read(one)
            if one.filename.replace("\\", "/").lstrip("/").casefold() == part:
                changed = with_rows(held, stood, now)
                if changed is None:
                    return None
                held = changed
            written.writestr(one, held, one.compress_type)
    return out.getvalue()


@dataclass(slots=True)
class SheetOutline:
    """Where the rows of a sheet stand in its XML, and in which styles its cells are."""

    tag: str = ""
    data: slice = field(default_factory=lambda: slice(0, 0))
    size: slice = field(default_factory=lambda: slice(0, 0))
    styles: dict[str, str] = field(default_factory=dict)

    def style(self, column: int, row: int) -> str:
        """Return the style of a cell, by its column from 0 and its row from 1; empty where it has none."""
        return self.styles.get(f"{letters(column)}{row}", "")


def outline_of(xml: bytes) -> SheetOutline:
    """Return the outline of a sheet; its XML was read before, and is well formed."""
    found, parser, starts = SheetOutline(), ParserCreate(), dict[str, int]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        starts[tag] = parser.CurrentByteIndex
        if local(tag) == "c" and "s" in attributes:
            found.styles[attributes.get("r", "")] = attributes["s"]

    def end(tag: str) -> None:
        at = parser.CurrentByteIndex  # of the closing tag, or after an element that closes itself
        whole = slice(starts[tag], xml.index(b">", at) + 1 if xml.startswith(b"</", at) else at)
        if local(tag) == "sheetdata":
            found.tag, found.data = tag, whole
        elif local(tag) == "dimension":
            found.size = whole

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)  # noqa: FBT003 - this is how expat is told that there is no more
    return found


def with_rows(xml: bytes, stood: Sequence[JournalRow], now: Sequence[JournalRow]) -> bytes | None:
    """Return the XML of a sheet with other rows, in the styles of those of their kind that stood there."""
    if not re.match(rb'<\?xml[^>]*encoding="utf-8"|(?!<\?xml)', xml, re.IGNORECASE):
        return None
    # Only the rows and the size of the sheet are replaced; each row takes the styles of the first of its kind.
    outline = outline_of(xml)
    first = {kind: row for row, (kind, _) in reversed(list(enumerate(stood, 1)))}
    prefix = outline.tag[: -len("sheetData")]
    made = "".join(
        row_xml(prefix, number, cells, [outline.style(place, first[kind]) for place in range(len(cells))])
        for number, (kind, cells) in enumerate(now, 1)
    )
    data = f"<{outline.tag}>{made}</{outline.tag}>".encode()
    head = xml[: outline.size.start] + xml[outline.size.stop : outline.data.start]
    return head + data + xml[outline.data.stop :]


def row_xml(prefix: str, number: int, cells: Sequence[str], styles: Sequence[str]) -> str:
    """Return one row, its texts in its cells."""
    made = [
        f'<{prefix}c r="{letters(place)}{number}"{f' s="{escape(style)}"' if style else ""} t="inlineStr"><{prefix}is>'
        f'<{prefix}t xml:space="preserve">{escape_xml(text)}</{prefix}t></{prefix}is></{prefix}c>'
        for place, (text, style) in enumerate(zip(cells, styles, strict=True))
    ]
    return f'<{prefix}row r="{number}">{"".join(made)}</{prefix}row>'


def escape_xml(text: str) -> str:
    """Return a text as the XML of a cell has it."""
    return escape(_CODE.sub(lambda found: f"_x005F{found[0]}", cell_text(text)), quote=False)


CHARTS = mark("Graphiques")
STEP = 5
"""Points that one bar spans."""
WIDE, HIGH, ROW = 620, 300, 20
"""Of a chart and of a row, in the pixels of a spreadsheet."""
BESIDE = 5
"""The column in which charts begin."""
SPREAD = (
    BookColumn(mark("Points"), 40),
    BookColumn(mark("Binômes possibles"), 12),
    BookColumn(mark("Binômes retenus"), 12),
)


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a chart: its column of the table, and its colour, None: it is not seen."""

    column: int
    colour: str | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart: its kind, its title, what it says in words, its series, and the rows of its table."""

    kind: dict[str, str]
    title: str
    words: str
    series: tuple[Series, ...]
    first: int
    last: int


def write_charts(book: Book, matching: Matching) -> None:
    """Write the sheet, where there are pairs."""
    best = best_waterfall(matching, matching.labels)
    if best is None or not matching.scores.held:
        return
    page = book.sheet(tr(CHARTS))
    for place, column in enumerate(SPREAD):
        page.sheet.set_column(place, place, column.width)
    page.sheet.set_column(3, 3, 12)
    row = write_spread(book, page, Distribution(matching, matching.labels))
    write_waterfall(book, page, best, row)


def write_spread(book: Book, page: BookSheet, picture: Distribution) -> int:
    """Write how many pairs have how many points, and two charts of it; return the next free row."""
    counts = list(zip(tally(picture.possible), tally(picture.chosen), strict=True))
    rows: list[Sequence[CellValue]] = [
        (f"{place * STEP}–{(place + 1) * STEP}", *both) for place, both in enumerate(counts)
    ]
    last = write_rows(page, 0, [tr(one.title) for one in SPREAD], rows)
    for place, colour in enumerate((DARK, BRIGHT), start=1):
        title = about(picture.title, tr(SPREAD[place].title))
        plot = Plot({"type": "column"}, title, picture.alternative, (Series(place, colour),), 1, last)
        draw(book, page, plot, (place - 1) * (HIGH // ROW + 1))
    return max(last, 2 * (HIGH // ROW + 1)) + 2


def write_waterfall(book: Book, page: BookSheet, picture: Waterfall, row: int) -> None:
    """Write what the points of a pair are made of, and a chart of it, from a row on."""
    titles = [picture.title, tr("Points avant"), tr("Points"), tr("Points non obtenus")]
    last = write_rows(page, row, titles, list(steps(picture)))
    series = (Series(1, None), Series(2, DARK), Series(3, PALE))
    plot = Plot({"type": "bar", "subtype": "stacked"}, picture.headline, picture.alternative, series, row + 1, last)
    draw(book, page, plot, row)


def steps(picture: Waterfall) -> Iterator[Sequence[CellValue]]:
    """Yield each bar: its name, where it begins, its length, and what it could have more."""
    for step in picture.steps:
        ends = (step.start, step.end - step.start, step.most - step.end)
        yield (" ".join(step.name), *(end / 10_000 for end in ends))


def write_rows(page: BookSheet, row: int, titles: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> int:
    """Write a table from a row on, and return its last row."""
    for place, title in enumerate(titles):
        page.heading(row, place, title)
    for number, cells in enumerate(rows, start=row + 1):
        for place, cell in enumerate(cells):
            style = {"num_format": "0.0"} if isinstance(cell, float) else {}
            page.put(number, place, cell, **style)
    return row + len(rows)


def draw(book: Book, page: BookSheet, plot: Plot, row: int) -> None:
    """Draw a chart beside its table, from a row on; the cell that it covers first contains its title."""
    chart, name = book.chart(plot.kind), page.sheet.get_name()
    for one in plot.series:
        chart.add_series(
            {
                "categories": [name, plot.first, 0, plot.last, 0],
                "values": [name, plot.first, one.column, plot.last, one.column],
                "fill": {"color": one.colour} if one.colour else {"none": True},
                "gap": 25,
            }
        )
    # A text in place of the cell would be taken for a formula if it reads like a reference.
    page.put(row, BESIDE, plot.title)
    chart.set_title({"name": [name, row, BESIDE], "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    if plot.kind["type"] == "bar":
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({"min": 0, "max": 100, "name": tr("Points")})
    chart.set_size({"width": WIDE, "height": HIGH})
    page.sheet.insert_chart(row, BESIDE, chart, {"description": visible(plot.words)})
