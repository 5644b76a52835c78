"""A lookup table with a dictionary: one byte a cell.

A criterion gives few different numbers of points even where it tells thousands of kinds of people apart: shares of a
few needs, say. A byte then says which of them a pair is given.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import IntVector

type Points = NDArray[np.int32]
"""(n, m) int32, in millionths."""

FEW = 256
"""So many different numbers are told apart by a byte."""
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class CodedTable:
    """``cells`` (u, v): int32 points, or where there are ``points`` (k,) int32 the uint8 places among these."""

    cells: NDArray[np.integer]
    points: NDArray[np.int32] | None = None

    def rows(self, some: IntVector) -> Points:
        """Return (r, v) int32: the points of some kinds of mentors."""
        cells = self.cells[some]
        return cells.astype(np.int32, copy=False) if self.points is None else self.points[cells]

    def at(self, rows: IntVector, columns: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs of kinds."""
        cells = self.cells[rows, columns]
        return (cells if self.points is None else self.points[cells]).astype(np.int64)

    def of_columns(self, some: IntVector) -> "CodedTable":
        """Return the table of some kinds of mentees."""
        return CodedTable(np.ascontiguousarray(self.cells[:, some]), self.points)

    def flipped(self) -> "CodedTable":
        """Return the same with the sides exchanged."""
        return CodedTable(np.ascontiguousarray(self.cells.T), self.points)

    def any(self) -> bool:
        """Return whether any pair gets points, or loses some."""
        return bool((self.cells if self.points is None else self.points).any())


@dataclass(slots=True)
class CodeDictionary:
    """Gives numbers from ``low`` to ``high`` their places, in the order in which they come."""

    low: int
    high: int
    places: NDArray[np.int16] = field(init=False)
    points: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.places = np.full(self.high - self.low + 1, UNKNOWN, dtype=np.int16)

    def coded(self, points: Points) -> NDArray[np.uint8] | None:
        """Return the places of points; None where there are too many different ones."""
        places = self.places[points - self.low]
        new = np.unique(points[places == UNKNOWN]).tolist()
        if len(self.points) + len(new) > FEW:
            return None
        if new:
            self.places[np.array(new) - self.low] = np.arange(len(self.points), len(self.points) + len(new))
            self.points += new
            places = self.places[points - self.low]
        return places.astype(np.uint8)


def encode(pieces: Iterable[Points], shape: tuple[int, int], extremes: tuple[int, int]) -> CodedTable | None:
    """Return the rows that come in pieces as a table of bytes; None where there are too many different points."""
    coder, cells, at = CodeDictionary(*extremes), np.empty(shape, dtype=np.uint8), 0
    for piece in pieces:
        places = coder.coded(piece)
        if places is None:
            return None
        cells[at : at + len(piece)] = places
        at += len(piece)
    return CodedTable(cells, np.array(coder.points, dtype=np.int32))


def stack_tables(pieces: Iterable[Points], shape: tuple[int, int]) -> CodedTable:
    """Return the rows that come in pieces as a table of points."""
    cells, at = np.empty(shape, dtype=np.int32), 0
    for piece in pieces:
        cells[at : at + len(piece)] = piece
        at += len(piece)
    return CodedTable(cells)
