"""How the points are spread: over all pairs that the rules allow, and over those that were chosen."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from mentormatch.base.arrays import IntVector
from mentormatch.languages import mark, own_language, tr
from mentormatch.languages.phrases import about, points, thousands
from mentormatch.report.pictures.picture import BRIGHT, DARK, INK, Chart, Picture, column, layer, rows
from mentormatch.report.texts import spaced

STEP, FULL = 50_000, 1_000_000
"""Millionths: the width of a bar, and the best score."""
WIDTH, HEIGHT = 600, 120
FEW = 5
"""Marks on the axis of a count."""
FROM_0_TO_100 = {"domain": [0, 100]}
TENS = list(range(0, 101, 10))


@dataclass(frozen=True, repr=False)
class Distribution(Picture):
    """Two rows of bars over the same 100 points: all allowed pairs above, the chosen ones below."""

    kind: ClassVar[str] = "distribution"
    heading: ClassVar[str] = mark("Répartition des points")

    @property
    @own_language
    def alternative(self) -> str:
        chosen = spread(self.chosen)
        if self.untold:
            return tr("{untold} Binômes retenus : {chosen}.", untold=self.untold, chosen=chosen)
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
        return np.empty(0, dtype=np.int64) if self.untold else self.matching.problem.scores.values_of_pairs()

    @property
    def chosen(self) -> IntVector:
        """The scores of the chosen pairs."""
        return self.matching.problem.scores.at(*self.matching.solution.pairs.T)

    @own_language
    def chart(self) -> Chart | None:
        told = (tr("Binômes possibles"), self.possible, DARK), (tr("Binômes retenus"), self.chosen, BRIGHT)
        parts = told[1:] if self.untold else told
        if not len(parts[0][1]):
            return None
        return {"vconcat": [bars(*part) for part in parts], "title": self.title, "spacing": 18}


def bars(name: str, scores: IntVector, colour: str) -> Chart:
    """Return one row of bars, the median marked."""
    counts = np.bincount(np.clip(scores // STEP, 0, FULL // STEP - 1), minlength=FULL // STEP)
    starts = [place * 5 for place in range(len(counts)) if counts[place]]
    ends = [start + 5 for start in starts]
    data = rows(("start", starts), ("end", ends), ("none", [0] * len(starts)), ("pairs", counts[counts > 0].tolist()))
    across = column("start:Q", title=tr("Points"), scale=FROM_0_TO_100, axis={"values": TENS, "grid": False})
    up = column("pairs:Q", title=tr("Binômes"), axis={**ticks(int(counts.max())), "format": ",d"})
    look = {"color": colour, "stroke": INK, "strokeWidth": 0.75}
    drawn = layer(data, "rect", look, x=across, x2="end:Q", y=up, y2="none:Q")
    head = {"text": spaced(about(name, counted_up(scores))), "fontSize": 13, "offset": 8, "frame": "group"}
    return {"layer": [drawn, *middle(scores)], "title": head, "width": WIDTH, "height": HEIGHT}


def ticks(most: int) -> dict[str, Any]:
    """Return where the axis of a count has its marks: at whole numbers."""
    return {"values": list(range(most + 1))} if most < FEW else {"tickCount": FEW}


def middle(scores: IntVector) -> list[Chart]:
    """Return a line at the median; nothing where there are no scores."""
    if not len(scores):
        return []
    at = rows(("at", [halfway(scores) / 10_000]))
    looks = ({"color": colour, "strokeWidth": wide} for colour, wide in (("white", 5), (INK, 2)))
    return [layer(at, "rule", look, x="at:Q") for look in looks]


def counted_up(scores: IntVector) -> str:
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
