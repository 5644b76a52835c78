"""Distances measured another way than the package does: by the angle between two places, in plain Python."""

from math import acos, cos, radians, sin

from mentormatch import Person
from mentormatch.places.gazetteer import load_gazetteer


def kilometres(here: int, there: int) -> float:
    """Return the distance between two places of the gazetteer, rounded to 100 m, by the law of cosines."""
    (north, east), (other_north, other_east) = (map(radians, load_gazetteer().points[place]) for place in (here, there))
    angle = sin(north) * sin(other_north) + cos(north) * cos(other_north) * cos(east - other_east)
    return round(6371.0088 * acos(min(1.0, angle)), 1)


def apart(field: str, left: Person, right: Person) -> tuple[float, float]:
    """Return how many km two people are apart, and how many more or fewer it may be."""
    here, there = (int(who.people.places(field).positions[who.row]) for who in (left, right))
    places = load_gazetteer()
    if here == there and places.codes[here] in places.by_code and places.by_code[places.codes[here]] == here:
        return 0.0, 0.0
    return kilometres(here, there), float(places.margins[here] + places.margins[there])
