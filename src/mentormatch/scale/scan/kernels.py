"""Compiled SIMD scan: filter by 16-bit upper bounds of 64 rows at once, then refine the survivors exactly.

1. Filter. The points of tables are quantised to 16 bits, rounded up, with one lane per mentor of the block. For each
   mentee, a few saturating additions bound the scores of 64 mentors. One comparison with the thresholds finds the
   mentors that may have a hit; most have none.
2. Refine. Only the pairs that remain are computed in exact integers.

Invariant: the sum of a lane is never below the true value in quanta, so no hit is lost.

The module also contains LLVM intrinsics that numba lacks (population count; saturating sum of 64 lanes with a
comparison), each with an equivalent in Python if nothing is compiled, and the scan of tied pairs by hash over blocks of
classes, for ``columns.ties``.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import HAS_NUMBA, jit, jit_without_refcounts
from mentormatch.assignment.tie_breaking import HASH_BITS
from mentormatch.base.arrays import IntMatrix, IntVector

LANES = 64  # sums per comparison; processors add 8 to 32 numbers of 16 bits in one step
VECTOR_ALIGNMENT_BYTES = 2

type Int16Array = NDArray[np.int16]


def compare_lanes_numpy(lanes: Int16Array, codes: NDArray[np.integer], begin: int, scratch: Int16Array) -> int:
    """Return a word with a bit for each lane, 1 if its sum reaches its threshold.

    The sum of a lane is ``begin`` plus the rows ``codes`` (terms,) of ``lanes`` (k, LANES), and saturates at 16 bits.
    ``scratch`` (2, LANES): the thresholds, and a row to which the sums are written.
    """
    (thresholds, sums), (low, high) = scratch, (np.iinfo(np.int16).min, np.iinfo(np.int16).max)
    sums[:] = begin
    for code in codes:
        sums[:] = np.clip(sums.astype(np.int64) + lanes[code], low, high)
    return sum(1 << lane for lane in np.flatnonzero(sums >= thresholds).tolist())


def type_count_ones(typing: Any, word: Any) -> Any:
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


def type_compare_lanes(typing: Any, lanes: Any, codes: Any, begin: Any, scratch: Any) -> Any:
    """Return the signature and the code generator of the compiled form of ``compare_lanes_numpy``."""
    from llvmlite import ir
    from numba.core import types

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays = [context.make_array(signature.args[index])(context, builder, arguments[index]) for index in (0, 1, 3)]
        # Sums of all lanes in registers; one comparison gives 64 bits
        total, thresholds = _emit_sums(builder, arrays[0].data, arrays[1], arguments[2]), arrays[2].data
        sums = builder.gep(thresholds, [ir.IntType(64)(LANES)])
        builder.store(total, _cast_vector(builder, sums)).align = VECTOR_ALIGNMENT_BYTES
        return builder.bitcast(builder.icmp_signed(">=", total, _load_vector(builder, thresholds)), ir.IntType(LANES))

    return types.uint64(lanes, codes, types.int16, scratch), generate


def _emit_sums(builder: Any, lanes: Any, codes: Any, begin: Any) -> Any:
    """Generate the loop that adds the rows ``codes`` of ``lanes`` to ``begin``."""
    from llvmlite import ir
    from numba.core import cgutils

    helpers: Any = cgutils
    int64, vector = ir.IntType(64), _lane_vector()
    signature, name = ir.FunctionType(vector, [vector, vector]), f"llvm.sadd.sat.v{LANES}i16"
    # Saturating addition: a forbidden lane stays at the minimum and does not wrap around
    add = helpers.get_or_insert_function(builder.module, signature, name)
    start = builder.insert_element(vector(ir.Undefined), begin, ir.IntType(32)(0))
    # Broadcast the start value to all lanes
    zeros = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    total = helpers.alloca_once_value(builder, builder.shuffle_vector(start, start, zeros))
    with helpers.for_range(builder, builder.extract_value(codes.shape, 0), intp=int64) as loop:
        code = builder.zext(builder.load(builder.gep(codes.data, [loop.index])), int64)
        row = _load_vector(builder, builder.gep(lanes, [builder.mul(code, int64(LANES))]))
        builder.store(builder.call(add, [builder.load(total), row]), total)
    return builder.load(total)


def _lane_vector() -> Any:
    from llvmlite import ir

    return ir.VectorType(ir.IntType(16), LANES)


def _cast_vector(builder: Any, first: Any) -> Any:
    return builder.bitcast(first, _lane_vector().as_pointer())


def _load_vector(builder: Any, first: Any) -> Any:
    vector = builder.load(_cast_vector(builder, first))
    vector.align = VECTOR_ALIGNMENT_BYTES
    return vector


def make_intrinsic(typing: Callable[..., Any], numpy_version: Callable[..., int]) -> Any:
    """Return an intrinsic, or its Python version if numba is not installed."""
    if not HAS_NUMBA:
        return numpy_version
    from numba.extending import intrinsic

    return intrinsic(typing)


count_ones: Any = make_intrinsic(type_count_ones, int.bit_count)  # the ones in a word of 64 bits
compare_lanes: Any = make_intrinsic(type_compare_lanes, compare_lanes_numpy)

QUANTUM_BITS = 6  # a quantum is 2^6 points, so that all scores fit in 15 bits
INT16_MIN = -(1 << 15)
UNREACHABLE_THRESHOLD = (1 << 15) - 1  # the row has no hit in the run
# Only forbidden entries are clamped to this; as criteria add less than 2^14 quanta, a sum with one stays negative
MIN_QUANTA = -(1 << 14)


class PackedRows(NamedTuple):
    """A block of r mentors, r <= LANES, packed for the filter."""

    lanes: Any  # (k, LANES) int16: quantised points with each class of mentees, one column per mentor
    excess: Any  # (k, LANES) uint8: the points that rounding added; meaningless for forbidden entries
    tables: Any  # (r, t): exact points of groups and overlaps
    bits: NDArray[np.integer]  # (r, sets): answers as bit sets
    upper_bounds: IntMatrix  # (r, 2): bounds on the points of tables and overlaps together, and of overlaps
    override_ranges: IntMatrix  # (r, 2): start and stop among the overrides
    limits: IntVector  # (r,): the smallest value of a hit


class PackedColumns(NamedTuple):
    """The mentees, sorted into g runs as in ``simd.ColumnRuns``, and the overrides, sorted by mentor."""

    edges: IntVector  # (g + 1,): the start of each run
    group_columns: NDArray[np.integer]  # (g, leads): columns of ``PackedRows.tables`` with the points of the group
    top_offsets: IntVector  # (g,): the largest offset of each run, in points
    codes: Any  # (m, terms): rows of ``PackedRows.lanes``
    bits: NDArray[np.integer]  # (m, sets): answers as bit sets
    overlap_columns: NDArray[np.integer]  # (m, sets): columns of ``PackedRows.tables`` for a count of 0
    offsets: IntVector  # (m,)
    quantised_offsets: NDArray[np.int16]  # (m,): offsets less the largest of the run, in quanta
    order: IntVector  # (m,): the mentee at each position
    override_positions: IntVector  # (o,): the position of the mentee
    override_mentees: IntVector  # (o,)
    override_points: IntVector  # (o,)


class ScanLimits(NamedTuple):
    """The multiplier of scores, the smallest allowed score, and the most hits ``per_row`` above the limit.

    If ``finds_column_maxima``, no hits are recorded. Each pair that passes lowers the offset of its mentee instead, so
    that later pairs must be better.
    """

    scale: int
    floor: int
    per_row: int
    finds_column_maxima: bool = False


class HitBuffer(NamedTuple):
    """Buffers for hits."""

    rows: IntVector  # of ``PackedRows``
    mentees: IntVector  # positions in ``PackedColumns.order``
    scores: IntVector
    best: IntVector  # (r,): the largest value
    counts: IntVector  # (r,): hits above the limit
    total: IntVector  # (1,): hits up to ``per_row`` and at the limit, also those that do not fit
    scratch: NDArray[np.int16]  # (2, LANES): thresholds and sums of the filter


@jit_without_refcounts
def lower_bound(values: IntVector, low: int, high: int, floor: int) -> int:
    """Return the first position in ``low`` to ``high`` whose value is at least ``floor`` (binary search).

    The values must ascend; ``high`` if all are smaller.
    """
    while low < high:
        middle = (low + high) // 2
        if values[middle] < floor:
            low = middle + 1
        else:
            high = middle
    return low


@jit_without_refcounts
def quantise_rows(tables: Any, lanes: Any, excess: Any) -> None:
    """Write exact points (r, k) to lanes, quantised and rounded up, and the points that this adds to ``excess``.

    Forbidden entries become ``MIN_QUANTA``, and their excess is not exact.
    """
    for row in range(len(tables)):
        for code in range(len(lanes)):
            # -(-x >> bits) rounds up
            quanta = max(-(-tables[row, code] >> QUANTUM_BITS), MIN_QUANTA)
            lanes[code, row] = quanta
            excess[code, row] = (quanta << QUANTUM_BITS) - tables[row, code]


@jit_without_refcounts
def sum_groups(block: PackedRows, packed: PackedColumns, row: int, run: int) -> int:
    """Return the points of a row with the group of a run."""
    points = 0
    for lead in range(packed.group_columns.shape[1]):
        points += block.tables[row, packed.group_columns[run, lead]]
    return points


@jit_without_refcounts
def sum_overlaps(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return the points of a pair by overlaps."""
    score = 0
    for overlap in range(block.bits.shape[1]):
        # Population count of the common answers; an unknown answer indexes the last column
        common = np.uint64(block.bits[row, overlap] & packed.bits[k, overlap])
        score += block.tables[row, packed.overlap_columns[k, overlap] + count_ones(common)]
    return score


@jit_without_refcounts
def sum_excess(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return the points that rounding added to the lanes of a pair."""
    excess = 0
    for term in range(packed.codes.shape[1]):
        excess += block.excess[packed.codes[k, term], row]
    return excess


@jit_without_refcounts
def sum_tables(block: PackedRows, packed: PackedColumns, row: int, k: int) -> int:
    """Return the exact points of a pair by tables; if an entry is forbidden, any number that keeps the sum negative."""
    quanta = 0
    for term in range(packed.codes.shape[1]):
        quanta += block.lanes[packed.codes[k, term], row]
    return int((quanta << QUANTUM_BITS) - sum_excess(block, packed, row, k))


@jit_without_refcounts
def find_floor(block: PackedRows, limits: ScanLimits, hits: HitBuffer, row: int) -> int:
    """Return the smallest value that matters in a row."""
    # Once a row has enough hits, only a new best value matters, for the dual bound
    best = hits.best[row] + 1
    return int(best if hits.counts[row] >= limits.per_row else min(block.limits[row], best))


@jit_without_refcounts
def find_threshold(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, row_and_run: tuple[int, int]
) -> int:
    """Return the threshold of a row in a run, assuming the largest overlap.

    ``UNREACHABLE_THRESHOLD`` if no pair can pass.
    """
    row, run = row_and_run
    # The points that tables and overlaps must reach: the required score less the points of group and offset
    points = sum_groups(block, packed, row, run)
    threshold = find_floor(block, limits, hits, row) // max(limits.scale, 1) - points - packed.top_offsets[run]
    if points + block.upper_bounds[row, 0] < limits.floor or threshold > block.upper_bounds[row, 0]:
        # Data skipping: even the largest bound of the run is too low, or forbidden
        return UNREACHABLE_THRESHOLD
    return int(min(max((threshold - block.upper_bounds[row, 1]) >> QUANTUM_BITS, INT16_MIN), UNREACHABLE_THRESHOLD))


@jit_without_refcounts
def record_hit(block: PackedRows, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]) -> None:
    """Record a pair (row, position, score, value) that passes, unless its row has enough hits or it is below the limit.

    ``total`` counts recorded hits, also those that do not fit in the buffer; ``best`` rises in any case.
    """
    row, k, score, value = pair
    # Pairs at the limit are always hits; pairs above it count towards ``per_row``
    above = value > block.limits[row]
    if value >= block.limits[row] and (not above or hits.counts[row] < limits.per_row):
        index = hits.total[0]
        if index < len(hits.rows):
            hits.rows[index], hits.mentees[index], hits.scores[index] = row, k, score
        hits.total[0] = index + 1
        hits.counts[row] += above
    hits.best[row] = max(hits.best[row], value)


@jit_without_refcounts
def move_offset(packed: PackedColumns, limits: ScanLimits, position_and_run: tuple[int, int], offset: int) -> None:
    """Set the offset of a mentee at (position, run) to ``offset``, which must be smaller."""
    k, run = position_and_run
    packed.offsets[k] = offset
    # As offsets only fall, the largest offset of the run stays an upper bound
    points = -(-offset // max(limits.scale, 1)) - packed.top_offsets[run]
    packed.quantised_offsets[k] = max(-(-points >> QUANTUM_BITS), MIN_QUANTA)


@jit_without_refcounts
def passes(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int]
) -> bool:
    """Return whether a pair (row, position, score) is allowed and its value matters."""
    row, k, score = pair
    value = limits.scale * score + packed.offsets[k]
    return bool(score >= limits.floor and value >= find_floor(block, limits, hits, row))


@jit_without_refcounts
def accept_hit(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Record a pair (row, position, run, score) that passes, or lower the offset of its mentee."""
    row, k, run, score = pair
    if limits.finds_column_maxima:
        move_offset(packed, limits, (k, run), block.limits[row] - 1 - limits.scale * score)
    else:
        record_hit(block, limits, hits, (row, k, score, limits.scale * score + packed.offsets[k]))


@jit_without_refcounts
def is_override(block: PackedRows, packed: PackedColumns, row: int, k: int) -> bool:
    """Return whether the pair of a row with the mentee at a position has an override, and is scanned as such."""
    last, mentee = block.override_ranges[row, 1], packed.order[k]
    index = lower_bound(packed.override_mentees, block.override_ranges[row, 0], last, mentee)
    return bool(index < last and packed.override_mentees[index] == mentee)


@jit_without_refcounts
def scan_overrides(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, row: int) -> None:
    for override in range(block.override_ranges[row, 0], block.override_ranges[row, 1]):
        k = packed.override_positions[override]
        run = lower_bound(packed.edges, 0, len(packed.edges), k + 1) - 1
        score = packed.override_points[override] + sum_groups(block, packed, row, run)
        score += sum_overlaps(block, packed, row, k)
        score += sum_tables(block, packed, row, k)
        if passes(block, packed, limits, hits, (row, k, score)):
            accept_hit(block, packed, limits, hits, (row, k, run, score))


@jit_without_refcounts
def set_thresholds(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> bool:
    """Set the thresholds of all rows for a run. Return whether any row can have a hit in it."""
    any_reachable = False
    for row in range(len(block.limits)):
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))
        any_reachable |= hits.scratch[0, row] != UNREACHABLE_THRESHOLD
    return any_reachable


@jit_without_refcounts
def check_pair(
    block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, pair: tuple[int, int, int, int]
) -> None:
    """Refine: check a pair (row, position, run, score without group, with excess) in exact integers."""
    row, k, run, partial_score = pair
    score = partial_score + sum_groups(block, packed, row, run) - sum_excess(block, packed, row, k)
    if passes(block, packed, limits, hits, (row, k, score)) and not is_override(block, packed, row, k):
        accept_hit(block, packed, limits, hits, (row, k, run, score))
        # A hit may raise the threshold of its row
        hits.scratch[0, row] = find_threshold(block, packed, limits, hits, (row, run))


@jit_without_refcounts
def scan_run(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer, run: int) -> None:
    for k in range(packed.edges[run], packed.edges[run + 1]):
        offset = packed.quantised_offsets[k]
        # Filter: one bit for each row whose upper bound reaches its threshold
        passing = compare_lanes(block.lanes, packed.codes[k], offset, hits.scratch)
        while passing:
            # The index of the lowest bit is the number of bits below it
            row: Any = np.int64(count_ones((passing & (~passing + np.uint64(1))) - np.uint64(1)))
            passing &= passing - np.uint64(1)
            overlap = sum_overlaps(block, packed, row, k)
            threshold, total = hits.scratch[0, row], hits.scratch[1, row]
            # The threshold assumes the largest overlap: skip pairs whose overlap is too small
            if threshold == INT16_MIN or total - threshold >= (block.upper_bounds[row, 1] - overlap) >> QUANTUM_BITS:
                check_pair(block, packed, limits, hits, (row, k, run, overlap + ((total - offset) << QUANTUM_BITS)))


@jit_without_refcounts
def scan_rows(block: PackedRows, packed: PackedColumns, limits: ScanLimits, hits: HitBuffer) -> None:
    """Scan all pairs of a block. If ``total`` exceeds the size of the buffer, hits are missing."""
    # Overrides first: they raise the best values of rows, so that more runs are skipped
    for row in range(len(block.limits)):
        scan_overrides(block, packed, limits, hits, row)
    for run in range(len(packed.edges) - 1):
        if set_thresholds(block, packed, limits, hits, run):
            scan_run(block, packed, limits, hits, run)


SPLITMIX_SHIFTS = np.array([30, 27, 31, 64 - HASH_BITS], dtype=np.uint64)
SPLITMIX_FACTORS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


class TieBlocks(NamedTuple):
    """Blocks of classes as in ``ties.ClassBlocks``, and mentees in the order of their classes."""

    starts: IntVector
    mentee_classes: IntVector
    floor: IntVector
    edges: IntVector  # (v + 1,): the start of each class of mentees
    words: NDArray[np.uint64]  # (m,): hash halves, in that order
    offsets: IntVector  # (m,): in that order


class TieRows(NamedTuple):
    """The classes of r mentors, their hash halves, and the smallest values of hits."""

    classes: IntVector
    words: NDArray[np.uint64]
    limits: IntVector


class TieBuffer(NamedTuple):
    """Buffers for hits.

    After ``per_row`` hits of a mentor, only a hit that is better than all before is recorded.
    """

    pairs: IntMatrix  # (3, e): row, position, hash
    best: IntVector  # (r,): the largest value
    counts: IntVector  # (r,)
    total: IntVector  # (1,): all hits, also those that do not fit
    per_row: int


@jit
def mix_words(mentor: Any, mentee: Any) -> Any:
    """Return the hash of a pair: the finaliser of SplitMix64 (Steele, Lea and Flood 2014) of two words."""
    word = mentor ^ mentee
    word = (word ^ (word >> SPLITMIX_SHIFTS[0])) * SPLITMIX_FACTORS[0]
    word = (word ^ (word >> SPLITMIX_SHIFTS[1])) * SPLITMIX_FACTORS[1]
    return np.int64((word ^ (word >> SPLITMIX_SHIFTS[2])) >> SPLITMIX_SHIFTS[3]) + 1


@jit
def scan_ties(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer) -> None:
    """Scan all tied pairs of some mentors. If ``total`` exceeds the size of the buffer, hits are missing."""
    for row in range(len(rows.classes)):
        for block in range(blocks.starts[rows.classes[row]], blocks.starts[rows.classes[row] + 1]):
            scan_tie_block(blocks, rows, buffer, (row, block))


@jit
def scan_tie_block(blocks: TieBlocks, rows: TieRows, buffer: TieBuffer, row_and_block: tuple[int, int]) -> None:
    """Scan the pairs of a mentor with the mentees of a block."""
    row, block = row_and_block
    word = rows.words[row]
    floor = blocks.floor[block]
    limit = rows.limits[row]
    mentee_class = blocks.mentee_classes[block]
    best = buffer.best[row]
    for position in range(blocks.edges[mentee_class], blocks.edges[mentee_class + 1]):
        score = mix_words(word, blocks.words[position])
        value = score + blocks.offsets[position]
        # A new best value is kept even below the limit: the bound needs the best of each row
        if value > best or (value >= limit and score >= floor):
            if value >= limit and score >= floor and (buffer.counts[row] < buffer.per_row or value > best):
                record_tie(buffer, row, position, score)
            best = max(best, value)
    buffer.best[row] = best


@jit
def record_tie(buffer: TieBuffer, row: int, position: int, score: int) -> None:
    """Record a hit if it fits in the buffer; ``total`` counts it in any case."""
    index = buffer.total[0]
    if index < buffer.pairs.shape[1]:
        buffer.pairs[0, index], buffer.pairs[1, index], buffer.pairs[2, index] = row, position, score
    buffer.total[0] = index + 1
    buffer.counts[row] += 1
