"""Rule ``meet``: a pair can meet, by a trip that both accept or at a distance."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.base.arrays import BoolMatrix, BoolVector, Index
from mentormatch.base.immutable_models import Items
from mentormatch.fields.extension import AnswerReference, FieldRef, FieldReference
from mentormatch.languages.translation import mark, tr
from mentormatch.people.cohort import People
from mentormatch.places.gazetteer import PlaceColumn, Unit, format_length, travel_minutes
from mentormatch.rules.rule import VALUE_WORDS, Market, Missing, Rule
from mentormatch.scoring.scores import BLOCK_ROWS

TRAVEL_FIELD = FieldRef(("number",), "both")

WAY_TEXTS = {
    (True, False): mark("se voir : par un trajet de {length} au plus"),
    (True, True): mark("se voir : par un trajet de {length} au plus ou à distance"),
    (False, False): mark("se voir : par un trajet que chacun accepte"),
    (False, True): mark("se voir : par un trajet que chacun accepte ou à distance"),
}
"""By whether the maximum trip is one number for all, and whether people may meet at a distance."""

type Trip = Annotated[float, Setting(ge=0)]


@dataclass(frozen=True, slots=True)
class MeetingSide:
    """The answers of n people of one side.

    ``max_trip`` (n,) is the longest trip that each person accepts, NaN if unknown. ``accepts`` and ``refuses`` (n,)
    bool mark the people known to accept, and known not to accept, a meeting at a distance.
    """

    places: PlaceColumn
    max_trip: NDArray[np.float64]
    accepts: BoolVector
    refuses: BoolVector

    def take(self, index: Index) -> "MeetingSide":
        """Return the people at ``index`` only."""
        return MeetingSide(self.places.take(index), self.max_trip[index], self.accepts[index], self.refuses[index])


class Meet(Rule):
    """Both people accept the trip between their places, or both accept to meet at a distance.

    ``travel`` is the longest trip that people accept, as the id of a number field or one number for all: kilometres as
    the crow flies, or with ``unit = "minutes"`` an estimate of the travel time, for a route 1.3 times as long, at
    ``speed`` km/h. People who answered one of ``accepted`` to ``remote`` accept to meet at a distance. If a place is
    not known exactly (a département, a shared postcode, a commune whose point is approximate), a trip counts as
    accepted or refused only if it would be from every possible point. ``missing`` decides about pairs that may be able
    to meet, but are not known to.
    """

    of_groups: ClassVar[bool] = True
    value_words: ClassVar[Mapping[str, Mapping[str, str]]] = {
        **VALUE_WORDS,
        "unit": {"km": mark("km"), "minutes": mark("minutes")},
    }
    answer_fields: ClassVar[Mapping[str, str]] = {"accepted": "remote"}
    kind: Literal["meet"] = "meet"
    example = {"kind": "meet", "place": "territoire", "travel": 150, "remote": "reconversion", "accepted": ["Oui"]}
    missing: Missing = "allow"
    place: Annotated[str, FieldRef(("place",))]
    travel: Annotated[str | Trip, TRAVEL_FIELD]
    unit: Unit = "km"
    speed: float = Setting(default=60.0, ge=1)
    remote: Annotated[str | None, FieldRef(("yesno", "choice", "choices", "scale"))] = None
    accepted: Items[str] = Setting(default=("Oui",), min_length=1)

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("place", self.place, FieldRef(("place",)))
        if isinstance(self.travel, str):
            yield FieldReference("travel", self.travel, TRAVEL_FIELD)
        if self.remote is not None:
            yield FieldReference("remote", self.remote, FieldRef(("yesno", "choice", "choices", "scale")))

    def quotations(self) -> Iterator[AnswerReference]:
        if self.remote is not None:
            yield from (AnswerReference("accepted", self.remote, answer) for answer in self.accepted)

    def describe(self) -> str:
        length = format_length(self.travel, self._unit) if isinstance(self.travel, float) else ""
        return tr(WAY_TEXTS[bool(length), self.remote is not None], length=length)

    @property
    def sentence(self) -> str:
        if self.remote is None:
            return tr("Entre leurs réponses à {place}, le trajet est de {travel} {unit} au plus.")
        return tr(
            "Entre leurs réponses à {place}, le trajet est de {travel} {unit} au plus, ou bien les deux ont répondu"
            " {accepted} à {remote}."
        )

    @property
    def details(self) -> tuple[str, ...]:
        remote = (tr("Se voir à distance suffit à qui répond {accepted} à {remote}."),) if self.remote is None else ()
        return (*remote, tr("Une minute de trajet se compte à {speed} km/h."), *super().details)

    @property
    def _unit(self) -> str:
        return "km" if self.unit == "km" else "min"

    def forbidden(self, market: Market) -> BoolMatrix:
        """Return the pairs that cannot meet; with ``missing = "forbid"``, also pairs that are not known to."""
        ours, theirs = self._meeting_side(market.mentors), self._meeting_side(market.mentees)
        barred = np.empty(market.shape, dtype=bool)
        for start in range(0, len(barred), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            barred[rows] = self._unreachable(ours.take(np.arange(len(barred))[rows]), theirs)
        return barred

    def _meeting_side(self, people: People) -> "MeetingSide":
        no_one = np.zeros(len(people), dtype=bool)
        accepts = no_one if self.remote is None else people.gave(self.remote, self.accepted)
        refuses = ~no_one if self.remote is None else people.known(self.remote) & ~accepts
        return MeetingSide(people.places(self.place), self._max_trips(people), accepts, refuses)

    def _max_trips(self, people: People) -> NDArray[np.float64]:
        """Return (n,) the longest trip that each person accepts, NaN if unknown."""
        return people.numbers(self.travel).values if isinstance(self.travel, str) else np.full(len(people), self.travel)

    def _unreachable(self, ours: "MeetingSide", theirs: "MeetingSide") -> BoolMatrix:
        """Return (n, m) bool: the forbidden pairs of two sides."""
        trip_accepted, trip_refused = self._trips(ours, theirs)
        if self.missing == "allow":
            return np.asarray(trip_refused & (ours.refuses[:, None] | theirs.refuses[None, :]))
        return np.asarray(~(trip_accepted | (ours.accepts[:, None] & theirs.accepts[None, :])))

    def _trips(self, ours: "MeetingSide", theirs: "MeetingSide") -> tuple[BoolMatrix, BoolMatrix]:
        """Return (n, m) bool twice: the pairs whose trip is known to be accepted, and known to be refused."""
        km, km_error = ours.places.distances(theirs.places), ours.places.doubts(theirs.places)
        shortest, longest = self._length(np.maximum(0.0, km - km_error)), self._length(km + km_error)
        our_max, their_max = ours.max_trip[:, None], theirs.max_trip[None, :]
        return (longest <= our_max) & (longest <= their_max), (shortest > our_max) | (shortest > their_max)

    def _length(self, km: NDArray[np.float64]) -> NDArray[np.float64]:
        return km if self.unit == "km" else travel_minutes(km, self.speed)
