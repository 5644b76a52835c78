"""The plots of docs/explanation/speed.md, in the style of the pictures of the project."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from benchmarks.scale.tables import Records, rows_of
from mentormatch.languages.translation import language
from mentormatch.report.pictures import BRIGHT, DARK, INK, NEAR, SOFT, AxisMarks, Frame, StyleValue, as_svg
from mentormatch.report.pictures.picture import LinearScale

WIDTH, HEIGHT, BARS, ROW, BAR = 480, 220, 480, 24, 20
CURVES = {"scarce": BRIGHT, "tight": DARK}
"""The colour of each kind of market; their marks differ too."""

type Plot = tuple[str, list[Frame]]
"""Its title, and what is under it."""


@dataclass(frozen=True, slots=True)
class LogarithmicScale:
    """What places the positive values from ``low`` to ``high`` between ``start`` and ``end`` by their logarithms."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        return LinearScale(log10(self.low), log10(self.high), self.start, self.end).at(log10(value))

    def marks(self) -> AxisMarks:
        """Return the powers of ten."""
        powers = range(ceil(log10(self.low) - 1e-9), floor(log10(self.high) + 1e-9) + 1)
        return [(self.at(10.0**power), f"{10.0**power:,g}") for power in powers]

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float) -> "LogarithmicScale":
        """Return the scale from the power of ten below all values to the one above."""
        found = [log10(value) for value in values]
        low, high = floor(min(found)), ceil(max(found))
        return cls(10.0**low, 10.0 ** max(high, low + 1), start, end)


def growth(records: Records) -> Plot:
    """Return time and memory by the number of mentees, both on logarithms, with the laws that fit them."""
    told = ("wall_s", "seconds to the proof"), ("memory_mb", "MB at most")
    return "Time and memory as markets grow", [curves(records, *each) for each in told]


def curves(records: Records, figure: str, title: str) -> Frame:
    """Return the measured sizes of each kind of market as marks, and their law as a line."""
    found = rows_of(records, "growth")
    sizes = [row for row in found if "curve" in row]
    across = LogarithmicScale.around([row["mentees"] for row in sizes], 0, WIDTH)
    up = LogarithmicScale.around([row[figure] for row in sizes], HEIGHT, 0)
    frame = Frame(WIDTH, HEIGHT)
    frame.left_axis(title, up.marks())
    frame.bottom_axis("mentees", across.marks(), grid=True)
    for law in found:
        if law.get("figure") == figure:
            ends = min(row["mentees"] for row in sizes), max(row["mentees"] for row in sizes)
            (x, y), (x2, y2) = ((across.at(size), up.at(law["constant"] * size ** law["exponent"])) for size in ends)
            frame.line(x, y, x2, y2, stroke=CURVES[law["fit"]], stroke_width=2, stroke_dasharray="4 3")
    for row in sizes:
        mark(frame, row["curve"], across.at(row["mentees"]), up.at(row[figure]))
    for place, kind in enumerate(CURVES):
        mark(frame, kind, WIDTH + 18, 8 + 18 * place)
        frame.text(WIDTH + 28, 8 + 18 * place, kind, fill=SOFT)
    return frame


def mark(frame: Frame, kind: str, x: float, y: float) -> None:
    """Draw the mark of a kind of market."""
    look: dict[str, StyleValue] = {"fill": CURVES[kind], "stroke": INK, "stroke_width": 0.75}
    if kind == "tight":
        frame.rect(x - 4, y - 4, 8, 8, **look)
    else:
        frame.disc(x, y, 70, **look)


def scoring(records: Records) -> Plot:
    """Return pairs a second of each way as bars on a logarithm."""
    found = [row for row in rows_of(records, "scoring") if "million_pairs_a_second" in row]
    names, rates = [row["name"] for row in found], [row["million_pairs_a_second"] for row in found]
    return bars(names, rates, "million pairs a second on one core", "Scoring a pair by the criteria of the programme")


def rivals(records: Records) -> Plot:
    """Return how many times longer others took than ours."""
    found = [row for row in rows_of(records, "rivals", "scipy") if ratio(row) is not None]
    names, ratios = [row["name"] for row in found], [ratio(row) or 1.0 for row in found]
    return bars(names, ratios, "times our own time, wall", "The same market by other ways")


def ratio(row: dict[str, float]) -> float | None:
    """Return how many times ours a rival took."""
    return next((float(row[key]) for key in ("times", "times_at_least", "times_wall_s") if key in row), None)


def bars(names: Sequence[str], figures: Sequence[float], title: str, head: str) -> Plot:
    """Return figures as bars on a logarithm, each with its number; they begin at half the smallest or 1."""
    frame = Frame(BARS, ROW * len(names))
    across = LogarithmicScale(min(1.0, min(figures) / 2), max(figures), 0, BARS)
    frame.bottom_axis(title, across.marks(), grid=True)
    for row, (name, figure) in enumerate(zip(names, figures, strict=True)):
        middle, end = (row + 0.5) * ROW, across.at(figure)
        frame.text(-NEAR, middle, name, "end", fill=SOFT)
        frame.rect(0, middle - BAR / 2, end, BAR, fill=DARK)
        frame.text(end + 5, middle, rounded(figure))
    return head, [frame]


def rounded(figure: float) -> str:
    """Return a figure to three digits.

    >>> rounded(4624.2), rounded(14.04)
    ('4,620', '14')
    """
    return f"{float(f'{figure:.3g}'):,g}"


PLOTS: dict[str, tuple[Callable[[Records], Plot], str]] = {
    "growth": (growth, "Seconds and memory from 1,000 to 100,000 mentees on logarithms, with the fitted laws"),
    "scoring": (scoring, "Pairs scored a second on one core by each way, on a logarithm"),
    "rivals": (rivals, "How many times longer scipy, mentor-match and PuLP took than mentormatch, on a logarithm"),
}
"""What draws a plot of the records of the part of that name, and what it shows, in words."""


def svg(name: str, records: Records) -> bytes:
    """Return a plot as a file."""
    with language("en"):
        return as_svg(*PLOTS[name][0](records))
