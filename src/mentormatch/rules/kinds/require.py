"""Rule ``require``: an answer without which a person takes no part."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolVector
from mentormatch.fields import Side
from mentormatch.fields.extension import AnswerReference, FieldRef
from mentormatch.languages import tr
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Missing, Rule


class Require(Rule):
    """A person takes part only with one of the answers ``in`` to ``field``; no answer is not one of them."""

    of_groups: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 3
    kind: Literal["require"] = "require"
    example = {"kind": "require", "field": "reconversion", "in": ["Oui", "Non"], "missing": "allow"}
    field: Annotated[str, FieldRef(("choice", "scale", "yesno", "place"), "any")]
    among: list[str] = Setting(validation_alias="in", serialization_alias="in", min_length=1)
    missing: Missing = "forbid"

    def quotations(self) -> Iterator[AnswerReference]:
        yield from (AnswerReference("in", self.field, answer) for answer in self.among)

    def describe(self) -> str:
        return tr("réponse exigée à « {field} »", field=self.field)

    @property
    def sentence(self) -> str:
        return tr("Pour participer, il faut avoir répondu {in} à {field}.")

    def eligible(self, people: People, side: Side) -> BoolVector | None:
        if self.field not in people.columns:
            return None
        column = people.codes(self.field)
        accepted = np.append(column.options_named(self.among), self.missing == "allow")
        return np.asarray(accepted[column.values])
