"""Criterion ``near``: how far apart two people are."""

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field as Setting
from pydantic import model_validator

from mentormatch.fields.extension import FieldRef
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People, Person
from mentormatch.places.column import PlaceColumn
from mentormatch.places.gazetteer import Unit, format_length, minutes
from mentormatch.scoring.criterion import Block, Criterion


class Near(Criterion):
    """1 up to a distance of ``within``, falling evenly to 0 at ``zero_at``, between the places that both gave.

    Kilometres as the crow flies, or with ``unit = "minutes"`` an estimate of the time that the way takes: 1.3 times as
    long, at ``speed`` km/h. Who gave a département or a shared postcode stands in its middle; the reason says how
    exact a place is.
    """

    title: ClassVar[str] = mark("Proximité")
    kind: Literal["near"] = "near"
    example = {"kind": "near", "field": "territoire", "within": 20, "zero_at": 150, "weight": 5}
    field: Annotated[str, FieldRef(("place",))]
    within: float = Setting(default=0.0, ge=0)
    zero_at: float = Setting(gt=0)
    unit: Unit = "km"
    speed: float = Setting(default=60.0, ge=1)

    @model_validator(mode="after")
    def falls(self) -> Self:
        """Refuse points that end before they begin to fall."""
        if self.within >= self.zero_at:
            raise ValueError(tr("`within` doit être plus petit que `zero_at`"))
        return self

    @property
    def sentence(self) -> str:
        return tr(
            "Entre leurs réponses à {field} : tous les points jusqu'à {within} {unit}, aucun à partir de {zero_at}."
        )

    @property
    def details(self) -> tuple[str, ...]:
        return (tr("Un trajet se compte à {speed} km/h."),)

    def score(self, left: People, right: People) -> Block:
        apart = left.places(self.field).distances(right.places(self.field))
        length = apart if self.unit == "km" else minutes(apart, self.speed)
        with np.errstate(over="ignore"):  # beyond a very small distance
            return np.asarray(np.clip((self.zero_at - length) / (self.zero_at - self.within), 0.0, 1.0))

    def reason(self, left: Person, right: Person) -> str:
        ours, theirs = left.people.places(self.field), right.people.places(self.field)
        here, there = ours.take([left.row]), theirs.take([right.row])
        return f"{here.shown(0)} / {there.shown(0)}, {self._way(here, there)}"

    def _way(self, here: PlaceColumn, there: PlaceColumn) -> str:
        """Return in words how far two people are from each other; the columns hold one of them each."""
        apart, doubt = here.distances(there), float(here.doubts(there)[0, 0])
        if here.positions[0] == there.positions[0]:
            return (
                tr("même lieu, connu à {doubt} près", doubt=format_length(doubt / 2, "km"))
                if doubt
                else tr("même lieu")
            )
        length = format_length(float(apart[0, 0]), "km")
        far = tr("à {length} environ", length=length) if doubt else tr("à {length}", length=length)
        if self.unit == "km":
            return far
        return tr(
            "{far}, trajet estimé à {time}", far=far, time=format_length(float(minutes(apart, self.speed)[0, 0]), "min")
        )
