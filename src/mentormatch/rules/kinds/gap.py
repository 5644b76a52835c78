"""Rule ``gap``: the mentor is ahead."""

from collections.abc import Iterator
from math import ceil
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, IntVector
from mentormatch.base.columns import NONE, SingleChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import plain
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule, apply_missing

type Steps = IntVector | NDArray[np.float64]


class Gap(Rule):
    """The mentor's answer to ``field`` is at least ``least`` ahead of the mentee's (steps, or units of the number)."""

    waiver_rank: ClassVar[int] = 3
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

    @property
    def sentence(self) -> str:
        if self.most is not None:
            return tr("À {field}, la ou le mentor·e a entre {least} et {most} crans d'avance.")
        return tr_n(
            "À {field}, la ou le mentor·e a au moins {least} cran d'avance.",
            "À {field}, la ou le mentor·e a au moins {least} crans d'avance.",
            ceil(self.least),
        )

    @property
    def details(self) -> tuple[str, ...]:
        most = (tr("L'avance est de {most} crans au plus."),) if self.most is None else ()
        return (*most, *super().details)

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        column, theirs = left.columns[self.field], right.columns[self.field]
        if not (isinstance(column, SingleChoice) and isinstance(theirs, SingleChoice)):
            ours = left.numbers(self.field)
            return self._wrong(ours.values, ours.known, right.numbers(self.field).values, theirs.known)
        options = np.append(np.arange(len(column.labels)), NONE)  # no answer, which is -1, comes last
        found = self._wrong(options, options != NONE, theirs.values, theirs.known)
        return found[column.values]

    def _wrong(self, ours: Steps, answered: BoolVector, theirs: Steps, known: BoolVector) -> BoolMatrix:
        """Return which answers are not as far ahead of others as they are to be, or not known to be."""
        ahead = np.subtract(*np.ix_(np.nan_to_num(ours), np.nan_to_num(theirs)))
        wrong = ahead < self.least
        if self.most is not None:
            wrong |= ahead > self.most
        return apply_missing(wrong, answered, known, self.missing)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how far ahead the mentor is to be at least, and at most."""
        ours, theirs = (steps_of(people, self.field) for people in (market.mentors, market.mentees))
        if not (len(ours) and len(theirs)):
            return
        lowest, highest = float(ours.min() - theirs.max()), float(ours.max() - theirs.min())
        if self.least > lowest:
            yield Relaxation(
                "lower_gap",
                ceil(self.least - lowest),
                lambda k: self.model_copy(update={"least": self.least - k}),
                lambda k: tr(
                    "Abaisser l'avance demandée par {rule} de {old} à {new}.",
                    rule=name,
                    old=plain(self.least),
                    new=plain(self.least - k),
                ),
            )
        if (most := self.most) is not None and most < highest:
            yield Relaxation(
                "raise_gap",
                ceil(highest - most),
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever l'avance permise par {rule} de {old} à {new}.",
                    rule=name,
                    old=plain(most),
                    new=plain(most + k),
                ),
            )


def steps_of(people: People, field: str) -> NDArray[np.float64]:
    """Return the steps or numbers of those who answered."""
    column = people.columns[field]
    values = column.values if isinstance(column, SingleChoice) else people.numbers(field).values
    return values.astype(np.float64)[column.known]
