"""A workbook in memory that holds texts and numbers only: no formula, no link, no trace of a machine.

Its sheet of all scores has mentors down and mentees across, a tint for every ten points, the chosen pairs outlined.
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

type CellForm = Literal["text", "wrapped", "strong", "points", "share", "count", "own"]
type Format = Any
"""A format of xlsxwriter, which has no types."""

MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 1_048_576, 16_384, 32_767
"""The limits of a sheet in Excel."""
KEPT = 16_000
"""Characters kept of a text beyond the limit, which counts those outside the basic plane twice."""
LINE, EDGE, INK, HEAD = theme()["line"], theme()["rule"], theme()["ink"], theme()["track"]
BASE = {"font_name": "Calibri", "font_size": 11, "font_color": INK, "valign": "top"}
FORMS: dict[CellForm, dict[str, object]] = {
    "text": {},
    "wrapped": {"text_wrap": True},
    "strong": {"bold": True, "text_wrap": True},
    "points": {"num_format": "0.0", "align": "center"},
    "share": {"num_format": "0\\ %", "align": "center"},
    "count": {"num_format": "0", "align": "center"},
    "own": {"text_wrap": True, "bg_color": theme()["warn-wash"]},
}
HEADING_HEIGHT = 32
"""Points: two lines."""
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
MADE = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""One moment for every workbook: the same matching gives the same bytes."""


@dataclass(frozen=True, slots=True)
class BookColumn:
    """One column of a table: its heading, its width in characters, and how its cells are shown."""

    title: str
    width: float
    form: CellForm = "text"


class Book:
    """A workbook that is being written."""

    def __init__(self, title: str) -> None:
        from xlsxwriter import Workbook

        self._bytes = BytesIO()
        self._book = Workbook(self._bytes, OPTIONS)
        self._book.set_properties({"title": visible(title), "author": "mentormatch", "created": MADE})
        self.format = cache(self._format)

    def _format(self, **style: object) -> Format:
        return self._book.add_format({**BASE, **style})

    def content(self) -> bytes:
        """Close the workbook and return it."""
        try:
            self._book.close()
        except BaseException as error:
            # xlsxwriter leaves its archive open; collected later, that would fail where nobody can handle it.
            clear_frames(error.__traceback__)
            raise
        return self._bytes.getvalue()

    def sheet(self, name: str) -> "BookSheet":
        """Return a new sheet, set to print in landscape on one page's width."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&9&A&R&9&P / &N")
        sheet.hide_gridlines(2)
        return BookSheet(self, sheet)

    def chart(self, kind: dict[str, str]) -> Any:
        """Return a new chart of this kind, as xlsxwriter calls it, to be put on a sheet."""
        return self._book.add_chart(kind)

    def table(self, name: str, columns: Sequence[BookColumn], rows: Sequence[Sequence[CellValue]]) -> "BookSheet":
        """Return a new sheet that holds one table; a note in its place where a sheet has not that many rows."""
        page = self.sheet(name)
        if len(rows) >= MOST_ROWS:
            page.note(too_large(len(rows), len(columns)))
        else:
            page.table(columns, rows)
        return page


class BookSheet:
    """One sheet that is being written."""

    def __init__(self, book: Book, sheet: Any) -> None:
        self._book = book
        self.sheet = sheet

    def put(self, row: int, column: int, value: CellValue, **style: object) -> None:
        """Write one cell: a text as a text, whatever it looks like."""
        self._put(row, column, value, self._book.format(**style))

    def _put(self, row: int, column: int, value: CellValue, form: Format) -> None:
        if isinstance(value, bool):
            self.sheet.write_string(row, column, tr("oui") if value else tr("non"), form)
        elif isinstance(value, str):
            self._put_text(row, column, clip(visible(value)), form)
        else:
            self.sheet.write_number(row, column, value, form)

    def _put_text(self, row: int, column: int, text: str, form: Format) -> None:
        # xlsxwriter takes a text between <r> and </r> for markup of its own; in two runs it is text again.
        if text.startswith("<r>") and text.endswith("</r>"):
            self.sheet.write_rich_string(row, column, text[:1], self._book.format(), text[1:], form)
        elif text:
            self.sheet.write_string(row, column, text, form)
        else:
            self.sheet.write_blank(row, column, None, form)

    def note(self, text: str) -> None:
        """Write a sentence where a table would be."""
        self.sheet.set_column(0, 0, 100)
        self.put(0, 0, text, text_wrap=True)

    def table(self, columns: Sequence[BookColumn], rows: Sequence[Sequence[CellValue]]) -> None:
        """Write a table from the first row: headings that stay and repeat, a filter, one line under each row."""
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
            self.heading(0, place, column.title, **heading_style(column.form))
        self.sheet.set_row(0, HEADING_HEIGHT)
        forms = [self._book.format(bottom=1, bottom_color=LINE, **style_of(column.form)) for column in columns]
        for number, row in enumerate(rows, start=1):
            for place, (form, value) in enumerate(zip(forms, row, strict=True)):
                self._put(number, place, value, form)
        self.sheet.freeze_panes(1, 0)
        self.sheet.repeat_rows(0)
        self.sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        self.sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})

    def heading(self, row: int, column: int, text: str, **style: object) -> None:
        """Write one heading."""
        self.put(
            row,
            column,
            text,
            bold=True,
            bg_color=HEAD,
            bottom=1,
            bottom_color=EDGE,
            text_wrap=True,
            valign="vcenter",
            **style,
        )


def style_of(form: CellForm) -> dict[str, object]:
    """Return how a form looks; a share has its sign as the language that is spoken writes it."""
    return FORMS[form] | {"num_format": "0%"} if form == "share" and spoken() != FRENCH else FORMS[form]


def heading_style(form: CellForm) -> dict[str, object]:
    """Return the part of a form that its heading shares."""
    return {name: value for name, value in FORMS[form].items() if name == "align"}


def clip(text: str) -> str:
    """Return ``text``, cut with a word where a cell cannot hold it."""
    if len(text) <= KEPT or len(text.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_CHARACTERS:
        return text
    return tr("{beginning}… [texte coupé : {count} caractères]", beginning=text[:KEPT], count=len(text))


def too_large(rows: int, columns: int) -> str:
    """Return the sentence that stands for a table that no sheet can hold."""
    return tr(
        "Ce tableau compte {rows} lignes et {columns} colonnes : c'est plus qu'une feuille de calcul n'en montre bien,"
        " il n'est pas repris ici.",
        rows=thousands(rows),
        columns=thousands(columns),
    )


GRID_CELLS = 250_000
"""Beyond that a grid is not read any more, and takes long to open."""
TINTS = palette("heat")
"""From 0 to 100 points; ink up to 80, white from there on, always at 4.5 to 1 or more."""
DARK = 8
SHORT = 6
"""Keys up to that length stand upright above their column."""
LEGEND = mark("Points sur 100, une teinte par tranche de 10. Encadré : binôme proposé. Tiret : binôme impossible.")
SCORES = mark("Scores")


def write_grid(book: Book, matching: Matching) -> None:
    """Write the sheet of scores, or a note where it would be too large."""
    page = book.sheet(tr(SCORES))
    n, m = len(matching.cohort.mentors), len(matching.cohort.mentees)
    if m >= MOST_COLUMNS or n * m > GRID_CELLS or not matching.scores.held:
        page.note(too_large(n, m))
        return
    page.put(0, 0, tr(LEGEND))
    write_headings(page, grid_of(matching))
    chosen = {matching.labels.pair((pair.mentor, pair.mentee)) for pair in matching.pairs}
    write_cells(page, grid_of(matching), chosen)


def write_headings(page: BookSheet, grid: Grid) -> None:
    """Write the keys of both sides, which stay in view and repeat in print."""
    across = {"align": "center"} if longest_key(grid.mentees) <= SHORT else {"rotation": 90}
    page.heading(1, 0, "")
    for place, key in enumerate(grid.mentees, start=1):
        page.heading(1, place, key, **across)
    for place, key in enumerate(grid.mentors, start=2):
        page.heading(place, 0, key)
    page.sheet.set_column(0, 0, min(40, max(8, longest_key(grid.mentors) + 2)))
    page.sheet.set_column(1, max(1, len(grid.mentees)), 6)
    page.sheet.freeze_panes(2, 1)
    page.sheet.repeat_rows(1)
    page.sheet.repeat_columns(0)


def write_cells(page: BookSheet, grid: Grid, chosen: set[tuple[str, str]]) -> None:
    """Write the points of every pair."""
    for row, mentor in enumerate(grid.mentors):
        for column, mentee in enumerate(grid.mentees):
            outline = outline_style() if (mentor, mentee) in chosen else {}
            write_points(page, row + 2, column + 1, float(grid.points[row, column]), outline)


def write_points(page: BookSheet, row: int, column: int, points: float, outline: dict[str, object]) -> None:
    """Write one cell: the points on their tint, a grey dash where a rule forbids the pair."""
    if math.isnan(points):
        page.put(row, column, "—", align="center", font_color=theme()["mute"], **outline)
        return
    step = min(int(points // 10), len(TINTS) - 1)
    ink = {"font_color": "#FFFFFF"} if step >= DARK else {}
    page.put(row, column, points, num_format="0.0", align="center", bg_color=TINTS[step], **ink, **outline)


def outline_style() -> dict[str, object]:
    """Return the look of a chosen pair."""
    return {"bold": True, "border": 2}


def longest_key(keys: tuple[str, ...]) -> int:
    """Return the length of the longest key."""
    return max((len(visible(key)) for key in keys), default=0)
