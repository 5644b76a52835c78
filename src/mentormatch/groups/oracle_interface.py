"""Where groups come from while a program is solved: a list, or a search that leaves out what cannot count."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mentormatch.groups.columns import Columns
from mentormatch.groups.linear_forms import LinearForm


@dataclass(frozen=True)
class PricedColumns:
    """Some groups for which a form is great, and what it does not exceed for any, ``most``; None: not known."""

    columns: Columns
    most: int | None


class GroupOracle(Protocol):
    """Gives groups by what a form says that they count for."""

    def heuristic(self, form: LinearForm) -> Columns | None:
        """Return some groups for which the form is great, in little time; None where ``best`` takes no longer."""
        ...

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        """Return up to so many groups for which the form is greater than ``over``, those first where it is greatest."""
        ...

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        """Return all groups for which the form is ``least`` or more; None where there are more than ``many``."""
        ...

    def above_floor(self, least_floor: int) -> "GroupOracle":
        """Return the source of those groups only whose pairs are worth so much in the mean."""
        ...


@dataclass(frozen=True)
class EnumerationOracle:
    """All groups, in a list."""

    columns: Columns

    def heuristic(self, form: LinearForm) -> None:
        return None

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        values = form.of(self.columns)
        if not len(values):
            return PricedColumns(self.columns, over)
        some = np.argpartition(-values, many)[:many] if len(values) > many else np.arange(len(values))
        some = some[values[some] > over]
        return PricedColumns(self.columns.take(some[np.lexsort((some, -values[some]))]), max(int(values.max()), over))

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        kept = np.flatnonzero(form.of(self.columns) >= least)
        return self.columns.take(kept) if len(kept) <= many else None

    def above_floor(self, least_floor: int) -> "EnumerationOracle":
        return EnumerationOracle(self.columns.take(self.columns.floors() >= least_floor))
