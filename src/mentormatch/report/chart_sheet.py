"""The sheet of charts: how the points are spread, and what those of the best pair are made of.

They are charts of the workbook itself, over tables that stand beside them, in the figures of ``report.pictures``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mentormatch.explanation.labels import KEYS
from mentormatch.explanation.tables import CellValue
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about
from mentormatch.operations.matching import Matching
from mentormatch.report.book import Book, BookColumn, BookSheet
from mentormatch.report.pictures.distribution import Distribution, tally
from mentormatch.report.pictures.svg import BRIGHT, DARK
from mentormatch.report.pictures.waterfall import PALE, Waterfall, best_waterfall
from mentormatch.report.texts import visible

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
    best = best_waterfall(matching, KEYS)
    if best is None or not matching.scores.held:
        return
    page = book.sheet(tr(CHARTS))
    for place, column in enumerate(SPREAD):
        page.sheet.set_column(place, place, column.width)
    page.sheet.set_column(3, 3, 12)
    row = write_spread(book, page, Distribution(matching, KEYS))
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
    """Draw a chart beside its table, from a row on."""
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
    chart.set_title({"name": visible(plot.title), "name_font": {"size": 12}, "overlay": False})
    chart.set_legend({"none": True})
    if plot.kind["type"] == "bar":
        chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
        chart.set_x_axis({"min": 0, "max": 100, "name": tr("Points")})
    chart.set_size({"width": WIDE, "height": HIGH})
    page.sheet.insert_chart(row, BESIDE, chart, {"description": visible(plot.words)})
