"""The people of each département on a map, and the départements between which the pairs are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mentormatch.explanation.unmatched_people import Case
from mentormatch.fields import SIDES
from mentormatch.languages.phrases import counted, joined, listed, thousands
from mentormatch.languages.translation import mark, own_language, tr
from mentormatch.operations.matching import case_of
from mentormatch.people.cohort import People
from mentormatch.places.gazetteer import (
    DEPARTEMENTS,
    OUTLINE_CREDIT,
    PlaceColumn,
    Point,
    Ring,
    middle,
    outline_number,
    outlines,
)
from mentormatch.report.pictures.picture import BOLD, INK, NOTHING, SOFT, Frame, Picture, StyleValue, cividis


@dataclass(frozen=True, slots=True)
class Spot:
    """One département: its number, how many people of each side are there, how many pairs have both people there."""

    number: str
    mentors: int
    mentees: int
    pairs: int

    @property
    def people(self) -> int:
        """How many people are there."""
        return self.mentors + self.mentees

    @property
    def name(self) -> str:
        """What it is called."""
        return tr(NAMES[self.number])

    @property
    def without_mentor(self) -> bool:
        """Whether mentees are there and no mentor is."""
        return self.mentees > 0 and not self.mentors


@dataclass(frozen=True, slots=True)
class Link:
    """Two départements, by number, and how many pairs have one person in each."""

    first: str
    second: str
    pairs: int

    @property
    def names(self) -> tuple[str, str]:
        """What the two are called."""
        return NAMES[self.first], NAMES[self.second]


@dataclass(frozen=True, slots=True)
class Territory:
    """Départements, those with most people first; links, those of most pairs first; who and what is not among them.

    ``has_question`` says whether the programme asks people where they are.
    """

    spots: tuple[Spot, ...] = ()
    links: tuple[Link, ...] = ()
    people_elsewhere: int = 0
    pairs_elsewhere: int = 0
    has_question: bool = False


def territory(case: Case) -> Territory:
    """Return where people are, by the first question on a place that their side answers.

    The Rhône and the Métropole de Lyon are one: people tell them apart or do not.
    """
    homes = {side: tuple(homes_of(case.people(side))) for side in SIDES}
    mentors, mentees = (Counter(home for home in homes[side] if home) for side in SIDES)
    ends = [(homes["mentor"][i], homes["mentee"][k]) for i, k in case.solution.pairs.tolist()]
    known = [(one, other) if one <= other else (other, one) for one, other in ends if one and other]
    counted = Counter(known)
    spots = [Spot(at, mentors[at], mentees[at], counted[at, at]) for at in mentors | mentees]
    links = [Link(*two, pairs) for two, pairs in counted.items() if two[0] != two[1]]
    return Territory(
        tuple(sorted(spots, key=lambda spot: (-spot.people, spot.number))),
        tuple(sorted(links, key=lambda link: (-link.pairs, link.first, link.second))),
        sum(not home for side in SIDES for home in homes[side]),
        len(ends) - len(known),
        any(place_of(case.people(side)) for side in SIDES),
    )


def homes_of(people: People) -> Iterator[str]:
    """Yield the number of each person's département, empty where it is not known."""
    column = place_of(people)
    if column is None:
        yield from [""] * len(people)
        return
    for value in column.values.tolist():
        yield outline_number(DEPARTEMENTS[value][0]) if value >= 0 else ""


def place_of(people: People) -> PlaceColumn | None:
    """Return the first answers of one side that are places, None where it was not asked for any."""
    return next((column for column in people.columns.values() if isinstance(column, PlaceColumn)), None)


WIDE, HIGH = 640, 620
"""Of the map, at most."""
AROUND, LEAST = 0.1, 300.0
"""What is shown around the départements that have people, as a share of their extent; and the extent at least."""
LINES_DRAWN, LINES_NAMED = 60, 12
"""Lines that are drawn, those of most pairs first; départements and lines that the text names."""
NAMED = 0.42
"""Dots of the picture for a step of the outlines, from which names fit into the map; below, it has the numbers."""
THIN, THICK = 1.5, 9.0
"""The width of the line of one pair, which each other pair widens by as much, and of the widest line."""
MOST_DOTS = 40
"""Départements that have a dot with their number of people; where there are more, the colour tells it alone."""
LETTER = 6.2
"""The width of a letter of a name."""
SQUARE = 0.09
"""The side of the square that stands for a collectivity overseas, as a share of the width of the map."""
DOTS = (0, 190, 260, 420)
"""The area of a dot whose number has one, two or three figures."""


@dataclass(frozen=True, repr=False)
class Map(Picture):
    """Each département in the colour of its number of people, and lines between those of two people of a pair."""

    kind: ClassVar[str] = "map"
    heading: ClassVar[str] = mark("Les personnes et les binômes sur la carte")

    @property
    @own_language
    def title(self) -> str:
        return tr(self.heading) if self.paired else tr("D'où viennent les personnes")

    @property
    def paired(self) -> bool:
        """Whether there are pairs."""
        return len(self.matching.solution.pairs) > 0

    @property
    @own_language
    def rows(self) -> tuple[tuple[str, int, int, bool], ...]:
        """Each département with its mentors and mentees, and whether mentees have no mentor there; those first."""
        found = ((spot.name, spot.mentors, spot.mentees, spot.without_mentor) for spot in self.territory.spots)
        return tuple(sorted(found, key=lambda row: not row[3]))

    @property
    @own_language
    def alternative(self) -> str:
        found = self.territory
        if not found.spots:
            return tr(NOWHERE) if found.has_question else tr(UNASKED)
        pairs = pairing(found) if self.paired else ()
        return " ".join([*population(found), *pairs, *missing(found)])

    @property
    @own_language
    def caption(self) -> str:
        said = [tr("Plus le département est clair, plus il y a de personnes.")]
        if self.numbered:
            said.append(tr("Leur nombre est dans le rond."))
        if any(spot.without_mentor for spot in self.territory.spots):
            said.append(tr("Un second cercle, en tirets : aucun·e mentor·e dans ce département."))
        if self.paired:
            said.append(
                tr(
                    "Un trait relie les départements des deux personnes d'un binôme ; plus il est épais, plus il compte"
                    " de binômes."
                )
            )
        if len(self.territory.links) > LINES_DRAWN:
            said.append(
                tr("Seuls les {count} traits qui comptent le plus de binômes sont dessinés.", count=LINES_DRAWN)
            )
        if any(spot.number not in outlines() for spot in self.territory.spots):
            said.append(tr("Les collectivités d'outre-mer sont des carrés, sous la carte."))
        return " ".join([*said, tr(OUTLINE_CREDIT)])

    @property
    def numbered(self) -> bool:
        """Whether there is room for the number of people of each département."""
        return len(self.territory.spots) <= MOST_DOTS

    @cached_property
    def territory(self) -> Territory:
        """Where the people are."""
        return territory(case_of(self.matching))

    @own_language
    def frames(self) -> Sequence[Frame]:
        found = self.territory
        if not found.spots:
            return ()
        plane = MapPlane.of(found)
        named = found.spots if self.numbered else tuple(spot for spot in found.spots if spot.number not in outlines())
        frame = Frame(plane.width, plane.height)
        colour_outlines(frame, plane)
        draw_links(frame, plane)
        name_spots(frame, plane, named)
        frame.text(plane.width, plane.height + 8, tr(OUTLINE_CREDIT), "end", font_size=9, fill=SOFT)
        most = max(spot.people for spot in found.spots)
        frame.legend(tr("Personnes"), [(each / most, thousands(each)) for each in sorted({0, most // 2, most})])
        return [frame]


SHORT = dict(DEPARTEMENTS)
"""What a département is called where there is little room."""
NOWHERE = mark("Personne n'a dit où elle est : il n'y a pas de carte.")
UNASKED = mark("Le programme ne demande pas aux personnes où elles sont : il n'y a pas de carte.")


def population(found: Territory) -> Iterator[str]:
    """Yield how many people are where."""
    mentors, mentees = sum(spot.mentors for spot in found.spots), sum(spot.mentees for spot in found.spots)
    places = [population_of(spot.name, [spot]) for spot in found.spots[:LINES_NAMED]]
    rest = found.spots[LINES_NAMED:]
    yield tr(
        "{mentors} et {mentees}, dans {where}. D'abord les mentor·es, puis les mentoré·es : {told}.",
        mentors=counted(mentors, "mentor·e"),
        mentees=counted(mentees, "mentoré·e"),
        where=counted(len(found.spots), "département"),
        told=joined([*places, population_of(counted(len(rest), "autre"), rest)] if rest else places),
    )


def population_of(name: str, spots: Sequence[Spot]) -> str:
    """Return how many people are somewhere, mentors first."""
    mentors, mentees = sum(spot.mentors for spot in spots), sum(spot.mentees for spot in spots)
    return tr("{where} {mentors} et {mentees}", where=name, mentors=mentors, mentees=mentees)


def pairing(found: Territory) -> Iterator[str]:
    """Yield how many pairs are within one département, and between which."""
    here, apart = sum(spot.pairs for spot in found.spots), sum(link.pairs for link in found.links)
    within = counted(here, "binôme")
    yield tr("{here} dans un même département, {apart} entre deux départements.", here=within, apart=thousands(apart))
    if found.links:
        links = [f"{' – '.join(link.names)} {link.pairs}" for link in found.links[:LINES_NAMED]]
        rest = found.links[LINES_NAMED:]
        others = f"{counted(len(rest), 'autre trait', 'autres traits')} {sum(link.pairs for link in rest)}"
        lines = listed([*links, others] if rest else links)
        yield tr("Nombre de binômes par trait : {lines}.", lines=lines)


def missing(found: Territory) -> Iterator[str]:
    """Yield who and what is not on the map."""
    if found.people_elsewhere:
        yield tr("{people} sans lieu connu.", people=counted(found.people_elsewhere, "personne"))
    if found.pairs_elsewhere:
        yield tr("{pairs} dont un lieu n'est pas connu.", pairs=counted(found.pairs_elsewhere, "binôme"))


@dataclass(frozen=True)
class MapPlane:
    """The part of the plane that is shown, and where each département of people lies in it."""

    territory: Territory
    left: float
    top: float
    across: float
    down: float
    strip: float

    @classmethod
    def of(cls, found: Territory) -> "MapPlane":
        """Return the frame that holds the départements of people, and below it the collectivities overseas."""
        inside = [spot.number for spot in found.spots if spot.number in outlines()]
        points = [point for number in inside or outlines() for ring in outlines()[number][:1] for point in ring]
        (left, across), (top, down) = (extent([point[axis] for point in points]) for axis in (0, 1))
        overseas = len(inside) < len(found.spots)
        return cls(found, left, top, across, down, across * SQUARE * 2 * overseas)

    @property
    def scale(self) -> float:
        """How many dots of the picture a step of the outlines is."""
        return min(WIDE / self.across, HIGH / (self.down + self.strip))

    @property
    def width(self) -> float:
        """The width of the picture."""
        return round(self.across * self.scale)

    @property
    def height(self) -> float:
        """The height of the picture, the strip of overseas included."""
        return round((self.down + self.strip) * self.scale)

    def at(self, point: Sequence[float]) -> Point:
        """Return where a point of the plane is in the picture."""
        return (point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale

    @cached_property
    def shapes(self) -> dict[str, list[Ring]]:
        """The outlines of all that may be seen: the départements, and a square for each collectivity overseas."""
        seen = {number: rings for number, rings in outlines().items() if any(map(self.holds, rings[0]))}
        abroad = [spot.number for spot in self.territory.spots if spot.number not in outlines()]
        return seen | {number: [self.square(place, len(abroad))] for place, number in enumerate(abroad)}

    def holds(self, point: Sequence[float]) -> bool:
        """Say whether a point is in the frame."""
        return 0 <= point[0] - self.left <= self.across and 0 <= point[1] - self.top <= self.down

    def square(self, place: int, count: int) -> Ring:
        """Return the square in this place of the strip, which has room for all of them."""
        side = self.across * min(SQUARE, 1 / (1.6 * count))
        x, y = round(self.left + side * (0.3 + 1.6 * place)), round(self.top + self.down + side * 0.3)
        return [[x, y], [x + round(side), y], [x + round(side), y + round(side)], [x, y + round(side)]]

    @cached_property
    def middles(self) -> dict[str, Point]:
        """Where the dot of each département of people stands."""
        return {spot.number: middle(self.shapes[spot.number][0]) for spot in self.territory.spots}

    def label(self, number: str) -> str:
        """Return the name of a département where it fits into its outline, its number elsewhere."""
        across = [x for x, _ in self.shapes[number][0]]
        fits = (max(across) - min(across)) * self.scale >= LETTER * len(SHORT[number])
        return SHORT[number] if self.scale >= NAMED and fits else number


def extent(values: list[int]) -> tuple[float, float]:
    """Return where what is shown begins, and how far it goes."""
    low, high = min(values), max(values)
    size = max((high - low) * (1 + 2 * AROUND), LEAST)
    return (low + high - size) / 2, size


def thickness(link: Link, most: Link) -> float:
    """Return how wide a line is."""
    return THIN + min(THIN, (THICK - THIN) / max(1, most.pairs - 1)) * (link.pairs - 1)


def colour_outlines(frame: Frame, plane: MapPlane) -> None:
    """Draw the outlines: grey where nobody is, in the colour of their number of people elsewhere."""
    people = {spot.number: spot.people for spot in plane.territory.spots}
    style: dict[str, StyleValue] = {"stroke": "white", **frame.clip()}
    for number, rings in sorted(plane.shapes.items(), key=lambda shape: shape[0] in people):
        fill = cividis(people[number] / max(people.values())) if number in people else NOTHING
        frame.path("".join(outline(plane, ring) for ring in rings), fill=fill, fill_rule="evenodd", **style)


def outline(plane: MapPlane, ring: Ring) -> str:
    """Return a ring as the steps of a path."""
    return f"M{'L'.join(f'{x:.1f},{y:.1f}' for x, y in map(plane.at, ring))}Z"


def draw_links(frame: Frame, plane: MapPlane) -> None:
    """Draw the lines between départements, those of fewest pairs first, each on a white one that sets it off."""
    links = plane.territory.links[:LINES_DRAWN][::-1]
    for colour, more in (("white", 2.5), (INK, 0)):
        for link in links:
            ends = *plane.at(plane.middles[link.first]), *plane.at(plane.middles[link.second])
            wide = thickness(link, plane.territory.links[0]) + more
            frame.line(*ends, stroke=colour, stroke_width=wide, stroke_linecap="round")


def name_spots(frame: Frame, plane: MapPlane, spots: Sequence[Spot]) -> None:
    """Write the name or the number of some départements, set off by white, and draw their dots, numbers in them."""
    halo: dict[str, StyleValue] = {
        "stroke": "white",
        "stroke_width": 3.5,
        "stroke_linejoin": "round",
        "paint_order": "stroke",
    }
    area = DOTS[min(len(str(max(spot.people for spot in plane.territory.spots))), len(DOTS) - 1)]
    places = {spot: plane.at(plane.middles[spot.number]) for spot in spots}
    for spot, (x, y) in places.items():
        frame.text(x, y + 19, plane.label(spot.number), "middle", font_size=11, **halo)
    for spot, (x, y) in places.items():
        if spot.without_mentor:
            frame.disc(x, y, 2.4 * area, fill="white", stroke=INK, stroke_width=1.5, stroke_dasharray="4 3")
        frame.disc(x, y, area, fill="white", stroke=INK, stroke_width=1.5)
        frame.text(x, y, thousands(spot.people), "middle", font_size=11, font_weight=BOLD)


NAMES: Mapping[str, str] = {**dict(DEPARTEMENTS), "69": mark("Rhône et Métropole de Lyon")}
