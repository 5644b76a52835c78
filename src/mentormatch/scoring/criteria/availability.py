"""Criterion ``availability``: moments of the week that both have."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.fields.clock import ZonedSlots, slots_in_words
from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.languages.phrases import about, counted, listed
from mentormatch.people.cohort import People, Person
from mentormatch.scoring.criterion import AnswerTally, Block, Criterion, WholeGroup
from mentormatch.scoring.items import slots_in_common

MOST_NAMED, MOST_APART = 4, 2
"""Slots that a reason names: by their names, and with the hours on two clocks."""


class Availability(Criterion):
    """The number of slots that both have, or all in a group, over ``enough`` (1 from there on)."""

    title: ClassVar[str] = mark("Disponibilités communes")
    by_the_clock: ClassVar[bool] = True
    kind: Literal["availability"] = "availability"
    example = {"kind": "availability", "field": "creneaux", "enough": 2, "weight": 8}
    field: Annotated[str, FieldRef(("slots", "choices"))]
    enough: int = Setting(default=3, ge=1)

    @property
    def sentence(self) -> str:
        return tr("À partir de {enough} réponses en commun à {field}, tous les points.")

    def tally(self, left: People, right: People) -> AnswerTally:
        ours, theirs = left.members(self.field), right.members(self.field)
        both = slots_in_common(ours, theirs)
        nothing = np.zeros(len(left)), np.zeros(len(right))
        return AnswerTally(nothing, (ours.known, theirs.known), lambda _, __, number: self._value(number), (both,))

    def _value(self, number: Block) -> Block:
        return np.minimum(1.0, number / self.enough)

    def whole(self, members: People) -> WholeGroup | None:
        slots = members.members(self.field)
        if isinstance(slots, ZonedSlots):
            return None
        values = self._value(np.arange(slots.values.shape[1] + 1.0))
        return WholeGroup(slots.values.astype(bool), slots.known, values)

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.members(self.field), right.people.members(self.field)
        if isinstance(ours, ZonedSlots) and isinstance(theirs, ZonedSlots):
            words, apart = slots_in_words(ours, left.row, theirs, right.row), ours.apart(left.row, theirs, right.row)
        else:
            both = np.flatnonzero(ours.values[left.row] & theirs.values[right.row])
            words, apart = [ours.labels[slot] for slot in both], False
        if not words:
            return tr("aucun créneau en commun")
        most = MOST_APART if apart else MOST_NAMED
        slots = " ; ".join(words[:most]) if apart else listed(words[:most])
        number = about(counted(len(words), "créneau", "créneaux"), slots)
        others = len(words) - most
        return tr("{slots} (et {others})", slots=number, others=counted(others, "autre")) if others > 0 else number
