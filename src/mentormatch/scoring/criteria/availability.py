"""Criterion ``availability``: moments of the week that both have."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field as Setting

from mentormatch.extension import Ref
from mentormatch.french import counted, listed
from mentormatch.people import People, Person
from mentormatch.scoring.criterion import Block, Criterion, defined

MOST_NAMED = 4


class Availability(Criterion):
    """The number of slots that both have, over ``enough`` (1 from there on)."""

    title: ClassVar[str] = "Disponibilités communes"
    kind: Literal["availability"] = "availability"
    field: Annotated[str, Ref(("slots", "choices"))]
    enough: int = Setting(default=3, ge=1)

    def score(self, left: People, right: People) -> Block:
        ours, theirs = left.members(self.field), right.members(self.field)
        both = ours.values.astype(np.float64) @ theirs.values.T
        return defined(np.minimum(1.0, both / self.enough), ours.known, theirs.known)

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.members(self.field), right.people.members(self.field)
        both = np.flatnonzero(ours.values[left.row] & theirs.values[right.row])
        words = [ours.labels[slot] for slot in both[:MOST_NAMED]]
        more = f" (et {counted(len(both) - MOST_NAMED, 'autre')})" if len(both) > MOST_NAMED else ""
        number = counted(len(both), "créneau", "créneaux")
        return f"{number} : {listed(words)}{more}" if words else "aucun créneau en commun"
