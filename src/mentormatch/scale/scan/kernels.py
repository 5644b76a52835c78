"""The SIMD scan: 16-bit upper bounds of 64 rows at once, then an exact check of what passes.

All mentors of a strip are looked at with one mentee at a time. What each term gives them stands side by side, in 16
bits and rounded up, so that a handful of additions tells who of them falls short with that mentee; most do. Only pairs
that do not are worked out to the bit.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import HAS_NUMBA, jit, jit_without_refcounts
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.tie_breaking import BITS
from mentormatch.base.columns import IntVector

LANES = 64
"""So many sums are taken at once: processors add 8 to 32 numbers of 16 bits in one step."""
ANYWHERE = 2
"""Vectors may begin at any number of so many bytes."""

type Small = NDArray[np.int16]


def compare_lanes_plainly(lanes: Small, codes: NDArray[np.integer], begin: int, marks: Small) -> int:
    """Return a bit for each sum that reaches its bar: what to begin with, and the rows of lanes that codes name.

    ``lanes`` are (k, LANES), ``codes`` (terms,), ``marks`` (2, LANES): the bars, and where the sums are put. One that
    would leave 16 bits stays at their end.
    """
    (bars, sums), (low, high) = marks, (np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    sums[:] = begin
    for code in codes:
        sums[:] = np.clip(sums.astype(np.int64) + lanes[code], low, high)
    return sum(1 << lane for lane in np.flatnonzero(sums >= bars).tolist())


def counting(typing: Any, word: Any) -> Any:
    """Return the type and the code of the number of ones in a word."""
    from numba.core import types

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generated


def summing(typing: Any, lanes: Any, codes: Any, begin: Any, marks: Any) -> Any:
    """Return the type and the code of ``compare_lanes_plainly``, whose sums stay in registers until they are whole."""
    from llvmlite import ir
    from numba.core import types

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[at])(context, builder, arguments[at]) for at in (0, 1, 3)]
        total, bars = _summed(builder, arrays[0].data, arrays[1], arguments[2]), arrays[2].data
        sums = builder.gep(bars, [ir.IntType(64)(LANES)])
        builder.store(total, _vector_at(builder, sums)).align = ANYWHERE
        return builder.bitcast(builder.icmp_signed(">=", total, _loaded(builder, bars)), ir.IntType(LANES))

    return types.uint64(lanes, codes, types.int16, marks), generated


def _summed(builder: Any, lanes: Any, codes: Any, begin: Any) -> Any:
    """Write the sums of what codes name."""
    from llvmlite import ir
    from numba.core import cgutils

    words: Any = cgutils
    whole, vector = ir.IntType(64), _vector()
    kind, name = ir.FunctionType(vector, [vector, vector]), f"llvm.sadd.sat.v{LANES}i16"
    add = words.get_or_insert_function(builder.module, kind, name)
    single = builder.insert_element(vector(ir.Undefined), begin, ir.IntType(32)(0))
    everywhere = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    total = words.alloca_once_value(builder, builder.shuffle_vector(single, single, everywhere))
    with words.for_range(builder, builder.extract_value(codes.shape, 0), intp=whole) as loop:
        code = builder.zext(builder.load(builder.gep(codes.data, [loop.index])), whole)
        given = _loaded(builder, builder.gep(lanes, [builder.mul(code, whole(LANES))]))
        builder.store(builder.call(add, [builder.load(total), given]), total)
    return builder.load(total)


def _vector() -> Any:
    """Return the type of as many numbers of 16 bits as there are lanes."""
    from llvmlite import ir

    return ir.VectorType(ir.IntType(16), LANES)


def _vector_at(builder: Any, first: Any) -> Any:
    """Write where the vector is whose first number this is."""
    return builder.bitcast(first, _vector().as_pointer())


def _loaded(builder: Any, first: Any) -> Any:
    """Write the vector whose first number this is."""
    found = builder.load(_vector_at(builder, first))
    found.align = ANYWHERE
    return found


def make_intrinsic(typing: Callable[..., Any], plain: Callable[..., int]) -> Any:
    """Return what is written so, or where nothing is compiled plain Python that does the same."""
    if not HAS_NUMBA:
        return plain
    from numba.extending import intrinsic

    return intrinsic(typing)


count_ones: Any = make_intrinsic(counting, int.bit_count)
"""Returns the number of ones in a word of 64 bits, in compiled code: one instruction where processors have one."""
compare_lanes: Any = make_intrinsic(summing, compare_lanes_plainly)
"""Returns which sums reach their bars: see ``compare_lanes_plainly``."""


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


SHIFTS = np.array([30, 27, 31, 64 - BITS], dtype=np.uint64)
FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


class TieBlocks(NamedTuple):
    """Blocks of kinds as in ``tied.Blocks``; ``order`` are the mentees by kind, from ``edges`` (v + 1,) on.

    ``words`` (m,) of mentees and what is added to each, ``columns`` (m,), stand in that order.
    """

    starts: IntVector
    others: IntVector
    least: IntVector
    edges: IntVector
    words: NDArray[np.uint64]
    columns: IntVector


class TieRows(NamedTuple):
    """The kinds of r mentors, their words as they are mixed with those of mentees, and what pairs are noted from."""

    kinds: IntVector
    words: NDArray[np.uint64]
    limits: IntVector


class TieBuffer(NamedTuple):
    """Room for ``pairs`` (3, e): row, place, hash; ``best`` (r,), how many pairs each mentor has, and how many in all.

    No more than ``most`` pairs of a mentor are noted down, if they are not better than all before.
    """

    pairs: IntMatrix
    best: IntVector
    counts: IntVector
    total: IntVector
    most: int


@jit
def mix_words(mentor: Any, mentee: Any) -> Any:
    """Return the hash of a pair from the mixed word of the mentor and that of the mentee."""
    word = mentor ^ mentee
    word = (word ^ (word >> SHIFTS[0])) * FACTORS[0]
    word = (word ^ (word >> SHIFTS[1])) * FACTORS[1]
    return np.int64((word ^ (word >> SHIFTS[2])) >> SHIFTS[3]) + 1


@jit
def scan_ties(ties: TieBlocks, asked: TieRows, noted: TieBuffer) -> None:
    """Look at all tied pairs of some mentors; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(asked.kinds)):
        for block in range(ties.starts[asked.kinds[row]], ties.starts[asked.kinds[row] + 1]):
            scan_tie_block(ties, asked, noted, (row, block))


@jit
def scan_tie_block(ties: TieBlocks, asked: TieRows, noted: TieBuffer, where: tuple[int, int]) -> None:
    """Look at the pairs of a mentor with the mentees of a block."""
    row, block = where
    word, least, limit, kind = asked.words[row], ties.least[block], asked.limits[row], ties.others[block]
    best = noted.best[row]
    for place in range(ties.edges[kind], ties.edges[kind + 1]):
        score = mix_words(word, ties.words[place])
        worth = score + ties.columns[place]
        if worth > best or (worth >= limit and score >= least):
            if worth >= limit and score >= least and (noted.counts[row] < noted.most or worth > best):
                record_tie(noted, row, place, score)
            best = max(best, worth)
    noted.best[row] = best


@jit
def record_tie(noted: TieBuffer, row: int, place: int, score: int) -> None:
    """Note a pair down."""
    at = noted.total[0]
    if at < noted.pairs.shape[1]:
        noted.pairs[0, at], noted.pairs[1, at], noted.pairs[2, at] = row, place, score
    noted.total[0] = at + 1
    noted.counts[row] += 1
