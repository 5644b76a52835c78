"""Base of all pictures: an SVG drawing with title and alternative text; scales, axes, colours and text widths.

Drawings fetch nothing and run no script. Numbers are formatted in the current language.
"""

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from math import ceil, floor, log10, pi, sqrt
from os import PathLike
from pathlib import Path
from typing import ClassVar
from unicodedata import combining, east_asian_width, normalize

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.plugins import concrete
from mentormatch.base.theme import theme
from mentormatch.errors import OutputError
from mentormatch.explanation.names import Labels
from mentormatch.fields import Side
from mentormatch.languages.phrases import decimal, thousands
from mentormatch.languages.translation import once_spoken, own_language, tr
from mentormatch.operations.matching import Matching
from mentormatch.report.texts import render_template, visible

INK, SOFT, LINE, EMPTY_COLOUR = theme()["ink"], theme()["soft"], theme()["line"], "#e9edf1"
# Two colours of cividis that remain distinct for colour-blind readers and in grey
DARK, BRIGHT = "#00306f", "#e7d159"
FONT_FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"
# Font sizes of texts and of the title; font weight of titles
FONT_SIZE, TITLE_SIZE, BOLD_WEIGHT = 12, 16, 600
# Dots: around the drawing, below its title, and between frames
PADDING_DOTS, BELOW_TITLE, FRAME_GAP = 8, 14, 24
# Dots: length of a tick, distance to its label, distance from labels to the axis title
TICK_LENGTH, NEAR, TITLE_GAP = 5, 4, 8
# Dots: length and width of the colour scale; number of its gradient stops
BAND_LENGTH, BAND_WIDTH, BAND_STOPS = 160, 16, 10
# Letter widths of Helvetica as shares of the font size, after the font metrics by Adobe
WIDTHS_EM = {
    0.22: "ijl'|",
    0.28: " !,./:;I[\\]ft\u00a0·",
    0.34: '()-`r*"{}\u202f',
    0.5: "ckvxyzsJ",
    0.6: "+<=>~FTZ",
    0.67: "&ABEKPSVXY",
    0.73: "CDHNRUw",
    0.78: "GOQ",
    0.86: "Mm%",
    1.0: "W@…—",
}

type StyleValue = str | float
TEXT_STYLE: dict[str, StyleValue] = {"fill": INK, "font_size": FONT_SIZE}
# Positions along an axis with their labels
type AxisMarks = Iterable[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class LinearScale:
    """A linear map from values ``low`` to ``high`` onto positions ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the position of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def marks(self, count: int, written: Callable[[float, int], str] = decimal) -> AxisMarks:
        """Return about ``count`` round values with positions; ``written`` formats a value with a number of decimals."""
        step, decimals = round_step(self.low, self.high, count)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [(self.at(k * step), written(k * step, decimals)) for k in range(first, last + 1)]


def round_step(low: float, high: float, count: int) -> tuple[float, int]:
    """Return the step (1, 2 or 5 times a power of ten) that cuts a range into about ``count`` parts, and its decimals.

    >>> round_step(38, 51, 6), round_step(0, 1, 5)
    ((2.0, 0), (0.2, 1))
    """
    power = floor(log10((high - low) / count))
    mantissa = (high - low) / count / 10.0**power
    # The factor that is nearest by ratio
    factor = next((factor for factor, limit in ((1, sqrt(2)), (2, sqrt(10)), (5, sqrt(50))) if mantissa < limit), 10)
    decimals = max(0, -power - (factor == 10))
    return round(factor * 10.0**power, decimals), decimals


class Frame:
    """Marks inside and around a rectangle with its upper left corner at (0, 0)."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.marks: list[str] = []
        self.left, self.top, self.right, self.bottom = 0.0, 0.0, width, height
        """The extent of the frame and its texts."""

    def rect(self, x: float, y: float, width: float, height: float, **style: StyleValue) -> None:
        self._draw("rect", x=x, y=y, width=width, height=height, **style)

    def line(self, x: float, y: float, x2: float, y2: float, **style: StyleValue) -> None:
        self._draw("line", x1=x, y1=y, x2=x2, y2=y2, **style)

    def disc(self, x: float, y: float, area: float, **style: StyleValue) -> None:
        self._draw("circle", cx=x, cy=y, r=sqrt(area / pi), **style)

    def path(self, steps: str, **style: StyleValue) -> None:
        """Draw a path from the ``d`` attribute of SVG."""
        self._draw("path", d=steps, **style)

    def clip(self) -> dict[str, StyleValue]:
        """Add a clipping path, and return the style of a mark that is clipped at the frame."""
        self.marks.append(f'<clipPath id="frame">{element("rect", width=self.width, height=self.height)}</clipPath>')
        return {"clip_path": "url(#frame)"}

    def text(self, x: float, y: float, words: str, anchor: str = "start", **style: StyleValue) -> None:
        """Write a text, vertically centred at y."""
        style = {**TEXT_STYLE, **style}
        size = float(style["font_size"])
        width = text_width(words, size, bold="font_weight" in style)
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        self._reach(left, y - size / 2, left + width, y + size / 2)
        self._draw("text", words, x=x, y=y + 0.35 * size, text_anchor=anchor, **style)

    def vertical_text(self, x: float, y: float, words: str, anchor: str = "middle", **style: StyleValue) -> None:
        """Write a vertical text upwards, centred at x."""
        style = {**TEXT_STYLE, **style}
        size = float(style["font_size"])
        width = text_width(words, size, bold="font_weight" in style)
        bottom = y + {"start": 0, "middle": width / 2}[anchor]
        self._reach(x - size / 2, bottom - width, x + size / 2, bottom)
        transform = f"translate({number(x + 0.35 * size)},{number(y)}) rotate(-90)"
        self._draw("text", words, transform=transform, text_anchor=anchor, **style)

    def bottom_axis(self, title: str, marks: AxisMarks, *, grid: bool = False) -> None:
        baseline = self.height + 0.5
        self.line(0, baseline, self.width, baseline, stroke=LINE)
        for x, words in marks:
            self.line(round(x) + 0.5, 0 if grid else baseline, round(x) + 0.5, baseline + TICK_LENGTH, stroke=LINE)
            self.text(x, baseline + TICK_LENGTH + NEAR + FONT_SIZE / 2, words, "middle", fill=SOFT)
        self.text(
            self.width / 2, self.bottom + TITLE_GAP + FONT_SIZE / 2, title, "middle", fill=SOFT, font_weight=BOLD_WEIGHT
        )

    def left_axis(self, title: str, marks: AxisMarks) -> None:
        """Draw an axis on the left of the frame, with a grid."""
        self.line(0.5, 0, 0.5, self.height, stroke=LINE)
        for y, words in marks:
            self.line(-TICK_LENGTH, round(y) + 0.5, self.width, round(y) + 0.5, stroke=LINE)
            self.text(-TICK_LENGTH - NEAR, y, words, "end", fill=SOFT)
        self.vertical_text(
            self.left - TITLE_GAP - FONT_SIZE / 2, self.height / 2, title, fill=SOFT, font_weight=BOLD_WEIGHT
        )

    def legend(self, title: str, marks: AxisMarks) -> None:
        """Draw the colour scale on the right of the frame; marks are shares of its length from the bottom."""
        left, top = self.width + 18.0, FONT_SIZE + 6.0
        stops = "".join(
            element("stop", offset=k / BAND_STOPS, stop_color=cividis(k / BAND_STOPS)) for k in range(BAND_STOPS + 1)
        )
        self.marks.append(f'<linearGradient id="colours" x1="0" y1="1" x2="0" y2="0">{stops}</linearGradient>')
        self.text(left, FONT_SIZE / 2, title, fill=SOFT, font_weight=BOLD_WEIGHT)
        self.rect(left, top, BAND_WIDTH, BAND_LENGTH, fill="url(#colours)")
        for share, words in marks:
            self.text(left + BAND_WIDTH + NEAR, top + BAND_LENGTH * (1 - share), words, fill=SOFT)

    def _reach(self, left: float, top: float, right: float, bottom: float) -> None:
        self.left, self.top = min(self.left, left), min(self.top, top)
        self.right, self.bottom = max(self.right, right), max(self.bottom, bottom)

    def _draw(self, tag: str, words: str = "", /, **style: StyleValue) -> None:
        self.marks.append(element(tag, words, **style))


def as_svg(title: str, frames: Sequence[Frame]) -> bytes:
    """Return frames as an SVG file, stacked and left-aligned under a title."""
    left = PADDING_DOTS - min(frame.left for frame in frames)
    parts, top = [], float(PADDING_DOTS + TITLE_SIZE + BELOW_TITLE)
    for frame in frames:
        parts.append(f'<g transform="translate({number(left)},{number(top - frame.top)})">{"".join(frame.marks)}</g>')
        top += frame.bottom - frame.top + FRAME_GAP
    head = element(
        "text",
        title,
        x=PADDING_DOTS,
        y=PADDING_DOTS + 0.85 * TITLE_SIZE,
        fill=INK,
        font_size=TITLE_SIZE,
        font_weight=BOLD_WEIGHT,
    )
    right_end = max(
        left + max(frame.right for frame in frames), PADDING_DOTS + text_width(title, TITLE_SIZE, bold=True)
    )
    width, height = ceil(right_end + PADDING_DOTS), ceil(top - FRAME_GAP + PADDING_DOTS)
    background = element("rect", width=width, height=height, fill="white")
    start = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'{start} font-family="{FONT_FAMILY}">{background}{head}{"".join(parts)}</svg>'.encode()


def element(tag: str, words: str = "", /, **style: StyleValue) -> str:
    """Return an SVG element.

    >>> element("line", x2=0.125, stroke_width=2)
    '<line x2="0.12" stroke-width="2"/>'
    """
    attributes = "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for name, value in style.items()
    )
    return f"<{tag}{attributes}>{escape(words, quote=False)}</{tag}>" if words else f"<{tag}{attributes}/>"


def number(value: float) -> str:
    """Return a length to a hundredth of a dot."""
    return f"{round(value, 2) + 0.0:.6g}"


@cache
def letter_width(letter: str) -> float:
    """Return the width of a letter as a share of the font size; accents have none."""
    base = normalize("NFD", letter)[0]
    if combining(base) or base == "\u200b":
        return 0.0
    default = 1.0 if east_asian_width(base) in "WF" else 0.56  # full width, or that of an average letter
    return next((width for width, letters in WIDTHS_EM.items() if base in letters), default)


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    # Fallback fonts are wider, and so is bold
    return (1.1 if bold else 1.0) * 1.15 * size * sum(map(letter_width, words))


def cividis(share: float) -> str:
    """Return a colour of cividis (Nuñez, Anderton and Renslow 2018), by the polynomials of d3-scale-chromatic.

    >>> cividis(0), cividis(1)
    ('#002051', '#fdea45')
    """
    t = max(0.0, min(1.0, share))
    red = -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))))
    green = 32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))))
    blue = 81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67))))
    return "#" + "".join(f"{max(0, min(255, round(channel))):02x}" for channel in (red, green, blue))


# Characters of a label
MAX_LABEL = 24


def as_png(svg: bytes) -> bytes:
    """Return a drawing as PNG. Raises OutputError with installation advice if vl-convert is absent."""
    try:
        from vl_convert import svg_to_png
    except ModuleNotFoundError:
        raise OutputError(
            tr("Une image .png a besoin de vl-convert → pip install 'mentormatch-engine[pictures]'")
        ) from None
    png: bytes = svg_to_png(svg.decode(), scale=2)
    return png


def shorten_label(label: str) -> str:
    """Return a label, shortened to the available room.

    >>> shorten_label("prenom.nom-de-famille@exemple.example")
    'prenom.nom-de-famille@e…'
    """
    flat = " ".join(label.split())
    return flat if len(flat) <= MAX_LABEL else f"{flat[: MAX_LABEL - 1]}…"


class Drawing(ABC):
    """Frames under a title, with an alternative text; ``heading`` is the untranslated title."""

    heading: ClassVar[str]

    @property
    @abstractmethod
    def language(self) -> str:
        """The default language of the drawing."""

    @property
    @own_language
    def title(self) -> str:
        """The title above the drawing."""
        return tr(self.heading)

    @property
    @abstractmethod
    def alternative(self) -> str:
        """The content of the picture as text with numbers."""

    @property
    @abstractmethod
    def caption(self) -> str:
        """A reading aid."""

    @property
    def headline(self) -> str:
        """The text above the frames in the file."""
        return self.title

    @abstractmethod
    def frames(self) -> Sequence[Frame]:
        """Return the frames from top to bottom; empty if there is nothing to draw."""

    @once_spoken
    def svg(self) -> bytes | None:
        """The picture as SVG, None if there is nothing to draw."""
        frames = self.frames()
        return as_svg(self.headline, frames) if frames else None

    @once_spoken
    def png(self) -> bytes | None:
        return None if self.svg is None else as_png(self.svg)

    @once_spoken
    def source(self) -> str | None:
        """The picture as a data URL, None if there is nothing to draw."""
        return None if self.svg is None else f"data:image/svg+xml;base64,{b64encode(self.svg).decode()}"

    @own_language
    def save(self, path: str | PathLike[str]) -> Path:
        """Write the picture as .svg or .png.

        Raises OutputError for another suffix, if there is nothing to draw, or if the file cannot be written.
        """
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

    @own_language
    def _repr_html_(self) -> str:
        return render_template("picture.html", picture=self)


@dataclass(frozen=True, repr=False)
class Picture(Drawing):
    """A picture of a matching, found by its ``kind``.

    ``labels`` are the labels of people; None: keys, or codes if keys identify people.
    """

    kind: ClassVar[str]
    matching: Matching
    labels: Labels | None = None

    @property
    def language(self) -> str:
        """The language of the programme, used unless another one is requested."""
        return self.matching.language

    @property
    def too_many_pairs(self) -> str:
        """The sentence that there are too many pairs to show all, else empty."""
        if self.matching.scores.held:
            return ""
        n, m = self.matching.problem.shape
        return tr("Il y a trop de paires pour les montrer toutes : {pairs}.", pairs=thousands(n * m))

    def person(self, side: Side, key: str) -> str:
        """Return the label of a person in the picture."""
        labels = self.matching.labels if self.labels is None else self.labels
        return visible(labels.person(side, key))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows


def pictures_by_kind() -> dict[str, type[Picture]]:
    return concrete(Picture, "mentormatch.report.pictures")
