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
ALIGNMENT = 2
"""Vectors may begin at any number of so many bytes."""

type Int16Array = NDArray[np.int16]


def compare_lanes_numpy(lanes: Int16Array, codes: NDArray[np.integer], begin: int, scratch: Int16Array) -> int:
    """Return a bit for each sum that reaches its bar: what to begin with, and the rows of lanes that codes name.

    ``lanes`` are (k, LANES), ``codes`` (terms,), ``scratch`` (2, LANES): the bars, and where the sums are put. One that
    would leave 16 bits stays at their end.
    """
    (thresholds, sums), (low, high) = scratch, (np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    sums[:] = begin
    for code in codes:
        sums[:] = np.clip(sums.astype(np.int64) + lanes[code], low, high)
    return sum(1 << lane for lane in np.flatnonzero(sums >= thresholds).tolist())


def type_count_ones(typing: Any, word: Any) -> Any:
    """Return the type and the code of the number of ones in a word."""
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def type_compare_lanes(typing: Any, lanes: Any, codes: Any, begin: Any, scratch: Any) -> Any:
    """Return the type and the code of ``compare_lanes_numpy``, whose sums stay in registers until they are whole."""
    from llvmlite import ir
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[at])(context, builder, arguments[at]) for at in (0, 1, 3)]
        total, thresholds = _emit_sums(builder, arrays[0].data, arrays[1], arguments[2]), arrays[2].data
        sums = builder.gep(thresholds, [ir.IntType(64)(LANES)])
        builder.store(total, _cast_vector(builder, sums)).align = ALIGNMENT
        return builder.bitcast(builder.icmp_signed(">=", total, _load_vector(builder, thresholds)), ir.IntType(LANES))

    return types.uint64(lanes, codes, types.int16, scratch), generate


def _emit_sums(builder: Any, lanes: Any, codes: Any, begin: Any) -> Any:
    """Write the sums of what codes name."""
    from llvmlite import ir
    from numba.core import cgutils

    words: Any = cgutils
    whole, vector = ir.IntType(64), _lane_vector()
    kind, name = ir.FunctionType(vector, [vector, vector]), f"llvm.sadd.sat.v{LANES}i16"
    add = words.get_or_insert_function(builder.module, kind, name)
    single = builder.insert_element(vector(ir.Undefined), begin, ir.IntType(32)(0))
    everywhere = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    total = words.alloca_once_value(builder, builder.shuffle_vector(single, single, everywhere))
    with words.for_range(builder, builder.extract_value(codes.shape, 0), intp=whole) as loop:
        code = builder.zext(builder.load(builder.gep(codes.data, [loop.index])), whole)
        given = _load_vector(builder, builder.gep(lanes, [builder.mul(code, whole(LANES))]))
        builder.store(builder.call(add, [builder.load(total), given]), total)
    return builder.load(total)


def _lane_vector() -> Any:
    """Return the type of as many numbers of 16 bits as there are lanes."""
    from llvmlite import ir

    return ir.VectorType(ir.IntType(16), LANES)


def _cast_vector(builder: Any, first: Any) -> Any:
    """Write where the vector is whose first number this is."""
    return builder.bitcast(first, _lane_vector().as_pointer())


def _load_vector(builder: Any, first: Any) -> Any:
    """Write the vector whose first number this is."""
    hits = builder.load(_cast_vector(builder, first))
    hits.align = ALIGNMENT
    return hits


def make_intrinsic(typing: Callable[..., Any], numpy_version: Callable[..., int]) -> Any:
    """Return what is written so, or where nothing is compiled plain Python that does the same."""
    if not HAS_NUMBA:
        return numpy_version
    from numba.extending import intrinsic

    return intrinsic(typing)


count_ones: Any = make_intrinsic(type_count_ones, int.bit_count)
"""Returns the number of ones in a word of 64 bits, in compiled code: one instruction where processors have one."""
compare_lanes: Any = make_intrinsic(type_compare_lanes, compare_lanes_numpy)
"""Returns which sums reach their bars: see ``compare_lanes_numpy``."""


QUANTUM_BITS = 6
"""Sums that tell who falls short are rounded up to so many bits: all that can be scored then fits in 15."""
INT16_MIN, NEVER = -(1 << 15), (1 << 15) - 1
"""The least of 16 bits, and the greatest, which no sum of what pairs score and what a run is short of comes to."""
CLAMP = -(1 << 14)
"""No height counts for less, and nothing in a lane: only what is forbidden is less there, and with it all sums are."""


class PackedRows(NamedTuple):
    """What is known of r mentors, no more than there are lanes.

    ``lanes`` (k, LANES) int16: what each kind of mentee is given by terms, in few bits and rounded up, a column for
    each mentor; ``excess`` uint8, by how much that is too much. ``tables`` (r, k): what leads and sets give, side by
    side; ``own`` (r, sets) the sets of mentors; ``rest`` (r, 2): the most that terms and sets give, and sets alone;
    ``named`` (r, 2) where their exceptions begin and end; ``limits`` (r,) what pairs are noted from.
    """

    lanes: Any
    excess: Any
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
    """``scale`` of scores, ``floor`` score, ``per_row`` pairs of a mentor above the limit.

    If ``raises``, no pairs are noted down: each that passes lowers the column of its mentee, so that those after it
    have to be better.
    """

    scale: int
    floor: int
    per_row: int
    raises: bool = False


class HitBuffer(NamedTuple):
    """Room for pairs, ``best`` (r,), how many pairs above its limit each mentor has, and how many pairs in all.

    ``scratch`` (2, LANES) is room for what sums have to come to in a run, and for what they do.
    """

    rows: IntVector
    mentees: IntVector
    scores: IntVector
    best: IntVector
    counts: IntVector
    total: IntVector
    scratch: NDArray[np.int16]


@jit_without_refcounts
def lower_bound(values: IntVector, low: int, high: int, floor: int) -> int:
    """Return the first place, of those from ``low`` to before ``high``, of ascending values that are no less."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < floor:
            low = middle + 1
        else:
            high = middle
    return low


@jit_without_refcounts
def quantise_rows(tables: Any, lanes: Any, excess: Any) -> None:
    """Put tables (r, terms) into lanes."""
    for row in range(len(tables)):
        for code in range(len(lanes)):
            rough = max(-(-tables[row, code] >> QUANTUM_BITS), CLAMP)
            lanes[code, row] = rough
            excess[code, row] = (rough << QUANTUM_BITS) - tables[row, code]


@jit_without_refcounts
def sum_groups(block: PackedRows, packed: PackedColumns, row: int, run: int) -> int:
    """Return what the leads give a row with a run."""
    points = 0
    for lead in range(packed.kinds.shape[1]):
        points += block.tables[row, packed.kinds[run, lead]]
    return points


@jit_without_refcounts
def sum_overlaps(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return what sets give a pair."""
    score = 0
    for each in range(block.own.shape[1]):
        both = np.uint64(block.own[row, each] & packed.bits[k, each])
        score += block.tables[row, packed.slots[k, each] + count_ones(both)]
    return score


@jit_without_refcounts
def sum_excess(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return by how much the lanes of a row give the mentee at a place too much."""
    excess = 0
    for term in range(packed.codes.shape[1]):
        excess += block.excess[packed.codes[k, term], row]
    return excess


@jit_without_refcounts
def sum_tables(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return what terms give a pair."""
    rough = 0
    for term in range(packed.codes.shape[1]):
        rough += block.lanes[packed.codes[k, term], row]
    return int((rough << QUANTUM_BITS) - sum_excess(block, packed, row, k))


@jit_without_refcounts
def find_floor(block: PackedRows, limits: ScanLimits, hits: HitBuffer, row: int) -> int:
    """Return the worth from which a pair of a row matters: once enough are noted down, what is better than all."""
    best = hits.best[row] + 1
    return int(best if hits.counts[row] >= limits.per_row else min(block.limits[row], best))


@jit_without_refcounts
def find_threshold(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, where: tuple[int, int]
) -> int:
    """Return what the sum of a row has to come to in a run for a pair to matter, if sets give the most."""
    row, run = where
    points = sum_groups(block, packed, row, run)
    threshold = find_floor(block, limits, hits, row) // max(limits.scale, 1) - points - packed.tops[run]
    if points + block.rest[row, 0] < limits.floor or threshold > block.rest[row, 0]:
        return NEVER
    return int(min(max((threshold - block.rest[row, 1]) >> QUANTUM_BITS, INT16_MIN), NEVER))


@jit_without_refcounts
def record_hit(block: PackedRows, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]) -> None:
    """Note a pair (row, place, score, worth) down."""
    row, k, score, value = pair
    above = value > block.limits[row]
    if value >= block.limits[row] and (not above or hits.counts[row] < limits.per_row):
        at = hits.total[0]
        if at < len(hits.rows):
            hits.rows[at], hits.mentees[at], hits.scores[at] = row, k, score
        hits.total[0] = at + 1
        hits.counts[row] += above
    hits.best[row] = max(hits.best[row], value)


@jit_without_refcounts
def raise_column(packed: PackedColumns, limits: ScanLimits, place: tuple[int, int], column: int) -> None:
    """Lower the column of the mentee at a place of a run."""
    k, run = place
    packed.columns[k] = column
    height = -(-column // max(limits.scale, 1)) - packed.tops[run]
    packed.heights[k] = max(-(-height >> QUANTUM_BITS), CLAMP)


@jit_without_refcounts
def passes(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int]
) -> bool:
    """Return whether a pair (row, place, score) is allowed and worth enough."""
    row, k, score = pair
    value = limits.scale * score + packed.columns[k]
    return bool(score >= limits.floor and value >= find_floor(block, limits, hits, row))


@jit_without_refcounts
def accept_hit(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Take a pair (row, place, run, score) that matters."""
    row, k, run, score = pair
    if limits.raises:
        raise_column(packed, limits, (k, run), block.limits[row] - 1 - limits.scale * score)
    else:
        record_hit(block, limits, hits, (row, k, score, limits.scale * score + packed.columns[k]))


@jit_without_refcounts
def is_override(block: PackedRows, packed: PackedColumns, row: int, k: int) -> bool:
    """Return whether the pair of a row with the mentee at a place is looked at as an exception."""
    last, who = block.named[row, 1], packed.order[k]
    at = lower_bound(packed.excepted, block.named[row, 0], last, who)
    return bool(at < last and packed.excepted[at] == who)


@jit_without_refcounts
def scan_overrides(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, row: int) -> None:
    """Look at the pairs of a row that get other points than people with the same answers."""
    for mark in range(block.named[row, 0], block.named[row, 1]):
        k = packed.places[mark]
        run = lower_bound(packed.edges, 0, len(packed.edges), k + 1) - 1
        score = packed.points[mark] + sum_groups(block, packed, row, run) + sum_overlaps(block, packed, row, k)
        score += sum_tables(block, packed, row, k)
        if passes(block, packed, limits, hits, (row, k, score)):
            accept_hit(block, packed, limits, hits, (row, k, run, score))


@jit_without_refcounts
def set_thresholds(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> bool:
    """Put up the bars of all rows in a run; return whether any of them may have a pair there."""
    some = False
    for row in range(len(block.limits)):
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))
        some |= hits.scratch[0, row] != NEVER
    return some


@jit_without_refcounts
def check_pair(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Look at a pair (row, place, run, score but for leads and for what is too much) that may matter."""
    row, k, run, rough = pair
    score = rough + sum_groups(block, packed, row, run) - sum_excess(block, packed, row, k)
    if passes(block, packed, limits, hits, (row, k, score)) and not is_override(block, packed, row, k):
        accept_hit(block, packed, limits, hits, (row, k, run, score))
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))


@jit_without_refcounts
def scan_run(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> None:
    """Look at the pairs of all rows with the mentees of a run."""
    for k in range(packed.edges[run], packed.edges[run + 1]):
        height = packed.heights[k]
        passing = compare_lanes(block.lanes, packed.codes[k], height, hits.scratch)
        while passing:
            row: Any = np.int64(count_ones((passing & (~passing + np.uint64(1))) - np.uint64(1)))
            passing &= passing - np.uint64(1)
            overlap = sum_overlaps(block, packed, row, k)
            threshold, total = hits.scratch[0, row], hits.scratch[1, row]
            if threshold == INT16_MIN or total - threshold >= (block.rest[row, 1] - overlap) >> QUANTUM_BITS:
                check_pair(block, packed, limits, hits, (row, k, run, overlap + ((total - height) << QUANTUM_BITS)))


@jit_without_refcounts
def scan_rows(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer) -> None:
    """Look at all pairs of a strip; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(block.limits)):
        scan_overrides(block, packed, limits, hits, row)
    for run in range(len(packed.edges) - 1):
        if set_thresholds(block, packed, limits, hits, run):
            scan_run(block, packed, limits, hits, run)


SHIFTS = np.array([30, 27, 31, 64 - BITS], dtype=np.uint64)
FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


class TieBlocks(NamedTuple):
    """Blocks of kinds as in ``tied.Blocks``; ``order`` are the mentees by kind, from ``edges`` (v + 1,) on.

    ``words`` (m,) of mentees and what is added to each, ``columns`` (m,), stand in that order.
    """

    starts: IntVector
    others: IntVector
    floor: IntVector
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

    No more than ``per_row`` pairs of a mentor are noted down, if they are not better than all before.
    """

    pairs: IntMatrix
    best: IntVector
    counts: IntVector
    total: IntVector
    per_row: int


@jit
def mix_words(mentor: Any, mentee: Any) -> Any:
    """Return the hash of a pair from the mixed word of the mentor and that of the mentee."""
    word = mentor ^ mentee
    word = (word ^ (word >> SHIFTS[0])) * FACTORS[0]
    word = (word ^ (word >> SHIFTS[1])) * FACTORS[1]
    return np.int64((word ^ (word >> SHIFTS[2])) >> SHIFTS[3]) + 1


@jit
def scan_ties(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer) -> None:
    """Look at all tied pairs of some mentors; if ``total`` is beyond the room in the end, pairs are missing."""
    for row in range(len(rows.kinds)):
        for block in range(blocks.starts[rows.kinds[row]], blocks.starts[rows.kinds[row] + 1]):
            scan_tie_block(blocks, rows, buffer, (row, block))


@jit
def scan_tie_block(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer, where: tuple[int, int]) -> None:
    """Look at the pairs of a mentor with the mentees of a block."""
    row, block = where
    word, floor, limit, kind = rows.words[row], blocks.floor[block], rows.limits[row], blocks.others[block]
    best = buffer.best[row]
    for place in range(blocks.edges[kind], blocks.edges[kind + 1]):
        score = mix_words(word, blocks.words[place])
        value = score + blocks.columns[place]
        if value > best or (value >= limit and score >= floor):
            if value >= limit and score >= floor and (buffer.counts[row] < buffer.per_row or value > best):
                record_tie(buffer, row, place, score)
            best = max(best, value)
    buffer.best[row] = best


@jit
def record_tie(buffer: TieBuffer, row: int, place: int, score: int) -> None:
    """Note a pair down."""
    at = buffer.total[0]
    if at < buffer.pairs.shape[1]:
        buffer.pairs[0, at], buffer.pairs[1, at], buffer.pairs[2, at] = row, place, score
    buffer.total[0] = at + 1
    buffer.counts[row] += 1
