"""Rule ``diversity``: several mentors of one mentee answered differently."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import Row
from mentormatch.base.columns import MultiChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, Rule


class Diversity(Rule):
    """No two mentors of one mentee gave the same answer to ``field``, or one in common where several may be given.

    A mentor who gave none may be beside anybody; with ``missing = "forbid"`` beside nobody.
    """

    kind: Literal["diversity"] = "diversity"
    example = {"kind": "diversity", "field": "territoire"}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("choice", "choices", "scale", "yesno", "place"), "mentor")]

    def describe(self) -> str:
        return tr("mentor·es d'une même personne qui diffèrent dans « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Les mentor·es d'une même personne ont des réponses différentes à {field}.")

    def side_constraints(self, market: Market) -> Iterator[Row]:
        """Yield, for each mentee and each answer that several mentors gave, that one of these is theirs at most."""
        unknown = ~market.mentors.known(self.field)
        gave = answers_given(market.mentors, self.field)
        if self.missing == "forbid" and unknown.any():
            gave = np.column_stack([gave, unknown]) | unknown[:, None]
        for answer in gave.T[gave.sum(axis=0) > 1]:
            for mentee in range(len(market.mentees)):
                yield Row(self.label, answer[:, None].astype(np.int64), most=1, mentee=mentee)


def answers_given(people: People, field: str) -> NDArray[np.bool_]:
    """Return (n, k) bool: who gave which of k answers."""
    column = people.columns[field]
    if isinstance(column, MultiChoice):
        return column.values
    codes = people.codes(field)
    return np.asarray(codes.values[:, None] == np.arange(len(codes.labels)))
