"""Rule ``proportion``: at least, or at most, a share of the pairs with given answers."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.assignment.model.problem import Row
from mentormatch.base.arrays import IntVector
from mentormatch.fields import Side
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import percent
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Relaxation, Rule, check_bounds

KINDS = ("choice", "choices", "scale", "yesno", "place")
WHOLE = 100
SHARES = {
    (True, False): mark("au moins {least} des binômes selon « {field} »"),
    (False, True): mark("au plus {most} des binômes selon « {field} »"),
    (True, True): mark("au moins {least} et au plus {most} des binômes selon « {field} »"),
}
"""What is asked, by whether there is a least and a most."""

SHARES_IN_BLANKS = {
    (True, False): mark("Au moins {least} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (False, True): mark("Au plus {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
    (True, True): mark("Entre {least} et {most} % des binômes sont ceux d'un·e {side} qui a répondu {in} à {field}."),
}


class Proportion(Rule):
    """Of every 100 pairs, between ``least`` and ``most`` are of people of ``side`` who answered one of ``in``.

    A pair whose ``field`` was left blank is among the pairs, and not among those with the answers. No pair at all is
    in any proportion.
    """

    kind: Literal["proportion"] = "proportion"
    example = {"kind": "proportion", "side": "mentee", "field": "territoire", "in": ["Cantal"], "most": 50}
    side: Side = "mentee"
    field: Annotated[str, FieldRef(KINDS, "any")]
    among: list[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)
    least: int | None = Setting(default=None, ge=0, le=WHOLE)
    most: int | None = Setting(default=None, ge=0, le=WHOLE)

    @model_validator(mode="after")
    def bounds_something(self) -> Self:
        """Refuse a proportion without a bound, or with bounds that cross."""
        check_bounds(self.least, self.most)
        return self

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("field", self.field, FieldRef(KINDS, self.side))

    def quotations(self) -> Iterator[AnswerReference]:
        yield from (AnswerReference("in", self.field, answer) for answer in self.among)

    def describe(self) -> str:
        least, most = ("" if bound is None else percent(bound / WHOLE) for bound in (self.least, self.most))
        return tr(SHARES[bool(least), bool(most)], least=least, most=most, field=self.field)

    @property
    def sentence(self) -> str:
        return tr(SHARES_IN_BLANKS[self.least is not None, self.most is not None])

    @property
    def details(self) -> tuple[str, ...]:
        least, most = tr("Ils sont {least} % au moins."), tr("Ils sont {most} % au plus.")
        return (*((least,) if self.least is None else ()), *((most,) if self.most is None else ()))

    def side_constraints(self, market: Market) -> Iterator[Row]:
        counted = self.answer_flags(market.side(self.side)) * WHOLE
        weights = counted[:, None] if self.side == "mentor" else counted[None, :]
        if self.least is not None:
            yield Row(name=self.label, weights=weights - self.least, least=0)
        if self.most is not None:
            yield Row(name=self.label, weights=self.most - weights, least=0)

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield the least and the most, by hundredths."""
        least, most = self.least, self.most
        if least:
            yield Relaxation(
                "lower_proportion",
                least,
                lambda k: self.model_copy(update={"least": least - k}),
                lambda k: tr(
                    "Abaisser {rule} de {old} à {new} au moins.", rule=name, old=least, new=percent((least - k) / WHOLE)
                ),
            )
        if most is not None and most < WHOLE:
            yield Relaxation(
                "raise_proportion",
                WHOLE - most,
                lambda k: self.model_copy(update={"most": most + k}),
                lambda k: tr(
                    "Relever {rule} de {old} à {new} au plus.", rule=name, old=most, new=percent((most + k) / WHOLE)
                ),
            )

    def answer_flags(self, people: People) -> IntVector:
        """Return (n,) int64: 1 for who gave one of the answers, else 0."""
        return people.gave(self.field, self.among).astype(np.int64)
