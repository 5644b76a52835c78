"""The result as pandas frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mentormatch.tables import Grid, Sheet

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True)
class Frames:
    """The tables of a matching as pandas frames; columns have the stable English names.

    ``grid`` is only asked for where the scores of all pairs are.
    """

    sheets: dict[str, Sheet]
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
        return DataFrame(grid.points, index=list(grid.mentors), columns=list(grid.mentees))


def frame(sheet: Sheet) -> "DataFrame":
    """Return one table as a frame."""
    from pandas import DataFrame

    return DataFrame([list(row) for row in sheet.rows], columns=list(sheet.names))
