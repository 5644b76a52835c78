"""The points of every pair as a map of colours, the chosen pairs marked; groups of people where there are many."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector
from mentormatch.fields import Side
from mentormatch.languages import mark, own_language, tr
from mentormatch.languages.phrases import counted, points, thousands
from mentormatch.report.pictures.picture import INK, NOTHING, Chart, Picture, column, distinct, layer, rows, shortened

MOST, GROUPS = 60, 50
"""People of a side who get a line each; above, the groups into which a side is put at most."""
WIDE, GREATEST = 600, 36
"""Of the longer side, and of one cell at most."""
NUMBERED = 24
"""The size of a cell from which it holds its points."""
WHITE_BELOW = 0.45
"""The place on the scale of colours below which white text is read better than black."""
TITLES: dict[Side, str] = {"mentor": mark("Mentor·es"), "mentee": mark("Mentoré·es")}
RANKED: dict[Side, str] = {"mentor": mark("Mentor·es, par rang"), "mentee": mark("Mentoré·es, par rang")}
WHOLE = mark(
    "Plus la case est claire, plus le binôme a de points. Les binômes retenus sont marqués ; une case grise : binôme"
    " écarté par une règle. Les personnes sont rangées du binôme qui a le plus de points à celui qui en a le moins,"
    " puis viennent celles qui n'ont pas de binôme."
)
GROUPED = mark(
    "Plus la case est claire, plus le binôme a de points. Une case montre la moyenne d'un groupe. Chaque rond compte"
    " les binômes retenus ; une case grise : binôme écarté par une règle. Les personnes sont rangées du binôme qui a le"
    " plus de points à celui qui en a le moins, puis viennent celles qui n'ont pas de binôme."
)


@dataclass(frozen=True, slots=True)
class Lines:
    """One side of the map: its heading, the label of each line, and the line of each person (n,)."""

    title: str
    labels: list[str]
    line: IntVector


@dataclass(frozen=True, repr=False)
class HeatMap(Picture):
    """The points of all pairs, mentors down and mentees across, best pairs first, the chosen ones marked."""

    kind: ClassVar[str] = "heat_map"
    heading: ClassVar[str] = mark("Les points de tous les binômes possibles")

    @property
    @own_language
    def alternative(self) -> str:
        if self.untold:
            return self.untold
        n, m = self.matching.problem.shape
        scores = self.matching.problem.scores
        permitted = tr(
            "{permitted} par les règles sur {all}",
            permitted=counted(scores.count, "binôme permis", "binômes permis"),
            all=thousands(n * m),
        )
        return tr(
            "{mentors} en lignes, {mentees} en colonnes : {permitted}. {chosen}.",
            mentors=counted(n, "mentor·e"),
            mentees=counted(m, "mentoré·e"),
            permitted=between(permitted, scores.values_of_pairs()),
            chosen=between(counted(len(self.chosen), "binôme retenu", "binômes retenus"), self.chosen),
        )

    @property
    @own_language
    def caption(self) -> str:
        return tr(GROUPED if max(self.matching.problem.shape) > MOST else WHOLE)

    @cached_property
    def chosen(self) -> IntVector:
        """The scores of the chosen pairs, in millionths."""
        pairs = self.matching.solution.pairs
        return self.matching.problem.scores.at(pairs[:, 0], pairs[:, 1])

    def lines(self, axis: int) -> Lines:
        """Return one side of the map."""
        side: Side = "mentee" if axis else "mentor"
        ids = self.matching.cohort.side(side).ids
        best = self.matching.solution.pairs[np.argsort(-self.chosen, kind="stable"), axis].tolist()
        order = np.array(list(dict.fromkeys([*best, *range(len(ids))])), dtype=np.int64)
        rank = np.argsort(order, kind="stable")
        if len(ids) <= MOST:
            return Lines(
                tr(TITLES[side]), distinct([shortened(self.person(side, ids[place])) for place in order]), rank
            )
        together = -(-len(ids) // GROUPS)
        named = [f"{first + 1}–{min(first + together, len(ids))}" for first in range(0, len(ids), together)]
        return Lines(tr(RANKED[side]), named, rank // together)

    @own_language
    def chart(self) -> Chart | None:
        if self.untold:
            return None
        mentors, mentees = self.matching.problem.scores.pairs()
        if not len(mentors):
            return None
        frame = HeatMapFrame(self.lines(0), self.lines(1))
        cells, scores = frame.cells(mentors, mentees), self.matching.problem.scores.at(mentors, mentees)
        found, place = np.unique(cells, return_inverse=True)
        means = np.bincount(place, scores) / np.bincount(place) / 10_000
        chosen, counts = np.unique(frame.cells(*self.matching.solution.pairs.T), return_counts=True)
        layers = [*coloured(frame, found, means), *marked(frame, chosen, counts)]
        n, m = frame.shape
        size = {"width": m * frame.size, "height": n * frame.size}
        return {"layer": layers, "title": self.title, **size, "view": {"fill": NOTHING}}


@dataclass(frozen=True, slots=True)
class HeatMapFrame:
    """Both sides of the map, mentors down, mentees across."""

    mentors: Lines
    mentees: Lines

    @property
    def shape(self) -> tuple[int, int]:
        """The number of lines down and across."""
        return len(self.mentors.labels), len(self.mentees.labels)

    @property
    def size(self) -> int:
        """The side of one cell."""
        return min(GREATEST, WIDE // max(self.shape))

    def cells(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (k,) int64: the cell in which each pair of people stands, counted line by line."""
        found: IntVector = self.mentors.line[mentors] * self.shape[1] + self.mentees.line[mentees]
        return found

    def data(self, cells: IntVector, **values: Any) -> list[dict[str, Any]]:
        """Return cells as data of a chart, with the names of their lines."""
        down, across = np.divmod(cells, self.shape[1])
        return rows(
            ("mentor", [self.mentors.labels[place] for place in down]),
            ("mentee", [self.mentees.labels[place] for place in across]),
            *values.items(),
        )

    def places(self) -> dict[str, Any]:
        """Return where a cell stands, and how both sides are named."""
        down, across = self.mentors, self.mentees
        look = {"ticks": False, "domain": False, "labelFontSize": min(12, self.size - 2)}
        left, top = {"title": down.title, **look}, {"title": across.title, "orient": "top", "labelAngle": -90, **look}
        return {
            "y": column("mentor:N", sort=down.labels, axis=left, scale={"domain": down.labels}),
            "x": column("mentee:N", sort=across.labels, axis=top, scale={"domain": across.labels}),
        }


def coloured(frame: HeatMapFrame, cells: IntVector, means: NDArray[np.float64]) -> list[Chart]:
    """Return the cells in the colour of their points, which stand in them where there is room."""
    low, high = tens(means)
    data = frame.data(cells, points=np.round(means, 1).tolist())
    scale = {"scheme": "cividis", "domain": [low, high], "clamp": True}
    legend = {"title": tr("Points"), "gradientLength": 160, "tickCount": 5}
    drawn = layer(data, "rect", **frame.places(), color=column("points:Q", scale=scale, legend=legend))
    if frame.size < NUMBERED:
        return [drawn]
    dark = {"test": f"datum.points < {low + WHITE_BELOW * (high - low)}", "value": "white"}
    told = {"text": column("points:Q", format=".0f"), "color": {"condition": dark, "value": "black"}}
    return [drawn, layer(data, "text", {"fontSize": 11}, **frame.places(), **told)]


def marked(frame: HeatMapFrame, cells: IntVector, counts: IntVector) -> list[Chart]:
    """Return the marks of the chosen pairs: a frame around a cell, or a dot where cells are small."""
    if not len(cells):
        return []
    data = frame.data(cells, pairs=counts.tolist())
    if frame.size >= NUMBERED:
        frames = (("white", 5), (INK, 2.5))
        return [
            layer(data, "rect", {"fill": None, "stroke": colour, "strokeWidth": width}, **frame.places())
            for colour, width in frames
        ]
    area = frame.size**2 * 0.45
    size = column("pairs:Q", legend=None, scale={"domain": [0, int(counts.max())], "range": [0, area]})
    look = {"fill": "white", "stroke": INK, "strokeWidth": 1.5, "opacity": 1}
    return [layer(data, "circle", look, **frame.places(), size=size)]


def tens(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return the tens between which all values are, ten apart at least."""
    low, high = int(np.floor(values.min() / 10)) * 10, int(np.ceil(values.max() / 10)) * 10
    return low, max(high, low + 10)


def between(pairs: str, millionths: IntVector) -> str:
    """Return how many pairs there are, and between what and what their scores are, and their mean."""
    if not len(millionths):
        return pairs
    low, high, mean = (points(round(float(each))) for each in (millionths.min(), millionths.max(), millionths.mean()))
    return tr("{pairs}, de {low} à {high} points, {mean} en moyenne", pairs=pairs, low=low, high=high, mean=mean)
