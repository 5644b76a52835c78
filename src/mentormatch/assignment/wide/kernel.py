"""A look at a strip of pairs in machine code: the same integers as ``scan.look``, none of them ever stored.

Nearly all the time goes into lookups. Compilers make gathers of them where they can, which many processors carry out
more slowly than plain loads; a loop that may stop to note a pair down is left as it is.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.paths.compiled import borrowing, ones
from mentormatch.assignment.scores import IntMatrix
from mentormatch.assignment.wide.groups import RUN
from mentormatch.columns import IntVector


class Strip(NamedTuple):
    """What is known of r mentors.

    ``tables`` (r, k): their tables side by side; ``own`` (r, sets) their sets; ``rest`` (r, terms + 1) the most that
    terms and sets give after so many terms; ``marks`` (r, 2) where their exceptions begin and end; ``limits`` (r,) what
    pairs are noted from.
    """

    tables: Any
    own: NDArray[np.integer]
    rest: IntMatrix
    marks: IntMatrix
    limits: IntVector


class Known(NamedTuple):
    """What is known of the mentees, in the order of classes; see ``groups.Classes`` and ``swift.Swift``.

    ``classes`` (c,) and ``codes`` (terms - 1, m) are the places of what terms give; the first gives a class the same.
    ``columns`` (m,) is what is added to each, ``ceilings`` (g,) the most that is added to anybody in a group;
    ``heights`` (m,) are the columns in points, rounded up, and ``tops`` (c,) the greatest of each class.
    """

    edges: IntVector
    firsts: IntVector
    kinds: NDArray[np.integer]
    classes: NDArray[np.integer]
    codes: Any
    bits: NDArray[np.integer]
    slots: NDArray[np.integer]
    columns: IntVector
    heights: IntVector
    ceilings: IntVector
    tops: IntVector
    places: IntVector
    points: IntVector


class Wanted(NamedTuple):
    """``scale`` of scores, ``least`` score, ``most`` pairs of a mentor above the limit.

    If ``raises``, no pairs are noted down: each that passes lowers the column of its mentee, so that those after it
    have to be better.
    """

    scale: int
    least: int
    most: int
    raises: bool = False


class Sieve(NamedTuple):
    """Room for the mentees of some classes, uint32 by their places, and for their heights so far."""

    places: Any
    heights: IntVector


class Found(NamedTuple):
    """Room for pairs, ``best`` (r,), how many pairs above its limit each mentor has, and how many pairs in all."""

    rows: IntVector
    mentees: IntVector
    scores: IntVector
    best: IntVector
    counts: IntVector
    total: IntVector
    sieve: Sieve


@borrowing
def first_from(values: IntVector, low: int, high: int, least: int) -> int:
    """Return the first place, of those from ``low`` to before ``high``, of ascending values that are no less."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@borrowing
def sets_of(strip: Strip, known: Known, row: int, k: int) -> int:
    """Return what sets give a pair."""
    score = 0
    for each in range(strip.own.shape[1]):
        both = np.uint64(strip.own[row, each] & known.bits[k, each])
        score += strip.tables[row, known.slots[k, each] + ones(both)]
    return score


@borrowing
def noted(known: Known, wanted: Wanted, found: Found, limit: int, pair: tuple[int, int, int, int]) -> int:
    """Note a pair (row, place, score, worth) down, and return the worth from which the next one matters."""
    row, k, score, worth = pair
    if wanted.raises:
        known.columns[k] = limit - 1 - wanted.scale * score
        known.heights[k] = -(-known.columns[k] // max(wanted.scale, 1))
        return limit
    found.best[row] = max(found.best[row], worth)
    above = worth > limit
    if worth >= limit and (not above or found.counts[row] < wanted.most):
        at = found.total[0]
        if at < len(found.rows):
            found.rows[at], found.mentees[at], found.scores[at] = row, k, score
        found.total[0] = at + 1
        found.counts[row] += above
    return floor_of(found, wanted, limit, row)


@borrowing
def floor_of(found: Found, wanted: Wanted, limit: int, row: int) -> int:
    """Return the worth from which a pair of a row matters: once enough are noted down, what is better than all."""
    best = found.best[row] + 1
    return int(best if found.counts[row] >= wanted.most else min(limit, best))


@borrowing
def led_to(strip: Strip, known: Known, row: int, group: int) -> int:
    """Return what the leads give a row with a group."""
    led = 0
    for lead in range(known.kinds.shape[1]):
        led += strip.tables[row, known.kinds[group, lead]]
    return led


@borrowing
def look_at_exceptions(strip: Strip, known: Known, wanted: Wanted, found: Found, row: int) -> None:
    """Look at the pairs of a row that get other points than people with the same answers."""
    group, limit = 0, strip.limits[row]
    for mark in range(strip.marks[row, 0], strip.marks[row, 1]):
        k = known.places[mark]
        own = first_from(known.firsts, 0, len(known.firsts), k + 1) - 1
        while known.edges[group + 1] <= own:
            group += 1
        score = known.points[mark] + led_to(strip, known, row, group) + strip.tables[row, known.classes[own]]
        for term in range(len(known.codes)):
            score += strip.tables[row, known.codes[term, k]]
        score += sets_of(strip, known, row, k)
        worth = wanted.scale * score + known.columns[k]
        if worth >= floor_of(found, wanted, limit, row) and score >= wanted.least:
            noted(known, wanted, found, limit, (row, k, score, worth))


@borrowing
def is_exception(strip: Strip, known: Known, row: int, k: int) -> bool:
    """Return whether the pair of a row with the mentee at a place is looked at as an exception."""
    last = strip.marks[row, 1]
    at = first_from(known.places, strip.marks[row, 0], last, k)
    return bool(at < last and known.places[at] == k)


@borrowing
def fill(strip: Strip, known: Known, sieve: Sieve, where: tuple[int, int, int, int]) -> Any:
    """Put the mentees of classes from one on into the sieve until it holds enough, or the last class is there.

    Classes that fall short of a bar even at their top are passed over, and so are mentees who do after the next term.
    Return the class to go on with, and how many mentees there are. Numbers of steps are unsigned: an index that may be
    negative takes longer to look up.
    """
    row, at, last, bar = where
    places, heights, left = sieve.places, sieve.heights, np.uint64(0)
    low, high = bar - strip.rest[row, 1], bar - strip.rest[row, 2]
    while at < last and left < RUN:
        points = np.int64(strip.tables[row, known.classes[at]])
        if points + known.tops[at] >= low:
            for k in range(np.uint64(known.firsts[at]), np.uint64(known.firsts[at + 1])):
                height = points + known.heights[k] + strip.tables[row, known.codes[0, k]]
                places[left], heights[left] = k, height
                left += np.uint64(height >= high)
        at += 1
    return at, left


@borrowing
def thin(strip: Strip, known: Known, sieve: Sieve, where: tuple[int, Any, int]) -> int:
    """Leave in the sieve those who do not fall short of a bar if the terms to come give the most; return how many."""
    row, left, bar = where
    places, heights = sieve.places, sieve.heights
    for term in range(1, len(known.codes)):
        least, count, left = bar - strip.rest[row, term + 2], left, np.uint64(0)
        for at in range(count):
            k = places[at]
            height = heights[at] + strip.tables[row, known.codes[term, k]]
            places[left], heights[left] = k, height
            left += np.uint64(height >= least)
    return int(left)


@borrowing
def look_among(strip: Strip, known: Known, wanted: Wanted, found: Found, where: tuple[int, int, int]) -> None:
    """Look at the pairs of a row with the mentees of a group, whom the leads give the same."""
    row, group, led = where
    limit, sieve, at, last = strip.limits[row], found.sieve, known.edges[group], known.edges[group + 1]
    floor = floor_of(found, wanted, limit, row)
    while at < last:
        bar = floor // max(wanted.scale, 1) - led
        at, left = fill(strip, known, sieve, (row, at, last, bar))
        for place in range(thin(strip, known, sieve, (row, left, bar))):
            k = int(sieve.places[place])
            score = led + sieve.heights[place] - known.heights[k] + sets_of(strip, known, row, k)
            worth = wanted.scale * score + known.columns[k]
            if worth >= floor and score >= wanted.least and not is_exception(strip, known, row, k):
                floor = noted(known, wanted, found, limit, (row, k, score, worth))


@borrowing
def look_at_row(strip: Strip, known: Known, wanted: Wanted, found: Found, row: int) -> None:
    """Look at all pairs of a row, group by group, exceptions one by one."""
    for group in range(len(known.edges) - 1):
        led = led_to(strip, known, row, group)
        high = led + strip.rest[row, 0]
        worth = wanted.scale * high + known.ceilings[group]
        if high >= wanted.least and (worth >= strip.limits[row] or worth > found.best[row]):
            look_among(strip, known, wanted, found, (row, group, led))
    look_at_exceptions(strip, known, wanted, found, row)


@borrowing
def look_at_strip(strip: Strip, known: Known, wanted: Wanted, found: Found) -> None:
    """Look at all pairs of a strip; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(strip.limits)):
        look_at_row(strip, known, wanted, found, row)
