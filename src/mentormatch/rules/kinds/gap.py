"""Rule ``gap``: the mentor is ahead."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import NONE, BoolVector, IntVector, SingleChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
from mentormatch.languages.phrases import plain
from mentormatch.rules.rule import BoolBlock, Market, Missing, Rule, apply_missing

type Steps = IntVector | NDArray[np.float64]


class Gap(Rule):
    """The mentor's answer to ``field`` is at least ``least`` ahead of the mentee's (steps, or units of the number)."""

    kind: Literal["gap"] = "gap"
    example = {"kind": "gap", "field": "annees", "least": 2}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("scale", "number"))]
    least: float = 1
    most: float | None = None

    def describe(self) -> str:
        if self.most is None:
            return tr("avance d'au moins {least} dans « {field} »", least=plain(self.least), field=self.field)
        return tr(
            "avance d'au moins {least} et au plus {most} dans « {field} »",
            least=plain(self.least),
            most=plain(self.most),
            field=self.field,
        )

    def forbidden(self, market: Market) -> BoolBlock:
        left, right = market.mentors, market.mentees
        column, theirs = left.columns[self.field], right.columns[self.field]
        if not (isinstance(column, SingleChoice) and isinstance(theirs, SingleChoice)):
            ours = left.numbers(self.field)
            return self._wrong(ours.values, ours.known, right.numbers(self.field).values, theirs.known)
        options = np.append(np.arange(len(column.labels)), NONE)  # no answer, which is -1, comes last
        found = self._wrong(options, options != NONE, theirs.values, theirs.known)
        return found[column.values]

    def _wrong(self, ours: Steps, answered: BoolVector, theirs: Steps, known: BoolVector) -> BoolBlock:
        """Return which answers are not as far ahead of others as they are to be, or not known to be."""
        ahead = np.subtract(*np.ix_(np.nan_to_num(ours), np.nan_to_num(theirs)))
        wrong = ahead < self.least
        if self.most is not None:
            wrong |= ahead > self.most
        return apply_missing(wrong, answered, known, self.missing)
