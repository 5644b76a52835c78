"""The result as pandas frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mentormatch.explanation.tables import CellValue, Grid, ResultSheet

if TYPE_CHECKING:
    from pandas import DataFrame, Index, Series


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables of a matching as pandas frames; columns have the stable English names.

    ``grid`` is only asked for where the scores of all pairs are.
    """

    sheets: Mapping[str, ResultSheet]
    grid: Callable[[], Grid]

    @property
    def pairs(self) -> "DataFrame":
        """One row a pair: mentor, mentee, points (out of 100), answered (0 to 1), reasons."""
        return frame(self.sheets["pairs"])

    @property
    def unmatched(self) -> "DataFrame":
        """One row a person without a partner: person, side, code, reason."""
        return frame(self.sheets["unmatched"])

    @property
    def rejected(self) -> "DataFrame":
        """One row for each row that is nobody: source, line, key, fate, reason."""
        return frame(self.sheets["rejected"])

    @property
    def chains(self) -> "DataFrame":
        """One row a chain of people in both roles: mentors, people, mentees, chain."""
        return frame(self.sheets["chains"])

    @property
    def contributions(self) -> "DataFrame":
        """One row for each criterion of each pair: points, full, answered, reason."""
        return frame(self.sheets["contributions"])

    @property
    def scores(self) -> "DataFrame":
        """Points of every pair, mentors down, mentees across; NaN where a rule forbids the pair.

        Raises RequestError where there are too many pairs to have them all.
        """
        from pandas import DataFrame

        grid = self.grid()
        return DataFrame(grid.points, index=labels(grid.mentors), columns=labels(grid.mentees))


def frame(sheet: ResultSheet) -> "DataFrame":
    """Return one table as a frame."""
    from pandas import DataFrame

    columns = zip(*sheet.rows, strict=True) if sheet.rows else [()] * len(sheet.names)
    return DataFrame({name: column(cells) for name, cells in zip(sheet.names, columns, strict=True)})


def column(cells: Sequence[CellValue]) -> "Series[Any]":
    """Return cells as a column."""
    from pandas import Series

    try:
        return Series(cells, dtype=None if cells else object)
    except UnicodeEncodeError:  # half a character, as keys may hold: pyarrow, where it is there, refuses it
        return Series(cells, dtype=object)


def labels(keys: Sequence[str]) -> "Index[Any]":
    """Return keys as labels."""
    from pandas import Index

    made: Index[Any] = Index(column(keys))
    return made
