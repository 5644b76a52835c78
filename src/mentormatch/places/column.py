"""The typed column that answers to a question of kind ``place`` become."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import Index, IntVector
from mentormatch.base.columns import NONE, SingleChoice
from mentormatch.places.gazetteer import DEPARTEMENTS, distances, gazetteer

LABELS = tuple(name for _, name in DEPARTEMENTS)


@dataclass(frozen=True, slots=True)
class PlaceColumn(SingleChoice):
    """A place each: ``values`` (n,) the département, as in ``SingleChoice``; ``positions`` (n,) int64 the place itself.

    A position is that in the ``gazetteer``, -1 for no answer.
    """

    positions: IntVector

    def shown(self, row: int) -> str:
        """Return the place of one person as staff read it, the commune where it was told."""
        position = int(self.positions[row])
        return SingleChoice.shown(self, row) if position < len(DEPARTEMENTS) else gazetteer().names[position]

    @classmethod
    def of(cls, positions: Sequence[int]) -> Self:
        """Return the column of some positions in the ``gazetteer``, which is read only where it is needed."""
        within = [departement_of(position) for position in positions]
        return cls(LABELS, np.array(within, dtype=np.int64), np.array(positions, dtype=np.int64))

    def take(self, index: Index) -> "PlaceColumn":
        """Return the places of the people at ``index`` only."""
        return PlaceColumn(self.labels, self.values[index], self.positions[index])

    def alike(self) -> IntVector:
        """Return (n,) int64: a number from 0 for each place."""
        return self.positions - NONE

    def distances(self, others: "PlaceColumn") -> NDArray[np.float64]:
        """Return (n, m) km between the places of two sets of people, as the crow flies; NaN where one is not known."""
        points = gazetteer().points
        apart = distances(points[self.positions], points[others.positions])
        return np.asarray(np.where(self.known[:, None] & others.known[None, :], apart, np.nan))

    def doubts(self, others: "PlaceColumn") -> NDArray[np.float64]:
        """Return (n, m) how many km more or fewer each distance may be: the margins of both, 0 within one commune."""
        places = gazetteer()
        alike = (self.positions[:, None] == others.positions[None, :]) & places.are_communes[self.positions][:, None]
        doubts = places.margins[self.positions][:, None] + places.margins[others.positions][None, :]
        return np.asarray(np.where(alike, 0.0, doubts))

    def code(self, row: int) -> str:
        """Return what tells the place of one person from all others: a number, an INSEE code or a postcode."""
        return gazetteer().codes[int(self.positions[row])]

    def is_departement(self, row: int) -> bool:
        """Say whether no more than the département is known."""
        return int(self.positions[row]) < len(DEPARTEMENTS)


def departement_of(position: int) -> int:
    """Return the position of the département in which a place lies, -1 for none."""
    return position if position < len(DEPARTEMENTS) else gazetteer().departements[position]
