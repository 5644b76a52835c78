"""A workbook in memory with texts and numbers only: no formula, no link, no trace of a machine.

The sheet of scores has mentors as rows and mentees as columns, a tint per ten points, and the chosen pairs outlined.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from traceback import clear_frames
from typing import Any, Literal

from mentormatch.base.theme import palette, theme
from mentormatch.explanation.tables import CellValue, Grid
from mentormatch.languages.phrases import thousands
from mentormatch.languages.translation import FRENCH, mark, spoken, tr
from mentormatch.operations.matching import Matching, grid_of
from mentormatch.report.texts import visible

type CellFormat = Literal["text", "wrapped", "strong", "points", "share", "count", "own"]
# A format of xlsxwriter, which has no types.
type Format = Any

# The limits of a sheet in Excel
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
# Characters that remain of a longer text; Excel counts characters outside the basic plane twice.
CLIPPED_CHARACTERS = 16_000
LINE_COLOUR, EDGE_COLOUR, INK_COLOUR, HEADING_COLOUR = (
    theme()["line"],
    theme()["rule"],
    theme()["ink"],
    theme()["track"],
)
BASE_STYLE = {"font_name": "Calibri", "font_size": 11, "font_color": INK_COLOUR, "valign": "top"}
CELL_STYLES: dict[CellFormat, dict[str, object]] = {
    "text": {},
    "wrapped": {"text_wrap": True},
    "strong": {"bold": True, "text_wrap": True},
    "points": {"num_format": "0.0", "align": "center"},
    "share": {"num_format": "0\\ %", "align": "center"},
    "count": {"num_format": "0", "align": "center"},
    "own": {"text_wrap": True, "bg_color": theme()["warn-wash"]},
}


@dataclass(frozen=True, slots=True)
class BookColumn:
    """A table column: heading, width in characters, and format of the cells."""

    title: str
    width: float
    form: CellFormat = "text"


class WorkbookWriter:
    """A workbook in memory, written sheet by sheet."""

    def __init__(self, title: str) -> None:
        from xlsxwriter import Workbook

        self._bytes = BytesIO()
        plain_texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = Workbook(self._bytes, {"in_memory": True, **plain_texts})
        created = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # so that equal results are equal bytes
        self._book.set_properties({"title": visible(title), "author": "mentormatch", "created": created})
        self.format = cache(self._format)

    def _format(self, **style: object) -> Format:
        return self._book.add_format({**BASE_STYLE, **style})

    def content(self) -> bytes:
        """Close the workbook and return its bytes."""
        try:
            self._book.close()
        except BaseException as error:
            # xlsxwriter leaves its archive open; collected later, that would fail where nobody can handle it.
            clear_frames(error.__traceback__)
            raise
        return self._bytes.getvalue()

    def sheet(self, name: str) -> "SheetWriter":
        """Return a new sheet that prints in landscape, one page wide."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&9&A&R&9&P / &N")
        sheet.hide_gridlines(2)
        return SheetWriter(self, sheet)

    def chart(self, kind: dict[str, str]) -> Any:
        """Return a new chart of a type of xlsxwriter, to be inserted into a sheet."""
        return self._book.add_chart(kind)

    def table(self, name: str, columns: Sequence[BookColumn], rows: Sequence[Sequence[CellValue]]) -> "SheetWriter":
        """Return a new sheet with one table, or with a note if the table has too many rows for a sheet."""
        page = self.sheet(name)
        if len(rows) >= MOST_ROWS:
            page.note(too_large(len(rows), len(columns)))
        else:
            page.table(columns, rows)
        return page


class SheetWriter:
    """A sheet of a workbook in memory."""

    def __init__(self, book: WorkbookWriter, sheet: Any) -> None:
        self._book = book
        self.sheet = sheet

    def put(self, row: int, column: int, value: CellValue, **style: object) -> None:
        """Write one cell. A text remains a text, even if it looks like a formula or a number."""
        self._put(row, column, value, self._book.format(**style))

    def _put(self, row: int, column: int, value: CellValue, style: Format) -> None:
        if isinstance(value, bool):
            self.sheet.write_string(row, column, tr("oui") if value else tr("non"), style)
        elif isinstance(value, str):
            self._put_text(row, column, clip(visible(value)), style)
        else:
            self.sheet.write_number(row, column, value, style)

    def _put_text(self, row: int, column: int, text: str, style: Format) -> None:
        # xlsxwriter takes a text between <r> and </r> for markup of its own; in two runs it is text again.
        if text.startswith("<r>") and text.endswith("</r>"):
            self.sheet.write_rich_string(row, column, text[:1], self._book.format(), text[1:], style)
        elif text:
            self.sheet.write_string(row, column, text, style)
        else:
            self.sheet.write_blank(row, column, None, style)

    def note(self, text: str) -> None:
        """Write a sentence in place of a table."""
        self.sheet.set_column(0, 0, 100)
        self.put(0, 0, text, text_wrap=True)

    def table(self, columns: Sequence[BookColumn], rows: Sequence[Sequence[CellValue]]) -> None:
        """Write a table from the first row: frozen and repeated headings, a filter, a line under each row."""
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, column.width)
            self.heading(0, index, column.title, **heading_style(column.form))
        self.sheet.set_row(0, 32)
        styles = [
            self._book.format(bottom=1, bottom_color=LINE_COLOUR, **get_cell_style(column.form)) for column in columns
        ]
        for number, row in enumerate(rows, start=1):
            for index, (style, value) in enumerate(zip(styles, row, strict=True)):
                self._put(number, index, value, style)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})

    def heading(self, row: int, column: int, text: str, **style: object) -> None:
        self.put(
            row,
            column,
            text,
            bold=True,
            bg_color=HEADING_COLOUR,
            bottom=1,
            bottom_color=EDGE_COLOUR,
            text_wrap=True,
            valign="vcenter",
            **style,
        )


def get_cell_style(form: CellFormat) -> dict[str, object]:
    return CELL_STYLES[form] | {"num_format": "0%"} if form == "share" and spoken() != FRENCH else CELL_STYLES[form]


def heading_style(form: CellFormat) -> dict[str, object]:
    return {name: value for name, value in CELL_STYLES[form].items() if name == "align"}


def clip(text: str) -> str:
    """Return a text, cut with a note if it is too long for a cell."""
    if len(text) <= CLIPPED_CHARACTERS or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CHARACTERS:
        return text
    return tr("{beginning}… [texte coupé : {count} caractères]", beginning=text[:CLIPPED_CHARACTERS], count=len(text))


def too_large(rows: int, columns: int) -> str:
    """Return the note that replaces a table too large for a sheet."""
    return tr(
        "Ce tableau compte {rows} lignes et {columns} colonnes : c'est plus qu'une feuille de calcul n'en montre bien,"
        " il n'est pas repris ici.",
        rows=thousands(rows),
        columns=thousands(columns),
    )


# A larger grid cannot be read and is slow to open.
MAX_GRID_CELLS = 250_000
# From 0 to 100 points; with dark text below 80 and white text from 80 on, the contrast is at least 4.5 to 1.
SCORE_TINTS = palette("heat")
FIRST_DARK_TINT = 8
# Characters; if all codes of mentees are at most this long, they are written horizontally.
MAX_HORIZONTAL_KEY = 6
SCORES_TITLE = mark("Scores")


def write_grid(book: WorkbookWriter, matching: Matching) -> None:
    """Write the sheet of scores, or a note if it would be too large or the scores are not in memory."""
    page = book.sheet(tr(SCORES_TITLE))
    n, m = len(matching.cohort.mentors), len(matching.cohort.mentees)
    if m >= MOST_COLUMNS or n * m > MAX_GRID_CELLS or not matching.scores.held:
        page.note(too_large(n, m))
        return
    page.put(
        0, 0, tr("Points sur 100, une teinte par tranche de 10. Encadré : binôme proposé. Tiret : binôme impossible.")
    )
    write_headings(page, grid_of(matching))
    chosen_pairs = {matching.labels.pair((pair.mentor, pair.mentee)) for pair in matching.pairs}
    write_cells(page, grid_of(matching), chosen_pairs)


def write_headings(page: SheetWriter, grid: Grid) -> None:
    """Write the codes of both sides, frozen and repeated in print."""
    across = {"align": "center"} if longest_key(grid.mentees) <= MAX_HORIZONTAL_KEY else {"rotation": 90}
    page.heading(1, 0, "")
    for index, key in enumerate(grid.mentees, start=1):
        page.heading(1, index, key, **across)
    for index, key in enumerate(grid.mentors, start=2):
        page.heading(index, 0, key)
    page.sheet.set_column(0, 0, min(40, max(8, longest_key(grid.mentors) + 2)))
    page.sheet.set_column(1, max(1, len(grid.mentees)), 6)
    page.sheet.freeze_panes(2, 1)
    page.sheet.repeat_rows(1)
    page.sheet.repeat_columns(0)


def write_cells(page: SheetWriter, grid: Grid, pairs: set[tuple[str, str]]) -> None:
    for row, mentor in enumerate(grid.mentors):
        for column, mentee in enumerate(grid.mentees):
            outline = outline_style() if (mentor, mentee) in pairs else {}
            write_points(page, row + 2, column + 1, float(grid.points[row, column]), outline)


def write_points(page: SheetWriter, row: int, column: int, points: float, outline: dict[str, object]) -> None:
    """Write one cell: the points on their tint, or a grey dash if the pair is not allowed."""
    if math.isnan(points):
        page.put(row, column, "—", align="center", font_color=theme()["mute"], **outline)
        return
    step = min(int(points // 10), len(SCORE_TINTS) - 1)
    ink = {"font_color": "#FFFFFF"} if step >= FIRST_DARK_TINT else {}
    page.put(row, column, points, num_format="0.0", align="center", bg_color=SCORE_TINTS[step], **ink, **outline)


def outline_style() -> dict[str, object]:
    return {"bold": True, "border": 2}


def longest_key(keys: tuple[str, ...]) -> int:
    return max((len(visible(key)) for key in keys), default=0)
