"""Criterion ``availability``: moments of the week that both have."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about, counted, listed
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, Criterion, WholeGroup

MOST_NAMED = 4


class Availability(Criterion):
    """The number of slots that both have, or all in a group, over ``enough`` (1 from there on)."""

    title: ClassVar[str] = mark("Disponibilités communes")
    kind: Literal["availability"] = "availability"
    example = {"kind": "availability", "field": "creneaux", "enough": 2, "weight": 8}
    field: Annotated[str, FieldRef(("slots", "choices"))]
    enough: int = Setting(default=3, ge=1)

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.members(self.field), right.members(self.field)
        both = CommonItems(ours.values, theirs.values, ours.values.shape[1])
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, (ours.known, theirs.known), lambda _, __, number: self._value(number), (both,))

    def _value(self, number: Block) -> Block:
        return np.minimum(1.0, number / self.enough)

    def whole(self, members: People) -> WholeGroup:
        slots = members.members(self.field)
        values = self._value(np.arange(slots.values.shape[1] + 1.0))
        return WholeGroup(slots.values.astype(bool), slots.known, values)

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.members(self.field), right.people.members(self.field)
        both = np.flatnonzero(ours.values[left.row] & theirs.values[right.row])
        words = [ours.labels[slot] for slot in both[:MOST_NAMED]]
        if not words:
            return tr("aucun créneau en commun")
        number = about(counted(len(both), "créneau", "créneaux"), listed(words))
        others = len(both) - MOST_NAMED
        return tr("{slots} (et {others})", slots=number, others=counted(others, "autre")) if others > 0 else number
