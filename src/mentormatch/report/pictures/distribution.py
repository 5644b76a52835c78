"""How the points are spread: over all pairs that the rules allow, and over those that were chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mentormatch.base.arrays import IntVector
from mentormatch.languages.phrases import about, points, thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.report.pictures.picture import BOLD, BRIGHT, DARK, INK, AxisMarks, Frame, LinearScale, Picture
from mentormatch.report.texts import spaced

STEP, FULL = 50_000, 1_000_000
"""Millionths: the width of a bar, and the best score."""
WIDTH, HEIGHT = 600, 120
FEW = 5
"""Marks on the axis of a count."""
ACROSS = LinearScale(0, 100, 0, WIDTH)


@dataclass(frozen=True, repr=False)
class Distribution(Picture):
    """Two rows of bars over the same 100 points: all allowed pairs above, the chosen ones below."""

    kind: ClassVar[str] = "distribution"
    heading: ClassVar[str] = mark("Répartition des points")

    @property
    @own_language
    def alternative(self) -> str:
        chosen = spread(self.chosen)
        if self.too_many_pairs:
            return tr("{many} Binômes retenus : {chosen}.", many=self.too_many_pairs, chosen=chosen)
        possible = spread(self.possible)
        return tr("Binômes possibles : {possible}. Binômes retenus : {chosen}.", possible=possible, chosen=chosen)

    @property
    @own_language
    def caption(self) -> str:
        return tr(
            "Chaque barre compte les binômes dont les points tombent dans une tranche de 5 ; le trait marque la"
            " médiane : une moitié des binômes a plus, l'autre moins."
        )

    @property
    def possible(self) -> IntVector:
        """The scores of all allowed pairs; none where there are too many."""
        return np.empty(0, dtype=np.int64) if self.too_many_pairs else self.matching.problem.scores.values_of_pairs()

    @property
    def chosen(self) -> IntVector:
        """The scores of the chosen pairs."""
        return self.matching.scores.at(*self.matching.solution.pairs.T).astype(np.int64)

    @own_language
    def frames(self) -> Sequence[Frame]:
        spreads = (tr("Binômes possibles"), self.possible, DARK), (tr("Binômes retenus"), self.chosen, BRIGHT)
        parts = spreads[1:] if self.too_many_pairs else spreads
        if not len(parts[0][1]):
            return ()
        return [bars(*part) for part in parts]


def bars(name: str, scores: IntVector, colour: str) -> Frame:
    """Return one row of bars, the median marked."""
    counts = tally(scores)
    up, frame = LinearScale(0, max(1, *counts), HEIGHT, 0), Frame(WIDTH, HEIGHT)
    frame.left_axis(tr("Binômes"), ticks(up))
    frame.bottom_axis(tr("Points"), ACROSS.marks(10))
    for place, count in enumerate(counts):
        if count:
            left, top = ACROSS.at(place * 5), up.at(count)
            frame.rect(left, top, ACROSS.at(5), HEIGHT - top, fill=colour, stroke=INK, stroke_width=0.75)
    if len(scores):
        at = ACROSS.at(halfway(scores) / 10_000)
        for ink, wide in (("white", 5), (INK, 2)):
            frame.line(at, 0, at, HEIGHT, stroke=ink, stroke_width=wide)
    frame.text(0, -20, spaced(about(name, count_in_words(scores))), font_size=13, font_weight=BOLD)
    return frame


def tally(scores: IntVector) -> list[int]:
    """Return how many scores are in each step of five points."""
    steps = FULL // STEP
    found: list[int] = np.bincount(np.clip(scores // STEP, 0, steps - 1), minlength=steps).tolist()
    return found


def ticks(up: LinearScale) -> AxisMarks:
    """Return where the axis of a count has its marks: at whole numbers."""
    most = round(up.high)
    return [(up.at(each), thousands(each)) for each in range(most + 1)] if most < FEW else up.marks(FEW)


def count_in_words(scores: IntVector) -> str:
    """Return how many scores there are, and their median where there are some."""
    count = thousands(len(scores))
    return tr("{count}, médiane {median}", count=count, median=points(halfway(scores))) if len(scores) else count


def halfway(scores: IntVector) -> int:
    """Return the median, a whole number of millionths."""
    return int(np.floor(np.median(scores)))


def spread(scores: IntVector) -> str:
    """Return how many scores there are, between what and what they lie, and their median."""
    if not len(scores):
        return tr("aucun")
    return tr(
        "{count}, de {low} à {high} points, médiane {median}",
        count=thousands(len(scores)),
        low=points(int(scores.min())),
        high=points(int(scores.max())),
        median=points(halfway(scores)),
    )
