"""Rule ``together``: people whom the team wants in one group."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field as Setting

from mentormatch.languages import tr
from mentormatch.languages.phrases import listed
from mentormatch.people.cohort import People
from mentormatch.rules.rule import NameOf, Rule


class Together(Rule):
    """All of ``people`` (their keys) are in one group, or none of them is placed."""

    of_pairs: ClassVar[bool] = False
    of_groups: ClassVar[bool] = True
    kind: Literal["together"] = "together"
    example = {"kind": "together", "people": ["C01", "C09"]}
    people: Annotated[list[str], Setting(min_length=2)]

    def renamed(self, name_of: NameOf) -> Self:
        return self.model_copy(update={"people": [name_of(None, key) for key in self.people]})

    def describe(self) -> str:
        return tr("personnes à réunir : {people}", people=listed(self.people))

    def together(self, members: People) -> Iterator[tuple[int, ...]]:
        yield tuple(sorted({members.find(key) for key in self.people}))
