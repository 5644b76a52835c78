"""What every picture is: a drawing under a title, the same in words, and how both are shown and saved.

What pictures are drawn with: marks as SVG, axes, a scale of colours, and how wide a text is.

Nothing that is drawn fetches or runs anything. Numbers are written as in the language that is spoken.
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
from mentormatch.languages.translation import mark, once_spoken, own_language, tr
from mentormatch.operations.matching import Matching
from mentormatch.report.texts import render_template, visible

INK, SOFT, LINE, NOTHING = theme()["ink"], theme()["soft"], theme()["line"], "#e9edf1"
DARK, BRIGHT = "#00306f", "#e7d159"
"""Two colours of cividis, which look different to everybody, also in grey."""
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SIZE, TITLE_SIZE, BOLD = 12, 16, 600
"""Of letters: of all texts that ask for no other, and of the title; how heavy titles are."""
PADDING, BELOW_TITLE, BETWEEN = 8, 14, 24
"""Around the drawing, below its title, and between two frames."""
TICK, NEAR, APART = 5, 4, 8
"""The length of a tick; between a tick and its words; between these and the title of the axis."""
BAND, BAND_WIDTH, STOPS = 160, 16, 10
"""The length and the width of the scale of colours, and how many colours it is blended from."""
WIDTHS = {
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
"""How wide the letters of Helvetica are, as shares of their size, about as in its font metrics by Adobe."""
USUAL, WIDE = 0.56, 1.0
"""The width of any other letter, and of one that fills a square."""
ROOMY, HEAVY = 1.15, 1.1
"""How much wider letters are in the font of a machine that has no Helvetica, and where they are bold."""

type StyleValue = str | float
LETTERING: dict[str, StyleValue] = {"fill": INK, "font_size": SIZE}
type AxisMarks = Iterable[tuple[float, str]]
"""Places along an axis, and what is written there."""


@dataclass(frozen=True, slots=True)
class LinearScale:
    """What places the values from ``low`` to ``high`` between ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def marks(self, count: int, written: Callable[[float, int], str] = decimal) -> AxisMarks:
        """Return the places of about ``count`` round values; ``written`` takes a value and the decimals of all."""
        step, decimals = round_step(self.low, self.high, count)
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        return [(self.at(k * step), written(k * step, decimals)) for k in range(first, last + 1)]


def round_step(low: float, high: float, count: int) -> tuple[float, int]:
    """Return 1, 2 or 5 times the power of ten that cuts a range into about ``count`` parts, and its decimals.

    >>> round_step(38, 51, 6), round_step(0, 1, 5)
    ((2.0, 0), (0.2, 1))
    """
    power = floor(log10((high - low) / count))
    left = (high - low) / count / 10.0**power
    # The factor that is nearest by ratio
    factor = next((factor for factor, most in ((1, sqrt(2)), (2, sqrt(10)), (5, sqrt(50))) if left < most), 10)
    decimals = max(0, -power - (factor == 10))
    return round(factor * 10.0**power, decimals), decimals


class Frame:
    """Marks in a rectangle of ``width`` and ``height``, and around it; its upper left corner is (0, 0)."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.marks: list[str] = []
        self.left, self.top, self.right, self.bottom = 0.0, 0.0, width, height
        """How far the marks reach."""

    def rect(self, x: float, y: float, width: float, height: float, **style: StyleValue) -> None:
        """Draw a rectangle."""
        self._draw("rect", x=x, y=y, width=width, height=height, **style)

    def line(self, x: float, y: float, x2: float, y2: float, **style: StyleValue) -> None:
        """Draw a line."""
        self._draw("line", x1=x, y1=y, x2=x2, y2=y2, **style)

    def disc(self, x: float, y: float, area: float, **style: StyleValue) -> None:
        """Draw a disc."""
        self._draw("circle", cx=x, cy=y, r=sqrt(area / pi), **style)

    def path(self, steps: str, **style: StyleValue) -> None:
        """Draw a path, its steps as SVG has them."""
        self._draw("path", d=steps, **style)

    def clip(self) -> dict[str, StyleValue]:
        """Return the look of a mark that is cut where the frame ends."""
        self.marks.append(f'<clipPath id="frame">{element("rect", width=self.width, height=self.height)}</clipPath>')
        return {"clip_path": "url(#frame)"}

    def text(self, x: float, y: float, words: str, anchor: str = "start", **style: StyleValue) -> None:
        """Write words, their middle line at y."""
        style = {**LETTERING, **style}
        size = float(style["font_size"])
        wide = text_width(words, size, bold="font_weight" in style)
        left = x - {"start": 0, "middle": wide / 2, "end": wide}[anchor]
        self._reach(left, y - size / 2, left + wide, y + size / 2)
        self._draw("text", words, x=x, y=y + 0.35 * size, text_anchor=anchor, **style)

    def upright(self, x: float, y: float, words: str, anchor: str = "middle", **style: StyleValue) -> None:
        """Write words from below upwards, their middle line at x."""
        style = {**LETTERING, **style}
        size = float(style["font_size"])
        wide = text_width(words, size, bold="font_weight" in style)
        bottom = y + {"start": 0, "middle": wide / 2}[anchor]
        self._reach(x - size / 2, bottom - wide, x + size / 2, bottom)
        place = f"translate({number(x + 0.35 * size)},{number(y)}) rotate(-90)"
        self._draw("text", words, transform=place, text_anchor=anchor, **style)

    def bottom_axis(self, title: str, marks: AxisMarks, *, grid: bool = False) -> None:
        """Draw an axis below the frame."""
        foot = self.height + 0.5
        self.line(0, foot, self.width, foot, stroke=LINE)
        for x, words in marks:
            self.line(round(x) + 0.5, 0 if grid else foot, round(x) + 0.5, foot + TICK, stroke=LINE)
            self.text(x, foot + TICK + NEAR + SIZE / 2, words, "middle", fill=SOFT)
        self.text(self.width / 2, self.bottom + APART + SIZE / 2, title, "middle", fill=SOFT, font_weight=BOLD)

    def left_axis(self, title: str, marks: AxisMarks) -> None:
        """Draw an axis on the left of the frame, with a grid."""
        self.line(0.5, 0, 0.5, self.height, stroke=LINE)
        for y, words in marks:
            self.line(-TICK, round(y) + 0.5, self.width, round(y) + 0.5, stroke=LINE)
            self.text(-TICK - NEAR, y, words, "end", fill=SOFT)
        self.upright(self.left - APART - SIZE / 2, self.height / 2, title, fill=SOFT, font_weight=BOLD)

    def legend(self, title: str, marks: AxisMarks) -> None:
        """Draw the scale of colours on the right of the frame; places are shares of its length, from below."""
        left, top = self.width + 18.0, SIZE + 6.0
        stops = "".join(element("stop", offset=k / STOPS, stop_color=cividis(k / STOPS)) for k in range(STOPS + 1))
        self.marks.append(f'<linearGradient id="colours" x1="0" y1="1" x2="0" y2="0">{stops}</linearGradient>')
        self.text(left, SIZE / 2, title, fill=SOFT, font_weight=BOLD)
        self.rect(left, top, BAND_WIDTH, BAND, fill="url(#colours)")
        for share, words in marks:
            self.text(left + BAND_WIDTH + NEAR, top + BAND * (1 - share), words, fill=SOFT)

    def _reach(self, left: float, top: float, right: float, bottom: float) -> None:
        self.left, self.top = min(self.left, left), min(self.top, top)
        self.right, self.bottom = max(self.right, right), max(self.bottom, bottom)

    def _draw(self, tag: str, words: str = "", /, **style: StyleValue) -> None:
        self.marks.append(element(tag, words, **style))


def as_svg(title: str, frames: Sequence[Frame]) -> bytes:
    """Return frames one below the other, their left sides in line, under a title, as a file."""
    left = PADDING - min(frame.left for frame in frames)
    parts, top = [], float(PADDING + TITLE_SIZE + BELOW_TITLE)
    for frame in frames:
        parts.append(f'<g transform="translate({number(left)},{number(top - frame.top)})">{"".join(frame.marks)}</g>')
        top += frame.bottom - frame.top + BETWEEN
    head = element(
        "text", title, x=PADDING, y=PADDING + 0.85 * TITLE_SIZE, fill=INK, font_size=TITLE_SIZE, font_weight=BOLD
    )
    reach = max(left + max(frame.right for frame in frames), PADDING + text_width(title, TITLE_SIZE, bold=True))
    width, height = ceil(reach + PADDING), ceil(top - BETWEEN + PADDING)
    ground = element("rect", width=width, height=height, fill="white")
    start = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'{start} font-family="{FONT}">{ground}{head}{"".join(parts)}</svg>'.encode()


def element(tag: str, words: str = "", /, **style: StyleValue) -> str:
    """Return an element of SVG.

    >>> element("line", x2=0.125, stroke_width=2)
    '<line x2="0.12" stroke-width="2"/>'
    """
    attributes = "".join(
        f' {name.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for name, value in style.items()
    )
    return f"<{tag}{attributes}>{escape(words, quote=False)}</{tag}>" if words else f"<{tag}{attributes}/>"


def number(value: float) -> str:
    """Return a length, to a hundredth of a dot."""
    return f"{round(value, 2) + 0.0:.6g}"


@cache
def letter_width(letter: str) -> float:
    """Return how wide a letter is, as a share of its size; an accent adds nothing."""
    base = normalize("NFD", letter)[0]
    if combining(base) or base == "\u200b":
        return 0.0
    other = WIDE if east_asian_width(base) in "WF" else USUAL
    return next((width for width, letters in WIDTHS.items() if base in letters), other)


def text_width(words: str, size: float, *, bold: bool = False) -> float:
    """Return the room that words need."""
    return (HEAVY if bold else 1.0) * ROOMY * size * sum(map(letter_width, words))


def cividis(share: float) -> str:
    """Return a colour of cividis (Nuñez, Anderton and Renslow 2018), by the polynomials of d3-scale-chromatic.

    >>> cividis(0), cividis(1)
    ('#002051', '#fdea45')
    """
    t = max(0.0, min(1.0, share))
    red = -4.54 - t * (35.34 - t * (2381.73 - t * (6402.7 - t * (7024.72 - t * 2710.57))))
    green = 32.49 + t * (170.73 + t * (52.82 - t * (131.46 - t * (176.58 - t * 67.37))))
    blue = 81.24 + t * (442.36 - t * (2482.43 - t * (6167.24 - t * (6614.94 - t * 2475.67))))
    return "#" + "".join(f"{max(0, min(255, round(each))):02x}" for each in (red, green, blue))


NEEDED = mark("Une image .png a besoin de vl-convert → pip install 'mentormatch-engine[pictures]'")
LETTERS = 24
"""Of a label that is shown."""
SHARPNESS = 2
"""Dots of a PNG for each of the picture's own."""


def as_png(svg: bytes) -> bytes:
    """Return a drawing as PNG; raises OutputError, with what to install, where vl-convert is not there."""
    try:
        from vl_convert import svg_to_png
    except ModuleNotFoundError:
        raise OutputError(tr(NEEDED)) from None
    png: bytes = svg_to_png(svg.decode(), scale=SHARPNESS)
    return png


def shorten(label: str) -> str:
    """Return a label that is no longer than there is room for.

    >>> shorten("prenom.nom-de-famille@exemple.example")
    'prenom.nom-de-famille@e…'
    """
    flat = " ".join(label.split())
    return flat if len(flat) <= LETTERS else f"{flat[: LETTERS - 1]}…"


class Drawing(ABC):
    """Frames under a title, and the same in words; ``heading`` is the title before it is spoken."""

    heading: ClassVar[str]

    @property
    @abstractmethod
    def language(self) -> str:
        """The language in which it is told unless another was asked for."""

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
    def headline(self) -> str:
        """What is written above the frames."""
        return self.title

    @abstractmethod
    def frames(self) -> Sequence[Frame]:
        """Return what is drawn, from above downwards; none where there is nothing to draw."""

    @once_spoken
    def svg(self) -> bytes | None:
        """The picture as SVG, None where there is nothing to draw."""
        frames = self.frames()
        return as_svg(self.headline, frames) if frames else None

    @once_spoken
    def png(self) -> bytes | None:
        """The picture as PNG, None where there is nothing to draw."""
        return None if self.svg is None else as_png(self.svg)

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

    @own_language
    def _repr_html_(self) -> str:
        return render_template("picture.html", picture=self)


@dataclass(frozen=True, repr=False)
class Picture(Drawing):
    """One way to look at a matching. It is found by its ``kind``.

    ``labels`` are what people are called; None: their codes, or pseudonyms where keys are e-mail addresses.
    """

    kind: ClassVar[str]
    matching: Matching
    labels: Labels | None = None

    @property
    def language(self) -> str:
        """The language of the programme, in which the picture is told unless another was asked for."""
        return self.matching.language

    @property
    def too_many_pairs(self) -> str:
        """That all pairs are too many to be shown; empty where they are not."""
        if self.matching.scores.held:
            return ""
        n, m = self.matching.problem.shape
        return tr("Il y a trop de paires pour les montrer toutes : {pairs}.", pairs=thousands(n * m))

    def person(self, side: Side, key: str) -> str:
        """Return what somebody is called in the picture."""
        labels = self.matching.labels if self.labels is None else self.labels
        return visible(labels.person(side, key))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows


def pictures_by_kind() -> dict[str, type[Picture]]:
    """Return every registered picture by its kind."""
    return concrete(Picture, "mentormatch.report.pictures")
