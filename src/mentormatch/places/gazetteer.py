"""Places by position: départements, communes and shared postcodes, with coordinates, names, distances and outlines.

The départements come first, as in ``DEPARTEMENTS``; then the communes, with the arrondissements of Paris, Lyon and
Marseille; then the postcodes that several communes of one département share. The data of the package are read at first
use.

Also the typed column of the answers to a question of kind ``place``.
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

_DEPARTEMENT_LIST = """
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

# Number and name of each. The Métropole de Lyon is separate from the Rhône, as in regional surveys. "(Antilles)"
# distinguishes Saint-Barthélemy and Saint-Martin from the communes of these names.
DEPARTEMENTS = tuple(
    (number, name)
    for number, name in (entry.split(" ", 1) for entry in re.split(r"[|\n]", _DEPARTEMENT_LIST.strip()) if entry)
)

RHONE = frozenset({"69", "69M"})  # the département and the Métropole de Lyon; people often do not distinguish them


type Unit = Literal["km", "minutes"]

DETOUR_FACTOR = 1.3  # road length / great-circle distance, a usual mean between towns


def distances(left: FloatMatrix, right: FloatMatrix) -> NDArray[np.float64]:
    """Return (n, m) great-circle distances in km, rounded to 100 m; NaN if a point is NaN.

    Haversine formula on unit vectors: half the chord is the sine of half the angle.

    >>> distances(np.array([[45.748, 4.847]]), np.array([[45.766, 4.879]]))  # Lyon, Villeurbanne
    array([[3.2]])
    """
    chord = np.zeros((len(left), len(right)))
    for ours, theirs in zip(unit_vectors(left), unit_vectors(right), strict=True):
        chord += (ours[:, None] - theirs[None, :]) ** 2
    radius_km = 6371.0088  # mean radius of the earth (IUGG)
    return np.asarray(np.round(2 * radius_km * np.arcsin(np.minimum(1.0, np.sqrt(chord) / 2)), 1))


def unit_vectors(points: FloatMatrix) -> NDArray[np.float64]:
    """Return (3, n) unit vectors of (n, 2) latitudes and longitudes in degrees."""
    latitude, longitude = np.radians(points).T
    return np.array([np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)])


def travel_minutes(km: NDArray[np.float64], speed: float) -> NDArray[np.float64]:
    """Return estimated travel times in minutes for distances in km at a mean ``speed`` in km/h.

    The estimate ignores roads, trains and sea: the way is ``DETOUR_FACTOR`` times the great-circle distance.
    """
    return np.asarray(km * DETOUR_FACTOR / speed * 60)


def format_length(length: float, unit: str) -> str:
    r"""Return a length as a text, rounded to whole units.

    >>> format_length(94.4, "km"), format_length(9180.0, "km")
    ('94\xa0km', '9\u202f180\xa0km')
    """
    return f"{thousands(round(length))}{NO_BREAK}{unit}"


type Positions = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Gazetteer:
    """n places, in order of position."""

    codes: tuple[str, ...]  # number of the département, INSEE code or postcode
    names: tuple[str, ...]
    departements: tuple[int, ...]  # position of the département of each place
    points: FloatMatrix  # (n, 2) latitudes and longitudes in degrees
    margins: NDArray[np.float64]  # (n,) error of the point in km, 0 for a commune
    postcodes: tuple[str, ...]  # of a commune, joined by ``|``
    keys: tuple[str, ...]  # names of a commune, joined by ``|``, its current name first, then its former ones
    shorts: tuple[str, ...]  # beginnings of its name that are names of smaller communes, joined by ``|``

    @cached_property
    def are_communes(self) -> BoolVector:
        """(n,) bool: whether each place is a commune or arrondissement, within which distances are 0."""
        return np.array([bool(key) for key in self.keys], dtype=bool)

    @cached_property
    def by_name(self) -> Positions:
        """The communes of each current name."""
        return group_positions([key.partition("|")[0] for key in self.keys])

    @cached_property
    def by_former_name(self) -> Positions:
        """The communes of each former name, or name that covers only a part of them."""
        return group_positions([key.partition("|")[2] for key in self.keys])

    @cached_property
    def by_short_name(self) -> Positions:
        """The communes that the name of a smaller one may mean: Chalon-sur-Saône for Chalon."""
        return group_positions(self.shorts)

    @cached_property
    def by_postcode(self) -> Positions:
        """The communes of each postcode."""
        return group_positions(self.postcodes)

    @cached_property
    def by_code(self) -> dict[str, int]:
        """The position of each commune by INSEE code."""
        return {code: position for position, code in enumerate(self.codes) if self.keys[position]}

    @cached_property
    def areas(self) -> dict[str, int]:
        """The position of each postcode that several communes of one département share."""
        named = enumerate(zip(self.codes, self.keys, strict=True))
        return {code: position for position, (code, keys) in named if position >= len(DEPARTEMENTS) and not keys}


@cache
def load_gazetteer() -> Gazetteer:
    """Return all places. Cached.

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
    """Map each part between ``|`` to the positions of the texts that contain it."""
    positions_by_word: dict[str, list[int]] = {}
    for position, words in enumerate(joined):
        for word in words.split("|") if words else ():
            positions_by_word.setdefault(word, []).append(position)
    return {word: tuple(positions) for word, positions in positions_by_word.items()}


def normalise_name(text: str) -> str:
    """Return the words of ``text`` in the form that compares names of places.

    No case, accents, hyphens or apostrophes; *saint* and *sainte* abbreviated, *s/* in full.

    >>> normalise_name("SAINT-ÉTIENNE"), normalise_name("Chalon s/ Saône")
    ('st etienne', 'chalon sur saone')
    """
    words = re.findall(r"[^\W_]+", re.sub(r"\bs/", "sur ", fold(text)))
    abbreviations = {"saint": "st", "sainte": "ste", "saints": "sts", "saintes": "stes"}
    return " ".join(abbreviations.get(word, word) for word in words)


def strip_delivery(text: str) -> str:
    """Return the words of ``text`` without delivery details (CEDEX, BP ...) and without *département de* at the front.

    >>> strip_delivery("Département de l'Isère"), strip_delivery("38000 Grenoble CEDEX 9")
    ('isere', '38000 grenoble')
    """
    name = re.sub(r" ?\b(cedex( \d{1,2})?|(bp|cs|tsa) ?\d+|(?<!de )(?<!en )france$)", "", normalise_name(text))
    return re.sub(r"^(departement|dep|dept|dpt) (de la |de l |du |des |de |d )?", "", " ".join(name.split()))


def strip_links(words: str) -> str:
    """Return the words of a name without the articles and prepositions at their end.

    >>> strip_links("st denis de la")
    'st denis'
    """
    return re.sub(r"( de| a| en)?( la| l)?$", "", words)


@cache
def departements_by_spelling() -> dict[str, int]:
    """Map each number and normalised name of a département to its position in ``DEPARTEMENTS``.

    >>> DEPARTEMENTS[departements_by_spelling()["isere"]]
    ('38', 'Isère')
    """
    positions: dict[str, int] = {}
    for index, (number, name) in enumerate(DEPARTEMENTS):
        words = normalise_name(name)
        positions |= dict.fromkeys(
            (number.lower(), number.lower().lstrip("0"), words, words.removeprefix("la ")), index
        )
    rhone = positions["69"]
    return positions | {"69d": rhone, "rhone hors metropole": rhone}


type Point = tuple[float, float]
type Ring = list[list[int]]

OUTLINE_CREDIT = mark("Contours des départements : MapSVG, CC BY 4.0, simplifiés.")  # required by the licence


def outline_number(number: str) -> str:
    """Return the number of the outline of a département; the Métropole de Lyon shares that of the Rhône."""
    return "69" if number in RHONE else number


@cache
def outlines() -> dict[str, list[Ring]]:
    """Return the outlines of each département in Europe by number, the largest part first, x to the right and y down.

    >>> len(outlines()), len(outlines()["2A"])
    (96, 1)
    """
    content = (files("mentormatch.places") / "data" / "shapes.json").read_text(encoding="utf-8")
    shapes: dict[str, list[Ring]] = json.loads(content)
    return shapes


def middle(ring: Ring) -> Point:
    """Return the centroid of an outline.

    >>> middle([[0, 0], [4, 0], [4, 2], [0, 2]])
    (2.0, 1.0)
    """
    sides = [(x * v - u * y, x + u, y + v) for (x, y), (u, v) in zip(ring, [*ring[1:], ring[0]], strict=True)]
    six_areas = 3 * sum(cross for cross, _, _ in sides)
    return sum(cross * x for cross, x, _ in sides) / six_areas, sum(cross * y for cross, _, y in sides) / six_areas


@dataclass(frozen=True, slots=True, eq=False)
class PlaceColumn(SingleChoice):
    """A place per person: ``positions`` (n,) int64 in the ``gazetteer``, -1 for no answer.

    ``values`` (n,) are the départements, as in ``SingleChoice``.
    """

    positions: IntVector

    def shown(self, row: int) -> str:
        """Return the display name of a person's place: the commune if known."""
        position = int(self.positions[row])
        return SingleChoice.shown(self, row) if position < len(DEPARTEMENTS) else load_gazetteer().names[position]

    @classmethod
    def of(cls, positions: Sequence[int]) -> Self:
        """Return the column of some positions; the ``gazetteer`` is loaded only if needed."""
        departements = [departement_of(position) for position in positions]
        return cls(
            tuple(name for _, name in DEPARTEMENTS),
            np.array(departements, dtype=np.int64),
            np.array(positions, dtype=np.int64),
        )

    def take(self, index: Index) -> "PlaceColumn":
        """Return the places of the people at ``index`` only."""
        return PlaceColumn(self.labels, self.values[index], self.positions[index])

    def alike(self) -> IntVector:
        """Return (n,) int64: a number per place."""
        return self.positions - NONE

    def distances(self, others: "PlaceColumn") -> NDArray[np.float64]:
        """Return (n, m) great-circle distances in km between the places of two groups; NaN if one is unknown."""
        points = load_gazetteer().points
        km = distances(points[self.positions], points[others.positions])
        return np.asarray(np.where(self.known[:, None] & others.known[None, :], km, np.nan))

    def doubts(self, others: "PlaceColumn") -> NDArray[np.float64]:
        """Return (n, m) error bounds of the distances in km: the margins of both places, 0 within one commune.

        Bounds with an unknown place have no meaning.
        """
        places = load_gazetteer()
        is_same_commune = (self.positions[:, None] == others.positions[None, :]) & places.are_communes[self.positions][
            :, None
        ]
        bounds = places.margins[self.positions][:, None] + places.margins[others.positions][None, :]
        return np.asarray(np.where(is_same_commune, 0.0, bounds))

    def code(self, row: int) -> str:
        """Return the code of a person's known place: a département number, an INSEE code or a postcode.

        It is not unique: many a postcode is the INSEE code of another place.
        """
        return load_gazetteer().codes[int(self.positions[row])]

    def is_departement(self, row: int) -> bool:
        """Return whether only the département is known, or no place."""
        return int(self.positions[row]) < len(DEPARTEMENTS)


def departement_of(position: int) -> int:
    """Return the position of the département of a place, -1 for none."""
    return position if position < len(DEPARTEMENTS) else load_gazetteer().departements[position]
