"""The points of every pair as a map of colours, the chosen pairs marked; groups of people where there are many.

The pictures of a market before anything is solved: who could meet whom, and where people live.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.explanation.names import Labels
from mentormatch.fields import Side
from mentormatch.inspection.market import RuleExclusions, letters_of, rule_exclusions
from mentormatch.languages.phrases import about, counted, joined, points, thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations.matching import Matching, case_of
from mentormatch.report.pictures.map import Map
from mentormatch.report.pictures.picture import (
    BOLD,
    INK,
    NEAR,
    NOTHING,
    SIZE,
    SOFT,
    Frame,
    LinearScale,
    Picture,
    StyleValue,
    cividis,
    shorten,
)
from mentormatch.rules.rule import market_of

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
CELLS = mark("Plus la case est claire, plus le binôme a de points.")
MEANS = mark("Une case montre la moyenne d'un groupe.")
FRAMED, DISCS = mark("Les binômes retenus sont encadrés."), mark("Chaque rond compte les binômes retenus.")
GREY = mark("Une case grise : binôme écarté par une règle.")
RANKING = mark(
    "Les personnes sont rangées du binôme qui a le plus de points à celui qui en a le moins, puis viennent celles qui"
    " n'ont pas de binôme, du plus grand choix au plus petit."
)
BY_CHOICE = mark("Les personnes sont rangées du plus grand choix au plus petit.")
MOST_LETTERS = 4
"""Letters that a cell has room for."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One side of the map: its heading, the label of each line, the line of each person (n,), below 0: none."""

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
    def title(self) -> str:
        return tr(self.heading) if len(self.chosen) else tr("Qui pourrait rencontrer qui")

    @property
    @own_language
    def alternative(self) -> str:
        if self.too_many_pairs:
            return self.too_many_pairs
        n, m = (int(side.sum()) for side in self.taking)
        scores = self.matching.problem.scores.at(*self.permitted)
        permitted = tr(
            "{permitted} par les règles sur {all}",
            permitted=counted(len(scores), "binôme permis", "binômes permis"),
            all=thousands(n * m),
        )
        sentence = tr(
            "{mentors} en lignes, {mentees} en colonnes : {permitted}.",
            mentors=counted(n, "mentor·e"),
            mentees=counted(m, "mentoré·e"),
            permitted=between(permitted, scores),
        )
        if not len(self.chosen):
            return sentence
        return f"{sentence} {between(counted(len(self.chosen), 'binôme retenu', 'binômes retenus'), self.chosen)}."

    @property
    @own_language
    def caption(self) -> str:
        grouped, chosen = max(int(side.sum()) for side in self.taking) > MOST, len(self.chosen)
        read = [tr(CELLS), tr(MEANS) if grouped else "", tr(DISCS if grouped else FRAMED) if chosen else "", tr(GREY)]
        letters = [about(letter, name) for letter, name in self.letters]
        lettered = [tr("Les lettres disent quelle règle écarte : {rules}.", rules=joined(letters))] if letters else []
        return " ".join(one for one in [*read, *lettered, tr(RANKING if chosen else BY_CHOICE)] if one)

    @cached_property
    def taken_apart(self) -> tuple[RuleExclusions, ...]:
        """Which rules take which pairs of people who take part; none where no cell has room for a letter."""
        case = case_of(self.matching)
        nobody = not all(side.any() for side in self.taking)
        if self.too_many_pairs or nobody or HeatMapGrid(self.lines(0), self.lines(1)).size < NUMBERED:
            return ()
        return rule_exclusions(case.rules, market_of(case.cohort, case.scores.values), self.taking)

    @cached_property
    def permitted(self) -> tuple[IntVector, IntVector]:
        """The pairs that the rules permit among people who take part: mentors (k,), mentees (k,)."""
        mentors, mentees = self.matching.problem.scores.pairs()
        among = self.taking[0][mentors] & self.taking[1][mentees]
        return mentors[among], mentees[among]

    @cached_property
    def taking(self) -> tuple[BoolVector, BoolVector]:
        """Who takes part, mentors and mentees."""
        problem = self.matching.problem
        return problem.mentors.most > 0, problem.mentees.most > 0

    @property
    def letters(self) -> list[tuple[str, str]]:
        """The letter of each rule that takes pairs, and what it is called."""
        labels = self.matching.labels if self.labels is None else self.labels
        return letters_of(self.taken_apart, labels)

    @cached_property
    def chosen(self) -> IntVector:
        """The scores of the chosen pairs, in millionths."""
        pairs = self.matching.solution.pairs
        return self.matching.scores.at(pairs[:, 0], pairs[:, 1]).astype(np.int64)

    def lines(self, axis: int) -> Lines:
        """Return one side of the map."""
        side: Side = "mentee" if axis else "mentor"
        ids, taking = self.matching.cohort.side(side).ids, np.flatnonzero(self.taking[axis])
        best = self.matching.solution.pairs[np.argsort(-self.chosen, kind="stable"), axis].tolist()
        choice = np.bincount(self.permitted[axis], minlength=len(ids))[taking]
        order = list(dict.fromkeys([*best, *taking[np.argsort(-choice, kind="stable")].tolist()]))
        line = np.full(len(ids), -1, dtype=np.int64)
        line[order] = np.arange(len(order))
        if len(order) <= MOST:
            return Lines(tr(TITLES[side]), [shorten(self.person(side, ids[place])) for place in order], line)
        together = -(-len(order) // GROUPS)
        named = [f"{first + 1}–{min(first + together, len(order))}" for first in range(0, len(order), together)]
        return Lines(tr(RANKED[side]), named, line // together)

    @own_language
    def frames(self) -> Sequence[Frame]:
        if self.too_many_pairs:
            return ()
        mentors, mentees = self.permitted
        if not len(mentors) and not self.taken_apart:
            return ()
        grid = HeatMapGrid(self.lines(0), self.lines(1))
        cells, scores = grid.cells(mentors, mentees), self.matching.problem.scores.at(mentors, mentees)
        found, place = np.unique(cells, return_inverse=True)
        means = np.bincount(place, scores) / np.bincount(place) / 10_000
        chosen, counts = np.unique(grid.cells(*self.matching.solution.pairs.T), return_counts=True)
        frame = grid.frame()
        if len(found):
            colour_cells(frame, grid, found, means)
        letter_cells(frame, grid, self.taken_apart)
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
        style: dict[str, StyleValue] = {"fill": SOFT, "font_weight": BOLD}
        frame.upright(frame.left - TITLE, frame.height / 2, self.mentors.title, "middle", **style)
        frame.text(frame.width / 2, frame.top - TITLE, self.mentees.title, "middle", **style)
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


def letter_cells(frame: Frame, grid: HeatMapGrid, losses: Sequence[RuleExclusions]) -> None:
    """Write the letters of the rules that take it in the middle of each pair that is excluded."""
    if not losses:
        return
    words = np.full(losses[0].pairs.shape, "", dtype=object)
    for letter in dict.fromkeys(loss.letter for loss in losses):
        words[np.logical_or.reduce([loss.pairs for loss in losses if loss.letter == letter])] += letter
    mentors, mentees = np.nonzero(words)
    corners = grid.corners(grid.cells(mentors, mentees))
    for (x, y), letters in zip(corners, words[mentors, mentees].tolist(), strict=True):
        shown = letters if len(letters) <= MOST_LETTERS else f"{letters[: MOST_LETTERS - 1]}…"
        frame.text(x + grid.size / 2, y + grid.size / 2, shown, "middle", font_size=9, fill=SOFT)


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


@dataclass(frozen=True, slots=True)
class MarketPictures:
    """The two pictures of a matching that nobody has solved yet, its people under these labels."""

    matching: Matching
    labels: Labels

    @property
    def possible(self) -> HeatMap:
        """Who could meet whom."""
        return HeatMap(self.matching, self.labels)

    @property
    def places(self) -> Map | None:
        """Where people live, None where nobody was asked."""
        found = Map(self.matching, self.labels)
        return found if found.territory.has_question else None
