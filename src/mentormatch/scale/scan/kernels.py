"""The SIMD scan in machine code: filter by 16-bit upper bounds of 64 rows at once, then refine the survivors exactly.

Filter and refine: all mentors of a block are compared with one mentee at a time. The points of each table are
quantised, rounded up, to 16 bits and stand side by side, one lane a mentor. A handful of saturating additions then
bounds 64 scores, and one comparison tells who may pass; most do not. Only those who may are worked out in exact
integers.

Invariant: the sum of a lane, which saturates at the ends of 16 bits, is never below the true value in its quanta; so
nobody is missed.

LLVM intrinsics that numba lacks are here too: population count, and the saturating sum of 64 lanes with a comparison.
Each has a twin in plain Python for where nothing is compiled. Also the scan of tied pairs by hash, over blocks of
classes (``columns.ties``).
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import HAS_NUMBA, jit, jit_without_refcounts
from mentormatch.assignment.tie_breaking import HASH_BITS
from mentormatch.base.arrays import IntMatrix, IntVector

LANES = 64
"""So many sums are taken at once: processors add 8 to 32 numbers of 16 bits in one step."""
ALIGNMENT = 2
"""Vectors may begin at any multiple of so many bytes."""

type Int16Array = NDArray[np.int16]


def compare_lanes_numpy(lanes: Int16Array, codes: NDArray[np.integer], begin: int, scratch: Int16Array) -> int:
    """Return a bit for each lane whose sum reaches its threshold.

    The sum of a lane is ``begin`` plus the rows of ``lanes`` (k, LANES) that ``codes`` (terms,) name; it saturates at
    the ends of 16 bits. ``scratch`` (2, LANES): the thresholds, and where the sums are put.
    """
    (thresholds, sums), (low, high) = scratch, (np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    sums[:] = begin
    for code in codes:
        sums[:] = np.clip(sums.astype(np.int64) + lanes[code], low, high)
    return sum(1 << lane for lane in np.flatnonzero(sums >= thresholds).tolist())


def type_count_ones(typing: Any, word: Any) -> Any:
    """Return the type and the code generator of the population count."""
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def type_compare_lanes(typing: Any, lanes: Any, codes: Any, begin: Any, scratch: Any) -> Any:
    """Return the type and the code generator of ``compare_lanes_numpy``; its sums stay in registers."""
    from llvmlite import ir
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[at])(context, builder, arguments[at]) for at in (0, 1, 3)]
        # Sums of all lanes in registers; one compare makes a mask of 64 bits.
        total, thresholds = _emit_sums(builder, arrays[0].data, arrays[1], arguments[2]), arrays[2].data
        sums = builder.gep(thresholds, [ir.IntType(64)(LANES)])
        builder.store(total, _cast_vector(builder, sums)).align = ALIGNMENT
        return builder.bitcast(builder.icmp_signed(">=", total, _load_vector(builder, thresholds)), ir.IntType(LANES))

    return types.uint64(lanes, codes, types.int16, scratch), generate


def _emit_sums(builder: Any, lanes: Any, codes: Any, begin: Any) -> Any:
    """Generate the loop that adds up the rows that codes name."""
    from llvmlite import ir
    from numba.core import cgutils

    words: Any = cgutils
    whole, vector = ir.IntType(64), _lane_vector()
    kind, name = ir.FunctionType(vector, [vector, vector]), f"llvm.sadd.sat.v{LANES}i16"
    # Saturating addition: a forbidden lane stays at the lower end and never wraps around.
    add = words.get_or_insert_function(builder.module, kind, name)
    single = builder.insert_element(vector(ir.Undefined), begin, ir.IntType(32)(0))
    # Broadcast the start value to all lanes.
    everywhere = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    total = words.alloca_once_value(builder, builder.shuffle_vector(single, single, everywhere))
    with words.for_range(builder, builder.extract_value(codes.shape, 0), intp=whole) as loop:
        code = builder.zext(builder.load(builder.gep(codes.data, [loop.index])), whole)
        given = _load_vector(builder, builder.gep(lanes, [builder.mul(code, whole(LANES))]))
        builder.store(builder.call(add, [builder.load(total), given]), total)
    return builder.load(total)


def _lane_vector() -> Any:
    """Return the type of a vector of all lanes."""
    from llvmlite import ir

    return ir.VectorType(ir.IntType(16), LANES)


def _cast_vector(builder: Any, first: Any) -> Any:
    """Generate the pointer to a vector whose first number this is."""
    return builder.bitcast(first, _lane_vector().as_pointer())


def _load_vector(builder: Any, first: Any) -> Any:
    """Generate the load of a vector whose first number this is."""
    hits = builder.load(_cast_vector(builder, first))
    hits.align = ALIGNMENT
    return hits


def make_intrinsic(typing: Callable[..., Any], numpy_version: Callable[..., int]) -> Any:
    """Return an intrinsic, or where nothing is compiled its version in plain Python."""
    if not HAS_NUMBA:
        return numpy_version
    from numba.extending import intrinsic

    return intrinsic(typing)


count_ones: Any = make_intrinsic(type_count_ones, int.bit_count)
"""Returns the number of ones in a word of 64 bits, in compiled code: one instruction where processors have one."""
compare_lanes: Any = make_intrinsic(type_compare_lanes, compare_lanes_numpy)
"""Returns which sums reach their bars: see ``compare_lanes_numpy``."""


QUANTUM_BITS = 6
"""Points are quantised to 2^6: all that can be scored then fits in 15 bits."""
INT16_MIN, NEVER = -(1 << 15), (1 << 15) - 1
"""The ends of 16 bits. ``NEVER`` is a threshold that no lane can reach, so that its row finds nothing in a run."""
CLAMP = -(1 << 14)
"""Quantised values are clamped here; only forbidden entries reach it.

All criteria add less than 2^14 quanta, so a sum with one stays negative.
"""


class PackedRows(NamedTuple):
    """A block of r mentors, r <= LANES, packed for the filter.

    ``lanes`` (k, LANES) int16: the quantised points of each class of mentees, a column a mentor; ``excess`` uint8: how
    much rounding added. ``tables`` (r, k): exact points of groups and overlaps; ``own`` (r, sets): bit sets. ``rest``
    (r, 2): the most that tables and overlaps can give, and overlaps alone. ``named`` (r, 2): where overrides begin and
    end. ``limits`` (r,): from which value on a pair is a hit.
    """

    lanes: Any
    excess: Any
    tables: Any
    own: NDArray[np.integer]
    rest: IntMatrix
    named: IntMatrix
    limits: IntVector


class PackedColumns(NamedTuple):
    """The mentees, sorted into runs; see ``simd.ColumnRuns``.

    ``edges`` (g + 1,): where runs begin; ``kinds`` (g, leads): where the points of their groups stand in ``tables``;
    ``tops`` (g,): the largest offset of each, in points. ``codes`` (m, terms), ``bits``, ``slots``: where points of
    terms and overlaps stand. ``columns`` (m,): the offset of each mentee; ``heights`` (m,) int16: the same in quanta
    below the top of the run. ``order`` (m,): who they are. ``places``, ``excepted``, ``points``: overrides, by
    position, mentee and points.
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
    """``scale`` of scores, ``floor`` below which pairs are forbidden, hits ``per_row`` above the limit.

    ``raises``: record no hits; each pair that passes instead moves the offset of its mentee, so that later ones must be
    better: column maxima.
    """

    scale: int
    floor: int
    per_row: int
    raises: bool = False


class HitBuffer(NamedTuple):
    """Room for hits; ``best`` (r,), ``counts`` (r,) of hits above the limit, and the ``total`` of all hits.

    ``scratch`` (2, LANES): thresholds and sums of the filter.
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
    """Return the first position from ``low`` to ``high`` - 1 of ascending values that is no less (binary search)."""
    while low < high:
        middle = (low + high) // 2
        if values[middle] < floor:
            low = middle + 1
        else:
            high = middle
    return low


@jit_without_refcounts
def quantise_rows(tables: Any, lanes: Any, excess: Any) -> None:
    """Quantise exact points (r, terms) into lanes, rounded up, and record the excess."""
    for row in range(len(tables)):
        for code in range(len(lanes)):
            # Round up: -(-x >> bits) is the ceiling.
            rough = max(-(-tables[row, code] >> QUANTUM_BITS), CLAMP)
            lanes[code, row] = rough
            excess[code, row] = (rough << QUANTUM_BITS) - tables[row, code]


@jit_without_refcounts
def sum_groups(block: PackedRows, packed: PackedColumns, row: int, run: int) -> int:
    """Return the points of a row with the group of a run."""
    points = 0
    for lead in range(packed.kinds.shape[1]):
        points += block.tables[row, packed.kinds[run, lead]]
    return points


@jit_without_refcounts
def sum_overlaps(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return the points of a pair by overlaps: population counts index small tables."""
    score = 0
    for each in range(block.own.shape[1]):
        # Common answers, then their points; an unknown answer indexes past the counts.
        both = np.uint64(block.own[row, each] & packed.bits[k, each])
        score += block.tables[row, packed.slots[k, each] + count_ones(both)]
    return score


@jit_without_refcounts
def sum_excess(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return how much rounding added to the lanes of a pair."""
    excess = 0
    for term in range(packed.codes.shape[1]):
        excess += block.excess[packed.codes[k, term], row]
    return excess


@jit_without_refcounts
def sum_tables(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return the exact points of a pair by tables, from lanes and excess."""
    rough = 0
    for term in range(packed.codes.shape[1]):
        rough += block.lanes[packed.codes[k, term], row]
    return int((rough << QUANTUM_BITS) - sum_excess(block, packed, row, k))


@jit_without_refcounts
def find_floor(block: PackedRows, limits: ScanLimits, hits: HitBuffer, row: int) -> int:
    """Return the value from which a pair of a row matters: once enough hits are recorded, what beats them all."""
    # Once a row has enough hits only a new best is recorded, for the dual bound.
    best = hits.best[row] + 1
    return int(best if hits.counts[row] >= limits.per_row else min(block.limits[row], best))


@jit_without_refcounts
def find_threshold(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, where: tuple[int, int]
) -> int:
    """Return the threshold of a row's lane in a run, as if overlaps gave the most; ``NEVER`` if no pair can pass."""
    row, run = where
    # Required score less what group and offset give: what tables must reach, in quanta.
    points = sum_groups(block, packed, row, run)
    threshold = find_floor(block, limits, hits, row) // max(limits.scale, 1) - points - packed.tops[run]
    if points + block.rest[row, 0] < limits.floor or threshold > block.rest[row, 0]:
        # Data skipping: even the best pair of the run falls short, or is forbidden.
        return NEVER
    return int(min(max((threshold - block.rest[row, 1]) >> QUANTUM_BITS, INT16_MIN), NEVER))


@jit_without_refcounts
def record_hit(block: PackedRows, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]) -> None:
    """Record a hit (row, position, score, value) while there is room; ``total`` counts on."""
    row, k, score, value = pair
    # Pairs at the limit exactly are always hits; those above count against the number wanted.
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
    """Move the offset of a mentee to ``column``, and its height in the run."""
    k, run = place
    packed.columns[k] = column
    # Offsets only fall, so runs and heights stay upper bounds.
    height = -(-column // max(limits.scale, 1)) - packed.tops[run]
    packed.heights[k] = max(-(-height >> QUANTUM_BITS), CLAMP)


@jit_without_refcounts
def passes(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int]
) -> bool:
    """Return whether a pair (row, position, score) is allowed and of enough value."""
    row, k, score = pair
    value = limits.scale * score + packed.columns[k]
    return bool(score >= limits.floor and value >= find_floor(block, limits, hits, row))


@jit_without_refcounts
def accept_hit(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Take a pair (row, position, run, score) that passes."""
    row, k, run, score = pair
    if limits.raises:
        raise_column(packed, limits, (k, run), block.limits[row] - 1 - limits.scale * score)
    else:
        record_hit(block, limits, hits, (row, k, score, limits.scale * score + packed.columns[k]))


@jit_without_refcounts
def is_override(block: PackedRows, packed: PackedColumns, row: int, k: int) -> bool:
    """Return whether the pair of a row with the mentee at a position has an override, and is scanned as such."""
    last, who = block.named[row, 1], packed.order[k]
    at = lower_bound(packed.excepted, block.named[row, 0], last, who)
    return bool(at < last and packed.excepted[at] == who)


@jit_without_refcounts
def scan_overrides(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, row: int) -> None:
    """Scan the pairs of a row that have overrides, one by one."""
    for mark in range(block.named[row, 0], block.named[row, 1]):
        k = packed.places[mark]
        run = lower_bound(packed.edges, 0, len(packed.edges), k + 1) - 1
        score = packed.points[mark] + sum_groups(block, packed, row, run) + sum_overlaps(block, packed, row, k)
        score += sum_tables(block, packed, row, k)
        if passes(block, packed, limits, hits, (row, k, score)):
            accept_hit(block, packed, limits, hits, (row, k, run, score))


@jit_without_refcounts
def set_thresholds(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> bool:
    """Set the thresholds of all rows for a run; return whether any of them may have a hit there."""
    some = False
    for row in range(len(block.limits)):
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))
        some |= hits.scratch[0, row] != NEVER
    return some


@jit_without_refcounts
def check_pair(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Refine: check a survivor (row, position, run, score but for group and excess) in exact integers."""
    row, k, run, rough = pair
    score = rough + sum_groups(block, packed, row, run) - sum_excess(block, packed, row, k)
    if passes(block, packed, limits, hits, (row, k, score)) and not is_override(block, packed, row, k):
        accept_hit(block, packed, limits, hits, (row, k, run, score))
        # A hit may have raised the bar for the rest of the run.
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))


@jit_without_refcounts
def scan_run(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> None:
    """Filter and refine all rows of a block with the mentees of a run."""
    for k in range(packed.edges[run], packed.edges[run + 1]):
        height = packed.heights[k]
        # Filter: one bit for each row whose upper bound reaches its threshold.
        passing = compare_lanes(block.lanes, packed.codes[k], height, hits.scratch)
        while passing:
            # Take the lowest bit: its index is the population count of the bits below it.
            row: Any = np.int64(count_ones((passing & (~passing + np.uint64(1))) - np.uint64(1)))
            passing &= passing - np.uint64(1)
            overlap = sum_overlaps(block, packed, row, k)
            threshold, total = hits.scratch[0, row], hits.scratch[1, row]
            # The threshold assumed the most of overlaps: drop pairs whose real overlap is too small.
            if threshold == INT16_MIN or total - threshold >= (block.rest[row, 1] - overlap) >> QUANTUM_BITS:
                check_pair(block, packed, limits, hits, (row, k, run, overlap + ((total - height) << QUANTUM_BITS)))


@jit_without_refcounts
def scan_rows(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer) -> None:
    """Scan all pairs of a block; if ``total`` is beyond the room in the end, hits are missing."""
    # Overrides first: they raise the best of rows, so that more runs are skipped.
    for row in range(len(block.limits)):
        scan_overrides(block, packed, limits, hits, row)
    for run in range(len(packed.edges) - 1):
        # Skip the run if no row can have a hit in it.
        if set_thresholds(block, packed, limits, hits, run):
            scan_run(block, packed, limits, hits, run)


SHIFTS = np.array([30, 27, 31, 64 - HASH_BITS], dtype=np.uint64)
FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


class TieBlocks(NamedTuple):
    """Blocks of classes as in ``ties.ClassBlocks``; ``edges`` (v + 1,): where classes of mentees begin in their order.

    ``words`` (m,) of mentees and offsets ``columns`` (m,) stand in that order.
    """

    starts: IntVector
    others: IntVector
    floor: IntVector
    edges: IntVector
    words: NDArray[np.uint64]
    columns: IntVector


class TieRows(NamedTuple):
    """The classes of r mentors, their words to be mixed with those of mentees, and ``limits``: least values of hits."""

    kinds: IntVector
    words: NDArray[np.uint64]
    limits: IntVector


class TieBuffer(NamedTuple):
    """Room for hits ``pairs`` (3, e): row, position, hash; ``best`` and ``counts`` (r,), and the ``total``.

    Beyond ``per_row`` hits of a mentor only those better than all before are recorded.
    """

    pairs: IntMatrix
    best: IntVector
    counts: IntVector
    total: IntVector
    per_row: int


@jit
def mix_words(mentor: Any, mentee: Any) -> Any:
    """Return the hash of a pair: SplitMix64 (Steele, Lea and Flood 2014) of the two people's words."""
    # The finaliser of SplitMix64 on the exclusive or of both words.
    word = mentor ^ mentee
    word = (word ^ (word >> SHIFTS[0])) * FACTORS[0]
    word = (word ^ (word >> SHIFTS[1])) * FACTORS[1]
    return np.int64((word ^ (word >> SHIFTS[2])) >> SHIFTS[3]) + 1


@jit
def scan_ties(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer) -> None:
    """Scan all tied pairs of some mentors; if ``total`` is beyond the room in the end, hits are missing."""
    for row in range(len(rows.kinds)):
        for block in range(blocks.starts[rows.kinds[row]], blocks.starts[rows.kinds[row] + 1]):
            scan_tie_block(blocks, rows, buffer, (row, block))


@jit
def scan_tie_block(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer, where: tuple[int, int]) -> None:
    """Scan the pairs of a mentor with the mentees of a block."""
    row, block = where
    word, floor, limit, kind = rows.words[row], blocks.floor[block], rows.limits[row], blocks.others[block]
    best = buffer.best[row]
    for place in range(blocks.edges[kind], blocks.edges[kind + 1]):
        score = mix_words(word, blocks.words[place])
        value = score + blocks.columns[place]
        # Hits, and new bests even below the limit: the bound needs the row's best.
        if value > best or (value >= limit and score >= floor):
            if value >= limit and score >= floor and (buffer.counts[row] < buffer.per_row or value > best):
                record_tie(buffer, row, place, score)
            best = max(best, value)
    buffer.best[row] = best


@jit
def record_tie(buffer: TieBuffer, row: int, place: int, score: int) -> None:
    """Record a hit while there is room; ``total`` counts on."""
    at = buffer.total[0]
    if at < buffer.pairs.shape[1]:
        buffer.pairs[0, at], buffer.pairs[1, at], buffer.pairs[2, at] = row, place, score
    buffer.total[0] = at + 1
    buffer.counts[row] += 1
