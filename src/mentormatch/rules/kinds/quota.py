"""Rule ``quota``: at least, or at most, so many pairs with given answers."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, model_validator
from pydantic import Field as Setting

from mentormatch.assignment.model.problem import Row
from mentormatch.fields import Side
from mentormatch.fields.base import CHOSEN
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import counted, listed
from mentormatch.rules.conditions import Where, as_list, where_in_blanks
from mentormatch.rules.rule import Market, Relaxation, Rule, check_bounds

NUMBERS = {
    (True, False): mark("au moins {least} binômes selon « {field} »"),
    (False, True): mark("au plus {most} binômes selon « {field} »"),
    (True, True): mark("au moins {least} et au plus {most} binômes selon « {field} »"),
}
"""What is asked, by whether there is a least and a most."""

NUMBERS_IN_BLANKS = {
    (True, False): mark("Il y a au moins {least} binômes"),
    (False, True): mark("Il y a au plus {most} binômes"),
    (True, True): mark("Il y a entre {least} et {most} binômes"),
}


class Quota(Rule):
    """The number of pairs for which every condition of ``where`` holds is between ``least`` and ``most``."""

    kind: Literal["quota"] = "quota"
    example = {
        "kind": "quota",
        "where": [{"side": "mentee", "field": "territoire", "in": ["Cantal", "Allier"]}],
        "least": 1,
    }
    where: Annotated[list[Where], BeforeValidator(as_list)] = Setting(min_length=1)
    least: int | None = Setting(default=None, ge=0)
    most: int | None = Setting(default=None, ge=0)

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a quota without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOSEN, condition.side))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        message = NUMBERS[self.least is not None, self.most is not None]
        return tr(message, least=self.least, most=self.most, field=self.where[0].field)

    @property
    def sentence(self) -> str:
        numbers = tr(NUMBERS_IN_BLANKS[self.least is not None, self.most is not None])
        return f"{numbers} {listed([where_in_blanks(place) for place in range(len(self.where))])}."

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Ils sont {least} au moins."), tr("Ils sont {most} au plus.")
        return (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        mentors, mentees = (self._condition_flags(market, side) for side in ("mentor", "mentee"))
        one = mentors if mentees is None else mentees
        both = mentors is not None and mentees is not None
        if one is not None:
            yield Row(self.label, one, self.least, self.most, factor=mentors if both else None)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the least and the most."""
        least, most, pairs = self.least, self.most, market.shape[0] * market.shape[1]
        if least:
            yield Relaxation(
                "lower_quota",
                least,
                lambda k: self.model_copy(update={"least": least - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=counted(least - k, "binôme")
                ),
            )
        if most is not None and most < pairs:
            yield Relaxation(
                "raise_quota",
                pairs - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=counted(most + k, "binôme")
                ),
            )

    def _condition_flags(self, market: Market, side: Side) -> NDArray[np.int64] | None:
        """Return (n, 1) or (1, m) int64: 1 for whom all conditions of a side hold; None where there are none."""
        holds = [condition.holds(market.side(side)) for condition in self.where if condition.side == side]
        counted = np.logical_and.reduce(holds).astype(np.int64) if holds else None
        return counted if counted is None else counted[:, None] if side == "mentor" else counted[None, :]
