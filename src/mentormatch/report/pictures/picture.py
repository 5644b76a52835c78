"""What every picture is: a chart in the style of the house, the same in words, and how both are shown and saved.

Charts are drawn on this machine and nothing is fetched; numbers are those of the language that is spoken.
"""

import re
from abc import ABC, abstractmethod
from base64 import b64encode
from dataclasses import dataclass
from importlib.util import find_spec
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.plugins import concrete
from mentormatch.errors import OutputError
from mentormatch.explanation.labels import Labels
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, own_language, spoken, tr
from mentormatch.languages.phrases import thousands
from mentormatch.operations.matching import Matching
from mentormatch.report.page_templates import rendered
from mentormatch.report.texts import visible
from mentormatch.report.view import labels_for_notebook

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


@dataclass(frozen=True, repr=False)
class Picture(ABC):
    """One way to look at a matching. It is found by its ``kind``; ``heading`` is its title before it is spoken.

    ``labels`` are what people are called; None: their codes, or pseudonyms where keys are e-mail addresses.
    """

    kind: ClassVar[str]
    heading: ClassVar[str]
    matching: Matching
    labels: Labels | None = None

    @property
    def language(self) -> str:
        """The language of the programme, in which the picture is told unless another was asked for."""
        return self.matching.language

    @property
    @own_language
    def title(self) -> str:
        """What stands above it."""
        return tr(self.heading)

    @property
    @abstractmethod
    def alternative(self) -> str:
        """What the picture says, in words and figures."""

    @property
    @abstractmethod
    def caption(self) -> str:
        """How to read it."""

    @property
    def untold(self) -> str:
        """That all pairs are too many to be shown; empty where they are not."""
        if self.matching.scores.held:
            return ""
        n, m = self.matching.problem.shape
        return tr("Il y a trop de paires pour les montrer toutes : {pairs}.", pairs=thousands(n * m))

    @abstractmethod
    def chart(self) -> Chart | None:
        """Return the chart, None where there is nothing to draw."""

    @once_spoken
    def svg(self) -> bytes | None:
        """The picture as SVG, None where there is nothing to draw."""
        chart = self.chart()
        return None if chart is None else as_svg(chart)

    @once_spoken
    def png(self) -> bytes | None:
        """The picture as PNG, None where there is nothing to draw."""
        chart = self.chart()
        return None if chart is None else as_png(chart)

    @once_spoken
    def source(self) -> str | None:
        """The picture as the address of an image that holds it whole, None where there is nothing to draw."""
        return None if self.svg is None else f"data:image/svg+xml;base64,{b64encode(self.svg).decode()}"

    @own_language
    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture as .svg or .png; raises OutputError where it cannot be, or nothing is there to draw."""
        target = Path(path)
        if target.suffix not in (".svg", ".png"):
            raise OutputError(
                tr("Format d'image inconnu : « {suffix} » ; les formats sont .svg et .png", suffix=target.suffix)
            )
        content = self.svg if target.suffix == ".svg" else self.png
        if content is None:
            raise OutputError(tr("Il n'y a rien à dessiner : {why}", why=self.alternative))
        write_whole(target, content)
        return target

    def person(self, side: Side, key: str) -> str:
        """Return what somebody is called in the picture."""
        labels = labels_for_notebook(self.matching) if self.labels is None else self.labels
        return visible(labels.person(side, key))

    @own_language
    def _repr_html_(self) -> str:
        return rendered("picture.html", picture=self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows


def pictures() -> dict[str, type[Picture]]:
    """Return every registered picture by its kind."""
    return concrete(Picture, "mentormatch.report.pictures")
