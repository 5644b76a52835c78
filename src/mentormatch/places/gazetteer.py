"""Every place that an answer can name, by position, read from the data of the package late and once.

The départements stand first, as in ``DEPARTEMENTS``; then the communes, with the arrondissements of Paris, Lyon and
Marseille; then the postcodes that several communes of one département share.
"""

import lzma
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, FloatMatrix
from mentormatch.places.departements import DEPARTEMENTS

type Positions = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Gazetteer:
    """n places.

    ``codes`` and ``names`` tell them, ``departements`` the position of the département in which each lies. ``points``
    (n, 2) are latitudes and longitudes in degrees; ``margins`` (n,) how many km the true place may be away from its
    point, 0 where the point is that of the commune itself. ``postcodes`` and ``keys`` hold, joined by ``|``, the
    postcodes of each commune and the names that it is found by, its own first, then its former ones; ``shorts`` the
    beginnings of its name that are names of smaller communes.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    departements: tuple[int, ...]
    points: FloatMatrix
    margins: NDArray[np.float64]
    postcodes: tuple[str, ...]
    keys: tuple[str, ...]
    shorts: tuple[str, ...]

    @cached_property
    def are_communes(self) -> BoolVector:
        """(n,) bool: which places are communes or arrondissements, in which two people are at no distance."""
        return np.array([bool(key) for key in self.keys], dtype=bool)

    @cached_property
    def by_name(self) -> Positions:
        """The communes of each name."""
        return grouped([key.partition("|")[0] for key in self.keys])

    @cached_property
    def by_former_name(self) -> Positions:
        """The communes of each name that is no longer, or only in part, their own."""
        return grouped([key.partition("|")[2] for key in self.keys])

    @cached_property
    def by_short_name(self) -> Positions:
        """The communes that people may mean by the name of a smaller one: Chalon-sur-Saône by Chalon."""
        return grouped(self.shorts)

    @cached_property
    def by_postcode(self) -> Positions:
        """The communes of each postcode."""
        return grouped(self.postcodes)

    @cached_property
    def by_code(self) -> dict[str, int]:
        """Every commune by its INSEE code."""
        return {code: position for position, code in enumerate(self.codes) if self.keys[position]}

    @cached_property
    def areas(self) -> dict[str, int]:
        """Every postcode that several communes of one département share."""
        named = enumerate(zip(self.codes, self.keys, strict=True))
        return {code: position for position, (code, keys) in named if position >= len(DEPARTEMENTS) and not keys}


@cache
def gazetteer() -> Gazetteer:
    """Return every place that an answer can name.

    >>> places = gazetteer()
    >>> places.names[places.by_code["69266"]]
    'Villeurbanne'
    """
    content = (files("mentormatch.places") / "data" / "places.xz").read_bytes()
    columns = [column.split("\n") for column in lzma.decompress(content).decode("utf-8").split("\f")]
    codes, departements, names, latitudes, longitudes, margins, postcodes, keys, shorts = map(tuple, columns)
    number = {departement: position for position, (departement, _) in enumerate(DEPARTEMENTS)}
    return Gazetteer(
        codes=codes,
        names=names,
        departements=tuple(number[departement] for departement in departements),
        points=np.array([latitudes, longitudes], dtype=np.float64).T,
        margins=np.array(margins, dtype=np.float64),
        postcodes=postcodes,
        keys=keys,
        shorts=shorts,
    )


def grouped(joined: list[str] | tuple[str, ...]) -> Positions:
    """Return the positions at which each of the words stands that ``|`` joins."""
    found: dict[str, list[int]] = {}
    for position, words in enumerate(joined):
        for word in words.split("|") if words else ():
            found.setdefault(word, []).append(position)
    return {word: tuple(positions) for word, positions in found.items()}
