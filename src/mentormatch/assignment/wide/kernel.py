"""A look at a strip of pairs in machine code: the same integers as ``scan.look``, none of them ever stored.

Nearly all the time goes into lookups. Compilers make gathers of them where they can, which many processors carry out
more slowly than plain loads; a loop that may stop to note a pair down is left as it is.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.paths.compiled import compiled, ones
from mentormatch.columns import IntVector

type Sizes = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
"""As many numbers as there are leads, terms and sets: the length of a tuple is known when code is compiled."""


class Strip(NamedTuple):
    """What is known of r mentors.

    ``tables`` (r, k): their tables side by side; ``own`` (r, sets) their sets; ``rest`` (r,) the most that all but the
    leads give; ``marks`` (r + 1,) where their exceptions begin; ``limits`` (r,) what pairs are noted from.
    """

    tables: Any
    own: NDArray[np.integer]
    rest: IntVector
    marks: IntVector
    limits: IntVector


class Known(NamedTuple):
    """What is known of the mentees, in the order of groups; see ``swift.Swift``.

    ``columns`` (m,) is what is added to each, ``ceilings`` (g,) the most that is added to anybody in a group.
    """

    edges: IntVector
    kinds: NDArray[np.integer]
    ceilings: IntVector
    codes: Any
    bits: NDArray[np.integer]
    slots: NDArray[np.integer]
    columns: IntVector
    places: IntVector
    points: IntVector
    sizes: Sizes


class Wanted(NamedTuple):
    """``scale`` of scores, ``least`` score, ``most`` pairs above a limit; who is at ``closed`` is passed over."""

    scale: int
    least: int
    most: int
    closed: int


class Found(NamedTuple):
    """Room for pairs, ``best`` (r,), how many pairs above its limit each mentor has, and how many pairs in all."""

    rows: IntVector
    mentees: IntVector
    scores: IntVector
    best: IntVector
    counts: IntVector
    total: IntVector


@compiled
def score_of(strip: Strip, known: Known, row: int, k: int) -> int:
    """Return what all but the leads and the exceptions give a pair."""
    score = 0
    for term in range(len(known.sizes[1])):
        score += strip.tables[row, known.codes[k, term]]
    for each in range(len(known.sizes[2])):
        both = np.uint64(strip.own[row, each] & known.bits[k, each])
        score += strip.tables[row, known.slots[k, each] + ones(both)]
    return score


@compiled
def noted(found: Found, wanted: Wanted, limit: int, pair: tuple[int, int, int, int]) -> int:
    """Note a pair (row, place, score, worth) down, and return the worth from which the next one matters."""
    row, k, score, worth = pair
    found.best[row] = max(found.best[row], worth)
    above = worth > limit
    if worth >= limit and (not above or found.counts[row] < wanted.most):
        at = found.total[0]
        if at < len(found.rows):
            found.rows[at], found.mentees[at], found.scores[at] = row, k, score
        found.total[0] = at + 1
        found.counts[row] += above
    return floor_of(found, wanted, limit, row)


@compiled
def floor_of(found: Found, wanted: Wanted, limit: int, row: int) -> int:
    """Return the worth from which a pair of a row matters: once enough are noted down, what is better than all."""
    best = found.best[row] + 1
    return int(best if found.counts[row] >= wanted.most else min(limit, best))


@compiled
def look_among(
    strip: Strip,
    known: Known,
    wanted: Wanted,
    found: Found,
    where: tuple[int, int, int, int],
) -> None:
    """Look at the pairs of a row with the mentees from a place to another, whom the leads give the same."""
    row, start, stop, led = where
    limit = strip.limits[row]
    floor = floor_of(found, wanted, limit, row)
    for k in range(start, stop):
        score = led + score_of(strip, known, row, k)
        worth = wanted.scale * score + known.columns[k]
        if worth >= floor and score >= wanted.least:
            floor = noted(found, wanted, limit, (row, k, score, worth))


@compiled
def look_at_row(strip: Strip, known: Known, wanted: Wanted, found: Found, row: int) -> None:
    """Look at all pairs of a row, group by group, exceptions one by one."""
    mark, last, limit = strip.marks[row], strip.marks[row + 1], strip.limits[row]
    for group in range(len(known.edges) - 1):
        led = 0
        for lead in range(len(known.sizes[0])):
            led += strip.tables[row, known.kinds[group, lead]]
        high = led + strip.rest[row]
        worth = wanted.scale * high + known.ceilings[group]
        hopeless = high < wanted.least or (worth < limit and worth <= found.best[row])
        at, end = known.edges[group], known.edges[group + 1]
        while at < end:
            stop = known.places[mark] if mark < last and known.places[mark] < end else end
            if not hopeless:
                look_among(strip, known, wanted, found, (row, at, stop, led))
            if stop < end:
                look_among(strip, known, wanted, found, (row, stop, stop + 1, led + known.points[mark]))
                mark += 1
            at = stop + 1


@compiled
def look_at_strip(strip: Strip, known: Known, wanted: Wanted, found: Found) -> None:
    """Look at all pairs of a strip; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(strip.limits)):
        if strip.limits[row] < wanted.closed:
            look_at_row(strip, known, wanted, found, row)
