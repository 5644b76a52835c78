"""Rule ``gap``: the mentor is ahead."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.rule import BoolBlock, Market, Missing, Rule, with_missing
from mentormatch.columns import Codes
from mentormatch.extension import Ref
from mentormatch.languages import tr
from mentormatch.people import People
from mentormatch.phrases import plain


class Gap(Rule):
    """The mentor's answer to ``field`` is at least ``least`` ahead of the mentee's (steps, or units of the number)."""

    kind: Literal["gap"] = "gap"
    example = {"kind": "gap", "field": "annees", "least": 2}
    missing: Missing = "allow"
    field: Annotated[str, Ref(("scale", "number"))]
    least: float = 1
    most: float | None = None

    def asks(self) -> str:
        if self.most is None:
            return tr("avance d'au moins {least} dans « {field} »", least=plain(self.least), field=self.field)
        return tr(
            "avance d'au moins {least} et au plus {most} dans « {field} »",
            least=plain(self.least),
            most=plain(self.most),
            field=self.field,
        )

    def forbids(self, market: Market) -> BoolBlock:
        left, right = market.mentors, market.mentees
        ahead = self._steps(left)[:, None] - self._steps(right)[None, :]
        wrong = ahead < self.least
        if self.most is not None:
            wrong |= ahead > self.most
        return with_missing(wrong, left.known(self.field), right.known(self.field), self.missing)

    def _steps(self, people: People) -> NDArray[np.float64]:
        column = people.columns[self.field]
        values = column.values if isinstance(column, Codes) else people.numbers(self.field).values
        return np.nan_to_num(values.astype(np.float64))
