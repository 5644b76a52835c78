"""Rule ``common``: something in common, for instance a slot or a language."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.columns import MultiChoice
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr
from mentormatch.languages.phrases import counted
from mentormatch.people.cohort import People
from mentormatch.rules.rule import BoolBlock, Market, Missing, Rule, apply_missing
from mentormatch.rules.shared_answers import share_at_least
from mentormatch.scoring.criterion import WholeGroup


class Common(Rule):
    """The two people of a pair have at least ``least`` answers to ``field`` in common."""

    of_groups: ClassVar[bool] = True
    kind: Literal["common"] = "common"
    example = {"kind": "common", "field": "creneaux", "least": 1}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("slots", "choices", "names", "choice", "place", "scale"))]
    least: int = Setting(default=1, ge=1)

    def describe(self) -> str:
        return tr(
            "au moins {answers} en commun dans « {field} »", answers=counted(self.least, "réponse"), field=self.field
        )

    def forbidden(self, market: Market) -> BoolBlock:
        left, right = market.mentors, market.mentees
        few = ~share_at_least(left.columns[self.field], right.columns[self.field], self.least)
        return apply_missing(few, left.known(self.field), right.known(self.field), self.missing)

    def group_requirement(self, people: People) -> WholeGroup | None:
        column = people.columns[self.field]
        if not isinstance(column, MultiChoice):
            return None
        enough = np.arange(len(column.labels) + 1) >= self.least
        return WholeGroup(column.values, column.known, enough.astype(np.float64))
