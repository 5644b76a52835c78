"""Two sheets of the workbook: the log with its seal, and the charts.

The sheet of the log states who validated the decision, how to check it, the entries of the log, and the stamp that a
check reads. After a validation it is renewed inside a workbook that staff may have saved: only the rows of this part of
the archive are replaced, in their styles, and its stated size is removed; every other part stays byte for byte. If the
sheet was edited, nothing is replaced.

The sheet of charts shows the distribution of the points and the points of the best pair, with the numbers of
``report.pictures`` in tables next to native charts.
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
from mentormatch.record.seal import LOG_SHEET, Seal, log_sheet_cells
from mentormatch.report.book import (
    EDGE_COLOUR,
    HEADING_COLOUR,
    LINE_COLOUR,
    BookColumn,
    SheetWriter,
    WorkbookWriter,
    clip,
)
from mentormatch.report.pictures.distribution import Distribution, compute_histogram
from mentormatch.report.pictures.picture import BRIGHT, DARK
from mentormatch.report.pictures.waterfall import PALE_COLOUR, Waterfall, make_best_waterfall
from mentormatch.report.texts import spaced, visible
from mentormatch.report.view import RECHECK_TEXT, SealText
from mentormatch.survey.census import format_column_letters
from mentormatch.survey.spreadsheetml import WorkbookArchive, XlsxWorkbook, get_local_name

type RowKind = Literal["told", "titles", "line", "stamp"]
type JournalRow = tuple[RowKind, tuple[str, ...]]

ROW_STYLES: dict[RowKind, dict[str, object]] = {
    "told": {"text_wrap": True},
    "titles": {"bold": True, "bg_color": HEADING_COLOUR, "bottom": 1, "bottom_color": EDGE_COLOUR},
    "line": {"text_wrap": True, "bottom": 1, "bottom_color": LINE_COLOUR},
    "stamp": {"font_size": 8, "font_color": EDGE_COLOUR},
}
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def rows(imprint: SealText) -> Iterator[JournalRow]:
    """Yield the rows of the sheet, each with its kind."""
    for number, sentence in enumerate(imprint.sentences):
        yield "told", ("" if number else tr("Validation"), spaced(sentence))
    if imprint.seal:
        yield "told", (tr("Pour revérifier"), spaced(tr(RECHECK_TEXT)))
        yield from (("told", pair) for pair in (*imprint.commands, *imprint.digests))
        yield "told", (tr(LOG_SHEET), spaced(imprint.ids))
        yield "titles", imprint.titles
        yield from (("line", row) for row in imprint.rows)
        yield "stamp", imprint.seal.cells


def write_journal(book: WorkbookWriter, imprint: SealText) -> None:
    """Write the sheet, protected against typing by accident."""
    page = book.sheet(tr(LOG_SHEET))
    for column, width in enumerate((24, 62, 24, 46, 62)):
        page.sheet.set_column(column, column, width)
    for number, (kind, cells) in enumerate(rows(imprint)):
        for column, text in enumerate(cells):
            bold = {"bold": True} if kind == "told" and column == 0 else {}
            page.put(number, column, text, **ROW_STYLES[kind], **bold)
    page.sheet.ignore_errors({"number_stored_as_text": "A1:E1048576"})
    page.sheet.protect()


def reseal_workbook(content: bytes, before: Seal, seal: Seal) -> bytes | None:
    """Return a workbook with a new seal in place of ``before``.

    None if the texts of the sheet were edited, or its XML is not encoded in UTF-8.
    """
    present_texts = {
        (row, column): normalize_whitespace(unescape_xml(text))
        for row, cells in log_sheet_cells(content).items()
        for column, text in cells.items()
    }
    # The sheet may have been written in any language: it is renewed in the one in which it stands.
    for code in LANGUAGES:
        with language(code):
            old_rows, new_rows = list(rows(SealText(before))), list(rows(SealText(seal)))
            if present_texts == get_cell_texts(old_rows):
                return replace_rows(content, tr(LOG_SHEET), old_rows, new_rows)
    return None


def get_cell_texts(sheet_rows: Sequence[JournalRow]) -> dict[tuple[int, int], str]:
    return {
        (row, column): normalize_whitespace(cell_text(text))
        for row, (_, cells) in enumerate(sheet_rows)
        for column, text in enumerate(cells)
        if text
    }


def cell_text(text: str) -> str:
    return clip(visible(text))


def normalize_whitespace(text: str) -> str:
    return " ".join(text.split())


def unescape_xml(text: str) -> str:
    return _CODE.sub(lambda match: chr(int(match[1], 16)), text)


def replace_rows(
    content: bytes, title: str, old_rows: Sequence[JournalRow], new_rows: Sequence[JournalRow]
) -> bytes | None:
    """Return a workbook with other rows in one sheet; None if the sheet is not encoded in UTF-8."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as written:
        part = XlsxWorkbook(WorkbookArchive(archive)).parts[title].casefold()
        for member in archive.infolist():
            data = archive.read(member)
            if member.filename.replace("\\", "/").lstrip("/").casefold() == part:
                new_data = replace_row_xml(data, old_rows, new_rows)
                if new_data is None:
                    return None
                data = new_data
            written.writestr(member, data, member.compress_type)
    return out.getvalue()


@dataclass(slots=True)
class SheetXmlOffsets:
    """Byte ranges of the rows and of the dimension in the XML of a sheet, and the styles of its cells."""

    tag: str = ""
    data: slice = field(default_factory=lambda: slice(0, 0))
    size: slice = field(default_factory=lambda: slice(0, 0))
    styles: dict[str, str] = field(default_factory=dict)

    def style(self, column: int, row: int) -> str:
        """Return the style of a cell, by its column from 0 and its row from 1; empty if it has none."""
        return self.styles.get(f"{format_column_letters(column)}{row}", "")


def find_xml_offsets(xml: bytes) -> SheetXmlOffsets:
    """Return the byte ranges and styles of a sheet; its XML is well-formed, as it was parsed before."""
    outline, parser, starts = SheetXmlOffsets(), ParserCreate(), dict[str, int]()

    def start(tag: str, attributes: dict[str, str]) -> None:
        starts[tag] = parser.CurrentByteIndex
        if get_local_name(tag) == "c" and "s" in attributes:
            outline.styles[attributes.get("r", "")] = attributes["s"]

    def end(tag: str) -> None:
        offset = parser.CurrentByteIndex  # of the closing tag, or after an element that closes itself
        element = slice(starts[tag], xml.index(b">", offset) + 1 if xml.startswith(b"</", offset) else offset)
        if get_local_name(tag) == "sheetdata":
            outline.tag, outline.data = tag, element
        elif get_local_name(tag) == "dimension":
            outline.size = element

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.Parse(xml, True)  # noqa: FBT003 - this is how expat is told that there is no more
    return outline


def replace_row_xml(xml: bytes, old_rows: Sequence[JournalRow], new_rows: Sequence[JournalRow]) -> bytes | None:
    """Return the XML of a sheet with other rows, in the styles of old rows of the same kind; None if not UTF-8."""
    if not re.match(rb'<\?xml[^>]*encoding="utf-8"|(?!<\?xml)', xml, re.IGNORECASE):
        return None
    # Only the rows and the size of the sheet are replaced; each row takes the styles of the first of its kind.
    outline = find_xml_offsets(xml)
    first = {kind: row for row, (kind, _) in reversed(list(enumerate(old_rows, 1)))}
    prefix = outline.tag[: -len("sheetData")]
    rows_xml = "".join(
        row_xml(prefix, number, cells, [outline.style(column, first[kind]) for column in range(len(cells))])
        for number, (kind, cells) in enumerate(new_rows, 1)
    )
    data = f"<{outline.tag}>{rows_xml}</{outline.tag}>".encode()
    head = xml[: outline.size.start] + xml[outline.size.stop : outline.data.start]
    return head + data + xml[outline.data.stop :]


def row_xml(prefix: str, number: int, cells: Sequence[str], styles: Sequence[str]) -> str:
    cells_xml = [
        f'<{prefix}c r="{format_column_letters(column)}{number}"'
        f'{f' s="{escape(style)}"' if style else ""} t="inlineStr"><{prefix}is>'
        f'<{prefix}t xml:space="preserve">{escape_xml(text)}</{prefix}t></{prefix}is></{prefix}c>'
        for column, (text, style) in enumerate(zip(cells, styles, strict=True))
    ]
    return f'<{prefix}row r="{number}">{"".join(cells_xml)}</{prefix}row>'


def escape_xml(text: str) -> str:
    return escape(_CODE.sub(lambda match: f"_x005F{match[0]}", cell_text(text)), quote=False)


# Points per bar
BIN_POINTS = 5
# Pixels of a spreadsheet
CHART_HEIGHT, ROW_HEIGHT = 300, 20
CHART_COLUMN = 5
SPREAD_COLUMNS = (
    BookColumn(mark("Points"), 40),
    BookColumn(mark("Binômes possibles"), 12),
    BookColumn(mark("Binômes retenus"), 12),
)


@dataclass(frozen=True, slots=True)
class Series:
    """A series of a chart: its column in the table, and its colour; None makes it invisible."""

    column: int
    colour: str | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart: type, title, alternative text, series, and the rows of its table."""

    kind: dict[str, str]
    title: str
    words: str
    series: tuple[Series, ...]
    first: int
    last: int


def write_charts(book: WorkbookWriter, matching: Matching) -> None:
    """Write the sheet of charts, if there are pairs and the scores are in memory."""
    best = make_best_waterfall(matching, matching.labels)
    if best is None or not matching.scores.held:
        return
    page = book.sheet(tr("Graphiques"))
    for index, column in enumerate(SPREAD_COLUMNS):
        page.sheet.set_column(index, index, column.width)
    page.sheet.set_column(3, 3, 12)
    row = write_spread(book, page, Distribution(matching, matching.labels))
    write_waterfall(book, page, best, row)


def write_spread(book: WorkbookWriter, page: SheetWriter, picture: Distribution) -> int:
    """Write the histogram of points with two charts, and return the next free row."""
    counts = list(zip(compute_histogram(picture.possible), compute_histogram(picture.chosen), strict=True))
    rows: list[Sequence[CellValue]] = [
        (f"{index * BIN_POINTS}–{(index + 1) * BIN_POINTS}", *pair_counts) for index, pair_counts in enumerate(counts)
    ]
    last = write_rows(page, 0, [tr(column.title) for column in SPREAD_COLUMNS], rows)
    for index, colour in enumerate((DARK, BRIGHT), start=1):
        title = about(picture.title, tr(SPREAD_COLUMNS[index].title))
        plot = Plot({"type": "column"}, title, picture.alternative, (Series(index, colour),), 1, last)
        insert_chart(book, page, plot, (index - 1) * (CHART_HEIGHT // ROW_HEIGHT + 1))
    return max(last, 2 * (CHART_HEIGHT // ROW_HEIGHT + 1)) + 2


def write_waterfall(book: WorkbookWriter, page: SheetWriter, picture: Waterfall, row: int) -> None:
    """Write the points of a pair by criterion with a chart, starting at a row."""
    titles = [picture.title, tr("Points avant"), tr("Points"), tr("Points non obtenus")]
    last = write_rows(page, row, titles, list(steps(picture)))
    series = (Series(1, None), Series(2, DARK), Series(3, PALE_COLOUR))
    plot = Plot({"type": "bar", "subtype": "stacked"}, picture.headline, picture.alternative, series, row + 1, last)
    insert_chart(book, page, plot, row)


def steps(picture: Waterfall) -> Iterator[Sequence[CellValue]]:
    """Yield each bar: name, start, length, and points not obtained."""
    for step in picture.steps:
        ends = (step.start, step.end - step.start, step.most - step.end)
        yield (" ".join(step.name), *(end / 10_000 for end in ends))


def write_rows(page: SheetWriter, row: int, titles: Sequence[str], rows: Sequence[Sequence[CellValue]]) -> int:
    """Write a table starting at a row, and return its last row."""
    for column, title in enumerate(titles):
        page.heading(row, column, title)
    for number, cells in enumerate(rows, start=row + 1):
        for column, cell in enumerate(cells):
            style = {"num_format": "0.0"} if isinstance(cell, float) else {}
            page.put(number, column, cell, **style)
    return row + len(rows)


def insert_chart(book: WorkbookWriter, page: SheetWriter, plot: Plot, row: int) -> None:
    """Draw a chart next to its table; the cell below the corner of the chart contains its title."""
    chart, name = book.chart(plot.kind), page.sheet.get_name()
    for series in plot.series:
        chart.add_series(
            {
                "categories": [name, plot.first, 0, plot.last, 0],
                "values": [name, plot.first, series.column, plot.last, series.column],
                "fill": {"color": series.colour} if series.colour else {"none": True},
                "gap": 25,
            }
        )
    # A text in place of the cell would be taken for a formula if it reads like a reference.
    page.put(row, CHART_COLUMN, plot.title)
    chart.set_title({"name": [name, row, CHART_COLUMN], "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    if plot.kind["type"] == "bar":
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({"min": 0, "max": 100, "name": tr("Points")})
    chart.set_size({"width": 620, "height": CHART_HEIGHT})
    page.sheet.insert_chart(row, CHART_COLUMN, chart, {"description": visible(plot.words)})
