"""Criterion ``wishes``: people of the other side that someone asked for, in order."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.extension import Ref
from mentormatch.fields import Side
from mentormatch.languages import mark, tr
from mentormatch.people import People, Person
from mentormatch.phrases import joined
from mentormatch.scoring.criterion import Block, Criterion, defined
from mentormatch.text import canonical

ASKED: Mapping[Side, str] = {
    "mentor": mark("souhait n° {rank} du côté mentor"),
    "mentee": mark("souhait n° {rank} du côté mentoré"),
}
UNASKED: Mapping[Side, str] = {
    "mentor": mark("pas demandé côté mentor"),
    "mentee": mark("pas demandé côté mentoré"),
}


class Wishes(Criterion):
    """1 for a first wish, falling evenly over ``most`` wishes to 0 for someone not asked for.

    ``mentor`` and ``mentee`` are the fields in which each side names people of the other by their keys. Where both
    are given the value is the mean of the two. It is undefined where a side that is asked left its field blank; who
    answered "none" asked for nobody.
    """

    title: ClassVar[str] = mark("Souhaits")
    kind: Literal["wishes"] = "wishes"
    example = {"kind": "wishes", "mentee": "souhaits", "most": 2, "weight": 10}
    mentor: Annotated[str | None, Ref(("names",), "mentor")] = None
    mentee: Annotated[str | None, Ref(("names",), "mentee")] = None
    most: int = Setting(default=3, ge=1)

    @model_validator(mode="after")
    def some_side_wishes(self) -> Self:
        """Refuse wishes of nobody."""
        if self.mentor is None and self.mentee is None:
            raise ValueError(tr("il faut `mentor`, `mentee` ou les deux"))
        return self

    def score(self, left: People, right: People) -> Block:
        sides = []
        if self.mentor is not None:
            sides.append(self._wished(left, right, self.mentor))
        if self.mentee is not None:
            sides.append(self._wished(right, left, self.mentee).T)
        return np.asarray(sum(sides) / len(sides))

    def _wished(self, people: People, others: People, field: str) -> Block:
        place = {canonical(key): index for index, key in enumerate(others.ids)}
        points = np.zeros((len(people), len(others)))
        for row, names in enumerate(people.names(field).values):
            for rank, name in reversed(list(enumerate((names or ())[: self.most]))):
                if canonical(name) in place:
                    points[row, place[canonical(name)]] = (self.most - rank) / self.most
        return defined(points, people.known(field), np.ones(len(others), dtype=bool))

    def reason(self, left: Person, right: Person) -> str:
        asked = [self._rank(left, right, self.mentor, "mentor"), self._rank(right, left, self.mentee, "mentee")]
        return joined([phrase for phrase in asked if phrase])

    def _rank(self, person: Person, other: Person, field: str | None, side: Side) -> str:
        if field is None:
            return ""
        names = [canonical(name) for name in person.people.names(field).values[person.row] or ()][: self.most]
        sought = canonical(other.id)
        if sought not in names:
            return tr(UNASKED[side])
        return tr(ASKED[side], rank=names.index(sought) + 1)
