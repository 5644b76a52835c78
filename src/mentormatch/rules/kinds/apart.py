"""Rule ``apart``: people whom the team keeps from meeting."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field as Setting

from mentormatch.languages import tr
from mentormatch.languages.phrases import listed
from mentormatch.rules.rule import Market, NameOf, PairIndices, Rule
from mentormatch.rules.shared_answers import cross_product


class Apart(Rule):
    """No two of ``people`` (their keys) meet, in a pair or in a group."""

    of_groups: ClassVar[bool] = True
    kind: Literal["apart"] = "apart"
    example = {"kind": "apart", "people": ["M01", "E01"]}
    people: Annotated[list[str], Setting(min_length=2)]

    def rename_people(self, name_of: NameOf) -> Self:
        return self.model_copy(update={"people": [name_of(None, key) for key in self.people]})

    def describe(self) -> str:
        return tr("personnes à séparer : {people}", people=listed(self.people))

    @property
    def sentence(self) -> str:
        return tr("Ces personnes ne se rencontrent pas : {people}.")

    def forbidden_by_identity(self, market: Market) -> PairIndices:
        return cross_product(market.mentors.people_named(self.people), market.mentees.people_named(self.people))
