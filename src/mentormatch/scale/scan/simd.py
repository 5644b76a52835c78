"""SIMD scanner: packs tables into lanes and mentees into runs for ``kernels``, and gathers the hits.

Data skipping: mentees are grouped by the terms that forbid most pairs, then sorted by their offset (from the dual) and
cut into runs of similar offsets. The points of the group and the largest points of all other terms bound the pairs of a
mentor with a run. A run whose bound is too low is skipped.

Column maxima (the c-transform of the duals of mentors) use the same kernels: if there are few mentors, this costs far
less than to scan all mentees.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os import cpu_count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.progress import CheckDeadline, track_scan
from mentormatch.base.threads import thread_pool
from mentormatch.scale.scan.blocks import (
    BlockScanner,
    ScanHits,
    keep_top,
    make_numpy_scanner,
    split_rows,
)
from mentormatch.scale.scores.matrix import MergedTable, ScoreMatrix, merge_tables
from mentormatch.scale.scores.terms import ScoreTerm
from mentormatch.scoring.answer_classes import Distinct

if TYPE_CHECKING:
    from mentormatch.scale.scan.kernels import PackedColumns, PackedRows


@dataclass(frozen=True, slots=True)
class SimdOptions:
    """Numbers that decide how mentees are grouped and how hits are stored.

    None changes the hits, unless a mentor has more than ``row_hit_factor`` allows: later hits are then not listed.
    """

    # Average size of groups: to skip a group costs as much as to scan a few pairs
    min_group_mentees: int = 64
    # Mentors by whom the share of pairs that a term forbids is estimated; below this share it makes no groups
    sampled_mentors: int = 64
    min_forbidden_share: float = 0.01
    # Size of a run, and the range of its offsets in points, which must fit in 16 bits of quanta
    max_run_mentees: int = 512
    max_run_span: int = 1 << 19
    # Size of the first hit buffer of a block
    initial_hits: int = 1 << 14
    # The most hits of one mentor above the limit, as a multiple of the average wanted
    row_hit_factor: int = 64


SIMD_OPTIONS = SimdOptions()
INFINITE = 1 << 60  # no pair exceeds a limit by more

type SmallInts = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class ColumnGroups:
    """Groups of mentees by the classes of the terms ``leads``.

    ``codes`` (m,): the group of each mentee; ``first`` (g,): one mentee of each group.
    """

    leads: tuple[ScoreTerm, ...]
    codes: IntVector
    first: IntVector


@dataclass(frozen=True, slots=True)
class ColumnRuns:
    """Mentees ``order`` (m,), sorted by group, then by descending offset; ``edges`` (r + 1,): the start of each run."""

    order: IntVector
    edges: IntVector

    @classmethod
    def of(cls, group: IntVector, offsets: IntVector) -> "ColumnRuns":
        """Return the runs of mentees with given groups and offsets in points (m,)."""
        order = np.lexsort((-offsets, group))
        starts_run = np.diff(group[order], prepend=-1) != 0
        # The offsets of a group are cut into bands of ``max_run_span``
        bands = (offsets[order][_last_start(starts_run)] - offsets[order]) // SIMD_OPTIONS.max_run_span
        starts_run |= np.diff(bands, prepend=0) != 0
        # Bands are cut into runs of up to ``max_run_mentees``
        positions = np.arange(len(order)) - _last_start(starts_run)
        return cls(order, np.append(np.flatnonzero(positions % SIMD_OPTIONS.max_run_mentees == 0), len(order)))


def _last_start(is_start: BoolVector) -> IntVector:
    return np.maximum.accumulate(np.where(is_start, np.arange(len(is_start)), 0))


def group_columns(terms: Sequence[ScoreTerm], width: int) -> ColumnGroups:
    """Return groups of mentees by the terms that forbid most pairs; groups are joint classes of these terms."""
    leads, classes = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    shares = {index: forbidden_fraction(term) for index, term in enumerate(terms)}
    # Greedy, most forbidden pairs first: a term splits the groups unless they become too small
    for index in sorted(shares, key=lambda index: -shares[index]):
        joint = classes.join(terms[index].mentees)
        if shares[index] > SIMD_OPTIONS.min_forbidden_share and len(joint) * SIMD_OPTIONS.min_group_mentees <= width:
            leads, classes = [*leads, terms[index]], joint
    return ColumnGroups(tuple(leads), classes.codes, classes.first)


def forbidden_fraction(term: ScoreTerm) -> float:
    """Return an estimate of the share of pairs that a term forbids, from a sample of mentors."""
    n = len(term.mentors.codes)
    points = term.rows(space_evenly(n))[:, term.mentees.codes]
    return float((points < 0).mean()) if points.size else 0.0


def space_evenly(count: int) -> IntVector:
    return np.unique(np.linspace(0, max(count - 1, 0), min(SIMD_OPTIONS.sampled_mentors, count)).astype(np.int64))


@dataclass(frozen=True, slots=True)
class SimdScanner:
    """A score matrix packed for the kernels, with g groups of mentees."""

    matrix: ScoreMatrix
    groups: ColumnGroups
    tables: tuple[MergedTable, ...]
    group_columns: SmallInts  # (g, leads): columns of ``PackedRows.tables`` with the points of each group
    codes: SmallInts  # (m, terms): rows of ``PackedRows.lanes``
    bits: SmallInts  # (m, sets): answers of mentees as bit sets
    mentor_bits: SmallInts  # (n, sets)
    overlap_columns: SmallInts  # (m, sets): columns of ``PackedRows.tables`` for a count of 0
    hit_capacity: IntVector  # (1,): size of the hit buffer, twice the hits of the last block that did not fit

    @classmethod
    def of(cls, matrix: ScoreMatrix) -> "SimdScanner":
        groups, (n, m), overlaps = group_columns(matrix.terms, matrix.shape[1]), matrix.shape, matrix.overlaps
        # The terms that make groups are added exactly; the other terms go into lanes
        leading = {id(term) for term in groups.leads}
        tables = tuple(merge_tables([term for term in matrix.terms if id(term) not in leading], m))
        leads = [term.mentees.codes[groups.first] for term in groups.leads]
        widths = [*(len(term.mentees) for term in groups.leads), *(len(overlap.points) + 1 for overlap in overlaps)]
        columns = shift_columns([*leads, *(overlap.table_offsets() for overlap in overlaps)], widths)
        return cls(
            matrix,
            groups,
            tables,
            pack_columns(columns[: len(leads)], len(groups.first)),
            pack_columns(shift_columns([term.codes for term in tables], [len(term.classes[0]) for term in tables]), m),
            pack_columns([overlap.mentees.bits for overlap in overlaps], m),
            pack_columns([overlap.mentors.bits for overlap in overlaps], n),
            pack_columns(columns[len(leads) :], m),
            np.full(1, SIMD_OPTIONS.initial_hits),
        )

    def for_query(self, query: ScanQuery) -> Callable[[int, int], ScanHits]:
        return partial(self._scan_block, query, self._pack_columns(query.column_offsets, query.scale))

    def column_maxima(
        self, row_offsets: IntVector, scale: int, check_deadline: CheckDeadline, blocks: Iterable[tuple[int, int]]
    ) -> IntVector:
        """Return (m,) the largest ``scale * score + row_offsets[i]`` of each mentee over the mentors of some blocks."""
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        row_limits = np.where(row_offsets == EXCLUDED, -EXCLUDED, 1 - row_offsets)
        query = ScanQuery(row_limits, np.full(self.matrix.shape[1], INFINITE), scale)
        limits, no_pairs = ScanLimits(scale, self.matrix.floor, 1, finds_column_maxima=True), np.empty(0, np.int64)
        packed = self._pack_columns(query.column_offsets, scale)
        for count_done, (start, stop) in enumerate(blocks):
            check_deadline()
            # Maxima change most at first: mentees are sorted into runs again after 1, 2, 4, 8, ... blocks
            if count_done & (count_done - 1) == 0:
                packed = self._pack_columns(current_offsets(packed), scale)
            mentors = query.open(start, stop)
            best, counts = np.full(len(mentors), INFINITE), np.zeros(len(mentors), dtype=np.int64)
            buffer = HitBuffer(no_pairs, no_pairs, no_pairs, best, counts, no_pairs, lane_scratch())
            scan_rows(self._pack_rows(query, mentors), packed, limits, buffer)
        return -current_offsets(packed)

    def _scan_block(self, query: ScanQuery, packed: "PackedColumns", start: int, stop: int) -> ScanHits:
        """Return the hits of a query in a block; if the buffer is too small, scan again with a larger buffer."""
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        mentors = query.open(start, stop)
        if not len(mentors):
            return ScanHits.empty(stop - start)
        block, count, capacity = self._pack_rows(query, mentors), len(mentors), int(self.hit_capacity[0])
        while True:
            rows, positions, scores = (np.empty(capacity, dtype=np.int64) for _ in range(3))
            best, counts, total = (
                np.full(count, 2 * EXCLUDED),
                *(np.zeros(size, dtype=np.int64) for size in (count, 1)),
            )
            limits = ScanLimits(query.scale, self.matrix.floor, SIMD_OPTIONS.row_hit_factor * query.per_row)
            scan_rows(block, packed, limits, HitBuffer(rows, positions, scores, best, counts, total, lane_scratch()))
            if total[0] <= capacity:
                listed = rows[: total[0]], packed.order[positions[: total[0]]], scores[: total[0]]
                hits = self._make_hits(query, (start, stop), mentors, listed)
                hits.row_best[mentors - start] = best
                hits.rest_max[mentors[counts >= limits.per_row] - start] = INFINITE
                return hits
            self.hit_capacity[0] = capacity = 2 * int(total[0])

    def _pack_rows(self, query: ScanQuery, mentors: IntVector) -> "PackedRows":
        from mentormatch.scale.scan.kernels import PackedRows

        lanes, excess, table_bounds = self._quantise(mentors)
        leads = [term.rows(mentors) for term in self.groups.leads]
        overlaps = [overlap.tables(mentors) for overlap in self.matrix.overlaps]
        overlap_bounds = np.zeros(len(mentors), dtype=np.int64)
        for table in overlaps:
            overlap_bounds += table.max(axis=1)
        tables = np.concatenate([np.empty((len(mentors), 0), np.int32), *leads, *overlaps], axis=1)
        upper_bounds = np.column_stack([table_bounds + overlap_bounds, overlap_bounds])
        override_ranges = np.column_stack([self.matrix.starts[mentors], self.matrix.starts[mentors + 1]])
        return PackedRows(
            lanes, excess, tables, self.mentor_bits[mentors], upper_bounds, override_ranges, query.row_limits[mentors]
        )

    def _quantise(self, mentors: IntVector) -> tuple[SmallInts, SmallInts, IntVector]:
        """Return the lanes of some mentors, the excess of rounding, and (r,) a bound on the sum of the tables."""
        from mentormatch.scale.scan.kernels import LANES, quantise_rows

        assert len(mentors) <= LANES
        ends = np.cumsum([len(term.classes[0]) for term in self.tables])
        table_bounds = np.zeros(len(mentors), dtype=np.int64)
        lanes = aligned_lanes(int(ends[-1]) if len(ends) else 0)
        excess = np.empty((len(lanes), LANES), dtype=np.uint8)
        for term, end in zip(self.tables, ends.tolist(), strict=True):
            points = term.rows(mentors)
            quantise_rows(points, lanes[end - points.shape[1] : end], excess[end - points.shape[1] : end])
            table_bounds += points.max(axis=1, initial=np.iinfo(np.int32).min)
        return lanes, excess, table_bounds

    def _pack_columns(self, offsets: IntVector, scale: int) -> "PackedColumns":
        """Pack the mentees with some offsets (m,) into runs."""
        from mentormatch.scale.scan.kernels import MIN_QUANTA, QUANTUM_BITS, PackedColumns

        # Offsets in points, rounded up, so that bounds stay valid
        points, overrides = -(-offsets // max(scale, 1)), self.matrix.overrides
        runs = ColumnRuns.of(self.groups.codes, points)
        order, first = runs.order, runs.order[runs.edges[:-1]]
        top_offsets, positions = points[first], np.empty(len(order), dtype=np.int64)
        positions[order] = np.arange(len(order))
        below_top = points[order] - np.repeat(top_offsets, np.diff(runs.edges))
        return PackedColumns(
            runs.edges,
            self.group_columns[self.groups.codes[first]],
            top_offsets,
            self.codes[order],
            self.bits[order],
            self.overlap_columns[order],
            offsets[order],
            np.maximum(-(-below_top >> QUANTUM_BITS), MIN_QUANTA).astype(np.int16),
            order,
            positions[overrides.mentees],
            overrides.mentees,
            overrides.points,
        )

    def _make_hits(
        self, query: ScanQuery, block: tuple[int, int], mentors_of_rows: IntVector, listed: Sequence[IntVector]
    ) -> ScanHits:
        """Return the hits of a block in order. ``listed``: positions in ``mentors_of_rows``, mentees, scores."""
        rows, mentees, scores = listed
        excess = query.scale * scores + query.column_offsets[mentees] - query.row_limits[mentors_of_rows][rows]
        is_listed, unlisted_max = keep_top(excess, query.per_row * (block[1] - block[0]))
        mentors, mentees, scores = mentors_of_rows[rows[is_listed]], mentees[is_listed], scores[is_listed]
        order, hits = np.lexsort((mentees, mentors)), ScanHits.empty(block[1] - block[0])
        hits.rest_max[:] = unlisted_max
        return replace(hits, mentors=mentors[order], mentees=mentees[order], scores=scores[order])


def choose_scanner(matrix: ScoreMatrix, *, compiled: bool) -> BlockScanner:
    """Return the fastest scanner of blocks, compiled if allowed and if scores are computed."""
    return SimdScanner.of(matrix).for_query if compiled and matrix.computed else make_numpy_scanner(matrix)


def current_offsets(packed: "PackedColumns") -> IntVector:
    """Return (m,) the offset of each mentee, in the order of mentees."""
    offsets = np.empty_like(packed.offsets)
    offsets[packed.order] = packed.offsets
    return offsets


def shift_columns(columns: Sequence[SmallInts], widths: Sequence[int]) -> list[SmallInts]:
    """Return column numbers of tables as column numbers of the tables side by side; ``widths``: of the tables."""
    starts = np.cumsum([0, *widths])
    return [numbers.astype(np.int64) + start for numbers, start in zip(columns, starts[:-1], strict=True)]


def lane_scratch() -> NDArray[np.int16]:
    """Return (2, LANES): thresholds, which unused lanes never reach, and a buffer for sums."""
    from mentormatch.scale.scan.kernels import LANES, UNREACHABLE_THRESHOLD

    return np.full((2, LANES), UNREACHABLE_THRESHOLD, dtype=np.int16)


def aligned_lanes(count: int) -> NDArray[np.int16]:
    """Return a (count, LANES) int16 buffer whose rows start at cache lines, so that vectors load faster."""
    from mentormatch.scale.scan.kernels import LANES

    buffer = np.zeros((count + 1) * LANES, dtype=np.int16)
    start = -buffer.ctypes.data % 64 // buffer.itemsize
    return buffer[start : start + count * LANES].reshape(count, LANES)


def pack_columns(columns: Sequence[SmallInts], count: int) -> SmallInts:
    """Return (count, k): columns side by side, in the smallest unsigned type of 16 bits or more that holds them."""
    joined = np.column_stack(columns) if columns else np.empty((count, 0), dtype=np.int64)
    dtype = next(dtype for dtype in (np.uint16, np.uint32, np.uint64) if joined.max(initial=0) <= np.iinfo(dtype).max)
    return np.ascontiguousarray(joined.astype(dtype))


type BlockRanges = Sequence[tuple[int, int]]


def find_column_maxima(
    matrix: ScoreMatrix, row_offsets: IntVector, scale: int, check_deadline: CheckDeadline, *, compiled: bool
) -> IntVector:
    """Return (m,) the largest ``scale * score + row_offsets[i]`` of each mentee, ``-INFINITE`` if there is none.

    ``row_offsets`` (n,) is ``EXCLUDED`` for mentors who do not take part.
    """
    n, m = matrix.shape
    blocks, count = split_rows(0, n), cpu_count() or 1
    scan_share = (
        _simd_maxima(matrix, row_offsets, scale, check_deadline)
        if compiled and matrix.computed
        else partial(_numpy_maxima, matrix, row_offsets, scale, check_deadline)
    )
    with track_scan(n * m) as advance, thread_pool(count) as threads:
        shares = list(threads.map(scan_share, [blocks[thread::count] for thread in range(count)]))
        advance(n * m)
    maxima: IntVector = np.maximum.reduce(shares)
    return maxima


def _simd_maxima(
    matrix: ScoreMatrix, row_offsets: IntVector, scale: int, check_deadline: CheckDeadline
) -> Callable[[BlockRanges], IntVector]:
    return partial(SimdScanner.of(matrix).column_maxima, row_offsets, scale, check_deadline)


def _numpy_maxima(
    matrix: ScoreMatrix, row_offsets: IntVector, scale: int, check_deadline: CheckDeadline, blocks: BlockRanges
) -> IntVector:
    """Return the column maxima over some blocks."""
    best, values = np.full(matrix.shape[1], -INFINITE), np.empty(matrix.shape[1], dtype=np.int64)
    for start, stop in blocks:
        check_deadline()
        mentors = start + np.flatnonzero(row_offsets[start:stop] != EXCLUDED)
        for scores, offset in zip(matrix.rows_of(mentors), row_offsets[mentors], strict=True):
            np.multiply(scores, scale, out=values, dtype=np.int64)
            np.add(values, offset, out=values)
            np.copyto(values, -INFINITE, where=scores < matrix.floor)
            np.maximum(best, values, out=best)
    return best
