"""Where the people of a matching are, département by département, and between which départements its pairs are."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mentormatch.explanation.unmatched import Case
from mentormatch.languages import mark, tr
from mentormatch.people.cohort import People
from mentormatch.places.column import PlaceColumn
from mentormatch.places.gazetteer import DEPARTEMENTS
from mentormatch.places.shapes import shape_of
from mentormatch.rules.formulation import SIDES

NAMES: Mapping[str, str] = {**dict(DEPARTEMENTS), "69": mark("Rhône et Métropole de Lyon")}


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

    ``asked`` says whether the programme asks people where they are.
    """

    spots: tuple[Spot, ...] = ()
    links: tuple[Link, ...] = ()
    people_elsewhere: int = 0
    pairs_elsewhere: int = 0
    asked: bool = False


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
        yield shape_of(DEPARTEMENTS[value][0]) if value >= 0 else ""


def place_of(people: People) -> PlaceColumn | None:
    """Return the first answers of one side that are places, None where it was not asked for any."""
    return next((column for column in people.columns.values() if isinstance(column, PlaceColumn)), None)
