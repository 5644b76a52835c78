"""The sheet of all scores: mentors down, mentees across, a tint for every ten points, the chosen pairs outlined."""

import math

from mentormatch.explanation.tables import Grid
from mentormatch.languages import mark, tr
from mentormatch.operations.matching import Matching
from mentormatch.report.book import MOST_COLUMNS, Book, BookSheet, too_large
from mentormatch.report.texts import visible

MOST_CELLS = 250_000
"""Beyond that a grid is not read any more, and takes long to open."""
TINTS = ("#FFFFFF", "#F4F7F9", "#E6EEF2", "#D5E3EA", "#C0D6E1", "#A8C7D6", "#8CB6CA", "#6FA3BC", "#2F6F8F", "#1B4F6B")
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
    if m >= MOST_COLUMNS or n * m > MOST_CELLS or not matching.scores.held:
        page.note(too_large(n, m))
        return
    page.put(0, 0, tr(LEGEND))
    write_headings(page, matching.grid)
    chosen = {(pair.mentor, pair.mentee) for pair in matching.pairs}
    write_cells(page, matching.grid, chosen)


def write_headings(page: BookSheet, grid: Grid) -> None:
    """Write the keys of both sides, which stay in view and repeat in print."""
    across = {"align": "center"} if longest(grid.mentees) <= SHORT else {"rotation": 90}
    page.heading(1, 0, "")
    for place, key in enumerate(grid.mentees, start=1):
        page.heading(1, place, key, **across)
    for place, key in enumerate(grid.mentors, start=2):
        page.heading(place, 0, key)
    page.sheet.set_column(0, 0, min(40, max(8, longest(grid.mentors) + 2)))
    page.sheet.set_column(1, max(1, len(grid.mentees)), 6)
    page.sheet.freeze_panes(2, 1)
    page.sheet.repeat_rows(1)
    page.sheet.repeat_columns(0)


def write_cells(page: BookSheet, grid: Grid, chosen: set[tuple[str, str]]) -> None:
    """Write the points of every pair."""
    for row, mentor in enumerate(grid.mentors):
        for column, mentee in enumerate(grid.mentees):
            outline = outlined() if (mentor, mentee) in chosen else {}
            write_points(page, row + 2, column + 1, float(grid.points[row, column]), outline)


def write_points(page: BookSheet, row: int, column: int, points: float, outline: dict[str, object]) -> None:
    """Write one cell: the points on their tint, a grey dash where a rule forbids the pair."""
    if math.isnan(points):
        page.put(row, column, "—", align="center", font_color="#6B7682", **outline)
        return
    step = min(int(points // 10), len(TINTS) - 1)
    ink = {"font_color": "#FFFFFF"} if step >= DARK else {}
    page.put(row, column, points, num_format="0.0", align="center", bg_color=TINTS[step], **ink, **outline)


def outlined() -> dict[str, object]:
    """Return the look of a chosen pair."""
    return {"bold": True, "border": 2}


def longest(keys: tuple[str, ...]) -> int:
    """Return the length of the longest key."""
    return max((len(visible(key)) for key in keys), default=0)
