"""Rule ``meet``: a pair has a way to meet, by a trip that both accept or at a distance."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Setting

from mentormatch.assignment.rule import BoolBlock, Market, Rule
from mentormatch.extension import Quotation, Ref, Reference
from mentormatch.people import People
from mentormatch.places.distances import Unit, minutes, told

TRAVEL = Ref(("number",), "both")

type Trip = Annotated[float, Setting(ge=0)]


class Meet(Rule):
    """Both accept the trip between their places, or both accept to meet at a distance.

    ``travel`` is the greatest trip that people accept, as the id of a number field or one number for all: kilometres
    as the crow flies, or with ``unit = "minutes"`` an estimate of the time that the way takes, 1.3 times as long, at
    ``speed`` km/h. Who answered one of ``accepted`` to ``remote`` accepts to meet at a distance. Where only a
    département or a shared postcode is known, a trip is accepted or refused only if it would be from anywhere in it.
    ``missing`` says what becomes of pairs with no way known to be open, but one that may be.
    """

    kind: Literal["meet"] = "meet"
    place: Annotated[str, Ref(("place",))]
    travel: Annotated[str | Trip, TRAVEL]
    unit: Unit = "km"
    speed: float = Setting(default=60.0, gt=0)
    remote: Annotated[str | None, Ref(("yesno", "choice", "choices", "scale"))] = None
    accepted: list[str] = Setting(default=["Oui"], min_length=1)

    def references(self) -> Iterator[Reference]:
        yield Reference("place", self.place, Ref(("place",)))
        if isinstance(self.travel, str):
            yield Reference("travel", self.travel, TRAVEL)
        if self.remote is not None:
            yield Reference("remote", self.remote, Ref(("yesno", "choice", "choices", "scale")))

    def quotations(self) -> Iterator[Quotation]:
        if self.remote is not None:
            yield from (Quotation("accepted", self.remote, answer) for answer in self.accepted)

    def asks(self) -> str:
        greatest = (
            f"de {told(self.travel, self._unit)} au plus" if isinstance(self.travel, float) else "que chacun accepte"
        )
        return f"se voir : par un trajet {greatest}{' ou à distance' if self.remote else ''}"

    @property
    def _unit(self) -> str:
        return "km" if self.unit == "km" else "min"

    def forbids(self, market: Market) -> BoolBlock:
        """Return the pairs that have no way to meet, and those not known to have one where that is forbidden."""
        (near, far), (willing, unwilling) = self._trips(market), self._at_a_distance(market)
        return np.asarray(far & unwilling if self.missing == "allow" else ~(near | willing))

    def _trips(self, market: Market) -> tuple[BoolBlock, BoolBlock]:
        """Return (n, m) bool twice: the pairs of which the trip is known to be accepted, and known to be refused."""
        ours, theirs = market.mentors.places(self.place), market.mentees.places(self.place)
        apart, margin = ours.distances(theirs), ours.margins[:, None] + theirs.margins[None, :]
        least, most = self._length(np.maximum(0.0, apart - margin)), self._length(apart + margin)
        left, right = self._greatest(market.mentors)[:, None], self._greatest(market.mentees)[None, :]
        return (most <= left) & (most <= right), (least > left) | (least > right)

    def _length(self, km: NDArray[np.float64]) -> NDArray[np.float64]:
        return km if self.unit == "km" else minutes(km, self.speed)

    def _greatest(self, people: People) -> NDArray[np.float64]:
        """Return (n,) the greatest trip that each accepts, NaN where that is not known."""
        return people.numbers(self.travel).values if isinstance(self.travel, str) else np.full(len(people), self.travel)

    def _at_a_distance(self, market: Market) -> tuple[BoolBlock, BoolBlock]:
        """Return (n, m) bool twice: the pairs known to meet at a distance, and known not to."""
        if self.remote is None:
            return np.zeros(market.shape, dtype=bool), np.ones(market.shape, dtype=bool)
        left, right = (people.gave(self.remote, self.accepted) for people in (market.mentors, market.mentees))
        refusing = [
            people.known(self.remote) & ~accepts
            for people, accepts in ((market.mentors, left), (market.mentees, right))
        ]
        return left[:, None] & right[None, :], refusing[0][:, None] | refusing[1][None, :]
