"""Histograms of the points of all permitted pairs and of the chosen pairs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mentormatch.base.arrays import IntVector
from mentormatch.languages.phrases import about, points, thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.report.pictures.picture import BOLD_WEIGHT, BRIGHT, DARK, INK, AxisMarks, Frame, LinearScale, Picture
from mentormatch.report.texts import spaced

BIN_WIDTH = 50_000  # millionths, of a bar
WIDTH, HEIGHT = 600, 120
# Marks on the axis of counts
MAX_INTEGER_MARKS = 5
X_SCALE = LinearScale(0, 100, 0, WIDTH)


@dataclass(frozen=True, repr=False)
class Distribution(Picture):
    """Two histograms of points over the same axis: permitted pairs above, chosen pairs below."""

    kind: ClassVar[str] = "distribution"
    heading: ClassVar[str] = mark("Répartition des points")

    @property
    @own_language
    def alternative(self) -> str:
        chosen_spread = format_spread(self.chosen)
        if self.too_many_pairs:
            return tr("{many} Binômes retenus : {chosen}.", many=self.too_many_pairs, chosen=chosen_spread)
        possible = format_spread(self.possible)
        return tr(
            "Binômes possibles : {possible}. Binômes retenus : {chosen}.", possible=possible, chosen=chosen_spread
        )

    @property
    @own_language
    def caption(self) -> str:
        return tr(
            "Chaque barre compte les binômes dont les points tombent dans une tranche de 5 ; le trait marque la"
            " médiane : une moitié des binômes a plus, l'autre moins."
        )

    @property
    def possible(self) -> IntVector:
        """The scores of all permitted pairs; empty if there are too many."""
        return np.empty(0, dtype=np.int64) if self.too_many_pairs else self.matching.problem.scores.values_of_pairs()

    @property
    def chosen(self) -> IntVector:
        return self.matching.scores.at(*self.matching.solution.pairs.T).astype(np.int64)

    @own_language
    def frames(self) -> Sequence[Frame]:
        spreads = (tr("Binômes possibles"), self.possible, DARK), (tr("Binômes retenus"), self.chosen, BRIGHT)
        parts = spreads[1:] if self.too_many_pairs else spreads
        if not len(parts[0][1]):
            return ()
        return [bars(*part) for part in parts]


def bars(name: str, scores: IntVector, colour: str) -> Frame:
    """Return a histogram with the median marked."""
    counts = compute_histogram(scores)
    up, frame = LinearScale(0, max(1, *counts), HEIGHT, 0), Frame(WIDTH, HEIGHT)
    frame.left_axis(tr("Binômes"), ticks(up))
    frame.bottom_axis(tr("Points"), X_SCALE.marks(10))
    for index, count in enumerate(counts):
        if count:
            left, top = X_SCALE.at(index * 5), up.at(count)
            frame.rect(left, top, X_SCALE.at(5), HEIGHT - top, fill=colour, stroke=INK, stroke_width=0.75)
    if len(scores):
        median_x = X_SCALE.at(compute_median_score(scores) / 10_000)
        for ink, wide in (("white", 5), (INK, 2)):
            frame.line(median_x, 0, median_x, HEIGHT, stroke=ink, stroke_width=wide)
    frame.text(0, -20, spaced(about(name, count_in_words(scores))), font_size=13, font_weight=BOLD_WEIGHT)
    return frame


def compute_histogram(scores: IntVector) -> list[int]:
    """Return the number of scores in each bin of 5 points; 100 points are in the last bin."""
    steps = 1_000_000 // BIN_WIDTH  # up to the maximum score, in millionths
    counts: list[int] = np.bincount(np.clip(scores // BIN_WIDTH, 0, steps - 1), minlength=steps).tolist()
    return counts


def ticks(up: LinearScale) -> AxisMarks:
    """Return the marks of the axis of counts, at integers."""
    highest = round(up.high)
    return (
        [(up.at(count), thousands(count)) for count in range(highest + 1)]
        if highest < MAX_INTEGER_MARKS
        else up.marks(MAX_INTEGER_MARKS)
    )


def count_in_words(scores: IntVector) -> str:
    """Return the number of scores, with their median if there are any."""
    count = thousands(len(scores))
    return (
        tr("{count}, médiane {median}", count=count, median=points(compute_median_score(scores)))
        if len(scores)
        else count
    )


def compute_median_score(scores: IntVector) -> int:
    return int(np.floor(np.median(scores)))


def format_spread(scores: IntVector) -> str:
    """Return the number, range and median of scores as a text."""
    if not len(scores):
        return tr("aucun")
    return tr(
        "{count}, de {low} à {high} points, médiane {median}",
        count=thousands(len(scores)),
        low=points(int(scores.min())),
        high=points(int(scores.max())),
        median=points(compute_median_score(scores)),
    )
