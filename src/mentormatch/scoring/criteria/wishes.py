"""Criterion ``wishes``: people of the other side that someone asked for, in order."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.base.arrays import BoolVector
from mentormatch.fields import Side
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import joined, quoted
from mentormatch.languages.text_keys import canonical
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, Named
from mentormatch.scoring.items import RankPoints

ASKED: Mapping[Side, str] = {
    "mentor": mark("souhait n° {rank} du côté mentor·e"),
    "mentee": mark("souhait n° {rank} du côté mentoré·e"),
}
UNASKED: Mapping[Side, str] = {
    "mentor": mark("pas demandé côté mentor·e"),
    "mentee": mark("pas demandé côté mentoré·e"),
}


class Wishes(Criterion):
    """1 for a first wish, falling evenly over ``most`` wishes to 0 for someone not asked for.

    ``points`` state instead what a first, a second ... wish is worth, from 1 to 0; there are then as many as these.
    ``mentor`` and ``mentee`` are the fields in which each side names people of the other by their keys. Where both
    are given the value is the mean of the two. It is undefined where a side that is asked left its field blank; who
    answered "none" asked for nobody.
    """

    title: ClassVar[str] = mark("Souhaits")
    kind: Literal["wishes"] = "wishes"
    example = {"kind": "wishes", "mentee": "souhaits", "most": 2, "weight": 10}
    mentor: Annotated[str | None, FieldRef(("names",), "mentor")] = None
    mentee: Annotated[str | None, FieldRef(("names",), "mentee")] = None
    most: int = Setting(default=3, ge=1)
    points: RankPoints | None = Setting(default=None, exclude_if=lambda points: points is None)

    @model_validator(mode="before")
    @classmethod
    def as_many_as_points(cls, stated: Any) -> Any:
        """Return what is stated with as many wishes as it has points, where it does not say how many."""
        if not isinstance(stated, Mapping) or "most" in stated or not isinstance(stated.get("points"), list):
            return stated
        return {**stated, "most": len(stated["points"])} if stated["points"] else stated

    @model_validator(mode="after")
    def has_points_for_each(self) -> Self:
        """Refuse points for more or fewer wishes than there may be."""
        if self.points is not None and len(self.points) != self.most:
            raise ValueError(tr("`points` n'en dit pas autant que `most`, qui peut manquer"))
        return self

    @model_validator(mode="after")
    def some_side_wishes(self) -> Self:
        """Refuse wishes of nobody."""
        if self.mentor is None and self.mentee is None:
            raise ValueError(tr("il faut `mentor`, `mentee` ou les deux"))
        return self

    @property
    def sentence(self) -> str:
        return tr("Les souhaits sont ceux de {mentor} côté mentor·e, de {mentee} côté mentoré·e, {most} au plus.")

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Points du premier souhait, du deuxième, et ainsi de suite : {points}."),)

    def score(self, left: People, right: People) -> Block:
        values, named = self.tally(left, right).block(), self.pairs_by_name(left, right)
        values[named.left, named.right] = named.values
        return values

    def pairs_by_name(self, left: People, right: People) -> Named:
        ours = self._wishes(left, right, self.mentor)
        theirs = {(i, k): points for (k, i), points in self._wishes(right, left, self.mentee).items()}
        known, sides = self._who_answered(left, right), (self.mentor is not None) + (self.mentee is not None)
        both = sorted(pair for pair in {**ours, **theirs} if known[0][pair[0]] and known[1][pair[1]])
        values = [(ours.get(pair, 0.0) + theirs.get(pair, 0.0)) / sides for pair in both]
        places = np.array(both, dtype=np.int64).reshape(-1, 2)
        return Named(places[:, 0], places[:, 1], np.array(values, dtype=np.float64))

    def tally(self, left: People, right: People) -> AnswerTally:
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, self._who_answered(left, right), np.add)

    def _who_answered(self, left: People, right: People) -> tuple[BoolVector, BoolVector]:
        """Return who of either side answered what this criterion asks of that side."""
        questions = ((left, self.mentor), (right, self.mentee))
        ours, theirs = (
            np.ones(len(who), dtype=bool) if field is None else who.known(field) for who, field in questions
        )
        return ours, theirs

    def _wishes(self, people: People, others: People, field: str | None) -> dict[tuple[int, int], float]:
        """Return the points of whom each person asked for, by the positions of both; a name counts once."""
        if field is None:
            return {}
        place = dict(zip(others.compared, range(len(others)), strict=True))
        found: dict[tuple[int, int], float] = {}
        for row, names in enumerate(people.names(field).compared):
            for rank, name in enumerate(names[: self.most]):
                position = place.get(name)
                if position is not None:
                    found.setdefault((row, position), self._worth(rank))
        return found

    def _worth(self, rank: int) -> float:
        """Return what a wish is worth, the first being of rank 0."""
        return (self.most - rank) / self.most if self.points is None else self.points[rank]

    def versions_by_points(self) -> Iterator[tuple[Self, str]]:
        """Yield that every wish is worth as much."""
        if self.most > 1 and self.points != [1.0] * self.most:
            alike = self.model_copy(update={"points": [1.0] * self.most})
            yield alike, tr("{criterion} : autant de points pour chaque souhait (points)", criterion=quoted(self.label))

    def reason(self, left: Person, right: Person) -> str:
        phrases = [self._rank(left, right, self.mentor, "mentor"), self._rank(right, left, self.mentee, "mentee")]
        return joined([phrase for phrase in phrases if phrase])

    def _rank(self, person: Person, other: Person, field: str | None, side: Side) -> str:
        if field is None:
            return ""
        names = [canonical(name) for name in person.people.names(field).values[person.row] or ()][: self.most]
        sought = canonical(other.id)
        if sought not in names:
            return tr(UNASKED[side])
        return tr(ASKED[side], rank=names.index(sought) + 1)
