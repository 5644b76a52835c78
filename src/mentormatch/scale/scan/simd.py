"""The SIMD scanner: tables packed into lanes, columns into runs, buffers that grow."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from os import cpu_count
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.base.progress import track_scan
from mentormatch.scale.scan.blocks import (
    BlockScanner,
    CheckDeadline,
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


ALIKE = 64
"""There is no more than one group for so many mentees: to pass over one costs as much as to look at a few pairs."""
LOOKED_AT = 64
"""Mentors by whom the parts that forbid most are found."""
SELDOM = 0.01
"""A part that forbids a smaller share of the pairs makes no groups."""
RUN = 512
"""So many mentees at most are in a run."""
SPAN = 1 << 19
"""So many points the heights of a run differ by at most: what is less than all of them is told apart in 16 bits."""


@dataclass(frozen=True, slots=True)
class ColumnGroups:
    """``lead``: parts that make the groups; ``codes`` (m,) the group of each mentee; ``first`` (g,) one of each."""

    lead: tuple[ScoreTerm, ...]
    codes: IntVector
    first: IntVector


@dataclass(frozen=True, slots=True)
class ColumnRuns:
    """Mentees of one group each, the highest first: ``order`` (m,) and ``edges`` (r + 1,), where each run begins."""

    order: IntVector
    edges: IntVector

    @classmethod
    def of(cls, group: IntVector, heights: IntVector) -> "ColumnRuns":
        """Return the runs of mentees whose groups and heights, (m,) each, these are."""
        order = np.lexsort((-heights, group))
        new = np.diff(group[order], prepend=-1) != 0
        level = (heights[order][_since(new)] - heights[order]) // SPAN
        new |= np.diff(level, prepend=0) != 0
        place = np.arange(len(order)) - _since(new)
        return cls(order, np.append(np.flatnonzero(place % RUN == 0), len(order)))


def _since(new: BoolVector) -> IntVector:
    """Return where the last that was new stands, for each of some who stand in line; the first is new."""
    return np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))


def group_columns(parts: Sequence[ScoreTerm], width: int) -> ColumnGroups:
    """Return the mentees in groups by the parts that forbid most, as far as groups do not become too small."""
    lead, kinds = list[ScoreTerm](), Distinct.of(np.zeros(width, dtype=np.int64))
    shares = {place: forbidden_fraction(part) for place, part in enumerate(parts)}
    for place in sorted(shares, key=lambda place: -shares[place]):
        both = kinds.joined(parts[place].mentees)
        if shares[place] > SELDOM and len(both) * ALIKE <= width:
            lead, kinds = [*lead, parts[place]], both
    return ColumnGroups(tuple(lead), kinds.codes, kinds.first)


def forbidden_fraction(part: ScoreTerm) -> float:
    """Return the share of pairs that a part forbids, as far as a few mentors tell."""
    n = len(part.mentors.codes)
    points = part.rows(spread_over(n))[:, part.mentees.codes]
    return float((points < 0).mean()) if points.size else 0.0


def spread_over(count: int) -> IntVector:
    """Return the positions of a few people, as far from each other as can be."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(LOOKED_AT, count)).astype(np.int64))


ROOM = 1 << 14
"""Pairs for which there is room at first in what is found in a strip."""
FAR = 1 << 60
"""No pair exceeds a limit by more."""
LOW = np.iinfo(np.int32).min
"""What is the most of a table in which there is nobody."""
LINE = 64
"""A line of the cache has so many bytes."""
CROWD = 64
"""A mentor may list so many times more pairs than are wanted of each on average."""

type Small = NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class SimdScanner:
    """Mentees in groups, and where in a row of tables stands what they are given.

    ``kinds`` (g, leads) are the places of what groups are given, ``codes`` (m, terms) and ``slots`` (m, sets) of what
    each mentee is by terms and by sets. ``room`` (1,) is for how many pairs there was room in the last strip that had
    too little, which the next then have.
    """

    tiles: ScoreMatrix
    groups: ColumnGroups
    terms: tuple[MergedTable, ...]
    kinds: Small
    codes: Small
    bits: Small
    own: Small
    slots: Small
    room: IntVector

    @classmethod
    def of(cls, tiles: ScoreMatrix) -> "SimdScanner":
        """Return what a look needs to know of the mentees."""
        groups, (n, m), counted = group_columns(tiles.parts, tiles.shape[1]), tiles.shape, tiles.counted
        led = {id(part) for part in groups.lead}
        terms = tuple(merge_tables([part for part in tiles.parts if id(part) not in led], m))
        leads = [part.mentees.codes[groups.first] for part in groups.lead]
        widths = [*(len(part.mentees) for part in groups.lead), *(len(each.points) + 1 for each in counted)]
        places = shift_columns([*leads, *(each.slots() for each in counted)], widths)
        return cls(
            tiles,
            groups,
            terms,
            pack_columns(places[: len(leads)], len(groups.first)),
            pack_columns(shift_columns([term.codes for term in terms], [len(term.kinds[0]) for term in terms]), m),
            pack_columns([each.mentees.bits for each in counted], m),
            pack_columns([each.mentors.bits for each in counted], n),
            pack_columns(places[len(leads) :], m),
            np.full(1, ROOM),
        )

    def look(self, cut: ScanQuery) -> Callable[[int, int], ScanHits]:
        """Return what tells what there is in a strip."""
        return partial(self._look, cut, self._known(cut.column_offsets, cut.scale))

    def highest(self, own: IntVector, scale: int, heed: CheckDeadline, edges: Iterable[tuple[int, int]]) -> IntVector:
        """Return (m,) the greatest ``scale * score + own[i]`` that each mentee has with a mentor of some strips."""
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        cut = ScanQuery(np.where(own == EXCLUDED, -EXCLUDED, 1 - own), np.full(self.tiles.shape[1], FAR), scale)
        wanted, none = ScanLimits(scale, self.tiles.floor, 1, raises=True), np.empty(0, np.int64)
        known = self._known(cut.column_offsets, scale)
        for turn, (start, stop) in enumerate(edges):
            heed()
            if turn & (turn - 1) == 0:  # what mentees have by now changes most at first, and by it they stand in runs
                known = self._known(columns_of(known), scale)
            mentors = cut.open(start, stop)
            best, counts = np.full(len(mentors), FAR), np.zeros(len(mentors), dtype=np.int64)
            found = HitBuffer(none, none, none, best, counts, none, marks())
            scan_rows(self._strip(cut, mentors), known, wanted, found)
        return -columns_of(known)

    def _look(self, cut: ScanQuery, known: "PackedColumns", start: int, stop: int) -> ScanHits:
        from mentormatch.scale.scan.kernels import HitBuffer, ScanLimits, scan_rows

        mentors = cut.open(start, stop)
        if not len(mentors):
            return ScanHits.nothing(stop - start)
        strip, count, room = self._strip(cut, mentors), len(mentors), int(self.room[0])
        while True:
            rows, places, scores = (np.empty(room, dtype=np.int64) for _ in range(3))
            best, counts, total = (
                np.full(count, 2 * EXCLUDED),
                *(np.zeros(size, dtype=np.int64) for size in (count, 1)),
            )
            wanted = ScanLimits(cut.scale, self.tiles.floor, CROWD * cut.per_row)
            scan_rows(strip, known, wanted, HitBuffer(rows, places, scores, best, counts, total, marks()))
            if total[0] <= room:
                found = rows[: total[0]], known.order[places[: total[0]]], scores[: total[0]]
                seen = self._seen(cut, (start, stop), mentors, found)
                seen.row_best[mentors - start] = best
                seen.rest_max[mentors[counts >= wanted.most] - start] = FAR
                return seen
            self.room[0] = room = 2 * int(total[0])

    def _strip(self, cut: ScanQuery, mentors: IntVector) -> "PackedRows":
        """Return what is known of some mentors."""
        from mentormatch.scale.scan.kernels import PackedRows

        lanes, over, most = self._in_lanes(mentors)
        leads = [part.rows(mentors) for part in self.groups.lead]
        sets = [counted.tables(mentors) for counted in self.tiles.counted]
        beyond = np.zeros(len(mentors), dtype=np.int64)
        for table in sets:
            beyond += table.max(axis=1)
        tables = np.concatenate([np.empty((len(mentors), 0), np.int32), *leads, *sets], axis=1)
        rest = np.column_stack([most + beyond, beyond])
        named = np.column_stack([self.tiles.starts[mentors], self.tiles.starts[mentors + 1]])
        return PackedRows(lanes, over, tables, self.own[mentors], rest, named, cut.row_limits[mentors])

    def _in_lanes(self, mentors: IntVector) -> tuple[Small, Small, IntVector]:
        """Return what terms give some mentors, in lanes, by how much that is too much, and (r,) the most of it."""
        from mentormatch.scale.scan.kernels import LANES, quantise_rows

        assert len(mentors) <= LANES
        ends, most = np.cumsum([len(term.kinds[0]) for term in self.terms]), np.zeros(len(mentors), dtype=np.int64)
        lanes = align(int(ends[-1]) if len(ends) else 0)
        over = np.empty((len(lanes), LANES), dtype=np.uint8)
        for term, end in zip(self.terms, ends.tolist(), strict=True):
            points = term.rows(mentors)
            quantise_rows(points, lanes[end - points.shape[1] : end], over[end - points.shape[1] : end])
            most += points.max(axis=1, initial=LOW)
        return lanes, over, most

    def _known(self, columns: IntVector, scale: int) -> "PackedColumns":
        """Return what is known of mentees to whom so much is added."""
        from mentormatch.scale.scan.kernels import LOWEST, ROUGH, PackedColumns

        heights, exceptions = -(-columns // max(scale, 1)), self.tiles.exceptions
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
            self.slots[order],
            columns[order],
            np.maximum(-(-below >> ROUGH), LOWEST).astype(np.int16),
            order,
            place[exceptions.mentees],
            exceptions.mentees,
            exceptions.points,
        )

    def _seen(self, cut: ScanQuery, edge: tuple[int, int], who: IntVector, found: Sequence[IntVector]) -> ScanHits:
        """Return the pairs that were found in a strip by the mentors ``who``, in order."""
        rows, mentees, scores = found
        excess = cut.scale * scores + cut.column_offsets[mentees] - cut.row_limits[who][rows]
        some, beyond = keep_largest(excess, cut.per_row * (edge[1] - edge[0]))
        mentors, mentees, scores = who[rows[some]], mentees[some], scores[some]
        order, seen = np.lexsort((mentees, mentors)), ScanHits.nothing(edge[1] - edge[0])
        seen.rest_max[:] = beyond
        return replace(seen, mentors=mentors[order], mentees=mentees[order], scores=scores[order])


def choose_scanner(tiles: ScoreMatrix, *, compiled: bool) -> BlockScanner:
    """Return the quickest way to look at a strip there is, with numba or without."""
    return SimdScanner.of(tiles).look if compiled and tiles.computed else make_numpy_scanner(tiles)


def columns_of(known: "PackedColumns") -> IntVector:
    """Return (m,) what is added to each mentee by now."""
    columns = np.empty_like(known.columns)
    columns[known.order] = known.columns
    return columns


def shift_columns(places: Sequence[Small], widths: Sequence[int]) -> list[Small]:
    """Return places in tables of these widths as places in all of them side by side."""
    starts = np.cumsum([0, *widths])
    return [own.astype(np.int64) + start for own, start in zip(places, starts[:-1], strict=True)]


def marks() -> NDArray[np.int16]:
    """Return (2, LANES): what sums have to come to, which those of nobody ever do, and room for what they come to."""
    from mentormatch.scale.scan.kernels import LANES, NEVER

    return np.full((2, LANES), NEVER, dtype=np.int16)


def align(count: int) -> NDArray[np.int16]:
    """Return (count, LANES) room for numbers of 16 bits, each row of which begins where a line of the cache does."""
    from mentormatch.scale.scan.kernels import LANES

    room = np.zeros((count + 1) * LANES, dtype=np.int16)
    begin = -room.ctypes.data % LINE // room.itemsize
    return room[begin : begin + count * LANES].reshape(count, LANES)


def pack_columns(columns: Sequence[Small], count: int) -> Small:
    """Return (count, k): columns side by side, in as few bytes as hold them."""
    joined = np.column_stack(columns) if columns else np.empty((count, 0), dtype=np.int64)
    kind = next(kind for kind in (np.uint16, np.uint32, np.uint64) if joined.max(initial=0) <= np.iinfo(kind).max)
    return np.ascontiguousarray(joined.astype(kind))


type BlockRanges = Sequence[tuple[int, int]]


def find_column_maxima(
    tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline, *, compiled: bool
) -> IntVector:
    """Return (m,) the greatest ``scale * score + own[i]`` that a mentor has with each mentee, ``-FAR`` where none has.

    ``own`` (n,) is ``EXCLUDED`` where a mentor takes no part. Each thread goes through a share of the strips.
    """
    n, m = tiles.shape
    edges, count = split_rows(0, n), cpu_count() or 1
    through = (
        _swiftly(tiles, own, scale, heed) if compiled and tiles.computed else partial(_plainly, tiles, own, scale, heed)
    )
    with track_scan(n * m) as looked, ThreadPoolExecutor(count) as threads:
        shares = list(threads.map(through, [edges[at::count] for at in range(count)]))
        looked(n * m)
    found: IntVector = np.maximum.reduce(shares)
    return found


def _swiftly(tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline) -> Callable[[BlockRanges], IntVector]:
    return partial(SimdScanner.of(tiles).highest, own, scale, heed)


def _plainly(tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline, edges: BlockRanges) -> IntVector:
    best, worth = np.full(tiles.shape[1], -FAR), np.empty(tiles.shape[1], dtype=np.int64)
    for start, stop in edges:
        heed()
        mentors = start + np.flatnonzero(own[start:stop] != EXCLUDED)
        for scores, more in zip(tiles.of(mentors), own[mentors], strict=True):
            np.multiply(scores, scale, out=worth, dtype=np.int64)
            np.add(worth, more, out=worth)
            np.copyto(worth, -FAR, where=scores < tiles.floor)
            np.maximum(best, worth, out=best)
    return best
