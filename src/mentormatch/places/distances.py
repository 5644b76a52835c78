"""How far apart two places are, as the crow flies, and about how long the way between them takes."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import FloatMatrix
from mentormatch.languages.phrases import NO_BREAK, thousands

"""(n, 2) latitudes and longitudes in degrees; NaN where there is no place."""
type Unit = Literal["km", "minutes"]

EARTH_KM = 6371.0088
"""The mean radius of the Earth (IUGG)."""
DETOUR = 1.3
"""How much longer a road is than the crow flies: a usual mean for journeys between towns."""


def distances(left: FloatMatrix, right: FloatMatrix) -> NDArray[np.float64]:
    """Return (n, m) km along a great circle, rounded to 100 m; NaN where either has no place.

    The haversine formula, written on unit vectors: a half chord is the sine of half the angle.

    >>> distances(np.array([[45.748, 4.847]]), np.array([[45.766, 4.879]]))  # Lyon, Villeurbanne
    array([[3.2]])
    """
    chord = np.zeros((len(left), len(right)))
    for ours, theirs in zip(unit_vectors(left), unit_vectors(right), strict=True):
        chord += (ours[:, None] - theirs[None, :]) ** 2
    return np.asarray(np.round(2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(chord) / 2)), 1))


def unit_vectors(points: FloatMatrix) -> NDArray[np.float64]:
    """Return (3, n): the points on a sphere of radius 1."""
    latitude, longitude = np.radians(points).T
    return np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])


def minutes(km: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """Return an estimate of the time that ways of ``km`` take, door to door, at a mean ``speed`` in km/h.

    It knows no road, train or sea: the way is taken to be ``DETOUR`` times as long as the crow flies.
    """
    return np.asarray(km * DETOUR / speed * 60)


def told(length: float, unit: str) -> str:
    r"""Return a length as people say it, without false precision.

    >>> told(94.4, "km"), told(9180.0, "km")
    ('94\xa0km', '9\u202f180\xa0km')
    """
    return f"{thousands(round(length))}{NO_BREAK}{unit}"
