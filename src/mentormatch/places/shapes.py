"""The outlines of the départements of metropolitan France on a plane, read late and once."""

import json
from functools import cache
from importlib.resources import files

from mentormatch.languages import mark
from mentormatch.places.gazetteer import RHONE

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
