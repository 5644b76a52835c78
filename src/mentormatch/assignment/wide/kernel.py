"""A look at a strip of pairs in machine code: the same integers as ``scan.look``, none of them ever stored.

Nearly all the time goes into lookups. Compilers make gathers of them where they can, which many processors carry out
more slowly than plain loads; a loop that may stop to note a pair down is left as it is.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.paths.compiled import compiled, ones
from mentormatch.assignment.scores import IntMatrix
from mentormatch.columns import IntVector

RUN = 256
"""So many mentees are looked at together: what is known of them stays in the nearest cache."""


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
    """What is known of the mentees, in the order of groups; see ``swift.Swift``.

    ``columns`` (m,) is what is added to each, ``ceilings`` (g,) the most that is added to anybody in a group;
    ``codes`` (terms, m).
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


class Wanted(NamedTuple):
    """``scale`` of scores, ``least`` score, ``most`` pairs of a mentor above the limit."""

    scale: int
    least: int
    most: int


class Sieve(NamedTuple):
    """Room for the mentees of a run, uint32 by their places, and what they are worth so far."""

    places: Any
    worths: IntVector


class Found(NamedTuple):
    """Room for pairs, ``best`` (r,), how many pairs above its limit each mentor has, and how many pairs in all."""

    rows: IntVector
    mentees: IntVector
    scores: IntVector
    best: IntVector
    counts: IntVector
    total: IntVector
    sieve: Sieve


@compiled
def score_of(strip: Strip, known: Known, row: int, k: int) -> int:
    """Return what all but the leads and the exceptions give a pair."""
    score = sets_of(strip, known, row, k)
    for term in range(len(known.codes)):
        score += strip.tables[row, known.codes[term, k]]
    return score


@compiled
def sets_of(strip: Strip, known: Known, row: int, k: int) -> int:
    """Return what sets give a pair."""
    score = 0
    for each in range(strip.own.shape[1]):
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
def look_at_pair(strip: Strip, known: Known, wanted: Wanted, found: Found, where: tuple[int, int, int]) -> None:
    """Look at the pair of a row with the mentee at a place, to whom the leads and an exception give so much."""
    row, k, led = where
    score = led + score_of(strip, known, row, k)
    worth, limit = wanted.scale * score + known.columns[k], strip.limits[row]
    if worth >= floor_of(found, wanted, limit, row) and score >= wanted.least:
        noted(found, wanted, limit, (row, k, score, worth))


@compiled
def first_through(strip: Strip, known: Known, sieve: Sieve, scale: int, where: tuple[int, int, int, int]) -> Any:
    """Put those of the mentees from a place to another into the sieve who get through its first term."""
    row, start, stop, bar = where
    places, worths, left = sieve.places, sieve.worths, np.uint64(0)
    for k in range(np.uint64(start), np.uint64(stop)):
        worth = known.columns[k] + scale * strip.tables[row, known.codes[0, k]]
        places[left], worths[left] = k, worth
        left += np.uint64(worth >= bar)
    return left


@compiled
def through(strip: Strip, known: Known, wanted: Wanted, found: Found, where: tuple[int, int, int, int]) -> int:
    """Leave in the sieve those mentees of a run who may still matter to a row, and return how many they are.

    Term by term, those fall through who fall short of the floor even if all other terms give the most. Numbers of
    steps are unsigned: an index that may be negative takes longer to look up.
    """
    row, start, stop, led = where
    floor, scale, sieve = floor_of(found, wanted, strip.limits[row], row), wanted.scale, found.sieve
    left = first_through(strip, known, sieve, scale, (row, start, stop, floor - scale * (strip.rest[row, 1] + led)))
    places, worths = sieve.places, sieve.worths
    for term in range(1, len(known.codes)):
        bar, count, left = floor - scale * (strip.rest[row, term + 1] + led), left, np.uint64(0)
        for at in range(count):
            k = places[at]
            worth = worths[at] + scale * strip.tables[row, known.codes[term, k]]
            places[left], worths[left] = k, worth
            left += np.uint64(worth >= bar)
    return int(left)


@compiled
def look_among(strip: Strip, known: Known, wanted: Wanted, found: Found, where: tuple[int, int, int, int]) -> None:
    """Look at the pairs of a row with the mentees from a place to another, whom the leads give the same."""
    row, first, last, led = where
    limit, places, worths = strip.limits[row], found.sieve.places, found.sieve.worths
    floor = floor_of(found, wanted, limit, row)
    for start in range(first, last, len(places)):
        for at in range(through(strip, known, wanted, found, (row, start, min(start + len(places), last), led))):
            k = int(places[at])
            worth = worths[at] + wanted.scale * (led + sets_of(strip, known, row, k))
            score = led + score_of(strip, known, row, k) if worth >= floor else -1
            if score >= wanted.least:
                floor = noted(found, wanted, limit, (row, k, score, worth))


@compiled
def look_at_row(strip: Strip, known: Known, wanted: Wanted, found: Found, row: int) -> None:
    """Look at all pairs of a row, group by group, exceptions one by one."""
    mark, last, limit = strip.marks[row, 0], strip.marks[row, 1], strip.limits[row]
    for group in range(len(known.edges) - 1):
        led = 0
        for lead in range(known.kinds.shape[1]):
            led += strip.tables[row, known.kinds[group, lead]]
        high = led + strip.rest[row, 0]
        worth = wanted.scale * high + known.ceilings[group]
        hopeless = high < wanted.least or (worth < limit and worth <= found.best[row])
        at, end = known.edges[group], known.edges[group + 1]
        while at < end:
            stop = known.places[mark] if mark < last and known.places[mark] < end else end
            if not hopeless:
                look_among(strip, known, wanted, found, (row, at, stop, led))
            if stop < end:
                look_at_pair(strip, known, wanted, found, (row, stop, led + known.points[mark]))
                mark += 1
            at = stop + 1


@compiled
def look_at_strip(strip: Strip, known: Known, wanted: Wanted, found: Found) -> None:
    """Look at all pairs of a strip; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(strip.limits)):
        look_at_row(strip, known, wanted, found, row)
