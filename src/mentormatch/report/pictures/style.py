"""Charts in the style of the house, drawn on this machine: nothing is fetched, numbers are those of the language."""

import re
from importlib.util import find_spec
from typing import Any

from mentormatch.errors import OutputError
from mentormatch.languages import mark, spoken, tr

type Chart = dict[str, Any]
"""A chart in Vega-Lite: layers of marks, each with its data and its channels."""

INK, SOFT, LINE, NOTHING = "#1c2430", "#4d5968", "#d5dbe2", "#e9edf1"
DARK, MIDDLE, BRIGHT = "#00306f", "#7c7b78", "#e7d159"
"""Three colours of cividis, which look different to everybody, also in grey."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
STYLE: dict[str, Any] = {
    "background": "#ffffff",
    "font": FONT,
    "padding": 8,
    "aria": False,  # a third of the bytes; what a picture says is in the text beside it
    "view": {"stroke": None},
    "title": {"anchor": "start", "frame": "bounds", "fontSize": 16, "color": INK, "offset": 14, "limit": 0},
    "axis": {
        **{"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": 600},
        **{"gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "titlePadding": 8, "labelLimit": 0},
    },
    "legend": {"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 12, "titleFontSize": 12},
    "text": {"color": INK, "fontSize": 12},
}
NEEDED = mark("Les images ont besoin de vl-convert → pip install 'mentormatch-engine[pictures]'")
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
"""Of d3, by language."""
TAG, NAME = re.compile("<[^>]*>"), re.compile(r"""(\bid="|url\(#)(\w+)""")
TYPES = {"Q": "quantitative", "N": "nominal"}
SECOND = frozenset({"x2", "y2", "longitude2", "latitude2"})
"""Channels of the other end of a mark."""
LETTERS = 24
"""Of a label that is shown."""
SHARPNESS = 2
"""Dots of a PNG for each of the picture's own."""


def drawable() -> bool:
    """Say whether pictures can be drawn here."""
    return find_spec("vl_convert") is not None


def converter() -> Any:
    """Return vl-convert; raises OutputError, with what to install, where it is not there."""
    try:
        import vl_convert
    except ModuleNotFoundError:
        raise OutputError(tr(NEEDED)) from None
    return vl_convert


def as_svg(chart: Chart) -> bytes:
    """Return a chart as SVG."""
    svg: str = converter().vegalite_to_svg(styled(chart), **locale())
    return renumbered(svg).encode("utf-8")


def locale() -> dict[str, str]:
    """Return how numbers and dates are written in the language that is spoken."""
    return dict.fromkeys(("format_locale", "time_format_locale"), LOCALES[spoken()])


def renumbered(svg: str) -> str:
    """Return an SVG whose names are numbered from 0; the library goes on counting from one picture to the next.

    >>> renumbered('<g clip-path="url(#clip7)">url(#clip7)</g>')
    '<g clip-path="url(#name0)">url(#clip7)</g>'
    """
    seen: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        return found[1] + seen.setdefault(found[2], f"name{len(seen)}")

    return TAG.sub(lambda tag: NAME.sub(renamed, tag[0]), svg)


def as_png(chart: Chart) -> bytes:
    """Return a chart as PNG."""
    png: bytes = converter().vegalite_to_png(styled(chart), scale=SHARPNESS, **locale())
    return png


def styled(chart: Chart) -> Chart:
    """Return a chart in the style of the house."""
    return {**chart, "config": STYLE}


def layer(data: list[dict[str, Any]], mark: str, look: dict[str, Any] | None = None, **channels: Any) -> Chart:
    """Return one mark for each row of data; a channel is what ``column`` returns, or a column without a look."""
    encoding = {name: column(one) if isinstance(one, str) else one for name, one in channels.items()}
    for name in encoding.keys() & SECOND:
        del encoding[name]["type"]  # it is that of the first
    return {"data": {"values": data}, "mark": {"type": mark, **(look or {})}, "encoding": encoding}


def column(named: str, **look: Any) -> dict[str, Any]:
    """Return a column as a channel takes it.

    >>> column("points:Q", format=".0f")
    {'field': 'points', 'type': 'quantitative', 'format': '.0f'}
    """
    field, _, kind = named.rpartition(":")
    return {"field": field, "type": TYPES[kind], **look}


def rows(*columns: tuple[str, Any]) -> list[dict[str, Any]]:
    """Return columns, each a name and its values, as data of a chart."""
    names = [name for name, _ in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*(each for _, each in columns), strict=True)]


def shortened(label: str) -> str:
    """Return a label that is no longer than there is room for; Vega would cut a character in two.

    >>> shortened("prenom.nom-de-famille@exemple.example")
    'prenom.nom-de-famille@e…'
    """
    flat = " ".join(label.split())
    return flat if len(flat) <= LETTERS else f"{flat[: LETTERS - 1]}…"


def distinct(labels: list[str]) -> list[str]:
    """Return labels that differ from each other: one that comes again gets a character that is not seen."""
    seen: dict[str, int] = {}
    found = []
    for label in labels:
        seen[label] = seen.get(label, -1) + 1
        found.append(label + "\u200b" * seen[label])
    return found
