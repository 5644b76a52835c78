"""Rule ``reserve``: places that are kept free for people who come later."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BeforeValidator
from pydantic import Field as Setting

from mentormatch.fields.base import CHOSEN
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages import tr, tr_n
from mentormatch.languages.phrases import counted, listed, quoted
from mentormatch.rules.conditions import Where, as_list, mentors_in_blanks
from mentormatch.rules.rule import KeptPlaces, Market, Relaxation, Rule


class MentorsWhere(Where):
    """The mentors who answered one of ``in`` to ``field``."""

    side: Literal["mentor"] = Setting(default="mentor", exclude=True)


class ReservedPlaces(Rule):
    """Of the places of the mentors for whom every condition of ``where`` holds, ``places`` stay free, all together.

    Without ``where`` these are all mentors. The places of a mentor whom no mentee may have are not counted. A mentee
    who arrives later gets a kept place by ``repair``, which adds the newcomers, and those whose mentor left, to
    ``people``: the mentees (their keys) who may take kept places. A place may be kept by several such rules.
    """

    kind: Literal["reserve"] = "reserve"
    example = {"kind": "reserve", "places": 2, "where": [{"field": "reconversion", "in": ["Oui"]}]}
    places: int = Setting(ge=0, le=100_000)
    where: Annotated[list[MentorsWhere], BeforeValidator(as_list)] = Setting(default_factory=list)
    people: list[str] = Setting(default_factory=list, exclude_if=lambda people: not people)

    def references(self) -> Iterator[FieldReference]:
        for condition in self.where:
            yield FieldReference("where.field", condition.field, FieldRef(CHOSEN, "mentor"))

    def quotations(self) -> Iterator[AnswerReference]:
        for condition in self.where:
            yield from (AnswerReference("where.in", condition.field, answer) for answer in condition.among)

    def describe(self) -> str:
        kept = counted(self.places, "place gardée", "places gardées")
        fields = listed([quoted(field) for field in dict.fromkeys(condition.field for condition in self.where)])
        if fields:
            return tr("{kept} pour qui arrive plus tard, selon {fields}", kept=kept, fields=fields)
        return tr("{kept} pour qui arrive plus tard", kept=kept)

    @property
    def sentence(self) -> str:
        kept = tr_n("{places} place reste libre", "{places} places restent libres", self.places)
        conditions = [mentors_in_blanks(place) for place in range(len(self.where))]
        whose = tr("chez les mentor·es {conditions}", conditions=listed(conditions)) if conditions else ""
        return " ".join(filter(None, (kept, tr("pour qui arrive plus tard"), whose))) + "."

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Peuvent les prendre : {people}."),)

    def kept_places(self, market: Market) -> KeptPlaces:
        everybody = np.ones(len(market.mentors), dtype=bool)
        some = np.logical_and.reduce([everybody, *(condition.holds(market.mentors) for condition in self.where)])
        return KeptPlaces(self.places, some, market.mentees.people_named(self.people))

    def with_kept_places(self, number: int, latecomers: Sequence[str]) -> Self:
        return self.model_copy(update={"places": number, "people": list(latecomers)})

    def relaxations(self, market: Market, name: str) -> Iterator[Relaxation]:
        """Yield how many places are kept; none at all is the rule dropped."""
        if self.places > 1:
            yield Relaxation(
                "lower_reserve",
                self.places - 1,
                lambda k: self.with_kept_places(self.places - k, self.people),
                lambda k: tr(
                    "Garder {places} au lieu de {old} pour {rule}.",
                    places=counted(self.places - k, "place"),
                    old=self.places,
                    rule=name,
                ),
            )
