"""Rule ``meet``: a pair has a way to meet, by a trip that both accept or at a distance."""

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
from mentormatch.places.gazetteer import PlaceColumn, Unit, format_length, minutes
from mentormatch.rules.rule import VALUE_WORDS, Market, Missing, Rule
from mentormatch.scoring.scores import BLOCK_ROWS

TRAVEL = FieldRef(("number",), "both")

WAYS = {
    (True, False): mark("se voir : par un trajet de {length} au plus"),
    (True, True): mark("se voir : par un trajet de {length} au plus ou à distance"),
    (False, False): mark("se voir : par un trajet que chacun accepte"),
    (False, True): mark("se voir : par un trajet que chacun accepte ou à distance"),
}
"""How people meet, by whether the trip is the same for all, and whether they may at a distance."""

type Trip = Annotated[float, Setting(ge=0)]


@dataclass(frozen=True, slots=True)
class Party:
    """What n people of one side said.

    ``places``; ``greatest`` (n,) the longest trip that each accepts, NaN where that is not known; ``accepts`` and
    ``refuses`` (n,) bool, who is known to accept, and not to, to meet at a distance.
    """

    places: PlaceColumn
    greatest: NDArray[np.float64]
    accepts: BoolVector
    refuses: BoolVector

    def take(self, index: Index) -> "Party":
        """Return the people at ``index`` only."""
        return Party(self.places.take(index), self.greatest[index], self.accepts[index], self.refuses[index])


class Meet(Rule):
    """Both accept the trip between their places, or both accept to meet at a distance.

    ``travel`` is the greatest trip that people accept, as the id of a number field or one number for all: kilometres
    as the crow flies, or with ``unit = "minutes"`` an estimate of the time that the way takes, 1.3 times as long, at
    ``speed`` km/h. Who answered one of ``accepted`` to ``remote`` accepts to meet at a distance. Where a place is not
    known exactly (a département, a shared postcode, a commune whose point is approximate), a trip counts as accepted or
    refused only if it would be from anywhere that the place may be. ``missing`` says what becomes of pairs with no way
    known to be open, but one that may be.
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
    travel: Annotated[str | Trip, TRAVEL]
    unit: Unit = "km"
    speed: float = Setting(default=60.0, ge=1)
    remote: Annotated[str | None, FieldRef(("yesno", "choice", "choices", "scale"))] = None
    accepted: Items[str] = Setting(default=("Oui",), min_length=1)

    def references(self) -> Iterator[FieldReference]:
        yield FieldReference("place", self.place, FieldRef(("place",)))
        if isinstance(self.travel, str):
            yield FieldReference("travel", self.travel, TRAVEL)
        if self.remote is not None:
            yield FieldReference("remote", self.remote, FieldRef(("yesno", "choice", "choices", "scale")))

    def quotations(self) -> Iterator[AnswerReference]:
        if self.remote is not None:
            yield from (AnswerReference("accepted", self.remote, answer) for answer in self.accepted)

    def describe(self) -> str:
        length = format_length(self.travel, self._unit) if isinstance(self.travel, float) else ""
        return tr(WAYS[bool(length), self.remote is not None], length=length)

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
        """Return the pairs that have no way to meet, and those not known to have one where that is forbidden."""
        ours, theirs = self._party(market.mentors), self._party(market.mentees)
        barred = np.empty(market.shape, dtype=bool)
        for start in range(0, len(barred), BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            barred[rows] = self._pairs_apart(ours.take(np.arange(len(barred))[rows]), theirs)
        return barred

    def _party(self, people: People) -> "Party":
        """Return what the rule asks of one side."""
        nobody = np.zeros(len(people), dtype=bool)
        accepts = nobody if self.remote is None else people.gave(self.remote, self.accepted)
        refuses = ~nobody if self.remote is None else people.known(self.remote) & ~accepts
        return Party(people.places(self.place), self._greatest(people), accepts, refuses)

    def _greatest(self, people: People) -> NDArray[np.float64]:
        """Return (n,) the longest trip that each accepts, NaN where that is not known."""
        return people.numbers(self.travel).values if isinstance(self.travel, str) else np.full(len(people), self.travel)

    def _pairs_apart(self, ours: "Party", theirs: "Party") -> BoolMatrix:
        """Return (n, m) bool: the pairs of two sides that may not be."""
        near, far = self._trips(ours, theirs)
        if self.missing == "allow":
            return np.asarray(far & (ours.refuses[:, None] | theirs.refuses[None, :]))
        return np.asarray(~(near | (ours.accepts[:, None] & theirs.accepts[None, :])))

    def _trips(self, ours: "Party", theirs: "Party") -> tuple[BoolMatrix, BoolMatrix]:
        """Return (n, m) bool twice: the pairs of which the trip is known to be accepted, and known to be refused."""
        apart, doubt = ours.places.distances(theirs.places), ours.places.doubts(theirs.places)
        least, most = self._length(np.maximum(0.0, apart - doubt)), self._length(apart + doubt)
        left, right = ours.greatest[:, None], theirs.greatest[None, :]
        return (most <= left) & (most <= right), (least > left) | (least > right)

    def _length(self, km: NDArray[np.float64]) -> NDArray[np.float64]:
        return km if self.unit == "km" else minutes(km, self.speed)
