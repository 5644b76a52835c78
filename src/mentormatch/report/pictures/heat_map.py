"""The points of each pair as a heat map, chosen pairs marked; people in groups if there are many.

``MarketPictures`` are the pictures before solving: possible pairs, and places of people.
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
    BOLD_WEIGHT,
    EMPTY_COLOUR,
    FONT_SIZE,
    INK,
    NEAR,
    SOFT,
    Frame,
    LinearScale,
    Picture,
    StyleValue,
    cividis,
    shorten_label,
)
from mentormatch.rules.rule import market_of

# People of a side with a line each; above, the maximum number of groups per side
MAX_SIDE, GROUPED_SIDE = 60, 50
# Dots: the minimum size of a cell with points in it, and the distance of a title from the names
MIN_NUMBERED_CELL, TITLE_DISTANCE = 24, 14
# Share of the colour scale below which white text is more legible than black
WHITE_BELOW = 0.45
# Letters that fit into a cell
MOST_LETTERS = 4


@dataclass(frozen=True, slots=True)
class AxisLines:
    """A side of the map: title, label per line, and the line of each person (n,), -1 for none."""

    title: str
    labels: list[str]
    line: IntVector


@dataclass(frozen=True, repr=False)
class HeatMap(Picture):
    """The points of all pairs, mentors as rows and mentees as columns, best pairs first, chosen pairs marked."""

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
        n, m = (int(side.sum()) for side in self.participants)
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
            permitted=format_score_range(permitted, scores),
        )
        if not len(self.chosen):
            return sentence
        chosen_text = counted(len(self.chosen), "binôme retenu", "binômes retenus")
        return f"{sentence} {format_score_range(chosen_text, self.chosen)}."

    @property
    @own_language
    def caption(self) -> str:
        grouped, chosen_count = max(int(side.sum()) for side in self.participants) > MAX_SIDE, len(self.chosen)
        hints = [
            tr("Plus la case est claire, plus le binôme a de points."),
            tr("Une case montre la moyenne d'un groupe.") if grouped else "",
        ]
        if chosen_count and (grouped or HeatMapGrid(self.lines(0), self.lines(1)).size < MIN_NUMBERED_CELL):
            hints.append(tr("Chaque rond compte les binômes retenus."))
        elif chosen_count:
            hints.append(tr("Les binômes retenus sont encadrés."))
        hints.append(tr("Une case grise : binôme écarté par une règle."))
        letters = [about(letter, name) for letter, name in self.letters]
        lettered = [tr("Les lettres disent quelle règle écarte : {rules}.", rules=joined(letters))] if letters else []
        order = (
            tr(
                "Les personnes sont rangées du binôme qui a le plus de points à celui qui en a le moins, puis viennent"
                " celles qui n'ont pas de binôme, du plus grand choix au plus petit."
            )
            if chosen_count
            else tr("Les personnes sont rangées du plus grand choix au plus petit.")
        )
        return " ".join(sentence for sentence in [*hints, *lettered, order] if sentence)

    @cached_property
    def exclusions_by_rule(self) -> tuple[RuleExclusions, ...]:
        """The pairs excluded by each rule; empty if there is no map, or its cells are too small for letters."""
        case = case_of(self.matching)
        is_empty = not all(side.any() for side in self.participants)
        if self.too_many_pairs or is_empty or HeatMapGrid(self.lines(0), self.lines(1)).size < MIN_NUMBERED_CELL:
            return ()
        return rule_exclusions(case.rules, market_of(case.cohort, case.scores.values), self.participants)

    @cached_property
    def permitted(self) -> tuple[IntVector, IntVector]:
        """The permitted pairs of participants: rows of mentors (k,) and mentees (k,)."""
        mentors, mentees = self.matching.problem.scores.pairs()
        both_participate = self.participants[0][mentors] & self.participants[1][mentees]
        return mentors[both_participate], mentees[both_participate]

    @cached_property
    def participants(self) -> tuple[BoolVector, BoolVector]:
        """Masks of the participants, mentors and mentees."""
        problem = self.matching.problem
        return problem.mentors.most > 0, problem.mentees.most > 0

    @property
    def letters(self) -> list[tuple[str, str]]:
        """The letter and name of each rule that excludes pairs."""
        labels = self.matching.labels if self.labels is None else self.labels
        return letters_of(self.exclusions_by_rule, labels)

    @cached_property
    def chosen(self) -> IntVector:
        """The scores of the chosen pairs, in millionths."""
        pairs = self.matching.solution.pairs
        return self.matching.scores.at(pairs[:, 0], pairs[:, 1]).astype(np.int64)

    def lines(self, axis: int) -> AxisLines:
        """Return a side of the map."""
        side: Side = "mentee" if axis else "mentor"
        ids, taking = self.matching.cohort.side(side).ids, np.flatnonzero(self.participants[axis])
        best = self.matching.solution.pairs[np.argsort(-self.chosen, kind="stable"), axis].tolist()
        choice = np.bincount(self.permitted[axis], minlength=len(ids))[taking]
        order = list(dict.fromkeys([*best, *taking[np.argsort(-choice, kind="stable")].tolist()]))
        line = np.full(len(ids), -1, dtype=np.int64)
        line[order] = np.arange(len(order))
        if len(order) <= MAX_SIDE:
            title = tr("Mentor·es") if side == "mentor" else tr("Mentoré·es")
            return AxisLines(title, [shorten_label(self.person(side, ids[row])) for row in order], line)
        group_size = -(-len(order) // GROUPED_SIDE)
        group_labels = [
            f"{first + 1}–{min(first + group_size, len(order))}" for first in range(0, len(order), group_size)
        ]
        title = tr("Mentor·es, par rang") if side == "mentor" else tr("Mentoré·es, par rang")
        return AxisLines(title, group_labels, line // group_size)

    @own_language
    def frames(self) -> Sequence[Frame]:
        if self.too_many_pairs:
            return ()
        mentors, mentees = self.permitted
        if not len(mentors) and not self.exclusions_by_rule:
            return ()
        grid = HeatMapGrid(self.lines(0), self.lines(1))
        cells, scores = grid.cells(mentors, mentees), self.matching.problem.scores.at(mentors, mentees)
        cells_with_pairs, cell_index = np.unique(cells, return_inverse=True)
        means = np.bincount(cell_index, scores) / np.bincount(cell_index) / 10_000
        chosen_cells, counts = np.unique(grid.cells(*self.matching.solution.pairs.T), return_counts=True)
        frame = grid.frame()
        if len(cells_with_pairs):
            colour_cells(frame, grid, cells_with_pairs, means)
        letter_cells(frame, grid, self.exclusions_by_rule)
        mark_chosen(frame, grid, chosen_cells, counts)
        return [frame]


@dataclass(frozen=True, slots=True)
class HeatMapGrid:
    """Both sides of the map."""

    mentors: AxisLines
    mentees: AxisLines

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self.mentors.labels), len(self.mentees.labels)

    @property
    def size(self) -> int:
        """The side of a cell in dots."""
        # At most 36; the longer side of the map has at most 600
        return min(36, 600 // max(self.shape))

    def cells(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (k,) int64: the row-major cell of each pair."""
        cells: IntVector = self.mentors.line[mentors] * self.shape[1] + self.mentees.line[mentees]
        return cells

    def corners(self, cells: IntVector) -> list[tuple[int, int]]:
        """Return the upper left corner of each cell."""
        down, across = np.divmod(cells, self.shape[1])
        return list(zip((across * self.size).tolist(), (down * self.size).tolist(), strict=True))

    def frame(self) -> Frame:
        """Return the frame with the labels of both sides, grey as for pairs that are not permitted."""
        n, m = self.shape
        frame, letters = Frame(m * self.size, n * self.size), min(FONT_SIZE, self.size - 2)
        frame.rect(0, 0, frame.width, frame.height, fill=EMPTY_COLOUR)
        for row, label in enumerate(self.mentors.labels):
            frame.text(-NEAR, (row + 0.5) * self.size, label, "end", fill=SOFT, font_size=letters)
        for column, label in enumerate(self.mentees.labels):
            frame.vertical_text((column + 0.5) * self.size, -NEAR, label, "start", fill=SOFT, font_size=letters)
        style: dict[str, StyleValue] = {"fill": SOFT, "font_weight": BOLD_WEIGHT}
        frame.vertical_text(frame.left - TITLE_DISTANCE, frame.height / 2, self.mentors.title, "middle", **style)
        frame.text(frame.width / 2, frame.top - TITLE_DISTANCE, self.mentees.title, "middle", **style)
        return frame


def colour_cells(frame: Frame, grid: HeatMapGrid, cells: IntVector, means: NDArray[np.float64]) -> None:
    """Fill the cells with the colour of their points, and write the points if there is room."""
    scale, size = LinearScale(*widen_to_tens(means), 0.0, 1.0), grid.size
    for (x, y), mean in zip(grid.corners(cells), np.round(means, 1).tolist(), strict=True):
        share = scale.at(mean)
        frame.rect(x, y, size, size, fill=cividis(share))
        if size >= MIN_NUMBERED_CELL:
            ink = "white" if share < WHITE_BELOW else "black"
            frame.text(x + size / 2, y + size / 2, str(int(mean + 0.5)), "middle", font_size=11, fill=ink)
    frame.legend(tr("Points"), scale.marks(5))


def letter_cells(frame: Frame, grid: HeatMapGrid, losses: Sequence[RuleExclusions]) -> None:
    """Write the letters of the excluding rules into the cell of each excluded pair."""
    if not losses:
        return
    words = np.full(losses[0].pairs.shape, "", dtype=object)
    for letter in dict.fromkeys(loss.letter for loss in losses):
        words[np.logical_or.reduce([loss.pairs for loss in losses if loss.letter == letter])] += letter
    mentors, mentees = np.nonzero(words)
    corners = grid.corners(grid.cells(mentors, mentees))
    for (x, y), letters in zip(corners, words[mentors, mentees].tolist(), strict=True):
        text = letters if len(letters) <= MOST_LETTERS else f"{letters[: MOST_LETTERS - 1]}…"
        frame.text(x + grid.size / 2, y + grid.size / 2, text, "middle", font_size=9, fill=SOFT)


def mark_chosen(frame: Frame, grid: HeatMapGrid, cells: IntVector, counts: IntVector) -> None:
    """Mark the chosen pairs: a frame per cell, or in small cells a disc whose area grows with the count."""
    size, corners = grid.size, grid.corners(cells)
    if size >= MIN_NUMBERED_CELL:
        for colour, width in (("white", 5), (INK, 2.5)):
            for x, y in corners:
                frame.rect(x, y, size, size, fill="none", stroke=colour, stroke_width=width)
        return
    for (x, y), count in zip(corners, counts.tolist(), strict=True):
        area = size**2 * 0.45 * count / int(counts.max())
        frame.disc(x + size / 2, y + size / 2, area, fill="white", stroke=INK, stroke_width=1.5)


def widen_to_tens(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return the range of the values in full tens, at least 10 wide."""
    low, high = int(np.floor(values.min() / 10)) * 10, int(np.ceil(values.max() / 10)) * 10
    return low, max(high, low + 10)


def format_score_range(pairs: str, millionths: IntVector) -> str:
    """Return a count of pairs with the range and mean of their scores."""
    if not len(millionths):
        return pairs
    low, high, mean = (points(round(float(score))) for score in (millionths.min(), millionths.max(), millionths.mean()))
    return tr("{pairs}, de {low} à {high} points, {mean} en moyenne", pairs=pairs, low=low, high=high, mean=mean)


@dataclass(frozen=True, slots=True)
class MarketPictures:
    """The two pictures before solving, with people under these labels."""

    matching: Matching
    labels: Labels

    @property
    def possible(self) -> HeatMap:
        """The possible pairs."""
        return HeatMap(self.matching, self.labels)

    @property
    def places(self) -> Map | None:
        """The places of people; None if the programme does not ask for them."""
        map_of_people = Map(self.matching, self.labels)
        return map_of_people if map_of_people.territory.has_question else None
