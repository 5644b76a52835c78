"""The SIMD scan: 16-bit upper bounds of 64 rows at once, then an exact check of what passes.

All mentors of a strip are looked at with one mentee at a time. What each term gives them stands side by side, in 16
bits and rounded up, so that a handful of additions tells who of them falls short with that mentee; most do. Only pairs
that do not are worked out to the bit.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit_without_refcounts
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import IntVector
from mentormatch.scale.scan.intrinsics import compare_lanes, count_ones

ROUGH = 6
"""Sums that tell who falls short are rounded up to so many bits: all that can be scored then fits in 15."""
LOW, NEVER = -(1 << 15), (1 << 15) - 1
"""The least of 16 bits, and the greatest, which no sum of what pairs score and what a run is short of comes to."""
LOWEST = -(1 << 14)
"""No height counts for less, and nothing in a lane: only what is forbidden is less there, and with it all sums are."""


class PackedRows(NamedTuple):
    """What is known of r mentors, no more than there are lanes.

    ``lanes`` (k, LANES) int16: what each kind of mentee is given by terms, in few bits and rounded up, a column for
    each mentor; ``over`` uint8, by how much that is too much. ``tables`` (r, k): what leads and sets give, side by
    side; ``own`` (r, sets) the sets of mentors; ``rest`` (r, 2): the most that terms and sets give, and sets alone;
    ``named`` (r, 2) where their exceptions begin and end; ``limits`` (r,) what pairs are noted from.
    """

    lanes: Any
    over: Any
    tables: Any
    own: NDArray[np.integer]
    rest: IntMatrix
    named: IntMatrix
    limits: IntVector


class PackedColumns(NamedTuple):
    """What is known of the mentees, in the order of runs; see ``groups.Runs`` and ``swift.Swift``.

    ``edges`` (g + 1,) are where runs begin, ``kinds`` (g, leads) the places of what leads give them, ``tops`` (g,) the
    greatest height of each. ``codes`` (m, terms) are the places of what terms give. ``columns`` (m,) is what is added
    to each; ``heights`` (m,) int16 the same in points, as by how much they are below the top of their run, in few bits.
    ``order`` (m,) says who they are, ``places`` where those of the exceptions stand, who are ``excepted``.
    """

    edges: IntVector
    kinds: NDArray[np.integer]
    tops: IntVector
    codes: Any
    bits: NDArray[np.integer]
    slots: NDArray[np.integer]
    columns: IntVector
    heights: NDArray[np.int16]
    order: IntVector
    places: IntVector
    excepted: IntVector
    points: IntVector


class ScanLimits(NamedTuple):
    """``scale`` of scores, ``least`` score, ``most`` pairs of a mentor above the limit.

    If ``raises``, no pairs are noted down: each that passes lowers the column of its mentee, so that those after it
    have to be better.
    """

    scale: int
    least: int
    most: int
    raises: bool = False


class HitBuffer(NamedTuple):
    """Room for pairs, ``best`` (r,), how many pairs above its limit each mentor has, and how many pairs in all.

    ``marks`` (2, LANES) is room for what sums have to come to in a run, and for what they do.
    """

    rows: IntVector
    mentees: IntVector
    scores: IntVector
    best: IntVector
    counts: IntVector
    total: IntVector
    marks: NDArray[np.int16]


@jit_without_refcounts
def first_from(values: IntVector, low: int, high: int, least: int) -> int:
    """Return the first place, of those from ``low`` to before ``high``, of ascending values that are no less."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@jit_without_refcounts
def quantise_rows(tables: Any, lanes: Any, over: Any) -> None:
    """Put tables (r, terms) into lanes."""
    for row in range(len(tables)):
        for code in range(len(lanes)):
            rough = max(-(-tables[row, code] >> ROUGH), LOWEST)
            lanes[code, row] = rough
            over[code, row] = (rough << ROUGH) - tables[row, code]


@jit_without_refcounts
def sum_groups(strip: PackedRows, known: PackedColumns, row: int, run: int) -> int:
    """Return what the leads give a row with a run."""
    led = 0
    for lead in range(known.kinds.shape[1]):
        led += strip.tables[row, known.kinds[run, lead]]
    return led


@jit_without_refcounts
def sum_overlaps(strip: PackedRows, known: PackedColumns, row: int, k: int) -> int:
    """Return what sets give a pair."""
    score = 0
    for each in range(strip.own.shape[1]):
        both = np.uint64(strip.own[row, each] & known.bits[k, each])
        score += strip.tables[row, known.slots[k, each] + count_ones(both)]
    return score


@jit_without_refcounts
def sum_excess(strip: PackedRows, known: PackedColumns, row: int, k: int) -> int:
    """Return by how much the lanes of a row give the mentee at a place too much."""
    over = 0
    for term in range(known.codes.shape[1]):
        over += strip.over[known.codes[k, term], row]
    return over


@jit_without_refcounts
def sum_tables(strip: PackedRows, known: PackedColumns, row: int, k: int) -> int:
    """Return what terms give a pair."""
    rough = 0
    for term in range(known.codes.shape[1]):
        rough += strip.lanes[known.codes[k, term], row]
    return int((rough << ROUGH) - sum_excess(strip, known, row, k))


@jit_without_refcounts
def find_floor(strip: PackedRows, wanted: ScanLimits, found: HitBuffer, row: int) -> int:
    """Return the worth from which a pair of a row matters: once enough are noted down, what is better than all."""
    best = found.best[row] + 1
    return int(best if found.counts[row] >= wanted.most else min(strip.limits[row], best))


@jit_without_refcounts
def find_threshold(
    strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, where: tuple[int, int]
) -> int:
    """Return what the sum of a row has to come to in a run for a pair to matter, if sets give the most."""
    row, run = where
    led = sum_groups(strip, known, row, run)
    bar = find_floor(strip, wanted, found, row) // max(wanted.scale, 1) - led - known.tops[run]
    if led + strip.rest[row, 0] < wanted.least or bar > strip.rest[row, 0]:
        return NEVER
    return int(min(max((bar - strip.rest[row, 1]) >> ROUGH, LOW), NEVER))


@jit_without_refcounts
def record_hit(strip: PackedRows, wanted: ScanLimits, found: HitBuffer, pair: tuple[int, int, int, int]) -> None:
    """Note a pair (row, place, score, worth) down."""
    row, k, score, worth = pair
    above = worth > strip.limits[row]
    if worth >= strip.limits[row] and (not above or found.counts[row] < wanted.most):
        at = found.total[0]
        if at < len(found.rows):
            found.rows[at], found.mentees[at], found.scores[at] = row, k, score
        found.total[0] = at + 1
        found.counts[row] += above
    found.best[row] = max(found.best[row], worth)


@jit_without_refcounts
def raise_column(known: PackedColumns, wanted: ScanLimits, place: tuple[int, int], column: int) -> None:
    """Lower the column of the mentee at a place of a run."""
    k, run = place
    known.columns[k] = column
    height = -(-column // max(wanted.scale, 1)) - known.tops[run]
    known.heights[k] = max(-(-height >> ROUGH), LOWEST)


@jit_without_refcounts
def passes(
    strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, pair: tuple[int, int, int]
) -> bool:
    """Return whether a pair (row, place, score) is allowed and worth enough."""
    row, k, score = pair
    worth = wanted.scale * score + known.columns[k]
    return bool(score >= wanted.least and worth >= find_floor(strip, wanted, found, row))


@jit_without_refcounts
def accept_hit(
    strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Take a pair (row, place, run, score) that matters."""
    row, k, run, score = pair
    if wanted.raises:
        raise_column(known, wanted, (k, run), strip.limits[row] - 1 - wanted.scale * score)
    else:
        record_hit(strip, wanted, found, (row, k, score, wanted.scale * score + known.columns[k]))


@jit_without_refcounts
def is_override(strip: PackedRows, known: PackedColumns, row: int, k: int) -> bool:
    """Return whether the pair of a row with the mentee at a place is looked at as an exception."""
    last, who = strip.named[row, 1], known.order[k]
    at = first_from(known.excepted, strip.named[row, 0], last, who)
    return bool(at < last and known.excepted[at] == who)


@jit_without_refcounts
def scan_overrides(strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, row: int) -> None:
    """Look at the pairs of a row that get other points than people with the same answers."""
    for mark in range(strip.named[row, 0], strip.named[row, 1]):
        k = known.places[mark]
        run = first_from(known.edges, 0, len(known.edges), k + 1) - 1
        score = known.points[mark] + sum_groups(strip, known, row, run) + sum_overlaps(strip, known, row, k)
        score += sum_tables(strip, known, row, k)
        if passes(strip, known, wanted, found, (row, k, score)):
            accept_hit(strip, known, wanted, found, (row, k, run, score))


@jit_without_refcounts
def set_thresholds(strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, run: int) -> bool:
    """Put up the bars of all rows in a run; return whether any of them may have a pair there."""
    some = False
    for row in range(len(strip.limits)):
        found.marks[0, row] = find_threshold(strip, known, wanted, found, (row, run))
        some |= found.marks[0, row] != NEVER
    return some


@jit_without_refcounts
def check_pair(
    strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Look at a pair (row, place, run, score but for leads and for what is too much) that may matter."""
    row, k, run, rough = pair
    score = rough + sum_groups(strip, known, row, run) - sum_excess(strip, known, row, k)
    if passes(strip, known, wanted, found, (row, k, score)) and not is_override(strip, known, row, k):
        accept_hit(strip, known, wanted, found, (row, k, run, score))
        found.marks[0, row] = find_threshold(strip, known, wanted, found, (row, run))


@jit_without_refcounts
def scan_run(strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer, run: int) -> None:
    """Look at the pairs of all rows with the mentees of a run."""
    for k in range(known.edges[run], known.edges[run + 1]):
        height = known.heights[k]
        left = compare_lanes(strip.lanes, known.codes[k], height, found.marks)
        while left:
            row: Any = np.int64(count_ones((left & (~left + np.uint64(1))) - np.uint64(1)))
            left &= left - np.uint64(1)
            sets = sum_overlaps(strip, known, row, k)
            bar, total = found.marks[0, row], found.marks[1, row]
            if bar == LOW or total - bar >= (strip.rest[row, 1] - sets) >> ROUGH:
                check_pair(strip, known, wanted, found, (row, k, run, sets + ((total - height) << ROUGH)))


@jit_without_refcounts
def scan_rows(strip: PackedRows, known: PackedColumns, wanted: ScanLimits, found: HitBuffer) -> None:
    """Look at all pairs of a strip; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(strip.limits)):
        scan_overrides(strip, known, wanted, found, row)
    for run in range(len(known.edges) - 1):
        if set_thresholds(strip, known, wanted, found, run):
            scan_run(strip, known, wanted, found, run)
