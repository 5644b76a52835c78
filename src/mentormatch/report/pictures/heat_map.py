"""The points of every pair as a map of colours, the chosen pairs marked; groups of people where there are many."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector
from mentormatch.fields import Side
from mentormatch.languages import mark, own_language, tr
from mentormatch.languages.phrases import counted, points, thousands
from mentormatch.report.pictures.picture import Picture, shortened
from mentormatch.report.pictures.svg import BOLD, INK, NEAR, NOTHING, SIZE, SOFT, Frame, LinearScale, Look, cividis

MOST, GROUPS = 60, 50
"""People of a side who get a line each; above, the groups into which a side is put at most."""
WIDE, GREATEST = 600, 36
"""Of the longer side, and of one cell at most."""
NUMBERED, TITLE = 24, 14
"""The size of a cell from which it holds its points; how far from the names the title of a side stands."""
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
            return Lines(tr(TITLES[side]), [shortened(self.person(side, ids[place])) for place in order], rank)
        together = -(-len(ids) // GROUPS)
        named = [f"{first + 1}–{min(first + together, len(ids))}" for first in range(0, len(ids), together)]
        return Lines(tr(RANKED[side]), named, rank // together)

    @own_language
    def frames(self) -> Sequence[Frame]:
        if self.untold:
            return ()
        mentors, mentees = self.matching.problem.scores.pairs()
        if not len(mentors):
            return ()
        grid = HeatMapGrid(self.lines(0), self.lines(1))
        cells, scores = grid.cells(mentors, mentees), self.matching.problem.scores.at(mentors, mentees)
        found, place = np.unique(cells, return_inverse=True)
        means = np.bincount(place, scores) / np.bincount(place) / 10_000
        chosen, counts = np.unique(grid.cells(*self.matching.solution.pairs.T), return_counts=True)
        frame = grid.frame()
        colour_cells(frame, grid, found, means)
        mark_chosen(frame, grid, chosen, counts)
        return [frame]


@dataclass(frozen=True, slots=True)
class HeatMapGrid:
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

    def corners(self, cells: IntVector) -> list[tuple[int, int]]:
        """Return the upper left corner of each cell."""
        down, across = np.divmod(cells, self.shape[1])
        return list(zip((across * self.size).tolist(), (down * self.size).tolist(), strict=True))

    def frame(self) -> Frame:
        """Return the frame, grey where no pair is permitted, with the names of both sides."""
        n, m = self.shape
        frame, letters = Frame(m * self.size, n * self.size), min(SIZE, self.size - 2)
        frame.rect(0, 0, frame.width, frame.height, fill=NOTHING)
        for row, label in enumerate(self.mentors.labels):
            frame.text(-NEAR, (row + 0.5) * self.size, label, "end", fill=SOFT, font_size=letters)
        for place, label in enumerate(self.mentees.labels):
            frame.upright((place + 0.5) * self.size, -NEAR, label, "start", fill=SOFT, font_size=letters)
        look: dict[str, Look] = {"fill": SOFT, "font_weight": BOLD}
        frame.upright(frame.left - TITLE, frame.height / 2, self.mentors.title, "middle", **look)
        frame.text(frame.width / 2, frame.top - TITLE, self.mentees.title, "middle", **look)
        return frame


def colour_cells(frame: Frame, grid: HeatMapGrid, cells: IntVector, means: NDArray[np.float64]) -> None:
    """Draw the cells in the colour of their points, which stand in them where there is room."""
    scale, size = LinearScale(*tens(means), 0.0, 1.0), grid.size
    for (x, y), mean in zip(grid.corners(cells), np.round(means, 1).tolist(), strict=True):
        share = scale.at(mean)
        frame.rect(x, y, size, size, fill=cividis(share))
        if size >= NUMBERED:
            ink = "white" if share < WHITE_BELOW else "black"
            frame.text(x + size / 2, y + size / 2, str(int(mean + 0.5)), "middle", font_size=11, fill=ink)
    frame.legend(tr("Points"), scale.marks(5))


def mark_chosen(frame: Frame, grid: HeatMapGrid, cells: IntVector, counts: IntVector) -> None:
    """Mark the chosen pairs: a frame around a cell, or a disc where cells are small, larger where it counts more."""
    size, corners = grid.size, grid.corners(cells)
    if size >= NUMBERED:
        for colour, width in (("white", 5), (INK, 2.5)):
            for x, y in corners:
                frame.rect(x, y, size, size, fill="none", stroke=colour, stroke_width=width)
        return
    for (x, y), count in zip(corners, counts.tolist(), strict=True):
        area = size**2 * 0.45 * count / int(counts.max())
        frame.disc(x + size / 2, y + size / 2, area, fill="white", stroke=INK, stroke_width=1.5)


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
