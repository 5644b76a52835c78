"""Choropleth of the people per département, with lines for the pairs between départements."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mentormatch.explanation.unmatched_people import SolvedInstance
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
from mentormatch.report.pictures.picture import (
    BOLD_WEIGHT,
    EMPTY_COLOUR,
    INK,
    SOFT,
    Frame,
    Picture,
    StyleValue,
    cividis,
)


@dataclass(frozen=True, slots=True)
class MapPlace:
    """A département: its number, people of each side, and pairs with both people in it."""

    number: str
    mentors: int
    mentees: int
    pairs: int

    @property
    def people(self) -> int:
        return self.mentors + self.mentees

    @property
    def name(self) -> str:
        return tr(DEPARTEMENT_NAMES[self.number])

    @property
    def without_mentor(self) -> bool:
        return self.mentees > 0 and not self.mentors


@dataclass(frozen=True, slots=True)
class MapLink:
    """Two départements, and the number of pairs between them."""

    first: str
    second: str
    pairs: int

    @property
    def names(self) -> tuple[str, str]:
        return DEPARTEMENT_NAMES[self.first], DEPARTEMENT_NAMES[self.second]


@dataclass(frozen=True, slots=True)
class Territory:
    """Départements, most people first; links, most pairs first; and the people and pairs without a known place.

    ``has_question`` is true if the programme asks people for a place.
    """

    spots: tuple[MapPlace, ...] = ()
    links: tuple[MapLink, ...] = ()
    people_elsewhere: int = 0
    pairs_elsewhere: int = 0
    has_question: bool = False


def territory(case: SolvedInstance) -> Territory:
    """Return where people and pairs are, by the first place question that each side answers.

    The Rhône and the Métropole de Lyon count as one, because answers do not reliably distinguish them.
    """
    homes = {side: tuple(homes_of(case.people(side))) for side in SIDES}
    mentors, mentees = (Counter(home for home in homes[side] if home) for side in SIDES)
    ends = [(homes["mentor"][i], homes["mentee"][k]) for i, k in case.solution.pairs.tolist()]
    home_pairs = [
        (mentor_home, mentee_home) if mentor_home <= mentee_home else (mentee_home, mentor_home)
        for mentor_home, mentee_home in ends
        if mentor_home and mentee_home
    ]
    counted = Counter(home_pairs)
    spots = [
        MapPlace(number, mentors[number], mentees[number], counted[number, number]) for number in mentors | mentees
    ]
    links = [MapLink(*ends, pairs) for ends, pairs in counted.items() if ends[0] != ends[1]]
    return Territory(
        tuple(sorted(spots, key=lambda spot: (-spot.people, spot.number))),
        tuple(sorted(links, key=lambda link: (-link.pairs, link.first, link.second))),
        sum(not home for side in SIDES for home in homes[side]),
        len(ends) - len(home_pairs),
        any(place_of(case.people(side)) for side in SIDES),
    )


def homes_of(people: People) -> Iterator[str]:
    """Yield the number of the département of each person, empty if unknown."""
    column = place_of(people)
    if column is None:
        yield from [""] * len(people)
        return
    for value in column.values.tolist():
        yield outline_number(DEPARTEMENTS[value][0]) if value >= 0 else ""


def place_of(people: People) -> PlaceColumn | None:
    return next((column for column in people.columns.values() if isinstance(column, PlaceColumn)), None)


# Lines in the picture, and départements and lines in the text
LINES_DRAWN, LINES_NAMED = 60, 12
# Dots per step of the outlines; below, the map has numbers instead of names.
MIN_NAMED_SCALE = 0.42
# Dots, line width of one pair and greatest increment per further pair; the maximum width
MIN_LINE_WIDTH, MAX_LINE_WIDTH = 1.5, 9.0
# Départements with a dot and the number of people; if there are more, only colours.
MOST_DOTS = 40
# Dots per letter of a name
LETTER_WIDTH = 6.2
# Side of the square for an overseas collectivity, as a share of the map width
SQUARE_SHARE = 0.09
# Area of a dot, by the number of digits
DOT_AREAS = (0, 190, 260, 420)


@dataclass(frozen=True, repr=False)
class Map(Picture):
    """Départements coloured by their number of people, and lines between the départements of each pair."""

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
        """Each département with its mentors, its mentees, and whether mentees have no mentor there; those first."""
        rows = ((spot.name, spot.mentors, spot.mentees, spot.without_mentor) for spot in self.territory.spots)
        return tuple(sorted(rows, key=lambda row: not row[3]))

    @property
    @own_language
    def alternative(self) -> str:
        territory = self.territory
        if not territory.spots:
            return (
                tr("Personne n'a dit où elle est : il n'y a pas de carte.")
                if territory.has_question
                else tr("Le programme ne demande pas aux personnes où elles sont : il n'y a pas de carte.")
            )
        pairs = pair_sentences(territory) if self.paired else ()
        return " ".join([*population_sentences(territory), *pairs, *find_missing_sentences(territory)])

    @property
    @own_language
    def caption(self) -> str:
        sentences = [tr("Plus le département est clair, plus il y a de personnes.")]
        if self.numbered:
            sentences.append(tr("Leur nombre est dans le rond."))
        if any(spot.without_mentor for spot in self.labelled_spots):
            sentences.append(tr("Un second cercle, en tirets : aucun·e mentor·e dans ce département."))
        if self.paired:
            sentences.append(
                tr(
                    "Un trait relie les départements des deux personnes d'un binôme ; plus il est épais, plus il compte"
                    " de binômes."
                )
            )
        if len(self.territory.links) > LINES_DRAWN:
            sentences.append(
                tr("Seuls les {count} traits qui comptent le plus de binômes sont dessinés.", count=LINES_DRAWN)
            )
        if any(spot.number not in outlines() for spot in self.territory.spots):
            sentences.append(tr("Les collectivités d'outre-mer sont des carrés, sous la carte."))
        return " ".join([*sentences, tr(OUTLINE_CREDIT)])

    @property
    def numbered(self) -> bool:
        """Whether the départements have room for numbers of people."""
        return len(self.territory.spots) <= MOST_DOTS

    @property
    def labelled_spots(self) -> tuple[MapPlace, ...]:
        """The départements with a name and a dot: all if there is room, else overseas collectivities only."""
        spots = self.territory.spots
        return spots if self.numbered else tuple(spot for spot in spots if spot.number not in outlines())

    @cached_property
    def territory(self) -> Territory:
        """The places of the people and the pairs between them."""
        return territory(case_of(self.matching))

    @own_language
    def frames(self) -> Sequence[Frame]:
        territory = self.territory
        if not territory.spots:
            return ()
        plane = MapProjection.of(territory)
        frame = Frame(plane.width, plane.height)
        colour_outlines(frame, plane)
        draw_links(frame, plane)
        name_spots(frame, plane, self.labelled_spots)
        frame.text(plane.width, plane.height + 8, tr(OUTLINE_CREDIT), "end", font_size=9, fill=SOFT)
        max_people = max(spot.people for spot in territory.spots)
        frame.legend(
            tr("Personnes"),
            [(count / max_people, thousands(count)) for count in sorted({0, max_people // 2, max_people})],
        )
        return [frame]


SHORT_NAMES = dict(DEPARTEMENTS)


def population_sentences(territory: Territory) -> Iterator[str]:
    """Yield a sentence on the people per département."""
    mentors, mentees = sum(spot.mentors for spot in territory.spots), sum(spot.mentees for spot in territory.spots)
    places = [population_of(spot.name, [spot]) for spot in territory.spots[:LINES_NAMED]]
    other_spots = territory.spots[LINES_NAMED:]
    yield tr(
        "{mentors} et {mentees}, dans {where}. D'abord les mentor·es, puis les mentoré·es : {told}.",
        mentors=counted(mentors, "mentor·e"),
        mentees=counted(mentees, "mentoré·e"),
        where=counted(len(territory.spots), "département"),
        told=joined(
            [*places, population_of(counted(len(other_spots), "autre"), other_spots)] if other_spots else places
        ),
    )


def population_of(name: str, spots: Sequence[MapPlace]) -> str:
    """Return the people of some départements as a text, mentors first."""
    mentors, mentees = sum(spot.mentors for spot in spots), sum(spot.mentees for spot in spots)
    return tr("{where} {mentors} et {mentees}", where=name, mentors=mentors, mentees=mentees)


def pair_sentences(territory: Territory) -> Iterator[str]:
    """Yield sentences on the pairs within a département, and between départements."""
    inner_pairs, outer_pairs = sum(spot.pairs for spot in territory.spots), sum(link.pairs for link in territory.links)
    within = counted(inner_pairs, "binôme")
    yield tr(
        "{here} dans un même département, {apart} entre deux départements.", here=within, apart=thousands(outer_pairs)
    )
    if territory.links:
        links = [f"{' – '.join(link.names)} {link.pairs}" for link in territory.links[:LINES_NAMED]]
        other_links = territory.links[LINES_NAMED:]
        others_text = (
            f"{counted(len(other_links), 'autre trait', 'autres traits')} {sum(link.pairs for link in other_links)}"
        )
        lines = listed([*links, others_text] if other_links else links)
        yield tr("Nombre de binômes par trait : {lines}.", lines=lines)


def find_missing_sentences(territory: Territory) -> Iterator[str]:
    """Yield sentences on people and pairs without a known place."""
    if territory.people_elsewhere:
        yield tr("{people} sans lieu connu.", people=counted(territory.people_elsewhere, "personne"))
    if territory.pairs_elsewhere:
        yield tr("{pairs} dont un lieu n'est pas connu.", pairs=counted(territory.pairs_elsewhere, "binôme"))


@dataclass(frozen=True)
class MapProjection:
    """The visible part of the plane, and the positions of départements in it."""

    territory: Territory
    left: float
    top: float
    across: float
    down: float
    strip: float

    @classmethod
    def of(cls, territory: Territory) -> "MapProjection":
        """Return the frame around the départements with people, and a strip below if some are overseas."""
        inside = [spot.number for spot in territory.spots if spot.number in outlines()]
        points = [point for number in inside or outlines() for ring in outlines()[number][:1] for point in ring]
        (left, across), (top, down) = (extent([point[axis] for point in points]) for axis in (0, 1))
        overseas = len(inside) < len(territory.spots)
        return cls(territory, left, top, across, down, across * SQUARE_SHARE * 2 * overseas)

    @property
    def scale(self) -> float:
        """Dots of the picture per step of the outlines."""
        # The map is at most 640 dots wide and 620 high
        return min(640 / self.across, 620 / (self.down + self.strip))

    @property
    def width(self) -> float:
        return round(self.across * self.scale)

    @property
    def height(self) -> float:
        """The height of the picture, including the overseas strip."""
        return round((self.down + self.strip) * self.scale)

    def at(self, point: Sequence[float]) -> Point:
        """Return the position of a point of the plane in the picture."""
        return (point[0] - self.left) * self.scale, (point[1] - self.top) * self.scale

    @cached_property
    def shapes(self) -> dict[str, list[Ring]]:
        """The outlines of visible départements, and a square per overseas collectivity."""
        visible = {number: rings for number, rings in outlines().items() if any(map(self.holds, rings[0]))}
        abroad = [spot.number for spot in self.territory.spots if spot.number not in outlines()]
        return visible | {number: [self.square(index, len(abroad))] for index, number in enumerate(abroad)}

    def holds(self, point: Sequence[float]) -> bool:
        """Return whether a point is in the frame."""
        return 0 <= point[0] - self.left <= self.across and 0 <= point[1] - self.top <= self.down

    def square(self, index: int, count: int) -> Ring:
        """Return a square of the overseas strip, which has room for ``count`` squares."""
        side = self.across * min(SQUARE_SHARE, 1 / (1.6 * count))
        x, y = round(self.left + side * (0.3 + 1.6 * index)), round(self.top + self.down + side * 0.3)
        return [[x, y], [x + round(side), y], [x + round(side), y + round(side)], [x, y + round(side)]]

    @cached_property
    def middles(self) -> dict[str, Point]:
        return {spot.number: middle(self.shapes[spot.number][0]) for spot in self.territory.spots}

    def label(self, number: str) -> str:
        """Return the name of a département if it fits into the outline, else its number."""
        across = [x for x, _ in self.shapes[number][0]]
        fits = (max(across) - min(across)) * self.scale >= LETTER_WIDTH * len(SHORT_NAMES[number])
        return SHORT_NAMES[number] if self.scale >= MIN_NAMED_SCALE and fits else number


def extent(values: list[int]) -> tuple[float, float]:
    """Return start and length of the visible range."""
    low, high = min(values), max(values)
    # A margin of a tenth on each side; not less than 300 steps
    size = max((high - low) * 1.2, 300.0)
    return (low + high - size) / 2, size


def thickness(link: MapLink, widest: MapLink) -> float:
    return MIN_LINE_WIDTH + min(MIN_LINE_WIDTH, (MAX_LINE_WIDTH - MIN_LINE_WIDTH) / max(1, widest.pairs - 1)) * (
        link.pairs - 1
    )


def colour_outlines(frame: Frame, plane: MapProjection) -> None:
    """Draw the outlines, grey without people, else coloured by the number of people."""
    people = {spot.number: spot.people for spot in plane.territory.spots}
    style: dict[str, StyleValue] = {"stroke": "white", **frame.clip()}
    for number, rings in sorted(plane.shapes.items(), key=lambda shape: shape[0] in people):
        fill = cividis(people[number] / max(people.values())) if number in people else EMPTY_COLOUR
        frame.path("".join(outline(plane, ring) for ring in rings), fill=fill, fill_rule="evenodd", **style)


def outline(plane: MapProjection, ring: Ring) -> str:
    return f"M{'L'.join(f'{x:.1f},{y:.1f}' for x, y in map(plane.at, ring))}Z"


def draw_links(frame: Frame, plane: MapProjection) -> None:
    """Draw the lines between départements, fewest pairs first, each on a white halo."""
    links = plane.territory.links[:LINES_DRAWN][::-1]
    for colour, halo in (("white", 2.5), (INK, 0)):
        for link in links:
            ends = *plane.at(plane.middles[link.first]), *plane.at(plane.middles[link.second])
            width = thickness(link, plane.territory.links[0]) + halo
            frame.line(*ends, stroke=colour, stroke_width=width, stroke_linecap="round")


def name_spots(frame: Frame, plane: MapProjection, spots: Sequence[MapPlace]) -> None:
    """Write the names or numbers of départements with a white halo, and draw their dots."""
    halo: dict[str, StyleValue] = {
        "stroke": "white",
        "stroke_width": 3.5,
        "stroke_linejoin": "round",
        "paint_order": "stroke",
    }
    area = DOT_AREAS[min(len(str(max(spot.people for spot in plane.territory.spots))), len(DOT_AREAS) - 1)]
    places = {spot: plane.at(plane.middles[spot.number]) for spot in spots}
    for spot, (x, y) in places.items():
        frame.text(x, y + 19, plane.label(spot.number), "middle", font_size=11, **halo)
    for spot, (x, y) in places.items():
        if spot.without_mentor:
            frame.disc(x, y, 2.4 * area, fill="white", stroke=INK, stroke_width=1.5, stroke_dasharray="4 3")
        frame.disc(x, y, area, fill="white", stroke=INK, stroke_width=1.5)
        frame.text(x, y, thousands(spot.people), "middle", font_size=11, font_weight=BOLD_WEIGHT)


DEPARTEMENT_NAMES: Mapping[str, str] = {**dict(DEPARTEMENTS), "69": mark("Rhône et Métropole de Lyon")}
