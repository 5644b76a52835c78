"""The plots of docs/explanation/speed.md, in the style of the pictures of the project."""

from collections.abc import Callable

from benchmarks.scale.tables import Records, rows_of
from mentormatch.languages import language
from mentormatch.report.pictures.picture import BRIGHT, DARK, INK, Chart, as_svg, column, layer, rows

WIDTH, HEIGHT = 300, 220
CURVES = {"scarce": BRIGHT, "tight": DARK}
"""The colour of each kind of market; their marks differ too."""


def growth(records: Records) -> Chart:
    """Return time and memory by the number of mentees, both on logarithms, with the laws that fit them."""
    time = curves(records, "wall_s", "seconds to the proof")
    memory = curves(records, "memory_mb", "MB at most")
    return {"hconcat": [time, memory], "title": "Time and memory as markets grow", "spacing": 28}


def curves(records: Records, figure: str, title: str) -> Chart:
    """Return the measured sizes of each kind of market as marks, and their law as a line."""
    found = rows_of(records, "growth")
    sizes = [row for row in found if "curve" in row]
    laws = [(law, row["mentees"]) for law in found if law.get("figure") == figure for row in sizes]
    log = {"type": "log"}
    places = {
        "x": column("size:Q", title="mentees", scale=log, axis={"format": "~s", "tickCount": 4}),
        "y": column("figure:Q", title=title, scale=log, axis={"format": "~s", "tickCount": 5}),
    }
    colour = column("market:N", title=None, scale={"domain": list(CURVES), "range": list(CURVES.values())})
    kinds, points = [row["curve"] for row in sizes], [row[figure] for row in sizes]
    marks = rows(("size", [row["mentees"] for row in sizes]), ("figure", points), ("market", kinds))
    fitted = [law["constant"] * size ** law["exponent"] for law, size in laws]
    names = [law["fit"] for law, _ in laws]
    line = rows(("size", [size for _, size in laws]), ("figure", fitted), ("market", names))
    shape = column("market:N", title=None, scale={"domain": list(CURVES)})
    dots = {"size": 70, "filled": True, "stroke": INK, "strokeWidth": 0.75, "opacity": 1}
    layers = [
        layer(line, "line", {"strokeDash": [4, 3]}, **places, color=colour),
        layer(marks, "point", dots, **places, color=colour, shape=shape),
    ]
    return {"layer": layers, "width": WIDTH, "height": HEIGHT}


def scoring(records: Records) -> Chart:
    """Return pairs a second of each way as bars on a logarithm."""
    found = [row for row in rows_of(records, "scoring") if "million_pairs_a_second" in row]
    names, rates = [row["name"] for row in found], [row["million_pairs_a_second"] for row in found]
    return bars(names, rates, "million pairs a second on one core", "Scoring a pair by the criteria of the programme")


def rivals(records: Records) -> Chart:
    """Return how many times longer others took than ours."""
    found = [row for row in rows_of(records, "rivals", "scipy") if ratio(row) is not None]
    names, ratios = [row["name"] for row in found], [ratio(row) or 1.0 for row in found]
    return bars(names, ratios, "times our own time, wall", "The same market by other ways")


def ratio(row: dict[str, float]) -> float | None:
    """Return how many times ours a rival took."""
    return next((float(row[key]) for key in ("times", "times_at_least", "times_wall_s") if key in row), None)


def bars(names: list[str], figures: list[float], title: str, head: str) -> Chart:
    """Return figures as bars on a logarithm, each with its number; they begin at a tenth of the smallest or 1."""
    low = min(1.0, min(figures) / 2)
    data = rows(("name", names), ("figure", figures), ("low", [low] * len(names)))
    across = column("figure:Q", title=title, scale={"type": "log", "domainMin": low}, axis={"tickCount": 5})
    places = {"y": column("name:N", title=None, sort=None), "x": across}
    words = {"align": "left", "dx": 5, "color": INK}
    drawn = layer(data, "bar", {"color": DARK}, **places, x2="low:Q")
    told = layer(data, "text", words, **places, text=column("figure:Q", format=",.3~r"))
    return {"layer": [drawn, told], "title": head, "width": 2 * WIDTH - 120, "height": {"step": 24}}


PLOTS: dict[str, tuple[Callable[[Records], Chart], str]] = {
    "growth": (growth, "Seconds and memory from 1,000 to 100,000 mentees on logarithms, with the fitted laws"),
    "scoring": (scoring, "Pairs scored a second on one core by each way, on a logarithm"),
    "rivals": (rivals, "How many times longer scipy, mentor-match and PuLP took than mentormatch, on a logarithm"),
}
"""What draws a plot of the records of the part of that name, and what it shows, in words."""


def svg(name: str, records: Records) -> bytes:
    """Return a plot as a file."""
    with language("en"):
        return as_svg(PLOTS[name][0](records))
