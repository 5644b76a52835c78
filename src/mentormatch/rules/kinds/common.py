"""Rule ``common``: something in common, for instance a slot or a language."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolMatrix
from mentormatch.base.columns import MultiChoice
from mentormatch.fields.clock import ZonedSlots
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import counted
from mentormatch.people.cohort import People
from mentormatch.rules.rule import Market, Missing, Relaxation, Rule, apply_missing
from mentormatch.rules.shared_answers import share_at_least
from mentormatch.scoring.criterion import WholeGroup
from mentormatch.scoring.items import slots_in_common


class Common(Rule):
    """The two people of a pair have at least ``least`` answers to ``field`` in common."""

    of_groups: ClassVar[bool] = True
    by_the_clock: ClassVar[bool] = True
    waiver_rank: ClassVar[int] = 3
    kind: Literal["common"] = "common"
    example = {"kind": "common", "field": "creneaux", "least": 1}
    missing: Missing = "allow"
    field: Annotated[str, FieldRef(("slots", "choices", "names", "choice", "place", "scale"))]
    least: int = Setting(default=1, ge=1)

    def describe(self) -> str:
        return tr(
            "au moins {answers} en commun dans « {field} »", answers=counted(self.least, "réponse"), field=self.field
        )

    @property
    def sentence(self) -> str:
        return tr_n(
            "Les deux ont au moins {least} réponse en commun à {field}.",
            "Les deux ont au moins {least} réponses en commun à {field}.",
            self.least,
        )

    def forbidden(self, market: Market) -> BoolMatrix:
        left, right = market.mentors, market.mentees
        ours, theirs = left.columns[self.field], right.columns[self.field]
        if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
            few: BoolMatrix = slots_in_common(ours, theirs).numbers < self.least
        else:
            few = ~share_at_least(ours, theirs, self.least)
        return apply_missing(few, left.known(self.field), right.known(self.field), self.missing)

    def group_requirement(self, people: People) -> WholeGroup | None:
        column = people.columns[self.field]
        if not isinstance(column, MultiChoice) or isinstance(column, ZonedSlots):
            return None
        enough = np.arange(len(column.labels) + 1) >= self.least
        return WholeGroup(column.values, column.known, enough.astype(np.float64))

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many answers are to be in common; none at all is the rule dropped."""
        if self.least > 1:
            yield Relaxation(
                "lower_common",
                self.least - 1,
                lambda k: self.model_copy(update={"least": self.least - k}),
                lambda k: tr(
                    "Demander {answers} en commun au lieu de {old} pour {rule}.",
                    answers=counted(self.least - k, "réponse"),
                    old=self.least,
                    rule=name,
                ),
            )
