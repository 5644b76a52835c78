"""Every place that an answer can name, by position, read from the data of the package late and once; and distances.

The départements stand first, as in ``DEPARTEMENTS``; then the communes, with the arrondissements of Paris, Lyon and
Marseille; then the postcodes that several communes of one département share.

The typed column that answers to a question of kind ``place`` become.
"""

# French here is read, not said

import json
import lzma
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, FloatMatrix, Index, IntVector
from mentormatch.base.columns import NONE, SingleChoice
from mentormatch.languages.phrases import NO_BREAK, thousands
from mentormatch.languages.text_keys import fold
from mentormatch.languages.translation import mark

_NUMBERED = """
01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes
09 Ariège|10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime
18 Cher|19 Corrèze|2A Corse-du-Sud|2B Haute-Corse|21 Côte-d'Or|22 Côtes-d'Armor|23 Creuse|24 Dordogne|25 Doubs
26 Drôme|27 Eure|28 Eure-et-Loir|29 Finistère|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault
35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère|39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire
44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|49 Maine-et-Loire|50 Manche|51 Marne
52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre|59 Nord|60 Oise|61 Orne
62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales|67 Bas-Rhin
68 Haut-Rhin|69 Rhône|69M Métropole de Lyon|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie
75 Paris|76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var
84 Vaucluse|85 Vendée|86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne
92 Hauts-de-Seine|93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d'Oise|971 Guadeloupe|972 Martinique|973 Guyane
974 La Réunion|976 Mayotte|975 Saint-Pierre-et-Miquelon|977 Saint-Barthélemy (Antilles)|978 Saint-Martin (Antilles)
986 Wallis-et-Futuna|987 Polynésie française|988 Nouvelle-Calédonie
"""

DEPARTEMENTS = tuple(
    (number, name) for number, name in (entry.split(" ", 1) for entry in re.split(r"[|\n]", _NUMBERED.strip()) if entry)
)
"""Number and name of each; the Métropole de Lyon stands beside the Rhône, as in regional surveys.

Saint-Barthélemy and Saint-Martin are told from the communes of these names."""

RHONE = frozenset({"69", "69M"})
"""The département and the Métropole de Lyon, which people tell apart or do not."""


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


def format_length(length: float, unit: str) -> str:
    r"""Return a length as people say it, without false precision.

    >>> format_length(94.4, "km"), format_length(9180.0, "km")
    ('94\xa0km', '9\u202f180\xa0km')
    """
    return f"{thousands(round(length))}{NO_BREAK}{unit}"


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
        return group_positions([key.partition("|")[0] for key in self.keys])

    @cached_property
    def by_former_name(self) -> Positions:
        """The communes of each name that is no longer, or only in part, their own."""
        return group_positions([key.partition("|")[2] for key in self.keys])

    @cached_property
    def by_short_name(self) -> Positions:
        """The communes that people may mean by the name of a smaller one: Chalon-sur-Saône by Chalon."""
        return group_positions(self.shorts)

    @cached_property
    def by_postcode(self) -> Positions:
        """The communes of each postcode."""
        return group_positions(self.postcodes)

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
def load_gazetteer() -> Gazetteer:
    """Return every place that an answer can name.

    >>> places = load_gazetteer()
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


def group_positions(joined: list[str] | tuple[str, ...]) -> Positions:
    """Return the positions at which each of the words stands that ``|`` joins."""
    found: dict[str, list[int]] = {}
    for position, words in enumerate(joined):
        for word in words.split("|") if words else ():
            found.setdefault(word, []).append(position)
    return {word: tuple(positions) for word, positions in found.items()}


_SHORT = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
_SLASHED = re.compile(r"\bs/")
_DELIVERY = re.compile(r" ?\b(cedex( \d{1,2})?|(bp|cs|tsa) ?\d+|(?<!de )(?<!en )france$)")
_TITLE = re.compile(r"^(departement|dep|dept|dpt) (de la |de l |du |des |de |d )?")
_LINK = re.compile(r"( de| a| en)?( la| l)?$")
_WORD = re.compile(r"[^\W_]+")


def normalise_name(text: str) -> str:
    """Return the words of ``text`` as names of places are compared.

    Without case, accents, hyphens and apostrophes; *saint* and *sainte* as people shorten them, *s/* in full.

    >>> normalise_name("SAINT-ÉTIENNE"), normalise_name("Chalon s/ Saône")
    ('st etienne', 'chalon sur saone')
    """
    words = _WORD.findall(_SLASHED.sub("sur ", fold(text)))
    return " ".join(_SHORT.get(word, word) for word in words)


def bare(text: str) -> str:
    """Return the words of ``text``, without what only concerns the delivery of letters, and that it is a département.

    >>> bare("Département de l'Isère"), bare("38000 Grenoble CEDEX 9")
    ('isere', '38000 grenoble')
    """
    return _TITLE.sub("", " ".join(_DELIVERY.sub("", normalise_name(text)).split()))


def strip_links(words: str) -> str:
    """Return the words of a name without those that link it to what came behind it.

    >>> strip_links("st denis de la")
    'st denis'
    """
    return _LINK.sub("", words)


@cache
def departements_by_spelling() -> dict[str, int]:
    """Return every number and every name, as ``spelled``, with its position in ``DEPARTEMENTS``.

    >>> DEPARTEMENTS[departements_by_spelling()["isere"]]
    ('38', 'Isère')
    """
    found: dict[str, int] = {}
    for index, (number, name) in enumerate(DEPARTEMENTS):
        words = normalise_name(name)
        found |= dict.fromkeys((number.lower(), number.lower().lstrip("0"), words, words.removeprefix("la ")), index)
    rhone = found["69"]
    return found | {"69d": rhone, "rhone hors metropole": rhone}


type Point = tuple[float, float]
type Ring = list[list[int]]

CREDIT = mark("Contours des départements : MapSVG, CC BY 4.0, simplifiés.")
"""What the licence asks to be said wherever they are shown."""
WHOLE_RHONE = "69"


def shape_of(number: str) -> str:
    """Return the number under which a département is drawn; the Métropole de Lyon lies in the outline of the Rhône."""
    return WHOLE_RHONE if number in RHONE else number


@cache
def outlines() -> dict[str, list[Ring]]:
    """Return the outlines of each département by its number, the largest part first, x to the right and y down.

    >>> len(outlines()), len(outlines()["2A"])
    (96, 1)
    """
    content = (files("mentormatch.places") / "data" / "shapes.json").read_text(encoding="utf-8")
    read: dict[str, list[Ring]] = json.loads(content)
    return read


def middle(ring: Ring) -> Point:
    """Return the centre of gravity of an outline.

    >>> middle([[0, 0], [4, 0], [4, 2], [0, 2]])
    (2.0, 1.0)
    """
    sides = [(x * v - u * y, x + u, y + v) for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True)]
    whole = 3 * sum(cross for cross, _, _ in sides)
    return sum(cross * x for cross, x, _ in sides) / whole, sum(cross * y for cross, _, y in sides) / whole


LABELS = tuple(name for _, name in DEPARTEMENTS)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceColumn(SingleChoice):
    """A place each: ``values`` (n,) the département, as in ``SingleChoice``; ``positions`` (n,) int64 the place itself.

    A position is that in the ``gazetteer``, -1 for no answer.
    """

    positions: IntVector

    def shown(self, row: int) -> str:
        """Return the place of one person as staff read it, the commune where it was told."""
        position = int(self.positions[row])
        return SingleChoice.shown(self, row) if position < len(DEPARTEMENTS) else load_gazetteer().names[position]

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
        points = load_gazetteer().points
        apart = distances(points[self.positions], points[others.positions])
        return np.asarray(np.where(self.known[:, None] & others.known[None, :], apart, np.nan))

    def doubts(self, others: "PlaceColumn") -> NDArray[np.float64]:
        """Return (n, m) how many km more or fewer each distance may be: the margins of both, 0 within one commune."""
        places = load_gazetteer()
        alike = (self.positions[:, None] == others.positions[None, :]) & places.are_communes[self.positions][:, None]
        doubts = places.margins[self.positions][:, None] + places.margins[others.positions][None, :]
        return np.asarray(np.where(alike, 0.0, doubts))

    def code(self, row: int) -> str:
        """Return what tells the place of one person from all others: a number, an INSEE code or a postcode."""
        return load_gazetteer().codes[int(self.positions[row])]

    def is_departement(self, row: int) -> bool:
        """Say whether no more than the département is known."""
        return int(self.positions[row]) < len(DEPARTEMENTS)


def departement_of(position: int) -> int:
    """Return the position of the département in which a place lies, -1 for none."""
    return position if position < len(DEPARTEMENTS) else load_gazetteer().departements[position]
