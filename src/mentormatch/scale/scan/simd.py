"""The SIMD scanner: packs tables into lanes and mentees into runs for the kernels, and gathers their hits.

Data skipping: mentees are grouped by the terms that forbid most, then sorted by their offset (the dual) and cut into
runs of about the same. The group's points, and the most that all else can give, bound every pair of a mentor with a
run; a run that cannot pass is skipped whole.

Column maxima (the c-transform from the short side) use the same kernels: where there are few mentors, it is far less
work to go through them and keep the best of each mentee than to scan all mentees.
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
    keep_largest,
    make_numpy_scanner,
    split_rows,
)
from mentormatch.scale.scores.matrix import MergedTable, ScoreMatrix, merge_tables
from mentormatch.scale.scores.terms import ScoreTerm
from mentormatch.scoring.answer_classes import Distinct

if TYPE_CHECKING:
    from mentormatch.scale.scan.kernels import PackedColumns, PackedRows


MENTEES_PER_GROUP = 64
"""At most one group for so many mentees: to skip one costs as much as to scan a few pairs."""
SAMPLED_MENTORS = 64
"""By so many mentors the terms that forbid most are found."""
RARELY_FORBIDS = 0.01
"""A term that forbids a smaller share of pairs makes no groups."""
RUN_LENGTH = 512
"""So many mentees at most are in a run."""
RUN_SPAN = 1 << 19
"""So many points the offsets of a run differ by at most: heights then fit in 16 bits."""


@dataclass(frozen=True, slots=True)
class ColumnGroups:
    """``leads``: terms that make the groups; ``codes`` (m,) the group of each mentee; ``first`` (g,) one of each."""

    leads: tuple[ScoreTerm, ...]
    codes: IntVector
    first: IntVector


@dataclass(frozen=True, slots=True)
class ColumnRuns:
    """Mentees of one group each, the largest offset first: ``order`` (m,), and ``edges`` (r + 1,) where runs begin."""

    order: IntVector
    edges: IntVector

    @classmethod
    def of(cls, group: IntVector, heights: IntVector) -> "ColumnRuns":
        """Return the runs of mentees by their groups and offsets in points (m,)."""
        # By group, then the largest offset first.
        order = np.lexsort((-heights, group))
        new = np.diff(group[order], prepend=-1) != 0
        # Within a group offsets are cut into bands of RUN_SPAN.
        level = (heights[order][_last_start(new)] - heights[order]) // RUN_SPAN
        new |= np.diff(level, prepend=0) != 0
        # And bands into runs of at most RUN_LENGTH mentees.
        place = np.arange(len(order)) - _last_start(new)
        return cls(order, np.append(np.flatnonzero(place % RUN_LENGTH == 0), len(order)))


def _last_start(new: BoolVector) -> IntVector:
    """Return for each position the last one at which something began; the first one is a beginning."""
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


def group_columns(terms: Sequence[ScoreTerm], width: int) -> ColumnGroups:
    """Return the mentees in groups by the terms that forbid most, as long as groups stay large."""
    leads, kinds = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    shares = {place: forbidden_fraction(term) for place, term in enumerate(terms)}
    # The terms that forbid most first: their groups let most runs be skipped.
    for place in sorted(shares, key=lambda place: -shares[place]):
        both = kinds.join(terms[place].mentees)
        if shares[place] > RARELY_FORBIDS and len(both) * MENTEES_PER_GROUP <= width:
            leads, kinds = [*leads, terms[place]], both
    return ColumnGroups(tuple(leads), kinds.codes, kinds.first)


def forbidden_fraction(term: ScoreTerm) -> float:
    """Return the share of pairs that a term forbids, estimated by a few mentors."""
    n = len(term.mentors.codes)
    points = term.rows(space_evenly(n))[:, term.mentees.codes]
    return float((points < 0).mean()) if points.size else 0.0


def space_evenly(count: int) -> IntVector:
    """Return a few positions of ``count``, as far from each other as can be."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(SAMPLED_MENTORS, count)).astype(np.int64))


INITIAL_HITS = 1 << 14
"""So many hits of a block there is room for at first."""
INFINITE = 1 << 60
"""No pair exceeds a limit by more."""
NO_POINTS = np.iinfo(np.int32).min
"""The maximum of a table in which there is nobody."""
CACHE_LINE = 64
"""A line of the cache has so many bytes."""
ROW_CROWD = 64
"""A mentor may record so many times more hits than are wanted of each on average."""

type Small = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class SimdScanner:
    """A score matrix packed for the kernels: mentees in groups, and where the points of each stand in a row of tables.

    ``kinds`` (g, leads): of groups; ``codes`` (m, terms) and ``table_offsets`` (m, sets): of mentees by tables and
    overlaps. ``bits``, ``own``: bit sets of mentees and mentors. ``hit_room`` (1,): room that the last crowded block
    needed, which the next blocks get.
    """

    matrix: ScoreMatrix
    groups: ColumnGroups
    tables: tuple[MergedTable, ...]
    kinds: Small
    codes: Small
    bits: Small
    own: Small
    table_offsets: Small
    hit_room: IntVector

    @classmethod
    def of(cls, matrix: ScoreMatrix) -> "SimdScanner":
        """Pack a score matrix."""
        groups, (n, m), overlap = group_columns(matrix.terms, matrix.shape[1]), matrix.shape, matrix.overlaps
        # Leading terms bound whole runs and are added exactly; the others go into lanes.
        leading = {id(term) for term in groups.leads}
        tables = tuple(merge_tables([term for term in matrix.terms if id(term) not in leading], m))
        leads = [term.mentees.codes[groups.first] for term in groups.leads]
        widths = [*(len(term.mentees) for term in groups.leads), *(len(each.points) + 1 for each in overlap)]
        places = shift_columns([*leads, *(each.table_offsets() for each in overlap)], widths)
        return cls(
            matrix,
            groups,
            tables,
            pack_columns(places[: len(leads)], len(groups.first)),
            pack_columns(shift_columns([term.codes for term in tables], [len(term.classes[0]) for term in tables]), m),
            pack_columns([each.mentees.bits for each in overlap], m),
            pack_columns([each.mentors.bits for each in overlap], n),
            pack_columns(places[len(leads) :], m),
            np.full(1, INITIAL_HITS),
        )

    def for_query(self, query: ScanQuery) -> Callable[[int, int], ScanHits]:
        """Return the function (start, stop) -> hits of a query."""
        return partial(self._scan_block, query, self._pack_columns(query.column_offsets, query.scale))

    def column_maxima(
        self, own: IntVector, scale: int, check_deadline: CheckDeadline, edges: Iterable[tuple[int, int]]
    ) -> IntVector:
        """Return (m,) the largest ``scale * score + own[i]`` of each mentee over the mentors of some blocks."""
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        query = ScanQuery(np.where(own == EXCLUDED, -EXCLUDED, 1 - own), np.full(self.matrix.shape[1], INFINITE), scale)
        limits, none = ScanLimits(scale, self.matrix.floor, 1, raises=True), np.empty(0, np.int64)
        packed = self._pack_columns(query.column_offsets, scale)
        for count_done, (start, stop) in enumerate(edges):
            check_deadline()
            # Maxima change most at first: sort mentees into runs anew after 1, 2, 4, 8, ... blocks.
            if count_done & (count_done - 1) == 0:
                packed = self._pack_columns(current_offsets(packed), scale)
            mentors = query.open(start, stop)
            best, counts = np.full(len(mentors), INFINITE), np.zeros(len(mentors), dtype=np.int64)
            found = HitBuffer(none, none, none, best, counts, none, lane_scratch())
            scan_rows(self._pack_rows(query, mentors), packed, limits, found)
        return -current_offsets(packed)

    def _scan_block(self, query: ScanQuery, packed: "PackedColumns", start: int, stop: int) -> ScanHits:
        """Return the hits of a query in a block; where room for hits runs out, scan again with more."""
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        mentors = query.open(start, stop)
        if not len(mentors):
            return ScanHits.empty(stop - start)
        block, count, hit_room = self._pack_rows(query, mentors), len(mentors), int(self.hit_room[0])
        while True:
            rows, places, scores = (np.empty(hit_room, dtype=np.int64) for _ in range(3))
            best, counts, total = (
                np.full(count, 2 * EXCLUDED),
                *(np.zeros(size, dtype=np.int64) for size in (count, 1)),
            )
            limits = ScanLimits(query.scale, self.matrix.floor, ROW_CROWD * query.per_row)
            scan_rows(block, packed, limits, HitBuffer(rows, places, scores, best, counts, total, lane_scratch()))
            # All hits fitted.
            if total[0] <= hit_room:
                found = rows[: total[0]], packed.order[places[: total[0]]], scores[: total[0]]
                hits = self._make_hits(query, (start, stop), mentors, found)
                hits.row_best[mentors - start] = best
                hits.rest_max[mentors[counts >= limits.per_row] - start] = INFINITE
                return hits
            self.hit_room[0] = hit_room = 2 * int(total[0])

    def _pack_rows(self, query: ScanQuery, mentors: IntVector) -> "PackedRows":
        """Pack a block of mentors."""
        from mentormatch.scale.scan.kernels import PackedRows

        lanes, over, most = self._quantise(mentors)
        leads = [term.rows(mentors) for term in self.groups.leads]
        sets = [overlap.tables(mentors) for overlap in self.matrix.overlaps]
        beyond = np.zeros(len(mentors), dtype=np.int64)
        for table in sets:
            beyond += table.max(axis=1)
        tables = np.concatenate([np.empty((len(mentors), 0), np.int32), *leads, *sets], axis=1)
        # The most that tables and overlaps give: bounds of whole runs.
        rest = np.column_stack([most + beyond, beyond])
        named = np.column_stack([self.matrix.starts[mentors], self.matrix.starts[mentors + 1]])
        return PackedRows(lanes, over, tables, self.own[mentors], rest, named, query.row_limits[mentors])

    def _quantise(self, mentors: IntVector) -> tuple[Small, Small, IntVector]:
        """Return the lanes of some mentors, the excess of rounding, and (r,) the most that tables give."""
        from mentormatch.scale.scan.kernels import LANES, quantise_rows

        assert len(mentors) <= LANES
        ends, most = np.cumsum([len(term.classes[0]) for term in self.tables]), np.zeros(len(mentors), dtype=np.int64)
        lanes = align(int(ends[-1]) if len(ends) else 0)
        over = np.empty((len(lanes), LANES), dtype=np.uint8)
        for term, end in zip(self.tables, ends.tolist(), strict=True):
            points = term.rows(mentors)
            quantise_rows(points, lanes[end - points.shape[1] : end], over[end - points.shape[1] : end])
            most += points.max(axis=1, initial=NO_POINTS)
        return lanes, over, most

    def _pack_columns(self, columns: IntVector, scale: int) -> "PackedColumns":
        """Pack the mentees at some offsets (m,) into runs."""
        from mentormatch.scale.scan.kernels import CLAMP, QUANTUM_BITS, PackedColumns

        # Offsets in points, rounded up: an upper bound stays one.
        heights, overrides = -(-columns // max(scale, 1)), self.matrix.overrides
        runs = ColumnRuns.of(self.groups.codes, heights)
        order, first = runs.order, runs.order[runs.edges[:-1]]
        tops, place = heights[first], np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        below = heights[order] - np.repeat(tops, np.diff(runs.edges))
        return PackedColumns(
            runs.edges,
            self.kinds[self.groups.codes[first]],
            tops,
            self.codes[order],
            self.bits[order],
            self.table_offsets[order],
            columns[order],
            np.maximum(-(-below >> QUANTUM_BITS), CLAMP).astype(np.int16),
            order,
            place[overrides.mentees],
            overrides.mentees,
            overrides.points,
        )

    def _make_hits(
        self, query: ScanQuery, edge: tuple[int, int], who: IntVector, found: Sequence[IntVector]
    ) -> ScanHits:
        """Return the hits of a block in order; ``found``: rows of the mentors ``who``, mentees, scores."""
        rows, mentees, scores = found
        excess = query.scale * scores + query.column_offsets[mentees] - query.row_limits[who][rows]
        some, beyond = keep_largest(excess, query.per_row * (edge[1] - edge[0]))
        mentors, mentees, scores = who[rows[some]], mentees[some], scores[some]
        order, hits = np.lexsort((mentees, mentors)), ScanHits.empty(edge[1] - edge[0])
        hits.rest_max[:] = beyond
        return replace(hits, mentors=mentors[order], mentees=mentees[order], scores=scores[order])


def choose_scanner(matrix: ScoreMatrix, *, compiled: bool) -> BlockScanner:
    """Return the fastest scanner of a block there is, with numba or without."""
    return SimdScanner.of(matrix).for_query if compiled and matrix.computed else make_numpy_scanner(matrix)


def current_offsets(packed: "PackedColumns") -> IntVector:
    """Return (m,) the offset of each mentee by now, in the order of mentees."""
    columns = np.empty_like(packed.columns)
    columns[packed.order] = packed.columns
    return columns


def shift_columns(places: Sequence[Small], widths: Sequence[int]) -> list[Small]:
    """Return positions in tables of these widths as positions in all of them side by side."""
    starts = np.cumsum([0, *widths])
    return [own.astype(np.int64) + start for own, start in zip(places, starts[:-1], strict=True)]


def lane_scratch() -> NDArray[np.int16]:
    """Return (2, LANES) scratch of the filter: thresholds, which unused lanes never reach, and room for sums."""
    from mentormatch.scale.scan.kernels import LANES, NEVER

    return np.full((2, LANES), NEVER, dtype=np.int16)


def align(count: int) -> NDArray[np.int16]:
    """Return (count, LANES) int16 room whose rows begin at cache lines."""
    from mentormatch.scale.scan.kernels import LANES

    hit_room = np.zeros((count + 1) * LANES, dtype=np.int16)
    # Whole vectors in one line of the cache load faster.
    begin = -hit_room.ctypes.data % CACHE_LINE // hit_room.itemsize
    return hit_room[begin : begin + count * LANES].reshape(count, LANES)


def pack_columns(columns: Sequence[Small], count: int) -> Small:
    """Return (count, k): columns side by side, in the fewest bytes that hold them."""
    joined = np.column_stack(columns) if columns else np.empty((count, 0), dtype=np.int64)
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if joined.max(initial=0) <= np.iinfo(kind).max)
    return np.ascontiguousarray(joined.astype(kind))


type BlockRanges = Sequence[tuple[int, int]]


def find_column_maxima(
    matrix: ScoreMatrix, own: IntVector, scale: int, check_deadline: CheckDeadline, *, compiled: bool
) -> IntVector:
    """Return (m,) the largest ``scale * score + own[i]`` of each mentee, ``-INFINITE`` where there is none.

    ``own`` (n,) is ``EXCLUDED`` where a mentor takes no part. Each thread goes through a share of the blocks.
    """
    n, m = matrix.shape
    edges, count = split_rows(0, n), cpu_count() or 1
    scan_share = (
        _simd_maxima(matrix, own, scale, check_deadline)
        if compiled and matrix.computed
        else partial(_numpy_maxima, matrix, own, scale, check_deadline)
    )
    with track_scan(n * m) as advance, thread_pool(count) as threads:
        shares = list(threads.map(scan_share, [edges[at::count] for at in range(count)]))
        advance(n * m)
    found: IntVector = np.maximum.reduce(shares)
    return found


def _simd_maxima(
    matrix: ScoreMatrix, own: IntVector, scale: int, check_deadline: CheckDeadline
) -> Callable[[BlockRanges], IntVector]:
    """Return what finds the maxima over some blocks by the kernels."""
    return partial(SimdScanner.of(matrix).column_maxima, own, scale, check_deadline)


def _numpy_maxima(
    matrix: ScoreMatrix, own: IntVector, scale: int, check_deadline: CheckDeadline, edges: BlockRanges
) -> IntVector:
    """Return the maxima over some blocks by NumPy."""
    best, values = np.full(matrix.shape[1], -INFINITE), np.empty(matrix.shape[1], dtype=np.int64)
    for start, stop in edges:
        check_deadline()
        mentors = start + np.flatnonzero(own[start:stop] != EXCLUDED)
        for scores, more in zip(matrix.rows_of(mentors), own[mentors], strict=True):
            np.multiply(scores, scale, out=values, dtype=np.int64)
            np.add(values, more, out=values)
            np.copyto(values, -INFINITE, where=scores < matrix.floor)
            np.maximum(best, values, out=best)
    return best
