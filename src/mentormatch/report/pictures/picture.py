"""What every picture is: a drawing under a title, the same in words, and how both are shown and saved."""

from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import ClassVar

from mentormatch.base.atomic_files import write_whole
from mentormatch.base.plugins import concrete
from mentormatch.errors import OutputError
from mentormatch.explanation.labels import Labels
from mentormatch.fields import Side
from mentormatch.languages import mark, once_spoken, own_language, tr
from mentormatch.languages.phrases import thousands
from mentormatch.operations.matching import Matching
from mentormatch.report.page_templates import render_template
from mentormatch.report.pictures.svg import Frame, as_svg
from mentormatch.report.texts import visible
from mentormatch.report.view import labels_for_notebook

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
        labels = labels_for_notebook(self.matching) if self.labels is None else self.labels
        return visible(labels.person(side, key))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.matching.solution.pairs)} pairs)"  # a notebook saves what it shows


def pictures() -> dict[str, type[Picture]]:
    """Return every registered picture by its kind."""
    return concrete(Picture, "mentormatch.report.pictures")
